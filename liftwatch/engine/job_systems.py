"""Tells job systems of maintenance units: every change of their lifts' incidents, in order.

A follower reads the stream of changes on from where it was, and promises what the unit may see in
the transaction that notes how far it is: nothing is told twice or left out, whoever dies. The
outbox then sends in order; one that must wait holds up those behind it, of that system alone.
"""

import hashlib
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import structlog
from msgspec import structs

from liftwatch import clock
from liftwatch.access.sight import Sight
from liftwatch.clock import MINUTE_MS, SECOND_MS, rfc3339
from liftwatch.engine.clockwork import Job, Ran
from liftwatch.engine.outbox import LEASE_MS, PAUSE_MS_MIN, send_due
from liftwatch.incidents.pages import Ways, system_channel
from liftwatch.ports import Books, Channel, Deadline, Promise, StreamEvent, Work
from liftwatch.register.changes import facts_of
from liftwatch.rescue.events import LIFT_FACTS

log = structlog.get_logger()

CHANGED, LOST = "incident.changed", "incidents.lost"
RUN_S, LOOK_S = 2.0, 0.25
"""A run looks so often for so long, so that the job's own row is written the less often."""
BATCH = 100
PAUSE_MS_MAX = MINUTE_MS
"""A system that is up again hears within the minute [our choice, as the rescue platform does]."""


class JobSystem(NamedTuple):
    """A unit's own system: its name in the settings, whose it is, and how it is reached."""

    name: str
    organisation: str
    channel: Channel

    @property
    def out(self) -> str:
        """What its channel is called in the outbox."""
        return system_channel(self.name)


def job_system_jobs(books: Books, systems: Sequence[JobSystem], ways: Ways) -> tuple[Job, ...]:
    """The rows of the table of jobs: of each system one that follows, and one that sends."""
    rows = []
    for one in systems:
        follow, send = f"follow-{one.out}", send_name(one)
        run = _following(books, one, ways)
        rows.append(Job(follow, SECOND_MS, run, lane=follow, lease_ms=LEASE_MS))
        rows.append(Job(send, PAUSE_MS_MIN, _sending(books, one), lane=send, lease_ms=LEASE_MS))
    return tuple(rows)


def send_name(system: JobSystem) -> str:
    """The job that empties a system's part of the outbox."""
    return f"send-{system.out}"


def _sending(books: Books, system: JobSystem) -> Callable[[int, Deadline], bool]:
    return lambda now_ms, _: send_due(
        books, system.channel, name=system.out, now_ms=now_ms, pause_ms_max=PAUSE_MS_MAX
    )


def _following(books: Books, system: JobSystem, ways: Ways) -> Callable[[int, Deadline], Ran]:
    wait = threading.Event().wait

    def run(now_ms: int, due: Deadline) -> Ran:
        until_s = clock.monotonic_s() + RUN_S
        while True:
            ran = follow(books, system, ways, data=due.data, now_ms=now_ms)
            if ran.data != due.data or clock.monotonic_s() >= until_s:
                return ran
            wait(LOOK_S)

    return run


def follow(
    books: Books, system: JobSystem, ways: Ways, *, data: dict[str, Any], now_ms: int
) -> Ran:
    """Promise what has changed since `data`: `n` is how far the stream was read, `told` the number
    of what the system was told last. Who begins, begins with what changes from now on."""
    head = books.stream_head()
    if "n" not in data:
        return Ran(data={"n": head, "told": head})
    n, told = data["n"], data["told"]
    events = books.stream_after(n, BATCH) if n <= head else []
    if n > head or (events and events[0].n != n + 1):
        log.error("a job system was away for too long", system=system.name, after=n, head=head)
        lost = _promise(system, LOST, {"n": head, "after": told}, now_ms=now_ms)
        return _ran(system, [lost], n=head, told=head, now_ms=now_ms, again=False)
    promises = []
    for event in events:
        if _is_for(books, system, ways, event=event):
            facts = {"n": event.n, "after": told, **_about(books, event, ways)}
            promises.append(_promise(system, CHANGED, facts, now_ms=now_ms))
            told = event.n
    last = events[-1].n if events else n
    return _ran(system, promises, n=last, told=told, now_ms=now_ms, again=bool(events))


def _ran(
    system: JobSystem, promises: list[Promise], *, n: int, told: int, now_ms: int, again: bool
) -> Ran:
    def settle(work: Work) -> int:
        for one in promises:
            work.promise(one)
        if promises:
            work.arm(Deadline(name=send_name(system), what=send_name(system), due_ms=now_ms))
        return now_ms if again else now_ms + SECOND_MS

    return Ran(data={"n": n, "told": told}, due=settle)


def _is_for(books: Books, system: JobSystem, ways: Ways, *, event: StreamEvent) -> bool:
    """Whether a system learns of a change: its unit sees it by contract, and it is no history."""
    data = event.data
    drill = data["exercise"] or ways.exercise
    if data["late"] or (drill and system.name not in ways.for_exercises):
        return False
    sight = Sight(contracts_of=(system.organisation,))
    return books.incident(str(data["id"]), sight=sight) is not None


def _about(books: Books, event: StreamEvent, ways: Ways) -> dict[str, Any]:
    """The incident as the API shows it, what a crew needs to find the lift, and where to look."""
    lift = event.data["lift"]
    record = books.record_of(lift) if lift else None
    known = structs.asdict(facts_of(record.known)) if record else {}
    return {
        "exercise": bool(event.data["exercise"] or ways.exercise),
        "incident": event.data,
        "lift": {name: known[name] for name in LIFT_FACTS if known.get(name) is not None},
        "page": f"{ways.page}incidents/{event.data['id']}" if ways.page else None,
    }


def _promise(system: JobSystem, type_: str, facts: dict[str, Any], *, now_ms: int) -> Promise:
    """What is sent, under an id that is the same however often it is made: by what it says."""
    mark = hashlib.sha256(msgspec.json.encode([type_, facts], order="sorted")).hexdigest()[:8]
    body = {"type": type_, "timestamp": rfc3339(now_ms), "data": facts}
    return Promise(
        id=f"{system.name}/{facts['n']}/{mark}",
        channel=system.out,
        body=msgspec.json.encode(body).decode(),
        made_ms=now_ms,
        due_ms=now_ms,
    )

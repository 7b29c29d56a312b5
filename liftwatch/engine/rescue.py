"""Tells the rescue platform: pushes its feeds until each number has a receipt, or passes it by.

Many are sent at once, but of each lift only its oldest that waits: a number follows when the one
before has its receipt, or was refused for good. An engine that dies between a try and its note
sends once more, under the same key. Without a push the platform pulls, and only its silence is
looked at.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import structlog

from liftwatch import clock
from liftwatch.clock import SECOND_MS
from liftwatch.engine.clockwork import Job
from liftwatch.handlers.course import note
from liftwatch.handlers.page_about import page_about
from liftwatch.incidents.course import SAID, Actor, Line
from liftwatch.incidents.incident import Incident
from liftwatch.ports import Books, Channel, Promise, Sent, Work
from liftwatch.rescue.cloudevents import encoded
from liftwatch.rescue.events import RescueEvent, pause_ms
from liftwatch.said import Said, kept

log = structlog.get_logger()

PUSH = "push-rescue"
RUN_S, LOOK_S = 2.0, 0.1
"""A run looks so often for so long: what is new leaves at once, and the job's own rows are written
twenty times less often than that."""
SENDERS, BATCH = 32, 256
"""Sent at once, and noted in one transaction: a black-out must not wait for its own notes."""
ROUND_MS = 5 * SECOND_MS
"""Nothing more is begun in a round that is so old: a slow platform has its own pace."""
LEASE_MS = 20 * SECOND_MS
"""Above a round and one try of a channel; so long an engine that dies in it holds up the next."""
ENGINE = Actor(channel="engine")


class Platform(NamedTuple):
    """A rescue platform: its feeds, how it is pushed to (None: it pulls), and after how long
    without a receipt a call for help goes another way."""

    feeds: tuple[str, ...]
    channel: Channel | None
    silent_ms: int


class Try(NamedTuple):
    """One try to tell an event, what came of it, and when it began."""

    event: RescueEvent
    sent: Sent
    at_ms: int


def rescue_jobs(books: Books, platform: Platform | None) -> tuple[Job, ...]:
    """What the engine does for a platform, where there is one."""
    if platform is None:
        return ()
    pushing = Pushing(books, platform)
    push = Job(
        PUSH,
        SECOND_MS,
        lambda *_: pushing.run(),
        lane="feed",
        lease_ms=LEASE_MS,
        pause_ms_max=LEASE_MS,
    )
    return (push,)


class Pushing:
    """Rounds of one platform."""

    def __init__(self, books: Books, platform: Platform) -> None:
        self._books, self._platform = books, platform
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="rescue")
        self._wait = threading.Event().wait

    def run(self) -> bool:
        """Rounds for a while; there is always more to come. Raises StoreUnavailable."""
        until_s = clock.monotonic_s() + RUN_S
        while True:
            if self.round(clock.now_ms()) == 0:
                self.pass_by(clock.now_ms())
                self._wait(LOOK_S)
            if clock.monotonic_s() >= until_s:
                return True

    def round(self, now_ms: int) -> int:
        """Send what is due, each once; how many there were."""
        channel = self._platform.channel
        if channel is None:
            return 0
        due = self._books.rescue_due(self._platform.feeds, now_ms, BATCH)
        if not due:
            return 0
        until_ms = clock.now_ms() + ROUND_MS
        tries = [
            one
            for one in self._pool.map(partial(_send, channel, until_ms=until_ms), due)
            if one is not None
        ]
        self._note(tries)
        return len(tries)

    def _note(self, tries: Sequence[Try]) -> None:
        with self._books.begin() as work:
            for event, one, at_ms in tries:
                if one.verdict != "refused":
                    n = event.attempts + 1
                    due_ms = clock.now_ms() + pause_ms(n, taken=one.verdict == "delivered")
                    work.note_push(event, at_ms=at_ms, due_ms=due_ms, detail=one.detail)
        for event, one, at_ms in tries:
            if one.verdict == "refused":
                self._bury(event, one, at_ms=at_ms)
            elif one.verdict == "retry" and event.attempts == 0:
                log.warning(
                    "the rescue platform does not take it", number=event.key, why=one.detail
                )

    def _bury(self, event: RescueEvent, sent: Sent, *, at_ms: int) -> None:
        """A dead letter: people learn of it, and the lift's next number follows.

        It holds the whole incident as it stands then, so that nothing but this step is missing.
        """
        with self._books.begin() as work:
            incident = _held(work, event)
            if not work.note_push(event, at_ms=at_ms, due_ms=at_ms, detail=sent.detail, dead=True):
                return
            text = Said(
                "The rescue platform will not take %(event)s: %(detail)s",
                event=event.key,
                detail=sent.detail,
            )
            facts = {"feed": event.feed, "n": event.n, "detail": sent.detail}
            _line(work, incident, "rescue-dead", text=text, facts=facts)
            page_about(
                work,
                text,
                sort="rescue.dead-letter",
                incident=incident,
                data={"event": event.key},
            )

    def pass_by(self, now_ms: int) -> int:
        """Tell by another channel what the platform has had no receipt for; how many there were."""
        before_ms = now_ms - self._platform.silent_ms
        silent = self._books.rescue_silent(self._platform.feeds, before_ms, BATCH)
        for event in silent:
            self._pass(event, now_ms)
        return len(silent)

    def _pass(self, seen: RescueEvent, now_ms: int) -> None:
        with self._books.begin() as work:
            incident = _held(work, seen)
            event = work.rescue_event(seen.feed, seen.n)
            if event is None or event.done_ms is not None or event.passed_ms is not None:
                return  # its receipt has come, or another engine was there first
            waited_s = (now_ms - event.at_ms) // SECOND_MS
            where = " ".join(str(v) for v in event.data["lift"].values() if isinstance(v, str))
            text = Said(
                "The rescue platform is silent for %(waited_s)s s: %(kind)s of %(lift)s"
                " (%(where)s) since %(since)s, now %(state)s. Call it.",
                waited_s=waited_s,
                kind=incident.kind,
                lift=incident.lift,
                where=where or incident.estate,
                since=clock.rfc3339(incident.opened_ms),
                state=incident.state,
            )
            promise = page_about(
                work,
                text,
                sort="rescue.fall-back",
                incident=incident,
                data={"event": event.key},
            )
            work.note_passed(event, at_ms=now_ms, promise=promise)
            facts = {"feed": event.feed, "n": event.n, "promise": promise, "waited_s": waited_s}
            _line(work, incident, "rescue-fallback", text=text, facts=facts)


def _send(channel: Channel, event: RescueEvent, *, until_ms: int) -> Try | None:
    """One try; None when it is too late to begin another in this round."""
    at_ms = clock.now_ms()
    if at_ms > until_ms:
        return None
    promise = Promise(
        id=event.key,
        channel="rescue",
        body=encoded(event),
        made_ms=event.at_ms,
        due_ms=event.due_ms,
        attempts=event.attempts,
    )
    return Try(event, channel.send(promise, now_ms=at_ms), at_ms)


def _held(work: Work, event: RescueEvent) -> Incident:
    incident = work.locked_incident(event.incident)
    assert incident is not None, "an event goes with its incident"
    return incident


def _line(work: Work, incident: Incident, what: str, *, text: Said, facts: dict[str, Any]) -> None:
    at_ms = clock.now_ms()
    note(
        work,
        Line(
            incident=incident.id,
            at_ms=at_ms,
            noted_ms=at_ms,
            what=what,
            before=incident.state,
            state=incident.state,
            by=ENGINE,
            text=str(text),
            facts=facts | {SAID: kept(text)},
        ),
    )

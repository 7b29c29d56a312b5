"""The engine's part of the books in memory: heartbeats, deadlines, and what is to leave."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from liftwatch.ports import (
    LEASE_MS_MAX,
    PAUSE_MS_MAX,
    Attempt,
    Conflict,
    Deadline,
    Heartbeat,
    Promise,
)
from liftwatch.said import Said


class _Held(Struct, frozen=True):
    deadline: Deadline
    holder: str | None = None
    until_ms: int = 0


class DutiesState:
    """Rows by their keys; a row is replaced, never changed."""

    def __init__(self) -> None:
        self.heartbeats: dict[str, Heartbeat] = {}
        self.deadlines: dict[str, _Held] = {}
        self.waiting: dict[str, Promise] = {}
        self.settled: dict[str, Promise] = {}
        self.attempts: dict[tuple[str, int], Attempt] = {}
        self.order: dict[str, int] = {}


class MemoryDutyReads:
    """The reads of `liftwatch.ports.Books` that belong to the engine."""

    def __init__(self, duties: DutiesState) -> None:
        self._duties = duties

    def known_heartbeats(self) -> list[Heartbeat]:
        """All canaries in order of name."""
        return [self._duties.heartbeats[name] for name in sorted(self._duties.heartbeats)]

    def deadlines(self) -> list[Deadline]:
        """All deadlines, the next one first."""
        found = [held.deadline for held in self._duties.deadlines.values()]
        return sorted(found, key=lambda one: (one.due_ms, one.name))

    def next_promise(self, channel: str) -> Promise | None:
        """The oldest promise of a channel that is neither delivered nor refused."""
        found = (one for one in self._duties.waiting.values() if one.channel == channel)
        return min(found, key=lambda one: self._duties.order[one.id], default=None)

    def urgent_promise(self, channel: str, now_ms: int) -> Promise | None:
        """Of a channel's promises that are due the most urgent, the oldest of these."""
        waiting = (one for one in self._duties.waiting.values() if one.channel == channel)
        due = (one for one in waiting if not 0 < one.due_ms - now_ms <= PAUSE_MS_MAX)
        order = self._duties.order
        return min(due, key=lambda one: (one.urgency, order[one.id]), default=None)

    def attempts(self, channel: str, *, limit: int = 50) -> list[Attempt]:
        """The latest tries of a channel, newest first."""
        duties, promises = self._duties, self._duties.waiting | self._duties.settled
        found = [a for a in duties.attempts.values() if promises[a.promise].channel == channel]
        found.sort(key=lambda one: (duties.order[one.promise], one.n), reverse=True)
        return found[:limit]


class MemoryDuties:
    """Fulfils `liftwatch.ports.Duties`; each step says how it is undone."""

    def __init__(self, duties: DutiesState) -> None:
        self._duties = duties
        self._undo: list[Callable[[], Any]] = []

    def beat(self, name: str, *, serves: Sequence[str], at_ms: int, through_ms: int) -> None:
        """Note that a canary has come through."""
        old = self._duties.heartbeats.get(name) or Heartbeat(name=name, at_ms=0, through_ms=0)
        beat = structs.replace(
            old,
            serves=tuple(serves),
            beats=old.beats + 1,
            at_ms=at_ms,
            through_ms=through_ms,
            stuck=None,
        )
        self._put_row(self._duties.heartbeats, name, beat)

    def note_stuck(self, name: str, *, where: str) -> None:
        """Note where canaries stop."""
        old = self._duties.heartbeats.get(name)
        if old is not None:
            self._put_row(self._duties.heartbeats, name, structs.replace(old, stuck=where[:300]))

    def heartbeats(self) -> list[Heartbeat]:
        """All canaries in order of name."""
        return MemoryDutyReads(self._duties).known_heartbeats()

    def put_seen(self, heartbeat: Heartbeat) -> None:
        """Keep what the engine has seen of a canary."""
        old = self._duties.heartbeats.get(heartbeat.name)
        if old is not None:
            seen = {n: getattr(heartbeat, n) for n in ("seen_beats", "seen_ms", "deaf_ms")}
            self._put_row(self._duties.heartbeats, old.name, structs.replace(old, **seen))

    def forget_heartbeat(self, name: str) -> None:
        """A canary that is not expected any more."""
        self._put_row(self._duties.heartbeats, name, None)

    def arm(self, deadline: Deadline) -> None:
        """See to it that it is done at the latest then."""
        old = self._duties.deadlines.get(deadline.name)
        if old is None:
            self._put_row(self._duties.deadlines, deadline.name, _Held(deadline))
            return
        due_ms = min(old.deadline.due_ms, deadline.due_ms)
        period_ms = deadline.period_ms or old.deadline.period_ms
        known = structs.replace(old.deadline, due_ms=due_ms, period_ms=period_ms)
        self._put_row(self._duties.deadlines, deadline.name, structs.replace(old, deadline=known))

    def take_due(self, now_ms: int, *, leases: Mapping[str, int], holder: str) -> Deadline | None:
        """The next one that is due."""
        due = [
            one
            for one in MemoryDutyReads(self._duties).deadlines()
            if one.what in leases
            and _is_due(one, now_ms)
            and _is_free(self._duties.deadlines[one.name], now_ms)
        ]
        if not due:
            return None
        taken = structs.replace(due[0], attempts=due[0].attempts + 1)
        held = _Held(taken, holder, now_ms + min(leases[taken.what], LEASE_MS_MAX))
        self._put_row(self._duties.deadlines, taken.name, held)
        return taken

    def settle(
        self, name: str, *, holder: str, due_ms: int | None, data: dict[str, Any] | None = None
    ) -> bool:
        """It is done, and due again or never."""
        held = self._duties.deadlines.get(name)
        if held is None or held.holder != holder:
            return False
        again = None
        if due_ms is not None:
            carried = held.deadline.data if data is None else data
            again = _Held(structs.replace(held.deadline, due_ms=due_ms, attempts=0, data=carried))
        self._put_row(self._duties.deadlines, name, again)
        return True

    def put_off(self, name: str, *, holder: str, due_ms: int) -> bool:
        """It failed and is due again."""
        held = self._duties.deadlines.get(name)
        if held is None or held.holder != holder:
            return False
        again = _Held(structs.replace(held.deadline, due_ms=due_ms))
        self._put_row(self._duties.deadlines, name, again)
        return True

    def promise(self, promise: Promise) -> None:
        """Into the outbox."""
        self._put_row(self._duties.waiting, promise.id, promise)
        self._put_row(self._duties.order, promise.id, len(self._duties.order))

    def note_attempt(self, attempt: Attempt, *, due_ms: int) -> None:
        """Keep what came of a try; raises Conflict when it is not the next one."""
        duties = self._duties
        old = duties.waiting.get(attempt.promise)
        if old is None or old.attempts != attempt.n - 1:
            raise Conflict(Said("another engine has tried it first"))
        tried = structs.replace(old, attempts=attempt.n, due_ms=due_ms)
        again = attempt.verdict == "retry"
        self._put_row(duties.waiting, old.id, tried if again else None)
        if not again:
            self._put_row(duties.settled, old.id, tried)
        self._put_row(duties.attempts, (attempt.promise, attempt.n), attempt)

    def prune_outbox(self, before_ms: int) -> int:
        """Forget what was promised before and is settled, with its attempts."""
        duties = self._duties
        old = [one.id for one in duties.settled.values() if one.made_ms < before_ms]
        for key in [key for key in duties.attempts if key[0] in old]:
            self._put_row(duties.attempts, key, None)
        for id in old:
            self._put_row(duties.settled, id, None)
        return len(old)

    def _put_row(self, where: dict[Any, Any], key: Any, value: Any) -> None:
        """Set, or with None remove, a row."""
        old = where.get(key)
        self._undo.append(lambda: _set(where, key, old))
        _set(where, key, value)


def _set(where: dict[Any, Any], key: Any, value: Any) -> None:
    if value is None:
        where.pop(key, None)
    else:
        where[key] = value


def _is_due(deadline: Deadline, now_ms: int) -> bool:
    period_ms, ahead_ms = deadline.period_ms, deadline.due_ms - now_ms
    if ahead_ms <= 0 or (deadline.attempts > 0 and ahead_ms > PAUSE_MS_MAX):
        return True
    return period_ms is not None and ahead_ms > period_ms and deadline.attempts == 0


def _is_free(held: _Held, now_ms: int) -> bool:
    return held.holder is None or not now_ms < held.until_ms <= now_ms + LEASE_MS_MAX

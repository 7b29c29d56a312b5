"""The feeds of rescue platforms in memory: the measure for the real ones."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import structs

from liftwatch.rescue.events import ASKED_AGAIN, RescueEvent
from liftwatch.rescue.receipts import Receipt


class RescueState:
    """Feeds, and the receipts of their events."""

    def __init__(self) -> None:
        self.feeds: dict[str, list[RescueEvent]] = {}
        self.receipts: dict[tuple[str, int], tuple[Receipt, ...]] = {}

    def undone(self, feeds: Sequence[str]) -> Iterator[RescueEvent]:
        """What has neither a receipt nor been refused."""
        for feed in feeds:
            for one in self.feeds.get(feed, ()):
                if one.done_ms is None and one.dead_ms is None:
                    yield one


class MemoryRescueReads:
    """Fulfils `RescueReads`."""

    _rescue: RescueState

    def rescue_after(self, feed: str, n: int, limit: int = 100) -> list[RescueEvent]:
        """Events of a feed numbered above n."""
        return self._rescue.feeds.get(feed, [])[n : n + limit]

    def rescue_head(self, feed: str) -> int:
        """The newest number of a feed."""
        return len(self._rescue.feeds.get(feed, ()))

    def rescue_events_of(self, incident: str) -> list[RescueEvent]:
        """What was told of an incident."""
        all_of = (one for feed in self._rescue.feeds.values() for one in feed)
        return sorted((o for o in all_of if o.incident == incident), key=lambda o: (o.at_ms, o.n))

    def rescue_due(self, feeds: Sequence[str], now_ms: int, limit: int) -> list[RescueEvent]:
        """What is to be sent now, of each lift at most its oldest."""
        heads: dict[tuple[str, str | int], RescueEvent] = {}
        for one in self._rescue.undone(feeds):
            heads.setdefault((one.feed, one.n if one.lift is None else one.lift), one)
        due = [one for one in heads.values() if one.due_ms <= now_ms]
        return sorted(due, key=lambda one: (one.due_ms, one.n))[:limit]

    def rescue_silent(self, feeds: Sequence[str], before_ms: int, limit: int) -> list[RescueEvent]:
        """Calls for help without a receipt, told by no other channel."""
        found = [
            one
            for one in self._rescue.undone(feeds)
            if one.at_ms <= before_ms and one.passed_ms is None and one.what in ASKED_AGAIN
        ]
        return sorted(found, key=lambda one: (one.at_ms, one.n))[:limit]

    def rescue_receipts(self, feed: str, n: int) -> list[Receipt]:
        """The receipts of an event."""
        return list(self._rescue.receipts.get((feed, n), ()))


class MemoryRescueWork:
    """Fulfils `RescueWork`; each step says how it is undone."""

    _rescue: RescueState
    _undo: list[Callable[[], Any]]

    def add_rescue_event(self, event: RescueEvent) -> RescueEvent:
        """Append to its feed."""
        feed = self._rescue.feeds.setdefault(event.feed, [])
        numbered = structs.replace(event, n=len(feed) + 1)
        feed.append(numbered)
        self._undo.append(feed.pop)
        return numbered

    def last_rescue_event(self, feed: str, incident: str) -> RescueEvent | None:
        """The newest of an incident in a feed."""
        known = reversed(self._rescue.feeds.get(feed, ()))
        return next((one for one in known if one.incident == incident), None)

    def rescue_event(self, feed: str, n: int) -> RescueEvent | None:
        """One event."""
        known = self._rescue.feeds.get(feed, ())
        return known[n - 1] if 0 < n <= len(known) else None

    def note_push(
        self, event: RescueEvent, *, at_ms: int, due_ms: int, detail: str, dead: bool = False
    ) -> bool:
        """Keep that it was tried."""
        now = self.rescue_event(event.feed, event.n)
        if now is None or now.attempts != event.attempts:
            return False
        self._put_event(
            structs.replace(
                now,
                attempts=now.attempts + 1,
                due_ms=due_ms,
                detail=detail[:300],
                first_ms=at_ms if now.first_ms is None else now.first_ms,
                dead_ms=at_ms if dead else now.dead_ms,
            )
        )
        return True

    def note_passed(self, event: RescueEvent, *, at_ms: int, promise: str) -> None:
        """Keep that another channel was used."""
        now = self._rescue.feeds[event.feed][event.n - 1]
        self._put_event(structs.replace(now, passed_ms=at_ms, passed=promise))

    def receipts_of(self, feed: str, n: int) -> list[Receipt]:
        """The receipts of an event."""
        return list(self._rescue.receipts.get((feed, n), ()))

    def add_receipt(self, receipt: Receipt) -> None:
        """Keep a receipt; the first one makes its event done."""
        key = (receipt.feed, receipt.n)
        known = self._rescue.receipts.get(key, ())
        self._rescue.receipts[key] = (*known, receipt)
        self._undo.append(lambda: self._rescue.receipts.update({key: known}))
        event = self._rescue.feeds[receipt.feed][receipt.n - 1]
        if event.done_ms is None:
            self._put_event(structs.replace(event, done_ms=receipt.noted_ms))

    def _put_event(self, event: RescueEvent) -> None:
        feed, place = self._rescue.feeds[event.feed], event.n - 1
        old = feed[place]
        self._undo.append(lambda: feed.__setitem__(place, old))
        feed[place] = event

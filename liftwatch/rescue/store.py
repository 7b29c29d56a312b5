"""The port of the feeds: written in the transaction of the change, read by number."""

from collections.abc import Sequence
from typing import Protocol

from liftwatch.register.facts import Facts
from liftwatch.rescue.events import RescueEvent
from liftwatch.rescue.receipts import Receipt


class RescueReads(Protocol):
    """What is read of the feeds."""

    def rescue_after(self, feed: str, n: int, limit: int = 100) -> list[RescueEvent]:
        """Events of a feed numbered above n, in order."""

    def rescue_head(self, feed: str) -> int:
        """The newest number of a feed, 0 when there is none."""

    def rescue_events_of(self, incident: str) -> list[RescueEvent]:
        """What was told of an incident, the first first; exercises and what is real alike."""

    def rescue_due(self, feeds: Sequence[str], now_ms: int, limit: int) -> list[RescueEvent]:
        """What is to be sent now: of each lift at most its oldest that has neither a receipt nor
        been refused, so that what comes later never overtakes it."""

    def rescue_silent(self, feeds: Sequence[str], before_ms: int, limit: int) -> list[RescueEvent]:
        """Calls for help written before a moment, without a receipt, told by no other channel."""

    def rescue_receipts(self, feed: str, n: int) -> list[Receipt]:
        """The receipts of an event in the order in which they came."""


class RescueWork(Protocol):
    """The part of a transaction that tells the platform, and hears it."""

    def facts_of_lift(self, lift: str) -> Facts | None:
        """What is known of a lift, people's word before a terminal's; it is not locked."""

    def add_rescue_event(self, event: RescueEvent) -> RescueEvent:
        """Append to its feed; the event with its number.

        The feed's counter is locked until the commit: numbers have no gaps, and none is seen before
        a lower one.
        """

    def last_rescue_event(self, feed: str, incident: str) -> RescueEvent | None:
        """The newest of an incident in a feed; whoever asks holds the incident's row."""

    def rescue_event(self, feed: str, n: int) -> RescueEvent | None:
        """One event; whoever answers it or passes it by holds its incident's row."""

    def note_push(
        self, event: RescueEvent, *, at_ms: int, due_ms: int, detail: str, dead: bool = False
    ) -> bool:
        """Keep that it was tried; False when somebody else has tried it meanwhile."""

    def note_passed(self, event: RescueEvent, *, at_ms: int, promise: str) -> None:
        """Keep that another channel was used, by which promise."""

    def receipts_of(self, feed: str, n: int) -> list[Receipt]:
        """The receipts of an event, as `RescueReads.rescue_receipts`."""

    def add_receipt(self, receipt: Receipt) -> None:
        """Keep a receipt; the first one makes its event done."""

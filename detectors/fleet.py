"""All lifts: messages in, alarms out, driven by what is heard and by the time told.

It is a function of what it heard and of the times it was told, so that a replayed day gives the
same alarms. `hear` takes a message, `advance` lets time pass; time never goes back.
"""

import heapq
from collections.abc import Collection, Sequence
from typing import Any

from detectors.bank import Bank, restore_bank
from detectors.contract import Detector
from detectors.order import WAIT_MS, Order, key_of
from detectors.registry import DETECTORS
from liftwatch.incidents.incident import AlarmChange
from liftwatch.telemetry.messages import Message

CONTEXT = ("register", "health", "maintenance")


class Fleet:
    """The detectors of every lift heard of."""

    def __init__(self, *, detectors: Sequence[type[Detector]] = DETECTORS) -> None:
        self._detectors = detectors
        self.banks: dict[str, Bank] = {}
        self.history: dict[str, Bank] = {}
        self.order = Order()
        self.clock_ms = 0
        self.touched: set[str] = set()
        self._heap: list[tuple[int, str, str]] = []
        self._scheduled: dict[tuple[str, str], int] = {}

    def hear(self, message: Message, place: Any = None) -> list[AlarmChange]:
        """Take one message as it was received; `place` marks it in the caller's journal."""
        changes: list[AlarmChange] = []
        for passed in self.order.push(message, place):
            changes += self._deliver(passed)
        key = key_of(message)
        self._schedule("order", key, self.order.due(key))
        return changes

    def is_due(self, now_ms: int) -> bool:
        """Whether `advance` to this time would do anything."""
        return bool(self._heap) and self._heap[0][0] <= now_ms

    def advance(self, now_ms: int) -> list[AlarmChange]:
        """Let time pass to `now_ms` of the receiving clock; earlier times change nothing."""
        self.clock_ms = max(self.clock_ms, now_ms)
        changes: list[AlarmChange] = []
        while self._heap and self._heap[0][0] <= self.clock_ms:
            due_ms, what, name = heapq.heappop(self._heap)
            if self._scheduled.get((what, name)) != due_ms:
                continue
            del self._scheduled[what, name]
            if what == "order":
                for passed in self.order.expire(name, due_ms):
                    changes += self._deliver(passed)
                self._schedule("order", name, self.order.due(name))
            else:
                changes += self._tick(name, due_ms)
        return changes

    def finish(self) -> list[AlarmChange]:
        """Take what still waits for its predecessors: nothing more will come. No time passes."""
        return [change for message in self.order.flush() for change in self._deliver(message)]

    def _deliver(self, message: Message) -> list[AlarmChange]:
        self.touched.add(message.lift)
        bank = self._bank(message)
        if message.late:
            return self._deliver_late(message, bank)
        bank.view.lag_ms = max(0, message.received_ms - message.at_ms)
        changes = bank.hear(message)
        self._schedule_bank(bank, message.at_ms)
        return changes

    def _deliver_late(self, message: Message, bank: Bank) -> list[AlarmChange]:
        """History has a bank of its own, so that it cannot disturb how the lift stands now."""
        history = self.history.get(message.lift)
        if history is None:
            history = self.history[message.lift] = self._new_bank(message, late=True)
        history.view.facts, history.view.faulty = bank.view.facts, bank.view.faulty
        changes = history.hear(message)
        if message.kind in CONTEXT:
            bank.view.take_context(message)
        return changes

    def _tick(self, lift: str, due_ms: int) -> list[AlarmChange]:
        bank = self.banks[lift]
        if self.order.is_holding(lift):
            return []  # what waits may contradict; when it passes, this is scheduled again
        self.touched.add(lift)
        until_ms = due_ms - self._patience_ms(bank)
        changes = bank.tick(until_ms)
        self._schedule_bank(bank, until_ms)
        return changes

    def _patience_ms(self, bank: Bank) -> int:
        """A lift whose messages lag is not judged before they can have come."""
        return bank.view.lag_ms if bank.view.lag_ms > WAIT_MS else 0

    def _schedule_bank(self, bank: Bank, after_ms: int) -> None:
        due_ms = bank.due_ms(after_ms)
        patience = self._patience_ms(bank)
        self._schedule("lift", bank.lift, None if due_ms is None else due_ms + patience)

    def _schedule(self, what: str, name: str, due_ms: int | None) -> None:
        if due_ms is None:
            self._scheduled.pop((what, name), None)
        elif self._scheduled.get((what, name)) != due_ms:
            self._scheduled[what, name] = due_ms
            heapq.heappush(self._heap, (due_ms, what, name))

    def _bank(self, message: Message) -> Bank:
        bank = self.banks.get(message.lift)
        if bank is None:
            bank = self.banks[message.lift] = self._new_bank(message, late=False)
        return bank

    def _new_bank(self, message: Message, *, late: bool) -> Bank:
        return Bank(
            area=message.area,
            estate=message.estate,
            lift=message.lift,
            late=late,
            detectors=self._detectors,
        )

    def save_lift(self, lift: str) -> list[bytes]:
        """The state of one lift, for `restore_lift`."""
        banks = (self.banks.get(lift), self.history.get(lift))
        return [bank.save() for bank in banks if bank is not None]

    def restore_lift(self, data: bytes, *, estates: Collection[str] = ()) -> None:
        """Take back what `save_lift` gave; with `estates` only a lift of one of these."""
        bank = restore_bank(data, detectors=self._detectors)
        if estates and bank.estate not in estates:
            return
        if bank.late:
            self.history[bank.lift] = bank
            return
        self.banks[bank.lift] = bank
        self._schedule_bank(bank, bank.view.now.at_ms if bank.view.now else 0)

"""All lifts: messages in, alarms out, driven by what is heard and by the time told.

Deadlines of a lift are judged by the time of its events, its silence by the time of reception as
far as we listened. It is a function of what it heard and of the times it was told, so that a
replayed day gives the same alarms. `hear` takes a message, `advance` lets time pass; time never
goes back.
"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from detectors.agenda import FAR_MS, NEVER_MS, Agenda
from detectors.bank import Bank, restore_bank
from detectors.contract import Detector
from detectors.known import Hazard
from detectors.listening import Listening
from detectors.order import WAIT_MS, Order, TooMany
from detectors.registry import DETECTORS
from detectors.together import Place, Roll, Together
from detectors.voices import is_told_already
from liftwatch.care.phases import CONSOLE, Phase, message_of
from liftwatch.care.risk import Score
from liftwatch.clock import DAY_MS, MINUTE_MS
from liftwatch.incidents.endings import Claimed, Ending
from liftwatch.incidents.incident import AlarmChange
from liftwatch.incidents.kinds import BY_NAME as KINDS
from liftwatch.incidents.silences import Withheld
from liftwatch.register.facts import Facts
from liftwatch.telemetry.messages import Message

LIFTS_MAX = 50_000  # five times what one process is made for
LATE_KEPT_MS = 7 * DAY_MS  # contract, Envelope: late data is accepted for so long
NEWER_MS = 1 * MINUTE_MS
"""After a visit of weeks ago come those since, one by one: so long none is overdue for it."""
CONTEXT = ("register", "health", "maintenance", "emergency_call")
DATED = frozenset({"register", "maintenance", "emergency_call"})
"""Kinds of message that may move a moment of the calendar."""


class SavedFleet(msgspec.Struct):
    """What belongs to no lift, as it is kept over a restart."""

    listening: Listening = msgspec.field(default_factory=Listening)
    together: Together = msgspec.field(default_factory=Together)


class Fleet:
    """The detectors of every lift heard of."""

    def __init__(self, *, detectors: Sequence[type[Detector]] = DETECTORS) -> None:
        self._detectors = detectors
        self.banks: dict[str, Bank] = {}
        self.history: dict[str, Bank] = {}
        self.order = Order()
        self.clock_ms = 0
        self.touched: set[str] = set()
        self.withheld: list[Withheld] = []
        self.listening, self.together = Listening(), Together()
        self._roll = Roll(self._place_of, lambda: map(_place, self.banks.values()))
        self._deadlines = Agenda(lambda lift: self.banks[lift].due_received_ms)
        self._silences = Agenda(lambda lift: self.banks[lift].attend())
        self._calendar = Agenda(lambda lift: self.banks[lift].calendar_ms)

    def hear(self, message: Message, place: Any = None) -> list[AlarmChange]:
        """Take one message as it was received; `place` marks it in the caller's journal.

        Raises TooMany, and changes nothing, for a lift or a terminal there is no room for.
        """
        known = message.lift in self.banks
        if not known and len(self.banks) >= LIFTS_MAX:
            raise TooMany("too_many_lifts", f"above {LIFTS_MAX} lifts")
        changes: list[AlarmChange] = []
        passed = self.order.push(message, place)
        if not known:
            self.banks[message.lift] = self._new_bank(message, late=False)
        for one in passed:
            changes += self._deliver(one)
        return self._shared(changes)

    def is_due(self, now_ms: int) -> bool:
        """Whether `advance` to this time would do anything."""
        agendas = (self._deadlines, self.order.agenda, self._calendar)
        if min(agenda.next_ms() for agenda in agendas) <= now_ms:
            return True
        return self._silences.next_ms() <= self.listening.listened_ms(now_ms)

    def advance(self, now_ms: int) -> list[AlarmChange]:
        """Let time pass to `now_ms` of the receiving clock; earlier times change nothing."""
        if now_ms > self.clock_ms:
            self.clock_ms = now_ms
        now_ms, changes = self.clock_ms, []
        lifts, order = self._deadlines, self.order.agenda
        if lifts.quiet_until_ms <= now_ms or order.quiet_until_ms <= now_ms:
            while (due_ms := min(lifts.next_ms(), order.next_ms())) <= now_ms:
                if due_ms == lifts.next_ms():
                    changes += self._tick(lifts.pop(), due_ms)
                else:
                    for passed in self.order.expire(order.pop(), due_ms):
                        changes += self._deliver(passed)
        if self._silences.quiet_until_ms <= now_ms - self.listening.deaf_ms:
            changes += self._listen(self.listening.listened_ms(now_ms))
        while self._calendar.quiet_until_ms <= now_ms:
            if (due_ms := self._calendar.next_ms()) > now_ms:
                break
            changes += self._consult(self._calendar.pop(), due_ms, told_ms=due_ms)
        return self._shared(changes)

    def link(self, up: bool, at_ms: int) -> None:
        """Take note, in the order of the journal, that our own link to the lifts went up or down.

        What goes up without having gone down was lost unseen, when we were last told the time.
        """
        if not up:
            self.listening.lose(at_ms)
            return
        self.listening.lose(self.clock_ms)
        self.listening.regain(at_ms)

    def step(self, by_ms: int) -> list[AlarmChange]:
        """Take note that the clock of reception has stepped: no lift has waited for that long.

        What waits for its predecessors passes. What has begun to be judged begins afresh with the
        next message of its lift; alarms that are raised stay raised.
        """
        changes = self.finish()
        self.clock_ms += by_ms
        self.listening.step(by_ms)
        for lift, bank in self.banks.items():
            bank.step(by_ms)
            self._schedule_bank(bank, NEVER_MS)
            self.touched.add(lift)
        return changes

    def enter(self, lift: str, facts: Facts, *, version: int, at_ms: int) -> list[AlarmChange]:
        """Take what people entered of a lift that was heard of; of another nothing is kept.

        The calendar is looked up at once: a date of theirs may be over.
        """
        bank = self.banks.get(lift)
        if bank is None:
            return []
        bank.view.enter(facts, version)
        now_ms = max(self.clock_ms, at_ms)
        return self._shared(self._consult(lift, now_ms, told_ms=now_ms))

    def latched(self) -> set[Claimed]:
        """The alarms that stand until a person ends them; any thread may ask."""
        found = set()
        for lift, bank in self.banks.copy().items():  # in one step: another goes on adding to them
            for kind in bank.view.active:
                active = bank.active.get(kind) if KINDS[kind].latches else None
                if active is not None:
                    found.add(Claimed(lift, kind, active.opened_ms))
        return found

    def end(self, ending: Ending) -> list[AlarmChange]:
        """Take that people ended an alarm; of a lift or a claim there is none of, nothing."""
        bank = self.banks.get(ending.lift)
        if bank is None:
            return []
        changes = bank.end(ending)
        self.touched.add(ending.lift)
        self._schedule_bank(bank, NEVER_MS)
        return self._shared(changes)

    def visit(self, phase: Phase, *, received_ms: int) -> list[AlarmChange]:
        """Take that a technician came or went by the console's word, as a message would tell it.

        Each phase is heard once and in order. Of a lift that was never heard of nothing is kept:
        it is told again when it was. What is too old to amend history tells only when it was.
        """
        bank = self.banks.get(phase.lift)
        if bank is None or phase.n != bank.view.visit_n + 1:
            return []
        bank.view.visit_n = phase.n
        told = message_of(phase, received_ms=received_ms, exercise=bank.view.exercise)
        if received_ms - phase.at_ms <= LATE_KEPT_MS:
            return self._shared(self._deliver(told))
        self.touched.add(phase.lift)
        bank.view.take_context(told)
        self._consult_later(bank, received_ms)
        return []

    def visits_heard(self) -> dict[str, int]:
        """The newest phase of a console's visit that each lift heard; any thread may ask."""
        banks = self.banks.copy()  # in one step, as above
        return {lift: bank.view.visit_n for lift, bank in banks.items()}

    def assess(self, score: Score, *, at_ms: int) -> list[AlarmChange]:
        """Take how risky a lift is held to be; of one never heard of, or told before, nothing."""
        bank = self.banks.get(score.lift)
        if bank is None or score.n <= _scored(bank):
            return []
        bank.view.hazard = Hazard(score.score, score.limit, score.n, score.at_ms)
        now_ms = max(self.clock_ms, at_ms)
        return self._shared(self._consult(score.lift, now_ms, told_ms=now_ms))

    def scores_heard(self) -> dict[str, int]:
        """The number of the newest score that each lift heard; any thread may ask."""
        return {lift: _scored(bank) for lift, bank in self.banks.copy().items()}  # in one step

    def finish(self) -> list[AlarmChange]:
        """Take what still waits for its predecessors: nothing more will come. No time passes."""
        flushed = self.order.flush()
        return self._shared([change for one in flushed for change in self._deliver(one)])

    def _shared(self, changes: list[AlarmChange]) -> list[AlarmChange]:
        """The changes, each followed by what it makes of the alarms that lifts share."""
        return [
            one for change in changes for one in (change, *self.together.follow(change, self._roll))
        ]

    def _place_of(self, lift: str) -> Place | None:
        bank = self.banks.get(lift)
        return None if bank is None else _place(bank)

    def _deliver(self, message: Message) -> list[AlarmChange]:
        bank = self.banks[message.lift]
        self.touched.add(bank.lift)
        changes = self._deliver_late(message, bank) if message.late else self._judge(message, bank)
        if message.kind in DATED or bank.view.first_ms == message.at_ms:
            if message.late and message.source == CONSOLE:
                self._consult_later(bank, message.received_ms)
                return changes
            now_ms = max(self.clock_ms, message.received_ms)
            told_ms = message.received_ms if message.late else message.at_ms
            changes += self._consult(bank.lift, now_ms, told_ms=told_ms)
        if message.again:
            return changes
        put_off_ms = bank.silent_until_ms
        changes += bank.receive(message, self.listening.listened_ms(message.received_ms))
        if bank.silent_until_ms != put_off_ms:
            self._silences.note(bank.lift, bank.silent_until_ms)
        return changes

    def _judge(self, message: Message, bank: Bank) -> list[AlarmChange]:
        lag_ms = message.received_ms - message.at_ms
        bank.view.lag_ms = lag_ms if lag_ms > 0 else 0
        try:
            return bank.hear(message)
        finally:
            self._schedule_bank(bank, message.at_ms)

    def _deliver_late(self, message: Message, bank: Bank) -> list[AlarmChange]:
        """History has a bank of its own, so that it cannot disturb how the lift stands now."""
        history = self.history.get(message.lift)
        if history is None:
            history = self.history[message.lift] = self._new_bank(message, late=True)
        history.view.know_as(bank.view)
        history.view.faulty, history.view.heard = bank.view.faulty, bank.view.heard
        changes = history.hear(message)
        if message.kind in CONTEXT and not is_told_already(message, bank.view):
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

    def _listen(self, now_ms: int) -> list[AlarmChange]:
        """Let time pass to `now_ms` of the listening clock."""
        changes: list[AlarmChange] = []
        while (due_ms := self._silences.next_ms()) <= now_ms:
            lift = self._silences.pop()
            bank = self.banks[lift]
            if self.order.is_holding(lift):
                bank.silent_until_ms = FAR_MS  # what waits may be a sign of life: then it is noted
                bank.stirred = True
                continue
            self.touched.add(lift)
            changes += bank.listen(due_ms, deaf_ms=self.listening.deaf_ms)
            self._silences.note(lift, bank.silent_until_ms)
        return changes

    def _consult(self, lift: str, now_ms: int, *, told_ms: int) -> list[AlarmChange]:
        """See what the calendar asks of a lift by now, and when it asks next."""
        bank = self.banks[lift]
        self.touched.add(lift)
        changes = bank.consult(now_ms, told_ms=told_ms)
        self._calendar.note(lift, bank.look_up(now_ms))
        return changes

    def _consult_later(self, bank: Bank, received_ms: int) -> None:
        """Look the calendar up when newer visits than the one just told have been told as well."""
        bank.calendar_ms = max(self.clock_ms, received_ms) + NEWER_MS
        self._calendar.note(bank.lift, bank.calendar_ms)

    def _patience_ms(self, bank: Bank) -> int:
        """A lift whose messages lag is not judged before they can have come."""
        return bank.view.lag_ms if bank.view.lag_ms > WAIT_MS else 0

    def _schedule_bank(self, bank: Bank, after_ms: int) -> None:
        if bank.withheld:
            self.withheld, bank.withheld = [*self.withheld, *bank.withheld], []
        due_ms = bank.due_ms(after_ms)
        if due_ms != FAR_MS:
            due_ms += self._patience_ms(bank)
            self._deadlines.note(bank.lift, due_ms)
        bank.due_received_ms = due_ms

    def _new_bank(self, message: Message, *, late: bool) -> Bank:
        return Bank(
            area=message.area,
            estate=message.estate,
            lift=message.lift,
            late=late,
            detectors=self._detectors,
        )

    def save_fleet(self) -> bytes:
        """For `restore_fleet`: how long we have been deaf, and what lifts share."""
        return msgspec.msgpack.encode(SavedFleet(self.listening, self.together))

    def restore_fleet(self, data: bytes) -> None:
        """Take back what `save_fleet` gave."""
        saved = msgspec.msgpack.decode(data, type=SavedFleet)
        self.listening, self.together = saved.listening, saved.together

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
        self._silences.note(bank.lift, bank.attend())
        self._schedule_bank(bank, bank.view.now.at_ms if bank.view.now else 0)
        self._calendar.note(bank.lift, bank.look_up(self.clock_ms))


def _scored(bank: Bank) -> int:
    hazard = bank.view.hazard
    return 0 if hazard is None else hazard.n


def _place(bank: Bank) -> Place:
    return Place(bank.area, bank.estate, bank.view.facts)

"""All detectors of one lift, and the alarms they hold up together.

Here claims become alarms: several sources of one kind are one alarm, what is silenced is not
raised, and what latches is ended only by the `out` of a visit or by a person.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from detectors.agenda import FAR_MS, NEVER_MS
from detectors.contract import Calendared, Claim, Detector, Listener
from detectors.registry import BY_NAME, DETECTORS
from detectors.routes import routes_of
from detectors.saved import Active, SavedBank
from detectors.view import View, is_goodbye
from detectors.voices import is_told_already
from liftwatch.incidents.endings import Ending
from liftwatch.incidents.incident import AlarmChange
from liftwatch.incidents.kinds import BY_NAME as KINDS
from liftwatch.incidents.kinds import is_silenced
from liftwatch.incidents.silences import Withheld
from liftwatch.telemetry.messages import Maintenance, Message, State

ROUNDS_MAX = 16  # ticks of one advance: far above what one lift's rules can have due at once


class Bank:
    """One lift. `late` banks judge history by its own time and page nobody."""

    __slots__ = (
        "_dues",
        "_next_ms",
        "_routes",
        "active",
        "area",
        "calendar_ms",
        "due_received_ms",
        "estate",
        "hiding",
        "late",
        "lift",
        "pending",
        "rules",
        "silent_until_ms",
        "stirred",
        "view",
        "withheld",
    )

    def __init__(
        self,
        *,
        area: str,
        estate: str,
        lift: str,
        late: bool = False,
        detectors: Sequence[type[Detector]] = DETECTORS,
    ) -> None:
        self.area, self.estate, self.lift, self.late = area, estate, lift, late
        self.view = View()
        self.active: dict[str, Active] = {}
        self.pending: dict[str, Claim] = {}
        self.hiding: set[str] = set()
        self.withheld: list[Withheld] = []
        self.due_received_ms = self.silent_until_ms = self.calendar_ms = FAR_MS
        self.stirred = True
        self._routes = routes_of(tuple(detectors))
        self._install(self._routes.fresh())

    def _install(self, rules: list[Detector]) -> None:
        self.rules = rules
        self._next_ms = FAR_MS
        self._look_ahead()

    def hear(self, message: Message) -> list[AlarmChange]:
        """Take one message, in order; what it changes."""
        at_ms, view, rules = message.at_ms, self.view, self.rules
        if set_back_ms := view.set_back_ms(message):
            self._step(-set_back_ms)
        changes = self.tick(at_ms) if self._next_ms <= at_ms else []
        if message.kind == "maintenance" and is_told_already(message, view):
            return changes
        before = self._silence(at_ms) if self._may_silence(message) else None
        view.take(message)
        if before is not None:
            changes += self._after_silence(before, message)
        dues, moved = self._dues, False
        try:
            for place, has_deadlines in self._routes.hears[message.kind]:
                rule = rules[place]
                for claim in rule.hear(message, view):
                    changes += self._take(claim, rule)
                if has_deadlines and (due_ms := rule.due_ms(NEVER_MS)) != dues[place]:
                    dues[place], moved = due_ms, True
        finally:  # also when a rule has a defect: the others keep their deadlines
            if moved:
                self._next_ms = _soonest(dues)
        return changes

    def end(self, ending: Ending) -> list[AlarmChange]:
        """Take that people ended an alarm: it is cleared, and judged afresh from then on.

        What happened between their word and our hearing it is raised. A claim that is not the one
        they ended stays.
        """
        active = self.active.get(ending.kind)
        if active is None or active.opened_ms != ending.opened_ms:
            return []
        changes = [self._clear(ending.kind, ending.at_ms)]
        for rule in self.rules:
            concerned = ending.kind in rule.kinds and rule.name != "reported"
            if concerned and not any(kind in self.active for kind in rule.kinds):
                rule.forget()
        self.view.forget_motion()
        self._look_ahead()
        again = active.again
        if again is not None and again.at_ms > ending.at_ms:
            # never the moment of the claim that was ended, or it would be ended with it
            opened_ms = max(again.opened_ms, ending.at_ms)
            changes += self._raise(msgspec.structs.replace(again, opened_ms=opened_ms))
        return changes

    def tick(self, now_ms: int) -> list[AlarmChange]:
        """Let time pass to `now_ms`, in event time; what that changes."""
        changes: list[AlarmChange] = []
        dues = self._dues.copy()
        for _ in range(ROUNDS_MAX):
            due_ms = _soonest(dues)
            if due_ms > now_ms:
                break
            place = dues.index(due_ms)
            rule = self.rules[place]
            for claim in rule.tick(due_ms, self.view):
                changes += self._take(claim, rule)
            dues[place] = rule.due_ms(due_ms)
        self._look_ahead()
        return changes

    def due_ms(self, after_ms: int) -> int:
        """The next moment after `after_ms` at which `tick` could have something to say."""
        if self._next_ms > after_ms:
            return self._next_ms
        return _soonest(self.rules[place].due_ms(after_ms) for place in self._routes.timed)

    def receive(self, message: Message, listened_ms: int) -> list[AlarmChange]:
        """Take one message as received, for those who live by that; what it changes."""
        if listened_ms < self.silent_until_ms and not self.stirred and message.kind != "online":
            self.view.received_ms, self.view.listened_ms = message.received_ms, listened_ms
            return []
        changes = self.listen(listened_ms, deaf_ms=message.received_ms - listened_ms)
        if not is_goodbye(message):
            self.view.received_ms, self.view.listened_ms = message.received_ms, listened_ms
        for rule in self._listeners():
            for claim in rule.receive(message, listened_ms):
                changes += self._take(claim, rule)
        self.attend()
        return changes

    def listen(self, now_ms: int, *, deaf_ms: int) -> list[AlarmChange]:
        """Let silence last until `now_ms` of the listening clock; what that changes."""
        changes: list[AlarmChange] = []
        for rule in self._listeners():
            for claim in rule.listen(now_ms, self.view, deaf_ms=deaf_ms):
                changes += self._take(claim, rule)
        self.attend()
        return changes

    def consult(self, now_ms: int, *, told_ms: int) -> list[AlarmChange]:
        """Let those who live by the calendar see what is due; what that changes."""
        changes: list[AlarmChange] = []
        for place in self._routes.calendared:
            rule = self.rules[place]
            assert isinstance(rule, Calendared)
            for claim in rule.consult(now_ms, self.view, told_ms=told_ms):
                changes += self._take(claim, rule)
        return changes

    def look_up(self, now_ms: int) -> int:
        """The next moment of the calendar, by the time of reception."""
        rules = (self.rules[place] for place in self._routes.calendared)
        moments = [r.calendar_ms(now_ms, self.view) for r in rules if isinstance(r, Calendared)]
        self.calendar_ms = _soonest(moments)
        return self.calendar_ms

    def step(self, by_ms: int) -> None:
        """Our clock has stepped."""
        if self.view.received_ms is not None:
            self.view.received_ms += by_ms
        self._step(by_ms)

    def _step(self, by_ms: int) -> None:
        """A clock has: ours, or the terminal's. What has begun is judged afresh, what is raised
        stays raised: nobody can tell how long what was seen before the step has lasted."""
        self.view.step(by_ms)
        for rule in self.rules:
            told = rule.name == "reported" or any(kind in self.active for kind in rule.kinds)
            if not told and not isinstance(rule, Listener | Calendared):  # whose clocks are others
                rule.forget()
        self._look_ahead()

    def attend(self) -> int:
        """Ask the listeners until when there may be silence; a sign of life puts it off later."""
        self.stirred = any(rule.stirred for rule in self._listeners())
        silences = [rule.silent_until_ms(self.view) for rule in self._listeners()]
        self.silent_until_ms = _soonest(silences)
        return self.silent_until_ms

    def _listeners(self) -> Iterator[Listener]:
        for place in self._routes.listeners:
            rule = self.rules[place]
            assert isinstance(rule, Listener)
            yield rule

    def _look_ahead(self) -> None:
        """Ask every rule when it is due."""
        dues: list[int | None] = [None] * len(self.rules)
        for place in self._routes.timed:
            dues[place] = self.rules[place].due_ms(NEVER_MS)
        self._dues, self._next_ms = dues, _soonest(dues)

    def _may_silence(self, message: Message) -> bool:
        """Whether it can begin or end a silence: it tells another mode, or is of a visit."""
        body = message.body
        if isinstance(body, State):
            return body.service_mode != self.view.mode
        return isinstance(body, Maintenance)

    def _silence(self, at_ms: int) -> tuple[bool, str | None]:
        return self.view.is_planned(at_ms), self.view.silencing_mode(at_ms)

    def _after_silence(
        self, before: tuple[bool, str | None], message: Message
    ) -> Iterable[AlarmChange]:
        """End what a visit ends, and judge afresh what was silenced and no longer is."""
        after = self._silence(message.at_ms)
        changes: list[AlarmChange] = []
        body = message.body
        if isinstance(body, Maintenance) and body.phase == "out":
            self.view.forget_motion()
            latched = [kind for kind in self.active if KINDS[kind].latches]
            changes += [self._clear(kind, message.at_ms) for kind in latched]
        if before == after:
            return changes
        self.hiding = set()
        for rule in self.rules:
            freed = [kind for kind in rule.kinds if _ends(kind, before, after)]
            if freed and rule.name != "reported" and not any(k in self.active for k in rule.kinds):
                rule.forget()
                self.view.forget_motion()
        self._look_ahead()
        for source, claim in list(self.pending.items()):
            if not _silent(claim.kind, after):
                del self.pending[source]
                now = msgspec.structs.replace(claim, at_ms=message.at_ms)
                changes += self._raise(now)
        return changes

    def _take(self, claim: Claim, rule: Detector) -> list[AlarmChange]:
        if claim.edge == "cleared":
            return self._drop(claim)
        if _silent(claim.kind, self._silence(claim.at_ms)) and claim.kind not in self.active:
            self._withhold(claim)
            if claim.source == "rule":
                rule.silenced(claim.kind)
            elif not KINDS[claim.kind].latches:
                self.pending[claim.source] = claim
            return []
        return self._raise(claim)

    def _withhold(self, claim: Claim) -> None:
        """Note the first claim of a kind that is not raised while the lift is worked on."""
        if self.late or claim.kind in self.hiding:
            return
        self.hiding.add(claim.kind)
        self.withheld.append(
            Withheld(
                lift=self.lift,
                kind=claim.kind,
                area=self.area,
                estate=self.estate,
                at_ms=claim.at_ms,
                by="mode" if self.view.visit_ms is None else "visit",
            )
        )

    def _raise(self, claim: Claim) -> list[AlarmChange]:
        severity = claim.severity or KINDS[claim.kind].severity
        active = self.active.get(claim.kind)
        if active is None:
            opened = {claim.source: claim.opened_ms}
            self.active[claim.kind] = Active(opened, claim.opened_ms, severity)
            self.view.active = tuple(sorted(self.active))
            return [self._change(claim, "raised", severity), *self._witnessed(claim)]
        active.sources[claim.source] = claim.opened_ms
        if KINDS[claim.kind].latches:
            active.again = claim
        if severity < active.severity:
            active.severity = severity
            return [self._change(claim, "graver", severity)]
        return []

    def _witnessed(self, claim: Claim) -> list[AlarmChange]:
        """An alarm may be what another rule waits for."""
        changes: list[AlarmChange] = []
        for place in self._routes.witnesses:
            rule = self.rules[place]
            for one in rule.witness(claim, self.view):
                changes += self._take(one, rule)
        return changes

    def _drop(self, claim: Claim) -> list[AlarmChange]:
        self.pending.pop(claim.source, None)
        active = self.active.get(claim.kind)
        if active is None or claim.source not in active.sources or KINDS[claim.kind].latches:
            return []
        del active.sources[claim.source]
        return [] if active.sources else [self._clear(claim.kind, claim.at_ms)]

    def _clear(self, kind: str, at_ms: int) -> AlarmChange:
        active = self.active.pop(kind)
        self.view.active = tuple(sorted(self.active))
        claim = Claim(kind=kind, edge="cleared", at_ms=at_ms, opened_ms=active.opened_ms)
        return self._change(claim, "cleared", active.severity)

    def _change(self, claim: Claim, edge: Any, severity: int) -> AlarmChange:
        return AlarmChange(
            area=self.area,
            estate=self.estate,
            lift=self.lift,
            kind=claim.kind,
            edge=edge,
            opened_ms=claim.opened_ms,
            at_ms=claim.at_ms,
            severity=severity,
            late=self.late,
            exercise=self.view.exercise,
            evidence=claim.evidence,
        )

    def save(self) -> bytes:
        """The whole state, as bytes."""
        rules = {rule.name: rule for rule in self.rules}
        saved = SavedBank(
            self.area,
            self.estate,
            self.lift,
            self.late,
            self.view,
            rules,
            self.active,
            self.pending,
            self.hiding,
        )
        return msgspec.msgpack.encode(saved)


def restore_bank(data: bytes, *, detectors: Sequence[type[Detector]] = DETECTORS) -> Bank:
    """The bank that `save` described; rules that have come since begin afresh."""
    saved = msgspec.msgpack.decode(data, type=SavedBank)
    bank = Bank(
        area=saved.area,
        estate=saved.estate,
        lift=saved.lift,
        late=saved.late,
        detectors=detectors,
    )
    bank.view, bank.active, bank.pending = saved.view, saved.active, saved.pending
    bank.hiding = saved.hiding
    bank._install(
        [
            msgspec.convert(saved.rules[rule.name], type=BY_NAME[rule.name])
            if rule.name in saved.rules
            else rule
            for rule in bank.rules
        ]
    )
    return bank


def _soonest(dues: Iterable[int | None]) -> int:
    return min((due_ms for due_ms in dues if due_ms is not None), default=FAR_MS)


def _silent(kind: str, silence: tuple[bool, str | None]) -> bool:
    planned, mode = silence
    return is_silenced(kind, planned=planned, mode=mode)


def _ends(kind: str, before: tuple[bool, str | None], after: tuple[bool, str | None]) -> bool:
    return _silent(kind, before) and not _silent(kind, after)

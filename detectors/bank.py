"""All detectors of one lift, and the alarms they hold up together.

Here claims become alarms: several sources of one kind are one alarm, what is silenced is not
raised, and what latches is ended only by the `out` of a visit or by a person.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from detectors.agenda import FAR_MS
from detectors.contract import Claim, Detector
from detectors.registry import BY_NAME, DETECTORS
from detectors.view import View
from liftwatch.incidents.incident import AlarmChange
from liftwatch.incidents.kinds import BY_NAME as KINDS
from liftwatch.incidents.kinds import is_silenced
from liftwatch.telemetry.messages import Maintenance, Message, State

NEVER_MS: Final = -(2**62)  # before every message
ROUNDS_MAX = 16  # ticks of one advance: far above what one lift's rules can have due at once


class Active(Struct, gc=False):
    """A raised alarm: what holds it up, since when, and how grave it is."""

    sources: dict[str, int]
    opened_ms: int
    severity: int


class SavedBank(Struct):
    """A bank as it is kept over a restart."""

    area: str
    estate: str
    lift: str
    late: bool
    view: View
    rules: dict[str, Any]
    active: dict[str, Active]
    pending: dict[str, Claim] = field(default_factory=dict)


class Routes:
    """Which of some detectors hear a kind, and which of those have deadlines, by their places.

    It is the same for every lift.
    """

    def __init__(self, detectors: Sequence[type[Detector]]) -> None:
        self._detectors = detectors
        self._shared = {one: one() for one in detectors if not one.__struct_fields__}
        timed = {place for place, one in enumerate(detectors) if one.due_ms is not Detector.due_ms}
        self.timed = tuple(sorted(timed))
        self.hears: dict[str, tuple[int, ...]] = {}
        for place, detector in enumerate(detectors):
            for kind in detector.hears:
                self.hears[kind] = (*self.hears.get(kind, ()), place)
        self.hears_timed = {
            kind: tuple(place for place in places if place in timed)
            for kind, places in self.hears.items()
        }

    def fresh(self) -> list[Detector]:
        """The detectors of a new lift; one without a state serves all lifts."""
        return [self._shared.get(one) or one() for one in self._detectors]


_routes = cache(Routes)


class Bank:
    """One lift. `late` banks judge history by its own time and page nobody."""

    __slots__ = (
        "_dues",
        "_next_ms",
        "_routes",
        "active",
        "area",
        "due_received_ms",
        "estate",
        "late",
        "lift",
        "pending",
        "rules",
        "view",
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
        self.due_received_ms = FAR_MS
        self._routes = _routes(tuple(detectors))
        self._install(self._routes.fresh())

    def _install(self, rules: list[Detector]) -> None:
        self.rules = rules
        self._dues = [FAR_MS] * len(rules)
        self._next_ms = FAR_MS
        self._look_ahead(self._routes.timed)

    def hear(self, message: Message) -> list[AlarmChange]:
        """Take one message, in order; what it changes."""
        at_ms, kind, view, rules = message.at_ms, message.kind, self.view, self.rules
        changes = self.tick(at_ms) if self._next_ms <= at_ms else []
        before = self._silence(at_ms) if self._may_silence(message) else None
        view.take(message)
        if before is not None:
            changes += self._after_silence(before, message)
        for place in self._routes.hears.get(kind, ()):
            rule = rules[place]
            for claim in rule.hear(message, view):
                changes += self._take(claim, rule)
        self._look_ahead(self._routes.hears_timed.get(kind, ()))
        return changes

    def tick(self, now_ms: int) -> list[AlarmChange]:
        """Let time pass to `now_ms`, in event time; what that changes."""
        changes: list[AlarmChange] = []
        dues = self._dues.copy()
        for _ in range(ROUNDS_MAX):
            due_ms = min(dues)
            if due_ms > now_ms:
                break
            place = dues.index(due_ms)
            rule = self.rules[place]
            for claim in rule.tick(due_ms, self.view):
                changes += self._take(claim, rule)
            dues[place] = _due_ms(rule, due_ms)
        self._look_ahead(self._routes.timed)
        return changes

    def due_ms(self, after_ms: int) -> int:
        """The next moment after `after_ms` at which `tick` could have something to say."""
        if self._next_ms > after_ms:
            return self._next_ms
        return min(_due_ms(self.rules[place], after_ms) for place in self._routes.timed)

    def _look_ahead(self, places: Sequence[int]) -> None:
        """Ask the rules at these places, who may have changed their minds, when they are due."""
        dues, changed = self._dues, False
        for place in places:
            due_ms = self.rules[place].due_ms(NEVER_MS)
            if due_ms is None:
                due_ms = FAR_MS
            if due_ms != dues[place]:
                dues[place], changed = due_ms, True
        if changed:
            self._next_ms = min(dues)

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
        for rule in self.rules:
            freed = [kind for kind in rule.kinds if _ends(kind, before, after)]
            if freed and rule.name != "reported" and not any(k in self.active for k in rule.kinds):
                rule.forget()
                self.view.forget_motion()
        self._look_ahead(self._routes.timed)
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
            if claim.source == "rule":
                rule.silenced(claim.kind)
            elif not KINDS[claim.kind].latches:
                self.pending[claim.source] = claim
            return []
        return self._raise(claim)

    def _raise(self, claim: Claim) -> list[AlarmChange]:
        severity = claim.severity or KINDS[claim.kind].severity
        active = self.active.get(claim.kind)
        if active is None:
            opened = {claim.source: claim.opened_ms}
            self.active[claim.kind] = Active(opened, claim.opened_ms, severity)
            self.view.active = sorted(self.active)
            return [self._change(claim, "raised", severity)]
        active.sources[claim.source] = claim.opened_ms
        if severity < active.severity:
            active.severity = severity
            return [self._change(claim, "graver", severity)]
        return []

    def _drop(self, claim: Claim) -> list[AlarmChange]:
        self.pending.pop(claim.source, None)
        active = self.active.get(claim.kind)
        if active is None or claim.source not in active.sources or KINDS[claim.kind].latches:
            return []
        del active.sources[claim.source]
        return [] if active.sources else [self._clear(claim.kind, claim.at_ms)]

    def _clear(self, kind: str, at_ms: int) -> AlarmChange:
        active = self.active.pop(kind)
        self.view.active = sorted(self.active)
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
    bank._install(
        [
            msgspec.convert(saved.rules[rule.name], type=BY_NAME[rule.name])
            if rule.name in saved.rules
            else rule
            for rule in bank.rules
        ]
    )
    return bank


def _due_ms(rule: Detector, after_ms: int) -> int:
    due_ms = rule.due_ms(after_ms)
    return FAR_MS if due_ms is None else due_ms


def _silent(kind: str, silence: tuple[bool, str | None]) -> bool:
    planned, mode = silence
    return is_silenced(kind, planned=planned, mode=mode)


def _ends(kind: str, before: tuple[bool, str | None], after: tuple[bool, str | None]) -> bool:
    return _silent(kind, before) and not _silent(kind, after)

"""All detectors of one lift, and the alarms they hold up together.

Here claims become alarms: several sources of one kind are one alarm, what is silenced is not
raised, and what latches is ended only by the `out` of a visit or by a person.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

from detectors.contract import Claim, Detector, soonest
from detectors.registry import BY_NAME, DETECTORS
from detectors.view import View
from liftwatch.incidents.incident import AlarmChange
from liftwatch.incidents.kinds import BY_NAME as KINDS
from liftwatch.incidents.kinds import is_silenced
from liftwatch.telemetry.messages import Maintenance, Message

NEVER_MS = -(2**62)  # before every message
ROUNDS_MAX = 16  # ticks of one advance: far above what one lift's rules can have due at once


class Active(Struct):
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
    rules: dict[str, msgspec.Raw]
    active: dict[str, Active]
    pending: dict[str, Claim] = field(default_factory=dict)


class Bank:
    """One lift. `late` banks judge history by its own time and page nobody."""

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
        self._install([detector() for detector in detectors])

    def _install(self, rules: list[Detector]) -> None:
        self.rules = rules
        self._hears: dict[str, list[Detector]] = {}
        for rule in rules:
            for kind in rule.hears:
                self._hears.setdefault(kind, []).append(rule)
        self._timed = [rule for rule in rules if type(rule).due_ms is not Detector.due_ms]
        self._next_ms = self._soonest(NEVER_MS)

    def hear(self, message: Message) -> list[AlarmChange]:
        """Take one message, in order; what it changes."""
        changes = self.tick(message.at_ms)
        view, before = self.view, self._silence(message.at_ms)
        view.take(message)
        if message.kind in ("state", "maintenance"):
            changes += self._after_silence(before, message)
        for rule in self._hears.get(message.kind, ()):
            for claim in rule.hear(message, view):
                changes += self._take(claim, rule)
        self._next_ms = self._soonest(NEVER_MS)
        return changes

    def tick(self, now_ms: int) -> list[AlarmChange]:
        """Let time pass to `now_ms`, in event time; what that changes."""
        changes: list[AlarmChange] = []
        if self._next_ms is None or self._next_ms > now_ms:
            return changes
        told: dict[str, int] = {}
        for _ in range(ROUNDS_MAX):
            dues = [
                (due_ms, rule)
                for rule in self._timed
                if (due_ms := rule.due_ms(told.get(rule.name, NEVER_MS))) is not None
                and due_ms <= now_ms
            ]
            if not dues:
                break
            due_ms, rule = min(dues, key=lambda due: due[0])
            told[rule.name] = due_ms
            for claim in rule.tick(due_ms, self.view):
                changes += self._take(claim, rule)
        self._next_ms = self._soonest(NEVER_MS)
        return changes

    def due_ms(self, after_ms: int) -> int | None:
        """The next moment after `after_ms` at which `tick` could have something to say."""
        if self._next_ms is None or self._next_ms > after_ms:
            return self._next_ms
        return self._soonest(after_ms)

    def _soonest(self, after_ms: int) -> int | None:
        return soonest((rule.due_ms(after_ms) for rule in self._timed), after_ms=after_ms)

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
        rules = {rule.name: msgspec.Raw(msgspec.msgpack.encode(rule)) for rule in self.rules}
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
            msgspec.msgpack.decode(saved.rules[rule.name], type=BY_NAME[rule.name])
            if rule.name in saved.rules
            else rule
            for rule in bank.rules
        ]
    )
    return bank


def _silent(kind: str, silence: tuple[bool, str | None]) -> bool:
    planned, mode = silence
    return is_silenced(kind, planned=planned, mode=mode)


def _ends(kind: str, before: tuple[bool, str | None], after: tuple[bool, str | None]) -> bool:
    return _silent(kind, before) and not _silent(kind, after)

"""Kinds that the calendar raises: what was to be done by a date, and was not."""

from collections.abc import Iterable

from msgspec import field

from detectors.contract import Calendared, Claim
from detectors.duties import DUTIES, Duty, Term
from detectors.view import View


class Calendar(Calendared):
    """Judges every row of the table of duties, by the newest time of reception of any lift.

    A default that was there before the lift told of it is certain from that message on. It clears
    with the message that shows the duty done, or that shows there is none.
    """

    name = "calendar"
    kinds = tuple(duty.kind for duty in DUTIES)

    severities: dict[str, int] = field(default_factory=dict)

    def consult(self, now_ms: int, view: View, *, told_ms: int) -> Iterable[Claim]:
        """Raise what is due, make graver what is overdue, clear what is done."""
        for duty in DUTIES:
            claim = self._judge(duty, duty.term(view), now_ms=now_ms, told_ms=told_ms)
            if claim is not None:
                yield claim

    def calendar_ms(self, now_ms: int, view: View) -> int | None:
        """The next step of any duty."""
        terms = (duty.term(view) for duty in DUTIES)
        steps = (step.at_ms for term in terms if term is not None for step in term.steps)
        return min((at_ms for at_ms in steps if at_ms > now_ms), default=None)

    def _judge(self, duty: Duty, term: Term | None, *, now_ms: int, told_ms: int) -> Claim | None:
        reached = [step for step in term.steps if step.at_ms <= now_ms] if term else []
        known = self.severities.get(duty.kind)
        if term is None or not reached:
            if known is None:
                return None
            del self.severities[duty.kind]
            return Claim(kind=duty.kind, edge="cleared", at_ms=told_ms)
        step = reached[-1]
        if known is not None and known <= step.severity:
            return None
        self.severities[duty.kind] = step.severity
        first = reached[0] if known is None else step
        return Claim(
            kind=duty.kind,
            edge="raised",
            at_ms=max(first.at_ms, told_ms),
            opened_ms=term.since_ms,
            severity=step.severity,
            evidence={**term.evidence, "source": duty.source},
        )

"""What is due of lifts, certificates and contradictions look like in JSON."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from api.care_shapes import Hash, LiftName, Short
from liftwatch.care.answer import WHY_MAX, Answer, AnswerState
from liftwatch.care.checklist import Work
from liftwatch.care.inspection import Inspection, Standing, Verdict
from liftwatch.care.regime import RegimeKind
from liftwatch.clock import rfc3339
from liftwatch.handlers.care_plans import Planned, Row, What

Why = Annotated[str, Meta(min_length=1, max_length=WHY_MAX)]


class RegimeBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """How a lift is kept."""

    kind: RegimeKind
    interval_days: Annotated[int, Meta(ge=1, le=90)] = 15
    filing_no: Short = ""
    insurance_policy: Short = ""
    insured_until: date | None = None
    unit_class: Short = ""
    declared: bool = False


class ConditionShape(Struct):
    """A condition of maintenance on demand, whether it is met, and why (not)."""

    name: str
    met: bool
    why: str


class DueShape(Struct):
    """A list that is due."""

    work: Work
    due_at: str
    last_at: str | None
    overdue: bool


class PlanShape(Struct, kw_only=True):
    """How a lift is kept, by whom, what is due; `interval_days` is the one that holds."""

    lift: str
    organisation: str | None
    kind: RegimeKind
    filed_days: int
    interval_days: int
    filing_no: str
    insurance_policy: str
    insured_until: date | None
    unit_class: str
    declared: bool
    conditions: list[ConditionShape]
    due: list[DueShape]
    next: DueShape | None
    version: int


class CalendarRow(Struct, kw_only=True):
    """What is due of a lift on a day; `by` says by which rule or word."""

    day: date
    lift: str
    area: str
    estate: str
    what: What
    work: Work | None
    over: bool
    by: str


class CalendarShape(Struct):
    """What is due from a day to another, in order."""

    items: list[CalendarRow]


class CertificateBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A certificate of inspection."""

    lift: LiftName
    number: Annotated[str, Meta(min_length=1, max_length=64)]
    sha256: Hash
    verdict: Verdict
    inspected_on: date
    next_on: date | None = None
    body: Short = ""


class StandingShape(Struct, kw_only=True):
    """How a lift stands before the law; `by` age: computed from a table that is to be verified."""

    due_on: date | None
    by: str | None
    forbidden: bool
    failed: bool
    life_ends_on: date | None
    assessed_until: date | None


class InspectionList(Struct):
    """A lift's standing and its certificates, the newest first."""

    lift: str
    standing: StandingShape
    items: list[Inspection]


class ReplyBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What the unit says."""

    why: Why


class RulingBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Whether it counts, and why."""

    counts: bool
    why: Why


class ContradictionShape(Struct, kw_only=True):
    """A record that says done, where signals say not: what was said to it, what was decided."""

    incident: str
    lift: str
    area: str
    estate: str
    raised_at: str
    contradicted_by: list[str]
    visit: str | None
    state: AnswerState
    due_at: str
    reply: str
    replied_at: str | None
    ruling: str
    ruled_at: str | None
    version: int


class ContradictionList(Struct):
    """Contradictions, the newest first."""

    items: list[ContradictionShape]


DESCRIBED_DUE = (RegimeBody, CertificateBody, ReplyBody, RulingBody)


def plan_shape(one: Planned, *, now_ms: int) -> PlanShape:
    """A plan as the API shows it."""

    def due(work: Work, due_ms: int, last_ms: int | None) -> DueShape:
        last = None if last_ms is None else rfc3339(last_ms)
        return DueShape(work, rfc3339(due_ms), last, now_ms >= due_ms)

    regime = one.regime
    return PlanShape(
        lift=one.row.lift,
        organisation=one.unit,
        kind=regime.kind,
        filed_days=regime.interval_days,
        interval_days=one.interval,
        filing_no=regime.filing_no,
        insurance_policy=regime.insurance_policy,
        insured_until=regime.insured_until,
        unit_class=regime.unit_class,
        declared=regime.declared,
        conditions=[ConditionShape(c.name, c.met, str(c.why)) for c in one.conditions],
        due=[due(*each) for each in one.dues],
        next=None if one.next is None else due(*one.next),
        version=regime.version,
    )


def calendar_row(row: Row) -> CalendarRow:
    """A row of the calendar as the API shows it."""
    return CalendarRow(**row._asdict())


def standing_shape(one: Standing) -> StandingShape:
    """A lift's standing as the API shows it."""
    return StandingShape(
        due_on=one.due_on,
        by=one.by,
        forbidden=one.forbidden,
        failed=one.failed,
        life_ends_on=one.life_ends_on,
        assessed_until=one.assessed_until,
    )


def contradiction_shape(
    one: Answer, *, raised_ms: int, contradicted_by: list[str]
) -> ContradictionShape:
    """A contradiction as the API shows it."""
    return ContradictionShape(
        incident=one.incident,
        lift=one.lift,
        area=one.area,
        estate=one.estate,
        raised_at=rfc3339(raised_ms),
        contradicted_by=contradicted_by,
        visit=one.visit,
        state=one.state,
        due_at=rfc3339(one.due_ms),
        reply=one.reply,
        replied_at=None if one.replied_ms is None else rfc3339(one.replied_ms),
        ruling=one.ruling,
        ruled_at=None if one.ruled_ms is None else rfc3339(one.ruled_ms),
        version=one.version,
    )

"""What lists and things look like in JSON: types that encode them and describe them alike."""

from typing import Any, Literal

import msgspec
from fastapi import Response
from msgspec import Struct, field

from api.area_shapes import DESCRIBED_AREA
from api.care_due_shapes import DESCRIBED_DUE
from api.care_shapes import DESCRIBED_CARE
from api.case_shapes import DESCRIBED_CASES
from api.complaint_shapes import DESCRIBED_COMPLAINTS
from api.contact_shapes import DESCRIBED_CONTACTS
from api.credit_shapes import DESCRIBED_CREDIT
from api.dwelling_shapes import DESCRIBED_DWELLINGS
from api.figure_shapes import DESCRIBED_FIGURES
from api.fund_bodies import DESCRIBED_BODIES
from api.fund_shapes import DESCRIBED_FUND
from api.hazard_shapes import DESCRIBED_HAZARDS
from api.influx_shapes import DESCRIBED_INFLUX
from api.instruction_shapes import DESCRIBED_INSTRUCTIONS
from api.move_shapes import DESCRIBED_MOVES, DeadlineShape, OwnerShape
from api.notice_shapes import DESCRIBED_NOTICES
from api.people_shapes import DESCRIBED_PEOPLE
from api.place_shapes import DESCRIBED_PLACES
from api.recall_shapes import DESCRIBED_RECALLS
from api.register_shapes import DESCRIBED_REGISTER
from api.renewal_shapes import DESCRIBED_RENEWALS
from api.report_shapes import DESCRIBED_REPORTS
from api.rescue_shapes import DESCRIBED_RESCUE
from api.rota_shapes import DESCRIBED_ROTAS
from api.scorecard_shapes import DESCRIBED_SCORES
from api.silence_shapes import DESCRIBED_SILENCES
from liftwatch.account import AccountGap, Completeness
from liftwatch.clock import day_text, rfc3339
from liftwatch.incidents.evidence import Confidence
from liftwatch.incidents.incident import State
from liftwatch.ports import LiftRow, Summary
from liftwatch.register.facts import Facts


class Lift(Facts, kw_only=True, omit_defaults=False, frozen=True):
    """A lift: who it is, all the register knows, and how it stood when we last heard."""

    lift: str
    area: str
    estate: str
    state: dict[str, Any] | None
    state_at: str | None
    online: str | None
    heard_at: str | None
    exercise: bool
    open_incidents: list[str]


class IncidentShape(Struct, kw_only=True):
    """An incident, as `liftwatch.handlers.alarms.incident_data` writes it."""

    id: str
    lift: str | None
    kind: str
    severity: int
    severity_max: int
    state: State
    alarm: Literal["raised", "cleared"]
    opened_at: str
    raised_at: str
    cleared_at: str | None
    late: bool
    exercise: bool
    scope: str | None
    lifts: list[str]
    parent: str | None
    version: int
    occurrences: int
    area: str
    estate: str
    evidence: dict[str, Any]
    owner: OwnerShape | None
    deadlines: list[DeadlineShape]


class LiftList(Struct):
    """A page of lifts."""

    items: list[Lift]
    next: str | None


class IncidentList(Struct):
    """A page of incidents."""

    items: list[IncidentShape]
    next: str | None


class LimitShape(Struct, kw_only=True):
    """From which value on a signal was too much."""

    signal: str
    value: float


class WindowShape(Struct, kw_only=True):
    """What a lift said around one moment; a series is [[ms from raised_at, value], ...]."""

    n: int
    from_: str = field(name="from")
    to: str
    opened_at: str
    raised_at: str
    complete: bool
    pending: bool
    kept_at: str | None
    points: int
    thinned: dict[str, int]
    series: dict[str, list[tuple[int, bool | int | float | str]]]


class EvidenceShape(Struct, kw_only=True):
    """What made an incident so, as `api.evidence.evidence_shape` writes it."""

    incident: str
    kind: str
    lift: str | None
    threshold: str
    source: str
    signals: list[str]
    limits: list[LimitShape]
    confidence: Confidence | None
    windows: list[WindowShape]


class TelemetryList(Struct):
    """Points in order of time: `at`, `kind`, and a value or a Summary for every signal."""

    items: list[dict[str, Any]]
    next: str | None


class CompletenessShape(Struct, kw_only=True):
    """How much of a lift's day has come; `heard`, `missing` and `jumps` are of its terminals."""

    lift: str
    area: str
    estate: str
    day: str
    completeness_pct: float | None
    received: int
    late: int
    duplicates: int
    clock_ahead_ms: int | None
    heard: int
    missing: int
    jumps: int


class DayList(Struct):
    """The days of a lift."""

    items: list[CompletenessShape]


class CompletenessList(Struct):
    """A page of a day's lifts."""

    items: list[CompletenessShape]
    next: str | None


class GapShape(Struct, kw_only=True):
    """What is missing of one boot, both ends included, and the day that misses it."""

    area: str
    estate: str
    terminal: str
    boot: str
    first_seq: int
    last_seq: int
    day: str


class GapList(Struct):
    """A page of gaps."""

    items: list[GapShape]
    next: str | None


DESCRIBED = (
    Lift,
    IncidentShape,
    LiftList,
    IncidentList,
    LimitShape,
    WindowShape,
    EvidenceShape,
    TelemetryList,
    Summary,
    CompletenessShape,
    DayList,
    CompletenessList,
    GapShape,
    GapList,
)
NO_STORE = {"Cache-Control": "no-store"}


def answer(data: Any, *, status: int = 200) -> Response:
    """JSON that nobody keeps."""
    return Response(
        msgspec.json.encode(data),
        status_code=status,
        media_type="application/json",
        headers=NO_STORE,
    )


def lift_shape(row: LiftRow, open_kinds: list[str]) -> Lift:
    """A lift as the API and the stream show it."""
    facts = {name: getattr(row.facts, name) for name in Facts.__struct_fields__}
    return Lift(
        **facts,
        lift=row.lift,
        area=row.area,
        estate=row.estate,
        state=row.state,
        state_at=None if row.state_ms is None else rfc3339(row.state_ms),
        online=row.online,
        heard_at=None if row.heard_ms is None else rfc3339(row.heard_ms),
        exercise=row.exercise,
        open_incidents=open_kinds,
    )


def completeness_shape(one: Completeness) -> CompletenessShape:
    """A lift's day as the API shows it."""
    return CompletenessShape(
        lift=one.lift,
        area=one.area,
        estate=one.estate,
        day=day_text(one.day),
        completeness_pct=percent(one),
        received=one.received,
        late=one.late,
        duplicates=one.duplicates,
        clock_ahead_ms=one.ahead_ms,
        heard=one.heard,
        missing=one.missing,
        jumps=one.jumps,
    )


def percent(one: Completeness) -> float | None:
    """How much of all that was sent has come, rounded down: 100 is nothing missing at all."""
    everything = one.heard + one.missing
    return None if not everything else one.heard * 1_000_000 // everything / 10_000


def gap_shape(gap: AccountGap) -> GapShape:
    """A gap as the API shows it."""
    return GapShape(
        area=gap.area,
        estate=gap.estate,
        terminal=gap.terminal,
        boot=gap.boot,
        first_seq=gap.first_seq,
        last_seq=gap.last_seq,
        day=day_text(gap.day),
    )


_ANSWERS: dict[type[Struct], None] = {}
"""What routes answer with: whoever says it by `described` need not list it."""


def described(
    shape: type[Struct], description: str, *, status: int = 200
) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that answers with a shape."""
    _ANSWERS[shape] = None
    schema = {"$ref": f"#/components/schemas/{shape.__name__}"}
    content = {"application/json": {"schema": schema}}
    return {status: {"description": description, "content": content}}


def schemas() -> dict[str, Any]:
    """The OpenAPI schemas of all shapes: those of answers, and those of bodies that are listed."""
    _, components = msgspec.json.schema_components(
        (
            *_ANSWERS,
            *DESCRIBED,
            *DESCRIBED_MOVES,
            *DESCRIBED_PEOPLE,
            *DESCRIBED_DWELLINGS,
            *DESCRIBED_REGISTER,
            *DESCRIBED_RESCUE,
            *DESCRIBED_ROTAS,
            *DESCRIBED_CONTACTS,
            *DESCRIBED_PLACES,
            *DESCRIBED_SILENCES,
            *DESCRIBED_COMPLAINTS,
            *DESCRIBED_NOTICES,
            *DESCRIBED_INSTRUCTIONS,
            *DESCRIBED_RECALLS,
            *DESCRIBED_CREDIT,
            *DESCRIBED_AREA,
            *DESCRIBED_SCORES,
            *DESCRIBED_HAZARDS,
            *DESCRIBED_RENEWALS,
            *DESCRIBED_REPORTS,
            *DESCRIBED_FUND,
            *DESCRIBED_BODIES,
            *DESCRIBED_CASES,
            *DESCRIBED_FIGURES,
            *DESCRIBED_INFLUX,
            *DESCRIBED_CARE,
            *DESCRIBED_DUE,
        ),
        ref_template="#/components/schemas/{name}",
    )
    return components

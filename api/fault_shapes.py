"""What the fault history looks like in JSON and in a table for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from liftwatch.audit.export import MARK, harmless
from liftwatch.care.faults import Fault, Fixed, FixRate, How, PartLife, Verdict
from liftwatch.care.parts import part_of
from liftwatch.care.signature import Signature, Signed
from liftwatch.clock import DAY_MS, rfc3339


class CodeShape(Struct, kw_only=True):
    """A code as it was told, and until when it stood."""

    dialect: str
    code: str
    text: str
    kind: str | None
    part: str
    at: str
    closed_at: str | None


class ReplacedShape(Struct, kw_only=True):
    """A line of a check list whose part was replaced."""

    item: str
    part: str
    at: str


class FaultEvidenceShape(Struct, kw_only=True):
    """Where the signals are, and a small drawing of one: ms from the raising, and its value."""

    href: str
    signal: str | None
    points: list[tuple[int, float]]


class FaultShape(Struct, kw_only=True):
    """A fault. `incident` is null for a code that raised nothing, and where only the history of a
    lift is seen and not the incident: then what people wrote and the evidence stay away, too."""

    id: str
    raised_at: str
    lift: str
    area: str
    estate: str
    kind: str | None
    part: str
    how: How
    verdict: Verdict
    severity: int | None
    severity_max: int | None
    state: str | None
    incident: str | None
    opened_at: str | None
    cleared_at: str | None
    arrived_at: str | None
    resolved_at: str | None
    late: bool
    exercise: bool
    occurrences: int
    codes: list[CodeShape]
    cause: str | None
    inspection: str | None
    reason: str | None
    replaced: list[ReplacedShape]
    back_after_days: float | None
    before: int
    first_at: str | None
    evidence: FaultEvidenceShape | None


class FaultList(Struct):
    """A page of faults."""

    items: list[FaultShape]
    next: str | None


class RepeatShape(Struct, kw_only=True):
    """What was put right and came again within 30 days; of `again` the id where it is seen."""

    incident: str | None
    lift: str
    kind: str
    part: str
    resolved_at: str
    again: str | None
    again_at: str
    after_days: float


class RateShape(Struct, kw_only=True):
    """How often what was put right stayed right for 30 days; `low` and `high` bound it with 95 %.

    `fixed` were put right, of `judged` it is known, `stayed` did; times are medians in seconds.
    """

    part: str | None
    fixed: int
    judged: int
    stayed: int
    share: float | None
    low: float
    high: float
    arrival_s: float | None
    repair_s: float | None


class RepeatList(Struct, kw_only=True):
    """Repeats in a span, and how often the first repair was the last; `whole` false: only the
    newest repairs were looked at."""

    from_at: str
    to_at: str
    whole: bool
    rate: RateShape
    parts: list[RateShape]
    items: list[RepeatShape]


class PartLifeShape(Struct, kw_only=True):
    """How long a part lasts: `ended` times from one replacement to the next are known."""

    part: str
    item: str
    replaced: int
    lifts: int
    ended: int
    median_days: float | None


class PartLifeList(Struct, kw_only=True):
    """By line of the check list, those replaced most often first; `whole` as above."""

    from_at: str
    to_at: str
    whole: bool
    items: list[PartLifeShape]


class AlikeShape(Struct, kw_only=True):
    """A past case: how like it is (0..1), in what, in which traits it differs, what came of it."""

    likeness: float
    same: list[str]
    differ: list[str]
    fault: FaultShape


class AlikeScope(Struct, kw_only=True):
    """Past cases of one `scope`: this `lift`, lifts of its `model`, `all` that are seen.

    So many were `compared`, the newest of the kinds that concern the same part.
    """

    scope: str
    compared: int
    items: list[AlikeShape]


class HelpedShape(Struct, kw_only=True):
    """What people did in cases like it: so many `times`, of which so many came again in 30 days."""

    cause: str
    items: list[str]
    times: int
    came_back: int


class AlikeList(Struct, kw_only=True):
    """Past cases comparable with an incident, by its signature."""

    incident: str
    signature: Signature
    scopes: list[AlikeScope]
    helped: list[HelpedShape]


DESCRIBED_FAULTS = (FaultList, RepeatList, PartLifeList, AlikeList)


def fault_shape(one: Fault, signed: Signed | None = None) -> FaultShape:
    """A fault as the API shows it."""
    incident = one.incident if one.own else None
    back_ms = one.back_after_ms
    evidence = None
    if incident is not None:
        evidence = FaultEvidenceShape(
            href=f"/v1/incidents/{incident}/evidence",
            signal=signed.signal if signed else None,
            points=list(signed.spark) if signed else [],
        )
    return FaultShape(
        id=one.id,
        raised_at=rfc3339(one.raised_ms),
        lift=one.lift,
        area=one.area,
        estate=one.estate,
        kind=one.kind,
        part=one.part,
        how=one.how,
        verdict=one.verdict,
        severity=one.severity,
        severity_max=one.severity_max,
        state=one.state,
        incident=incident,
        opened_at=_at(one.opened_ms),
        cleared_at=_at(one.cleared_ms),
        arrived_at=_at(one.arrived_ms),
        resolved_at=_at(one.resolved_ms),
        late=one.late,
        exercise=one.exercise,
        occurrences=one.occurrences,
        codes=[
            CodeShape(
                dialect=code.dialect,
                code=code.code,
                text=code.text,
                kind=code.kind,
                part=code.part,
                at=rfc3339(code.raised_ms),
                closed_at=_at(code.closed_ms),
            )
            for code in one.codes
        ],
        cause=one.cause,
        inspection=one.inspection,
        reason=one.reason,
        replaced=[
            ReplacedShape(item=part.item, part=part.part, at=rfc3339(part.at_ms))
            for part in one.replaced
        ],
        back_after_days=None if back_ms is None else _days(back_ms),
        before=one.before,
        first_at=_at(one.first_ms),
        evidence=evidence,
    )


def repeat_shape(one: Fixed, *, seen: frozenset[str]) -> RepeatShape:
    """A repeat as the API shows it; of what is not seen itself there is no id."""
    assert one.again_ms is not None
    return RepeatShape(
        incident=one.incident if one.incident in seen else None,
        lift=one.lift,
        kind=one.kind,
        part=part_of(one.kind),
        resolved_at=rfc3339(one.resolved_ms),
        again=one.again if one.again in seen else None,
        again_at=rfc3339(one.again_ms),
        after_days=_days(one.again_ms - one.resolved_ms),
    )


def rate_shape(rate: FixRate, part: str | None = None) -> RateShape:
    """A rate as the API shows it."""
    return RateShape(part=part, **rate._asdict())


def life_shape(one: PartLife) -> PartLifeShape:
    """The life of a part as the API shows it."""
    return PartLifeShape(**one._asdict())


COLUMNS = (
    *("id", "raised_at", "lift", "area", "estate", "kind", "part", "codes", "texts", "how"),
    *("severity", "severity_max", "state", "verdict", "opened_at", "cleared_at", "arrived_at"),
    *("resolved_at", "cause", "inspection", "reason", "replaced", "back_after_days", "before"),
    *("first_at", "occurrences", "late", "exercise", "incident"),
)


def csv_lines(faults: Iterable[Fault]) -> Iterator[str]:
    """A line a fault, with a heading; a spreadsheet reads it and computes nothing."""
    yield MARK + _line(COLUMNS)
    for one in faults:
        yield _line([_cell(value) for value in _row(fault_shape(one))])


def _row(one: FaultShape) -> Iterator[Any]:
    many = {
        "codes": "; ".join(f"{code.dialect}/{code.code}" for code in one.codes),
        "texts": "; ".join(code.text for code in one.codes if code.text),
        "replaced": "; ".join(f"{part.item} {part.part}" for part in one.replaced),
    }
    for name in COLUMNS:
        yield many[name] if name in many else getattr(one, name)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else value


def _line(cells: Iterable[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _at(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)


def _days(span_ms: int) -> float:
    return round(span_ms / DAY_MS, 1)

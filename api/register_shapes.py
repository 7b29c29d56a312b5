"""What the register looks like in JSON, asked and answered."""

from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from liftwatch.clock import rfc3339
from liftwatch.handlers.imports import Judged
from liftwatch.register.changes import FIELDS, Origin, differences, facts_of, place_of
from liftwatch.register.columns import HouseholdRow
from liftwatch.register.places import Datum, in_datum
from liftwatch.register.record import PHONE_MAX, TEXT_MAX, Record, entries
from liftwatch.register.sheets import Problem
from liftwatch.telemetry.messages import Register

_BOTH: tuple[Datum, ...] = ("wgs84", "gcj02")
_OURS: dict[str, Any] = get_type_hints(Register, include_extras=True) | {
    "rescue_code": Annotated[str, Meta(pattern="^[0-9]{6}$")] | None,
}
_LINE = Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)] | None
_SITE: dict[str, Any] = {
    "machine_room": _LINE,
    "access": _LINE,
    "car_phone": Annotated[str, Meta(min_length=1, max_length=PHONE_MAX)] | None,
    "predecessor": Annotated[str, Meta(pattern="^[0-9A-Za-z-]{4,32}$")] | None,
}
_CHANGES: dict[str, Any] = {name: _OURS[name] for name in FIELDS} | _SITE
LiftChange: type[Struct] = msgspec.defstruct(
    "LiftChange",
    [(name, kind | UnsetType, UNSET) for name, kind in _CHANGES.items()],
    kw_only=True,
    forbid_unknown_fields=True,
)
"""What a person sets of a lift; what is null is withdrawn, and its terminal's word holds."""


class EntryShape(Struct, kw_only=True):
    """A field that is known; `by` is a terminal's name or a person's id, "" where nobody noted."""

    field: str
    value: Any
    source: Literal["terminal", "person"]
    by: str
    at: str


class DifferenceShape(Struct, kw_only=True):
    """Where a terminal says otherwise than a person; of a coordinate the field is `place`."""

    field: str
    person: Any
    terminal: Any
    since: str


class PointShape(Struct):
    """Where the lift stands, in a datum."""

    datum: str
    latitude: float
    longitude: float


class RegisterShape(Struct, kw_only=True):
    """A lift on record; `version` counts what people changed."""

    lift: str
    area: str
    estate: str
    version: int
    entries: list[EntryShape]
    differences: list[DifferenceShape]
    places: list[PointShape]
    successor: str | None


class HouseholdShape(Struct, kw_only=True):
    """A household: its door, and what the fund counts by."""

    area: str
    estate: str
    building: str
    unit: str | None
    number: str
    floor_area_dm2: int
    developer_owned: bool | None


class HouseholdList(Struct):
    """A page of households."""

    items: list[HouseholdShape]
    next: str | None


class ProblemOfRow(Struct, kw_only=True):
    """What is the matter with a row; without a line, with the whole file."""

    line: int | None
    column: str | None
    error: bool
    text: str


class ImportShape(Struct, kw_only=True):
    """What came of a sheet; `more` problems are not listed."""

    sheet: str
    kept: bool
    rows: int
    errors: int
    remarks: int
    problems: list[ProblemOfRow]
    more: int


DESCRIBED_REGISTER = (
    LiftChange,
    EntryShape,
    DifferenceShape,
    PointShape,
    RegisterShape,
    HouseholdShape,
    HouseholdList,
    ProblemOfRow,
    ImportShape,
)


def register_shape(record: Record, successor: str | None) -> RegisterShape:
    """A lift on record as the API shows it."""
    place = place_of(facts_of(record.known))
    both = [] if place is None else [in_datum(place, datum) for datum in _BOTH]
    return RegisterShape(
        lift=record.lift,
        area=record.area,
        estate=record.estate,
        version=record.version,
        entries=[
            EntryShape(
                field=one.field,
                value=one.value,
                source=source_of(one.is_entered),
                by=one.by.who,
                at=_at(one.by),
            )
            for one in entries(record)
        ],
        differences=[
            DifferenceShape(
                field=one.field,
                person=one.ours,
                terminal=one.theirs,
                since=rfc3339(one.since_ms),
            )
            for one in differences(record.known)
        ],
        places=[PointShape(p.datum, round(p.latitude, 7), round(p.longitude, 7)) for p in both],
        successor=successor,
    )


def source_of(is_entered: bool) -> Literal["terminal", "person"]:
    """Who said it."""
    return "person" if is_entered else "terminal"


def household_shape(row: HouseholdRow) -> HouseholdShape:
    """A household as the API shows it."""
    return HouseholdShape(**{name: getattr(row, name) for name in row.__struct_fields__})


def import_shape(judged: Judged, *, kept: bool) -> ImportShape:
    """What came of a sheet as the API tells it."""
    found = judged.findings
    return ImportShape(
        sheet=judged.sheet,
        kept=kept,
        rows=len(judged.rows),
        errors=found.errors,
        remarks=found.remarks,
        problems=[problem_of_row(one) for one in found.first],
        more=found.more,
    )


def problem_of_row(problem: Problem) -> ProblemOfRow:
    """What is the matter with a row."""
    return ProblemOfRow(
        line=problem.line,
        column=None if problem.column is None else str(problem.column),
        error=problem.is_error,
        text=str(problem.doubt.text),
    )


def _at(origin: Origin) -> str:
    return rfc3339(origin.at_ms)

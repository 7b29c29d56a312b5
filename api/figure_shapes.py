"""What verdicts and statistics look like in JSON and CSV."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct, structs

from liftwatch.audit.export import MARK, harmless
from liftwatch.clock import rfc3339
from liftwatch.incidents.statistics import CAUSES, Sum, Times
from liftwatch.incidents.verdicts import Judged, Recorded, Rejected, interval

TIMES = ("response", "arrival", "on_site", "release")


class VerdictShape(Struct, kw_only=True):
    """How often people found a kind right; `low` and `high` bound its precision with 95 %."""

    kind: str
    branch: str
    right: int
    wrong: int
    precision: float
    low: float
    high: float


class RejectedShape(Struct, kw_only=True):
    """An incident that people rejected, and their reason."""

    incident: str
    kind: str
    lift: str | None
    at: str
    reason: str


class RecordedShape(Struct, kw_only=True):
    """A kind that is written down and pages nobody: too many of it were rejected."""

    kind: str
    since: str
    right: int
    wrong: int


class VerdictList(Struct, kw_only=True):
    """By kind and branch, those with most rejections first; which kinds page nobody."""

    from_at: str
    to_at: str
    items: list[VerdictShape]
    recorded: list[RecordedShape]
    rejected: list[RejectedShape]


class TimesShape(Struct, kw_only=True):
    """Of how many it is known, in seconds; the share within its limit."""

    known: int
    mean_s: float | None
    median_s: float | None
    p90_s: float | None
    within: float | None


class SumShape(Struct, kw_only=True):
    """One month, area, estate, unit, kind or cause."""

    group: str
    name: str | None
    events: int
    freed_without_help: int
    persons: int
    injured: int
    response: TimesShape
    arrival: TimesShape
    on_site: TimesShape
    release: TimesShape
    causes: dict[str, int]


class SumList(Struct, kw_only=True):
    """A row a group; limits: response 180 s, arrival 1800 s, release 7200 s."""

    from_at: str
    to_at: str
    by: str
    items: list[SumShape]


DESCRIBED_FIGURES = (
    VerdictShape,
    RejectedShape,
    RecordedShape,
    VerdictList,
    TimesShape,
    SumShape,
    SumList,
)


def verdict_shapes(rows: Iterable[Judged]) -> list[VerdictShape]:
    """Verdicts as the API shows them, those with most rejections first."""
    found = []
    for one in sorted(rows, key=lambda row: (-row.wrong, row.kind, row.branch)):
        total = one.right + one.wrong
        low, high = interval(one.right, total)
        found.append(
            VerdictShape(
                kind=one.kind,
                branch=one.branch,
                right=one.right,
                wrong=one.wrong,
                precision=round(one.right / total, 4),
                low=round(low, 4),
                high=round(high, 4),
            )
        )
    return found


def rejected_shape(one: Rejected) -> RejectedShape:
    """A rejection as the API shows it."""
    return RejectedShape(
        incident=one.incident,
        kind=one.kind,
        lift=one.lift,
        at=rfc3339(one.at_ms),
        reason=one.reason,
    )


def recorded_shape(one: Recorded) -> RecordedShape:
    """A kind that pages nobody as the API shows it."""
    return RecordedShape(
        kind=one.kind, since=rfc3339(one.since_ms), right=one.right, wrong=one.wrong
    )


def sum_shape(one: Sum, *, name: str | None) -> SumShape:
    """A row of the statistics as the API shows it."""
    return SumShape(
        group=one.group,
        name=name,
        events=one.events,
        freed_without_help=one.freed_without_help,
        persons=one.persons,
        injured=one.injured,
        response=_times_shape(one.response),
        arrival=_times_shape(one.arrival),
        on_site=_times_shape(one.on_site),
        release=_times_shape(one.release),
        causes=one.causes,
    )


def _times_shape(times: Times) -> TimesShape:
    return TimesShape(**structs.asdict(times))


_NONE = TimesShape(known=0, mean_s=None, median_s=None, p90_s=None, within=None)
NOTHING = SumShape(
    group="",
    name=None,
    events=0,
    freed_without_help=0,
    persons=0,
    injured=0,
    response=_NONE,
    arrival=_NONE,
    on_site=_NONE,
    release=_NONE,
    causes={},
)
"""Of which the columns are known when there is no row."""


def csv_of(rows: Iterable[SumShape]) -> str:
    """The same as a table that spreadsheets read and do not compute: a line a group."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [name for name, _ in _flat(NOTHING)], lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in _flat(row)})
    return MARK + out.getvalue()


def _flat(row: SumShape) -> Iterator[tuple[str, Any]]:
    for name in ("group", "name", "events", "freed_without_help", "persons", "injured"):
        yield name, getattr(row, name)
    for name in TIMES:
        times: TimesShape = getattr(row, name)
        for part in TimesShape.__struct_fields__:
            yield f"{name}_{part}", getattr(times, part)
    for cause in CAUSES:
        yield f"cause_{cause}", row.causes.get(cause, 0)


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value if value == "-" else harmless(value)
    return round(value, 4) if isinstance(value, float) else value

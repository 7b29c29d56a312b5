"""What a report says, section after section: a table of functions from facts to figures.

A new section is a row of SECTIONS, and its words in `api.console.report_texts`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from msgspec import structs

from liftwatch.care.report import Column, Figure, Row, Section, Table
from liftwatch.care.report_facts import Facts, Told
from liftwatch.care.report_figures import as_kept, both, notes_of, part, share_of
from liftwatch.care.report_matters import (
    complaints_section,
    fund_section,
    hazards_section,
    notices_section,
)
from liftwatch.care.report_scores import scores_section
from liftwatch.clock import DAY_MS, HOUR_MS
from liftwatch.incidents.moves import ENDED_BY_PEOPLE
from liftwatch.incidents.statistics import (
    ARRIVAL_MS,
    RELEASE_MS,
    RESPONSE_MS,
    Rescue,
    Sum,
    Times,
    summed,
)

NOTHING = Times(known=0)
ANSWERS = ("asked", "answered", "counts", "dropped")
FEW = 10
"""Below this many a share says little, and the report says so [our choice]."""


class SectionRow(NamedTuple):
    """A row of the table: its name, and how it is made."""

    name: str
    make: Callable[[Told], Section]


def sections(told: Told) -> tuple[Section, ...]:
    """All of them, in order."""
    return tuple(row.make(told) for row in SECTIONS)


def _incidents(told: Told) -> Section:
    now, before = told.now, told.before
    times = {one.group: one for one in summed(now.rescues, by="kind")}
    kinds = sorted(
        now.raised.keys() | before.raised.keys(),
        key=lambda one: (one[1], -now.raised.get(one, 0), one[0]),
    )
    rows = []
    for kind, severity in kinds:
        response = times[kind].response if kind in times else NOTHING
        rows.append(
            Row(
                (kind, str(severity)),
                (
                    now.raised.get((kind, severity), 0),
                    before.raised.get((kind, severity), 0),
                    response.median_s,
                    response.within,
                ),
            )
        )
    columns = (
        Column("now"),
        Column("before"),
        Column("answer_median", "seconds"),
        Column("answer_within", "share"),
    )
    table = Table(
        name="by_kind", about=("kind", "severity"), columns=columns, rows=tuple(rows), bars=True
    )
    response_now, response_before = _whole(now.rescues).response, _whole(before.rescues).response
    return Section(
        name="incidents",
        figures=(
            both("raised", sum(now.raised.values()), sum(before.raised.values())),
            both("rejected", now.rejected, before.rejected),
            both("taken_up", response_now.known, response_before.known),
            Figure(
                name="answer_median",
                unit="seconds",
                value=response_now.median_s,
                before=response_before.median_s,
                limit=RESPONSE_MS / 1000,
            ),
            share_of("answer_within", response_now.within, response_before.within),
        ),
        tables=(table,),
        notes=notes_of(("answers_unknown", now.raised and not response_now.known)),
    )


def _rescues(told: Told) -> Section:
    now, before = _trapped(told.now), _trapped(told.before)
    raised, raised_before = (
        sum(n for (kind, _), n in one.raised.items() if kind in ENDED_BY_PEOPLE)
        for one in (told.now, told.before)
    )
    figures = [
        both("entrapments", raised, raised_before),
        both("persons", now.persons, before.persons),
        both("injured", now.injured, before.injured),
        both("without_help", now.freed_without_help, before.freed_without_help),
    ]
    limits = (("arrival", ARRIVAL_MS), ("release", RELEASE_MS))
    for name, limit_ms in limits:
        one, other = getattr(now, name), getattr(before, name)
        figures.append(
            Figure(
                name=f"{name}_p90",
                unit="seconds",
                value=one.p90_s,
                before=other.p90_s,
                limit=limit_ms / 1000,
            )
        )
        figures.append(share_of(f"{name}_within", one.within, other.within))
    causes = sorted(now.causes | before.causes)
    table = Table(
        name="by_cause",
        about=("cause",),
        columns=(Column("now"), Column("before")),
        rows=tuple(Row((c,), (now.causes.get(c, 0), before.causes.get(c, 0))) for c in causes),
    )
    return Section(
        name="rescues",
        figures=tuple(figures),
        tables=(table,) if causes else (),
        notes=notes_of(
            ("times_unknown", raised and not now.arrival.known),
            ("few", 0 < raised < FEW),
        ),
    )


def _availability(told: Told) -> Section:
    def of(one: Facts) -> tuple[float | None, float, float]:
        known_ms = min(one.spans.all_ms, one.came.lift_days * DAY_MS) - one.spans.blind_ms
        heard_ms = max(0, known_ms)
        share = 1 - min(1.0, one.spans.stopped_ms / heard_ms) if heard_ms else None
        return share, one.spans.stopped_ms / HOUR_MS, (one.spans.all_ms - heard_ms) / HOUR_MS

    (share, stopped, blind), other = of(told.now), of(told.before)
    return Section(
        name="availability",
        figures=(
            both("lifts", told.now.lifts, told.before.lifts),
            share_of("available", share, other[0]),
            both("stopped", round(stopped, 1), round(other[1], 1), unit="hours"),
            both("not_heard", round(blind, 1), round(other[2], 1), unit="hours"),
        ),
        notes=notes_of(("no_lift_heard", share is None)),
    )


def _visits(told: Told) -> Section:
    now, before = told.now.visits, told.before.visits
    rated, rated_before = now.in_time + now.late, before.in_time + before.late
    return Section(
        name="visits",
        figures=(
            both("finished", rated + now.first, rated_before + before.first),
            both("late", now.late, before.late),
            share_of("in_time", part(now.in_time, rated), part(before.in_time, rated_before)),
            both("broken_off", now.broken, before.broken),
            both("lifts_without", now.lifts_without, before.lifts_without),
            as_kept(told, ("visits", "overdue_now"), told.state.inspected.overdue_visits),
        ),
        notes=notes_of(("first_visits", now.first)),
    )


def _inspections(told: Told) -> Section:
    one = told.state.inspected
    return Section(
        name="inspections",
        figures=tuple(
            as_kept(told, ("inspections", name), value)
            for name, value in (
                ("due_30", one.due),
                ("expired", one.expired),
                ("date_unknown", one.unknown),
                ("unassessed", one.unassessed),
            )
        ),
        notes=notes_of(("as_made", True), ("dates_unknown", one.unknown)),
    )


def _contradictions(told: Told) -> Section:
    now, before = told.now.contradictions, told.before.contradictions
    return Section(
        name="contradictions",
        figures=(
            both("raised", sum(now.values()), sum(before.values())),
            *(both(name, now.get(name, 0), before.get(name, 0)) for name in ANSWERS),
        ),
        notes=notes_of(("only_decided", now)),
    )


def _instructions(told: Told) -> Section:
    now, before = told.now.instructions, told.before.instructions
    return Section(
        name="instructions",
        figures=tuple(
            both(name, getattr(now, name), getattr(before, name)) for name in now._fields
        ),
    )


def _completeness(told: Told) -> Section:
    def of(one: Facts) -> tuple[float | None, float | None]:
        sent = one.came.heard + one.came.missing
        days = one.lifts * one.days
        return part(one.came.heard, sent), part(min(one.came.lift_days, days), days)

    now, before = of(told.now), of(told.before)
    return Section(
        name="completeness",
        figures=(
            share_of("came", now[0], before[0]),
            both("missing", told.now.came.missing, told.before.came.missing),
            share_of("lift_days", now[1], before[1]),
        ),
        notes=notes_of(
            ("nothing_came", not told.now.came.heard),
            *((name, True) for name in told.now.cut),
        ),
    )


def _trapped(one: Facts) -> Sum:
    return _whole(row for row in one.rescues if row.kind in ENDED_BY_PEOPLE)


def _whole(rows: Iterable[Rescue]) -> Sum:
    """All of them in one row, wherever they were."""
    found = summed((structs.replace(one, area="-") for one in rows), by="area")
    return found[0] if found else EMPTY


EMPTY = Sum(
    group="-",
    events=0,
    freed_without_help=0,
    persons=0,
    injured=0,
    response=NOTHING,
    arrival=NOTHING,
    on_site=NOTHING,
    release=NOTHING,
    causes={},
)


SECTIONS: tuple[SectionRow, ...] = (
    SectionRow("incidents", _incidents),
    SectionRow("rescues", _rescues),
    SectionRow("availability", _availability),
    SectionRow("visits", _visits),
    SectionRow("inspections", _inspections),
    SectionRow("contradictions", _contradictions),
    SectionRow("instructions", _instructions),
    SectionRow("complaints", complaints_section),
    SectionRow("notices", notices_section),
    SectionRow("hazards", hazards_section),
    SectionRow("fund", fund_section),
    SectionRow("scores", scores_section),
    SectionRow("completeness", _completeness),
)


def kept_figures(some: Iterable[Section]) -> Mapping[tuple[str, str], float | None]:
    """Figures of a report by section and name."""
    return {(one.name, row.name): row.value for one in some for row in one.figures}

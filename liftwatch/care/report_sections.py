"""What a report says, section after section: a table of functions from facts to figures.

A new section is a row of SECTIONS, and its words in `api.console.report_texts`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import structs

from liftwatch.care.complaints import TOPICS
from liftwatch.care.report import Column, Figure, Row, Section, Table, Unit
from liftwatch.care.report_facts import Complained, Facts, Told
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
            _both("raised", sum(now.raised.values()), sum(before.raised.values())),
            _both("rejected", now.rejected, before.rejected),
            _both("taken_up", response_now.known, response_before.known),
            Figure(
                name="answer_median",
                unit="seconds",
                value=response_now.median_s,
                before=response_before.median_s,
                limit=RESPONSE_MS / 1000,
            ),
            _share("answer_within", response_now.within, response_before.within),
        ),
        tables=(table,),
        notes=_notes(("answers_unknown", now.raised and not response_now.known)),
    )


def _rescues(told: Told) -> Section:
    now, before = _trapped(told.now), _trapped(told.before)
    figures = [
        _both("entrapments", now.events, before.events),
        _both("persons", now.persons, before.persons),
        _both("injured", now.injured, before.injured),
        _both("without_help", now.freed_without_help, before.freed_without_help),
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
        figures.append(_share(f"{name}_within", one.within, other.within))
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
        notes=_notes(
            ("times_unknown", now.events and not now.arrival.known),
            ("few", 0 < now.events < FEW),
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
            _both("lifts", told.now.lifts, told.before.lifts),
            _share("available", share, other[0]),
            _both("stopped", round(stopped, 1), round(other[1], 1), unit="hours"),
            _both("not_heard", round(blind, 1), round(other[2], 1), unit="hours"),
        ),
        notes=_notes(("no_lift_heard", share is None)),
    )


def _visits(told: Told) -> Section:
    now, before = told.now.visits, told.before.visits
    rated, rated_before = now.in_time + now.late, before.in_time + before.late
    return Section(
        name="visits",
        figures=(
            _both("finished", rated + now.first, rated_before + before.first),
            _both("late", now.late, before.late),
            _share("in_time", _part(now.in_time, rated), _part(before.in_time, rated_before)),
            _both("broken_off", now.broken, before.broken),
            _both("lifts_without", now.lifts_without, before.lifts_without),
            _kept(told, "visits", "overdue_now", told.state.inspected.overdue_visits),
        ),
        notes=_notes(("first_visits", now.first)),
    )


def _inspections(told: Told) -> Section:
    one = told.state.inspected
    return Section(
        name="inspections",
        figures=tuple(
            _kept(told, "inspections", name, value)
            for name, value in (
                ("due_30", one.due),
                ("expired", one.expired),
                ("date_unknown", one.unknown),
                ("unassessed", one.unassessed),
            )
        ),
        notes=_notes(("as_made", True), ("dates_unknown", one.unknown)),
    )


def _contradictions(told: Told) -> Section:
    now, before = told.now.contradictions, told.before.contradictions
    return Section(
        name="contradictions",
        figures=(
            _both("raised", sum(now.values()), sum(before.values())),
            *(_both(name, now.get(name, 0), before.get(name, 0)) for name in ANSWERS),
        ),
        notes=_notes(("only_decided", now)),
    )


def _instructions(told: Told) -> Section:
    now, before = told.now.instructions, told.before.instructions
    return Section(
        name="instructions",
        figures=tuple(
            _both(name, getattr(now, name), getattr(before, name)) for name in now._fields
        ),
    )


def _complaints(told: Told) -> Section:
    now, before = told.now.complaints, told.before.complaints
    if now is None or before is None:
        return Section(name="complaints", notes=("nobody_keeps",))
    one, other = _all(now.values()), _all(before.values())
    rows = tuple(
        Row(
            (topic,),
            (
                now[topic].matters if topic in now else 0,
                before[topic].matters if topic in before else 0,
                now[topic].people if topic in now else 0,
                now[topic].answered if topic in now else 0,
                _part(now[topic].in_time, now[topic].answered) if topic in now else None,
            ),
        )
        for topic in TOPICS
        if topic in now or topic in before
    )
    columns = (
        *(Column("now"), Column("before"), Column("people"), Column("answered")),
        Column("answered_in_time", "share"),
    )
    return Section(
        name="complaints",
        figures=(
            _both("matters", one.matters, other.matters),
            _both("people", one.people, other.people),
            _both("answered", one.answered, other.answered),
            _share("answered_in_time", _part(one.in_time, one.answered), _of(other)),
            Figure(
                name="rating",
                unit="stars",
                value=_mean(one.ratings),
                before=_mean(other.ratings),
            ),
        ),
        tables=(Table(name="by_topic", about=("topic",), columns=columns, rows=rows),)
        if rows
        else (),
        notes=_notes(("nobody_rated", one.answered and not one.ratings)),
    )


def _notices(told: Told) -> Section:
    now, before = told.now.notices, told.before.notices
    if now is None or before is None:
        return Section(name="notices", notes=("nobody_keeps",))
    rows = tuple(
        Row(
            (one.topic, one.place, one.effect.told),
            (
                one.effect.before,
                one.effect.after,
                _rounded(one.effect.ratio),
                _rounded(one.effect.low),
                _rounded(one.effect.high),
            ),
        )
        for one in now
    )
    columns = (
        *(Column("events_before"), Column("events_after")),
        *(Column("ratio", "score"), Column("ratio_low", "score"), Column("ratio_high", "score")),
    )
    table = Table(name="effect", about=("notice", "place", "effect"), columns=columns, rows=rows)
    fewer = [sum(one.effect.told == "fewer" for one in some) for some in (now, before)]
    return Section(
        name="notices",
        figures=(_both("published", len(now), len(before)), _both("fewer", *fewer)),
        tables=(table,) if rows else (),
        notes=_notes(("effect_open", any(one.effect.told == "open" for one in now))),
    )


def _hazards(told: Told) -> Section:
    state = told.state
    worst = Table(
        name="worst",
        about=("lift",),
        columns=(Column("score", "score"), Column("faults_year")),
        rows=tuple(Row((one.lift,), (one.score, one.faults)) for one in state.risky),
        bars=True,
    )
    found = Table(
        name="open_hazards",
        about=("kind",),
        columns=(Column("now"),),
        rows=tuple(Row((kind,), (count,)) for kind, count in sorted(state.hazards.items())),
    )
    return Section(
        name="hazards",
        figures=(
            _kept(told, "hazards", "open_hazards", sum(state.hazards.values())),
            _kept(told, "hazards", "over_limit", state.over_limit),
        ),
        tables=tuple(one for one in (worst, found) if one.rows),
        notes=_notes(("as_made", True), ("risk_orders", state.risky)),
    )


def _fund(told: Told) -> Section:
    now, before = told.now.money, told.before.money
    if told.of_unit:
        return Section(name="fund", notes=("fund_not_of_units",))
    if now is None or before is None or not now.buildings:
        return Section(name="fund", notes=("no_books",))
    flows = sorted(now.flows.keys() | before.flows.keys())
    came, gone = (
        [sum(fen for fen in one.flows.values() if sign * fen > 0) for one in (now, before)]
        for sign in (1, -1)
    )
    table = Table(
        name="flows",
        about=("flow",),
        columns=(Column("now", "fen"), Column("before", "fen")),
        rows=tuple(
            Row((name,), (now.flows.get(name, 0), before.flows.get(name, 0))) for name in flows
        ),
    )
    return Section(
        name="fund",
        figures=(
            _both("income", *came, unit="fen"),
            _both("spending", *(-fen for fen in gone), unit="fen"),
            _both("published", now.published, before.published),
            _both("buildings", now.buildings, before.buildings),
        ),
        tables=(table,) if flows else (),
    )


def _completeness(told: Told) -> Section:
    def of(one: Facts) -> tuple[float | None, float | None]:
        sent = one.came.heard + one.came.missing
        days = one.lifts * one.days
        return _part(one.came.heard, sent), _part(min(one.came.lift_days, days), days)

    now, before = of(told.now), of(told.before)
    return Section(
        name="completeness",
        figures=(
            _share("came", now[0], before[0]),
            _both("missing", told.now.came.missing, told.before.came.missing),
            _share("lift_days", now[1], before[1]),
        ),
        notes=_notes(
            ("nothing_came", not told.now.came.heard),
            *((name, True) for name in told.now.cut),
        ),
    )


SECTIONS: tuple[SectionRow, ...] = (
    SectionRow("incidents", _incidents),
    SectionRow("rescues", _rescues),
    SectionRow("availability", _availability),
    SectionRow("visits", _visits),
    SectionRow("inspections", _inspections),
    SectionRow("contradictions", _contradictions),
    SectionRow("instructions", _instructions),
    SectionRow("complaints", _complaints),
    SectionRow("notices", _notices),
    SectionRow("hazards", _hazards),
    SectionRow("fund", _fund),
    SectionRow("completeness", _completeness),
)


def _both(name: str, value: float, before: float, *, unit: Unit = "count") -> Figure:
    return Figure(name=name, unit=unit, value=value, before=before)


def _share(name: str, value: float | None, before: float | None) -> Figure:
    return Figure(name=name, unit="share", value=_rounded(value, 4), before=_rounded(before, 4))


def _kept(told: Told, section: str, name: str, value: float) -> Figure:
    return Figure(name=name, value=value, before=told.kept.get((section, name)))


def _notes(*some: tuple[str, object]) -> tuple[str, ...]:
    return tuple(name for name, holds in some if holds)


def _part(some: int, of: int) -> float | None:
    return some / of if of else None


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)


def _mean(some: Sequence[int]) -> float | None:
    return round(sum(some) / len(some), 2) if some else None


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


def _all(some: Iterable[Complained]) -> Complained:
    rows = list(some)
    return Complained(
        matters=sum(one.matters for one in rows),
        people=sum(one.people for one in rows),
        answered=sum(one.answered for one in rows),
        in_time=sum(one.in_time for one in rows),
        ratings=tuple(star for one in rows for star in one.ratings),
    )


def _of(one: Complained) -> float | None:
    return _part(one.in_time, one.answered)


def kept_figures(some: Iterable[Section]) -> Mapping[tuple[str, str], float | None]:
    """Figures of a report by section and name."""
    return {(one.name, row.name): row.value for one in some for row in one.figures}

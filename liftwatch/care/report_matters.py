"""Sections of reports about what people told, what they were told, hazards, and money."""

from collections.abc import Iterable, Sequence

from liftwatch.care.complaints import TOPICS
from liftwatch.care.report import Column, Figure, Row, Section, Table
from liftwatch.care.report_facts import Complained, Told
from liftwatch.care.report_figures import as_kept, both, notes_of, part, rounded, share_of


def complaints_section(told: Told) -> Section:
    """What residents told, and how it was answered."""
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
                part(now[topic].in_time, now[topic].answered) if topic in now else None,
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
            both("matters", one.matters, other.matters),
            both("people", one.people, other.people),
            both("answered", one.answered, other.answered),
            share_of("answered_in_time", part(one.in_time, one.answered), _of(other)),
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
        notes=notes_of(("nobody_rated", one.answered and not one.ratings)),
    )


def notices_section(told: Told) -> Section:
    """What residents were told, and whether it helped."""
    now, before = told.now.notices, told.before.notices
    if now is None or before is None:
        return Section(name="notices", notes=("nobody_keeps",))
    rows = tuple(
        Row(
            (one.topic, one.place, one.effect.told),
            (
                one.effect.before,
                one.effect.after,
                rounded(one.effect.ratio),
                rounded(one.effect.low),
                rounded(one.effect.high),
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
        figures=(both("published", len(now), len(before)), both("fewer", *fewer)),
        tables=(table,) if rows else (),
        notes=notes_of(("effect_open", any(one.effect.told == "open" for one in now))),
    )


def hazards_section(told: Told) -> Section:
    """What is open, and the lifts to look at first; as things stand."""
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
            as_kept(told, ("hazards", "open_hazards"), sum(state.hazards.values())),
            as_kept(told, ("hazards", "over_limit"), state.over_limit),
        ),
        tables=tuple(one for one in (worst, found) if one.rows),
        notes=notes_of(("as_made", True), ("risk_orders", state.risky)),
    )


def fund_section(told: Told) -> Section:
    """What the bank moved by the books of the scope's buildings, and what was published."""
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
            both("income", *came, unit="fen"),
            both("spending", *(-fen for fen in gone), unit="fen"),
            both("published", now.published, before.published),
            both("buildings", now.buildings, before.buildings),
        ),
        tables=(table,) if flows else (),
    )


def _mean(some: Sequence[int]) -> float | None:
    return round(sum(some) / len(some), 2) if some else None


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
    return part(one.in_time, one.answered)

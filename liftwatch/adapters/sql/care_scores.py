"""The facts of score cards in the relational store."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, or_, select

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.account import completeness_sums
from liftwatch.adapters.sql.care_faults_tables import heard_visit
from liftwatch.adapters.sql.care_visit_tables import care_answer, care_visit
from liftwatch.adapters.sql.course_tables import clock, course
from liftwatch.adapters.sql.filters import seen_incidents, seen_lifts
from liftwatch.adapters.sql.people_tables import contract
from liftwatch.adapters.sql.trouble import translated
from liftwatch.care.answer import Answer
from liftwatch.care.checklist import CARES
from liftwatch.care.faults import BACK_MS
from liftwatch.care.scorecard_facts import (
    BEFORE_MS,
    CLOCKS,
    KINDS,
    Came,
    Cared,
    Happened,
    Held,
    Lift,
    Period,
    ScoreRead,
    Timed,
)
from liftwatch.clock import DAY_MS, ESTATE_MS, estate_day

_LIFT, _INCIDENT, _COURSE, _CLOCK = tables.lift.c, tables.incident.c, course.c, clock.c
_CONTRACT, _VISIT, _HEARD, _ANSWER = contract.c, care_visit.c, heard_visit.c, care_answer.c
_WORKS = tuple(care.work for care in CARES)


class SqlScoreReads:
    """Fulfils `liftwatch.care.scorecard_facts.ScoreReads`."""

    engine: Engine

    def score_facts(
        self,
        period: Period,
        *,
        kinds: Collection[str] = KINDS,
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> ScoreRead:
        """Of what is seen, all that a period's cards are made of."""
        lifts = seen_lifts(select(_LIFT.lift, _LIFT.area, _LIFT.estate), sight, period.now_ms)
        lifts = lifts if exercise else lifts.where(~_LIFT.exercise)
        mine = _cared_for(lifts, period, exercise=exercise, sight=sight)
        happened = _happened(period, kinds, exercise=exercise, sight=sight)
        with translated(), self.engine.connect() as connection:
            return ScoreRead(
                lifts=[Lift(*row) for row in connection.execute(lifts.order_by(_LIFT.lift))],
                held=_held(connection, period, mine, sight=sight),
                happened=[Happened(*row) for row in connection.execute(happened)],
                timed=_timed(connection, period, happened),
                cared=_cared(connection, period, mine),
                answers=_answers(connection, mine),
                came=_came(connection, period, mine),
                began=_began(connection, mine),
            )


def _happened(
    period: Period, kinds: Collection[str], *, exercise: bool, sight: Sight
) -> Select[Any]:
    """What was raised around the period, or stood at its beginning."""
    taken = [_COURSE[name] for name in Happened.__struct_fields__[9:]]
    query = select(*(_INCIDENT[name] for name in Happened.__struct_fields__[:9]), *taken)
    query = query.outerjoin(course, _COURSE.incident == _INCIDENT.id)
    around = _INCIDENT.raised_ms >= period.from_ms - BACK_MS
    still = or_(_INCIDENT.cleared_ms.is_(None), _INCIDENT.cleared_ms > period.from_ms)
    query = query.where(
        or_(around, still, _COURSE.resolved_ms >= period.from_ms),
        _INCIDENT.raised_ms < period.to_ms + BACK_MS,
        _INCIDENT.kind.in_(sorted(kinds)),
        _INCIDENT.lift.is_not(None),
        ~_INCIDENT.late,
    )
    query = query if exercise else query.where(~_INCIDENT.exercise)
    return seen_incidents(query, sight)


def _during(period: Period) -> ColumnElement[bool]:
    lasts = or_(_CONTRACT.until_ms.is_(None), _CONTRACT.until_ms > period.from_ms)
    return and_(_CONTRACT.from_ms < period.to_ms, lasts)


def _cared_for(lifts: Select[Any], period: Period, *, exercise: bool, sight: Sight) -> Select[Any]:
    """The names of lifts that are seen now, and of those under a unit's own contracts then."""
    mine = lifts.with_only_columns(_LIFT.lift)
    if sight.everything or not sight.contracts_of:
        return mine
    own = select(_CONTRACT.lift).join(tables.lift, _LIFT.lift == _CONTRACT.lift)
    own = own.where(_CONTRACT.organisation.in_(sight.contracts_of), _during(period))
    own = own if exercise else own.where(~_LIFT.exercise)
    return select(mine.union(own).subquery().c.lift)


def _held(connection: Connection, period: Period, mine: Select[Any], *, sight: Sight) -> list[Held]:
    """Contracts of lifts that are seen by their place, and a unit's own, whoever has them now."""
    query = select(*(_CONTRACT[name] for name in Held.__struct_fields__))
    query = query.where(_during(period), _CONTRACT.lift.in_(mine))
    if not sight.everything:
        placed = seen_lifts(select(_LIFT.lift), Sight(places=sight.places), period.now_ms)
        own = _CONTRACT.organisation.in_(sight.contracts_of)
        query = query.where(or_(_CONTRACT.lift.in_(placed), own))
    rows = connection.execute(query.order_by(_CONTRACT.from_ms, _CONTRACT.id))
    return [Held(*row) for row in rows]


def _timed(connection: Connection, period: Period, happened: Select[Any]) -> list[Timed]:
    query = select(*(_CLOCK[name] for name in Timed.__struct_fields__)).where(
        _CLOCK.due_ms >= period.from_ms,
        _CLOCK.due_ms < period.end_ms,
        _CLOCK.name.in_(CLOCKS),
        _CLOCK.occurrence == 1,  # the moments of an incident are those of the first
        _CLOCK.dropped_ms.is_(None),
        _CLOCK.incident.in_(happened.with_only_columns(_INCIDENT.id)),
    )
    rows = connection.execute(query.order_by(_CLOCK.due_ms, _CLOCK.incident))
    return [Timed(*row) for row in rows]


def _cared(connection: Connection, period: Period, mine: Select[Any]) -> list[Cared]:
    """Care by check-in, and what terminals told of where nobody checked in that day."""
    begin_ms = period.from_ms - BEFORE_MS
    query = select(
        _VISIT.lift, _VISIT.out_ms, _VISIT.id, _VISIT.organisation, _VISIT.state == "agreed"
    ).where(
        _VISIT.cared.is_not(None),
        _VISIT.out_ms.between(begin_ms, period.end_ms),
        _VISIT.lift.in_(mine),
    )
    found = [
        Cared(row[0], row[1], row[2], row[3], bool(row[4])) for row in connection.execute(query)
    ]
    days = {(one.lift, estate_day(one.at_ms)) for one in found}
    told = select(_HEARD.lift, _HEARD.at_ms).where(
        _HEARD.work.in_(_WORKS),
        _HEARD.at_ms.between(begin_ms, period.end_ms),
        _HEARD.lift.in_(mine),
    )
    for lift, at_ms in connection.execute(told):
        if (lift, estate_day(at_ms)) not in days:
            days.add((lift, estate_day(at_ms)))
            found.append(Cared(lift, at_ms, None, None))
    return sorted(found, key=lambda one: (one.at_ms, one.lift))


def _answers(connection: Connection, mine: Select[Any]) -> list[Answer]:
    """Of contradictions that are seen: incidents of their kind, of lifts that are seen."""
    asked = select(_INCIDENT.id).where(
        _INCIDENT.kind == "maintenance_contradicted", _INCIDENT.lift.in_(mine), ~_INCIDENT.late
    )
    query = select(_ANSWER.state, _ANSWER.data).where(_ANSWER.incident.in_(asked))
    rows = connection.execute(query.order_by(_ANSWER.incident))
    return [msgspec.json.decode(row.data, type=Answer) for row in rows]


def _came(connection: Connection, period: Period, mine: Select[Any]) -> list[Came]:
    first, last = estate_day(period.from_ms), estate_day(max(period.from_ms, period.end_ms - 1))
    found = completeness_sums(first, last).subquery()
    query = select(found.c.lift, func.sum(found.c.heard), func.sum(found.c.missing))
    query = query.where(and_(found.c.lift != "", found.c.lift.in_(mine))).group_by(found.c.lift)
    rows = connection.execute(query.order_by(found.c.lift))
    return [Came(lift, int(heard), int(missing)) for lift, heard, missing in rows]


def _began(connection: Connection, mine: Select[Any]) -> dict[str, int]:
    day, account = tables.account.c.day, tables.account.c
    firsts = (
        select(account.lift, func.min(day) * DAY_MS - ESTATE_MS).where(account.lift != ""),
        select(_VISIT.lift, func.min(_VISIT.in_ms)),
        select(_HEARD.lift, func.min(_HEARD.at_ms)),
        select(_INCIDENT.lift, func.min(_INCIDENT.opened_ms)).where(~_INCIDENT.late),
    )
    found: dict[str, int] = {}
    for first in firsts:
        (lift, *_) = first.selected_columns
        for name, at_ms in connection.execute(first.where(lift.in_(mine)).group_by(lift)):
            found[name] = min(int(at_ms), found.get(name, int(at_ms)))
    return found

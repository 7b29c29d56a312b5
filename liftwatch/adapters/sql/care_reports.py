"""Reports in the relational store."""

from msgspec import structs
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.exc import IntegrityError

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql.care_report_tables import report
from liftwatch.adapters.sql.trouble import translated
from liftwatch.care.report import Report, ReportFilter, Scope
from liftwatch.ports import Conflict
from liftwatch.said import Said

_ONE = report.c
_COLUMNS = [_ONE[name] for name in Report.__struct_fields__]
_HEADS = [*_COLUMNS[:-1], literal("").label("content")]
assert _COLUMNS[-1].name == "content", "the longest column is the last"


class SqlReportReads:
    """Fulfils `ReportReads`."""

    engine: Engine

    def report(self, id: str, *, sight: Sight = EVERYTHING) -> Report | None:
        """One of them."""
        query = select(*_COLUMNS).where(_ONE.id == id, _seen(sight))
        with translated(), self.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Report(**row._asdict())

    def reports(
        self,
        where: ReportFilter,
        *,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> list[Report]:
        """The newest made first, after a place; without their content."""
        query = select(*_HEADS).where(_seen(sight))
        for name in ReportFilter.__struct_fields__:
            if (wanted := getattr(where, name)) is not None:
                query = query.where(_ONE[name] == wanted)
        if after is not None:
            query = query.where(tuple_(_ONE.made_ms, _ONE.id) < tuple_(*after))
        query = query.order_by(_ONE.made_ms.desc(), _ONE.id.desc()).limit(limit)
        with translated(), self.engine.connect() as connection:
            return [Report(**row._asdict()) for row in connection.execute(query)]

    def newest_report(self, scope: Scope, period: str) -> Report | None:
        """The newest version of a scope and a period."""
        query = select(*_COLUMNS).where(_of(scope.kind, scope.id, period))
        query = query.order_by(_ONE.version.desc()).limit(1)
        with translated(), self.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Report(**row._asdict())


class SqlReportWork:
    """Fulfils `ReportWork` on a connection whose transaction has begun."""

    connection: Connection

    def add_report(self, one: Report) -> None:
        """Keep a version; raises Conflict where it does not follow the newest one."""
        newest = select(func.max(_ONE.version)).where(_of(one.scope_kind, one.scope, one.period))
        known = self.connection.execute(newest).scalar() or 0
        if known != one.version - 1:
            raise Conflict(Said("somebody else has made it meanwhile"))
        try:
            self.connection.execute(insert(report), structs.asdict(one))
        except IntegrityError as error:
            raise Conflict(Said("somebody else has made it meanwhile")) from error


def _of(kind: str, scope: str, period: str) -> ColumnElement[bool]:
    return and_(_ONE.scope_kind == kind, _ONE.scope == scope, _ONE.period == period)


def _seen(sight: Sight) -> ColumnElement[bool]:
    """As `Scope.is_seen` has it."""
    if sight.everything:
        return true()
    parts: list[ColumnElement[bool]] = [false()]
    for place in sight.places:
        here = _ONE.area == place.area
        if place.estate:
            parts.append(and_(here, _ONE.scope_kind == "estate", _ONE.estate == place.estate))
        else:
            parts.append(and_(here, _ONE.scope_kind != "unit"))
    if sight.contracts_of:
        own = _ONE.unit.in_(sight.contracts_of)
        parts.append(and_(_ONE.scope_kind == "unit", own))
    return or_(*parts)

"""The account of loss on a relational database: upserts of absolute figures, and sums per lift."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    cast,
    delete,
    func,
    insert,
    select,
    tuple_,
)

from liftwatch import clock
from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.account import AccountGap, AccountRow, Completeness, CompletenessPlace, StreamGaps
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.filters import seen_lifts, seen_places
from liftwatch.adapters.sql.rows import upserting
from liftwatch.adapters.sql.trouble import translated

_GAP = tables.account_gap.c
_OWN = tables.account.alias("own")
_WHOLE = tables.account.alias("whole")
ROW_KEY = ("day", "area", "estate", "terminal", "lift", "source")
STREAM_KEY = ("terminal", "area", "estate", "boot", "source")
GAP = [_GAP[name] for name in AccountGap.__struct_fields__]


class SqlAccountWork:
    """The part of a transaction that writes it."""

    connection: Connection

    def put_account(self, rows: Sequence[AccountRow]) -> None:
        """Insert or replace rows; of two for one key the last counts."""
        newest = {tuple(getattr(row, name) for name in ROW_KEY): row for row in rows}
        if not newest:
            return
        statement = upserting(self.connection, tables.account)
        replaced = {c.name: c for c in statement.excluded if c.name not in ROW_KEY}
        statement = statement.on_conflict_do_update(index_elements=ROW_KEY, set_=replaced)
        # in order of the key, so that two writers lock rows in one order and do not deadlock
        values = [structs.asdict(newest[key]) for key in sorted(newest)]
        self.connection.execute(statement, values)

    def put_gaps(self, streams: Sequence[StreamGaps]) -> None:
        """Replace all gaps of these boots."""
        newest = {tuple(getattr(one, name) for name in STREAM_KEY): one for one in streams}
        gone = delete(tables.account_gap)
        rows = []
        for key in sorted(newest):
            named = dict(zip(STREAM_KEY, key, strict=True))
            mine = and_(*(_GAP[name] == value for name, value in named.items()))
            self.connection.execute(gone.where(mine))
            rows += [
                named | {"first_seq": first, "last_seq": last, "day": day}
                for first, last, day in newest[key].gaps
            ]
        if rows:
            self.connection.execute(insert(tables.account_gap), rows)


class SqlAccountReads:
    """The part of the books that reads it."""

    engine: Engine

    def completeness_of(self, lift: str, from_day: int, to_day: int) -> list[Completeness]:
        """The days of a lift from one to another inclusive, the newest first."""
        query = _completeness().where(_OWN.c.lift == lift, _OWN.c.day.between(from_day, to_day))
        query = query.order_by(_OWN.c.day.desc(), _OWN.c.area, _OWN.c.estate)
        with translated(), self.engine.connect() as connection:
            return list(_made(connection, query))

    def completeness_on(
        self,
        day: int,
        *,
        estate: str | None = None,
        after: CompletenessPlace | None = None,
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[Completeness]:
        """The lifts of a day, those that miss most first, after a place."""
        inner = _completeness().where(_OWN.c.day == day, _OWN.c.lift != "")
        if estate is not None:
            inner = inner.where(_OWN.c.estate == estate)
        inner = seen_lifts(inner, sight, clock.now_ms(), columns=_OWN.c)
        found = inner.subquery()
        everything = func.coalesce(func.nullif(found.c.heard + found.c.missing, 0), 1)
        place = (
            -(found.c.missing * 1_000_000 // everything),
            found.c.area,
            found.c.estate,
            found.c.lift,
        )
        query = select(*(found.c[name] for name in Completeness.__struct_fields__))
        if after is not None:
            query = query.where(tuple_(*place) > tuple_(-after[0], *after[1:]))
        with translated(), self.engine.connect() as connection:
            return list(_made(connection, query.order_by(*place).limit(limit)))

    def gaps_of(
        self,
        terminal: str,
        *,
        after: tuple[str, str, str, int] | None = None,
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[AccountGap]:
        """What is missing of a terminal, in order of area, estate, boot and first count."""
        place = (_GAP.area, _GAP.estate, _GAP.boot, _GAP.first_seq)
        query = seen_places(select(*GAP).where(_GAP.terminal == terminal), sight, _GAP)
        if after is not None:
            query = query.where(tuple_(*place) > tuple_(*after))
        with translated(), self.engine.connect() as connection:
            rows = connection.execute(query.order_by(*place).limit(limit))
            return [AccountGap(**row._mapping) for row in rows]


def completeness_sums(from_day: int, to_day: int) -> Select[Any]:
    """How much of each lift's days has come, of days inclusive."""
    return _completeness().where(_OWN.c.day.between(from_day, to_day))


def _completeness() -> Select[Any]:
    """Per lift and day, with the figures of the terminals that spoke for it."""
    same = [
        _WHOLE.c[name] == _OWN.c[name] for name in ("day", "area", "estate", "terminal", "source")
    ]
    return (
        select(
            _OWN.c.area,
            _OWN.c.estate,
            _OWN.c.lift,
            _OWN.c.day,
            *(_sum(_OWN.c[name]).label(name) for name in ("received", "late", "duplicates")),
            func.max(_OWN.c.ahead_ms).label("ahead_ms"),
            _sum(_WHOLE.c.received).label("heard"),
            *(_sum(_WHOLE.c[name]).label(name) for name in ("missing", "jumps")),
        )
        .select_from(_OWN.outerjoin(_WHOLE, and_(*same, _WHOLE.c.lift == "")))
        .group_by(_OWN.c.area, _OWN.c.estate, _OWN.c.lift, _OWN.c.day)
    )


def _sum(figure: ColumnElement[Any]) -> ColumnElement[int]:
    """Of whole numbers a whole number; PostgreSQL would make it a numeric."""
    return cast(func.coalesce(func.sum(figure), 0), BigInteger)


def _made(connection: Connection, query: Select[Any]) -> Iterator[Completeness]:
    for row in connection.execute(query):
        yield Completeness(**row._mapping)

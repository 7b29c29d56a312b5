"""Names of places in the relational store."""

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    false,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from liftwatch import clock
from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.filters import seen_lifts
from liftwatch.adapters.sql.register_tables import locality
from liftwatch.adapters.sql.trouble import translated
from liftwatch.ports import Stale
from liftwatch.register.localities import Key, Locality
from liftwatch.said import Said

ASKED_MAX = 500
"""Codes in one question; far below what SQLite takes."""
_PLACE, _LIFT = locality.c, tables.lift.c
_KEY = (_PLACE.area, _PLACE.estate, _PLACE.building)


class SqlLocalityReads:
    """What is read of names of places."""

    engine: Engine

    def localities(self, keys: Collection[Key]) -> dict[Key, Locality]:
        """Those of these places that have a row."""
        with translated(), self.engine.connect() as connection:
            return _known(connection, keys)

    def localities_after(
        self, *, after: Key | None = None, limit: int = 500, sight: Sight = EVERYTHING
    ) -> list[Locality]:
        """All places that have a row and are seen, in order of their codes, after some."""
        query = select(locality).order_by(*_KEY).limit(limit)
        if after is not None:
            query = query.where(tuple_(*_KEY) > tuple_(*after))
        if not sight.everything:
            query = query.where(_seen(sight))
        with translated(), self.engine.connect() as connection:
            return [_locality_of(row) for row in connection.execute(query)]

    def estates(self, *, limit: int = 500, sight: Sight = EVERYTHING) -> list[tuple[str, str]]:
        """Areas and estates of lifts, in order."""
        query = select(_LIFT.area, _LIFT.estate).distinct().order_by(_LIFT.area, _LIFT.estate)
        query = seen_lifts(query, sight, clock.now_ms())
        with translated(), self.engine.connect() as connection:
            return [(row.area, row.estate) for row in connection.execute(query.limit(limit))]

    def estates_without_name(self, *, limit: int = 100) -> list[tuple[str, str]]:
        """Areas and estates of lifts that nobody has named, in order."""
        named = (_PLACE.area == _LIFT.area) & (_PLACE.estate == _LIFT.estate)
        named &= _PLACE.building == ""
        query = select(_LIFT.area, _LIFT.estate).distinct().order_by(_LIFT.area, _LIFT.estate)
        query = query.where(~select(1).select_from(locality).where(named).exists())
        with translated(), self.engine.connect() as connection:
            return [(row.area, row.estate) for row in connection.execute(query.limit(limit))]


class SqlLocalityWork:
    """What is changed of names of places, on a transaction that has begun."""

    connection: Connection

    def known_localities(self, keys: Collection[Key]) -> dict[Key, Locality]:
        """Those of these places that have a row."""
        return _known(self.connection, keys)

    def put_localities(self, rows: Sequence[Locality]) -> None:
        """Insert those of version 1, replace others whose version is one less.

        Raises Stale, or Conflict, when somebody else was there first.
        """
        new = [structs.asdict(row) for row in rows if row.version == 1]
        if new:
            self.connection.execute(insert(locality), new)
        for row in rows:
            if row.version > 1:
                self._replace(row)

    def _replace(self, row: Locality) -> None:
        before = and_(*(c == v for c, v in zip(_KEY, row.key, strict=True)))
        before &= _PLACE.version == row.version - 1
        done = self.connection.execute(update(locality).where(before).values(structs.asdict(row)))
        if done.rowcount != 1:
            raise Stale(Said("somebody else has changed it"))


def _known(connection: Connection, keys: Collection[Key]) -> dict[Key, Locality]:
    wanted, found = sorted(set(keys)), {}
    for at in range(0, len(wanted), ASKED_MAX // len(_KEY)):
        some = wanted[at : at + ASKED_MAX // len(_KEY)]
        query = select(locality).where(tuple_(*_KEY).in_(some))
        for row in connection.execute(query):
            one = _locality_of(row)
            found[one.key] = one
    return found


def _seen(sight: Sight) -> ColumnElement[bool]:
    """A place is seen with what is around it, or with a lift that is seen in it."""
    parts: list[ColumnElement[bool]] = [false()]
    for place in sight.places:
        within = [_PLACE.area == place.area]
        within += [_PLACE.estate.in_(("", place.estate))] if place.estate else []
        within += [_PLACE.building.in_(("", place.building))] if place.building else []
        parts.append(and_(*within))
    if sight.contracts_of:
        here = (_LIFT.area == _PLACE.area) & or_(_PLACE.estate == "", _LIFT.estate == _PLACE.estate)
        mine = Sight(contracts_of=sight.contracts_of)
        lifts = seen_lifts(select(1).select_from(tables.lift).where(here), mine, clock.now_ms())
        parts.append(lifts.correlate(locality).exists())
    return or_(*parts)


def _locality_of(row: Row[Any]) -> Locality:
    return Locality(**row._asdict())

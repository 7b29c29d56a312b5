"""Notices and pages of incidents, in the relational store."""

from collections.abc import Mapping
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, Engine, Select, func, insert, select, update

from liftwatch.adapters.sql import page_tables as tables
from liftwatch.adapters.sql import tables as books_tables
from liftwatch.adapters.sql.rows import upserting
from liftwatch.adapters.sql.trouble import translated
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.pages import RAISINGS, Notice, Page

_NOTICE, _PAGE, _INCIDENT = tables.notice.c, tables.page.c, books_tables.incident.c
_NOTICES = [_NOTICE[name] for name in Notice.__struct_fields__]
_PAGES = [_PAGE[name] for name in Page.__struct_fields__]
KEY = ["incident", "occurrence", "why"]


class SqlPageReads:
    """Fulfils `PageReads`."""

    engine: Engine

    def notices_of(self, incident: str) -> list[Notice]:
        """Of an incident, in the order in which they were made."""
        with translated(), self.engine.connect() as connection:
            return _notices(connection, incident)

    def pages_of(self, incident: str) -> list[Page]:
        """Of an incident, in the order in which they were made."""
        with translated(), self.engine.connect() as connection:
            return _pages(connection, incident)


class SqlPageWork:
    """Fulfils `PageWork` on a connection whose transaction has begun."""

    connection: Connection

    def notices(self, incident: str) -> list[Notice]:
        """Of an incident, in the order in which they were made."""
        return _notices(self.connection, incident)

    def raisings_since(self, incident: Incident, since_ms: int) -> int:
        """How many notices of raisings told of its lift (or scope) and kind since then."""
        found = self.connection.execute(_raisings(incident, since_ms))
        return int(found.scalar_one())

    def put_notice(self, notice: Notice) -> None:
        """Insert or replace by incident, occurrence and why."""
        statement = upserting(self.connection, tables.notice)
        replaced = {c.name: c for c in statement.excluded if c.name not in KEY}
        statement = statement.on_conflict_do_update(index_elements=KEY, set_=replaced)
        self.connection.execute(statement, structs.asdict(notice))

    def pages(self, incident: str) -> list[Page]:
        """Of an incident, in the order in which they were made."""
        return _pages(self.connection, incident)

    def add_page(self, page: Page) -> None:
        """Insert."""
        self.connection.execute(insert(tables.page), structs.asdict(page))

    def note_page(self, id: str, tried: Mapping[str, Any]) -> None:
        """Keep what came of a try; none of that id: nothing."""
        self.connection.execute(update(tables.page).where(_PAGE.id == id).values(dict(tried)))


def _raisings(one: Incident, since_ms: int) -> Select[int]:
    return (
        select(func.count())
        .select_from(tables.notice.join(books_tables.incident, _INCIDENT.id == _NOTICE.incident))
        .where(_INCIDENT.lift == one.lift, _INCIDENT.scope == one.scope)
        .where(_INCIDENT.kind == one.kind, _NOTICE.made_ms > since_ms)
        .where(_NOTICE.why.in_(RAISINGS), _NOTICE.held.is_(None))
    )


def _notices(connection: Connection, incident: str) -> list[Notice]:
    query = select(*_NOTICES).where(_NOTICE.incident == incident)
    rows = connection.execute(query.order_by(_NOTICE.made_ms, _NOTICE.occurrence, _NOTICE.why))
    return [Notice(**row._mapping) for row in rows]


def _pages(connection: Connection, incident: str) -> list[Page]:
    query = select(*_PAGES).where(_PAGE.incident == incident).order_by(_PAGE.n)
    return [Page(**row._mapping) for row in connection.execute(query)]

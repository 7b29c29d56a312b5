"""The credentials of the broker in the relational store."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.books import SqlBooks
from liftwatch.adapters.sql.rows import upserting
from liftwatch.adapters.sql.trouble import translated
from liftwatch.register.terminals import Terminal

_TERMINAL, _BOUND = tables.terminal.c, tables.terminal_lift.c
COLUMNS = (
    _TERMINAL.name,
    _TERMINAL.role,
    _TERMINAL.secret,
    _TERMINAL.gateway,
    _TERMINAL.issued_ms,
    _TERMINAL.changed_ms,
)


class SqlTerminals:
    """Reads and writes credentials; every call raises StoreUnavailable while the database is away.

    `with terminals.begin() as work` is a transaction (`liftwatch.handlers.terminals`).
    """

    def __init__(self, books: SqlBooks) -> None:
        self._books = books

    @contextmanager
    def begin(self) -> Iterator["SqlTerminalWork"]:
        """A transaction: committed at the end of the block, rolled back by an exception."""
        with self._books.begin() as work:
            yield SqlTerminalWork(work.connection)

    def all(self) -> list[Terminal]:
        """All of them in order of name, revoked ones too."""
        with translated(), self._books.engine.connect() as connection:
            lifts: defaultdict[str, list[str]] = defaultdict(list)
            bound = select(_BOUND.terminal, _BOUND.lift).order_by(_BOUND.lift)
            for name, lift in connection.execute(bound):
                lifts[name].append(lift)
            query = select(*COLUMNS).order_by(_TERMINAL.name)
            return [_made(row, lifts.get(row.name, [])) for row in connection.execute(query)]


class SqlTerminalWork:
    """Fulfils `liftwatch.handlers.terminals.TerminalWork`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def terminal(self, name: str) -> Terminal | None:
        """One of them, locked against others until the transaction ends."""
        query = select(*COLUMNS).where(_TERMINAL.name == name).with_for_update()
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        bound = select(_BOUND.lift).where(_BOUND.terminal == name).order_by(_BOUND.lift)
        return _made(row, list(self._connection.execute(bound).scalars()))

    def put_terminal(self, terminal: Terminal) -> None:
        """Insert or replace it, and its bindings with it."""
        statement = upserting(self._connection, tables.terminal)
        replaced = {c.name: c for c in statement.excluded if c.name != "name"}
        statement = statement.on_conflict_do_update(index_elements=["name"], set_=replaced)
        values = {column.name: getattr(terminal, column.name) for column in COLUMNS}
        self._connection.execute(statement, values)
        gone = delete(tables.terminal_lift).where(_BOUND.terminal == terminal.name)
        self._connection.execute(gone)
        rows = [{"terminal": terminal.name, "lift": lift} for lift in terminal.lifts]
        if rows:
            self._connection.execute(insert(tables.terminal_lift), rows)


def _made(row: Row[*tuple[Any, ...]], lifts: list[str]) -> Terminal:
    return Terminal(
        name=row.name,
        role=row.role,
        secret=row.secret,
        lifts=tuple(lifts),
        gateway=row.gateway,
        issued_ms=row.issued_ms,
        changed_ms=row.changed_ms,
    )

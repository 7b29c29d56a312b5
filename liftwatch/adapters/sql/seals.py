"""All that is sealed in the database: whether it can be read, and how it is sealed anew.

What is sealed with an older secret is opened and closed with the newest, some rows a transaction:
whoever is stopped begins again and finds what is done. Services write meanwhile.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Table, select, tuple_, update

from liftwatch.access.identities import marked
from liftwatch.access.secrets import Seal, Unsealed
from liftwatch.adapters.sql import people_tables as tables
from liftwatch.adapters.sql.books import SqlBooks
from liftwatch.adapters.sql.care_complaint_tables import complaint_private
from liftwatch.adapters.sql.care_complaints import SEALED as SEALED_COLUMNS
from liftwatch.adapters.sql.trouble import translated

BATCH = 500
"""Rows in one transaction: some hundredths of a second, in which SQLite takes no other."""


class Sealed(NamedTuple):
    """A table, its key, and its sealed columns with the places that what is in them is bound to.

    `found_by` is a column with a mark of what is sealed and of the column beside it; `batch` is
    how many rows go in one transaction where they are large.
    """

    table: Table
    key: tuple[str, ...]
    places: Mapping[str, str]
    found_by: str | None = None
    beside: tuple[str, ...] = ()
    batch: int | None = None


SEALED = (
    Sealed(
        tables.person,
        ("id",),
        {name: f"person/{{id}}/{name}" for name in ("name", "phone", "email")},
    ),
    Sealed(
        tables.organisation_contact,
        ("organisation",),
        {name: f"organisation/{{organisation}}/{name}" for name in ("phone", "email")},
    ),
    Sealed(tables.answered, ("caller", "key"), {"body": "answered/{caller}/{key}"}),
    Sealed(
        tables.identity,
        ("id",),
        {"subject": "identity/{id}/subject"},
        found_by="mark",
        beside=("issuer",),
    ),
    Sealed(
        complaint_private,
        ("id",),
        {name: f"complaint/{{id}}/{name}" for name in SEALED_COLUMNS},
        batch=20,  # photos: some hundred kilobytes each
    ),
)


class Tally(NamedTuple):
    """How many values are sealed, how many of them with an older secret, how many no secret opens,
    and the place of the first of those."""

    values: int = 0
    older: int = 0
    unreadable: int = 0
    first: str = ""

    def plus(self, other: "Tally") -> "Tally":
        """Both together."""
        values, older, unreadable = map(sum, zip(self[:3], other[:3], strict=True))
        return Tally(values, older, unreadable, self.first or other.first)


def holds_sealed(books: SqlBooks) -> bool:
    """Whether anybody's name is sealed here."""
    with translated(), books.engine.connect() as connection:
        return connection.execute(select(tables.person.c.id).limit(1)).first() is not None


def tally(books: SqlBooks, seal: Seal) -> Tally:
    """How all that is sealed stands to some secrets."""
    found = Tally()
    with translated(), books.engine.connect() as connection:
        for one in SEALED:
            after: Row[Any] | None = None
            while rows := _batch(connection, one, after):
                for row in rows:
                    found = found.plus(_tally_of(one, row, seal))
                after = rows[-1]
    return found


def reseal(books: SqlBooks, seal: Seal) -> Iterator[int]:
    """Seal with the newest secret what an older one sealed; yields how many values each time.

    What no secret opens stays as it is.
    """
    for one in SEALED:
        after: Row[Any] | None = None
        while True:
            with books.begin() as work:
                rows = _batch(work.connection, one, after, lock=True)
                done = sum(_sealed_anew(work.connection, one, row, seal=seal) for row in rows)
            if not rows:
                break
            after = rows[-1]
            yield done


def _batch(
    connection: Connection, one: Sealed, after: Row[Any] | None, *, lock: bool = False
) -> list[Row[Any]]:
    """The next rows in the order of their keys, all their columns by name."""
    key = [one.table.c[name] for name in one.key]
    named = (*one.places, *one.beside)
    query = (
        select(*key, *(one.table.c[name] for name in named))
        .order_by(*key)
        .limit(min(one.batch or BATCH, BATCH))
    )
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*(after._mapping[name] for name in one.key)))
    if lock:
        query = query.with_for_update()
    return list(connection.execute(query))


def _values(one: Sealed, row: Row[Any]) -> Iterator[tuple[str, bytes, str]]:
    """Of a row: column, what is sealed in it, and the place it is bound to."""
    held = row._asdict()
    for name, place in one.places.items():
        if held[name] is not None:
            yield name, bytes(held[name]), place.format_map(held)


def _tally_of(one: Sealed, row: Row[Any], seal: Seal) -> Tally:
    found = Tally()
    for _, sealed, place in _values(one, row):
        try:
            found = found.plus(Tally(1, older=not seal.is_newest(sealed, place=place)))
        except Unsealed:
            found = found.plus(Tally(1, unreadable=1, first=place))
    return found


def _sealed_anew(connection: Connection, one: Sealed, row: Row[Any], *, seal: Seal) -> int:
    changed: dict[str, Any] = {}
    for name, sealed, place in _values(one, row):
        with suppress(Unsealed):
            if not seal.is_newest(sealed, place=place):
                text = seal.open(sealed, place=place) or ""
                changed[name] = seal.close(text, place=place)
                if one.found_by is not None:
                    (beside,) = (row._mapping[name] for name in one.beside)
                    changed[one.found_by] = seal.marks(marked(beside, text))[0]
    if changed:
        own = [one.table.c[name] == row._mapping[name] for name in one.key]
        connection.execute(update(one.table).where(*own).values(changed))
    return len(changed.keys() & one.places.keys())

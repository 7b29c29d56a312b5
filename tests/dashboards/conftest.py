"""A town of two property managers, a unit, a supervision and a custodian, for Grafana's readers."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
import pytest

from liftwatch import clock
from liftwatch.access.secrets import Seal
from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.grafana import Reader, drop_reader, known_readers, make_reader
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.handlers import people
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.incidents.incident import AlarmChange
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.ports import LiftRow
from liftwatch.register.facts import Facts

SECRET = b"a secret of thirty-two bytes, or more"
AREA = "320583"
OURS, THEIRS = "garden", "lake"
LIFTS = {"G-0001": OURS, "G-0002": OURS, "L-0001": THEIRS, "L-0002": THEIRS}
DSN = "postgresql://{name}:{password}@{host}/{database}"


class Town(NamedTuple):
    """Books on PostgreSQL with rows of two estates, and a reader by role."""

    url: str
    books: SqlBooks
    organisations: dict[str, str]
    readers: dict[str, Reader]

    def sign_in(self, who: str) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection as a reader."""
        return psycopg.connect(DSN.format(**self.readers[who]._asdict()), autocommit=True)


def raise_alarm(books: SqlBooks, lift: str, kind: str, *, at_ms: int) -> None:
    """A detector's claim."""
    apply_alarm(
        books,
        AlarmChange(
            area=AREA,
            estate=LIFTS[lift],
            lift=lift,
            kind=kind,
            edge="raised",
            opened_ms=at_ms,
            at_ms=at_ms,
            severity=BY_NAME[kind].severity,
        ),
    )


def settle(books: SqlBooks, now_ms: int) -> dict[str, str]:
    """Lifts, incidents and organisations; the organisations by what they are."""
    store, made = SqlPeople(books, Seal(SECRET)), {}
    with books.begin() as work:
        work.put_lifts(
            [
                LiftRow(
                    lift=lift,
                    area=AREA,
                    estate=estate,
                    facts=Facts(building="3", rescue_code="063577", rated_speed_mps=1.75),
                    state={"service_mode": "normal", "floor": 2},
                    state_ms=now_ms,
                    heard_ms=now_ms,
                    online="online",
                )
                for lift, estate in LIFTS.items()
            ]
        )
    for lift in LIFTS:
        raise_alarm(books, lift, "entrapment", at_ms=now_ms - clock.HOUR_MS)
        raise_alarm(books, lift, "door_fault", at_ms=now_ms - clock.MINUTE_MS)
    with store.begin() as work:
        for name, places in {
            "garden": (Place(AREA, OURS),),
            "lake": (Place(AREA, THEIRS),),
            "unit": (),
            "regulation": (Place(AREA),),
            "fund": (Place(AREA, OURS),),
        }.items():
            one = people.make_organisation(work, name=f"{name} & Co", places=places, now_ms=now_ms)
            made[name] = one.id
        people.make_contract(
            work,
            lift="G-0001",
            organisation=made["unit"],
            from_ms=now_ms - 30 * clock.MINUTE_MS,
            until_ms=None,
        )
    return made


READERS = {
    "garden": ("property", "garden"),
    "lake": ("property", "lake"),
    "unit": ("maintenance", "unit"),
    "regulation": ("supervision", "regulation"),
    "custodian": ("custodian", "fund"),
    "operations": ("operations", None),
}


@contextmanager
def own_database(server: Any) -> Iterator[str]:
    """The URL of an empty database, dropped afterwards."""
    name = f"town_{uuid.uuid4().hex}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    try:
        yield server.url.replace("/postgres", f"/{name}")
    finally:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="module")
def town(postgres: Any) -> Iterator[Town]:
    """The town, for all tests of a file; its readers are taken away: roles are the server's."""
    with own_database(postgres) as url, built(url) as made:
        yield made


@contextmanager
def built(postgres_database: str) -> Iterator[Town]:
    """The town in a database."""
    books = open_books(postgres_database)
    organisations = settle(books, clock.now_ms())
    readers = {
        who: make_reader(
            postgres_database, role=role, organisation=organisations[of] if of else None
        )
        for who, (role, of) in READERS.items()
    }
    yield Town(postgres_database, books, organisations, readers)
    books.close()
    for name in known_readers(postgres_database):
        drop_reader(postgres_database, name)

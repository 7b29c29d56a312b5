"""An application over real books and a real store, and hands to move both."""

import threading
from collections.abc import Iterator
from functools import partialmethod
from pathlib import Path
from typing import Any, Protocol

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from api.app import create_app
from api.gate import Gate
from api.serve import PLAIN, Way, bind, server_of
from liftwatch.access.people import CredentialKind, Person
from liftwatch.access.secrets import Seal
from liftwatch.access.sight import Place
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import now_ms
from liftwatch.handlers import people as handlers
from liftwatch.handlers import sign_in
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.ports import LiftRow
from liftwatch.register.facts import Facts
from liftwatch.telemetry.messages import FloorOfLift

PASSWORD = "correct horse battery"
SECRET = b"a secret of thirty-two bytes, or more"
AT_MS = 1_772_439_240_000  # a whole minute
FLOORS = [FloorOfLift(index=n, label=str(n), height_m=3.0 * n) for n in range(1, 7)]


@pytest.fixture(autouse=True)
def on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients of tests ask from this machine, unless they say otherwise."""
    here = partialmethod(TestClient.__init__, client=("127.0.0.1", 50_000))
    monkeypatch.setattr(TestClient, "__init__", here)


class Fleet:
    """Lifts, and what happens to them."""

    def __init__(self, books: SqlBooks) -> None:
        self.books = books

    def lift(self, name: str, *, estate: str = "garden", **row: Any) -> LiftRow:
        """A lift heard of, in building 3, unit 1 unless the facts say otherwise."""
        facts = row.pop("facts", Facts(building="3", unit="1", rescue_code="063577", floors=FLOORS))
        made = LiftRow(
            lift=name,
            area="320583",
            estate=estate,
            facts=facts,
            state=row.pop("state", {"floor": 2, "floor_label": "2", "car_door": "closed"}),
            state_ms=AT_MS,
            heard_ms=row.pop("heard_ms", AT_MS),
            online="online",
            **row,
        )
        with self.books.begin() as work:
            work.put_lifts([made])
        return made

    def alarm(self, lift: str, kind: str, *, at_ms: int = AT_MS, **change: Any) -> Incident:
        """A detector's claim about a lift: raised unless `edge` says otherwise."""
        moved = apply_alarm(
            self.books,
            AlarmChange(
                area="320583",
                estate=change.pop("estate", "garden"),
                lift=lift,
                kind=kind,
                edge=change.pop("edge", "raised"),
                opened_ms=change.pop("opened_ms", at_ms),
                at_ms=at_ms,
                severity=change.pop("severity", BY_NAME[kind].severity),
                **change,
            ),
        )
        assert moved is not None
        return moved


@pytest.fixture
def books(sqlite_books: str) -> Iterator[SqlBooks]:
    """Empty books."""
    made = open_books(sqlite_books)
    yield made
    made.close()


@pytest.fixture
def fleet(books: SqlBooks) -> Fleet:
    """Hands on the books."""
    return Fleet(books)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    """An empty store."""
    made = EmbeddedStore(tmp_path / "telemetry.sqlite")
    yield made
    made.close()


@pytest.fixture
def readiness() -> dict[str, str | None]:
    """What the service says of its parts."""
    return {"journal": None, "broker": None}


@pytest.fixture
def app(books: SqlBooks, store: EmbeddedStore, readiness: dict[str, str | None]) -> FastAPI:
    """The application."""
    return create_app(
        books=books, store=store, readiness=lambda: readiness, metrics=CollectorRegistry()
    )


@pytest.fixture
def people(books: SqlBooks) -> SqlPeople:
    """People over the same books."""
    return SqlPeople(books, Seal(SECRET))


@pytest.fixture
def gated(
    books: SqlBooks, store: EmbeddedStore, readiness: dict[str, str | None], people: SqlPeople
) -> FastAPI:
    """The application as an installation has it: people sign in once there is an administrator."""
    return create_app(
        books=books,
        store=store,
        readiness=lambda: readiness,
        metrics=CollectorRegistry(),
        gate=Gate(people, SECRET),
    )


class Town:
    """Hands on people."""

    def __init__(self, store: SqlPeople) -> None:
        self.store = store

    def person(self, login: str, role: str | None = None, *places: Place) -> Person:
        """Somebody with a password, and a role in an organisation of their own."""
        with self.store.begin() as work:
            made = handlers.make_person(
                work, login=login, name=login, password=PASSWORD, now_ms=now_ms()
            )
            if role == "admin":
                handlers.grant(work, made.id, role, organisation=None, now_ms=0)
            elif role is not None:
                unit = handlers.make_organisation(work, name=login, now_ms=0, places=places)
                handlers.grant(work, made.id, role, organisation=unit.id, now_ms=0)
            return made

    def secret(self, person: Person, kind: CredentialKind, *roles: str) -> str:
        """A credential of theirs."""
        with self.store.begin() as work:
            return sign_in.issue(work, person.id, kind, now_ms=now_ms(), roles=roles).secret


@pytest.fixture
def town(people: SqlPeople) -> Town:
    """With one administrator, so that everybody signs in."""
    made = Town(people)
    made.person("root", "admin")
    return made


@pytest.fixture
def guest(gated: FastAPI, town: Town) -> Iterator[TestClient]:
    """Somebody who has not signed in."""
    del town
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as made:
        yield made


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Somebody on this machine."""
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as made:
        yield made


@pytest.fixture
def desk(gated: FastAPI) -> Iterator[TestClient]:
    """Somebody on this machine, before anybody signs in."""
    with TestClient(gated, base_url="http://127.0.0.1") as made:
        yield made


@pytest.fixture
def house(
    gated: FastAPI, town: Town, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """A building with owners and books, at moments of a story (`tests.api.fund_house`)."""
    from tests.api.fund_house import opened

    with opened(gated, town, fleet=fleet, patch=monkeypatch) as made:
        yield made


class Serve(Protocol):
    """Serves an application."""

    def __call__(self, app: FastAPI, *, way: Way = PLAIN) -> int:
        """On a free port, which is given back."""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves applications on free ports until the test ends."""
    running: list[tuple[Any, threading.Thread]] = []

    def start(app: FastAPI, *, way: Way = PLAIN) -> int:
        started = threading.Event()
        listener = bind("127.0.0.1", 0, way=way)
        server = server_of(app, way=way, ready=started.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        running.append((server, thread))
        assert started.wait(10)
        port: int = listener.getsockname()[1]
        return port

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()

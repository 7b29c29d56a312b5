"""An estate in one process, at moments of a story: a lift that is detected on, the service's pages
and API over the same books, everybody with a key, the engine's jobs; time passes when it is told.
"""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from api.app import create_app
from api.gate import Gate
from ingest.decode import Publication
from liftwatch import clock
from liftwatch.access.secrets import Seal
from liftwatch.access.sight import Place
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, rfc3339
from liftwatch.engine.clockwork import Engine
from liftwatch.engine.complaints import complaints_job
from liftwatch.engine.instructions import instruction_jobs
from liftwatch.handlers import people as handlers
from liftwatch.ids import new_id
from liftwatch.incidents.pages import Ways
from tests.api.conftest import SECRET, Town
from tests.api.test_sign_in import bearer
from tests.ingest.test_care_visits import Yard
from tests.ingest.test_entries import LIFT

AREA, GARDEN = Place("320583"), Place("320583", "garden")
WAYS = Ways(channels=("email",), page="https://lift.example/")
STATES_MS = 9 * MINUTE_MS  # terminals that are silent for ten minutes are offline
ROLES = (
    ("qian", "supervision", AREA),
    ("li", "property", GARDEN),
    ("wu", "maintenance", None),
)


class Estate(Yard):
    """Everybody around one lift."""

    client: TestClient
    books: SqlBooks

    def settle_in(self, client: TestClient, people: SqlPeople) -> None:
        """Supervision, the property manager, and a technician whose unit has the contract."""
        self.client, self.people = client, people
        self.keys, self.units = dict[str, dict[str, str]](), dict[str, str]()
        town = Town(people)
        for login, role, place in ROLES:
            person = town.person(login, role, *(() if place is None else (place,)))
            self.keys[login] = bearer(town.secret(person, "key"))
            with people.begin() as work:
                (self.units[login],) = {o.organisation for o in work.grants(person.id, self.now_ms)}
        with people.begin() as work:
            handlers.make_contract(
                work,
                lift=LIFT,
                organisation=self.units["wu"],
                from_ms=self.now_ms - DAY_MS,
                until_ms=None,
            )
        jobs = (*instruction_jobs(self.books, people, WAYS)[:1], complaints_job(people))
        self.engine = Engine(self.books, jobs, registry=CollectorRegistry())

    def pass_time(self, days: float) -> None:
        """Time passes: the lift tells that it is there, and tests its device in the morning; the
        engine does in each hour what is due."""
        until_ms = self.now_ms + round(days * DAY_MS)
        while self.now_ms < until_ms:
            hour_ms = min(until_ms, self.now_ms + HOUR_MS)
            while self.now_ms < hour_ms:
                self.now_ms += min(STATES_MS, hour_ms - self.now_ms)
                self.tell("state", service_mode="normal", car_door="closed", doors_closed=True)
            if self.now_ms % DAY_MS < HOUR_MS:
                self.tell("emergency_call", id=f"t-{self.now_ms}", phase="test_ok")
            self.settle()
            while self.engine.step(self.now_ms, "slow"):
                pass
        self.detection.show_board()

    def tell(self, kind: str, **fields: Any) -> None:
        """The terminal tells something, judged with what comes after."""
        self.seq += 1
        body = {"v": 1, "terminal": "T", "boot": "b", "seq": self.seq, "at": rfc3339(self.now_ms)}
        said = json.dumps(body | fields).encode()
        topic = f"lift/v1/320583/garden/{LIFT}/{kind}"
        self.journal.append([Publication(topic, said, self.now_ms)])

    def get(self, who: str, path: str) -> Any:
        """What somebody reads."""
        answered = self.client.get(path, headers=self.keys[who])
        assert answered.status_code == 200, answered.text
        return answered.json()

    def post(
        self, who: str, path: str, body: Any = None, *, of: Any = None, version: int | None = None
    ) -> Any:
        """What somebody does, to a version of a thing where there is one."""
        self.now_ms += 1_000
        headers = self.keys[who] | {"Idempotency-Key": new_id()}
        version = of["version"] if of is not None else version
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.client.post(path, json={} if body is None else body, headers=headers)

    def done(self, who: str, path: str, body: Any = None, **against: Any) -> Any:
        """The same, which is allowed."""
        answered = self.post(who, path, body, **against)
        assert answered.status_code in (200, 201), answered.text
        return answered.json()

    def page(self, path: str) -> str:
        """A public page, as a resident sees it."""
        answered = self.client.get(path, headers={"Accept-Language": "zh", "Accept": "text/html"})
        assert answered.status_code == 200, answered.text
        return str(answered.text)


@contextmanager
def estate(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Estate]:
    """One with its lift heard."""
    with closing(open_books(f"sqlite:///{folder}/books.sqlite")) as books:
        made = Estate(folder, books)
        patch.setattr(clock, "time", told_by(made))
        people = SqlPeople(books, Seal(SECRET))
        store = EmbeddedStore(folder / "telemetry.sqlite")
        app = create_app(
            books=books,
            store=store,
            readiness=dict,
            metrics=CollectorRegistry(),
            gate=Gate(people, SECRET),
        )
        made.watch()
        made.say("register", building="3", unit="1", installed_on="2012-05-01")
        here = ("127.0.0.1", 50_000)
        with TestClient(
            app, base_url="http://127.0.0.1", follow_redirects=False, client=here
        ) as client:
            made.settle_in(client, people)
            yield made
        made.close()
        store.close()


def told_by(estate: Estate) -> SimpleNamespace:
    """Our only clock (`liftwatch.clock`) by the story's time."""
    return SimpleNamespace(
        time_ns=lambda: estate.now_ms * 1_000_000, monotonic=lambda: estate.now_ms / 1_000
    )

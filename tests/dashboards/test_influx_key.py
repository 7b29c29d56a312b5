"""The way of Grafana's data source: a key of an API, its role, its organisation, its rows."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.gate import Gate
from liftwatch import clock
from liftwatch.access.secrets import Seal
from liftwatch.access.sight import Place
from liftwatch.adapters.sql import open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.handlers import people, sign_in
from liftwatch.ports import LiftRow
from tests.conftest import Influx, make_message
from tests.dashboards.around import NOW_MS, TIME
from tests.dashboards.conftest import SECRET
from tests.dashboards.world import opened

LIFTS = {"G-0001": "garden", "L-0001": "lake", "L-0002": "lake"}
QUERY = f'SELECT count("floor") FROM "lift_state" WHERE {TIME} GROUP BY "lift"'


@pytest.fixture
def keyed(influx: Influx, tmp_path: Path) -> Iterator[tuple[TestClient, dict[str, str]]]:
    """An installation where people sign in, and a key of one of each sort."""
    with (
        closing(open_books(f"sqlite:///{tmp_path}/books.sqlite")) as books,
        opened(influx.url) as store,
    ):
        store.write(
            [
                make_message("state", {"floor": 2}, at_ms=NOW_MS - 60_000, lift=lift, estate=estate)
                for lift, estate in LIFTS.items()
            ]
        )
        with books.begin() as work:
            work.put_lifts(
                [LiftRow(lift=one, area="320583", estate=at) for one, at in LIFTS.items()]
            )
        office, keys = SqlPeople(books, Seal(SECRET)), {}
        for role, places in {
            "admin": None,
            "property": (Place("320583", "garden"),),
            "maintenance": (),
            "supervision": (Place("320583"),),
            "custodian": (Place("320583"),),
        }.items():
            keys[role] = _key(office, role, places)
        gate = Gate(office, SECRET)
        app = create_app(books=books, store=store, readiness=dict, metrics=lambda: b"", gate=gate)
        with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 5)) as client:
            yield client, keys


def _key(office: SqlPeople, role: str, places: tuple[Place, ...] | None) -> str:
    now_ms = clock.now_ms()
    with office.begin() as work:
        person = people.make_person(
            work, login=role, name=role, password="correct horse battery", now_ms=now_ms
        )
        unit = None
        if places is not None:
            unit = people.make_organisation(work, name=role, places=places, now_ms=0).id
        people.grant(work, person.id, role, organisation=unit, now_ms=0)
        if role == "maintenance":
            people.make_contract(
                work, lift="L-0002", organisation=str(unit), from_ms=0, until_ms=None
            )
        return str(sign_in.issue(work, person.id, "key", now_ms=now_ms, roles=()).secret)


def asked(client: TestClient, key: str, method: str = "GET") -> Any:
    """The lifts that are told of, or the status that is refused."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    sent: dict[str, Any] = {"params": {"q": QUERY}} if method == "GET" else {"data": {"q": QUERY}}
    answer = client.request(method, "/v1/influx/query", headers=headers, **sent)
    if answer.status_code != 200:
        return answer.status_code
    series = answer.json()["results"][0].get("series", [])
    return sorted(one["tags"]["lift"] for one in series)


def test_each_key_tells_of_its_own_lifts(
    keyed: tuple[TestClient, dict[str, str]],
) -> None:
    """By place, by contract, by area; by no role that may not see telemetry; by no key at all."""
    client, keys = keyed
    for method in ("GET", "POST"):
        assert asked(client, keys["property"], method) == ["G-0001"]
        assert asked(client, keys["maintenance"], method) == ["L-0002"]
        assert asked(client, keys["supervision"], method) == sorted(LIFTS)
        assert asked(client, keys["admin"], method) == sorted(LIFTS)
        assert asked(client, keys["custodian"], method) == 403
        assert asked(client, "", method) == 401
        assert asked(client, "lwk_somebody-elses", method) == 401

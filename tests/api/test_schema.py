"""The application answers as its own description says, whatever it is asked."""

from collections.abc import Iterator

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from starlette.types import ASGIApp, Receive, Scope, Send

from liftwatch.access.sight import Place
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.handlers import people as handlers
from tests.api.conftest import Fleet, Town

HOST = {"Host": "127.0.0.1"}


def here(app: ASGIApp) -> ASGIApp:
    """The application as somebody on this machine meets it: schemathesis has no address."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope | {"client": ("127.0.0.1", 50_000)}, receive, send)

    return asked


ENDLESS = ("/v1/stream",)
"""What never ends is tested elsewhere."""


@pytest.fixture
def key(people: SqlPeople) -> str:
    """Of an administrator."""
    town = Town(people)
    return town.secret(town.person("root", "admin"), "key")


def tried_all(
    app: FastAPI, key: str, *, under: str = "/", examples: int = 20
) -> tuple[BaseSchema, list[str]]:
    """The description, and the operations below a path, each of which was tried with a key."""
    headers = HOST | {"Authorization": f"Bearer {key}"}
    described = schemathesis.openapi.from_asgi("/openapi.json", here(app), headers=HOST)
    tried = []
    for result in described.get_all_operations():
        operation = result.ok()
        if operation.path in ENDLESS or not operation.path.startswith(under):
            continue
        tried.append(f"{operation.method.upper()} {operation.path}")

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def holds(case: Case) -> None:
            # Whether a cursor, a role or a login is of use is ours to say: text alone is not.
            response = case.call(headers=headers)
            assert response.status_code < 500, response.text
            case.validate_response(
                response, excluded_checks=[positive_data_acceptance, ignored_auth]
            )

        holds()
    return described, tried


def test_answers_are_as_described(gated: FastAPI, fleet: Fleet, key: str) -> None:
    """Status, media type and shape of every route of the description, by every method it has."""
    fleet.lift("L-0001")
    fleet.alarm("L-0001", "entrapment", evidence={"people": 2})
    described, tried = tried_all(gated, key)
    listed = {
        f"{m.upper()} {path}" for path, item in described.raw_schema["paths"].items() for m in item
    }
    assert set(tried) == {one for one in listed if not one.endswith((*ENDLESS, "/openapi.json"))}


def test_what_is_there_is_as_described(app: FastAPI, fleet: Fleet) -> None:
    """A lift, an incident, a point: found by name, not by chance."""
    fleet.lift("L-0001")
    incident = fleet.alarm("L-0001", "entrapment", evidence={"people": 2})
    described = schemathesis.openapi.from_asgi("/openapi.json", here(app), headers=HOST)
    for path, names in (
        ("/v1/lifts/{lift}", {"lift": "L-0001"}),
        ("/v1/lifts/{lift}/register", {"lift": "L-0001"}),
        ("/v1/incidents/{id}", {"id": incident.id}),
        ("/v1/incidents/{id}/evidence", {"id": incident.id}),
    ):
        case = described[path]["GET"].Case(path_parameters=names)
        assert case.call_and_validate(headers=HOST).status_code == 200


def test_the_funds_answers_to_whoever_may_write(gated: FastAPI, people: SqlPeople) -> None:
    """An administrator books nothing, so they are tried by somebody who may do all of it."""
    town = Town(people)
    town.person("root", "admin")
    everybody = town.person("everybody", "custodian", Place("320583"))
    with people.begin() as work:
        unit = handlers.make_organisation(work, name="u", now_ms=0, places=(Place("320583"),))
        for role in ("property", "committee", "bureau"):
            handlers.grant(work, everybody.id, role, organisation=unit.id, now_ms=0)
    _, tried = tried_all(gated, town.secret(everybody, "key"), under="/v1/fund", examples=15)
    assert len(tried) > 20


@pytest.mark.parametrize("under", ["/v1/complaints", "/v1/notices", "/v1/screens"])
def test_complaints_and_notices_to_a_property_manager(
    gated: FastAPI, people: SqlPeople, fleet: Fleet, under: str
) -> None:
    """Of an estate with a lift, by whoever answers for it."""
    fleet.lift("L-0001")
    town = Town(people)
    town.person("root", "admin")
    key = town.secret(town.person("mei", "property", Place("320583")), "key")
    _, tried = tried_all(gated, key, under=under, examples=15)
    assert tried


@pytest.mark.parametrize("under", ["/v1/recalls", "/v1/commonalities", "/v1/credit"])
def test_recalls_to_an_authority(
    gated: FastAPI, people: SqlPeople, fleet: Fleet, under: str
) -> None:
    """Of an area with a lift, by whoever may recall it."""
    fleet.lift("L-0001")
    town = Town(people)
    town.person("root", "admin")
    key = town.secret(town.person("samr", "supervision", Place("320583")), "key")
    _, tried = tried_all(gated, key, under=under, examples=15)
    assert tried


def test_everything_the_description_refers_to_is_in_it(gated: FastAPI) -> None:
    """What a reference does not lead to describes nothing, and nobody would check it."""

    def references(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            for name, held in value.items():
                yield from [held] if name == "$ref" else references(held)
        elif isinstance(value, list):
            for held in value:
                yield from references(held)

    said = gated.openapi()
    held = {f"#/components/schemas/{name}" for name in said["components"]["schemas"]}
    found = set(references(said))
    assert found
    assert found - held == set()

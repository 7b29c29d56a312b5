"""The application answers as its own description says, whatever it is asked."""

from collections.abc import Iterator

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from starlette.types import ASGIApp, Receive, Scope, Send

from liftwatch.adapters.sql.people import SqlPeople
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


def test_answers_are_as_described(gated: FastAPI, fleet: Fleet, key: str) -> None:
    """Status, media type and shape of every route of the description, by every method it has."""
    fleet.lift("L-0001")
    fleet.alarm("L-0001", "entrapment", evidence={"people": 2})
    headers = HOST | {"Authorization": f"Bearer {key}"}
    described = schemathesis.openapi.from_asgi("/openapi.json", here(gated), headers=HOST)
    tried = []
    for result in described.get_all_operations():
        operation = result.ok()
        if operation.path in ENDLESS:
            continue
        tried.append(f"{operation.method.upper()} {operation.path}")

        @settings(
            max_examples=20,
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

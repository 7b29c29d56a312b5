"""The application answers as its own description says, whatever it is asked."""

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.conftest import Fleet

HOST = {"Host": "127.0.0.1"}


@pytest.mark.parametrize(
    "path",
    [
        "/healthz",
        "/readyz",
        "/metrics",
        "/v1/lifts",
        "/v1/lifts/{lift}",
        "/v1/lifts/{lift}/telemetry",
        "/v1/lifts/{lift}/completeness",
        "/v1/completeness",
        "/v1/terminals/{terminal}/gaps",
        "/v1/incidents",
        "/v1/incidents/{id}",
        "/v1/incidents/{id}/evidence",
    ],
)
def test_answers_are_as_described(app: FastAPI, fleet: Fleet, path: str) -> None:
    """Status, media type and shape; a stream never ends and is tested elsewhere."""
    fleet.lift("L-0001")
    fleet.alarm("L-0001", "entrapment", evidence={"people": 2})
    described = schemathesis.openapi.from_asgi("/openapi.json", app, headers=HOST)

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described[path]["GET"].as_strategy())
    def holds(case: Case) -> None:
        # Cursors are ours to make: one that only has the form of a text is refused.
        case.call_and_validate(headers=HOST, excluded_checks=[positive_data_acceptance])

    holds()


def test_what_is_there_is_as_described(app: FastAPI, fleet: Fleet) -> None:
    """A lift, an incident, a point: found by name, not by chance."""
    fleet.lift("L-0001")
    incident = fleet.alarm("L-0001", "entrapment", evidence={"people": 2})
    described = schemathesis.openapi.from_asgi("/openapi.json", app, headers=HOST)
    for path, names in (
        ("/v1/lifts/{lift}", {"lift": "L-0001"}),
        ("/v1/incidents/{id}", {"id": incident.id}),
        ("/v1/incidents/{id}/evidence", {"id": incident.id}),
    ):
        case = described[path]["GET"].Case(path_parameters=names)
        assert case.call_and_validate(headers=HOST).status_code == 200

"""Every way to fail answers with a problem of RFC 9457 that names what was wrong."""

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from api.app import create_app
from api.paging import write_cursor
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.sql import SqlBooks
from liftwatch.ports import StoreUnavailable
from tests.api.conftest import Fleet

MEMBERS = {"type", "title", "status", "detail", "instance"}
PLACE = write_cursor("incidents", (2**60, "x"))


@pytest.mark.parametrize(
    ("path", "status", "named"),
    [
        ("/v1/incidents?state=open", 400, "state: 'open'"),
        ("/v1/incidents?kind=entrapment,trapped", 400, "kind: 'trapped'"),
        ("/v1/incidents?severity=5", 400, "severity: '5'"),
        ("/v1/incidents?severity=", 400, "severity: ''"),
        ("/v1/incidents?estate=Garden", 400, "estate: 'Garden'"),
        ("/v1/incidents?lift=a%00bcd", 400, "lift: 'a\\x00bcd'"),
        ("/v1/incidents?from=yesterday", 400, "from: 'yesterday'"),
        ("/v1/incidents?from=2026-03-02T08:00:00", 400, "from: "),
        ("/v1/incidents?from=2026-03-02T08:00:00+08:00", 400, "%2B"),
        ("/v1/incidents?to=2026-02-30T08:00:00Z", 400, "to: "),
        ("/v1/incidents?from=2026-03-02T08:00:00Z&to=2026-03-01T08:00:00Z", 400, "from: "),
        ("/v1/incidents?limit=0", 400, "limit: "),
        ("/v1/incidents?limit=501", 400, "limit: "),
        ("/v1/incidents?limit=many", 400, "limit: "),
        ("/v1/incidents?open=perhaps", 400, "open: "),
        ("/v1/incidents?cursor=xyz", 400, "cursor: "),
        ("/v1/incidents?cursor=%00", 400, "cursor: "),
        (f"/v1/incidents?cursor={PLACE}", 400, "cursor: "),
        (f"/v1/lifts?cursor={PLACE}", 400, "cursor: "),
        (f"/v1/incidents?cursor={'x' * 600}", 400, "cursor: "),
        ("/v1/lifts?estate=a%00b", 400, "estate: "),
        ("/v1/lifts?estate=a,b", 400, "estate: "),
        ("/v1/incidents/nothing", 404, "'nothing'"),
        ("/v1/incidents/%00", 404, "\\x00"),
        ("/v1/lifts/nothing", 404, "'nothing'"),
        ("/v1/lifts/a%00b", 404, "\\x00"),
        ("/v1/lifts/nothing/telemetry?kind=state", 404, "'nothing'"),
        ("/v1/lifts/L-0001/telemetry", 400, "kind: "),
        ("/v1/lifts/L-0001/telemetry?kind=mood", 400, "kind: 'mood'"),
        ("/v1/lifts/L-0001/telemetry?kind=door&signal=speed_mps", 400, "signal: 'speed_mps'"),
        ("/v1/lifts/L-0001/telemetry?kind=door&step=0", 400, "step: '0'"),
        ("/v1/lifts/L-0001/telemetry?kind=door&step=2w", 400, "step: '2w'"),
        ("/v1/lifts/L-0001/telemetry?kind=door&from=2020-01-01T00:00:00Z", 400, "31 days"),
        ("/v1/lifts/L-0001/telemetry?kind=door&limit=10001", 400, "limit: "),
        ("/v1/stream?after=-1", 400, "after: '-1'"),
        ("/v1/stream?event=weather", 400, "event: 'weather'"),
        ("/v1/nothing", 404, "Not Found"),
        ("/v2/lifts", 404, "Not Found"),
        ("/static/../app.py", 404, ""),
        ("/language?to=fr", 400, "to: 'fr'"),
    ],
)
def test_a_bad_request_is_told_what_is_bad(
    client: TestClient, fleet: Fleet, path: str, status: int, named: str
) -> None:
    """The parameter, the value, and where it was asked."""
    fleet.lift("L-0001")
    answer = client.get(path)
    problem = answer.json()
    assert answer.status_code == status == problem["status"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(problem) >= MEMBERS
    assert named in problem["detail"]
    assert problem["type"].startswith("urn:liftwatch:problem:")
    assert "\x00" not in answer.text


def test_a_wrong_method_is_told_the_right_one(client: TestClient) -> None:
    """405 names what is allowed."""
    answer = client.post("/v1/lifts", json={})
    assert answer.status_code == 405
    assert answer.json()["type"] == "urn:liftwatch:problem:method-not-allowed"
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/incidents", "GET, POST"),
        ("PUT", "/v1/lifts/L-0001", "GET, PATCH"),
        ("GET", "/v1/fund/entries", None),
        ("PATCH", "/v1/fund/entries", "GET, POST"),
        ("DELETE", "/v1/fund/cases/c1", "GET"),
    ],
)
def test_all_methods_of_a_path_are_named(
    client: TestClient, method: str, path: str, allowed: str | None
) -> None:
    """Though each has a route of its own, in modules of their own."""
    answer = client.request(method, path)
    assert (answer.status_code == 405) == (allowed is not None)
    assert answer.headers.get("allow") == allowed


class Broken(SqlBooks):
    """Books that fail in a way of our choice."""

    error: Exception = RuntimeError("a secret of the insides")

    def __init__(self) -> None:
        pass

    def stream_head(self) -> int:
        """Nothing has happened."""
        return 0

    def lifts(self, **_: object) -> list[object]:  # type: ignore[override]
        """Fail."""
        raise self.error


def failing(store: EmbeddedStore, error: Exception) -> FastAPI:
    """An application whose books fail."""
    books = Broken()
    books.error = error
    return create_app(
        books=books, store=store, readiness=dict[str, str | None], metrics=CollectorRegistry()
    )


def test_a_defect_is_logged_and_not_shown(
    store: EmbeddedStore, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller gets a problem, the log the traceback."""
    app = failing(store, RuntimeError("a secret of the insides"))
    answer = TestClient(app, base_url="http://127.0.0.1").get("/v1/lifts")
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:liftwatch:problem:internal"
    assert "secret" not in answer.text
    assert "a secret of the insides" in caplog.text
    page = TestClient(app, base_url="http://127.0.0.1").get("/", headers={"Accept": "text/html"})
    assert page.status_code == 500
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in page.text


def test_a_store_that_does_not_answer_may_be_asked_again(store: EmbeddedStore) -> None:
    """503 with Retry-After, as a page for browsers."""
    client = TestClient(failing(store, StoreUnavailable("gone")), base_url="http://127.0.0.1")
    answer = client.get("/v1/lifts")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["content-type"] == "application/problem+json"


def test_people_get_a_page(client: TestClient) -> None:
    """A browser off the machines' paths reads a page in its language."""
    answer = client.get("/lifts/nothing", headers={"Accept": "text/html", "Accept-Language": "zh"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "没有这个页面" in answer.text

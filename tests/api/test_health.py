"""What the service says of itself, and what it lets nobody do."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.guard import is_ours
from api.serve import ServeError, bind
from liftwatch.care.instructions import BY_PEOPLE
from liftwatch.incidents.moves import MOVES

FUND = {
    "/v1/fund/accounts",
    "/v1/fund/buildings/{area}/{estate}/{building}",
    "/v1/fund/buildings/{area}/{estate}/{building}/disclosure",
    "/v1/fund/buildings/{area}/{estate}/{building}/areas",
    "/v1/fund/buildings/{area}/{estate}/{building}/households/{household}",
    "/v1/fund/buildings/{area}/{estate}/{building}/top-ups",
    "/v1/fund/buildings/{area}/{estate}/{building}/years/{year}",
    "/v1/fund/cases",
    "/v1/fund/cases/{case}",
    "/v1/fund/cases/{case}/aftermath",
    "/v1/fund/cases/{case}/auditors",
    "/v1/fund/cases/{case}/documents/{sha256}",
    "/v1/fund/cases/{case}/moves/{move}",
    "/v1/fund/cases/{case}/publications",
    "/v1/fund/cases/{case}/shares",
    "/v1/fund/cases/{case}/votes",
    "/v1/fund/votes/{vote}/close",
    "/v1/fund/votes/{vote}/confirm",
    "/v1/fund/votes/{vote}/enter",
    "/v1/fund/votes/{vote}/strike",
    "/v1/fund/deposits",
    "/v1/fund/entries",
    "/v1/fund/entries/{n}",
    "/v1/fund/first-deposits",
    "/v1/fund/interest",
    "/v1/fund/interest/preview",
    "/v1/fund/payment-orders",
    "/v1/fund/proposals",
    "/v1/fund/proposals/{proposal}",
    "/v1/fund/proposals/{proposal}/confirm",
    "/v1/fund/proposals/{proposal}/withdraw",
    "/v1/fund/state",
    "/v1/fund/statements",
    "/v1/fund/verifications",
    "/v1/fund/verifications/{id}",
    "/v1/fund/years",
    "/v1/fund/years/{closing}/confirm",
    "/v1/fund/years/{closing}/withdraw",
    "/v1/incidents/{id}/fund-case",
    "/v1/people/{id}/dwellings",
    "/v1/people/{id}/dwellings/{dwelling}/end",
}
"""Of the maintenance fund."""
CARE = {
    "/v1/calendar",
    "/v1/checklists",
    "/v1/contradictions",
    "/v1/contradictions/{incident}/answer",
    "/v1/contradictions/{incident}/decide",
    "/v1/inspections",
    "/v1/lifts/{lift}/plan",
    "/v1/lifts/{lift}/regime",
    "/v1/visits",
    "/v1/visits/{visit}",
    "/v1/visits/{visit}/items",
    "/v1/visits/{visit}/out",
    "/v1/visits/{visit}/parts",
    "/v1/visits/{visit}/photos",
    "/v1/visits/{visit}/sign",
    "/v1/visits/{visit}/witness",
}
"""Of maintenance."""
RESIDENTS = {
    "/v1/complaints",
    "/v1/complaints/{id}",
    *(
        f"/v1/complaints/{{id}}/{name}"
        for name in ("accept", "answer", "close", "decline", "offer", "take", "erase", "photo")
    ),
    "/v1/hotline/complaints",
    "/v1/lifts/{lift}/code",
    "/v1/notices",
    "/v1/notices/proposals",
    "/v1/notices/proposals/decline",
    *(
        f"/v1/notices/{{id}}/{name}"
        for name in ("decline", "edit", "effect", "publish", "withdraw")
    ),
    "/v1/public/complaints/{number}",
    "/v1/public/lifts/{code}",
    "/v1/screens",
}
"""Of complaints and of notices to residents."""
PREVENTION = {
    "/v1/area",
    "/v1/scorecards",
    "/v1/scorecards/formula",
    "/v1/scorecards/{party}/{id}",
    "/v1/commonalities",
    "/v1/commonalities/lifts",
    "/v1/recalls",
    "/v1/recalls/{recall}",
    *(f"/v1/recalls/{{recall}}/{name}" for name in ("close", "except", "withdraw")),
    "/v1/credit",
    "/v1/credit/facts",
    "/v1/credit/{entry}",
    *(f"/v1/credit/{{entry}}/{name}" for name in ("announce", "answer", "enforce", "withdraw")),
    "/v1/hazards",
    "/v1/hazards/{hazard}/accept",
    "/v1/hazards/{hazard}/mend",
    "/v1/lifts/{lift}/hazards",
    "/v1/renewals",
    "/v1/lifts/{lift}/estimates",
    "/v1/instructions",
    "/v1/instructions/{instruction}",
    *(f"/v1/instructions/{{instruction}}/{name}" for name in BY_PEOPLE),
}
"""Of prevention."""


def test_alive_and_ready(client: TestClient, readiness: dict[str, str | None]) -> None:
    """Alive is not ready: a part that is not says why."""
    assert client.get("/healthz").json() == {"alive": True}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    readiness["broker"] = "connection refused"
    told = client.get("/readyz")
    assert told.status_code == 503
    assert told.json() == {
        "ready": False,
        "parts": {"journal": None, "broker": "connection refused"},
    }
    assert client.get("/healthz").status_code == 200


def test_figures_by_the_template_of_a_route(client: TestClient) -> None:
    """What people type into addresses never becomes a label."""
    client.get("/v1/lifts/nothing-1")
    client.get("/v1/lifts/nothing-2")
    client.get("/wp-login.php")
    client.request("BREW", "/v1/lifts")
    text = client.get("/metrics").text
    assert (
        'liftwatch_http_answers_total{method="GET",route="/v1/lifts/{lift}",status="404"} 2.0'
        in text
    )
    assert 'route="none",status="404"' in text
    assert 'method="other"' in text
    assert "nothing-1" not in text
    assert "wp-login" not in text


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:8080", True),
        ("localhost:1", True),
        ("[::1]:8080", True),
        ("LOCALHOST", True),
        ("", False),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost:8080@evil.example", False),
        ("127.0.0.1:8080\n", False),
        ("0.0.0.0", False),
        ("192.168.1.2:8080", False),
    ],
)
def test_only_names_of_this_machine(client: TestClient, host: str, served: bool) -> None:
    """A page of the internet cannot reach the service under its own name."""
    assert is_ours(host) == served
    if "\n" not in host:
        answer = client.get("/healthz", headers={"Host": host})
        assert answer.status_code == (200 if served else 400)


@pytest.mark.parametrize("path", ["/", "/v1/lifts", "/v1/nothing", "/static/live.js"])
def test_headers_of_safety(client: TestClient, path: str) -> None:
    """On every answer, whatever it is."""
    for host in ("127.0.0.1", "evil.example"):
        headers = client.get(path, headers={"Host": host}).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.2", "::", "192.168.1.2", "example.com", ""])
def test_others_cannot_be_let_in(host: str) -> None:
    """The reason is said in one line."""
    with pytest.raises(ServeError, match="without TLS, only this machine") as error:
        bind(host, 0)
    assert "\n" not in str(error.value)


def test_a_taken_port_is_said() -> None:
    """Before anything else begins."""
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(ServeError, match=f"127.0.0.1:{port}: Address already in use"):
            bind("127.0.0.1", port)


def test_the_interface_describes_itself(client: TestClient, app: FastAPI) -> None:
    """Every path of the contract is in it; pages are not."""
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {
        *("/healthz", "/readyz", "/metrics", "/openapi.json", "/v1/influx/query"),
        *("/v1/auth/token", "/v1/auth/revoke"),
        *("/v1/me", "/v1/me/credentials", "/v1/me/credentials/{id}/end", "/v1/me/keys"),
        *("/v1/me/identities", "/v1/me/identities/{id}/end", "/v1/me/password"),
        "/v1/organisations",
        "/v1/organisations/{id}",
        "/v1/organisations/{id}/contracts",
        "/v1/organisations/{id}/contracts/{contract}",
        "/v1/organisations/{id}/contracts/{contract}/withdraw",
        "/v1/organisations/{id}/contacts",
        "/v1/organisations/{id}/on-duty",
        "/v1/organisations/{id}/rotas",
        "/v1/organisations/{id}/rotas/{rota}",
        "/v1/organisations/{id}/rotas/{rota}/end",
        "/v1/organisations/{id}/rotas/{rota}/take-over",
        "/v1/people",
        "/v1/people/{id}",
        "/v1/people/{id}/roles",
        "/v1/people/{id}/roles/{role}/withdraw",
        "/v1/people/{id}/link",
        "/v1/people/{id}/identities",
        "/v1/people/{id}/identities/{identity}/end",
        "/v1/people/{id}/erase",
        "/v1/audit",
        "/v1/channels",
        "/v1/incidents/{id}/pages",
        "/v1/channels/{name}/test",
        *(FUND | CARE | RESIDENTS | PREVENTION),
        *(FUND | CARE),
        "/v1/households",
        "/v1/places",
        "/v1/register/{sheet}",
        "/v1/lifts/{lift}/calls",
        "/v1/lifts/{lift}/register",
        "/v1/lifts",
        "/v1/lifts/{lift}",
        "/v1/lifts/{lift}/telemetry",
        "/v1/lifts/{lift}/completeness",
        "/v1/completeness",
        "/v1/terminals/{terminal}/gaps",
        "/v1/incidents",
        "/v1/incidents/{id}",
        "/v1/incidents/{id}/evidence",
        "/v1/incidents/{id}/story",
        "/v1/incidents/{id}/cap",
        "/v1/incidents/{id}/provincial",
        "/v1/reports",
        "/v1/reports/{report}",
        "/v1/rescue/events",
        "/v1/rescue/events/{n}/receipt",
        *(f"/v1/incidents/{{id}}/{name}" for name in (*MOVES, "alike")),
        *(f"/v1/incidents/{{id}}/{name}" for name in MOVES),
        "/v1/silences",
        "/v1/silences/{id}/end",
        "/v1/hidden",
        "/v1/incidents/{id}/bundle",
        "/v1/incidents/{id}/report-form",
        *(f"/v1/{x}" for x in ("verdicts", "faults", "faults/repeats", "faults/parts")),
        "/v1/statistics/rescue",
        "/v1/stream",
    }
    told = [one for path in paths.values() for one in path.values()]
    assert all("422" not in one["responses"] for one in told)
    assert app.openapi() is app.openapi()

"""Signing in over HTTP: passwords, tokens, keys, sessions, links, and what is of no use."""

import dataclasses

import jwt
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.gate import SIGN_INS, Gate
from liftwatch import clock
from liftwatch.access.secrets import Seal, key_for
from liftwatch.access.sight import Place
from liftwatch.access.tokens import LIVES_MS
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import now_ms
from liftwatch.handlers import people as handlers
from tests.api.conftest import PASSWORD, SECRET, Fleet, Town


@pytest.fixture
def client(guest: TestClient) -> TestClient:
    """Somebody who has not signed in."""
    return guest


def bearer(token: str) -> dict[str, str]:
    """The header."""
    return {"Authorization": f"Bearer {token}"}


def tokens(client: TestClient, login: str = "root", password: str = PASSWORD) -> dict[str, str]:
    """What a password gives."""
    form = {"grant_type": "password", "username": login, "password": password}
    response = client.post("/v1/auth/token", data=form)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    found: dict[str, str] = response.json()
    return found


def test_before_the_first_administrator_whoever_is_here_is_local(
    gated: FastAPI, people: SqlPeople
) -> None:
    """And not a moment longer."""
    with TestClient(gated, base_url="http://127.0.0.1") as client:
        assert client.get("/v1/me").json()["login"] == "local"
        Town(people).person("li", "property")
        assert client.get("/v1/incidents").status_code == 200
        Town(people).person("root", "admin")
        refused = client.get("/v1/incidents")
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert refused.json()["type"] == "urn:liftwatch:problem:unauthenticated"


def test_a_password_gives_a_token_that_opens(client: TestClient) -> None:
    """For a quarter of an hour."""
    given = tokens(client)
    assert (given["token_type"], given["expires_in"]) == ("bearer", LIVES_MS // 1000)
    me = client.get("/v1/me", headers=bearer(given["access_token"])).json()
    assert me["login"] == "root"
    assert me["roles"] == [{"role": "admin", "organisation": None}]
    assert me["sees"]["everything"] is True
    assert client.get("/v1/incidents", headers=bearer(given["access_token"])).status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        {"username": "root", "password": "wrong password"},
        {"username": "nobody", "password": PASSWORD},
        {"username": "", "password": ""},
        {"username": "root' OR '1'='1", "password": PASSWORD},
        {"username": "root", "password": "x" * 2_000},
        {"grant_type": "refresh_token", "refresh_token": "lwr_guess"},
    ],
)
def test_all_that_is_wrong_is_told_alike(client: TestClient, form: dict[str, str]) -> None:
    """401, and nothing of who exists."""
    response = client.post("/v1/auth/token", data=form)
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert "root" not in response.text
    assert "nobody" not in response.text


def test_an_unknown_grant_is_a_bad_parameter(client: TestClient) -> None:
    """It says which there are."""
    response = client.post("/v1/auth/token", data={"grant_type": "implicit"})
    assert response.status_code == 400
    assert "grant_type" in response.json()["detail"]


def forged() -> list[str]:
    """Tokens that are none."""
    said = {"iss": "liftwatch", "sub": "p", "epoch": 0, "family": "f", "exp": 2**40}
    key = key_for("bearer tokens", SECRET)
    return [
        "",
        "x",
        "a.b.c",
        jwt.encode(said, b"another key of thirty-two bytes..", algorithm="HS256"),
        jwt.encode(said, key * 2, algorithm="HS512"),
        jwt.encode(said, None, algorithm="none"),
        jwt.encode(said | {"iss": "other"}, key, algorithm="HS256"),
        jwt.encode(said, key, algorithm="HS256"),  # ours, but of nobody
        jwt.encode(said | {"epoch": "x"}, key, algorithm="HS256"),
        "x" * 100_000,
        "lwk_guess",
    ]


def test_forged_tokens_open_nothing(client: TestClient) -> None:
    """Not even what is open to anybody: who brings a bad token should know."""
    for token in forged():
        for path in ("/v1/incidents", "/healthz"):
            assert client.get(path, headers=bearer(token)).status_code == 401, token[:80]
    assert client.get("/v1/me", headers={"Authorization": "Basic cm9vdDp4"}).status_code == 401


def test_a_token_of_somebody_is_not_one_of_another(client: TestClient, town: Town) -> None:
    """Changed by a letter it is nothing."""
    town.person("li", "property")
    token = tokens(client, "li")["access_token"]
    head, body, signature = token.split(".")
    assert client.get("/v1/me", headers=bearer(token)).json()["login"] == "li"
    for changed in (f"{head}.{body[:-2]}AA.{signature}", f"{head}.{body}.{signature[:-2]}AA"):
        assert client.get("/v1/me", headers=bearer(changed)).status_code == 401


def test_a_token_ends_by_time(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the second."""
    token = tokens(client)["access_token"]
    real = clock.now_ms
    for late_ms, status in ((LIVES_MS - 2_000, 200), (LIVES_MS + 1_000, 401)):
        later = lambda late_ms=late_ms: real() + late_ms  # noqa: E731
        monkeypatch.setattr("api.principal.now_ms", later)
        assert client.get("/v1/me", headers=bearer(token)).status_code == status


def test_refreshing_gives_both_anew_and_an_old_one_ends_all(client: TestClient) -> None:
    """Its access token too, at once."""
    first = tokens(client)

    def refresh(token: str) -> tuple[int, dict[str, str]]:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        response = client.post("/v1/auth/token", data=form)
        return response.status_code, response.json()

    status, second = refresh(first["refresh_token"])
    assert status == 200
    assert client.get("/v1/me", headers=bearer(second["access_token"])).status_code == 200
    assert refresh(first["refresh_token"])[0] == 401
    assert client.get("/v1/me", headers=bearer(second["access_token"])).status_code == 401
    assert refresh(second["refresh_token"])[0] == 401


def test_signing_out_ends_the_token_at_once(client: TestClient) -> None:
    """What is not ours ends nothing and is told nothing."""
    given = tokens(client)
    assert client.post("/v1/auth/revoke", data={"token": "lwr_other"}).status_code == 204
    assert client.get("/v1/me", headers=bearer(given["access_token"])).status_code == 200
    assert client.post("/v1/auth/revoke", data={"token": given["refresh_token"]}).status_code == 204
    assert client.get("/v1/me", headers=bearer(given["access_token"])).status_code == 401


def test_whoever_is_disabled_is_out_at_once(client: TestClient, town: Town) -> None:
    """By token, key and session."""
    li = town.person("li", "property")
    token, key = tokens(client, "li")["access_token"], town.secret(li, "key")
    session = town.secret(li, "session")
    with town.store.begin() as work:
        handlers.change_person(work, li.id, version=1, now_ms=now_ms(), disabled=True)
    for secret in (token, key):
        assert client.get("/v1/me", headers=bearer(secret)).status_code == 401
    client.cookies.set("lw_session", session)
    assert client.get("/v1/me").status_code == 401


def test_a_new_secret_ends_tokens_and_nothing_else(
    client: TestClient, gated: FastAPI, town: Town, books: SqlBooks
) -> None:
    """Whoever has the old one makes no token with it; sessions, keys and logins go on."""
    li = town.person("li", "property")
    given, key, session = tokens(client, "li"), town.secret(li, "key"), town.secret(li, "session")
    new = b"another secret of 32 bytes or more"
    gate = Gate(SqlPeople(books, Seal(new, SECRET)), new)
    gated.state.parts = dataclasses.replace(gated.state.parts, gate=gate)
    assert client.get("/v1/me", headers=bearer(given["access_token"])).status_code == 401
    again = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    token = client.post("/v1/auth/token", data=again).json()["access_token"]
    for secret in (token, key, tokens(client, "li")["access_token"]):
        assert client.get("/v1/me", headers=bearer(secret)).json()["login"] == "li"
    client.cookies.set("lw_session", session)
    assert client.get("/v1/me").status_code == 200


def test_a_key_may_do_less_than_its_person(client: TestClient, town: Town) -> None:
    """It has some of the roles, and no other sort of secret stands for it."""
    li = town.person("li", "property", Place("320583", "garden"))
    key = town.secret(li, "key")
    assert client.get("/v1/incidents", headers=bearer(key)).status_code == 200
    none = town.secret(li, "key", "rescue")
    assert client.get("/v1/incidents", headers=bearer(none)).status_code == 403
    for kind in ("session", "refresh", "link"):
        assert client.get("/v1/me", headers=bearer(town.secret(li, kind))).status_code == 401


def test_an_address_may_not_try_for_ever(client: TestClient) -> None:
    """Right or wrong; it is told how long to wait."""
    form = {"username": "nobody", "password": "x"}
    statuses = [client.post("/v1/auth/token", data=form).status_code for _ in range(30)]
    assert statuses.count(401) == SIGN_INS.amount
    response = client.post("/v1/auth/token", data=form)
    assert (response.status_code, response.headers["retry-after"]) == (429, "60")


def test_a_browser_is_led_to_sign_in_and_back(client: TestClient, fleet: Fleet) -> None:
    """The session's cookie is out of reach of scripts and of other sites."""
    fleet.lift("L-0001")
    html = {"Accept": "text/html"}
    led = client.get("/lifts/L-0001?x=1", headers=html)
    assert (led.status_code, led.headers["location"]) == (
        303,
        "/sign-in?next=/lifts/L-0001%3Fx%3D1",
    )
    assert client.get(led.headers["location"], headers=html).status_code == 200
    form = {"login": "root", "password": "wrong password", "next": "/lifts/L-0001"}
    wrong = client.post("/sign-in", data=form, headers=html)
    assert wrong.status_code == 401
    assert "wrong password" not in wrong.text
    entered = client.post("/sign-in", data=form | {"password": PASSWORD}, headers=html)
    assert (entered.status_code, entered.headers["location"]) == (303, "/lifts/L-0001")
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    page = client.get("/lifts/L-0001", headers=html)
    assert page.status_code == 200
    assert "root" in page.text


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_elsewhere(client: TestClient, path: str) -> None:
    """After signing in one is here."""
    form = {"login": "root", "password": PASSWORD, "next": path}
    assert client.post("/sign-in", data=form).headers["location"] == "/"


def test_leaving_needs_a_page_of_ours(client: TestClient, town: Town) -> None:
    """Another site's form has no token, or says where it is from."""
    root = town.store
    with root.reading() as reads:
        person = reads.person_of_login("root")
    assert person is not None
    client.cookies.set("lw_session", town.secret(person, "session"))
    page = client.get("/", headers={"Accept": "text/html"}).text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    assert len(csrf) == 64
    assert client.post("/sign-out").status_code == 403
    assert client.post("/sign-out", data={"csrf": "0" * 64}).status_code == 403
    from_elsewhere = {"Origin": "https://evil.example"}
    refused = client.post("/sign-out", data={"csrf": csrf}, headers=from_elsewhere)
    assert refused.status_code == 403
    cross_site = client.post(
        "/sign-out", data={"csrf": csrf}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert cross_site.status_code == 403
    assert client.get("/v1/me").status_code == 200
    left = client.post("/sign-out", data={"csrf": csrf})
    assert left.headers["location"] == "/sign-in"
    assert client.get("/v1/me").status_code == 401


def test_another_site_changes_nothing_before_there_is_an_administrator(
    gated: FastAPI,
) -> None:
    """Being on this machine is enough to look; a foreign page may not make its browser act."""
    with TestClient(gated, base_url="http://127.0.0.1") as client:
        headers = {"Idempotency-Key": "12345678", "Origin": "https://evil.example"}
        body = {"login": "evil", "name": "evil", "password": PASSWORD}
        assert client.post("/v1/people", json=body, headers=headers).status_code == 403
        del headers["Origin"]
        assert client.post("/v1/people", json=body, headers=headers).status_code == 201


def test_a_link_is_good_once(client: TestClient, town: Town) -> None:
    """The second time it is not there."""
    link = town.secret(town.person("li", "rescue"), "link")
    assert client.get(f"/enter/{link}").status_code == 303
    assert client.get("/v1/me").json()["login"] == "li"
    client.cookies.clear()
    assert client.get(f"/enter/{link}").status_code == 404
    assert client.get("/enter/guess").status_code == 404


def test_a_piece_of_a_page_sends_the_whole_page_to_sign_in(client: TestClient) -> None:
    """A session that ends while a page is open."""
    piece = client.get("/console/open", headers={"HX-Request": "true", "Accept": "text/html"})
    assert (piece.status_code, piece.headers["hx-redirect"]) == (401, "/sign-in")

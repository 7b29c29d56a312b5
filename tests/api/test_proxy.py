"""Behind a proxy on this machine that ends TLS: whose address counts, and what came encrypted."""

import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.forwarded import Forwarded
from api.gate import SIGN_INS
from api.serve import Way
from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.trail import AuditFilter
from tests.api.authority import Authority
from tests.api.conftest import PASSWORD, Fleet, Serve, Town
from tests.api.nginx import Nginx
from tests.api.test_tls import NAME, browser, served

__all__ = ["served"]  # the fixture
CLIENT = "203.0.113.7"
THROUGH = {"Host": NAME, "X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "https"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATIENCE_S = 60.0


@pytest.fixture
def port(served: FastAPI, serve: Serve) -> int:
    """Where the proxy finds us."""
    return serve(served, way=Way(proxy=True))


def ask(
    port: int, headers: dict[str, str], *, path: str = "/healthz", form: str | None = None
) -> tuple[int, Any]:
    """Status and answer, asked of ourselves as a proxy does it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        method = "GET" if form is None else "POST"
        connection.request(method, path, form, headers | (FORM if form else {}))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def sign_in(port: int, headers: dict[str, str], password: str = PASSWORD) -> int:
    """The status of one try."""
    form = f"username=root&password={password.replace(' ', '+')}"
    return ask(port, headers, path="/v1/auth/token", form=form)[0]


def addresses(books: SqlBooks) -> list[str | None]:
    """From where things were done, newest first."""
    return [line.address for line in books.audit_page(AuditFilter(), limit=100).items]


def test_the_trail_has_the_client_and_not_the_proxy(port: int, books: SqlBooks) -> None:
    """As the proxy says."""
    assert sign_in(port, THROUGH) == 200
    assert sign_in(port, THROUGH | {"X-Forwarded-For": "2001:db8::7"}, "wrong") == 401
    assert addresses(books) == ["2001:db8::7", CLIENT]


@pytest.mark.parametrize(
    "made_up", ["198.51.100.1", "127.0.0.1", "::1", "198.51.100.1, 127.0.0.1", "x", "", ",,"]
)
def test_what_a_client_makes_up_does_not_count(port: int, books: SqlBooks, made_up: str) -> None:
    """Where a proxy adds its word to what it got, the last word is the proxy's."""
    assert sign_in(port, THROUGH | {"X-Forwarded-For": f"{made_up}, {CLIENT}"}) == 200
    assert addresses(books) == [CLIENT]


@pytest.mark.parametrize("of", ["192.0.2.7", "127.0.0.2", "::2", ""])
def test_who_is_no_proxy_of_ours_is_not_believed(served: FastAPI, of: str) -> None:
    """A proxy is at 127.0.0.1 or ::1."""
    for client in (of, "::1"):
        believing = TestClient(Forwarded(served), base_url="http://x", client=(client, 1))
        status = believing.get("/healthz", headers=THROUGH).status_code
        assert status == (200 if client == "::1" else 400)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("198.51.100.1, 127.0.0.1", "127.0.0.1"),
        ("198.51.100.1, ::1", "::1"),
        ("::ffff:203.0.113.7", CLIENT),
        ("198.51.100.1, nobody", ""),
        ("198.51.100.1,", "127.0.0.1"),
    ],
)
def test_only_the_last_word_counts(port: int, books: SqlBooks, said: str, found: str) -> None:
    """Also when it is this machine's address, or none."""
    assert sign_in(port, THROUGH | {"X-Forwarded-For": said}) == 200
    assert addresses(books) == [found]


def test_the_pace_is_the_clients(port: int) -> None:
    """One who guesses keeps nobody else out, and cannot take another address."""
    for n in range(SIGN_INS.amount):
        headers = THROUGH | {"X-Forwarded-For": f"198.51.100.{n}, {CLIENT}"}
        assert sign_in(port, headers, "wrong") in (401, 429)
    assert sign_in(port, THROUGH, "wrong") == 429
    assert sign_in(port, THROUGH | {"X-Forwarded-For": "203.0.113.8"}, "wrong") == 401


def test_a_client_in_another_header_is_not_the_last_word(port: int, books: SqlBooks) -> None:
    """Some proxies add a header of their own behind those they were given."""
    lines = f"Host: {NAME}\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n"
    lines += f"X-Forwarded-For: {CLIENT}\r\nX-Forwarded-Proto: https\r\n"
    body = f"username=root&password={PASSWORD.replace(' ', '+')}"
    lines += f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as one:
        one.sendall(f"POST /v1/auth/token HTTP/1.1\r\n{lines}\r\n{body}".encode())
        assert b" 200 " in one.recv(100)
    assert addresses(books) == [CLIENT]


def test_without_the_setting_nobody_is_believed(
    served: FastAPI, serve: Serve, books: SqlBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what comes in headers, nor a variable that uvicorn knows."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    port = serve(served)
    assert sign_in(port, THROUGH) == 400  # it did not come by TLS
    assert sign_in(port, THROUGH | {"Host": "127.0.0.1"}) == 200
    assert addresses(books) == ["127.0.0.1"]


def test_the_environment_names_no_other_proxy(
    served: FastAPI, serve: Serve, books: SqlBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `*` the first address would count, which is the client's word."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    port = serve(served, way=Way(proxy=True))
    assert sign_in(port, THROUGH | {"X-Forwarded-For": f"198.51.100.1, {CLIENT}"}) == 200
    assert addresses(books) == [CLIENT]


def test_a_proxy_that_says_too_little_is_told(port: int) -> None:
    """Without X-Forwarded-Proto, or with plain HTTP, nothing is served."""
    for changed in ({"X-Forwarded-Proto": "http"}, {"X-Forwarded-Proto": "gopher"}):
        status, told = ask(port, THROUGH | changed)
        assert status == 400
        assert "X-Forwarded-Proto" in told["detail"]
    status, told = ask(port, {"Host": NAME})
    assert (status, "X-Forwarded-Proto" in told["detail"]) == (400, True)


def test_nobody_elsewhere_asks_as_this_machine(port: int) -> None:
    """A proxy that hands on any name does not make its clients us; a probe here goes on."""
    assert ask(port, THROUGH | {"Host": "localhost"})[0] == 400
    assert ask(port, THROUGH | {"X-Forwarded-Host": "evil.example"})[0] == 200
    assert ask(port, {"Host": "127.0.0.1"})[0] == 200
    for headers in (THROUGH, {"Host": "127.0.0.1"}, THROUGH | {"X-Forwarded-For": "127.0.0.1"}):
        assert ask(port, headers, path="/v1/me")[0] == 401


@pytest.fixture
def nginx(port: int, tmp_path: Path) -> Iterator[Nginx]:
    """In front of us, as it is deployed."""
    folder = tmp_path / "nginx"
    folder.mkdir()
    files = Authority(tmp_path / "ca").issue(NAME)
    server = Nginx(folder, behind=port, files=files)
    server.prepare()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def authority_file(tmp_path: Path, nginx: Nginx) -> Path:
    """What a client must trust."""
    del nginx
    return tmp_path / "ca" / "root.crt"


def test_behind_nginx_as_it_is_deployed(
    *, nginx: Nginx, authority_file: Path, books: SqlBooks, town: Town, fleet: Fleet
) -> None:
    """A browser signs in, cannot make up where it is from, and follows the stream."""
    fleet.lift("L-0001")
    key = town.secret(town.person("li", "property", Place("320583", "garden")), "key")
    with browser(nginx.port, authority_file, of="127.0.0.2") as client:
        form = {"login": "root", "password": PASSWORD, "next": "/"}
        origin = f"https://{NAME}:{nginx.port}"
        headers = {"Origin": origin, "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "http"}
        entered = client.post("/sign-in", data=form, headers=headers)
        assert entered.status_code == 303
        assert entered.headers["set-cookie"].startswith("__Host-lw_session=")
        assert addresses(books)[0] == "127.0.0.2"
        bearer = {"Authorization": f"Bearer {key}"}
        with client.stream("GET", "/v1/stream", headers=bearer) as answer:
            lines = answer.iter_lines()
            assert next(lines) == ": liftwatch"
            fleet.alarm("L-0001", "entrapment")
            found = next(line for line in lines if line.startswith("data: ") and "entrap" in line)
            assert json.loads(found[6:])["lift"] == "L-0001"


def test_nginx_hands_on_no_other_name(nginx: Nginx, authority_file: Path) -> None:
    """Another name gets no handshake, plain HTTP a redirection."""
    trusting = ssl.create_default_context(cafile=str(authority_file))
    with (
        socket.create_connection(("127.0.0.1", nginx.port)) as one,
        pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"),
    ):
        trusting.wrap_socket(one, server_hostname="evil.example")
    with browser(nginx.port, authority_file) as client:
        assert client.get("/healthz").headers["strict-transport-security"]
        assert client.get("/healthz", headers={"Host": "localhost"}).status_code >= 400
    connection = http.client.HTTPConnection("127.0.0.1", nginx.plain, timeout=PATIENCE_S)
    connection.request("GET", "/lifts?x=1", headers={"Host": NAME})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["location"]) == (308, f"https://{NAME}/lifts?x=1")
    connection.close()

"""A real server with TLS: what it answers, what it refuses, and who cannot hold it up."""

import contextlib
import http.client
import json
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from api import connections
from api import serve as serving
from api.app import create_app
from api.certificates import Certificates
from api.gate import Gate
from api.serve import Way
from liftwatch.access.hosts import Host
from liftwatch.access.sight import Place
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import monotonic_s, now_ms
from tests.api.authority import Authority
from tests.api.conftest import PASSWORD, SECRET, Fleet, Serve, Town

NAME = "lift.example.cn"
PATIENCE_S = 60.0
NEVER_S = 10 * PATIENCE_S


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Of the test."""
    return Authority(tmp_path / "ca")


@pytest.fixture
def way(authority: Authority) -> Way:
    """TLS with a certificate for a name and for the address."""
    return Way(Certificates(authority.issue(NAME, "127.0.0.1"), at_ms=now_ms()))


@pytest.fixture
def served(books: SqlBooks, store: EmbeddedStore, people: SqlPeople, town: Town) -> FastAPI:
    """An installation with an administrator that others know by a name."""
    del town
    return create_app(
        books=books,
        store=store,
        readiness=dict,
        metrics=CollectorRegistry(),
        gate=Gate(people, SECRET),
        hosts=(Host(NAME),),
    )


@pytest.fixture
def port(served: FastAPI, way: Way, serve: Serve) -> int:
    """Where it is served."""
    return serve(served, way=way)


@contextlib.contextmanager
def browser(port: int, root: Path, *, of: str = "127.0.0.1") -> Iterator[httpx2.Client]:
    """A client that trusts an authority, at an address; no resolver knows our name, but it does."""
    trusting = ssl.create_default_context(cafile=str(root))

    def named(request: httpx2.Request) -> None:
        if request.headers["Host"] == f"127.0.0.1:{port}":
            request.headers["Host"] = f"{NAME}:{port}"
        request.extensions["sni_hostname"] = NAME

    with httpx2.Client(
        base_url=f"https://127.0.0.1:{port}",
        transport=httpx2.HTTPTransport(verify=trusting, local_address=of),
        event_hooks={"request": [named]},
        timeout=PATIENCE_S,
    ) as client:
        yield client


def connected(port: int) -> socket.socket:
    """A connection without a word."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def shaken(port: int, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
    """A connection after its handshake; nobody is checked."""
    if context is None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(connected(port), server_hostname=NAME)


def closed_after_s(one: socket.socket, *, dripping: bytes = b"") -> float:
    """How long until the other side closes; meanwhile something may drip."""
    began_s = monotonic_s()
    one.settimeout(0.05)
    while monotonic_s() - began_s < PATIENCE_S:
        try:
            one.sendall(dripping)
            if one.recv(1_000) == b"":
                return monotonic_s() - began_s
        except TimeoutError:
            continue
        except OSError:
            return monotonic_s() - began_s
    pytest.fail("never closed")


def test_a_browser_elsewhere_signs_in_and_looks(
    port: int, authority: Authority, fleet: Fleet
) -> None:
    """By our name, with a session, and its forms are ours."""
    fleet.lift("L-0001")
    with browser(port, authority.root) as client:
        answer = client.get("/healthz")
        assert (answer.status_code, answer.http_version) == (200, "HTTP/1.1")
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert client.get("/v1/lifts").status_code == 401
        form = {"login": "root", "password": PASSWORD, "next": "/"}
        plain = {"Origin": f"http://{NAME}:{port}"}
        assert client.post("/sign-in", data=form, headers=plain).status_code == 403
        ours = {"Origin": f"https://{NAME}:{port}", "Sec-Fetch-Site": "same-origin"}
        entered = client.post("/sign-in", data=form, headers=ours)
        assert entered.status_code == 303
        cookie = entered.headers["set-cookie"].partition(";")[0]
        seen = client.get("/v1/lifts", headers={"Cookie": cookie})
    assert [row["lift"] for row in seen.json()["items"]] == ["L-0001"]


def test_tls_as_it_should_be(port: int, authority: Authority) -> None:
    """1.3 where both can, 1.2 at least, and HTTP/1.1 by name."""
    trusting = ssl.create_default_context(cafile=str(authority.root))
    trusting.set_alpn_protocols(["h2", "http/1.1"])
    with shaken(port, trusting) as one:
        assert (one.version(), one.selected_alpn_protocol()) == ("TLSv1.3", "http/1.1")
    trusting.maximum_version = ssl.TLSVersion.TLSv1_2
    with shaken(port, trusting) as one:
        assert one.version() == "TLSv1.2"
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with connected(port) as one, pytest.raises(ssl.SSLError, match=r"PROTOCOL_VERSION|EOF"):
        old.wrap_socket(one)


def test_plain_http_gets_nothing(port: int) -> None:
    """Not even a redirection that somebody on the way could change."""
    with connected(port) as one:
        one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        got = b""
        with contextlib.suppress(OSError):
            while piece := one.recv(1_000):
                got += piece
    assert b"HTTP/" not in got


def test_the_stream_lives(port: int, authority: Authority, town: Town, fleet: Fleet) -> None:
    """A change arrives as it happens, through TLS."""
    fleet.lift("L-0001")
    key = town.secret(town.person("li", "property", Place("320583", "garden")), "key")
    with (
        browser(port, authority.root) as client,
        client.stream("GET", "/v1/stream", headers={"Authorization": f"Bearer {key}"}) as answer,
    ):
        assert answer.status_code == 200
        lines = answer.iter_lines()
        assert next(lines) == ": liftwatch"
        fleet.alarm("L-0001", "entrapment")
        for line in lines:
            if line.startswith("data: ") and '"entrapment"' in line:
                assert json.loads(line[6:])["lift"] == "L-0001"
                return
    pytest.fail("never")


def test_whoever_comes_and_says_nothing_holds_up_nobody(port: int, authority: Authority) -> None:
    """200 before their handshake, 200 after it."""
    with contextlib.ExitStack() as held:
        for _ in range(200):
            held.enter_context(connected(port))
            held.enter_context(shaken(port))
        with browser(port, authority.root) as client:
            assert client.get("/healthz").status_code == 200


def test_a_handshake_that_never_ends_is_ended(
    served: FastAPI, way: Way, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether nothing is said or half of it."""
    monkeypatch.setattr(connections, "HANDSHAKE_S", 0.5)
    port = serve(served, way=way)
    for said in (b"", b"\x16\x03\x01\x02\x00\x01"):
        with connected(port) as one:
            one.sendall(said)
            assert closed_after_s(one) > 0.2


def test_one_connection_too_many_is_closed_at_once(
    port: int, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that are there go on; when one of them goes there is room."""
    monkeypatch.setattr(connections, "CONNECTIONS_MAX", 3)
    monkeypatch.setattr(connections, "HEAD_S", NEVER_S)
    with browser(port, authority.root) as client, shaken(port), shaken(port) as third:
        assert client.get("/healthz").status_code == 200
        with shaken(port) as fourth:
            closed_after_s(fourth)
        assert client.get("/healthz").status_code == 200
        third.close()
        with browser(port, authority.root) as other:
            assert other.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("said", "dripping"),
    [
        (b"", b""),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b"x"),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /", b"x"),
        (b"POST /v1/auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999\r\n\r\n", b"x"),
    ],
    ids=["nothing", "head", "second-head", "body"],
)
def test_a_request_that_never_ends_is_ended(
    port: int, monkeypatch: pytest.MonkeyPatch, said: bytes, dripping: bytes
) -> None:
    """However it drips."""
    monkeypatch.setattr(connections, "HEAD_S", 0.5)
    monkeypatch.setattr(connections, "BODY_S", 0.5)
    with shaken(port) as one:
        one.sendall(said)
        assert closed_after_s(one, dripping=dripping) > 0.2


def test_a_connection_nobody_uses_is_closed(
    served: FastAPI, way: Way, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some time after an answer, also with the beginning of a further request."""
    monkeypatch.setattr(serving, "KEEP_ALIVE_S", 1)
    port = serve(served, way=way)
    for more in (b"", b"GE"):
        with shaken(port) as one:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" + more)
            assert closed_after_s(one) > 0.7


def test_an_answer_may_take_its_time(
    port: int, authority: Authority, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is limited is asking: a stream goes on."""
    for name in ("HEAD_S", "BODY_S"):
        monkeypatch.setattr(connections, name, 0.2)
    monkeypatch.setattr("api.stream.HEARTBEAT_S", 0.3)
    key = town.secret(town.person("li", "property"), "key")
    headers = {"Authorization": f"Bearer {key}"}
    began_s = monotonic_s()
    with (
        browser(port, authority.root) as client,
        client.stream("GET", "/v1/stream?alive=true", headers=headers) as answer,
    ):
        alive = 0
        for line in answer.iter_lines():
            alive += line == "event: alive"
            if alive == 4:
                break
    assert monotonic_s() - began_s > 0.9


def test_a_head_without_an_end_is_not_kept(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it consists of."""
    monkeypatch.setattr(connections, "HEAD_S", NEVER_S)
    with shaken(port) as one:
        one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        line = b"X-Long: " + b"x" * 1_000 + b"\r\n"
        closed_after_s(one, dripping=line * 40)


def test_a_head_as_large_as_heads_are_is_read(port: int, authority: Authority) -> None:
    """16 KiB, in pieces."""
    with browser(port, authority.root) as client:
        assert client.get("/healthz", headers={"X-Long": "x" * 16_000}).status_code == 200


@pytest.mark.parametrize(
    "garbage",
    [b"\x16\x03\x01\x02\x00\x01", b"\x00" * 600, b"\xff" * 70_000, b"SSH-2.0-x\r\n"],
)
def test_garbage_instead_of_a_handshake(port: int, authority: Authority, garbage: bytes) -> None:
    """Others are served as before."""
    with connected(port) as one, browser(port, authority.root) as client:
        with contextlib.suppress(OSError):
            one.sendall(garbage)
        assert client.get("/healthz").status_code == 200


def test_who_asks_over_tls_cannot_choose_their_address(
    port: int, authority: Authority, books: SqlBooks
) -> None:
    """X-Forwarded-For is a proxy's word, and there is none."""
    with browser(port, authority.root) as client:
        spoofed = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
        form = {"username": "root", "password": PASSWORD}
        given = client.post("/v1/auth/token", data=form, headers=spoofed)
        assert given.status_code == 200
    assert {line.address for line in books.audit_page(AuditFilter()).items} == {"127.0.0.1"}


def shown(port: int) -> Any:
    """The certificate that a new connection is shown, in DER."""
    with shaken(port) as one:
        return one.getpeercert(binary_form=True)


def test_a_renewal_is_shown_to_whoever_connects_next(
    served: FastAPI, way: Way, serve: Serve, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a restart, and whoever is connected stays so."""
    monkeypatch.setattr(serving, "LOOK_TICKS", 1)
    port = serve(served, way=way)
    first = shown(port)
    with browser(port, authority.root) as client:
        assert client.get("/healthz").status_code == 200
        authority.issue(NAME, "127.0.0.1", days=200)
        end_s = monotonic_s() + PATIENCE_S
        while shown(port) == first:
            assert monotonic_s() < end_s
            time.sleep(0.1)
        assert client.get("/healthz").status_code == 200
    with browser(port, authority.root) as other:
        assert other.get("/healthz").status_code == 200
    days = [line for line in metrics(served) if line.startswith("liftwatch_http_certificate_")]
    assert 199 < float(days[0].split()[1]) <= 200


def metrics(app: FastAPI) -> list[str]:
    """The figures of HTTP."""
    text: bytes = app.state.figures.text()
    return text.decode().splitlines()


def test_keep_alive_is_kept(port: int) -> None:
    """A browser need not shake hands for every piece of a page."""
    with shaken(port) as one:
        connection = http.client.HTTPConnection("localhost", port)
        connection.sock = one
        for _ in range(3):
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            assert connection.getresponse().read() == b'{"alive":true}'

"""Which names are served to whom, who is `local`, and what goes with encryption."""

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from api.app import create_app
from api.gate import SIGN_INS, Gate
from api.given import SESSION, SESSION_OF_TLS
from liftwatch.access.hosts import Host, parse_host, parse_hosts
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from tests.api.conftest import PASSWORD, SECRET, Town

OURS = (Host("lift.example.cn"), Host("lift.example.cn.internal", 8443))
HERE = ("127.0.0.1", "::1", "127.0.0.2", "::ffff:127.0.0.1")
ELSEWHERE = ("192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", "localhost", "nonsense", "")
HTML = {"Accept": "text/html"}


@pytest.fixture
def served(books: SqlBooks, store: EmbeddedStore, people: SqlPeople) -> FastAPI:
    """An application that others know by a name."""
    return create_app(
        books=books,
        store=store,
        readiness=lambda: {"database": "no route to db.internal", "broker": None},
        metrics=CollectorRegistry(),
        gate=Gate(people, SECRET),
        hosts=OURS,
    )


def status(app: FastAPI, *, of: str, host: str, scheme: str = "https") -> int:
    """Of /healthz, asked of an address under a Host header."""
    with TestClient(app, base_url=f"{scheme}://x", client=(of, 50_000)) as client:
        return client.get("/healthz", headers={"Host": host}).status_code


@pytest.mark.parametrize(
    ("host", "served_there"),
    [
        ("lift.example.cn", True),
        ("LIFT.example.CN:8443", True),
        ("lift.example.cn.internal:8443", True),
        ("lift.example.cn.internal", False),
        ("lift.example.cn.internal:443", False),
        ("lift.example.cn.", False),
        ("example.cn", False),
        ("a.lift.example.cn", False),
        ("lift.example.cn.evil.example", False),
        ("evil@lift.example.cn", False),
        ("lift.example.cn:8443:1", False),
        ("lift.example.cn:99999", False),
        ("192.0.2.1", False),
        ("", False),
    ],
)
def test_others_come_under_our_names(served: FastAPI, host: str, served_there: bool) -> None:
    """From wherever they come."""
    for of in ("192.0.2.7", "127.0.0.1"):
        assert status(served, of=of, host=host) == (200 if served_there else 400)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8443", "[::1]"])
def test_names_of_this_machine_are_for_whoever_is_on_it(
    served: FastAPI, gated: FastAPI, host: str
) -> None:
    """Also where others are served; a probe here needs no other name."""
    for app in (served, gated):
        assert all(status(app, of=of, host=host) == 200 for of in HERE)
        assert all(status(app, of=of, host=host) == 400 for of in ELSEWHERE)


def test_our_names_are_served_encrypted_only(served: FastAPI) -> None:
    """A proxy that lets plain HTTP through is found out, and told what is missing."""
    with TestClient(served, base_url="http://lift.example.cn") as client:
        answer = client.get("/healthz")
    assert answer.status_code == 400
    assert "X-Forwarded-Proto" in answer.json()["detail"]
    assert status(served, of="127.0.0.1", host="localhost", scheme="http") == 200


def is_local(app: FastAPI, *, of: str, host: str, scheme: str) -> bool:
    """Whether whoever asks is taken for `local`, or may do anything as such."""
    with TestClient(app, base_url=f"{scheme}://x", client=(of, 50_000)) as client:
        me = client.get("/v1/me", headers={"Host": host})
        rows = client.get("/v1/incidents", headers={"Host": host})
    assert (me.status_code == 200) == (rows.status_code == 200)
    return me.status_code == 200 and me.json()["login"] == "local"


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("of", HERE + ELSEWHERE)
def test_local_is_only_who_is_here_while_nobody_else_is_served(
    gated: FastAPI, served: FastAPI, of: str, scheme: str
) -> None:
    """By address and by name, and never where others have a name for us."""
    for host in ("localhost", "127.0.0.1", "[::1]:8080", "lift.example.cn", "evil.example"):
        here = of in HERE and not host.endswith("example") and not host.endswith(".cn")
        assert is_local(gated, of=of, host=host, scheme=scheme) == here
        assert not is_local(served, of=of, host=host, scheme=scheme)


def test_without_a_gate_others_are_nobody(app: FastAPI) -> None:
    """What ingest tells of itself, it tells this machine."""
    assert is_local(app, of="127.0.0.1", host="localhost", scheme="http")
    assert not is_local(app, of="192.0.2.7", host="localhost", scheme="http")


def test_whoever_is_elsewhere_is_not_told_why_a_part_is_not_ready(
    served: FastAPI, town: Town
) -> None:
    """That it is not, they are; who is signed in or on this machine reads the reason."""
    key = town.secret(town.person("li", "property"), "key")
    with TestClient(served, base_url="https://lift.example.cn") as client:
        hidden = client.get("/readyz")
        read = client.get("/readyz", headers={"Authorization": f"Bearer {key}"})
        here = client.get("/readyz", headers={"Host": "localhost"})
    assert hidden.status_code == read.status_code == here.status_code == 503
    assert hidden.json()["parts"]["broker"] is None
    assert "db.internal" not in hidden.text
    assert hidden.json()["parts"]["database"]
    assert "db.internal" in read.text
    assert "db.internal" in here.text


def test_browsers_are_told_to_come_encrypted(served: FastAPI) -> None:
    """Under our names; never of localhost, where others serve plainly."""
    with TestClient(served, base_url="https://lift.example.cn") as client:
        for path in ("/healthz", "/v1/lifts", "/v1/nothing"):
            header = client.get(path).headers["strict-transport-security"]
            assert header == "max-age=31536000"
        for host in ("localhost", "evil.example"):
            answer = client.get("/healthz", headers={"Host": host})
            assert "strict-transport-security" not in answer.headers
    with TestClient(served, base_url="http://localhost") as client:
        assert "strict-transport-security" not in client.get("/healthz").headers


def signed_in(client: TestClient) -> str:
    """Sign in by the page; the cookie as it was set."""
    form = {"login": "root", "password": PASSWORD}
    origin = {"Origin": str(client.base_url).rstrip("/")}
    entered = client.post("/sign-in", data=form, headers=HTML | origin)
    assert entered.status_code == 303
    return str(entered.headers["set-cookie"])


@pytest.mark.usefixtures("town")
def test_the_session_over_tls_is_a_cookie_nobody_else_can_set(served: FastAPI) -> None:
    """A neighbour's host, or plain HTTP, can set `lw_session`: over TLS it is not looked at."""
    with TestClient(served, base_url="https://lift.example.cn", follow_redirects=False) as client:
        cookie = signed_in(client)
        assert cookie.startswith(f"{SESSION_OF_TLS}=")
        for part in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=lax"):
            assert part in cookie
        assert "domain" not in cookie.lower()
        assert client.get("/v1/me").json()["login"] == "root"
        secret = client.cookies[SESSION_OF_TLS]
        client.cookies.clear()
        client.cookies.set(SESSION, secret)
        assert client.get("/v1/me").status_code == 401
        assert "; Secure" in client.get("/language?to=en").headers["set-cookie"]


@pytest.mark.usefixtures("town")
def test_leaving_forgets_the_cookie(served: FastAPI) -> None:
    """With the words it was set by: browsers keep a `__Host-` cookie else."""
    with TestClient(served, base_url="https://lift.example.cn", follow_redirects=False) as client:
        signed_in(client)
        csrf = client.get("/", headers=HTML).text.partition('name="csrf" value="')[2][:64]
        left = client.post("/sign-out", data={"csrf": csrf})
    cookie = left.headers["set-cookie"]
    assert cookie.startswith(f'{SESSION_OF_TLS}=""')
    assert "; Secure" in cookie
    assert "Max-Age=0" in cookie


@pytest.mark.usefixtures("town")
def test_on_this_machine_without_tls_the_cookie_is_as_it_was(gated: FastAPI) -> None:
    """A browser takes no `__Host-` cookie over plain HTTP."""
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as client:
        cookie = signed_in(client)
        assert cookie.startswith(f"{SESSION}=")
        assert "secure" not in cookie.lower()
        assert client.get("/v1/me").json()["login"] == "root"


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("base", "origin", "ours"),
    [
        ("https://lift.example.cn", "https://lift.example.cn", True),
        ("https://lift.example.cn", "https://LIFT.example.cn:443", True),
        ("https://lift.example.cn:8443", "https://lift.example.cn:8443", True),
        ("https://lift.example.cn", "http://lift.example.cn", False),
        ("https://lift.example.cn", "http://lift.example.cn:443", False),
        ("https://lift.example.cn", "https://lift.example.cn:8443", False),
        ("https://lift.example.cn:8443", "https://lift.example.cn", False),
        ("https://lift.example.cn", "https://evil.example", False),
        ("https://lift.example.cn", "https://lift.example.cn.evil.example", False),
        ("https://lift.example.cn", "https://x@lift.example.cn", False),
        ("https://lift.example.cn", "null", False),
        ("https://lift.example.cn", "", False),
        ("https://lift.example.cn", "https://[", False),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", True),
        ("http://127.0.0.1:8080", "https://127.0.0.1:8080", False),
        ("http://127.0.0.1:8080", "http://localhost:8080", False),
    ],
)
def test_a_page_is_ours_by_scheme_host_and_port(
    served: FastAPI, base: str, origin: str, ours: bool
) -> None:
    """All three of them, with the port that goes without saying."""
    with TestClient(served, base_url=base, follow_redirects=False) as client:
        form = {"login": "root", "password": PASSWORD}
        answer = client.post("/sign-in", data=form, headers={"Origin": origin})
    assert answer.status_code == (303 if ours else 403)


@pytest.mark.usefixtures("town")
def test_tries_of_one_customer_of_ipv6_count_together(served: FastAPI) -> None:
    """They have 2**64 addresses; a neighbour's tries are their own."""
    form = {"username": "nobody", "password": "x"}

    def tried(address: str) -> int:
        base = "https://lift.example.cn"
        with TestClient(served, base_url=base, client=(address, 1)) as client:
            return client.post("/v1/auth/token", data=form).status_code

    for n in range(SIGN_INS.amount):
        assert tried(f"2001:db8::{n:x}:1") == 401
    assert tried("2001:db8::ffff") == 429
    assert tried("2001:db8:0:1::1") == 401


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("localhost", "no name others know us by"),
        ("lift.example.cn,127.0.0.1:8080", "127.0.0.1 is no name others"),
        ("[::1]", "no name others"),
        ("0.0.0.0", "no name others"),
        ("https://lift.example.cn", "is not a host name"),
        ("lift.example.cn/", "is not a host name"),
        ("lift.example.cn,", "'' is not a host name"),
        ("*.example.cn", "is not a host name"),
        ("lift..cn", "is not a host name"),
        ("-lift.cn", "is not a host name"),
        ("lift.example.cn:0x1", "is not a host name"),
        ("电梯.example.cn", "is not a host name"),
        ("x" * 64 + ".cn", "is not a host name"),
    ],
)
def test_what_is_no_name_of_ours(text: str, why: str) -> None:
    """Said in one line."""
    with pytest.raises(ValueError, match=why.replace(".", r"\.")) as caught:
        parse_hosts(text)
    assert "\n" not in str(caught.value)


def test_a_host_is_written_as_it_is_read() -> None:
    """Brackets around what has colons."""
    for text in ("lift.example.cn", "lift.example.cn:8443", "[2001:db8::1]:8443", "192.0.2.7"):
        assert str(parse_host(text)) == text
    assert parse_hosts(" ") == ()

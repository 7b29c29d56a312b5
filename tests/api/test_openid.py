"""Coming in by an OpenID provider: the way there and back, whose sign-in is whose, and its end."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from api.app import create_app
from api.gate import SIGN_INS, Gate
from liftwatch.access.identities import Asserted
from liftwatch.access.people import Person
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.openid import OpenIdProvider
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import now_ms
from liftwatch.handlers import identities, sign_in
from liftwatch.handlers import people as handlers
from liftwatch.ids import new_id
from tests.api.conftest import PASSWORD, SECRET, Town
from tests.api.test_people_pages import HTML, found
from tests.api.test_sign_in import bearer
from tests.openid import CLIENT_ID, CLIENT_SECRET, SUBJECT, ProviderProcess

START = "/sign-in/openid"


def at_provider(address: str) -> str:
    """Where the provider sends a browser."""
    return str(httpx2.get(address).headers["location"])


@pytest.fixture
def provider(openid: ProviderProcess) -> Iterator[OpenIdProvider]:
    """What we know of the provider."""
    made = OpenIdProvider(
        openid.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, label="Keycloak"
    )
    yield made
    made.close()


@pytest.fixture
def linked(
    books: SqlBooks, store: EmbeddedStore, people: SqlPeople, provider: OpenIdProvider
) -> FastAPI:
    """The application with a provider."""
    return create_app(
        books=books,
        store=store,
        readiness=dict,
        metrics=CollectorRegistry(),
        gate=Gate(people, SECRET, provider),
    )


Browsers = Callable[[], TestClient]


@pytest.fixture
def browsers(linked: FastAPI, town: Town) -> Iterator[Browsers]:
    """As many browsers as one likes."""
    del town
    made: list[TestClient] = []

    def another() -> TestClient:
        made.append(TestClient(linked, base_url="http://127.0.0.1", follow_redirects=False))
        return made[-1]

    yield another
    for one in made:
        one.close()


@pytest.fixture
def client(browsers: Browsers) -> TestClient:
    """Somebody who has not signed in."""
    return browsers()


@pytest.fixture
def li(town: Town, provider: OpenIdProvider) -> Person:
    """Somebody for whom the subject stands."""
    made = town.person("li", "property")
    link(town, provider, made)
    return made


def link(town: Town, provider: OpenIdProvider, person: Person) -> None:
    """Let the subject stand for somebody."""
    with town.store.begin() as work:
        asserted = Asserted(provider.issuer, SUBJECT)
        identities.link(work, person.id, asserted, now_ms=now_ms())


def sent(client: TestClient, path: str = START) -> str:
    """The provider's address a browser is sent to."""
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def led(client: TestClient, path: str = START) -> str:
    """The address a browser comes back to."""
    return at_provider(sent(client, path))


def came(client: TestClient, path: str = START) -> str:
    """All the way; where it ends."""
    answer = client.get(led(client, path), headers=HTML)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def noted(books: SqlBooks) -> list[str]:
    """What the trail says of sign-ins, the newest first."""
    page = books.audit_page(AuditFilter(), after=None, limit=50)
    return [
        f"{line.entry.outcome} {line.entry.detail}"
        for line in page.items
        if line.entry.action == "sign.in"
    ]


def test_there_and_back(client: TestClient, li: Person, books: SqlBooks) -> None:
    """A session begins, on the page that was wanted, and the trail says by what."""
    assert came(client, f"{START}?next=/lifts/L-0001%3Fx%3D1") == "/lifts/L-0001?x=1"
    assert client.get("/v1/me").json()["login"] == "li"
    assert noted(books) == ['done {"what":"openid"}']
    with client.app.state.parts.gate.people.reading() as reads:  # type: ignore[attr-defined]
        (identity,) = reads.identities(li.id)
    assert identity.used_ms is not None


def test_what_is_asked_of_the_provider(client: TestClient) -> None:
    """A code for `openid` alone, bound to this browser by state, nonce and PKCE; nothing twice."""
    first, second = (parse_qs(urlsplit(sent(client)).query) for _ in range(2))
    assert first["response_type"] == ["code"]
    assert first["scope"] == ["openid"]
    assert first["code_challenge_method"] == ["S256"]
    assert first["redirect_uri"] == ["http://127.0.0.1/sign-in/openid/back"]
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name][0]) >= 43


def test_with_tls_no_neighbour_can_set_the_cookie(linked: FastAPI, li: Person) -> None:
    """`__Host-`: the browser keeps it from this very host alone."""
    del li
    with TestClient(linked, base_url="https://127.0.0.1", follow_redirects=False) as client:
        cookie = client.get(START).headers["set-cookie"]
        assert cookie.startswith("__Host-lw_openid=lwb_")
        assert {"Secure", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        client.cookies.set("lw_openid", client.cookies["__Host-lw_openid"])
        address = led(client)
        assert "redirect_uri=https%3A%2F%2F127.0.0.1%2F" in sent(client)
        del client.cookies["__Host-lw_openid"]
        assert "failed=state" in client.get(address).headers["location"]
        assert came(client) == "/"


def test_the_cookie_of_an_attempt(client: TestClient, li: Person) -> None:
    """Out of reach of scripts, for ten minutes, gone when it is used; the session as ever."""
    del li
    cookie = client.get(START).headers["set-cookie"].lower()
    for part in ("httponly", "samesite=lax", "path=/;", "max-age=600"):
        assert part in cookie
    assert "secure" not in cookie
    answer = client.get(led(client))
    one, two = sorted(answer.headers.get_list("set-cookie"))
    assert one.startswith('lw_openid=""')
    assert "HttpOnly" in two
    assert two.startswith("lw_session=lws_")


def test_who_is_not_in_our_books_does_not_come_in(
    client: TestClient, books: SqlBooks, openid: ProviderProcess
) -> None:
    """Not even with the name and the mail address of an administrator; the trail knows whom."""
    openid.lie(claims={"email": "root@liftwatch.example", "preferred_username": "root"})
    to = came(client)
    assert to == "/sign-in?failed=unknown&next=%2F"
    page = client.get(to, headers=HTML)
    assert "Nobody here knows this sign-in at Keycloak" in page.text
    assert client.get("/v1/me").status_code == 401
    assert noted(books) == ['refused {"what":"openid.unknown"}']
    (line,) = books.audit_page(AuditFilter(), after=None, limit=1).items
    assert line.private == {"issuer": openid.issuer, "subject": SUBJECT}
    assert SUBJECT not in line.entry.detail + line.entry.sealed


def test_who_is_ended_does_not_come_in(
    browsers: Browsers, li: Person, town: Town, books: SqlBooks
) -> None:
    """And is told the same as somebody nobody knows."""
    with town.store.begin() as work:
        handlers.change_person(work, li.id, version=1, now_ms=now_ms(), disabled=True)
    assert came(browsers()) == "/sign-in?failed=unknown&next=%2F"
    assert noted(books) == ['refused {"what":"openid.unknown"}']
    with town.store.begin() as work:
        handlers.change_person(work, li.id, version=2, now_ms=now_ms(), disabled=False)
    assert came(browsers()) == "/"


def test_an_ended_link_ends_what_came_of_it(client: TestClient, li: Person, town: Town) -> None:
    """The session at once; a password's session stays."""
    with_password = town.secret(li, "session")
    assert came(client) == "/"
    with town.store.begin() as work:
        (identity,) = identities.standing(work, li.id)
        identities.unlink(work, li.id, identity.id, now_ms=now_ms())
    assert client.get("/v1/me").status_code == 401
    assert came(client) == "/sign-in?failed=unknown&next=%2F"
    client.cookies.clear()
    client.cookies.set("lw_session", with_password)
    assert client.get("/v1/me").status_code == 200


def test_a_person_links_and_ends_their_own(
    client: TestClient, town: Town, openid: ProviderProcess
) -> None:
    """With their password once more; afterwards they come in by it."""
    wang = town.person("wang", "property")
    client.cookies.set("lw_session", town.secret(wang, "session"), domain="127.0.0.1")
    page = client.get("/me", headers=HTML).text
    fields = {"what": "link", "csrf": found(page, "csrf"), "once": found(page, "once")}
    for wrong in ("", "not my password"):
        refused = client.post("/me", data=fields | {"password": wrong}, headers=HTML)
        assert (refused.status_code, openid.issuer in refused.text) == (422, False)
    onward = client.post("/me", data=fields | {"password": PASSWORD}, headers=HTML)
    address = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', onward.text)
    assert address is not None
    back = at_provider(address[1].replace("&amp;", "&"))
    assert client.get(back, headers=HTML).headers["location"] == "/me"
    page = client.get("/me", headers=HTML).text
    assert SUBJECT in page
    client.cookies.clear()
    assert came(client) == "/"
    assert client.get("/v1/me").json()["login"] == "wang"
    page = client.get("/me", headers=HTML).text
    fields = {name: found(page, name) for name in ("csrf", "once", "identity")}
    assert client.post("/me", data=fields | {"what": "end"}, headers=HTML).status_code == 303
    assert client.get("/v1/me").status_code == 401
    assert came(client) == "/sign-in?failed=unknown&next=%2F"


@pytest.mark.parametrize(
    ("role", "age_min", "status"), [("", 1, 200), ("", 31, 422), ("x", 1, 403)]
)
def test_who_has_no_password_links_soon_after_a_link(
    client: TestClient, town: Town, *, role: str, age_min: int, status: int
) -> None:
    """And never from a session that has few of their roles."""
    with town.store.begin() as work:
        wang = handlers.make_person(work, login="wang", name="wang", now_ms=0)
        unit = handlers.make_organisation(work, name="x", now_ms=0)
        for one in ("property", "rescue"):
            handlers.grant(work, wang.id, one, organisation=unit.id, now_ms=0)
        made_ms = now_ms() - age_min * 60_000
        roles = ("rescue",) if role else ()
        session = sign_in.issue(work, wang.id, "session", now_ms=made_ms, roles=roles).secret
    client.cookies.set("lw_session", session)
    page = client.get("/me", headers=HTML).text
    assert "Your password here" not in page
    fields = {"what": "link", "csrf": found(page, "csrf"), "once": found(page, "once")}
    assert client.post("/me", data=fields, headers=HTML).status_code == status


def test_an_administrator_writes_down_a_subject_and_ends_it(client: TestClient, town: Town) -> None:
    """On the person's page; what is somebody else's is refused."""
    wang, zhao = town.person("wang"), town.person("zhao")
    with town.store.reading() as reads:
        root = reads.person_of_login("root")
    assert root is not None
    client.cookies.set("lw_session", town.secret(root, "session"))

    def send(person: Person, **fields: str) -> int:
        page = client.get(f"/people/{person.id}", headers=HTML).text
        hidden = {name: found(page, name) for name in ("csrf", "once")}
        return client.post(f"/people/{person.id}", data=hidden | fields, headers=HTML).status_code

    assert send(wang, what="identity", subject=f" {SUBJECT} ") == 303
    assert send(zhao, what="identity", subject=SUBJECT) == 422
    assert send(zhao, what="identity", subject="") == 422
    assert send(zhao, what="identity", subject="x" * 256) == 422
    page = client.get(f"/people/{wang.id}", headers=HTML).text
    identity = found(page, "identity")
    assert send(zhao, what="unlink", identity=identity) == 422
    assert send(wang, what="unlink", identity=identity) == 303
    assert send(zhao, what="identity", subject=SUBJECT) == 303


def test_the_same_over_the_interface(client: TestClient, town: Town) -> None:
    """Listed, written down and ended, once each; a person sees and ends their own alone."""
    wang, zhao = town.person("wang", "property"), town.person("zhao", "property")
    with town.store.reading() as reads:
        root = reads.person_of_login("root")
    assert root is not None
    keys = {one.login: town.secret(one, "key") for one in (root, wang, zhao)}

    def ask(who: str, path: str, body: object = None, *, method: str = "POST") -> Any:
        headers = {**bearer(keys[who]), "Idempotency-Key": new_id()}
        return client.request(method, path, json=body, headers=headers)

    theirs = f"/v1/people/{wang.id}/identities"
    made = ask("root", theirs, {"subject": SUBJECT})
    assert made.status_code == 201
    (one,) = made.json()["items"]
    assert (one["subject"], one["used_at"]) == (SUBJECT, None)
    for who, path in (("root", theirs), ("wang", "/v1/me/identities")):
        assert ask(who, path, method="GET").json() == made.json()
    taken = ask("root", f"/v1/people/{zhao.id}/identities", {"subject": SUBJECT})
    assert (taken.status_code, "somebody else" in taken.text) == (422, True)
    assert ask("wang", theirs, {"subject": "x"}).status_code == 403
    assert ask("root", "/v1/people/x/identities", {"subject": "x"}).status_code == 404
    assert ask("zhao", f"/v1/me/identities/{one['id']}/end").status_code == 404
    assert ask("root", f"/v1/people/{zhao.id}/identities/{one['id']}/end").status_code == 404
    assert ask("wang", f"/v1/me/identities/{one['id']}/end").json() == {"items": []}
    assert ask("root", f"{theirs}/{one['id']}/end").status_code == 404
    (again,) = ask("root", theirs, {"subject": SUBJECT}).json()["items"]
    assert ask("root", f"{theirs}/{again['id']}/end").json() == {"items": []}


def test_the_provider_is_away(
    client: TestClient, li: Person, openid: ProviderProcess, books: SqlBooks
) -> None:
    """One clear message, and the password works as ever."""
    openid.lie(paths={"/token": {"status": 503}})
    assert came(client) == "/sign-in?failed=away&next=%2F"
    openid.stop()
    client.app.state.parts.gate.provider._document = None  # type: ignore[attr-defined]
    to = sent(client, f"{START}?next=/completeness")
    assert to == "/sign-in?failed=away&next=%2Fcompleteness"
    page = client.get(to, headers=HTML).text
    assert "Keycloak cannot be asked at the moment. Your login and password work as ever." in page
    form = {"login": li.login, "password": PASSWORD, "next": "/completeness"}
    assert client.post("/sign-in", data=form).headers["location"] == "/completeness"
    assert noted(books)[1:] == ['refused {"what":"openid.away"}'] * 2


def test_signing_out_says_that_the_provider_still_knows_one(
    client: TestClient, li: Person, openid: ProviderProcess
) -> None:
    """Whoever came by it; with the place to sign out there."""
    del li
    assert came(client) == "/"
    page = client.get("/me", headers=HTML).text
    left = client.post("/sign-out", data={"csrf": found(page, "csrf")})
    assert left.headers["location"] == "/sign-in?left=openid"
    page = client.get("/sign-in?left=openid", headers=HTML).text
    assert f'href="{openid.issuer}/end?client_id=lift+watch"' in page


def test_without_a_provider_there_is_no_button_and_no_way(guest: TestClient, town: Town) -> None:
    """As until now."""
    assert "openid" not in guest.get("/sign-in", headers=HTML).text
    assert guest.get(START).status_code == 404
    assert guest.get(f"{START}/back?state=x&code=y").status_code == 404
    guest.cookies.set("lw_session", town.secret(town.person("wang"), "session"))
    assert "openid" not in guest.get("/me", headers=HTML).text


def test_an_address_may_not_try_for_ever(client: TestClient) -> None:
    """Neither the way there nor the way back."""
    for path in (START, f"{START}/back?state=guess&code=guess"):
        statuses = [client.get(path).status_code for _ in range(SIGN_INS.amount)]
        assert set(statuses) <= {303, 429}
    assert client.get(START).status_code == 429

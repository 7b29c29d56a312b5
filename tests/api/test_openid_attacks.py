"""What attackers try on the way by a provider; nobody is signed in by any of it."""

import re
import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from starlette.testclient import TestClient

from liftwatch import clock
from liftwatch.access.people import Person
from liftwatch.adapters.openid import KEYS_PACE_S, OpenIdProvider
from liftwatch.adapters.sql import SqlBooks
from liftwatch.handlers.identities import LIVES_MS
from tests.api.conftest import PASSWORD, Town
from tests.api.test_openid import (
    HTML,
    START,
    Browsers,
    at_provider,
    browsers,
    came,
    client,
    found,
    led,
    li,
    link,
    linked,
    noted,
    provider,
    sent,
)
from tests.openid import CLIENT_ID, ProviderProcess

__all__ = ["browsers", "client", "li", "linked", "provider"]  # fixtures
OTHER = "https://other.example"
REFUSED = "/sign-in?failed=refused&next=%2F"
STATE = "/sign-in?failed=state&next=%2F"
LONG_AGO = int(time.time()) - 3_600


def is_out(client: TestClient) -> bool:
    """Whether a browser is nobody's."""
    return "lw_session" not in client.cookies and client.get("/v1/me").status_code == 401


@pytest.mark.parametrize(
    "lies",
    [
        {"claims": {"nonce": "of another"}},
        {"claims": {"nonce": None}},
        {"claims": {"nonce": ["x"]}},
        {"claims": {"aud": "another client"}},
        {"claims": {"aud": []}},
        {"claims": {"aud": None}},
        {"claims": {"aud": [CLIENT_ID, "another client"], "azp": CLIENT_ID}},
        {"claims": {"aud": [CLIENT_ID, CLIENT_ID + "x"]}},
        {"claims": {"azp": "another client"}},
        {"claims": {"iss": OTHER}},
        {"claims": {"iss": None}},
        {"claims": {"exp": LONG_AGO}},
        {"claims": {"exp": None}},
        {"claims": {"exp": "tomorrow"}},
        {"claims": {"iat": LONG_AGO}},
        {"claims": {"iat": int(time.time()) + 3_600}},
        {"claims": {"iat": None}},
        {"claims": {"nbf": int(time.time()) + 3_600}},
        {"claims": {"sub": None}},
        {"claims": {"sub": ""}},
        {"claims": {"sub": 7}},
        {"claims": {"sub": "x" * 256}},
        {"claims": {"sub": "248289761001\n"}},
        {"claims": {"at_hash": "of another token"}},
        {"algorithm": "none"},
        {"algorithm": "HS256"},
        {"algorithm": "HS256", "with": "public key"},
        {"algorithm": "RS512"},
        {"foreign": True},
        {"header": {"kid": "nobody's"}},
        {"header": {"kid": None}},
        {"header": {"jku": f"{OTHER}/jwks"}, "foreign": True},
        {"header": {"crit": ["x"], "x": 1}},
        {"tokens": {"id_token": None}},
        {"tokens": {"id_token": "a.b.c"}},
        {"tokens": {"id_token": "x" * 100_000}},
        {"tokens": {"id_token": {"a": 1}}},
        {"answer": {"iss": OTHER}},
        {"answer": {"iss": None}},
        {"answer": {"code": "of nobody"}},
    ],
    ids=lambda lies: re.sub(r"\d{10}", "moment", str(lies)),  # one name in every process
)
def test_a_lie_signs_nobody_in(
    client: TestClient, li: Person, openid: ProviderProcess, *, lies: dict[str, Any]
) -> None:
    """Whatever is wrong with the token or the answer; the truth afterwards does."""
    del li
    openid.lie(**lies)
    assert came(client) == REFUSED
    assert is_out(client)
    assert "cannot be trusted" in client.get(REFUSED, headers=HTML).text
    openid.lie()
    assert came(client) == "/"


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
@pytest.mark.parametrize("aud", [CLIENT_ID, [CLIENT_ID]])
def test_the_truth_signs_in(
    client: TestClient, li: Person, openid: ProviderProcess, *, algorithm: str, aud: Any
) -> None:
    """In each way it may be signed."""
    del li
    openid.lie(algorithm=algorithm, claims={"aud": aud, "azp": CLIENT_ID})
    assert came(client) == "/"


def test_a_way_back_is_good_once(client: TestClient, li: Person, books: SqlBooks) -> None:
    """The same address a second time, by the same browser and by another."""
    del li
    address = led(client)
    browser = client.cookies["lw_openid"]
    assert client.get(address).headers["location"] == "/"
    client.cookies.clear()
    client.cookies.set("lw_openid", browser)
    assert client.get(address).headers["location"] == STATE
    assert noted(books)[0] == 'refused {"what":"openid.state"}'
    assert is_out(client)


def test_another_browser_cannot_finish(browsers: Browsers, li: Person) -> None:
    """An attacker's own way back does not sign a victim in as the attacker, and is over by it."""
    del li
    attacker, victim = browsers(), browsers()
    address = led(attacker)
    assert victim.get(address).headers["location"] == STATE
    assert is_out(victim)
    led(victim)  # who has begun a way of their own has a cookie, but another one
    again = led(attacker)
    assert victim.get(again).headers["location"] == STATE
    assert is_out(victim)
    assert attacker.get(again).headers["location"] == STATE


def test_a_code_of_another_is_of_no_use(
    browsers: Browsers, li: Person, openid: ProviderProcess
) -> None:
    """A stolen code under one's own state: PKCE and the nonce are of another attempt."""
    del li
    victim, thief = browsers(), browsers()
    stolen = parse_qs(urlsplit(led(victim)).query)["code"][0]
    own = parse_qs(urlsplit(led(thief)).query)["state"][0]
    query = urlencode({"state": own, "code": stolen, "iss": openid.issuer})
    assert thief.get(f"{START}/back?{query}").headers["location"] == REFUSED
    assert is_out(thief)


def test_a_way_back_is_good_for_ten_minutes(
    client: TestClient, li: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A telephone is found in that time."""
    del li
    real = clock.now_ms
    for early_ms, to in ((LIVES_MS, STATE), (LIVES_MS - 60_000, "/")):
        before = lambda early_ms=early_ms: real() - early_ms  # noqa: E731
        monkeypatch.setattr("api.console.openid.now_ms", before)
        address = led(client)
        monkeypatch.setattr("api.console.openid.now_ms", real)
        assert client.get(address).headers["location"] == to


@pytest.mark.parametrize(
    "query",
    [
        "",
        "state=",
        "state=%00&code=x",
        "code=x",
        "state=lwo_guess&code=x",
        "error=x",
        "state=x&iss=",
    ],
)
def test_garbage_is_no_way_back(client: TestClient, query: str) -> None:
    """It is told as a way that is over."""
    assert client.get(f"{START}/back?{query}").headers["location"] == STATE
    assert client.get(f"{START}/back?state={'x' * 5_000}").status_code == 400


def test_the_provider_says_no(client: TestClient, openid: ProviderProcess) -> None:
    """What it says of why is not shown: whoever made the address could have written it."""
    openid.lie(answer={"code": None, "error": "access_denied", "error_description": "call 555"})
    to = came(client)
    assert to == "/sign-in?failed=denied&next=%2F"
    assert "555" not in client.get(to, headers=HTML).text


@pytest.mark.parametrize(
    "path", [f"{OTHER}/", "//other.example", "/\\other.example", "javascript:"]
)
def test_nobody_is_led_elsewhere(client: TestClient, li: Person, path: str) -> None:
    """After coming in one is here, also when it fails first."""
    del li
    assert came(client, f"{START}?{urlencode({'next': path})}") == "/"
    page = client.get("/sign-in?" + urlencode({"failed": "away", "next": path}), headers=HTML)
    assert path not in page.text


@pytest.mark.parametrize("failed", ["<script>", "unknown'", "x" * 32])
def test_a_page_says_only_what_is_ours(client: TestClient, failed: str) -> None:
    """An address of ours with a text of theirs."""
    page = client.get("/sign-in?" + urlencode({"failed": failed}), headers=HTML)
    assert 'role="alert"' not in page.text


def test_another_site_cannot_begin(client: TestClient) -> None:
    """Nor make a browser ask for links of its own."""
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": OTHER}):
        assert client.get(START, headers=headers).status_code == 403


def test_a_link_is_for_who_began_it(
    browsers: Browsers, town: Town, provider: OpenIdProvider, openid: ProviderProcess
) -> None:
    """Whoever else is signed in when the browser comes back gets no sign-in of another."""
    wang, zhao = town.person("wang", "property"), town.person("zhao", "property")
    browser = browsers()
    browser.cookies.set("lw_session", town.secret(wang, "session"), domain="127.0.0.1")
    page = browser.get("/me", headers=HTML).text
    fields = {name: found(page, name) for name in ("csrf", "once")}
    fields |= {"what": "link", "password": PASSWORD}
    onward = browser.post("/me", data=fields, headers=HTML).text
    address = onward.partition("0; url=")[2].partition('"')[0].replace("&amp;", "&")
    back = at_provider(address)
    browser.cookies.set("lw_session", town.secret(zhao, "session"), domain="127.0.0.1")
    assert browser.get(back).headers["location"] == "/me?failed=state"
    with town.store.reading() as reads:
        assert reads.identities(wang.id) == reads.identities(zhao.id) == []
    link(town, provider, zhao)
    browser.cookies.set("lw_session", town.secret(wang, "session"), domain="127.0.0.1")
    page = browser.get("/me", headers=HTML).text
    fields |= {name: found(page, name) for name in ("csrf", "once")}
    onward = browser.post("/me", data=fields, headers=HTML).text
    address = onward.partition("0; url=")[2].partition('"')[0].replace("&amp;", "&")
    assert browser.get(at_provider(address)).headers["location"] == "/me?failed=taken"
    del openid


def test_keys_turn(
    client: TestClient, li: Person, openid: ProviderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New keys are asked for when one is unknown, and not again at every forged token."""
    del li
    assert came(client) == "/"
    openid.lie(rotate=True)
    assert came(client) == REFUSED  # the keys have just been fetched
    assert openid.asked("/jwks") == 1
    real = clock.monotonic_s
    monkeypatch.setattr("liftwatch.adapters.openid.monotonic_s", lambda: real() + KEYS_PACE_S)
    assert came(client) == "/"
    assert openid.asked("/jwks") == 2
    openid.lie(header={"kid": "nobody's"})
    assert [came(client) for _ in range(3)] == [REFUSED] * 3
    assert openid.asked("/jwks") == 2
    assert openid.asked("/.well-known/openid-configuration") == 1


def test_two_tabs_and_the_last_comes_in(client: TestClient, li: Person) -> None:
    """The first is told to try again."""
    del li
    first, second = sent(client), sent(client)
    assert client.get(at_provider(second)).headers["location"] == "/"
    assert client.get(at_provider(first)).headers["location"] == STATE

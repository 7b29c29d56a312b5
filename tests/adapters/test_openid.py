"""The way to an OpenID provider: what is asked of whom, how much is read, and what is believed."""

import contextlib
import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from liftwatch.access.identities import ProviderAway, ProviderRefused, Returned, Way
from liftwatch.adapters import bounded
from liftwatch.adapters.bounded import Refused, check_address
from liftwatch.adapters.openid import AT_ONCE, WELL_KNOWN, OpenIdProvider
from tests.openid import CLIENT_ID, CLIENT_SECRET, ProviderProcess

WAY = Way("s", nonce="n" * 64, verifier="v" * 64, redirect_uri="http://127.0.0.1/sign-in")
NOW_MS = 1_796_000_000_000
KEY = ECKey.generate_key("P-256")


@pytest.fixture
def provider(openid: ProviderProcess) -> Iterator[OpenIdProvider]:
    """What is tested."""
    made = known(openid.issuer)
    yield made
    made.close()


def known(issuer: str) -> OpenIdProvider:
    """A provider at an address."""
    return OpenIdProvider(issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, label="x")


def test_a_provider_that_answers(provider: OpenIdProvider, openid: ProviderProcess) -> None:
    """Is asked once for what it says of itself; that it is asked over http is told."""
    assert provider.farewell() is None
    (remark,) = provider.examine()
    assert "http" in remark
    for _ in range(3):
        assert provider.address(WAY).startswith(f"{openid.issuer}/authorize?")
    assert openid.asked(WELL_KNOWN) == 1
    assert provider.farewell() == f"{openid.issuer}/end?client_id=lift+watch"


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"issuer": "https://other.example"}, "calls itself 'https://other.example'"),
        ({"issuer": None}, "is none"),
        ({"token_endpoint": "http://id.example/token"}, "is not https"),
        ({"jwks_uri": "file:///etc/passwd"}, "is no plain address"),
        ({"jwks_uri": "https://10.0.0.1/jwks"}, "only a provider there may name"),
        ({"jwks_uri": "https://[::ffff:10.0.0.1]/jwks"}, "only a provider there may name"),
        ({"token_endpoint": "https://2130706433/"}, "only a provider there may name"),
        ({"token_endpoint": "https://127.0x1/"}, "only a provider there may name"),
        ({"token_endpoint": "https://localhost:8086/"}, "only a provider there may name"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "is no plain address"),
        ({"end_session_endpoint": "javascript:alert(1)"}, "is no plain address"),
        ({"id_token_signing_alg_values_supported": ["HS256"]}, "signs with none of RS256"),
        ({"jwks_uri": 7}, "is none"),
    ],
    ids=str,
)
def test_a_provider_that_cannot_be_used_is_told_in_a_line(
    provider: OpenIdProvider, openid: ProviderProcess, *, document: dict[str, Any], why: str
) -> None:
    """Before anybody is sent anywhere, and nobody there is asked."""
    openid.lie(document=document)
    with pytest.raises(ProviderAway, match=why) as away:
        provider.address(WAY)
    assert "\n" not in str(away.value)
    openid.lie()
    assert provider.address(WAY)


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        ({"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, "with HTTP 302"),
        ({"status": 500}, "with HTTP 500"),
        ({"text": "<html>"}, "is none"),
        ({"text": "[" * 100_000}, "is none"),
        ({"text": "\u00ff"}, "is none"),
        ({"text": "x" * 1_024, "times": 257}, "more than 256 KiB"),
        ({"headers": {"Content-Encoding": "gzip"}}, "packed"),
        ({"after_s": 1.0}, "ReadTimeout"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_answer_has_an_end(
    openid: ProviderProcess, monkeypatch: pytest.MonkeyPatch, *, lie: dict[str, Any], why: str
) -> None:
    """In size and time; nothing is followed."""
    monkeypatch.setattr("liftwatch.adapters.openid.PLAIN", {"timeout": 0.5, "trust_env": False})
    provider = known(openid.issuer)
    openid.lie(paths={WELL_KNOWN: lie})
    with pytest.raises(ProviderAway, match=why) as away:
        provider.address(WAY)
    assert "\n" not in str(away.value)
    provider.close()


def test_an_answer_that_trickles_has_an_end(
    provider: OpenIdProvider, openid: ProviderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However alive it looks."""
    monkeypatch.setattr(bounded, "WHOLE_S", -1.0)
    with pytest.raises(ProviderAway, match="is not done after"):
        provider.address(WAY)
    del openid


def test_nobody_answers() -> None:
    """One line, too."""
    provider = known("http://127.0.0.1:1")
    with pytest.raises(ProviderAway, match="does not answer: ConnectError"):
        provider.examine()
    provider.close()


@pytest.mark.parametrize(
    "keys",
    [
        {"keys": []},
        {"keys": None},
        {"keys": [7, {"kty": "oct", "k": "AAAA"}, {"kty": "RSA"}, {"kty": "EC", "crv": "x"}]},
        {"keys": [{"kty": "RSA", "n": "AQ", "e": "AQAB", "use": "enc"}]},
    ],
    ids=str,
)
def test_keys_that_are_none(
    provider: OpenIdProvider, openid: ProviderProcess, keys: dict[str, Any]
) -> None:
    """A secret is no key of theirs, nor what is broken."""
    openid.lie(keys=keys)
    with pytest.raises(ProviderAway, match="has no key that can be used"):
        provider.examine()


def test_a_key_that_is_none_hides_no_other(
    provider: OpenIdProvider, openid: ProviderProcess
) -> None:
    """A provider may have keys we do not understand."""
    with urlopen(f"{openid.issuer}/jwks") as answer:
        real = json.load(answer)["keys"]
    openid.lie(keys={"keys": [{"kty": "RSA"}, {"kty": "AKP", "alg": "ML-DSA-44"}, *real]})
    assert provider.examine()


def test_only_few_wait_at_a_time(provider: OpenIdProvider, openid: ProviderProcess) -> None:
    """The others are told at once, and keep no thread from whoever has a password."""
    openid.lie(paths={WELL_KNOWN: {"after_s": 1.0, "status": 500}})
    told: list[str] = []

    def ask() -> None:
        with pytest.raises(ProviderAway) as away:
            provider.address(WAY)
        told.append(str(away.value))

    threads = [threading.Thread(target=ask) for _ in range(AT_ONCE)]
    for one in threads:
        one.start()
    while provider._places._value:
        pass
    ask()
    assert told == ["too many are waiting for it"]
    provider._document = None
    for one in threads:
        one.join()
    assert len(told) == AT_ONCE + 1


def test_a_provider_that_wants_the_secret_in_the_form(
    provider: OpenIdProvider, openid: ProviderProcess
) -> None:
    """As some do; the code is of nobody all the same."""
    openid.lie(document={"token_endpoint_auth_methods_supported": ["client_secret_post"]})
    with pytest.raises(ProviderRefused, match="'invalid_grant'"):
        provider.identify(Returned("x", openid.issuer), WAY, now_ms=NOW_MS)


def test_a_secret_that_is_not_known(openid: ProviderProcess) -> None:
    """The log says so."""
    provider = OpenIdProvider(openid.issuer, client_id=CLIENT_ID, client_secret="x", label="x")
    with pytest.raises(ProviderRefused, match="'invalid_client'"):
        provider.identify(Returned("x", openid.issuer), WAY, now_ms=NOW_MS)
    provider.close()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
NAMES = ("iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "sub", "amr", "auth_time", "at_hash")


@given(wrong=st.dictionaries(st.sampled_from(NAMES), JSON, min_size=1, max_size=4))
def test_garbage_in_claims_is_refused_or_harmless(
    provider: OpenIdProvider, openid: ProviderProcess, wrong: dict[str, Any]
) -> None:
    """Whatever a provider signs: one that is named, or a word of ours."""
    right = {"iss": provider.issuer, "aud": CLIENT_ID, "exp": NOW_MS // 1000 + 60, "sub": "s"}
    claims = right | {"iat": NOW_MS // 1000, "nonce": WAY.nonce} | wrong
    text = jwt.encode({"alg": "ES256"}, claims, KEY)
    provider._decode = lambda _: jwt.decode(text, KEY)  # type: ignore[method-assign]
    try:
        found = provider._read({"id_token": text}, WAY.nonce, now_ms=NOW_MS)
    except ProviderRefused:
        return
    assert found.issuer == openid.issuer
    assert claims["aud"] in (CLIENT_ID, [CLIENT_ID])
    assert (claims["iss"], claims["nonce"]) == (openid.issuer, WAY.nonce)
    assert isinstance(claims["sub"], str)


@given(
    url=st.text(max_size=40) | st.from_regex(r"https?://[a-z0-9.:@/\[\]-]{0,20}", fullmatch=True)
)
def test_any_address_is_judged(url: str) -> None:
    """Never with another error than ours; what passes is https, or here."""
    with contextlib.suppress(Refused):
        assert check_address(url, of="https://id.example/").lower().startswith("https://")

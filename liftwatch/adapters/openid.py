"""An OpenID provider: where it is, its keys, and the tests of what it says of somebody.

Authlib makes the request (PKCE, RFC 7636), exchanges the code and tests the claims; joserfc tests
the signature. Here stands what may be asked of whom, how often, and what is believed.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx2
import msgspec
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from msgspec import Struct

from liftwatch.access.identities import (
    SUBJECT_MAX,
    Asserted,
    ProviderAway,
    ProviderRefused,
    Returned,
    Way,
)
from liftwatch.adapters.bounded import TIMEOUT, Bounded, Refused, check_address
from liftwatch.clock import monotonic_s

ALGORITHMS = ("RS256", "ES256", "PS256")
"""Never `none`, and nothing signed with a secret: then whoever knows ours could sign, too."""
KINDS = ("RSA", "EC")
KNOWN_S = 60.0
"""So long what a provider says of itself and its keys are taken for known: whoever is sent to it
finds that it is away by our page, not by their browser's."""
KEYS_PACE_S = 30.0
"""A key nobody knows makes us ask for the keys again, but not at every forged token."""
AT_ONCE = 8
"""So many wait for the provider at a time; more would keep threads from everybody else."""
LEEWAY_S = 60
AGE_MAX_S = 600
"""A token is made after the browser was sent, which may take ten minutes to come back."""
PLAIN: dict[str, Any] = {"timeout": TIMEOUT, "follow_redirects": False, "trust_env": False}
WELL_KNOWN = "/.well-known/openid-configuration"


class Document(Struct):
    """What a provider says of itself (OpenID Connect Discovery 1.0, section 3); the rest is not
    read."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    id_token_signing_alg_values_supported: list[str] = []
    code_challenge_methods_supported: list[str] | None = None
    token_endpoint_auth_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool = False


class Keys(Struct, frozen=True):
    """A provider's keys, and when they were fetched by a clock that never steps."""

    found: KeySet
    fetched_s: float


class OpenIdProvider:
    """Fulfils `liftwatch.access.identities.Provider`; may be used by many threads."""

    def __init__(self, issuer: str, *, client_id: str, client_secret: str, label: str) -> None:
        self.issuer, self.label = issuer, label
        self._client_id, self._client_secret = client_id, client_secret
        self._way = Bounded()
        self._http = httpx2.Client(transport=self._way, **PLAIN)
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._document: tuple[Document, float] | None = None
        self._keys: Keys | None = None

    def address(self, way: Way) -> str:
        """Where the browser is sent. Raises ProviderAway."""
        with self._asking():
            to = self._known().authorization_endpoint
        url, _ = self._client(way).create_authorization_url(
            to, state=way.state, nonce=way.nonce, code_verifier=way.verifier
        )
        return str(url)

    def identify(self, returned: Returned, way: Way, *, now_ms: int) -> Asserted:
        """Who came back. Raises ProviderAway and ProviderRefused."""
        with self._asking():
            document = self._known()
            told = returned.issuer
            if told is None and document.authorization_response_iss_parameter_supported:
                raise ProviderRefused("the answer does not say of whom it is")
            if told is not None and told != self.issuer:
                raise ProviderRefused("the answer is of another provider")
            token = self._exchange(document, returned.code, way)
            return self._read(token, way.nonce, now_ms=now_ms)

    def farewell(self) -> str | None:
        """Where one signs out of the provider itself, by RP-Initiated Logout 1.0; None when it is
        not known. Nothing is asked for it."""
        held = self._document
        to = held[0].end_session_endpoint if held else None
        if to is None:
            return None
        return f"{to}{'&' if '?' in to else '?'}{urlencode({'client_id': self._client_id})}"

    def examine(self) -> list[str]:
        """What of a provider that answers is unsafe, a line each. Raises ProviderAway."""
        with self._asking():
            document = self._known()
            self._fetch_keys()
        methods = document.code_challenge_methods_supported
        remarks = []
        if methods is None or "S256" not in methods:
            remarks.append("does not say that it knows PKCE (S256): a stolen code might be used")
        if self.issuer.startswith("http://"):
            remarks.append("is asked over http: of use for a try, not for an installation")
        return remarks

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """One of the few at once; whatever goes wrong on the way is one line."""
        if not self._places.acquire(blocking=False):
            raise ProviderAway("too many are waiting for it")
        try:
            yield
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ProviderAway(f"does not answer: {type(error).__name__}: {error}"[:300]) from error
        except Refused as error:
            raise ProviderAway(str(error)) from error
        finally:
            self._places.release()

    def _known(self) -> Document:
        """What the provider says of itself, asked for once a minute."""
        with self._lock:
            if self._document and monotonic_s() - self._document[1] < KNOWN_S:
                return self._document[0]
            try:
                found = msgspec.json.decode(
                    self._get(self.issuer.rstrip("/") + WELL_KNOWN), type=Document
                )
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
                raise ProviderAway(f"its {WELL_KNOWN} is none: {error}"[:300]) from error
            if found.issuer != self.issuer:
                raise ProviderAway(f"calls itself {found.issuer[:200]!a}, not {self.issuer!a}")
            for url in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
                check_address(url, of=self.issuer)
            if found.end_session_endpoint is not None:
                check_address(found.end_session_endpoint, of=self.issuer)
            said = found.id_token_signing_alg_values_supported
            if said and not set(said) & set(ALGORITHMS):
                raise ProviderAway(f"signs with none of {', '.join(ALGORITHMS)}")
            self._document, self._keys = (found, monotonic_s()), None
            return found

    def _get(self, url: str) -> bytes:
        answer = self._http.get(check_address(url, of=self.issuer))
        if answer.status_code != httpx2.codes.OK:
            raise ProviderAway(f"answers {url[:200]} with HTTP {answer.status_code}")
        return answer.content

    def _client(self, way: Way) -> Any:
        return OAuth2Client(
            client_id=self._client_id,
            scope="openid",
            redirect_uri=way.redirect_uri,
            code_challenge_method="S256",
            transport=self._way,
            **PLAIN,
        )

    def _exchange(self, document: Document, code: str, way: Way) -> dict[str, Any]:
        """The tokens for a code."""
        methods = document.token_endpoint_auth_methods_supported or ["client_secret_basic"]
        more: dict[str, Any] = {"code_verifier": way.verifier, "redirect_uri": way.redirect_uri}
        auth: httpx2.Auth | None
        if "client_secret_basic" in methods:
            # Both are quoted first (RFC 6749, 2.3.1), which Authlib leaves out.
            both = (quote_plus(self._client_id), quote_plus(self._client_secret))
            auth = httpx2.BasicAuth(*both)
        else:
            auth = httpx2.Auth()
            more |= {"client_id": self._client_id, "client_secret": self._client_secret}
        try:
            found = self._client(way).fetch_token(
                document.token_endpoint,
                grant_type="authorization_code",
                code=code,
                auth=auth,
                **more,
            )
        except OAuthError as error:
            raise ProviderRefused(f"the provider says {str(error.error)[:64]!a}") from error
        except (ValueError, RecursionError) as error:
            raise ProviderAway("answers in no way of OAuth 2") from error
        return dict(found)

    def _read(self, token: dict[str, Any], nonce: str, *, now_ms: int) -> Asserted:
        """Whom an ID token is about, once all of it is tested (Core, 3.1.3.7)."""
        text = token.get("id_token")
        if not isinstance(text, str):
            raise ProviderRefused("there is no ID token")
        try:
            decoded = self._decode(text)
            options: Any = {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self._client_id},
            }
            params = {
                "nonce": nonce,
                "client_id": self._client_id,
                "access_token": token.get("access_token"),
            }
            claims = CodeIDToken(decoded.claims, decoded.header, options, params)
            claims.validate(now=now_ms // 1000, leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise ProviderRefused(f"the ID token: {str(error)[:150]!a}") from error
        return self._asserted(claims, now_ms // 1000)

    def _asserted(self, claims: dict[str, Any], now_s: int) -> Asserted:
        """What the library leaves to whoever uses it."""
        if claims["aud"] not in (self._client_id, [self._client_id]):
            raise ProviderRefused("the ID token is for others, too")
        if now_s - claims["iat"] > AGE_MAX_S + LEEWAY_S:
            raise ProviderRefused("the ID token is old")
        subject = claims["sub"]
        if not 0 < len(subject) <= SUBJECT_MAX or not subject.isprintable():
            raise ProviderRefused("the subject is none")
        return Asserted(self.issuer, subject)

    def _decode(self, text: str) -> jwt.Token:
        """A token with its signature tested; an unknown key makes us ask for the keys again."""
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        keys = self._keys or self._fetch_keys()
        try:
            return jwt.decode(text, keys.found, registry=registry)
        except InvalidKeyIdError:
            if monotonic_s() - keys.fetched_s < KEYS_PACE_S:
                raise
        return jwt.decode(text, self._fetch_keys().found, registry=registry)

    def _fetch_keys(self) -> Keys:
        """The provider's keys that can sign what we believe; others are passed over."""
        uri = self._known().jwks_uri
        try:
            said = msgspec.json.decode(self._get(uri), type=dict[str, Any]).get("keys")
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise ProviderAway("its keys cannot be read") from error
        usable = [key for key in map(_key_of, said if isinstance(said, list) else []) if key]
        if not usable:
            raise ProviderAway("has no key that can be used")
        keys = Keys(KeySet(usable), monotonic_s())
        self._keys = keys
        return keys


def _key_of(said: Any) -> Any:
    """A public key that signs, or None."""
    if (
        not isinstance(said, dict)
        or said.get("kty") not in KINDS
        or said.get("use", "sig") != "sig"
    ):
        return None
    try:
        (key,) = KeySet.import_key_set({"keys": [said]})
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key

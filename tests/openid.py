"""An OpenID provider for tests: a process of its own that does as the specification says, and lies
where a test tells it to.

It signs with PyJWT and tests PKCE by itself, so that it shares nothing with what is tested. One
that is for sale on the shelf lies nowhere; `oidc-provider-mock`, as far as it runs on our Python,
tests neither PKCE nor the secret.
"""

import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, unquote_plus, urlencode, urlsplit
from urllib.request import Request, urlopen

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CLIENT_ID, CLIENT_SECRET = "lift watch", "s3cret +/%:&"  # whoever does not quote them is refused
SUBJECT = "248289761001"
BACK = "/sign-in/openid/back"


class Keys:
    """An RSA and an EC key under fresh names."""

    def __init__(self) -> None:
        self.name = secrets.token_hex(4)
        self.rsa = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        self.ec = ec.generate_private_key(ec.SECP256R1())

    def public(self) -> list[dict[str, Any]]:
        """As a set of keys has them."""
        both = (
            ("RSA", jwt.algorithms.RSAAlgorithm, self.rsa),
            ("EC", jwt.algorithms.ECAlgorithm, self.ec),
        )
        return [
            json.loads(sort.to_jwk(key.public_key())) | {"kid": self.name + kind, "use": "sig"}
            for kind, sort, key in both
        ]


class State:
    """What the provider is, what it has given out, and where it lies."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.keys, self.foreign = Keys(), Keys()
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: dict[str, int] = {}
        self.lies: dict[str, Any] = {}

    def document(self) -> dict[str, Any]:
        """Discovery."""
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "PS256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return said | self.lies.get("document", {})

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes, with a code."""
        back = asked["redirect_uri"]
        right = (
            asked.get("client_id") == CLIENT_ID
            and asked.get("response_type") == "code"
            and "openid" in asked.get("scope", "").split()
            and asked.get("code_challenge_method") == "S256"
            and urlsplit(back).hostname == "127.0.0.1"
            and urlsplit(back).path == BACK
        )
        if not right:
            raise ValueError(f"not asked as registered: {asked}")
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        said = {"state": asked["state"], "code": code, "iss": self.issuer}
        said |= self.lies.get("answer", {})
        return f"{back}?{urlencode({k: v for k, v in said.items() if v is not None})}"

    def token(self, given: dict[str, str], header: str) -> tuple[int, dict[str, Any]]:
        """Tokens for a code, once, to who has its secret and verifier."""
        if "client_secret" in given:
            known = (given.get("client_id"), given["client_secret"])
        else:
            both = base64.b64decode(header.partition(" ")[2]).decode()
            known = tuple(map(unquote_plus, both.split(":", 1)))  # type: ignore[assignment]
        if known != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(given.get("code", ""), None)
        proof = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or given.get("redirect_uri") != asked["redirect_uri"]
            or base64.urlsafe_b64encode(proof).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        answer = {"access_token": secrets.token_hex(8), "token_type": "Bearer", "expires_in": 60}
        answer["id_token"] = self.id_token(asked["nonce"])
        return 200, answer | self.lies.get("tokens", {})

    def id_token(self, nonce: str) -> str:
        """Signed as told."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": SUBJECT,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
        }
        lies = self.lies
        claims = {k: v for k, v in (claims | lies.get("claims", {})).items() if v is not None}
        algorithm = lies.get("algorithm", "RS256")
        keys = self.foreign if lies.get("foreign") else self.keys
        kind = "EC" if algorithm == "ES256" else "RSA"
        headers = {"kid": self.keys.name + kind} | lies.get("header", {})
        headers = {name: value for name, value in headers.items() if value is not None}
        if algorithm == "none":
            return jwt.encode(claims, None, algorithm="none", headers=headers)
        if algorithm == "HS256":
            secret = CLIENT_SECRET.encode()
            if lies.get("with") == "public key":
                public = self.keys.rsa.public_key()
                secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            return by_hand(claims, headers | {"alg": "HS256", "typ": "JWT"}, secret)
        key = keys.ec if kind == "EC" else keys.rsa
        return jwt.encode(claims, key, algorithm=algorithm, headers=headers)


def by_hand(claims: dict[str, Any], header: dict[str, Any], secret: bytes) -> str:
    """A token with HMAC; the library would refuse a public key as its secret."""
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()) for one in (header, claims)]
    said = b".".join(part.rstrip(b"=") for part in parts)
    signature = hmac.digest(secret, said, "sha256")
    return (said + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


class Handler(BaseHTTPRequestHandler):
    """Its addresses; `/control` is the test's."""

    state: State

    def do_GET(self) -> None:
        """Discovery, keys, and the way of the browser."""
        path, _, query = self.path.partition("?")
        if self._lied(path):
            return
        if path == "/.well-known/openid-configuration":
            self._say(200, self.state.document())
        elif path == "/jwks":
            self._say(200, {"keys": self.state.keys.public()} | self.state.lies.get("keys", {}))
        elif path == "/control":
            self._say(200, self.state.asked)
        elif path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(query).items()}
            self._say(302, {}, {"Location": self.state.authorize(asked)})
        else:
            self._say(200, {"you are at": path})

    def do_POST(self) -> None:
        """The exchange of a code, and what the test tells."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/control":
            self.state.lies = json.loads(body)
            if self.state.lies.pop("rotate", False):
                self.state.keys = Keys()
            if self.state.lies.pop("forget", False):
                self.state.asked.clear()
            self._say(200, {})
        elif not self._lied(self.path):
            given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            self._say(*self.state.token(given, self.headers.get("Authorization", "")))

    def _lied(self, path: str) -> bool:
        """Whether something else than the truth was told of a path."""
        self.state.asked[path] = self.state.asked.get(path, 0) + 1
        lie = self.state.lies.get("paths", {}).get(path)
        if lie is None:
            return False
        time.sleep(lie.get("after_s", 0))
        content = lie.get("text", "").encode() * lie.get("times", 1)
        self._send(lie.get("status", 200), content, lie.get("headers", {}))
        return True

    def _say(self, status: int, said: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(said).encode(), headers or {})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        told = {"Content-Type": "application/json", "Content-Length": str(len(content))}
        for name, value in (told | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class ProviderProcess:
    """The process, and what a test tells it."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.openid"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.issuer = self.process.stdout.readline().strip()
        assert self.issuer.startswith("http://127.0.0.1:")

    def lie(self, **lies: Any) -> None:
        """Where it lies from now on; nothing is the truth again."""
        with urlopen(Request(f"{self.issuer}/control", json.dumps(lies).encode())):
            pass

    def asked(self, path: str) -> int:
        """How often an address of it was asked."""
        with urlopen(f"{self.issuer}/control") as answer:
            return int(json.load(answer).get(path, 0))

    def stop(self) -> None:
        """It is away."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


def main() -> None:
    """Serve until ended, and say where."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.state = State(f"http://127.0.0.1:{server.server_port}")
    print(Handler.state.issuer, flush=True)
    server.serve_forever()


assert quote_plus(CLIENT_SECRET) != CLIENT_SECRET

if __name__ == "__main__":
    main()

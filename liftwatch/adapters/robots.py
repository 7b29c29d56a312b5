"""Group robots of WeCom, DingTalk and Feishu, and telephone providers by plain HTTP.

The shapes are those of the vendors' documentation of their robots for groups: text messages, what
is signed how, and answers that say with a number in the body whether they took it. An answer with
a number we do not know as "not now" is a refusal.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import httpx2
import msgspec

from liftwatch.adapters.addresses import Lookup, said_of
from liftwatch.adapters.webhook import ANSWER_S, CONNECT_S, verdict_of
from liftwatch.clock import SECOND_MS
from liftwatch.ports import Promise, Sent
from liftwatch.said import Said

ANSWER_BYTES_MAX = 16_384
NO_HEADERS: Mapping[str, str] = {}


class Group(NamedTuple):
    """Where a group's robot is, and what signs."""

    url: str
    secret: str


class Shape(NamedTuple):
    """A vendor's robot: what is asked, by group, text and moment; where the answer's number is.

    `later` are its numbers for "too many" and "busy".
    """

    ask: Callable[["Group", str, int], tuple[str, dict[str, Any]]]
    number: str
    later: frozenset[int]


def _wecom(group: Group, text: str, now_ms: int) -> tuple[str, dict[str, Any]]:
    del now_ms  # the key is in its address
    return group.url, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(group: Group, text: str, now_ms: int) -> tuple[str, dict[str, Any]]:
    said = {"msgtype": "text", "text": {"content": text}}
    url = group.url
    if not group.secret:
        return url, said
    mark = quote_plus(dingtalk_sign(group.secret, now_ms))
    return f"{url}{'&' if '?' in url else '?'}timestamp={now_ms}&sign={mark}", said


def _feishu(group: Group, text: str, now_ms: int) -> tuple[str, dict[str, Any]]:
    said: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if group.secret:
        at_s = now_ms // SECOND_MS
        said |= {"timestamp": str(at_s), "sign": feishu_sign(group.secret, at_s)}
    return group.url, said


def dingtalk_sign(secret: str, at_ms: int) -> str:
    """HMAC-SHA256 of moment and secret under the secret, in base64.

    >>> dingtalk_sign("SEC1", 1_614_265_330_000)
    'MLuKOegYwFX2cdZm7uD3QotfYTQFBnmImSpHbA8aRFc='
    """
    said = f"{at_ms}\n{secret}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), said, hashlib.sha256)).decode()


def feishu_sign(secret: str, at_s: int) -> str:
    """HMAC-SHA256 of nothing under moment and secret, in base64.

    >>> feishu_sign("SEC1", 1_614_265_330)
    'K4aQUpzhSb2uBGjvQ76qXbo/+yLfIr30dXz+PAGnDkA='
    """
    key = f"{at_s}\n{secret}".encode()
    return base64.b64encode(hmac.digest(key, b"", hashlib.sha256)).decode()


SHAPES: Mapping[str, Shape] = {
    "wecom": Shape(_wecom, "errcode", frozenset({-1, 45009})),
    "dingtalk": Shape(_dingtalk, "errcode", frozenset({-1, 130101, 130103, 410100})),
    "feishu": Shape(_feishu, "code", frozenset({9499, 11232, 11233})),
}


class Robot:
    """Fulfils `liftwatch.ports.Channel` for one robot of a group."""

    def __init__(self, shape: str, url: str, *, secret: str = "") -> None:
        self._shape, self._group = SHAPES[shape], Group(url, secret)
        self._http = _client()

    def send(self, promise: Promise, *, now_ms: int) -> Sent:
        """Try once; the verdict is of the status, then of the number in the answer."""
        text = said_of(promise).text
        url, body = self._shape.ask(self._group, text, now_ms)
        status, answer = _post(self._http, url, body=body)
        if status is None:
            return Sent("retry", answer)
        if verdict_of(status) != "delivered":
            return Sent(verdict_of(status), f"HTTP {status}")
        return self._judged(answer)

    def _judged(self, answer: str) -> Sent:
        try:
            told = msgspec.json.decode(answer, type=dict[str, Any])
        except (msgspec.DecodeError, msgspec.ValidationError):
            return Sent("refused", str(Said("answers nothing of a robot")))
        number = told.get(self._shape.number)
        said = f"{self._shape.number} {str(number)[:20]}"
        if type(number) is not int:  # false is no 0 here
            return Sent("refused", said)
        if number == 0:
            return Sent("delivered", said)
        return Sent("retry" if number in self._shape.later else "refused", said)

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()


class Provider:
    """Fulfils `liftwatch.ports.Channel` by whoever sends short messages, or calls and reads out.

    It is asked by POST: `id`, `kind` (sms or voice), `to`, `text`, `exercise`, with our token; what
    it does not take it says by its status. `Idempotency-Key` is the id, the same at every try.
    """

    def __init__(self, kind: str, url: str, *, token: str, lookup: Lookup) -> None:
        self._kind, self._url, self._token, self._lookup = kind, url, token, lookup
        self._http = _client()

    def send(self, promise: Promise, *, now_ms: int) -> Sent:
        """Try once."""
        del now_ms
        said = said_of(promise)
        phone = self._lookup(said).phone
        if phone is None:
            return Sent("refused", str(Said("there is no number any more")))
        text = said.text
        if self._kind == "voice":  # nobody reads an address out
            text = "\n".join(x for x in text.splitlines() if not x.startswith(("http:", "https:")))
        body = {
            "id": promise.id,
            "kind": self._kind,
            "to": phone,
            "text": text,
            "exercise": said.exercise,
        }
        headers = {"Idempotency-Key": promise.id}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        status, answer = _post(self._http, self._url, body=body, headers=headers)
        if status is None:
            return Sent("retry", answer)
        if status in (401, 403):
            return Sent("retry", f"HTTP {status}: our token is not taken")
        return Sent(verdict_of(status), f"HTTP {status}")

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()


def _client() -> httpx2.Client:
    return httpx2.Client(
        timeout=httpx2.Timeout(ANSWER_S, connect=CONNECT_S),
        follow_redirects=False,
        trust_env=False,
    )


def _post(
    http: httpx2.Client,
    url: str,
    *,
    body: dict[str, Any],
    headers: Mapping[str, str] = NO_HEADERS,
) -> tuple[int | None, str]:
    """Status and the beginning of the answer; without a status, why there is none.

    The address stands in no answer: a robot's is its secret.
    """
    content = msgspec.json.encode(body)
    given = {"Content-Type": "application/json", "User-Agent": "liftwatch", **headers}
    try:
        with http.stream("POST", url, content=content, headers=given) as answer:
            told = b""
            for chunk in answer.iter_bytes():
                told += chunk
                if len(told) > ANSWER_BYTES_MAX:
                    break
            return answer.status_code, told[:ANSWER_BYTES_MAX].decode(errors="replace")
    except httpx2.HTTPError as error:
        return None, f"does not answer: {type(error).__name__}"

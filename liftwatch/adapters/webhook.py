"""A webhook, signed as Standard Webhooks has it (version 1: HMAC-SHA256, RFC 2104).

Signed are id, timestamp and body, joined by dots. The receiver checks the signature, refuses a
timestamp far from its own, and takes an id it knows for a repetition. Nothing is followed
elsewhere, and of the answer only the status counts.
"""

import base64
import hashlib
import hmac

import httpx2

from liftwatch.clock import SECOND_MS
from liftwatch.ports import Promise, Sent, Verdict

CONNECT_S, ANSWER_S = 4.0, 5.0
"""Together below the engine's lease: the connection, TLS, the request and its answer."""
AGAIN = {408, 425, 429}
"""Refusals that only mean: not now."""


class Webhook:
    """Fulfils `liftwatch.ports.Channel` by POST to one address.

    `known` are statuses by which the receiver says that it has it already.
    """

    def __init__(
        self,
        url: str,
        *,
        key: bytes,
        media: str = "application/json",
        known: frozenset[int] = frozenset(),
    ) -> None:
        self._url, self._key, self._media, self._known = url, key, media, known
        self._http = httpx2.Client(
            timeout=httpx2.Timeout(ANSWER_S, connect=CONNECT_S),
            follow_redirects=False,
            trust_env=False,
        )

    def send(self, promise: Promise, *, now_ms: int) -> Sent:
        """Try once; the verdict is of the status, and of whoever does not answer."""
        body = promise.body.encode()
        timestamp = str(now_ms // SECOND_MS)
        headers = {
            "Content-Type": self._media,
            "Idempotency-Key": promise.id,
            "User-Agent": "liftwatch",
            "webhook-id": promise.id,
            "webhook-timestamp": timestamp,
            "webhook-signature": sign(body, id=promise.id, timestamp=timestamp, key=self._key),
        }
        try:
            with self._http.stream("POST", self._url, content=body, headers=headers) as answer:
                status = answer.status_code
                verdict = "delivered" if status in self._known else verdict_of(status)
                return Sent(verdict, f"HTTP {status}")
        except httpx2.TransportError as error:
            return Sent("retry", f"does not answer: {type(error).__name__}: {error}"[:300])
        except httpx2.HTTPError as error:
            return Sent("retry", f"answers in no way of HTTP: {error}"[:300])

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()


def sign(body: bytes, *, id: str, timestamp: str, key: bytes) -> str:
    """The header `webhook-signature`.

    >>> sign(b"{}", id="msg_1", timestamp="1614265330", key=b"k" * 24)
    'v1,KrbhoJST6Q+/bu1g6/FBBu+pIEtkrImj8aKkA5+3RXI='
    """
    said = b".".join((id.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()


def verdict_of(status: int) -> Verdict:
    """What an answer means for us; a redirection is a refusal.

    >>> [verdict_of(status) for status in (204, 302, 404, 429, 503)]
    ['delivered', 'refused', 'refused', 'retry', 'retry']
    """
    if 200 <= status < 300:
        return "delivered"
    return "retry" if status in AGAIN or status >= 500 else "refused"

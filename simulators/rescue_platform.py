"""A rescue platform that does not exist: a small HTTP server with all the habits of a real one.

It checks signatures and their age, answers slowly, with 500 or 409, not at all, accepts and
forgets, and sends its receipts late, twice or never at first: all by its seed. What it holds at the
end is compared with what was told. It knows the wire alone, and nothing of what it tests.
"""

import base64
import hashlib
import hmac
import json
import queue
import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from liftwatch.clock import SECOND_MS, now_ms

AGE_S_MAX = 300  # Standard Webhooks, "Verifying webhook authenticity"
BODY_MAX = 256 * 1024
SLOW_S = 0.3

Send = Callable[[str, int, dict[str, Any], str], int]
"""Sends a receipt: of which feed and number, its body, its key; the status of the answer."""


class Habits(NamedTuple):
    """Shares of deliveries that are answered slowly, refused, dropped, forgotten, and of receipts
    that are not sent at first, or sent twice."""

    slow: float = 0.0
    fail: float = 0.0
    drop: float = 0.0
    forget: float = 0.0
    silent: float = 0.0
    twice: float = 0.0


GOOD = Habits()
BAD = Habits(slow=0.05, fail=0.15, drop=0.08, forget=0.1, silent=0.1, twice=0.2)


@dataclass
class Held:
    """What the platform holds of a feed: each number once, however often it came."""

    events: dict[int, dict[str, Any]] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    came: int = 0
    refused: int = 0
    contradicted: list[int] = field(default_factory=list)


class Verdict(NamedTuple):
    """What a comparison found; all but the first two are empty when all is well."""

    ours: int
    theirs: int
    missing: tuple[int, ...]
    invented: tuple[int, ...]
    different: tuple[int, ...]
    disorder: tuple[str, ...]

    @property
    def wrong(self) -> int:
        """How much is not as it must be."""
        return sum(map(len, self[2:]))


def verify(headers: dict[str, str], body: bytes, *, key: bytes, now_s: float) -> str | None:
    """Why a delivery is not believed, or None (Standard Webhooks, v1).

    >>> verify({}, b"{}", key=b"k" * 24, now_s=0)
    'no webhook-id'
    """
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        if not headers.get(name):
            return f"no {name}"
    stamp = headers["webhook-timestamp"]
    if not (stamp.isascii() and stamp.isdigit()) or abs(now_s - int(stamp)) > AGE_S_MAX:
        return "its timestamp is too old, or no time"
    said = f"{headers['webhook-id']}.{stamp}.".encode() + body
    good = "v1," + base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()
    given = headers["webhook-signature"].split()
    if not any(hmac.compare_digest(good.encode(), one.encode()) for one in given):
        return "its signature is not ours"
    return None


class RescuePlatform(ThreadingHTTPServer):
    """Listens on a free port of this machine, with threads of its own for receipts."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        *,
        key: bytes,
        seed: int = 1,
        habits: Habits = GOOD,
        send: Send | None = None,
        exercise: bool = True,
        port: int = 0,
        held: dict[str, Held] | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.key, self.habits, self.send, self.exercise = key, habits, send, exercise
        self.held: dict[str, Held] = {} if held is None else held
        self.complaints: list[str] = []
        self.first_s: dict[str, float] = {}
        self._rng, self.lock = random.Random(seed), threading.Lock()
        self.stopped = False
        self._receipts: queue.Queue[tuple[str, int, dict[str, Any]] | None] = queue.Queue()
        self._senders = [threading.Thread(target=self._answer, daemon=True) for _ in range(4)]
        self._server = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where events are posted to."""
        return f"http://127.0.0.1:{self.server_port}/events"

    def start(self) -> "RescuePlatform":
        """Begin to listen."""
        for thread in (*self._senders, self._server):
            thread.start()
        return self

    def stop(self) -> None:
        """End at once; what it holds stays in `held`, and receipts not sent yet never are."""
        self.stopped = True
        self.shutdown()
        self.server_close()
        for _ in self._senders:
            self._receipts.put(None)
        for thread in self._senders:
            thread.join()

    def rest(self) -> None:
        """Return when all receipts it has are sent; more may come of what is told meanwhile."""
        self._receipts.join()

    def chance(self, share: float) -> bool:
        """Whether it happens this time."""
        with self.lock:
            return self._rng.random() < share

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""

    def take(self, event: dict[str, Any]) -> int:
        """Take a believed event; the status of the answer."""
        feed, n = str(event["feed"]), int(event["sequence"])
        if event["exercise"] is not self.exercise:
            with self.lock:
                self.complaints.append(f"{feed}/{n}: exercise {event['exercise']}")
            return 422
        with self.lock:
            self.first_s.setdefault(f"{feed}/{n}", now_ms() / SECOND_MS)
            held = self.held.setdefault(feed, Held())
            held.came += 1
        if self.chance(self.habits.forget):
            return 202
        with self.lock:
            known = held.events.get(n)
            if known is None:
                held.events[n] = event
                held.order.append(n)
            elif known != event:
                held.contradicted.append(n)
        if not self.chance(self.habits.silent):
            for _ in range(2 if self.chance(self.habits.twice) else 1):
                self._receipts.put((feed, n, self.receipt_of(event)))
        return 202 if known is None else 409

    def receipt_of(self, event: dict[str, Any]) -> dict[str, Any]:
        """What it answers to an event: it accepts what is raised, and has received all else."""
        return {"receipt": "accepted" if event["data"]["what"] == "raised" else "received"}

    def answer(self, feed: str, n: int, body: dict[str, Any]) -> None:
        """Send a receipt when it is its turn."""
        self._receipts.put((feed, n, body))

    def _answer(self) -> None:
        """Its receipts, until it stops; what cannot be sent is not sent: it comes again."""
        while (one := self._receipts.get()) is not None:
            feed, n, body = one
            if self.send is not None and not self.stopped:
                with suppress(OSError):
                    self.send(feed, n, body, f"{feed}-{n}-{body['receipt']}")
            self._receipts.task_done()

    def compare(self, feed: str, told: list[dict[str, Any]]) -> Verdict:
        """What it holds of a feed beside all that was told, in order of their numbers."""
        held = self.held.get(feed, Held())
        ours = {int(one["sequence"]): one for one in told}
        gaps = sorted(set(range(1, len(ours) + 1)) - set(ours))
        return Verdict(
            ours=len(ours),
            theirs=len(held.events),
            missing=tuple(sorted({*gaps, *(set(ours) - set(held.events))})),
            invented=tuple(sorted(set(held.events) - set(ours))),
            different=tuple(
                sorted(
                    {n for n, one in held.events.items() if n in ours and ours[n] != one}
                    | set(held.contradicted)
                )
            ),
            disorder=tuple(disordered(held)),
        )


def disordered(held: Held) -> list[str]:
    """Sources of which a later number came before an earlier one."""
    last: dict[str, int] = {}
    found = []
    for n in held.order:
        source = str(held.events[n]["source"])
        if n < last.get(source, 0):
            found.append(f"{source}: {n} after {last[source]}")
        last[source] = max(n, last.get(source, 0))
    return found


class _Handler(BaseHTTPRequestHandler):
    server: RescuePlatform
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_POST(self) -> None:
        """Believe it or not, then behave by habit."""
        server = self.server
        if server.stopped:  # over a connection that outlived it
            self.close_connection = True
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_MAX:
            self._say(413)
            self.close_connection = True
            return
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        why = verify(headers, body, key=server.key, now_s=now_ms() / SECOND_MS)
        if why is not None:
            with server.lock:
                server.complaints.append(why)
            self._say(401)
            return
        if server.chance(server.habits.slow):
            time.sleep(SLOW_S)
        if server.chance(server.habits.fail):
            self._say(500)
            return
        if server.chance(server.habits.drop):
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        try:
            status = server.take(json.loads(body))
        except (ValueError, KeyError, TypeError):
            status = 400
        self._say(status)

    def _say(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

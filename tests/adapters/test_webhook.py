"""The webhook against real HTTP servers: signed, three verdicts, nothing followed."""

import base64
import hashlib
import hmac
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.webhook import Webhook
from liftwatch.engine.outbox import GIVEN_UP_MS, PAUSE_MS_MIN, send_due
from liftwatch.ports import Promise, Sent

KEY = bytes(range(32))
NOW_MS = 1_772_439_247_420
PROMISE = Promise(id="msg_1", channel="alarm", body='{"门":1}', made_ms=NOW_MS, due_ms=NOW_MS)


class Receiver(ThreadingHTTPServer):
    """Answers with the statuses of a list, the last one for ever, and keeps what it got."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = [204]
        self.got: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/alarm"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Keep it, answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append((self.path, headers, body))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """One that takes everything."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def webhook() -> Iterator[Callable[[str], Webhook]]:
    """Makes webhooks."""
    made: list[Webhook] = []

    def make(url: str) -> Webhook:
        made.append(Webhook(url, key=KEY))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_it_is_signed(receiver: Receiver, webhook: Callable[[str], Webhook]) -> None:
    """Id, timestamp and body, so that whoever has the key can tell; the body as it was promised."""
    sent = webhook(receiver.url).send(PROMISE, now_ms=NOW_MS)
    assert sent == Sent("delivered", "HTTP 204")
    ((path, headers, body),) = receiver.got
    assert (path, body.decode()) == ("/alarm", PROMISE.body)
    assert headers["content-type"] == "application/json"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_1", "1772439247")


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, "delivered"),
        (301, "refused"),
        (307, "refused"),
        (400, "refused"),
        (401, "refused"),
        (408, "retry"),
        (410, "refused"),
        (429, "retry"),
        (500, "retry"),
        (503, "retry"),
    ],
)
def test_verdicts(
    receiver: Receiver, webhook: Callable[[str], Webhook], status: int, verdict: str
) -> None:
    """One request each: a redirection leads nowhere."""
    receiver.statuses = [status]
    sent = webhook(receiver.url).send(PROMISE, now_ms=NOW_MS)
    assert sent == Sent(verdict, f"HTTP {status}")  # type: ignore[arg-type]  # a verdict by name
    assert len(receiver.got) == 1


def test_nobody_there_is_tried_again(webhook: Callable[[str], Webhook]) -> None:
    """Nor is it an error when what listens speaks no HTTP."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sent = webhook(f"http://127.0.0.1:{port}/").send(PROMISE, now_ms=NOW_MS)
    assert sent.verdict == "retry"
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def babble() -> None:
            connection, _ = listener.accept()
            connection.recv(65_536)
            connection.sendall(b"220 mail.example ESMTP\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=babble)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert webhook(url).send(PROMISE, now_ms=NOW_MS).verdict == "retry"
        thread.join()


def test_plain_http_where_tls_is_asked_for_is_no_answer(
    webhook: Callable[[str], Webhook], receiver: Receiver
) -> None:
    """Nothing is told without it."""
    url = receiver.url.replace("http:", "https:")
    sent = webhook(url).send(PROMISE, now_ms=NOW_MS)
    assert sent.verdict == "retry"
    assert receiver.got == []


def outbox(*ids: str, made_ms: int = NOW_MS) -> MemoryBooks:
    """Books in which these wait."""
    books = MemoryBooks()
    with books.begin() as work:
        for id in ids:
            work.promise(Promise(id=id, channel="alarm", body=id, made_ms=made_ms, due_ms=made_ms))
    return books


def send_all(books: MemoryBooks, channel: Webhook, now_ms: int) -> None:
    """Whatever may leave at a moment."""
    while send_due(books, channel, name="alarm", now_ms=now_ms):
        pass


def test_the_outbox_keeps_its_order_and_its_promises(
    receiver: Receiver, webhook: Callable[[str], Webhook]
) -> None:
    """The first waits for a receiver that has no time; the second waits for the first."""
    books, channel = outbox("a", "b"), webhook(receiver.url)
    receiver.statuses = [503, 204]
    send_all(books, channel, NOW_MS)
    send_all(books, channel, NOW_MS + PAUSE_MS_MIN - 1)
    assert [body for _, _, body in receiver.got] == [b"a"]
    send_all(books, channel, NOW_MS + PAUSE_MS_MIN)
    assert [body for _, _, body in receiver.got] == [b"a", b"a", b"b"]
    assert [headers["webhook-id"] for _, headers, _ in receiver.got] == ["a", "a", "b"]
    assert books.next_promise("alarm") is None
    verdicts = [(one.promise, one.verdict) for one in reversed(books.attempts("alarm"))]
    assert verdicts == [("a", "retry"), ("a", "delivered"), ("b", "delivered")]


def test_what_is_refused_holds_up_nothing(
    receiver: Receiver, webhook: Callable[[str], Webhook]
) -> None:
    """It is kept with the reason, and the next one goes."""
    books, channel = outbox("a", "b"), webhook(receiver.url)
    receiver.statuses = [400, 204]
    send_all(books, channel, NOW_MS)
    assert [one.verdict for one in books.attempts("alarm")] == ["delivered", "refused"]


def test_after_days_it_is_given_up(receiver: Receiver, webhook: Callable[[str], Webhook]) -> None:
    """A warning about last week is none."""
    books, channel = outbox("a"), webhook(receiver.url)
    receiver.statuses = [503]
    send_all(books, channel, NOW_MS + GIVEN_UP_MS + 1)
    (tried,) = books.attempts("alarm")
    assert (tried.verdict, tried.detail) == ("refused", "given up after 3 days: HTTP 503")


def test_a_clock_that_was_set_back_delays_nothing(
    receiver: Receiver, webhook: Callable[[str], Webhook]
) -> None:
    """What is due in a year is due now."""
    books, channel = outbox("a", made_ms=NOW_MS + 31_536_000_000), webhook(receiver.url)
    send_all(books, channel, NOW_MS)
    assert len(receiver.got) == 1

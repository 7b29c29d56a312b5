"""Robots of groups and telephone providers: real receivers that check what they are sent."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from liftwatch.adapters.addresses import Address
from liftwatch.adapters.robots import Provider, Robot
from liftwatch.handlers.paging import body_of
from liftwatch.incidents.page_texts import Text
from liftwatch.ports import Promise
from tests.conftest import free_port

NOW_MS = 1_772_439_247_420
SECRET = "SEC-of-the-group"
SAID = Text("困人：报警", "困人：报警\n花园小区 3 幢")


def promise() -> Promise:
    """A page for a person."""
    body = body_of(SAID, to=("li", "garden"), id="p-1", made_ms=NOW_MS, exercise=False, data={})
    return Promise(id="p-1", channel="duty", body=body, made_ms=NOW_MS, due_ms=NOW_MS)


class Vendor(ThreadingHTTPServer):
    """Keeps what comes, checks signatures as the vendors document it, answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.came: list[tuple[dict[str, Any], Any, dict[str, list[str]]]] = []
        self.status, self.answer = 200, b'{"errcode": 0, "errmsg": "ok"}'
        self.slow_s = 0.0

    @property
    def url(self) -> str:
        """Its address, with a key in it as WeCom has it."""
        return f"http://127.0.0.1:{self.server_port}/send?key=k3y"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Vendor

    def do_POST(self) -> None:
        """Keep it and answer."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        query = parse_qs(urlsplit(self.path).query)
        self.server.came.append((body, self.headers, query))
        time.sleep(self.server.slow_s)
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """One that takes everything."""
    with Vendor() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_wecom_as_it_wants_it(vendor: Vendor) -> None:
    """A text; its key stays in its address."""
    assert Robot("wecom", vendor.url).send(promise(), now_ms=NOW_MS).verdict == "delivered"
    (body, _, query) = vendor.came[0]
    assert body == {"msgtype": "text", "text": {"content": SAID.body}}
    assert query == {"key": ["k3y"]}


def test_dingtalk_checks_the_signature(vendor: Vendor) -> None:
    """In the address, over moment and secret."""
    Robot("dingtalk", vendor.url, secret=SECRET).send(promise(), now_ms=NOW_MS)
    (body, _, query) = vendor.came[0]
    assert query["timestamp"] == [str(NOW_MS)]
    digest = hmac.new(SECRET.encode(), f"{NOW_MS}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert query["sign"] == [base64.b64encode(digest).decode()]
    assert body["text"]["content"] == SAID.body


def test_feishu_checks_the_signature(vendor: Vendor) -> None:
    """In the body, under moment and secret."""
    vendor.answer = b'{"code": 0, "msg": "success"}'
    sent = Robot("feishu", vendor.url, secret=SECRET).send(promise(), now_ms=NOW_MS)
    (body, _, _) = vendor.came[0]
    key = f"{NOW_MS // 1000}\n{SECRET}".encode()
    digest = hmac.new(key, b"", hashlib.sha256).digest()
    assert (body["sign"], body["timestamp"]) == (
        base64.b64encode(digest).decode(),
        str(NOW_MS // 1000),
    )
    assert (body["msg_type"], body["content"]) == ("text", {"text": SAID.body})
    assert sent == ("delivered", "code 0")


@pytest.mark.parametrize(
    ("status", "answer", "verdict"),
    [
        (200, b'{"errcode": 45009}', "retry"),
        (200, b'{"errcode": -1}', "retry"),
        (200, b'{"errcode": 93000, "errmsg": "invalid webhook url"}', "refused"),
        (200, b'{"errmsg": "what?"}', "refused"),
        (200, b'{"errcode": [0]}', "refused"),
        (200, b'{"errcode": false}', "refused"),
        (200, b"<html>", "refused"),
        (200, b"[0]", "refused"),
        (200, b"\xff" * 100_000, "refused"),
        (503, b"", "retry"),
        (429, b"", "retry"),
        (404, b"", "refused"),
        (302, b"", "refused"),
    ],
)
def test_what_a_robot_answers(vendor: Vendor, status: int, answer: bytes, verdict: str) -> None:
    """Its status first, then its number; whatever else comes is no promise kept."""
    vendor.status, vendor.answer = status, answer
    sent = Robot("wecom", vendor.url).send(promise(), now_ms=NOW_MS)
    assert sent.verdict == verdict
    assert "k3y" not in sent.detail


def test_nobody_answers() -> None:
    """Tried again; the address, which is a secret, is not told."""
    url = f"http://127.0.0.1:{free_port()}/send?key=k3y"
    sent = Robot("wecom", url).send(promise(), now_ms=NOW_MS)
    assert sent.verdict == "retry"
    assert "k3y" not in sent.detail


def provider(vendor: Vendor, phone: str | None = "0512 5555", token: str = "t0ken") -> Provider:
    """One for short messages."""
    return Provider("sms", vendor.url, token=token, lookup=lambda _: Address(phone))


def test_a_provider_is_told_number_and_text(vendor: Vendor) -> None:
    """With our token, and a key by which it knows a repetition."""
    for _ in range(2):
        assert provider(vendor).send(promise(), now_ms=NOW_MS).verdict == "delivered"
    body, headers, _ = vendor.came[0]
    assert body == {
        "id": "p-1",
        "kind": "sms",
        "to": "0512 5555",
        "text": SAID.body,
        "exercise": False,
    }
    assert headers["Authorization"] == "Bearer t0ken"
    assert vendor.came[0][1]["Idempotency-Key"] == vendor.came[1][1]["Idempotency-Key"] == "p-1"


def test_a_voice_reads_no_address_out(vendor: Vendor) -> None:
    """A message has it."""
    said = SAID._replace(body=SAID.body + "\nhttps://lift.example/incidents/1")
    body = body_of(said, to=("li", ""), id="p-1", made_ms=0, exercise=False, data={})
    made = Promise(id="p-1", channel="voice", body=body, made_ms=0, due_ms=0)
    for kind in ("voice", "sms"):
        Provider(kind, vendor.url, token="", lookup=lambda _: Address("1")).send(made, now_ms=0)
    assert [came[0]["text"] for came in vendor.came] == [SAID.body, said.body]


def test_a_provider_that_does_not_take_it(vendor: Vendor) -> None:
    """What is wrong with us is tried again; without a number nobody is asked."""
    vendor.status = 401
    assert provider(vendor).send(promise(), now_ms=NOW_MS).verdict == "retry"
    vendor.status = 422
    assert provider(vendor).send(promise(), now_ms=NOW_MS).verdict == "refused"
    assert provider(vendor, None).send(promise(), now_ms=NOW_MS).verdict == "refused"
    assert len(vendor.came) == 2

"""Mail to a real mail server: what it takes, what it does not, for now and for good."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest

from liftwatch.adapters.addresses import Address
from liftwatch.adapters.mail import Mail, MailServer
from liftwatch.handlers.paging import body_of
from liftwatch.incidents.page_texts import Text
from liftwatch.ports import Promise
from tests.api.authority import Authority
from tests.conftest import free_port

pytest.importorskip("aiosmtpd", reason="pip install aiosmtpd")
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

NOW_MS = 1_772_439_247_420
TEXT = Text("困人：报警\r\nBcc: everybody@example.com", "困人：报警\n花园小区 3 幢\n")


class Post:
    """A mail server's other side: keeps what comes, and answers as it is told."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.rcpt = self.data = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, *to: Any) -> str:
        """One recipient."""
        envelope.rcpt_tos.append(to[0])
        return self.rcpt or "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        """A whole message."""
        if self.data:
            return self.data
        content = cast(bytes, envelope.content)
        self.mails.append(cast(EmailMessage, message_from_bytes(content, policy=policy.default)))
        self.envelopes.append(envelope)
        return "250 taken"


def promise(text: Text = TEXT, *, exercise: bool = False) -> Promise:
    """A page."""
    body = body_of(text, to=("li", "garden"), id="p-1", made_ms=NOW_MS, exercise=exercise, data={})
    return Promise(id="p-1", channel="email", body=body, made_ms=NOW_MS, due_ms=NOW_MS)


@contextmanager
def serving(post: Post, **how: Any) -> Iterator[int]:
    """A mail server on a port of its own."""
    port = free_port()
    server = Controller(post, hostname="127.0.0.1", port=port, **how)
    server.start()
    try:
        yield port
    finally:
        server.stop()


def mail(port: int, email: str | None = "li@garden.example", **how: Any) -> Mail:
    """A channel to it."""
    context = how.pop("context", None)
    given = {"tls": "none"} | how
    return Mail(
        MailServer("127.0.0.1", port, **given),
        sender="lift@lift.example",
        lookup=lambda _: Address(None, email),
        context=context,
    )


def test_a_mail_says_what_where_and_is_one_persons() -> None:
    """A line too many in a title adds no recipient; drills and automata are marked."""
    post = Post()
    with serving(post) as port:
        sent = mail(port).send(promise(exercise=True), now_ms=NOW_MS)
    assert sent.verdict == "delivered"
    (got,) = post.mails
    assert got["Subject"] == "困人：报警 Bcc: everybody@example.com"
    assert (got["To"], got["From"]) == ("li@garden.example", "lift@lift.example")
    assert post.envelopes[0].rcpt_tos == ["li@garden.example"]
    assert got["Message-ID"] == "<p-1@lift.example>"
    assert got["Date"] == "Mon, 02 Mar 2026 08:14:07 +0000"
    assert (got["Auto-Submitted"], got["X-Liftwatch-Exercise"]) == ("auto-generated", "true")
    assert got.get_content().splitlines() == ["困人：报警", "花园小区 3 幢"]


@pytest.mark.parametrize(
    ("at", "answer", "verdict"),
    [
        ("rcpt", "550 no such user", "refused"),
        ("rcpt", "550 nobody is li@garden.example here", "refused"),
        ("rcpt", "450 mailbox busy", "retry"),
        ("data", "554 spam", "refused"),
        ("data", "452 disk full", "retry"),
    ],
)
def test_what_a_mail_server_does_not_take(at: str, answer: str, verdict: str) -> None:
    """By its own numbers."""
    post = Post()
    setattr(post, at, answer)
    with serving(post) as port:
        sent = mail(port).send(promise(), now_ms=NOW_MS)
    assert (sent.verdict, sent.detail) == (verdict, answer.replace("li@garden.example", "..."))
    assert post.mails == []


def test_nobody_there() -> None:
    """A mail server that is down is no refusal; a person without an address is one."""
    sent = mail(free_port()).send(promise(), now_ms=NOW_MS)
    assert (sent.verdict, "refused" in sent.detail.lower()) == ("retry", True)
    assert mail(1, None).send(promise(), now_ms=NOW_MS).verdict == "refused"


@pytest.fixture
def contexts(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's, and that of whoever trusts its authority."""
    authority = Authority(tmp_path)
    named = authority.issue("127.0.0.1")
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(named.chain, named.key)
    return theirs, ssl.create_default_context(cafile=str(authority.root))


def knows(*asked: Any) -> AuthResult:
    """Whoever knows the password."""
    given = asked[-1]
    known = isinstance(given, LoginPassword) and given.password == b"s3cret"
    return AuthResult(success=known)


def test_encrypted_and_with_a_password(contexts: Any) -> None:
    """By STARTTLS; a wrong password is no verdict on the message, and is not repeated."""
    theirs, ours = contexts
    post = Post()
    how: dict[str, Any] = {"tls": "starttls", "context": ours, "username": "lift"}
    with serving(
        post, tls_context=theirs, require_starttls=True, authenticator=knows, auth_required=True
    ) as port:
        assert mail(port, **how, password="s3cret").send(promise(), now_ms=NOW_MS)[0] == "delivered"
        wrong = mail(port, **how, password="wr0ng").send(promise(), now_ms=NOW_MS)
        assert wrong.verdict == "retry"
        assert "wr0ng" not in wrong.detail
        unknown = how | {"context": None}
        assert mail(port, **unknown).send(promise(), now_ms=NOW_MS).verdict == "retry"
    assert len(post.mails) == 1


def test_a_mail_server_without_encryption_gets_no_password() -> None:
    """Where encryption was asked for."""
    post = Post()
    with serving(post) as port:
        sent = mail(port, tls="starttls", username="lift", password="s3cret").send(
            promise(), now_ms=NOW_MS
        )
    assert (sent.verdict, post.mails) == ("retry", [])

"""E-mail by SMTP: encrypted to any other machine, one message for one person.

A mail server says for good (5yz) or for now (4yz) what it does not take (RFC 5321, 4.2.1); what it
says of us, as of our password or our sender's address, is no verdict on the message.
"""

import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple

from liftwatch.adapters.addresses import Body, Lookup, said_of
from liftwatch.clock import SECOND_MS
from liftwatch.ports import Promise, Sent
from liftwatch.said import Said

STEP_S = 5.0
"""For each step of the dialogue: connection, greeting, encryption, ..."""


class MailServer(NamedTuple):
    """Where mail is given in. `tls`: from the beginning, by STARTTLS, or not (this machine)."""

    host: str
    port: int
    tls: str = "starttls"
    username: str | None = None
    password: str = ""


class Mail:
    """Fulfils `liftwatch.ports.Channel` by SMTP; each message in a connection of its own."""

    def __init__(
        self,
        server: MailServer,
        *,
        sender: str,
        lookup: Lookup,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._server, self._sender, self._lookup = server, sender, lookup
        self._context = context

    def send(self, promise: Promise, *, now_ms: int) -> Sent:
        """Try once; the verdict is the mail server's, and of whoever does not answer."""
        said = said_of(promise)
        email = self._lookup(said).email
        if email is None:
            return Sent("refused", str(Said("there is no e-mail address any more")))
        message = self._message(said, email, id=promise.id, now_ms=now_ms)
        try:
            with self._connected() as smtp:
                smtp.send_message(message, self._sender, [email])
        except smtplib.SMTPRecipientsRefused as error:
            code, why = next(iter(error.recipients.values()))
            return _verdict(code, why, email)
        except smtplib.SMTPSenderRefused as error:
            return Sent("retry", _line(f"our address is not taken: {error.smtp_code}"))
        except smtplib.SMTPAuthenticationError as error:
            return Sent("retry", f"our name and password are not taken: {error.smtp_code}")
        except smtplib.SMTPDataError as error:
            return _verdict(error.smtp_code, error.smtp_error, email)
        except (smtplib.SMTPException, OSError) as error:
            return Sent("retry", _line(f"{type(error).__name__}: {error}".replace(email, "...")))
        return Sent("delivered", "taken by the mail server")

    def _connected(self) -> smtplib.SMTP:
        host, port, tls, username, password = self._server
        if tls == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=STEP_S, context=self._context or ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(host, port, timeout=STEP_S)
        try:
            if tls == "starttls":
                smtp.starttls(context=self._context or ssl.create_default_context())
            if username is not None:
                smtp.login(username, password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _message(self, said: Body, email: str, *, id: str, now_ms: int) -> EmailMessage:
        """The same id at every try, by which a mail server may know it."""
        made = EmailMessage()
        made["From"], made["To"] = self._sender, email
        made["Subject"] = " ".join(said.title.split())
        made["Date"] = format_datetime(datetime.fromtimestamp(now_ms // SECOND_MS, UTC))
        made["Message-ID"] = f"<{id}@{self._sender.rpartition('@')[2]}>"
        made["Auto-Submitted"] = "auto-generated"
        if said.exercise:
            made["X-Liftwatch-Exercise"] = "true"
        made.set_content(said.text)
        return made

    def close(self) -> None:
        """There is nothing to let go of."""


def _verdict(code: int, why: bytes | str, email: str) -> Sent:
    """What it says, without the address, which is kept sealed."""
    text = why.decode(errors="replace") if isinstance(why, bytes) else why
    return Sent(
        "retry" if 400 <= code < 500 else "refused", _line(f"{code} {text}".replace(email, "..."))
    )


def _line(text: str) -> str:
    return " ".join(text.split())[:300]

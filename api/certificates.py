"""The certificate we are served with: read, checked, and taken up anew when it was renewed.

A renewal is loaded into the living context, which shows it to whoever connects from then on. It is
tried in a context of its own before: half of it would leave nobody a way in.
"""

import ssl
from pathlib import Path
from typing import Literal, NamedTuple

import structlog
from cryptography.x509 import (
    Certificate,
    DNSName,
    ExtensionNotFound,
    IPAddress,
    SubjectAlternativeName,
    load_pem_x509_certificates,
)

from liftwatch.access.hosts import Host
from liftwatch.clock import DAY_MS, rfc3339, to_ms

log = structlog.get_logger()

WARN_MS = 21 * DAY_MS
"""Who renews 30 days before the end (certbot) has failed for nine days by then [our choice]."""
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"  # of TLS 1.2; those of 1.3 are what OpenSSL has
WEAK = ("EE_KEY_TOO_SMALL", "CA_KEY_TOO_SMALL", "CA_MD_TOO_WEAK")


class CertificateError(Exception):
    """A file cannot be used; one line that names it. `which`: the certificate's, or the key's."""

    def __init__(self, text: str, *, which: Literal["CERT", "KEY"] = "CERT") -> None:
        super().__init__(text)
        self.which = which


class Files(NamedTuple):
    """A chain in PEM, our own certificate first; without a key's file the key stands in it."""

    chain: Path
    key: Path | None = None


class Facts(NamedTuple):
    """What a certificate says: from when to when (ms), and for which names and addresses."""

    begins_ms: int
    ends_ms: int
    names: frozenset[str]

    def covers(self, host: Host) -> bool:
        """Whether a browser takes it for a name; a star stands for one label (RFC 9525, 6.3).

        >>> facts = Facts(0, 0, frozenset({"*.example.cn"}))
        >>> [facts.covers(Host(one)) for one in ("lift.example.cn", "a.lift.example.cn")]
        [True, False]
        """
        _, _, parent = host.name.partition(".")
        return host.name in self.names or f"*.{parent}" in self.names


def read_facts(chain: Path) -> Facts:
    """Of the first certificate of a file. Raises CertificateError."""
    try:
        first = load_pem_x509_certificates(chain.read_bytes())[0]
        return Facts(
            to_ms(first.not_valid_before_utc), to_ms(first.not_valid_after_utc), _names(first)
        )
    except OSError as error:
        raise CertificateError(f"{chain}: {error.strerror}") from error
    except ValueError as error:
        raise CertificateError(f"{chain}: no certificate in it") from error


def _names(certificate: Certificate) -> frozenset[str]:
    try:
        found = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    except ExtensionNotFound:
        return frozenset()
    names = {one.lower() for one in found.get_values_for_type(DNSName)}
    return frozenset(names | {str(one) for one in found.get_values_for_type(IPAddress)})


def check_files(files: Files, *, at_ms: int) -> Facts:
    """What a chain says that can be served with now. Raises CertificateError."""
    facts = read_facts(files.chain)
    _load(_context(), files)
    if facts.ends_ms <= at_ms:
        raise CertificateError(f"{files.chain}: has ended at {rfc3339(facts.ends_ms)}")
    return facts


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_alpn_protocols(["http/1.1"])
    return context


def _load(context: ssl.SSLContext, files: Files) -> None:
    try:
        if files.key is not None:
            files.key.open("rb").close()  # OpenSSL does not say which of the two it could not open
        # Who starts by himself has nobody to ask: without a password OpenSSL asks the terminal.
        context.load_cert_chain(files.chain, files.key, password=lambda: "")
    except ssl.SSLError as error:
        if error.reason in WEAK:
            raise CertificateError(f"{files.chain}: is too weak ({error.reason})") from error
        mismatch = error.reason == "KEY_VALUES_MISMATCH"
        why = "is not the certificate's key" if mismatch else "no key without a password in it"
        raise CertificateError(f"{files.key or files.chain}: {why}", which="KEY") from error
    except OSError as error:
        text = f"{files.key or files.chain}: {error.strerror}"
        raise CertificateError(text, which="KEY") from error


Stamp = tuple[tuple[int, int, int] | None, ...]


class Certificates:
    """The context to serve with, and the files it is made of, which may be replaced."""

    def __init__(self, files: Files, *, at_ms: int) -> None:
        """Raises CertificateError."""
        self.files = files
        self._seen = self._tried = self._stamp()
        self.facts = check_files(files, at_ms=at_ms)
        self.context = _context()
        _load(self.context, files)
        self._said_ms: int | None = None

    def look(self, at_ms: int, *, told: bool = False) -> None:
        """Take up what lies there now; a change by itself once it has stood still for a look.

        `told` is by somebody: at once, also what was refused before. Never raises for the files.
        """
        stamp = self._stamp()
        still, self._seen = stamp == self._seen, stamp
        if told or (still and stamp != self._tried):
            self._tried = stamp
            self._take_up(at_ms)
        self._warn(at_ms)

    def _take_up(self, at_ms: int) -> None:
        try:
            facts = check_files(self.files, at_ms=at_ms)
        except CertificateError as error:
            log.warning("the new certificate is of no use, the old one stays", reason=str(error))
            return
        try:
            _load(self.context, self.files)
        except CertificateError as error:  # replaced between the two: half of it may be loaded
            log.warning("the certificate has changed while it was read", reason=str(error))
            self._tried = ()
            return
        self.facts, self._said_ms = facts, None
        log.info("certificate taken up", file=str(self.files.chain), ends=rfc3339(facts.ends_ms))

    def _warn(self, at_ms: int) -> None:
        left_ms = self.facts.ends_ms - at_ms
        if left_ms > WARN_MS or (self._said_ms is not None and at_ms - self._said_ms < DAY_MS):
            return
        self._said_ms = at_ms
        log.warning(
            "the certificate for HTTP has ended"
            if left_ms <= 0
            else "the certificate for HTTP comes to its end",
            file=str(self.files.chain),
            ends=rfc3339(self.facts.ends_ms),
        )

    def _stamp(self) -> Stamp:
        return tuple(_stamp(one) for one in self.files if one is not None)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns

"""TLS towards the broker: whom to trust, who we are, and when a certificate comes to its end."""

import ssl
import threading
from pathlib import Path
from typing import NamedTuple

import structlog
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates
from prometheus_client import CollectorRegistry, Gauge

from liftwatch.clock import DAY_MS, now_ms, rfc3339, to_ms

log = structlog.get_logger()

WARN_MS = 30 * DAY_MS
"""Two of three renewals of a certificate of 90 days are then still to come [our choice]."""
LOOK_S = 600.0  # the file may be replaced while we run
OWN, BROKERS = "own", "broker"


class CertificateError(Exception):
    """A file for TLS cannot be used; one line that names it. `whose`: our own, or the broker's."""

    def __init__(self, text: str, whose: str = "own") -> None:
        super().__init__(text)
        self.whose = whose


class Tls(NamedTuple):
    """Files in PEM; None for `ca` is what the system trusts."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


def context_of(tls: Tls) -> ssl.SSLContext:
    """What a connection needs: the broker must show its name and the CA's signature.

    Raises CertificateError.
    """
    try:  # a CA of our own takes the place of the system's
        context = ssl.create_default_context(cafile=tls.ca)
    except OSError as error:
        text = f"{tls.ca}: {_why(error, 'no certificates')}"
        raise CertificateError(text, BROKERS) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.certificate is not None:
        try:
            context.load_cert_chain(tls.certificate, tls.key, password=_no_password)
        except OSError as error:
            files = " and ".join(str(one) for one in tls[1:] if one is not None)
            why = _why(error, "no certificate with its key")
            raise CertificateError(f"{files}: {why}") from error
        ends_ms_of_file(tls.certificate)
    return context


def _no_password() -> str:
    """A service that starts by itself has nobody to ask; without this OpenSSL asks the terminal."""
    return ""


def _why(error: OSError, otherwise: str) -> str:
    return f"{otherwise} in it" if isinstance(error, ssl.SSLError) else (error.strerror or "")


def ends_ms_of_file(path: Path) -> int:
    """The last moment of the first certificate in a PEM file. Raises CertificateError."""
    try:
        first = load_pem_x509_certificates(path.read_bytes())[0]
    except OSError as error:
        raise CertificateError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise CertificateError(f"{path}: no certificate in it") from error
    return to_ms(first.not_valid_after_utc)


def ends_ms(der: bytes) -> int:
    """The last moment of a certificate in DER; ValueError when it is none."""
    return to_ms(load_der_x509_certificate(der).not_valid_after_utc)


class CertificateWatch:
    """Tells once a day of a certificate that comes to its end: ours, and the one of the broker."""

    def __init__(self, own: Path | None, *, registry: CollectorRegistry) -> None:
        self._own = own
        self._ends_ms: dict[str, int] = {}
        self._said_ms: dict[str, int] = {}
        self._news = threading.Event()
        self._stopping = False
        self._gauge = Gauge(
            "liftwatch_certificate_expires_in_days",
            "Until a certificate ends: own, towards the broker, or the broker's; below 0 it has",
            ("whose",),
            registry=registry,
        )
        self._thread = threading.Thread(target=self._run, name="certificates", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping = True
        self._news.set()
        if self._thread.is_alive():
            self._thread.join()

    def shown(self, der: bytes) -> None:
        """The certificate that the broker has shown at a new connection."""
        try:
            self._note(BROKERS, ends_ms(der))
        except ValueError as error:
            log.warning("the broker's certificate is not understood", reason=str(error))
            return
        self._news.set()

    def _note(self, whose: str, ends_ms: int) -> None:
        self._ends_ms[whose] = ends_ms
        days = self._gauge.labels(whose)
        days.set_function(lambda: (self._ends_ms[whose] - now_ms()) / DAY_MS)

    def _run(self) -> None:
        while not self._stopping:
            self._news.clear()
            self.look(now_ms())
            self._news.wait(LOOK_S)

    def look(self, at_ms: int) -> None:
        """Say of each that ends within 30 days, if that was not said for a day."""
        if self._own is not None:
            try:
                self._note(OWN, ends_ms_of_file(self._own))
            except CertificateError as error:
                log.warning("our certificate cannot be read", reason=str(error))
        for whose, end_ms in list(self._ends_ms.items()):
            near = end_ms - at_ms <= WARN_MS
            if near and at_ms - self._said_ms.get(whose, at_ms - DAY_MS) >= DAY_MS:
                self._said_ms[whose] = at_ms
                days = (end_ms - at_ms) / DAY_MS
                log.warning(
                    "a certificate comes to its end" if days > 0 else "a certificate has ended",
                    whose=whose,
                    ends=rfc3339(end_ms),
                    days=round(days, 1),
                )

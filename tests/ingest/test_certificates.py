"""TLS files: what is refused in one line, and when the end of a certificate is told."""

import ssl
import subprocess
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from ingest import certificates
from ingest.certificates import (
    CertificateError,
    CertificateWatch,
    Tls,
    context_of,
    ends_ms,
    ends_ms_of_file,
)
from liftwatch.clock import DAY_MS, SECOND_MS, now_ms
from tests.conftest import binary


@pytest.fixture
def openssl() -> str:
    """The program."""
    return binary("openssl", package="openssl")


def make(openssl: str, folder: Path, *, days: int, name: str = "own", key: str = "rsa:2048") -> Tls:
    """A certificate that signs itself, and its key."""
    how = ["-newkey", key] if key.startswith("rsa") else ["-newkey", "ec", "-pkeyopt", key]
    files = ["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt")]
    command = [openssl, "req", "-x509", *how, "-nodes", "-days", str(days), "-subj", "/CN=x"]
    subprocess.run([*command, *files], check=True, capture_output=True)
    crt = folder / f"{name}.crt"
    return Tls(crt, crt, folder / f"{name}.key")


@pytest.mark.parametrize("key", ["rsa:2048", "ec_paramgen_curve:P-256"])
@pytest.mark.parametrize("days", [1, 20, 9_000, 40_000])
def test_the_end_of_a_certificate(openssl: str, tmp_path: Path, days: int, key: str) -> None:
    """As OpenSSL tells it, before 2050 and after."""
    path = make(openssl, tmp_path, days=days, key=key).certificate
    assert path is not None
    command = [openssl, "x509", "-in", str(path), "-noout", "-enddate"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    theirs = ssl.cert_time_to_seconds(told.strip().removeprefix("notAfter="))
    assert ends_ms_of_file(path) == theirs * SECOND_MS
    der = ssl.PEM_cert_to_DER_cert(path.read_text())
    for cut in range(0, 200, 7):
        with pytest.raises(ValueError, match="asn1"):
            ends_ms(der[:cut])


def test_good_files_make_a_context(openssl: str, tmp_path: Path) -> None:
    """That insists on the name and trusts the one CA."""
    context = context_of(make(openssl, tmp_path, days=10))
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert len(context.get_ca_certs()) == 1
    assert context_of(Tls()).verify_mode == ssl.CERT_REQUIRED


def test_bad_files_are_one_line(openssl: str, tmp_path: Path) -> None:
    """It names the file, and what is wrong with it."""
    good, other = (make(openssl, tmp_path, days=10, name=name) for name in ("own", "other"))
    empty = tmp_path / "empty"
    empty.touch()
    encrypted = tmp_path / "encrypted.key"
    command = [openssl, "pkey", "-in", str(good.key), "-aes128", "-passout", "pass:x"]
    subprocess.run([*command, "-out", str(encrypted)], check=True, capture_output=True)
    bad = [
        (Tls(tmp_path / "none"), "none: No such file or directory"),
        (Tls(empty), "empty: no certificates in it"),
        (Tls(None, empty, good.key), "no certificate with its key in it"),
        (Tls(None, good.certificate, other.key), "no certificate with its key in it"),
        (Tls(None, good.certificate), "no certificate with its key in it"),
        (Tls(None, good.certificate, encrypted), "no certificate with its key in it"),
        (Tls(None, good.certificate, tmp_path / "none"), "No such file or directory"),
    ]
    for tls, said in bad:
        with pytest.raises(CertificateError) as caught:
            context_of(tls)
        assert said in str(caught.value)
        assert str(tmp_path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_certificate_near_its_end_is_told_once_a_day(openssl: str, tmp_path: Path) -> None:
    """From 30 days before, by a line and a figure; one renewed is told no more."""
    own = make(openssl, tmp_path, days=40)
    registry = CollectorRegistry()
    watch = CertificateWatch(own.certificate, registry=registry)
    told = []
    for hours in range(0, 24 * 45, 6):
        with capture_logs() as logs:
            watch.look(now_ms() + hours * DAY_MS // 24)
        told += [(hours // 24, one["event"]) for one in logs]
    near, over = "a certificate comes to its end", "a certificate has ended"
    assert told == [(day, near if day < 40 else over) for day in range(10, 45)]
    value = registry.get_sample_value(
        "liftwatch_certificate_expires_in_days", {"whose": certificates.OWN}
    )
    assert value == pytest.approx(40, abs=0.01)
    make(openssl, tmp_path, days=90)
    with capture_logs() as logs:
        watch.look(now_ms() + 50 * DAY_MS)
    assert logs == []


def test_a_certificate_that_is_not_understood_is_told(tmp_path: Path) -> None:
    """Neither the broker's nor our own ends anything."""
    watch = CertificateWatch(tmp_path / "none", registry=CollectorRegistry())
    with capture_logs() as logs:
        watch.shown(b"nonsense")
        watch.look(now_ms())
    assert [one["event"] for one in logs] == [
        "the broker's certificate is not understood",
        "our certificate cannot be read",
    ]

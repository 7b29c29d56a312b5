"""Files of certificates: what is refused, in one line, and how a renewal is taken up."""

import os
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from api.certificates import CertificateError, Certificates, Files, check_files, read_facts
from liftwatch.access.hosts import Host
from liftwatch.clock import DAY_MS, now_ms
from tests.api.authority import Authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Of the test."""
    return Authority(tmp_path / "ca")


def shown_by(context: ssl.SSLContext, authority: Authority) -> bytes:
    """The certificate a server with this context shows, in DER; in memory, without a socket."""
    trusting = ssl.create_default_context(cafile=str(authority.root))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname="lift.example.cn")
    server = context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    found = client.getpeercert(binary_form=True)
    assert found
    return found


def test_what_a_certificate_says(authority: Authority) -> None:
    """Names, addresses, and how long."""
    facts = read_facts(authority.issue("lift.example.cn", "*.lifts.example", "192.0.2.7").chain)
    assert abs(facts.ends_ms - now_ms() - 90 * DAY_MS) < 10_000
    covered = ("lift.example.cn", "a.lifts.example", "192.0.2.7")
    assert all(facts.covers(Host(name, 8443)) for name in covered)
    for name in ("example.cn", "a.b.lifts.example", "lifts.example", "192.0.2.8", "a.example.cn"):
        assert not facts.covers(Host(name))


def missing_chain(authority: Authority) -> Files:
    return authority.issue("a.example")._replace(chain=authority.folder / "gone.crt")


def missing_key(authority: Authority) -> Files:
    return authority.issue("a.example")._replace(key=authority.folder / "gone.key")


def no_certificate(authority: Authority) -> Files:
    files = authority.issue("a.example")
    files.chain.write_bytes(os.urandom(500))
    return files


def no_key(authority: Authority) -> Files:
    files = authority.issue("a.example")
    assert files.key is not None
    files.key.write_text("-----BEGIN PRIVATE KEY-----\nbm9uZQ==\n-----END PRIVATE KEY-----\n")
    return files


def folder_for_key(authority: Authority) -> Files:
    return authority.issue("a.example")._replace(key=authority.folder)


def other_key(authority: Authority) -> Files:
    return authority.issue("a.example")._replace(key=authority.issue("a.example", file="b").key)


def key_with_password(authority: Authority) -> Files:
    return authority.issue("a.example", password=b"secret")


def only_certificate(authority: Authority) -> Files:
    return authority.issue("a.example")._replace(key=None)


def ended(authority: Authority) -> Files:
    return authority.issue("a.example", days=-0.01)


@pytest.mark.parametrize(
    ("make", "which", "why"),
    [
        (missing_chain, "CERT", "gone.crt: No such file"),
        (missing_key, "KEY", "gone.key: No such file"),
        (no_certificate, "CERT", "own.crt: no certificate in it"),
        (no_key, "KEY", "own.key: no key without a password in it"),
        (folder_for_key, "KEY", "ca: Is a directory"),
        (other_key, "KEY", "b.key: is not the certificate's key"),
        (key_with_password, "KEY", "own.key: no key without a password in it"),
        (only_certificate, "KEY", "own.crt: no key without a password in it"),
        (ended, "CERT", "own.crt: has ended at "),
    ],
)
def test_a_bad_file_is_one_line_that_names_it(
    authority: Authority, make: Callable[[Authority], Files], which: str, why: str
) -> None:
    """And nobody is asked for a password."""
    with pytest.raises(CertificateError) as caught:
        Certificates(make(authority), at_ms=now_ms())
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.which == which


def test_key_and_certificate_may_stand_in_one_file(authority: Authority) -> None:
    """In whatever order."""
    files = authority.issue("lift.example.cn")
    assert files.key is not None
    both = files.key.read_bytes() + files.chain.read_bytes()
    files.chain.write_bytes(both)
    context = Certificates(Files(files.chain), at_ms=now_ms()).context
    assert shown_by(context, authority)


def test_a_renewal_is_taken_up_once_it_stands_still(authority: Authority) -> None:
    """Between two looks a key may lie beside another's certificate; nobody is shown that."""
    files = authority.issue("lift.example.cn")
    certificates = Certificates(files, at_ms=now_ms())
    first = shown_by(certificates.context, authority)
    authority.issue("lift.example.cn", days=200)
    certificates.look(now_ms())
    assert shown_by(certificates.context, authority) == first
    certificates.look(now_ms())
    assert shown_by(certificates.context, authority) != first
    assert certificates.facts.ends_ms > now_ms() + 199 * DAY_MS


def test_a_renewal_is_taken_up_at_once_when_told(authority: Authority) -> None:
    """By a signal."""
    certificates = Certificates(authority.issue("lift.example.cn"), at_ms=now_ms())
    first = shown_by(certificates.context, authority)
    authority.issue("lift.example.cn")
    certificates.look(now_ms(), told=True)
    assert shown_by(certificates.context, authority) != first


@pytest.mark.parametrize("make", [no_certificate, no_key, ended])
def test_a_bad_renewal_leaves_the_old_one(
    authority: Authority,
    make: Callable[[Authority], Files],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is said once, and the next good one counts."""
    certificates = Certificates(authority.issue("lift.example.cn"), at_ms=now_ms())
    first = shown_by(certificates.context, authority)
    capsys.readouterr()
    make(authority)
    for _ in range(4):
        certificates.look(now_ms())
    assert shown_by(certificates.context, authority) == first
    assert capsys.readouterr().out.count("the old one stays") == 1
    authority.issue("lift.example.cn")
    for _ in range(2):
        certificates.look(now_ms())
    assert shown_by(certificates.context, authority) != first


def test_files_that_are_gone_leave_the_old_one(authority: Authority) -> None:
    """Somebody is just writing them."""
    files = authority.issue("lift.example.cn")
    certificates = Certificates(files, at_ms=now_ms())
    files.chain.unlink()
    for _ in range(3):
        certificates.look(now_ms(), told=True)
    assert shown_by(certificates.context, authority)


def test_an_end_that_is_near_is_said_once_a_day(
    authority: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    """From 21 days before, and that it has ended; the service goes on."""
    certificates = Certificates(authority.issue("lift.example.cn"), at_ms=now_ms())
    capsys.readouterr()
    said = []
    for hour in range(24 * 67, 24 * 92):
        certificates.look(now_ms() + hour * DAY_MS // 24)
        said += [hour / 24] * capsys.readouterr().out.count("the certificate for HTTP")
    assert len(said) == 23
    assert 69 <= said[0] <= 69.1


def test_the_context_takes_nothing_old(authority: Authority) -> None:
    """TLS 1.2 and 1.3; forward secrecy and authenticated ciphers alone."""
    context = Certificates(authority.issue("lift.example.cn"), at_ms=now_ms()).context
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    for cipher in context.get_ciphers():
        assert cipher["aead"], cipher["name"]
        assert cipher["protocol"] == "TLSv1.3" or cipher["kea"] == "kx-ecdhe"
    assert check_files(authority.issue("a.example"), at_ms=now_ms())

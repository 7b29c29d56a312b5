"""A certificate authority for tests, and what goes wrong with its certificates."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from api.certificates import Files
from liftwatch.clock import now_ms

LIVES_DAYS = 90.0


def key_pem(key: ec.EllipticCurvePrivateKey, password: bytes | None = None) -> bytes:
    """A private key in PEM."""
    how = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


class Authority:
    """Signs certificates into a folder; `root` is the file to trust."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests")])
        self.root = folder / "root.crt"
        own = self._builder(self._name, self._key, days=LIVES_DAYS, begins_days=-400.0)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        signed = own.sign(self._key, SHA256())
        self.root.write_bytes(signed.public_bytes(Encoding.PEM))

    def issue(
        self,
        *names: str,
        file: str = "own",
        days: float = LIVES_DAYS,
        begins_days: float = -1.0,
        password: bytes | None = None,
    ) -> Files:
        """A certificate for names and addresses, good from and until so many days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        made = self._builder(subject, key, days=days, begins_days=begins_days)
        alternative = x509.SubjectAlternativeName([_general(one) for one in names])
        signed = made.add_extension(alternative, critical=False).sign(self._key, SHA256())
        files = Files(self.folder / f"{file}.crt", self.folder / f"{file}.key")
        assert files.key is not None
        for path, content in (
            (files.chain, signed.public_bytes(Encoding.PEM)),
            (files.key, key_pem(key, password)),
        ):
            path.write_bytes(content)
            path.chmod(0o600)
        return files

    def _builder(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        days: float,
        begins_days: float,
    ) -> x509.CertificateBuilder:
        now = datetime.fromtimestamp(now_ms() / 1000, UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=begins_days))
            .not_valid_after(now + timedelta(days=days))
        )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)

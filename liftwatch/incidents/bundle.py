"""A bundle of evidence of one incident: files, a manifest of their digests, one signature.

Signed with Ed25519, so that whoever has the public key can check it and nobody else can make one;
the key is derived from the installation's secret. A bundle of the same files and the same moment
is the same bytes.
"""

import base64
import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
USE = b"liftwatch bundle of evidence 1"
BYTES_MAX = 64 * 2**20
"""Above five windows of evidence at their limit, a story and a trail [our choice]."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""What every file says of its age: the moment of a bundle stands in its manifest."""


class BundleError(Exception):
    """A bundle is not what it says; one line."""


def key_of(secret: bytes) -> Ed25519PrivateKey:
    """The installation's key for bundles.

    >>> public_key(key_of(bytes(32)))
    '6a3451b636f1ce63975333c216797e986c194fb162c35a299b5fb8b6ca6026ba'
    """
    return Ed25519PrivateKey.from_private_bytes(hmac.digest(secret, USE, "sha256"))


def public_key(key: Ed25519PrivateKey) -> str:
    """Its public half, in hexadecimal digits: what whoever checks is given beforehand."""
    return key.public_key().public_bytes_raw().hex()


def pack(files: Mapping[str, bytes], told: Mapping[str, Any], *, key: Ed25519PrivateKey) -> bytes:
    """The zip of some files; `told` stands in the manifest beside their digests."""
    digests = {
        name: {"sha256": hashlib.sha256(files[name]).hexdigest(), "bytes": len(files[name])}
        for name in sorted(files)
    }
    manifest = {**told, "files": digests, "public_key": public_key(key), "algorithm": "Ed25519"}
    body = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
    signature = base64.b64encode(key.sign(body)) + b"\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*sorted(files.items()), (MANIFEST, body), (SIGNATURE, signature)]:
            archive.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def check(data: bytes, *, public: str) -> dict[str, Any]:
    """The manifest of a bundle that is whole and signed by that key; raises BundleError else.

    The key is the one that is known of the installation: the one within proves nothing.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(one.file_size for one in archive.infolist()) > BYTES_MAX:
                raise BundleError("it is too large")
            files = {name: archive.read(name) for name in archive.namelist()}
        body, signature = files.pop(MANIFEST), base64.b64decode(files.pop(SIGNATURE))
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, body)
        manifest: dict[str, Any] = json.loads(body)
    except InvalidSignature:
        raise BundleError("it is not signed by this key") from None
    except (zipfile.BadZipFile, KeyError, ValueError, RuntimeError, OSError) as error:
        raise BundleError(f"it is no bundle: {error}") from error
    told = {name: one["sha256"] for name, one in manifest["files"].items()}
    found = {name: hashlib.sha256(held).hexdigest() for name, held in files.items()}
    if told != found:
        wrong = sorted(n for n in told.keys() | found.keys() if told.get(n) != found.get(n))
        raise BundleError(f"changed, missing or added: {', '.join(wrong)}")
    return manifest

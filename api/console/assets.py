"""Scripts, styles and pictures of the pages: read once, named with a mark of their content."""

import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

STATIC = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class Asset(NamedTuple):
    """A file as it is sent; `mark` changes when its content does."""

    content: bytes
    media_type: str
    mark: str


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    known = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
    return Asset(content, known, hashlib.sha256(content).hexdigest()[:12])


ASSETS: Mapping[str, Asset] = {
    path.relative_to(STATIC).as_posix(): _read(path)
    for path in sorted(STATIC.rglob("*"))
    if path.is_file()
}


def asset_path(name: str) -> str:
    """Where a page finds an asset; KeyError when there is none of that name."""
    return f"/static/{name}?v={ASSETS[name].mark}"

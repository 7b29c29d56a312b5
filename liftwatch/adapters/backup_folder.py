"""A backup as it lies on disk: a folder with the copy, what it is a copy of, and checksums of both.

`SHA256SUMS` is written last and read by `sha256sum -c`, too: a folder without it was not finished.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

FORM = 1
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
Database = Literal["sqlite", "postgresql"]
COPIES: dict[Database, str] = {"sqlite": "books.sqlite", "postgresql": "books.dump"}


class BackupError(Exception):
    """A backup cannot be made or used; the text is one line."""


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup is: when, by which version, of which database and schema, how many rows of
    each table, and what the trail was like (`anchor` is its end, as `audit anchors` prints it)."""

    form: int = FORM
    made: str
    liftwatch: str
    database: Database
    server: str
    schema: str
    rows: dict[str, int]
    trail: str
    anchor: str | None = None


@contextmanager
def new_folder(folder: Path) -> Iterator[None]:
    """Make a folder that was not there, for its owner alone; removed when the block raises.

    Raises BackupError.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise BackupError(f"{folder}: {error.strerror}") from error
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def finish(folder: Path, manifest: Manifest) -> None:
    """Write manifest and checksums, and see that all of it lies on disk."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    (folder / MANIFEST).write_bytes(text + b"\n")
    names = [COPIES[manifest.database], MANIFEST]
    sums = "".join(f"{sum_of(folder / name)}  {name}\n" for name in names)
    (folder / SUMS).write_text(sums, encoding="ascii")
    for name in (*names, SUMS):
        (folder / name).chmod(0o600)
        sync(folder / name)
    sync(folder)
    sync(folder.parent)


def read(folder: Path) -> Manifest:
    """What a whole backup says of itself; raises BackupError when it is damaged or unknown."""
    try:
        sums = _sums(folder)
        for name, sum_ in sums.items():
            if sum_of(folder / name) != sum_:
                raise BackupError(f"{folder / name} is damaged: {SUMS} says otherwise")
        data = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise BackupError(f"{error.filename}: {error.strerror}") from error
    try:
        form = msgspec.json.decode(data, type=dict[str, object]).get("form")
        if form != FORM:
            raise BackupError(f"{folder} is a backup of form {form}, which this version is not")
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise BackupError(f"{folder / MANIFEST}: {error}") from error
    if set(sums) != {COPIES[manifest.database], MANIFEST}:
        raise BackupError(f"{folder / SUMS} is not that of a backup of {manifest.database}")
    return manifest


def _sums(folder: Path) -> dict[str, str]:
    """File names and what they ought to be; only names of ours."""
    if folder.is_dir() and not (folder / SUMS).exists():
        raise BackupError(f"{folder} has no {SUMS}: it was not finished, or is no backup")
    *lines, end = (folder / SUMS).read_text(encoding="ascii", errors="replace").split("\n")
    pairs = [line.partition("  ") for line in lines]
    found = {name: sum_ for sum_, _, name in pairs}
    unknown = found.keys() - {MANIFEST, *COPIES.values()}
    if end or unknown or len(found) < len(lines) or MANIFEST not in found:
        raise BackupError(f"{folder / SUMS} is damaged, or not of a backup")
    return found


def sum_of(file: Path) -> str:
    """SHA-256 in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def sync(path: Path) -> None:
    """See that a file or folder lies on disk."""
    place = os.open(path, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)

"""Anchors of the fund in a file: a line each, added at its end and on the disk before it counts."""

import os
from pathlib import Path

from liftwatch.fund.anchors import Anchor, AnchorError, line_of, parse_anchors

NEWEST_BYTES = 4_096
"""More than enough for the last lines; one is about a hundred bytes."""


class AnchorFile:
    """Fulfils `liftwatch.fund.anchors.AnchorPlace`. A line without its end is half a line, which a
    process that was killed has left: it is no anchor, and the next one begins anew."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        """Where it lies."""
        return str(self.path)

    def newest(self) -> Anchor | None:
        """The last whole line; None where there is no file yet."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - NEWEST_BYTES))
                lines = _whole_lines(file.read())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AnchorError(f"{self.path}: {error.strerror}") from error
        return next(iter(self._parsed(lines[-1:])), None)

    def all(self) -> list[Anchor]:
        """All anchors, the oldest first; none where there is no file yet."""
        try:
            return self._parsed(_whole_lines(self.path.read_bytes()))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise AnchorError(f"{self.path}: {error.strerror}") from error

    def add(self, anchor: Anchor) -> None:
        """Add a line; it is on the disk when this returns."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh = not self.path.exists()
            with self.path.open("a+b") as file:
                half = file.tell() > 0 and _last_byte(file.fileno(), file.tell()) != b"\n"
                file.write(("\n" if half else "").encode() + line_of(anchor).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            if fresh:
                _sync_folder(self.path.parent)
        except OSError as error:
            raise AnchorError(f"{self.path}: {error.strerror}") from error

    def _parsed(self, lines: list[str]) -> list[Anchor]:
        try:
            return parse_anchors(lines)
        except AnchorError as error:
            raise AnchorError(f"{self.path}: {error}") from error


def _whole_lines(data: bytes) -> list[str]:
    return data.rpartition(b"\n")[0].decode(errors="replace").splitlines()


def _last_byte(descriptor: int, size: int) -> bytes:
    return os.pread(descriptor, 1, size - 1)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

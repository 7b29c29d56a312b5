"""`liftwatch replay`: a file through decoding and detection, incidents out."""

import contextlib
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import msgspec

from ingest.replay import incident_lines, replay
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.failure import Failure

DASH = Path("-")


def replay_command(file: Path, *, incidents: Path, dead_letters: Path | None) -> None:
    """Read `file`, write incidents and dead letters; raises Failure when a file cannot be used."""
    books = MemoryBooks()
    reasons: Counter[str] = Counter()
    with _reading(file) as lines, _writing(dead_letters) as letters:

        def dead_letter(letter: dict[str, Any]) -> None:
            reasons[letter["reason"]] += 1
            if letters is not None:
                letters.write(msgspec.json.encode(letter) + b"\n")

        counts = replay(lines, books, dead_letter=dead_letter)
    with _writing(incidents) as out:
        assert out is not None
        for line in incident_lines(books):
            out.write(line)
    if reasons:
        told = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
        print(f"liftwatch: {counts.dead_letters} dead letters ({told})", file=sys.stderr)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[IO[bytes]]:
    if path == DASH:
        yield sys.stdin.buffer
        return
    try:
        stream = path.open("rb")
    except OSError as error:
        raise Failure(f"replay: {path}: {error.strerror}") from error
    with stream:
        yield stream


@contextlib.contextmanager
def _writing(path: Path | None) -> Iterator[IO[bytes] | None]:
    if path is None:
        yield None
    elif path == DASH:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        try:
            stream = path.open("wb")
        except OSError as error:
            raise Failure(f"replay: {path}: {error.strerror}") from error
        with stream:
            yield stream

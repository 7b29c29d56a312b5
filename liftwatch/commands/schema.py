"""`liftwatch schema`: the JSON Schema of every message, for whoever builds a terminal."""

from pathlib import Path

import msgspec

from liftwatch.failure import Failure
from liftwatch.telemetry.schema import NAMES, schema_of


def schema_command(kind: str | None, *, out: Path | None) -> None:
    """Print the schema of one kind or the names of all, or write all into a folder."""
    if out is not None:
        if kind is not None:
            raise Failure("schema: give either a kind or --out")
        _write(out)
    elif kind is None:
        print("\n".join(NAMES))
    elif kind in NAMES:
        print(text_of(kind), end="")
    else:
        raise Failure(f"schema: {kind!r} is none of {', '.join(NAMES)}")


def text_of(name: str) -> str:
    """The schema as its file holds it."""
    return msgspec.json.format(msgspec.json.encode(schema_of(name)), indent=2).decode() + "\n"


def _write(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            (folder / f"{name}.json").write_text(text_of(name), encoding="utf-8")
    except OSError as error:
        raise Failure(f"schema: {error.filename}: {error.strerror}") from error

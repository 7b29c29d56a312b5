#!/usr/bin/env python3
"""Whether the service of a container does its work: `healthy URL`, `engine`, or `FILE SECONDS`.

An address must answer, the engine must do what is due, a file must be younger than that.
"""

import ssl
import sys
from pathlib import Path
from urllib.request import urlopen

LATE_MS = 60_000
PATIENCE_S = 4.0


def answers(url: str) -> None:
    """Raises when it does not; the certificate is for others, this is the same container."""
    context = None
    if url.startswith("https:"):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with urlopen(url, timeout=PATIENCE_S, context=context):
        pass


def engine_works() -> None:
    """Raises when what is due by the clock has not been done for a minute."""
    from liftwatch.adapters.sql import SqlBooks
    from liftwatch.clock import now_ms
    from liftwatch.engine.clockwork import overdue_line
    from liftwatch.engine.watch import WATCH
    from liftwatch.settings import load_settings

    settings = load_settings()
    books = SqlBooks(settings.database_in(settings.data_dir))
    try:
        due = [one for one in books.deadlines() if one.what == WATCH]
    finally:
        books.close()
    line = overdue_line(due, late_ms=LATE_MS, now_ms=now_ms()) if due else "it has begun nothing"
    if line is not None:
        raise RuntimeError(line)


def is_younger(file: Path, seconds: float) -> None:
    """Raises when it is not."""
    from liftwatch.clock import now_ms

    age_s = now_ms() / 1_000 - file.stat().st_mtime
    if age_s > seconds:
        raise RuntimeError(f"{file} is {age_s:.0f} s old")


def main(words: list[str]) -> None:
    """Exit status 1 and one line when it does not."""
    try:
        if words == ["engine"]:
            engine_works()
        elif len(words) == 2:
            is_younger(Path(words[0]), float(words[1]))
        else:
            answers(*words)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not healthy
        sys.exit(f"{type(error).__name__}: {error}"[:300])


if __name__ == "__main__":
    main(sys.argv[1:])

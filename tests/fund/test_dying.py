"""kill -9 between any two statements of a booking: all of it or nothing, and once."""

import subprocess
import sys
from pathlib import Path

import pytest

from liftwatch.adapters.sql import open_books

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("back_end", ["sqlite", "postgresql"])
def test_killed_between_any_two_statements(
    back_end: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Every death but the one after the commit leaves nothing; nothing is ever there by half."""
    url = f"sqlite:///{tmp_path}/books.sqlite"
    if back_end == "postgresql":
        url = request.getfixturevalue("postgres_books")
    open_books(url).close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.fund.dying", url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1_800,
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split()[1:] for line in done.stdout.splitlines()]
    assert lines[-1] == ["lived", "all"]
    assert lines[-2] == ["died", "all"]
    assert all(line == ["died", "nothing"] for line in lines[:-2])
    assert len(lines) > 15

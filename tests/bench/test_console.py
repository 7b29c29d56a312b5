"""The bench of the console does not rot: its short form runs, and every line of it has figures."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import binary


@pytest.mark.skipif(not Path("/usr/bin/chromium").exists(), reason="apt install chromium")
def test_the_lines_have_their_figures() -> None:
    """Of two hundred lifts, for two seconds; the figures mean nothing then, but things arrive."""
    binary("initdb", package="postgresql-15")
    small = {"LIFTS": "300", "INCIDENTS": "600", "TIMES": "1", "LIVE_S": "2"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.console"],
        env=os.environ | {f"BENCH_CONSOLE_{name}": value for name, value in small.items()},
        capture_output=True,
        text=True,
        timeout=1_800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first = re.findall(r"first paint +(\d+) ms .* loaded (\d+) ms", done.stdout)
    live = re.findall(r"50 changes/s +(\d+) events a second; long tasks", done.stdout)
    assert (len(first), len(live)) == (4, 4)
    assert all(int(one) > 0 for one in live)

"""The bench does not rot: its short form runs, and every row of its table has a figure."""

import os
import re
import subprocess
import sys

from tests.conftest import binary

ROWS = 5
"""Of the upper half: bare, alone, in batches, of many lifts, and two processes."""


def test_the_table_has_its_rows() -> None:
    """With a backlog of a thousand messages; what it measures then means nothing."""
    binary("mosquitto", package="mosquitto")
    binary("influxd", package="influxdb")
    small = {"BENCH_N": "1000", "BENCH_ROUNDS": "1", "BENCH_LATENCY_S": "3"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.table"],
        env=os.environ | small,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len([line for line in lines if re.search(r" \d+ +-?\d+\.\d", line)]) == ROWS
    assert len([line for line in lines if re.search(r"\d ms +\d+ ms", line)]) == 3

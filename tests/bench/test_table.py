"""The bench does not rot: its short form runs, and every row of its table has a figure."""

import os
import re
import subprocess
import sys

from tests.conftest import binary

ROWS = 6
"""Of the upper part: bare, alone, in batches, of many lifts, two processes, and one peer."""


def test_the_table_has_its_rows() -> None:
    """With a backlog of a thousand messages; what it measures then means nothing."""
    binary("mosquitto", package="mosquitto")
    binary("influxd", package="influxdb")
    small = {"BENCH_N": "1000", "BENCH_ROUNDS": "1", "BENCH_LATENCY_S": "3"}
    small |= {"BENCH_PEERS": "batching", "BENCH_FAULT_S": "5"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.table"],
        env=os.environ | small,
        capture_output=True,
        text=True,
        timeout=1_800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len([line for line in lines if re.search(r" \d+ +-?\d+\.\d", line)]) == ROWS
    assert len([line for line in lines if re.search(r"\d ms +\d+ ms", line)]) == 5
    ours, peer = [line for line in lines if re.search(r"\(.*%\)", line)]
    assert re.search(r"^liftwatch run +(49|50)\d\d +0 \( *0\.0%\) +0$", ours)
    assert peer.startswith("paho + influxdb-client batching")

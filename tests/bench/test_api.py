"""The bench of the API does not rot: its short form runs, and every line of it has figures."""

import os
import re
import subprocess
import sys

from bench.api_queries import queries
from bench.api_town import Town
from tests.conftest import binary

ASKERS = 8


def test_the_table_has_its_rows() -> None:
    """Of three thousand incidents, and with two seconds of load; the figures mean nothing then."""
    binary("mosquitto", package="mosquitto")
    binary("initdb", package="postgresql-15")
    small = {"INCIDENTS": "3000", "LIFTS": "300", "TIMES": "2", "LOAD_S": "2"}
    small |= {"RATE": "20", "MESSAGES": "50"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.api"],
        env=os.environ | {f"BENCH_API_{name}": value for name, value in small.items()},
        capture_output=True,
        text=True,
        timeout=1_800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    asked = len(queries(Town(lifts=300, incidents=1, until_ms=0), estate="", lift=""))
    upper = re.sub(r"\d+ above 50 ms\n.*?(?=\d+ requests)", "", done.stdout, flags=re.DOTALL)
    assert len(re.findall(r" \d+( +\d+\.\d){6}$", upper, re.MULTILINE)) == 2 * ASKERS * asked
    loads = re.findall(r"20 requests a second for 2 s, (\d+) messages .* 0 failed", done.stdout)
    assert len(loads) == 2
    assert all(int(stored) > 10 for stored in loads)

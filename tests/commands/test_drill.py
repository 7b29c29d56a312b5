"""`liftwatch drill`: a whole rescue, as somebody who types it sees it."""

import re
import subprocess
import sys

STORY = (
    "raised",
    "acknowledge",
    "dispatch",
    "arrive",
    "release",
    "cleared",
    "resolve",
    "close",
)


def test_a_drill_tells_the_whole_rescue() -> None:
    """Every step in order, each with its number, and the platform holds all of them."""
    typed = [sys.executable, "-m", "liftwatch", "drill"]
    done = subprocess.run(typed, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "EXERCISE  entrapment of DRILL-0001"
    moves = [m[1] for line in lines if (m := re.search(r" s  incident  (\w+)", line))]
    assert tuple(moves) == STORY
    numbers = [int(m[1]) for line in lines if (m := re.search(r"is number (\d+)", line))]
    assert numbers == list(range(1, len(STORY) + 1))
    assert lines[-1] == "numbers 8, held by the platform 8, missing 0, in disorder 0, different 0"

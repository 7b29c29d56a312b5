"""A minute of chaos: everything is killed, paused, filled and restarted, and nothing is lost."""

import random
from itertools import pairwise

import pytest

from bench.chaos import run
from bench.faults import FAULTS, schedule
from tests.conftest import binary

SEED = 20_260_302
SECONDS = 60.0


def test_nothing_is_lost_doubled_or_invented(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither a message nor an incident nor a dead letter, whatever happens to the parts."""
    binary("mosquitto", package="mosquitto")
    binary("influxd", package="influxdb")
    verdict = run(SEED, SECONDS)
    assert verdict.wrong == 0, (verdict, capfd.readouterr().out)
    assert verdict.acknowledged == verdict.published > 5_000
    assert verdict.incidents > 50
    assert verdict.dead_letters > 50
    assert verdict.faults >= 8


def test_a_seed_is_a_schedule() -> None:
    """The same seed breaks the same things at the same times; in ten minutes everything breaks."""
    once = schedule(random.Random(7), for_s=600.0)
    assert once == schedule(random.Random(7), for_s=600.0)
    assert {one.fault.name for one in once} == {one.name for one in FAULTS}
    assert all(a.until_s < b.at_s for a, b in pairwise(once))

"""What many tests share: an hour in which nothing goes wrong."""

import pytest

from liftwatch.clock import HOUR_MS
from simulators.fleet import Outgoing, make_fleet
from tests.simulators.runs import SEED, START_MS


@pytest.fixture(scope="session")
def ordinary() -> list[Outgoing]:
    """An hour of seven healthy lifts; one of them sees no people."""
    fleet = make_fleet(seed=SEED, lifts=7, start_ms=START_MS)
    messages = list(fleet.run(START_MS + HOUR_MS))
    assert not fleet.truth()
    return messages

"""A fleet is a function of its seed, whoever asks for it, at once or piece by piece."""

import os
import subprocess
import sys

import msgspec
import pytest

from liftwatch.clock import MINUTE_MS
from simulators.fleet import make_fleet
from simulators.scenario import Scenario, fault
from tests.simulators.runs import SEED, START_MS, lift_of

PROGRAM = """
import hashlib, msgspec
from simulators.demo import demo_fleet
fleet = demo_fleet(seed=4, start_ms=1_772_409_600_000)
digest = hashlib.sha256()
for sent in fleet.run(1_772_409_600_000 + 70 * 60_000):
    digest.update(msgspec.json.encode(sent))
print(digest.hexdigest())
"""


def test_the_same_seed_gives_the_same_bytes_in_every_process() -> None:
    """Whatever order the sets of a process have."""
    digests = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_another_seed_gives_another_fleet() -> None:
    one, other = (
        list(make_fleet(seed=seed, lifts=1, start_ms=START_MS).run(START_MS + MINUTE_MS))
        for seed in (1, 2)
    )
    assert one != other


def test_a_run_goes_on_where_it_was_left() -> None:
    """In pieces, even when its reader leaves in the middle of one."""
    until_ms = START_MS + 20 * MINUTE_MS
    whole = list(make_fleet(seed=SEED, lifts=3, start_ms=START_MS).run(until_ms))
    fleet, pieces = make_fleet(seed=SEED, lifts=3, start_ms=START_MS), []
    for sent in fleet.run(START_MS + 7 * MINUTE_MS):
        pieces.append(sent)
        if len(pieces) == 5:
            break
    for minutes in (8, 8, 15, 20):
        pieces += fleet.run(START_MS + minutes * MINUTE_MS)
    assert msgspec.json.encode(pieces) == msgspec.json.encode(whole)
    assert fleet.now_ms == until_ms


def test_one_lifts_fault_leaves_the_others_as_they_were() -> None:
    """Every lift has its own randomness."""
    until_ms = START_MS + 15 * MINUTE_MS
    scenario = Scenario((fault(0, "overspeed", 200.0),))
    well = make_fleet(seed=SEED, lifts=3, start_ms=START_MS)
    ill = make_fleet(seed=SEED, lifts=3, start_ms=START_MS, scenario=scenario)
    faulty = ill.lifts[0].plan.name
    others = [
        [sent for sent in fleet.run(until_ms) if lift_of(sent) != faulty] for fleet in (well, ill)
    ]
    assert others[0] == others[1]


def test_ten_thousand_lifts_have_names_of_their_own() -> None:
    names = {lift.plan.name for lift in make_fleet(seed=1, lifts=10_001, start_ms=0).lifts}
    assert len(names) == 10_001
    assert {len(name) for name in names} == {20}


def test_a_fault_on_a_lift_that_is_not_there_is_refused() -> None:
    scenario = Scenario((fault(7, "overspeed", 200.0),))
    with pytest.raises(ValueError, match="no lift 7 among the 3"):
        make_fleet(seed=1, lifts=3, start_ms=0, scenario=scenario)


def test_faults_that_contradict_each_other_are_refused() -> None:
    """A terminal cannot both read buttons and not."""
    scenario = Scenario((fault(0, "button_dead", 1.0), fault(0, "entrapment_suspected", 900.0)))
    with pytest.raises(ValueError, match="need and exclude the same sensor: button"):
        make_fleet(seed=1, lifts=1, start_ms=0, scenario=scenario)

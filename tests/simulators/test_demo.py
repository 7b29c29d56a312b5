"""The demo: after its hour of history every kind of its script speaks within three minutes."""

from itertools import pairwise

import pytest

from liftwatch.clock import HOUR_MS, MINUTE_MS
from simulators.demo import demo_fleet, demo_scenario
from simulators.fleet import Fleet
from tests.simulators.runs import START_MS, kind_of, lift_of

KINDS = {
    "free_fall",
    "overspeed",
    "moving_with_open_door",
    "unintended_movement",
    "entrapment",
    "entrapment_suspected",
    "door_fault",
    "door_blocked",
    "button_dead",
    "out_of_service",
    "emergency_call",
}
LIVE_MS = START_MS + HOUR_MS


@pytest.fixture(scope="module", params=[1, 2, 3])
def fleet(request: pytest.FixtureRequest) -> Fleet:
    """The demo three minutes after somebody first looked."""
    fleet = demo_fleet(seed=request.param, start_ms=START_MS)
    for _ in fleet.run(LIVE_MS + 3 * MINUTE_MS):
        pass
    return fleet


def test_every_kind_is_to_be_found_within_three_minutes(fleet: Fleet) -> None:
    due_ms: dict[str, int] = {}
    for truth in fleet.truth():
        at_ms = truth.from_ms + round(truth.expect_within_s * 1000)
        due_ms[truth.kind] = min(due_ms.get(truth.kind, at_ms), at_ms)
    assert due_ms.keys() >= KINDS
    for kind in KINDS:
        assert LIVE_MS - 5 * MINUTE_MS <= due_ms[kind] <= LIVE_MS + 3 * MINUTE_MS, kind


def test_sudden_faults_come_one_after_another_on_lifts_of_their_own(fleet: Fleet) -> None:
    sudden = ("overspeed", "moving_with_open_door", "unintended_movement", "free_fall")
    found = [truth for truth in fleet.truth() if truth.kind in sudden]
    assert len({truth.lift for truth in found}) == len(found) == 5
    assert all(20 <= (truth.from_ms - LIVE_MS) / 1000 <= 160 for truth in found)


def test_some_lifts_stay_healthy(fleet: Fleet) -> None:
    ill = {truth.lift for truth in fleet.truth() if not truth.never}
    assert len(fleet.lifts) - len(ill) >= 2


def test_the_estates_are_in_kunshan() -> None:
    """Codes of 20 characters, floors, speeds of 1.0 to 2.5 m/s, single and paired lifts."""
    fleet = demo_fleet(seed=1, start_ms=START_MS)
    registers = [sent for sent in fleet.run(START_MS + MINUTE_MS) if kind_of(sent) == "register"]
    assert len(registers) == 12
    assert {sent.topic.split("/")[2] for sent in registers} == {"320583"}
    assert len({sent.topic.split("/")[3] for sent in registers}) == 3
    for sent in registers:
        assert len(lift_of(sent)) == 20
        assert 1.0 <= sent.payload["rated_speed_mps"] <= 2.5
        assert sent.payload["floors"]
    assert {sent.payload["only_lift_of_unit"] for sent in registers} == {True, False}
    pair, other = registers[0].payload, registers[1].payload
    assert (pair["building"], pair["unit"], pair["floors"]) == (
        other["building"],
        other["unit"],
        other["floors"],
    )


def test_after_its_script_the_demo_stays_alive() -> None:
    """Every few minutes another fault, for a day."""
    times = sorted(fault.after_s - 3_600 for fault in demo_scenario(12).faults)
    later = [at_s for at_s in times if at_s > 180]
    assert later[0] < 900
    assert later[-1] > 23 * 3_600
    assert max(b - a for a, b in pairwise(later)) <= 300


@pytest.mark.parametrize("lifts", [1, 2, 5, 30])
def test_any_number_of_lifts_will_do(lifts: int) -> None:
    fleet = demo_fleet(seed=1, start_ms=START_MS, lifts=lifts)
    assert sum(1 for _ in fleet.run(LIVE_MS + 3 * MINUTE_MS)) > 500
    assert len(fleet.lifts) == lifts

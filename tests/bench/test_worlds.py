"""The worlds of `make evaluate`: every fault has its place, and one world is played and scored."""

import pickle
from itertools import pairwise
from pathlib import Path

import pytest

from bench import evaluate
from bench.worlds import (
    DANGER,
    NEGATIVE,
    OTHER,
    World,
    quiet_worlds,
    rates_of,
    troubled_worlds,
    worlds_of,
)
from simulators.faults import FAULTS, HARMLESS, kind_of_fault
from simulators.scenario import fault
from simulators.truth import Truth

SEEDS = (1, 2)


def instances() -> dict[str, int]:
    """How often each fault happens in the whole set."""
    found: dict[str, int] = {}
    for world in worlds_of(SEEDS):
        for one in world.faults:
            found[one.name] = found.get(one.name, 0) + 1
    return found


def test_every_fault_and_every_hard_negative_happens_often_enough() -> None:
    """300 of each kind of severity 1, 60 of the others, 100 of a negative that is over in hours."""
    found = instances()
    assert set(found) == set(FAULTS)
    kinds: dict[str, int] = {}
    for name, count in found.items():
        kinds[kind_of_fault(name)] = kinds.get(kind_of_fault(name), 0) + count
    for name in ("overspeed", "free_fall", "overrun", "entrapment", "emergency_call"):
        assert kinds[name] >= DANGER, name
    for name, count in kinds.items():
        assert count >= OTHER, name
    for name in HARMLESS:
        assert found[name] >= (NEGATIVE if name not in ("holiday", "nobody_comes") else OTHER), name


def test_no_two_faults_of_a_lift_overlap_in_the_short_worlds() -> None:
    """Each is over, and mended, before the next begins."""
    for world in worlds_of(SEEDS, share=0.1):
        if not world.name.startswith(("short", "blind", "visited", "records")):
            continue
        for lift in range(world.lifts):
            mine = [one for one in world.faults if one.lift == lift]
            mine.sort(key=lambda one: one.after_s)
            for before, after in pairwise(mine):
                assert after.after_s >= before.after_s + before.for_s + 1_000, (world.name, lift)


def test_dead_buttons_of_one_record_each_are_no_fault_of_their_make() -> None:
    """Five lifts of one make with one fault within ten minutes would be, by the contract."""
    for world in worlds_of((113, 114)):
        if world.name.startswith("button-record"):
            begins = sorted(one.after_s for one in world.faults)
            assert len(begins) > 5
            assert all(
                late - early > 600.0 for early, late in zip(begins, begins[4:], strict=False)
            )


def test_worlds_have_names_and_seeds_of_their_own() -> None:
    """Else two would write the same files, or play the same lifts."""
    worlds = [*worlds_of(SEEDS), *quiet_worlds(SEEDS, lifts=60, days=10), *troubled_worlds(SEEDS)]
    assert len({world.name for world in worlds}) == len(worlds)
    assert sum(world.lifts for world in worlds if world.name.startswith("quiet")) == 60


def test_worlds_go_to_processes_of_their_own() -> None:
    """And some troubles are many times as often there, nothing less often."""
    worlds = [*quiet_worlds(SEEDS, lifts=12, days=10), *troubled_worlds(SEEDS)]
    assert pickle.loads(pickle.dumps(worlds)) == worlds
    base, troubled = (
        {one.fault: one.per_year for one in rates_of(world)} for world in (worlds[0], worlds[-1])
    )
    assert all(troubled[fault] >= per_year for fault, per_year in base.items())
    assert troubled["terminal_offline"] == 150 * base["terminal_offline"]
    assert not rates_of(worlds_of(SEEDS)[0])


def test_a_world_is_played_and_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lift that runs away is found, and nothing else is claimed."""
    monkeypatch.setattr(evaluate, "OUT", tmp_path)
    world = World("short-1-0", 5, 1, 0.05, (fault(0, "overspeed", 1_500.0),))
    evaluate.run_world(world)
    score = evaluate.score_of([world])
    assert score.kinds["overspeed"].found == score.kinds["overspeed"].truths == 1
    assert score.all.false == 0
    assert score.lift_days == pytest.approx(0.05)


def test_what_a_world_ended_too_soon_for_counts_for_nobody() -> None:
    """Unless something of it was raised all the same."""
    truth = Truth(lift="L", kind="rope_slip", from_ms=0, expect_within_s=10.0)
    assert evaluate.is_over(truth, 10_000)
    assert not evaluate.is_over(truth, 9_999)
    assert evaluate.one_of(truth, [("L", "rope_slip", 0)])
    assert not evaluate.one_of(truth, [("L", "rope_slip", -1)])  # of what was before
    assert not evaluate.one_of(truth, [("M", "rope_slip", 0), ("L", "overspeed", 0)])

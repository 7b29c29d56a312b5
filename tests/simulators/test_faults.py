"""Each fault by itself: what it tells as the truth, and that the signals show just that."""

from itertools import pairwise
from typing import Any

import msgspec
import pytest

from liftwatch.clock import parse_ms
from liftwatch.telemetry.messages import KINDS
from simulators.faults import FAULTS
from simulators.fleet import Outgoing
from simulators.physics import GRAVITY_MPS2
from simulators.truth import Truth
from tests.simulators.runs import kind_of, neighbours, of_kind, play, states_by_lift

KIND_OF_FAULT = {"uncontrolled_movement": "free_fall", "visit": "", "jumping": ""}


def span_of(truths: list[Truth], kind: str) -> tuple[int, int]:
    """From when to when a condition held."""
    truth = next(one for one in truths if one.kind == kind)
    assert truth.to_ms is not None
    return truth.from_ms, truth.to_ms


def states(messages: list[Outgoing], from_ms: int, to_ms: int) -> list[dict[str, Any]]:
    """The states of the only lift within a time."""
    (all_of_it,) = states_by_lift(messages).values()
    return [state for at_ms, state in all_of_it if from_ms <= at_ms <= to_ms]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_tells_its_truth_and_heals(name: str) -> None:
    """It happens once, near its moment, by the contract; then the lift serves people again."""
    messages, truths = play(name)
    kind = KIND_OF_FAULT.get(name, name)
    own = [truth for truth in truths if truth.kind == kind]
    assert own
    assert abs((own[0].from_ms - messages[0].at_ms) / 1000 - 300) < 60
    assert all(truth.to_ms is not None for truth in truths)
    for sent in messages:
        msgspec.json.decode(msgspec.json.encode(sent.payload), type=KINDS[kind_of(sent)])
    last = of_kind(messages, "state")[-1]
    assert last["safety_chain_ok"]
    assert last["mains_ok"]
    assert last["service_mode"] == "normal"
    healed_ms = max(truth.to_ms or 0 for truth in truths)
    assert parse_ms(of_kind(messages, "ride")[-1]["at"]) > healed_ms


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "entrapment_suspected"])
def test_nobody_vanishes_whatever_happens(name: str) -> None:
    messages, _ = play(name)
    for (_, before), (_, after) in neighbours(messages):
        if before["doors_closed"] and after["doors_closed"]:
            assert before["people"] == after["people"]


def test_an_overspeeding_car_is_commanded_and_caught_between_landings() -> None:
    messages, truths = play("overspeed")
    during = states(messages, *span_of(truths, "overspeed"))
    rated = of_kind(messages, "register")[0]["rated_speed_mps"]
    fastest = max(during, key=lambda state: abs(state["speed_mps"]))
    assert 1.2 * rated < abs(fastest["speed_mps"]) <= 1.3 * rated
    assert fastest["run_command"]
    caught = next(state for state in during if state["car"] == "stopped")
    assert not caught["in_door_zone"]
    assert not caught["safety_chain_ok"]


def test_a_burst_of_free_fall_agrees_with_its_slow_channels() -> None:
    """Next to no force for less than half a second, a pulse, and the car is metres lower."""
    messages, truths = play("free_fall")
    (burst,) = of_kind(messages, "burst")
    low = [k for k, z in enumerate(burst["z_mps2"]) if z < 0.2 * GRAVITY_MPS2]
    assert low == list(range(low[0], low[-1] + 1))
    assert 0.3 <= len(low) / burst["rate_hz"] <= 0.6
    assert max(burst["z_mps2"][low[-1] :]) > 1.5 * GRAVITY_MPS2
    began_ms = parse_ms(burst["started_at"]) + low[0] * 1000 / burst["rate_hz"]
    assert began_ms == pytest.approx(span_of(truths, "free_fall")[0], abs=10)
    per_slow = burst["rate_hz"] / burst["slow_rate_hz"]
    first, last = int(low[0] / per_slow), int(low[-1] / per_slow)
    dropped_m = burst["position_m"][first] - burst["position_m"][last]
    assert dropped_m > 0.5
    rise_hpa = burst["pressure_hpa"][last] - burst["pressure_hpa"][first]
    assert rise_hpa == pytest.approx(0.118 * dropped_m, abs=0.08)


def test_an_empty_car_without_brake_goes_up_steadily_and_untold() -> None:
    messages, truths = play("uncontrolled_movement")
    from_ms, _ = span_of(truths, "free_fall")
    during = states(messages, from_ms, from_ms + 1_700)
    assert len(during) >= 3
    assert not any(state["run_command"] or state["people"] for state in during)
    gains = [
        (after["speed_mps"] - before["speed_mps"]) / ((t1 - t0) / 1000)
        for (t0, before), (t1, after) in neighbours(messages)
        if from_ms <= t0 and t1 <= from_ms + 1_700
    ]
    assert all(0.6 <= gain <= 1.4 for gain in gains)
    assert max(gains) - min(gains) < 0.01


def test_a_car_that_creeps_away_stops_within_what_the_standard_allows() -> None:
    """0.3 to 1.2 m from the landing, door open, without command."""
    messages, truths = play("unintended_movement")
    from_ms, to_ms = span_of(truths, "unintended_movement")
    during = states(messages, from_ms, from_ms + 20_000)
    assert not any(state["run_command"] or state["doors_closed"] for state in during)
    heights = [state["position_m"] for state in during]
    assert 0.3 <= heights[-1] - heights[0] <= 1.2
    assert to_ms > from_ms


def test_a_door_lost_on_a_ride_is_seen_at_speed() -> None:
    messages, truths = play("moving_with_open_door")
    from_ms, _ = span_of(truths, "moving_with_open_door")
    fast = [state for state in states(messages, from_ms, from_ms + 3_000) if state["speed_mps"]]
    assert sum(abs(state["speed_mps"]) > 0.3 and not state["doors_closed"] for state in fast) >= 3
    assert fast[0]["car_door"] == "open"


@pytest.mark.parametrize("mains", [0.0, 1.0])
def test_people_trapped_between_landings_call_and_are_let_out(mains: float) -> None:
    messages, truths = play("entrapment", mains=mains)
    from_ms, to_ms = span_of(truths, "entrapment")
    during = states(messages, from_ms, to_ms - 3_000)
    assert all(state["occupied"] and state["doors_closed"] for state in during)
    assert not during[0]["in_door_zone"]
    assert during[0]["mains_ok"] == (not mains)
    calls = [call["phase"] for call in of_kind(messages, "emergency_call")]
    assert [phase for phase in calls if phase != "test_ok"] == ["raised", "voice", "ended_on_site"]
    visits = [visit["phase"] for visit in of_kind(messages, "maintenance")]
    assert visits == ["in", "out"]
    assert states(messages, to_ms + 2_000, to_ms + 15_000)[0]["people"] == 0


def test_a_terminal_that_sees_nobody_gives_no_sign_of_them() -> None:
    """Nothing in any of its messages tells whether the stopped car is empty, until they call."""
    messages, truths = play("entrapment_suspected")
    from_ms, _ = span_of(truths, "entrapment_suspected")
    early = [sent for sent in messages if sent.at_ms < from_ms + 240_000]
    fields = {name for sent in early for name in sent.payload}
    assert not fields & {"occupied", "people", "load_pct", "edges"}
    assert not [call for call in of_kind(early, "emergency_call") if call["phase"] == "raised"]


def test_doors_that_do_not_close_are_tried_three_times() -> None:
    messages, _ = play("door_fault")
    results = [door["result"] for door in of_kind(messages, "door")]
    first = results.index("timeout_closing")
    assert results[first : first + 3] == ["timeout_closing"] * 3


def test_a_blocked_door_says_every_ten_seconds_that_it_is_held() -> None:
    messages, truths = play("door_blocked")
    from_ms, to_ms = span_of(truths, "door_blocked")
    held = [parse_ms(d["at"]) for d in of_kind(messages, "door") if d["result"] == "held"]
    assert held[0] == from_ms + 30_000
    assert {b - a for a, b in pairwise(held)} == {10_000}
    assert {state["car_door"] for state in states(messages, held[0], to_ms)} == {"held"}


def test_a_dead_button_is_pressed_and_never_registered() -> None:
    messages, truths = play("button_dead")
    from_ms, to_ms = span_of(truths, "button_dead")
    edges = [edge for body in of_kind(messages, "button") for edge in body["edges"]]
    presses: dict[tuple[Any, ...], list[str]] = {}
    for edge in edges:
        if from_ms < parse_ms(edge["at"]) <= to_ms:
            key = (edge["panel"], edge.get("floor"), edge.get("direction"))
            presses.setdefault(key, []).append(edge["edge"])
    dead = [told for told in presses.values() if told.count("press") >= 5]
    assert dead
    assert any("registered" not in told for told in dead)


def test_jumping_children_shake_the_sensor_and_move_nothing() -> None:
    """A hard negative: low for less than 0.3 s between two high pulses, heights a smooth line."""
    messages, truths = play("jumping")
    (burst,) = of_kind(messages, "burst")
    low = [k for k, z in enumerate(burst["z_mps2"]) if z < 0.3 * GRAVITY_MPS2]
    assert 0.1 <= len(low) / burst["rate_hz"] <= 0.3
    heights = burst["position_m"]
    steps = [after - before for before, after in pairwise(heights)]
    assert max(steps) - min(steps) < 0.03
    assert truths[0].never
    assert truths[0].kinds == ("free_fall",)


def test_a_visit_rides_with_an_open_door_in_inspection_mode() -> None:
    """A hard negative: what would be danger in normal service is work here."""
    messages, truths = play("visit", for_s=600.0)
    (quiet,) = truths
    assert quiet.to_ms is not None
    during = states(messages, quiet.from_ms + 1, quiet.to_ms - 15_000)
    rides = [state for state in during if state["car"] == "moving"]
    assert rides
    assert {state["service_mode"] for state in during} == {"inspection"}
    assert not any(state["doors_closed"] for state in rides)
    assert max(abs(state["speed_mps"]) for state in rides) <= 0.5

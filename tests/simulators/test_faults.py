"""Each fault by itself: what it tells as the truth, and that the signals show just that."""

from functools import cache
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from liftwatch.clock import parse_ms
from liftwatch.incidents.kinds import KINDS as INCIDENTS
from liftwatch.telemetry.messages import KINDS
from simulators.faults import DANGERS, FAULTS, STOPPED, kind_of_fault
from simulators.faults.wear import ANOMALOUS_RIDES
from simulators.fleet import Outgoing
from simulators.physics import GRAVITY_MPS2
from simulators.truth import Truth
from tests.simulators.runs import kind_of, neighbours, of_kind, play, states_by_lift

DAY_S = 86_400.0
SLOW: dict[str, dict[str, float]] = {
    "button_silent": {"for_s": 5 * DAY_S},
    "emergency_call_untested": {"for_s": 3.5 * DAY_S, "people_per_day": 40.0},
    "maintenance_overdue": {"for_s": 16 * DAY_S, "people_per_day": 40.0},
    "ageing": {"for_s": DAY_S, "people_per_day": 40.0},
    "inspection_due": {"for_s": DAY_S, "people_per_day": 40.0},
    "vibration_wear": {"for_s": 0.3 * DAY_S},
    "door_wear": {"for_s": 0.3 * DAY_S},
    "brake_wear": {"for_s": 0.3 * DAY_S},
    "rope_slip": {"for_s": 0.3 * DAY_S},
    "levelling_drift": {"for_s": 0.5 * DAY_S},
    "holiday": {"for_s": DAY_S},
}
"""How long the slow faults are played here; the table's weeks would take as long as a real one."""
FROM_ELSEWHERE = {"emergency_call_untested", "maintenance_overdue", "ageing", "inspection_due"}
"""Faults whose truth begins by the calendar, not at their moment."""
LIFTS = {"mains_lost_building": 4, "fleet_fault": 7}


def run(name: str) -> tuple[list[Outgoing], list[Truth]]:
    """A fault as these tests play it, and half an hour and more after it."""
    options = SLOW.get(name, {})
    for_s = options.get("for_s", FAULTS[name].for_s)
    minutes = 40.0 + for_s / 60 + (90.0 if for_s > 7_000 else 0.0)
    return play(name, lifts=LIFTS.get(name, 1), minutes=minutes, **options)


@cache
def played(name: str) -> tuple[list[Outgoing], list[Truth]]:
    """The same, once for all tests that look at it."""
    return run(name)


KINDS_OF_INCIDENT = {kind.name for kind in INCIDENTS}


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
    messages, truths = played(name)
    own = [truth for truth in truths if truth.kind == kind_of_fault(name)]
    assert own
    if name not in FROM_ELSEWHERE:
        for_s = SLOW.get(name, {}).get("for_s", FAULTS[name].for_s)
        assert 240 <= (own[0].from_ms - messages[0].at_ms) / 1000 <= 360 + for_s
    assert all(truth.to_ms is not None and truth.to_ms >= truth.from_ms for truth in truths)
    assert all(truth.never or truth.expect_within_s > 0 for truth in truths)
    for sent in messages:
        msgspec.json.decode(msgspec.json.encode(sent.payload), type=KINDS[kind_of(sent)])
    last = of_kind(messages, "state")[-1]
    assert last["safety_chain_ok"]
    assert last["mains_ok"]
    assert last["position_known"]
    assert last["service_mode"] == "normal"
    # A record stays wrong after the technician has left: an hour, by what these truths say.
    ended_ms = max(
        (truth.to_ms or 0 for truth in truths if truth.kind != "maintenance_contradicted"),
        default=0,
    )
    assert parse_ms(of_kind(messages, "ride")[-1]["at"]) > ended_ms


@pytest.mark.parametrize("name", FAULTS)
def test_a_window_of_quiet_holds_no_truth_of_its_kinds(name: str) -> None:
    """What a truth calls right cannot be wrong at the same time."""
    _, truths = played(name)
    for quiet in truths:
        if quiet.never:
            assert quiet.kinds
            assert set(quiet.kinds) <= KINDS_OF_INCIDENT
            for truth in truths:
                same = truth.kind in quiet.kinds and truth.lift == quiet.lift
                assert not same or truth.from_ms > (quiet.to_ms or 0)
        else:
            assert {quiet.kind, *quiet.also} <= KINDS_OF_INCIDENT


def test_every_kind_has_a_fault_and_something_that_only_looks_like_it() -> None:
    """Contract, section 2: no kind is left out, in either way."""
    kinds = {truth.kind for name in FAULTS for truth in played(name)[1] if not truth.never}
    quiet = {kind for name in FAULTS for truth in played(name)[1] for kind in truth.kinds}
    assert kinds == KINDS_OF_INCIDENT
    assert quiet == KINDS_OF_INCIDENT


@pytest.mark.parametrize("name", ["overrun", "door_impact", "button_stuck", "terminal_restart"])
def test_the_same_seed_plays_the_same_fault(name: str) -> None:
    assert msgspec.json.encode(run(name)) == msgspec.json.encode(played(name))


VARIANTS: tuple[tuple[str, dict[str, float], str], ...] = (
    ("overrun", {"bottom": 1.0}, "overrun"),
    ("overrun", {"past_m": 0.4, "people": 1.0}, "entrapment"),
    ("run_time_limit", {"people": 1.0, "creep_mps": 0.01}, "entrapment"),
    ("mains_lost", {"people": 2.0}, "entrapment"),
    ("entrapment", {"mains": 1.0}, "mains_lost"),
    ("entrapment_at_landing", {"people": 4.0, "try_s": 30.0}, "door_fault"),
    ("door_impact", {"force_n": 100.0, "obstructed_s": 1.2}, "door_impact"),
    ("door_impact", {"force_n": 200.0, "obstructed_s": 0.0}, "door_impact"),
    ("door_fault_opening", {"try_s": 31.0}, "door_fault"),
    ("button_stuck", {"held": 0.0, "for_s": 600.0}, "button_stuck"),
    ("vibration_wear", {"part": 3.0, "for_s": 3_600.0}, "vibration_wear"),
    ("door_wear", {"everywhere": 1.0, "for_s": 3_600.0}, "door_wear"),
    ("inspection_due", {"days": 0.0, "for_s": 3_600.0}, "inspection_due"),
    ("terminal_offline", {"will": 0.0, "stores": 0.0}, "terminal_offline"),
    ("levelling_step", {"step_mm": 60.0}, "levelling_error"),
    ("position_frozen", {"told": 0.0}, ""),
    ("fleet_fault", {"count": 5.0}, "fleet_fault"),
)


@pytest.mark.parametrize(("name", "options", "kind"), VARIANTS)
def test_a_fault_has_variants(name: str, options: dict[str, float], kind: str) -> None:
    """Each option means something, and the lift heals from each."""
    messages, truths = play(
        name, lifts=LIFTS.get(name, 1), minutes=60.0 + options.get("for_s", 0.0) / 30, **options
    )
    assert kind in {truth.kind for truth in truths}
    assert all(truth.to_ms is not None for truth in truths)
    last = of_kind(messages, "state")[-1]
    assert last["service_mode"] == "normal"
    assert last["safety_chain_ok"]


@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("name", [*DANGERS, *STOPPED])
def test_a_fault_heals_on_other_lifts_too(name: str, seed: int) -> None:
    """Low blocks and high ones, slow and fast, of any age."""
    if name == "button_silent":
        return  # days, and played above
    messages, truths = play(name, seed=seed, minutes=45.0)
    assert {truth.kind for truth in truths} >= {kind_of_fault(name)}
    assert all(truth.to_ms is not None for truth in truths)
    assert of_kind(messages, "state")[-1]["service_mode"] == "normal"


def test_a_car_past_its_last_landing_strikes_the_buffer_below() -> None:
    """Below the lowest landing, out of its zone, chain open, a blow of nearly a g in a burst."""
    messages, truths = play("overrun", bottom=1.0)
    from_ms, _ = span_of(truths, "overrun")
    low_m = of_kind(messages, "register")[0]["floors"][0]["height_m"]
    rest = states(messages, from_ms + 3_000, from_ms + 60_000)
    for state in rest:
        assert state["position_m"] == pytest.approx(low_m - 0.25, abs=0.01)
    assert not any(state["safety_chain_ok"] or state["in_door_zone"] for state in rest)
    (burst,) = of_kind(messages, "burst")
    assert max(burst["z_mps2"]) > 1.7 * GRAVITY_MPS2


def test_a_heavy_trolley_makes_the_car_follow_its_ropes_with_open_doors() -> None:
    """A hard negative: it moves with the doors open, commanded, at a creep, within the zone."""
    messages, truths = play("relevelling")
    (quiet,) = truths
    assert quiet.to_ms is not None
    during = states(messages, quiet.from_ms, quiet.to_ms)
    moving = [s for s in during if s["car"] == "moving" and not s["doors_closed"]]
    assert moving
    assert all(state["in_door_zone"] and state["run_command"] for state in moving)
    assert max(abs(state["speed_mps"]) for state in moving) <= 0.03


MISCOUNTED = {"position_miscounted", "position_frozen"}
NOT_SEEN = {"entrapment_suspected", "presence_flapping", "terminal_restart", "terminal_offline"}
TOLD_LATE = {"short_outage", "bad_network", "clock_wrong", "clock_drift"}


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in NOT_SEEN | TOLD_LATE])
def test_nobody_vanishes_whatever_happens(name: str) -> None:
    messages, _ = played(name)
    for (_, before), (_, after) in neighbours(messages):
        if before["doors_closed"] and after["doors_closed"]:
            assert before.get("people") == after.get("people")


@pytest.mark.parametrize(
    "name", [name for name in FAULTS if name not in MISCOUNTED | NOT_SEEN | TOLD_LATE]
)
def test_a_car_is_where_its_speed_has_brought_it(name: str) -> None:
    """Position is continuous and follows the speed told, as far as two states a second allow."""
    messages, _ = played(name)
    for (t0, before), (t1, after) in neighbours(messages):
        dt_s = (t1 - t0) / 1000
        moved_m = abs(after["position_m"] - before["position_m"])
        if before["car"] == after["car"] == "stopped":
            assert moved_m <= 0.06
        elif name != "speed_spike":
            fastest = max(abs(before["speed_mps"]), abs(after["speed_mps"])) + 10.0 * dt_s / 2
            assert moved_m <= fastest * dt_s + 0.06


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


def test_a_drive_out_of_tune_stays_so_until_people_have_ridden() -> None:
    """Two hours of a lift that hardly anybody rides are no chance to find it."""
    messages, truths = play("ride_anomaly", minutes=30 * 60.0, people_per_day=25.0, for_s=1_200.0)
    (truth,) = (one for one in truths if one.kind == "ride_anomaly")
    assert truth.to_ms is not None
    ends = [parse_ms(ride["at"]) for ride in of_kind(messages, "ride")]
    during = [at_ms for at_ms in ends if truth.from_ms < at_ms <= truth.to_ms]
    assert truth.to_ms > truth.from_ms + 2_400_000
    assert ANOMALOUS_RIDES <= len(during) < 2 * ANOMALOUS_RIDES
    assert abs(during[ANOMALOUS_RIDES - 1] - truth.from_ms - truth.expect_within_s * 1000) < 60_000
    _, cut = play("ride_anomaly", minutes=30.0, people_per_day=25.0, for_s=1_200.0)
    (open_one,) = (one for one in cut if one.kind == "ride_anomaly")
    assert open_one.from_ms + open_one.expect_within_s * 1000 > messages[0].at_ms + 30 * 60_000


def test_a_record_is_wrong_from_the_moment_it_is_made() -> None:
    """Whoever holds it against an open alarm may say so at once."""
    for seed in range(4):
        messages, truths = play("contradicted_by_button", seed=seed, minutes=70.0)
        from_ms, _ = span_of(truths, "maintenance_contradicted")
        out = [one for one in of_kind(messages, "maintenance") if one["phase"] == "out"]
        assert from_ms in [parse_ms(one["at"]) for one in out]

"""A healthy lift with a bad terminal: no exception, and no false alarm of danger to life.

Each case spoils what a simulated lift said in an hour of its morning, or across midnight.
"""

import copy
import random
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
import pytest

from detectors.fleet import Fleet
from ingest.decode import Publication, decode
from liftwatch.clock import HOUR_MS, parse_ms, rfc3339
from liftwatch.incidents.incident import AlarmChange
from liftwatch.telemetry.messages import State
from simulators.files import received
from simulators.fleet import make_fleet
from simulators.scenario import Scenario, fault

MORNING_MS = parse_ms("2026-03-02T00:00:00Z")  # eight in Shanghai
MIDNIGHT_MS = parse_ms("2026-03-01T15:30:00Z")  # half an hour before the day ends there
SIGNALS = [name for name in State.__struct_fields__ if name not in ("v", "terminal", "boot", "seq")]
SIGNALS = [name for name in SIGNALS if name not in ("at", "clock_ok", "exercise")]
ALONE = frozenset(
    {"occupied", "people", "load_pct"}
    | {"doors_closed", "car_door", "car", "speed_mps", "in_door_zone"}
)
"""Signals by which alone the contract tells a danger: frozen unnoticed, they tell one."""
Said = list[tuple[str, dict[str, Any], int]]
Spoil = Callable[[Said, random.Random], Said]


@cache
def healthy(start_ms: int, hours: float) -> bytes:
    """What one lift says, somebody jumping once so that there is a burst."""
    scenario = Scenario((fault(0, "jumping", 1500.0),))
    fleet = make_fleet(seed=4, lifts=1, start_ms=start_ms, scenario=scenario)
    until_ms = start_ms + int(hours * HOUR_MS)
    said = [
        (sent.topic, sent.payload, at_ms)
        for at_ms, sent in received(fleet.run(until_ms), random.Random(1))
    ]
    return msgspec.json.encode(said)


def judged(said: Said) -> list[AlarmChange]:
    """All changes; what cannot be decoded is a dead letter and no matter of this test."""
    fleet, changes = Fleet(), list[AlarmChange]()
    for topic, payload, at_ms in sorted(said, key=lambda one: one[2]):
        for message in decode(Publication(topic, msgspec.json.encode(payload), at_ms)).messages:
            changes += fleet.hear(message)
        changes += fleet.advance(at_ms)
    return changes + fleet.finish()


def dangers(spoil: Spoil, *, start_ms: int = MORNING_MS, hours: float = 1.0) -> list[str]:
    """The kinds of severity 1 that a spoilt hour raises."""
    said: Said = msgspec.json.decode(healthy(start_ms, hours), type=Said)
    changes = judged(spoil(said, random.Random(7)))
    return [f"{one.kind} {one.evidence}" for one in changes if one.severity == 1]


def is_state(topic: str) -> bool:
    """Whether a topic is of states."""
    return topic.endswith("/state")


def test_a_healthy_hour_is_quiet() -> None:
    """The measure of all below."""
    assert dangers(lambda said, _: said) == []


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_is_missing(name: str) -> None:
    """What is not told is unknown."""

    def spoil(said: Said, _: random.Random) -> Said:
        for topic, payload, _at in said:
            if is_state(topic):
                payload.pop(name, None)
        return said

    assert dangers(spoil) == []


@pytest.mark.parametrize(
    ("name", "announced"),
    [(name, True) for name in SIGNALS] + [(name, False) for name in SIGNALS if name not in ALONE],
)
def test_a_signal_is_frozen(name: str, announced: bool) -> None:
    """From the middle on it tells the same, whether the terminal notices or not."""

    def spoil(said: Said, _: random.Random) -> Said:
        kept: Any = None
        for k, (topic, payload, _at) in enumerate(said):
            if is_state(topic) and name in payload:
                kept = payload[name] if kept is None or k < len(said) // 2 else kept
                payload[name] = kept
            elif topic.endswith("/health") and k >= len(said) // 2 and announced:
                payload["sensors"] = dict.fromkeys(payload["sensors"], "fault")
        return said

    assert dangers(spoil) == []


@pytest.mark.parametrize(
    ("name", "wild"),
    [
        ("position_m", 240.0),
        ("position_m", -40.0),
        ("speed_mps", 9.0),
        ("speed_mps", -9.0),
        ("level_error_mm", 900.0),
        ("load_pct", 250.0),
        ("floor", 140),
        ("doors_closed", False),
        ("in_door_zone", False),
    ],
)
def test_a_signal_jumps(name: str, wild: Any) -> None:
    """One state in fifty tells nonsense, no two in a row."""

    def spoil(said: Said, rng: random.Random) -> Said:
        sane = 0
        for topic, payload, _at in said:
            sane += is_state(topic)
            if is_state(topic) and sane > 2 and rng.random() < 0.02:
                payload[name], sane = wild, 0
        return said

    assert dangers(spoil) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"rated_speed_mps": None},
        {"floors": None},
        {"floors": []},
        {"floors": "reversed"},
        {"floors": "shuffled"},
        {"floors": "one missing"},
        {"door_zone_mm": None, "rated_load_kg": None, "roping": None},
        "none at all",
    ],
    ids=str,
)
def test_a_register_that_is_empty_or_wrong(facts: Any) -> None:
    """Heights that do not rise, floors that are missing, nothing at all."""

    def spoil(said: Said, rng: random.Random) -> Said:
        if facts == "none at all":
            return [one for one in said if not one[0].endswith("/register")]
        for topic, payload, _at in said:
            if topic.endswith("/register"):
                floors = payload["floors"]
                for name, value in facts.items():
                    payload[name] = value
                heights = [row["height_m"] for row in floors]
                if facts.get("floors") == "reversed":
                    heights.reverse()
                elif facts.get("floors") == "shuffled":
                    rng.shuffle(heights)
                elif facts.get("floors") == "one missing":
                    del floors[len(floors) // 2]
                if isinstance(facts.get("floors"), str):
                    rows = zip(floors, heights, strict=False)
                    payload["floors"] = [{**row, "height_m": height} for row, height in rows]
        return said

    assert dangers(spoil) == []


def test_boots_in_mid_ride() -> None:
    """Three times; the last minutes before are lost, and `seq` begins again."""

    def spoil(said: Said, _: random.Random) -> Said:
        moving = [k for k, one in enumerate(said) if one[1].get("car") == "moving"]
        cuts = [moving[len(moving) * n // 4] for n in (1, 2, 3)]
        kept, boot, first = [], 0, 0
        for k, (topic, payload, at_ms) in enumerate(said):
            if k in cuts:
                boot, first = boot + 1, payload["seq"]
            if any(cut - 12 <= k < cut for cut in cuts):
                continue
            again = {"boot": f"b{boot}", "seq": payload["seq"] - first} if boot else {}
            kept.append((topic, {**payload, **again}, at_ms))
        return kept

    assert dangers(spoil) == []


def test_half_a_burst() -> None:
    """Axes and slow channels of unlike lengths, cut anywhere."""
    for share in (0.1, 0.37, 0.5, 0.9):

        def spoil(said: Said, rng: random.Random, share: float = share) -> Said:
            for topic, payload, _at in said:
                if topic.endswith("/burst"):
                    payload["z_mps2"] = payload["z_mps2"][: int(share * len(payload["z_mps2"]))]
                    for name in ("x_mps2", "y_mps2", "position_m", "pressure_hpa", "speed_mps"):
                        if payload.get(name) and rng.random() < 0.7:
                            payload[name] = payload[name][: int(share * len(payload[name]))]
            return said

        assert dangers(spoil) == [], share


@pytest.mark.parametrize("late_ms", [0, 300, 1500])
def test_two_terminals_on_one_lift(late_ms: int) -> None:
    """The second tells the same, a little later, with a count of its own."""

    def spoil(said: Said, _: random.Random) -> Said:
        second = copy.deepcopy(said)
        for n, (_topic, payload, _at) in enumerate(second):
            payload |= {"terminal": "T-second", "boot": "other", "seq": n}
        return said + [(topic, payload, at_ms + late_ms) for topic, payload, at_ms in second]

    assert dangers(spoil) == []


def test_a_lift_that_changes_its_terminal() -> None:
    """The old one falls silent in the middle, the new one begins to count."""

    def spoil(said: Said, _: random.Random) -> Said:
        for n, (_topic, payload, _at) in enumerate(said[len(said) // 2 :]):
            payload |= {"terminal": "T-new", "boot": "new", "seq": n}
        return said

    assert dangers(spoil) == []


@pytest.mark.parametrize("apart_ms", [500, 1900, 5_000, 60_000])
def test_disorder_across_midnight(apart_ms: int) -> None:
    """Messages change places, also far beyond the wait of two seconds."""

    def spoil(said: Said, rng: random.Random) -> Said:
        return [
            (topic, payload, at_ms + (rng.randrange(apart_ms) if rng.random() < 0.3 else 0))
            for topic, payload, at_ms in said
        ]

    assert dangers(spoil, start_ms=MIDNIGHT_MS) == []


def test_a_clock_that_is_hours_off() -> None:
    """What says so is judged by when it was received."""

    def spoil(said: Said, _: random.Random) -> Said:
        for _topic, payload, _at in said:
            at_ms = parse_ms(payload["at"]) - 5 * HOUR_MS
            payload |= {"at": rfc3339(at_ms), "clock_ok": False}
        return said

    assert dangers(spoil) == []

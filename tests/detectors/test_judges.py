"""What is read off one state and off two, case by case: the judges that rules on motion share."""

from datetime import datetime
from typing import Any

import pytest

from detectors.moment import (
    Moment,
    is_closed,
    is_levelling,
    is_moving,
    is_open,
    moment_of,
    without_command,
)
from detectors.motion import accel_mps2, can_follow, certain_ms, position_agrees, runs
from detectors.people import People, shows_people
from liftwatch.clock import parse_ms, rfc3339
from liftwatch.telemetry.messages import Button, Edge, EmergencyCall, State

ENVELOPE: dict[str, Any] = {"v": 1, "terminal": "T", "boot": "b", "seq": 0, "at": ""}
START_MS = parse_ms("2026-03-02T08:00:00Z")
Told = dict[str, Any]


def state(**fields: Any) -> State:
    """A state that says this and nothing else."""
    return State(**ENVELOPE, **fields)


def at(ms: int, **fields: Any) -> Moment:
    """A state at its time."""
    return moment_of(ms, state(**fields))


@pytest.mark.parametrize(
    ("told", "closed", "opened"),
    [
        ({}, None, None),
        ({"doors_closed": True}, True, False),
        ({"doors_closed": False}, False, True),
        ({"car_door": "closed"}, True, False),
        ({"car_door": "opening"}, False, False),
        ({"car_door": "closing"}, False, False),
        ({"car_door": "open"}, False, True),
        ({"car_door": "held"}, False, True),
        ({"car_door": "unknown"}, None, None),
        ({"car_door": "closed", "doors_closed": False}, False, False),
        ({"car_door": "open", "doors_closed": True}, True, True),
        ({"car_door": "unknown", "doors_closed": True}, True, False),
    ],
)
def test_doors(told: Told, closed: bool | None, opened: bool | None) -> None:
    """Closed are all doors; people pass where the car's stands open."""
    assert is_closed(state(**told)) is closed
    assert is_open(state(**told)) is opened


@pytest.mark.parametrize(
    ("told", "moving"),
    [
        ({}, None),
        ({"speed_mps": 0.03}, False),
        ({"speed_mps": -0.031}, True),
        ({"car": "moving"}, True),
        ({"car": "stopped"}, False),
        ({"car": "stopped", "speed_mps": 0.5}, True),
        ({"car": "moving", "speed_mps": 0.0}, True),
        ({"car": "stopped", "speed_mps": 0.02}, False),
    ],
)
def test_movement(told: Told, moving: bool | None) -> None:
    """By the speed where it is above the noise, else by what the terminal says."""
    assert is_moving(state(**told)) is moving


@pytest.mark.parametrize(
    ("told", "levelling"),
    [
        ({}, True),
        ({"speed_mps": 0.3}, True),
        ({"speed_mps": -0.31}, False),
        ({"speed_mps": 0.1, "in_door_zone": True}, True),
        ({"speed_mps": 0.1, "in_door_zone": False}, False),
        ({"in_door_zone": False}, False),
    ],
)
def test_levelling(told: Told, levelling: bool) -> None:
    """Slow, and not off the zone."""
    assert is_levelling(state(**told)) is levelling


FAST_OPEN = {"doors_closed": False, "speed_mps": 1.0}


@pytest.mark.parametrize(
    ("told", "untold"),
    [
        ({}, None),
        ({"run_command": False}, True),
        ({"run_command": True}, False),
        ({"brake": "applied"}, True),
        ({"brake": "lifted"}, False),
        ({"brake": "unknown"}, None),
        ({"run_command": True, "brake": "applied"}, True),
        ({"run_command": False, "brake": "lifted"}, True),
        (FAST_OPEN, True),
        (FAST_OPEN | {"doors_closed": True}, None),
        (FAST_OPEN | {"speed_mps": 0.2}, None),
        (FAST_OPEN | {"speed_mps": 0.0}, None),
        (FAST_OPEN | {"run_command": True}, False),
        (FAST_OPEN | {"brake": "lifted"}, False),
    ],
)
def test_command(told: Told, untold: bool | None) -> None:
    """No run command, or the brake applied; or fast with a door open, where neither is told."""
    assert without_command(state(**told)) is untold


G15 = 1.5 * 9.80665


@pytest.mark.parametrize(
    ("dt_ms", "v0", "v1", "follows"),
    [
        (1_000, 0.0, G15, True),
        (1_000, 0.0, -G15, True),
        (1_000, 0.0, G15 + 0.01, False),
        (3_000, 0.0, 1.0, True),
        (3_001, 0.0, 1.0, False),
        (1, 1.0, 1.0, True),
        (0, 1.0, 1.0, False),
        (-500, 1.0, 1.0, False),
        (500, None, 1.0, False),
        (500, 1.0, None, False),
    ],
)
def test_what_can_follow(dt_ms: int, v0: float | None, v1: float | None, follows: bool) -> None:
    """Within 3 s, and no faster than one and a half g."""
    earlier, later = at(10_000, speed_mps=v0), at(10_000 + dt_ms, speed_mps=v1)
    assert can_follow(earlier, later) is follows
    known = dt_ms > 0 and v0 is not None and v1 is not None
    assert (accel_mps2(earlier, later) is not None) is known


@pytest.mark.parametrize(
    ("speed", "position", "agrees"),
    [
        (1.0, 1.5, True),
        (1.0, 1.51, False),
        (1.0, 0.5, True),
        (1.0, 0.49, False),
        (10.0, 13.5, True),
        (10.0, 13.51, False),
        (-10.0, -13.5, True),
        (-10.0, -6.49, False),
    ],
)
def test_position_and_speed(speed: float, position: float, agrees: bool) -> None:
    """Within half a metre, or 35 % of the way."""
    earlier = at(0, speed_mps=speed, position_m=0.0)
    later = at(1_000, speed_mps=speed, position_m=position)
    assert position_agrees(earlier, later) is agrees
    assert can_follow(earlier, later) is agrees


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    "gone", [{"position_m": None}, {"speed_mps": None}, {"position_known": False}]
)
def test_a_position_that_is_not_told_contradicts_nothing(which: int, gone: Told) -> None:
    """On either side; and a controller that is sure of it is believed."""
    told = [
        {"speed_mps": 1.0, "position_m": 0.0, "position_known": True},
        {"speed_mps": 1.0, "position_m": 9.0, "position_known": True},
    ]
    assert not position_agrees(at(0, **told[0]), at(1_000, **told[1]))
    told[which] |= gone
    assert position_agrees(at(0, **told[0]), at(1_000, **told[1]))


def test_stretches_end_where_it_does_not_hold_or_cannot_follow() -> None:
    """A gap, a state between, a jump."""
    window = [at(ms, speed_mps=1.0) for ms in (0, 500, 1_000, 1_500, 6_000, 6_500)]
    holds = [True, True, False, True, True, True]
    found = [[one.at_ms for one in run] for run in runs(window, holds)]
    assert found == [[0, 500], [1_500], [6_000, 6_500]]
    assert runs(window, [False] * 6) == []


def test_certain_by_its_own_states() -> None:
    """Never by one alone, however short the time."""
    run = [at(ms, speed_mps=1.0) for ms in (0, 400, 600)]
    assert certain_ms(run, 400) == 400
    assert certain_ms(run, 401) == 600
    assert certain_ms(run, 601) is None
    assert certain_ms(run[:1], 0) is None


@pytest.mark.parametrize(
    ("told", "shows"),
    [
        ({}, False),
        ({"occupied": True}, True),
        ({"occupied": False}, False),
        ({"people": 1}, True),
        ({"people": 0}, False),
        ({"load_pct": 5.0}, True),
        ({"load_pct": 4.9}, False),
        ({"occupied": False, "load_pct": 30.0}, True),
        ({"occupied": True, "people": 0, "load_pct": 0.0}, True),
    ],
)
def test_signs_of_people(told: Told, shows: bool) -> None:
    """Any of them."""
    assert shows_people(state(**told)) is shows


@pytest.mark.parametrize(
    ("told", "inside"),
    [
        (None, None),
        ({}, None),
        ({"occupied": True}, True),
        ({"occupied": False}, False),
        ({"people": 0}, False),
        ({"people": 2}, True),
        ({"load_pct": 1.0}, None),
    ],
)
def test_what_a_state_alone_tells(told: Told | None, inside: bool | None) -> None:
    """An empty scale is no proof; nothing told is unknown."""
    one = None if told is None else state(**told)
    assert People().inside(one, START_MS) is inside


@pytest.mark.parametrize("sign", ["press", "call"])
@pytest.mark.parametrize(
    ("after_ms", "inside"), [(0, True), (180_000, True), (180_001, False), (-1, False)]
)
def test_a_sign_counts_for_three_minutes(sign: str, after_ms: int, inside: bool) -> None:
    """A car button, or an emergency call; not before it."""
    people = People()
    if sign == "press":
        people.take_button(pressed(START_MS))
    else:
        people.take_call(EmergencyCall(**ENVELOPE, phase="raised"), START_MS)
    assert people.inside(state(occupied=False), START_MS + after_ms) is inside


def pressed(at_ms: int, *, panel: str = "car", edge: str = "press", told: bool = True) -> Button:
    """One edge."""
    moment = parse_moment(at_ms) if told else None
    one = Edge(panel=panel, floor=1, button="floor", edge=edge, at=moment)
    return Button(**ENVELOPE, edges=[one])


def parse_moment(at_ms: int) -> Any:
    """A moment as an edge holds it."""
    return datetime.fromisoformat(rfc3339(at_ms))


@pytest.mark.parametrize(
    "button",
    [
        pressed(START_MS, panel="landing"),
        pressed(START_MS, edge="registered"),
        pressed(START_MS, edge="cancelled"),
        pressed(START_MS, told=False),
        Button(**ENVELOPE),
    ],
)
def test_what_is_no_sign(button: Button) -> None:
    """A landing button, a lamp, an edge nobody dated."""
    people = People()
    people.take_button(button)
    for phase in ("acknowledged", "voice", "test_ok"):
        people.take_call(EmergencyCall(**ENVELOPE, phase=phase), START_MS)
    assert people.inside(state(occupied=False), START_MS) is False


def test_the_newest_sign_counts() -> None:
    """Whatever comes late."""
    people = People()
    for after_ms in (0, 60_000, 30_000):
        people.take_button(pressed(START_MS + after_ms))
        people.take_call(EmergencyCall(**ENVELOPE, phase="raised"), START_MS + after_ms)
    assert people.press_ms == people.call_ms == START_MS + 60_000


def test_a_press_behind_closed_doors_holds_until_they_open() -> None:
    """The first of them; a press at the moment of closing may be from one who left."""
    people, shut = People(), state(doors_closed=True, occupied=False)
    people.take_state(shut, START_MS, closed=True, moving=False)
    people.take_button(pressed(START_MS))
    assert people.inside(shut, START_MS + 600_000) is False
    people.take_button(pressed(START_MS + 1))
    people.take_button(pressed(START_MS + 9_000))
    assert people.pressed_ms == START_MS + 1
    assert people.inside(shut, START_MS + 600_000) is True
    assert people.inside(shut, START_MS - 1) is False
    people.take_state(shut, START_MS + 700_000, closed=False, moving=False)
    assert people.inside(shut, START_MS + 700_001) is False
    people.take_button(pressed(START_MS + 701_000))
    assert people.pressed_ms is None


SEEN = {"doors_closed": True, "occupied": True}
EMPTY = {"doors_closed": True, "occupied": False}
OPEN = {"doors_closed": False, "occupied": True}


@pytest.mark.parametrize(
    ("told", "seen_s"),
    [
        # behind doors that were closed when we first heard of them nobody can have left
        ([(0, SEEN, False)], 0),
        ([(0, SEEN, False), (5, SEEN, True)], 0),
        # who was seen at the closing may just have left; 10 s later they have not
        ([(0, OPEN, False), (1, SEEN, False), (2, EMPTY, False)], None),
        ([(0, OPEN, False), (1, SEEN, False), (10.9, EMPTY, False)], None),
        ([(0, OPEN, False), (1, SEEN, False), (11, EMPTY, False)], 1),
        # a car that moves, or stands between landings, lets nobody out
        ([(0, OPEN, False), (1, SEEN, True), (2, EMPTY, True)], 1),
        ([(0, OPEN, False), (1, SEEN | {"in_door_zone": False}, False)], 1),
        ([(0, OPEN, False), (1, SEEN | {"in_door_zone": True}, False)], None),
        # nobody was seen
        ([(0, OPEN, False), (1, EMPTY, True), (20, EMPTY, True)], None),
        ([(0, EMPTY, False), (5, SEEN, False), (6, EMPTY, False)], None),
        ([(0, EMPTY, False), (5, SEEN, True)], 5),
        # open doors end it, unknown ones do not
        ([(0, SEEN, False), (1, OPEN, False), (2, EMPTY, True)], None),
        ([(0, SEEN, False), (1, {"occupied": True}, False), (2, EMPTY, True)], 0),
    ],
)
def test_who_was_seen_behind_closed_doors(
    told: list[tuple[float, Told, bool]], seen_s: float | None
) -> None:
    """Since when somebody is known to be inside, whatever the sensor says later."""
    people = People()
    for after_s, fields, moving in told:
        one = state(**fields)
        at_ms = START_MS + int(after_s * 1000)
        people.take_state(one, at_ms, closed=is_closed(one), moving=moving)
    expected = None if seen_s is None else START_MS + int(seen_s * 1000)
    assert people.seen_ms == expected

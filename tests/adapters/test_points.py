"""Times and fields of points: identity, order, clocks that are wrong, bursts without a rate."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftwatch.clock import DAY_MS, rfc3339
from liftwatch.telemetry.messages import EDGES_MAX, KINDS, Message, Ride
from liftwatch.telemetry.points import STRIDE, field_types, points_of
from liftwatch.telemetry.signals import signals_of

AT_MS = 1_772_439_240_000

Make = Callable[..., Message]


def at(ms: float) -> str:
    """A time on the wire, milliseconds after the beginning."""
    return rfc3339(AT_MS + int(ms))


@pytest.mark.parametrize("kind", KINDS)
def test_the_main_point_is_always_there(message: Make, kind: str) -> None:
    """Even if nothing was said: who, and in its millisecond."""
    (point,) = points_of(message(kind, at_ms=AT_MS))
    assert point.fields == {"terminal": "T-7", "boot": "b41", "seq": 1}
    assert point.time_ns // 1_000_000 == AT_MS


@pytest.mark.parametrize("kind", KINDS)
def test_every_signal_has_one_type(kind: str) -> None:
    """Those of the table, in its order, then the identity."""
    types = field_types(kind)
    assert list(types)[: len(signals_of(kind))] == [row.name for row in signals_of(kind)]
    assert set(types.values()) <= {"bool", "int", "float", "str"}


def test_floats_are_floats_and_unknown_is_left_out(message: Make) -> None:
    """Whoever made the message; what is not finite is unknown."""
    ride = message("ride")
    ride.body = Ride(
        v=1, terminal="T", boot="b", seq=1, at=at(0), distance_m=6, duration_s=math.inf,
        noise_dba=math.nan, relevels=2, occupied=False,
    )  # fmt: skip
    (point,) = points_of(ride)
    assert {n: v for n, v in point.fields.items() if n not in ("terminal", "boot", "seq")} == {
        "relevels": 2,
        "occupied": False,
        "distance_m": 6.0,
    }
    assert type(point.fields["distance_m"]) is float


def test_the_longest_lists_stay_within_a_stride() -> None:
    """The elements of a message end before the next message's begin."""
    longest = max(EDGES_MAX, 200, 500)
    assert longest < STRIDE


@settings(max_examples=25)
@given(
    kind=st.sampled_from(
        [("state", None, 0), ("button", "edges", 200), ("maintenance", "items", 500)]
    ),
    first=st.integers(0, 2**32 - 50),
    sender=st.tuples(st.text(min_size=1, max_size=64), st.text(min_size=1, max_size=32)),
)
def test_no_two_points_of_a_millisecond_fall_together(
    message: Make, *, kind: tuple[str, str | None, int], first: int, sender: tuple[str, str]
) -> None:
    """Of fifty messages that follow each other, with lists as long as they may be."""
    name, listed, count = kind
    terminal, boot = sender
    wire: dict[str, Any] = {"terminal": terminal, "boot": boot}
    if listed:
        wire[listed] = [{}] * count
    times = [
        point.time_ns
        for seq in range(first, first + 50)
        for point in points_of(message(name, wire | {"seq": seq}, at_ms=AT_MS))
    ]
    assert len(set(times)) == len(times) == 50 * (count + 1)
    assert {time_ns // 1_000_000 for time_ns in times} == {AT_MS}


def test_what_is_unusual_is_said(message: Make) -> None:
    """A drill in every point; a clock that is wrong too."""
    drill = message("button", {"edges": [{"edge": "press"}]}, exercise=True, clock_ok=False)
    for point in points_of(drill):
        assert (point.fields["exercise"], point.fields["clock_ok"]) == (True, False)


def test_a_wrong_clock_keeps_the_time_of_the_first_reception(message: Make) -> None:
    """Decoding moved the times inside to this reception; told again, the points are the same."""

    def points(received_ms: int) -> Any:
        moved = at(received_ms - AT_MS - 1_500)
        said = {"edges": [{"edge": "press", "at": moved}]}
        times = {"stored_ms": AT_MS, "received_ms": received_ms, "clock_ok": False}
        ride = message("ride", {"started_at": moved}, at_ms=received_ms, **times)
        return points_of(ride) + points_of(message("button", said, at_ms=received_ms, **times))

    first, again = points(AT_MS), points(AT_MS + 40_000)
    assert first == again
    assert first[2].time_ns // 1_000_000 == AT_MS - 1_500
    assert first[0].fields["started_at"] == at(-1_500)


@pytest.mark.parametrize("odd", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_inside_that_is_none_does_not_leave_the_message(message: Make, odd: str) -> None:
    """Edges and samples then lie at the message's own time."""
    edge = message("button", {"edges": [{"edge": "press", "at": odd}]}, at_ms=AT_MS)
    burst = message("burst", {"started_at": odd, "rate_hz": 10, "z_mps2": [1.0, 2.0]}, at_ms=AT_MS)
    far = message("button", {"edges": [{"at": odd}]}, stored_ms=AT_MS, clock_ok=False)
    for point in [*points_of(edge), *points_of(burst), *points_of(far)]:
        assert abs(point.time_ns // 1_000_000 - AT_MS) <= 100


def burst_times(make: Make, **wire: Any) -> list[int]:
    """Microseconds of the samples after the beginning."""
    _, *samples = points_of(make("burst", wire, at_ms=AT_MS + 1_000))
    return [point.time_ns // 1_000 - AT_MS * 1_000 for point in samples]


def test_samples_lie_at_their_microsecond(message: Make) -> None:
    """From the beginning, by the rate."""
    times = burst_times(message, started_at=at(0), rate_hz=1_500, z_mps2=[9.8] * 4)
    assert times == [0, 666, 1_333, 2_000]


def test_a_burst_without_beginning_ends_at_its_message(message: Make) -> None:
    """`at` is the time of the last sample."""
    assert burst_times(message, rate_hz=10, x_mps2=[1.0] * 3) == [800_000, 900_000, 1_000_000]


def test_a_burst_without_rate_is_spread(message: Make) -> None:
    """Between its beginning and its end."""
    assert burst_times(message, started_at=at(0), z_mps2=[1.0] * 3) == [0, 500_000, 1_000_000]


@pytest.mark.parametrize(
    "wire",
    [
        {"z_mps2": [1.0, 2.0]},
        {"started_at": at(0), "z_mps2": [1.0]},
        {"started_at": at(1_000), "z_mps2": [1.0, 2.0]},
        {"rate_hz": 10, "z_mps2": []},
        {"rate_hz": 10, "position_m": [1.0]},
    ],
)
def test_samples_without_a_time_are_no_points(message: Make, wire: dict[str, Any]) -> None:
    """What cannot be placed is not invented; the burst itself is stored."""
    assert burst_times(message, **wire) == []


def test_a_slow_channel_does_not_run_into_the_next_century(message: Make) -> None:
    """A rate beyond all sense ends within a day."""
    times = burst_times(message, started_at=at(0), slow_rate_hz=1e-9, speed_mps=[1.0, 2.0])
    assert times == [0]
    times = burst_times(message, slow_rate_hz=0.01, speed_mps=[1.0] * 20_000)
    assert times[-1] - times[0] <= DAY_MS * 1_000


def test_bursts_of_the_same_moment_stay_apart(message: Make) -> None:
    """Many of one boot, at the highest rate, fast and slow channels."""
    said = {
        "started_at": at(0), "rate_hz": 2_000, "z_mps2": [1.0] * 50,
        "slow_rate_hz": 2_000, "position_m": [1.0] * 50,
    }  # fmt: skip
    times = [
        point.time_ns
        for seq in range(400)
        for point in points_of(message("burst", said | {"seq": seq}, at_ms=AT_MS + 25))[1:]
    ]
    assert len(set(times)) == len(times) == 400 * 100

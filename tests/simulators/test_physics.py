"""The laws every motion keeps: jerk, acceleration and speed bounded, position the integral."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.physics import Limits, Motion, Point, figures, ride_motion, unbalanced_mps2

LIMITS = st.builds(
    Limits,
    speed_mps=st.floats(0.2, 4.0),
    accel_mps2=st.floats(0.3, 1.2),
    jerk_mps3=st.floats(0.5, 2.0),
)
HEIGHTS = st.floats(-10.0, 100.0)
SLACK = 1 + 1e-6


@given(HEIGHTS, HEIGHTS, LIMITS)
def test_a_ride_keeps_to_its_limits(from_m: float, to_m: float, limits: Limits) -> None:
    """However short or long: no more speed, acceleration or jerk than allowed."""
    told = figures(ride_motion(from_m, to_m, limits))
    assert told.speed_mps <= limits.speed_mps * SLACK + 1e-9
    assert max(told.accel_mps2, told.decel_mps2) <= limits.accel_mps2 * SLACK + 1e-9
    assert told.jerk_mps3 <= limits.jerk_mps3


@given(HEIGHTS, HEIGHTS, LIMITS)
def test_a_ride_arrives_at_rest(from_m: float, to_m: float, limits: Limits) -> None:
    """It ends where it was sent, without speed or acceleration left."""
    end = ride_motion(from_m, to_m, limits).end
    assert end.position_m == pytest.approx(to_m, abs=1e-6)
    assert end.speed_mps == pytest.approx(0.0, abs=1e-6)
    assert end.accel_mps2 == pytest.approx(0.0, abs=1e-6)


@given(HEIGHTS, HEIGHTS, LIMITS)
def test_acceleration_never_jumps_on_a_ride(from_m: float, to_m: float, limits: Limits) -> None:
    """Sampled finely, acceleration changes no faster than the jerk allows."""
    ride = ride_motion(from_m, to_m, limits)
    step_s = max(ride.duration_s / 400, 1e-3)
    accels = [ride.at(k * step_s).accel_mps2 for k in range(int(ride.duration_s / step_s))]
    for before, after in pairwise(accels):
        assert abs(after - before) <= limits.jerk_mps3 * step_s * SLACK + 1e-9


@given(HEIGHTS, HEIGHTS, LIMITS, st.floats(0.0, 1.0), st.floats(1.0, 9.0))
def test_position_is_the_integral_of_speed(
    from_m: float, to_m: float, limits: Limits, share: float, decel_mps2: float
) -> None:
    """Also when a ride is cut short by an emergency stop anywhere."""
    ride = ride_motion(from_m, to_m, limits)
    motion = ride.until(share * ride.duration_s).stop(decel_mps2)
    steps = 1_000
    step_s = motion.duration_s / steps
    speeds = [motion.at((k + 0.5) * step_s).speed_mps for k in range(steps)]
    way_m = motion.end.position_m - motion.origin.position_m
    assert sum(speeds) * step_s == pytest.approx(way_m, abs=1e-6 + decel_mps2 * step_s**2)
    assert motion.end.speed_mps == pytest.approx(0.0, abs=1e-6)


@given(st.floats(0.0, 1_500.0))
def test_an_unheld_car_is_drawn_by_the_heavier_side(load_kg: float) -> None:
    """Up when light, down when heavy, never as fast as a fall (domain 3.1)."""
    accel = unbalanced_mps2(car_kg=1100, load_kg=load_kg, counterweight_kg=1550)
    assert (accel > 0) == (load_kg < 450)
    assert abs(accel) < 2.5


def test_a_motion_keeps_its_place_before_and_after() -> None:
    """Asked outside its time a motion tells where the car stands."""
    motion = Motion(Point(3.0)).then(2.0, accel_mps2=1.0).stop(2.0)
    assert motion.at(-1.0) == Point(3.0)
    assert motion.at(99.0).position_m == motion.end.position_m

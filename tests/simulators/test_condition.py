"""What wears, sags and shakes: records follow from the parts, as physics asks."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.bursts import Sensor, Span, record
from simulators.condition import PARTS, condition_of
from simulators.estates import BLOCKS, Place, plan_lift
from simulators.physics import GRAVITY_MPS2, Motion, Point
from simulators.ropes import brake_stop_mm, sag_m, sheave_way_m
from simulators.vibration import a95_mg, band_mg, lines
from tests.simulators.runs import of_kind, play

PLAN = plan_lift(Place(0, "garden", "1", "1", BLOCKS[2]), seed=3)
HEIGHTS = st.floats(PLAN.lowest.height_m, PLAN.highest.height_m)


@given(st.floats(0.0, 1_200.0), st.floats(0.0, 1_200.0), HEIGHTS)
def test_ropes_obey_hooke(one_kg: float, other_kg: float, position_m: float) -> None:
    """Sag adds up, and is some centimetres at most."""
    one, other, both = (
        sag_m(PLAN, load_kg, position_m=position_m, stretch=1.3)
        for load_kg in (one_kg, other_kg, one_kg + other_kg)
    )
    assert both == pytest.approx(one + other, abs=1e-9)
    assert 0.0 <= one <= 0.06


@given(st.floats(50.0, 1_000.0), HEIGHTS)
def test_longer_ropes_give_more(load_kg: float, position_m: float) -> None:
    low = sag_m(PLAN, load_kg, position_m=PLAN.lowest.height_m, stretch=1.0)
    assert low >= sag_m(PLAN, load_kg, position_m=position_m, stretch=1.0)


@given(st.sampled_from(PARTS), st.floats(1.0, 5.0), st.floats(0.3, 1.0), st.integers(0, 2**32))
def test_a_worn_part_shakes_in_its_own_band(
    part: str, worn: float, share: float, seed: int
) -> None:
    """And the ride as a whole more than before, on every axis."""
    well = condition_of(PLAN, Random(seed), age_years=8.0)
    ill = condition_of(PLAN, Random(seed), age_years=8.0)
    ill.wear[part] = worn  # type: ignore[index]  # hypothesis draws a plain str
    bands = [
        {name: band_mg(condition, name, share_of_speed=share) for name in PARTS}
        for condition in (well, ill)
    ]
    for name in PARTS:
        times = worn if name == part else 1.0
        assert bands[1][name] == pytest.approx(times * bands[0][name])
    for axis in (0, 1, 2):
        assert a95_mg(bands[1], axis) >= a95_mg(bands[0], axis)


@given(st.floats(0.5, 2.5), st.integers(0, 2**32))
def test_the_lines_of_the_spectrum_turn_with_the_car(speed_mps: float, seed: int) -> None:
    """Frequencies in proportion to speed; the RMS of a part's lines is its band's."""
    condition = condition_of(PLAN, Random(seed), age_years=3.0)
    found = lines(condition, roping=2)
    for line in found:
        assert line.hz(2 * speed_mps) == pytest.approx(2 * line.hz(speed_mps))
    for part in PARTS:
        together = math.sqrt(sum(line.rms_mg**2 for line in found if line.part == part))
        assert together == pytest.approx(condition.amplitude_mg[part], rel=1e-6)
    roller = next(line for line in found if line.part == "roller")
    assert roller.hz(1.75) == pytest.approx(4.5, abs=0.1)  # domain 3.2


@given(st.integers(0, 2**32), st.floats(0.0, 110.0), st.booleans())
def test_a_worn_lining_stops_later_whatever_the_load(seed: int, load_pct: float, up: bool) -> None:
    new = condition_of(PLAN, Random(seed), age_years=1.0)
    worn = condition_of(PLAN, Random(seed), age_years=1.0)
    worn.lining = 1.5
    ways = [
        brake_stop_mm(condition, load_pct=load_pct, up=up, rng=Random(seed))
        for condition in (new, worn)
    ]
    assert ways[1] == pytest.approx(1.5 * ways[0])
    assert 1.3 <= ways[0] <= 3.6


@given(st.integers(0, 2**32), st.floats(3.0, 90.0), st.floats(0.0, 110.0))
def test_a_healthy_sheave_creeps_by_a_few_thousandths(
    seed: int, way_m: float, load_pct: float
) -> None:
    """0.1 to 0.3 % (domain 3.2), never backwards; a worn one by what it slips more."""
    condition = condition_of(PLAN, Random(seed), age_years=1.0)
    creep = sheave_way_m(condition, way_m, load_pct=load_pct, rng=Random(seed)) / way_m - 1
    assert 0.0005 <= creep <= 0.0035
    condition.slip = 0.01
    slips = sheave_way_m(condition, way_m, load_pct=load_pct, rng=Random(seed)) / way_m - 1
    assert slips - creep == pytest.approx(0.01, rel=0.5)


@given(st.integers(0, 2**32))
def test_no_sensor_reads_more_than_its_range(seed: int) -> None:
    """A blow is cut off; at rest it reads about gravity, at its own rate."""
    sensor = Sensor.some(Random(seed))
    rest = Motion(Point(9.0))
    blow = record(rest, Span(0, 1), sensor=sensor, rng=Random(seed), extra_mps2=lambda _: 80.0)
    limit = sensor.range_g * GRAVITY_MPS2
    assert max(blow["z_mps2"]) == pytest.approx(limit, abs=0.001)
    calm = record(rest, Span(0, 1), sensor=sensor, rng=Random(seed))
    assert len(calm["z_mps2"]) == sensor.rate_hz
    assert 100 <= sensor.rate_hz <= 400
    mean = sum(calm["z_mps2"]) / sensor.rate_hz
    assert mean == pytest.approx(GRAVITY_MPS2, abs=0.25)


@pytest.mark.parametrize(
    ("name", "signal", "least"),
    [
        ("brake_wear", "brake_stop_mm", 1.3),
        ("vibration_wear", "roller_mg", 2.5),
        ("rope_slip", "sheave_distance_m", 1.005),
    ],
)
def test_a_record_tells_of_wear_and_of_repair(name: str, signal: str, least: float) -> None:
    """The last tenth of the rides before the repair against those before the wear and after it."""
    for_s = 20_000.0
    messages, truths = play(name, minutes=5 + for_s / 60 + 150, for_s=for_s)
    (truth,) = truths
    assert truth.to_ms is not None
    assert truth.expect_within_s <= for_s

    def mean(from_ms: float, to_ms: float) -> float:
        whole = [
            ride[signal] / (ride["distance_m"] if signal.endswith("_m") else 1.0)
            for sent, ride in rides
            if from_ms <= sent <= to_ms and ride["speed_max_mps"] > 0.9 * rated
        ]
        assert whole
        return float(sum(whole) / len(whole))

    rated = of_kind(messages, "register")[0]["rated_speed_mps"]
    rides = [(sent.at_ms, sent.payload) for sent in messages if sent.topic.endswith("/ride")]
    early = mean(truth.from_ms, truth.from_ms + 0.15 * 1000 * for_s)
    late = mean(truth.from_ms + 0.9 * 1000 * for_s, truth.from_ms + 1000 * for_s)
    after = mean(truth.to_ms, math.inf)
    assert late / early > least
    assert after == pytest.approx(early, rel=0.2)

"""Rides and doors unlike the lift's own: several count, one does not, and a new part begins anew."""

import random
from typing import Any

import msgspec
import pytest

from detectors.fleet import Fleet
from detectors.models.files import BadModel
from detectors.models.shelf import SHELF, Shelf
from detectors.rules import ride_anomaly
from detectors.rules.ride_anomaly import ODD, ORDINARY, RideAnomaly, Series
from liftwatch.commands.train_sources import simulated
from liftwatch.incidents.incident import AlarmChange

EVERY_S = 60


class Speaker:
    """A lift that says one ride or door cycle a minute, drawn about what is usual for it."""

    def __init__(self, stories: Any) -> None:
        self.teller = stories(Fleet(detectors=(RideAnomaly,)))
        self.rng = random.Random(7)
        self.at_s = 0

    def doors(self, count: int, **odd: float) -> list[AlarmChange]:
        """Cycles of doors."""
        about = {"open_s": 2.3, "close_s": 3.1, "current_rms_a": 1.3, "closing_force_n": 90.0}
        return self._say("door", count, fixed={"result": "closed"}, about=about | odd)

    def rides(self, count: int, **odd: float) -> list[AlarmChange]:
        """Rides from the first floor to the ninth."""
        where = {"from_floor": 1, "to_floor": 9, "distance_m": 24.0}
        about = {"duration_s": 18.0, "speed_max_mps": 1.75, "noise_dba": 50.0, "motor_mg": 0.8}
        about |= {"vibration_x_mg": 8.0, "vibration_y_mg": 7.0, "vibration_z_mg": 12.0}
        return self._say("ride", count, fixed=where, about=about | odd)

    def say(self, kind: str, **fields: Any) -> list[AlarmChange]:
        """One message of any kind."""
        return self._say(kind, 1, fixed=fields, about={})

    def _say(
        self, kind: str, count: int, *, fixed: dict[str, Any], about: dict[str, float]
    ) -> list[AlarmChange]:
        for _ in range(count):
            self.at_s += EVERY_S
            drawn = {name: value * self.rng.uniform(0.97, 1.03) for name, value in about.items()}
            at_ms = ride_at(self.at_s)
            self.teller.say(at_ms, kind, {**fixed, **drawn})
        changes, self.teller.changes = self.teller.changes, []
        return list(changes)

    @property
    def rule(self) -> RideAnomaly:
        """The detector of the one lift."""
        (bank,) = self.teller.fleet.banks.values()
        (rule,) = bank.rules
        assert isinstance(rule, RideAnomaly)
        return rule


def ride_at(at_s: int) -> int:
    """Milliseconds of a moment of the story."""
    return 1_772_438_400_000 + at_s * 1000


@pytest.fixture
def lift(stories: Any) -> Speaker:
    """A lift that nobody knows yet."""
    return Speaker(stories)


@pytest.fixture
def without_models(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """A process that could read no model."""
    empty = Shelf()
    empty.put(BadModel("torn"))
    monkeypatch.setattr(ride_anomaly, "SHELF", empty)
    return empty


def test_a_door_that_closes_slowly_is_told_with_what_is_odd_about_it(lift: Speaker) -> None:
    """After four of eight, from the first of them, in words and units."""
    assert lift.doors(80) == []
    assert lift.doors(ODD - 1, close_s=4.9) == []
    (raised,) = lift.doors(1, close_s=4.9)
    assert (raised.kind, raised.edge, raised.severity) == ("ride_anomaly", "raised", 4)
    assert raised.opened_ms == raised.at_ms - (ODD - 1) * EVERY_S * 1000
    assert raised.evidence["part"] == "door"
    assert raised.evidence["score"] > raised.evidence["limit"] >= 0.5
    first, *_ = raised.evidence["because"]
    assert first.startswith("door closing time 4.")
    assert first.endswith(" s, usually 3.11 s")


def test_rides_that_shake_are_told(lift: Speaker) -> None:
    """The largest contributions are those that were moved."""
    assert lift.rides(80) == []
    (raised,) = lift.rides(ODD, vibration_z_mg=24.0, noise_dba=60.0)
    assert raised.evidence["part"] == "ride"
    told = " ".join(raised.evidence["because"])
    assert "vertical vibration" in told
    assert "noise" in told
    assert "usually 12.1 mg" in told


def test_one_odd_ride_is_nothing(lift: Speaker) -> None:
    """Nor are three within eight, nor many far apart."""
    lift.rides(80)
    for _ in range(12):
        assert lift.rides(1, vibration_z_mg=30.0) == []
        assert lift.rides(7) == []
    assert lift.rides(ODD - 1, vibration_z_mg=30.0) == []
    assert lift.rides(60) == []


def test_it_clears_after_twenty_ordinary_ones(lift: Speaker) -> None:
    """Running; an odd one between begins the count anew."""
    lift.doors(80)
    assert [one.edge for one in lift.doors(ODD, close_s=4.9)] == ["raised"]
    assert lift.doors(ORDINARY - 1) == []
    assert lift.doors(1, close_s=4.9) == []
    assert lift.doors(ORDINARY - 1) == []
    assert [one.edge for one in lift.doors(1)] == ["cleared"]
    assert lift.doors(40) == []


def test_doors_and_rides_hold_up_one_alarm(lift: Speaker) -> None:
    """It clears when both are ordinary."""
    lift.doors(80)
    lift.rides(80)
    assert [one.edge for one in lift.doors(ODD, close_s=4.9)] == ["raised"]
    assert lift.rides(ODD, vibration_z_mg=30.0) == []
    assert lift.doors(ORDINARY) == []
    assert [one.edge for one in lift.rides(ORDINARY)] == ["cleared"]


def test_it_cannot_tell_of_a_new_lift(lift: Speaker) -> None:
    """Fifty cycles long, whatever they are."""
    assert lift.doors(40) == []
    assert lift.doors(9, close_s=9.0) == []


def test_a_replaced_part_begins_a_new_past(lift: Speaker) -> None:
    """What was odd for the old door is what the new one does."""
    lift.doors(80)
    assert [one.edge for one in lift.doors(ODD, close_s=4.9)] == ["raised"]
    lift.say("maintenance", phase="in", work="repair")
    changes = lift.say(
        "maintenance", phase="out", work="repair", items=[{"code": "A-1-22", "result": "replaced"}]
    )
    assert [one.edge for one in changes] == ["cleared"]
    assert lift.doors(120, close_s=4.9) == []
    assert [one.edge for one in lift.doors(ODD, close_s=3.1)] == ["raised"]


def test_what_a_technician_does_is_neither_judged_nor_learned(lift: Speaker) -> None:
    """During a visit, and in inspection mode."""
    lift.doors(80)
    before = msgspec.msgpack.encode(lift.rule)
    lift.say("maintenance", phase="in", work="half_month")
    assert lift.doors(20, close_s=9.0) == []
    lift.say("maintenance", phase="out", work="half_month", items=[{"result": "adjusted"}])
    lift.say("state", service_mode="inspection")
    assert lift.doors(20, close_s=9.0) == []
    assert msgspec.msgpack.encode(lift.rule) == before
    lift.say("state", service_mode="normal")
    assert [one.edge for one in lift.doors(ODD, close_s=9.0)] == ["raised"]


def test_a_cycle_that_people_disturbed_is_no_cycle(lift: Speaker) -> None:
    """A bag in the door makes closing slow, and no door bad."""
    lift.doors(80)
    for _ in range(20):
        assert lift.say("door", result="closed", open_s=2.3, close_s=9.0, reopens=1) == []


def test_a_faulty_sensor_is_no_bad_door(lift: Speaker) -> None:
    """What it says is unknown."""
    lift.doors(80)
    lift.say("health", sensors={"door": "fault"})
    assert lift.doors(20, close_s=9.0) == []


def test_with_too_few_features_it_cannot_tell(lift: Speaker) -> None:
    """One of five is not a quarter."""
    for n in range(90):
        close_s = 3.1 if n < 80 else 9.0
        assert lift.say("door", result="closed", close_s=close_s) == []


def test_without_a_model_it_learns_and_says_nothing(lift: Speaker, without_models: Shelf) -> None:
    """The rules go on; with a model it tells at once, for the past is known."""
    assert lift.doors(100) == []
    assert lift.doors(ODD, close_s=4.9) == []
    assert SHELF.models is not None
    without_models.put(SHELF.models)
    assert [one.edge for one in lift.doors(ODD, close_s=4.9)] == ["raised"]


def test_a_step_of_the_clock_leaves_the_past(lift: Speaker) -> None:
    """What a lift usually does has no date."""
    lift.doors(80)
    lift.teller.changes += lift.teller.fleet.step(-3_600_000)
    assert lift.rule.past
    assert [one.edge for one in lift.doors(ODD, close_s=4.9)] == ["raised"]


def test_its_state_is_small(lift: Speaker) -> None:
    """Below 3 kB of a lift that has been heard in everything."""
    lift.doors(100)
    lift.rides(100)
    lift.rule.past = dict.fromkeys(
        ("up long", "up short", "down long", "down short"), lift.rule.past["up long"]
    ) | {"door": lift.rule.past["door"]}
    lift.rule.series = {"ride": Series(255, list(range(8))), "door": Series(255, list(range(8)))}
    assert len(msgspec.msgpack.encode(lift.rule)) < 1_800


@pytest.mark.parametrize("seed", [21])
def test_healthy_lifts_have_no_anomaly(seed: int) -> None:
    """Of lifts that no model was trained on, over a day and a half."""
    fleet = Fleet(detectors=(RideAnomaly,))
    judged = 0
    for message in simulated(seed, lifts=2, days=1.5):
        assert fleet.hear(message) == [], message
    for bank in fleet.banks.values():
        (rule,) = bank.rules
        assert isinstance(rule, RideAnomaly)
        judged += len(rule.series)
    assert judged == 2 * len(fleet.banks)

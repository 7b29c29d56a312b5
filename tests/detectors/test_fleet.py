"""Many lifts: what one process has room for, and what it keeps of a lift."""

from collections.abc import Iterable
from typing import Any

import pytest

from detectors import fleet as fleet_module
from detectors.contract import Claim, Detector
from detectors.fleet import Fleet
from detectors.order import TooMany
from detectors.rules.entrapment import Entrapment
from detectors.view import View
from liftwatch.telemetry.messages import Message
from tests.detectors.test_order import state


def test_invented_lifts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a reason, and without a trace: the terminal may go on with the lifts it has."""
    monkeypatch.setattr(fleet_module, "LIFTS_MAX", 2)
    fleet = Fleet()
    fleet.hear(state(0, lift="LIFT-0001"))
    fleet.hear(state(1, lift="LIFT-0002"))
    with pytest.raises(TooMany) as refused:
        fleet.hear(state(2, lift="LIFT-0003"))
    assert refused.value.reason == "too_many_lifts"
    assert set(fleet.banks) == {"LIFT-0001", "LIFT-0002"}
    fleet.hear(state(2, lift="LIFT-0001"))
    assert not fleet.order.is_holding("LIFT-0001")


def test_what_waits_counts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names behind a gap take their room at once, not when they pass."""
    monkeypatch.setattr(fleet_module, "LIFTS_MAX", 2)
    fleet = Fleet()
    fleet.hear(state(0, lift="LIFT-0001"))
    fleet.hear(state(5, lift="LIFT-0002"))
    with pytest.raises(TooMany):
        fleet.hear(state(6, lift="LIFT-0003"))


def test_time_that_stands_still_changes_nothing(stories: Any) -> None:
    """Nor does time told backwards."""
    teller = stories(Fleet())
    teller.tell("""
        00:00  state  in_door_zone=false occupied=true
        00:46  expect entrapment raised
        00:10  expect nothing
        00:46  expect nothing
    """)
    assert not teller.fleet.is_due(teller.fleet.clock_ms)


class Broken(Detector):
    """A detector with a defect."""

    name = "broken"
    kinds = ("overload",)
    hears = ("state",)

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Fail."""
        del message, view
        raise ZeroDivisionError


def test_a_defect_of_one_detector_costs_the_others_no_deadline(stories: Any) -> None:
    """What it could not take is the caller's to keep; the rest of the lift goes on."""
    teller = stories(Fleet(detectors=(Entrapment, Broken)))
    with pytest.raises(ZeroDivisionError):
        teller.tell("00:00  state  in_door_zone=false occupied=true")
    teller.tell("""
        00:44  expect nothing
        00:45  expect entrapment raised opened=00:00 at=00:45
    """)

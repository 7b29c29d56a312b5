"""Kinds by the calendar, and records that the signals contradict."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from detectors.duties import DUTIES, ageing_term
from detectors.known import Hazard
from detectors.view import View
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.register.facts import Facts


def test_no_visit_for_fifteen_days(story: Callable[[str], None]) -> None:
    """Routine care counts, a repair does not; after 20 days it is graver; a visit ends it."""
    story("""
        00:00:00  register     unit="1"
        00:30:00  maintenance  phase=in work=half_month
        01:00:00  maintenance  phase=out work=half_month
        48:00:00  maintenance  phase=in work=repair
        49:00:00  maintenance  phase=out work=repair
        70:00:00  emergency_call  id=a phase=test_ok
        140:00:00 emergency_call  id=b phase=test_ok
        210:00:00 emergency_call  id=c phase=test_ok
        280:00:00 emergency_call  id=d phase=test_ok
        350:00:00 emergency_call  id=e phase=test_ok
        361:00:00 expect maintenance_overdue raised severity=4 opened=01:00:00 at=361:00:00
        420:00:00 emergency_call  id=f phase=test_ok
        481:00:00 expect maintenance_overdue graver severity=3 at=481:00:00
        490:00:00 emergency_call  id=g phase=test_ok
        500:00:00 maintenance  phase=in work=quarter
        501:00:00 maintenance  phase=out
        502:00:00 expect maintenance_overdue cleared at=501:00:00
    """)


def test_a_visit_without_its_work_told_is_no_care(story: Callable[[str], None]) -> None:
    """Nobody knows what was done: the time goes on from the first message."""
    story("""
        00:00:00  online       status=online
        00:30:00  maintenance  phase=out
        71:00:00  emergency_call  id=a phase=test_ok
        142:00:00 emergency_call  id=b phase=test_ok
        213:00:00 emergency_call  id=c phase=test_ok
        284:00:00 emergency_call  id=d phase=test_ok
        355:00:00 emergency_call  id=e phase=test_ok
        360:00:00 expect maintenance_overdue raised opened=00:00:00 at=360:00:00
    """)


def test_a_call_device_that_is_not_tested(story: Callable[[str], None]) -> None:
    """72 h without a test that succeeds; one told late counts too."""
    story("""
        00:00:00  online          status=online
        40:00:00  emergency_call  id=a phase=test_failed
        72:00:00  expect emergency_call_untested raised severity=3 opened=00:00:00 at=72:00:00
        80:00:00  emergency_call  id=b phase=test_ok
        80:01:00  expect emergency_call_untested cleared at=80:00:00
        152:00:00 expect emergency_call_untested raised opened=80:00:00 at=152:00:00
    """)


@pytest.mark.parametrize(("next_on", "severity"), [("2026-03-20", 4), ("2026-03-02", 2)])
def test_an_inspection_that_is_due_when_we_first_hear(
    story: Callable[[str], None], next_on: str, severity: int
) -> None:
    """What was due before is certain from the register on."""
    story(f"""
        00:00:05  register  next_inspection_on={next_on}
        00:00:06  expect inspection_due raised severity={severity} at=00:00:05
        01:00:00  register  next_inspection_on=2027-03-20
        01:00:01  expect inspection_due cleared at=01:00:00
    """)


def test_an_inspection_that_comes_due(story: Callable[[str], None]) -> None:
    """At the beginning of the day in Shanghai 30 days before, and graver on the day itself."""
    story("""
        00:00:00  register  next_inspection_on=2026-04-02
        00:01:00  emergency_call  id=a phase=test_ok
        08:00:00  expect inspection_due raised severity=4 opened=08:00:00 at=08:00:00
        70:00:00  emergency_call  id=a phase=test_ok
        140:00:00 emergency_call  id=b phase=test_ok
        210:00:00 emergency_call  id=c phase=test_ok
        280:00:00 emergency_call  id=d phase=test_ok
        350:00:00 emergency_call  id=e phase=test_ok
        350:00:00 maintenance  phase=out work=half_month
        420:00:00 emergency_call  id=f phase=test_ok
        490:00:00 emergency_call  id=g phase=test_ok
        560:00:00 emergency_call  id=h phase=test_ok
        630:00:00 emergency_call  id=i phase=test_ok
        700:00:00 emergency_call  id=j phase=test_ok
        700:00:00 maintenance  phase=out work=half_month
        728:00:00 expect inspection_due graver severity=2 at=728:00:00
    """)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ("installed_on=2011-03-02", True),
        ("installed_on=2011-03-04", False),
        ("installed_on=2011-03-04 design_life_years=10", True),
        ("installed_on=2001-03-04 renewed_on=2015-01-01", False),
        ("installed_on=2001-03-04 assessed_on=2023-03-04", False),
        ("installed_on=2001-03-04 assessed_on=2023-03-01", True),
        ("assessed_on=2001-03-01", False),
    ],
)
def test_a_lift_that_has_aged(story: Callable[[str], None], facts: str, found: bool) -> None:
    """The story begins on 2026-03-02; 15 years unless the register says otherwise."""
    expected = "ageing raised severity=4 at=00:00:00" if found else "nothing"
    story(f"""
        00:00:00  register  {facts}
        00:00:01  expect {expected}
    """)


def test_a_hazard_score_above_its_limit_is_ageing() -> None:
    """Whoever assesses hazards says score and limit; without them only dates count."""
    view = View(first_ms=5)
    assert ageing_term(view) is None
    for score in (0.6, 0.7):
        view.hazard = Hazard(score=score, limit=0.7)
        assert ageing_term(view) is None
    view.hazard = Hazard(score=0.8, limit=0.7)
    term = ageing_term(view)
    assert term is not None
    assert term.evidence == {"hazard_score": 0.8, "limit": 0.7}
    assert term.since_ms == 5
    view.hazard = Hazard(score=0.8, limit=0.7, n=1, at_ms=900)
    term = ageing_term(view)
    assert term is not None
    assert (term.since_ms, term.steps[0].at_ms) == (900, 900)


def test_of_date_and_score_the_earlier_one_is_told() -> None:
    """A life that was over before the score stays its ground, and its incident's begin; one that
    is over some day does not put the score off."""
    view = View(first_ms=5, facts=Facts(installed_on=date(1950, 1, 1)))
    view.hazard = Hazard(score=80.0, limit=60.0, n=1, at_ms=900)
    told = ageing_term(view)
    assert told is not None
    assert "begun_on" in told.evidence
    view.facts = Facts(installed_on=date(2020, 1, 1))
    told = ageing_term(view)
    assert told is not None
    assert told.evidence == {"hazard_score": 80.0, "limit": 60.0}
    view.hazard = Hazard(score=50.0, limit=60.0, n=2, at_ms=950)
    told = ageing_term(view)
    assert told is not None
    assert "begun_on" in told.evidence


def test_calendar_runs_by_the_newest_reception_of_any_lift(stories: Any) -> None:
    """A lift that is silent for good is in default all the same, once another one is heard."""
    teller = stories()
    teller.tell("""
        00:00:00  state     floor=1
        72:00:00  online    lift=LIFT-0002 status=online
        72:00:01  expect emergency_call_untested raised at=72:00:00
    """)


PAPER = "maintenance_contradicted raised severity=4"


def test_a_visit_of_ten_minutes(story: Callable[[str], None]) -> None:
    """Routine care takes a quarter of an hour at least; a repair may be short."""
    story(f"""
        00:00  maintenance  phase=in work=half_month
        10:00  maintenance  phase=out
        10:01  expect {PAPER} at=10:00 opened=10:00
        20:00  maintenance  phase=in work=repair
        25:00  state        service_mode=inspection
        28:00  maintenance  phase=out work=repair
        28:01  expect maintenance_contradicted cleared at=28:00
    """)


def test_whoever_checks_in_late_was_there_before(story: Callable[[str], None]) -> None:
    """Since the terminal saw the visit begin, unless that was in another shift."""
    story(f"""
        00:00:00  maintenance  phase=in method=mode
        00:01:00  state        service_mode=inspection
        00:25:00  maintenance  phase=in work=half_month method=qr
        00:25:20  maintenance  phase=out work=half_month
        01:00:00  maintenance  phase=in method=mode
        01:01:00  state        service_mode=inspection
        13:00:00  maintenance  phase=in work=half_month method=qr
        13:14:00  maintenance  phase=out work=half_month
        14:00:00  maintenance  phase=in method=mode
        26:00:01  maintenance  phase=in work=half_month method=qr
        26:00:21  maintenance  phase=out work=half_month
        26:00:22  expect {PAPER} at=26:00:21 opened=26:00:21
    """)


def test_a_visit_during_which_nothing_was_touched(story: Callable[[str], None]) -> None:
    """Neither inspection mode nor a door; a lift that says nothing meanwhile proves nothing."""
    story(f"""
        00:00  maintenance  phase=in work=half_month
        01:00  state        floor=1
        02:00  state        floor=1
        30:00  maintenance  phase=out work=half_month
        30:01  expect {PAPER} at=30:00
        60:00  maintenance  phase=in work=half_month
        90:00  maintenance  phase=out work=half_month
        90:01  expect maintenance_contradicted cleared at=90:00
    """)


def test_passengers_who_ride_during_a_visit(story: Callable[[str], None]) -> None:
    """Two rides may be the technicians'; three with people are not."""
    story(f"""
        00:00  maintenance  phase=in work=half_month
        01:00  ride         occupied=true from_floor=1 to_floor=5
        02:00  ride         occupied=true from_floor=5 to_floor=1
        03:00  door         floor=1 result=closed
        30:00  maintenance  phase=out work=half_month
        30:01  expect nothing
        60:00  maintenance  phase=in work=half_month
        61:00  ride         occupied=true from_floor=1 to_floor=5
        62:00  ride         occupied=true from_floor=5 to_floor=1
        63:00  ride         occupied=true from_floor=1 to_floor=3
        90:00  maintenance  phase=out work=half_month
        90:01  expect {PAPER} at=90:00
    """)


OK_DOORS = '[{"code":"A-1-22","result":"ok"}]'
MENDED_DOORS = '[{"code":"A-1-22","result":"adjusted"}]'
OK_CALL = '[{"code":"A-1-18","result":"ok"}]'
FAULT = """
        00:01:00  door  floor=1 close_s=31 result=timeout_closing
        00:01:01  expect door_fault raised
        00:02:00  maintenance  phase=in work=repair
        00:02:10  state        service_mode=inspection
        00:20:00  state        service_mode=normal
"""


def test_a_door_said_to_be_well_that_is_claimed_faulty(story: Callable[[str], None]) -> None:
    """What is open when it is reported ok, is contradicted at once."""
    story(f"""
        {FAULT}
        00:21:00  maintenance  phase=out work=repair items={OK_DOORS}
        00:21:01  expect {PAPER} at=00:21:00
    """)


def test_a_door_said_to_be_mended_has_a_day(story: Callable[[str], None]) -> None:
    """It needs ten good cycles to clear; after a day without them the record is wrong."""
    story(f"""
        {FAULT}
        00:21:00  maintenance  phase=out work=repair items={MENDED_DOORS}
        12:00:00  expect nothing
        24:21:01  expect {PAPER} at=24:21:00
    """)


def test_a_door_that_fails_again_the_same_day(story: Callable[[str], None]) -> None:
    """Raised again within 24 h of the visit, and no longer after that."""
    fails = "door  floor=1 close_s=31 result=timeout_closing"
    story(f"""
        00:02:00  maintenance  phase=in work=repair
        00:02:10  state        service_mode=inspection
        00:20:00  state        service_mode=normal
        00:21:00  maintenance  phase=out work=repair items={MENDED_DOORS}
        08:00:00  {fails}
        08:00:01  expect door_fault raised
        08:00:01  expect {PAPER} at=08:00:00
    """)


def test_a_call_device_whose_test_fails_after_the_visit(story: Callable[[str], None]) -> None:
    """A passenger's call contradicts nothing, a failed test does."""
    story(f"""
        00:02:00  maintenance  phase=in work=repair
        00:02:10  state        service_mode=inspection
        00:20:00  state        service_mode=normal
        00:21:00  maintenance  phase=out work=repair items={OK_CALL}
        01:00:00  emergency_call  id=a phase=raised
        01:00:01  expect emergency_call raised
        01:01:00  emergency_call  id=a phase=voice
        01:01:01  expect emergency_call cleared
        02:00:00  emergency_call  id=b phase=test_failed
        02:00:01  expect {PAPER} at=02:00:00
    """)


def test_every_duty_is_a_kind_of_the_contract() -> None:
    """And its steps come in order, ever graver."""
    for duty in DUTIES:
        assert BY_NAME[duty.kind].group == "duty"

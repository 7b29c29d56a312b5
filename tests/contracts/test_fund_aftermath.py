"""Before and after a repair, by what the books know of the lift, on every back end."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec import structs

from liftwatch.account import AccountRow
from liftwatch.clock import DAY_MS, HOUR_MS, begin_ms, date_of, estate_day
from liftwatch.fund.case import Case
from liftwatch.fund.documents import Document
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.fund_aftermath import case_aftermath, work_done_ms
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.ports import Books
from tests.fund.desk import Desk

LIFT = "L-7"


@dataclass
class Repair:
    """A case whose work is accepted, and the lift before and after it."""

    books: Books
    case: Case = field(default_factory=lambda: Desk().until("accepted").case)

    @property
    def done_ms(self) -> int:
        """When the work was accepted."""
        done = work_done_ms(self.case)
        assert done is not None
        return done

    def fault(self, days: float, kind: str = "brake_wear", **given: Any) -> Incident:
        """Raised so many days after the work, and over an hour later."""
        at_ms = self.done_ms + int(days * DAY_MS)
        told = {"area": "320583", "estate": "garden", "lift": LIFT, "kind": kind, "severity": 4}
        told |= given
        made = None
        for edge, ms in (("raised", at_ms), ("cleared", at_ms + HOUR_MS)):
            change = AlarmChange(edge=edge, opened_ms=at_ms, at_ms=ms, **told)  # type: ignore[arg-type]
            made = apply_alarm(self.books, change) or made
        assert made is not None
        return made

    def heard(self, days: range, **given: int) -> None:
        """Of these days after the work something has come."""
        first = estate_day(self.done_ms)
        place = {"source": "j", "area": "320583", "estate": "garden", "terminal": "T"}
        with self.books.begin() as work:
            for day in days:
                some = place | {"day": first + day}
                work.put_account([AccountRow(**some, lift=LIFT, received=90)])  # type: ignore[arg-type]
                work.put_account([AccountRow(**some, lift="", received=90, **given)])  # type: ignore[arg-type]

    def seen(self, days: float = 200) -> tuple[str, int, int]:
        """The verdict so many days after the work, and how often before and since."""
        made = case_aftermath(self.books, self.case, now_ms=self.done_ms + int(days * DAY_MS))
        assert made is not None
        return made.found.verdict, made.found.before, made.found.after


@pytest.fixture
def repair(books: Books) -> Repair:
    """On every back end."""
    return Repair(books)


def test_a_fault_that_came_back_is_told(repair: Repair) -> None:
    """Of the lift and the kinds that point to the work, within 90 days, no exercise."""
    for days in (-91, -30, -2):
        repair.fault(days)
    repair.heard(range(95))
    assert repair.seen() == ("stayed_away", 2, 0)
    repair.fault(3, "door_wear")
    repair.fault(4, lift="L-8")
    repair.fault(5, exercise=True)
    repair.fault(91)
    assert repair.seen() == ("stayed_away", 2, 0)
    repair.fault(89)
    assert repair.seen(88) == ("too_early", 2, 0)
    assert repair.seen() == ("came_back", 2, 1)


def test_the_fault_meant_is_the_one_that_opened_the_case(repair: Repair) -> None:
    """Another one that points to the same part is none, then."""
    opened = repair.fault(-5, "overspeed")
    repair.fault(5, "brake_wear")
    assert repair.seen()[0] == "came_back"
    repair.case = structs.replace(repair.case, incident=opened.id)
    repair.heard(range(95))
    assert repair.seen() == ("stayed_away", 1, 0)
    repair.case = structs.replace(repair.case, incident="nothing")
    assert repair.seen()[0] == "came_back"


def test_an_incident_that_people_have_is_raised_again_within_itself(repair: Repair) -> None:
    """It began before the work and came again after it."""
    at_ms = repair.done_ms - 3 * DAY_MS
    told = {"area": "320583", "estate": "garden", "lift": LIFT, "kind": "brake_wear"}
    began = apply_alarm(
        repair.books,
        AlarmChange(edge="raised", opened_ms=at_ms, at_ms=at_ms, severity=4, **told),  # type: ignore[arg-type]
    )
    assert began is not None
    with repair.books.begin() as work:
        work.update_incident(structs.replace(began, state="acknowledged", version=2))
    for edge, days in (("cleared", -2), ("raised", 7)):
        ms = repair.done_ms + days * DAY_MS
        change = AlarmChange(edge=edge, opened_ms=at_ms, at_ms=ms, severity=4, **told)  # type: ignore[arg-type]
        apply_alarm(repair.books, change)
    assert repair.seen() == ("came_back", 1, 1)


def test_what_people_rejected_was_none(repair: Repair) -> None:
    """They looked, and there was nothing."""
    repair.heard(range(95))
    fault = repair.fault(7)
    with repair.books.begin() as work:
        again = structs.replace(fault, state="rejected", version=fault.version + 1)
        work.update_incident(again)
    assert repair.seen() == ("stayed_away", 0, 0)


@pytest.mark.parametrize(
    ("days", "missing", "verdict"),
    [
        (range(95), 0, "stayed_away"),
        (range(84), 0, "stayed_away"),
        (range(70), 0, "cannot_tell"),
        (range(95), 6, "stayed_away"),
        (range(95), 20, "cannot_tell"),
        (range(0), 0, "cannot_tell"),
    ],
)
def test_a_lift_nobody_heard_proves_nothing(
    repair: Repair, days: range, missing: int, verdict: str
) -> None:
    """Whole days without a word, or the part of them that is missing: a tenth, and no more."""
    repair.heard(days, missing=missing)
    assert repair.seen()[0] == verdict


def test_there_is_no_after_before_the_work(repair: Repair) -> None:
    """Not accepted by all who must, or work no detector knows of."""
    for stage in ("approved", "filed"):
        repair.case = Desk().until(stage).case
        assert case_aftermath(repair.books, repair.case, now_ms=10**13) is None
    repair.case = Desk().until("audited").case
    plan = repair.case.plan
    assert plan is not None
    lamps = tuple(structs.replace(one, code="lamp") for one in plan.items)
    repair.case = structs.replace(repair.case, plan=structs.replace(plan, items=lamps))
    assert case_aftermath(repair.books, repair.case, now_ms=10**13) is None


def test_the_work_was_done_when_its_sheet_says(repair: Repair) -> None:
    """It may be noted days later; noted the same day, the moment is that of the last signature."""
    signed_ms = repair.case.done[-1].at_ms
    assert repair.done_ms == signed_ms
    papers = tuple(
        structs.replace(one, dated=one.dated - 3) if one.kind == "acceptance_sheet" else one
        for one in repair.case.documents
    )
    dated = next(one.dated for one in papers if one.kind == "acceptance_sheet")
    repair.case = structs.replace(repair.case, documents=papers)
    assert repair.done_ms == begin_ms(date_of(dated + 1)) < signed_ms
    more = Document(kind="acceptance_sheet", sha256="f" * 64, dated=dated + 1)
    repair.case = structs.replace(repair.case, documents=(*papers, more))
    assert repair.done_ms == begin_ms(date_of(dated + 2))

"""A visit entered in the console reaches the detectors by the journal, once, and holds there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ingest import visits as visits_module
from ingest.notes import VISITED
from ingest.visits import Visits
from liftwatch.care.checklist import items_of
from liftwatch.care.phases import phase_of
from liftwatch.care.visit import Visit, fill, leave
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, rfc3339
from liftwatch.handlers import care_visits as handlers
from liftwatch.ids import new_id
from liftwatch.incidents.incident import Incident
from liftwatch.ports import IncidentFilter
from tests.ingest.test_entries import LIFT, Hall

CONTRADICTED, OVERDUE = "maintenance_contradicted", "maintenance_overdue"


class Yard(Hall):
    """A hall in which visits are looked up."""

    visit: Visit

    def watch(self) -> None:
        """Begin to look, as after a start."""
        super().watch()
        self.visits = Visits(
            self.books, heard=lambda: self.detection.fleet.visits_heard(), take=self.take
        )

    def look(self) -> int:
        """Look once, and let detection read."""
        found = self.visits.step()
        self.settle()
        return found

    def check_in(self, work: Any = "half_month", lift: str = LIFT) -> None:
        """A technician checks in in the console."""
        self.now_ms += 1_000
        self.visit = Visit(
            id=new_id(),
            lift=lift,
            area="320583",
            estate="garden",
            organisation="firm",
            technician="wu",
            work=work,
            method="qr",
            in_ms=self.now_ms,
        )
        with self.books.begin() as unit:
            handlers.check_in(unit, self.visit)
        self.look()

    def check_out(self, *, broken_off: str = "", remark: str = "", **found: str) -> None:
        """All items as told, the others well, and out."""
        told = {item.code: ("ok", "") for item in items_of(self.visit.work)}
        told |= {code.replace("_", "-"): (result, "seen") for code, result in found.items()}

        def act(visit: Visit) -> Visit:
            visit = visit if broken_off else fill(visit, told, now_ms=self.now_ms)
            return leave(visit, remark=remark, broken_off=broken_off, now_ms=self.now_ms)

        with self.books.begin() as unit:
            before = unit.visit_locked(self.visit.id)
            assert before is not None
            after = act(before)
            unit.put_visit(msgspec.structs.replace(after, version=before.version + 1), before)
            unit.tell_phase(after)
        self.look()

    def open_all(self) -> dict[str, Incident]:
        """What is open, by its kind."""
        page = self.books.incidents(IncidentFilter(open_only=True))
        return {one.kind: one for one in page.items}

    def work(self, minutes: int = 30) -> None:
        """Somebody works on the lift: inspection mode, doors, then back."""
        self.say("state", service_mode="inspection", car_door="closed", doors_closed=True)
        self.now_ms += minutes * MINUTE_MS
        self.say("state", service_mode="normal", car_door="open", doors_closed=False)

    @property
    def cared_ms(self) -> int | None:
        """From when the next visit is counted."""
        return self.detection.fleet.banks[LIFT].view.cared_ms


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """An empty one."""
    made = Yard(tmp_path)
    made.watch()
    yield made
    made.close()


def test_a_finished_visit_restarts_the_clock_of_care(yard: Yard) -> None:
    """Overdue it was; a visit that is broken off does not help, one with its whole list does."""
    yard.say("register")
    yard.now_ms += 16 * DAY_MS
    yard.say("register")
    assert OVERDUE in yard.open_all()
    yard.check_in()
    yard.work()
    yard.check_out(broken_off="the pit is flooded")
    assert OVERDUE in yard.open_all()
    assert yard.cared_ms is None
    yard.check_in()
    yard.work()
    yard.say("emergency_call", id="c", phase="test_ok")  # else A-1-18 would be contradicted
    yard.check_out()
    assert yard.cared_ms == yard.now_ms
    assert yard.open_all().keys() & {OVERDUE, CONTRADICTED} == set()


def test_while_a_visit_is_open_the_lift_is_worked_on(yard: Yard) -> None:
    """Planned from check-in to check-out; no terminal has to say so."""
    yard.say("register")
    view = yard.detection.fleet.banks[LIFT].view
    yard.check_in("repair")
    assert view.is_planned(yard.now_ms)
    yard.check_out(remark="a new roller")
    assert not view.is_planned(yard.now_ms)


def test_a_persons_word_is_no_sign_of_life(yard: Yard) -> None:
    """A lift that is cut off stays so, and an exercise stays one, whoever checks in there."""
    yard.say("state", service_mode="normal", exercise=True)
    view = yard.detection.fleet.banks[LIFT].view
    before = (view.heard_ms, view.received_ms, view.listened_ms, view.exercise)
    yard.now_ms += HOUR_MS
    yard.check_in()
    assert view.visit_ms == yard.now_ms
    assert (view.heard_ms, view.received_ms, view.listened_ms, view.exercise) == before


def test_paper_maintenance_is_contradicted(yard: Yard) -> None:
    """In four minutes, with no door moved: the record says done, the signals say not."""
    yard.say("register")
    yard.check_in()
    for _ in range(3):
        yard.say("state", service_mode="normal", car_door="closed", doors_closed=True)
    yard.now_ms += 4 * MINUTE_MS
    yard.check_out()
    found = yard.open_all()[CONTRADICTED]
    assert [why.split(" ")[0] for why in found.evidence["contradicted_by"]] == ["half_month", "no"]


def test_an_item_said_to_be_well_that_fails_within_a_day_is_contradicted(yard: Yard) -> None:
    """And what does not apply to this lift is not held against anybody."""
    for result, kinds in (("not_applicable", set[str]()), ("ok", {CONTRADICTED})):
        yard.say("register")
        yard.check_in()
        yard.work()
        yard.check_out(A_1_18=result)
        yard.now_ms += HOUR_MS
        yard.say("emergency_call", id="c", phase="test_failed")
        assert yard.open_all().keys() & {CONTRADICTED} == kinds


@pytest.mark.parametrize("kept", [False, True])
def test_it_is_heard_once_also_after_a_crash(yard: Yard, kept: bool) -> None:
    """With a checkpoint after it, and without: read again in its place, told to nobody twice."""
    yard.say("register")
    yard.check_in()
    yard.work()
    yard.check_out()
    cared_ms = yard.cared_ms
    if kept:
        yard.detection.checkpoint()
    yard.start()
    yard.settle()
    assert (yard.cared_ms, yard.detection.fleet.visits_heard()) == (cared_ms, {LIFT: 2})
    yard.watch()
    assert yard.look() == 0
    for phase in yard.books.phases(LIFT, after=0):  # told again by whoever did not know
        yard.take([(VISITED, msgspec.msgpack.encode(phase))])
    yard.settle()
    assert yard.detection.fleet.visits_heard() == {LIFT: 2}
    assert yard.cared_ms == cared_ms


def test_what_was_lost_is_told_again_and_a_gap_waits(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phase out of order is not taken; after a minute all of them come again."""
    now_s = [1_000.0]
    monkeypatch.setattr(visits_module.clock, "monotonic_s", lambda: now_s[0])
    yard.say("register")
    lost: list[Any] = []
    lossy = Visits(yard.books, heard=yard.detection.fleet.visits_heard, take=lost.extend)
    yard.visits = lossy
    yard.check_in()
    assert len(lost) == 1
    assert yard.look() == 0
    yard.check_out()
    assert len(lost) == 2
    yard.take(lost[1:])
    yard.settle()
    assert yard.detection.fleet.visits_heard() == {LIFT: 0}
    now_s[0] += visits_module.AGAIN_S
    yard.watch()
    assert yard.look() == 2
    assert yard.detection.fleet.visits_heard() == {LIFT: 2}


def test_a_lift_that_was_never_heard_is_told_later(yard: Yard) -> None:
    """After its first message."""
    yard.check_in()
    assert yard.detection.fleet.visits_heard() == {}
    yard.say("register")
    assert yard.look() == 1
    assert yard.detection.fleet.banks[LIFT].view.visit_by == "console"


@pytest.mark.parametrize("first", ["terminal", "console"])
@pytest.mark.parametrize("leaves", ["terminal", "console"])
def test_terminal_and_console_tell_one_visit(yard: Yard, first: str, leaves: str) -> None:
    """Whoever comes and goes first: it is judged once, as long as it was, and by the list.

    Nobody is said to have taken ten minutes only, and what contradicts is not cleared by the other
    voice's end.
    """
    yard.say("register")
    if first == "terminal":
        yard.say("maintenance", phase="in", work="half_month", method="mode")
        yard.now_ms += 5 * MINUTE_MS
    yard.check_in()
    if first == "console":
        yard.say("maintenance", phase="in", work="half_month", method="mode")
    for _ in range(3):
        yard.say("state", service_mode="normal", car_door="closed", doors_closed=True)
    yard.now_ms += 12 * MINUTE_MS
    if leaves == "terminal":
        yard.say("maintenance", phase="out", work="half_month")
        assert CONTRADICTED not in yard.open_all(), "the list is still to come"
    yard.check_out()
    if leaves == "console":
        yard.say("maintenance", phase="out", work="half_month")
    (why, *more) = yard.open_all()[CONTRADICTED].evidence["contradicted_by"]
    assert [*([why] if first == "terminal" else more)] == ["no inspection mode and no door moved"]
    changes = yard.books.incidents(IncidentFilter(kind=(CONTRADICTED,))).items
    assert len(changes) == 1


def test_the_number_of_a_phase_is_of_its_visit() -> None:
    """What it says is what was kept: in while open, out afterwards."""
    visit = Visit(
        id="v",
        lift=LIFT,
        area="320583",
        estate="garden",
        organisation="firm",
        technician="wu",
        work="rescue",
        method="number",
        in_ms=5,
    )
    over = leave(visit, remark="freed two", broken_off="", now_ms=9)
    assert [(p.phase, p.at_ms, p.method) for p in (phase_of(visit, n=1), phase_of(over, n=2))] == [
        ("in", 5, None),
        ("out", 9, None),
    ]


@pytest.mark.parametrize("ago", [20, 5])
def test_what_was_done_in_the_past_is_told_at_once_and_no_alarm_between(
    yard: Yard, ago: int
) -> None:
    """Visits of months before the lift is first heard: the newest counts, not each in its turn."""
    yard.now_ms -= 60 * DAY_MS
    for days in (0, 30, 30 - ago):
        yard.now_ms += days * DAY_MS
        yard.check_in()
        yard.now_ms += 30 * MINUTE_MS
        yard.check_out()
    yard.now_ms += ago * DAY_MS
    yard.say("register", exercise=True)
    yard.look()
    yard.now_ms += 2 * MINUTE_MS
    yard.say("state", exercise=True)
    found = yard.books.incidents(IncidentFilter(kind=(OVERDUE,))).items
    assert [one.evidence["last_visit_at"] for one in found] == (
        [] if ago < 15 else [rfc3339(yard.cared_ms or 0)]
    )


def test_a_late_word_of_an_exercise_is_one(yard: Yard) -> None:
    """History has a bank of its own: what it claims is as real as the lift."""
    yard.check_in()
    yard.now_ms += 9 * MINUTE_MS
    yard.check_out()
    yard.now_ms += DAY_MS
    yard.say("register", exercise=True)
    yard.look()
    (found,) = yard.books.incidents(IncidentFilter(kind=(CONTRADICTED,))).items
    assert found.late
    assert found.exercise

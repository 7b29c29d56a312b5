"""The register: what people enter holds against what terminals say, on every store."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from msgspec import structs

from liftwatch.access.people import AccessError
from liftwatch.access.sight import NOTHING, Place, Sight
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import SqlBooks
from liftwatch.handlers.register import NoSuchLift, change_lift, take_in
from liftwatch.ports import Books, Conflict, LiftRow, Stale
from liftwatch.register.changes import Origin, differences
from liftwatch.register.columns import HouseholdRow
from liftwatch.register.facts import Facts
from liftwatch.register.record import Record
from liftwatch.telemetry.messages import FloorOfLift

AT_MS = 1_772_439_240_000
LIFT = LiftRow(lift="L-0001", area="320583", estate="garden", heard_ms=AT_MS)


def hear(books: Books, facts: Facts, *, at_ms: int = AT_MS, terminal: str = "T-1") -> None:
    """A terminal's register message has come through."""
    with books.begin() as work:
        row = structs.replace(LIFT, facts=facts, heard_ms=at_ms)
        take_in(work, [row], said={LIFT.lift: Origin(terminal, at_ms)})


def enter(books: Books, lift: str = "L-0001", *, at_ms: int = AT_MS, **values: Any) -> Record:
    """A person sets fields, at the version that is."""
    found = books.record_of(lift)
    assert found is not None
    with books.begin() as work:
        by = Origin("li", at_ms)
        return change_lift(work, lift, values, version=found.version, by=by)


def facts_of(books: Books) -> Facts:
    """As every reader sees them, one by one and in lists alike."""
    found = books.lift("L-0001")
    assert found is not None
    assert books.lifts()[0].facts == found.facts
    return found.facts


def test_a_lift_nobody_entered_anything_of(books: Books) -> None:
    """All is its terminal's, and who said it is known as soon as it says it again."""
    assert books.record_of("L-0001") is None
    with books.begin() as work:
        work.put_lifts([structs.replace(LIFT, facts=Facts(unit="1"))])
    found = books.record_of("L-0001")
    assert found is not None
    assert (found.version, found.known.said_by) == (0, {"unit": Origin("", AT_MS)})
    hear(books, Facts(unit="1"), at_ms=AT_MS + 5)
    hear(books, Facts(unit="1"), at_ms=AT_MS + 9, terminal="T-2")
    found = books.record_of("L-0001")
    assert found is not None
    assert found.known.said_by == {"unit": Origin("T-1", AT_MS + 5)}
    assert found.version == 0


def test_a_register_message_changes_nothing_that_a_person_entered(books: Books) -> None:
    """It is kept, and the difference shows; what nobody entered follows the terminal."""
    hear(books, Facts(unit="1", building="3"))
    enter(books, unit="2", machine_room="屋顶", at_ms=AT_MS + 1)
    hear(books, Facts(unit="4", building="5"), at_ms=AT_MS + 2)
    assert (facts_of(books).unit, facts_of(books).building) == ("2", "5")
    found = books.record_of("L-0001")
    assert found is not None
    assert found.site.machine_room == "屋顶"
    assert found.site_by == {"machine_room": Origin("li", AT_MS + 1)}
    assert found.known.entered_by == {"unit": Origin("li", AT_MS + 1)}
    assert [(one.field, one.ours, one.theirs) for one in differences(found.known)] == [
        ("unit", "2", "4")
    ]
    enter(books, unit=None)
    assert facts_of(books).unit == "4"
    found = books.record_of("L-0001")
    assert found is not None
    assert found.version == 2
    assert found.known.entered == Facts()


def test_floors_days_and_places_come_back_as_entered(books: Books) -> None:
    """Whatever the store makes of them in between."""
    hear(books, Facts(floors=[FloorOfLift(index=1, height_m=0.0), FloorOfLift(index=2)]))
    values = {
        "floors": [FloorOfLift(index=1, label="G"), FloorOfLift(index=2, label="2")],
        "latitude": 31.3,
        "longitude": 120.9,
        "datum": "gcj02",
        "only_lift_of_unit": False,
        "installed_on": "2018-08-01",
    }
    made = enter(books, **values)
    found = books.record_of("L-0001")
    assert found is not None
    assert found == structs.replace(made, known=found.known)
    assert found.known.entered == made.known.entered
    floors = facts_of(books).floors
    assert floors is not None
    assert floors[0] == FloorOfLift(index=1, label="G", height_m=0.0)
    assert facts_of(books).only_lift_of_unit is False


def test_two_who_enter_something_of_one_version(books: Books) -> None:
    """The second is told, and nothing of theirs is kept."""
    hear(books, Facts())
    enter(books, unit="1")
    with pytest.raises(Stale), books.begin() as work:
        change_lift(work, "L-0001", {"unit": "2"}, version=0, by=Origin("wu", 5))
    assert facts_of(books).unit == "1"


def test_two_who_are_the_first_at_once(shared_books: SqlBooks) -> None:
    """One of them is told, and the other's word is whole; a terminal beside them disturbs none."""
    hear(shared_books, Facts(unit="9"))

    def act(n: int) -> bool:
        if n % 3 == 0:
            hear(shared_books, Facts(unit=str(n)), at_ms=AT_MS + n)
            return False
        try:
            with shared_books.begin() as work:
                values = {"unit": str(n), "access": str(n)}
                change_lift(work, "L-0001", values, version=0, by=Origin(str(n), n))
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(act, range(24))) == 1
    found = shared_books.record_of("L-0001")
    assert found is not None
    assert found.version == 1
    assert found.known.entered.unit == found.site.access == found.site_by["access"].who


@pytest.mark.parametrize(
    "values",
    [
        {"rated_speed_mps": 99.0},
        {"latitude": 31.0},
        {"colour": "red"},
        {"car_phone": "call me"},
        {"machine_room": "\x00"},
        {"predecessor": "L-0001"},
        {"predecessor": "L-9999"},
        {"equipment_code": 7},
    ],
)
def test_what_cannot_be_is_refused_whole(books: Books, values: dict[str, Any]) -> None:
    """With the reason, and the good field beside it is not kept."""
    hear(books, Facts())
    with pytest.raises(AccessError):
        enter(books, unit="1", **values)
    assert facts_of(books) == Facts()
    with pytest.raises(NoSuchLift), books.begin() as work:
        change_lift(work, "L-0002", {"unit": "1"}, version=0, by=Origin("wu", 5))


def add(books: Books, lift: str, area: str = "320583", **values: Any) -> Record:
    """A lift nobody has heard of, entered."""
    with books.begin() as work:
        work.records([lift])
        work.put_records([Record(lift=lift, area=area, estate="garden")])
    return enter(books, lift, **values) if values else Record(lift=lift, area=area, estate="")


def test_codes_are_of_one_lift(books: Books) -> None:
    """A rescue code within its area; both may be exchanged in one go."""
    one = add(books, "L-0001", equipment_code="31103205832018080001", rescue_code="063577")
    two = add(books, "L-0002", equipment_code="31103205832018080002")
    for field in ("equipment_code", "rescue_code"):
        with pytest.raises(AccessError, match="it is that of L-0001"):
            enter(books, "L-0002", **{field: getattr(one.known.entered, field)})
    add(books, "L-0003", area="320500", rescue_code="063577")
    codes = [two.known.entered.equipment_code, one.known.entered.equipment_code]
    with books.begin() as work:
        found = work.records(["L-0002", "L-0001"])
        made = [
            structs.replace(
                found[name],
                known=structs.replace(found[name].known, entered=Facts(equipment_code=code)),
            )
            for name, code in zip(("L-0001", "L-0002"), codes, strict=True)
        ]
        work.put_records(made)
        (holder,) = work.holders(equipment_codes=[codes[0] or ""])
        assert holder.lift == "L-0001"
    with pytest.raises(Conflict), books.begin() as work:
        work.records(["L-0004"])
        other = Record(lift="L-0004", area="320583", estate="garden", known=made[0].known)
        work.put_records([other])
    assert books.record_of("L-0004") is None


def test_a_lift_in_the_shaft_of_another(books: Books) -> None:
    """It is a lift of its own; each knows the other; nothing follows itself."""
    for name in ("L-0001", "L-0002", "L-0003", "L-0004"):
        add(books, name)
    enter(books, "L-0002", predecessor="L-0001")
    enter(books, "L-0003", predecessor="L-0002")
    assert books.successor_of("L-0001") == "L-0002"
    assert books.successor_of("L-0003") is None
    with pytest.raises(AccessError, match="chain"):
        enter(books, "L-0001", predecessor="L-0003")
    with pytest.raises(AccessError, match="it is that of L-0003"):
        enter(books, "L-0004", predecessor="L-0002")


def test_a_lift_stands_where_its_topics_say(books: Books) -> None:
    """Only before anybody has heard of it a person may move it."""
    add(books, "L-0001")
    with books.begin() as work:
        work.records(["L-0001"])
        work.put_records([Record(lift="L-0001", area="320583", estate="lake")])
    found = books.lift("L-0001")
    assert found is not None
    assert (found.estate, found.heard_ms) == ("lake", None)
    hear(books, Facts())
    with books.begin() as work:
        work.records(["L-0001"])
        work.put_records([Record(lift="L-0001", area="320583", estate="hill")])
    record = books.record_of("L-0001")
    assert record is not None
    assert (record.estate, record.is_heard) == ("garden", True)


def test_what_a_failed_transaction_did_is_undone(books: Books) -> None:
    """All of it."""
    hear(books, Facts(unit="1"))
    before = books.record_of("L-0001")
    with pytest.raises(RuntimeError), books.begin() as work:
        work.note_said("L-0001", {"unit": Origin("T-9", 1)})
        change_lift(work, "L-0001", {"unit": "2"}, version=0, by=Origin("wu", 5))
        work.put_records([Record(lift="L-0002", area="320583", estate="garden")])
        work.put_households([door("3", "101")])
        raise RuntimeError
    assert books.record_of("L-0001") == before
    assert books.lift("L-0002") is None
    assert books.households("320583", "garden") == []


def door(building: str, number: str, **more: Any) -> HouseholdRow:
    """A household."""
    place = {"area": "320583", "estate": more.pop("estate", "garden"), "building": building}
    return HouseholdRow(**place, number=number, floor_area_dm2=more.pop("dm2", 8_950), **more)


@pytest.fixture
def estate(books: Books) -> Books:
    """Two buildings of one estate, one of another."""
    rows = [
        door("3", "102", unit="1", developer_owned=True),
        door("3", "101", unit="1"),
        door("3", "101"),
        door("12", "101", unit="2"),
        door("1", "101", estate="lake"),
    ]
    with books.begin() as work:
        work.put_households(rows)
        work.put_households([])
    return books


def test_households_come_in_pages_in_order(estate: Books) -> None:
    """Each once; of one building if asked."""
    found, after = [], None
    while page := estate.households("320583", "garden", after=after, limit=2):
        found += page
        after = (page[-1].building, page[-1].unit or "", page[-1].number)
    doors = [(one.building, one.unit, one.number) for one in found]
    assert doors == [("12", "2", "101"), ("3", None, "101"), ("3", "1", "101"), ("3", "1", "102")]
    assert len(estate.households("320583", "garden", building="3")) == 3
    assert estate.households("320584", "garden") == []


def test_a_household_told_again(estate: Books) -> None:
    """Another area holds; whose it is stays until it is told."""
    for owned, expected in ((None, True), (False, False)):
        with estate.begin() as work:
            row = door("3", "102", unit="1", dm2=9_000, developer_owned=owned)
            work.put_households([row])
        found = estate.households("320583", "garden", building="3")[-1]
        assert (found.floor_area_dm2, found.developer_owned) == (9_000, expected)


def test_the_register_is_bounded_by_sight(estate: Books) -> None:
    """Of households a single building, too."""
    hear(estate, Facts(unit="1"))
    garden, building = Place("320583", "garden"), Place("320583", "garden", "12")
    for sight, seen, doors in (
        (NOTHING, False, 0),
        (Sight(places=(garden,)), True, 4),
        (Sight(places=(building,)), False, 1),
        (Sight(places=(Place("320583"),)), True, 4),
        (Sight(places=(Place("320584"),)), False, 0),
    ):
        assert (estate.record_of("L-0001", sight=sight) is not None) == seen
        assert len(estate.households("320583", "garden", sight=sight)) == doors
    if not isinstance(estate, MemoryBooks):
        contracts = Sight(contracts_of=("nobody",))
        assert estate.record_of("L-0001", sight=contracts) is None


def test_who_set_what_when_is_kept(books: Books) -> None:
    """Each version's fields with their values, the newest first; what fails leaves nothing."""
    hear(books, Facts(unit="1"))
    assert books.notes_of("L-0001") == []
    enter(books, unit="2", machine_room="roof", floors=[FloorOfLift(index=1, label="G")])
    enter(books, at_ms=AT_MS + 5, unit=None, installed_on=date(2020, 2, 29))
    enter(books, installed_on=date(2020, 2, 29))
    with pytest.raises(AccessError):
        enter(books, predecessor="L-0001")
    found = [(one.version, one.field, one.value) for one in books.notes_of("L-0001")]
    assert found == [
        (2, "installed_on", date(2020, 2, 29)),
        (2, "unit", None),
        (1, "floors", [FloorOfLift(index=1, label="G")]),
        (1, "machine_room", "roof"),
        (1, "unit", "2"),
    ]
    assert books.notes_of("L-0001", limit=1)[0].by == Origin("li", AT_MS + 5)
    assert books.notes_of("L-0002") == []

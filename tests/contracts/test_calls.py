"""Whom to call for a lift, and how organisations are reached, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from liftwatch.access.contacts import Calls, Contacts
from liftwatch.access.people import AccessError, Organisation
from liftwatch.access.secrets import Seal, Unsealed
from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql import people_tables as tables
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import DAY_MS
from liftwatch.handlers import people
from liftwatch.handlers.calls import change_contacts, who_to_call
from liftwatch.handlers.imports import judge, keep
from liftwatch.ports import Conflict, LiftRow, Stale
from liftwatch.register.changes import Origin
from liftwatch.register.columns import SHEETS
from liftwatch.register.facts import Facts

NOW_MS = 1_772_439_240_000
GARDEN = Place("320583", "garden")
HERE = {"latitude": 31.385, "longitude": 120.981, "datum": "wgs84"}


@pytest.fixture
def store(shared_books: SqlBooks) -> SqlPeople:
    """People over an empty database, and a lift in the garden."""
    facts = Facts(building="3", latitude=31.385, longitude=120.981, datum="wgs84")
    row = LiftRow(lift="L-0001", area="320583", estate="garden", facts=facts, heard_ms=1)
    with shared_books.begin() as work:
        work.put_lifts([row])
    return SqlPeople(shared_books, Seal(b"a secret of thirty-two bytes, or more"))


def unit(
    store: SqlPeople, name: str, kind: str | None, *places: Place, **contacts: object
) -> Organisation:
    """An organisation, reached by its number."""
    with store.begin() as work:
        phone = f"1 {len(name)}"
        made = people.make_organisation(
            work, name=name, now_ms=0, kind=kind, places=places, phone=phone
        )
        if contacts:
            change_contacts(work, made.id, version=0, **contacts)
        return made


def contract(
    store: SqlPeople, one: Organisation, *, from_ms: int = 0, until_ms: int | None = None
) -> None:
    """Maintenance of the lift."""
    with store.begin() as work:
        people.make_contract(
            work, lift="L-0001", organisation=one.id, from_ms=from_ms, until_ms=until_ms
        )


def calls(store: SqlPeople, books: SqlBooks, at_ms: int = NOW_MS) -> Calls:
    """Whom to call for the lift."""
    record = books.record_of("L-0001")
    assert record is not None
    with store.reading() as reads:
        return who_to_call(reads, record, at_ms)


def test_they_are_called_in_order(store: SqlPeople, shared_books: SqlBooks) -> None:
    """Who has the contract today first, then the property manager, the nearest station, ..."""
    assert calls(store, shared_books).missing == (
        "maintenance",
        "property",
        "station",
        "rescue",
        "fire",
    )
    unit(store, "fire", "fire", Place("320583"))
    unit(store, "96333", "rescue", Place("320583"))
    far, near = HERE | {"latitude": 31.5}, HERE | {"latitude": 31.39}
    unit(store, "far", "maintenance", Place("320583"), phone="24 1", station=True, **far)
    unit(store, "near", "maintenance", Place("320583"), phone="24 2", station=True, **near)
    unit(store, "nowhere", "maintenance", Place("320583"), station=True)
    unit(store, "garden", "property", GARDEN, phone="24 3")
    unit(store, "lake", "property", Place("320583", "lake"))
    unit(store, "other building", "property", Place("320583", "garden", "4"))
    old, new = unit(store, "old", None, phone="24 4"), unit(store, "new", None, phone="24 5")
    contract(store, old, until_ms=NOW_MS)
    contract(store, new, from_ms=NOW_MS, until_ms=NOW_MS + DAY_MS)
    found = calls(store, shared_books)
    assert [(one.part, one.name, one.phone) for one in found.calls] == [
        ("maintenance", "new", "24 5"),
        ("property", "garden", "24 3"),
        ("station", "near", "24 2"),
        ("station", "far", "24 1"),
        ("station", "nowhere", "1 7"),
        ("rescue", "96333", "1 5"),
        ("fire", "fire", "1 4"),
    ]
    assert found.missing == ()
    assert found.calls[2].distance_m == pytest.approx(556, abs=2)
    assert [one.round_the_clock for one in found.calls[-3:]] == [False, False, False]
    assert calls(store, shared_books, NOW_MS - 1).calls[0].name == "old"
    later = calls(store, shared_books, NOW_MS + DAY_MS)
    assert (later.calls[0].part, later.missing) == ("property", ("maintenance",))


def test_who_closed_is_not_called(store: SqlPeople, shared_books: SqlBooks) -> None:
    """Neither for its contract nor for its place; what it is may be told by its people."""
    made = unit(store, "garden", None, GARDEN)
    contract(store, made)
    assert [one.part for one in calls(store, shared_books).calls] == ["maintenance"]
    with store.begin() as work:
        boss = people.make_person(work, login="boss", name="boss", now_ms=0)
        people.grant(work, boss.id, "property", organisation=made.id, now_ms=0)
    assert [one.part for one in calls(store, shared_books).calls] == ["maintenance", "property"]
    with store.begin() as work:
        people.change_organisation(work, made.id, version=1, now_ms=NOW_MS, closed=True)
    assert calls(store, shared_books).calls == ()


def test_numbers_are_sealed(store: SqlPeople, shared_books: SqlBooks) -> None:
    """Whoever reads the table reads none; nor does another secret, or another row."""
    one = unit(store, "one", None, phone="0512 5555 0101", email="duty@lift.example")
    with store.reading() as reads:
        kept = reads.contacts(one.id)
    assert (kept.phone, kept.email, kept.version) == ("0512 5555 0101", "duty@lift.example", 1)
    with shared_books.engine.connect() as connection:
        row = connection.execute(select(tables.organisation_contact)).one()
        assert b"5555" not in row.phone
        assert b"lift.example" not in row.email
    other = SqlPeople(shared_books, Seal(b"x" * 32))
    with other.reading() as reads, pytest.raises(Unsealed):
        reads.contacts(one.id)


def test_contacts_are_changed_against_their_version(store: SqlPeople) -> None:
    """What is not named stays; blanks are nothing; of two who are the first one is told."""
    one = unit(store, "one", None)
    with store.reading() as reads:
        assert reads.contacts(one.id) == Contacts(organisation=one.id)

    def first(phone: str) -> bool:
        try:
            with store.begin() as work:
                change_contacts(work, one.id, version=0, phone=phone, email="a@b.example")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(first, "12")) == [False, True]
    with store.begin() as work:
        made = change_contacts(work, one.id, version=1, phone=" ", station=True)
    assert (made.phone, made.email, made.station) == (None, "a@b.example", True)
    with store.begin() as work, pytest.raises(Stale):
        change_contacts(work, one.id, version=1, phone="1")


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"phone": "call me"}, "at most 32 of digits"),
        ({"phone": "1" * 33}, "at most 32 of digits"),
        ({"email": "duty"}, "no e-mail address"),
        ({"email": "a@b.example, c@d.example"}, "no e-mail address"),
        ({"latitude": 31.385}, "come together"),
        (HERE | {"datum": None}, "needs its datum"),
        (HERE | {"latitude": 120.981, "longitude": 31.385}, "exchanged"),
        (HERE | {"latitude": float("nan")}, "finite"),
    ],
)
def test_what_cannot_be_a_contact(store: SqlPeople, told: dict[str, object], says: str) -> None:
    """Is named."""
    one = unit(store, "one", None)
    with store.begin() as work, pytest.raises(AccessError, match=says):
        change_contacts(work, one.id, version=0, **told)


def test_a_sheet_brings_numbers(store: SqlPeople) -> None:
    """Twice is once; a wrong one keeps nothing."""
    head = "单位名称,类型,24小时电话,邮箱\n"
    text = head + "迅捷维保,维保单位,0512 5555 0100,a@b.example\n"
    for _ in range(2):
        found = judge(text.encode(), SHEETS["organisations"], now_ms=NOW_MS)
        with store.begin() as work:
            keep(work, found, by=Origin("li", NOW_MS))
    with store.reading() as reads:
        (one,) = reads.organisations()
        kept = reads.contacts(one.id)
    assert (kept.phone, kept.email, kept.version) == ("0512 5555 0100", "a@b.example", 1)

"""Names of places, on every store."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from liftwatch.access.people import AccessError
from liftwatch.access.secrets import Seal
from liftwatch.access.sight import EVERYTHING, NOTHING, Place, Sight
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.handlers import people
from liftwatch.handlers.imports import NotKept, judge, keep, known_estates, try_out
from liftwatch.handlers.register import change_place
from liftwatch.ports import Books, Conflict, LiftRow, Stale
from liftwatch.register.changes import Origin
from liftwatch.register.columns import SHEETS
from liftwatch.register.localities import Key, Locality

NOW_MS = 1_772_439_240_000
BY = Origin("li", NOW_MS)
GARDEN, THIRD = ("320583", "garden", ""), ("320583", "garden", "3")


def say(books: Books, key: Key, **values: Any) -> Locality:
    """Somebody says something of a place, at the version that is."""
    found = books.localities([key]).get(key)
    with books.begin() as work:
        return change_place(work, key, values, version=found.version if found else 0)


def names(books: Books, sight: Sight = EVERYTHING) -> list[str]:
    """What is seen of the places that have a name."""
    return ["/".join(filter(None, row.key)) for row in books.localities_after(sight=sight)]


def test_a_place_has_its_code_until_somebody_names_it(books: Books) -> None:
    """Named, changed, withdrawn; each change is a version, and saying it again is none."""
    assert books.localities([GARDEN]) == {}
    made = say(books, GARDEN, name="花园小区", name_en="Garden")
    assert (made.version, made.called("zh"), made.called("en")) == (1, "花园小区", "Garden")
    again = say(books, GARDEN, name="花园小区")
    assert again == made == books.localities([GARDEN, THIRD])[GARDEN]
    bare = say(books, GARDEN, name=None, name_en=None, address="人民路1号")
    assert (bare.version, bare.called("zh"), bare.address) == (2, None, "人民路1号")


def test_somebody_else_was_there_first(books: Books) -> None:
    """At the first word and at a later one."""
    say(books, GARDEN, name="a")
    for version in (0, 2):
        with books.begin() as work, pytest.raises(Stale):
            change_place(work, GARDEN, {"name": "b"}, version=version)
    blank = Locality(area="320583", estate="garden", name="b", version=1)
    with pytest.raises(Conflict), books.begin() as work:
        work.put_localities([blank])
    with pytest.raises(Conflict), books.begin() as work:
        work.put_localities([structs.replace(blank, version=3)])
    assert books.localities([GARDEN])[GARDEN].name == "a"


@pytest.mark.parametrize(
    ("key", "values", "says"),
    [
        (("1", "garden", ""), {"name": "a"}, "area: has six digits"),
        (("320583", "Gärten", ""), {"name": "a"}, "estate: is"),
        (("320583", "", "3"), {"name": "a"}, "building: is one of an estate"),
        (("320583", "garden", "\0"), {"name": "a"}, "building: a NUL"),
        (GARDEN, {"name": ""}, "name: 1 to 100"),
        (GARDEN, {"name": "x" * 101}, "name: 1 to 100"),
        (GARDEN, {"address": "a\u202eb"}, "address: a character U\\+202E"),
        (GARDEN, {"latitude": 31.0}, "come together"),
        (GARDEN, {"datum": "bd09"}, "datum: is one of"),
        (GARDEN, {"version": 5}, "version: is nothing of a place"),
    ],
)
def test_what_cannot_be_said_of_a_place(
    books: Books, key: Key, values: dict[str, Any], says: str
) -> None:
    """Is named with its field, and nothing is kept."""
    with books.begin() as work, pytest.raises(AccessError, match=says):
        change_place(work, key, values, version=0)
    assert names(books) == []


def test_places_are_seen_with_what_is_around_them(books: Books) -> None:
    """Who sees one building learns its estate's name and its area's, and no other's."""
    for key in (GARDEN, THIRD, ("320583", "garden", "4"), ("320583", "lake", "")):
        say(books, key, name="x")
    for area in ("320583", "320584"):
        say(books, (area, "", ""), name="x")
    all_ = ["320583", "320583/garden", "320583/garden/3", "320583/garden/4", "320583/lake"]
    assert names(books) == [*all_, "320584"]
    assert names(books, NOTHING) == []
    for place, seen in (
        (Place("320583"), all_),
        (Place("320583", "garden"), all_[:4]),
        (Place("320583", "garden", "3"), all_[:3]),
        (Place("320583", "hill"), all_[:1]),
    ):
        assert names(books, Sight(places=(place,))) == seen
    pages = [books.localities_after(limit=4), books.localities_after(after=GARDEN, limit=9)]
    assert [len(page) for page in pages] == [4, 4]


def test_a_maintenance_unit_sees_the_names_of_its_lifts_estates(shared_books: SqlBooks) -> None:
    """And of nothing else."""
    store = SqlPeople(shared_books, Seal(b"x" * 32))
    with shared_books.begin() as work:
        work.put_lifts([LiftRow(lift="L-0001", area="320583", estate="garden", heard_ms=1)])
    for key in (GARDEN, THIRD, ("320583", "lake", ""), ("320583", "", ""), ("320584", "", "")):
        say(shared_books, key, name="x")
    with store.begin() as people_work:
        unit = people.make_organisation(people_work, name="m", now_ms=0)
        people.make_contract(
            people_work, lift="L-0001", organisation=unit.id, from_ms=0, until_ms=None
        )
    seen = names(shared_books, Sight(contracts_of=(unit.id,)))
    assert seen == ["320583", "320583/garden", "320583/garden/3"]


def test_estates_that_nobody_named_are_told(books: Books) -> None:
    """Each once, until it has a row."""
    rows = [
        LiftRow(lift=f"L-000{n}", area="320583", estate=estate, heard_ms=1)
        for n, estate in enumerate(("lake", "garden", "garden"))
    ]
    with books.begin() as work:
        work.put_lifts(rows)
    assert books.estates_without_name() == [("320583", "garden"), ("320583", "lake")]
    say(books, THIRD, name="x")
    say(books, ("320583", "lake", ""), name="x")
    assert books.estates_without_name() == [("320583", "garden")]


KEYS = st.sampled_from([GARDEN, THIRD, ("320583", "lake", ""), ("320583", "", "")])
SAID = st.dictionaries(
    st.sampled_from(["name", "name_en", "address"]),
    st.one_of(st.none(), st.text("ab花", min_size=1, max_size=3)),
)


@settings(max_examples=25)
@given(steps=st.lists(st.tuples(KEYS, SAID), max_size=8))
def test_a_database_keeps_what_memory_keeps(
    shared_books: SqlBooks, steps: list[tuple[Key, dict[str, Any]]]
) -> None:
    """Whatever is said in whatever order: the same names, from the database's versions on."""
    memory = MemoryBooks()
    for row in shared_books.localities_after():
        with memory.begin() as work:
            for version in range(1, row.version + 1):
                work.put_localities([structs.replace(row, version=version)])
    for key, values in steps:
        assert say(shared_books, key, **values) == say(memory, key, **values)
    assert shared_books.localities_after() == memory.localities_after()


def put(store: SqlPeople, text: str, sheet: str, **estates: str) -> list[tuple[int | None, str]]:
    """Keep a sheet; its errors, which a dry run says too."""
    data = text.encode("gbk")
    tried, found = (judge(data, SHEETS[sheet], now_ms=NOW_MS, estates=estates) for _ in range(2))
    try_out(store, tried, by=BY)
    try:
        with store.begin() as work:
            keep(work, found, by=BY)
    except NotKept:
        pass
    told = [
        [(p.line, p.doubt.text) for p in f.findings.first if p.is_error] for f in (tried, found)
    ]
    assert told[0] == told[1]
    return told[1]


def test_a_sheet_of_places_and_then_one_that_uses_their_names(shared_books: SqlBooks) -> None:
    """All or nothing; a name that two estates have is none."""
    store = SqlPeople(shared_books, Seal(b"x" * 32))
    head = "行政区划代码,小区代码,楼栋,名称,英文名称,纬度,经度,坐标系\n"
    bad = head + "320583,garden,,花园小区,,31.3,,\n320583,,3,三号楼,,,,\n320583,lake,,,,,,\n"
    assert [line for line, _ in put(store, bad, "places")] == [2, 3, 4]
    assert shared_books.localities_after() == []
    good = head + (
        "320583,garden,,花园小区,Garden,31.38,120.98,gcj02\n"
        "320583,garden,3,三号楼,,,,\n"
        "320583,lake,,湖畔,,,,\n"
        "320583,lake-2,,湖畔,,,,\n"
    )
    assert put(store, good, "places") == []
    assert put(store, good, "places") == []
    rows = shared_books.localities_after()
    assert [(row.building, row.version) for row in rows] == [("", 1), ("3", 1), ("", 1), ("", 1)]
    double = head + "320583,garden,,a,,,,\n320583,garden,,b,,,,\n"
    assert [line for line, _ in put(store, double, "places")] == [2, 3]
    known = known_estates(shared_books)
    assert known == {"花园小区": "garden", "Garden": "garden"}
    lifts = "area,小区,lift\n320583,花园小区,L-0001\n"
    assert put(store, lifts, "lifts", **known) == []
    assert shared_books.lifts()[0].estate == "garden"
    assert put(store, "area,小区,lift\n320583,湖畔,L-0002\n", "lifts", **known) != []

"""The credit list in the books: whatever lies beneath."""

from typing import Any

import pytest
from msgspec import structs

from liftwatch.care.credit_store import CreditView
from liftwatch.care.sanctions import MOVES, Entry, Fact, Line, move
from liftwatch.clock import DAY_MS
from liftwatch.incidents.course import Actor
from liftwatch.ports import Books, Conflict
from tests.care.instruct import Houses
from tests.contracts.test_books import MONDAY_MS

HEAR_BY, FROM, UNTIL = (MONDAY_MS + days * DAY_MS for days in (10, 12, 100))
NOBODY = CreditView()


def entry_of(houses: Houses, id: str = "e-1", *, days: int = 0, **more: Any) -> Entry:
    """One of the authority about a unit, written so many days after the first."""
    made = Entry(
        id=id,
        area="320583",
        organisation=houses.ids["anda"],
        kind="warning",
        facts=(Fact(kind="incident", id="i-1"), Fact(kind="complaint", id="c-1")),
        what="two records that signals contradict",
        article="TSG T5002 6",
        decision="2026-1",
        issuer=houses.ids["office"],
        issued_by="p-office",
        issued_ms=MONDAY_MS + days * DAY_MS,
        hear_by_ms=HEAR_BY,
        from_ms=FROM,
        until_ms=UNTIL,
    )
    return structs.replace(made, **more)


def put(books: Books, entry: Entry) -> Entry:
    """Keep it."""
    with books.begin() as work:
        work.put_credit_entry(entry)
    return entry


def moved(books: Books, entry: Entry, name: str, *, at_ms: int) -> Entry:
    """Move it and keep that."""
    made, _ = move(entry, name, by=Actor(), side=MOVES[name].side, now_ms=at_ms, text="x")
    return put(books, made)


def test_what_is_kept_comes_back(books: Books) -> None:
    """Field by field, and its story in order."""
    houses = Houses(books)
    entry = put(books, entry_of(houses, paper="a" * 64, exercise=True))
    with books.begin() as work:
        for n, what in enumerate(("draft", "announce"), 1):
            by = Actor(person="p", organisation=houses.ids["office"], channel="api")
            line = Line(
                entry="e-1", at_ms=n, what=what, before="draft", state="draft", by=by, text="t"
            )
            assert work.add_credit_line(line).n == n
        assert work.locked_credit_entry("e-1") == entry
        assert work.locked_credit_entry("e-2") is None
    assert books.credit_entry("e-1", now_ms=0) == entry
    assert [line.what for line in books.credit_lines("e-1")] == ["draft", "announce"]
    assert books.credit_lines("e-1")[0].by.channel == "api"
    announced = moved(books, entry, "announce", at_ms=MONDAY_MS)
    assert books.credit_entry("e-1", now_ms=0) == announced
    with pytest.raises(Conflict):
        put(books, structs.replace(announced, version=4))
    with pytest.raises(Conflict):
        moved(books, entry, "announce", at_ms=MONDAY_MS)


def test_who_sees_what_when(books: Books) -> None:
    """The authority at once, the organisation from the announcement, all while it is in force."""
    houses = Houses(books)
    office = CreditView(organisations=(houses.ids["office"],))
    area = CreditView(areas=("320583",))
    unit = CreditView(organisations=(houses.ids["anda"],))
    other = CreditView(areas=("320584",), organisations=(houses.ids["kone"],))

    def seen(now_ms: int) -> list[bool]:
        found = []
        for view in (office, area, unit, other, NOBODY):
            listed = books.credit_entries(now_ms=now_ms, view=view)
            read = books.credit_entry("e-1", now_ms=now_ms, view=view)
            assert listed == ([] if read is None else [read])
            found.append(read is not None)
        return found

    entry = put(books, entry_of(houses))
    assert seen(MONDAY_MS) == [True, True, False, False, False]
    entry = moved(books, entry, "announce", at_ms=MONDAY_MS)
    assert seen(MONDAY_MS) == [True, True, True, False, False]
    entry = moved(books, entry, "pass", at_ms=HEAR_BY)
    entry = moved(books, entry, "enforce", at_ms=FROM)
    assert seen(FROM) == [True] * 5
    assert seen(FROM - 1) == seen(UNTIL) == [True, True, True, False, False]
    moved(books, entry, "withdraw", at_ms=FROM + 1)
    assert seen(FROM + 2) == [True, True, True, False, False]


def test_lists(books: Books) -> None:
    """The newest first, page by page, by organisation, by what stands."""
    houses = Houses(books)
    first = put(books, entry_of(houses))
    second = put(books, entry_of(houses, "e-2", days=1, organisation=houses.ids["kone"]))
    third = put(books, entry_of(houses, "e-3", days=2, kind="praise"))

    def ids(**more: Any) -> list[str]:
        return [one.id for one in books.credit_entries(now_ms=FROM, **more)]

    assert ids() == ["e-3", "e-2", "e-1"]
    assert ids(limit=1) == ["e-3"]
    assert ids(after=(third.issued_ms, "e-3")) == ["e-2", "e-1"]
    assert ids(organisation=second.organisation) == ["e-2"]
    assert ids(public=True) == []
    for name, at_ms in (("announce", MONDAY_MS), ("pass", HEAR_BY), ("enforce", FROM)):
        first = moved(books, first, name, at_ms=at_ms)
    moved(books, third, "withdraw", at_ms=MONDAY_MS)
    assert ids(public=True) == ["e-1"]
    assert ids(living=True) == ["e-2", "e-1"]


def test_one_living_entry_of_a_kind_for_a_fact(books: Books) -> None:
    """Of one organisation; after it is over it may be written anew."""
    houses = Houses(books)
    first = put(books, entry_of(houses))
    again = entry_of(houses, "e-2", facts=(Fact(kind="complaint", id="c-1"),))
    with pytest.raises(Conflict, match="same fact"):
        put(books, again)
    put(books, structs.replace(again, id="e-3", kind="penalty"))
    put(books, structs.replace(again, id="e-4", organisation=houses.ids["kone"]))
    moved(books, first, "withdraw", at_ms=MONDAY_MS)
    put(books, again)


def test_what_the_engine_looks_at(books: Books) -> None:
    """What somebody is still to be told of at once, terms when they are over; nothing else."""
    houses = Houses(books)
    entry = put(books, entry_of(houses))
    assert books.credit_due(UNTIL) == []
    entry = moved(books, entry, "announce", at_ms=MONDAY_MS)
    assert books.credit_due(0) == ["e-1"]
    entry = structs.replace(entry, told="announced")
    with books.begin() as work:
        work.note_credit_told(entry)
    assert books.credit_entry("e-1", now_ms=0) == entry
    assert (books.credit_due(HEAR_BY - 1), books.credit_due(HEAR_BY)) == ([], ["e-1"])
    entry = moved(books, entry, "pass", at_ms=HEAR_BY)
    with books.begin() as work:
        work.note_credit_told(structs.replace(entry, told="heard"))
    assert books.credit_due(UNTIL) == []


def test_nothing_is_kept_of_what_failed(books: Books) -> None:
    """A transaction that breaks leaves no entry, no line and no claim on a fact."""
    houses = Houses(books)
    entry = entry_of(houses)
    with pytest.raises(ZeroDivisionError), books.begin() as work:
        work.put_credit_entry(entry)
        work.add_credit_line(
            Line(entry="e-1", at_ms=0, what="draft", before="draft", state="draft")
        )
        raise ZeroDivisionError
    assert books.credit_entry("e-1", now_ms=0) is None
    assert books.credit_lines("e-1") == []
    put(books, structs.replace(entry, id="e-2"))

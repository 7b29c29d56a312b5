"""Notices and pages of incidents in the books: one contract, whatever lies beneath."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec import structs

from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.engine.paging import page_due
from liftwatch.handlers import people
from liftwatch.handlers.alarms import UNATTENDED, apply_alarm
from liftwatch.handlers.calls import change_contacts
from liftwatch.handlers.notices import HEAD_START_MS, page_at
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.pages import Notice, Page, Ways
from liftwatch.ports import Books
from tests.contracts.test_books import MONDAY_MS, alarm
from tests.contracts.test_calls import GARDEN

THREADS = 8


def raised(books: Books, **fields: Any) -> Incident:
    """An incident."""
    made = apply_alarm(books, alarm(**fields))
    assert made is not None
    return made


def page_of(one: Incident, id: str = "p-1") -> Page:
    """Somebody told of it."""
    return Page(
        id=id,
        incident=one.id,
        occurrence=1,
        why="raised",
        step=1,
        party="P",
        organisation="garden",
        person="li",
        channel="sms",
        made_ms=MONDAY_MS,
    )


def test_who_is_to_be_told_stands_with_the_alarm(books: Books) -> None:
    """In its transaction, and due at once; nobody learns of what nobody attends to."""
    one = raised(books)
    (notice,) = books.notices_of(one.id)
    assert notice == Notice(
        incident=one.id,
        occurrence=1,
        why="raised",
        parties="PMR",
        made_ms=one.raised_ms,
        due_ms=one.raised_ms,
    )
    due = {x.name: x.due_ms for x in books.deadlines()}
    assert due[f"page-people/{one.id}"] == one.raised_ms - 3 * HEAD_START_MS  # the gravest first
    apply_alarm(books, alarm(kind="overload", severity=3), life=UNATTENDED)
    assert len([x for x in books.deadlines() if x.what == "page-people"]) == 1


def test_a_notice_is_replaced_and_a_page_learns_of_its_tries(books: Books) -> None:
    """What is rolled back is as it was."""
    one = raised(books)
    (notice,) = books.notices_of(one.id)
    told = structs.replace(notice, step=2, due_ms=None, held="nobody")
    with books.begin() as work:
        work.put_notice(told)
        work.add_page(page_of(one))
    tried = {"attempts": 1, "tried_ms": 5, "verdict": "retry", "detail": "HTTP 503"}
    with books.begin() as work:
        work.note_page("p-1", tried)
        work.note_page("nobody's", tried)
    with pytest.raises(ZeroDivisionError), books.begin() as work:
        work.add_page(page_of(one, "p-2"))
        work.note_page("p-1", tried | {"verdict": "refused"})
        work.put_notice(notice)
        raise ZeroDivisionError
    assert books.notices_of(one.id) == [told]
    assert books.pages_of(one.id) == [structs.replace(page_of(one), **tried)]
    with books.begin() as work:
        assert work.pages(one.id) == books.pages_of(one.id)
        assert work.notices(one.id) == [told]


def test_what_the_limit_counts(books: Books) -> None:
    """Raisings of one lift and kind that told somebody, and no others."""
    one = raised(books, kind="door_fault", severity=2)
    raised(books, kind="door_fault", severity=2, lift="LIFT-0002")
    (notice,) = books.notices_of(one.id)
    with books.begin() as work:
        for why, held in (("again", "limit"), ("arrive", None), ("cleared", None)):
            work.put_notice(structs.replace(notice, why=why, held=held))
        assert work.raisings_since(one, MONDAY_MS - 1) == 1
        assert work.raisings_since(one, notice.made_ms) == 0
        assert work.raisings_since(structs.replace(one, kind="overload"), 0) == 0


def test_a_black_out_of_a_district_is_told_of_every_building(books: Books) -> None:
    """The limit is of a building, and not of all that have no lift."""
    told = [
        raised(
            books,
            kind="mains_lost",
            severity=3,
            lift=None,
            scope=f"garden/{n}",
            lifts=(f"LIFT-{n}001", f"LIFT-{n}002"),
            of_kind="mains_lost",
        )
        for n in range(5)
    ]
    assert [books.notices_of(one.id)[0].held for one in told] == [None] * 5


def test_many_engines_tell_each_once(shared_books: SqlBooks) -> None:
    """At the same moment, with the same notice read."""
    store = SqlPeople(shared_books, Seal(b"a secret of thirty-two bytes, or more"))
    with store.begin() as work:
        made = people.make_organisation(
            work, name="garden", now_ms=0, kind="property", places=(GARDEN,)
        )
        change_contacts(work, made.id, version=0, phone="1 23")
    one = raised(shared_books)
    ways = Ways(channels=("voice",), hooks={"*": ("room",)})

    def look(_: int) -> None:
        page_due(shared_books, store, ways, due=page_at(one.id, 0), now_ms=one.raised_ms)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(look, range(THREADS)))
    assert sorted(x.channel for x in shared_books.pages_of(one.id)) == ["room", "voice"]
    assert [x.what for x in shared_books.lines_of(one.id)].count("paged") == 1
    for channel in ("room", "voice"):
        promise = shared_books.next_promise(channel)
        assert promise is not None
        with shared_books.begin() as work:
            assert work.pages(one.id)

"""What was told long ago goes when it is done, and nothing else does."""

from typing import Any

from msgspec import structs

from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import Told
from liftwatch.incidents.pages import Page
from liftwatch.incidents.silences import Hidden, Withheld
from liftwatch.ports import Books
from tests.contracts.test_books import MONDAY_MS
from tests.contracts.test_course import moved
from tests.contracts.test_pages import page_of
from tests.contracts.test_rescue import FEED, receipt
from tests.contracts.test_together import now, quiet, raised

AFTER_MS = MONDAY_MS + 30 * DAY_MS


def give_up(books: Books, before_ms: int = AFTER_MS, limit: int = 100) -> int:
    """Once."""
    with books.begin() as work:
        return work.give_up_told(before_ms, limit=limit)


def over(books: Books, one: Incident) -> None:
    """People say that there was nothing."""
    moved(books, now(books, one), "reject", 900, Told(reason="a test"))


def settled(books: Books, one: Incident, **more: Any) -> Page:
    """Somebody was told, and no next step is due."""
    with books.begin() as work:
        page = structs.replace(page_of(one, f"p-{one.id}"), **{"verdict": "delivered"} | more)
        work.add_page(page)
        for notice in work.notices(one.id):
            work.put_notice(structs.replace(notice, due_ms=None))
    return page


def test_what_is_done_goes_and_what_is_not_stays(books: Books) -> None:
    """By age, by what became of it, and whether the incident is over."""
    gone, opened, waits = (
        raised(books, "door_fault", lift=f"LIFT-{n}", severity=2) for n in range(3)
    )
    settled(books, gone)
    settled(books, opened)
    settled(books, waits, verdict="retry")
    for one in (gone, waits):
        over(books, one)
    told = settled(books, gone, id="p-late", made_ms=AFTER_MS)
    with books.begin() as work:
        for notice in work.notices(waits.id):
            work.put_notice(structs.replace(notice, due_ms=AFTER_MS))
    assert give_up(books, MONDAY_MS) == 0
    assert give_up(books) > 0
    assert give_up(books) == 0
    assert books.pages_of(gone.id) == [told]
    assert books.notices_of(gone.id) == []
    for one in (opened, waits):
        assert len(books.pages_of(one.id)) == 1
        assert next(n.why for n in books.notices_of(one.id)) == "raised"
    assert books.incident(gone.id) is not None
    assert books.lines_of(gone.id) != []


def test_what_was_hidden_and_its_silence(books: Books) -> None:
    """Only when somebody has looked whether it stands; the silence goes after it."""
    made = quiet(books)
    one = raised(books, "door_blocked", 10)
    over(books, one)
    row = Withheld(
        lift="LIFT-0001", kind="overspeed", area="1", estate="e", at_ms=MONDAY_MS, by="visit"
    )
    with books.begin() as work:
        work.note_withheld([row])
    assert give_up(books) == 1  # what was withheld
    assert books.withheld(since_ms=0) == []
    (hidden,) = books.hidden(since_ms=0)
    with books.begin() as work:
        assert work.end_hidden(hidden, at_ms=AFTER_MS)
        assert not work.end_hidden(hidden, at_ms=AFTER_MS)
    assert books.silence(made.id) is not None
    assert give_up(books) >= 1
    assert give_up(books) == 0
    assert books.hidden(since_ms=0) == []
    assert books.silence(made.id) is None


def test_a_few_at_a_time(books: Books) -> None:
    """And what is rolled back is as it was."""
    made = [raised(books, "door_fault", lift=f"LIFT-{n}", severity=2) for n in range(5)]
    for one in made:
        settled(books, one)
        over(books, one)
    try:
        with books.begin() as work:
            assert work.give_up_told(AFTER_MS, limit=2) == 4
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert sum(len(books.pages_of(one.id)) for one in made) == 5
    steps = 0
    while give_up(books, limit=2):
        steps += 1
        assert steps < 10
    assert steps == 3
    assert not any(books.pages_of(one.id) or books.notices_of(one.id) for one in made)


def test_a_feed_is_given_up_from_its_beginning(shared_books: SqlBooks) -> None:
    """Numbers go on, none is missing between, and what has no receipt holds all after it."""
    books, later_ms = shared_books, now_ms() + DAY_MS
    many = [raised(books, "entrapment", lift=f"LIFT-{n}") for n in range(4)]
    for n in (1, 2, 4):
        receipt(books, n, "received")
    for one in (many[0], many[1], many[3]):
        over(books, one)
    head = books.rescue_head(FEED)
    for n in range(5, head + 1):
        receipt(books, n, "received")
    assert give_up(books, later_ms) > 0
    left = [one.n for one in books.rescue_after(FEED, 0)]
    assert left == list(range(3, head + 1))  # 3 is not done
    assert books.rescue_receipts(FEED, 1) == []
    receipt(books, 3, "received")
    assert give_up(books, later_ms) == 0  # its incident is open
    over(books, many[2])
    assert books.rescue_head(FEED) == head + 1
    newest = raised(books, "entrapment", 2_000, lift="LIFT-9")
    assert give_up(books, later_ms) > 0
    assert [one.n for one in books.rescue_after(FEED, 0)] == [head + 1, head + 2]
    assert newest.id == books.rescue_after(FEED, 0)[-1].incident


def test_hidden_by_a_cause_needs_no_look(books: Books) -> None:
    """What no silence hid goes by its age."""
    one = raised(books, "door_fault", severity=2)
    row = Hidden(incident=one.id, occurrence=1, at_ms=MONDAY_MS, by="cause", of="c")
    with books.begin() as work:
        assert work.note_hidden(row)
        assert not work.note_hidden(row)
    give_up(books)
    assert books.hidden(since_ms=0) == [row]
    over(books, one)
    give_up(books)
    assert books.hidden(since_ms=0) == []

"""What the rescue platform is told and answers, in the books: numbers, order, receipts."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec import structs

from liftwatch.clock import MINUTE_MS, SECOND_MS
from liftwatch.handlers.alarms import UNATTENDED, apply_alarm
from liftwatch.handlers.course import CLOCKS
from liftwatch.handlers.incidents import make_move
from liftwatch.handlers.receipts import NoSuchEvent, Taken, take_receipt
from liftwatch.incidents.course import SAID, Actor
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import Told
from liftwatch.ports import Books
from liftwatch.rescue.receipts import Contradicts, Lacks
from liftwatch.said import said_again
from tests.contracts.test_books import MONDAY_MS, alarm

FEED, EXERCISE = "320583", "320583-exercise"
NOTHING = Told()
CENTRE = Actor(person="machine", organisation="96333", channel="platform")
FREED = Told(trapped=2, injured=0, cause="door", confirmed_by="Wang Gang")


def raised(books: Books, **fields: Any) -> Incident:
    """An incident as a detector opens it."""
    made = apply_alarm(books, alarm(**fields))
    assert made is not None
    return made


def receipt(books: Books, n: int, name: str, *, told: Told = NOTHING, at_s: int = 60) -> Taken:
    """What the platform answers, so many seconds after it began."""
    with books.begin() as work:
        at_ms = MONDAY_MS + at_s * SECOND_MS
        return take_receipt(work, FEED, n, name=name, told=told, by=CENTRE, now_ms=at_ms)


def told(books: Books, feed: str = FEED) -> list[tuple[int, str]]:
    """Numbers and what they say."""
    return [(one.n, one.what) for one in books.rescue_after(feed, 0)]


def test_a_whole_rescue_in_numbers(books: Books) -> None:
    """Every change of what the platform knows of is the next number, whoever makes it."""
    one = raised(books)
    assert told(books) == [(1, "raised")]
    assert receipt(books, 1, "received").receipt.moved is False
    assert receipt(books, 1, "accepted").receipt.moved is True
    assert receipt(books, 1, "dispatched", told=Told(crew="安达 2"), at_s=90).receipt.moved
    apply_alarm(books, alarm("cleared", at_s=100, opened_ms=MONDAY_MS))
    apply_alarm(books, alarm(at_s=120))
    receipt(books, 1, "arrived", at_s=600)
    receipt(books, 1, "released", told=FREED, at_s=700)
    names = [what for _, what in told(books)]
    assert names == [
        *("raised", "acknowledged", "dispatched", "cleared", "again", "arrived", "released"),
    ]
    assert [n for n, _ in told(books)] == list(range(1, 8))
    assert books.rescue_head(FEED) == 7
    kept = books.incident(one.id)
    assert kept is not None
    assert kept.state == "released"
    by = [line.by for line in books.lines_of(one.id) if line.what == "dispatch"]
    assert by == [CENTRE]
    assert books.rescue_after(FEED, 0)[2].data["course"]["crew"] == "安达 2"
    assert books.rescue_events_of(one.id) == books.rescue_after(FEED, 0)


def test_who_is_not_told(books: Books) -> None:
    """What is no emergency, what is past, what nobody attends, and a car known to be empty."""
    raised(books, kind="door_fault", severity=2)
    raised(books, kind="overspeed", lift="L-2", severity=1, evidence={"occupied": False})
    apply_alarm(books, alarm(lift="L-3", late=True))
    apply_alarm(books, alarm(lift="L-4"), life=UNATTENDED)
    assert told(books) == []
    raised(books, kind="overspeed", lift="L-5", severity=1, evidence={})
    assert told(books) == [(1, "raised")]


def test_exercises_have_numbers_of_their_own(books: Books) -> None:
    """None is ever among what is real; what becomes real is told as such."""
    raised(books, exercise=True)
    assert told(books) == []
    assert told(books, EXERCISE) == [(1, "raised")]
    assert books.rescue_after(EXERCISE, 0)[0].exercise
    apply_alarm(books, alarm("graver", at_s=5, severity=1, exercise=False))
    assert told(books) == [(1, "raised")]
    assert told(books, EXERCISE) == [(1, "raised")]


def test_a_suspicion_waits_a_minute(books: Books) -> None:
    """It is the engine that tells of it then; a deadline is set for it."""
    one = raised(books, kind="entrapment_suspected", severity=2)
    assert told(books) == []
    (due,) = [d for d in books.deadlines() if d.what == CLOCKS]
    assert (due.due_ms, due.data) == (MONDAY_MS + MINUTE_MS, {"incident": one.id})


def test_a_rollback_gives_the_number_back(books: Books) -> None:
    """So that there is no gap."""
    one = raised(books)
    with pytest.raises(ZeroDivisionError), books.begin() as work:
        make_move(
            work,
            one.id,
            "acknowledge",
            told=Told(),
            by=CENTRE,
            version=1,
            now_ms=MONDAY_MS + SECOND_MS,
        )
        raise ZeroDivisionError
    assert told(books) == [(1, "raised")]
    receipt(books, 1, "accepted")
    assert told(books) == [(1, "raised"), (2, "acknowledged")]


def test_receipts_twice_late_and_out_of_order(books: Books) -> None:
    """Each is kept once; one that does not fit is kept with why, and nothing is doubled."""
    one = raised(books)
    assert receipt(books, 1, "arrived", at_s=300).receipt.moved
    late = receipt(books, 1, "dispatched", told=Told(crew="A"), at_s=301)
    assert (late.receipt.moved, late.receipt.why) == (False, "dispatch does not follow arrived")
    again = receipt(books, 1, "arrived", at_s=999)
    assert again.repeated
    assert again.receipt.at_ms == MONDAY_MS + 300 * SECOND_MS
    kept = books.incident(one.id)
    assert kept is not None
    assert (kept.state, kept.version) == ("arrived", 2)
    assert [r.name for r in books.rescue_receipts(FEED, 1)] == ["arrived", "dispatched"]
    assert [line.what for line in books.lines_of(one.id)] == ["raised", "arrive", "receipt"]
    told = books.lines_of(one.id)[-1]
    assert said_again(told.facts[SAID]) == told.text == late.receipt.why


def test_receipts_that_cannot_be(books: Books) -> None:
    """Of a number there is not, without what it must tell, or against what was said before."""
    raised(books)
    for n in (0, 2, -1):
        with pytest.raises(NoSuchEvent):
            receipt(books, n, "received")
    with pytest.raises(Lacks, match="crew is missing"):
        receipt(books, 1, "dispatched")
    receipt(books, 1, "dispatched", told=Told(crew="A"))
    with pytest.raises(Contradicts, match="told otherwise"):
        receipt(books, 1, "dispatched", told=Told(crew="B"))
    with pytest.raises(Contradicts, match="was dispatched before"):
        receipt(books, 1, "refused", told=Told(reason="not ours"))
    assert len(books.rescue_receipts(FEED, 1)) == 1


def test_a_refusal_pages(books: Books) -> None:
    """Whoever counted on the platform learns that it does not come."""
    one = raised(books)
    receipt(books, 1, "refused", told=Told(reason="not our district"))
    promise = books.next_promise("alarm")
    assert promise is not None
    assert "not our district" in promise.body
    assert one.id in promise.body
    assert books.lines_of(one.id)[-1].text == "not our district"
    assert books.rescue_after(FEED, 0)[0].done_ms is not None


def test_what_is_sent_keeps_the_order_of_each_lift(books: Books) -> None:
    """Its next number waits for the receipt of the one before; other lifts do not."""
    raised(books)
    raised(books, kind="emergency_call")
    raised(books, lift="L-2")
    due_ms = books.rescue_after(FEED, 2)[0].at_ms

    def due(at_ms: int = due_ms) -> list[int]:
        return [one.n for one in books.rescue_due([FEED], at_ms, 10)]

    assert due() == [1, 3]
    assert books.rescue_due([EXERCISE], due_ms, 10) == []
    first = books.rescue_after(FEED, 0)[0]
    with books.begin() as work:
        assert work.note_push(first, at_ms=due_ms, due_ms=due_ms + 9_000, detail="HTTP 204")
        assert not work.note_push(first, at_ms=due_ms, due_ms=due_ms, detail="again")
    assert due() == [3]
    assert due(due_ms + 9_000) == [3, 1]
    assert books.rescue_after(FEED, 0)[0].first_ms == due_ms
    receipt(books, 1, "received")
    assert due() == [2, 3]
    second = books.rescue_after(FEED, 1)[0]
    with books.begin() as work:
        work.note_push(second, at_ms=due_ms, due_ms=0, detail="HTTP 400", dead=True)
    assert due() == [3]
    assert [one.n for one in books.rescue_silent([FEED], due_ms, 10)] == [3]
    with books.begin() as work:
        work.note_passed(books.rescue_after(FEED, 2)[0], at_ms=due_ms, promise="p")
    assert books.rescue_silent([FEED], due_ms, 10) == []


def test_numbers_have_no_gaps_whoever_writes(shared_books: Books) -> None:
    """200 threads raise 20 alarms, ten each: 20 incidents, 20 numbers, and none is doubled."""

    def tell(i: int) -> None:
        apply_alarm(shared_books, alarm(lift=f"L-{i % 20}", at_s=i // 20))

    with ThreadPoolExecutor(200) as pool:
        list(pool.map(tell, range(200)))
    events = shared_books.rescue_after(FEED, 0, 500)
    assert [one.n for one in events] == list(range(1, len(events) + 1))
    first = [one for one in events if one.what == "raised"]
    assert len(first) == len({one.lift for one in first}) == 20


def test_the_same_receipt_from_many_at_once(shared_books: Books) -> None:
    """One is kept, and the incident moves once."""
    one = raised(shared_books)
    with ThreadPoolExecutor(20) as pool:
        taken = list(pool.map(lambda _: receipt(shared_books, 1, "accepted"), range(20)))
    assert sum(not each.repeated for each in taken) == 1
    kept = shared_books.incident(one.id)
    assert kept == structs.replace(one, state="acknowledged", version=2)
    assert told(shared_books) == [(1, "raised"), (2, "acknowledged")]

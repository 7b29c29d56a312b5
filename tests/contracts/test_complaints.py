"""Complaints from the first word to their erasure, on both databases."""

import pytest
from msgspec import structs
from sqlalchemy import text

from liftwatch.access.secrets import Seal
from liftwatch.access.sight import Place, Sight
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.adapters.sql.seals import reseal, tally
from liftwatch.care.complaints import (
    CLOSED_AFTER_MS,
    JOINED_IN_HOUR_MAX,
    KEPT_MS,
    KEPT_UNANSWERED_MS,
    Complaint,
    Private,
)
from liftwatch.care.residents_store import Wanted, order_of
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS
from liftwatch.engine.complaints import keep
from liftwatch.handlers.care_complaints import (
    By,
    Received,
    Told,
    forget,
    move_complaint,
    rate,
    receive,
    reopen,
)
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.ports import LiftRow, Stale
from liftwatch.register.facts import Facts

NOW_MS = 1_772_439_240_000
SECRET, NEXT = b"a secret of thirty-two bytes, or more", b"another secret of thirty-two bytes or so"
PROPERTY, UNIT = By("property", "p-1", "o-1"), By("maintenance", "m-1", "o-2")


def lift(name: str = "L-1", estate: str = "garden") -> LiftRow:
    """A lift of building 3."""
    return LiftRow(lift=name, area="320583", estate=estate, facts=Facts(building="3"))


@pytest.fixture
def office(shared_books: SqlBooks) -> SqlPeople:
    """People over an empty database."""
    return SqlPeople(shared_books, Seal(SECRET))


def tell(
    office: SqlPeople, row: LiftRow | None = None, *, at_ms: int = 0, **told: object
) -> Received:
    """A complaint about the doors, unless it says otherwise."""
    asked = Told(**({"topic": "doors", "channel": "page"} | told))  # type: ignore[arg-type]
    with office.begin() as work:
        return receive(work, row or lift(), asked, now_ms=NOW_MS + at_ms)


def move(
    office: SqlPeople, one: Complaint, name: str, /, *args: By, text: str | None = None
) -> Complaint:
    """A move of the matter as it is now, a minute after it was told."""
    (by,) = args or (PROPERTY,)
    with office.begin() as work:
        now = work.care.complaint(one.id)
        assert now is not None
        return move_complaint(
            work, one.id, name, by=by, text=text, version=now.version, now_ms=NOW_MS + MINUTE_MS
        )


def listed(office: SqlPeople, *, sight: Sight | None = None, **wanted: object) -> list[Complaint]:
    """The list, two hours and a bit later."""
    with office.reading() as reads:
        return reads.care.complaints(
            Wanted(**wanted),  # type: ignore[arg-type]
            now_ms=NOW_MS + 3 * HOUR_MS,
            sight=sight or Sight(everything=True),
        )


def test_from_the_first_word_to_a_second_answer(office: SqlPeople) -> None:
    """Taken, answered, rated, reopened once, answered again, closed by the clock."""
    told = tell(office, words="it hits me", phone="13800000000")
    assert told.complaint is not None
    one, number = told.complaint, told.complaint.number
    with office.begin() as work, pytest.raises(CannotMove):
        rate(work, number, stars=5, words=None)
    move(office, one, "take")
    with pytest.raises(Untold):
        move(office, one, "answer", text=" ")
    answered = move(office, one, "answer", text="the edge was dirty; cleaned")
    assert (answered.state, answered.due_ms) == ("answered", None)
    with office.begin() as work:
        assert rate(work, number, stars=2, words="again today").rating == 2
    with office.begin() as work:
        again = reopen(work, number, "it hits me still", now_ms=NOW_MS + DAY_MS)
    assert (again.state, again.party, again.due_ms) == ("reopened", "property", NOW_MS + 3 * DAY_MS)
    move(office, one, "take")
    move(office, one, "answer", text="the edge was replaced")
    with office.begin() as work, pytest.raises(CannotMove):
        reopen(work, number, "once more", now_ms=NOW_MS + DAY_MS)
    assert not keep(office, NOW_MS + CLOSED_AFTER_MS)
    assert listed(office)[0].state == "answered"
    keep(office, NOW_MS + CLOSED_AFTER_MS + HOUR_MS)
    assert listed(office)[0].state == "closed"
    with office.reading() as reads:
        moves = [line.move for line in reads.care.story(one.id)]
        held = reads.care.private(one.id)
    assert moves == ["received", "take", "answer", "reopen", "take", "answer", "close"]
    assert held == Private(
        id=one.id,
        words="it hits me",
        phone="13800000000",
        again="it hits me still",
        rated="again today",
    )


def test_a_matter_has_exactly_one_who_answers_for_it(office: SqlPeople) -> None:
    """Offered it stays; accepted it goes; declined it never went; the answer is property's."""
    one = tell(office).matter
    with pytest.raises(CannotMove):
        move(office, one, "take", UNIT)
    offered = move(office, one, "offer", text="please look at the door")
    assert (offered.party, offered.offered) == ("property", "maintenance")
    with pytest.raises(CannotMove):
        move(office, one, "accept")
    assert move(office, one, "decline", UNIT, text="no contract for doors").party == "property"
    move(office, one, "offer", text="there is one")
    taken = move(office, one, "accept", UNIT)
    assert (taken.party, taken.offered, taken.state) == ("maintenance", None, "assigned")
    for by in (PROPERTY, UNIT):
        with pytest.raises(CannotMove):
            move(office, one, "answer", by, text="done")
    move(office, one, "offer", UNIT, text="the edge is new")
    assert move(office, one, "accept").party == "property"
    assert move(office, one, "answer", text="done").state == "answered"


def test_the_same_matter_is_joined_and_counted(office: SqlPeople) -> None:
    """One row on the list however many tell; each has a number; another thing is another row."""
    first = tell(office)
    numbers = set()
    for minute in range(JOINED_IN_HOUR_MAX - 1):
        told = tell(office, at_ms=minute * MINUTE_MS // 2)
        assert told.complaint is not None
        numbers.add(told.complaint.number)
    assert len(numbers) == JOINED_IN_HOUR_MAX - 1
    beyond = tell(office, at_ms=30 * MINUTE_MS)
    assert (beyond.complaint, beyond.matter.crowd) == (None, 1)
    real = tell(office, topic="levels", words="a step of 5 cm")
    assert real.complaint is not None
    inside = tell(office, topic="trapped", inside=True)
    assert inside.complaint is not None
    phoned = tell(office, channel="phone")
    assert phoned.complaint is not None
    found = listed(office)
    assert {one.topic: (one.joined, one.crowd) for one in found} == {
        "doors": (JOINED_IN_HOUR_MAX, 1),
        "levels": (0, 0),
        "trapped": (0, 0),
    }
    move(office, first.matter, "take")
    move(office, first.matter, "answer", text="cleaned")
    anew = tell(office, at_ms=2 * HOUR_MS)
    assert anew.complaint is not None
    assert anew.matter.id == anew.complaint.id


def test_whoever_says_somebody_is_inside_comes_first(office: SqlPeople) -> None:
    """Also in a matter that somebody has taken and that is due tomorrow."""
    matter = tell(office, topic="trapped").matter
    move(office, matter, "take")
    after = tell(office, topic="trapped", inside=True, at_ms=HOUR_MS).matter
    assert (after.inside, after.due_ms) == (True, NOW_MS + HOUR_MS + 5 * MINUTE_MS)


def test_matters_are_counted_by_lift(office: SqlPeople) -> None:
    """Each once however many tell it, of what is seen, and no exercise unless it is asked for."""
    for topic in ("doors", "doors", "noise"):
        tell(office, lift("L-1"), topic=topic)
    tell(office, lift("L-2", "lake"))
    tell(office, structs.replace(lift("L-3"), exercise=True))
    garden = Sight(places=(Place("320583", "garden"),))
    with office.reading() as reads:
        count = reads.care.matters_by_lift
        assert count(since_ms=NOW_MS, exercise=False) == {"L-1": 2, "L-2": 1}
        assert count(since_ms=NOW_MS, exercise=True, sight=garden) == {"L-1": 2, "L-3": 1}
        assert count(since_ms=NOW_MS + 1, exercise=True) == {}


def test_overdue_first_and_in_pages(office: SqlPeople) -> None:
    """By when they are due; what is over at the end; a page goes on where the last one ended."""
    late = tell(office, lift("L-1"), topic="stopped").matter
    soon = tell(office, lift("L-2")).matter
    later = tell(office, lift("L-3"), topic="other", words="music").matter
    over = tell(office, lift("L-4")).matter
    move(office, over, "take")
    move(office, over, "answer", text="done")
    found = listed(office)
    assert [one.id for one in found] == [late.id, soon.id, later.id, over.id]
    with office.reading() as reads:
        rest = reads.care.complaints(Wanted(), now_ms=NOW_MS, after=order_of(found[1]))
    assert [one.id for one in rest] == [later.id, over.id]
    assert [one.id for one in listed(office, overdue=True)] == [late.id, soon.id]
    assert len(listed(office, open_only=True)) == 3
    assert [one.id for one in listed(office, state="answered")] == [over.id]


def test_rows_of_others_are_not_there(office: SqlPeople) -> None:
    """By place."""
    mine, theirs = tell(office).matter, tell(office, lift("L-9", "lake")).matter
    garden = Sight(places=(Place("320583", "garden"),))
    assert [one.id for one in listed(office, sight=garden)] == [mine.id]
    with office.reading() as reads:
        assert reads.care.complaint(theirs.id, sight=garden) is None
        assert [one.id for one in reads.care.told_of(since_ms=0, sight=garden)] == [mine.id]


def test_the_hot_line_may_say_it_twice(office: SqlPeople) -> None:
    """Once by its number; another thing under the number is none of it; its time counts."""
    said = {"channel": "hotline", "outside": "K-7", "outside_due_ms": NOW_MS + HOUR_MS}
    first = tell(office, **said)
    assert first.matter.due_ms == NOW_MS + HOUR_MS
    again = tell(office, **said)
    assert (again.known, again.matter.id) == (True, first.matter.id)
    with pytest.raises(Stale):
        tell(office, lift("L-2"), **said)
    assert len(listed(office)) == 1


@pytest.mark.parametrize(
    "told",
    [
        {"topic": "other"},
        {"words": "  "},
        {"words": "x" * 1_001},
        {"phone": "call me"},
        {"phone": "1" * 21},
        {"topic": "weather"},
    ],
)
def test_what_cannot_be_told(office: SqlPeople, told: dict[str, object]) -> None:
    """Nothing is kept."""
    with pytest.raises(Untold):
        tell(office, **told)
    assert listed(office) == []


def test_what_residents_gave_is_sealed_and_erased_by_rule(
    office: SqlPeople, shared_books: SqlBooks
) -> None:
    """No word of it lies in the database; it can be sealed anew; 90 days after the answer it is
    gone, of those who joined too; of what is never answered a year after it was told."""
    first = tell(office, words="门夹人", phone="13800000000", photo=b"a picture")
    second = tell(office, words="same here", phone="13900000000")
    other = tell(office, lift("L-2"), words="still open")
    assert first.complaint is not None
    assert second.complaint is not None
    with shared_books.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM complaint_private")).all()
        rows += connection.execute(text("SELECT * FROM complaint")).all()
    assert not any(word in repr(rows) for word in ("13800000000", "same here", "picture", "门"))
    list(reseal(shared_books, Seal(NEXT, SECRET)))
    assert tally(shared_books, Seal(NEXT)).unreadable == 0
    anew = SqlPeople(shared_books, Seal(NEXT))
    with anew.reading() as reads:
        held = reads.care.private(first.complaint.id)
    assert held is not None
    assert (held.photo, held.phone) == (b"a picture", "13800000000")
    move(anew, first.matter, "take")
    move(anew, first.matter, "answer", text="cleaned")
    ids = [first.complaint.id, second.complaint.id, other.matter.id]
    times = (
        (KEPT_MS - DAY_MS, [True] * 3),
        (KEPT_MS + DAY_MS, [False, False, True]),
        (KEPT_UNANSWERED_MS + DAY_MS, [False] * 3),
    )
    for at_ms, kept in times:
        keep(anew, NOW_MS + at_ms)
        with anew.reading() as reads:
            assert [reads.care.private(id) is not None for id in ids] == kept
    with anew.reading() as reads:
        one = reads.care.complaint(first.complaint.id)
    assert one is not None
    assert (one.has_phone, one.has_photo, one.answer) == (False, False, "cleaned")


def test_whoever_asks_is_forgotten_at_once(office: SqlPeople) -> None:
    """What they complained about stays, and they can still follow it."""
    one = tell(office, words="noise", phone="13800000000").complaint
    assert one is not None
    with office.begin() as work:
        erased = forget(work, one.id, now_ms=NOW_MS + 5)
    with office.begin() as work:
        assert forget(work, one.id, now_ms=NOW_MS + 9) == erased
        assert work.care.private(one.id) is None
        found = work.care.complaint_of_number(one.number)
    assert found == structs.replace(one, has_phone=False, erased_ms=NOW_MS + 5, version=2)

"""The life of an incident in the books: moves, clocks, its story, whatever lies beneath."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec import structs

from liftwatch.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from liftwatch.handlers.alarms import FLAP_MS, UNATTENDED, apply_alarm
from liftwatch.handlers.incidents import ByHand, make_move, open_by_hand
from liftwatch.incidents.clock_rules import ACCIDENT_MS
from liftwatch.incidents.clocks import Clock
from liftwatch.incidents.course import Actor, Course
from liftwatch.incidents.endings import Claimed
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import CannotMove, Told, Untold
from liftwatch.ports import Books, LiftRow, Stale
from tests.contracts.test_books import MONDAY_MS, alarm

LI = Actor(person="li", organisation="garden", channel="console")
FREED = Told(trapped=2, injured=0, cause="door", confirmed_by="Wang Gang")
THREADS = 20


def raised(books: Books, **fields: Any) -> Incident:
    """An incident as a detector opens it."""
    made = apply_alarm(books, alarm(**fields))
    assert made is not None
    return made


def moved(books: Books, one: Incident, *do: Any) -> Incident:
    """The incident after a move: its name, so many seconds after it began, what it tells."""
    name, at_s, *told = do
    now_ms = MONDAY_MS + at_s * SECOND_MS
    with books.begin() as work:
        made, _ = make_move(
            work,
            one.id,
            name,
            told=told[0] if told else Told(),
            by=LI,
            version=one.version,
            now_ms=now_ms,
        )
    return made


def course(books: Books, one: Incident) -> Course:
    """Where it stands."""
    return books.courses([one.id])[one.id]


def states(clocks: Sequence[Clock]) -> dict[str, str]:
    """What became of the clocks of an incident."""
    return {
        one.name: "met" if one.met_ms is not None else "dropped" if one.dropped_ms else "waits"
        for one in clocks
    }


def test_an_entrapment_from_its_alarm_to_its_end(books: Books) -> None:
    """Taken, sent, there, out, inspected, over: by people alone, each with its moment and line."""
    one = raised(books)
    one = moved(books, one, "acknowledge", 40)
    one = moved(books, one, "dispatch", 90, Told(crew="安达 2"))
    cleared = apply_alarm(books, alarm("cleared", at_s=700, opened_ms=MONDAY_MS))
    assert cleared is not None
    assert (cleared.state, cleared.alarm) == ("dispatched", "cleared")
    one = moved(books, cleared, "arrive", 800)
    with pytest.raises(CannotMove, match="resolve does not follow arrived"):
        moved(books, one, "resolve", 900, Told(cause="door", inspection="done"))
    one = moved(books, one, "release", 900, FREED)
    with pytest.raises(Untold, match="inspection is missing"):
        moved(books, one, "resolve", 2_000, Told(cause="door"))
    one = moved(books, one, "resolve", 3_000, Told(cause="door", inspection="in full, passed"))
    one = moved(books, one, "close", 4_000)
    assert (one.state, one.is_open) == ("closed", False)
    found = course(books, one)
    assert (found.acknowledged_ms, found.arrived_ms) == (MONDAY_MS + 40_000, MONDAY_MS + 800_000)
    assert (found.trapped, found.injured, found.cause, found.crew) == (2, 0, "door", "安达 2")
    assert (found.owner, found.owner_organisation) == ("li", "garden")
    lines = books.lines_of(one.id)
    assert [line.n for line in lines] == list(range(1, len(lines) + 1))
    assert [line.what for line in lines] == [
        "raised",
        "acknowledge",
        "dispatch",
        "cleared",
        "arrive",
        "release",
        "resolve",
        "close",
    ]
    assert lines[5].facts == {
        "trapped": 2,
        "injured": 0,
        "cause": "door",
        "confirmed_by": "Wang Gang",
    }
    assert set(states(books.clocks_of([one.id])[one.id]).values()) == {"met"}


def test_people_who_came_out_by_themselves_are_told_by_name(books: Books) -> None:
    """Its alarm is over, and it is not: somebody says who was in there."""
    raised(books)
    one = apply_alarm(books, alarm("cleared", at_s=70, opened_ms=MONDAY_MS))
    assert one is not None
    assert (one.state, one.alarm) == ("raised", "cleared")
    with pytest.raises(CannotMove, match="release does not follow raised"):
        moved(books, one, "release", 300, FREED)
    alone = structs.replace(FREED, without_help=True)
    one = moved(books, one, "release", 300, alone)
    assert course(books, one).without_help


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (structs.replace(FREED, confirmed_by=None), "confirmed_by is missing"),
        (structs.replace(FREED, trapped=None), "trapped is missing"),
        (structs.replace(FREED, injured=3), "more are injured"),
        (structs.replace(FREED, trapped=-1), "trapped is from 0"),
        (structs.replace(FREED, trapped=1_000), "trapped is from 0"),
        (structs.replace(FREED, cause=None), "cause is missing"),
        (structs.replace(FREED, confirmed_by="  "), "confirmed_by has 1 to"),
        (structs.replace(FREED, at_ms=MONDAY_MS + 2 * HOUR_MS), "cannot have happened yet"),
        (structs.replace(FREED, at_ms=MONDAY_MS + 10), "before what came before"),
    ],
)
def test_what_a_release_must_tell(books: Books, told: Told, why: str) -> None:
    """Numbers, cause, a name, a moment that can be; nothing is changed otherwise."""
    one = moved(books, raised(books), "arrive", 600)
    with pytest.raises(Untold, match=why):
        moved(books, one, "release", 900, told)
    assert books.incident(one.id) == one


def test_moves_out_of_order_twice_and_stale(books: Books) -> None:
    """Each is answered, and nothing happens twice."""
    one = raised(books, kind="door_fault", severity=2)
    taken = moved(books, one, "acknowledge", 10)
    with pytest.raises(Stale):
        moved(books, one, "acknowledge", 11)
    with pytest.raises(CannotMove, match="acknowledge does not follow acknowledged"):
        moved(books, taken, "acknowledge", 12)
    for name, told in (("close", Told()), ("release", FREED), ("report", Told(text="7"))):
        with pytest.raises(CannotMove):
            moved(books, taken, name, 13, told)
    assert len(books.lines_of(one.id)) == 2


def test_two_who_move_at_once(shared_books: Books) -> None:
    """One does, the others are told."""
    one = raised(shared_books, kind="door_fault", severity=2)

    def take(_: int) -> bool:
        try:
            moved(shared_books, one, "acknowledge", 10)
        except (Stale, CannotMove):
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(take, range(THREADS))) == 1
    assert [line.what for line in shared_books.lines_of(one.id)] == ["raised", "acknowledge"]


def test_what_was_put_right_and_comes_again(books: Books) -> None:
    """At once: it was not put right, and is everybody's again. Later: it is another incident."""
    fault = {"kind": "door_fault", "severity": 2}
    one = moved(books, raised(books, **fault), "acknowledge", 10)
    apply_alarm(books, alarm("cleared", at_s=500, opened_ms=MONDAY_MS, **fault))
    one = moved(
        books, structs.replace(one, version=one.version + 1), "resolve", 600, Told(cause="door")
    )
    again = raised(books, at_s=700, **fault)
    assert (again.id, again.state, again.occurrences) == (one.id, "raised", 2)
    fresh = [c for c in books.clocks_of([one.id])[one.id] if c.occurrence == 2]
    assert set(states(fresh).values()) == {"waits"}
    one = moved(books, again, "acknowledge", 800)
    apply_alarm(books, alarm("cleared", at_s=900, opened_ms=MONDAY_MS + 700_000, **fault))
    one = moved(
        books, structs.replace(one, version=one.version + 1), "resolve", 1_000, Told(cause="door")
    )
    later_s = 1_000 + FLAP_MS // SECOND_MS + 1
    other = raised(books, at_s=later_s, **fault)
    assert other.id != one.id
    closed = books.incident(one.id)
    assert closed is not None
    assert closed.state == "closed"
    assert books.lines_of(one.id)[-1].what == "close"


def test_an_alarm_that_comes_again_while_people_work_starts_its_clocks_again(books: Books) -> None:
    """What they did for the first one is not done for the second."""
    one = moved(books, raised(books), "acknowledge", 20)
    apply_alarm(books, alarm("cleared", at_s=60, opened_ms=MONDAY_MS))
    again = raised(books, at_s=300)
    assert (again.id, again.state, again.occurrences) == (one.id, "acknowledged", 2)
    clocks = books.clocks_of([one.id])[one.id]
    first = states([c for c in clocks if c.occurrence == 1])
    second = states([c for c in clocks if c.occurrence == 2])
    assert first["arrive"] == "dropped"
    assert (second["voice"], second["arrive"]) == ("met", "waits")
    arrive = next(c for c in clocks if c.occurrence == 2 and c.name == "arrive")
    assert arrive.due_ms == MONDAY_MS + 300_000 + 30 * MINUTE_MS


def test_a_latched_alarm_ends_with_the_word_of_people(books: Books) -> None:
    """Others are over when their condition has gone."""
    latched = raised(books, kind="overspeed")
    latched = moved(books, latched, "arrive", 600)
    latched = moved(books, latched, "resolve", 900, Told(cause="control", inspection="in full"))
    over = moved(books, latched, "close", 950)
    assert (over.state, over.alarm, over.cleared_ms) == ("closed", "cleared", MONDAY_MS + 900_000)
    (ending,) = books.endings_of([Claimed("LIFT-0001", "overspeed", MONDAY_MS)])
    assert ending.at_ms == MONDAY_MS + 900_000
    fault = raised(books, kind="door_fault", severity=2)
    fault = moved(books, moved(books, fault, "arrive", 600), "resolve", 900, Told(cause="door"))
    assert books.endings_of([Claimed("LIFT-0001", "door_fault", MONDAY_MS)]) == []
    with pytest.raises(CannotMove, match="still stands"):
        moved(books, fault, "close", 950)


def test_what_nobody_took_up_ends_with_its_alarm_and_drops_its_clocks(books: Books) -> None:
    """Clocks that its end does not meet have nothing to wait for."""
    one = raised(books, kind="unintended_movement")
    apply_alarm(books, alarm("cleared", at_s=30, opened_ms=MONDAY_MS, kind="unintended_movement"))
    found = books.incident(one.id)
    assert found is not None
    assert found.state == "closed"
    assert set(states(books.clocks_of([one.id])[one.id]).values()) <= {"met", "dropped"}


def test_an_accident_in_law_is_reported(books: Books) -> None:
    """Whoever is in there for two hours: the clock of the report ends with its number."""
    one = moved(books, raised(books), "arrive", 1_000)
    late = structs.replace(FREED, at_ms=MONDAY_MS + ACCIDENT_MS)
    one = moved(books, one, "release", ACCIDENT_MS // SECOND_MS + 1, late)
    assert states(books.clocks_of([one.id])[one.id])["report"] == "waits"
    one = moved(books, one, "report", ACCIDENT_MS // SECOND_MS + 60, Told(text="2026-17"))
    assert states(books.clocks_of([one.id])[one.id])["report"] == "met"
    assert one.state == "released"


def test_a_call_by_telephone_and_what_the_lift_tells_are_one(books: Books) -> None:
    """Whichever comes first."""
    lift = LiftRow(lift="LIFT-0001", area="320583", estate="garden")
    told = ByHand("entrapment", "电梯停在 8 楼，里面两个人", MONDAY_MS)
    with books.begin() as work:
        made, _ = open_by_hand(work, lift, told, by=LI, now_ms=MONDAY_MS + 1_000)
        same, _ = open_by_hand(work, lift, told, by=LI, now_ms=MONDAY_MS + 2_000)
    assert same.id == made.id
    assert (made.severity, made.evidence) == (1, {"by_hand": True})
    joined = raised(books, at_s=45)
    assert (joined.id, joined.occurrences) == (made.id, 1)
    assert [line.what for line in books.lines_of(made.id)] == ["told", "told", "raised"]
    with books.begin() as work, pytest.raises(Untold):
        long_ago = told._replace(opened_ms=MONDAY_MS - 25 * HOUR_MS)
        open_by_hand(work, lift, long_ago, by=LI, now_ms=MONDAY_MS)


def test_a_comment_changes_nothing_but_the_story(books: Books) -> None:
    """Its clocks run on."""
    one = raised(books)
    before = books.clocks_of([one.id])[one.id]
    told = moved(books, one, "comment", 5, Told(text="门口有人"))
    assert (told.state, told.version) == (one.state, one.version + 1)
    assert books.clocks_of([one.id])[one.id] == before
    assert books.lines_of(one.id)[-1].text == "门口有人"


def test_where_nobody_works_there_are_no_clocks_and_every_alarm_ends(books: Books) -> None:
    """A replay: its incidents are those of the detectors alone."""
    apply_alarm(books, alarm(), life=UNATTENDED)
    over = apply_alarm(books, alarm("cleared", at_s=9, opened_ms=MONDAY_MS), life=UNATTENDED)
    assert over is not None
    assert over.state == "closed"
    assert books.clocks_of([over.id]) == {}
    assert books.lines_of(over.id) == []


def test_a_failed_change_leaves_nothing_behind(books: Books) -> None:
    """Neither its line nor its clocks."""
    one = raised(books)
    lines, clocks = books.lines_of(one.id), books.clocks_of([one.id])
    with pytest.raises(ZeroDivisionError), books.begin() as work:
        make_move(
            work,
            one.id,
            "acknowledge",
            told=Told(),
            by=LI,
            version=one.version,
            now_ms=MONDAY_MS + 5_000,
        )
        raise ZeroDivisionError
    assert (books.lines_of(one.id), books.clocks_of([one.id])) == (lines, clocks)
    assert books.courses([one.id]) == {}

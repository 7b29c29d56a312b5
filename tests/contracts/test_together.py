"""What belongs together and what pages nobody, on every kind of books."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS
from liftwatch.handlers.alarms import UNATTENDED, apply_alarm
from liftwatch.handlers.silences import CannotSilence, end_silence, silence
from liftwatch.handlers.together import Paged, is_paged
from liftwatch.ids import new_id
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.inhibition import CAUSES, TABLE
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.incidents.silences import Silence, Withheld
from liftwatch.ports import Books, LiftRow, Stale
from liftwatch.register.facts import Facts
from tests.contracts.test_books import MONDAY_MS, alarm
from tests.contracts.test_course import FREED, moved, states


def raised(books: Books, kind: str, at_s: int = 0, **fields: Any) -> Incident:
    """An incident as a detector opens it."""
    fields.setdefault("severity", BY_NAME[kind].severity)
    made = apply_alarm(books, alarm(at_s=at_s, kind=kind, **fields))
    assert made is not None
    return now(books, made)


def cleared(books: Books, one: Incident, at_s: int) -> None:
    """Its alarm goes."""
    fields: dict[str, Any] = {"scope": one.scope, "lift": one.lift, "kind": one.kind}
    apply_alarm(books, alarm("cleared", at_s, opened_ms=one.opened_ms, **fields))


def now(books: Books, one: Incident) -> Incident:
    """As it is now."""
    found = books.incident(one.id)
    assert found is not None
    return found


def paged(books: Books, one: Incident, at_s: int = 0) -> Paged:
    """Whether it pages."""
    with books.begin() as work:
        return is_paged(work, now(books, one), at_ms=MONDAY_MS + at_s * 1_000)


def waiting(books: Books, one: Incident) -> set[str]:
    """Its clocks that run."""
    clocks = states(books.clocks_of([one.id]).get(one.id, []))
    return {name for name, state in clocks.items() if state == "waits"}


TOLD = sorted(CAUSES["entrapment"].takes)


@pytest.mark.parametrize("kind", TOLD)
@pytest.mark.parametrize("order", ["before", "after"])
def test_an_entrapment_takes_what_tells_of_the_same_people(
    books: Books, kind: str, order: str
) -> None:
    """In either order within minutes: it is the child, and runs no clocks of its own."""
    first, second = (kind, "entrapment") if order == "before" else ("entrapment", kind)
    ids = {one.kind: one.id for one in (raised(books, first), raised(books, second, 300))}
    top, child = books.incident(ids["entrapment"]), books.incident(ids[kind])
    assert top is not None
    assert child is not None
    assert (top.parent, child.parent) == (None, top.id)
    assert paged(books, top, 300).yes
    assert paged(books, child, 300) == Paged(False, "cause", top.id)
    assert waiting(books, child) == set()
    assert "arrive" in waiting(books, top)
    (hidden,) = books.hidden(since_ms=MONDAY_MS)
    assert (hidden.incident, hidden.by, hidden.of) == (child.id, "cause", top.id)
    assert [one.why for one in books.notices_of(top.id)] == ["raised"]
    assert len(books.notices_of(child.id)) == (order == "before")


def test_what_comes_long_after_or_from_another_lift_pages(books: Books) -> None:
    """A second call after a quarter of an hour, a call next door, a call after the release."""
    top = raised(books, "entrapment")
    assert raised(books, "emergency_call", 15 * 60).parent is None
    assert raised(books, "emergency_call", 60, lift="LIFT-0002").parent is None
    free = moved(books, moved(books, top, "arrive", 200), "release", 300, FREED)
    assert free.state == "released"
    assert raised(books, "stopped_outside_zone", 400).parent is None


def test_when_people_are_out_what_still_stands_stands_by_itself(books: Books) -> None:
    """With clocks from then on, and people who learn of it."""
    top = raised(books, "entrapment")
    chain, call = raised(books, "safety_chain_open", 60), raised(books, "emergency_call", 60)
    assert books.notices_of(chain.id) == []
    cleared(books, call, 100)
    moved(books, moved(books, top, "arrive", 200), "release", 300, FREED)
    chain = now(books, chain)
    assert (chain.parent, chain.occurrences) == (None, 1)
    assert paged(books, chain, 300).yes
    assert waiting(books, chain) == {"acknowledge", "arrive"}
    assert [line.what for line in books.lines_of(chain.id)] == ["raised", "hidden", "alone"]
    (notice,) = books.notices_of(chain.id)
    assert (notice.why, notice.made_ms, notice.held) == ("raised", MONDAY_MS + 300_000, None)
    assert books.notices_of(call.id) == []
    due_ms = min(one.due_ms for one in books.clocks_of([chain.id])[chain.id])
    assert due_ms > MONDAY_MS + 300_000
    assert now(books, call).parent == top.id


def test_a_power_cut_is_one_incident_with_children(books: Books) -> None:
    """What its lifts do for want of mains belongs to it; the entrapment does not."""
    facts = Facts(building="3")
    rows = [
        LiftRow(lift=f"LIFT-{n:04}", area="320583", estate="garden", facts=facts)
        for n in range(1, 5)
    ]
    with books.begin() as work:
        work.put_lifts(rows)
    lone = [raised(books, "mains_lost", lift=f"LIFT-000{n}") for n in (1, 2)]
    shared: dict[str, Any] = {"lift": None, "scope": "garden/3", "of_kind": "mains_lost"}
    whole = raised(books, "mains_lost", 3, lifts=("LIFT-0001", "LIFT-0002"), **shared)
    third = raised(books, "mains_lost", 4, lift="LIFT-0003")
    blind = raised(books, "terminal_offline", 900, lift="LIFT-0004")
    people = raised(books, "entrapment", 60, lift="LIFT-0001")
    assert {now(books, one).parent for one in (*lone, third, blind)} == {whole.id}
    assert people.parent is None
    assert [paged(books, one, 900).yes for one in (whole, third, blind, people)] == [
        True,
        False,
        False,
        True,
    ]
    cleared(books, whole, 1_000)
    assert now(books, blind).parent is None
    assert paged(books, blind, 1_000).yes
    assert raised(books, "out_of_service", 2_000, lift="LIFT-0004").parent is None


def test_a_car_stopped_by_its_safety_gear(books: Books) -> None:
    """The overspeed pages, the car off its landing does not; somebody inside does."""
    gear = raised(books, "overspeed")
    stopped = raised(books, "stopped_outside_zone", 60)
    inside = raised(books, "entrapment", 90)
    assert (inside.parent, now(books, stopped).parent) == (None, inside.id)
    assert [paged(books, one, 90).yes for one in (gear, stopped, inside)] == [True, False, True]


def test_a_drill_explains_nothing_real(books: Books) -> None:
    """The other way round it may."""
    raised(books, "entrapment", exercise=True)
    assert raised(books, "emergency_call", 30).parent is None


def test_in_a_replay_nothing_is_put_together(books: Books) -> None:
    """Its incidents are those of the detectors alone."""
    apply_alarm(books, alarm(), life=UNATTENDED)
    call = apply_alarm(books, alarm(at_s=9, kind="emergency_call"), life=UNATTENDED)
    assert call is not None
    assert call.parent is None


def test_no_cause_is_the_child_of_its_child() -> None:
    """By the table: a kind that takes is taken by none that it takes."""
    for row in TABLE:
        for kind in row.takes - {row.cause}:
            assert row.cause not in getattr(CAUSES.get(kind), "takes", ())


def quiet(books: Books, **fields: Any) -> Silence:
    """A silence of the garden for an hour from Monday on."""
    given: dict[str, Any] = {
        "id": new_id(),
        "area": "320583",
        "estate": "garden",
        "from_ms": MONDAY_MS,
        "until_ms": MONDAY_MS + HOUR_MS,
        "why": "painters",
        "person": "li",
        "made_ms": MONDAY_MS,
    }
    with books.begin() as work:
        return silence(work, Silence(**given | fields), now_ms=MONDAY_MS)


def test_what_is_silenced_is_written_down_and_pages_nobody(books: Books) -> None:
    """Until it ends; then it pages, if it still stands."""
    made = quiet(books, kind="door_blocked", lift="LIFT-0001")
    one = raised(books, "door_blocked", 10)
    assert paged(books, one, 10) == Paged(False, "silence", made.id, made.until_ms)
    other = raised(books, "door_blocked", 10, lift="LIFT-0002")
    assert [len(books.notices_of(x.id)) for x in (one, other)] == [0, 1]
    assert [(h.incident, h.of) for h in books.hidden(since_ms=0, silence=made.id)] == [
        (one.id, made.id)
    ]
    assert paged(books, one, 3_600).yes
    assert waiting(books, one) != set()


def test_an_estate_and_all_kinds(books: Books) -> None:
    """But where people may be inside, or in danger, nothing is silenced."""
    quiet(books)
    for kind in BY_NAME:
        if BY_NAME[kind].group == "fleet":
            continue
        one = raised(books, kind, 10, lift=f"L-{kind}"[:32])
        grave = BY_NAME[kind].severity == 1 or kind == "entrapment_suspected"
        assert paged(books, one, 10).yes == grave, kind
    assert paged(books, raised(books, "door_fault", 10, estate="lake", lift="L-9"), 10).yes


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"kind": "entrapment"}, "is never silenced"),
        ({"kind": "entrapment_suspected"}, "is never silenced"),
        ({"kind": "overspeed"}, "is never silenced"),
        ({"until_ms": MONDAY_MS}, "over already"),
        ({"until_ms": MONDAY_MS + 7 * DAY_MS + 1}, "within 7 days"),
        ({"why": "  "}, "why has 1 to"),
        ({"why": "x" * 501}, "why has 1 to"),
    ],
)
def test_what_cannot_be_silenced(books: Books, fields: dict[str, Any], why: str) -> None:
    """Nothing is kept."""
    with pytest.raises(CannotSilence, match=why):
        quiet(books, **fields)
    assert books.silences(since_ms=0) == []


def test_a_silence_ended_before_its_time(books: Books) -> None:
    """Against its version, once."""
    made = quiet(books)
    one = raised(books, "door_fault", 10)
    at_ms = MONDAY_MS + MINUTE_MS
    with books.begin() as work, pytest.raises(Stale):
        end_silence(work, made.id, version=2, now_ms=at_ms)
    with books.begin() as work:
        ended = end_silence(work, made.id, version=1, now_ms=at_ms)
    assert (ended.ended_ms, ended.version) == (at_ms, 2)
    assert paged(books, one, 61).yes
    with books.begin() as work, pytest.raises(CannotSilence):
        end_silence(work, made.id, version=2, now_ms=at_ms + 1)


def test_cause_and_consequence_at_the_same_moment(shared_books: Books) -> None:
    """Whoever is first: one top, one child, for 20 lifts at once from two threads each."""
    lifts = [f"LIFT-{n:04}" for n in range(20)]

    def tell(job: tuple[str, str]) -> None:
        apply_alarm(
            shared_books,
            alarm(kind=job[1], lift=job[0], severity=BY_NAME[job[1]].severity),
        )

    jobs = [(lift, kind) for lift in lifts for kind in ("entrapment", "emergency_call")]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(tell, jobs))
    for lift in lifts:
        with shared_books.begin() as work:
            top = work.open_incident_of(lift, "entrapment")
            call = work.open_incident_of(lift, "emergency_call")
        assert top is not None
        assert call is not None
        assert top.parent is None


def test_what_was_not_raised_is_kept_once(books: Books) -> None:
    """The newest first; nothing of a transaction that failed."""
    rows = [
        Withheld(
            lift="LIFT-0001",
            kind="overspeed",
            area="320583",
            estate="garden",
            at_ms=MONDAY_MS + n,
            by="visit",
        )
        for n in range(3)
    ]
    for _ in range(2):
        with books.begin() as work:
            work.note_withheld(rows[:2])
    with pytest.raises(ZeroDivisionError), books.begin() as work:
        work.note_withheld(rows)
        raise ZeroDivisionError
    assert books.withheld(since_ms=MONDAY_MS) == [rows[1], rows[0]]
    assert books.withheld(since_ms=MONDAY_MS + 1, limit=1) == [rows[1]]

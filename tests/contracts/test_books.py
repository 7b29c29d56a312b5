"""One contract for the relational books, whatever lies beneath: memory, SQLite, PostgreSQL."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from msgspec import structs

from liftwatch.handlers.alarms import apply_alarm
from liftwatch.ids import new_id
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.ports import Books, Conflict, IncidentFilter, LiftRow
from liftwatch.register.facts import Facts
from liftwatch.telemetry.messages import FloorOfLift

MONDAY_MS = 1_772_439_247_420
THREADS = 50


def alarm(edge: str = "raised", at_s: int = 0, **fields: Any) -> AlarmChange:
    """An alarm's change, `at_s` seconds into Monday; it began then if nothing else is said."""
    at_ms = MONDAY_MS + at_s * 1000
    given: dict[str, Any] = {
        "area": "320583",
        "estate": "garden",
        "lift": "LIFT-0001",
        "kind": "entrapment",
        "edge": edge,
        "opened_ms": at_ms,
        "at_ms": at_ms,
        "severity": 1,
    }
    return AlarmChange(**given | fields)


def incident(**fields: Any) -> Incident:
    """An incident as one that was entered by hand."""
    given: dict[str, Any] = {
        "id": new_id(),
        "kind": "overload",
        "severity": 3,
        "severity_max": 3,
        "opened_ms": MONDAY_MS,
        "raised_ms": MONDAY_MS,
        "area": "320583",
        "estate": "garden",
        "lift": "LIFT-0001",
    }
    return Incident(**given | fields)


def add(books: Books, *incidents: Incident) -> None:
    """Put incidents into the books."""
    with books.begin() as work:
        for one in incidents:
            work.add_incident(one)


def everything(books: Books, where: IncidentFilter | None = None) -> list[Incident]:
    """All incidents of a filter."""
    return books.incidents(where or IncidentFilter(), limit=500).items


def test_an_alarm_opens_joins_and_clears(books: Books) -> None:
    """One incident, whose alarm comes, grows and goes."""
    first = apply_alarm(books, alarm(kind="door_fault", evidence={"floor": 3, "why": '"门"\x00'}))
    assert first is not None
    assert books.incident(first.id) == first
    assert first.evidence == {"floor": 3, "why": '"门"\x00'}
    again = apply_alarm(books, alarm(kind="door_fault", at_s=9))
    assert again is not None
    assert (again.id, again.version, again.occurrences) == (first.id, 2, 1)
    over = apply_alarm(books, alarm("cleared", kind="door_fault", at_s=20, opened_ms=MONDAY_MS))
    assert over is not None
    assert (over.state, over.alarm, over.cleared_ms) == ("closed", "cleared", MONDAY_MS + 20_000)
    assert everything(books) == [over]
    assert [event.n for event in books.stream_after(0)] == [1, 2, 3]


def test_after_the_end_a_new_incident_opens(books: Books) -> None:
    """The one that is closed stays as it was."""
    for edge, at_s in [("raised", 0), ("cleared", 5), ("raised", 60)]:
        apply_alarm(books, alarm(edge, kind="door_fault", at_s=at_s))
    assert [one.state for one in everything(books)] == ["raised", "closed"]


def test_told_twice_counts_once(books: Books) -> None:
    """The second telling changes nothing, not even the stream."""
    assert apply_alarm(books, alarm()) is not None
    assert apply_alarm(books, alarm()) is None
    assert apply_alarm(books, alarm(severity=2)) is None
    assert len(everything(books)) == 1
    assert books.stream_head() == 1


def test_other_lifts_and_kinds_are_other_incidents(books: Books) -> None:
    """The rule of one is for a lift and a kind."""
    apply_alarm(books, alarm())
    apply_alarm(books, alarm(lift="LIFT-0002"))
    apply_alarm(books, alarm(kind="overspeed"))
    assert len(everything(books)) == 3


def test_late_history_is_written_down_closed(books: Books) -> None:
    """It pages nobody, stands beside an open one, and is cleared by itself."""
    now = apply_alarm(books, alarm(at_s=3_600))
    late = apply_alarm(books, alarm(late=True))
    other = apply_alarm(books, alarm(late=True, at_s=60))
    assert now is not None
    assert late is not None
    assert other is not None
    assert (late.state, late.late, late.alarm) == ("closed", True, "raised")
    over = apply_alarm(books, alarm("cleared", at_s=30, opened_ms=MONDAY_MS, late=True))
    assert over is not None
    assert (over.id, over.cleared_ms) == (late.id, MONDAY_MS + 30_000)
    assert books.incident(now.id) == now
    assert books.incident(other.id) == other


def test_a_late_change_is_not_the_same_change(books: Books) -> None:
    """Late or not is part of a change's identity."""
    with books.begin() as work:
        assert work.remember(alarm())
        assert work.remember(alarm(late=True))
        assert not work.remember(alarm(late=True))


def test_many_at_once_leave_one_incident(shared_books: Books) -> None:
    """Fifty threads raise the same alarm, each at its own moment."""
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda k: apply_alarm(shared_books, alarm(at_s=k)), range(THREADS)))
    (only,) = everything(shared_books)
    assert only.version == THREADS
    numbers = [event.n for event in shared_books.stream_after(0)]
    assert numbers == list(range(1, THREADS + 1))


def test_the_very_same_from_many_counts_once(shared_books: Books) -> None:
    """Fifty threads tell the same change."""
    with ThreadPoolExecutor(THREADS) as pool:
        told = list(pool.map(lambda _: apply_alarm(shared_books, alarm()), range(THREADS)))
    assert len([one for one in told if one is not None]) == 1
    assert shared_books.stream_head() == 1


def test_two_open_ones_cannot_be(books: Books) -> None:
    """Not by inserting, not by opening a closed one again, not for a scope."""
    first, second = incident(), incident(state="closed")
    add(books, first, second)
    with pytest.raises(Conflict):
        add(books, incident())
    with pytest.raises(Conflict), books.begin() as work:
        work.update_incident(structs.replace(second, state="raised", version=2))
    of_scope = incident(kind="mains_lost", lift=None, scope="garden/3", lifts=("LIFT-0001",))
    add(books, of_scope, structs.replace(of_scope, id=new_id(), scope="garden/4"))
    with pytest.raises(Conflict):
        add(books, structs.replace(of_scope, id=new_id()))
    assert len(everything(books)) == 4


def test_a_stale_version_is_a_conflict(books: Books) -> None:
    """Who read before somebody else wrote must read again."""
    first = incident()
    add(books, first)
    with books.begin() as work:
        work.update_incident(structs.replace(first, state="acknowledged", version=2))
    with pytest.raises(Conflict), books.begin() as work:
        work.update_incident(structs.replace(first, state="resolved", version=2))
    with pytest.raises(Conflict), books.begin() as work:
        work.update_incident(incident(version=2))
    kept = books.incident(first.id)
    assert kept is not None
    assert kept.state == "acknowledged"


def test_every_field_of_an_incident_is_kept(books: Books) -> None:
    """Also of one that stands for several lifts, and of its child."""
    parent = incident(
        kind="mains_lost",
        lift=None,
        scope="garden/3",
        lifts=("LIFT-0001", "LIFT-0002"),
        exercise=True,
        late=True,
        alarm="cleared",
        cleared_ms=MONDAY_MS + 1,
        occurrences=7,
        evidence={"a": [1, 2.5, None, True], "b": {"c": "电"}},
    )
    child = incident(kind="mains_lost", parent=parent.id)
    add(books, parent, child)
    assert books.incident(parent.id) == parent
    assert books.incident(child.id) == child
    assert books.incident("no such") is None


class Broken(Exception):
    """What a test breaks off a transaction with."""


def break_off(books: Books, first: Incident, row: LiftRow) -> None:
    """Do everything a transaction can, then fail."""
    with books.begin() as work:
        work.remember(alarm())
        work.add_incident(incident(kind="overrun"))
        work.add_incident(incident(late=True, state="closed", opened_ms=5))
        work.update_incident(structs.replace(first, state="closed", version=2))
        work.add_incident(incident())
        work.put_lifts([structs.replace(row, online="offline"), structs.replace(row, lift="L2")])
        assert work.publish("incident", {"a": 1}) == 1
        raise Broken


def test_a_rollback_leaves_nothing(books: Books) -> None:
    """Whatever was done in the block is undone, and its number is given again."""
    first = incident()
    add(books, first)
    row = LiftRow(lift="LIFT-0001", area="320583", estate="garden", online="online")
    with books.begin() as work:
        work.put_lifts([row])
    with pytest.raises(Broken):
        break_off(books, first, row)
    assert everything(books) == [first]
    assert books.lifts() == [row]
    assert (books.stream_head(), books.stream_after(0)) == (0, [])
    with books.begin() as work:
        assert work.remember(alarm())
        assert work.open_incident_of("LIFT-0001", "overload") == first
        assert work.open_incident_of("LIFT-0001", "overrun") is None
        assert work.late_incident_of("LIFT-0001", "overload", 5) is None
        assert work.publish("incident", {"b": 2}) == 1


def test_numbers_have_no_gaps_under_threads_and_rollbacks(shared_books: Books) -> None:
    """A reader that follows the stream meanwhile never sees a number before a lower one."""
    seen: list[int] = []

    def write(k: int) -> None:
        try:
            with shared_books.begin() as work:
                work.publish("message", {"k": k})
                if k % 3 == 0:
                    raise Broken
        except Broken:
            pass

    with ThreadPoolExecutor(9) as pool:
        writing = [pool.submit(write, k) for k in range(120)]
        while not all(one.done() for one in writing):
            seen += [e.n for e in shared_books.stream_after(seen[-1] if seen else 0)]
        for one in writing:
            one.result()
    seen += [e.n for e in shared_books.stream_after(seen[-1] if seen else 0)]
    assert seen == list(range(1, 81))
    assert shared_books.stream_head() == 80


def test_the_stream_is_read_in_pages(books: Books) -> None:
    """In order, from any number on."""
    with books.begin() as work:
        assert [work.publish("lift", {"k": k}) for k in range(7)] == [1, 2, 3, 4, 5, 6, 7]
    assert [event.n for event in books.stream_after(2, limit=3)] == [3, 4, 5]
    assert [event.data for event in books.stream_after(6)] == [{"k": 6}]
    assert books.stream_after(7) == []


def test_pages_show_everything_once_while_new_ones_come(books: Books) -> None:
    """Also where many were raised in the same millisecond."""
    old = [
        incident(lift=f"L-{k:03}", raised_ms=MONDAY_MS + k // 10, id=f"id-{k * 37 % 101:03}")
        for k in range(101)
    ]
    add(books, *old)
    seen: list[Incident] = []
    after = None
    for k in itertools.count():
        page = books.incidents(IncidentFilter(), after=after, limit=9)
        assert len(page.items) <= 9
        seen += page.items
        add(books, incident(lift=f"NEW-{k}", raised_ms=MONDAY_MS + 1_000))
        after = page.next
        if after is None:
            break
    assert seen == sorted(old, key=lambda one: (one.raised_ms, one.id), reverse=True)


def test_the_last_page_says_so(books: Books) -> None:
    """Also when it is exactly full, and when there is nothing."""
    assert books.incidents(IncidentFilter()) == ([], None)
    add(books, *(incident(lift=f"L-{k}") for k in range(4)))
    page = books.incidents(IncidentFilter(), limit=2)
    assert page.next is not None
    last = books.incidents(IncidentFilter(), after=page.next, limit=2)
    assert (len(last.items), last.next) == (2, None)


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"a", "b", "c", "d"}),
    ({"state": ("raised", "closed")}, {"a", "c", "d"}),
    ({"kind": ("overload",)}, {"a", "c"}),
    ({"severity": (1, 2)}, {"b"}),
    ({"estate": ("lake", "nowhere")}, {"b"}),
    ({"lift": "LIFT-0001"}, {"a", "d"}),
    ({"lift": "LIFT-0002"}, {"b"}),
    ({"lift": '"LIFT-000_"'}, set()),
    ({"from_ms": MONDAY_MS + 10}, {"b", "c"}),
    ({"to_ms": MONDAY_MS + 10}, {"a", "d"}),
    ({"from_ms": MONDAY_MS + 10, "to_ms": MONDAY_MS + 20}, {"b"}),
    ({"open_only": True}, {"a", "b", "d"}),
    ({"open_only": True, "kind": ("overload", "mains_lost"), "lift": "LIFT-0001"}, {"a", "d"}),
]


@pytest.mark.parametrize(("where", "found"), FILTERS)
def test_filters(books: Books, where: dict[str, Any], found: set[str]) -> None:
    """Each condition by itself, and together; a lift's are also those it is one of."""
    add(
        books,
        incident(id="a"),
        incident(
            id="b",
            kind="overrun",
            severity=1,
            estate="lake",
            lift="LIFT-0002",
            raised_ms=MONDAY_MS + 10,
            state="acknowledged",
        ),
        incident(id="c", lift="LIFT-0003", raised_ms=MONDAY_MS + 20, state="closed"),
        incident(
            id="d", kind="mains_lost", lift=None, scope="garden/1", lifts=("LIFT-0001", "L-9")
        ),
    )
    assert {one.id for one in everything(books, IncidentFilter(**where))} == found


def test_lifts_are_put_and_put_again(books: Books) -> None:
    """The newest row counts, also of two in one call; every field is kept."""
    row = LiftRow(
        lift="LIFT-0001",
        area="320583",
        estate="garden",
        facts=Facts(
            rated_speed_mps=1.75,
            installed_on=date(2009, 5, 1),
            floors=[FloorOfLift(index=1, label="1", height_m=0.0)],
        ),
        state={"car": "moving", "floor": 3},
        state_ms=MONDAY_MS,
        online="online",
        heard_ms=MONDAY_MS + 1,
        exercise=True,
    )
    with books.begin() as work:
        work.put_lifts([structs.replace(row, online="offline"), row])
        work.put_lifts([])
    assert books.lift("LIFT-0001") == row
    bare = LiftRow(lift="LIFT-0001", area="320583", estate="lake")
    with books.begin() as work:
        work.put_lifts([bare])
    assert books.lifts() == [bare]
    assert books.lift("no such") is None


def test_lifts_stand_in_the_order_of_their_names(books: Books) -> None:
    """Byte by byte, on every database, page after page."""
    names = ["b-1", "B-1", "a-2", "a-10", "A-1", "0-1", "a--1"]
    with books.begin() as work:
        work.put_lifts(
            [
                LiftRow(lift=name, area="320583", estate="lake" if name[0] == "a" else "garden")
                for name in names
            ]
        )
    assert [row.lift for row in books.lifts()] == sorted(names)
    assert [row.lift for row in books.lifts(after="A-1", limit=3)] == sorted(names)[2:5]
    assert [row.lift for row in books.lifts(estate="lake")] == ["a--1", "a-10", "a-2"]
    assert [row.lift for row in books.lifts(among=["b-1", "A-1", "none"])] == ["A-1", "b-1"]
    assert books.lifts(among=[]) == []


def test_it_is_ready(books: Books) -> None:
    """As long as it answers."""
    assert books.is_ready()

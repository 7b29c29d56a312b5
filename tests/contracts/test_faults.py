"""The fault history, whatever lies beneath: codes, what belongs to what, and what came of it."""

from typing import Any

import pytest

from liftwatch.access.sight import EVERYTHING, NOTHING, Place, Sight
from liftwatch.care.faults import Closing, Fault, FaultFilter, Heard, ToldCode
from liftwatch.care.signature import Signature, Signed
from liftwatch.clock import DAY_MS, MINUTE_MS
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.incidents import make_move
from liftwatch.incidents.course import Actor
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.incidents.moves import Told
from liftwatch.ports import Books, LiftRow
from liftwatch.register.facts import Facts

AT_MS = 1_772_439_240_000
NOW_MS = AT_MS + 400 * DAY_MS
ANY: dict[str, Any] = {"now_ms": NOW_MS}


def told(n: int, *, at_ms: int = AT_MS, **more: Any) -> ToldCode:
    """A code of the other two-digit schema."""
    values: dict[str, Any] = {
        "id": f"code-{n:04d}",
        "lift": "L-0001",
        "area": "320583",
        "estate": "garden",
        "raised_ms": at_ms,
        "dialect": "alt2",
        "code": "99",
        "part": "unknown",
        "report": f"E-{n}",
    }
    return ToldCode(**values | more)


def alarm(books: Books, kind: str = "door_fault", **more: Any) -> Incident:
    """An alarm of a lift; raised unless `edge` says otherwise."""
    at_ms = more.pop("at_ms", AT_MS)
    values = {"edge": "raised", "opened_ms": at_ms, "severity": 2} | more
    moved = apply_alarm(
        books,
        AlarmChange(
            **{"area": "320583", "estate": "garden", "lift": "L-0001", **values},
            kind=kind,
            at_ms=at_ms,
        ),
    )
    assert moved is not None
    return moved


def put_right(books: Books, one: Incident, *, at_ms: int) -> Incident:
    """A person is there, and puts it right."""
    for name, what in (("arrive", Told(at_ms=at_ms - MINUTE_MS)), ("resolve", RIGHT)):
        what = Told(at_ms=at_ms, cause="door", text="worn belt") if name == "resolve" else what
        with books.begin() as work:
            one, _ = make_move(
                work, one.id, name, told=what, version=one.version, by=Actor(), now_ms=NOW_MS
            )
    return one


RIGHT = Told(cause="door")


def note(books: Books, *rows: ToldCode) -> None:
    """Keep codes."""
    with books.begin() as work:
        work.note_codes(rows)


def listed(books: Books, **where: Any) -> list[Fault]:
    """Faults under a filter."""
    return books.faults(FaultFilter(**where), **ANY).items


def test_a_code_that_raises_nothing_is_in_the_history(books: Books) -> None:
    """Stored and shown, with how often it was told before."""
    note(books, told(1), told(2, at_ms=AT_MS + 5), told(2, at_ms=AT_MS + 5))
    newest, oldest = listed(books)
    assert (newest.how, newest.kind, newest.codes[0].code) == ("told", None, "99")
    assert (newest.before, newest.first_ms, oldest.before) == (1, AT_MS, 0)
    assert (newest.verdict, newest.cleared_ms) == ("noted", None)
    with books.begin() as work:
        work.close_codes([Closing("L-0001", "E-2", AT_MS + 9)])
    assert [one.cleared_ms for one in listed(books)] == [AT_MS + 9, None]


def test_a_code_belongs_to_the_incident_it_tells_of(books: Books) -> None:
    """Told before it is raised, or while it is open; it is no row of its own then."""
    note(books, told(1, code="02", kind="door_fault", part="door_operator"))
    one = alarm(books, at_ms=AT_MS + MINUTE_MS)
    late = told(2, code="02", kind="door_fault", part="door_operator", at_ms=AT_MS + 2 * MINUTE_MS)
    note(books, late, told(3, code="04", kind="stopped_outside_zone", at_ms=AT_MS + 3 * MINUTE_MS))
    rows = listed(books)
    assert [row.id for row in rows] == ["code-0003", one.id]
    assert [code.id for code in rows[1].codes] == ["code-0001", "code-0002"]
    by_code = listed(books, code="02")
    assert [(row.id, row.incident, row.severity) for row in by_code] == [
        ("code-0002", one.id, 2),
        ("code-0001", one.id, 2),
    ]
    assert listed(books, code="02", severity=(1,)) == []
    assert listed(books, dialect="jiangsu") == []


def test_what_came_of_it(books: Books) -> None:
    """Cause, parts, and whether it came again within 30 days."""
    first = alarm(books)
    put_right(books, first, at_ms=AT_MS + 10 * MINUTE_MS)
    visit = Heard(
        id="visit-1",
        lift="L-0001",
        area="320583",
        estate="garden",
        at_ms=AT_MS + 9 * MINUTE_MS,
        work="repair",
        replaced=("A-1-22",),
    )
    with books.begin() as work:
        work.note_visits([visit, visit])
    alarm(books, edge="cleared", at_ms=AT_MS + 11 * MINUTE_MS, opened_ms=AT_MS)
    second = alarm(books, at_ms=AT_MS + 5 * DAY_MS)
    newest, oldest = listed(books, lift="L-0001")
    assert (newest.id, newest.before, newest.first_ms) == (second.id, 1, AT_MS)
    assert (oldest.verdict, oldest.cause, oldest.again_ms) == (
        "resolved",
        "door",
        AT_MS + 5 * DAY_MS,
    )
    assert [(part.item, part.part) for part in oldest.replaced] == [("A-1-22", "door_operator")]
    assert oldest.back_after_ms == 5 * DAY_MS - 10 * MINUTE_MS
    [fixed] = books.fixed(FaultFilter(), limit=10, **ANY)
    assert (fixed.incident, fixed.again, fixed.came_back) == (first.id, second.id, True)
    drill = alarm(books, at_ms=AT_MS, lift="L-0009", exercise=True)
    put_right(books, drill, at_ms=AT_MS + 10 * MINUTE_MS)
    assert len(books.fixed(FaultFilter(), limit=10, **ANY)) == 1
    assert len(books.fixed(FaultFilter(), limit=10, exercise=True, **ANY)) == 2
    [part] = books.replaced(FaultFilter(part=("door_operator",)), limit=10, **ANY)
    assert (part.lift, part.at_ms) == ("L-0001", visit.at_ms)
    assert books.replaced(FaultFilter(estate=("lake",)), limit=10, **ANY) == []


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({}, 4),
        ({"part": ("door_operator",)}, 1),
        ({"part": ("load",)}, 1),
        ({"kind": ("overload",)}, 1),
        ({"part": ("use",), "kind": ("door_fault",)}, 0),
        ({"severity": (2,)}, 2),
        ({"state": ("closed",)}, 0),
        ({"estate": ("lake",)}, 1),
        ({"lift": "L-0002"}, 1),
        ({"from_ms": AT_MS + 2}, 2),
        ({"to_ms": AT_MS + 2, "estate": ("garden",)}, 2),
        ({"part": ("load", "use")}, 2),
    ],
)
def test_filters_combine(books: Books, where: dict[str, Any], found: int) -> None:
    """Each narrows the others."""
    alarm(books)
    alarm(books, "overload", at_ms=AT_MS + 1, severity=3)
    alarm(books, at_ms=AT_MS + 2, lift="L-0002", estate="lake")
    note(books, told(1, at_ms=AT_MS + 3, dialect="bacnet", code="16", part="load"))
    rows = listed(books, **where)
    expected = found if where != {"part": ("door_operator",)} else 2
    assert len(rows) == expected


def test_pages_hold_each_once(books: Books) -> None:
    """Incidents and codes, of the same moment too, in one order."""
    for n in range(5):
        note(books, told(n, at_ms=AT_MS + n // 2))
        alarm(books, lift=f"L-001{n}", at_ms=AT_MS + n // 2)
    whole, found, after = [one.id for one in listed(books)], [], None
    while True:
        page = books.faults(FaultFilter(), after=after, limit=3, **ANY)
        found += [one.id for one in page.items]
        after = page.next
        if after is None:
            break
    assert found == whole
    assert len(set(found)) == 10


def test_sight_bounds_the_history(books: Books) -> None:
    """Places bound it, and nothing is nothing."""
    one = alarm(books)
    note(books, told(1), told(2, lift="L-0002", estate="lake"))
    garden = Sight(places=(Place("320583", "garden"),))
    page = books.faults(FaultFilter(), sight=garden, **ANY)
    assert {row.lift for row in page.items} == {"L-0001"}
    assert all(row.own for row in page.items)
    assert books.faults(FaultFilter(), sight=NOTHING, **ANY).items == []
    assert set(books.faults_of([one.id], sight=garden, **ANY)) == {one.id}
    assert books.faults_of([one.id], sight=NOTHING, **ANY) == {}


def test_signatures_are_found_by_lift_and_model(books: Books) -> None:
    """Only earlier ones, of lifts that are seen."""
    facts = Facts(manufacturer="Acme", model="A1")
    ones = []
    for n, lift in enumerate(("L-0001", "L-0002", "L-0003", "L-0001")):
        made = None if lift == "L-0003" else facts
        with books.begin() as work:
            row = LiftRow(lift=lift, area="320583", estate="garden", facts=made or Facts())
            work.put_lifts([row])
        kind = "door_fault" if n < 3 else "door_wear"
        ones.append(alarm(books, kind, lift=lift, at_ms=AT_MS + n))
        with books.begin() as work:
            make, model = work.make_of(lift)
            work.put_signature(signed := sign(ones[-1], make, model))
            work.put_signature(signed)
    asked = books.signed([ones[3].id])[ones[3].id]
    kinds = ("door_fault", "door_wear")
    scopes: dict[str, Any] = {"kinds": kinds, "limit": 10, **ANY}
    by_scope = {
        scope: [one.incident for one in books.signed_like(asked, scope=scope, **scopes)]
        for scope in ("lift", "model", "all")
    }
    first, second, third, _ = (one.id for one in ones)
    assert by_scope == {
        "lift": [first],
        "model": [second, first],
        "all": [third, second, first],
    }
    assert books.signed_like(asked, scope="all", sight=NOTHING, **scopes) == []
    assert books.signed_like(asked, scope="all", sight=EVERYTHING, **scopes) != []


def sign(one: Incident, make: str | None, model: str | None) -> Signed:
    """A signature of which only the kind is known."""
    return Signed(
        incident=one.id,
        lift=one.lift or "",
        area=one.area,
        estate=one.estate,
        kind=one.kind,
        raised_ms=one.raised_ms,
        make=make,
        model=model,
        signature=Signature(kind=one.kind, floor=3),
        signal="state.speed_mps",
        spark=((-5, 1.5), (0, 2.0)),
    )

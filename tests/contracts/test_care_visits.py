"""Visits, regimes, certificates and answers, whatever lies beneath."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from liftwatch.access.sight import Place, Sight
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.care.answer import Answer, reply
from liftwatch.care.checklist import items_of
from liftwatch.care.inspection import Inspection
from liftwatch.care.regime import Regime
from liftwatch.care.visit import CannotVisit, Signature, Visit, fill, is_whole, leave, sign
from liftwatch.care.visit_store import VisitFilter
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS
from liftwatch.handlers import care_visits as handlers
from liftwatch.ids import new_id
from liftwatch.ports import Books, Conflict, LiftRow, Stale

AT_MS = 1_772_439_240_000
ALL_OK = {item.code: ("ok", "") for item in items_of("half_month")}


def visit(lift: str = "L-0001", technician: str = "wu", **more: Any) -> Visit:
    """A visit that begins."""
    fields: dict[str, Any] = {"in_ms": AT_MS, "work": "half_month", "method": "qr"} | more
    return Visit(
        id=new_id(),
        lift=lift,
        area="320583",
        estate=fields.pop("estate", "garden"),
        organisation=fields.pop("organisation", "firm"),
        technician=technician,
        **fields,
    )


def begun(books: Books, one: Visit) -> Visit:
    """Check in."""
    with books.begin() as work:
        return handlers.check_in(work, one)


def change(books: Books, one: Visit, act: handlers.Change) -> Visit:
    """One step of a visit."""
    with books.begin() as work:
        return handlers.change_visit(work, one.id, act, version=one.version)


def agreed(books: Books, one: Visit, *, at_ms: int = AT_MS + HOUR_MS) -> Visit:
    """A visit with its whole list and both signatures."""
    one = change(books, one, lambda v: fill(v, ALL_OK, now_ms=at_ms - MINUTE_MS))
    one = change(books, one, lambda v: leave(v, remark="", broken_off="", now_ms=at_ms))
    for person, firm, role in (("wu", "firm", "maintenance"), ("li", "house", "property")):
        by = Signature(person=person, organisation=firm, role=role, at_ms=at_ms, digest="")
        one = change(books, one, handlers.signing(by))
    return one


def test_a_visit_from_check_in_to_both_signatures(books: Books) -> None:
    """It comes back as it was kept; what detectors hear of it has numbers without holes."""
    one = agreed(books, begun(books, visit()))
    found = books.visit(one.id)
    assert found == one
    assert (one.state, one.cared, is_whole(one)) == ("agreed", "half_month", True)
    assert books.last_cared(["L-0001", "L-0002"]) == {"L-0001": {"half_month": AT_MS + HOUR_MS}}
    begun(books, visit(in_ms=AT_MS + DAY_MS, work="repair"))
    told = books.phases("L-0001", after=0)
    assert [(p.n, p.phase, p.work, len(p.items)) for p in told] == [
        (1, "in", "half_month", 0),
        (2, "out", "half_month", 31),
        (3, "in", "repair", 0),
    ]
    assert books.phase_heads() == {"L-0001": 3}
    assert books.phases("L-0001", after=2) == told[2:]


def test_nobody_is_at_two_lifts_at_once(books: Books) -> None:
    """Nor two at one lift; what was left open for more than 8 hours lapses and stands in no way."""
    begun(books, visit())
    with pytest.raises(CannotVisit, match="nobody is at two lifts at once"):
        begun(books, visit("L-0002"))
    with pytest.raises(CannotVisit, match="one visit at a time"):
        begun(books, visit(technician="sun", in_ms=AT_MS + HOUR_MS))
    later = begun(books, visit(technician="sun", in_ms=AT_MS + 9 * HOUR_MS))
    states = {one.technician: one.state for one in books.visits(VisitFilter())}
    assert states == {"wu": "lapsed", "sun": "open"}
    assert books.visits(VisitFilter(state=("open",))) == [later]


def test_an_old_version_changes_nothing(books: Books) -> None:
    """Nor does saving what is saved already."""
    one = begun(books, visit())
    two = change(books, one, lambda v: fill(v, {"A-1-18": ("ok", "")}, now_ms=AT_MS + 1))
    assert change(books, two, lambda v: fill(v, {"A-1-18": ("ok", "")}, now_ms=AT_MS + 9)) == two
    with pytest.raises(Stale):
        change(books, one, lambda v: fill(v, {"A-1-19": ("ok", "")}, now_ms=AT_MS + 2))
    with books.begin() as work, pytest.raises(Conflict):
        work.put_visit(structs.replace(one, version=9), structs.replace(one, version=8))
    assert books.visit(one.id) == two


def test_who_sees_which_visits(books: Books) -> None:
    """Places by place, a unit its own."""
    one = begun(books, visit())
    two = begun(books, visit("L-0002", "sun", estate="lake", organisation="other"))
    garden = Sight(places=(Place("320583", "garden"),))
    unit = Sight(contracts_of=("other",))
    for sight, seen, hidden in ((garden, one, two), (unit, two, one)):
        assert books.visits(VisitFilter(), sight=sight) == [seen]
        assert books.visit(seen.id, sight=sight) == seen
        assert books.visit(hidden.id, sight=sight) is None
    assert books.visits(VisitFilter(), sight=Sight()) == []


def test_pages_of_visits_have_no_seam(books: Books) -> None:
    """After a place come the older ones; filters hold."""
    for n in range(5):
        agreed(books, begun(books, visit(in_ms=AT_MS + n * DAY_MS)), at_ms=AT_MS + n * DAY_MS + 1)
    every = books.visits(VisitFilter())
    assert [one.in_ms for one in every] == [AT_MS + n * DAY_MS for n in (4, 3, 2, 1, 0)]
    first = books.visits(VisitFilter(), limit=2)
    rest = books.visits(VisitFilter(), after=(first[-1].in_ms, first[-1].id))
    assert first + rest == every
    assert books.visits(VisitFilter(lift="L-0002")) == []
    between = VisitFilter(from_ms=AT_MS + DAY_MS, to_ms=AT_MS + 2 * DAY_MS, technician="wu")
    assert len(books.visits(between)) == 1


def certificate(lift: str = "L-0001", **more: Any) -> Inspection:
    """A certificate that is well."""
    fields: dict[str, Any] = {"number": "TS-1", "sha256": "ab" * 32} | more
    return Inspection(
        id=new_id(),
        lift=lift,
        area="320583",
        estate="garden",
        verdict="passed",
        inspected_on=fields.pop("inspected_on", date(2026, 1, 5)),
        next_on=fields.pop("next_on", date(2027, 1, 5)),
        **fields,
    )


def test_a_certificate_is_of_one_lift(books: Books) -> None:
    """By its number and by its hash; the register learns the dates."""
    with books.begin() as work:
        work.put_lifts(
            [LiftRow(lift=n, area="320583", estate="garden") for n in ("L-0001", "L-0002")]
        )
    with books.begin() as work:
        handlers.file_certificate(work, certificate(), now_ms=AT_MS)
    for other in (certificate("L-0002"), certificate("L-0002", number="TS-2")):
        with books.begin() as work, pytest.raises(CannotVisit, match="lift L-0001 already"):
            handlers.file_certificate(work, other, now_ms=AT_MS)
    with books.begin() as work, pytest.raises(Conflict):
        work.add_inspection(certificate("L-0002"))
    older = certificate(number="TS-0", sha256="cd" * 32, inspected_on=date(2024, 1, 5))
    with books.begin() as work:
        handlers.file_certificate(work, older, now_ms=AT_MS)
    assert [one.number for one in books.inspections("L-0001")] == ["TS-1", "TS-0"]
    assert books.newest_inspections(["L-0001", "L-0002"])["L-0001"].number == "TS-1"
    row = books.lift("L-0001")
    assert row is not None
    assert row.facts.next_inspection_on == date(2027, 1, 5)


def test_regimes_and_answers_go_from_version_to_version(books: Books) -> None:
    """Who has an old one is told."""
    with books.begin() as work:
        one = handlers.file_regime(work, Regime(lift="L-0001", interval_days=10), version=0)
    with books.begin() as work, pytest.raises(Stale):
        handlers.file_regime(work, Regime(lift="L-0001"), version=0)
    assert books.regimes(["L-0001", "L-0002"]) == {"L-0001": one}
    asked = Answer(
        incident="i-1",
        lift="L-0001",
        area="320583",
        estate="garden",
        organisation="firm",
        asked_ms=AT_MS,
        due_ms=AT_MS + DAY_MS,
    )
    with books.begin() as work:
        told = reply(asked, "the switch is broken", person="wu", now_ms=AT_MS)
        work.put_answer(told, None)
    with books.begin() as work, pytest.raises(Conflict):
        work.put_answer(told, None)
    assert books.answer("i-1") == told
    assert books.answers(["i-2"]) == {}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE care_visit SET data = '{}', version = version + 1",
        "UPDATE care_visit SET signatures = '[]', version = version + 1",
        "UPDATE care_visit SET state = 'open', version = version + 1",
        "UPDATE care_visit SET in_ms = 0, version = version + 1",
        "DELETE FROM care_visit",
        "UPDATE care_phase SET data = '{}'",
        "DELETE FROM care_phase",
        "DELETE FROM care_regime",
        "INSERT INTO care_phase SELECT lift, n + 7, visit, data FROM care_phase WHERE n = 1",
    ],
)
def test_no_record_is_mended_or_deleted_by_sql(shared_books: SqlBooks, statement: str) -> None:
    """For four years and longer, by whoever: the database itself refuses."""
    one = agreed(shared_books, begun(shared_books, visit()))
    with shared_books.begin() as work:
        handlers.file_regime(work, Regime(lift="L-0001"), version=0)
    refused = pytest.raises(DBAPIError, match=r"maintenance|version|holes|phases")
    with refused, shared_books.engine.begin() as connection:
        connection.execute(text(statement))
    assert shared_books.visit(one.id) == one


@pytest.mark.parametrize("state", ["agreed", "open"])
def test_sqlites_replace_deletes_nothing(tmp_path: Path, state: str) -> None:
    """REPLACE asks no trigger of deletion, so an insertion under a known visit is refused."""
    books = open_books(f"sqlite:///{tmp_path}/books.sqlite")
    one = begun(books, visit())
    one = agreed(books, one) if state == "agreed" else one
    names = "lift, area, estate, organisation, technician, work, state, in_ms, out_ms, cared"
    ids = ("id",) if state == "agreed" else ("id", "'other'")
    for id in ids:
        replace = f"INSERT OR REPLACE INTO care_visit SELECT {id}, {names}, 1, '{{}}', '[]'"
        refused = pytest.raises(DBAPIError, match="is there already, or another one is open")
        with refused, books.engine.begin() as connection:
            connection.execute(text(f"{replace} FROM care_visit"))
    assert books.visit(one.id) == one
    books.close()


def test_a_visit_that_is_left_can_only_be_signed(shared_books: SqlBooks) -> None:
    """Its list can be changed neither by SQL nor by our own words."""
    one = begun(shared_books, visit())
    one = change(shared_books, one, lambda v: fill(v, ALL_OK, now_ms=AT_MS))
    one = change(
        shared_books, one, lambda v: leave(v, remark="", broken_off="", now_ms=AT_MS + HOUR_MS)
    )
    changed = structs.replace(one, remark="later", version=one.version + 1, state="signed")
    with pytest.raises(Conflict), shared_books.begin() as work:
        work.put_visit(changed, one)
    with pytest.raises(CannotVisit, match="stays as it is"):
        fill(one, {"A-1-01": ("defect", "x")}, now_ms=AT_MS)
    by = Signature(person="sun", organisation="firm", role="maintenance", at_ms=AT_MS, digest="")
    with pytest.raises(CannotVisit, match="technician signs first"):
        sign(one, by)

"""Recalls on every store: what is hit, that each lift is asked once, what joins later, the end."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from liftwatch.access.sight import NOTHING, Place, Sight
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.care.instruction_store import InstructionFilter
from liftwatch.care.instructions import Instruction, Told
from liftwatch.care.recalls import Criterion, Recall, check_criterion, left, order
from liftwatch.clock import DAY_MS
from liftwatch.engine import recalls as engine
from liftwatch.handlers import care_recalls
from liftwatch.handlers import people as handlers
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.care_instructions import make_move
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.ports import Conflict, LiftRow, Stale
from liftwatch.register.facts import Facts
from tests.care.instruct import PROOF, SEAL, Houses
from tests.contracts.test_books import MONDAY_MS, alarm

GARDEN = Place("320583", "garden")
SEES = Sight(places=(Place("320583"),))
KONE = Criterion(make="kone", model="M1")
LATER_MS = MONDAY_MS + DAY_MS
KINDS = (
    ("garden", "property", (GARDEN,)),
    ("office", "supervision", (Place("320583"),)),
    ("anda", "maintenance", ()),
    ("kone", "maintenance", ()),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[SqlBooks]:
    """Empty books of each kind that knows contracts."""
    name = "postgres_books" if request.param == "postgresql" else "sqlite_books"
    url: str = request.getfixturevalue(name)
    with closing(open_books(url)) as made:
        yield made


class Fleet:
    """Lifts of an estate, with an authority, a manager and two maintenance units."""

    def __init__(self, books: SqlBooks) -> None:
        self.books, self.office = books, SqlPeople(books, SEAL)
        self.houses = Houses(books)
        self.by = Actor(person="p-office", organisation=self.houses.ids["office"])
        for n in range(3):
            self.lift(f"KONE-{n}", manufacturer="KONE", model="m1")
        self.lift("OTIS-0", manufacturer="Otis", model="m1")
        with self.office.begin() as work:
            for name, kind, places in KINDS:
                more = {"kind": kind, "places": places}
                id = self.houses.ids[name]
                handlers.change_organisation(work, id, version=1, now_ms=0, **more)
        self.contract("KONE-0")

    def lift(self, name: str, estate: str = "garden", **facts: Any) -> None:
        """A lift heard of."""
        row = LiftRow(lift=name, area="320583", estate=estate, facts=Facts(**facts))
        with self.books.begin() as work:
            work.put_lifts([row])

    def contract(self, lift: str) -> None:
        """The unit anda maintains a lift."""
        unit = self.houses.ids["anda"]
        with self.office.begin() as work:
            handlers.make_contract(work, lift=lift, organisation=unit, from_ms=0, until_ms=None)

    def recall(self, **more: Any) -> Recall:
        """One that is not yet begun."""
        days = more.pop("days", 20)
        made = Recall(
            id="recall-1",
            issuer=self.houses.ids["office"],
            issued_by="p-office",
            issued_ms=MONDAY_MS,
            places=(Place("320583"),),
            origin="maker",
            word="KONE 2026-03",
            criterion=KONE,
            what="door locks of 2025",
            why="contacts stick",
            remedy="replace the contacts",
            span_ms=days * DAY_MS,
            deadline_ms=MONDAY_MS + days * DAY_MS,
        )
        return structs.replace(made, **more)

    def begun(self, one: Recall, *, at_ms: int = MONDAY_MS) -> care_recalls.Joined:
        """The same, begun."""
        lifts = care_recalls.matching(
            self.books, one.criterion, sight=Sight(places=one.places), exercise=False, now_ms=at_ms
        )
        with self.office.begin() as work:
            return care_recalls.begin(work.books, work, one, lifts=lifts, by=self.by, now_ms=at_ms)

    def keep(self, at_ms: int = LATER_MS) -> bool:
        """The engine looks."""
        return engine.keep(self.books, self.office, at_ms)

    def standing(self) -> dict[str, str]:
        """How each lift stands."""
        return {hit.row.lift: hit.standing for hit in self.books.recall_hits(["recall-1"])}

    def asked(self) -> dict[str, Instruction]:
        """The instructions of the recall by lift; each lift has one."""
        rows = self.books.instructions(InstructionFilter(cause="recall-1"), limit=100)
        found = {one.lift or "": one for one in rows}
        assert len(found) == len(rows), "a lift is asked twice"
        return found

    def done(self, lift: str) -> None:
        """A lift is put right, and the authority has seen it."""
        for name, side, told in (
            ("accept", "responsible", Told()),
            ("report", "responsible", PROOF),
            ("verify", "supervision", Told(text="seen")),
        ):
            one = self.asked()[lift]
            who = one.responsible if side == "responsible" else one.issuer
            with self.books.begin() as work:
                make_move(
                    work,
                    one.id,
                    name,
                    told=told,
                    by=Actor(person=f"p-{who}", organisation=who),
                    side=side,  # type: ignore[arg-type]  # one of the two above
                    version=one.version,
                    now_ms=LATER_MS,
                )

    def version(self) -> int:
        """Of the recall, as it is now."""
        found = self.books.recall("recall-1")
        assert found is not None
        return found.version

    def end(self, state: Any = "closed") -> Recall:
        """Close or withdraw it."""
        with self.books.begin() as work:
            return care_recalls.end(
                work,
                "recall-1",
                state,
                why="all of them",
                by=self.by,
                version=self.version(),
                now_ms=LATER_MS,
            )

    def excepts(self, lift: str, why: str = "it was taken out") -> None:
        """Ask nothing of a lift any more."""
        with self.books.begin() as work:
            care_recalls.except_lift(
                work,
                "recall-1",
                lift,
                why=why,
                by=self.by,
                version=self.version(),
                now_ms=LATER_MS,
            )


@pytest.fixture
def fleet(books: SqlBooks) -> Fleet:
    """Everybody."""
    return Fleet(books)


def test_from_the_criterion_to_the_last_lift(fleet: Fleet) -> None:
    """Each lift lies with one: the unit of its contract, else the manager; closed by the last."""
    one = fleet.recall()
    assert fleet.begun(one) == (3, 3, False)
    assert fleet.books.recall("recall-1") == one
    asked, ids = fleet.asked(), fleet.houses.ids
    assert asked.keys() == {"KONE-0", "KONE-1", "KONE-2"}
    whose = [asked[lift].responsible for lift in ("KONE-0", "KONE-1", "KONE-2")]
    assert whose == [ids["anda"], ids["garden"], ids["garden"]]
    assert {(o.source, o.basis, o.deadline_ms) for o in asked.values()} == {
        ("recall", "recall", one.deadline_ms)
    }
    fleet.done("KONE-0")
    with pytest.raises(CannotMove, match="2 lifts are neither"):
        fleet.end()
    fleet.done("KONE-1")
    with pytest.raises(Untold, match="text has 1"):
        fleet.excepts("KONE-2", " ")
    fleet.excepts("KONE-2")
    assert fleet.asked()["KONE-2"].state == "withdrawn"
    assert fleet.standing() == {"KONE-0": "done", "KONE-1": "done", "KONE-2": "excepted"}
    assert fleet.end().state == "closed"
    with pytest.raises(CannotMove, match="over"):
        fleet.end()


def test_what_joins_later_is_asked_once(fleet: Fleet) -> None:
    """However often, and by however many engines; with as much time as the others had."""
    fleet.begun(fleet.recall())
    fleet.lift("KONE-9", manufacturer="Kone", model="M1")
    fleet.lift("FAR-1", estate="lake", manufacturer="kone", model="m1")
    fleet.keep()
    fleet.keep()
    assert fleet.standing()["KONE-9"] == "work"
    late = fleet.asked()["KONE-9"]
    assert late.deadline_ms == LATER_MS + 20 * DAY_MS
    assert fleet.standing()["FAR-1"] == "nobody", "no unit, no manager: it lies with the authority"
    with pytest.raises(CannotMove):
        fleet.end()
    hits = order(fleet.books.recall_hits(["recall-1"]))
    assert hits[0].row.lift == "FAR-1", "what lies with nobody stands first"
    fleet.contract("FAR-1")
    fleet.keep(LATER_MS + DAY_MS)
    assert fleet.asked()["FAR-1"].responsible == fleet.houses.ids["anda"]
    fleet.end("withdrawn")
    fleet.lift("KONE-10", manufacturer="kone", model="m1")
    fleet.keep(LATER_MS + 2 * DAY_MS)
    assert "KONE-10" not in fleet.standing(), "it is over"


def test_an_engine_that_dies_asks_nobody_twice(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after the instruction and before the lift has it: both are as if never done."""
    fleet.begun(fleet.recall())
    fleet.lift("KONE-8", manufacturer="KONE", model="M1")
    issue = care_recalls.issue

    def dies(work: Any, one: Instruction, **more: Any) -> Instruction:
        issue(work, one, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(care_recalls, "issue", dies)
    with pytest.raises(KeyboardInterrupt):
        fleet.keep()
    assert "KONE-8" not in fleet.standing()
    monkeypatch.setattr(care_recalls, "issue", issue)
    fleet.keep()
    assert fleet.standing()["KONE-8"] == "work"
    assert len(fleet.asked()) == 4


def test_an_engine_that_looked_before_another_acted_asks_nobody(fleet: Fleet) -> None:
    """What it saw is old: the lift is in the recall by then, and asked."""
    fleet.begun(fleet.recall())
    fleet.lift("KONE-7", manufacturer="KONE", model="M1")
    (row,) = (one for one in fleet.books.lifts() if one.lift == "KONE-7")
    parties = dict.fromkeys(("KONE-0", "KONE-7"), fleet.houses.ids["garden"])
    done = []
    for _ in range(2):
        with fleet.books.begin() as work:
            done.append(
                care_recalls.join(work, "recall-1", [row], parties=parties, now_ms=LATER_MS)
            )
    assert done == [(1, 1, False), (0, 0, False)]
    assert len(fleet.asked()) == 4


def test_many_are_asked_in_slices(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first at once, the rest by the engine, all of them in the end."""
    monkeypatch.setattr(care_recalls, "AT_ONCE", 1)
    assert fleet.begun(fleet.recall()) == (3, 1, True)
    assert sorted(fleet.standing().values()) == ["nobody", "nobody", "work"]
    while fleet.keep():
        pass
    assert set(fleet.standing().values()) == {"work"}
    assert {one.deadline_ms for one in fleet.asked().values()} == {MONDAY_MS + 20 * DAY_MS}


def test_the_same_twice_nothing_and_the_past(fleet: Fleet) -> None:
    """None of these begins, and nothing of them stays."""
    for wrong, why in (
        ({"criterion": Criterion()}, "without a criterion"),
        ({"criterion": Criterion(make="Schindler")}, "no lift meets"),
        ({"deadline_ms": MONDAY_MS - 1}, "in the past"),
        ({"criterion": Criterion(kind="door_fault")}, "since when"),
        ({"criterion": Criterion(make="kone", from_ms=0)}, "belongs to a fault"),
        ({"criterion": Criterion(kind="no_such", from_ms=0)}, "no kind"),
        ({"remedy": " "}, "remedy has 1"),
        ({"paper": "x"}, "SHA-256"),
    ):
        with pytest.raises(Untold, match=why):
            fleet.begun(fleet.recall(**wrong))
    assert fleet.books.recalls() == []
    fleet.begun(fleet.recall())
    same = fleet.recall(id="recall-2", criterion=Criterion(make="KONE ", model="m1"))
    with pytest.raises(Conflict, match="this very criterion"):
        fleet.begun(same)
    fleet.end("withdrawn")
    fleet.begun(same)
    assert [one.id for one in fleet.books.recalls(open_only=True)] == ["recall-2"]
    with pytest.raises(Stale), fleet.books.begin() as work:
        care_recalls.end(
            work, "recall-2", "withdrawn", why="x", by=fleet.by, version=7, now_ms=LATER_MS
        )


def test_withdrawn_instructions_are_no_way_out(fleet: Fleet) -> None:
    """Whoever withdraws one has not put the lift right: it is excepted with a reason, or open."""
    fleet.begun(fleet.recall())
    one = fleet.asked()["KONE-1"]
    with fleet.books.begin() as work:
        make_move(
            work,
            one.id,
            "withdraw",
            told=Told(text="a mistake"),
            by=fleet.by,
            side="supervision",
            version=1,
            now_ms=LATER_MS,
        )
    assert fleet.standing()["KONE-1"] == "withdrawn"
    assert "KONE-1" in {hit.row.lift for hit in left(fleet.books.recall_hits(["recall-1"]))}
    fleet.keep()
    assert fleet.asked()["KONE-1"].state == "withdrawn", "it is not asked again"
    fleet.excepts("KONE-1")
    assert fleet.standing()["KONE-1"] == "excepted"


def test_by_a_fault_in_common(fleet: Fleet) -> None:
    """Of the make, and with the fault in the time: all that is given holds."""
    for lift in ("KONE-1", "OTIS-0"):
        apply_alarm(fleet.books, alarm(lift=lift, kind="door_fault"))
    span = {"from_ms": MONDAY_MS - DAY_MS, "kind": "door_fault"}
    for where, found in (
        (Criterion(**span), ["KONE-1", "OTIS-0"]),
        (Criterion(make="kone", **span), ["KONE-1"]),
        (Criterion(kind="door_fault", from_ms=0, to_ms=1), []),
        (Criterion(kind="rope_slip", from_ms=0), []),
        (Criterion(part="brake", from_ms=0), []),
        (Criterion(code="7", from_ms=0), []),
    ):
        check_criterion(where)
        rows = care_recalls.matching(
            fleet.books, where, sight=SEES, exercise=False, now_ms=LATER_MS
        )
        assert [row.lift for row in rows] == found, where


def test_who_sees_what(fleet: Fleet) -> None:
    """One's own lifts in it, and a recall that has some; the authority that issued it all."""
    fleet.lift("FAR-1", estate="lake", manufacturer="kone", model="m1")
    fleet.begun(fleet.recall())
    books, ids = fleet.books, fleet.houses.ids
    lake = Sight(places=(Place("320583", "lake"),))
    moon = Sight(places=(Place("320583", "moon"),))
    seen = [hit.row.lift for hit in books.recall_hits(["recall-1"], sight=lake)]
    assert seen == ["FAR-1"]
    assert books.recall("recall-1", sight=lake) is not None
    assert books.recall("recall-1", sight=moon) is None
    assert books.recalls(sight=moon) == []
    contract = Sight(contracts_of=(ids["anda"],))
    assert [hit.row.lift for hit in books.recall_hits(["recall-1"], sight=contract)] == ["KONE-0"]
    mine = [ids["anda"]]  # its contract is over, and the instruction still lies with it
    assert books.recall("recall-1", sight=NOTHING, organisations=mine) is not None
    rows = books.recall_hits(["recall-1"], sight=NOTHING, organisations=mine)
    assert [hit.row.lift for hit in rows] == ["KONE-0"]
    assert books.recall("recall-1", sight=NOTHING, organisations=[ids["kone"]]) is None
    assert books.recall("recall-1", sight=NOTHING, organisations=[ids["office"]]) is not None


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM recall_lift",
        "DELETE FROM recall",
        "UPDATE recall_lift SET instruction = NULL",
        "UPDATE recall_lift SET instruction = (SELECT MAX(instruction) FROM recall_lift)",
    ],
)
def test_the_database_keeps_it_too(fleet: Fleet, statement: str) -> None:
    """Nothing is deleted, and no lift loses its instruction or gets another's."""
    fleet.begun(fleet.recall())
    with pytest.raises(IntegrityError), fleet.books.engine.begin() as connection:
        connection.execute(text(statement))

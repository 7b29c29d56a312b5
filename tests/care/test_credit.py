"""The credit list on every store: whose a fact is, what no longer stands, terms, who is told."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import msgspec
import pytest
from msgspec import structs
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from liftwatch.access.sight import Place, Sight
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.audit.trail import AuditFilter
from liftwatch.care.answer import Answer, AnswerState
from liftwatch.care.complaints import Complaint
from liftwatch.care.sanctions import Entry, Fact, FactKind
from liftwatch.clock import DAY_MS, HOUR_MS
from liftwatch.engine import credit as engine
from liftwatch.handlers import care_credit as handlers
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.calls import change_contacts
from liftwatch.handlers.incidents import make_move as move_incident
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import CannotMove, Told, Untold
from liftwatch.incidents.pages import Ways
from liftwatch.ports import Conflict, Stale
from tests.care.instruct import WORDS
from tests.care.test_recalls import Fleet
from tests.contracts.test_books import MONDAY_MS, alarm

AREA = Place("320583")
HEAR_BY, FROM, UNTIL = (MONDAY_MS + days * DAY_MS for days in (10, 12, 100))
WAYS = Ways(channels=("email", "sms"), page="https://lift.example/")


@pytest.fixture(params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[SqlBooks]:
    """Empty books of each kind that knows contracts."""
    name = "postgres_books" if request.param == "postgresql" else "sqlite_books"
    url: str = request.getfixturevalue(name)
    with closing(open_books(url)) as made:
        yield made


class Desk(Fleet):
    """The fleet, an authority that writes entries, and facts in the books."""

    def alarm(self, kind: str = "door_fault", lift: str = "KONE-0", **more: Any) -> str:
        """An incident that is over, and its id."""
        id = self.opened(kind, lift, **{"severity": 3} | more)
        told = {"lift": lift, "severity": 3, "opened_ms": MONDAY_MS, "at_s": 60} | more
        assert apply_alarm(self.books, alarm("cleared", kind=kind, **told)) is not None
        return id

    def opened(self, kind: str = "entrapment", lift: str = "KONE-0", **more: Any) -> str:
        """One that is open."""
        told = {"lift": lift, "opened_ms": MONDAY_MS} | more
        made = apply_alarm(self.books, alarm(kind=kind, **told))
        assert made is not None
        return made.id

    def reject(self, id: str) -> None:
        """People find that there was nothing."""
        by, told = Actor(person="p", channel="api"), Told(reason="nothing there")
        with self.books.begin() as work:
            move_incident(work, id, "reject", told=told, by=by, version=1, now_ms=MONDAY_MS)

    def contradiction(self, state: AnswerState, unit: str = "anda", **more: Any) -> str:
        """A record that signals contradict, as supervision has decided."""
        id = self.alarm("maintenance_contradicted", **more)
        made = Answer(
            incident=id,
            lift="KONE-0",
            area="320583",
            estate="garden",
            organisation=self.houses.ids[unit],
            asked_ms=MONDAY_MS,
            due_ms=MONDAY_MS + DAY_MS,
            state=state,
        )
        with self.books.begin() as work:
            work.put_answer(made, None)
        return id

    def complaint(self, id: str = "c-1", lift: str = "KONE-0", **more: Any) -> str:
        """A matter."""
        made = Complaint(
            id=id,
            number=f"C{id}",
            area="320583",
            estate="garden",
            building="",
            lift=lift,
            topic="doors",
            channel="page",
            told_ms=MONDAY_MS,
        )
        with self.office.begin() as work:
            work.care.put_complaint(structs.replace(made, **more))
        return id

    def entry(self, *facts: tuple[FactKind, str], unit: str = "anda", **more: Any) -> Entry:
        """A draft that is not yet written."""
        made = Entry(
            id="e-1",
            area="320583",
            organisation=self.houses.ids[unit],
            kind="warning",
            facts=tuple(Fact(kind=kind, id=id) for kind, id in facts),
            what="records that signals contradict",
            article="TSG T5002 6",
            decision="2026-1",
            issuer=self.houses.ids["office"],
            issued_by="p-office",
            issued_ms=MONDAY_MS,
            hear_by_ms=HEAR_BY,
            from_ms=FROM,
            until_ms=UNTIL,
        )
        return structs.replace(made, **more)

    def facts(self, reads: Any, *, exercise: bool = False) -> handlers.Facts:
        """What the authority sees."""
        sight = Sight(places=(AREA,))
        return handlers.Facts(self.books, reads, sight, exercise=exercise, now_ms=MONDAY_MS)

    def write(self, entry: Entry, *, now_ms: int = MONDAY_MS + HOUR_MS) -> Entry:
        """Keep it."""
        with self.office.begin() as work:
            facts = self.facts(work)
            return handlers.write(work.books, entry, facts=facts, by=self.by, now_ms=now_ms)

    def move(self, entry: Entry, name: str, now_ms: int, **more: Any) -> Entry:
        """Move it, by whoever may."""
        side = more.pop("side", "organisation" if name == "answer" else "supervision")
        with self.office.begin() as work:
            stand = self.facts(work) if name in ("announce", "enforce") else None
            return handlers.make_move(
                work.books,
                entry.id,
                name,
                by=self.by,
                side=side,
                version=more.pop("version", entry.version),
                now_ms=now_ms,
                facts=stand,
                **more,
            )

    def keep(self, now_ms: int, ways: Ways = WAYS) -> Entry:
        """The engine's job, once; the entry after it."""
        engine.keep(self.books, self.office, ways, now_ms=now_ms)
        found = self.books.credit_entry("e-1", now_ms=now_ms)
        assert found is not None
        return found

    def sent(self) -> list[dict[str, Any]]:
        """What left, or will."""
        with self.books.engine.connect() as connection:
            rows = connection.execute(text("SELECT body FROM outbox ORDER BY id")).scalars()
            return [msgspec.json.decode(row) for row in rows]


@pytest.fixture
def desk(books: SqlBooks) -> Desk:
    """Everybody."""
    return Desk(books)


def whose(desk: Desk, kind: FactKind, id: str) -> set[str] | None:
    """Whose a fact is, by our names of the organisations."""
    names = {id: name for name, id in desk.houses.ids.items()}
    with desk.office.reading() as reads:
        found = desk.facts(reads).known(Fact(kind=kind, id=id))
    return None if found is None else {names[id] for id in found.organisations}


def test_the_books_say_whose_a_fact_is(desk: Desk) -> None:
    """The unit of the contract then and the manager; of a contradiction whoever wrote the record;
    of an instruction whoever has it."""
    assert whose(desk, "incident", desk.alarm()) == {"anda", "garden"}
    assert whose(desk, "incident", desk.alarm(lift="KONE-1")) == {"garden"}
    assert whose(desk, "complaint", desk.complaint()) == {"anda", "garden"}
    assert whose(desk, "contradiction", desk.contradiction("counts", "kone")) == {"kone"}
    asked = desk.houses.issued()
    assert whose(desk, "instruction", asked.id) == {"anda"}
    before = desk.alarm("overspeed", opened_ms=-1)
    assert whose(desk, "incident", before) == {"garden"}, "the contract began later"


@pytest.mark.parametrize("state", ["asked", "answered", "dropped"])
def test_a_contradiction_that_does_not_count(desk: Desk, state: AnswerState) -> None:
    """It is no fact, under either name."""
    id = desk.contradiction(state)
    assert whose(desk, "contradiction", id) is None
    assert whose(desk, "incident", id) is None
    with pytest.raises(Untold, match="does not stand"):
        desk.write(desk.entry(("contradiction", id)))


def test_what_is_no_fact(desk: Desk) -> None:
    """What people rejected or may still reject, exercises, what joined another, what is nowhere."""
    rejected, standing = desk.opened(), desk.opened("free_fall")
    desk.reject(rejected)
    desk.complaint()
    joined = desk.complaint("c-2", lead="c-1")
    drill = desk.alarm("overspeed", exercise=True)
    for kind, id in (
        ("incident", rejected),
        ("incident", standing),
        ("complaint", joined),
        ("incident", drill),
        ("incident", "nowhere"),
        ("instruction", "nowhere"),
        ("complaint", "nowhere"),
        ("contradiction", "nowhere"),
    ):
        assert whose(desk, kind, id) is None, (kind, id)  # type: ignore[arg-type]  # of the table
    with desk.office.reading() as reads:
        known = desk.facts(reads, exercise=True).known(Fact(kind="incident", id=drill))
    assert known is not None, "where all is one it stands"


def test_an_entry_rests_on_facts_of_its_own_organisation(desk: Desk) -> None:
    """Another's, one of another area, one to come: refused, and nothing is kept."""
    own, alien = desk.alarm(), desk.contradiction("counts", "kone")
    with pytest.raises(Untold, match="another's"):
        desk.write(desk.entry(("incident", own), ("contradiction", alien)))
    with pytest.raises(Untold, match="does not stand"):
        desk.write(desk.entry(("incident", own), area="320584"))
    with pytest.raises(Untold, match="does not stand"):
        desk.write(desk.entry(("incident", own)), now_ms=MONDAY_MS - 1)
    assert desk.books.credit_entries(now_ms=0) == []
    desk.write(desk.entry(("incident", own)))
    with pytest.raises(Conflict):
        desk.write(desk.entry(("incident", own), id="e-2"))


def test_what_no_longer_stands_is_not_announced_and_does_not_count(desk: Desk) -> None:
    """The authority took its instruction back, between the announcement and the first day."""
    asked = desk.houses.issued()
    entry = desk.write(desk.entry(("instruction", asked.id)))
    entry = desk.move(entry, "announce", MONDAY_MS + DAY_MS)
    entry = desk.move(entry, "answer", MONDAY_MS + 2 * DAY_MS, text="it was not ours to do")
    desk.houses.moved(asked, "withdraw", at=3, who="office", told=WORDS)
    with pytest.raises(Untold, match="does not stand"):
        desk.move(entry, "enforce", FROM)
    desk.move(entry, "withdraw", FROM, text="the fact is gone")


def test_from_the_draft_to_its_end(desk: Desk) -> None:
    """Announced, nobody answers, the clock goes on; in force; expired; each once in the trail."""
    entry = desk.write(desk.entry(("contradiction", desk.contradiction("counts"))))
    assert desk.keep(HEAR_BY).state == "draft", "nobody moves a draft but its authority"
    entry = desk.move(entry, "announce", MONDAY_MS + DAY_MS)
    with pytest.raises(Stale):
        desk.move(entry, "withdraw", MONDAY_MS + DAY_MS, version=1, text="x")
    with pytest.raises(CannotMove):
        desk.move(entry, "enforce", FROM)
    assert desk.keep(HEAR_BY - 1).state == "announced"
    entry = desk.keep(HEAR_BY)
    assert (entry.state, entry.answer) == ("heard", None)
    assert desk.keep(HEAR_BY + 1) == entry
    entry = desk.move(entry, "enforce", FROM)
    assert desk.keep(UNTIL - 1).state == "in_force"
    assert desk.keep(UNTIL).state == "expired"
    story = [line.what for line in desk.books.credit_lines("e-1") if line.what != "paged"]
    assert story == ["draft", "announce", "pass", "enforce", "expire"]
    acts = desk.books.audit_page(AuditFilter(target_kind="credit", target="e-1")).items
    assert [row.entry.action for row in acts] == ["credit.expire", "credit.pass"]


def test_each_state_is_told_once(desk: Desk) -> None:
    """The organisation of its announcement and the end, the authority that it was heard; by what
    each has; at night nobody."""
    with desk.office.begin() as work:
        for name in ("anda", "office"):
            change_contacts(work, desk.houses.ids[name], version=0, email=f"{name}@lift.example")
    entry = desk.write(desk.entry(("contradiction", desk.contradiction("counts"))))
    at_ms = MONDAY_MS + DAY_MS
    desk.move(entry, "announce", at_ms)
    night = WAYS._replace(quiet=(0, DAY_MS - 1))
    assert desk.keep(at_ms, night).told == "draft"
    told = desk.keep(at_ms)
    assert told.told == "announced"
    assert desk.keep(at_ms + 1) == told
    (page,) = desk.sent()
    assert page["to"]["organisation"] == desk.houses.ids["anda"]
    assert (page["type"], page["data"]) == ("credit.page", {"entry": "e-1", "state": "announced"})
    assert "https://lift.example/credit/e-1" in page["text"]
    desk.move(told, "answer", at_ms + 2, text="we were there")
    desk.keep(at_ms + 3)
    assert desk.sent()[-1]["to"]["organisation"] == desk.houses.ids["office"]
    paged = [line for line in desk.books.credit_lines("e-1") if line.what == "paged"]
    assert [line.state for line in paged] == ["announced", "heard"]
    assert paged[0].facts["organisations"] == [desk.houses.ids["anda"]]


def test_two_engines_tell_once(desk: Desk) -> None:
    """Both have read that somebody is to be told; whoever comes second finds that it was done."""
    with desk.office.begin() as work:
        change_contacts(work, desk.houses.ids["anda"], version=0, email="anda@lift.example")
    entry = desk.write(desk.entry(("contradiction", desk.contradiction("counts"))))
    read = desk.move(entry, "announce", MONDAY_MS + DAY_MS)
    for _ in range(2):
        engine.tell(desk.books, desk.office, WAYS, entry=read, now_ms=MONDAY_MS + DAY_MS)
    assert len(desk.sent()) == 1
    assert [line.what for line in desk.books.credit_lines("e-1")].count("paged") == 1


def test_whoever_cannot_be_reached_is_told_in_the_story(desk: Desk) -> None:
    """It is held against nobody that no way was known; the story says so."""
    entry = desk.write(desk.entry(("contradiction", desk.contradiction("counts"))))
    desk.move(entry, "announce", MONDAY_MS + DAY_MS)
    desk.keep(MONDAY_MS + DAY_MS)
    assert desk.sent() == []
    assert desk.books.credit_lines("e-1")[-1].facts["held"] == "nobody"


def test_what_an_entry_may_rest_on(desk: Desk) -> None:
    """By kind, the newest first, of this organisation alone."""
    incident, alien = desk.alarm(), desk.alarm(lift="KONE-1")
    counted = desk.contradiction("counts")
    desk.contradiction("dropped", lift="KONE-2")
    asked, told = desk.houses.issued(), desk.complaint()
    with desk.office.reading() as reads:
        facts = desk.facts(reads)

        def about(unit: str, since_ms: int = 0) -> list[tuple[str, str]]:
            some = facts.about(desk.houses.ids[unit], "320583", since_ms=since_ms)
            return [(one.fact.kind, one.fact.id) for one in some]

        assert about("anda") == [
            ("contradiction", counted),
            ("instruction", asked.id),
            ("incident", incident),
            ("complaint", told),
        ]
        assert {id for _, id in about("garden")} == {incident, alien, told}
        assert about("anda", MONDAY_MS + DAY_MS) == []
        assert list(facts.about(desk.houses.ids["anda"], "320584", since_ms=0)) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE credit_entry SET state = 'in_force'",
        "UPDATE credit_entry SET organisation = issuer",
        "UPDATE credit_entry SET facts = '[]'",
        "UPDATE credit_entry SET until_ms = until_ms + 1",
        "DELETE FROM credit_entry",
        "UPDATE credit_line SET text = 'other'",
        "DELETE FROM credit_line",
    ],
)
def test_the_database_keeps_it(desk: Desk, change: str) -> None:
    """Whoever goes past us cannot count unheard, change what was said, or delete."""
    desk.write(desk.entry(("contradiction", desk.contradiction("counts"))))
    with pytest.raises(IntegrityError), desk.books.engine.begin() as connection:
        if change.startswith("DELETE FROM credit_entry"):
            connection.execute(text("DELETE FROM credit_key"))
        connection.execute(text(change))

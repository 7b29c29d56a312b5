"""Cases of the fund as they are kept: a move is all or nothing; four eyes stand in keys."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec import structs

from liftwatch.access.sight import Place, Sight
from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import DAY_MS, estate_day
from liftwatch.engine.fund import lapse
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.case import By, Case, Told
from liftwatch.fund.check import verify_books
from liftwatch.fund.documents import Document
from liftwatch.fund.journal import CannotBook, Draft, Leg
from liftwatch.fund.kept import CaseFilter, Snapshot
from liftwatch.fund.moves import open_case
from liftwatch.fund.refusals import CannotMove, NotYours, OverLimit, Refused, Untold
from liftwatch.fund.votes import heads_of
from liftwatch.handlers import fund_cases as handlers
from liftwatch.handlers.fund_book import book
from liftwatch.ports import Books, Conflict, Stale
from liftwatch.register.columns import HouseholdRow
from tests.contracts.ledger import KEY, name
from tests.fund.desk import FLATS, MONDAY_MS, PEOPLE, PLACE, plan_of

ID = "c1"


class Office:
    """A case that is kept, a clock, and papers nobody has seen."""

    def __init__(self, books: Books, path: str = "ordinary", *, id: str = ID) -> None:
        self.books, self.now_ms, self.papers, self.keys = books, MONDAY_MS, 0, 0
        self.id = id
        with books.begin() as work:
            for flat in FLATS if id == ID else ():
                self.deposit(work, flat.id, 1_000_000)
            made = open_case(
                id,
                place=PLACE,
                lift="L-7",
                path=path,  # type: ignore[arg-type]
                custody="committee",
                bank="ccb",
                now_ms=self.now_ms,
            )
            handlers.open_kept(work, made)

    def deposit(self, work: Any, flat: str, fen: int) -> None:
        """A flat pays in."""
        self.keys += 1
        legs = Leg(name("bank", "ccb"), fen), Leg(name("principal", flat), -fen)
        given = {"day": 20_000, "at_ms": MONDAY_MS, "person": "p", "key": f"deposit-{self.keys}"}
        book(work, Draft(kind="deposit", legs=legs, **given))

    @property
    def number(self) -> str:
        """Four digits of its own."""
        return f"{int(self.id[1:]):04}"

    @property
    def vote(self) -> str:
        """The name of its vote."""
        return f"v{self.id[1:]}"

    @property
    def case(self) -> Case:
        """As it is kept."""
        found = self.books.fund_case(self.id)
        assert found is not None
        return found

    def paper(self, kind: str) -> Document:
        """A new one of today."""
        self.papers += 1
        day = estate_day(self.now_ms)
        return Document(kind=kind, sha256=f"{self.number}{self.papers:060x}", dated=day)

    def do(self, move: str, who: str | By, *kinds: str, **told: Any) -> list[int]:
        """Make a move with these papers in a transaction; the numbers of its entries."""
        self.keys += 1
        documents = told.pop("documents", tuple(self.paper(kind) for kind in kinds))
        with self.books.begin() as work:
            _, numbers = handlers.move_case(
                work,
                self.id,
                move,
                told=Told(documents=documents, **told),
                by=PEOPLE[who] if isinstance(who, str) else who,
                key=f"{self.id}-key-{self.keys:05}",
                version=None,
                now_ms=self.now_ms,
            )
        return numbers

    def published(self) -> "Office":
        """Its plan hangs out."""
        self.do("revise", "li", plan=plan_of())
        self.do("publish", "li", "plan", "area_list", "quote", "notice")
        return self

    def voted(self) -> "Office":
        """All have voted for it, on paper, read by two."""
        heads = sorted(heads_of(FLATS))
        with self.books.begin() as work:
            closes_ms = self.now_ms + 8 * DAY_MS
            vote = handlers.open_vote(
                work, self.id, vote=self.vote, closes_ms=closes_ms, now_ms=self.now_ms
            )
            scans = [
                (head, "for", f"{self.number}{n:060x}", self.now_ms)
                for n, head in enumerate(heads, 900)
            ]
            vote = handlers.enter(work, vote, scans, by="li", now_ms=self.now_ms)  # type: ignore[arg-type]
            read = [(head, "for") for head in heads]
            handlers.read_again(work, vote, read, by="he", now_ms=self.now_ms)  # type: ignore[arg-type]
        self.now_ms += 9 * DAY_MS
        with self.books.begin() as work:
            vote = handlers.locked_vote(work, self.vote, version=3)
            handlers.close(work, vote, now_ms=self.now_ms)
        self.do("vote", "li", "result_notice")
        return self

    def applied(self) -> "Office":
        """The money is asked for."""
        firm = {"contractor": "Swift Lifts", "amount_fen": 800_000}
        self.do("contract", "li", "contract", "contractor_licence", **firm)
        self.do("apply", "li", "application")
        return self

    def approved(self) -> "Office":
        """Money is set aside."""
        self.applied()
        self.do("approve", "he", "approval")
        self.do("file", "bo", "filing_receipt")
        return self


@pytest.fixture
def office(ledger: Books) -> Office:
    """A case of three floors, on every back end."""
    return Office(ledger)


def test_from_a_draft_to_its_disclosure(office: Office) -> None:
    """Kept at every move; what its purse says the books say; what hung out is kept as it hung."""
    office.published().voted()
    assert office.case.stage == "authorised"
    office.approved()
    office.now_ms += DAY_MS
    voucher = office.paper("payment_voucher")
    (paid,) = office.do("pay", "cu", amount_fen=300_000, documents=(voucher,))
    entry = office.books.fund_entries(paid - 1, limit=1)[0]
    assert (entry.kind, entry.case, entry.document) == ("pay", ID, voucher.sha256)
    office.do("accept", "li", "acceptance_sheet")
    office.do("accept", "hu")
    office.do("audit", "au", "audit_report", amount_fen=700_000)
    office.do("pay", "cu", "payment_voucher", "invoice", amount_fen=400_000)
    office.do("settle", "cu", "allocation_table")
    office.do("disclose", "li", "publication")
    case = office.case
    assert (case.stage, case.version, len(case.done)) == ("disclosed", 15, 14)
    held = dict(office.books.fund_held(AccountFilter()))
    assert held[name("clearing", ID)] == case.purse.clearing_fen == 0
    assert held[name("bank", "ccb")] == 6_000_000 - 700_000
    shown = office.books.fund_publications(ID)
    assert [(one.n, one.what, one.plan) for one in shown] == [(1, "plan", 1), (2, "disclosure", 1)]
    assert '"audited_fen":700000' in shown[1].data
    assert verify_books(office.books, [], keys=(KEY,)).good


def test_a_refusal_leaves_nothing(office: Office) -> None:
    """Neither a paper nor an entry nor a version; the same paper is then still new."""
    office.published().voted().approved()
    before, head = office.case, office.books.fund_head()
    voucher = office.paper("payment_voucher")
    for who, fen in (("cu", 700_000), ("he", 100), ("bo", 100)):
        with pytest.raises(Refused):
            office.do("pay", who, amount_fen=fen, documents=(voucher,))
    assert (office.case, office.books.fund_head()) == (before, head)
    office.do("pay", "cu", amount_fen=100, documents=(voucher,))
    with pytest.raises(Untold, match="stands in case c1 already"):
        office.do("pay", "cu", amount_fen=100, documents=(voucher,))


def test_what_the_books_refuse_undoes_the_move(office: Office) -> None:
    """A key under which another thing was asked: the case is where it was."""
    office.published().voted()
    firm = {"contractor": "Swift Lifts", "amount_fen": 800_000}
    office.do("contract", "li", "contract", "contractor_licence", **firm)
    office.do("apply", "li", "application")
    before = office.case
    with office.books.begin() as work:
        given = {"day": 20_000, "at_ms": MONDAY_MS, "person": "p"}
        legs = Leg(name("bank", "ccb"), 5), Leg(name("principal", FLATS[0].id), -5)
        key = f"{ID}-key-{office.keys + 1:05}#1"
        book(work, Draft(kind="deposit", legs=legs, key=key, **given))
    with pytest.raises(CannotBook, match="another request"):
        office.do("approve", "he", "approval")
    assert office.case == before


def test_two_at_once_and_one_version(office: Office) -> None:
    """Whoever saw an older version is told; a case is put once."""
    office.do("revise", "li", plan=plan_of())
    with office.books.begin() as work, pytest.raises(Stale):
        handlers.move_case(
            work,
            ID,
            "publish",
            told=Told(),
            by=PEOPLE["li"],
            key="key-of-two",
            version=1,
            now_ms=office.now_ms,
        )
    case = office.case
    with pytest.raises(Conflict), office.books.begin() as work:
        work.fund_put_case(case, None)
    with pytest.raises(Conflict), office.books.begin() as work:
        work.fund_put_case(structs.replace(case, version=9), structs.replace(case, version=8))
    with pytest.raises(handlers.NoSuchCase), office.books.begin() as work:
        handlers.open_vote(work, "c9", vote="v9", closes_ms=1, now_ms=0)


def test_the_keys_have_four_eyes_of_their_own(office: Office) -> None:
    """A second hand of a person, or of an organisation, is refused though the rules were asked
    nothing; so is a paper of another case."""
    office.published()
    before = office.case
    for by in (
        By(person="li", organisation="Fund Centre", role="custodian"),
        By(person="cu", organisation="Lakeside Property", role="custodian"),
    ):
        done = structs.replace(before.done[-1], move="pay", by=by)
        after = structs.replace(before, done=(*before.done, done), version=before.version + 1)
        with pytest.raises(Conflict), office.books.begin() as work:
            work.fund_put_case(after, before)
    other = structs.replace(before, id="c2", version=1, done=(), plan=None)
    with pytest.raises(Conflict), office.books.begin() as work:
        work.fund_put_case(other, None)
    assert office.books.fund_cases(CaseFilter()) == [before]


def test_a_paper_is_read_by_two(office: Office) -> None:
    """And a vote is over once."""
    office.published()
    with office.books.begin() as work:
        closes_ms = office.now_ms + 8 * DAY_MS
        vote = handlers.open_vote(work, ID, vote="v1", closes_ms=closes_ms, now_ms=office.now_ms)
        head = sorted(heads_of(FLATS))[0]
        paper = (head, "for", "a" * 64, office.now_ms)
        entered = handlers.enter(work, vote, [paper], by="li", now_ms=office.now_ms)  # type: ignore[list-item]
        with pytest.raises(NotYours):
            handlers.read_again(work, entered, [(head, "for")], by="li", now_ms=office.now_ms)
        with pytest.raises(CannotMove):
            handlers.close(work, entered, now_ms=closes_ms)
    assert office.books.fund_votes(ID) == ["v1"]
    found = office.books.fund_vote("v1")
    assert found is not None
    assert (found[0].version, len(found[0].ballots), found[1]) == (2, 1, None)
    with pytest.raises(Stale), office.books.begin() as work:
        handlers.locked_vote(work, "v1", version=1)


def test_a_reservation_lapses(office: Office) -> None:
    """By the clock, once: what was set aside goes back."""
    office.published().voted().approved()
    assert office.books.fund_lapsed(office.now_ms) == []
    before = len(office.case.done)
    office.now_ms += 366 * DAY_MS
    assert office.books.fund_lapsed(office.now_ms) == [ID]
    for _ in range(2):
        assert lapse(office.books, now_ms=office.now_ms) is False
        assert (office.case.stage, len(office.case.done)) == ("expired", before + 1)
    assert office.books.fund_lapsed(office.now_ms) == []
    held = dict(office.books.fund_held(AccountFilter(kind="principal")))
    assert set(held.values()) == {1_000_000}


def test_cases_of_what_is_seen(office: Office) -> None:
    """By place; an auditor's by what was given to them."""
    here, there = (Sight(places=(Place("320583", one),)) for one in ("garden", "lake"))
    for sight, count in ((here, 1), (there, 0)):
        assert len(office.books.fund_cases(CaseFilter(), sight=sight)) == count
        assert (office.books.fund_case(ID, sight=sight) is not None) == bool(count)
    assert office.books.fund_cases(CaseFilter(stage="published")) == []
    assert office.books.fund_cases(CaseFilter(), after=ID) == []
    for _ in range(2):
        with office.books.begin() as work:
            work.fund_give(ID, "o-audit", person="bo", at_ms=1)
    assert office.books.fund_given(("o-audit", "o-other")) == [ID]
    assert office.books.fund_given(()) == []


def test_many_payments_at_once_never_pay_too_much(shared_ledger: SqlBooks) -> None:
    """Ten of 100 000 fen, of which 560 000 may leave before the audit: five do."""
    office = Office(shared_ledger).published().voted().approved()
    vouchers = [office.paper("payment_voucher") for _ in range(10)]

    def pay(n: int) -> bool:
        try:
            with shared_ledger.begin() as work:
                handlers.move_case(
                    work,
                    ID,
                    "pay",
                    told=Told(documents=(vouchers[n],), amount_fen=100_000),
                    by=PEOPLE["cu"],
                    key=f"at-once-{n}",
                    version=None,
                    now_ms=office.now_ms,
                )
        except OverLimit:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(pay, range(10))) == 5
    assert office.case.purse.paid_fen == 500_000
    held = dict(shared_ledger.fund_held(AccountFilter(kind="clearing")))
    assert held == {name("clearing", ID): office.case.purse.clearing_fen}


def test_many_cases_approved_at_once_never_overdraw(shared_ledger: SqlBooks) -> None:
    """Ten of 800 000 fen where 6 000 000 lie: all is given out once, and the rest is owed."""
    offices = [Office(shared_ledger, id=f"c{n}") for n in range(1, 11)]
    for one in offices:
        one.published().voted().applied()

    def approve(office: Office) -> None:
        office.do("approve", "he", "approval")

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(approve, offices))
    held = dict(shared_ledger.fund_held(AccountFilter()))
    assert {held[name("principal", flat.id)] for flat in FLATS} == {0}
    purses = [one.case.purse for one in offices]
    assert sum(purse.cash_fen for purse in purses) == 6_000_000
    owed = sum(held[name("receivable", flat.id)] for flat in FLATS)
    assert owed == sum(purse.owed_fen for purse in purses) == 10 * 800_000 - 6_000_000
    assert verify_books(shared_ledger, [], keys=(KEY,), cases=shared_ledger).good


def test_what_the_lift_gave_is_kept_as_it_was(office: Office) -> None:
    """With its document and its case, once; of another case, or of no document, nothing is."""
    office.do("file", "li", documents=(paper := office.paper("fault_history"),))
    made = Snapshot(case=ID, sha256=paper.sha256, data="{}", at_ms=5)
    with office.books.begin() as work:
        work.fund_keep_snapshot(made)
    assert office.books.fund_snapshot(ID, paper.sha256) == made
    assert office.books.fund_snapshot("c9", paper.sha256) is None
    for wrong in (made, structs.replace(made, sha256="f" * 64)):
        with pytest.raises(Conflict), office.books.begin() as work:
            work.fund_keep_snapshot(wrong)


def test_a_plan_is_held_against_the_register(office: Office) -> None:
    """Where the estate is on record; a building of another estate is none of it."""
    given = {"area": "320583", "building": "7"}
    office.do("revise", "li", plan=plan_of())
    rows = [
        HouseholdRow(
            **given, estate="garden", unit="7", number=one.id[2:], floor_area_dm2=one.area_dm2
        )
        for one in FLATS
    ]
    papers = ("plan", "area_list", "quote", "notice")
    with office.books.begin() as work:
        far = HouseholdRow(**given, estate="lake", number="1", floor_area_dm2=1)
        work.put_households([far, *rows[1:]])
        assert work.households_of("320583", "garden", "7") == rows[1:]
        assert work.has_households("320583", "lake")
        assert not work.has_households("320584", "lake")
    with pytest.raises(Untold, match="household 7-101: it is not on record"):
        office.do("publish", "li", *papers)
    with office.books.begin() as work:
        work.put_households(rows[:1])
    office.do("publish", "li", *papers)

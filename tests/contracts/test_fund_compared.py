"""Cases held against the entries, on every back end: what differs is named, and nobody is wronged
by who books meanwhile."""

from typing import Any

import pytest

from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import DAY_MS
from liftwatch.engine.fund import lapse
from liftwatch.fund.check import Verdict, verify_books
from liftwatch.fund.compared import Compared, pages_of
from liftwatch.fund.journal import Leg
from liftwatch.fund.reserved import Line
from liftwatch.handlers.fund_book import pay_in
from liftwatch.ports import Books
from tests.contracts.ledger import (
    KEY,
    MONDAY_MS,
    account,
    booked,
    by_hand,
    deposit,
    draft,
    kept_case,
    name,
)
from tests.contracts.test_fund_cases import ID, Office
from tests.fund.desk import FLATS, plan_of

LINE = Line(household="1201", payer="1201", share_fen=100, principal_fen=60)


def verified(books: Any) -> Verdict:
    """The verdict on books and cases."""
    return verify_books(books, keys=(KEY,), cases=books)


def test_every_move_leaves_them_alike(ledger: Books) -> None:
    """From a plan to debts that are paid, through another version, to a lapse."""
    office = Office(ledger)
    assert (verified(ledger).good, verified(ledger).cases) == (True, 1)
    office.do("revise", "li", plan=plan_of(9_000_000))
    office.do("publish", "li", "plan", "area_list", "quote", "notice")
    office.voted()
    firm = {"contractor": "Swift Lifts", "amount_fen": 9_000_000}
    office.do("contract", "li", "contract", "contractor_licence", **firm)
    office.do("apply", "li", "application")
    office.do("approve", "he", "approval")
    office.do("file", "bo", "filing_receipt")
    assert office.case.purse.owed_fen > 0
    assert verified(ledger).good
    office.do("pay", "cu", "payment_voucher", amount_fen=300_000)
    owing = next(line for line in office.case.purse.lines if line.owed_fen)
    office.do("receive", "cu", household=owing.household, amount_fen=owing.owed_fen - 1)
    assert verified(ledger).good
    office.now_ms += 366 * DAY_MS
    lapse(ledger, now_ms=office.now_ms)
    assert (office.case.stage, verified(ledger).good) == ("expired", True)


def test_what_was_reserved_and_given_back_is_nothing(ledger: Books) -> None:
    """Another version of the plan, and the case given up."""
    office = Office(ledger).published().voted().approved()
    office.do("revise", "li", plan=plan_of(700_000, version=2))
    assert verified(ledger).good
    office.do("withdraw", "li", text="no need")
    assert verified(ledger).good


@pytest.mark.parametrize(
    ("line", "purse", "why"),
    [
        ({"principal_fen": 61}, {}, "clearing: its purse says 100 fen, the entries come to 70"),
        ({}, {"paid_fen": 31}, "clearing: its purse says 69 fen, the entries come to 70"),
        ({"household": "1202"}, {"paid_fen": 30}, "owed by 1201: its purse says 0 fen"),
        ({"share_fen": 110, "principal_fen": 50}, {"paid_fen": 40}, "owed by 1201: its purse"),
        (
            {"share_fen": 90, "principal_fen": 50},
            {"paid_fen": 30, "subsidy_fen": 10},
            "subsidy: its purse says 10 fen, the entries come to 0",
        ),
        ({"principal_fen": 70, "share_fen": 110}, {"paid_fen": 40}, "paid: its purse says 40"),
    ],
)
def test_a_purse_that_says_otherwise_is_named(
    ledger: Books, line: dict[str, Any], purse: dict[str, int], why: str
) -> None:
    """Whatever of it is otherwise, with the newest entry of its case."""
    booked(
        ledger,
        deposit("1", 60),
        draft(
            "reserve",
            "2",
            principal_1201=60,
            receivable_1201=40,
            clearing_c1=-100,
            case="c1",
        ),
        draft("pay", "3", clearing_c1=30, bank=-30, case="c1"),
        deposit("4", 5, "1202"),
    )
    given = {"household": "1201", "payer": "1201", "share_fen": 100, "principal_fen": 60}
    kept_case(ledger, "c1", Line(**given | line), **purse)
    verdict = verified(ledger)
    assert (verdict.good, verdict.wrong, verdict.damage) == (False, None, ())
    assert verdict.unlike is not None
    assert verdict.unlike[:2] == ("case c1", 3)
    assert verdict.unlike.why.startswith(why)
    assert verify_books(ledger, keys=(KEY,)).good  # the books alone


def test_a_case_that_is_not_there_is_named(ledger: Books) -> None:
    """Money of no case, and a purse without entries; the first by its id of those that are kept."""
    booked(ledger, deposit("1", 60))
    assert verified(ledger).good
    kept_case(ledger, "c2", LINE)
    kept_case(ledger, "c3", LINE)
    assert verified(ledger).unlike == (
        "case c2",
        0,
        "clearing: its purse says 100 fen, the entries come to 0",
    )
    other = Line(household="1201", payer="1201", share_fen=0)
    booked(ledger, draft("reserve", "2", principal_1201=60, clearing_c9=-60, case="c9"))
    assert verified(ledger).unlike is not None
    kept_case(ledger, "c0", other)
    found = verified(ledger).unlike
    assert found is not None
    assert found.name == "case c2"


def test_money_of_no_case_is_named(ledger: Books) -> None:
    """And that of a case of another building, though its name is the same."""
    kept_case(ledger, "c1")
    here = account("principal", "1201", "8")
    legs_in = [(account("bank", "ccb", "8").id, 60), (here.id, -60)]
    legs_out = [(here.id, 60), (account("clearing", "c1", "8").id, -60)]
    booked(
        ledger,
        draft("deposit", "1", of=[Leg(*one) for one in legs_in]),
        draft("reserve", "2", of=[Leg(*one) for one in legs_out], case="c1"),
    )
    why = "clearing: no case is kept, the entries come to 60"
    assert verified(ledger).unlike == ("case c1", 2, why)


def test_a_debt_paid_beside_its_case_is_named(ledger: Books) -> None:
    """Another debt of the household may be paid: what it owed when the books began."""
    home = account("principal", "1201")
    booked(
        ledger,
        draft("opening", "1", receivable_1201=25, principal_1202=-25, second="p-wang"),
        deposit("2", 60),
        draft("reserve", "3", principal_1201=60, receivable_1201=40, clearing_c1=-100, case="c1"),
    )
    kept_case(ledger, "c1", LINE)
    given = {"day": 20_514, "at_ms": MONDAY_MS, "person": "p"}
    with ledger.begin() as work:
        pay_in(work, home, 25, bank="ccb", key="paid-0001", **given)
    assert verified(ledger).good
    with ledger.begin() as work:
        pay_in(work, home, 1, bank="ccb", key="paid-0002", **given)
    why = "holds 39 fen, and 40 are owed to cases: paid beside them"
    assert verified(ledger).unlike == (name("receivable", "1201"), 0, why)


def test_who_moves_meanwhile_wrongs_nobody(ledger: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case is read between two looks at the head: what is booked between them is seen, or the
    page is read again; what comes behind is not looked at."""
    office = Office(ledger).published().voted()
    firm = {"contractor": "Swift Lifts", "amount_fen": 800_000}
    office.do("contract", "li", "contract", "contractor_licence", **firm)
    office.do("apply", "li", "application")
    read, left = ledger.fund_cases, [7]

    def reading(*args: Any, **given: Any) -> Any:
        found = read(*args, **given)
        if left[0] == 7:
            office.do("approve", "he", "approval")
            office.do("file", "bo", "filing_receipt")
        if left[0]:  # somebody pays whenever we look
            left[0] -= 1
            office.do("pay", "cu", "payment_voucher", amount_fen=10)
        return found

    monkeypatch.setattr(ledger, "fund_cases", reading)
    before = ledger.fund_head().n
    verdict = verified(ledger)
    assert (verdict.good, verdict.cases, left) == (True, 1, [0])
    assert verdict.entries == before + 8
    pages = pages_of(ledger)
    assert [len(one.held) for one in pages] == [1, 0]
    office.do("pay", "cu", "payment_voucher", amount_fen=10)
    compared = Compared(pages)
    assert not any(compared.take(one) for one in ledger.fund_journal(ledger.fund_head().n))


def test_a_case_changed_by_hand_is_found(shared_ledger: SqlBooks) -> None:
    """As somebody who may write the database, and has put the triggers aside."""
    office = Office(shared_ledger).published().voted().approved()
    assert verified(shared_ledger).good
    flat = FLATS[0].id
    off = {
        "sqlite": "DROP TRIGGER fund_case_follows",
        "postgresql": "ALTER TABLE fund_case DISABLE TRIGGER USER",
    }[shared_ledger.engine.dialect.name]
    held = next(one for one in office.case.purse.lines if one.household == flat).principal_fen
    change = f"UPDATE fund_case SET data = REPLACE(data, '\"principal_fen\":{held}', '{{}}')"
    by_hand(shared_ledger, off, change.format(f'"principal_fen":{held + 1}'))
    found = verified(shared_ledger).unlike
    assert found is not None
    assert found.name == f"case {ID}"
    by_hand(shared_ledger, "UPDATE fund_case SET data = 'nonsense'")
    verdict = verified(shared_ledger)
    assert not verdict.good
    assert verdict.damage[0].startswith("a case cannot be read: a case of the fund is damaged")

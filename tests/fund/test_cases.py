"""Stories of cases: each path from proposal to disclosure, and what may not be."""

import pytest

from liftwatch.clock import DAY_MS
from liftwatch.fund.disclosure import allocation, expenditure
from liftwatch.fund.refusals import CannotMove, NotYours, OverLimit, Refused, Untold
from liftwatch.fund.scope import Household, Scope
from liftwatch.fund.steps import RESERVED_MS
from tests.fund.desk import ENGINE, FLATS, Desk, plan_of

LAST = ("payment_voucher", "invoice")


def test_an_ordinary_case_from_plan_to_disclosure() -> None:
    """Vote, advance, acceptance, audit below the budget, final payment, allocation."""
    desk = Desk().until("approved")
    assert desk.books.of("clearing", "c1") == 800_000
    desk.do("file", "bo", "filing_receipt")
    assert desk.do("pay", "cu", "payment_voucher", amount_fen=500_000) == ["pay"]
    desk.wait(20)
    desk.accept()
    desk.do("audit", "au", "audit_report", amount_fen=750_001)
    assert desk.do("pay", "cu", *LAST, amount_fen=250_001) == ["pay"]
    assert "release" in desk.do("settle", "cu", "allocation_table")
    desk.do("disclose", "he", "publication")
    assert desk.case.stage == "disclosed"
    assert desk.books.of("clearing") == desk.books.of("receivable") == 0
    assert desk.books.of("bank") == 6_000_000 - 750_001
    rows = allocation(desk.case, {})
    assert sum(row.share_fen for row in rows) == expenditure(desk.case).audited_fen == 750_001
    assert all(
        desk.books.of("principal", row.household) == 1_000_000 - row.share_fen for row in rows
    )


def test_an_emergency_needs_a_proof_and_no_vote() -> None:
    """Inspector, committee, custodian, auditor and the sub-district's witness."""
    desk = Desk("emergency").until("published")
    with pytest.raises(CannotMove, match="no move of the path"):
        desk.vote()
    with pytest.raises(Untold, match="proven by one of"):
        desk.do("prove", "in", "photo")
    with pytest.raises(NotYours, match="word of another role"):
        desk.do("prove", "su", "technical_review")
    desk.do("prove", "su", "street_certificate")
    assert desk.case.stage == "authorised"
    done = Desk("emergency").until("audited")
    done.do("pay", "cu", *LAST, amount_fen=800_000)
    done.do("settle", "cu", "allocation_table")
    done.do("disclose", "li", "publication")
    assert done.case.accepted_by == ("property", "committee", "street")


def test_an_insurer_that_paid_ahead_comes_first() -> None:
    """Nothing is paid before the audit; then the insurer, then who did the rest."""
    desk = Desk("insurance_advance").until("approved")
    desk.do("file", "bo", "filing_receipt")
    desk.do("insure", "li", "insurer_voucher", amount_fen=600_000)
    with pytest.raises(OverLimit, match="800000"):
        desk.do("insure", "li", "insurer_voucher", amount_fen=200_001)
    with pytest.raises(CannotMove, match="once the cost is audited"):
        desk.do("pay", "cu", "payment_voucher", amount_fen=100)
    full = Desk("insurance_advance").until("approved")
    full.do("insure", "li", "insurer_voucher", amount_fen=800_000)
    desk.accept()
    assert desk.do("audit", "au", "audit_report", amount_fen=700_000) == ["advance"]
    assert desk.books.of("insurer", "c1") == 600_000
    with pytest.raises(OverLimit, match="600000 fen are due to it"):
        desk.do("pay", "cu", *LAST, amount_fen=600_001)
    assert desk.do("pay", "cu", *LAST, amount_fen=600_000) == ["reimburse"]
    assert desk.do("pay", "cu", *LAST, amount_fen=100_000) == ["pay"]
    desk.do("settle", "cu", "allocation_table")
    assert desk.books.of("insurer") == desk.books.of("clearing") == 0


def test_what_an_insurer_is_owed_does_not_lapse() -> None:
    """A year is no reason not to pay back."""
    desk = Desk("insurance_advance").until("approved")
    desk.do("insure", "li", "insurer_voucher", amount_fen=600_000)
    desk.do("file", "bo", "filing_receipt")
    desk.accept()
    desk.do("audit", "au", "audit_report", amount_fen=500_000)
    desk.wait(500)
    with pytest.raises(CannotMove, match="not over"):
        desk.do("expire", ENGINE)
    assert desk.do("pay", "cu", *LAST, amount_fen=500_000) == ["reimburse"]


def test_a_subsidy_pays_before_households() -> None:
    """What it does not need goes back to its programme."""
    plan = plan_of(1_000_000, subsidy_fen=900_000, major=True)
    desk = Desk("bond_subsidy", subsidy_fen=2_000_000).until(
        "audited", plan=plan, audited_fen=850_000
    )
    assert desk.books.of("clearing", "c1") == 1_000_000
    desk.do("pay", "cu", *LAST, amount_fen=850_000)
    desk.do("settle", "cu", "allocation_table")
    assert desk.books.of("subsidy", "bond") == 1_150_000
    assert desk.books.of("principal") == 6_000_000
    assert {row.share_fen for row in allocation(desk.case, {})} == {0}


def test_a_subsidy_is_not_given_twice() -> None:
    """More than lies there is refused; and it belongs to its path."""
    plan = plan_of(1_000_000, subsidy_fen=900_000)
    desk = Desk("bond_subsidy", subsidy_fen=899_999).until("applied", plan=plan)
    with pytest.raises(OverLimit, match="899999"):
        desk.do("approve", "he", "approval")
    with pytest.raises(Untold, match="belongs to the path"):
        Desk().until("draft", plan=plan)
    with pytest.raises(Untold, match="belongs to the path"):
        Desk("bond_subsidy").until("draft")


def test_whoever_is_short_owes_and_the_bill_waits_for_it() -> None:
    """No other household pays for it: not with a fen, not for a day."""
    unsold = Household(id="7-401", area_dm2=9_000, developer="Lake Homes")
    flats = (*FLATS, unsold)
    plan = plan_of(scope=Scope(households=flats))
    desk = Desk(households=flats).until("audited", plan=plan)
    (share,) = (line for line in desk.case.purse.lines if line.household == "7-401")
    assert share.payer == "developer:Lake Homes"
    assert share.owed_fen == share.share_fen == desk.books.of("receivable", "7-401")
    rest = 800_000 - share.owed_fen
    with pytest.raises(OverLimit, match="no more is paid"):
        desk.do("pay", "cu", *LAST, amount_fen=rest + 1)
    desk.do("pay", "cu", *LAST, amount_fen=rest - 1)
    with pytest.raises(CannotMove, match="1 fen of the bill can still be paid"):
        desk.do("settle", "cu", "allocation_table")
    desk.do("pay", "cu", *LAST, amount_fen=1)
    desk.do("settle", "cu", "allocation_table")
    with pytest.raises(OverLimit):
        desk.do("receive", "cu", household="7-401", amount_fen=share.owed_fen + 1)
    desk.do("receive", "cu", household="7-401", amount_fen=share.owed_fen)
    desk.do("pay", "cu", *LAST, amount_fen=share.owed_fen)
    assert desk.books.of("clearing") == desk.books.of("receivable") == 0


def test_a_payment_before_its_documents_is_none() -> None:
    """Each paper in its turn: voucher, filing, acceptance, audit, invoice."""
    desk = Desk().until("approved")
    with pytest.raises(Untold, match="needs the document filing_receipt"):
        desk.do("pay", "cu", "payment_voucher", amount_fen=1)
    desk.do("file", "bo", "filing_receipt")
    with pytest.raises(Untold, match="needs the document payment_voucher"):
        desk.do("pay", "cu", amount_fen=1)
    desk.do("pay", "cu", "payment_voucher", amount_fen=1)
    with pytest.raises(Untold, match="needs the document payment_voucher"):
        desk.do("pay", "cu", amount_fen=1)
    with pytest.raises(Untold, match="needs the document acceptance_sheet"):
        desk.do("accept", "li")
    desk.accept()
    with pytest.raises(CannotMove, match="pay does not follow accepted"):
        desk.do("pay", "cu", "payment_voucher", amount_fen=1)
    with pytest.raises(Untold, match="needs the document audit_report"):
        desk.do("audit", "au", amount_fen=5)
    desk.do("audit", "au", "audit_report", amount_fen=800_000)
    with pytest.raises(Untold, match="needs the document invoice"):
        desk.do("pay", "cu", "payment_voucher", amount_fen=1)
    old = desk.paper("payment_voucher", days_ago=1)
    with pytest.raises(Untold, match="before the audit"):
        desk.do("pay", "cu", documents=(old, desk.paper("invoice")), amount_fen=1)
    desk.wait(3)
    desk.do("file", "li", "photo")
    late = (desk.paper("payment_voucher", days_ago=2), desk.paper("invoice"))
    desk.do("pay", "cu", documents=late, amount_fen=1)


def test_a_payment_above_what_is_allowed_is_none() -> None:
    """70 % before the audit; never a fen above the audited amount; nor of no amount at all."""
    for contract_fen in (800_001, 0):
        with pytest.raises(Refused):
            Desk().until("contracted", contract_fen=contract_fen)
    desk = Desk().until("filed", contract_fen=700_001)
    with pytest.raises(OverLimit, match="at most 490000 fen"):
        desk.do("pay", "cu", "payment_voucher", amount_fen=490_001)
    desk.do("pay", "cu", "payment_voucher", amount_fen=490_000)
    with pytest.raises(OverLimit):
        desk.do("pay", "cu", "payment_voucher", amount_fen=1)
    desk.accept()
    with pytest.raises(OverLimit, match="what is above it"):
        desk.do("audit", "au", "audit_report", amount_fen=800_001)
    desk.do("audit", "au", "audit_report", amount_fen=600_000)
    with pytest.raises(OverLimit, match="audited amount is 600000"):
        desk.do("pay", "cu", *LAST, amount_fen=110_001)
    desk.do("pay", "cu", *LAST, amount_fen=110_000)
    with pytest.raises(OverLimit):
        desk.do("pay", "cu", *LAST, amount_fen=1)
    for amount in (0, -1, 0.5, 1.0, True, "1", 2**53, None):
        with pytest.raises(Untold):
            desk.do("pay", "cu", *LAST, amount_fen=amount)


def test_an_advance_above_the_audit_comes_back_first() -> None:
    """Nothing is settled while the contractor has too much."""
    desk = Desk().until("filed")
    desk.do("pay", "cu", "payment_voucher", amount_fen=500_000)
    desk.accept()
    desk.do("audit", "au", "audit_report", amount_fen=450_000)
    with pytest.raises(OverLimit, match="50000 fen were paid above"):
        desk.do("settle", "cu", "allocation_table")
    with pytest.raises(OverLimit, match="500000"):
        desk.do("give_back", "cu", "return_voucher", amount_fen=500_001)
    again = Desk().until("filed")
    again.do("pay", "cu", "payment_voucher", amount_fen=500_000)
    again.do("give_back", "cu", "return_voucher", amount_fen=500_000)
    assert again.books.of("clearing") == 800_000
    desk.do("give_back", "cu", "return_voucher", amount_fen=50_000)
    desk.do("settle", "cu", "allocation_table")
    assert desk.books.of("clearing") == 0
    assert desk.books.of("bank") == 6_000_000 - 450_000


def test_an_expired_case_pays_nobody() -> None:
    """From the moment its time is over, though the engine comes later; what was paid stays paid."""
    desk = Desk().until("filed")
    desk.do("pay", "cu", "payment_voucher", amount_fen=300_000)
    approved_ms = desk.case.approved_ms
    assert approved_ms is not None
    desk.now_ms = approved_ms + RESERVED_MS - 1
    with pytest.raises(CannotMove, match="not over"):
        desk.do("expire", ENGINE)
    desk.do("pay", "cu", "payment_voucher", amount_fen=1)
    desk.now_ms += 1
    for name in ("pay", "accept"):
        with pytest.raises(CannotMove, match="time of this case is over"):
            desk.do(name, "cu", "payment_voucher", amount_fen=1)
    with pytest.raises(NotYours, match="not for the role"):
        desk.do("expire", "cu")
    desk.do("expire", ENGINE)
    assert desk.books.of("bank") == 6_000_000 - 300_001 == desk.books.of("principal")
    desk.now_ms -= 300 * DAY_MS  # a clock set back revives nothing
    with pytest.raises(CannotMove):
        desk.do("pay", "cu", "payment_voucher", amount_fen=1)


def test_a_clock_set_back_does_not_undo_a_lapse() -> None:
    """A move noted after the lapse keeps the time where it was."""
    desk = Desk().until("filed")
    desk.wait(400)
    desk.do("file", "li", "photo")
    desk.wait(-400)
    with pytest.raises(CannotMove, match="time of this case is over"):
        desk.do("pay", "cu", "payment_voucher", amount_fen=1)

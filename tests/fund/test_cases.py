"""Stories of cases: each path from proposal to disclosure, and what may not be."""

import re

import pytest
from msgspec import structs

from liftwatch.clock import DAY_MS
from liftwatch.fund.acts import ACTS
from liftwatch.fund.case import By
from liftwatch.fund.disclosure import allocation, expenditure
from liftwatch.fund.moves import moves_from
from liftwatch.fund.refusals import (
    CannotMove,
    Ineligible,
    NotYours,
    OverLimit,
    Refused,
    Untold,
)
from liftwatch.fund.scope import Household, Scope
from liftwatch.fund.steps import RESERVED_MS, STEPS
from tests.fund.desk import CLAIM, ENGINE, FLATS, PEOPLE, Desk, outcome_of, plan_of

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


def test_a_payment_above_what_is_allowed_is_none() -> None:
    """70 % before the audit; never a fen above the audited amount; nor of no amount at all."""
    desk = Desk().until("filed", contract_fen=700_001)
    with pytest.raises(OverLimit, match="at most 490000 fen"):
        desk.do("pay", "cu", "payment_voucher", amount_fen=490_001)
    desk.do("pay", "cu", "payment_voucher", amount_fen=490_000)
    with pytest.raises(OverLimit):
        desk.do("pay", "cu", "payment_voucher", amount_fen=1)
    desk.accept()
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


def test_a_changed_plan_needs_a_new_vote() -> None:
    """Also when it goes back to what had been voted on."""
    desk = Desk().until("applied")
    old = desk.case
    with pytest.raises(Untold, match="next version of this plan is 2"):
        desk.do("revise", "li", plan=plan_of(900_000))
    desk.do("revise", "li", plan=plan_of(version=2))
    assert desk.case.stage == "draft"
    with pytest.raises(CannotMove):
        desk.do("approve", "he", "approval")
    with pytest.raises(Untold, match="needs the document plan"):
        desk.do("publish", "li")
    desk.do("publish", "li", "plan", "area_list", "notice")  # the quote still holds
    desk.wait(8)
    assert old.outcome is not None
    for outcome in (old.outcome, outcome_of(old, at_ms=desk.now_ms)):
        with pytest.raises(CannotMove, match="another version"):
            desk.do("vote", "li", "result_notice", outcome=outcome)
    desk.do("vote", "li", "result_notice", outcome=outcome_of(desk.case, at_ms=desk.now_ms))
    assert desk.case.stage == "authorised"


def test_nobody_builds_first_and_asks_then() -> None:
    """Once work has begun its plan is the one that was voted on; an emergency's may change."""
    desk = Desk().until("filed")
    desk.do("file", "li", "work_start")
    with pytest.raises(CannotMove, match="the work has begun"):
        desk.do("revise", "li", plan=plan_of(version=2))
    quick = Desk("emergency").until("filed")
    quick.do("file", "li", "work_start")
    quick.do("revise", "li", plan=plan_of(version=2))
    quick.do("publish", "li", "plan", "area_list", "notice")
    with pytest.raises(Untold, match="proven by one of"):
        quick.do("prove", "in")  # the review was of the plan before
    quick.do("file", "su", "street_certificate")
    quick.do("prove", "su")
    signed = Desk("emergency").until("filed")
    signed.do("accept", "li", "acceptance_sheet")
    with pytest.raises(CannotMove, match="the work has begun"):
        signed.do("revise", "li", plan=plan_of(version=2))


def test_a_plan_changed_after_approval_gives_the_money_back() -> None:
    """Before anything was paid; afterwards what is more is a case of its own."""
    desk = Desk().until("filed")
    assert desk.do("revise", "li", plan=plan_of(version=2)) == ["release"]
    assert desk.books.of("principal") == 6_000_000
    paid = Desk().until("filed")
    paid.do("pay", "cu", "payment_voucher", amount_fen=1)
    for name, told in (("revise", {"plan": plan_of(version=2)}), ("withdraw", {"text": "no"})):
        with pytest.raises(CannotMove, match="a case of its own"):
            paid.do(name, "li", **told)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"case": "c2"}, "no vote on this case"),
        ({"plan": "0" * 64}, "another version"),
        ({"scope": "0" * 64}, "another version"),
        ({"opens_ms": 0}, "hangs out 7 days"),
    ],
)
def test_a_vote_on_something_else_is_none(given: dict[str, object], why: str) -> None:
    """Another case, plan or scope, or one that began before the plan hung out."""
    desk = Desk().until("published")
    with pytest.raises(Refused, match=why):
        desk.vote(**given)


def test_a_vote_ends_a_week_after_the_plan_was_published() -> None:
    """A day too soon is too soon; and on another kind of act it is another vote."""
    desk = Desk().until("published")
    desk.wait(5)
    soon = outcome_of(desk.case, at_ms=desk.now_ms)
    with pytest.raises(CannotMove, match="7 days"):
        desk.do("vote", "li", "result_notice", outcome=soon)
    desk.wait(2)
    late = outcome_of(desk.case, at_ms=desk.now_ms)
    other = structs.replace(late, tally=structs.replace(late.tally, act="raise"))
    with pytest.raises(CannotMove, match="another kind"):
        desk.do("vote", "li", "result_notice", outcome=other)
    early = desk.paper("result_notice", days_ago=1)
    with pytest.raises(Untold, match="before the vote ended"):
        desk.do("vote", "li", documents=(early,), outcome=late)
    desk.do("vote", "li", "result_notice", outcome=late)


def test_a_vote_that_fails_ends_it_until_there_is_another_plan() -> None:
    """Nothing follows a refusal but another version."""
    desk = Desk().until("published")
    desk.vote("against")
    assert desk.case.stage == "refused"
    assert set(moves_from(desk.case, by=PEOPLE["li"], now_ms=desk.now_ms)) == {
        "file",
        "revise",
        "withdraw",
    }
    desk.do("revise", "li", plan=plan_of(700_000, version=2))
    desk.do("publish", "li", "plan", "area_list", "notice")
    desk.vote()
    assert desk.case.stage == "authorised"


def test_one_document_never_stands_twice() -> None:
    """Not in two cases, not twice in one, not twice in one move."""
    desk = Desk().until("draft")
    one = desk.paper("quote")
    desk.do("file", "li", documents=(one,))
    for documents in ((one,), (structs.replace(one, kind="photo"),)):
        with pytest.raises(Untold, match="stands in case this already"):
            desk.do("file", "li", documents=documents)
    other = desk.paper("quote")
    with pytest.raises(Untold, match="case this already"):
        desk.do("file", "li", documents=(other, other))
    desk.used = {other.sha256: "c9"}
    with pytest.raises(Untold, match="stands in case c9 already"):
        desk.do("file", "li", documents=(other,))
    assert len(desk.case.documents) == 1


def test_dates_lie_in_lawful_order() -> None:
    """No contract before its vote, no work either; in an emergency work may come first."""
    desk = Desk().until("authorised")
    old = desk.paper("contract", days_ago=5)
    papers = (old, desk.paper("contractor_licence"))
    with pytest.raises(Untold, match=r"contract of .* lies before result_notice") as caught:
        desk.do("contract", "li", documents=papers, contractor="Swift", amount_fen=5)
    assert caught.value.rule == "165号令, art. 22"
    with pytest.raises(Untold, match="work_start of"):
        desk.do("file", "li", documents=(desk.paper("work_start", days_ago=5),))
    with pytest.raises(Untold, match="not dated in the future"):
        desk.do("file", "li", documents=(desk.paper("photo", days_ago=-1),))
    quick = Desk("emergency").until("authorised")
    quick.do("file", "li", documents=(quick.paper("work_start", days_ago=2),))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"common_part": False}, "281"),
        ({"of_building": False}, "art. 20"),
        ({"warranty_until": 20_000}, "art. 53"),
        ({"cause": "utility"}, r"25\(2\)"),
        ({"tortfeasor": True}, r"25\(3\)"),
        ({"cause": "man_made"}, r"25\(3\)"),
    ],
)
def test_what_the_fund_does_not_pay_is_refused_with_its_rule(
    change: dict[str, object], rule: str
) -> None:
    """Before the plan is published, whoever voted for it."""
    desk = Desk().until("draft", plan=plan_of(claim=structs.replace(CLAIM, **change)))
    with pytest.raises(Ineligible) as caught:
        desk.do("publish", "li", "plan", "area_list", "quote", "notice")
    assert re.search(rule, caught.value.rule)


def test_four_eyes_are_of_different_people_and_organisations() -> None:
    """Whoever asked neither allows, proves, audits nor pays; nor do their colleagues."""
    desk = Desk().until("applied")
    li = PEOPLE["li"]
    for name, role in (("approve", "committee"), ("audit", "auditor"), ("pay", "custodian")):
        for by in (
            structs.replace(li, role=role, organisation="Elsewhere"),
            By(person="colleague", organisation=li.organisation, role=role),
        ):
            assert name not in moves_from(desk.case, by=by, now_ms=desk.now_ms)
    with pytest.raises(NotYours, match="you did revise"):
        desk.do("approve", By(person="li", organisation="X", role="committee"), "approval")
    with pytest.raises(NotYours, match="your organisation did revise"):
        desk.do("approve", By(person="y", organisation=li.organisation, role="bureau"), "approval")
    desk.do("approve", "he", "approval")
    desk.do("file", "bo", "filing_receipt")
    he = structs.replace(PEOPLE["he"], role="custodian")
    with pytest.raises(NotYours, match="you did approve"):
        desk.do("pay", he, "payment_voucher", amount_fen=1)


def test_who_signs_is_of_different_organisations_and_has_not_decided() -> None:
    """Another person of the committee may; the one who approved may not."""
    desk = Desk().until("approved")
    with pytest.raises(NotYours, match="you did approve"):
        desk.do("accept", "he", "acceptance_sheet")
    desk.do("accept", "li", "acceptance_sheet")
    with pytest.raises(NotYours, match="signed already"):
        desk.do("accept", By(person="x", organisation="Y", role="property"))
    with pytest.raises(NotYours, match="different organisations"):
        desk.do("accept", By(person="x", organisation="Lakeside Property", role="committee"))
    with pytest.raises(NotYours, match="not for the role street"):
        desk.do("accept", "su")
    desk.do("accept", By(person="x", organisation="Owners of Garden", role="committee"))
    assert desk.case.stage == "accepted"


def test_the_contractor_has_no_hand_in_its_own_case() -> None:
    """Neither before nor after it was chosen."""
    desk = Desk().until("authorised")
    for firm in ("Lakeside Property", "Owners of Garden"):
        if firm == "Owners of Garden":
            desk.do("file", "he", "photo")
        with pytest.raises(NotYours, match="contractor"):
            desk.do(
                "contract", "li", "contract", "contractor_licence", contractor=firm, amount_fen=5
            )
    other = Desk().until("accepted")
    with pytest.raises(NotYours, match="contractor"):
        other.do(
            "audit",
            By(person="z", organisation="Swift Lifts", role="auditor"),
            "audit_report",
            amount_fen=5,
        )


def test_no_machine_moves_a_case() -> None:
    """It may let one lapse, and nothing else, wherever the case stands."""
    for stage in ("draft", "published", "applied", "approved", "accepted", "audited"):
        desk = Desk().until(stage)
        assert moves_from(desk.case, by=ENGINE, now_ms=desk.now_ms) == ()
    admin = By(person="root", organisation=None, role="admin")
    assert moves_from(desk.case, by=admin, now_ms=desk.now_ms) == ()


def test_before_the_transfer_the_bureau_allows() -> None:
    """No committee yet; then nothing is filed with it either."""
    desk = Desk(custody="bureau").until("applied")
    with pytest.raises(NotYours, match="not for the role committee"):
        desk.do("approve", "he", "approval")
    desk.do("approve", "bo", "approval")
    desk.do("pay", "cu", "payment_voucher", amount_fen=1)


def test_a_committee_that_asks_is_allowed_by_the_bureau() -> None:
    """After the transfer, too: nobody allows their own wish."""
    desk = Desk().until("authorised")
    desk.do(
        "contract", "he", "contract", "contractor_licence", contractor="Swift", amount_fen=800_000
    )
    desk.do("apply", "he", "application")
    other = By(person="x", organisation="Owners of Garden", role="committee")
    with pytest.raises(NotYours, match="your organisation did contract"):
        desk.do("approve", other, "approval")
    desk.do("approve", "bo", "approval")


def test_a_draft_may_take_another_path_before_it_has_a_plan() -> None:
    """So that a lift's evidence goes along."""
    desk = Desk()
    desk.do("file", "li", "fault_history")
    with pytest.raises(Untold, match="programme"):
        desk.do("choose", "li", path="bond_subsidy")
    with pytest.raises(Untold, match="no path"):
        desk.do("choose", "li", path="quick")
    desk.do("choose", "li", path="emergency")
    desk.until("authorised")
    assert {one.kind for one in desk.case.papers} >= {"fault_history", "technical_review"}
    with pytest.raises(CannotMove):
        desk.do("choose", "li", path="ordinary")


def test_a_major_repair_is_inspected_before_it_is_accepted() -> None:
    """Special Equipment Safety Law, art. 25."""
    desk = Desk().until("filed", plan=plan_of(major=True))
    with pytest.raises(Untold, match="inspection_certificate"):
        desk.do("accept", "li", "acceptance_sheet")
    desk.do("accept", "li", "acceptance_sheet", "inspection_certificate")


def test_a_split_by_agreement_needs_the_agreement() -> None:
    """Its hash in the scope, the paper in the case; who is left out pays nothing and votes."""
    weights = {one.id: one.area_dm2 for one in FLATS if not one.id.startswith("7-1")}
    bare = Scope(households=FLATS, weights=weights)
    with pytest.raises(Untold, match="agreement of the owners"):
        Desk().until("draft", plan=plan_of(scope=bare))
    scope = structs.replace(bare, agreement="ab" * 32)
    desk = Desk()
    desk.do("revise", "li", plan=plan_of(scope=scope))
    with pytest.raises(Untold, match="document agreement"):
        desk.do("publish", "li", "plan", "area_list", "quote", "notice")
    desk.do("publish", "li", "plan", "area_list", "quote", "notice", "agreement")
    desk.vote()
    assert desk.case.outcome is not None
    assert desk.case.outcome.tally.heads_all == len(FLATS)


def test_every_row_of_the_table_has_an_act_and_words() -> None:
    """And a role, unless only the clock makes it."""
    assert set(ACTS) == set(STEPS)
    assert all(row.what and (row.roles or row.name == "expire") for row in STEPS.values())

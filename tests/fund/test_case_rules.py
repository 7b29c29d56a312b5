"""What the rules say of a case: plans and votes, papers and dates, who may, who signs."""

import re

import pytest
from msgspec import structs

from liftwatch.fund.acts import ACTS
from liftwatch.fund.case import By
from liftwatch.fund.documents import DOCUMENTS_MAX
from liftwatch.fund.moves import DONE_MAX, moves_from, open_case
from liftwatch.fund.refusals import (
    CannotMove,
    Ineligible,
    NotYours,
    Refused,
    Untold,
)
from liftwatch.fund.scope import Scope
from liftwatch.fund.steps import STEPS
from tests.fund.desk import CLAIM, ENGINE, FLATS, PEOPLE, Desk, outcome_of, plan_of


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
        with pytest.raises(Untold, match="stands in this case already"):
            desk.do("file", "li", documents=documents)
    other = desk.paper("quote")
    with pytest.raises(Untold, match="this case already"):
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
    with pytest.raises(NotYours, match="say which"):
        desk.do("approve", By(person="y", role="bureau"), "approval")
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
    desk.do("choose", "li", path="bond_subsidy", programme="bond")
    assert desk.case.place.programme == "bond"
    desk.do("choose", "li", path="emergency")
    desk.until("authorised")
    assert {one.kind for one in desk.case.papers} >= {"fault_history", "technical_review"}
    with pytest.raises(CannotMove):
        desk.do("choose", "li", path="ordinary")
    planned = Desk().until("draft")
    with pytest.raises(CannotMove, match="before there is a plan"):
        planned.do("choose", "li", path="emergency")


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
    papers = ("plan", "area_list", "quote", "notice")
    with pytest.raises(Untold, match="that the plan names is not among the papers"):
        desk.do("publish", "li", *papers, "agreement")
    agreement = structs.replace(desk.paper("agreement"), sha256="ab" * 32)
    desk.do("file", "li", documents=(agreement,))
    desk.do("publish", "li", *papers)
    desk.vote()
    assert desk.case.outcome is not None
    assert desk.case.outcome.tally.heads_all == len(FLATS)


def test_every_row_of_the_table_has_an_act_and_words() -> None:
    """And a role, unless only the clock makes it."""
    assert set(ACTS) == set(STEPS)
    assert all(row.what and (row.roles or row.name == "expire") for row in STEPS.values())


@pytest.mark.parametrize(
    ("stage", "name", "who", "told", "why"),
    [
        ("applied", "refuse", "he", {}, "text is missing"),
        ("applied", "refuse", "he", {"text": ""}, "text is missing"),
        ("applied", "refuse", "he", {"text": "  "}, "text has"),
        ("applied", "refuse", "he", {"text": "x" * 1001}, "text has"),
        ("applied", "withdraw", "li", {}, "text is missing"),
        ("authorised", "contract", "li", {"amount_fen": 5}, "contractor is missing"),
        ("authorised", "contract", "li", {"amount_fen": 5, "contractor": " "}, "contractor has"),
        ("approved", "receive", "cu", {"amount_fen": 5}, "household is missing"),
        ("draft", "file", "li", {}, "documents is missing"),
        ("draft", "revise", "li", {}, "plan is missing"),
        ("draft", "paint", "li", {}, "no move of a case"),
    ],
)
def test_what_belongs_to_a_move_is_told(
    stage: str, name: str, who: str, told: dict[str, object], why: str
) -> None:
    """A reason, a firm, a household, papers: none is empty, none is a book."""
    desk = Desk().until(stage)
    with pytest.raises(Refused, match=why):
        desk.do(name, who, **told)


def test_a_case_that_cannot_be_opened() -> None:
    """No such path, nobody who keeps the fund, a programme without a subsidy."""
    for path, custody, why in (
        ("quick", "bureau", "no path"),
        ("ordinary", "property", "bureau or the committee"),
    ):
        with pytest.raises(Untold, match=why):
            Desk(path, custody=custody)
    with pytest.raises(Untold, match="programme"):
        open_case(
            "c1",
            place=("320583", "garden", "7"),
            lift="L-7",
            path="ordinary",
            custody="bureau",
            bank="ccb",
            programme="bond",
            now_ms=0,
        )


def test_a_case_has_an_end_of_moves_and_of_papers() -> None:
    """Nobody fills it up; and it may still lapse then."""
    desk = Desk().until("filed")
    many = desk.case.done * (DONE_MAX // len(desk.case.done) + 1)
    desk.case = structs.replace(desk.case, done=many[: DONE_MAX - 1])
    desk.do("file", "li", "photo")
    with pytest.raises(CannotMove, match="at most 2000 moves"):
        desk.do("file", "li", "photo")
    desk.wait(400)
    desk.do("expire", ENGINE)
    other = Desk()
    papers = tuple(other.paper("photo") for _ in range(DOCUMENTS_MAX))
    with pytest.raises(Untold, match="at most 500 documents"):
        other.do("file", "li", documents=(*papers, other.paper("photo")))
    edge = structs.replace(papers[0], name="x" * 200, dated=0)
    other.do("file", "li", documents=(edge, *papers[1:]))
    with pytest.raises(Untold, match="at most 200 characters"):
        Desk().do("file", "li", documents=(structs.replace(papers[0], name="x" * 201),))
    for change in ({"sha256": "AB" * 32}, {"sha256": "ab"}, {"kind": "poem"}, {"dated": -1}):
        with pytest.raises(Untold):
            Desk().do("file", "li", documents=(structs.replace(papers[0], **change),))

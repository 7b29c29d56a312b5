"""Plans and what the fund does not pay, what is kept of a case, and the handbook."""

from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from liftwatch.fund.case import Case
from liftwatch.fund.documents import KINDS
from liftwatch.fund.drafts import POINTERS
from liftwatch.fund.eligibility import BY_NAME as BY_RULE
from liftwatch.fund.eligibility import Contract, Work, check_eligible
from liftwatch.fund.handbook import handbook
from liftwatch.fund.plans import Item, check_plan
from liftwatch.fund.refusals import Ineligible, Untold
from liftwatch.fund.scope import Scope
from liftwatch.fund.steps import STEPS
from liftwatch.fund.votes import ACTS as VOTE_ACTS
from tests.fund.desk import CLAIM, FLATS, Desk, plan_of


def test_the_handbook_is_current() -> None:
    """`make handbook` writes it anew; nothing of the tables is missing."""
    root = Path(__file__).parents[2]
    text = handbook()
    assert (root / "docs" / "fund-cases.md").read_text(encoding="utf-8") == text
    for name in (*STEPS, *KINDS, *BY_RULE, *VOTE_ACTS, *POINTERS):
        assert f"`{name}`" in text, name


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"act": "paint"}, "nothing a plan"),
        ({"act": "rules"}, "nothing a plan"),
        ({"items": ()}, "lines of work"),
        ({"items": (Item(code="brake", what="x", amount_fen=0),)}, "amount_fen is from"),
        ({"items": (Item(code="", what="x", amount_fen=5),)}, "has a code"),
        ({"items": (Item(code="x" * 33, what="x", amount_fen=5),)}, "has a code"),
        ({"cause": "x" * 501}, "cause has"),
        ({"items": (Item(code="x", what=" ", amount_fen=5),)}, "has a code"),
        ({"items": (Item(code="x", what="x" * 501, amount_fen=5),)}, "has a code"),
        ({"items": (Item(code="x", what="x", amount_fen=2**53 - 1),) * 2}, "budget_fen"),
        ({"items": (Item(code="new_lift", what="a lift", amount_fen=5),)}, "rebuilding"),
        ({"subsidy_fen": 800_001}, "subsidy_fen is from"),
        ({"subsidy_fen": -1}, "subsidy_fen is from"),
        ({"scope": Scope(households=())}, "households"),
        ({"version": True}, "whole number"),
    ],
)
def test_a_plan_that_cannot_be(change: dict[str, object], why: str) -> None:
    """No work, no price, no such act, more than can be counted."""
    with pytest.raises(Untold, match=why):
        check_plan(plan_of(**change))


def test_a_plan_is_known_by_all_it_says() -> None:
    """Whatever changes in it changes its digest; the order of households does not."""
    plan = plan_of()
    shuffled = structs.replace(plan, scope=Scope(households=FLATS[::-1]))
    assert shuffled.digest == plan.digest
    assert (
        plan.digest == "a011e4b395f64d6c9f1236a07de493e854f21a7df3fe2b1bab3aa40364317287"
    )  # on every machine, whatever the seed of its hashes
    others = {
        plan_of(version=2).digest,
        plan_of(800_001).digest,
        plan_of(major=True).digest,
        plan_of(cause="rust").digest,
        plan_of(claim=structs.replace(CLAIM, cause="age")).digest,
        plan_of(scope=Scope(households=FLATS[1:])).digest,
        plan_of(act="raise").digest,
    }
    assert len(others | {plan.digest}) == 8


@pytest.mark.parametrize("field", CLAIM.__struct_fields__)
def test_what_is_not_told_of_a_claim_is_asked(field: str) -> None:
    """Silence is no yes."""
    with pytest.raises(Untold, match=f"{field} is not told"):
        check_eligible(structs.replace(CLAIM, **{field: None}), plan_of().works)


def test_the_contract_of_maintenance_bears_what_it_covers() -> None:
    """By its work, or by the price of a part up to its limit, itself included."""
    with pytest.raises(Ineligible, match="covers it"):
        check_eligible(CLAIM, (Work("brake", 500), Work("lamp", 500)))
    half = structs.replace(CLAIM, contract=Contract(parts_up_to_fen=500))
    with pytest.raises(Ineligible, match="covers it") as caught:
        check_eligible(half, (Work("brake", 500),))
    assert caught.value.rule.startswith("165号令, art. 25(4)")
    check_eligible(half, (Work("brake", 501),))
    never = structs.replace(CLAIM, warranty_until=0)
    check_eligible(never, (Work("brake", 501),))
    for works in ((), (Work("brake", 0),)):
        with pytest.raises(Untold):
            check_eligible(CLAIM, works)
    with pytest.raises(Untold, match="no cause"):
        check_eligible(structs.replace(CLAIM, cause="gremlins"), (Work("brake", 1),))


def test_a_case_goes_into_the_database_and_back() -> None:
    """As JSON, whole; its plan is the same plan then."""
    for path in ("ordinary", "emergency", "insurance_advance"):
        case = Desk(path).until("audited").case
        again = msgspec.json.decode(msgspec.json.encode(case), type=Case)
        assert again == case
        assert again.plan is not None
        assert case.plan is not None
        assert again.plan.digest == case.plan.digest

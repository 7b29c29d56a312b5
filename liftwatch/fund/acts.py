"""What each move of a case does: what changes in the case, and what is booked for it.

Role, stage and papers were asked before (`liftwatch.fund.moves`).
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from liftwatch.clock import DAY_MS, estate_day
from liftwatch.fund.allocation import allocate, check_balances
from liftwatch.fund.amounts import check_amount
from liftwatch.fund.case import By, Case, Known, Told, check_path
from liftwatch.fund.documents import BOND, INSURANCE, PROOFS, is_begun
from liftwatch.fund.doors import check_doors
from liftwatch.fund.eligibility import check_eligible
from liftwatch.fund.plans import Plan, check_plan
from liftwatch.fund.refusals import CannotMove, NotYours, OverLimit, Untold
from liftwatch.fund.reserved import Booked, Effect, Purse, adjust, advance, give_back, pay, reserve
from liftwatch.fund.reserved import receive as receive_debt
from liftwatch.fund.steps import ADVANCE_PCT_MAX, NOTICE_MS, RESERVED_MS, signers_of
from liftwatch.said import Said


class Asked(NamedTuple):
    """A move as it was asked for, its documents filed."""

    case: Case
    told: Told
    known: Known
    by: By
    at_ms: int


Change = tuple[dict[str, Any], tuple[Effect, ...]]
NOTHING: Change = ({}, ())


def _file(_: Asked) -> Change:
    return NOTHING


def _choose(asked: Asked) -> Change:
    told = asked.told
    if asked.case.plan is not None:
        raise CannotMove(Said("the path is chosen before there is a plan"))
    check_path(told.path or "", told.programme or "")
    return {"path": told.path, "programme": told.programme or ""}, ()


def _revise(asked: Asked) -> Change:
    """Another version of the plan: whatever was decided on the one before does not hold for it."""
    case, plan = asked.case, check_plan(_plan(asked.told.plan))
    if plan.version != case.plan_version + 1:
        raise Untold(Said("the next version of this plan is %(n)s", n=case.plan_version + 1))
    if (plan.subsidy_fen > 0) != (case.path == BOND):
        raise Untold(Said("a subsidy belongs to the path of a subsidy, and to no other"))
    if is_begun(case.documents, path=case.path):
        raise CannotMove(Said("the work has begun: what comes beside it is a case of its own"))
    changes, effects = _undone(asked)
    return {**changes, "plan": plan}, effects


def _withdraw(asked: Asked) -> Change:
    return _undone(asked)


def _undone(asked: Asked) -> Change:
    """What stands once nothing of vote, contract and approval holds: money goes back."""
    case = asked.case
    if case.purse.paid_fen:
        raise CannotMove(Said("money was paid: what comes beside it is a case of its own"))
    effects: tuple[Effect, ...] = ()
    if case.purse.lines:
        _, effects = _adjusted(asked, 0)
    changes = {
        "published_ms": None,
        "outcome": None,
        "contractor": None,
        "contract_fen": 0,
        "approved_ms": None,
        "expires_ms": None,
        "accepted_by": (),
        "purse": Purse(),
    }
    return changes, effects


def _publish(asked: Asked) -> Change:
    plan = _plan(asked.case.plan)
    check_eligible(plan.claim, plan.works)
    agreed = plan.scope.agreement
    if agreed is not None and not any(
        one.kind == "agreement" and one.sha256 == agreed for one in asked.case.papers
    ):
        raise Untold(Said("the agreement that the plan names is not among the papers"))
    if asked.known.doors is not None:
        check_doors(plan.scope, asked.known.doors)
    return {"published_ms": asked.at_ms}, ()


def _vote(asked: Asked) -> Change:
    """Take over how a vote ended; one on another plan, another scope or too soon is none."""
    case, outcome, plan = asked.case, asked.known.outcome, _plan(asked.case.plan)
    if outcome is None or outcome.case != case.id:
        raise Untold(Said("no vote on this case has ended"))
    if (outcome.plan, outcome.scope) != (plan.digest, plan.scope.digest):
        raise CannotMove(Said("this vote was on another version of the plan: it needs a new vote"))
    if outcome.tally.act != plan.act:
        raise CannotMove(Said("this vote was on another kind of act"), rule="Civil Code, art. 278")
    published_ms = case.published_ms or 0
    if outcome.opens_ms < published_ms or outcome.closed_ms < published_ms + NOTICE_MS:
        raise CannotMove(
            Said("a plan hangs out %(days)s days before its vote ends", days=NOTICE_MS // DAY_MS),
            rule="domain 6.2",
        )
    told = min(one.dated for one in case.papers if one.kind == "result_notice")
    if told < estate_day(outcome.closed_ms):
        raise Untold(Said("the result was not published before the vote ended"))
    stage = {} if outcome.tally.passed else {"stage": "refused"}
    return {"outcome": outcome, **stage}, ()


def _prove(asked: Asked) -> Change:
    if not any(asked.by.role in PROOFS.get(one.kind, ()) for one in asked.case.papers):
        raise Untold(
            Said("an emergency is proven by one of: %(kinds)s", kinds=", ".join(PROOFS)),
            rule="165号令, art. 24",
        )
    return NOTHING


def _contract(asked: Asked) -> Change:
    case, firm = asked.case, asked.told.contractor
    amount_fen = check_amount(asked.told.amount_fen)
    budget_fen = _plan(case.plan).budget_fen
    if amount_fen > budget_fen:
        raise OverLimit(Said("the budget is %(budget)s fen", budget=budget_fen))
    if firm == asked.by.organisation or any(one.by.organisation == firm for one in case.done):
        raise NotYours(Said("the contractor has no hand in its own case"))
    return {"contractor": firm, "contract_fen": amount_fen}, ()


def _insure(asked: Asked) -> Change:
    insured_fen = asked.case.insured_fen + check_amount(asked.told.amount_fen)
    if insured_fen > asked.case.contract_fen:
        raise OverLimit(Said("the contract is over %(most)s fen", most=asked.case.contract_fen))
    return {"insured_fen": insured_fen}, ()


def _approve(asked: Asked) -> Change:
    """Money is set aside for the whole budget: the audit may allow as much."""
    case, plan = asked.case, _plan(asked.case.plan)
    if plan.subsidy_fen > asked.known.subsidy_fen:
        raise OverLimit(Said("of the subsidy %(left)s fen are left", left=asked.known.subsidy_fen))
    purse, effects = reserve(
        case.place,
        allocate(plan.budget_fen - plan.subsidy_fen, plan.scope),
        check_balances(asked.known.balances),
        subsidy_fen=plan.subsidy_fen,
    )
    times = {"approved_ms": asked.at_ms, "expires_ms": asked.at_ms + RESERVED_MS}
    return {"purse": purse, **times}, effects


def _refuse(_: Asked) -> Change:
    return NOTHING


def _pay(asked: Asked) -> Change:
    """Before the audit a part of the contract, after it what the audit allowed; to an insurer
    what it had paid ahead, before anybody else."""
    case, amount_fen = asked.case, check_amount(asked.told.amount_fen)
    paid_fen = case.purse.paid_fen + amount_fen
    _check_voucher(asked)
    if case.audited_fen is None:
        if case.path == INSURANCE:
            raise CannotMove(Said("an insurer is paid back once the cost is audited"))
        most_fen = case.contract_fen * ADVANCE_PCT_MAX // 100
        if paid_fen > most_fen:
            raise OverLimit(
                Said("before the audit at most %(most)s fen are paid", most=most_fen),
                rule="domain 6.2, step 7",
            )
    elif paid_fen > case.audited_fen:
        raise OverLimit(
            Said("the audited amount is %(most)s fen", most=case.audited_fen),
            rule="Shanghai, art. 73",
        )
    to_insurer_fen = _due_to_insurer(case)
    if to_insurer_fen and amount_fen > to_insurer_fen:
        raise OverLimit(
            Said("the insurer comes first: %(due)s fen are due to it", due=to_insurer_fen)
        )
    booked = pay(case.place, case.purse, amount_fen=amount_fen, insured=to_insurer_fen > 0)
    back_fen = amount_fen if to_insurer_fen else 0
    return _purse(booked, paid_ms=asked.at_ms, reimbursed_fen=case.reimbursed_fen + back_fen)


def _give_back(asked: Asked) -> Change:
    case, amount_fen = asked.case, check_amount(asked.told.amount_fen)
    most_fen = case.purse.paid_fen - case.reimbursed_fen
    if amount_fen > most_fen:
        raise OverLimit(Said("%(paid)s fen were paid, and no more", paid=most_fen))
    return _purse(give_back(case.place, case.purse, amount_fen=amount_fen))


def _receive(asked: Asked) -> Change:
    case = asked.case
    final = {"expired": case.purse.paid_fen, "settled": case.audited_fen}
    final["disclosed"] = case.audited_fen
    booked = receive_debt(
        case.place,
        case.purse,
        asked.told.household or "",
        amount_fen=check_amount(asked.told.amount_fen),
        cost_fen=final.get(case.stage),
    )
    return _purse(booked)


def _accept(asked: Asked) -> Change:
    signed = (*asked.case.accepted_by, asked.by.role or "")
    stage = {} if set(signers_of(asked.case)) <= set(signed) else {"stage": asked.case.stage}
    return {"accepted_by": signed, **stage}, ()


def _audit(asked: Asked) -> Change:
    case = asked.case
    audited_fen = check_amount(asked.told.amount_fen)
    budget_fen = _plan(case.plan).budget_fen
    if audited_fen > budget_fen:
        raise OverLimit(
            Said(
                "the budget is %(budget)s fen: what is above it is a case of its own",
                budget=budget_fen,
            )
        )
    due_fen = min(audited_fen, case.insured_fen)
    lapse = {"expires_ms": None} if due_fen else {}  # a debt to an insurer does not lapse
    return {"audited_fen": audited_fen, **lapse}, advance(case.place, due_fen)


def _settle(asked: Asked) -> Change:
    """The allocation: the bill is paid as far as money is there, and no more than it."""
    case = asked.case
    audited_fen, purse = case.audited_fen or 0, case.purse
    if purse.paid_fen > audited_fen:
        raise OverLimit(
            Said(
                "%(over)s fen were paid above the audited amount: they come back first",
                over=purse.paid_fen - audited_fen,
            )
        )
    unpaid_fen = min(audited_fen - purse.paid_fen, purse.free_fen)
    if unpaid_fen:
        raise CannotMove(Said("%(unpaid)s fen of the bill can still be paid", unpaid=unpaid_fen))
    return _purse(_adjusted(asked, audited_fen))


def _disclose(asked: Asked) -> Change:
    return {"disclosed_ms": asked.at_ms}, ()


def _expire(asked: Asked) -> Change:
    """What was paid stays paid, and is the cost; all else goes back."""
    return _purse(_adjusted(asked, asked.case.purse.paid_fen))


ACTS: Mapping[str, Callable[[Asked], Change]] = {
    "file": _file,
    "choose": _choose,
    "revise": _revise,
    "publish": _publish,
    "vote": _vote,
    "prove": _prove,
    "contract": _contract,
    "insure": _insure,
    "apply": _file,
    "refuse": _refuse,
    "approve": _approve,
    "pay": _pay,
    "give_back": _give_back,
    "receive": _receive,
    "accept": _accept,
    "audit": _audit,
    "settle": _settle,
    "disclose": _disclose,
    "withdraw": _withdraw,
    "expire": _expire,
}


def _plan(plan: Plan | None) -> Plan:
    if plan is None:
        raise Untold(Said("this case has no plan"))
    return plan


def _check_voucher(asked: Asked) -> None:
    """What is paid after the audit is dated after it; vouchers of advances lie before."""
    audited = [one.dated for one in asked.case.papers if one.kind == "audit_report"]
    vouchers = [one.dated for one in asked.told.documents if one.kind == "payment_voucher"]
    if audited and min(vouchers) < max(audited):
        raise Untold(Said("this payment is dated before the audit of cost"))


def _purse(booked: Booked, **changes: Any) -> Change:
    purse, effects = booked
    return {"purse": purse, **changes}, effects


def _adjusted(asked: Asked, cost_fen: int) -> Booked:
    """The purse when the case comes to this cost; a subsidy pays before households."""
    case, purse = asked.case, asked.case.purse
    borne_fen = max(0, cost_fen - purse.subsidy_fen)
    shares = allocate(borne_fen, _plan(case.plan).scope)
    balances = check_balances(asked.known.balances)
    return adjust(case.place, purse, shares, balances=balances, cost_fen=cost_fen)


def _due_to_insurer(case: Case) -> int:
    """What it paid ahead, as far as the audit allowed it, and has not got back."""
    return min(case.audited_fen or 0, case.insured_fen) - case.reimbursed_fen

"""What a household reads of a case, line by line: before the vote, after it, when it is settled.

Each line is `Said`, so that a page or a printout says it in its reader's language. Amounts are in
yuan, areas in square metres, both exact to their last digit.
"""

from collections.abc import Iterator

from liftwatch.clock import day_text
from liftwatch.fund.aftermath import Aftermath, Verdict
from liftwatch.fund.allocation import Forecast
from liftwatch.fund.case import Case
from liftwatch.fund.disclosure import Allocated, expenditure
from liftwatch.fund.documents import PROOFS
from liftwatch.fund.plans import Plan
from liftwatch.fund.refusals import Untold
from liftwatch.fund.votes import Tally
from liftwatch.said import Said

VERDICTS: dict[Verdict, Said] = {
    "came_back": Said("The fault came back within 90 days"),
    "stayed_away": Said("The fault has not come back within 90 days"),
    "too_early": Said("The fault has not come back yet; 90 days are not over"),
    "cannot_tell": Said("Whether the fault came back cannot be told: the lift was not heard"),
}


def hundredths(count: int) -> str:
    """Fen as yuan, or units of 0.01 m2 as square metres: two digits, never rounded.

    >>> hundredths(123_456), hundredths(5), hundredths(-5)
    ('1234.56', '0.05', '-0.05')
    """
    whole, part = divmod(abs(count), 100)
    return f"{'-' * (count < 0)}{whole}.{part:02d}"


def proposed(case: Case, row: Forecast) -> tuple[Said, ...]:
    """What is proposed, and what it would cost this household; raises Untold without a plan."""
    if case.plan is None:
        raise Untold(Said("this case has no plan"))
    return tuple(_proposed(case, case.plan, row))


def _proposed(case: Case, plan: Plan, row: Forecast) -> Iterator[Said]:
    yield Said("Lift %(lift)s, building %(building)s", lift=case.lift, building=case.building)
    for item in plan.items:
        yield Said("%(what)s: %(yuan)s yuan", what=item.what, yuan=hundredths(item.amount_fen))
    yield Said("Together at most %(yuan)s yuan", yuan=hundredths(plan.budget_fen))
    if plan.subsidy_fen:
        yield Said("A subsidy bears %(yuan)s yuan of it", yuan=hundredths(plan.subsidy_fen))
    if plan.scope.weights:
        yield Said("Your part, as agreed: %(yuan)s yuan", yuan=hundredths(row.share_fen))
    else:
        whole = sum(one.area_dm2 for one in plan.scope.households)
        yield Said(
            "Your part, by %(area)s of %(whole)s m2: %(yuan)s yuan",
            area=hundredths(row.area_dm2),
            whole=hundredths(whole),
            yuan=hundredths(row.share_fen),
        )
    if row.taken_fen:
        yield Said(
            "Of your account %(yuan)s yuan would be taken, and %(left)s stay",
            yuan=hundredths(row.taken_fen),
            left=hundredths(row.left_fen),
        )
    if row.owed_fen:
        yield Said("%(yuan)s yuan are not there and would be owed", yuan=hundredths(row.owed_fen))
    if row.must_top_up:
        yield Said("Your account would lie below 30 % of the first deposit: it must be topped up")


def decided(tally: Tally) -> tuple[Said, ...]:
    """How a vote ended, by area and by heads."""
    taking = Said(
        "Taking part: %(area)s of %(area_all)s m2, %(heads)s of %(heads_all)s heads",
        area=hundredths(tally.area_taking),
        area_all=hundredths(tally.area_all),
        heads=tally.heads_taking,
        heads_all=tally.heads_all,
    )
    agreeing = Said(
        "Agreeing: %(area)s of %(area_all)s m2, %(heads)s of %(heads_all)s heads",
        area=hundredths(tally.area_for),
        area_all=hundredths(tally.area_taking),
        heads=tally.heads_for,
        heads_all=tally.heads_taking,
    )
    end = Said("It is decided")
    if not tally.is_quorate:
        end = Said("Too few took part: it is not decided")
    elif not tally.is_agreed:
        end = Said("Too few agreed: it is not decided")
    return taking, agreeing, end


def proven(case: Case) -> tuple[Said, ...]:
    """Why there was no vote: the proofs of an emergency, with their dates."""
    return tuple(
        Said(
            "There was no vote, for it could not wait: %(kind)s of %(day)s",
            kind=one.kind,
            day=day_text(one.dated),
        )
        for one in case.papers
        if one.kind in PROOFS
    )


def settled(case: Case, row: Allocated, seen: Aftermath | None = None) -> tuple[Said, ...]:
    """What it came to, for all and for this household; raises Untold before it is settled."""
    spent = expenditure(case)
    lines = [
        Said("Lift %(lift)s, building %(building)s", lift=case.lift, building=case.building),
        Said(
            "It cost %(yuan)s yuan by the audit; %(budget)s had been allowed",
            yuan=hundredths(spent.audited_fen),
            budget=hundredths(spent.budget_fen),
        ),
        Said("Paid so far: %(yuan)s yuan", yuan=hundredths(spent.paid_fen)),
        Said(
            "%(household)s, %(owner)s: %(yuan)s yuan",
            household=row.household,
            owner=row.owner,
            yuan=hundredths(row.share_fen),
        ),
    ]
    if row.own:
        lines.append(
            Said(
                "Of your interest %(interest)s, of your principal %(principal)s, paid in"
                " %(received)s yuan",
                interest=hundredths(row.interest_fen or 0),
                principal=hundredths(row.principal_fen or 0),
                received=hundredths(row.received_fen or 0),
            )
        )
    if row.owed_fen:
        lines.append(Said("Still owed: %(yuan)s yuan", yuan=hundredths(row.owed_fen)))
    if seen is not None:
        lines.append(VERDICTS[seen.verdict])
    return tuple(lines)

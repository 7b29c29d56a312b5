"""What the law asks to be published of the fund, as rows: never a whole name.

165号令, art. 30 [M, domain 6.1]: totals of the year, each expenditure with its allocation, the
balance of each household. The Civil Code wants raising and use published regularly (art. 281).
Who made the rows into a page, a CSV or a PDF, and who may see them, is for others to know.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct

from liftwatch.fund.allocation import Balance, must_top_up
from liftwatch.fund.case import Case
from liftwatch.fund.documents import valid
from liftwatch.fund.refusals import Untold
from liftwatch.fund.reserved import Line
from liftwatch.said import Said

MASK = "**"


def masked(name: str) -> str:
    """A name of which only the first letter is left, and not how long it was.

    >>> masked("王小明"), masked("欧阳娜娜"), masked(" John Smith"), masked(""), masked("李")
    ('王**', '欧**', 'J**', '**', '李**')
    >>> masked("=HYPERLINK(1)"), masked("139 1234 5678")
    ('H**', '**')
    """
    return next((letter for letter in name if letter.isalpha()), "") + MASK


class Expenditure(Struct, frozen=True, kw_only=True):
    """What one case cost, and who was paid for what by whose leave."""

    case: str
    building: str
    lift: str
    path: str
    works: tuple[str, ...]
    contractor: str | None
    budget_fen: int
    audited_fen: int
    paid_fen: int
    subsidy_fen: int
    owed_fen: int
    voted_for_area: int | None
    voted_area: int | None
    voted_for_heads: int | None
    voted_heads: int | None
    documents: tuple[tuple[str, str], ...]


class Allocated(Struct, frozen=True, kw_only=True):
    """What fell to one household: its door, its masked owner, its area; what was taken and owed.

    Where it is `own`, the name stands in full, and the parts of it are told.
    """

    household: str
    owner: str
    area_dm2: int
    share_fen: int
    owed_fen: int
    own: bool = False
    interest_fen: int | None = None
    principal_fen: int | None = None
    received_fen: int | None = None


class Held(Struct, frozen=True, kw_only=True):
    """What one household's sub-account holds, and whether it must be topped up."""

    household: str
    owner: str
    balance_fen: int
    must_top_up: bool


class Year(NamedTuple):
    """A building's year by the books: what it began with, what came, what went, what is left."""

    year: int
    opening_fen: int
    received: Mapping[str, int]
    spent: Mapping[str, int]
    closing_fen: int


class YearRow(NamedTuple):
    """A row of the yearly table: what it is, and its amount; what was spent is negative."""

    what: str
    amount_fen: int


def is_spent(case: Case) -> bool:
    """Whether the cost of a case is final: it is settled, or lapsed after something was paid."""
    return case.stage in ("settled", "disclosed") or (
        case.stage == "expired" and case.purse.paid_fen > 0
    )


def expenditure(case: Case) -> Expenditure:
    """The row of a case of which the cost is final; raises Untold before that.

    Documents stand there by kind and hash: whoever has one can see that it is the one meant.
    """
    plan, tally = case.plan, case.outcome.tally if case.outcome else None
    if not is_spent(case) or plan is None:
        raise Untold(Said("a case is published once it is settled"))
    return Expenditure(
        case=case.id,
        building=case.building,
        lift=case.lift,
        path=case.path,
        works=tuple(one.what for one in plan.items),
        contractor=case.contractor,
        budget_fen=plan.budget_fen,
        audited_fen=case.audited_fen or 0,
        paid_fen=case.purse.paid_fen,
        subsidy_fen=case.purse.subsidy_used_fen,
        owed_fen=case.purse.owed_fen,
        voted_for_area=tally.area_for if tally else None,
        voted_area=tally.area_all if tally else None,
        voted_for_heads=tally.heads_for if tally else None,
        voted_heads=tally.heads_all if tally else None,
        documents=tuple((one.kind, one.sha256) for one in valid(case.documents, plan=plan.version)),
    )


def allocation(
    case: Case, names: Mapping[str, str], *, own: Collection[str] = ()
) -> tuple[Allocated, ...]:
    """The allocation of a case with a final cost, a row a household in order of their doors.

    `names` are owners by household; `own` the households of whoever looks. The shares and what
    the subsidy bore are the cost. Raises Untold before it is final.
    """
    plan = case.plan
    if not is_spent(case) or plan is None:
        raise Untold(Said("a case is published once it is settled"))
    areas = {one.id: one.area_dm2 for one in plan.scope.households}
    return tuple(
        _allocated(line, areas[line.household], names, own=line.household in own)
        for line in case.purse.lines
    )


def _allocated(line: Line, area_dm2: int, names: Mapping[str, str], *, own: bool) -> Allocated:
    name = names.get(line.household, "")
    if line.payer != line.household:  # a firm's name is no person's
        name = line.payer.removeprefix("developer:")
    shown = own or line.payer != line.household
    return Allocated(
        household=line.household,
        owner=name if shown else masked(name),
        area_dm2=area_dm2,
        share_fen=line.share_fen,
        owed_fen=line.owed_fen,
        own=own,
        interest_fen=line.interest_fen if own else None,
        principal_fen=line.principal_fen if own else None,
        received_fen=line.received_fen if own else None,
    )


def holdings(
    balances: Mapping[str, Balance], names: Mapping[str, str], *, own: Collection[str] = ()
) -> tuple[Held, ...]:
    """What each household of a building holds, in order of their doors, names masked.

    >>> rows = holdings({"101": Balance(principal_fen=20, first_deposit_fen=100)}, {"101": "王明"})
    >>> rows[0].owner, rows[0].balance_fen, rows[0].must_top_up
    ('王**', 20, True)
    """
    rows = []
    for household, balance in sorted(balances.items()):
        name = names.get(household, "")
        held_fen = balance.interest_fen + balance.principal_fen
        rows.append(
            Held(
                household=household,
                owner=name if household in own else masked(name),
                balance_fen=held_fen,
                must_top_up=must_top_up(held_fen, balance.first_deposit_fen),
            )
        )
    return tuple(rows)


def reconciled(year: Year) -> tuple[YearRow, ...]:
    """The yearly table of a building; raises Untold where it does not add up: nobody publishes it.

    >>> reconciled(Year(2026, 100, {"deposit": 50, "interest": 2}, {"pay": 30}, 122))[-1]
    YearRow(what='closing', amount_fen=122)
    """
    closing_fen = year.opening_fen + sum(year.received.values()) - sum(year.spent.values())
    if closing_fen != year.closing_fen:
        raise Untold(
            Said(
                "the year does not add up: %(reckoned)s fen by what came and went, %(held)s held",
                reckoned=closing_fen,
                held=year.closing_fen,
            )
        )
    return (
        YearRow("opening", year.opening_fen),
        *(YearRow(what, fen) for what, fen in sorted(year.received.items())),
        *(YearRow(what, -fen) for what, fen in sorted(year.spent.items())),
        YearRow("closing", year.closing_fen),
    )


def totals(rows: Iterable[Allocated]) -> tuple[int, int, int]:
    """Of an allocation: how many households, what they bear together, what they still owe."""
    found = list(rows)
    return len(found), sum(one.share_fen for one in found), sum(one.owed_fen for one in found)

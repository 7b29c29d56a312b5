"""What each household of a case pays, to the fen; and what it would pay, before anybody votes.

Cost is split by floor area or by what was agreed (`liftwatch.fund.scope`), and what is left of
the rounding goes by largest remainder: the shares are the cost exactly, and none is a fen or more
away from its exact part.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from liftwatch.fund.amounts import check_amount, check_whole
from liftwatch.fund.scope import Scope

TOP_UP_PCT = 30
"""Below this part of the first deposit owners must top up (165号令, art. 17)."""


class Share(NamedTuple):
    """What falls to one household, and whose debt it is where a sub-account is short."""

    household: str
    payer: str
    weight: int
    amount_fen: int


class Balance(NamedTuple):
    """What a household's sub-account holds; `first_deposit_fen` 0 where nobody knows."""

    interest_fen: int = 0
    principal_fen: int = 0
    first_deposit_fen: int = 0


EMPTY = Balance()


class Taken(NamedTuple):
    """How a share is met: of interest, of principal, and what is still owed."""

    interest_fen: int
    principal_fen: int
    owed_fen: int


class Forecast(Struct, frozen=True, kw_only=True):
    """A row of the simulation: what one household would pay, of what, and what it would keep."""

    household: str
    payer: str
    area_dm2: int
    share_fen: int
    balance_fen: int
    taken_fen: int
    owed_fen: int
    left_fen: int
    must_top_up: bool


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Split a whole number by weights: sums exactly, each within one of its exact part.

    Every part is rounded down; what is left goes one by one to the largest remainders, of equal
    ones to whoever stands first (Hamilton's method). Whole numbers all the way: nothing is ever
    a float. A larger total may give one part less (the Alabama paradox): whoever corrects an
    allocation splits anew and does not scale.

    >>> largest_remainder(100, [1, 1, 1])
    [34, 33, 33]
    >>> largest_remainder(10, [6, 6, 2]), largest_remainder(11, [6, 6, 2])
    ([4, 4, 2], [5, 5, 1])
    """
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))
    for place in order[: total - sum(parts)]:
        parts[place] += 1
    return parts


def allocate(cost_fen: int, scope: Scope) -> tuple[Share, ...]:
    """The share of every household, in order of their names; a share may be nothing.

    The order in which households were written down decides nothing. Raises Untold for an amount
    that is none.

    >>> from liftwatch.fund.scope import Household
    >>> flats = [Household(id=f"1-{n}01", area_dm2=area) for n, area in ((1, 8950), (2, 8950))]
    >>> unsold = Household(id="1-301", area_dm2=12100, developer="Lake Homes")
    >>> for share in allocate(1_000_000, Scope(households=(*flats, unsold))):
    ...     print(share.household, share.payer, share.amount_fen)
    1-101 1-101 298334
    1-201 1-201 298333
    1-301 developer:Lake Homes 403333
    """
    check_amount(cost_fen, field="cost_fen", low=0)
    households = sorted(scope.households, key=lambda one: one.id)
    weights = [scope.weight(one) for one in households]
    return tuple(
        Share(one.id, one.payer, weight, amount_fen)
        for one, weight, amount_fen in zip(
            households, weights, largest_remainder(cost_fen, weights), strict=True
        )
    )


def take(share: Share, balance: Balance) -> Taken:
    """How a share is met: interest first, then principal, never more than is there.

    Interest first keeps the principal, by which deposits are judged [our choice]. Of an unsold
    unit all is the developer's debt (165号令, art. 21).

    >>> take(Share("1-101", "1-101", 8950, 300), Balance(interest_fen=100, principal_fen=150))
    Taken(interest_fen=100, principal_fen=150, owed_fen=50)
    >>> take(Share("1-301", "developer:Lake", 9000, 300), Balance(principal_fen=900))
    Taken(interest_fen=0, principal_fen=0, owed_fen=300)
    """
    if share.payer != share.household:
        return Taken(0, 0, share.amount_fen)
    interest_fen = min(share.amount_fen, balance.interest_fen)
    principal_fen = min(share.amount_fen - interest_fen, balance.principal_fen)
    return Taken(interest_fen, principal_fen, share.amount_fen - interest_fen - principal_fen)


def check_balances(balances: Mapping[str, Balance]) -> Mapping[str, Balance]:
    """Balances that may be drawn on: whole and never below nothing; raises Untold."""
    for balance in balances.values():
        for field, value in zip(Balance._fields, balance, strict=True):
            check_amount(value, field=field, low=0)
    return balances


def must_top_up(balance_fen: int, first_deposit_fen: int) -> bool:
    """Whether a sub-account lies below 30 % of its first deposit (165号令, art. 17).

    >>> must_top_up(299, 1000), must_top_up(300, 1000), must_top_up(0, 0)
    (True, False, False)
    """
    return balance_fen * 100 < first_deposit_fen * TOP_UP_PCT


def simulate(
    cost_fen: int, scope: Scope, balances: Mapping[str, Balance], *, subsidy_fen: int = 0
) -> tuple[Forecast, ...]:
    """What each household would pay if the cost came to this: shown before the vote.

    `subsidy_fen` is what others give, at most the cost; households share the rest. A sub-account
    nobody named holds nothing. Raises Untold.

    >>> from liftwatch.fund.scope import Household
    >>> scope = Scope(households=(Household(id="101", area_dm2=8000),))
    >>> row = simulate(900, scope, {"101": Balance(principal_fen=600, first_deposit_fen=1000)})[0]
    >>> row.share_fen, row.taken_fen, row.owed_fen, row.left_fen, row.must_top_up
    (900, 600, 300, 0, True)
    """
    check_amount(cost_fen, field="cost_fen")
    check_whole(subsidy_fen, field="subsidy_fen", low=0, high=cost_fen)
    check_balances(balances)
    areas = {one.id: one.area_dm2 for one in scope.households}
    rows = []
    for share in allocate(cost_fen - subsidy_fen, scope):
        balance = balances.get(share.household, EMPTY)
        taken = take(share, balance)
        balance_fen = balance.interest_fen + balance.principal_fen
        left_fen = balance_fen - taken.interest_fen - taken.principal_fen
        rows.append(
            Forecast(
                household=share.household,
                payer=share.payer,
                area_dm2=areas[share.household],
                share_fen=share.amount_fen,
                balance_fen=balance_fen,
                taken_fen=balance_fen - left_fen,
                owed_fen=taken.owed_fen,
                left_fen=left_fen,
                must_top_up=must_top_up(left_fen, balance.first_deposit_fen),
            )
        )
    return tuple(rows)

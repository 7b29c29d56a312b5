"""What is taken from households for a case: first what has grown, then what was paid in.

What is short becomes a receivable of the household, never a negative balance (165号令, art. 20:
who is related bears the share; the fund lends nobody another one's).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from liftwatch.fund.accounts import Account
from liftwatch.fund.journal import CannotBook, Leg
from liftwatch.fund.money import check_fen
from liftwatch.said import Said, said_by

OWN_IN_ORDER = ("interest", "principal")
"""Interest first: the first deposit, against which a top-up is reckoned, stays whole longest."""


class Share(NamedTuple):
    """What a household is to bear; `account` is any account of it."""

    account: Account
    fen: int


def accounts_of(shares: Iterable[Share]) -> list[str]:
    """The accounts whose balances a draw has to know."""
    kinds = (*OWN_IN_ORDER, "receivable")
    return [share.account.beside(kind).id for share in shares for kind in kinds]


def drawn(shares: Sequence[Share], *, case: str, balances: Mapping[str, int]) -> tuple[Leg, ...]:
    """The legs that take shares from households and set them aside for a case.

    Raises CannotBook for an amount that is none, and for a household named twice.

    >>> flat = Account("principal", "320583", "garden", "7", "1203")
    >>> held = {flat.id: 700, flat.beside("interest").id: 20}
    >>> for leg in drawn([Share(flat, 1_000)], case="c-1", balances=held):
    ...     print(leg.account, leg.amount)
    interest/320583/garden/7/1203 20
    principal/320583/garden/7/1203 700
    receivable/320583/garden/7/1203 280
    clearing/320583/garden/7/c-1 -1000
    """
    homes = [share.account.beside("principal") for share in shares]
    if len(set(homes)) < len(homes):
        raise CannotBook(Said("a household bears one share"))
    legs: list[Leg] = []
    reserved: defaultdict[Account, int] = defaultdict(int)
    for home, share in zip(homes, shares, strict=True):
        try:
            left = check_fen(share.fen)
        except ValueError as error:
            raise CannotBook(said_by(error)) from error
        for kind in OWN_IN_ORDER:
            account = home.beside(kind).id
            taken = min(left, balances.get(account, 0))
            legs += [Leg(account, taken)] if taken else []
            left -= taken
        legs += [Leg(home.beside("receivable").id, left)] if left else []
        reserved[Account("clearing", *home.place, case)] += share.fen
    legs += [Leg(account.id, -fen) for account, fen in sorted(reserved.items())]
    return tuple(legs)

"""Where money comes from, as the legs of an entry: parts, and the bank's line against them.

What a household pays in settles first what it owes, then raises what it has paid in. The balance
is of the dwelling and moves with it when it is sold (165号令, art. 28): a sale books nothing.
Dwellings that are split or joined do (`liftwatch.fund.kinds`, move).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from liftwatch.fund.accounts import Account
from liftwatch.fund.journal import CannotBook, Leg
from liftwatch.fund.kinds import KINDS
from liftwatch.fund.money import check_fen
from liftwatch.said import Said, said_by


class Part(NamedTuple):
    """What falls to one account, in fen."""

    account: Account
    fen: int


def with_bank(kind: str, parts: Sequence[Part], *, bank: str) -> tuple[Leg, ...]:
    """The legs of money that a special account has taken in, or given out, for these parts.

    Each part goes to the side on which the kind has its account; the bank's part of each building
    is what they come to. Raises CannotBook for a kind that is none, and an amount that is none.

    >>> flat = Account("interest", "320583", "garden", "7", "1203")
    >>> for leg in with_bank("interest", [Part(flat, 25)], bank="ccb"):
    ...     print(leg.account, leg.amount)
    interest/320583/garden/7/1203 -25
    bank/320583/garden/7/ccb 25
    """
    found = KINDS.get(kind)
    if found is None or "bank" not in found.debit | found.credit:
        raise CannotBook(Said("%(kind)s does not go by the bank", kind=repr(kind[:40])))
    legs = []
    sums: defaultdict[Account, int] = defaultdict(int)
    for account, fen in parts:
        amount = _fen(fen) if account.kind in found.debit else -_fen(fen)
        legs.append(Leg(account.id, amount))
        sums[Account("bank", *account.place, bank)] -= amount
    return (*legs, *(Leg(account.id, fen) for account, fen in sorted(sums.items()) if fen))


def paid_in(home: Account, fen: int, *, bank: str, balances: Mapping[str, int]) -> tuple[Leg, ...]:
    """The legs of what a household has paid in; `home` is any account of it.

    >>> home = Account("principal", "320583", "garden", "7", "1203")
    >>> owed = {home.beside("receivable").id: 30}
    >>> for leg in paid_in(home, 100, bank="ccb", balances=owed):
    ...     print(leg.account, leg.amount)
    receivable/320583/garden/7/1203 -30
    principal/320583/garden/7/1203 -70
    bank/320583/garden/7/ccb 100
    """
    owed = home.beside("receivable")
    settled = min(_fen(fen), balances.get(owed.id, 0))
    parts = [Part(owed, settled), Part(home.beside("principal"), fen - settled)]
    return with_bank("deposit", [part for part in parts if part.fen], bank=bank)


def moved(homes: Iterable[tuple[Account, int]]) -> tuple[Leg, ...]:
    """The legs of dwellings that are split or joined: what each account gives (-) and takes (+).

    >>> one = Account("principal", "320583", "garden", "7", "1203")
    >>> other = Account("principal", "320583", "garden", "7", "1203-a")
    >>> [leg.amount for leg in moved([(one, -400), (other, 400)])]
    [400, -400]
    """
    return tuple(Leg(account.id, account.side * fen) for account, fen in homes if fen)


def _fen(fen: int) -> int:
    try:
        return check_fen(fen)
    except ValueError as error:
        raise CannotBook(said_by(error)) from error

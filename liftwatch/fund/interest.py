"""Interest that the bank has paid for a special account, spread over the sub-accounts it is of.

What has grown rolls into the fund, and is the households' whose money it grew on (165号令, art. 27
[M]; by building ledger, by household sub-account: Shanghai, art. 66). A special account lies in
many buildings' books, so the sum is first split over buildings by what their households hold, and
within each by balance, or by floor area where owners had it so. Both by largest remainder: whole
fen, exactly the sum. Balances are those at the booking [our choice]: the bank's own days of
interest are not in its line. What is set aside for cases, and a subsidy, grow for all alike.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal, NamedTuple

from liftwatch.fund.accounts import Account
from liftwatch.fund.allocation import largest_remainder
from liftwatch.fund.journal import CannotBook, Leg
from liftwatch.fund.money import check_fen
from liftwatch.fund.sources import Part, with_bank
from liftwatch.said import Said, said_by

By = Literal["balance", "area"]
WAYS: tuple[By, ...] = ("balance", "area")


class Home(NamedTuple):
    """A sub-account: any account of its household, what it holds, and its area on record in units
    of 0.01 m2, None where there is none."""

    account: Account
    held_fen: int
    area_dm2: int | None


def spread(fen: int, homes: Iterable[Home], *, by: By, bank: str) -> tuple[Leg, ...]:
    """The legs of one entry that gives interest to sub-accounts. Raises CannotBook.

    >>> def flat(of: str, held: int, area: int) -> Home:
    ...     return Home(Account("principal", "320583", "garden", "7", of), held, area)
    >>> flats = [flat("101", 100, 9000), flat("102", 300, 9000)]
    >>> [leg.amount for leg in spread(10, flats, by="balance", bank="ccb")]
    [-3, -7, 10]
    >>> [leg.amount for leg in spread(11, flats, by="area", bank="ccb")]
    [-6, -5, 11]
    """
    try:
        check_fen(fen)
    except ValueError as error:
        raise CannotBook(said_by(error)) from error
    buildings: defaultdict[tuple[str, str, str], list[Home]] = defaultdict(list)
    for home in sorted(homes, key=lambda one: one.account.id):
        buildings[home.account.place].append(home)
    sums = [sum(home.held_fen for home in found) for found in buildings.values()]
    if not any(sums):
        raise CannotBook(Said("no household holds anything that interest could have grown on"))
    parts: list[Part] = []
    for of_building, found in zip(largest_remainder(fen, sums), buildings.values(), strict=True):
        if of_building:
            shares = largest_remainder(of_building, [_weight(home, by) for home in found])
            parts += [
                Part(home.account.beside("interest"), share)
                for home, share in zip(found, shares, strict=True)
                if share
            ]
    return with_bank("interest", parts, bank=bank)


def _weight(home: Home, by: By) -> int:
    if by == "balance":
        return home.held_fen
    if not home.area_dm2:
        raise CannotBook(Said("household %(id)s has no area on record", id=home.account.of))
    return home.area_dm2

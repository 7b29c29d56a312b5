"""The money of a case, household by household: reserved, owed, received, released.

What is paid is never another household's: a case pays with what its own households, its subsidy
and those who paid their debts have put in. Where somebody owes, part of the bill waits.

An effect is what the ledger books for a move: the name of the entry's kind, and legs that sum to
zero, a debit positive. Nothing here books anything.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct, structs

from liftwatch.fund.allocation import EMPTY, Balance, Share, largest_remainder, take
from liftwatch.fund.journal import Leg
from liftwatch.fund.refusals import OverLimit
from liftwatch.said import Said


class Place(NamedTuple):
    """Whose books: the building, the case, its bank account and its subsidy's programme."""

    area: str
    estate: str
    building: str
    case: str
    bank: str
    programme: str

    def account(self, kind: str, of: str) -> str:
        """The name of an account as the ledger has it.

        >>> Place("320583", "garden", "7", "c1", "ccb", "bond").account("principal", "1203")
        'principal/320583/garden/7/1203'
        """
        return f"{kind}/{self.area}/{self.estate}/{self.building}/{of}"


class Effect(Struct, frozen=True, kw_only=True):
    """What is to be booked for a case: one entry, an account named once, its legs sum to zero."""

    kind: str
    case: str
    legs: tuple[Leg, ...]


class Line(Struct, frozen=True, kw_only=True):
    """One household in a case: its share, and what of it lies there.

    `received_fen` is what came to settle its debt. It owes what its share lacks; it has over what
    lies there beyond its share, and gets that back as soon as others' debts come in.
    """

    household: str
    payer: str
    share_fen: int
    interest_fen: int = 0
    principal_fen: int = 0
    received_fen: int = 0

    @property
    def held_fen(self) -> int:
        """What lies there."""
        return self.interest_fen + self.principal_fen + self.received_fen

    @property
    def owed_fen(self) -> int:
        """What its share lacks."""
        return max(0, self.share_fen - self.held_fen)

    @property
    def over_fen(self) -> int:
        """What lies there beyond its share."""
        return max(0, self.held_fen - self.share_fen)


class Purse(Struct, frozen=True, kw_only=True):
    """All money of a case. `subsidy_fen` lies there, `subsidy_used_fen` is what the cost needs."""

    lines: tuple[Line, ...] = ()
    subsidy_fen: int = 0
    subsidy_used_fen: int = 0
    paid_fen: int = 0

    @property
    def cash_fen(self) -> int:
        """What lies in it or was paid out of it: never a debt."""
        return self.subsidy_fen + sum(line.held_fen for line in self.lines)

    @property
    def free_fen(self) -> int:
        """What may be paid with now."""
        return self.cash_fen - self.paid_fen

    @property
    def owed_fen(self) -> int:
        """What households and developers still owe to it."""
        return sum(line.owed_fen for line in self.lines)

    @property
    def clearing_fen(self) -> int:
        """The balance of its clearing account: what may be paid with, and what is owed."""
        return self.free_fen + self.owed_fen


Booked = tuple[Purse, tuple[Effect, ...]]


def reserve(
    place: Place,
    shares: Iterable[Share],
    balances: Mapping[str, Balance],
    *,
    subsidy_fen: int = 0,
) -> Booked:
    """Money set aside: of each household what it has, a receivable of what it has not.

    `balances` are those under the lock in which this is booked.

    >>> place = Place("320583", "garden", "7", "c1", "ccb", "bond")
    >>> shares = [Share("101", "101", 1, 60), Share("102", "102", 1, 40)]
    >>> balances = {"101": Balance(interest_fen=10, principal_fen=500)}
    >>> purse, (effect,) = reserve(place, shares, balances)
    >>> purse.cash_fen, purse.owed_fen
    (60, 40)
    >>> [(leg.account.split("/")[0], leg.amount) for leg in effect.legs]
    [('interest', 10), ('principal', 50), ('receivable', 40), ('clearing', -100)]
    """
    book = _Book(place)
    book.add("subsidy", place.programme, subsidy_fen)
    lines = tuple(
        _raised(
            Line(household=one.household, payer=one.payer, share_fen=0),
            one.amount_fen,
            balances.get(one.household, EMPTY),
            book=book,
        )
        for one in shares
    )
    purse = Purse(lines=lines, subsidy_fen=subsidy_fen, subsidy_used_fen=subsidy_fen)
    return purse, book.effects("reserve")


def adjust(
    place: Place,
    purse: Purse,
    shares: Iterable[Share],
    *,
    balances: Mapping[str, Balance],
    cost_fen: int,
) -> Booked:
    """The purse when its cost is known to be another: `shares` are of what households bear of it.

    A share that grew (by a fen: see `largest_remainder`) is drawn; who has too much gets it back
    as far as cash lies there beyond the cost: the bill goes before.
    """
    new = {one.household: one.amount_fen for one in shares}
    raised, released = _Book(place), _Book(place)
    lines = []
    for line in purse.lines:
        share_fen = new[line.household]
        if share_fen > line.share_fen:
            balance = balances.get(line.household, EMPTY)
            lines.append(_raised(line, share_fen, balance, book=raised))
        else:
            after = structs.replace(line, share_fen=share_fen)
            released.add("receivable", line.household, after.owed_fen - line.owed_fen)
            lines.append(after)
    moved = structs.replace(
        purse, lines=tuple(lines), subsidy_used_fen=min(purse.subsidy_fen, cost_fen)
    )
    moved = _given_back(moved, cost_fen=cost_fen, book=released)
    return moved, (*raised.effects("reserve"), *released.effects("release"))


def receive(
    place: Place, purse: Purse, household: str, *, amount_fen: int, cost_fen: int | None
) -> Booked:
    """The purse after a debt was paid, all or in part; raises OverLimit above the debt.

    `cost_fen` is the cost once it is final: what came in beyond it goes to whom it belongs.
    """
    owed_fen = sum(line.owed_fen for line in purse.lines if line.household == household)
    if amount_fen > owed_fen:
        raise OverLimit(
            Said("%(household)s owes %(owed)s fen here", household=household, owed=owed_fen)
        )
    lines = tuple(
        structs.replace(line, received_fen=line.received_fen + amount_fen)
        if line.household == household
        else line
        for line in purse.lines
    )
    moved = structs.replace(purse, lines=lines)
    deposit = Effect(
        kind="deposit",
        case=place.case,
        legs=(
            Leg(place.account("bank", place.bank), amount_fen),
            Leg(place.account("receivable", household), -amount_fen),
        ),
    )
    book = _Book(place)
    if cost_fen is not None:
        moved = _given_back(moved, cost_fen=cost_fen, book=book)
    return moved, (deposit, *book.effects("release"))


def pay(place: Place, purse: Purse, *, amount_fen: int, insured: bool = False) -> Booked:
    """The purse after a payment; raises OverLimit above what lies there.

    `insured`: it goes to the insurer who had paid, and meets what the fund owes there.
    """
    if amount_fen > purse.free_fen:
        raise OverLimit(
            Said("%(free)s fen lie in this case, and no more is paid", free=purse.free_fen)
        )
    debit = ("insurer" if insured else "clearing", place.case)
    effect = Effect(
        kind="reimburse" if insured else "pay",
        case=place.case,
        legs=(
            Leg(place.account(*debit), amount_fen),
            Leg(place.account("bank", place.bank), -amount_fen),
        ),
    )
    return structs.replace(purse, paid_fen=purse.paid_fen + amount_fen), (effect,)


def give_back(place: Place, purse: Purse, *, amount_fen: int) -> Booked:
    """The purse after the contractor gave money back, at most what it was paid."""
    effect = Effect(
        kind="give_back",
        case=place.case,
        legs=(
            Leg(place.account("bank", place.bank), amount_fen),
            Leg(place.account("clearing", place.case), -amount_fen),
        ),
    )
    return structs.replace(purse, paid_fen=purse.paid_fen - amount_fen), (effect,)


def advance(place: Place, amount_fen: int) -> tuple[Effect, ...]:
    """What the fund owes an insurer from now on: what it paid, as far as the audit found it due."""
    legs = (
        Leg(place.account("clearing", place.case), amount_fen),
        Leg(place.account("insurer", place.case), -amount_fen),
    )
    return (Effect(kind="advance", case=place.case, legs=legs),) if amount_fen else ()


class _Book:
    """Legs of one entry against the clearing account of a case, an account named once."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._legs: dict[str, int] = {}

    def add(self, kind: str, of: str, amount_fen: int) -> None:
        """Add to what an account is debited (negative: credited)."""
        account = self.place.account(kind, of)
        self._legs[account] = self._legs.get(account, 0) + amount_fen

    def effects(self, kind: str) -> tuple[Effect, ...]:
        """The entry, if there is anything to book."""
        legs = [Leg(account, amount) for account, amount in self._legs.items() if amount]
        clearing_fen = -sum(leg.amount for leg in legs)
        if clearing_fen:
            legs.append(Leg(self.place.account("clearing", self.place.case), clearing_fen))
        return (Effect(kind=kind, case=self.place.case, legs=tuple(legs)),) if legs else ()


def _raised(line: Line, share_fen: int, balance: Balance, *, book: _Book) -> Line:
    """A line with a greater share: what it lacks more than before is taken, or owed."""
    after = structs.replace(line, share_fen=share_fen)
    more = Share(line.household, line.payer, 0, after.owed_fen - line.owed_fen)
    taken = take(more, balance)
    book.add("interest", line.household, taken.interest_fen)
    book.add("principal", line.household, taken.principal_fen)
    book.add("receivable", line.household, taken.owed_fen)
    return structs.replace(
        after,
        interest_fen=line.interest_fen + taken.interest_fen,
        principal_fen=line.principal_fen + taken.principal_fen,
    )


def _given_back(purse: Purse, *, cost_fen: int, book: _Book) -> Purse:
    """What lies there beyond the cost goes to whoever has too much there, by how much."""
    over = [line.over_fen for line in purse.lines]
    over.append(purse.subsidy_fen - purse.subsidy_used_fen)
    free_fen = min(max(0, purse.cash_fen - max(cost_fen, purse.paid_fen)), sum(over))
    if not free_fen:
        return purse
    *parts, of_subsidy_fen = largest_remainder(free_fen, over)
    book.add("subsidy", book.place.programme, -of_subsidy_fen)
    lines = tuple(
        _lowered(line, part_fen, book=book)
        for line, part_fen in zip(purse.lines, parts, strict=True)
    )
    return structs.replace(purse, lines=lines, subsidy_fen=purse.subsidy_fen - of_subsidy_fen)


def _lowered(line: Line, part_fen: int, *, book: _Book) -> Line:
    """A line that gives up a part: first of what was received, then principal, then interest."""
    received_fen = min(part_fen, line.received_fen)
    principal_fen = min(part_fen - received_fen, line.principal_fen)
    interest_fen = part_fen - received_fen - principal_fen
    book.add("principal", line.household, -received_fen - principal_fen)
    book.add("interest", line.household, -interest_fen)
    return structs.replace(
        line,
        received_fen=line.received_fen - received_fen,
        principal_fen=line.principal_fen - principal_fen,
        interest_fen=line.interest_fen - interest_fen,
    )

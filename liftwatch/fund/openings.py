"""Opening balances of a building as a sheet: a row for each household, all of it or nothing.

The sheet is read as those of the register are (`liftwatch.register.sheets`): every row that cannot
be used is named with its line and column. What comes of it is one entry, which waits for a second
person.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from liftwatch.fund.accounts import Account, is_part
from liftwatch.fund.journal import Leg
from liftwatch.fund.money import parse_yuan
from liftwatch.fund.sources import Part, with_bank
from liftwatch.register.cells import Given, Read
from liftwatch.register.columns import Column, Found, Sheet
from liftwatch.register.doubts import Unusual, Wrong
from liftwatch.said import Said, said_by

AMOUNTS = {"principal_yuan": "principal", "interest_yuan": "interest", "owed_yuan": "receivable"}
"""Which account a column of the sheet opens."""


class Opening(Struct, frozen=True, kw_only=True):
    """A household of other books: what it had paid in, what had grown of it, what it owed."""

    household: str
    principal_yuan: int = 0
    interest_yuan: int = 0
    owed_yuan: int = 0


def _household(cell: str, _given: Given) -> Read:
    if is_part(cell):
        return cell, None
    return None, Wrong(
        Said("a household has letters, digits and Chinese characters, with single dashes between")
    )


def _fen(cell: str, _given: Given) -> Read:
    """An amount in yuan as whole fen.

    >>> _fen("1,234.5", Given(year=2026)), _fen("-1", Given(year=2026))[1].text
    ((123450, None), 'an opening balance is not below zero: what is owed has a column of its own')
    """
    try:
        fen = parse_yuan(cell)
    except ValueError as error:
        return None, Wrong(said_by(error))
    if fen < 0:
        return None, Wrong(
            Said("an opening balance is not below zero: what is owed has a column of its own")
        )
    return fen, None


def _opening(values: dict[str, Any]) -> tuple[Opening | None, list[Found]]:
    row = Opening(**values)
    if any(getattr(row, name) for name in AMOUNTS):
        return row, []
    return None, [("household", Unusual(Said("it holds nothing and owes nothing: it is left out")))]


OPENINGS = Sheet(
    "openings",
    (
        Column("household", _household, ("户号", "房号", "室号"), True),
        Column("principal_yuan", _fen, ("本金", "本金余额", "交存余额"), True, ("元", "yuan")),
        Column("interest_yuan", _fen, ("利息", "利息余额"), False, ("元", "yuan")),
        Column("owed_yuan", _fen, ("欠缴", "欠缴金额", "应收"), False, ("元", "yuan")),
    ),
    (("household",),),
    _opening,
)


def opening_legs(
    rows: Iterable[Opening], place: tuple[str, str, str], *, bank: str
) -> tuple[Leg, ...]:
    """The legs of one entry that opens them all. Raises CannotBook.

    What is owed stands against what was paid in: the rest lies at the bank.

    >>> row = Opening(household="1201", principal_yuan=500, owed_yuan=200)
    >>> for leg in opening_legs([row], ("320583", "garden", "7"), bank="ccb"):
    ...     print(leg.account, leg.amount)
    principal/320583/garden/7/1201 -500
    receivable/320583/garden/7/1201 200
    bank/320583/garden/7/ccb 300
    """
    parts = [
        Part(Account(kind, *place, row.household), fen)
        for row in rows
        for name, kind in AMOUNTS.items()
        if (fen := getattr(row, name))
    ]
    return with_bank("opening", parts, bank=bank)

"""The accounts of the fund, by building and within it by household, case or source.

Every account is of one building: books balance within each building, so none can be spent for
another (165号令, art. 20; Shanghai art. 66 "by building ledger, by household sub-account").
A debit is positive, a credit negative. No balance is ever below zero on its own side.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from liftwatch.said import Said

DEBIT, CREDIT = 1, -1
PART_MAX = 32


class AccountKind(NamedTuple):
    """A row of the chart: the side on which its balance stands, and what its last part names."""

    name: str
    side: int
    of: str
    what: str


CHART = (
    AccountKind("bank", DEBIT, "special account", "the building's part of a special bank account"),
    AccountKind("receivable", DEBIT, "household", "what a household still has to pay"),
    AccountKind("principal", CREDIT, "household", "what owners of a household have paid in"),
    AccountKind("interest", CREDIT, "household", "what has grown of it"),
    AccountKind("clearing", CREDIT, "case", "reserved for a case and not paid out"),
    AccountKind("subsidy", CREDIT, "programme", "treasury bond subsidy, not used yet"),
    AccountKind("insurer", CREDIT, "case", "what an insurer has paid for a case and gets back"),
    AccountKind("public", CREDIT, "source", "income from common parts, not shared out yet"),
)
KINDS = {row.name: row for row in CHART}

_PART = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]+(-[0-9A-Za-z\u4e00-\u9fff]+)*\Z")
_AREA = re.compile(r"[0-9]{6}\Z")
_ESTATE = re.compile(r"[a-z0-9-]{1,32}\Z")


class Account(Struct, frozen=True, order=True):
    """One account: its kind, its building, and the household, case or source it is of."""

    kind: str
    area: str
    estate: str
    building: str
    of: str

    @property
    def id(self) -> str:
        """Its name in every posting.

        >>> Account("principal", "320583", "garden", "7", "1203").id
        'principal/320583/garden/7/1203'
        """
        return f"{self.kind}/{self.area}/{self.estate}/{self.building}/{self.of}"

    @property
    def side(self) -> int:
        """DEBIT where a balance is what debits are more than credits, else CREDIT."""
        return KINDS[self.kind].side

    @property
    def place(self) -> tuple[str, str, str]:
        """Its building: area, estate, building."""
        return self.area, self.estate, self.building

    def beside(self, kind: str) -> "Account":
        """The account of another kind for the same building and the same household or case."""
        return Account(kind, self.area, self.estate, self.building, self.of)


def is_part(text: str) -> bool:
    """Whether a text can name a building, a household, a case or a source.

    Letters, digits and Chinese characters, with single dashes between: every ledger program can
    write that, so an export needs no second spelling.

    >>> [is_part(text) for text in ("1203", "3幢", "7-1-1203", "7--1", "a/b", "", "-1")]
    [True, True, True, False, False, False, False]
    """
    return len(text) <= PART_MAX and _PART.match(text) is not None


@lru_cache(maxsize=65_536)
def account_of(id: str) -> Account:
    """The account of a name; ValueError, saying why, for a name that is none.

    >>> account_of("bank/320583/garden/7/ccb-1").of
    'ccb-1'
    >>> account_of("cash/320583/garden/7/x")
    Traceback (most recent call last):
    ValueError: 'cash/320583/garden/7/x' is no account
    """
    parts = id.split("/")
    if len(parts) == 5:
        kind, area, estate, building, of = parts
        right = kind in KINDS and _AREA.match(area) and _ESTATE.match(estate)
        if right and is_part(building) and is_part(of):
            return Account(kind, area, estate, building, of)
    raise ValueError(Said("%(given)s is no account", given=repr(id[:80])))

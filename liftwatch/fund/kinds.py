"""What an entry may be: one row for each happening, with the accounts it may debit and credit.

An entry that says "deposit" and takes from a household is refused, however well it adds up.
"""

from typing import NamedTuple

from liftwatch.fund.accounts import KINDS as ACCOUNT_KINDS

OWN = frozenset({"principal", "interest"})
"""What is a household's."""
GIVEN = OWN | {"public", "subsidy"}
"""What a case may be paid from."""
ALL = frozenset(ACCOUNT_KINDS)
BANK, CLEARING = frozenset({"bank"}), frozenset({"clearing"})


class EntryKind(NamedTuple):
    """A happening: what it may debit, what it may credit, and whether it takes a second person."""

    name: str
    debit: frozenset[str]
    credit: frozenset[str]
    what: str
    second: bool = False


TABLE = (
    EntryKind(
        "opening",
        BANK | {"receivable"},
        GIVEN,
        "what other books held when these began",
        second=True,
    ),
    EntryKind("deposit", BANK, OWN - {"interest"} | {"receivable"}, "a household has paid in"),
    EntryKind("interest", BANK, frozenset({"interest"}), "the bank has paid interest"),
    EntryKind("income", BANK, frozenset({"public"}), "income from common parts, or of scrap"),
    EntryKind("share", frozenset({"public"}), OWN, "income is shared out to households"),
    EntryKind("subsidy", BANK, frozenset({"subsidy"}), "a treasury bond subsidy has come"),
    EntryKind("return", frozenset({"subsidy"}), BANK, "what is left of a subsidy goes back"),
    EntryKind("reserve", GIVEN | {"receivable"}, CLEARING, "money is set aside for a case"),
    EntryKind("release", CLEARING, GIVEN | {"receivable"}, "what a case does not need goes back"),
    EntryKind("pay", CLEARING, BANK, "a case is paid for"),
    EntryKind("give_back", BANK, CLEARING, "who was paid for a case gives some of it back"),
    EntryKind("advance", CLEARING, frozenset({"insurer"}), "an insurer has paid for a case"),
    EntryKind("reimburse", frozenset({"insurer"}), BANK, "an insurer gets back what it paid"),
    EntryKind("move", OWN | {"receivable"}, OWN | {"receivable"}, "dwellings are split or joined"),
    EntryKind("refund", OWN, BANK, "a dwelling is gone, and its owner is paid out", second=True),
    EntryKind("rebank", BANK, BANK, "money goes from one special account to another"),
    EntryKind("reversal", ALL, ALL, "an entry is taken back whole"),
)
KINDS = {row.name: row for row in TABLE}
REVERSAL = "reversal"
OF_A_CASE = frozenset({"clearing", "insurer"})
"""Accounts that only entries of their own case touch."""

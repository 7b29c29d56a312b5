"""What is sent to the fund's books in JSON: amounts are whole fen, a debit positive."""

from typing import Annotated

from msgspec import Meta, Struct

AccountName = Annotated[str, Meta(max_length=160)]
Word = Annotated[str, Meta(max_length=40)]
Text = Annotated[str, Meta(max_length=200)]
DayText = Annotated[str, Meta(max_length=10)]
Name = Annotated[str, Meta(max_length=64)]
LEGS_MAX = 20_000


class FundLeg(Struct, kw_only=True, forbid_unknown_fields=True):
    """A debit (positive) or a credit (negative)."""

    account: AccountName
    amount_fen: int


class NewFundEntry(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to be booked; without `day` it is today's. `source` is the bank's line."""

    kind: Word
    legs: Annotated[list[FundLeg], Meta(max_length=LEGS_MAX)]
    day: DayText | None = None
    source: Text | None = None
    document: Name | None = None
    memo: Text = ""


class NewFundProposal(Struct, kw_only=True, forbid_unknown_fields=True):
    """The same for a second person; or an entry that is to be taken back, and nothing of legs."""

    kind: Word = "reversal"
    legs: Annotated[list[FundLeg], Meta(max_length=LEGS_MAX)] = []
    reverses: int | None = None
    day: DayText | None = None
    source: Text | None = None
    document: Name | None = None
    memo: Text = ""


class FundConfirmation(Struct, kw_only=True, forbid_unknown_fields=True):
    """The digest of what was looked at."""

    digest: Name


class InterestToSpread(Struct, kw_only=True, forbid_unknown_fields=True):
    """Interest of a special account, in the buildings that the other fields name, all of the area
    without them; `by` balance or area. `seen` is what a preview gave: where it would be spread
    otherwise by now, nothing is booked."""

    area: Word
    estate: Word | None = None
    building: Word | None = None
    bank: Word
    fen: int
    by: Word = "balance"
    seen: Name | None = None
    day: DayText | None = None
    source: Text | None = None
    document: Name | None = None
    memo: Text = ""


class YearToClose(Struct, kw_only=True, forbid_unknown_fields=True):
    """A year that is over."""

    year: int


class NewFundDeposit(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a household has paid in: first what it owes, then its principal."""

    area: Word
    estate: Word
    building: Word
    household: Word
    fen: int
    bank: Word
    day: DayText | None = None
    source: Text | None = None
    document: Name | None = None
    memo: Text = ""


class FirstDeposits(Struct, kw_only=True, forbid_unknown_fields=True):
    """What households of a building paid in first, by household."""

    area: Word
    estate: Word
    building: Word
    fens: Annotated[dict[Word, int], Meta(max_length=LEGS_MAX)]


class FundOrder(Struct, kw_only=True, forbid_unknown_fields=True):
    """A payment: of which special account, to whom."""

    bank: Word
    payee: Name
    payee_account: Word
    payee_bank: Name
    fen: int
    purpose: Name


class NewFundOrders(Struct, kw_only=True, forbid_unknown_fields=True):
    """Payments of a case of a building, which has set that much aside."""

    area: Word
    estate: Word
    building: Word
    case: Word
    orders: Annotated[list[FundOrder], Meta(min_length=1, max_length=500)]


DESCRIBED_BODIES = (
    NewFundEntry,
    NewFundProposal,
    FundConfirmation,
    YearToClose,
    InterestToSpread,
    NewFundDeposit,
    FirstDeposits,
    NewFundOrders,
)

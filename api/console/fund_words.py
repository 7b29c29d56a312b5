"""The legs of an entry in words: whose account rises or falls, and by how much."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from api.console.fund_case_views import CaseRows, money
from api.console.marks import N_
from liftwatch.fund.accounts import KINDS, account_of
from liftwatch.fund.journal import Leg

LEG_TEXTS: Mapping[str, tuple[str, str]] = {
    "bank": (
        N_("%(yuan)s yuan come into the bank account %(of)s"),
        N_("%(yuan)s yuan leave the bank account %(of)s"),
    ),
    "principal": (
        N_("household %(of)s: paid in rises by %(yuan)s yuan"),
        N_("household %(of)s: paid in falls by %(yuan)s yuan"),
    ),
    "interest": (
        N_("household %(of)s: interest rises by %(yuan)s yuan"),
        N_("household %(of)s: interest falls by %(yuan)s yuan"),
    ),
    "receivable": (
        N_("household %(of)s owes %(yuan)s yuan more"),
        N_("household %(of)s owes %(yuan)s yuan less"),
    ),
    "clearing": (
        N_("%(yuan)s yuan more are set aside for case %(of)s"),
        N_("%(yuan)s yuan less are set aside for case %(of)s"),
    ),
    "subsidy": (
        N_("the subsidy %(of)s rises by %(yuan)s yuan"),
        N_("the subsidy %(of)s falls by %(yuan)s yuan"),
    ),
    "insurer": (
        N_("%(yuan)s yuan more are due to the insurer of case %(of)s"),
        N_("%(yuan)s yuan less are due to the insurer of case %(of)s"),
    ),
    "public": (
        N_("income of %(of)s not shared out yet rises by %(yuan)s yuan"),
        N_("income of %(of)s not shared out yet falls by %(yuan)s yuan"),
    ),
}
"""By kind of account: what a rise and a fall of its balance is called."""


class LegView(NamedTuple):
    """A leg: in words, where, its account, debit or credit, and what the account would hold."""

    words: str
    place: str
    account: str
    amount: str
    then: str
    short: bool


def leg_views(
    rows: CaseRows, legs: Iterable[Leg], *, held: Mapping[str, int] | None
) -> list[LegView]:
    """Legs as people read them; `held` is what the accounts hold now, None where that is past."""
    views = []
    for leg in legs:
        account = account_of(leg.account)
        change = account.side * leg.amount
        text = LEG_TEXTS[account.kind][change < 0]
        then = None if held is None else held.get(leg.account, 0) + change
        views.append(
            LegView(
                words=rows.language.say(text, of=account.of, yuan=money(abs(change))),
                place=rows.place(*account.place),
                account=leg.account,
                amount=money(leg.amount),
                then="" if then is None else money(then),
                short=then is not None and then < 0,
            )
        )
    return views


assert set(LEG_TEXTS) == set(KINDS), "a kind of account without its words"

"""The plan of a case: what is done, why, for how much, for whom; each version with its digest."""

from hashlib import sha256

import msgspec
from msgspec import Struct

from liftwatch.fund.amounts import check_amount, check_whole
from liftwatch.fund.eligibility import Claim, Work
from liftwatch.fund.money import FEN_MAX
from liftwatch.fund.refusals import Untold
from liftwatch.fund.scope import Scope, check_scope
from liftwatch.said import Said

ITEMS_MAX = 200
TEXT_MAX = 500
CODE_MAX = 32
CASE_ACTS = frozenset({"use", "raise", "rebuild"})
"""What owners decide by a plan of a case; other acts of theirs need none."""
REBUILDING = frozenset({"new_lift"})
"""Work that is no use of what is there: a lift where none was (Civil Code, art. 278, item 7)."""


class Item(Struct, frozen=True, kw_only=True):
    """One line of work: a code (`liftwatch.fund.drafts.WORKS`, or another), in words, its price."""

    code: str
    what: str
    amount_fen: int


class Plan(Struct, frozen=True, kw_only=True):
    """One version of what is to be done. `major` is a major repair, alteration or renewal: it is
    inspected under supervision (Special Equipment Safety Law, art. 25).

    `act` is what owners decide by it; `subsidy_fen` what others give and households need not.
    """

    act: str
    items: tuple[Item, ...]
    scope: Scope
    claim: Claim = Claim()
    cause: str = ""
    major: bool = False
    subsidy_fen: int = 0
    version: int = 1

    @property
    def budget_fen(self) -> int:
        """The sum of its lines."""
        return sum(one.amount_fen for one in self.items)

    @property
    def works(self) -> tuple[Work, ...]:
        """Its lines as the rules of eligibility see them."""
        return tuple(Work(one.code, one.amount_fen) for one in self.items)

    @property
    def digest(self) -> str:
        """SHA-256 of all it says, its version too: going back to an earlier text is a new plan."""
        told = msgspec.to_builtins(self, order="sorted")
        told["scope"] = self.scope.digest
        return sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def check_plan(plan: Plan) -> Plan:
    """A plan that can be published; raises Untold. Eligibility is asked on its own.

    >>> from liftwatch.fund.scope import Household
    >>> scope = Scope(households=(Household(id="101", area_dm2=9000),))
    >>> item = Item(code="brake", what="new brake shoes", amount_fen=800_000)
    >>> check_plan(Plan(act="use", items=(item,), scope=scope)).budget_fen
    800000
    >>> check_plan(Plan(act="use", items=(), scope=scope))
    Traceback (most recent call last):
    ...
    liftwatch.fund.refusals.Untold: a plan has 1 to 200 lines of work
    """
    if plan.act not in CASE_ACTS:
        raise Untold(Said("%(act)s is nothing a plan is voted on for", act=plan.act))
    if not 0 < len(plan.items) <= ITEMS_MAX:
        raise Untold(Said("a plan has %(low)s to %(high)s lines of work", low=1, high=ITEMS_MAX))
    for one in plan.items:
        check_amount(one.amount_fen)
        if not 0 < len(one.code) <= CODE_MAX or not one.what.strip() or len(one.what) > TEXT_MAX:
            raise Untold(
                Said("a line of work has a code, and %(high)s characters at most", high=TEXT_MAX)
            )
    if len(plan.cause) > TEXT_MAX:
        raise Untold(
            Said(
                "%(field)s has %(low)s to %(high)s characters", field="cause", low=0, high=TEXT_MAX
            )
        )
    check_amount(plan.budget_fen, field="budget_fen")
    check_whole(plan.subsidy_fen, field="subsidy_fen", low=0, high=plan.budget_fen)
    check_whole(plan.version, field="version", low=1, high=FEN_MAX)
    check_scope(plan.scope)
    if any(one.code in REBUILDING for one in plan.items) and plan.act != "rebuild":
        raise Untold(
            Said("a lift where none was is a vote on rebuilding"),
            rule="Civil Code, art. 278, item 7",
        )
    return plan

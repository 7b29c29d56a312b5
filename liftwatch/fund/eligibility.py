"""What the fund does not pay for: a table of rules, each with its article, asked before a plan
is published, and never answered by silence.

Articles of 165号令 (Measures for special residential maintenance funds, 2007) are cited from
memory where the domain report marks them so: compare before relying on the number.
"""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from msgspec import Struct

from liftwatch.fund.amounts import check_amount
from liftwatch.fund.refusals import Ineligible, Untold
from liftwatch.said import Said

Cause = Literal["wear", "age", "defect", "man_made", "accident", "utility", "unknown"]
CAUSES = ("wear", "age", "defect", "man_made", "accident", "utility", "unknown")

MAINTENANCE_WORK = frozenset(
    {"management", "maintenance", "inspection", "governor_check", "insurance"}
)
"""What service contracts pay in law wherever it stands (Taizhou lift measures, art. 17)."""


class Contract(Struct, frozen=True, kw_only=True):
    """What the contract of maintenance covers: codes of work, and parts up to a price.

    `parts_up_to_fen` is the price of a part up to which, itself included, the maintenance unit
    bears it; 0: none.
    """

    covers: frozenset[str] = frozenset()
    parts_up_to_fen: int = 0


class Claim(Struct, frozen=True, kw_only=True):
    """What is said of a repair before the fund may pay it; None is not told yet.

    Days are those of the estates. `warranty_until` is the last day of the developer's or the
    maker's warranty, 0 where there never was one; `tortfeasor` whether somebody answers for it.
    """

    common_part: bool | None = None
    cause: Cause | None = None
    fault_day: int | None = None
    warranty_until: int | None = None
    tortfeasor: bool | None = None
    of_building: bool | None = None
    contract: Contract | None = None


class Work(NamedTuple):
    """One line of a plan as the rules see it: its code and its price."""

    code: str
    amount_fen: int


class Rule(NamedTuple):
    """A row: when the fund does not pay, what is said then, and which article says so."""

    name: str
    holds: Callable[[Claim, tuple[Work, ...]], bool]
    why: Said
    source: str


def _in_warranty(claim: Claim, _: tuple[Work, ...]) -> bool:
    return (claim.fault_day or 0) <= (claim.warranty_until or 0) and bool(claim.warranty_until)


def _covered(claim: Claim, works: tuple[Work, ...]) -> bool:
    contract = claim.contract or Contract()
    return any(
        work.code in contract.covers or work.amount_fen <= contract.parts_up_to_fen
        for work in works
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "not_common",
        lambda claim, _: claim.common_part is False,
        Said("it is no common part and no common equipment"),
        "Civil Code, art. 281",
    ),
    Rule(
        "other_building",
        lambda claim, _: claim.of_building is False,
        Said("a building's money does not pay for what the whole estate uses"),
        "165号令, art. 20",
    ),
    Rule(
        "warranty",
        _in_warranty,
        Said("it is within the warranty: the developer or the maker bears it"),
        "物业管理条例, art. 53; 165号令, art. 25(1)",
    ),
    Rule(
        "utility",
        lambda claim, _: claim.cause == "utility",
        Said("it is the duty of a supplier of water, power, gas or lines"),
        "165号令, art. 25(2)",
    ),
    Rule(
        "man_made",
        lambda claim, _: bool(claim.tortfeasor) or claim.cause == "man_made",
        Said("somebody did the damage: whoever did it pays"),
        "165号令, art. 25(3)",
    ),
    Rule(
        "maintenance",
        lambda _, works: any(work.code in MAINTENANCE_WORK for work in works),
        Said("management, maintenance, inspection and insurance are for the service contract"),
        "165号令, art. 25(4); Taizhou, art. 17",
    ),
    Rule(
        "service_contract",
        _covered,
        Said("the contract of maintenance covers it"),
        "165号令, art. 25(4); Shanghai, art. 68",
    ),
)
BY_NAME: Mapping[str, Rule] = {rule.name: rule for rule in RULES}


def check_eligible(claim: Claim, works: tuple[Work, ...]) -> None:
    """Raise Ineligible with the rule that refuses it, Untold where something is not told.

    A work that nobody has priced is not judged: every amount is a whole number of fen.

    >>> claim = Claim(common_part=True, cause="wear", fault_day=20, warranty_until=10,
    ...               tortfeasor=False, of_building=True, contract=Contract())
    >>> check_eligible(claim, (Work("brake", 800_000),))
    >>> check_eligible(claim, (Work("inspection", 800_000),))
    Traceback (most recent call last):
    ...
    liftwatch.fund.refusals.Ineligible: management, maintenance, inspection and insurance are for \
the service contract
    """
    for field in claim.__struct_fields__:
        if getattr(claim, field) is None:
            raise Untold(Said("%(field)s is not told", field=field))
    if claim.cause not in CAUSES:
        raise Untold(Said("%(cause)s is no cause we know", cause=claim.cause))
    if not works:
        raise Untold(Said("a plan has at least one line of work"))
    for work in works:
        check_amount(work.amount_fen)
    for rule in RULES:
        if rule.holds(claim, works):
            raise Ineligible(rule.why, rule=rule.source)

"""The year's list of lifts to renew: what a rule proposes for each, what it may cost, and what the
fund of its building has for it, so that money goes where the risk is.

It proposes and decides nothing: a case of the fund is people's (`liftwatch.fund`), and whoever
knows better puts an estimate on record, which holds against the tables here.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from liftwatch.care.risk import LIMIT, TRENDS
from liftwatch.fund.allocation import EMPTY, Balance, allocate, take
from liftwatch.fund.amounts import check_amount
from liftwatch.fund.drafts import POINTERS, WORKS
from liftwatch.fund.refusals import Refused
from liftwatch.fund.scope import Scope
from liftwatch.incidents.moves import TEXT_MAX, Untold, too_long
from liftwatch.said import Said

Remedy = Literal["renewal", "major_repair", "assessment"]
REMEDIES: tuple[Remedy, ...] = ("renewal", "major_repair", "assessment")
OF_FUND: frozenset[str] = frozenset({"renewal", "major_repair"})
"""Major repair and renewal are the fund's; an assessment is part of daily management, which the
service contract pays (Taizhou art. 17, domain 6)."""
Why = Literal["life_over_risky", "life_over_unassessed", "worn", "risky", "estimate"]
DESIGN_LIFE_YEARS = 15.0  # contract, section 1
YEARS_AHEAD = 5
"""So many years ahead a list can be drawn up [our choice]."""


class Cost(NamedTuple):
    """A kind of work: what it costs in a low house and in a high one, in fen, and who says so."""

    code: str
    low_fen: int
    high_fen: int
    source: str


LOW_STOPS, HIGH_STOPS = 7, 33
"""Houses with lifts have 7 to 33 floors (domain 4.3); between them cost grows with the stops, as
ropes, guides and landing doors do [our choice]."""
COSTS: Mapping[str, Cost] = {
    **{
        one.code: Cost(one.code, one.low_fen, one.high_fen, "domain 6.4, estimates")
        for one in WORKS.values()
        if not one.major
    },
    "renewal": Cost(
        "renewal",
        18_000_000,
        42_000_000,
        "[our choice], above the 150 000 yuan that"
        " bonds give a lift (domain 0.10): what it really costs is more",
    ),
    "assessment": Cost("assessment", 500_000, 800_000, "[our choice]"),
}


class Estimate(Struct, frozen=True, kw_only=True):
    """What a person holds a lift to need, and what it would cost: the nth of its lift."""

    lift: str
    n: int = 0
    area: str
    estate: str
    remedy: Remedy
    fen: int
    why: str
    person: str | None = None
    organisation: str | None = None
    at_ms: int = 0


def checked(one: Estimate) -> Estimate:
    """An estimate that may be put on record; raises Untold."""
    if one.remedy not in REMEDIES:
        raise Untold(Said("the remedy is none of %(known)s", known=", ".join(REMEDIES)))
    if not one.why.strip() or len(one.why) > TEXT_MAX:
        raise Untold(too_long("why", TEXT_MAX))
    try:
        check_amount(one.fen, field="fen")
    except Refused as error:
        raise Untold(error.why) from error
    return one


class Known(Struct, frozen=True, kw_only=True):
    """What a proposal is made by. `life_years` is the design life, `age_years` None unknown."""

    score: float
    age_years: float | None = None
    life_years: float | None = None
    assessed: bool = False
    stops: int | None = None
    open_kinds: Mapping[str, int] = {}
    estimate: Estimate | None = None


class Proposal(NamedTuple):
    """What is proposed, the works it is made of, why, its cost in fen, and whose figure that is."""

    remedy: Remedy
    works: tuple[str, ...]
    why: Why
    cost_fen: int
    by: Literal["table", "estimate"]


def propose(known: Known) -> Proposal | None:
    """What the rule proposes for a lift; None where it proposes nothing.

    A design life that is over asks for an assessment before the lift goes on (Special Equipment
    Safety Law, art. 48); where the score is above its limit, too, it is renewed instead of being
    assessed once more [our choice]. Worn parts are repaired. What is risky for another reason is
    assessed, to find it [our choice].

    >>> old = Known(score=71.0, age_years=18.0, assessed=True, stops=20)
    >>> propose(old).remedy, propose(old).why, propose(old).cost_fen
    ('renewal', 'life_over_risky', 30000000)
    >>> propose(Known(score=30.0, age_years=16.0)).remedy
    'assessment'
    >>> worn = Known(score=30.0, age_years=9.0, stops=7, open_kinds={"brake_wear": 4})
    >>> propose(worn).works, propose(worn).cost_fen
    (('brake',), 500000)
    >>> propose(Known(score=30.0, age_years=16.0, assessed=True)) is None
    True
    """
    by_rule = _by_rule(known)
    one = known.estimate
    if one is None:
        return by_rule
    works = by_rule.works if by_rule and by_rule.remedy == one.remedy else ()
    why = by_rule.why if by_rule else "estimate"
    return Proposal(one.remedy, works or _works(one.remedy, known), why, one.fen, "estimate")


def _by_rule(known: Known) -> Proposal | None:
    life = known.life_years or DESIGN_LIFE_YEARS
    over = known.age_years is not None and known.age_years >= life
    risky = known.score > LIMIT
    worn = _works("major_repair", known)
    if over and risky:
        return _priced("renewal", ("renewal",), "life_over_risky", known=known)
    if over and not known.assessed:
        return _priced("assessment", ("assessment",), "life_over_unassessed", known=known)
    if worn:
        return _priced("major_repair", worn, "worn", known=known)
    return _priced("assessment", ("assessment",), "risky", known=known) if risky else None


def _works(remedy: Remedy, known: Known) -> tuple[str, ...]:
    """The first of what each worn part points to (`liftwatch.fund.drafts`), each once."""
    if remedy != "major_repair":
        return (remedy,)
    kinds = [kind for kind in TRENDS if kind in known.open_kinds and kind in POINTERS]
    return tuple(dict.fromkeys(POINTERS[kind].works[0] for kind in kinds))


def _priced(remedy: Remedy, works: tuple[str, ...], why: Why, *, known: Known) -> Proposal:
    cost = sum(cost_fen(work, known.stops) for work in works)
    return Proposal(remedy, works, why, cost, "table")


def cost_fen(work: str, stops: int | None) -> int:
    """What a work costs at so many stops, to whole hundred yuan; in the middle where stops are
    unknown.

    >>> cost_fen("renewal", 7), cost_fen("renewal", 33), cost_fen("renewal", None)
    (18000000, 42000000, 30000000)
    >>> cost_fen("ropes", 12)
    1030000
    """
    row = COSTS[work]
    part = 0.5 if stops is None else (stops - LOW_STOPS) / (HIGH_STOPS - LOW_STOPS)
    fen = row.low_fen + (row.high_fen - row.low_fen) * min(max(part, 0.0), 1.0)
    return round(fen / 10_000) * 10_000


class Purse(NamedTuple):
    """What pays for a lift: the households that share its cost by floor area, what each has left,
    and what a case of the fund has put aside for it already."""

    scope: Scope
    balances: Mapping[str, Balance]
    reserved_fen: int = 0


class Covered(NamedTuple):
    """How a cost is met: put aside, there to be taken, missing; and what each household gives."""

    reserved_fen: int
    available_fen: int
    taken_fen: int
    gap_fen: int
    takes: Mapping[str, int]

    @property
    def covered_fen(self) -> int:
        """What of the cost is met."""
        return self.reserved_fen + self.taken_fen


def cover(cost: int, purse: Purse, spent: Mapping[str, int]) -> Covered:
    """What the fund has for a cost. `spent` is what households gave to lifts before it in the list.

    Each gives its share by floor area, as far as it has it; nobody pays another's, as in a case.
    What is reserved for cases has left the balances when it was booked.

    >>> from liftwatch.fund.scope import Household
    >>> homes = (Household(id="101", area_dm2=9000), Household(id="201", area_dm2=9000))
    >>> purse = Purse(Scope(households=homes), {"101": Balance(0, 800), "201": Balance(20, 100)})
    >>> found = cover(1_000, purse, {})
    >>> found.available_fen, found.taken_fen, found.gap_fen
    (920, 620, 380)
    >>> cover(1_000, purse, found.takes).taken_fen
    300
    """
    reserved = min(purse.reserved_fen, cost)
    left = {one.id: purse.balances.get(one.id, EMPTY) for one in purse.scope.households}
    left = {id: _less(balance, spent.get(id, 0)) for id, balance in left.items()}
    available = sum(one.interest_fen + one.principal_fen for one in left.values())
    takes = {}
    for share in allocate(cost - reserved, purse.scope):
        taken = take(share, left[share.household])
        takes[share.household] = taken.interest_fen + taken.principal_fen
    sum_taken = sum(takes.values())
    return Covered(reserved, available, sum_taken, cost - reserved - sum_taken, takes)


def _less(balance: Balance, fen: int) -> Balance:
    interest = max(0, balance.interest_fen - fen)
    rest = max(0, fen - balance.interest_fen)
    return Balance(interest, max(0, balance.principal_fen - rest), balance.first_deposit_fen)


class Wanted(NamedTuple):
    """A lift of the list before money: its name, the building's key, what is proposed, its purse;
    None where nobody can tell who would pay."""

    lift: str
    place: tuple[str, str, str]
    proposal: Proposal
    purse: Purse | None


class Met(NamedTuple):
    """A lift of the list and how its cost is met, with the sums of all down to it. `covered` None:
    it is not the fund's, or nobody can tell."""

    wanted: Wanted
    covered: Covered | None
    cost_sum_fen: int
    covered_sum_fen: int
    gap_sum_fen: int


def meet(rows: Iterable[Wanted]) -> list[Met]:
    """Go down the list, the riskiest first: who is above has the money before who is below.

    The sums are of what the fund is asked for; of a purse nobody knows all is missing.
    """
    spent: dict[tuple[str, str, str], dict[str, int]] = {}
    found: list[Met] = []
    cost = covered = gap = 0
    for one in rows:
        if one.proposal.remedy not in OF_FUND:
            found.append(Met(one, None, cost, covered, gap))
            continue
        held = None
        if one.purse is not None:
            before = spent.setdefault(one.place, {})
            held = cover(one.proposal.cost_fen, one.purse, before)
            for id, fen in held.takes.items():
                before[id] = before.get(id, 0) + fen
        cost += one.proposal.cost_fen
        covered += held.covered_fen if held else 0
        gap += held.gap_fen if held else one.proposal.cost_fen
        found.append(Met(one, held, cost, covered, gap))
    return found


def by_remedy(rows: Sequence[Met]) -> dict[str, tuple[int, int]]:
    """How many lifts of each remedy, and what they would cost together."""
    found: dict[str, tuple[int, int]] = dict.fromkeys(REMEDIES, (0, 0))
    for one in rows:
        count, fen = found[one.wanted.proposal.remedy]
        found[one.wanted.proposal.remedy] = (count + 1, fen + one.wanted.proposal.cost_fen)
    return found

"""Votes of owners by Civil Code, art. 278: who must take part, and how many must agree.

    taking part   at least 2/3 of the area AND at least 2/3 of the heads
    agreeing      more than 1/2 of the area and heads that take part; for raising money, rebuilding
                  and changing the use of common parts at least 3/4 of both

"At least" (以上) includes the number itself, "more than half" (过半数) does not (Civil Code, art.
1259). All comparisons are of products of whole numbers: no share is ever a float. Whoever abstains
takes part; whoever hands in nothing does not, and is not counted with the majority.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from msgspec import Struct

from liftwatch.fund.refusals import Untold
from liftwatch.fund.scope import Household
from liftwatch.said import Said

Choice = Literal["for", "against", "abstain", "void"]
"""`void` is a paper that cannot be read: it takes no part [our choice: the careful one, for fewer
take part]."""
CHOICES: tuple[Choice, ...] = ("for", "against", "abstain", "void")


class Threshold(NamedTuple):
    """A part that must be reached (`strict` false) or surpassed (`strict` true)."""

    numerator: int
    denominator: int
    strict: bool

    def met(self, part: int, whole: int) -> bool:
        """Whether a part of a whole is enough. Of nothing, nothing is enough.

        >>> THREE_QUARTERS.met(3, 4), MAJORITY.met(2, 4), MAJORITY.met(3, 4), TWO_THIRDS.met(0, 0)
        (True, False, True, False)
        """
        if whole <= 0:
            return False
        left, right = part * self.denominator, whole * self.numerator
        return left > right if self.strict else left >= right


TWO_THIRDS = Threshold(2, 3, strict=False)
MAJORITY = Threshold(1, 2, strict=True)
THREE_QUARTERS = Threshold(3, 4, strict=False)

QUORUM = TWO_THIRDS
"""Civil Code, art. 278, second paragraph, first sentence: 占比三分之二以上."""


class Act(NamedTuple):
    """A row: what is decided, its item of art. 278, first paragraph, and who must agree."""

    name: str
    item: int
    agreeing: Threshold
    what: str


ACTS: Mapping[str, Act] = {
    row.name: row
    for row in (
        Act("rules", 1, MAJORITY, "make or change the rules of the owners' assembly"),
        Act("covenant", 2, MAJORITY, "make or change the owners' covenant"),
        Act("elect", 3, MAJORITY, "elect or replace members of the committee"),
        Act("manager", 4, MAJORITY, "hire or dismiss the property manager"),
        Act("use", 5, MAJORITY, "use the maintenance fund: repair or replace a lift"),
        Act("raise", 6, THREE_QUARTERS, "raise money for the maintenance fund"),
        Act("rebuild", 7, THREE_QUARTERS, "rebuild or add to the building: a new lift"),
        Act("change_use", 8, THREE_QUARTERS, "change the use of common parts, or earn by them"),
        Act("other", 9, MAJORITY, "decide what else concerns all owners"),
    )
}
"""Second paragraph: items 6 to 8 need three quarters, all others more than half."""


class Tally(Struct, frozen=True, kw_only=True):
    """What was counted, in areas (0.01 m2) and in heads, and what follows."""

    act: str
    area_all: int
    area_taking: int
    area_for: int
    heads_all: int
    heads_taking: int
    heads_for: int

    @property
    def is_quorate(self) -> bool:
        """Whether enough take part, by area and by heads."""
        return QUORUM.met(self.area_taking, self.area_all) and QUORUM.met(
            self.heads_taking, self.heads_all
        )

    @property
    def is_agreed(self) -> bool:
        """Whether enough of those who take part agree, by area and by heads."""
        agreeing = ACTS[self.act].agreeing
        return agreeing.met(self.area_for, self.area_taking) and agreeing.met(
            self.heads_for, self.heads_taking
        )

    @property
    def passed(self) -> bool:
        """Whether it is decided."""
        return self.is_quorate and self.is_agreed


def heads_of(roll: Iterable[Household]) -> dict[str, int]:
    """The area behind each head of a roll, in 0.01 m2.

    >>> heads_of([Household(id="1", area_dm2=90, owner="k"), Household(id="2", area_dm2=60),
    ...           Household(id="3", area_dm2=50, owner="k")])
    {'owner:k': 140, 'unit:2': 60}
    """
    areas: dict[str, int] = {}
    for one in roll:
        areas[one.head] = areas.get(one.head, 0) + one.area_dm2
    return areas


def tally(roll: Iterable[Household], choices: Mapping[str, Choice], act: str) -> Tally:
    """Count a vote: `choices` by head; a head that is silent is not in it.

    All of a roll counts, unsold units too. Raises Untold for an act, a head or a choice nobody
    knows.

    >>> roll = [Household(id=str(n), area_dm2=10000) for n in range(6)]
    >>> choices = {"unit:0": "for", "unit:1": "for", "unit:2": "for", "unit:3": "against"}
    >>> counted = tally(roll, choices, "use")
    >>> counted.is_quorate, counted.is_agreed
    (True, True)
    >>> tally(roll, choices, "raise").passed, tally(roll, {"unit:0": "for"}, "use").passed
    (True, False)
    """
    if act not in ACTS:
        raise Untold(Said("%(act)s is nothing owners vote on", act=act), rule="Civil Code, 278")
    areas = heads_of(roll)
    for head, choice in choices.items():
        if head not in areas:
            raise Untold(Said("%(head)s has no vote here", head=head))
        if choice not in CHOICES:
            raise Untold(Said("%(choice)s is no choice", choice=choice))
    taking = [head for head, choice in choices.items() if choice != "void"]
    agreeing = [head for head in taking if choices[head] == "for"]
    return Tally(
        act=act,
        area_all=sum(areas.values()),
        area_taking=sum(areas[head] for head in taking),
        area_for=sum(areas[head] for head in agreeing),
        heads_all=len(areas),
        heads_taking=len(taking),
        heads_for=len(agreeing),
    )

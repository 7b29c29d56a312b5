"""Whom a case concerns: the households, their areas, who is one head, and by what cost is split.

Cost is split as was agreed, else by the share of exclusive floor area (Civil Code, art. 283). An
area is of the land register, else of the survey, else of the contract (SPC interpretation of
condominium ownership, art. 8): whoever enters it looks there, in this order.
"""

import re
from collections.abc import Mapping
from hashlib import sha256

import msgspec
from msgspec import Struct

from liftwatch.fund.amounts import AREA_DM2_MAX, check_whole
from liftwatch.fund.documents import check_hash
from liftwatch.fund.refusals import Untold
from liftwatch.said import Said

HOUSEHOLDS_MAX = 5_000
"""More than any building has; three legs each are one entry of the journal [our choice]."""
NAME = re.compile(r"(?=.{1,32}\Z)[0-9A-Za-z\u4e00-\u9fff]+(-[0-9A-Za-z\u4e00-\u9fff]+)*")
"""What can name a household: the last part of its accounts' names."""
WEIGHT_MAX = 1_000_000_000


class Household(Struct, frozen=True, kw_only=True):
    """One unit with an owner of its own. `area_dm2` counts units of 0.01 m2.

    `owner` is a key, nobody's name: units with the same key have one buyer; None: one that has
    no other unit here. `developer` is set while a unit is unsold, or sold and not handed over.
    """

    id: str
    area_dm2: int
    owner: str | None = None
    developer: str | None = None

    @property
    def head(self) -> str:
        """Whose head it counts for: one buyer's units are one, a developer's units are one.

        SPC interpretation of condominium ownership, art. 9.

        >>> Household(id="1-201", area_dm2=9000).head
        'unit:1-201'
        >>> Household(id="1-202", area_dm2=9000, owner="k7").head
        'owner:k7'
        >>> Household(id="1-203", area_dm2=9000, owner="k7", developer="Lake").head
        'developer:Lake'
        """
        if self.developer is not None:
            return f"developer:{self.developer}"
        return f"unit:{self.id}" if self.owner is None else f"owner:{self.owner}"

    @property
    def payer(self) -> str:
        """Who is asked for what its sub-account does not hold: the household, or the developer.

        For unsold units the developer pays (165号令, art. 21).

        >>> Household(id="1-203", area_dm2=9000, developer="Lake").payer
        'developer:Lake'
        """
        return self.id if self.developer is None else f"developer:{self.developer}"


class Scope(Struct, frozen=True, kw_only=True):
    """The households a case concerns, and how they split its cost.

    `weights` is an agreed split, whole numbers by household; a household that is left out of it
    takes no part in the cost and none less in the vote. Empty: by floor area. `agreement` is the
    hash of the document in which it was agreed, and stands wherever `weights` do.
    """

    households: tuple[Household, ...]
    weights: dict[str, int] = {}
    agreement: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of who is in it and how they count; the order of households is no difference."""
        told = msgspec.structs.replace(
            self, households=tuple(sorted(self.households, key=lambda one: one.id))
        )
        return sha256(msgspec.json.encode(told, order="sorted")).hexdigest()

    def weight(self, household: Household) -> int:
        """By how much a household takes part in the cost.

        >>> flat, ground = Household(id="201", area_dm2=9000), Household(id="101", area_dm2=8000)
        >>> Scope(households=(flat, ground)).weight(ground)
        8000
        >>> Scope(households=(flat, ground), weights={"201": 1}, agreement="ab").weight(ground)
        0
        """
        return self.weights.get(household.id, 0) if self.weights else household.area_dm2


def check_scope(scope: Scope) -> Scope:
    """A scope that can be voted on and paid by; raises Untold.

    >>> check_scope(Scope(households=()))
    Traceback (most recent call last):
    ...
    liftwatch.fund.refusals.Untold: a scope has 1 to 5000 households
    """
    if not 0 < len(scope.households) <= HOUSEHOLDS_MAX:
        raise Untold(Said("a scope has %(low)s to %(high)s households", low=1, high=HOUSEHOLDS_MAX))
    seen: set[str] = set()
    for one in scope.households:
        if one.id in seen:
            raise Untold(Said("household %(id)s stands there twice", id=one.id))
        if not NAME.fullmatch(one.id):
            raise Untold(Said("%(id)s cannot name a household", id=repr(one.id[:40])))
        seen.add(one.id)
        if any(key is not None and not key.strip() for key in (one.owner, one.developer)):
            raise Untold(Said("an owner or a developer is somebody, or is left out"))
        check_whole(one.area_dm2, field="area_dm2", low=1, high=AREA_DM2_MAX)
    _check_weights(scope.weights, seen)
    if scope.agreement is not None:
        check_hash(scope.agreement, field="agreement")
    if scope.weights and scope.agreement is None:
        raise Untold(
            Said("a split that is not by floor area needs the agreement of the owners"),
            rule="Civil Code, art. 283",
        )
    return scope


def _check_weights(weights: Mapping[str, int], known: set[str]) -> None:
    for id, weight in weights.items():
        if id not in known:
            raise Untold(Said("household %(id)s is not of this scope", id=id))
        check_whole(weight, field="weight", low=0, high=WEIGHT_MAX)
    if weights and not any(weights.values()):
        raise Untold(Said("somebody takes part in the cost"))

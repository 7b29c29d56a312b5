"""Instructions as one request may see them, and from which side somebody stands in one."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import Depends, Request

from api.parts import Parts, parts_of
from api.principal import Principal
from api.problems import Problem, shown
from api.seen import SeenBooks
from liftwatch.access.rights import ACTIONS, INSTRUCTED
from liftwatch.access.sight import Place, Sight
from liftwatch.access.store import PeopleReads
from liftwatch.care.instruction_store import InstructionFilter
from liftwatch.care.instructions import MOVES, Instruction, Line, Side, moves_from
from liftwatch.handlers.care_parties import parties_of
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import CannotMove
from liftwatch.ports import Books
from liftwatch.said import Said

LIFTS_MAX = 500


class SeenInstructions:
    """Reads of instructions, bounded by what may be seen, and by whose they are."""

    def __init__(self, books: Books, sight: Sight, organisations: Sequence[str]) -> None:
        self._books, self.sight, self.organisations = books, sight, organisations

    def one(self, id: str) -> Instruction:
        """One; the problem `not-found` where it is not seen."""
        found = self._books.instruction(id, sight=self.sight, organisations=self.organisations)
        if found is None:
            raise Problem("not-found", Said("there is no instruction %(id)s", id=shown(id)))
        return found

    def list(
        self,
        where: InstructionFilter,
        *,
        after: tuple[int, str] | None = None,
        limit: int = 50,
    ) -> list[Instruction]:
        """Those of a filter after a place."""
        return self._books.instructions(
            where, after=after, limit=limit, sight=self.sight, organisations=self.organisations
        )

    def story(self, id: str) -> Sequence[Line]:
        """The story of one that is seen."""
        self.one(id)
        return self._books.instruction_lines(id)


async def _instructions(request: Request) -> SeenInstructions:
    parts, principal = await parts_of(request), request.state.principal
    return SeenInstructions(parts.books, request.state.sight, own(principal, "instructions.read"))


TheInstructions = Annotated[SeenInstructions, Depends(_instructions)]


def seen_by(part: Parts, principal: Principal, sight: Sight) -> SeenInstructions:
    """What somebody sees of instructions on a page that is of something else."""
    return SeenInstructions(part.books, sight, own(principal, "instructions.read"))


def own(principal: Principal, action: str) -> list[str]:
    """The organisations for which somebody may do something."""
    roles = ACTIONS[action].roles
    return sorted({g.organisation for g in principal.grants if g.role in roles and g.organisation})


class Acting(NamedTuple):
    """From which side somebody moves an instruction, for whom, and where they belong besides."""

    side: Side
    by: Actor
    also: tuple[str, ...]


def acting(principal: Principal, one: Instruction, name: str) -> Acting:
    """From which side of a move somebody stands; CannotMove where they stand on none."""
    mine = [g for g in principal.grants if g.organisation]
    belongs = tuple(sorted({g.organisation for g in mine}))
    for side in MOVES[name].sides:
        organisation = _for(principal, one, side)
        if organisation is not None:
            channel = principal.where.channel
            by = Actor(person=principal.person, organisation=organisation, channel=channel)
            return Acting(side, by, belongs)
    raise CannotMove(Said("this is for another to do"))


def allowed(principal: Principal, one: Instruction) -> tuple[str, ...]:
    """The moves that somebody may make now, in order of the table."""
    found = {
        name
        for side in ("responsible", "offered", "supervision")
        if _for(principal, one, side) is not None
        for name in moves_from(one, side)
        if not (name in ("verify", "reject", "close") and _did_it(principal, one))
    }
    return tuple(name for name in MOVES if name in found)


def _did_it(principal: Principal, one: Instruction) -> bool:
    """Whether somebody, or an organisation of theirs, reported the work."""
    belongs = {grant.organisation for grant in principal.grants}
    return principal.person == one.reported_by or not belongs.isdisjoint(
        {one.reported_for, one.responsible}
    )


def _for(principal: Principal, one: Instruction, side: Side) -> str | None:
    """The organisation for which somebody stands on a side of an instruction."""
    for grant in principal.grants:
        if side == "supervision" and grant.role == "supervision":
            if any(place.covers(Place(one.area, one.estate)) for place in grant.places):
                return grant.organisation
        elif grant.role in INSTRUCTED and grant.organisation:
            whose = {"responsible": one.responsible, "offered": one.offered_to}.get(side)
            if whose == grant.organisation:
                return grant.organisation
    return None


def lifts_at(books: SeenBooks, *, area: str, estate: str, lift: str | None) -> list[str]:
    """The lifts that an instruction of a lift or an estate is about."""
    if lift is not None:
        return [lift]
    rows = books.lifts(estate=estate, limit=LIFTS_MAX)
    return [row.lift for row in rows if row.area == area]


def check_party(
    reads: PeopleReads, organisation: str, *, one: Instruction, lifts: Sequence[str], at_ms: int
) -> None:
    """The problem `unusable` for an organisation that has nothing to do there (any more)."""
    if one.unit is not None and not one.estate:
        known = reads.organisation(organisation)
        fits = known is not None and known.closed_ms is None
    else:
        some = parties_of(reads, area=one.area, estate=one.estate, lifts=lifts, at_ms=at_ms)
        fits = organisation in {party.id for party in some}
    if not fits:
        told = Said("it neither manages this place nor holds a contract of maintenance there now")
        raise Problem("unusable", told)

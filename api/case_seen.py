"""Cases of the fund as one request may see them, and what is said when the rules refuse."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request

from api.fund_seen import fund_problems
from api.parts import parts_of
from api.principal import Principal
from api.problems import Problem, shown
from api.who import person_of
from liftwatch.access.sight import Grant, Place, Sight
from liftwatch.clock import now_ms
from liftwatch.fund.allocation import Balance
from liftwatch.fund.ballots import Outcome, Vote
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.case import By, Case
from liftwatch.fund.kept import CaseFilter, Publication
from liftwatch.fund.moves import moves_from
from liftwatch.fund.refusals import CannotMove, NotYours, Refused
from liftwatch.fund.steps import Step
from liftwatch.handlers.fund_cases import NoSuchCase
from liftwatch.ports import Books
from liftwatch.said import Said

GIVEN_MAX = 500


def no_case(id: str) -> Problem:
    """The problem of a case that is not there, or not seen."""
    return Problem("not-found", Said("there is no case %(id)s", id=shown(id)))


@contextmanager
def case_problems() -> Iterator[None]:
    """What rules and books refuse becomes a problem that says why, and by which rule."""
    try:
        with fund_problems():
            yield
    except NoSuchCase as error:
        raise no_case(str(error)) from error
    except Refused as error:
        name = "forbidden" if isinstance(error, NotYours) else "unusable"
        name = "conflict" if isinstance(error, CannotMove) else name
        raise Problem(name, error.why, rule=error.rule or None) from error


class SeenCases:
    """Cases of buildings that are seen; of auditors those that were given to them."""

    def __init__(self, books: Books, sight: Sight, principal: Principal) -> None:
        self._books, self.sight = books, sight
        own = {one.organisation for one in principal.grants if one.role == "auditor"}
        self._own = tuple(sorted(own))

    def one(self, id: str) -> Case:
        """A case; the problem `not-found` for one that is not seen."""
        found = self._books.fund_case(id, sight=self.sight)
        if found is None and self._own and id in self._books.fund_given(self._own):
            found = self._books.fund_case(id)
        if found is None:
            raise no_case(id)
        return found

    def page(self, where: CaseFilter, *, after: str, limit: int) -> list[Case]:
        """Cases in order of their ids."""
        found = self._books.fund_cases(where, after=after, limit=limit, sight=self.sight)
        if self._own:
            wanted = {n: v for n in where.__struct_fields__ if (v := getattr(where, n)) is not None}
            given = [id for id in self._books.fund_given(self._own) if id > after][:GIVEN_MAX]
            more = (self._books.fund_case(id) for id in given)
            known = {one.id for one in found}
            found += [
                one
                for one in more
                if one is not None
                and one.id not in known
                and all(getattr(one, n) == v for n, v in wanted.items())
            ]
        return sorted(found, key=lambda one: one.id)[:limit]

    def by(self, case: Case, principal: Principal, step: Step, *, role: str | None) -> By:
        """As what somebody makes a move: by the one grant that has the row and the role.

        Where none has, the rules say so; where several have, `role` must tell.
        """
        person = person_of(principal)
        seeing = [one for one in principal.grants if self._sees(one, case)]
        fitting = [one for one in seeing if one.role in step.roles] or seeing
        if role is not None:
            fitting = [one for one in fitting if one.role == role]
        if len(fitting) > 1:
            raise Problem("unusable", Said("you have several roles here: say as what you act"))
        if not fitting:
            raise Problem("unusable", Said("you have no such role here"))
        return By(person=person, organisation=fitting[0].organisation, role=fitting[0].role)

    def _sees(self, grant: Grant, case: Case) -> bool:
        if grant.role == "auditor":
            return case.id in self._books.fund_given((grant.organisation,))
        return Sight(places=grant.places).reaches(Place(case.area, case.estate, case.building))

    def hands(self, case: Case, principal: Principal) -> list[By]:
        """As what somebody could act in a case: by each of their grants that has its row."""
        person = principal.person
        return [
            By(person=person, organisation=one.organisation, role=one.role)
            for one in (principal.grants if person is not None else ())
            if self._sees(one, case)
        ]

    def moves(self, case: Case, principal: Principal) -> tuple[str, ...]:
        """What they may do in it now, in whatever role."""
        found: dict[str, None] = {}
        for by in self.hands(case, principal):
            found |= dict.fromkeys(moves_from(case, by=by, now_ms=now_ms()))
        return tuple(found)

    def balances(self, case: Case) -> dict[str, Balance]:
        """What sub-accounts of its building hold, with their first deposits."""
        place = (case.area, case.estate, case.building)
        first = self._books.fund_first_deposits(place)
        held: dict[str, dict[str, int]] = {}
        for kind in ("interest", "principal"):
            where = AccountFilter(area=place[0], estate=place[1], building=place[2], kind=kind)
            for name, fen in self._books.fund_held(where, limit=10_000):
                held.setdefault(name.rpartition("/")[2], {})[kind] = fen
        return {
            home: Balance(of.get("interest", 0), of.get("principal", 0), first.get(home, 0))
            for home, of in held.items()
        }

    def published(self, id: str) -> list[Publication]:
        """What hung out of a case that is seen."""
        return self._books.fund_publications(id)

    def votes(self, id: str) -> list[tuple[Vote, Outcome | None]]:
        """The votes of a case that is seen."""
        found = (self._books.fund_vote(one) for one in self._books.fund_votes(id))
        return [one for one in found if one is not None]

    def vote(self, id: str) -> tuple[Vote, Outcome | None]:
        """A vote of a case that is seen; the problem `not-found` for another."""
        found = self._books.fund_vote(id)
        if found is None:
            raise no_case(id)
        self.one(found[0].case)
        return found


async def _cases(request: Request) -> SeenCases:
    """What the principal may see by the action its route declares (`api.principal.Allow`)."""
    state = request.state
    return SeenCases((await parts_of(request)).books, state.sight, state.principal)


TheCases = Annotated[SeenCases, Depends(_cases)]

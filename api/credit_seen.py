"""The credit list as one request may see it, and from which side somebody stands in an entry."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request

from api.instruction_seen import own
from api.parts import Parts, parts_of
from api.principal import Principal
from api.problems import Problem, shown
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import Grant, Place, Sight
from liftwatch.care.credit_store import CreditView
from liftwatch.care.sanctions import Entry, Line, Side
from liftwatch.clock import now_ms
from liftwatch.handlers.care_credit import Facts
from liftwatch.office import OfficeReads
from liftwatch.ports import Books
from liftwatch.said import Said

READ, WRITE, ANSWER = "credit.read", "credit.write", "credit.answer"


class SeenCredit:
    """Reads of the credit list, bounded by what somebody may see of it."""

    def __init__(self, books: Books, view: CreditView, *, exercise: bool) -> None:
        self._books, self.view, self.exercise = books, view, exercise

    def one(self, id: str) -> Entry:
        """One; the problem `not-found` where it is not seen."""
        found = self._books.credit_entry(id, now_ms=now_ms(), view=self.view)
        if found is None:
            raise no_entry(id)
        return found

    def list(
        self,
        *,
        living: bool = False,
        public: bool = False,
        organisation: str | None = None,
        after: tuple[int, str] | None = None,
        limit: int = 50,
    ) -> list[Entry]:
        """Those that are seen, the newest first."""
        return self._books.credit_entries(
            now_ms=now_ms(),
            living=living,
            public=public,
            organisation=organisation,
            after=after,
            limit=limit,
            view=self.view,
        )

    def whole(self, one: Entry) -> bool:
        """Whether facts, answer and story of an entry are seen, too."""
        return self.view.is_party(one)

    def story(self, one: Entry) -> Sequence[Line]:
        """The story of one, for its parties."""
        return self._books.credit_lines(one.id) if self.whole(one) else ()

    def facts(self, reads: OfficeReads, places: tuple[Place, ...]) -> Facts:
        """The facts of the places of an authority."""
        sight = Sight(places=places)
        return Facts(self._books, reads, sight, exercise=self.exercise, now_ms=now_ms())


def view_of(principal: Principal) -> CreditView:
    """What somebody sees: an administrator all of it, an authority its whole areas, everybody what
    their own organisations wrote or were told of."""
    if any(grant.role == "admin" for grant in principal.grants):
        return CreditView(everything=True)
    areas = {
        place.area
        for grant in principal.grants
        if grant.role in ACTIONS[WRITE].roles
        for place in grant.places
        if not place.estate
    }
    mine = {*own(principal, WRITE), *own(principal, ANSWER)}
    return CreditView(areas=tuple(sorted(areas)), organisations=tuple(sorted(mine)))


def credit_seen(part: Parts, principal: Principal) -> SeenCredit:
    """What somebody sees."""
    return SeenCredit(part.books, view_of(principal), exercise=part.exercise)


async def _credit(request: Request) -> SeenCredit:
    return credit_seen(await parts_of(request), request.state.principal)


TheCredit = Annotated[SeenCredit, Depends(_credit)]


def authority(principal: Principal, area: str) -> Grant:
    """By which authority somebody writes entries in an area; a problem where by none."""
    for grant in principal.grants:
        writes = grant.role in ACTIONS[WRITE].roles and bool(grant.organisation)
        if writes and any(place.area == area for place in grant.places):
            return grant
    raise Problem("unusable", Said("no authority of yours reaches this area"))


def side_of(principal: Principal, one: Entry) -> tuple[Side, Grant] | None:
    """From which side somebody stands in an entry, and by what: the authority that wrote it or one
    with all of its area, or the organisation it is about."""
    for grant in principal.grants:
        if grant.role in ACTIONS[WRITE].roles and grant.organisation:
            whole = any(place.covers(Place(one.area)) for place in grant.places)
            if grant.organisation == one.issuer or whole:
                return "supervision", grant
    for grant in principal.grants:
        if grant.role in ACTIONS[ANSWER].roles and grant.organisation == one.organisation:
            return "organisation", grant
    return None


def no_entry(id: str) -> Problem:
    """The problem of an entry that is not there, or not for whoever asks."""
    return Problem("not-found", Said("there is no entry %(id)s", id=shown(id)))

"""Codes of public pages: of the sticker in a car, of the screen in a hall; made anew at will."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.notice_shapes import NewScreen, PageCodeShape, code_shape
from api.notices import check_building
from api.once import Act, Done, TheOnce, act_once, body_of, takes
from api.parameters import no_lift
from api.parts import TheBooks, TheGate
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem
from api.seen import SeenBooks
from api.shapes import answer, described
from liftwatch.handlers import care_notices
from liftwatch.office import OfficeWork
from liftwatch.said import Said

router = APIRouter(tags=["residents"], responses=DOCUMENTED)
CODES, RENEW = "codes.read", "codes.write"
Coder = Annotated[Principal, Depends(allow(CODES))]
Renewer = Annotated[Principal, Depends(allow(RENEW))]


@router.get("/v1/lifts/{lift}/code", responses=described(PageCodeShape, "The code of its sticker"))
def read_code(
    *, principal: Coder, books: TheBooks, gate: TheGate, lift: Annotated[str, Path(max_length=32)]
) -> Response:
    """The code that leads to a lift's public page; 404 before one was made."""
    del principal
    row = books.lift(lift)
    if row is None:
        raise no_lift(lift)
    place = (row.area, row.estate, row.facts.building or "")
    with gate.people.reading() as reads:
        found = reads.care.code_of("lift", place=place, lift=lift)
    if found is None:
        raise Problem("not-found", Said("this lift has no code yet"))
    return answer(code_shape(found))


@router.post(
    "/v1/lifts/{lift}/code",
    status_code=201,
    responses=described(PageCodeShape, "The new code", status=201),
)
def renew_code(
    *,
    principal: Renewer,
    books: TheBooks,
    gate: TheGate,
    lift: Annotated[str, Path(max_length=32)],
    once: TheOnce,
) -> Response:
    """Make the code of a lift's sticker, or another one: the sticker of before leads nowhere."""
    return act_once(gate, principal, RENEW, once=once, act=renewing(books, principal, lift))


def renewing(books: SeenBooks, principal: Principal, lift: str) -> Act:
    """How somebody makes the code of a lift they see."""
    row = books.lift(lift)
    if row is None:
        raise no_lift(lift)
    place = (row.area, row.estate, row.facts.building or "")

    def act(work: OfficeWork, at_ms: int) -> Done:
        made = care_notices.renew_code(
            work, "lift", place=place, lift=lift, person=principal.person, now_ms=at_ms
        )
        return Done(code_shape(made), "code", ("lift", lift))

    return act


@router.post(
    "/v1/screens",
    status_code=201,
    responses=described(PageCodeShape, "The code of the screen's page", status=201),
    openapi_extra=takes(NewScreen),
)
def renew_screen(
    *,
    principal: Renewer,
    books: TheBooks,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewScreen, Depends(body_of(NewScreen))],
) -> Response:
    """Make the code of a building's screen page, or another one."""
    place = (body.area, body.estate, body.building)
    return act_once(gate, principal, RENEW, once=once, act=screening(books, principal, place))


def screening(books: SeenBooks, principal: Principal, place: tuple[str, str, str]) -> Act:
    """How somebody makes the code of a screen of a building they see."""
    check_building(books, place)

    def act(work: OfficeWork, at_ms: int) -> Done:
        made = care_notices.renew_code(
            work, "screen", place=place, lift=None, person=principal.person, now_ms=at_ms
        )
        return Done(code_shape(made), "code", ("building", "/".join(place)))

    return act

"""`/v1/people/{id}/dwellings`: whose a household is, so that its owner sees its line in full."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.dwelling_shapes import NewOwnDwelling, OwnedDwelling, OwnedDwellings
from api.once import Done, TheOnce, act_once, body_of, takes
from api.parts import TheGate
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem, shown
from api.shapes import answer, described
from liftwatch.access.store import PeopleReads, PeopleWork
from liftwatch.clock import rfc3339
from liftwatch.handlers import dwellings
from liftwatch.said import Said

router = APIRouter(tags=["people"], responses=DOCUMENTED)
IdPath = Annotated[str, Path(max_length=64)]
WRITE = "people.write"
Writer = Annotated[Principal, Depends(allow(WRITE))]
TOLD = "The dwellings they have or had"


@router.get(
    "/v1/people/{id}/dwellings",
    dependencies=[Depends(allow("people.read"))],
    responses=described(OwnedDwellings, TOLD),
)
def list_dwellings(gate: TheGate, id: IdPath) -> Response:
    """Somebody's."""
    with gate.people.reading() as reads:
        return answer(_shape(reads, id))


@router.post(
    "/v1/people/{id}/dwellings",
    status_code=201,
    responses=described(OwnedDwellings, TOLD, status=201),
    openapi_extra=takes(NewOwnDwelling),
)
def give_dwelling(
    *,
    gate: TheGate,
    principal: Writer,
    id: IdPath,
    once: TheOnce,
    body: Annotated[NewOwnDwelling, Depends(body_of(NewOwnDwelling))],
) -> Response:
    """From now on it is theirs, too, and they see its line of the fund in full."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        _found(work, id)
        door = (body.area, body.estate, body.building, body.household)
        dwellings.give_dwelling(work, id, door, told_by=principal.person, now_ms=at_ms)
        return Done(_shape(work, id), "dwelling", ("person", id))

    return act_once(gate, principal, WRITE, once=once, act=act)


@router.post("/v1/people/{id}/dwellings/{dwelling}/end", responses=described(OwnedDwellings, TOLD))
def end_dwelling(
    *, gate: TheGate, principal: Writer, id: IdPath, dwelling: IdPath, once: TheOnce
) -> Response:
    """It is sold: they see its line no more. The balance stays the dwelling's."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        _found(work, id)
        if dwelling not in {one.id for one in work.dwellings(id)}:
            raise Problem("not-found", Said("they have no dwelling %(id)s", id=shown(dwelling)))
        dwellings.end_dwelling(work, id, dwelling, now_ms=at_ms)
        return Done(_shape(work, id), "dwelling.end", ("person", id), 200)

    return act_once(gate, principal, WRITE, once=once, act=act)


def _found(reads: PeopleReads, id: str) -> None:
    if reads.person(id) is None:
        raise Problem("not-found", Said("there is no person %(id)s", id=shown(id)))


def _shape(reads: PeopleReads, id: str) -> OwnedDwellings:
    _found(reads, id)
    return OwnedDwellings(
        [
            OwnedDwelling(
                id=one.id,
                area=one.area,
                estate=one.estate,
                building=one.building,
                household=one.household,
                from_at=rfc3339(one.from_ms),
                until_at=None if one.until_ms is None else rfc3339(one.until_ms),
            )
            for one in reads.dwellings(id)
        ]
    )

"""`/v1/lifts/{lift}/hazards`: what is wrong with a lift for good, and what becomes of it."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.hazard_shapes import HazardEnd, HazardList, HazardShape, NewHazard, hazard_shape
from api.hazards import READ
from api.moves import actor_of
from api.once import Act, Done, TheOnce, TheVersion, act_once, body_of, takes
from api.open_incidents import read_open
from api.parameters import lift_path, no_lift
from api.parts import TheBooks, TheGate
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem, shown
from api.seen import SeenBooks
from api.shapes import answer, described
from liftwatch.care.hazards import REPEATED_MS, Hazard, HazardState, shown_by
from liftwatch.clock import now_ms
from liftwatch.handlers.care_hazards import NoSuchHazard, end_hazard, write_down
from liftwatch.ids import new_id
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.office import OfficeWork
from liftwatch.ports import IncidentFilter
from liftwatch.said import Said, said_by

router = APIRouter(tags=["statistics"], responses=DOCUMENTED)
WRITE, ACCEPT = "hazards.write", "hazards.accept"
Writer = Annotated[Principal, Depends(allow(WRITE))]
IdPath = Annotated[str, Path(max_length=64)]
RECENT_MAX = 500
ENDS: dict[str, tuple[HazardState, str]] = {
    "mend": ("mended", WRITE),
    "accept": ("accepted", ACCEPT),
}
"""By the name of a route: what it leads to, and its action."""


@router.get(
    "/v1/lifts/{lift}/hazards",
    dependencies=[Depends(allow(READ))],
    responses=described(HazardList, "What is shown, and what is on record"),
)
def list_hazards_of(books: TheBooks, lift: str) -> Response:
    """Open trends and duties, faults that came again and again, and what people wrote down."""
    return answer(HazardList([hazard_shape(one) for one in hazards_of(books, lift)]))


def hazards_of(books: SeenBooks, lift: str) -> list[Hazard]:
    """All of a lift; the problem `not-found` for one that is not seen."""
    if books.lift(lift_path(lift)) is None:
        raise no_lift(lift)
    since_ms = now_ms() - REPEATED_MS
    recent = {one.id: one for one in read_open(books, IncidentFilter(open_only=True, lift=lift))}
    page = books.incidents(IncidentFilter(lift=lift, from_ms=since_ms), limit=RECENT_MAX)
    recent |= {one.id: one for one in page.items}
    return [*shown_by(recent.values(), since_ms=since_ms), *books.hazards_of(lift)]


@router.post(
    "/v1/lifts/{lift}/hazards",
    status_code=201,
    responses=described(HazardShape, "The hazard", status=201),
    openapi_extra=takes(NewHazard),
)
def write_hazard(
    *,
    principal: Writer,  # first: it bounds the books
    books: TheBooks,
    gate: TheGate,
    lift: str,
    once: TheOnce,
    body: Annotated[NewHazard, Depends(body_of(NewHazard))],
) -> Response:
    """Write down what somebody has seen."""
    return act_once(
        gate, principal, WRITE, once=once, act=writing(books, principal, lift, what=body.what)
    )


def writing(books: SeenBooks, principal: Principal, lift: str, *, what: str) -> Act:
    """How somebody writes a hazard of a lift down that they see."""
    row = books.lift(lift_path(lift))
    if row is None:
        raise no_lift(lift)
    by = actor_of(principal, WRITE)

    def act(work: OfficeWork, at_ms: int) -> Done:
        one = Hazard(
            id=new_id(),
            area=row.area,
            estate=row.estate,
            lift=row.lift,
            what=what.strip(),
            made_ms=at_ms,
            made_by=by.person,
            made_for=by.organisation,
        )
        try:
            write_down(work.books, one)
        except Untold as error:
            raise Problem("unusable", said_by(error)) from error
        return Done(hazard_shape(one), "write", ("hazard", one.id), facts={"lift": row.lift})

    return act


def _route(name: str) -> Callable[..., Response]:
    action = ENDS[name][1]

    def make(
        *,
        principal: Annotated[Principal, Depends(allow(action))],  # first: it bounds the books
        books: TheBooks,
        gate: TheGate,
        hazard: IdPath,
        once: TheOnce,
        version: TheVersion,
        body: Annotated[HazardEnd, Depends(body_of(HazardEnd))],
    ) -> Response:
        act = ending(books, principal, name, id=hazard, text=body.text, version=version)
        return act_once(gate, principal, action, once=once, act=act)

    make.__name__ = f"{name}_hazard"
    make.__doc__ = "It is mended." if name == "mend" else "It may stay as it is."
    return make


def ending(
    books: SeenBooks, principal: Principal, name: str, *, id: str, text: str, version: int
) -> Act:
    """How somebody mends or accepts a hazard of a lift that they see."""
    state, action = ENDS[name]
    gone = Problem("not-found", Said("there is no hazard %(id)s", id=shown(id)))
    if books.hazard(id) is None:
        raise gone

    def act(work: OfficeWork, at_ms: int) -> Done:
        by = actor_of(principal, action)
        try:
            made = end_hazard(
                work.books, id, state, why=text.strip(), by=by, version=version, now_ms=at_ms
            )
        except NoSuchHazard as error:
            raise gone from error
        except CannotMove as error:
            raise Problem("conflict", said_by(error)) from error
        except Untold as error:
            raise Problem("unusable", said_by(error)) from error
        return Done(hazard_shape(made), name, ("hazard", id), status=200)

    return act


for _name in ENDS:
    router.add_api_route(
        f"/v1/hazards/{{hazard}}/{_name}",
        _route(_name),
        methods=["POST"],
        responses=described(HazardShape, "The hazard as it is then"),
        openapi_extra=takes(HazardEnd),
    )

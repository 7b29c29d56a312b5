"""`/v1/visits`: maintenance from check-in to both signatures, and `/v1/checklists`.

Pages use the same acts (`checking_in` and the others), so that page and API refuse alike.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.care_seen import SeenCare, TheCare, acting, visit_problems, witness_of
from api.care_shapes import (
    ChecklistList,
    FilledBody,
    NewVisit,
    OutBody,
    PartBody,
    PhotoBody,
    SignBody,
    VisitList,
    VisitShape,
    WitnessShape,
    checklist_shape,
    visit_shape,
    witness_shape,
)
from api.once import Act, Done, TheOnce, TheVersion, act_once, body_of, takes
from api.paging import LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parameters import LiftQuery, Moment, Words, moment_ms, words
from api.parts import TheGate, TheStore
from api.principal import Principal, allow
from api.problems import DOCUMENTED, BadParameter
from api.shapes import answer, described
from api.who import person_of
from liftwatch.access.sight import Place
from liftwatch.care.checklist import CARES, SOURCE
from liftwatch.care.visit import CannotVisit, Part, Photo, Signature, Visit
from liftwatch.care.visit_store import VisitFilter
from liftwatch.clock import now_ms
from liftwatch.handlers import care_visits as handlers
from liftwatch.ids import new_id
from liftwatch.office import OfficeWork
from liftwatch.ports import LiftRow
from liftwatch.said import Said

router = APIRouter(tags=["maintenance"], responses=DOCUMENTED)
READ, WRITE, SIGN = "visits.read", "visits.write", "visits.sign"
LIST = "visits"
STATES = ("open", "left", "signed", "agreed", "lapsed")
Reader = Annotated[Principal, Depends(allow(READ))]
Writer = Annotated[Principal, Depends(allow(WRITE))]
Signer = Annotated[Principal, Depends(allow(SIGN))]
VisitPath = Annotated[str, Path(max_length=64)]
Mine = Annotated[bool, Query(description="Only one's own.")]


@router.get(
    "/v1/checklists", responses=described(ChecklistList, "The lists of TSG T5002-2017, Annex A")
)
def list_checklists(principal: Reader) -> Response:
    """Codes and numbers of items are those of the annex; the wording is ours, and says where it is
    sure. The official text is not public to us."""
    del principal
    return answer(ChecklistList([checklist_shape(care.work, SOURCE) for care in CARES]))


@router.get("/v1/visits", responses=described(VisitList, "Visits, the newest first"))
def list_visits(
    *,
    principal: Reader,
    care: TheCare,
    lift: LiftQuery = None,
    state: Words,
    mine: Mine = False,
    from_: Annotated[Moment, Query(alias="from")] = None,
    to: Moment = None,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """Visits by their check-in; `state` is one or several of open, left, signed, agreed, lapsed."""
    wanted = words("state", state)
    if unknown := set(wanted) - set(STATES):
        raise BadParameter(
            "state", Said("%(text)s is no state of a visit", text=repr(min(unknown)))
        )
    where = VisitFilter(
        lift=lift,
        technician=person_of(principal) if mine else None,
        state=wanted,
        from_ms=moment_ms("from", from_),
        to_ms=moment_ms("to", to),
    )
    after = read_cursor(cursor, LIST, tuple[int, str]) if cursor else None
    found = care.visits(where, after=after, limit=limit + 1)
    page = found[:limit]
    more = len(found) > limit
    place = write_cursor(LIST, (page[-1].in_ms, page[-1].id)) if more else None
    return answer(VisitList([visit_shape(one) for one in page], place))


@router.get("/v1/visits/{visit}", responses=described(VisitShape, "The visit"))
def read_visit(*, principal: Reader, care: TheCare, visit: VisitPath) -> Response:
    """One visit with its list, parts, photographs, signatures, and what is remarkable of it."""
    del principal
    return answer(visit_shape(care.visit(visit)))


@router.get(
    "/v1/visits/{visit}/witness",
    responses=described(WitnessShape, "What the signals say of the visit"),
)
def read_witness(
    *, principal: Reader, care: TheCare, store: TheStore, visit: VisitPath
) -> Response:
    """Inspection mode and how long, doors, rides; whether what was reported really got better."""
    del principal
    found, at_ms = care.visit(visit), now_ms()
    seen = witness_of(store, found, now_ms=at_ms)
    return answer(witness_shape(found, seen, care.after(found, now_ms=at_ms)))


@router.post(
    "/v1/visits",
    status_code=201,
    responses=described(VisitShape, "The visit, which is open", status=201),
    openapi_extra=takes(NewVisit),
)
def check_in(
    *,
    principal: Writer,
    care: TheCare,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewVisit, Depends(body_of(NewVisit))],
) -> Response:
    """Check in at a lift by what the code in its car says."""
    return act_once(gate, principal, WRITE, once=once, act=checking_in(care, principal, body))


def checking_in(care: SeenCare, principal: Principal, wanted: NewVisit) -> Act:
    """How a technician checks in; refused with the reason where that cannot be."""
    person = person_of(principal)
    row = care.lift_of_tag(wanted.tag)
    if wanted.lift is not None and (row is None or row.lift != wanted.lift):
        raise CannotVisit(
            Said("this code is not of lift %(lift)s, for which you came", lift=wanted.lift)
            if row is None
            else Said(
                "this is lift %(other)s, and the visit is planned for lift %(lift)s",
                other=row.lift,
                lift=wanted.lift,
            )
        )
    if row is None:
        raise CannotVisit(Said("this code names no lift for which your unit has a contract now"))
    mine = {one.organisation for one in principal.grants if one.role == "maintenance"}

    def act(work: OfficeWork, at_ms: int) -> Done:
        visit = begun(work, row, wanted, person=person, units=mine, at_ms=at_ms)
        facts = {"lift": visit.lift, "work": visit.work, "method": visit.method}
        return Done(visit_shape(visit), "check_in", ("visit", visit.id), facts=facts)

    return act


def begun(
    work: OfficeWork,
    row: LiftRow,
    wanted: NewVisit,
    *,
    person: str,
    units: set[str],
    at_ms: int,
) -> Visit:
    """The visit of somebody whose unit has the contract of a lift at this moment."""
    unit = next(
        (
            one.organisation
            for one in work.contracts(lift=row.lift)
            if one.organisation in units
            and one.from_ms <= at_ms
            and (one.until_ms is None or at_ms < one.until_ms)
        ),
        None,
    )
    if unit is None:
        raise CannotVisit(Said("your unit has no contract for lift %(lift)s now", lift=row.lift))
    visit = Visit(
        id=new_id(),
        lift=row.lift,
        area=row.area,
        estate=row.estate,
        organisation=unit,
        technician=person,
        work=wanted.work,
        method=wanted.method,
        in_ms=at_ms,
    )
    return handlers.check_in(work.books, visit)


@router.post(
    "/v1/visits/{visit}/items",
    responses=described(VisitShape, "The visit with these results"),
    openapi_extra=takes(FilledBody),
)
def fill_in(
    *,
    principal: Writer,
    care: TheCare,
    gate: TheGate,
    visit: VisitPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[FilledBody, Depends(body_of(FilledBody))],
) -> Response:
    """Save some results; the others stay as they are."""
    found = {one.code: (one.result, one.note) for one in body.items}
    act = changing(
        care,
        visit,
        "fill",
        version=version,
        change=lambda at_ms: handlers.filling(found, person=person_of(principal), now_ms=at_ms),
    )
    return act_once(gate, principal, WRITE, once=once, act=act)


def changing(
    care: SeenCare,
    id: str,
    what: str,
    *,
    version: int | None,
    change: Callable[[int], handlers.Change],
) -> Act:
    """How somebody changes a visit that they see; `version` None takes it as it stands."""
    seen = care.visit(id)

    def act(work: OfficeWork, at_ms: int) -> Done:
        with visit_problems():
            made = handlers.change_visit(work.books, seen.id, change(at_ms), version=version)
        facts = {"lift": made.lift, "state": made.state}
        return Done(visit_shape(made), what, ("visit", made.id), status=200, facts=facts)

    return act


@router.post(
    "/v1/visits/{visit}/parts",
    responses=described(VisitShape, "The visit with the part"),
    openapi_extra=takes(PartBody),
)
def name_part(
    *,
    principal: Writer,
    care: TheCare,
    gate: TheGate,
    visit: VisitPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[PartBody, Depends(body_of(PartBody))],
) -> Response:
    """Name a part that was replaced, with its life and what it cost."""
    part = Part(
        name=body.name,
        code=body.code,
        life_months=body.life_months,
        life_rides=body.life_rides,
        cost_fen=body.cost_fen,
    )
    adding = handlers.adding_part(part, person=person_of(principal))
    act = changing(care, visit, "name_part", version=version, change=lambda _: adding)
    return act_once(gate, principal, WRITE, once=once, act=act)


@router.post(
    "/v1/visits/{visit}/photos",
    responses=described(VisitShape, "The visit with the photograph"),
    openapi_extra=takes(PhotoBody),
)
def name_photo(
    *,
    principal: Writer,
    care: TheCare,
    gate: TheGate,
    visit: VisitPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[PhotoBody, Depends(body_of(PhotoBody))],
) -> Response:
    """Name a photograph by its hash; the file stays with whoever took it."""
    photo = Photo(sha256=body.sha256, code=body.code, name=body.name)
    adding = handlers.adding_photo(photo, person=person_of(principal))
    act = changing(care, visit, "name_photo", version=version, change=lambda _: adding)
    return act_once(gate, principal, WRITE, once=once, act=act)


@router.post(
    "/v1/visits/{visit}/out",
    responses=described(VisitShape, "The visit, which is over"),
    openapi_extra=takes(OutBody),
)
def check_out(
    *,
    principal: Writer,
    care: TheCare,
    gate: TheGate,
    visit: VisitPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[OutBody, Depends(body_of(OutBody))],
) -> Response:
    """Check out; with the whole list it counts as care, broken off it does not."""
    act = leaving(care, principal, visit, version=version, body=body)
    return act_once(gate, principal, WRITE, once=once, act=act)


def leaving(care: SeenCare, principal: Principal, id: str, *, version: int, body: OutBody) -> Act:
    """How a technician checks out."""
    person = person_of(principal)
    return changing(
        care,
        id,
        "check_out",
        version=version,
        change=lambda at_ms: handlers.leaving(
            person=person, remark=body.remark, broken_off=body.broken_off, now_ms=at_ms
        ),
    )


@router.post(
    "/v1/visits/{visit}/sign",
    responses=described(VisitShape, "The visit with the signature"),
    openapi_extra=takes(SignBody),
)
def sign(
    *,
    principal: Signer,
    care: TheCare,
    gate: TheGate,
    visit: VisitPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[SignBody, Depends(body_of(SignBody))],
) -> Response:
    """Sign: first the technician, then somebody of the use unit; what is signed is a digest of."""
    act = signing(care, principal, visit, version=version, remark=body.remark)
    return act_once(gate, principal, SIGN, once=once, act=act)


def signing(care: SeenCare, principal: Principal, id: str, *, version: int, remark: str) -> Act:
    """How somebody signs a visit: its technician, or somebody of the property of its place."""
    person, seen = person_of(principal), care.visit(id)
    grant = acting(principal, "property", Place(seen.area, seen.estate))
    role, organisation = "property", "" if grant is None else grant.organisation
    if person == seen.technician or grant is None:
        role, organisation = "maintenance", seen.organisation
    return changing(
        care,
        id,
        "sign",
        version=version,
        change=lambda at_ms: handlers.signing(
            Signature(
                person=person,
                organisation=organisation,
                role=role,
                at_ms=at_ms,
                digest="",
                remark=remark,
            )
        ),
    )

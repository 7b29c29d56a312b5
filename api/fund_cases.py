"""`/v1/fund/cases`: cases and their moves, which the rules decide and the books book."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response

from api.case_seen import TheCases, case_problems
from api.case_shapes import (
    CaseList,
    CaseMove,
    CaseShape,
    GivenTo,
    NewCase,
    PublicationList,
    ShareList,
    ShareShape,
    case_shape,
    papers_of,
    publication_shape,
)
from api.fund_seen import account_or_problem
from api.once import Done, TheOnce, TheVersion, act_once, body_of, takes
from api.paging import LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parts import TheGate
from api.people_shapes import Nothing
from api.principal import Principal, allow
from api.problems import DOCUMENTED, BadParameter, Problem
from api.shapes import answer, described
from api.who import person_of
from liftwatch.fund.allocation import simulate
from liftwatch.fund.case import Told
from liftwatch.fund.kept import CaseFilter
from liftwatch.fund.moves import open_case
from liftwatch.fund.plans import Plan
from liftwatch.fund.steps import STEPS
from liftwatch.handlers import fund_cases
from liftwatch.ids import new_id
from liftwatch.office import OfficeWork
from liftwatch.said import Said

router = APIRouter(tags=["fund"], responses=DOCUMENTED)
LIST, READ, OPEN, MOVE, GIVE = "fund cases", "fund.cases", "fund.open", "fund.move", "fund.give"
BODY_MAX = 4 * 1024 * 1024
"""A plan of 5 000 households."""
MOVES = tuple(name for name, step in STEPS.items() if step.roles)
"""All but what the clock alone does."""

CasePath = Annotated[str, Path(pattern=r"^[0-9a-z-]{1,32}$")]
Filter = Annotated[str | None, Query(pattern=r"^[0-9A-Za-z\u4e00-\u9fff_-]{1,64}$")]
Reader = Annotated[Principal, Depends(allow(READ))]


@router.get("/v1/fund/cases", responses=described(CaseList, "Cases, the oldest first"))
def list_cases(
    *,
    principal: Reader,
    cases: TheCases,
    area: Filter = None,
    estate: Filter = None,
    building: Filter = None,
    lift: Filter = None,
    stage: Filter = None,
    path: Filter = None,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """Cases that fit all that is asked; an auditor has those that were given to them."""
    where = CaseFilter(
        area=area, estate=estate, building=building, lift=lift, stage=stage, path=path
    )
    after = read_cursor(cursor, LIST, str) if cursor else ""
    if not after.isprintable():
        raise BadParameter("cursor", Said("this is not a cursor of ours"))
    rows = cases.page(where, after=after, limit=limit + 1)
    page, more = rows[:limit], len(rows) > limit
    items = [case_shape(one, moves=cases.moves(one, principal)) for one in page]
    return answer(CaseList(items, write_cursor(LIST, page[-1].id) if more else None))


@router.get("/v1/fund/cases/{case}", responses=described(CaseShape, "The case"))
def read_case(*, principal: Reader, cases: TheCases, case: CasePath) -> Response:
    """A case, and the moves one may make in it now."""
    found = cases.one(case)
    return answer(case_shape(found, moves=cases.moves(found, principal)))


@router.post(
    "/v1/fund/cases",
    status_code=201,
    responses=described(CaseShape, "The case", status=201),
    openapi_extra=takes(NewCase),
)
def open_new(
    *,
    principal: Annotated[Principal, Depends(allow(OPEN))],
    cases: TheCases,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewCase, Depends(body_of(NewCase))],
) -> Response:
    """Open a draft: it moves no money, whoever opens it."""
    bank = f"bank/{body.area}/{body.estate}/{body.building}/{body.bank}"
    place = account_or_problem(bank, cases.sight).place
    if body.programme:
        account_or_problem(f"subsidy/{'/'.join(place)}/{body.programme}", cases.sight)

    def act(work: OfficeWork, at_ms: int) -> Done:
        with case_problems():
            made = open_case(
                new_id().replace("-", ""),
                place=place,
                lift=body.lift,
                path=body.path,  # type: ignore[arg-type]  # it is asked there
                custody=body.custody,  # type: ignore[arg-type]
                bank=body.bank,
                now_ms=at_ms,
                programme=body.programme,
                incident=body.incident,
            )
            fund_cases.open_kept(work.books, made)
        return Done(
            case_shape(made, moves=cases.moves(made, principal)), "open", ("fund case", made.id)
        )

    return act_once(gate, principal, OPEN, once=once, act=act)


@router.post(
    "/v1/fund/cases/{case}/moves/{move}",
    responses=described(CaseShape, "The case as it is now"),
    openapi_extra=takes(CaseMove),
    max_body_size=BODY_MAX,
)
def move_case(
    *,
    principal: Annotated[Principal, Depends(allow(MOVE))],
    cases: TheCases,
    gate: TheGate,
    case: CasePath,
    move: Annotated[str, Path(json_schema_extra={"enum": list(MOVES)})],
    once: TheOnce,
    version: TheVersion,
    body: Annotated[CaseMove, Depends(body_of(CaseMove))],
) -> Response:
    """Make a move: papers, money and the case change together, or nothing does. A second hand
    in a case is `forbidden`; `entries` are the numbers of what was booked."""
    if move not in MOVES:
        raise Problem("not-found", Said("%(move)s is no move of a case", move=move[:40]))
    by = cases.by(cases.one(case), principal, STEPS[move], role=body.role)
    told = Told(
        documents=papers_of(body),
        text=body.text,
        plan=plan_of(body),
        amount_fen=body.amount_fen,
        contractor=body.contractor,
        household=body.household,
        path=body.path,  # type: ignore[arg-type]  # it is asked there
        programme=body.programme,
    )

    def act(work: OfficeWork, at_ms: int) -> Done:
        with case_problems():
            moved, entries = fund_cases.move_case(
                work.books,
                case,
                move,
                told=told,
                by=by,
                key=f"{by.person}:{once.key}",
                version=version,
                now_ms=at_ms,
            )
        shape = case_shape(moved, moves=cases.moves(moved, principal), entries=entries)
        return Done(shape, move, ("fund case", case), 200)

    return act_once(gate, principal, MOVE, once=once, act=act)


def plan_of(body: CaseMove) -> Plan | None:
    """The plan that is told; the problem `bad-parameter` for what has not its shape."""
    if body.plan is None:
        return None
    try:
        return msgspec.convert(body.plan, Plan)
    except msgspec.ValidationError as error:
        raise BadParameter("plan", Said(str(error)[:200])) from error


@router.post(
    "/v1/fund/cases/{case}/auditors",
    status_code=201,
    responses=described(Nothing, "They see it now", status=201),
    openapi_extra=takes(GivenTo),
)
def give_case(
    *,
    principal: Annotated[Principal, Depends(allow(GIVE))],
    cases: TheCases,
    gate: TheGate,
    case: CasePath,
    once: TheOnce,
    body: Annotated[GivenTo, Depends(body_of(GivenTo))],
) -> Response:
    """Give a case to an organisation of auditors, who see no other."""
    cases.one(case)
    person = person_of(principal)

    def act(work: OfficeWork, at_ms: int) -> Done:
        if work.organisation(body.organisation) is None:
            raise Problem("unusable", Said("there is no such organisation"))
        work.books.fund_give(case, body.organisation, person=person, at_ms=at_ms)
        return Done(Nothing(), "give", ("fund case", case), facts={"to": body.organisation})

    return act_once(gate, principal, GIVE, once=once, act=act)


@router.get(
    "/v1/fund/cases/{case}/shares",
    responses=described(ShareList, "What each household would pay"),
)
def list_shares(
    *,
    principal: Reader,
    cases: TheCases,
    case: CasePath,
    cost_fen: Annotated[int | None, Query(ge=1, le=2**53 - 1)] = None,
) -> Response:
    """The allocation of the plan's budget, or of another cost, by what lies there now: to be
    looked at before the vote."""
    del principal
    found = cases.one(case)
    plan = found.plan
    if plan is None:
        raise Problem("conflict", Said("this case has no plan"))
    cost = plan.budget_fen if cost_fen is None else cost_fen
    with case_problems():
        balances = cases.balances(found)
        rows = simulate(cost, plan.scope, balances, subsidy_fen=min(plan.subsidy_fen, cost))
    names = ShareShape.__struct_fields__
    return answer(ShareList([ShareShape(**{n: getattr(one, n) for n in names}) for one in rows]))


@router.get(
    "/v1/fund/cases/{case}/publications",
    responses=described(PublicationList, "What hung out"),
)
def list_publications(
    *,
    principal: Annotated[Principal, Depends(allow("fund.disclosure"))],
    cases: TheCases,
    case: CasePath,
) -> Response:
    """The plans and the disclosure of a case as they were published; nobody's name is in them."""
    del principal
    cases.one(case)
    return answer(PublicationList([publication_shape(one) for one in cases.published(case)]))

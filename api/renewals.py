"""`/v1/renewals`: the year's list of lifts to renew; estimates of people who know better."""

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.hazards import judged_in, risk_parts
from api.moves import actor_of
from api.once import Act, Done, TheOnce, act_once, body_of, takes
from api.parameters import LiftPath, estates, lift_path, no_lift
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import DOCUMENTED, BadParameter, Problem
from api.renewal_shapes import (
    EstimateList,
    EstimateShape,
    NewEstimate,
    RemedyCount,
    RenewalCase,
    RenewalFund,
    RenewalList,
    RenewalShape,
    RenewalSums,
    estimate_shape,
)
from api.seen import SeenBooks
from api.shapes import NO_STORE, answer, described
from liftwatch.audit.export import MARK, harmless
from liftwatch.care.renewal import OF_FUND, REMEDIES, YEARS_AHEAD, Covered, Estimate, Remedy
from liftwatch.care.renewal import by_remedy as counted
from liftwatch.care.risk import LIMIT, is_over
from liftwatch.clock import now_ms, rfc3339
from liftwatch.fund.money import yuan
from liftwatch.handlers.care_renewals import Listed, aged_on, draw_up, put_estimate, year_of
from liftwatch.incidents.moves import Untold
from liftwatch.office import OfficeWork
from liftwatch.said import Said, said_by

router = APIRouter(tags=["fund"], responses=DOCUMENTED)
READ, ESTIMATE = "renewals.read", "renewals.estimate"
CSV = "text/csv"
Estimator = Annotated[Principal, Depends(allow(ESTIMATE))]
YearQuery = Annotated[
    int | None, Query(ge=1, le=9999, description="This year (the default) or one of the next five.")
]
EstateQuery = Annotated[
    str | None,
    Query(description="Only this estate.", json_schema_extra={"pattern": "^[a-z0-9-]{1,32}$"}),
]
Most = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Format = Annotated[str | None, Query(description="json or csv; by default as `Accept` says.")]
TABLE = described(RenewalList, "The riskiest first; also text/csv")
TABLE[200]["content"][CSV] = {"schema": {"type": "string"}}
COLUMNS = (
    *("rank", "lift", "area", "estate", "building", "unit", "score", "age_years", "stops"),
    *("open", "remedy", "works", "why", "cost_yuan", "cost_by", "fund_available_yuan"),
    *("fund_covers_yuan", "gap_yuan", "coverage", "case", "case_stage", "case_reserved_yuan"),
    *("sum_cost_yuan", "sum_covered_yuan", "sum_gap_yuan"),
)


@router.get("/v1/renewals", dependencies=[Depends(allow(READ))], responses=TABLE)
def list_renewals(
    *,
    request: Request,
    part: ThePart,
    books: TheBooks,
    year: YearQuery = None,
    estate: EstateQuery = None,
    limit: Most = 50,
    format: Format = None,
) -> Response:
    """Lifts for which something is proposed, the riskiest first, with cost and the fund's money.

    A list is a proposal by rules (`docs/risk`): it decides nothing and reserves nothing. As
    text/csv (by `Accept` or `format=csv`) all of it: `limit` is for JSON alone.
    """
    estates([estate] if estate is not None else ())
    if format not in (None, "json", "csv"):
        raise BadParameter("format", Said("%(format)s is none of json, csv", format=format[:40]))
    found, listed = renewals_of(part, books, year=year, estate=estate, limit=limit)
    if format == "csv" or (format is None and CSV in request.headers.get("accept", "")):
        headers = NO_STORE | {
            "Content-Disposition": f'attachment; filename="renewals-{found.year}.csv"'
        }
        return Response(csv_of(listed), media_type=f"{CSV}; charset=utf-8", headers=headers)
    return answer(found)


def renewals_of(
    part: Parts, books: SeenBooks, *, year: int | None, estate: str | None, limit: int
) -> tuple[RenewalList, list[Listed]]:
    """The list of what somebody sees, and its rows whole; the problem `bad-parameter` for a year
    nobody plans for."""
    at_ms = now_ms()
    this = year_of(at_ms)
    year = this if year is None else year
    if not this <= year <= this + YEARS_AHEAD:
        told = Said("is none of %(first)s to %(last)s", first=this, last=this + YEARS_AHEAD)
        raise BadParameter("year", told)
    day = None if year == this else aged_on(year, at_ms)
    judged = judged_in(part, books, estate=estate, at_ms=at_ms, aged_on=day)
    listed = draw_up(part.books, judged)
    met = [one.met for one in listed]
    found = RenewalList(
        year=year,
        at=rfc3339(at_ms),
        limit=LIMIT,
        lifts=len(judged),
        listed=len(listed),
        remedies=[
            RemedyCount(remedy=remedy, lifts=count, cost_fen=fen)
            for remedy, (count, fen) in zip(REMEDIES, counted(met).values(), strict=True)
        ],
        sums=_sums(listed[-1]) if listed else RenewalSums(cost_fen=0, covered_fen=0, gap_fen=0),
        items=[_shape(one) for one in listed[:limit]],
    )
    return found, listed


@router.get(
    "/v1/lifts/{lift}/estimates",
    dependencies=[Depends(allow(READ))],
    responses=described(EstimateList, "The newest first"),
)
def list_estimates(books: TheBooks, lift: LiftPath) -> Response:
    """What people put on record of a lift, with who and when; nothing of it is ever changed."""
    return answer(EstimateList([estimate_shape(one) for one in estimates_of(books, lift)]))


def estimates_of(books: SeenBooks, lift: str) -> list[Estimate]:
    """Those of a lift; the problem `not-found` for one that is not seen."""
    if books.lift(lift_path(lift)) is None:
        raise no_lift(lift)
    return books.estimates_of(lift)


@router.post(
    "/v1/lifts/{lift}/estimates",
    status_code=201,
    responses=described(EstimateShape, "The estimate", status=201),
    openapi_extra=takes(NewEstimate),
)
def estimate(
    *,
    principal: Estimator,  # first: it bounds the books
    books: TheBooks,
    gate: TheGate,
    lift: LiftPath,
    once: TheOnce,
    body: Annotated[NewEstimate, Depends(body_of(NewEstimate))],
) -> Response:
    """Say what a lift needs and what it would cost: from then on it holds against our tables."""
    act = estimating(books, principal, lift, remedy=body.remedy, fen=body.fen, why=body.why)
    return act_once(gate, principal, ESTIMATE, once=once, act=act)


def estimating(
    books: SeenBooks, principal: Principal, lift: str, *, remedy: Remedy, fen: int, why: str
) -> Act:
    """How somebody puts an estimate of a lift on record that they see."""
    row = books.lift(lift_path(lift))
    if row is None:
        raise no_lift(lift)
    by = actor_of(principal, ESTIMATE)

    def act(work: OfficeWork, at_ms: int) -> Done:
        one = Estimate(
            lift=row.lift,
            area=row.area,
            estate=row.estate,
            remedy=remedy,
            fen=fen,
            why=why.strip(),
            person=by.person,
            organisation=by.organisation,
            at_ms=at_ms,
        )
        try:
            made = put_estimate(work.books, one)
        except Untold as error:
            raise Problem("unusable", said_by(error)) from error
        facts = {"remedy": made.remedy, "n": str(made.n)}
        return Done(estimate_shape(made), "estimate", ("lift", row.lift), facts=facts)

    return act


def csv_of(listed: list[Listed]) -> str:
    """A line a lift, as a spreadsheet reads it; amounts in yuan with two digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for rank, one in enumerate(listed, 1):
        writer.writerow([harmless(text) for text in _cells(rank, _shape(one))])
    return MARK + out.getvalue()


def _cells(rank: int, one: RenewalShape) -> list[str]:
    def text(value: object) -> str:
        return "" if value is None else str(value)

    fund, case = one.fund, one.case
    return [
        *(str(rank), one.lift, one.area, one.estate, text(one.building), text(one.unit)),
        *(f"{one.score:.1f}", text(one.age_years), text(one.stops), " ".join(one.open)),
        *(one.remedy, " ".join(one.works), one.why, yuan(one.cost_fen), one.cost_by),
        *((yuan(fund.available_fen), yuan(fund.covered_fen)) if fund else ("", "")),
        *((yuan(fund.gap_fen), f"{fund.coverage:.3f}") if fund else ("", "")),
        *((case.id, case.stage, yuan(case.reserved_fen)) if case else ("", "", "")),
        *(yuan(one.sums.cost_fen), yuan(one.sums.covered_fen), yuan(one.sums.gap_fen)),
    ]


def _shape(one: Listed) -> RenewalShape:
    judged, proposal, case = one.judged, one.met.wanted.proposal, one.case
    facts = judged.row.facts
    return RenewalShape(
        lift=judged.row.lift,
        area=judged.row.area,
        estate=judged.row.estate,
        building=facts.building,
        unit=facts.unit,
        score=round(judged.risk.score, 1),
        over=is_over(judged.risk),
        parts=risk_parts(judged.risk),
        open=sorted(judged.known.open_kinds),
        faults=judged.faults,
        age_years=judged.known.age_years,
        stops=len(facts.floors) if facts.floors else None,
        remedy=proposal.remedy,
        works=list(proposal.works),
        why=proposal.why,
        cost_fen=proposal.cost_fen,
        cost_by=proposal.by,
        estimate=None if one.estimate is None else estimate_shape(one.estimate),
        of_fund=proposal.remedy in OF_FUND,
        fund=_fund(one.met.covered, proposal.cost_fen),
        case=None
        if case is None
        else RenewalCase(id=case.id, stage=case.stage, reserved_fen=case.purse.cash_fen),
        sums=_sums(one),
    )


def _fund(found: Covered | None, cost_fen: int) -> RenewalFund | None:
    if found is None:
        return None
    return RenewalFund(
        households=len(found.takes),
        available_fen=found.available_fen,
        covered_fen=found.covered_fen,
        gap_fen=found.gap_fen,
        coverage=round(found.covered_fen / cost_fen, 4),
    )


def _sums(one: Listed) -> RenewalSums:
    met = one.met
    return RenewalSums(
        cost_fen=met.cost_sum_fen, covered_fen=met.covered_sum_fen, gap_fen=met.gap_sum_fen
    )

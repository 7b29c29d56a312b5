"""The page of lifts to renew: where money should go, what it would be, and what the fund has; and
the page on which somebody who knows better says so for a lift.
"""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.board import lifts_of, names_of
from api.console.forms import Sent, TheForm
from api.console.fund_case_views import money
from api.console.fund_forms import fen_of
from api.console.fund_texts import STAGES
from api.console.fund_texts import WORK_TEXTS as FUND_WORKS
from api.console.language import Language
from api.console.marks import N_
from api.console.render import language_of, render, render_form
from api.console.silence_views import names_by_id
from api.console.views import LiftName, kind_name, lift_name
from api.once import act_once
from api.parameters import estates, lift_path, no_lift
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal, allow, may
from api.problems import BadParameter, Problem
from api.renewal_shapes import RenewalShape
from api.renewals import ESTIMATE, READ, estimates_of, estimating, renewals_of
from api.seen import SeenBooks
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import sight_of
from liftwatch.care.renewal import COSTS, REMEDIES, YEARS_AHEAD, Estimate, Remedy
from liftwatch.clock import now_ms
from liftwatch.handlers.care_renewals import year_of
from liftwatch.ports import Conflict
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
Estimator = Annotated[Principal, Depends(allow(ESTIMATE))]
SHOWN = 200
REMEDY_TEXTS: Mapping[str, str] = {
    "renewal": N_("Renew the lift"),
    "major_repair": N_("Major repair"),
    "assessment": N_("Assess its safety"),
}
WHY_TEXTS: Mapping[str, str] = {
    "life_over_risky": N_("its design life is over, and its risk is above the limit"),
    "life_over_unassessed": N_("its design life is over without an assessment of three years"),
    "worn": N_("parts of it are worn"),
    "risky": N_("its risk is above the limit for another reason: find it"),
    "estimate": N_("somebody holds it to be needed"),
}
assert set(REMEDY_TEXTS) == set(REMEDIES)
assert set(COSTS) <= FUND_WORKS.keys() | {"assessment"}


class EstimateView(NamedTuple):
    """An estimate as it is read."""

    remedy: str
    cost: str
    why: str
    who: str
    at: str


class MoneyView(NamedTuple):
    """What the fund has, as it is read; `share` is of a hundred."""

    homes: int
    available: str
    covered: str
    gap: str
    share: float


class RenewalView(NamedTuple):
    """A lift of the list as it is read."""

    rank: int
    where: LiftName
    score: str
    over: bool
    open: str
    age: str
    stops: str
    remedy: str
    works: str
    why: str
    cost: str
    estimate: EstimateView | None
    of_fund: bool
    fund: MoneyView | None
    case: str
    stage: str
    reserved: str
    sums: tuple[str, str, str]


@router.get("/renewals")
def page(
    *,
    request: Request,
    principal: Reader,
    books: TheBooks,
    part: ThePart,
    year: Annotated[str, Query(max_length=4)] = "",
    estate: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """The list of a year, of what somebody sees or of an estate."""
    estates([estate] if estate else ())
    language = language_of(request)
    if year and not (year.isascii() and year.isdigit()):
        raise BadParameter("year", Said("is no whole number"))
    asked = int(year) if year else None
    found, _ = renewals_of(part, books, year=asked, estate=estate or None, limit=SHOWN)
    lifts = lifts_of(books, [one.lift for one in found.items])
    names = names_of(books, language, lifts.values())
    told = [one.estimate for one in found.items if one.estimate is not None]
    who = names_by_id(part.gate, [x.by for x in told], [])
    rows = [
        _view(
            language,
            one,
            lift_name(language, one.lift, lifts.get(one.lift), names=names),
            rank=rank,
            who=who,
        )
        for rank, one in enumerate(found.items, 1)
    ]
    this = year_of(now_ms())
    values = {
        "rows": rows,
        "lifts": found.lifts,
        "listed": found.listed,
        "limit": f"{found.limit:.0f}",
        "year": found.year,
        "years": list(range(this, this + YEARS_AHEAD + 1)),
        "estate": estate,
        "estate_names": sorted({one.estate for one in found.items} | ({estate} - {""})),
        "remedies": [
            (language.say(REMEDY_TEXTS[one.remedy]), one.lifts, money(one.cost_fen))
            for one in found.remedies
        ],
        "sums": (
            money(found.sums.cost_fen),
            money(found.sums.covered_fen),
            money(found.sums.gap_fen),
        ),
        "coverage": _percent(found.sums.covered_fen, found.sums.cost_fen),
        "sees_lifts": may(principal.roles, ACTIONS["lifts.read"]),
        "sees_cases": may(principal.roles, ACTIONS["fund.cases"]),
    }
    return render(request, "renewals.html", values)


@router.get("/lifts/{lift}/renewal")
def lift_page(
    *, request: Request, principal: Reader, books: TheBooks, part: ThePart, lift: str
) -> Response:
    """What people put on record of a lift, and a form for whoever may."""
    return _lift(request, books, part, principal=principal, lift=lift)


@router.post("/lifts/{lift}/renewal")
def estimate_by_form(
    *,
    request: Request,
    principal: Estimator,
    books: TheBooks,
    gate: TheGate,
    part: ThePart,
    lift: str,
    form: TheForm,
) -> Response:
    """Put an estimate on record, once."""
    try:
        act = estimating(
            books,
            principal,
            lift,
            remedy=_remedy(form.text("remedy")),
            fen=fen_of(form.text("yuan"), field="yuan") or 0,
            why=form.text("why"),
        )
        act_once(gate, principal, ESTIMATE, once=form.once, act=act)
    except (Conflict, Problem) as error:
        wrong = said_by(error)
        if isinstance(error, Problem):
            if error.row.name not in ("unusable", "conflict", "bad-parameter"):
                raise
            wrong = error.detail
        seen = SeenBooks(part.books, sight_of(principal.grants, ACTIONS[READ].roles))
        return _lift(request, seen, part, principal=principal, lift=lift, form=form, wrong=wrong)
    return RedirectResponse(f"/lifts/{lift}/renewal", status_code=303)


def _remedy(text: str) -> Remedy:
    if text not in REMEDIES:
        raise BadParameter("remedy", Said("is none of %(known)s", known=", ".join(REMEDIES)))
    return text


def _lift(
    request: Request,
    books: SeenBooks,
    part: Parts,
    *,
    principal: Principal,
    lift: str,
    form: Sent | None = None,
    wrong: Said | None = None,
) -> Response:
    language = language_of(request)
    row = books.lift(lift_path(lift))
    if row is None:
        raise no_lift(lift)
    found = estimates_of(books, lift)
    who = names_by_id(part.gate, [x.person for x in found], [x.organisation for x in found])
    values = {
        "name": lift_name(language, lift, row, names=names_of(books, language, [row])),
        "rows": [_kept(language, one, who) for one in found],
        "remedies": [(name, language.say(text)) for name, text in REMEDY_TEXTS.items()],
        "may_write": part.gate is not None and may(principal.roles, ACTIONS[ESTIMATE]),
        "sees_lifts": may(principal.roles, ACTIONS["lifts.read"]),
    }
    return render_form(request, "lift_renewal.html", values, wrong=wrong, form=form)


def _kept(language: Language, one: Estimate, who: Mapping[str, str]) -> EstimateView:
    known = [who[id] for id in (one.person, one.organisation) if id and id in who]
    return EstimateView(
        remedy=language.say(REMEDY_TEXTS[one.remedy]),
        cost=money(one.fen),
        why=one.why,
        who=" · ".join(known),
        at=language.moment(one.at_ms, now_ms=now_ms()),
    )


def _view(
    language: Language, one: RenewalShape, where: LiftName, *, rank: int, who: Mapping[str, str]
) -> RenewalView:
    told, fund, case = one.estimate, one.fund, one.case
    works = [language.say(FUND_WORKS[work]) for work in one.works if work in FUND_WORKS]
    return RenewalView(
        rank=rank,
        where=where,
        score=f"{one.score:.0f}",
        over=one.over,
        open=", ".join(kind_name(language, kind) for kind in one.open),
        age="–" if one.age_years is None else f"{one.age_years:.0f}",
        stops="–" if one.stops is None else str(one.stops),
        remedy=language.say(REMEDY_TEXTS[one.remedy]),
        works=", ".join(works) if one.remedy == "major_repair" else "",
        why=language.say(WHY_TEXTS[one.why]),
        cost=money(one.cost_fen),
        estimate=None
        if told is None
        else EstimateView(
            remedy=language.say(REMEDY_TEXTS[told.remedy]),
            cost=money(told.fen),
            why=told.why,
            who=who.get(told.by or "", ""),
            at=told.at[:10],
        ),
        of_fund=one.of_fund,
        fund=None
        if fund is None
        else MoneyView(
            homes=fund.households,
            available=money(fund.available_fen),
            covered=money(fund.covered_fen),
            gap=money(fund.gap_fen),
            share=round(100 * fund.coverage, 1),
        ),
        case="" if case is None else case.id,
        stage="" if case is None else language.word(STAGES[case.stage]),
        reserved="" if case is None or not case.reserved_fen else money(case.reserved_fen),
        sums=(
            money(one.sums.cost_fen),
            money(one.sums.covered_fen),
            money(one.sums.gap_fen),
        ),
    )


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"

"""The page of a case of the fund: how it stands, what was done, and a form for each move."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.case_seen import SeenCases, TheCases, case_problems
from api.console.forms import fresh_key
from api.console.fund_case_views import (
    CaseRows,
    forecast_total,
    forecast_views,
    head_of,
    moment,
    names_of_case,
    paper_views,
    publication_views,
    story_views,
)
from api.console.fund_forms import Refusal, fen_of
from api.console.fund_move_forms import form_of, others
from api.console.fund_owner_views import verdict
from api.console.fund_plan_form import ITEMS_SHOWN, lines_of, typed_of
from api.console.fund_texts import CAUSE_TEXTS, PATH_TEXTS, PLAN_ACTS, WORK_TEXTS
from api.console.fund_vote_views import vote_view
from api.console.language import Language
from api.console.render import language_of, render
from api.console.views import kind_name
from api.fund_cases import CasePath, Reader
from api.gate import Gate
from api.parts import Parts, ThePart
from api.principal import Principal
from api.problems import BadParameter, Problem
from api.seen import SeenBooks
from liftwatch.access.people import Organisation
from liftwatch.access.rights import ACTIONS, may
from liftwatch.access.sight import sight_of
from liftwatch.clock import now_ms
from liftwatch.fund.allocation import simulate
from liftwatch.fund.case import Case
from liftwatch.fund.steps import STEPS
from liftwatch.handlers.fund_aftermath import Seen, case_aftermath

router = APIRouter(include_in_schema=False)
Values = dict[str, Any]
MoveQuery = Annotated[str, Query(max_length=20)]
CostQuery = Annotated[str, Query(max_length=30)]
TextQuery = Annotated[str, Query(max_length=500)]
UnitQuery = Annotated[str, Query(max_length=32)]
ORGANISATIONS_MAX, AUDITOR = 1_000, "auditor"
DOORS_MAX = 5_000


def may_do(principal: Principal, action: str) -> bool:
    """Whether somebody may do something of the fund at all; without a person nobody does."""
    return principal.person is not None and may(principal.roles, ACTIONS[action])


def reading(part: Parts, principal: Principal) -> SeenCases:
    """The cases that somebody may look at, whatever they have just done."""
    sight = sight_of(principal.grants, ACTIONS["fund.cases"].roles)
    return SeenCases(part.books, sight, principal)


@router.get("/fund/cases/{case}")
def case_whole(
    *,
    request: Request,
    principal: Reader,
    cases: TheCases,
    part: ThePart,
    case: CasePath,
    move: MoveQuery = "",
    cost: CostQuery = "",
    cause: TextQuery = "",
    unit: UnitQuery = "",
) -> Response:
    """One case; `move` opens the form of a move, `cost` is what to reckon the shares of."""
    found = cases.one(case)
    begun = {"cause_text": cause} if cause else {}
    if unit:
        begun["unit"] = unit
    return case_page(
        request, part, principal, cases=cases, case=found, chosen=move, cost=cost, begun=begun
    )


def case_page(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    cases: SeenCases,
    case: Case,
    chosen: str = "",
    cost: str = "",
    begun: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> Response:
    """The page of a case."""
    language, at_ms = language_of(request), now_ms()
    names = names_of_case(part.gate, case)
    seen = case_aftermath(part.books, case, now_ms=at_ms)
    votes = cases.votes(case.id)
    held = any(
        one.state == "open" and case.plan and one.plan == case.plan.digest for one, _ in votes
    )
    values: Values = head_of(CaseRows(part.books, language, now_ms=at_ms), case)
    values |= {
        "case": case.id,
        "incident": _incident(part, principal, case),
        "after": after_view(language, seen),
        "papers": paper_views(
            language, case, lambda sha256: part.books.fund_snapshot(case.id, sha256) is not None
        ),
        "story": story_views(language, case, names),
        "hung_out": publication_views(language, cases.published(case.id)),
        "votes": [
            vote_view(language, part.gate, one, viewer=principal.person, now_ms=at_ms)
            for one in votes
        ],
        "may_vote": may_do(principal, "fund.vote") and case.stage == "published" and not held,
        "auditors": _auditors(part, principal, case),
        "refusal": refusal,
        "key": fresh_key,
        "wrong": None,
    }
    values |= _simulation(cases, case, cost)
    values |= moves_part(
        language,
        part,
        principal,
        cases=cases,
        case=case,
        chosen=chosen,
        begun=begun or {},
        refusal=refusal,
    )
    return render(request, "fund_case.html", values, status=refusal.status if refusal else 200)


def moves_part(
    language: Language,
    part: Parts,
    principal: Principal,
    *,
    cases: SeenCases,
    case: Case,
    chosen: str,
    begun: Mapping[str, str],
    refusal: Refusal | None,
) -> Values:
    """The forms of what somebody may do in a case now, and who does the rest."""
    at_ms = now_ms()
    hands = cases.hands(case, principal) if part.gate is not None else []
    names = cases.moves(case, principal) if hands else ()
    forms = [
        form_of(
            language,
            case,
            name,
            hands=hands,
            chosen=chosen,
            refusal=refusal,
            begun=_begun(part, principal, case, told=begun) if name == "revise" else {},
            now_ms=at_ms,
        )
        for name in names
    ]
    lost = refusal is not None and refusal.what in STEPS and refusal.what not in names
    return {
        "forms": forms,
        "others": others(language, case, own=hands, now_ms=at_ms),
        "lost": refusal if lost else None,
        "acts": [(name, language.say(text)) for name, text in PLAN_ACTS.items()],
        "works": [(name, language.say(text)) for name, text in WORK_TEXTS.items()],
        "paths": [(name, language.say(text)) for name, text in PATH_TEXTS.items()],
        "causes": [(name, language.word(text)) for name, text in CAUSE_TEXTS.items()],
        "debtors": [line.household for line in case.purse.lines if line.owed_fen],
        "items": range(max(ITEMS_SHOWN, len(case.plan.items) + 2 if case.plan else 0)),
    }


def _begun(
    part: Parts, principal: Principal, case: Case, *, told: Mapping[str, str]
) -> dict[str, str]:
    """What a plan begins with: the version before, else the households of the register."""
    if case.plan is not None:
        return typed_of(case.plan) | dict(told)
    sight = sight_of(principal.grants, ACTIONS["households.read"].roles)
    rows = SeenBooks(part.books, sight).households(
        case.area, case.estate, building=case.building, limit=DOORS_MAX
    )
    unit = told.get("unit")
    own = [one for one in rows if unit is None or one.unit == unit]
    return {"households": lines_of(own or rows)} | dict(told)


def _simulation(cases: SeenCases, case: Case, cost: str) -> Values:
    """What each household would pay, before money is set aside; of the budget or another cost."""
    nothing: Values = {"forecast": [], "forecast_sum": None, "cost": cost, "cost_wrong": None}
    plan = case.plan
    if plan is None or case.purse.lines:
        return nothing
    try:
        with case_problems():
            fen = fen_of(cost, field="amount_fen") or plan.budget_fen
            subsidy_fen = min(plan.subsidy_fen, fen)
            rows = simulate(fen, plan.scope, cases.balances(case), subsidy_fen=subsidy_fen)
    except BadParameter as error:
        return nothing | {"cost_wrong": error.reason}
    except Problem as error:
        return nothing | {"cost_wrong": error.detail}
    return nothing | {"forecast": forecast_views(rows), "forecast_sum": forecast_total(rows)}


def after_view(language: Language, seen: Seen | None) -> Values | None:
    """What became of the fault since the work was done; None where nothing is to be told yet."""
    if seen is None:
        return None
    found = seen.found
    return {
        "verdict": verdict(found, language),
        "kinds": [kind_name(language, kind) for kind in seen.kinds],
        "done": moment(language, seen.done_ms),
        "until": moment(language, found.until_ms),
        "first": "" if found.first_ms is None else moment(language, found.first_ms),
    }


def _incident(part: Parts, principal: Principal, case: Case) -> tuple[str, bool] | None:
    """What the case began with, and whether whoever looks may see that page."""
    if case.incident is None:
        return None
    sight = sight_of(principal.grants, ACTIONS["console.read"].roles)
    seen = part.books.incident(case.incident, sight=sight) is not None
    return case.incident, seen


def _auditors(part: Parts, principal: Principal, case: Case) -> list[tuple[str, str, bool]] | None:
    """Organisations of auditors, and which have the case; None for who may give it to none."""
    if part.gate is None or not may_do(principal, "fund.give"):
        return None
    given = part.books.fund_given
    return [(one.id, one.name, case.id in given((one.id,))) for one in _of_auditors(part.gate)]


def _of_auditors(gate: Gate) -> list[Organisation]:
    """Organisations that are auditors, or of which nobody said what they are and that have one."""
    found: list[Organisation] = []
    seen, last = 0, ""
    with gate.people.reading() as reads:
        while seen < ORGANISATIONS_MAX and (page := reads.organisations(after=last, limit=200)):
            seen, last = seen + len(page), page[-1].id
            for one in page:
                roles = {m.role for m in reads.members(one.id)} if one.kind is None else set()
                if one.closed_ms is None and AUDITOR in {one.kind, *roles}:
                    found.append(one)
    return found

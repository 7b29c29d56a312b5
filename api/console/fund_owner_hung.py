"""What hung out of cases: a list beside the disclosure, and each as it hung."""

from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from api.console.fund_owner_views import (
    Table,
    allocated,
    grouped,
    moment,
    money,
    papers,
    title,
    votes,
)
from api.console.fund_texts import PATH_TEXTS, PLAN_ACTS
from api.console.language import Language, local
from api.console.marks import N_
from liftwatch.fund.case import Case
from liftwatch.fund.disclosure import Allocated, Expenditure
from liftwatch.fund.kept import Publication
from liftwatch.fund.letters import hundredths
from liftwatch.fund.plans import Plan
from liftwatch.handlers.fund_disclosure import BuildingPlace, cases_of
from liftwatch.ports import Books

WHAT = {"plan": N_("Plan"), "disclosure": N_("Cost and allocation")}


class Hung(NamedTuple):
    """One that hung out: where its page is, what it is, of what, and when."""

    href: str
    what: str
    case: str
    at: str


class HungView(NamedTuple):
    """One as it is read; `tables` are titled."""

    what: str
    title: str
    at: str
    sha256: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[tuple[str, Table], ...]


class _Disclosed(Struct):
    """What `liftwatch.handlers.fund_cases` publishes in the end."""

    expenditure: Expenditure
    allocation: tuple[Allocated, ...]


def hung_of(books: Books, place: BuildingPlace, language: Language, *, year: int) -> list[Hung]:
    """What hung out of a building's cases in a year, the newest first."""
    found = [
        (one.at_ms, one, case)
        for case in cases_of(books, place)
        for one in books.fund_publications(case.id)
        if local(one.at_ms).year == year
    ]
    base = f"/fund/buildings/{'/'.join(place)}/publications"
    return [
        Hung(
            href=f"{base}/{case.id}/{one.n}",
            what=what_of(one, language),
            case=title_of(case, language),
            at=moment(at_ms, language),
        )
        for at_ms, one, case in sorted(found, key=lambda row: -row[0])
    ]


def what_of(one: Publication, language: Language) -> str:
    """A plan with its version, or the end of a case."""
    told = language.say(WHAT[one.what])
    return f"{told} {one.plan}" if one.what == "plan" else told


def title_of(case: Case, language: Language) -> str:
    """What a case is called: the lift, and what is done."""
    works = [item.what for item in case.plan.items] if case.plan else []
    return title(case.lift, works, language)


def hung_view(one: Publication, case: Case, language: Language) -> HungView:
    """A publication in a reader's words: all of it is from what was kept when it hung out."""
    told: Any = msgspec.json.decode(one.data)
    view = _plan(told, language) if one.what == "plan" else _disclosed(told, language)
    facts, tables = view
    return HungView(
        what=what_of(one, language),
        title=title_of(case, language),
        at=moment(one.at_ms, language),
        sha256=one.sha256,
        facts=tuple(facts),
        tables=tuple(tables),
    )


Parts = tuple[list[tuple[str, str]], list[tuple[str, Table]]]


def _plan(told: Any, language: Language) -> Parts:
    say, plan = language.say, msgspec.convert(told, Plan)
    facts = [
        (say("What is voted on"), say(PLAN_ACTS[plan.act])),
        (say("Together at most"), money(plan.budget_fen, language)),
    ]
    if plan.cause:
        facts.insert(0, (say("Cause"), plan.cause))
    if plan.subsidy_fen:
        facts.append((say("A subsidy bears"), money(plan.subsidy_fen, language)))
    split = say("as agreed") if plan.scope.weights else say("by floor area")
    facts.append((say("The cost is split"), split))
    work = Table(
        head=(say("What is done"), say("Price (yuan)")),
        rows=tuple((item.what, grouped(item.amount_fen)) for item in plan.items),
        total=(say("Together"), grouped(plan.budget_fen)),
    )
    homes = sorted(plan.scope.households, key=lambda home: home.id)
    whom = Table(
        head=(say("Household"), say("Unsold: pays"), say("Floor area (m2)")),
        rows=tuple((one.id, one.developer or "", hundredths(one.area_dm2)) for one in homes),
        total=(say("Together"), "", hundredths(sum(one.area_dm2 for one in homes))),
    )
    return facts, [(say("What is done"), work), (say("Households it concerns"), whom)]


def _disclosed(told: Any, language: Language) -> Parts:
    say, one = language.say, msgspec.convert(told, _Disclosed)
    spent = one.expenditure
    facts = [
        (say("Path"), say(PATH_TEXTS[spent.path])),
        (say("Cost by the audit"), money(spent.audited_fen, language)),
        (say("Allowed at most"), money(spent.budget_fen, language)),
        (say("Paid so far"), money(spent.paid_fen, language)),
        (say("Papers"), papers(spent, language)),
    ]
    if spent.contractor:
        facts.insert(1, (say("Contractor"), spent.contractor))
    if spent.voted_area is not None:
        facts.append((say("Agreed"), votes(spent, language)))
    return facts, [(say("Allocation"), allocated(one.allocation, spent, language))]

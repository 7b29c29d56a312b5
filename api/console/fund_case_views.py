"""A case of the fund as a page shows it: how it stands, its clocks, money, papers and story."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from api.console.fund_texts import (
    CAUSE_TEXTS,
    CUSTODY,
    DUES,
    FUND_MOVES,
    PAPERS,
    PATH_TEXTS,
    STAGES,
)
from api.console.kinds import ROLE_TEXTS
from api.console.language import Language, local
from api.console.place_names import PlaceNames
from api.gate import Gate
from liftwatch.access.sight import Place
from liftwatch.clock import DAY_MS, estate_day
from liftwatch.fund.allocation import Forecast
from liftwatch.fund.case import Case, Done
from liftwatch.fund.deadlines import Due, deadlines
from liftwatch.fund.kept import Publication
from liftwatch.fund.plans import Plan
from liftwatch.ports import Books

SOON_MS = 7 * DAY_MS
OVER = frozenset({"disclosed", "withdrawn", "expired", "refused"})
"""Steps in which a case waits for nobody."""


class Names(NamedTuple):
    """People and organisations by their ids."""

    people: Mapping[str, str]
    organisations: Mapping[str, str]

    def person(self, id: str | None) -> str:
        """What somebody is called."""
        return "" if id is None else self.people.get(id, id)

    def organisation(self, id: str | None) -> str:
        """What an organisation is called."""
        return "" if id is None else self.organisations.get(id, id)


class ClockView(NamedTuple):
    """A clock: what is due until when, and how it stands: met, late, soon or running."""

    text: str
    due: str
    state: str
    met: str
    rule: str


class CaseRow(NamedTuple):
    """A case in a list."""

    id: str
    lift: str
    place: str
    what: str
    path: str
    stage: str
    stage_word: str
    waits_days: int
    budget: str
    clocks: list[ClockView]
    moves: list[str]


def money(fen: int | None) -> str:
    """Fen in yuan, to the fen, with commas between thousands; "–" where nobody knows.

    >>> money(1_612_000), money(-5), money(None)
    ('16,120.00', '-0.05', '–')
    """
    if fen is None:
        return "–"
    whole, part = divmod(abs(fen), 100)
    return f"{'-' * (fen < 0)}{whole:,}.{part:02d}"


def moment(language: Language, ms: int) -> str:
    """A moment with its day and year, to the minute: cases go on for years."""
    return f"{language.day(estate_day(ms))} {local(ms):%H:%M}"


def names_in(
    gate: Gate | None, *, people: Iterable[str | None], organisations: Iterable[str | None]
) -> Names:
    """What some people and organisations are called; nobody is where no people are kept."""
    if gate is None:
        return Names({}, {})
    with gate.people.reading() as reads:
        found = {id: reads.person(id) for id in {one for one in people if one}}
        units = {id: reads.organisation(id) for id in {one for one in organisations if one}}
    return Names(
        {id: one.name for id, one in found.items() if one},
        {id: one.name for id, one in units.items() if one},
    )


def names_of_case(gate: Gate | None, case: Case) -> Names:
    """Whoever did something in a case."""
    by = [one.by for one in case.done]
    return names_in(
        gate,
        people=[one.person for one in by],
        organisations=[one.organisation for one in by],
    )


def work_of(case: Case) -> str:
    """What is done, in the plan's own words; empty before there is a plan."""
    return "" if case.plan is None else case.plan.items[0].what


def clock_views(language: Language, case: Case, *, now_ms: int) -> list[ClockView]:
    """The clocks of a case; what was met long ago stays to be seen."""
    return [_clock(language, one, now_ms=now_ms) for one in deadlines(case)]


def _clock(language: Language, due: Due, *, now_ms: int) -> ClockView:
    state = "late" if due.is_missed(now_ms=now_ms) else "met"
    if due.met_ms is None and state == "met":
        state = "soon" if due.due_ms - now_ms < SOON_MS else "running"
    return ClockView(
        text=language.say(DUES[due.name]),
        due=moment(language, due.due_ms),
        state=state,
        met="" if due.met_ms is None else moment(language, due.met_ms),
        rule=due.rule.partition(":")[0],
    )


def is_pressing(clock: ClockView) -> bool:
    """Whether somebody should look at it now."""
    return not clock.met and clock.state in ("late", "soon")


class CaseRows:
    """Cases as lists show them, at one moment, in one language; places by their names."""

    def __init__(self, books: Books, language: Language, *, now_ms: int) -> None:
        self.language, self.now_ms = language, now_ms
        self._books, self._called = books, dict[Place, str]()

    def place(self, area: str, estate: str, building: str) -> str:
        """What a building is called, with its estate; by its codes where it has no name."""
        place = Place(area, estate, building)
        if place not in self._called:
            keys = {(area, estate, ""), (area, estate, building)}
            names = PlaceNames(self.language, self._books.localities(keys))
            told = names.building(area, estate, building)
            told = told or self.language.say("Building %(building)s", building=building)
            self._called[place] = f"{names.estate(area, estate)} {told}"
        return self._called[place]

    def of(self, case: Case, moves: Iterable[str] = ()) -> CaseRow:
        """A case as a list shows it; `moves` are those that whoever looks may make."""
        language, over = self.language, case.stage in OVER
        clocks = [] if over else clock_views(language, case, now_ms=self.now_ms)
        return CaseRow(
            id=case.id,
            lift=case.lift,
            place=self.place(case.area, case.estate, case.building),
            what=work_of(case),
            path=language.say(PATH_TEXTS[case.path]),
            stage=case.stage,
            stage_word=language.word(STAGES[case.stage]),
            waits_days=0 if over else max(0, self.now_ms - case.last_ms) // DAY_MS,
            budget=money(case.plan.budget_fen if case.plan else None),
            clocks=[one for one in clocks if is_pressing(one)],
            moves=[language.say(FUND_MOVES[one].button) for one in moves if one != "file"],
        )


def head_of(rows: CaseRows, case: Case) -> dict[str, Any]:
    """How a case stands: what stands on top of its page."""
    language, plan = rows.language, case.plan
    return {
        "row": rows.of(case),
        "clocks": clock_views(language, case, now_ms=rows.now_ms),
        "custody": language.say(CUSTODY[case.custody]),
        "opened": moment(language, case.opened_ms),
        "version": case.version,
        "plan": None if plan is None else plan_view(language, plan),
        "money": money_of(language, case),
        "lines": [line_view(one) for one in case.purse.lines],
        "contractor": case.contractor or "",
        "bank": case.bank,
        "programme": case.programme,
    }


def plan_view(language: Language, plan: Plan) -> dict[str, Any]:
    """A plan: its lines of work, why, for how many."""
    area = sum(one.area_dm2 for one in plan.scope.households)
    cause = plan.claim.cause
    return {
        "version": plan.version,
        "digest": plan.digest,
        "items": [(one.code, one.what, money(one.amount_fen)) for one in plan.items],
        "budget": money(plan.budget_fen),
        "subsidy": money(plan.subsidy_fen) if plan.subsidy_fen else "",
        "cause": language.word(CAUSE_TEXTS[cause]) if cause else "",
        "why": plan.cause,
        "major": plan.major,
        "agreed": bool(plan.scope.weights),
        "households": len(plan.scope.households),
        "area": money(area),
    }


def money_of(language: Language, case: Case) -> list[tuple[str, str]]:
    """The amounts of a case, those there are, in order of the steps."""
    purse, plan = case.purse, case.plan
    held = sum(line.share_fen for line in purse.lines) + purse.subsidy_used_fen
    rows = (
        (language.say("Budget"), plan.budget_fen if plan else None),
        (language.say("Contract"), case.contract_fen or None),
        (language.say("Paid ahead by the insurer"), case.insured_fen or None),
        (language.say("Borne by households and subsidy"), held or None),
        (language.say("Allowed by the audit"), case.audited_fen),
        (language.say("Paid"), purse.paid_fen if purse.lines else None),
        (language.say("Lies there, to be paid with"), purse.free_fen if purse.lines else None),
        (language.say("Still owed to it"), purse.owed_fen if purse.lines else None),
    )
    return [(label, money(fen)) for label, fen in rows if fen is not None]


def line_view(line: Any) -> dict[str, str]:
    """A household in a case: its share, what of it was taken and what is owed."""
    payer = "" if line.payer == line.household else line.payer.removeprefix("developer:")
    return {
        "household": line.household,
        "payer": payer,
        "share": money(line.share_fen),
        "interest": money(line.interest_fen),
        "principal": money(line.principal_fen),
        "received": money(line.received_fen),
        "owed": money(line.owed_fen) if line.owed_fen else "",
    }


def forecast_views(rows: Iterable[Forecast]) -> list[dict[str, Any]]:
    """What each household would pay, and all together at the end."""
    found = list(rows)
    shown: list[dict[str, Any]] = [
        {
            "household": one.household,
            "payer": "" if one.payer == one.household else one.payer.removeprefix("developer:"),
            "area": money(one.area_dm2),
            "share": money(one.share_fen),
            "taken": money(one.taken_fen),
            "owed": money(one.owed_fen) if one.owed_fen else "",
            "left": money(one.left_fen),
            "top_up": one.must_top_up,
        }
        for one in found
    ]
    return shown


def forecast_total(rows: Iterable[Forecast]) -> tuple[str, str, str]:
    """Of a simulation: what all pay together, what is taken, what would be owed."""
    found = list(rows)
    sums = (
        sum(getattr(one, f"{name}_fen") for one in found) for name in ("share", "taken", "owed")
    )
    share, taken, owed = (money(fen) for fen in sums)
    return share, taken, owed


def paper_views(
    language: Language, case: Case, kept: Callable[[str], bool] | None = None
) -> list[dict[str, Any]]:
    """The papers of a case, those that another plan has made void among them; `kept` says of a
    hash whether the paper itself lies here, and can be read."""
    holding = {one.sha256 for one in case.papers}
    return [
        {
            "kind": language.say(PAPERS[one.kind]),
            "sha256": one.sha256,
            "dated": language.day(one.dated),
            "name": one.name,
            "void": one.sha256 not in holding,
            "kept": kept is not None and one.kind == "fault_history" and kept(one.sha256),
        }
        for one in case.documents
    ]


def story_views(language: Language, case: Case, names: Names) -> list[dict[str, Any]]:
    """What was done in a case, by whom and when, from its opening."""
    return [_done(language, one, names) for one in case.done]


def _done(language: Language, one: Done, names: Names, /) -> dict[str, Any]:
    role = one.by.role
    return {
        "what": language.say(FUND_MOVES[one.move].made),
        "at": moment(language, one.at_ms),
        "who": names.person(one.by.person),
        "organisation": names.organisation(one.by.organisation),
        "role": language.say(ROLE_TEXTS[role]) if role in ROLE_TEXTS else "",
        "amount": money(one.amount_fen) if one.amount_fen is not None else "",
        "text": one.text or "",
        "plan": one.plan,
    }


def publication_views(language: Language, found: Iterable[Publication]) -> list[dict[str, str]]:
    """What hung out, when, and the hash of it as it hung."""
    texts = {"plan": language.say("The plan"), "disclosure": language.say("Cost and allocation")}
    return [
        {
            "what": texts.get(one.what, one.what),
            "at": moment(language, one.at_ms),
            "sha256": one.sha256,
        }
        for one in found
    ]

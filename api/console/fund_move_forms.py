"""The forms of the moves that somebody may make in a case now, and who makes the others."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from api.case_shapes import CaseMove
from api.console.forms import Sent
from api.console.fund_forms import Refusal, fen_of, papers_of, shaped
from api.console.fund_plan_form import plan_of
from api.console.fund_texts import FUND_MOVES, PAPERS
from api.console.kinds import ROLE_TEXTS
from api.console.language import Language
from liftwatch.access.roles import ROLES
from liftwatch.clock import day_text, estate_day
from liftwatch.fund.case import By, Case
from liftwatch.fund.documents import FILED_BY, PROOFS, lacking
from liftwatch.fund.four_eyes import check_by
from liftwatch.fund.moves import moves_from
from liftwatch.fund.refusals import NotYours
from liftwatch.fund.steps import STEPS
from liftwatch.fund.steps import papers_of as kinds_for
from liftwatch.said import Said

FREE_ROWS, ROWS_MAX = {"file": 4}, 100
"""Rows for papers of any kind; one for every other move."""


class PaperRow(NamedTuple):
    """A row for a paper: `kind` is fixed, or "" where it is chosen; what was typed stands in it."""

    n: int
    kind: str
    label: str
    required: bool
    typed: Mapping[str, str]


class MoveForm(NamedTuple):
    """A form: which fields it has, the rows for papers, and why it was refused."""

    name: str
    button: str
    says: str
    needs: tuple[str, ...]
    papers: list[PaperRow]
    kinds: list[tuple[str, str]]
    roles: list[tuple[str, str]]
    others_bring: list[str]
    typed: Mapping[str, str]
    open: bool
    refusal: Refusal | None


class Other(NamedTuple):
    """A move that others make: which one, who they are, and why it is not yours."""

    button: str
    roles: list[str]
    why: Said | None


def form_of(
    language: Language,
    case: Case,
    name: str,
    *,
    hands: Iterable[By],
    chosen: str,
    refusal: Refusal | None,
    begun: Mapping[str, str],
    now_ms: int,
) -> MoveForm:
    """The form of a move; `begun` is what stands in its fields before anybody has typed."""
    mine = refusal if refusal is not None and refusal.what == name else None
    step, roles = STEPS[name], sorted({one.role or "" for one in hands if _fits(one, name)})
    missing = (*lacking(case.papers, kinds_for(case, name)), *step.brings)
    wanted = [kind for kind in missing if _may_file(kind, roles)]
    kinds = [(k, language.say(text)) for k, text in PAPERS.items() if _may_file(k, roles)]
    if name == "prove":
        kinds = [one for one in kinds if one[0] in PROOFS]
    typed = mine.typed if mine else begun
    return MoveForm(
        name=name,
        button=language.say(FUND_MOVES[name].button),
        says=language.say(FUND_MOVES[name].says),
        needs=step.needs,
        papers=_rows(language, wanted, typed, free=FREE_ROWS.get(name, 1), now_ms=now_ms),
        kinds=kinds,
        roles=[(role, language.say(ROLE_TEXTS[role])) for role in roles] if roles[1:] else [],
        others_bring=[language.say(PAPERS[kind]) for kind in missing if kind not in wanted],
        typed=typed,
        open=name == chosen or mine is not None,
        refusal=mine,
    )


def _fits(by: By, name: str) -> bool:
    return by.role in STEPS[name].roles


def _may_file(kind: str, roles: Iterable[str]) -> bool:
    return kind not in FILED_BY or not FILED_BY[kind].isdisjoint(roles)


def _rows(
    language: Language, wanted: list[str], typed: Mapping[str, str], *, free: int, now_ms: int
) -> list[PaperRow]:
    """A row for each paper that must come, what else was typed, and rows to choose from."""
    told = [row for n in range(ROWS_MAX) if any((row := _typed_row(typed, n)).values())]
    today = {"dated": day_text(estate_day(now_ms))}
    rows: list[PaperRow] = []
    for kind in dict.fromkeys(wanted):
        found = next((one for one in told if one["kind"] == kind), None)
        told = [one for one in told if one is not found]
        label = language.say(PAPERS[kind])
        rows.append(PaperRow(len(rows), kind, label, True, found or today))
    more = [one for one in told if one.get("sha256") or one.get("name")]
    for one in (*more, *[today] * free):
        rows.append(PaperRow(len(rows), "", "", False, one))
    return rows


def _typed_row(typed: Mapping[str, str], n: int) -> dict[str, str]:
    parts = ("kind", "sha256", "dated", "name")
    return {part: typed.get(f"paper-{n}-{part}", "") for part in parts}


def body_of(form: Sent, case: Case, name: str) -> CaseMove:
    """What a form tells, as the API takes it. Raises Problem for what cannot be read."""
    needs = STEPS[name].needs
    body = shaped(
        CaseMove,
        text=form.text("text") or None,
        amount_fen=fen_of(form.text("yuan"), field="amount_fen") if "amount_fen" in needs else None,
        contractor=form.text("contractor") or None,
        household=form.text("household") or None,
        path=form.text("path") or None,
        programme=form.text("programme") or None,
        role=form.text("role") or None,
        plan=plan_of(form, case) if "plan" in needs else None,
    )
    body.documents = papers_of(form)
    return body


def others(language: Language, case: Case, *, own: Iterable[By], now_ms: int) -> list[Other]:
    """The moves that could be made now by somebody else, and why not by whoever looks."""
    mine: set[str] = set()
    hands = list(own)
    for by in hands:
        mine |= set(moves_from(case, by=by, now_ms=now_ms))
    who: dict[str, list[str]] = {}
    for role in ROLES:
        fresh = By(person="-", organisation="-", role=role)
        for name in moves_from(case, by=fresh, now_ms=now_ms):
            who.setdefault(name, []).append(language.say(ROLE_TEXTS[role]))
    return [
        Other(language.say(FUND_MOVES[name].button), who[name], _why_not(case, name, hands))
        for name in STEPS
        if name in who and name not in mine and name != "file"
    ]


def _why_not(case: Case, name: str, hands: Iterable[By]) -> Said | None:
    """Why a move is not theirs although they have its role: four eyes."""
    for by in hands:
        if _fits(by, name):
            try:
                check_by(case, STEPS[name], by)
            except NotYours as error:
                return error.why
    return None

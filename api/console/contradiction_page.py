"""Records of maintenance that signals contradict: what the unit says, and what is decided."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.care_due import (
    ANSWER,
    DECIDE,
    IncidentPath,
    deciding,
    replying,
    standing_answer,
)
from api.care_seen import SeenCare, TheCare
from api.care_visits import READ
from api.console.care_forms import attempt
from api.console.contradiction_texts import reason_words
from api.console.forms import Sent, TheForm, fresh_key
from api.console.language import Language
from api.console.render import language_of, render
from api.console.silence_views import names_by_id
from api.console.visit_texts import ANSWER_TEXTS
from api.console.visit_views import names_of_lifts
from api.once import act_once
from api.parts import Parts, TheGate, ThePart
from api.principal import Principal, allow, may
from api.seen import SeenBooks
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import sight_of
from liftwatch.care.answer import Answer
from liftwatch.clock import now_ms
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
Unit = Annotated[Principal, Depends(allow(ANSWER))]
Judge = Annotated[Principal, Depends(allow(DECIDE))]
SHOWN_MAX = 100


@router.get("/contradictions")
def contradictions(
    *, request: Request, principal: Reader, care: TheCare, part: ThePart
) -> Response:
    """All that are seen, the newest first."""
    del care
    return _page(request, part, principal)


@router.post("/contradictions/{incident}/answer")
def reply(
    *,
    request: Request,
    principal: Unit,
    care: TheCare,
    gate: TheGate,
    part: ThePart,
    incident: IncidentPath,
    form: TheForm,
) -> Response:
    """The unit's side."""

    def do() -> Response:
        act = replying(
            care, principal, incident, version=form.number("version"), why=form.text("why")
        )
        return act_once(gate, principal, ANSWER, once=form.once, act=act)

    made = attempt(do)
    if isinstance(made, Said):
        return _page(request, part, principal, form=form, of=incident, wrong=made)
    return RedirectResponse(f"/contradictions#of-{incident}", status_code=303)


@router.post("/contradictions/{incident}/decide")
def decide(
    *,
    request: Request,
    principal: Judge,
    care: TheCare,
    gate: TheGate,
    part: ThePart,
    incident: IncidentPath,
    form: TheForm,
) -> Response:
    """Whether it counts."""

    def do() -> Response:
        act = deciding(
            care,
            principal,
            incident,
            version=form.number("version"),
            counts=form.text("counts") == "yes",
            why=form.text("why"),
        )
        return act_once(gate, principal, DECIDE, once=form.once, act=act)

    made = attempt(do)
    if isinstance(made, Said):
        return _page(request, part, principal, form=form, of=incident, wrong=made)
    return RedirectResponse(f"/contradictions#of-{incident}", status_code=303)


def _page(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    form: Sent | None = None,
    of: str = "",
    wrong: Said | None = None,
) -> Response:
    language, at_ms = language_of(request), now_ms()
    care = SeenCare(part.books, sight_of(principal.grants, ACTIONS[READ].roles))
    found = care.contradictions(exercise=part.exercise, limit=SHOWN_MAX)
    known = care.answers([one.id for one in found])
    stand = [(one, standing_answer(care, one, known.get(one.id))) for one in found]
    books = SeenBooks(part.books, care.sight)
    names = names_of_lifts(books, language, [answer.lift for _, answer in stand])
    people = names_by_id(
        part.gate,
        [who for _, answer in stand for who in (answer.replied_by, answer.ruled_by)],
        [answer.organisation for _, answer in stand],
    )
    views: list[dict[str, Any]] = [
        {
            "answer": answer,
            "where": names.of(answer.lift),
            "raised": language.moment(one.raised_ms, now_ms=at_ms),
            "because": [
                reason_words(language, str(why))
                for why in one.evidence.get("contradicted_by") or ()
            ],
            "state": _state_word(language, answer, at_ms),
            "silent": answer.state == "asked" and at_ms >= answer.due_ms,
            "due": language.moment(answer.due_ms, now_ms=at_ms),
            "unit": people.get(answer.organisation, ""),
            "replied_by": people.get(answer.replied_by or "", ""),
            "ruled_by": people.get(answer.ruled_by or "", ""),
            "may_answer": _may_answer(principal, answer, at_ms),
            "may_decide": _may_decide(principal, answer, at_ms),
        }
        for one, answer in stand
    ]
    values = {
        "rows": views,
        "of": of,
        "typed": form.fields if form else {},
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "contradictions.html", values, status=422 if wrong else 200)


def _state_word(language: Language, answer: Answer, at_ms: int) -> str:
    if answer.state == "asked" and at_ms >= answer.due_ms:
        return language.word(ANSWER_TEXTS["answered"])
    return language.word(ANSWER_TEXTS[answer.state])


def _may_answer(principal: Principal, answer: Answer, at_ms: int) -> bool:
    mine = {one.organisation for one in principal.grants if one.role == "maintenance"}
    ours = not answer.organisation or answer.organisation in mine
    allowed = principal.person is not None and may(principal.roles, ACTIONS[ANSWER])
    return allowed and ours and answer.state == "asked" and at_ms < answer.due_ms


def _may_decide(principal: Principal, answer: Answer, at_ms: int) -> bool:
    heard = answer.state == "answered" or (answer.state == "asked" and at_ms >= answer.due_ms)
    return principal.person is not None and may(principal.roles, ACTIONS[DECIDE]) and heard

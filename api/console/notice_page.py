"""The pages of notices: what asks for one, drafts, what hangs, whether it helped.

They say what the API says (`api.notices`): the same acts, rights and limits.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.json import decode

from api.complaints import work_sight
from api.console.care_texts import NOTICE_TOPICS
from api.console.forms import Sent, TheForm, fresh_key
from api.console.lift_search import FOUND_MAX
from api.console.move_forms import local_moment, shanghai_ms
from api.console.notice_texts import WORDINGS
from api.console.notice_views import (
    effect_view,
    evidence_words,
    known_places,
    notice_row,
    proposal_rows,
)
from api.console.render import language_of, render, render_form
from api.gate import Gate
from api.notice_shapes import DeclinedProposal, NewNotice, ResidentNotice
from api.notices import (
    BACK_MS,
    READ,
    WRITE,
    IdPath,
    declining,
    declining_proposal,
    drafting,
    editing,
    publishing,
    seen_notice,
    withdrawing,
)
from api.notices_seen import effect_of, proposed
from api.once import Act, act_once
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import BadParameter, Problem
from api.public_codes import RENEW, screening
from api.residents_seen import lifts_of_building, public_url
from api.seen import SeenBooks
from liftwatch.care.notices import TOPICS, Notice
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.incidents.moves import Untold
from liftwatch.ports import Conflict
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
Writer = Annotated[Principal, Depends(allow(WRITE))]
Renewer = Annotated[Principal, Depends(allow(RENEW))]
Asked = Annotated[str, Query(max_length=200)]
REFUSED = ("conflict", "unusable", "not-found", "bad-parameter")
HANGS_MS = 30 * DAY_MS
"""So long a notice hangs unless its author says otherwise [our choice]."""
Values = dict[str, Any]


@router.get("/notices")
def notices(
    *, request: Request, principal: Reader, part: ThePart, books: TheBooks, gate: TheGate
) -> Response:
    """What asks for a notice with its counts, drafts, what hangs, what is over."""
    language, at_ms = language_of(request), now_ms()
    asked = proposed(books, gate)
    with gate.people.reading() as reads:
        found = reads.care.notices(since_ms=at_ms - BACK_MS, sight=books.sight)
    names = known_places(books, language, places=[one[:3] for one in asked], notices=found)
    rows = [notice_row(books, language, one, names=names, now_ms=at_ms) for one in found]
    writes = work_sight(part, principal, WRITE)
    every = _places(books, language) if writes is not None else []
    halls = [(place, word) for place, word in every if not place.endswith("/")]
    screens = _screens(gate, halls)
    values: Values = {
        "proposals": proposal_rows(language, asked, names),
        "drafts": [one for one in rows if one.state == "draft"],
        "hanging": [one for one in rows if one.state == "published" and not one.over],
        "past": [one for one in rows if one.over or one.state in ("declined", "withdrawn")],
        "may_write": writes is not None,
        "halls": halls,
        "screens": [
            (word, public_url(part, str(request.base_url), page)) for word, page in screens
        ],
        "topics": [(name, language.say(text)) for name, text in NOTICE_TOPICS.items()],
        "wrong": None,
        "key": fresh_key,
    }
    return render(request, "notices.html", values)


@router.get("/notices/new")
def new(
    *,
    request: Request,
    principal: Writer,
    books: TheBooks,
    topic: Asked = "doors",
    place: Asked = "",
    lift: Asked = "",
) -> Response:
    """The form, with our wording to begin from."""
    del principal
    typed = {"topic": topic if topic in TOPICS else "doors", "place": place, "lift": lift}
    wording = WORDINGS[typed["topic"]]
    return _new(request, books, typed | {"zh": wording.zh, "en": wording.en}, wrong=None)


@router.post("/notices/new")
def make(
    *, request: Request, principal: Writer, books: TheBooks, gate: TheGate, form: TheForm
) -> Response:
    """Keep the draft; then to its page, where it is published."""
    try:
        act = _drafted(books, principal, form)
        answered = act_once(gate, principal, WRITE, once=form.once, act=act)
    except (Conflict, Untold) as error:
        return _new(request, books, form.fields, wrong=said_by(error))
    except Problem as problem:
        if problem.row.name not in REFUSED:
            raise
        return _new(request, books, form.fields, wrong=problem.detail)
    made = decode(bytes(answered.body), type=ResidentNotice)
    return RedirectResponse(f"/notices/{made.id}", status_code=303)


@router.post("/notices/proposals")
def decline_proposal(
    *, principal: Writer, books: TheBooks, gate: TheGate, form: TheForm
) -> Response:
    """No notice of this for now, and why."""
    area, estate, building = _place(form.text("place"))
    body = DeclinedProposal(
        area=area,
        estate=estate,
        building=building,
        topic=_topic(form),  # type: ignore[arg-type]  # one of the table
        why=form.text("why"),
    )
    act = declining_proposal(books, principal, body)
    act_once(gate, principal, WRITE, once=form.once, act=act)
    return RedirectResponse("/notices", status_code=303)


@router.post("/notices/screen")
def screen(*, principal: Renewer, books: TheBooks, gate: TheGate, form: TheForm) -> Response:
    """Make the code of a building's screen page, and go there."""
    place = _place(form.text("place"))
    act = screening(books, principal, place)
    act_once(gate, principal, RENEW, once=form.once, act=act)
    with gate.people.reading() as reads:
        found = reads.care.code_of("screen", place=place, lift=None)
    assert found is not None, "just made"
    return RedirectResponse(f"/screen/{found.code}", status_code=303)


@router.get("/notices/{id}")
def notice(
    *, request: Request, principal: Reader, part: ThePart, books: TheBooks, id: IdPath
) -> Response:
    """One: its text, its counts, its effect, and what can be done."""
    return _page(request, part, principal, books=books, id=id)


@router.post("/notices/{id}")
def work(
    *,
    request: Request,
    principal: Writer,
    part: ThePart,
    books: TheBooks,
    gate: TheGate,
    id: IdPath,
    form: TheForm,
) -> Response:
    """Change it, publish it, decline it, or take it down."""
    try:
        act_once(gate, principal, WRITE, once=form.once, act=_act(books, id, form))
    except (Conflict, Untold) as error:
        return _page(request, part, principal, books=books, id=id, form=form, wrong=said_by(error))
    except Problem as problem:
        if problem.row.name not in ("conflict", "unusable"):
            raise
        wrong = problem.detail
        return _page(request, part, principal, books=books, id=id, form=form, wrong=wrong)
    return RedirectResponse(f"/notices/{id}", status_code=303)


def _act(books: SeenBooks, id: str, form: Sent) -> Act:
    version, what = form.number("version"), form.text("what")
    if what == "edit":
        from_ms, until_ms = _times(form, now_ms())
        texts = (form.text("zh"), form.text("en"))
        return editing(books.sight, id, texts, times=(from_ms, until_ms), version=version)
    if what == "publish":
        return publishing(books.sight, id, version=version)
    if what == "decline":
        return declining(books.sight, id, form.text("why"), version=version)
    if what == "withdraw":
        return withdrawing(books.sight, id, version=version)
    raise BadParameter("what", Said("is none of %(acts)s", acts="edit, publish, decline, withdraw"))


def _drafted(books: SeenBooks, principal: Principal, form: Sent) -> Act:
    at_ms = now_ms()
    area, estate, building = _place(form.text("place"))
    from_ms, until_ms = _times(form, at_ms)
    if form.text("topic") == "outage" and not form.text("until"):
        raise Untold(Said("an outage has an end"))
    body = NewNotice(
        area=area,
        estate=estate,
        building=building,
        lift=form.text("lift") or None,
        topic=_topic(form),  # type: ignore[arg-type]  # one of the table
        zh=form.text("zh"),
        en=form.text("en"),
        from_at="",
        until_at="",
    )
    return drafting(books, principal, body, times=(from_ms, until_ms))


def _times(form: Sent, at_ms: int) -> tuple[int, int]:
    from_ms = shanghai_ms(form.text("from")) or at_ms
    return from_ms, shanghai_ms(form.text("until")) or from_ms + HANGS_MS


def _topic(form: Sent) -> str:
    topic = form.text("topic")
    if topic not in TOPICS:
        raise BadParameter("topic", Said("is none of %(acts)s", acts=", ".join(TOPICS)))
    return topic


def _place(text: str) -> tuple[str, str, str]:
    parts = text.split("/", 2)
    if len(parts) != 3:
        raise Untold(Said("choose the building first"))
    return parts[0], parts[1], parts[2]


def _new(
    request: Request, books: SeenBooks, typed: Mapping[str, str], *, wrong: Said | None
) -> Response:
    language = language_of(request)
    values: Values = {
        "places": _places(books, language),
        "topics": [(name, language.say(text)) for name, text in NOTICE_TOPICS.items()],
        "typed": typed,
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "notice_new.html", values, status=422 if wrong else 200)


def _places(books: SeenBooks, language: Any) -> list[tuple[str, str]]:
    """The buildings of what is seen, by what they are called; an estate as a whole first."""
    rows = books.lifts(limit=500)
    places = sorted({(one.area, one.estate, one.facts.building or "") for one in rows})
    names = known_places(books, language, places=places)
    whole = sorted({(area, estate, "") for area, estate, _ in places})
    every = [*whole, *(one for one in places if one[2])]
    return [("/".join(one), names.place(language, one)) for one in every]


def _screens(gate: Gate, halls: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The screens that are there: of which building, and its page."""
    found = []
    with gate.people.reading() as reads:
        for place, word in halls:
            code = reads.care.code_of("screen", place=_place(place), lift=None)
            if code is not None:
                found.append((word, f"/screen/{code.code}"))
    return found


def _page(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    books: SeenBooks,
    id: str,
    form: Sent | None = None,
    wrong: Said | None = None,
) -> Response:
    gate, language, at_ms = part.gate, language_of(request), now_ms()
    if gate is None:
        raise Problem("not-found", Said("nobody signs in here"))
    with gate.people.reading() as reads:
        one = seen_notice(books.sight, reads.care, id)
    names = known_places(books, language, notices=[one])
    effect = None
    if one.published_ms is not None and (TOPICS[one.topic].kinds or TOPICS[one.topic].complaints):
        effect = effect_view(language, effect_of(books, gate, one, now_ms=at_ms))
    values: Values = {
        "one": notice_row(books, language, one, names=names, now_ms=at_ms),
        "wording": WORDINGS[one.topic],
        "zh": one.zh,
        "en": one.en,
        "from_local": local_moment(one.from_ms),
        "until_local": local_moment(one.until_ms),
        "why": one.why or "",
        "evidence": evidence_words(language, one.evidence),
        "effect": effect,
        "muted": one.silence or "",
        "may_write": work_sight(part, principal, WRITE) is not None,
        "has_qr": bool(leads_to(part, one)),
    }
    return render_form(request, "notice.html", values, wrong=wrong, form=form)


def leads_to(part: Parts, one: Notice) -> str:
    """The path to which the code of a poster leads: the page of the lift, or of one of them."""
    gate = part.gate
    assert gate is not None, "asked before"
    place = (one.area, one.estate, one.building)
    lifts = [one.lift] if one.lift else [row.lift for row in lifts_of_building(part, place)]
    with gate.people.reading() as reads:
        for lift in lifts[:FOUND_MAX]:
            found = reads.care.code_of("lift", place=place, lift=lift)
            if found is not None:
                return f"/r/{found.code}"
    return ""

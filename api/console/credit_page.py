"""The pages of the credit list: what is in force for all, one entry with its story, a new one.

They say what the API says (`api.credit`): the same acts, rights and limits.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.json import decode

from api.console.credit_views import (
    entry_views,
    fact_choices,
    line_views,
)
from api.console.credit_words import KIND_TEXTS, MOVE_TEXTS
from api.console.forms import Sent, fresh_key, read_sent
from api.console.move_forms import shanghai_ms
from api.console.place_names import PlaceNames
from api.console.render import language_of, render
from api.credit import SINCE_MS, moving, writing
from api.credit_seen import (
    ANSWER,
    READ,
    WRITE,
    SeenCredit,
    TheCredit,
    authority,
    credit_seen,
    side_of,
)
from api.credit_shapes import CreditFact, CreditShape, NewCredit
from api.once import act_once
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal, allow, may
from api.problems import BadParameter, Problem
from api.seen import SeenBooks
from liftwatch.access.rights import ACTIONS, INSTRUCTED
from liftwatch.access.store import PeopleReads
from liftwatch.care.sanctions import FACT_KINDS, FACTS_MAX, KINDS, moves_from
from liftwatch.clock import DAY_MS, day_text, estate_day, now_ms, rfc3339
from liftwatch.handlers.care_credit import Known
from liftwatch.incidents.moves import Untold
from liftwatch.ports import Conflict
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
Writer = Annotated[Principal, Depends(allow(WRITE))]
Answerer = Annotated[Principal, Depends(allow(ANSWER))]
Asked = Annotated[str, Query(max_length=64)]
Values = dict[str, Any]
LIST_MAX, ORGANISATIONS_MAX, PAGE = 100, 2_000, 500
HEARD_DAYS, SHOWN_DAYS = 15, 365
"""What a form begins with; the authority says how long both are."""
REFUSED = ("unusable", "conflict", "forbidden")
FIELDS_MAX, LETTERS_MAX = 40 + FACTS_MAX, 2_000


async def entry_form(request: Request) -> Sent:
    """What a form of an entry sends, its facts each in a field."""
    return await read_sent(request, fields=FIELDS_MAX, letters=LETTERS_MAX)


TheEntryForm = Annotated[Sent, Depends(entry_form)]


@router.get("/credit")
def credit_page(
    *,
    request: Request,
    principal: Reader,
    seen: TheCredit,
    part: ThePart,
    which: Asked = "open",
    organisation: Asked = "",
) -> Response:
    """Open ones, what is in force, or all; the newest first."""
    language, at_ms = language_of(request), now_ms()
    which = which if which in ("public", "all") else "open"
    some = seen.list(
        living=which == "open",
        public=which == "public",
        organisation=organisation or None,
        limit=LIST_MAX,
    )
    pairs = [(one, seen.whole(one)) for one in some]
    values: Values = {
        "rows": entry_views(part, language, pairs, now_ms=at_ms),
        "which": which,
        "organisation": organisation,
        "may_write": part.gate is not None and may(principal.roles, ACTIONS[WRITE]),
        "most": LIST_MAX,
    }
    return render(request, "credit.html", values)


@router.get("/credit/new")
def new_entry(
    *,
    request: Request,
    principal: Writer,
    seen: TheCredit,
    books: TheBooks,
    part: ThePart,
    area: Asked = "",
    organisation: Asked = "",
) -> Response:
    """First about whom; then on which facts, by what, and from when to when."""
    typed = {"area": area, "organisation": organisation}
    return _new(request, seen, books, part=part, principal=principal, typed=typed)


@router.post("/credit/new")
def entry_by_form(
    *,
    request: Request,
    principal: Writer,
    seen: TheCredit,
    books: TheBooks,
    gate: TheGate,
    part: ThePart,
    form: TheEntryForm,
) -> Response:
    """Write a draft, or go on with all that was typed."""
    try:
        act = writing(seen, principal, _told(form))
        made = act_once(gate, principal, WRITE, once=form.once, act=act)
    except (Untold, Conflict) as error:
        wrong = said_by(error)
    except BadParameter as error:
        wrong = error.detail
    except Problem as problem:
        if problem.row.name not in REFUSED:
            raise
        wrong = problem.detail
    else:
        shape = decode(bytes(made.body), type=CreditShape)
        return RedirectResponse(f"/credit/{shape.id}", status_code=303)
    return _new(
        request, seen, books, part=part, principal=principal, typed=form.fields, wrong=wrong
    )


@router.get("/credit/{entry}")
def one_entry(
    *, request: Request, principal: Reader, seen: TheCredit, part: ThePart, entry: str
) -> Response:
    """One: what it says, what somebody can do with it, and to its parties its story."""
    return render(
        request, "credit_entry.html", _one(request, seen, part=part, principal=principal, id=entry)
    )


@router.post("/credit/{entry}")
def move_entry_by_form(
    *, request: Request, principal: Writer, gate: TheGate, part: ThePart, entry: str,
    form: TheEntryForm,
) -> Response:  # fmt: skip
    """Announce, enforce or withdraw it."""
    names = ("announce", "enforce", "withdraw")
    return _moved(request, principal, gate=gate, part=part, id=entry, form=form, names=names)


@router.post("/credit/{entry}/answer")
def answer_entry_by_form(
    *, request: Request, principal: Answerer, gate: TheGate, part: ThePart, entry: str,
    form: TheEntryForm,
) -> Response:  # fmt: skip
    """Answer it, for one's own organisation."""
    return _moved(request, principal, gate=gate, part=part, id=entry, form=form, names=("answer",))


def _moved(
    request: Request,
    principal: Principal,
    *,
    gate: TheGate,
    part: Parts,
    id: str,
    form: Sent,
    names: tuple[str, ...],
) -> Response:
    what, seen = form.text("what"), credit_seen(part, principal)
    try:
        if what not in names:
            raise BadParameter("what", Said("is none of %(acts)s", acts=", ".join(names)))
        text, version = form.text("text") or None, form.number("version")
        act = moving(seen, principal, id, name=what, text=text, version=version)
        act_once(gate, principal, ANSWER if what == "answer" else WRITE, once=form.once, act=act)
    except (BadParameter, Conflict) as error:
        wrong = error.detail if isinstance(error, BadParameter) else said_by(error)
        status = 422 if isinstance(error, BadParameter) else 409
    except Problem as problem:
        if problem.row.name not in REFUSED:
            raise
        wrong, status = problem.detail, problem.row.status
    else:
        return RedirectResponse(f"/credit/{id}", status_code=303)
    values = _one(request, seen, part=part, principal=principal, id=id)
    values |= {"wrong": wrong, "chosen": what, "typed": form.fields}
    return render(request, "credit_entry.html", values, status=status)


def _one(
    request: Request, seen: SeenCredit, *, part: Parts, principal: Principal, id: str
) -> Values:
    language, at_ms = language_of(request), now_ms()
    one = seen.one(id)
    (view,) = entry_views(part, language, [(one, seen.whole(one))], now_ms=at_ms)
    found = side_of(principal, one) if part.gate is not None and principal.person else None
    names = moves_from(one, found[0], now_ms=at_ms) if found else ()
    return {
        "one": view,
        "version": one.version,
        "may_write": part.gate is not None and may(principal.roles, ACTIONS[WRITE]),
        "moves": [
            {
                "name": name,
                "button": language.say(MOVE_TEXTS[name].button),
                "says": language.say(MOVE_TEXTS[name].says),
                "words": name in ("answer", "withdraw"),
                "page": f"/credit/{id}/answer" if name == "answer" else f"/credit/{id}",
            }
            for name in names
        ],
        "story": line_views(part, language, seen.story(one), now_ms=at_ms),
        "wrong": None,
        "chosen": "",
        "typed": {},
        "key": fresh_key,
    }


def _new(
    request: Request,
    seen: SeenCredit,
    books: SeenBooks,
    *,
    part: Parts,
    principal: Principal,
    typed: dict[str, str],
    wrong: Said | None = None,
) -> Response:
    language, at_ms = language_of(request), now_ms()
    areas = sorted(
        {
            place.area
            for grant in principal.grants
            if grant.role in ACTIONS[WRITE].roles
            for place in grant.places
        }
    )
    area = typed.get("area") or next(iter(areas), "")
    organisation = typed.get("organisation", "")
    organisations: list[tuple[str, str]] = []
    facts: list[Known] = []
    if part.gate is not None:
        with part.gate.people.reading() as reads:
            organisations = _organisations(reads, principal)
            if organisation and area in areas:
                places = authority(principal, area).places
                known = seen.facts(reads, places)
                facts = list(known.about(organisation, area, since_ms=at_ms - SINCE_MS))
    keys = {(one.area, one.fact.estate, "") for one in facts} | {(name, "", "") for name in areas}
    names = PlaceNames(language, books.localities(keys))
    values: Values = {
        "typed": typed,
        "area": area,
        "areas": [(name, names.estate(name, "") or name) for name in areas],
        "organisation": dict(organisations).get(organisation, ""),
        "organisations": organisations,
        "facts": fact_choices(language, facts, names=names),
        "ticked": {field for field in typed if field.startswith("fact-")},
        "kinds": [(name, language.say(KIND_TEXTS[name])) for name in KINDS],
        "hear_by": typed.get("hear_by") or _in_days(HEARD_DAYS, at_ms),
        "begins": typed.get("from") or _in_days(HEARD_DAYS + 1, at_ms),
        "ends": typed.get("until") or _in_days(HEARD_DAYS + 1 + SHOWN_DAYS, at_ms),
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "credit_new.html", values, status=422 if wrong else 200)


def _organisations(reads: PeopleReads, principal: Principal) -> list[tuple[str, str]]:
    """Whom an entry may be about: those that keep lifts, open or closed, by their names."""
    own = {grant.organisation for grant in principal.grants}
    found: list[tuple[str, str]] = []
    after = ""
    while len(found) < ORGANISATIONS_MAX:
        page = reads.organisations(after=after, limit=PAGE)
        found += [
            (one.name, one.id)
            for one in page
            if one.id not in own and (not one.kind or one.kind in INSTRUCTED)
        ]
        if len(page) < PAGE:
            break
        after = page[-1].id
    return [(id, name) for name, id in sorted(found)]


def _told(form: Sent) -> NewCredit:
    kind = next((name for name in KINDS if name == form.text("kind")), None)
    if kind is None:
        raise BadParameter("kind", Said("is none of those of the list"))
    if not form.text("organisation"):
        raise Untold(Said("say about whom it is"))
    terms = {}
    for name in ("hear_by", "from", "until"):
        at_ms = shanghai_ms(form.text(name))
        if at_ms is None:
            raise Untold(Said("all three moments are to be said"))
        terms[name] = rfc3339(at_ms)
    return NewCredit(
        area=form.text("area"),
        organisation=form.text("organisation"),
        kind=kind,
        facts=_facts(form),
        what=form.text("what"),
        article=form.text("article"),
        decision=form.text("decision"),
        paper="".join(form.text("paper-1-sha256").split()).lower() or None,
        hear_by=terms["hear_by"],
        from_=terms["from"],
        until=terms["until"],
    )


def _facts(form: Sent) -> list[CreditFact]:
    found = []
    for kind in FACT_KINDS:
        begin = f"fact-{kind}-"
        some = sorted(name for name in form.fields if name.startswith(begin))
        found += [CreditFact(kind=kind, id=name.removeprefix(begin)) for name in some]
    return found


def _in_days(days: int, at_ms: int) -> str:
    """18:00 of a day, as a form has it."""
    return f"{day_text(estate_day(at_ms + days * DAY_MS))}T18:00"

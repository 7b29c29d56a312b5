"""The page behind the code in a car, for whoever rides in it: no account, a telephone's width.

Is our lift working, what happened, what is planned, how it is used; and a complaint, with or
without a photo and a telephone number. Who is inside now is led to the telephone, not to a form.
"""

from functools import partial
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse
from msgspec import Struct
from msgspec.json import decode
from starlette.datastructures import UploadFile

from api.console.care_texts import RULES, TOPIC_TEXTS
from api.console.forms import FIELD_MAX, Sent, fresh_key, sent_of
from api.console.render import language_of, render
from api.console.resident_views import month_view, notice_view, standing_view, title_of
from api.once import Done, act_once
from api.parts import Parts, TheGate, ThePart
from api.photos import PHOTO_BYTES_MAX, clean_photo
from api.plain import UNSEEN
from api.principal import Principal, allow
from api.problems import Problem
from api.residents_seen import (
    HOTLINE_NUMBER,
    RESCUE_NUMBER,
    code_or_miss,
    pace_of,
    shown_lift,
)
from api.who import Where
from liftwatch.access.secrets import is_signed, signed
from liftwatch.care.codes import Code
from liftwatch.care.complaints import TOPICS
from liftwatch.clock import DAY_MS, SECOND_MS, now_ms
from liftwatch.handlers.care_complaints import Told, receive
from liftwatch.incidents.moves import Untold
from liftwatch.office import OfficeWork
from liftwatch.ports import Conflict, LiftRow
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
READ, TELL = "residents.read", "residents.tell"
FORM_MAX = PHOTO_BYTES_MAX + 64 * 1024
FIELDS_MAX = 12
TYPED_MS_MIN = 3 * SECOND_MS
"""Nobody reads, chooses and types faster; machines do [our choice]."""
FORM_MS_MAX = DAY_MS
USE = "complaint form"
TRAP = "website"
"""A field that people do not see; who fills it in is no person."""
Reader = Annotated[Principal, Depends(allow(READ))]
Teller = Annotated[Principal, Depends(allow(TELL))]
CodePath = Annotated[str, Path(max_length=64)]


class Sheet(NamedTuple):
    """What the form sends: its fields, and a photo (empty without one)."""

    form: Sent
    photo: bytes


class Kept(Struct):
    """The answer that is kept: by which number it is followed; "" where it was counted only."""

    number: str


async def sheet_of(request: Request) -> Sheet:
    """What the form sends."""
    form = await request.form(max_fields=FIELDS_MAX, max_files=1)
    photo = b""
    for _, value in form.multi_items():
        if isinstance(value, UploadFile):
            photo = await value.read()
    sent = sent_of(request, form, letters=FIELD_MAX)
    await form.close()
    return Sheet(sent, photo)


@router.get("/r/{code}")
def resident(request: Request, principal: Reader, part: ThePart, *, code: CodePath) -> Response:
    """The page of a lift."""
    found = code_or_miss(part, code, "lift", principal=principal)
    return _page(request, part, found)


@router.post("/r/{code}", max_body_size=FORM_MAX)
def complain(
    request: Request,
    principal: Teller,
    part: ThePart,
    *,
    gate: TheGate,
    code: CodePath,
    sheet: Annotated[Sheet, Depends(sheet_of)],
) -> Response:
    """Take a complaint; then to the page by which it is followed."""
    found = code_or_miss(part, code, "lift", principal=principal)
    pace_of(part).tell(principal.where.address)
    row = None if found.lift is None else part.books.lift(found.lift)
    if row is None:
        raise Problem("not-found", Said("this code leads nowhere: it was renewed, or mistyped"))
    try:
        _check_human(sheet.form, found, secret=gate.secret)
        told = _told(sheet)
        kept = _kept(part, principal, row=row, told=told, form=sheet.form)
    except (Untold, Conflict) as error:
        return _page(request, part, found, form=sheet.form, wrong=said_by(error))
    except Problem as problem:
        if problem.row.name not in ("conflict", "unusable"):
            raise
        return _page(request, part, found, form=sheet.form, wrong=problem.detail)
    if not kept.number:
        return _page(request, part, found, counted=True)
    return RedirectResponse(f"/c/{kept.number}?new=1", status_code=303)


def form_mark(code: str, made_ms: int, *, secret: bytes) -> str:
    """When a form was shown, so that nobody can say otherwise."""
    return f"{made_ms}.{signed(USE, f'{code}.{made_ms}', secret=secret)}"


def _check_human(form: Sent, code: Code, *, secret: bytes) -> None:
    """Untold for what a machine filled in; the page says it to a person, who can press again."""
    if form.text(TRAP):
        raise Untold(Said("a field was filled in that nobody sees: leave it blank"))
    made, _, mark = form.text("made").partition(".")
    if not made.isascii() or not made.isdigit() or len(made) > 15:
        raise Untold(Said("this form is not one of ours"))
    if not is_signed(mark, USE, f"{code.code}.{made}", secret=secret):
        raise Untold(Said("this form is not one of ours"))
    age_ms = now_ms() - int(made)
    if age_ms < TYPED_MS_MIN:
        raise Untold(Said("that was faster than anybody types: look at it and send it again"))
    if age_ms > FORM_MS_MAX:
        raise Untold(Said("the page was open for more than a day: send it again"))


def _told(sheet: Sheet) -> Told:
    topic = sheet.form.text("topic")
    if topic not in TOPICS:
        raise Untold(Said("choose what it is about"))
    words = sheet.form.text("words") or None
    if words is not None and UNSEEN.search(words):
        raise Untold(Said("has a character that nobody sees, U+%(code)s", code="0000"))
    return Told(
        topic=topic,  # type: ignore[arg-type]  # one of the table
        channel="page",
        words=words,
        phone=sheet.form.text("phone") or None,
        photo=clean_photo(sheet.photo) if sheet.photo else None,
        inside=topic == "trapped" and sheet.form.text("inside") == "now",
    )


def _kept(part: Parts, principal: Principal, *, row: LiftRow, told: Told, form: Sent) -> Kept:
    """Keep it once; the trail holds that somebody complained, not from where."""
    gate = part.gate
    assert gate is not None, "asked before"

    def act(work: OfficeWork, at_ms: int) -> Done:
        received = receive(work, row, told, now_ms=at_ms)
        one = received.complaint
        kept = Kept("" if one is None else one.number)
        about = ("complaint", (one or received.matter).id)
        return Done(kept, "told", about, facts={"topic": told.topic})

    nameless = principal._replace(where=Where("", principal.where.channel))
    keep = partial(act_once, gate, nameless, TELL, once=form.once, act=act)
    try:
        answered = keep()
    except Conflict:  # two were first at once: the second one joins
        answered = keep()
    return decode(bytes(answered.body), type=Kept)


def _page(
    request: Request,
    part: Parts,
    code: Code,
    *,
    form: Sent | None = None,
    wrong: Said | None = None,
    counted: bool = False,
) -> Response:
    gate = part.gate
    assert gate is not None, "asked before"
    language, at_ms = language_of(request), now_ms()
    shown = shown_lift(part, code, now_ms=at_ms)
    typed = form.fields if form else {}
    values: dict[str, Any] = {
        "name": title_of(part, language, shown.row),
        "standing": standing_view(language, shown.standing, now_ms=at_ms),
        "month": month_view(language, shown),
        "notices": [notice_view(language, one, now_ms=at_ms) for one in shown.notices],
        "topics": [
            (name, language.say(text.name), language.say(text.means))
            for name, text in TOPIC_TEXTS.items()
        ],
        "rules": [language.say(text) for text in RULES.values()],
        "rescue_number": RESCUE_NUMBER,
        "hotline": HOTLINE_NUMBER,
        "path": f"/r/{code.code}",
        "made": form_mark(code.code, at_ms, secret=gate.secret),
        "trap": TRAP,
        "typed": typed,
        "wrong": wrong,
        "counted": counted,
        "lost_photo": wrong is not None and form is not None,
        "key": fresh_key,
    }
    return render(request, "resident.html", values, status=422 if wrong else 200)

"""What is printed: the poster of a notice, and the sticker of a lift with the code of its page."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.console.forms import TheForm, fresh_key
from api.console.language import LANGUAGES
from api.console.notice_page import leads_to
from api.console.notice_texts import WORDINGS
from api.console.notice_views import known_places
from api.console.poster_pdf import Poster, Sticker, poster_pdf, sticker_pdf
from api.console.render import language_of, render
from api.console.resident_views import times, title_of
from api.notices import READ, IdPath, seen_notice
from api.once import act_once
from api.parameters import no_lift
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import Problem
from api.public_codes import CODES, RENEW, renewing
from api.qr import squares, svg_path
from api.residents_seen import public_url
from api.seen import SeenBooks
from api.shapes import NO_STORE
from liftwatch.care.codes import Code
from liftwatch.care.notices import Notice
from liftwatch.clock import now_ms
from liftwatch.ports import LiftRow
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
Coder = Annotated[Principal, Depends(allow(CODES))]
Renewer = Annotated[Principal, Depends(allow(RENEW))]
LiftPath = Annotated[str, Path(max_length=32)]
ZH, EN = LANGUAGES["zh"], LANGUAGES["en"]
Values = dict[str, Any]


@router.get("/notices/{id}/poster.pdf")
def poster(
    *, request: Request, principal: Reader, part: ThePart, books: TheBooks, id: IdPath
) -> Response:
    """A notice to be printed and hung up, in both languages."""
    del principal
    if part.gate is None:
        raise Problem("not-found", Said("nobody signs in here"))
    with part.gate.people.reading() as reads:
        one = seen_notice(books.sight, reads.care, id)
    url = public_url(part, str(request.base_url), leads_to(part, one) or "/c")
    return pdf(poster_pdf(poster_of(books, one, url=url)), f"notice-{one.topic}")


def poster_of(books: SeenBooks, one: Notice, *, url: str) -> Poster:
    """What stands on the poster of a notice."""
    wording, outage = WORDINGS[one.topic], one.topic == "outage"
    zh, en = (
        known_places(books, tongue, notices=[one]).of(books, tongue, one) for tongue in (ZH, EN)
    )
    return Poster(
        zh,
        en,
        wording.title_zh,
        wording.title_en,
        one.zh,
        one.en,
        times(ZH, one.from_ms, one.until_ms) if outage else "",
        times(EN, one.from_ms, one.until_ms) if outage else "",
        url,
    )


def pdf(data: bytes, name: str) -> Response:
    """A PDF that opens in the browser."""
    headers = NO_STORE | {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)


def code_of(part: Parts, row: LiftRow) -> Code | None:
    """The code of a lift's page."""
    if part.gate is None:
        return None
    place = (row.area, row.estate, row.facts.building or "")
    with part.gate.people.reading() as reads:
        return reads.care.code_of("lift", place=place, lift=row.lift)


@router.get("/lifts/{lift}/sticker")
def sticker(
    *, request: Request, principal: Coder, part: ThePart, books: TheBooks, lift: LiftPath
) -> Response:
    """The code of a lift's page, to look at, to print, to make anew."""
    del principal
    row = books.lift(lift)
    if row is None:
        raise no_lift(lift)
    language, found = language_of(request), code_of(part, row)
    values: Values = {
        "name": title_of(part, language, row),
        "lift": lift,
        "url": "",
        "path": "",
        "made": "",
        "key": fresh_key,
    }
    if found is not None:
        url = public_url(part, str(request.base_url), f"/r/{found.code}")
        side, path = svg_path(squares(url))
        made = language.moment(found.made_ms, now_ms=now_ms())
        values |= {"url": url, "path": path, "side": side, "made": made}
    return render(request, "sticker.html", values)


@router.post("/lifts/{lift}/sticker")
def renew(
    *, principal: Renewer, books: TheBooks, gate: TheGate, lift: LiftPath, form: TheForm
) -> Response:
    """Make the code, or another one."""
    act_once(gate, principal, RENEW, once=form.once, act=renewing(books, principal, lift))
    return RedirectResponse(f"/lifts/{lift}/sticker", status_code=303)


@router.get("/lifts/{lift}/sticker.pdf")
def print_sticker(
    *, request: Request, principal: Coder, part: ThePart, books: TheBooks, lift: LiftPath
) -> Response:
    """The sticker to be printed and stuck into the car."""
    del principal
    row = books.lift(lift)
    if row is None:
        raise no_lift(lift)
    found = code_of(part, row)
    if found is None:
        raise Problem("not-found", Said("this lift has no code yet"))
    names = (title_of(part, language, row) for language in (ZH, EN))
    zh, en = (f"{name.estate_name or name.estate} {name.title}" for name in names)
    url = public_url(part, str(request.base_url), f"/r/{found.code}")
    return pdf(sticker_pdf(Sticker(zh, en, row.facts.rescue_code or "", url)), f"sticker-{lift}")

"""The page for a screen in a building's hall: large, both languages, and it loads itself anew."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.console.language import LANGUAGES
from api.console.notice_texts import WORDINGS
from api.console.notice_views import PlacesOf
from api.console.place_names import PlaceNames
from api.console.render import language_of, render
from api.console.resident_views import standing_view, times, title_of
from api.parts import ThePart
from api.principal import Principal, allow
from api.residents_seen import (
    HOTLINE_NUMBER,
    RESCUE_NUMBER,
    code_or_miss,
    lifts_of_building,
    notices_of,
    standing_of,
)
from liftwatch.care.notices import Notice
from liftwatch.clock import now_ms

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow("residents.read"))]
REFRESH_S, LOST_AFTER = 30, 4
"""So often a screen looks for news; after so many times without any it says so."""
NOTICES_MAX = 3
"""More do not fit in type that is read from the door."""


@router.get("/screen/{code}")
def screen(
    request: Request,
    principal: Reader,
    part: ThePart,
    *,
    code: Annotated[str, Path(max_length=64)],
) -> Response:
    """How each lift of the building stands, and what hangs for it."""
    found = code_or_miss(part, code, "screen", principal=principal)
    language, at_ms = language_of(request), now_ms()
    other = LANGUAGES["en" if language.code == "zh" else "zh"]
    place = (found.area, found.estate, found.building)
    lifts, hung = [], dict[str, Notice]()
    for row in lifts_of_building(part, place):
        notices = notices_of(part, row, now_ms=at_ms)
        hung |= {one.id: one for one in notices}
        one = standing_of(part, row, notices, now_ms=at_ms)
        view = standing_view(language, one, now_ms=at_ms)
        also = standing_view(other, one, now_ms=at_ms)
        lifts.append((title_of(part, language, row), view, also.word))
    shown = sorted(hung.values(), key=lambda one: (one.topic != "outage", one.from_ms))
    keys = {place, (found.area, found.estate, "")}
    names = PlaceNames(language, part.books.localities(keys))
    values: dict[str, Any] = {
        "where": PlacesOf(names).place(language, place),
        "lifts": lifts,
        "other": "zh-CN" if other.code == "zh" else other.code,
        "notices": [
            (
                one,
                WORDINGS[one.topic],
                times(LANGUAGES["zh"], one.from_ms, one.until_ms),
                times(LANGUAGES["en"], one.from_ms, one.until_ms),
            )
            for one in shown[:NOTICES_MAX]
        ],
        "at": language.moment(at_ms, now_ms=at_ms),
        "is_screen": True,
        "refresh_s": REFRESH_S,
        "lost_after": LOST_AFTER,
        "rescue_number": RESCUE_NUMBER,
        "hotline": HOTLINE_NUMBER,
    }
    return render(request, "screen.html", values)

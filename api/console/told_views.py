"""What the page of an incident shows of who was told of it, by what, and what became of that."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from api.console.course_texts import (
    CLOCK_TEXTS,
    HELD_TEXTS,
    HIDDEN_TEXTS,
    LINE_TEXTS,
    VERDICT_TEXTS,
    WAY_TEXTS,
)
from api.console.kinds import PARTIES
from api.console.language import Language
from api.console.marks import N_
from api.console.silence_page import writing
from api.console.silence_views import names_by_id
from api.incidents import find_incident
from api.parts import Parts
from api.principal import Principal
from api.seen import SeenBooks
from liftwatch.clock import now_ms
from liftwatch.handlers.together import takes_still
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.pages import FIRE, STATION, Notice, Page
from liftwatch.incidents.silences import HiddenBy, may_be_silenced, silences
from liftwatch.said import Said

PARTY_TEXTS: Mapping[str, str] = PARTIES | {
    STATION: N_("Nearest rescue station"),
    FIRE: N_("Fire service"),
}
WHY_TEXTS: Mapping[str, str] = CLOCK_TEXTS | LINE_TEXTS


class PageView(NamedTuple):
    """Somebody told by a channel; `detail` is what the channel said, in its own words."""

    who: str
    unit: str
    party: str
    way: str
    verdict: str
    word: str
    at: str
    attempts: int
    detail: str


class NoticeView(NamedTuple):
    """Why some were to be told; `held` why nobody was, `next` when the next are called."""

    why: str
    missed: bool
    at: str
    held: str
    next: str
    pages: list[PageView]


def told_part(
    books: SeenBooks, language: Language, part: Parts, *, id: str, principal: Principal
) -> dict[str, Any]:
    """Who was told of an incident that is seen, and why nobody is told now."""
    incident, at_ms = find_incident(books, id), now_ms()
    notices, pages = books.told(id)
    people = names_by_id(
        part.gate, [one.person for one in pages], [one.organisation for one in pages]
    )
    by = hushed_by(books, incident, at_ms=at_ms)
    return {
        "told": [
            notice_view(language, one, pages, people=people, now_ms=at_ms)
            for one in reversed(notices)
        ],
        "told_of": id,
        "waits": incident.is_open,
        "hushed": language.say(HIDDEN_TEXTS[by]) if by else "",
        "silence_of": _silence_of(part, principal, incident),
    }


def hushed_by(books: SeenBooks, incident: Incident, *, at_ms: int) -> HiddenBy | None:
    """What keeps people from being called now (`liftwatch.handlers.together.is_paged`)."""
    if not incident.is_open or incident.late:
        return None
    cause = books.incident(incident.parent) if incident.parent else None
    if cause is not None and takes_still(cause, incident):
        return "cause"
    if any(silences(one, incident, at_ms=at_ms) for one in books.silences(since_ms=at_ms)):
        return "silence"
    grave = incident.severity <= 1 or not may_be_silenced(incident.kind)
    recorded = not grave and incident.kind in {one.kind for one in books.recorded()}
    return "verdict" if recorded else None


def _silence_of(part: Parts, principal: Principal, incident: Incident) -> tuple[str, str] | None:
    """Lift and kind for the form that silences it; None where it cannot be, or one may not."""
    mine = writing(part, principal)
    may = incident.is_open and incident.severity > 1 and may_be_silenced(incident.kind)
    if not may or mine is None or incident.lift is None or mine.lift(incident.lift) is None:
        return None
    return incident.lift, incident.kind


def notice_view(
    language: Language,
    one: Notice,
    pages: Sequence[Page],
    *,
    people: Mapping[str, str],
    now_ms: int,
) -> NoticeView:
    """A notice with the pages that were made of it, the newest first."""
    mine = [page for page in pages if (page.occurrence, page.why) == (one.occurrence, one.why)]
    why = WHY_TEXTS.get(one.why)
    waits = one.due_ms is not None and one.step > 1
    return NoticeView(
        why=language.say(why) if why else one.why,
        missed=one.why in CLOCK_TEXTS,
        at=language.moment(one.made_ms, now_ms=now_ms),
        held=language.say(HELD_TEXTS[one.held]) if one.held else "",
        next=language.moment(one.due_ms or 0, now_ms=now_ms) if waits else "",
        pages=[page_view(language, page, people, now_ms=now_ms) for page in reversed(mine)],
    )


def page_view(language: Language, one: Page, people: Mapping[str, str], *, now_ms: int) -> PageView:
    """Somebody told, with what became of it."""
    way, party = WAY_TEXTS.get(one.channel), PARTY_TEXTS.get(one.party)
    over = one.verdict == "delivered"
    at_ms = one.made_ms if one.tried_ms is None else one.tried_ms
    return PageView(
        who=people.get(one.person or "", ""),
        unit=people.get(one.organisation, ""),
        party=language.say(party) if party else one.party,
        way=language.say(way) if way else one.channel,
        verdict=one.verdict or "waits",
        word=language.say(VERDICT_TEXTS[one.verdict]),
        at=language.moment(at_ms, now_ms=now_ms),
        attempts=one.attempts,
        detail=language.tell(Said(one.detail)) if one.detail and not over else "",
    )

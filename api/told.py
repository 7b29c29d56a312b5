"""`/v1/incidents/{id}/pages`: who was told of an incident, by what, and what became of it."""

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from api.incidents import find_incident
from api.parts import TheBooks, TheGate
from api.principal import allow
from api.problems import DOCUMENTED
from api.shapes import answer, described
from liftwatch.access.store import PeopleReads
from liftwatch.clock import rfc3339
from liftwatch.incidents.pages import Notice, Page

router = APIRouter(tags=["incidents"], responses=DOCUMENTED)


class NoticeShape(Struct, kw_only=True):
    """Why which parties were to be told; `next_at` is when the next are called if nobody answers.

    `held` says why it went no further: limit, parent, silence, verdict, over, exercise,
    nobody, no_way.
    """

    why: str
    occurrence: int
    parties: str
    made_at: str
    step: int
    next_at: str | None = None
    held: str | None = None


class PageShape(Struct, kw_only=True):
    """Somebody told by a channel; `verdict` of the last try is delivered, retry or refused."""

    why: str
    occurrence: int
    step: int
    party: str
    who: str | None = None
    organisation: str | None = None
    channel: str
    made_at: str
    attempts: int
    tried_at: str | None = None
    verdict: str | None = None
    detail: str | None = None


class ToldShape(Struct, kw_only=True):
    """All of an incident."""

    notices: list[NoticeShape]
    pages: list[PageShape]


@router.get(
    "/v1/incidents/{id}/pages",
    dependencies=[Depends(allow("incidents.read"))],
    responses=described(ToldShape, "Who was told, and why nobody"),
)
def read_pages(books: TheBooks, gate: TheGate, id: str) -> Response:
    """In the order in which it was meant to be; neither numbers nor addresses are in it."""
    find_incident(books, id)
    notices, pages = books.told(id)
    with gate.people.reading() as reads:
        told = [_page(reads, one) for one in pages]
    return answer(ToldShape(notices=[_notice(one) for one in notices], pages=told))


def _notice(one: Notice) -> NoticeShape:
    return NoticeShape(
        why=one.why,
        occurrence=one.occurrence,
        parties=one.parties,
        made_at=rfc3339(one.made_ms),
        step=one.step,
        next_at=None if one.due_ms is None else rfc3339(one.due_ms),
        held=one.held,
    )


def _page(reads: PeopleReads, one: Page) -> PageShape:
    person = reads.person(one.person) if one.person else None
    unit = reads.organisation(one.organisation) if one.organisation else None
    return PageShape(
        why=one.why,
        occurrence=one.occurrence,
        step=one.step,
        party=one.party,
        who=person.name if person else None,
        organisation=unit.name if unit else None,
        channel=one.channel,
        made_at=rfc3339(one.made_ms),
        attempts=one.attempts,
        tried_at=None if one.tried_ms is None else rfc3339(one.tried_ms),
        verdict=one.verdict,
        detail=one.detail,
    )

"""`/v1/notices`: what residents are told, what asks for it, whether it helped."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from msgspec import structs

from api.notice_shapes import (
    Declined,
    DeclinedProposal,
    EditedNotice,
    EffectShape,
    NewNotice,
    ProposalList,
    ResidentNotice,
    ResidentNoticeList,
    effect_shape,
    notice_shape,
    proposal_shape,
)
from api.notices_seen import effect_of, proposed
from api.once import Act, Done, TheOnce, TheVersion, act_once, body_of, takes
from api.parameters import Moment, moment_ms, no_lift
from api.parts import TheBooks, TheGate
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem, shown
from api.seen import SeenBooks
from api.shapes import answer, described
from api.trail import organisation_of
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import Place, Sight
from liftwatch.care.notices import LOOKED_BACK_MS, Notice, Topic, evidence_of
from liftwatch.care.residents_store import CareReads
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.handlers import care_notices
from liftwatch.handlers.care_effects import counted_in
from liftwatch.ids import new_id
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.office import OfficeWork
from liftwatch.said import Said, said_by

router = APIRouter(tags=["notices"], responses=DOCUMENTED)
READ, WRITE = "notices.read", "notices.write"
BACK_MS = 180 * DAY_MS
Reader = Annotated[Principal, Depends(allow(READ))]
Writer = Annotated[Principal, Depends(allow(WRITE))]
IdPath = Annotated[str, Path(max_length=64)]
Change = Callable[[OfficeWork, int], Notice]


def no_notice(id: str) -> Problem:
    """The problem of one that is not there, or not seen."""
    return Problem("not-found", Said("there is no notice %(id)s", id=shown(id)))


def seen_notice(sight: Sight, care: CareReads, id: str) -> Notice:
    """A notice that is seen; the problem `not-found` for another."""
    found = care.notice(id, sight=sight)
    if found is None:
        raise no_notice(id)
    return found


def check_building(books: SeenBooks, place: tuple[str, str, str]) -> None:
    """The problem `not-found` for a place that is not seen."""
    if not books.sight.reaches(Place(*place)):
        raise Problem("not-found", Said("there is no estate %(estate)s", estate=shown(place[1])))


@router.get("/v1/notices", responses=described(ResidentNoticeList, "Notices, the newest first"))
def list_notices(
    *,
    principal: Reader,
    books: TheBooks,
    gate: TheGate,
    from_: Annotated[Moment, Query(alias="from")] = None,
) -> Response:
    """Drafts, and what ends after `from` (default: 180 days ago); at most 500."""
    del principal
    since_ms = moment_ms("from", from_)
    since_ms = now_ms() - BACK_MS if since_ms is None else since_ms
    with gate.people.reading() as reads:
        found = reads.care.notices(since_ms=since_ms, sight=books.sight)
    return answer(ResidentNoticeList([notice_shape(one) for one in found]))


@router.get("/v1/notices/proposals", responses=described(ProposalList, "What asks for a notice"))
def list_notice_proposals(*, principal: Reader, books: TheBooks, gate: TheGate) -> Response:
    """What happened so often in 30 days that a notice is proposed, with the counts."""
    del principal
    return answer(ProposalList([proposal_shape(one) for one in proposed(books, gate)]))


@router.post(
    "/v1/notices",
    status_code=201,
    responses=described(ResidentNotice, "The draft", status=201),
    openapi_extra=takes(NewNotice),
)
def make_notice(
    *,
    principal: Writer,
    books: TheBooks,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewNotice, Depends(body_of(NewNotice))],
) -> Response:
    """A draft, with the counts of its topic beside it; nobody sees it before it is published."""
    from_ms, until_ms = moment_ms("from", body.from_at), moment_ms("until", body.until_at)
    act = drafting(books, principal, body, times=(from_ms or 0, until_ms or 0))
    return act_once(gate, principal, WRITE, once=once, act=act)


def drafting(
    books: SeenBooks, principal: Principal, body: NewNotice, *, times: tuple[int, int]
) -> Act:
    """How somebody drafts a notice of what they see."""
    place = (body.area, body.estate, body.building)
    if body.lift is not None:
        row = books.lift(body.lift)
        if row is None or (row.area, row.estate) != place[:2]:
            raise no_lift(body.lift)
        place = (row.area, row.estate, row.facts.building or "")
    check_building(books, place)

    def act(work: OfficeWork, at_ms: int) -> Done:
        counted = counted_in(books, work.care, from_ms=at_ms - LOOKED_BACK_MS, to_ms=at_ms)
        here = [one for one in counted if _within(one[:3], place)]
        asked = _blank(principal, place, body.topic, at_ms=at_ms, state="draft")
        asked = structs.replace(
            asked,
            lift=body.lift,
            zh=body.zh,
            en=body.en,
            from_ms=times[0],
            until_ms=times[1],
            evidence=evidence_of(here, body.topic),
        )
        made = _tried(partial(_draft, asked), work, at_ms)
        return Done(notice_shape(made), "draft", ("notice", made.id))

    return act


@router.post(
    "/v1/notices/proposals/decline",
    status_code=201,
    responses=described(ResidentNotice, "What is declined, kept with its reason", status=201),
    openapi_extra=takes(DeclinedProposal),
)
def decline_proposal(
    *,
    principal: Writer,
    books: TheBooks,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[DeclinedProposal, Depends(body_of(DeclinedProposal))],
) -> Response:
    """No notice of this for now, and why: the like is not proposed for 30 days."""
    act = declining_proposal(books, principal, body)
    return act_once(gate, principal, WRITE, once=once, act=act)


def declining_proposal(books: SeenBooks, principal: Principal, body: DeclinedProposal) -> Act:
    """How somebody declines a proposal."""
    place = (body.area, body.estate, body.building)
    check_building(books, place)

    def act(work: OfficeWork, at_ms: int) -> Done:
        counted = counted_in(books, work.care, from_ms=at_ms - LOOKED_BACK_MS, to_ms=at_ms)
        evidence = evidence_of([one for one in counted if one[:3] == place], body.topic)
        asked = _blank(principal, place, body.topic, at_ms=at_ms, state="declined")
        asked = structs.replace(asked, why=body.why, evidence=evidence)
        made = _tried(partial(_draft, asked), work, at_ms)
        return Done(notice_shape(made), "decline", ("notice", made.id))

    return act


@router.post(
    "/v1/notices/{id}/edit",
    responses=described(ResidentNotice, "The draft as it is now"),
    openapi_extra=takes(EditedNotice),
)
def edit(
    *,
    principal: Writer,
    books: TheBooks,
    gate: TheGate,
    id: IdPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[EditedNotice, Depends(body_of(EditedNotice))],
) -> Response:
    """Change the text and the times of a draft; what hangs is taken down and written anew."""
    from_ms, until_ms = moment_ms("from", body.from_at), moment_ms("until", body.until_at)
    times = (from_ms or 0, until_ms or 0)
    act = editing(books.sight, id, (body.zh, body.en), times=times, version=version)
    return act_once(gate, principal, WRITE, once=once, act=act)


def editing(
    sight: Sight, id: str, texts: tuple[str, str], *, times: tuple[int, int], version: int
) -> Act:
    """How somebody changes a draft: its texts in Chinese and English, from when to when."""
    (zh, en), (from_ms, until_ms) = texts, times
    told: dict[str, str | int] = {"zh": zh, "en": en, "from_ms": from_ms, "until_ms": until_ms}
    return _changing(
        sight,
        id,
        "edit",
        change=lambda work, at_ms: care_notices.edit(work, id, told, version=version, now_ms=at_ms),
    )


@router.post("/v1/notices/{id}/publish", responses=described(ResidentNotice, "The notice, shown"))
def publish(
    *,
    principal: Writer,
    books: TheBooks,
    gate: TheGate,
    id: IdPath,
    once: TheOnce,
    version: TheVersion,
) -> Response:
    """Show a draft to residents; of a planned outage of one lift its alarm is muted meanwhile."""
    return act_once(
        gate, principal, WRITE, once=once, act=publishing(books.sight, id, version=version)
    )


def publishing(sight: Sight, id: str, *, version: int) -> Act:
    """How somebody publishes a draft."""
    return _changing(
        sight,
        id,
        "publish",
        change=lambda work, at_ms: care_notices.publish(work, id, version=version, now_ms=at_ms),
    )


@router.post(
    "/v1/notices/{id}/decline",
    responses=described(ResidentNotice, "The draft, declined"),
    openapi_extra=takes(Declined),
)
def decline(
    *,
    principal: Writer,
    books: TheBooks,
    gate: TheGate,
    id: IdPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[Declined, Depends(body_of(Declined))],
) -> Response:
    """A draft is not published, and why."""
    act = declining(books.sight, id, body.why, version=version)
    return act_once(gate, principal, WRITE, once=once, act=act)


def declining(sight: Sight, id: str, why: str, *, version: int) -> Act:
    """How somebody declines a draft."""
    return _changing(
        sight,
        id,
        "decline",
        change=lambda work, _: care_notices.decline(work, id, why, version=version),
    )


@router.post("/v1/notices/{id}/withdraw", responses=described(ResidentNotice, "The notice, over"))
def withdraw(
    *,
    principal: Writer,
    books: TheBooks,
    gate: TheGate,
    id: IdPath,
    once: TheOnce,
    version: TheVersion,
) -> Response:
    """Take a notice down before its time; what it muted is told again."""
    act = withdrawing(books.sight, id, version=version)
    return act_once(gate, principal, WRITE, once=once, act=act)


def withdrawing(sight: Sight, id: str, *, version: int) -> Act:
    """How somebody takes a notice down."""
    return _changing(
        sight,
        id,
        "withdraw",
        change=lambda work, at_ms: care_notices.withdraw(work, id, version=version, now_ms=at_ms),
    )


@router.get("/v1/notices/{id}/effect", responses=described(EffectShape, "Before and after"))
def read_effect(*, principal: Reader, books: TheBooks, gate: TheGate, id: IdPath) -> Response:
    """Whether it became less, over the same time before and after it was published."""
    del principal
    with gate.people.reading() as reads:
        one = seen_notice(books.sight, reads.care, id)
    return answer(effect_shape(effect_of(books, gate, one, now_ms=now_ms())))


def _changing(sight: Sight, id: str, name: str, *, change: Change) -> Act:
    def act(work: OfficeWork, at_ms: int) -> Done:
        seen_notice(sight, work.care, id)
        return Done(notice_shape(_tried(change, work, at_ms)), name, ("notice", id), status=200)

    return act


def _tried(change: Change, work: OfficeWork, at_ms: int) -> Notice:
    try:
        return change(work, at_ms)
    except care_notices.NoSuchNotice as error:
        raise no_notice(str(error)) from error
    except CannotMove as error:
        raise Problem("conflict", said_by(error)) from error
    except Untold as error:
        raise Problem("unusable", said_by(error)) from error


def _draft(asked: Notice, work: OfficeWork, at_ms: int) -> Notice:
    return care_notices.draft(work, asked, now_ms=at_ms)


def _within(here: tuple[str, str, str], place: tuple[str, str, str]) -> bool:
    return here[:2] == place[:2] and place[2] in ("", here[2])


def _blank(
    principal: Principal, place: tuple[str, str, str], topic: Topic, *, at_ms: int, state: str
) -> Notice:
    area, estate, building = place
    return Notice(
        id=new_id(),
        area=area,
        estate=estate,
        building=building,
        lift=None,
        topic=topic,
        state=state,  # type: ignore[arg-type]  # one of ours
        zh="",
        en="",
        from_ms=at_ms,
        until_ms=at_ms,
        evidence={},
        made_ms=at_ms,
        person=principal.person,
        organisation=organisation_of(principal.grants, ACTIONS[WRITE].roles),
    )

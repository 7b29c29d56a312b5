"""`/v1/silences`: what people muted, until when and why; `/v1/hidden`: what paged nobody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.once import Act, Done, TheOnce, TheVersion, act_once, body_of, takes
from api.parameters import Moment, moment_ms
from api.parts import TheBooks, TheGate
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem, shown
from api.seen import SeenBooks
from api.shapes import answer, described
from api.silence_shapes import (
    HiddenList,
    NewSilence,
    SilenceList,
    SilenceShape,
    hidden_shape,
    silence_shape,
    withheld_shape,
)
from api.trail import organisation_of
from liftwatch.access.rights import ACTIONS
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.handlers import silences
from liftwatch.ids import new_id
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.incidents.silences import Silence
from liftwatch.office import OfficeWork
from liftwatch.said import Said, said_by

router = APIRouter(tags=["silences"], responses=DOCUMENTED)
READ, WRITE = "silences.read", "silences.write"
BACK_MS = 90 * DAY_MS
"""So far back is looked by default."""
HIDDEN_MAX = 500
Reader = Annotated[Principal, Depends(allow(READ))]
Writer = Annotated[Principal, Depends(allow(WRITE))]
IdPath = Annotated[str, Path(max_length=64)]
SilenceQuery = Annotated[str | None, Query(max_length=64, description="Only what this one hid.")]


@router.get("/v1/silences", responses=described(SilenceList, "Those in force, and of before"))
def list_silences(
    *, principal: Reader, books: TheBooks, from_: Annotated[Moment, Query(alias="from")] = None
) -> Response:
    """Silences that end after `from` (default: 90 days ago), the newest first, at most 500."""
    del principal
    at_ms = now_ms()
    since_ms = moment_ms("from", from_)
    found = books.silences(since_ms=at_ms - BACK_MS if since_ms is None else since_ms)
    return answer(SilenceList([silence_shape(one, now_ms=at_ms) for one in found]))


@router.get("/v1/hidden", responses=described(HiddenList, "What paged nobody"))
def list_hidden(
    *,
    principal: Reader,
    books: TheBooks,
    from_: Annotated[Moment, Query(alias="from")] = None,
    silence: SilenceQuery = None,
) -> Response:
    """What paged nobody since `from` (default: 90 days ago): silenced, explained by another, of a
    kind that records, or not raised during a visit; the newest first, at most 500."""
    del principal
    since_ms = moment_ms("from", from_)
    since_ms = now_ms() - BACK_MS if since_ms is None else since_ms
    found = books.hidden(since_ms=since_ms, silence=silence)
    shapes = [hidden_shape(one, incident) for one, incident in found]
    if silence is None:
        shapes += [withheld_shape(one) for one in books.withheld(since_ms=since_ms)]
        shapes.sort(key=lambda one: one.at, reverse=True)
    return answer(HiddenList(shapes[:HIDDEN_MAX]))


@router.post(
    "/v1/silences",
    status_code=201,
    responses=described(SilenceShape, "The silence", status=201),
    openapi_extra=takes(NewSilence),
)
def make_silence(
    *,
    principal: Writer,
    books: TheBooks,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewSilence, Depends(body_of(NewSilence))],
) -> Response:
    """Mute a lift or an estate for at most 7 days; never what endangers life."""
    until_ms = moment_ms("until", body.until)
    assert until_ms is not None, "it is mandatory"
    act = silencing(books, principal, body, until_ms=until_ms)
    return act_once(gate, principal, WRITE, once=once, act=act)


def silencing(books: SeenBooks, principal: Principal, wanted: NewSilence, *, until_ms: int) -> Act:
    """How somebody silences what they see; a problem where that cannot be."""
    area, estate = place_of(books, wanted)
    if wanted.kind is not None and wanted.kind not in BY_NAME:
        raise Problem("unusable", Said("there is no kind %(kind)s", kind=shown(wanted.kind)))

    def act(work: OfficeWork, at_ms: int) -> Done:
        asked = Silence(
            id=new_id(),
            area=area,
            estate=estate,
            lift=wanted.lift,
            kind=wanted.kind,
            from_ms=at_ms,
            until_ms=until_ms,
            why=wanted.why,
            person=principal.person,
            organisation=organisation_of(principal.grants, ACTIONS[WRITE].roles),
            made_ms=at_ms,
        )
        try:
            made = silences.silence(work.books, asked, now_ms=at_ms)
        except silences.CannotSilence as error:
            raise Problem("unusable", said_by(error)) from error
        facts = {"place": wanted.lift or f"{area}/{estate}", "kind": wanted.kind or "all"}
        shape = silence_shape(made, now_ms=at_ms)
        return Done(shape, "silence", ("silence", made.id), facts=facts)

    return act


@router.post(
    "/v1/silences/{id}/end", responses=described(SilenceShape, "The silence, which is over")
)
def end_silence(
    *,
    principal: Writer,
    books: TheBooks,
    gate: TheGate,
    id: IdPath,
    once: TheOnce,
    version: TheVersion,
) -> Response:
    """End a silence before its time."""
    act = ending(books, id, version=version)
    return act_once(gate, principal, WRITE, once=once, act=act)


def ending(books: SeenBooks, id: str, *, version: int) -> Act:
    """How somebody ends a silence of what they see; the problem `not-found` for another."""
    if books.silence(id) is None:
        raise Problem("not-found", Said("there is no silence %(id)s", id=shown(id)))

    def act(work: OfficeWork, at_ms: int) -> Done:
        try:
            ended = silences.end_silence(work.books, id, version=version, now_ms=at_ms)
        except silences.NoSuchSilence as error:
            raise Problem("not-found", Said("there is no silence %(id)s", id=shown(id))) from error
        except silences.CannotSilence as error:
            raise Problem("conflict", said_by(error)) from error
        return Done(silence_shape(ended, now_ms=at_ms), "end", ("silence", id), status=200)

    return act


def place_of(books: SeenBooks, body: NewSilence) -> tuple[str, str]:
    """Area and estate of what is to be muted; a problem where it is not seen, or not said."""
    if body.lift is not None:
        lift = books.lift(body.lift)
        if lift is None or body.estate not in (None, lift.estate):
            raise Problem("not-found", Said("there is no lift %(lift)s", lift=shown(body.lift)))
        return lift.area, lift.estate
    if body.area is None or body.estate is None:
        raise Problem("unusable", Said("lift is missing, or area and estate"))
    if not books.sight.covers(body.area, body.estate):
        raise Problem("not-found", Said("there is no estate %(estate)s", estate=shown(body.estate)))
    return body.area, body.estate

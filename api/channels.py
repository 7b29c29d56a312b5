"""`/v1/channels`: by what pages leave, how the last one went, and a test of each; for
administrators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from msgspec import Struct

from api.once import Act, Done, TheOnce, act_once
from api.parts import Parts, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem, shown
from api.shapes import answer, described
from liftwatch.clock import rfc3339
from liftwatch.handlers.paging import body_of, send
from liftwatch.ids import new_id
from liftwatch.incidents.page_texts import LANGUAGES, test_text
from liftwatch.incidents.pages import system_channel
from liftwatch.office import OfficeWork
from liftwatch.said import Said

router = APIRouter(tags=["channels"], responses=DOCUMENTED)
READ, TEST = "channels.read", "channels.test"


class ChannelShape(Struct, kw_only=True):
    """A channel: whether exercises leave by it, and what came of the last try."""

    name: str
    exercise: bool
    at: str | None = None
    verdict: str | None = None
    detail: str | None = None


class ChannelsShape(Struct, kw_only=True):
    """All channels."""

    items: list[ChannelShape]


class TestShape(Struct, kw_only=True):
    """What is on its way; what comes of it stands with the channel."""

    id: str
    channel: str


@router.get(
    "/v1/channels",
    dependencies=[Depends(allow(READ))],
    responses=described(ChannelsShape, "Every channel that is set"),
)
def read_channels(parts: ThePart) -> Response:
    """By what pages leave; without any nobody is told of anything."""
    return answer(ChannelsShape(items=channels_of(parts)))


def channels_of(parts: Parts) -> list[ChannelShape]:
    """Every channel that is set and every job system, and what came of the last try of each."""
    ways = parts.ways
    pages = [_channel(parts, one, out=one) for one in ways.all_channels]
    return pages + [_channel(parts, one, out=system_channel(one)) for one in ways.systems]


def _channel(parts: Parts, name: str, *, out: str) -> ChannelShape:
    made = ChannelShape(name=out, exercise=name in parts.ways.for_exercises)
    for one in parts.books.attempts(out, limit=1):
        made.at, made.verdict, made.detail = rfc3339(one.at_ms), one.verdict, one.detail
    return made


@router.post(
    "/v1/channels/{name}/test",
    status_code=202,
    responses=described(TestShape, "It is on its way", status=202),
)
def test_channel(
    *,
    parts: ThePart,
    gate: TheGate,
    principal: Annotated[Principal, Depends(allow(TEST))],
    name: Annotated[str, Path(max_length=64)],
    once: TheOnce,
) -> Response:
    """To whoever asks, by their own number or address; a robot tells its group."""
    return act_once(gate, principal, TEST, once=once, act=testing(parts, principal, name))


def testing(parts: Parts, principal: Principal, name: str) -> Act:
    """The act that sends somebody a test by a channel; the problem that there is none."""
    if name not in parts.ways.all_channels:
        raise Problem("not-found", Said("there is no channel %(name)s", name=shown(name)))

    def act(work: OfficeWork, at_ms: int) -> Done:
        id, drill = new_id(), parts.ways.exercise
        language = "en" if parts.ways.language == "en" else LANGUAGES[0]
        body = body_of(
            test_text(language, drill=drill),
            to=(principal.person, ""),
            id=id,
            made_ms=at_ms,
            exercise=drill,
            data={"why": "test"},
        )
        send(work.books, body, id=id, channel=name, now_ms=at_ms, urgency=1)
        return Done(TestShape(id=id, channel=name), "test", ("channel", name), 202)

    return act

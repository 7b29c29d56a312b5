"""The page of channels: by what people are told, how the last one went, and a button to test each.

It says what the API says (`api.channels`): the same act, rights and limits.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.channels import READ, TEST, ChannelShape, channels_of, testing
from api.console.course_texts import VERDICT_TEXTS, WAY_TEXTS
from api.console.forms import TheForm, fresh_key
from api.console.language import Language
from api.console.render import language_of, render
from api.once import act_once
from api.parts import TheGate, ThePart
from api.principal import Principal, allow
from liftwatch.clock import now_ms, parse_ms

router = APIRouter(include_in_schema=False)
Tester = Annotated[Principal, Depends(allow(TEST))]


@router.get("/channels", dependencies=[Depends(allow(READ))])
def channels(request: Request, part: ThePart) -> Response:
    """Every channel that is set."""
    language = language_of(request)
    values = {
        "channels": [view(language, one) for one in channels_of(part)],
        "key": fresh_key,
        "tested": part.ways.all_channels,  # a job system is sent what happens, and nothing else
    }
    return render(request, "channels.html", values)


@router.post("/channels")
def test(*, principal: Tester, part: ThePart, gate: TheGate, form: TheForm) -> Response:
    """Send a test to whoever asks; the page then says what came of it."""
    act = testing(part, principal, form.text("channel"))
    act_once(gate, principal, TEST, once=form.once, act=act)
    return RedirectResponse("/channels", status_code=303)


def view(language: Language, one: ChannelShape) -> dict[str, Any]:
    """A channel in words; robots of groups are called as the settings call them."""
    way = WAY_TEXTS.get(one.name)
    moment = None if one.at is None else language.moment(parse_ms(one.at), now_ms=now_ms())
    return {
        "name": one.name,
        "way": one.name if way is None else language.say(way),
        "exercise": one.exercise,
        "at": moment,
        "verdict": one.verdict,
        "word": "" if one.at is None else language.say(VERDICT_TEXTS[one.verdict]),
        "detail": one.detail,
    }

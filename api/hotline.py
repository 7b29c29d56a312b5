"""`/v1/hotline/complaints`: what the city's hot line 12345 hands on, signed as our webhooks are.

Standard Webhooks: `webhook-id`, `webhook-timestamp` and the body are signed with a shared key
(HMAC-SHA256). The hot line's own number makes it count once, whatever else is repeated.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from api.complaint_shapes import HotlineComplaint, TakenShape
from api.gate import Gate
from api.once import body_of, takes
from api.parameters import moment_ms
from api.parts import Parts, TheGate, ThePart
from api.principal import Principal, allow, unauthenticated
from api.problems import DOCUMENTED, Problem
from api.shapes import answer, described
from api.trail import act_of
from liftwatch.access.rights import ACTIONS
from liftwatch.clock import MINUTE_MS, SECOND_MS, now_ms
from liftwatch.handlers.care_complaints import Received, Told, receive
from liftwatch.incidents.moves import Untold
from liftwatch.ports import Conflict, LiftRow, Stale
from liftwatch.said import Said, said_by

router = APIRouter(tags=["complaints"], responses=DOCUMENTED)
SEND = "hotline.send"
APART_MS = 5 * MINUTE_MS
"""So far a timestamp may lie from our clock (Standard Webhooks: protect against replay)."""
Sender = Annotated[Principal, Depends(allow(SEND))]
Head = Annotated[str | None, Header(max_length=256)]


async def signed_body(
    request: Request,
    *,
    webhook_id: Head = None,
    webhook_timestamp: Head = None,
    webhook_signature: Head = None,
) -> None:
    """The problem `unauthenticated` for what was not signed with the key, or not just now."""
    part: Parts = request.app.state.parts
    if part.hotline_key is None:
        raise Problem("not-found", Said("no hot line is set up here"))
    if not webhook_id or not webhook_timestamp or not webhook_signature:
        raise unauthenticated(Said("the headers of a webhook are missing"))
    stamp = webhook_timestamp
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise unauthenticated(Said("the timestamp of the webhook is none"))
    if abs(int(stamp) * SECOND_MS - now_ms()) > APART_MS:
        raise unauthenticated(Said("the timestamp of the webhook is too far from our clock"))
    said = b".".join((webhook_id.encode(), stamp.encode(), await request.body()))
    expected = base64.b64encode(hmac.digest(part.hotline_key, said, hashlib.sha256))
    given = [one.partition(",") for one in webhook_signature.split()]
    ours = [code.encode() for version, _, code in given if version == "v1"]
    if not any(hmac.compare_digest(one, expected) for one in ours):
        raise unauthenticated(Said("the signature of the webhook is not right"))


@router.post(
    "/v1/hotline/complaints",
    dependencies=[Depends(signed_body)],
    responses=described(TakenShape, "It is here; `known` when it was before"),
    openapi_extra=takes(HotlineComplaint),
)
def take(
    *,
    principal: Sender,
    part: ThePart,
    gate: TheGate,
    body: Annotated[HotlineComplaint, Depends(body_of(HotlineComplaint))],
) -> Response:
    """A complaint of the city's hot line; the same number again is answered as before."""
    due_ms, at_ms = moment_ms("due_at", body.due_at), now_ms()
    row = _lift(part, body.lift)
    told = Told(
        topic=body.topic,
        channel="hotline",
        words=body.words,
        phone=body.phone,
        outside=body.number,
        outside_due_ms=due_ms,
    )
    try:
        received = _taken(gate, principal, row, told=told, at_ms=at_ms)
    except Stale as error:
        raise Problem("conflict", said_by(error)) from error
    except Conflict:  # two were first at once: the second one joins, or is known
        received = _taken(gate, principal, row, told=told, at_ms=at_ms)
    except Untold as error:
        raise Problem("unusable", said_by(error)) from error
    one, matter = received.complaint, received.matter
    assert one is not None, "what the hot line sends is always kept"
    shape = TakenShape(
        number=one.number,
        hotline_number=body.number,
        id=one.id,
        state=matter.state,
        known=received.known,
    )
    return answer(shape)


def _taken(gate: Gate, principal: Principal, row: LiftRow, *, told: Told, at_ms: int) -> Received:
    with gate.people.begin() as work:
        received = receive(work, row, told, now_ms=at_ms)
        one = received.complaint or received.matter
        detail = {"what": "known" if received.known else "told", "number": told.outside}
        about = ("complaint", one.id)
        work.audit(act_of(principal, ACTIONS[SEND], about, at_ms=at_ms, detail=detail))
    return received


def _lift(part: Parts, code: str) -> LiftRow:
    """The lift of one of the codes that a caller can read: ours, of the equipment, of 96333.

    The problem `unusable` for a code that no lift has, or several: somebody must ask the caller.
    """
    row = part.books.lift(code)
    if row is not None:
        return row
    codes = ((one, (one.facts.equipment_code, one.facts.rescue_code)) for one in _lifts(part))
    found = [one for one, known in codes if code in known]
    if len(found) != 1:
        raise Problem("unusable", Said("no lift here has the code %(code)s", code=code))
    return found[0]


def _lifts(part: Parts) -> Iterator[LiftRow]:
    after = None
    while rows := part.books.lifts(after=after):
        yield from rows
        after = rows[-1].lift

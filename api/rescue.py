"""`/v1/rescue`: the feed of an area's rescue platform and its receipts; an incident as CAP.

Numbers have no gaps only for who sees a whole area: a feed is read whole, or not at all.
"""

from functools import partial
from typing import Annotated

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Response
from msgspec import UNSET

from api.incidents import find_incident
from api.once import Done, TheOnce, act_once, body_of, takes
from api.paging import INT_MAX, Limit
from api.parameters import moment_ms
from api.parts import TheBooks, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import DOCUMENTED, BadParameter, Problem, shown
from api.rescue_shapes import FeedShape, ReceiptBody, ReceiptShape
from api.seen import SeenBooks
from api.shapes import NO_STORE, answer, described
from api.trail import organisation_of
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import Sight
from liftwatch.clock import monotonic_s, now_ms, rfc3339
from liftwatch.handlers.course import incident_data
from liftwatch.handlers.receipts import NoSuchEvent, Taken, no_number, take_receipt
from liftwatch.handlers.rescue import event_of
from liftwatch.incidents.course import Actor, Course
from liftwatch.incidents.moves import Told
from liftwatch.office import OfficeWork
from liftwatch.rescue import cap
from liftwatch.rescue.cloudevents import cloud_event
from liftwatch.rescue.events import RescueEvent, feed_of
from liftwatch.rescue.provincial import fault_message
from liftwatch.rescue.receipts import Contradicts, Lacks
from liftwatch.said import Said, said_by

router = APIRouter(tags=["rescue"], responses=DOCUMENTED)
READ, ANSWER = "rescue.read", "rescue.answer"
WAIT_S_MAX = 30.0
POLL_S = 0.25
EVENTS_DEFAULT = 100

Area = Annotated[
    str | None,
    Query(
        pattern="^[0-9]{6}$",
        description="Whose feed; it may be left out by whoever has one area.",
    ),
]
Exercise = Annotated[bool, Query(description="The feed of exercises, instead of what is real.")]


def feed_for(sight: Sight, area: str | None, *, exercise: bool) -> str:
    """The feed that is asked for; the problem `forbidden` for who does not see its whole area."""
    if area is None:
        whole = [one.area for one in sight.places if not one.estate and not one.building]
        if len(whole) != 1 or sight.everything:
            raise BadParameter("area", Said("is missing: you have none, or several"))
        area = whole[0]
    if not sight.covers(area, ""):
        told = Said("the feed of %(area)s is for whoever sees all of that area", area=area)
        raise Problem("forbidden", told)
    return feed_of(area, exercise=exercise)


@router.get(
    "/v1/rescue/events",
    dependencies=[Depends(allow(READ))],
    responses=described(FeedShape, "Events in order of their numbers, without gaps"),
)
async def read_events(
    *,
    parts: ThePart,
    books: TheBooks,
    after: Annotated[int, Query(ge=0, le=INT_MAX, description="The last number one has.")] = 0,
    wait_s: Annotated[
        float, Query(ge=0, le=WAIT_S_MAX, description="So long it waits for news.")
    ] = 0,
    limit: Limit = EVENTS_DEFAULT,
    area: Area = None,
    exercise: Exercise = False,
) -> Response:
    """Every change that the rescue platform must know, once each; what is pushed has the same
    numbers. A number we have not reached is the problem `conflict`: reconcile from 0."""
    feed = feed_for(books.sight, area, exercise=exercise)
    until_s = monotonic_s() + wait_s
    read = partial(_read, books, feed, after, limit=limit)
    while True:
        events = await anyio.to_thread.run_sync(read)
        if events or parts.feed.closed or monotonic_s() >= until_s:
            break
        await anyio.sleep(min(POLL_S, max(until_s - monotonic_s(), 0)))
    items = [cloud_event(one) for one in events]
    return answer({"items": items, "next": events[-1].n if events else None})


def _read(books: SeenBooks, feed: str, after: int, *, limit: int) -> list[RescueEvent]:
    events = books.rescue_after(feed, after, limit=limit)
    if not events and after > (head := books.rescue_head(feed)):
        told = Said(
            "the feed ends at %(head)s: it began anew, so ask after 0 and reconcile", head=head
        )
        raise Problem("conflict", told)
    return events


@router.post(
    "/v1/rescue/events/{n}/receipt",
    status_code=201,
    responses=described(ReceiptShape, "The receipt as it is kept", status=201),
    openapi_extra=takes(ReceiptBody),
)
def send_receipt(
    *,
    principal: Annotated[Principal, Depends(allow(ANSWER))],
    parts: ThePart,
    books: TheBooks,
    gate: TheGate,
    n: int,
    once: TheOnce,
    body: Annotated[ReceiptBody, Depends(body_of(ReceiptBody))],
    area: Area = None,
    exercise: Exercise = False,
) -> Response:
    """What the platform answers to a number: kept once, and it moves the incident where it fits."""
    feed = feed_for(books.sight, area, exercise=exercise)
    if not 0 < n <= INT_MAX:
        raise Problem("not-found", no_number(feed, shown(n)))
    told = told_by(body)
    by = Actor(
        person=principal.person,
        organisation=organisation_of(principal.grants, ACTIONS[ANSWER].roles),
        channel="platform",
    )

    def act(work: OfficeWork, at_ms: int) -> Done:
        try:
            taken = take_receipt(
                work.books,
                feed,
                n,
                name=body.receipt,
                told=told,
                by=by,
                times=parts.times,
                now_ms=at_ms,
            )
        except NoSuchEvent as error:
            raise Problem("not-found", said_by(error)) from error
        except Contradicts as error:
            raise Problem("conflict", said_by(error)) from error
        except Lacks as error:
            raise Problem("unusable", said_by(error)) from error
        return Done(receipt_shape(taken), body.receipt, ("incident", taken.incident.id))

    return act_once(gate, principal, ANSWER, once=once, act=act)


def told_by(body: ReceiptBody) -> Told:
    """What a receipt tells; the problem `bad-parameter` for a moment that is none."""
    names = set(body.__struct_fields__) - {"receipt", "at"}
    named = {name: value for name in names if (value := getattr(body, name)) is not UNSET}
    return Told(at_ms=None if body.at is UNSET else moment_ms("at", body.at), **named)


def receipt_shape(taken: Taken) -> ReceiptShape:
    """A receipt as the API shows it."""
    one = taken.receipt
    return ReceiptShape(
        feed=one.feed,
        n=one.n,
        receipt=one.name,
        at=rfc3339(one.at_ms),
        noted_at=rfc3339(one.noted_ms),
        moved=one.moved,
        why=one.why,
        repeated=taken.repeated,
        incident=taken.incident.id,
        state=taken.incident.state,
        version=taken.incident.version,
    )


@router.get(
    "/v1/incidents/{id}/cap",
    dependencies=[Depends(allow("incidents.read"))],
    responses={200: {"description": "CAP 1.2", "content": {cap.MEDIA_TYPE: {}}}},
    response_class=Response,
)
def read_cap(books: TheBooks, id: str) -> Response:
    """An incident as a Common Alerting Protocol message, which refers to all that were before."""
    text = cap.cap_of(told_of(books, id))
    return Response(text, media_type=cap.MEDIA_TYPE, headers=NO_STORE)


@router.get(
    "/v1/incidents/{id}/provincial",
    dependencies=[Depends(allow("incidents.read"))],
    responses={200: {"description": "A fault message of the provincial push"}},
)
def read_provincial(books: TheBooks, id: str) -> Response:
    """An incident as the class of the provincial push that it is of."""
    return answer(fault_message(told_of(books, id)[-1].data))


def told_of(books: SeenBooks, id: str) -> list[RescueEvent]:
    """The events of an incident in its feed; one as it stands where the platform knows of none."""
    incident = find_incident(books, id)
    feed = feed_of(incident.area, exercise=incident.exercise)
    told = [one for one in books.rescue_events_of(id) if one.feed == feed]
    if told:
        return told
    course = books.courses([id]).get(id, Course(incident=id))
    lift = books.lift(incident.lift) if incident.lift is not None else None
    data = incident_data(incident, course)
    facts = None if lift is None else lift.facts
    at_ms = now_ms()
    return [event_of(incident, before=None, course=course, data=data, facts=facts, at_ms=at_ms)]

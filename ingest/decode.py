"""Bytes of one MQTT publication become messages, or rejections with a reason; never an exception.

The fast path decodes straight into the typed message. Whatever that refuses goes to
`ingest.mend`, which tells the unusable from the merely odd, field by field.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct, field

from ingest.dialects.foreign import translate
from ingest.dialects.formats import FORMATS
from ingest.dialects.translate import settle_code
from ingest.mend import Mended, Unusable, mend
from liftwatch.clock import DAY_MS, MINUTE_MS, SECOND_MS, parse_ms
from liftwatch.telemetry.messages import (
    COUNTING,
    KINDS,
    RETAINED,
    Button,
    Event,
    Message,
    Rejection,
    Wire,
)
from liftwatch.telemetry.topics import BATCH, Topic, is_lift, parse_topic

PAYLOAD_BYTES_MAX = 8 * 2**20
"""A full burst of three axes is 0.5 MB; sixteen of them in a batch still pass [our choice]."""
CROWD_MIN, ELEMENT_BYTES_MIN = 1_000, 60
"""The shortest message has 68 bytes: four million elements of two bytes are one dead letter."""
AHEAD_MS_MAX = 60 * SECOND_MS  # contract, Envelope
LATE_MS = 10 * MINUTE_MS  # contract, Envelope
KEPT_MS = 7 * DAY_MS  # contract, Envelope

_DECODERS = {kind: msgspec.json.Decoder(type_) for kind, type_ in KINDS.items()}
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
SPOKEN = frozenset({*KINDS, *FORMATS, BATCH})
_NUL = rb"\u0000"
_TIMES_INSIDE = {
    "ride": "started_at",
    "door": "opened_at",
    "burst": "started_at",
    "counters": "since",
}


class Decoded(Struct):
    """What one publication held. `ignored` counts what the contract says to pass over."""

    messages: list[Message] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)


class Publication(Struct, frozen=True):
    """What the broker handed us, and when."""

    topic: str
    payload: bytes
    received_ms: int


class _Head(Struct):
    """The two words a gateway adds to each element of a batch."""

    lift: Any = None
    kind: Any = None


_HEAD = msgspec.json.Decoder(_Head)


def decode(publication: Publication) -> Decoded:
    """Everything one publication says.

    >>> odd = Publication("lift/v1/320583/garden/L-0001/state", b"nonsense", 0)
    >>> [rejection.reason for rejection in decode(odd).rejections]
    ['not_json']
    """
    out = Decoded()
    topic = parse_topic(publication.topic)
    if topic is None or topic.kind not in SPOKEN:
        return _reject(out, publication, Unusable("topic", "the topic has not the contract's form"))
    if not publication.payload:
        if topic.kind in RETAINED:
            out.ignored["retained_removed"] += 1
            return out
        return _reject(out, publication, Unusable("empty", "payload of zero length"))
    if len(publication.payload) > PAYLOAD_BYTES_MAX:
        detail = f"{len(publication.payload)} bytes are above the limit of {PAYLOAD_BYTES_MAX}"
        return _reject(out, publication, Unusable("too_large", detail))
    if publication.payload.lstrip(b" \t\r\n")[:1] == b"[":
        return _decode_array(out, publication, topic)
    if topic.kind == BATCH:
        return _reject(out, publication, Unusable("not_array", "a batch is a JSON array"))
    _decode_element(out, publication, topic)
    return out


def _decode_array(out: Decoded, publication: Publication, topic: Topic) -> Decoded:
    try:
        elements = _ELEMENTS.decode(publication.payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _reject(out, publication, Unusable("not_json", _brief(error)))
    room = len(publication.payload) // ELEMENT_BYTES_MIN
    if len(elements) > max(CROWD_MIN, room):
        detail = f"{len(elements)} elements, more than there is room for messages"
        return _reject(out, publication, Unusable("too_many", detail))
    if not elements:
        out.ignored["empty_array"] += 1
    for place, raw in enumerate(elements):
        element = Publication(publication.topic, bytes(raw), publication.received_ms)
        if topic.kind == BATCH:
            _decode_batched(out, element, topic, place=place)
        else:
            _decode_element(out, element, topic, place=place)
    return out


def _decode_batched(out: Decoded, element: Publication, topic: Topic, *, place: int) -> None:
    try:
        head = _HEAD.decode(element.payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        head = _Head()  # no object: the element's own decoding tells why
    named = isinstance(head.lift, str) and isinstance(head.kind, str)  # or it has no hash
    if named and is_lift(head.lift) and head.kind in KINDS:
        parts = Topic(topic.area, topic.estate, head.lift, head.kind)
        _decode_element(out, element, parts, place=place, batched=True)
    elif element.payload[:1] == b"{":
        detail = "an element of a batch names its lift and its kind"
        _reject(out, element, Unusable("envelope", detail), place=place)
    else:
        _reject(out, element, Unusable("not_object", "an element is no JSON object"), place=place)


def _decode_element(
    out: Decoded,
    publication: Publication,
    topic: Topic,
    *,
    place: int | None = None,
    batched: bool = False,
) -> None:
    if topic.kind in FORMATS:
        _decode_foreign(out, publication, topic, place=place)
        return
    source = "gateway" if batched else "terminal"
    try:
        mended = _understand(publication.payload, topic.kind, batched=batched)
        message = _judge(mended, topic, publication.received_ms, source=source)
    except Unusable as unusable:
        _reject(out, publication, unusable, place=place)
        return
    if mended.unknown:
        out.ignored["unknown_field"] += len(mended.unknown)
    _take(out, message)


def _understand(payload: bytes, kind: str, *, batched: bool) -> Mended:
    """The fast path, and the slow one for whatever it refuses or lets through."""
    try:
        wire = _DECODERS[kind].decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return mend(payload, kind, batched=batched)
    if _NUL in payload or (not batched and (wire.lift is not None or wire.kind is not None)):
        return mend(payload, kind, batched=batched)
    return Mended(wire)


def _decode_foreign(
    out: Decoded, publication: Publication, topic: Topic, *, place: int | None
) -> None:
    """A payload of another format: all its messages, or one rejection."""
    form, received_ms = FORMATS[topic.kind], publication.received_ms
    try:
        told = translate(publication.payload, form, lift=topic.name, received_ms=received_ms)
        if told is None:
            out.ignored["foreign_other"] += 1
            return
        messages = [
            _judge(mended, topic._replace(kind=kind), received_ms, source=form.dialect)
            for kind, mended in told.messages
        ]
    except Unusable as unusable:
        _reject(out, publication, unusable, place=place)
        return
    if told.unknown:
        out.ignored["unknown_field"] += told.unknown
    for message in messages:
        _take(out, message)


def _take(out: Decoded, message: Message) -> None:
    """Count it in; a report in another dialect gets our kind, or is told to be in no table."""
    if type(message.body) is Event:
        unknown = settle_code(message.body)
        if unknown is not None:
            out.ignored["unknown_code"] += 1
            message.set_aside = (*message.set_aside, unknown)
    out.messages.append(message)


def _judge(mended: Mended, topic: Topic, received_ms: int, *, source: str) -> Message:
    """Settle when it happened: the clock rules and lateness of the contract's Envelope."""
    wire = mended.wire
    try:
        said_ms = parse_ms(wire.at)
    except ValueError:
        raise Unusable("envelope", f"at: {wire.at!r} is no moment") from None
    retained = topic.kind in RETAINED and source in COUNTING
    behind_ms = received_ms - said_ms
    clock_ok = wire.clock_ok is not False and behind_ms >= -AHEAD_MS_MAX
    if clock_ok and behind_ms > KEPT_MS:
        if not retained:
            raise Unusable("too_late", f"at: {wire.at} is more than 7 days before it was received")
        clock_ok = False  # a broker hands it out again long after: received_at judges it
    handed_out_again = retained and behind_ms > LATE_MS
    if not clock_ok:
        _move_times_inside(wire, topic.kind, behind_ms)
    return Message(
        area=topic.area,
        estate=topic.estate,
        lift=topic.name,
        kind=topic.kind,
        source=source,
        at_ms=said_ms if clock_ok and not handed_out_again else received_ms,
        stored_ms=said_ms if clock_ok else received_ms,
        received_ms=received_ms,
        clock_ok=clock_ok,
        late=clock_ok and not retained and behind_ms > LATE_MS,
        exercise=wire.exercise is True,
        body=wire,
        set_aside=mended.set_aside,
    )


def _move_times_inside(wire: Wire, kind: str, by_ms: int) -> None:
    by = timedelta(milliseconds=by_ms)
    name = _TIMES_INSIDE.get(kind)
    if name is not None:
        _move(wire, name, by)
    if isinstance(wire, Button):
        for edge in wire.edges or ():
            _move(edge, "at", by)


def _move(thing: Struct, name: str, by: timedelta) -> None:
    moment = getattr(thing, name)
    if moment is None:
        return
    try:
        setattr(thing, name, moment + by)
    except OverflowError:
        setattr(thing, name, None)  # year 0 or 10 000: no moment at all


def _reject(
    out: Decoded, publication: Publication, unusable: Unusable, *, place: int | None = None
) -> Decoded:
    out.rejections.append(
        Rejection(
            reason=unusable.reason,
            detail=unusable.detail,
            topic=publication.topic,
            payload=publication.payload,
            received_ms=publication.received_ms,
            element=place,
        )
    )
    return out


def _brief(error: Exception) -> str:
    return str(error)[:200]

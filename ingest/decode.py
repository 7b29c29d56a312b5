"""Bytes of one MQTT publication become messages, or rejections with a reason; never an exception.

The fast path decodes straight into the typed message. Whatever that refuses goes to
`ingest.mend`, which tells the unusable from the merely odd, field by field.
"""

import re
from datetime import timedelta
from functools import lru_cache

import msgspec
from msgspec import Struct, field

from ingest.mend import Unusable, mend
from ingest.notes import RETRY, Note, read_note, read_retry
from liftwatch.clock import DAY_MS, MINUTE_MS, SECOND_MS, wire_ms
from liftwatch.telemetry.messages import (
    KINDS,
    RETAINED,
    Button,
    Message,
    Rejection,
    Wire,
)
from liftwatch.telemetry.topics import BATCH, Topic, is_lift, parse_topic

PAYLOAD_BYTES_MAX = 8 * 2**20
"""A full burst of three axes is 0.5 MB; sixteen of them in a batch still pass [our choice]."""
AHEAD_MS_MAX = 60 * SECOND_MS  # contract, Envelope
LATE_MS = 10 * MINUTE_MS  # contract, Envelope
KEPT_MS = 7 * DAY_MS  # contract, Envelope

_DECODERS = {kind: msgspec.json.Decoder(type_) for kind, type_ in KINDS.items()}
_ARRAYS: dict[str, msgspec.json.Decoder[list[Wire]]] = {
    kind: msgspec.json.Decoder(list[type_])  # type: ignore[valid-type]
    for kind, type_ in KINDS.items()
}
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_TIMES_INSIDE = {"ride": "started_at", "door": "opened_at", "burst": "started_at"}
_REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Decoded(Struct):
    """What one publication held. `ignored` counts what the contract says to pass over.

    An entry of the journal that is no publication is a `note`.
    """

    messages: list[Message] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    ignored: dict[str, int] = field(default_factory=dict)
    note: Note | None = None

    def ignore(self, what: str, count: int = 1) -> None:
        """Count what is passed over."""
        self.ignored[what] = self.ignored.get(what, 0) + count


class Publication(Struct, frozen=True):
    """What the broker handed us, and when."""

    topic: str
    payload: bytes
    received_ms: int


class _Head(Struct):
    """The two words a gateway adds to each element of a batch."""

    lift: str
    kind: str


_HEAD = msgspec.json.Decoder(_Head)
_HEADS = msgspec.json.Decoder(list[_Head])
_FIRST_KIND = re.compile(rb'"kind"\s*:\s*"(\w+)"', re.ASCII)
FIRST_KIND_BYTES = 4_096
"""Most gateways send one kind at a time: then the whole batch is read in one go."""


def decode(publication: Publication) -> Decoded:
    """Everything one publication says.

    >>> odd = Publication("lift/v1/320583/garden/L-0001/state", b"nonsense", 0)
    >>> [rejection.reason for rejection in decode(odd).rejections]
    ['not_json']
    """
    out = Decoded()
    topic, payload = parse_topic(publication.topic), publication.payload
    if topic is None:
        if publication.topic == RETRY:
            return _decode_again(publication)
        if publication.topic[:1] == "$":
            out.note = read_note(publication.topic, payload)
            return out
        return _reject(out, publication, Unusable("topic", "the topic has not the contract's form"))
    if topic.kind not in KINDS and topic.kind != BATCH:
        return _reject(out, publication, Unusable("topic", "the topic has not the contract's form"))
    if payload[:1] == b"{" and topic.kind != BATCH and len(payload) <= PAYLOAD_BYTES_MAX:
        _decode_element(out, publication, topic)
        return out
    return _decode_other(out, publication, topic)


def inner(publication: Publication) -> Publication:
    """What a retry repeats, as if received now; any other publication as it is."""
    if publication.topic != RETRY:
        return publication
    retry = read_retry(publication.payload)
    return Publication(retry.topic, retry.payload, publication.received_ms)


def _decode_again(publication: Publication) -> Decoded:
    """A dead letter once more: its times by when it was received, its lateness by now."""
    retry = read_retry(publication.payload)
    said = decode(Publication(retry.topic, retry.payload, retry.received_ms))
    said.note = Note("retry", letter=retry.letter)
    for message in said.messages:
        message.again = True
        message.received_ms = publication.received_ms
        message.late = message.received_ms - message.at_ms > LATE_MS
    return said


def _decode_other(out: Decoded, publication: Publication, topic: Topic) -> Decoded:
    """What is no plain message: arrays, batches, removals of what was retained, nonsense."""
    if not publication.payload:
        if topic.kind in RETAINED:
            out.ignore("retained_removed")
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
    batched = topic.kind == BATCH
    if (
        _decode_batch(out, publication, topic)
        if batched
        else _decode_uniform(out, publication, topic)
    ):
        return out
    try:
        elements = _ELEMENTS.decode(publication.payload)
    except _REFUSED as error:
        return _reject(out, publication, Unusable("not_json", _brief(error)))
    if not elements:
        out.ignore("empty_array")
    for place, raw in enumerate(elements):
        element = Publication(publication.topic, bytes(raw), publication.received_ms)
        if batched:
            _decode_batched(out, element, topic, place=place)
        else:
            _decode_element(out, element, topic, place=place)
    return out


def _decode_uniform(out: Decoded, publication: Publication, topic: Topic) -> bool:
    """All elements at once, when every one is a plain message of the topic's kind."""
    try:
        wires = _ARRAYS[topic.kind].decode(publication.payload)
        if not wires or any(wire.lift is not None or wire.kind is not None for wire in wires):
            return False
        received_ms = publication.received_ms
        out.messages = [_judge(wire, topic, received_ms, batched=False) for wire in wires]
    except (*_REFUSED, Unusable):  # one of them is odd: each is judged by itself
        return False
    return True


def _decode_batch(out: Decoded, publication: Publication, topic: Topic) -> bool:
    """All elements of a gateway's batch, when every one is a plain message."""
    first = _FIRST_KIND.search(publication.payload, 0, FIRST_KIND_BYTES)
    if first and _decode_one_kind(out, publication, topic, kind=first[1].decode()):
        return True
    try:
        heads = _HEADS.decode(publication.payload)
        messages = []
        for head, raw in zip(heads, _ELEMENTS.decode(publication.payload), strict=True):
            parts = _parts(topic, head.lift, head.kind)
            if parts is None:
                return False
            wire = _DECODERS[parts.kind].decode(raw)
            messages.append(_judge(wire, parts, publication.received_ms, batched=True))
    except (*_REFUSED, Unusable):  # one of them is odd: each is judged by itself
        return False
    out.messages = messages
    return bool(messages)


def _decode_one_kind(out: Decoded, publication: Publication, topic: Topic, *, kind: str) -> bool:
    """All elements at once, when every one is a plain message of the kind of the first."""
    if kind not in KINDS:
        return False
    try:
        messages = []
        for wire in _ARRAYS[kind].decode(publication.payload):
            if wire.kind != kind or not isinstance(wire.lift, str):
                return False
            parts = _parts(topic, wire.lift, kind)
            if parts is None:
                return False
            messages.append(_judge(wire, parts, publication.received_ms, batched=True))
    except (*_REFUSED, Unusable):
        return False
    out.messages = messages
    return bool(messages)


def _decode_batched(out: Decoded, element: Publication, topic: Topic, *, place: int) -> None:
    try:
        head = _HEAD.decode(element.payload)
        parts = _parts(topic, head.lift, head.kind)
    except _REFUSED:  # no object, or no words: the element's own decoding tells why
        parts = None
    if parts is not None:
        _decode_element(out, element, parts, place=place, batched=True)
    elif element.payload[:1] == b"{":
        detail = "an element of a batch names its lift and its kind"
        _reject(out, element, Unusable("envelope", detail), place=place)
    else:
        _reject(out, element, Unusable("not_object", "an element is no JSON object"), place=place)


@lru_cache(maxsize=65_536)
def _parts(batch: Topic, lift: str, kind: str) -> Topic | None:
    """The topic an element of a batch would have by itself; None when its words have not the form.

    >>> _parts(Topic("320583", "garden", "GW-1", "batch"), "L-01", "state")
    Topic(area='320583', estate='garden', name='L-01', kind='state')
    """
    known = is_lift(lift) and kind in KINDS
    return Topic(batch.area, batch.estate, lift, kind) if known else None


def _decode_element(
    out: Decoded,
    publication: Publication,
    topic: Topic,
    *,
    place: int | None = None,
    batched: bool = False,
) -> None:
    try:
        wire = _DECODERS[topic.kind].decode(publication.payload)
        if batched or (wire.lift is None and wire.kind is None):
            message = _judge(wire, topic, publication.received_ms, batched=batched)
            out.messages.append(message)
            return
    except (*_REFUSED, Unusable):
        pass  # field by field
    try:
        mended = mend(publication.payload, topic.kind, batched=batched)
        message = _judge(
            mended.wire,
            topic,
            publication.received_ms,
            batched=batched,
            set_aside=mended.set_aside,
        )
    except Unusable as unusable:
        _reject(out, publication, unusable, place=place)
        return
    if mended.unknown:
        out.ignore("unknown_field", len(mended.unknown))
    out.messages.append(message)


def _judge(
    wire: Wire,
    topic: Topic,
    received_ms: int,
    *,
    batched: bool,
    set_aside: tuple[tuple[str, str], ...] = (),
) -> Message:
    """Settle when it happened: the clock rules and lateness of the contract's Envelope."""
    try:
        said_ms = wire_ms(wire.at)
    except ValueError:
        raise Unusable("envelope", f"at: {wire.at[:60]!r} is no moment") from None
    retained = topic.kind in RETAINED
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
        source="gateway" if batched else "terminal",
        at_ms=said_ms if clock_ok and not handed_out_again else received_ms,
        stored_ms=said_ms if clock_ok else received_ms,
        received_ms=received_ms,
        clock_ok=clock_ok,
        late=clock_ok and not retained and behind_ms > LATE_MS,
        exercise=wire.exercise is True,
        body=wire,
        set_aside=set_aside,
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

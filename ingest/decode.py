"""Bytes of one MQTT publication become messages, or rejections with a reason; never an exception.

The fast path decodes straight into the typed message. Whatever that refuses goes to
`ingest.mend`, which tells the unusable from the merely odd, field by field.
"""

import re
from functools import lru_cache

import msgspec
from msgspec import Struct, field

from ingest.dialects.foreign import translate
from ingest.dialects.formats import FORMATS
from ingest.dialects.translate import settle_code
from ingest.judge import LATE_MS, judge
from ingest.mend import Unusable, mend
from ingest.notes import RETRY, Note, read_note, read_retry
from liftwatch.telemetry.messages import (
    KINDS,
    RETAINED,
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

_DECODERS = {kind: msgspec.json.Decoder(type_) for kind, type_ in KINDS.items()}
_ARRAYS: dict[str, msgspec.json.Decoder[list[Wire]]] = {
    kind: msgspec.json.Decoder(list[type_])  # type: ignore[valid-type]
    for kind, type_ in KINDS.items()
}
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
SPOKEN = frozenset({*KINDS, *FORMATS, BATCH})
PLAIN = frozenset(KINDS) - {"event"}
"""Of these several are read in one go; a report's code is looked up in the table of its dialect."""
_NUL = rb"\u0000"


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
    if topic.kind not in SPOKEN:
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
    in_one_go = _decode_batch if batched else _decode_uniform
    if _NUL not in publication.payload and in_one_go(out, publication, topic):
        return out
    try:
        elements = _ELEMENTS.decode(publication.payload)
    except _REFUSED as error:
        return _reject(out, publication, Unusable("not_json", _brief(error)))
    room = len(publication.payload) // ELEMENT_BYTES_MIN
    if len(elements) > max(CROWD_MIN, room):
        detail = f"{len(elements)} elements, more than there is room for messages"
        return _reject(out, publication, Unusable("too_many", detail))
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
    if topic.kind not in PLAIN:
        return False
    try:
        wires = _ARRAYS[topic.kind].decode(publication.payload)
        if not wires or any(wire.lift is not None or wire.kind is not None for wire in wires):
            return False
        received_ms = publication.received_ms
        out.messages = [judge(wire, topic, received_ms, source="terminal") for wire in wires]
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
            if parts is None or parts.kind not in PLAIN:
                return False
            wire = _DECODERS[parts.kind].decode(raw)
            messages.append(judge(wire, parts, publication.received_ms, source="gateway"))
    except (*_REFUSED, Unusable):  # one of them is odd: each is judged by itself
        return False
    out.messages = messages
    return bool(messages)


def _decode_one_kind(out: Decoded, publication: Publication, topic: Topic, *, kind: str) -> bool:
    """All elements at once, when every one is a plain message of the kind of the first."""
    if kind not in PLAIN:
        return False
    try:
        messages = []
        for wire in _ARRAYS[kind].decode(publication.payload):
            if wire.kind != kind or not isinstance(wire.lift, str):
                return False
            parts = _parts(topic, wire.lift, kind)
            if parts is None:
                return False
            messages.append(judge(wire, parts, publication.received_ms, source="gateway"))
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
    if topic.kind in FORMATS:
        _decode_foreign(out, publication, topic, place=place)
        return
    source = "gateway" if batched else "terminal"
    try:
        wire = None
        if _NUL not in publication.payload:
            wire = _DECODERS[topic.kind].decode(publication.payload)
        if wire is not None and (batched or (wire.lift is None and wire.kind is None)):
            _take(out, judge(wire, topic, publication.received_ms, source=source))
            return
    except (*_REFUSED, Unusable):
        pass  # field by field
    try:
        mended = mend(publication.payload, topic.kind, batched=batched)
        message = judge(
            mended.wire,
            topic,
            publication.received_ms,
            source=source,
            set_aside=mended.set_aside,
        )
    except Unusable as unusable:
        _reject(out, publication, unusable, place=place)
        return
    if mended.unknown:
        out.ignore("unknown_field", len(mended.unknown))
    _take(out, message)


def _decode_foreign(
    out: Decoded, publication: Publication, topic: Topic, *, place: int | None
) -> None:
    """A payload of another format: all its messages, or one rejection."""
    form, received_ms = FORMATS[topic.kind], publication.received_ms
    try:
        told = translate(publication.payload, form, lift=topic.name, received_ms=received_ms)
        if told is None:
            out.ignore("foreign_other")
            return
        messages = [
            judge(
                mended.wire,
                topic._replace(kind=kind),
                received_ms,
                source=form.dialect,
                set_aside=mended.set_aside,
            )
            for kind, mended in told.messages
        ]
    except Unusable as unusable:
        _reject(out, publication, unusable, place=place)
        return
    if told.unknown:
        out.ignore("unknown_field", told.unknown)
    for message in messages:
        _take(out, message)


def _take(out: Decoded, message: Message) -> None:
    """Count it in; a report in another dialect gets our kind, or is told to be in no table."""
    if type(message.body) is Event:
        unknown = settle_code(message.body)
        if unknown is not None:
            out.ignore("unknown_code")
            message.set_aside = (*message.set_aside, unknown)
    out.messages.append(message)


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

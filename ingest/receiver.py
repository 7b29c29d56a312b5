"""paho-mqtt's client, reading many publications at a time and acknowledging many at a time.

paho reads a packet by four system calls and acknowledges it by three more: 33 µs a message, as
much as all the rest of the way. Here what lies in the socket is read at once, publications are
cut out of it, and every other packet is handed to paho, which keeps connection, TLS, session and
keep-alive (decision 7). MQTT 3.1.1; what is subscribed with QoS 1 arrives with 0 or 1.
"""

import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.exception import MalformedPacket

CHUNK_BYTES = 256 * 1024
PUBLISH, PUBACK = 0x30, b"\x40\x02"
MALFORMED = MQTTErrorCode.MQTT_ERR_PROTOCOL
LENGTH_BYTES_MAX = 4  # MQTT 3.1.1, 2.2.3


class Arrived(NamedTuple):
    """One publication as it came: `mid` is its packet identifier, empty at QoS 0."""

    topic: str
    payload: bytes
    mid: bytes


class Malformed(Exception):
    """The broker does not speak MQTT."""


class Receiver(mqtt.Client):
    """A persistent session that hands over what arrives in lists, with the connection's number."""

    def __init__(self, client_id: str, on_arrived: Callable[[list[Arrived], int], None]) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=False,
            manual_ack=True,
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        self._on_arrived = on_arrived
        self._turn = threading.Lock()
        self._rest = Rest()
        self.connection = 0
        self.failure: str | None = None  # why the last attempt to connect came to nothing

    def reconnect(self) -> MQTTErrorCode:
        """Connect anew; what is not acknowledged by now the broker hands out again."""
        with self._turn:
            self.connection += 1
        self._rest = Rest()
        try:
            return super().reconnect()
        except OSError as error:  # of TLS too: paho tells nobody what it was
            self.failure = getattr(error, "verify_message", None) or error.strerror or str(error)
            raise

    def acknowledge(self, mids: list[bytes], connection: int) -> None:
        """Acknowledge what came over a connection, unless another one has begun.

        The broker numbers packets anew then: an old number could be another message's.
        """
        if not mids:
            return
        packet = PUBACK + PUBACK.join(mids)
        with self._turn:
            if connection == self.connection:
                self._packet_queue(PUBACK[0], packet, 0, 1)

    def _packet_read(self) -> MQTTErrorCode:
        """What paho calls when there is something to read."""
        try:
            data = self._sock_recv(CHUNK_BYTES)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_AGAIN
        except OSError:
            return MQTTErrorCode.MQTT_ERR_CONN_LOST
        if not data:
            return MQTTErrorCode.MQTT_ERR_CONN_LOST
        with self._msgtime_mutex:
            self._last_bytes_received = mqtt.time_func()
        try:
            arrived, others = cut(self._rest.add(data), self._rest)
        except Malformed:
            return MALFORMED
        if arrived:
            self._on_arrived(arrived, self.connection)
        for first, body in others:
            code = self._handle_other(first, body)
            if code > 0:
                return code
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _handle_other(self, first: int, body: bytes) -> MQTTErrorCode:
        self._in_packet = in_packet(first, body)
        try:
            return self._packet_handle()
        except MalformedPacket:
            return MALFORMED
        finally:
            self._in_packet = in_packet(0, b"")


def in_packet(first: int, body: bytes) -> Any:
    """A whole packet as paho keeps it."""
    return {
        "command": first,
        "have_remaining": 1 if first else 0,
        "remaining_count": [],
        "remaining_mult": 1,
        "remaining_length": len(body),
        "packet": bytearray(body),
        "to_process": 0,
        "pos": 0,
    }


class Rest:
    """The beginning of a packet whose end has not come: joined only when it can be whole."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self.wanted = 0

    def add(self, data: bytes) -> bytes:
        """All that is there, or nothing while a packet known to be longer is not whole."""
        if not self._parts:
            return data
        self._parts.append(data)
        self._size += len(data)
        if self._size < self.wanted:
            return b""
        whole = b"".join(self._parts)
        self._parts, self._size = [], 0
        return whole

    def keep(self, data: bytes, wanted: int) -> None:
        """Keep what is no whole packet yet; it will be at `wanted` bytes."""
        if data:
            self._parts, self._size, self.wanted = [data], len(data), wanted


def cut(data: bytes, rest: Rest) -> tuple[list[Arrived], list[tuple[int, bytes]]]:
    """Publications, and other packets as (first byte, body); what is not whole goes to `rest`.

    >>> cut(bytes.fromhex("3006 0001 61 0007 62" "d000" "30"), Rest())
    ([Arrived(topic='a', payload=b'\\x00\\x07b', mid=b'')], [(208, b'')])
    >>> cut(bytes.fromhex("3206 0001 61 0007 62"), Rest())[0]
    [Arrived(topic='a', payload=b'b', mid=b'\\x00\\x07')]
    """
    arrived: list[Arrived] = []
    others: list[tuple[int, bytes]] = []
    here, end = 0, len(data)
    while end - here >= 2:
        length, start = data[here + 1], here + 2
        if length > 127:
            length, start = _long_length(data, here + 1)
            if not start:  # the length itself is not whole
                break
        stop = start + length
        if stop > end:
            rest.keep(data[here:], stop - here)
            return arrived, others
        first = data[here]
        if first & 0xF0 != PUBLISH:
            others.append((first, data[start:stop]))
        else:
            after = start + 2 + (data[start] << 8 | data[start + 1]) if length > 1 else stop + 1
            payload = after + 2 if first & 0x06 else after
            if payload > stop:
                raise Malformed
            topic = topic_text(data[start + 2 : after])
            arrived.append(Arrived(topic, data[payload:stop], data[after:payload]))
        here = stop
    rest.keep(data[here:], 0)
    return arrived, others


def _long_length(data: bytes, start: int) -> tuple[int, int]:
    """A length of more than one byte, and where it ends; (0, 0) while it is not whole."""
    length = 0
    for place, byte in enumerate(data[start : start + LENGTH_BYTES_MAX]):
        length |= (byte & 127) << 7 * place
        if byte < 128:
            return length, start + place + 1
    if len(data) - start >= LENGTH_BYTES_MAX:
        raise Malformed
    return 0, 0


@lru_cache(maxsize=262_144)  # 10 000 lifts of twelve kinds, twice
def topic_text(topic: bytes) -> str:
    """A topic as text; one that is no UTF-8 as its bytes are written, for the dead letters.

    >>> topic_text(b"lift/\\xff")
    "b'lift/\\\\xff'"
    """
    try:
        return topic.decode()
    except UnicodeDecodeError:
        return repr(topic)

"""Messages of one terminal in the order it sent them: duplicates dropped, gaps waited for.

What follows the last message is passed on at once. After a gap the next ones wait up to 2 s for
what is missing; what comes after that is passed on late, for it may still be of use.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from liftwatch.telemetry.messages import Message, Online

WAIT_MS = 2_000  # contract, Envelope
HELD_MAX = 2_000  # per stream: more than a terminal sends within the wait
MISSING_MAX = 64  # remembered gaps per stream
HASHES_MAX = 256  # remembered of a sender without counts: some minutes of it
BOOTS_MAX = 3  # streams kept per terminal: messages of an earlier boot may still be under way


class Stream(Struct):
    """One boot of one terminal: the count that comes next, gaps before it, wills kept aside.

    Of a sender without counts, `wills` holds the last messages' hashes.
    """

    next_seq: int = 0
    begun: bool = False
    missing: list[tuple[int, int]] = []
    wills: list[int] = []
    held: dict[int, tuple[Message, Any]] = {}

    def due_ms(self) -> int | None:
        """When the longest waiting message must be passed on."""
        waits = [message.received_ms for message, _ in self.held.values()]
        return min(waits) + WAIT_MS if waits else None


class Saved(Struct):
    """A stream without what it holds; what is held comes again from the journal."""

    next_seq: int
    begun: bool
    missing: list[tuple[int, int]]
    wills: list[int]


def is_will(message: Message) -> bool:
    """Tell a last will: its count was reserved when the terminal connected."""
    body = message.body
    return isinstance(body, Online) and body.status == "offline" and not message.clock_ok


class Order:
    """All streams. `place` is any mark the caller wants back of what is still held."""

    def __init__(self) -> None:
        self.streams: dict[str, Stream] = {}
        self._boots: dict[str, list[str]] = {}
        self._holding: dict[str, int] = {}
        self.duplicates = 0
        self.lost = 0

    def push(self, message: Message, place: Any = None) -> list[Message]:
        """The messages that this one lets pass, in order; itself among them unless it waits."""
        stream = self._stream(message)
        seq = message.seq
        if not message.is_counted:
            return self._push_uncounted(stream, message)
        if is_will(message):
            return self._push_will(stream, message)
        if not stream.begun:
            stream.begun, stream.next_seq = True, seq
            stream.missing = [(0, seq - 1)] if seq else []
        if seq < stream.next_seq:
            return [message] if self._fill(stream, seq) else []
        if seq > stream.next_seq and not self._only_wills_between(stream, seq):
            return self._hold(stream, message, place)
        stream.next_seq = seq + 1
        return [message, *self._release(stream)]

    def due(self, key: str) -> int | None:
        """When `expire` has something to do for the stream of this key."""
        stream = self.streams.get(key)
        return stream.due_ms() if stream else None

    def expire(self, key: str, now_ms: int) -> list[Message]:
        """Give up waiting for what is missing for too long; the messages that may now pass."""
        stream = self.streams[key]
        passed: list[Message] = []
        while (due_ms := stream.due_ms()) is not None and due_ms <= now_ms:
            passed += self._skip_gap(stream)
        return passed

    def flush(self) -> Iterator[Message]:
        """Everything still held, stream by stream, in order: nothing more will come."""
        for stream in self.streams.values():
            while stream.held:
                yield from self._skip_gap(stream)

    def is_holding(self, lift: str) -> bool:
        """Whether a message of this lift waits."""
        return self._holding.get(lift, 0) > 0

    def held_places(self) -> Iterator[Any]:
        """The places of all messages that wait."""
        for stream in self.streams.values():
            for _, place in stream.held.values():
                yield place

    def _stream(self, message: Message) -> Stream:
        key = key_of(message)
        stream = self.streams.get(key)
        if stream is None:
            stream = self.streams[key] = Stream()
            boots = self._boots.setdefault(key.rsplit("\0", 1)[0], [])
            boots.append(key)
            if len(boots) > BOOTS_MAX and not self.streams[boots[0]].held:
                del self.streams[boots.pop(0)]
        return stream

    def _push_uncounted(self, stream: Stream, message: Message) -> list[Message]:
        """A foreign format has no count to wait for; only what comes twice is known by its hash."""
        if message.seq in stream.wills:
            self.duplicates += 1
            return []
        stream.wills = [*stream.wills[-HASHES_MAX + 1 :], message.seq]
        return [message]

    def _push_will(self, stream: Stream, message: Message) -> list[Message]:
        seq = message.seq
        if seq in stream.wills or (seq < stream.next_seq and not self._is_missing(stream, seq)):
            self.duplicates += 1
            return []
        self._fill(stream, seq)
        stream.wills = [*stream.wills[-3:], seq]
        return [message]

    def _hold(self, stream: Stream, message: Message, place: Any) -> list[Message]:
        if message.seq in stream.held:
            self.duplicates += 1
            return []
        stream.held[message.seq] = (message, place)
        self._holding[message.lift] = self._holding.get(message.lift, 0) + 1
        return self._skip_gap(stream) if len(stream.held) > HELD_MAX else []

    def _only_wills_between(self, stream: Stream, seq: int) -> bool:
        """Whether all counts before `seq` are reserved for wills: no gap (contract)."""
        between = range(stream.next_seq, min(seq, stream.next_seq + 5))
        return seq - stream.next_seq < 5 and all(n in stream.wills for n in between)

    def _skip_gap(self, stream: Stream) -> list[Message]:
        first = min(stream.held)
        if first > stream.next_seq:
            stream.missing = [*stream.missing[-MISSING_MAX + 1 :], (stream.next_seq, first - 1)]
            self.lost += first - stream.next_seq
        stream.next_seq = first
        return self._release(stream)

    def _release(self, stream: Stream) -> list[Message]:
        passed: list[Message] = []
        while stream.held and (stream.next_seq in stream.held or stream.next_seq in stream.wills):
            entry = stream.held.pop(stream.next_seq, None)
            stream.next_seq += 1
            if entry is not None:
                passed.append(entry[0])
                self._holding[entry[0].lift] -= 1
        return passed

    def _is_missing(self, stream: Stream, seq: int) -> bool:
        return any(first <= seq <= last for first, last in stream.missing)

    def _fill(self, stream: Stream, seq: int) -> bool:
        """Take a count out of the gaps; False, and counted as a duplicate, if it was in none."""
        for place, (first, last) in enumerate(stream.missing):
            if first <= seq <= last:
                rest = [(first, seq - 1), (seq + 1, last)]
                stream.missing[place : place + 1] = [gap for gap in rest if gap[0] <= gap[1]]
                return True
        if seq < stream.next_seq:
            self.duplicates += 1
        return False

    def save(self) -> dict[str, Saved]:
        """What must survive a restart, by key."""
        return {
            key: Saved(stream.next_seq, stream.begun, stream.missing, stream.wills)
            for key, stream in self.streams.items()
        }

    def restore(self, saved: dict[str, Saved]) -> None:
        """Continue from what `save` gave."""
        for key, row in saved.items():
            self.streams[key] = Stream(row.next_seq, row.begun, row.missing, row.wills)
            self._boots.setdefault(key.rsplit("\0", 1)[0], []).append(key)


def key_of(message: Message) -> str:
    """One text per boot of a terminal; a terminal belongs to one estate."""
    body = message.body
    return "\0".join((message.area, message.estate, body.terminal, body.boot))

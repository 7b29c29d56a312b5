"""Messages of one terminal in the order it sent them: duplicates dropped, gaps waited for.

What follows the last message is passed on at once. After a gap the next ones wait up to 2 s for
what is missing; what comes after that is passed on late, for it may still be of use. Whatever a
terminal counts, a message costs no more than the logarithm of what waits.
"""

import heapq
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from detectors.agenda import FAR_MS, Agenda
from liftwatch.telemetry.messages import COUNTING, Message, Online

WAIT_MS = 2_000  # contract, Envelope
HELD_MAX = 2_000  # per stream: more than a terminal sends within the wait
HELD_ALL_MAX = 50_000  # over all: 25 full streams, some 50 MB
MISSING_MAX = 64  # remembered gaps per stream
WILLS_MAX = 4  # remembered reserved counts per stream
BOOTS_MAX = 3  # streams kept per terminal: messages of an earlier boot may still be under way
TERMINALS_MAX = 50_000  # five times the lifts one process is made for
RECENT_MAX = 256  # hashes of a sender without counts: some minutes of it


class TooMany(Exception):
    """A name that there is no more room for; `reason` is that of the dead letter."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Waiting:
    """Messages of one stream behind a gap; the first by count and the oldest are at hand."""

    __slots__ = ("_by_count", "_by_reception", "messages")

    def __init__(self) -> None:
        self.messages: dict[int, tuple[Message, Any]] = {}
        self._by_count: list[int] = []
        self._by_reception: list[tuple[int, int]] = []

    def add(self, message: Message, place: Any) -> None:
        """Keep one more."""
        seq = message.body.seq
        self.messages[seq] = (message, place)
        heapq.heappush(self._by_count, seq)
        heapq.heappush(self._by_reception, (message.received_ms, seq))
        self.first_seq()  # which forgets what has passed: a stream that waits for ever grows not

    def first_seq(self) -> int:
        """The lowest count; what has been passed on meanwhile is forgotten here."""
        while self._by_count[0] not in self.messages:
            heapq.heappop(self._by_count)
        return self._by_count[0]

    def due_ms(self) -> int:
        """When the longest waiting message must be passed on."""
        while self._by_reception[0][1] not in self.messages:
            heapq.heappop(self._by_reception)
        return self._by_reception[0][0] + WAIT_MS


class Stream(Struct, gc=False):
    """One boot of one terminal: the count that comes next, gaps before it, wills kept aside.

    `next_seq` is -1 before the first; `recent` are the last hashes of a sender without counts.
    """

    next_seq: int = -1
    missing: tuple[tuple[int, int], ...] = ()
    wills: tuple[int, ...] = ()
    recent: tuple[int, ...] = ()
    waiting: Waiting | None = None


class Saved(Struct, omit_defaults=True):
    """A stream without what waits; that comes again from the journal."""

    next_seq: int
    begun: bool
    missing: list[tuple[int, int]]
    wills: list[int]
    recent: list[int] = []


def is_will(message: Message) -> bool:
    """Tell a last will: its count was reserved when the terminal connected."""
    body = message.body
    return isinstance(body, Online) and body.status == "offline" and not message.clock_ok


class Order:
    """All streams. `place` is any mark the caller wants back of what is still held."""

    def __init__(self) -> None:
        self.streams: dict[str, Stream] = {}
        self.agenda = Agenda(self._due_ms)
        self._boots: dict[str, tuple[str, ...]] = {}
        self._holding: dict[str, int] = {}
        self._held = 0
        self.duplicates = 0
        self.lost = 0

    def push(self, message: Message, place: Any = None) -> list[Message]:
        """The messages that this one lets pass, in order; itself among them unless it waits."""
        key = key_of(message)
        stream = self.streams.get(key)
        if stream is None:
            return [*self._make_room(key), *self._push(message, self._open(key), place)]
        if (
            message.body.seq == stream.next_seq
            and stream.waiting is None
            and message.source in COUNTING
            and message.kind != "online"
        ):
            stream.next_seq += 1
            return [message]
        return self._push(message, stream, place)

    def due(self, key: str) -> int | None:
        """When `expire` has something to do for the stream of this key."""
        due_ms = self._due_ms(key)
        return None if due_ms == FAR_MS else due_ms

    def expire(self, key: str, now_ms: int) -> list[Message]:
        """Give up waiting for what is missing for too long; the messages that may now pass."""
        stream = self.streams[key]
        passed: list[Message] = []
        while stream.waiting is not None and stream.waiting.due_ms() <= now_ms:
            passed += self._skip_gap(stream)
        self.agenda.note(key, self._due_ms(key))
        return passed

    def flush(self) -> Iterator[Message]:
        """Everything still held, stream by stream, in order: nothing more will come."""
        for stream in self.streams.values():
            yield from self._let_go(stream)

    def is_holding(self, lift: str) -> bool:
        """Whether a message of this lift waits."""
        return lift in self._holding

    def held_places(self) -> Iterator[Any]:
        """The places of all messages that wait."""
        for stream in self.streams.values():
            if stream.waiting is not None:
                for _, place in stream.waiting.messages.values():
                    yield place

    def _due_ms(self, key: str) -> int:
        stream = self.streams.get(key)
        if stream is None or stream.waiting is None:
            return FAR_MS
        return stream.waiting.due_ms()

    def _open(self, key: str) -> Stream:
        stream = self.streams[key] = Stream()
        return stream

    def _make_room(self, key: str) -> list[Message]:
        """Forget the earliest boot of a terminal that has had too many; what it held passes."""
        terminal = key.rsplit("\0", 1)[0]
        boots = self._boots.get(terminal, ())
        if not boots and len(self._boots) >= TERMINALS_MAX:
            raise TooMany("too_many_terminals", f"above {TERMINALS_MAX} terminals")
        self._boots[terminal] = (*boots[1 - BOOTS_MAX :], key)
        passed: list[Message] = []
        for old in boots[: 1 - BOOTS_MAX]:
            passed += self._let_go(self.streams.pop(old))
        return passed

    def _push(self, message: Message, stream: Stream, place: Any) -> list[Message]:
        """The rarer cases: foreign devices, wills, the first of a boot, what is old, gaps."""
        seq = message.body.seq
        if message.source not in COUNTING:
            return self._push_foreign(stream, message)
        if is_will(message):
            return self._push_will(stream, message)
        if stream.next_seq < 0:
            stream.next_seq = seq
            stream.missing = ((0, seq - 1),) if seq else ()
        if seq < stream.next_seq:
            return [message] if self._fill(stream, seq) else []
        if seq > stream.next_seq and not self._only_wills_between(stream, seq):
            return self._hold(stream, message, place)
        stream.next_seq = seq + 1
        return [message, *self._release(stream)]

    def _push_foreign(self, stream: Stream, message: Message) -> list[Message]:
        seq = message.body.seq
        if seq in stream.recent:
            self.duplicates += 1
            return []
        stream.recent = (*stream.recent[1 - RECENT_MAX :], seq)
        return [message]

    def _push_will(self, stream: Stream, message: Message) -> list[Message]:
        seq = message.body.seq
        is_past = seq < stream.next_seq and _gap_of(stream, seq) is None
        if seq in stream.wills or is_past:
            self.duplicates += 1
            return []
        self._fill(stream, seq)
        stream.wills = (*stream.wills[1 - WILLS_MAX :], seq)
        return [message]

    def _hold(self, stream: Stream, message: Message, place: Any) -> list[Message]:
        if stream.waiting is None:
            stream.waiting = Waiting()
        waiting = stream.waiting
        if message.body.seq in waiting.messages:
            self.duplicates += 1
            return []
        waiting.add(message, place)
        self._held += 1
        self._holding[message.lift] = self._holding.get(message.lift, 0) + 1
        if len(waiting.messages) > HELD_MAX or self._held > HELD_ALL_MAX:
            return self._skip_gap(stream)
        self.agenda.note(key_of(message), waiting.due_ms())
        return []

    def _only_wills_between(self, stream: Stream, seq: int) -> bool:
        """Whether all counts before `seq` are reserved for wills: no gap (contract)."""
        between = range(stream.next_seq, seq)
        return len(between) <= WILLS_MAX and all(count in stream.wills for count in between)

    def _let_go(self, stream: Stream) -> Iterator[Message]:
        while stream.waiting is not None:
            yield from self._skip_gap(stream)

    def _skip_gap(self, stream: Stream) -> list[Message]:
        if stream.waiting is None:
            return []
        first = stream.waiting.first_seq()
        if first > stream.next_seq:
            stream.missing = (*stream.missing[1 - MISSING_MAX :], (stream.next_seq, first - 1))
            self.lost += first - stream.next_seq
        stream.next_seq = first
        return self._release(stream)

    def _release(self, stream: Stream) -> list[Message]:
        passed: list[Message] = []
        while stream.waiting is not None:
            held = stream.waiting.messages
            if stream.next_seq not in held and stream.next_seq not in stream.wills:
                break
            entry = held.pop(stream.next_seq, None)
            stream.next_seq += 1
            if entry is not None:
                passed.append(entry[0])
                self._no_longer_held(entry[0].lift)
            if not held:
                stream.waiting = None
        return passed

    def _no_longer_held(self, lift: str) -> None:
        self._held -= 1
        self._holding[lift] -= 1
        if not self._holding[lift]:
            del self._holding[lift]

    def _fill(self, stream: Stream, seq: int) -> bool:
        """Take a count out of the gaps; False, and counted as a duplicate, if it was in none."""
        place = _gap_of(stream, seq)
        if place is None:
            self.duplicates += seq < stream.next_seq
            return False
        first, last = stream.missing[place]
        rest = tuple(gap for gap in ((first, seq - 1), (seq + 1, last)) if gap[0] <= gap[1])
        gaps = (*stream.missing[:place], *rest, *stream.missing[place + 1 :])
        stream.missing = gaps[-MISSING_MAX:]
        return True

    def save(self) -> dict[str, Saved]:
        """What must survive a restart, by key."""
        return {
            key: Saved(
                max(stream.next_seq, 0),
                stream.next_seq >= 0,
                list(stream.missing),
                list(stream.wills),
                list(stream.recent),
            )
            for key, stream in self.streams.items()
        }

    def restore(self, saved: dict[str, Saved]) -> None:
        """Continue from what `save` gave."""
        for key, row in saved.items():
            self.streams[key] = Stream(
                row.next_seq if row.begun else -1,
                tuple(row.missing),
                tuple(row.wills),
                tuple(row.recent),
            )
            terminal = key.rsplit("\0", 1)[0]
            self._boots[terminal] = (*self._boots.get(terminal, ()), key)


def _gap_of(stream: Stream, seq: int) -> int | None:
    """The place of the gap that holds this count: they lie in order and apart."""
    place = bisect_right(stream.missing, seq, key=lambda gap: gap[0]) - 1
    return place if place >= 0 and seq <= stream.missing[place][1] else None


def key_of(message: Message) -> str:
    """One text per boot of a terminal; a terminal belongs to one estate."""
    body = message.body
    return f"{message.area}\0{message.estate}\0{body.terminal}\0{body.boot}"

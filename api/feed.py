"""One reader of changes for all who follow them: it asks the books, they wait for it.

Nobody has a queue. Changes lie in one ring, the board holds the newest of each lift, and every
follower keeps two numbers: who is slow reads older changes from the books and skips states of
lifts that are over, so that memory is bounded whatever they do.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import count, islice

import anyio.to_thread
import msgspec
from fastapi.sse import ServerSentEvent

from api.open_incidents import by_lift, kinds_of, read_open
from api.shapes import Lift, lift_shape
from liftwatch.clock import monotonic_s
from liftwatch.ports import Books, IncidentFilter, StoreUnavailable, StreamEvent

log = logging.getLogger(__name__)

POLL_S = 0.3
BOARD_S = 1.0
BOARD_SHARE = 0.2  # of the time at most goes into reading a large fleet
RING = 2_000
READ = 500
FOLLOWERS_MAX = 200


class Shown(msgspec.Struct, frozen=True):
    """A lift as last told, when that was, and the same ready to send."""

    turn: int
    lift: Lift
    text: str


class Board:
    """How all lifts stand; a lift counts as changed when anything the API shows of it has."""

    def __init__(self) -> None:
        self.turn = 0
        self._shown: dict[str, Shown] = {}

    def put(self, lifts: Iterable[Lift]) -> bool:
        """Take what was read; whether anything changed."""
        turn = self.turn + 1
        for lift in lifts:
            old = self._shown.get(lift.lift)
            if old is None or old.lift != lift:
                text = msgspec.json.encode(lift).decode()
                self._shown[lift.lift] = Shown(turn, lift, text)
                self.turn = turn
        return self.turn == turn

    def since(self, turn: int) -> Iterator[Shown]:
        """Lifts that changed after a turn."""
        return (shown for shown in list(self._shown.values()) if shown.turn > turn)


def read_board(books: Books) -> list[Lift]:
    """All lifts with the kinds of their open incidents."""
    open_ones = by_lift(read_open(books, IncidentFilter(open_only=True)))
    found: list[Lift] = []
    after = None
    while True:
        rows = books.lifts(after=after, limit=READ)
        found += [lift_shape(row, kinds_of(open_ones.get(row.lift, []))) for row in rows]
        if len(rows) < READ:
            return found
        after = rows[-1].lift


class Feed:
    """Reads while somebody follows; `head` is the newest number it has seen."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.board = Board()
        self.head = 0
        self.closed = False
        self._ring: deque[StreamEvent] = deque(maxlen=RING)
        self._followers: set[int] = set()
        self._names = count(1)
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._broken = False

    @property
    def followers(self) -> int:
        """How many follow."""
        return len(self._followers)

    async def join(self) -> int | None:
        """A follower's name, or None when there are too many; the first one starts the reading."""
        if self.closed or len(self._followers) >= FOLLOWERS_MAX:
            return None
        name = next(self._names)
        self._followers.add(name)
        if self._task is None or self._task.done():
            self._ring.clear()
            self.board = Board()
            self._task = asyncio.create_task(self._read(), name="feed")
        return name

    def leave(self, name: int) -> None:
        """The last one to leave ends the reading."""
        self._followers.discard(name)
        if not self._followers and self._task is not None:
            self._task.cancel()
            self._task = None

    def follows(self, name: int) -> bool:
        """Whether this follower still gets news; all are cut off when the books fail."""
        return name in self._followers and not self.closed

    async def news(self, *, after: int, turn: int, within_s: float) -> None:
        """Wait until there is more than that change and that turn of the board, or for so long."""
        if after >= self.head and turn >= self.board.turn:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), within_s)

    def after(self, n: int) -> list[StreamEvent] | None:
        """Changes after n from the ring, or None when the ring does not reach back so far."""
        if n >= self.head:
            return []
        if not self._ring or self._ring[0].n > n + 1:
            return None
        return list(islice(self._ring, n + 1 - self._ring[0].n, None))

    def close(self) -> None:
        """End all following; streams end before the server waits for them."""
        self.closed = True
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._cut_off()

    def _cut_off(self) -> None:
        self._followers.clear()
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _read(self) -> None:
        try:
            await self._read_on()
        except StoreUnavailable as error:
            self._tell(str(error))
            self._cut_off()
        except Exception:
            log.exception("live changes have stopped")
            self._cut_off()

    async def _read_on(self) -> None:
        self.head = await anyio.to_thread.run_sync(self.books.stream_head)
        self._wake()  # whoever joined before we knew the head may be behind it
        board_at_s = 0.0
        while True:
            await self._read_changes()
            if monotonic_s() >= board_at_s:
                board_at_s = await self._read_board()
            self._tell(None)
            await asyncio.sleep(POLL_S)

    async def _read_changes(self) -> None:
        while True:
            events = await anyio.to_thread.run_sync(self.books.stream_after, self.head, READ)
            if not events:
                return
            self._ring.extend(events)
            self.head = events[-1].n
            self._wake()

    async def _read_board(self) -> float:
        began_s = monotonic_s()
        if self.board.put(await anyio.to_thread.run_sync(read_board, self.books)):
            self._wake()
        took_s = monotonic_s() - began_s
        return began_s + max(BOARD_S, took_s / BOARD_SHARE)

    def _tell(self, trouble: str | None) -> None:
        if trouble and not self._broken:
            log.warning("live changes have stopped: %s", trouble)
        elif self._broken and not trouble:
            log.info("live changes are back")
        self._broken = trouble is not None


def incident_event(event: StreamEvent) -> ServerSentEvent:
    """A change as it is sent."""
    text = msgspec.json.encode(event.data).decode()
    return ServerSentEvent(event=event.name, id=str(event.n), raw_data=text)

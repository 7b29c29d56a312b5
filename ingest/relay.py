"""Copies telemetry from the journal to the store, in large batches, without ever dropping.

The store being away stops only this; a message it can never take becomes a dead letter.
"""

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import structlog
from msgspec import structs
from msgspec.json import encode

from ingest.counts import Counts
from ingest.dead_letters import DeadLetter, DeadLetters
from ingest.flights import Flights
from ingest.journal import Batch, Journal
from ingest.progress import RELAY, Progress
from ingest.retry import until_it_works
from liftwatch.ports import StoreRefused, StoreUnavailable, TelemetryStore
from liftwatch.telemetry.messages import Message, Rejection
from liftwatch.telemetry.topics import CANARY_AREA, topic_of

log = structlog.get_logger()

MESSAGES_MAX = 10_000  # a write: more gains little and costs memory (`make bench`)
MESSAGES_FEW = 1_000  # below this the next write lets some more gather
FLYING_MAX = 2
"""Writes under way: while one waits for the store the next is made. InfluxDB takes half as much
again (`make bench`)."""
LINGER_S = 0.1
WAIT_S = 0.5


class Write(NamedTuple):
    """A write under way, and what of the journal is stored when it is done."""

    done: Future[None]
    batches: list[Batch]
    messages: list[Message]


class Relay:
    """One thread between the journal and the telemetry store, and some that wait for the store."""

    def __init__(
        self,
        *,
        journal: Journal,
        progress: Progress,
        dead_letters: DeadLetters,
        store: TelemetryStore,
        counts: Counts,
        flights: Flights | None = None,
    ) -> None:
        self._journal, self._progress, self._dead = journal, progress, dead_letters
        self._store, self._counts, self._flights = store, counts, flights
        self.batch = self._gathered = progress.cursor(RELAY)
        self._flying: deque[Write] = deque()
        self._writers = ThreadPoolExecutor(FLYING_MAX, thread_name_prefix="relay-write")
        self.trouble: str | None = None
        self.crashed: BaseException | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Begin where the last run ended."""
        self._thread.start()

    def stop(self) -> None:
        """End after the write under way; what is not written is written next time."""
        self._stopping.set()
        self._journal.wake()
        self._thread.join()
        self._writers.shutdown()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                written = self.step()
                if written == 0:
                    self._journal.wait(self.batch, WAIT_S)
                elif written < MESSAGES_FEW:
                    self._stopping.wait(LINGER_S)
        except BaseException as error:
            self.crashed = error
            log.exception("relay ended")
            raise

    def step(self) -> int:
        """One round: the next write sets off, the oldest ends when there is room for no more.

        How many messages were stored, at least 1 if there was anything to do.
        """
        batches, messages = self._gather()
        if batches:
            self._gathered = batches[-1].id
            done = self._writers.submit(self._store_once, batches, messages)
            self._flying.append(Write(done, batches, messages))
            if len(self._flying) < FLYING_MAX and len(messages) >= MESSAGES_FEW:
                return len(messages)
        if not self._flying:
            return 0
        return self._land(self._flying[0])

    def _gather(self) -> tuple[list[Batch], list[Message]]:
        """The next batches, and their messages."""
        batches: list[Batch] = []
        messages: list[Message] = []
        last, before = self._gathered, -1
        while len(messages) < MESSAGES_MAX and last != before:
            before = last
            for batch in self._journal.read(last):
                batches.append(batch)
                messages += [one for said in batch.decoded() for one in said.messages]
                last = batch.id
        return batches, messages

    def _land(self, write: Write) -> int:
        """Wait for a write, and repeat it until it has worked; 0 when stopped before."""
        first = True

        def attempt() -> None:
            nonlocal first
            if not first:
                return self._store_once(write.batches, write.messages)
            first = False
            return write.done.result()

        if not until_it_works(
            attempt, stopping=self._stopping, what="telemetry store", tell=self._tell
        ):
            return 0
        self._flying.popleft()
        canaries = [one for one in write.messages if one.area == CANARY_AREA]
        self._counts.stored(len(write.messages) - len(canaries))
        self.batch = write.batches[-1].id
        try:
            self._progress.set_cursor(RELAY, self.batch)
        except StoreUnavailable as error:  # after a restart they are written again, as the same
            self._tell(str(error)[:200])
        if self._flights is not None:
            for message in canaries:
                self._flights.stored(message)
        return max(1, len(write.messages))

    def _store_once(self, batches: list[Batch], messages: list[Message]) -> None:
        """Write them; what the store can never take becomes dead letters."""
        if not messages:
            return
        timed = self._timed(messages)
        try:
            self._store.write(timed)
        except StoreRefused as refused:
            self._bury(batches, timed, refused)

    def _timed(self, messages: list[Message]) -> list[Message]:
        """Messages with a wrong clock get the time of their first reception for their points."""
        places = [k for k, message in enumerate(messages) if not message.clock_ok]
        if not places:
            return messages
        wrong = [messages[k] for k in places]
        said = [((one.terminal, one.boot, one.seq), one.stored_ms) for one in wrong]
        first_ms = self._progress.first_received_ms(said)
        messages = list(messages)
        for k, ms in zip(places, first_ms, strict=True):
            messages[k] = structs.replace(messages[k], stored_ms=ms)
        return messages

    def _bury(
        self, batches: Sequence[Batch], messages: Sequence[Message], refused: StoreRefused
    ) -> None:
        marks = [
            (batch.id, place)
            for batch in batches
            for place, said in enumerate(batch.decoded())
            for _ in said.messages
        ]
        letters = []
        for index in refused.indexes:
            message = messages[index]
            rejection = Rejection(
                reason="store_refused",
                detail=refused.detail[:500],
                topic=topic_of(message),
                payload=encode(message.body),
                received_ms=message.received_ms,
                element=message.seq,
            )
            letters.append(DeadLetter(*marks[index], rejection))
        self._dead.keep(letters)
        self._counts.buried("store_refused", len(letters))
        log.warning("telemetry store refuses messages", count=len(letters), reason=refused.detail)

    def _tell(self, trouble: str | None) -> None:
        self.trouble = trouble

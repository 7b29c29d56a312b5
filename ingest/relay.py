"""Copies telemetry from the journal to the store, in large batches, without ever dropping.

The store being away stops only this; a message it can never take becomes a dead letter.
"""

import threading
from collections.abc import Sequence
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

MESSAGES_MAX = 5_000  # per write: beyond it InfluxDB gains nothing (libraries, InfluxDB)
MESSAGES_FEW = 1_000  # below this the next write lets some more gather
LINGER_S = 0.1
WAIT_S = 0.5


class Row(NamedTuple):
    """A message, and where in the journal it came from."""

    batch: int
    place: int
    message: Message


class Relay:
    """One thread between the journal and the telemetry store."""

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
        self.batch = progress.cursor(RELAY)
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
        """Write the next messages; how many there were, at least 1 if the cursor moved."""
        gathered: list[Row] = []
        last = self.batch
        for batch in self._journal.read(self.batch):
            gathered += self._messages(batch)
            last = batch.id
            if len(gathered) >= MESSAGES_MAX:
                break
        if last == self.batch:
            return 0
        for start in range(0, len(gathered), MESSAGES_MAX):
            if not self._write(gathered[start : start + MESSAGES_MAX]):
                return 0
        canaries = [row.message for row in gathered if row.message.area == CANARY_AREA]
        self._counts.stored(len(gathered) - len(canaries))
        self.batch = last
        try:
            self._progress.set_cursor(RELAY, last)
        except StoreUnavailable as error:  # after a restart they are written again, as the same
            self._tell(str(error)[:200])
        if self._flights is not None:
            for message in canaries:
                self._flights.stored(message)
        return max(1, len(gathered))

    def _messages(self, batch: Batch) -> list[Row]:
        return [
            Row(batch.id, place, message)
            for place, said in enumerate(batch.decoded())
            for message in said.messages
        ]

    def _timed(self, rows: list[Row]) -> list[Row]:
        """Messages with a wrong clock get the time of their first reception for their points."""
        places = [k for k, row in enumerate(rows) if not row.message.clock_ok]
        if not places:
            return rows
        wrong = [rows[k].message for k in places]
        said = [((one.terminal, one.boot, one.seq), one.received_ms) for one in wrong]
        first_ms = self._progress.first_received_ms(said)
        rows = list(rows)
        for k, message, ms in zip(places, wrong, first_ms, strict=True):
            rows[k] = rows[k]._replace(message=structs.replace(message, stored_ms=ms))
        return rows

    def _write(self, rows: list[Row]) -> bool:
        def attempt() -> None:
            timed = self._timed(rows)
            try:
                self._store.write([row.message for row in timed])
            except StoreRefused as refused:
                self._bury(timed, refused)

        return until_it_works(
            attempt, stopping=self._stopping, what="telemetry store", tell=self._tell
        )

    def _bury(self, rows: Sequence[Row], refused: StoreRefused) -> None:
        letters = []
        for index in refused.indexes:
            batch, place, message = rows[index]
            rejection = Rejection(
                reason="store_refused",
                detail=refused.detail[:500],
                topic=topic_of(message),
                payload=encode(message.body),
                received_ms=message.received_ms,
                element=message.seq,
            )
            letters.append(DeadLetter(batch, place, rejection))
        self._dead.keep(letters)
        log.warning("telemetry store refuses messages", count=len(letters), reason=refused.detail)

    def _tell(self, trouble: str | None) -> None:
        self.trouble = trouble

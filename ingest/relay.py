"""Copies telemetry from the journal to the store, in large batches, without ever dropping.

The store being away stops only this; a message it can never take becomes a dead letter.
"""

import threading
from collections.abc import Sequence

import structlog
from msgspec import structs
from msgspec.json import encode

from ingest.counts import Counts
from ingest.dead_letters import DeadLetter, DeadLetters
from ingest.decode import decode
from ingest.flights import Flights
from ingest.journal import Batch, Journal
from ingest.progress import RELAY, Progress
from ingest.retry import until_it_works
from liftwatch.ports import StoreRefused, TelemetryStore
from liftwatch.telemetry.messages import Message, Rejection
from liftwatch.telemetry.topics import CANARY_AREA, topic_of

log = structlog.get_logger()

MESSAGES_MAX = 5_000  # per write: beyond it InfluxDB gains nothing (libraries, InfluxDB)
WAIT_S = 0.5


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
                if not self.step():
                    self._journal.wait(self.batch, WAIT_S)
        except BaseException as error:
            self.crashed = error
            log.exception("relay ended")
            raise

    def step(self) -> bool:
        """Write the next messages; whether there were any."""
        gathered: list[tuple[int, int, Message]] = []
        last = self.batch
        for batch in self._journal.read(self.batch):
            gathered += self._messages(batch)
            last = batch.id
            if len(gathered) >= MESSAGES_MAX:
                break
        if last == self.batch:
            return False
        for start in range(0, len(gathered), MESSAGES_MAX):
            if not self._write(gathered[start : start + MESSAGES_MAX]):
                return False
        canaries = [message for _, _, message in gathered if message.area == CANARY_AREA]
        self._counts.stored(len(gathered) - len(canaries))
        self.batch = last
        self._progress.set_cursor(RELAY, last)
        if self._flights is not None:
            for message in canaries:
                self._flights.stored(message)
        return True

    def _messages(self, batch: Batch) -> list[tuple[int, int, Message]]:
        return [
            (batch.id, place, self._timed(message))
            for place, publication in enumerate(batch.publications)
            for message in decode(publication).messages
        ]

    def _timed(self, message: Message) -> Message:
        """The message with the time of its point: of its first reception, if its clock is wrong."""
        if message.clock_ok:
            return message
        identity = (message.terminal, message.boot, message.seq)
        first_ms = self._progress.first_received_ms(identity, message.received_ms)
        return structs.replace(message, stored_ms=first_ms)

    def _write(self, rows: Sequence[tuple[int, int, Message]]) -> bool:
        def attempt() -> None:
            try:
                self._store.write([message for _, _, message in rows])
            except StoreRefused as refused:
                self._bury(rows, refused)

        return until_it_works(
            attempt, stopping=self._stopping, what="telemetry store", tell=self._tell
        )

    def _bury(self, rows: Sequence[tuple[int, int, Message]], refused: StoreRefused) -> None:
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

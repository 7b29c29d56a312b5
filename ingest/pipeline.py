"""The way of a message, composed in one visible place.

broker ─▶ consumer ─▶ journal ─┬─▶ detection ─▶ incidents
                               └─▶ relay ─▶ telemetry store
"""

import fcntl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from ingest.bindings import Bindings
from ingest.canary import Canary, Plan
from ingest.certificates import CertificateWatch
from ingest.consumer import Broker, Consumer
from ingest.counts import Counts
from ingest.dead_letters import DeadLetters
from ingest.decode import Publication
from ingest.detection import KEPT_MS, Detection
from ingest.endings import Endings
from ingest.entries import Entries
from ingest.journal import BYTES_MAX, Journal, JournalError
from ingest.looking import Looking
from ingest.notes import NOTE_ROOT
from ingest.progress import Progress
from ingest.relay import Relay
from ingest.retries import Retries
from ingest.scores import Scores
from ingest.visits import Visits
from liftwatch.handlers.alarms import ATTENDED, Life
from liftwatch.ports import Books, TelemetryStore
from liftwatch.register.terminals import Terminal
from liftwatch.telemetry.topics import CANARY_ROOT, filters_of

OWN_ROOTS = (CANARY_ROOT, NOTE_ROOT)
NO_RETRIES = "dead letters cannot be retried now"


class Pipeline:
    """Reception, detection and relay over one data folder, which it holds alone.

    `estates` are those that are heard (none: all); `canary` says how it proves itself;
    `terminals` reads who may speak for which lift; `certificate` is the file of our own;
    `life` is how incidents live here.
    """

    def __init__(
        self,
        folder: Path,
        *,
        broker: Broker,
        books: Books,
        store: TelemetryStore,
        estates: Sequence[str] = (),
        canary: Plan | None = None,
        terminals: Callable[[], Sequence[Terminal]] = tuple,
        certificate: Path | None = None,
        journal_bytes_max: int = BYTES_MAX,
        journal_kept_ms: int = KEPT_MS,
        life: Life = ATTENDED,
    ) -> None:
        self._lock = hold_alone(folder)
        self.books, self.store = books, store
        self.counts = Counts()
        self.bindings = Bindings(folder / "bindings.sqlite", read=terminals)
        self.certificates = CertificateWatch(certificate, registry=self.counts.registry)
        self.journal = Journal(
            folder / "journal.sqlite", bytes_max=journal_bytes_max, decoder=self.bindings.decode
        )
        self.progress = Progress(folder / "progress.sqlite", self.journal.id)
        self.journal.continue_after(self.progress.furthest())
        self.dead_letters = DeadLetters(folder / "dead_letters.sqlite")
        name = self.journal.id[-12:]
        self.canary = canary and Canary(canary, name=name, books=books, serves=estates)
        flights = self.canary.flights if self.canary else None
        self.consumer = Consumer(
            broker,
            self.journal,
            client_id=f"liftwatch-{self.journal.id}",
            on_batch=self._journaled,
            since_ms=max(self.progress.told_ms(), self.journal.newest_ms()),
            topics=filters_of(estates, canary=self.canary.name if self.canary else None),
            on_certificate=self.certificates.shown,
        )
        take = self.consumer.take_again
        retries = Retries(
            self.dead_letters,
            take=take,
            journal=self.journal,
            read_to=lambda: self.detection.batch,
        )
        self.retries = Looking(retries.step, every_s=1.0, trouble=NO_RETRIES)
        self.detection = Detection(
            journal=self.journal,
            progress=self.progress,
            dead_letters=self.dead_letters,
            books=books,
            counts=self.counts,
            settled_ms=self.consumer.settled_ms,
            kept_ms=journal_kept_ms,
            flights=flights,
            estates=estates,
            life=life,
        )
        entries = Entries(books, versions=self.detection.entered_versions, take=take)
        ended = Endings(books, claims=self.detection.fleet.latched, take=take)
        self.looking = Looking(ended.step, entries.step, *self._heard_once(take))
        self.relay = Relay(
            journal=self.journal,
            progress=self.progress,
            dead_letters=self.dead_letters,
            store=store,
            counts=self.counts,
            flights=flights,
        )
        self._watch()

    def _heard_once(
        self, take: Callable[[Sequence[tuple[str, bytes]]], None]
    ) -> tuple[Callable[[], int], ...]:
        """What is numbered by lift, and told until it was heard."""
        fleet = self.detection.fleet
        visits = Visits(self.books, heard=fleet.visits_heard, take=take)
        scores = Scores(self.books, heard=fleet.scores_heard, take=take)
        return visits.step, scores.step

    def _journaled(self, publications: Sequence[Publication]) -> None:
        """Count what was synced, without canaries (others' come along, too) and our own notes."""
        own = sum(one.topic.startswith(OWN_ROOTS) for one in publications)
        if own and self.canary is not None:
            self.canary.flights.journaled(publications)
        self.counts.journaled(len(publications) - own)

    def _watch(self) -> None:
        self.counts.watch(
            "liftwatch_journal_behind_detection",
            "Publications in the journal that detection has not read",
            lambda: self.journal.depth(self.detection.batch),
        )
        self.counts.watch(
            "liftwatch_journal_behind_relay",
            "Publications in the journal that are not in the telemetry store",
            lambda: self.journal.depth(self.relay.batch),
        )
        self.counts.watch(
            "liftwatch_journal_bytes", "Bytes in the journal", lambda: self.journal.size_bytes
        )
        order = self.detection.fleet.order
        self.counts.watch(
            "liftwatch_duplicates", "Messages heard again since the start", lambda: order.duplicates
        )
        self.counts.watch(
            "liftwatch_gaps", "Messages waited for in vain since the start", lambda: order.lost
        )
        self._watch_account()
        if self.canary is not None:
            self.canary.watch(self.counts.registry)

    def _watch_account(self) -> None:
        account = self.detection.account
        self.counts.watch(
            "liftwatch_messages_missing",
            "Messages found missing since the start, less those that came after all",
            lambda: account.missing,
        )
        self.counts.watch(
            "liftwatch_messages_late", "Messages late since the start", lambda: account.late
        )
        self.counts.watch(
            "liftwatch_messages_duplicate",
            "Messages that came again since the start, retained kinds aside",
            lambda: account.duplicates,
        )
        self.counts.watch(
            "liftwatch_messages_jumps",
            "Counts of terminals that leapt too far to be loss, since the start",
            lambda: account.jumps,
        )
        self.counts.watch(
            "liftwatch_account_refused",
            "Figures there was no room for since the start",
            lambda: account.refused,
        )

    def start(self) -> None:
        """Take up where the last run ended, then receive."""
        self.bindings.start()
        self.certificates.start()
        self.detection.start()
        self.relay.start()
        self.consumer.start()
        self.retries.start()
        self.looking.start()
        if self.canary is not None:
            self.canary.start()

    def stop(self) -> None:
        """Stop receiving, finish what is under way, keep the detectors' state."""
        if self.canary is not None:
            self.canary.stop()
        self.looking.stop()
        self.retries.stop()
        self.consumer.stop()
        self.detection.stop()
        self.relay.stop()
        self.certificates.stop()
        self.bindings.stop()
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        self.bindings.close()
        self.journal.close()
        self.progress.close()
        self.dead_letters.close()
        self._lock.close()

    def readiness(self) -> dict[str, str | None]:
        """Each part, and why it is not ready, in one line."""
        detection, relay = self.detection, self.relay
        canary = {} if self.canary is None else {"canary": self.canary.trouble()}
        return {
            "broker": self.consumer.trouble,
            "journal": self.consumer.full,
            "detection": crashed(detection.crashed) or detection.trouble,
            "database": None if self.books.is_ready() else "does not answer",
            "relay": crashed(relay.crashed) or relay.trouble,
            "telemetry": None if self.store.is_ready() else "does not answer",
            **canary,
        }

    def crashed(self) -> bool:
        """Whether a part has ended for good: the whole must be started again."""
        return bool(self.detection.crashed or self.relay.crashed)


def crashed(error: BaseException | None) -> str | None:
    """One line for an error that ended a part."""
    return None if error is None else f"ended: {type(error).__name__}: {error}"[:200]


def hold_alone(folder: Path) -> IO[str]:
    """The folder, locked against a second service: two would take each other's session."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise JournalError(f"data folder {folder}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise JournalError(f"data folder {folder}: another liftwatch is using it") from None
    return lock

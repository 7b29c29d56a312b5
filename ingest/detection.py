"""Reads the journal into the detectors, and carries their alarms into the incidents.

After a crash it goes on from its last checkpoint: what it hears again it has heard before, what
it claims again was claimed before, and the incidents count each claim once.
"""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

import structlog

from detectors.fleet import Fleet
from detectors.order import TooMany
from ingest.account import Account
from ingest.counts import Counts
from ingest.dead_letters import DeadLetter, DeadLetters
from ingest.decode import Decoded
from ingest.flights import Flights
from ingest.journal import Batch, Journal, JournalError
from ingest.letters import failed, refused
from ingest.notes import Note
from ingest.progress import DETECTION, RELAY, Progress
from ingest.retry import Stopped, until_it_works
from ingest.salvage import Damage
from ingest.visits import take_visit
from liftwatch import clock
from liftwatch.handlers.alarms import ATTENDED, Life, apply_alarm
from liftwatch.handlers.care_faults import is_told, keep_told
from liftwatch.handlers.register import take_in
from liftwatch.incidents.incident import AlarmChange
from liftwatch.ports import Books, LiftRow, StoreUnavailable
from liftwatch.register.changes import Origin
from liftwatch.telemetry.messages import Message, Online, Register, Rejection
from liftwatch.telemetry.signals import state_data
from liftwatch.telemetry.topics import CANARY_AREA

log = structlog.get_logger()

TICK_S = 0.25  # a deadline is judged at most 1 s after it (contract, section 2)
CHECKPOINT_S, BOARD_S = 10.0, 1.0
KEPT_MS = clock.HOUR_MS  # of the journal, after all have read it: to look at what just happened
PROGRESS, BOARD, ACCOUNT, WITHHELD = "progress", "board", "account", "withheld"  # in trouble
WITHHELD_MAX = 1_000  # kept in memory while the database is away, the newest
ACCOUNT_ROWS, ACCOUNT_BOOTS = 1_000, 100  # published at once, likewise
BOARD_LIFTS = 1_000  # rows of the fleet's board written at once; the others wait a second


class Detection:
    """One thread between the journal and the incidents."""

    def __init__(
        self,
        *,
        journal: Journal,
        progress: Progress,
        dead_letters: DeadLetters,
        books: Books,
        counts: Counts,
        settled_ms: Callable[[], int],
        kept_ms: int = KEPT_MS,
        flights: Flights | None = None,
        estates: Collection[str] = (),
        life: Life = ATTENDED,
    ) -> None:
        self._journal, self._progress, self._dead = journal, progress, dead_letters
        self._books, self._counts, self._settled_ms = books, counts, settled_ms
        self._kept_ms = kept_ms
        self._flights, self._estates = flights, frozenset(estates)
        self._apply_one = partial(apply_alarm, books, life=life)
        self.fleet, self.account = Fleet(), Account()
        self.batch = self._known = progress.cursor(DETECTION)
        self._stopping = threading.Event()
        self._online: dict[str, str] = {}
        self._heard: dict[str, Message] = {}
        self._said: dict[str, Origin] = {}
        self._unsaved: set[str] = set()
        self._saved_s = self._shown_s = clock.monotonic_s()
        self._troubles: dict[str, str] = {}
        self.crashed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="detection", daemon=True)

    def start(self) -> None:
        """Take up the last checkpoint and begin."""
        self.restore()
        self._thread.start()

    def stop(self) -> None:
        """End after the batch under way, with a checkpoint."""
        self._stopping.set()
        self._journal.wake()
        self._thread.join()

    def restore(self) -> None:
        """The detectors as of the last checkpoint."""
        self.fleet.order.restore(self._progress.streams())
        for body in self._progress.banks():
            self.fleet.restore_lift(body, estates=self._estates)
        self.fleet.clock_ms = self._progress.clock_ms()
        if whole := self._progress.whole():
            self.fleet.restore_fleet(whole)
        self.account.restore(self._progress.account_rows(), self._progress.account_terminals())
        self._known = self._progress.position()
        if self.batch >= self._known:  # else reading up to there comes first
            self._retell(self.batch)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                if not self.step():
                    self._journal.wait(self.batch, TICK_S)
            self.show_board(everything=True)
            while self.publish_account():
                pass
            self.checkpoint()
        except Stopped:
            return  # without a checkpoint: what was not carried out is claimed again next time
        except BaseException as error:
            self.crashed = error
            log.exception("detection ended")
            raise

    def step(self) -> bool:
        """One round: the next batches, or else the time; whether there was a batch."""
        settled_ms = self._settled_ms()
        batches = list(self._journal.read(self.batch))
        for batch in batches:
            self.take(batch)
        if not batches:
            self._let_pass(settled_ms)
        if self.fleet.withheld:
            self._keep_withheld()
        now_s = clock.monotonic_s()
        if now_s - self._shown_s >= BOARD_S:
            self.show_board()
            self.publish_account()
        if now_s - self._saved_s >= CHECKPOINT_S:
            self.checkpoint()
        return bool(batches)

    def take(self, batch: Batch) -> None:
        """Hear everything of one batch, in order.

        What lies before the checkpoint is read again only for the messages that were waiting for
        their predecessors then: all others are duplicates, and no time passes.
        """
        decoded = batch.decoded()
        fresh = batch.id > self._known
        if batch.damage is not None and fresh:
            self._declare(batch.id, batch.damage)
        self._keep_odd(batch.id, decoded)
        for place, (publication, said) in enumerate(zip(batch.publications, decoded, strict=True)):
            if fresh and said.messages and said.messages[0].area != CANARY_AREA:
                self.account.hear_all(said.messages)
            for message in said.messages:
                if message.area == CANARY_AREA:
                    self._judge_canary(message)
                    continue
                if not fresh and not message.is_counted:
                    continue  # nothing of a foreign device waits, so it was heard
                self._note(message)
                if changes := self._hear(message, batch.id, place):
                    self._apply(changes)
            if fresh:
                if said.note is not None:
                    self._apply(self._take_note(said.note, publication.received_ms))
                if changes := self.fleet.advance(publication.received_ms):
                    self._apply(changes)
        if fresh:
            self._keep_told(decoded)
        if batch.id >= self._known:
            self._retell(batch.id)
        self.batch = batch.id

    def _keep_told(self, decoded: Sequence[Decoded]) -> None:
        """Write codes and visits into the history, whatever they raised."""
        told = [one for said in decoded for one in said.messages if is_told(one)]
        if told:
            self._until_it_works(partial(keep_told, self._books, told), "fault history")

    def _judge_canary(self, message: Message) -> None:
        """Seen is all there is to it: it is no lift and counts nowhere."""
        if self._flights is not None:
            self._flights.judged(message)

    def _take_note(self, note: Note, received_ms: int) -> list[AlarmChange]:
        """Take in when we could not hear, or that our clock has stepped."""
        if note.what == "step":
            return self.fleet.step(note.ms)
        if note.what == "retry":
            retried = partial(self._dead.note_retried, note.letter, received_ms)
            self._until_it_works(retried, "file of dead letters")
            return []
        if (said := note.entered) is not None:
            return self.fleet.enter(said.lift, said.facts, version=said.version, at_ms=received_ms)
        if note.ended is not None:
            return self.fleet.end(note.ended)
        if note.visited is not None:
            return take_visit(self.fleet, note.visited, received_ms=received_ms)
        if note.scored is not None:
            return self.fleet.assess(note.scored, at_ms=received_ms)
        self.fleet.link(note.what == "up", received_ms)
        return []

    def _declare(self, batch: int, damage: Damage) -> None:
        """Tell what the journal had and the disk has lost."""
        missing = "an unknown number of" if damage.publications is None else damage.publications
        detail = f"{damage.detail}: {missing} publications are missing"
        log.error("journal damaged", detail=detail)
        self._counts.damaged(damage.publications)
        self._counts.buried("journal_damaged")
        letter = Rejection(
            reason="journal_damaged",
            detail=detail,
            topic="",
            payload=damage.body,
            received_ms=self.fleet.clock_ms,
        )
        self._keep([DeadLetter(batch, -1, letter)])

    def _keep(self, letters: Sequence[DeadLetter]) -> None:
        self._until_it_works(lambda: self._dead.keep(letters), "file of dead letters")

    def _until_it_works(self, attempt: Callable[[], object], what: str) -> None:
        tell = partial(self._tell, what)
        if not until_it_works(attempt, stopping=self._stopping, what=what, tell=tell):
            raise Stopped

    def _retell(self, batch: int) -> None:
        """Tell the times again that were told after a batch, before a crash."""
        for tick_ms in self._progress.ticks(batch):
            self._apply(self.fleet.advance(tick_ms))

    def _hear(self, message: Message, batch: int, place: int) -> list[AlarmChange]:
        try:
            return self.fleet.hear(message, batch)
        except TooMany as error:
            letter = refused(message, error.reason, str(error))
        except Exception as error:
            log.exception("a message ended in an error", lift=message.lift, kind=message.kind)
            letter = failed(message, error)
        self._counts.buried(letter.reason)
        self._keep([DeadLetter(batch, place, letter)])
        return []

    def _let_pass(self, settled_ms: int) -> None:
        """Tell the time while nothing comes; first note that it was told, for after a crash."""
        if self.fleet.is_due(settled_ms):
            try:
                self._progress.note_tick(self.batch, settled_ms)
            except StoreUnavailable as error:  # an alarm does not wait for a disk to have room
                self._tell(PROGRESS, str(error))
            self._apply(self.fleet.advance(settled_ms))

    def _apply(self, changes: Iterable[AlarmChange]) -> None:
        for change in changes:
            self._counts.changed(change.kind, change.edge)
            self._until_it_works(partial(self._apply_one, change), "incident database")

    def _keep_withheld(self) -> None:
        """Write down what was not raised during a visit; it is a list to be read, no alarm."""
        rows = self.fleet.withheld
        try:
            with self._books.begin() as work:
                work.note_withheld(rows)
        except Exception as error:  # noqa: BLE001 - it is tried again with the next round
            self._tell(WITHHELD, f"what a visit hides: {error}")
            self.fleet.withheld = rows[-WITHHELD_MAX:]
            return
        self._tell(WITHHELD, None)
        self.fleet.withheld = []

    def entered_versions(self) -> dict[str, int]:
        """By which version of its record each lift is judged; any thread may ask."""
        banks = self.fleet.banks.copy()  # in one step: this thread goes on adding to them
        return {lift: bank.view.entered_version for lift, bank in banks.items()}

    @property
    def trouble(self) -> str | None:
        """What does not work now, in one line; None when all does."""
        return "; ".join(self._troubles.values()) or None

    def _tell(self, what: str, trouble: str | None) -> None:
        if trouble is None:
            self._troubles.pop(what, None)
        else:
            self._troubles[what] = trouble[:200]

    def _note(self, message: Message) -> None:
        if not message.late and not message.again:
            self._heard[message.lift] = message
            if isinstance(message.body, Register):
                self._said[message.lift] = Origin(message.body.terminal, message.received_ms)
            if isinstance(message.body, Online) and message.body.status:
                self._online[message.lift] = message.body.status

    def _keep_odd(self, batch: int, decoded: Sequence[Decoded]) -> None:
        messages: Counter[str] = Counter()
        dead: Counter[str] = Counter()
        ignored: Counter[str] = Counter()
        letters: list[DeadLetter] = []
        odd: list[Message] = []
        for place, said in enumerate(decoded):
            if said.messages and said.messages[0].area != CANARY_AREA:
                messages.update([message.kind for message in said.messages])
            odd += [message for message in said.messages if message.set_aside]
            if said.ignored:
                ignored.update(said.ignored)
            for rejection in said.rejections:
                dead[rejection.reason] += 1
                letters.append(DeadLetter(batch, place, rejection))
        if letters:
            self._keep(letters)
        if odd:
            self._until_it_works(lambda: self._dead.count_set_aside(odd), "file of dead letters")
        self._counts.decoded(messages=messages, dead=dead, ignored=ignored)

    def show_board(self, *, everything: bool = False) -> None:
        """Write how the lifts heard of stand now, for whoever looks at the fleet."""
        lifts = list(self._heard) if everything else list(self._heard)[:BOARD_LIFTS]
        rows = [row for lift in lifts if (row := self._row(lift)) is not None]
        self._shown_s = clock.monotonic_s()
        if not rows:
            return
        try:
            with self._books.begin() as work:
                take_in(work, rows, said=self._said)
        except Exception as error:  # noqa: BLE001 - the board is shown again in a second
            self._tell(BOARD, f"board of lifts: {error}")
            return
        self._tell(BOARD, None)
        for lift in lifts:
            del self._heard[lift]
            self._said.pop(lift, None)

    def _row(self, lift: str) -> LiftRow | None:
        message, bank = self._heard[lift], self.fleet.banks.get(lift)
        if bank is None:
            return None
        now = bank.view.now
        return LiftRow(
            lift=lift,
            area=message.area,
            estate=message.estate,
            facts=bank.view.told,
            state=state_data(now.state) if now else None,
            state_ms=now.at_ms if now else None,
            online=self._online.get(lift),
            heard_ms=message.received_ms,
            exercise=message.exercise,
        )

    def publish_account(self) -> bool:
        """Write what is longest waiting of the account of loss; whether there is more."""
        rows, streams = self.account.unpublished(
            self._journal.id, rows=ACCOUNT_ROWS, streams=ACCOUNT_BOOTS
        )
        if not rows and not streams:
            return False
        try:
            with self._books.begin() as work:
                work.put_account(rows)
                work.put_gaps(streams)
        except Exception as error:  # noqa: BLE001 - the account is published again in a second
            self._tell(ACCOUNT, f"account of loss: {error}")
            return False
        self._tell(ACCOUNT, None)
        self.account.published(rows=len(rows), streams=len(streams))
        return True

    def checkpoint(self) -> None:
        """Keep the state of the detectors as of the last batch; when there is no room, later."""
        touched = self.fleet.touched
        held = min(self.fleet.order.held_places(), default=self.batch + 1)
        self._saved_s = clock.monotonic_s()
        try:
            self._progress.checkpoint(
                batch=min(self.batch, held - 1),
                position=max(self.batch, self._known),  # while it reads again, it knows more
                clock_ms=self.fleet.clock_ms,
                banks=((lift, self.fleet.save_lift(lift)) for lift in sorted(touched)),
                streams=self.fleet.order.save(),
                fleet=self.fleet.save_fleet(),
                account=self.account.unsaved(),
            )
        except StoreUnavailable as error:
            self._tell(PROGRESS, str(error))
            return
        self._tell(PROGRESS, None)
        self.account.saved()
        self.fleet.touched = set()
        self._drop_old()

    def _drop_old(self) -> None:
        passed = min(self._progress.cursor(RELAY), self._progress.cursor(DETECTION))
        try:
            self._journal.drop(passed, before_ms=self.fleet.clock_ms - self._kept_ms)
        except JournalError as error:
            log.warning("journal keeps more than it must", reason=str(error))

"""The account of loss: what each terminal sent that never came, and what came late or twice.

Fed with every message of the journal in order, once; its rows and streams are saved with the
detectors' checkpoint, so that a crash changes no figure (`docs/decisions/0008`).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import structlog
from msgspec import Struct

from detectors.order import BOOTS_MAX, TERMINALS_MAX
from ingest.account_stream import Outcome, Stream
from liftwatch.account import AccountRow, StreamGaps
from liftwatch.clock import DAY_MS, ESTATE_MS, estate_day, wire_ms
from liftwatch.telemetry.messages import COUNTING, RETAINED, Message, Online

log = structlog.get_logger()

DAYS_KEPT = 9  # messages are taken for 7 days (contract, Envelope), and days have two edges
DAYS_SHOWN_AGAIN = 2  # published again at a start: what was not published before a crash
ROWS_MAX = 500_000  # ten thousand lifts have 200 000 in nine days, some 100 MB
PAST_MAX = 16  # boots of which only the name is remembered
SETTLING_MS = 2_000  # after the first word of a terminal a broker hands out what it kept
SHY = frozenset({"register", "online"})

Name = tuple[str, str, str]
"""Of a terminal: area, estate, terminal."""


class Row(Struct):
    """The figures of a terminal for a lift and a day; lift "" is the whole terminal."""

    area: str
    estate: str
    terminal: str
    lift: str
    day: int
    received: int = 0
    late: int = 0
    duplicates: int = 0
    ahead_ms: int | None = None
    missing: int = 0
    jumps: int = 0
    is_saved: bool = True
    is_published: bool = True


class Terminal(Struct):
    """The boots of a terminal, the latest last; of `past` ones only the names are known."""

    first_ms: int
    begun: bool = False
    boots: dict[str, Stream] = {}
    past: list[str] = []


class Saving(NamedTuple):
    """What has changed since the last checkpoint, and the first day that is still kept."""

    rows: Sequence[Row] = ()
    terminals: Sequence[tuple[Name, Terminal]] = ()
    first_day: int = 0


class _Voice:
    """One boot of a terminal at hand, with the rows it adds to."""

    __slots__ = ("boot", "is_published", "is_saved", "name", "rows", "stream", "terminal")

    def __init__(self, name: Name, terminal: Terminal, boot: str) -> None:
        self.name, self.terminal, self.boot = name, terminal, boot
        self.stream = terminal.boots.get(boot)
        self.rows: dict[tuple[str, int], tuple[Row, Row]] = {}
        self.is_published = self.is_saved = True


class Account:
    """All terminals and rows. The totals are those since the start of the process."""

    def __init__(self) -> None:
        self.missing = self.late = self.duplicates = self.jumps = self.refused = 0
        self._terminals: dict[Name, Terminal] = {}
        self._voices: dict[tuple[str, str, str, str], _Voice] = {}
        self._rows: dict[tuple[Name, str, int], Row] = {}
        self._today = 0
        self._unsaved_rows: list[Row] = []
        self._unsaved: list[_Voice] = []
        self._unpublished_rows: list[Row] = []
        self._unpublished: list[_Voice] = []

    def hear(self, message: Message) -> None:
        """Count one message."""
        self.hear_all((message,))

    def hear_all(self, messages: Sequence[Message]) -> None:
        """Count the messages of one publication, which have area and estate in common."""
        voice, terminal, boot = None, "", ""
        for message in messages:
            body = message.body
            if body.boot != boot or body.terminal != terminal:
                terminal, boot = body.terminal, body.boot
                voice = self._voices.get((message.area, message.estate, terminal, boot))
                if voice is None:
                    voice = self._open(message)
            if voice is None:
                self.refused += 1
                continue
            stream = voice.stream
            if (
                stream is not None
                and body.seq == stream.next_seq
                and not stream.ahead
                and message.kind != "online"
                and message.source in COUNTING
            ):
                stream.next_seq += 1
                if voice.is_saved:
                    self._note_unsaved(voice)
            elif not self._hear_odd(message, voice):
                continue
            day = (message.at_ms + ESTATE_MS) // DAY_MS
            row, whole = voice.rows.get((message.lift, day)) or self._rows_of(message, voice)
            row.received += 1
            whole.received += 1
            if message.late:
                row.late += 1
                self.late += 1
            if not message.again:
                said_ms = message.stored_ms if message.clock_ok else wire_ms(body.at)
                ahead_ms = said_ms - message.received_ms
                if row.ahead_ms is None or ahead_ms > row.ahead_ms:
                    row.ahead_ms = ahead_ms
            if row.is_saved or row.is_published:
                self._touch(row)
            if whole.is_saved or whole.is_published:
                self._touch(whole)

    def _hear_odd(self, message: Message, voice: _Voice) -> bool:
        """Whatever does not simply follow: whether it is new."""
        if message.source not in COUNTING or voice.stream is None:
            return True
        self._note_unsaved(voice)
        if (
            message.kind == "state"
            and _is_settling(voice.terminal, message)
            and voice.stream.joined(message.body.seq)
        ):
            return True
        outcome = self._judge(message, voice, voice.stream)
        if not outcome.is_new and message.kind not in RETAINED and not message.again:
            row, _ = self._rows_of(message, voice)
            row.duplicates += 1
            self.duplicates += 1
            self._touch(row)
        return outcome.is_new

    def _note_unsaved(self, voice: _Voice) -> None:
        if voice.is_saved:
            voice.is_saved = False
            self._unsaved.append(voice)

    def _judge(self, message: Message, voice: _Voice, stream: Stream) -> Outcome:
        seq, terminal = message.body.seq, voice.terminal
        shy = message.kind in SHY or (message.kind == "state" and _is_settling(terminal, message))
        if stream.next_seq < 0 and (terminal.begun or not shy):
            stream.begin(0 if terminal.begun else seq)
            terminal.begun = True
        day = estate_day(message.at_ms)
        if isinstance(message.body, Online) and message.body.status == "online":
            self._apply(voice, stream.excuse(seq - 1), day)
        outcome = stream.hear(seq, day, shy=shy, kept=message.kind in RETAINED)
        self._apply(voice, outcome, day)
        return outcome

    def _apply(self, voice: _Voice, outcome: Outcome, day: int) -> None:
        """Put gaps, fillings and jumps into the rows of the terminal."""
        for of_day, more in outcome.missing:
            self.missing += more
            row = self._row(voice.name, "", of_day)
            row.missing += more
            self._touch(row)
        if outcome.jumps:
            self.jumps += outcome.jumps
            row = self._row(voice.name, "", day)
            row.jumps += outcome.jumps
            self._touch(row)
        if (outcome.missing or outcome.jumps) and voice.is_published:
            voice.is_published = False
            self._unpublished.append(voice)

    def _open(self, message: Message) -> _Voice | None:
        """A boot that is not at hand; None when there is no room for another terminal."""
        name, boot = (message.area, message.estate, message.body.terminal), message.body.boot
        terminal = self._terminals.get(name)
        if terminal is None:
            if len(self._terminals) >= TERMINALS_MAX:
                return None
            terminal = self._terminals[name] = Terminal(message.received_ms)
        if message.source not in COUNTING or boot in terminal.past:
            return _Voice(name, terminal, boot)
        terminal.boots[boot] = Stream()
        while len(terminal.boots) > BOOTS_MAX:
            old = next(iter(terminal.boots))
            del terminal.boots[old], self._voices[*name, old]
            terminal.past = [*terminal.past[1 - PAST_MAX :], old]
        return self._voice(name, terminal, boot)

    def _voice(self, name: Name, terminal: Terminal, boot: str) -> _Voice:
        voice = self._voices[*name, boot] = _Voice(name, terminal, boot)
        return voice

    def _rows_of(self, message: Message, voice: _Voice) -> tuple[Row, Row]:
        """The rows of the lift and of the terminal for the day of a message."""
        day = estate_day(message.at_ms)
        rows = voice.rows.get((message.lift, day))
        if rows is None:
            today = estate_day(message.received_ms)
            if today != self._today:
                self._begin_day(today)
            rows = (self._row(voice.name, message.lift, day), self._row(voice.name, "", day))
            if rows[0].day and rows[1].day:
                voice.rows[message.lift, day] = rows
        return rows

    def _row(self, name: Name, lift: str, day: int) -> Row:
        row = self._rows.get((name, lift, day))
        if row is None:
            row = Row(*name, lift, day)
            # of a day that has left memory the whole is not known here: a dead letter, retried late
            if day < self._today - DAYS_KEPT or len(self._rows) >= ROWS_MAX:
                self.refused += 1
                row.day, row.is_saved, row.is_published = 0, False, False  # nobody will see it
                return row
            self._rows[name, lift, day] = row
        return row

    def _begin_day(self, today: int) -> None:
        """Forget days that no message can belong to any more."""
        self._today = today
        first = today - DAYS_KEPT
        self._rows = {key: row for key, row in self._rows.items() if row.day >= first}
        for voice in self._voices.values():
            voice.rows = {}

    def _touch(self, row: Row) -> None:
        if row.is_saved:
            row.is_saved = False
            self._unsaved_rows.append(row)
        if row.is_published:
            row.is_published = False
            self._unpublished_rows.append(row)

    def unsaved(self) -> Saving:
        """What a checkpoint must keep."""
        terminals = list({voice.name: voice.terminal for voice in self._unsaved}.items())
        return Saving(self._unsaved_rows, terminals, self._today - DAYS_KEPT)

    def saved(self) -> None:
        """The checkpoint has kept it."""
        for row in self._unsaved_rows:
            row.is_saved = True
        for voice in self._unsaved:
            voice.is_saved = True
        self._unsaved_rows, self._unsaved = [], []

    def restore(self, rows: Iterable[Row], terminals: Iterable[tuple[Name, Terminal]]) -> None:
        """Continue from a checkpoint; what may not have been published is to be published."""
        for row in rows:
            row.is_saved = row.is_published = True
            self._rows[(row.area, row.estate, row.terminal), row.lift, row.day] = row
        for name, terminal in terminals:
            self._terminals[name] = terminal
            for boot in terminal.boots:
                voice = self._voice(name, terminal, boot)
                voice.is_published = False
                self._unpublished.append(voice)
        newest = self._today = max((row.day for row in self._rows.values()), default=0)
        for row in self._rows.values():
            if row.day > newest - DAYS_SHOWN_AGAIN:
                row.is_published = False
                self._unpublished_rows.append(row)

    def unpublished(
        self, source: str, *, rows: int, streams: int
    ) -> tuple[list[AccountRow], list[StreamGaps]]:
        """Some of what others are to see, the longest waiting first."""
        shown = [shown_row(source, row) for row in self._unpublished_rows[:rows]]
        return shown, [shown_gaps(source, voice) for voice in self._unpublished[:streams]]

    def published(self, *, rows: int, streams: int) -> None:
        """So many of them have been published."""
        for row in self._unpublished_rows[:rows]:
            row.is_published = True
        for voice in self._unpublished[:streams]:
            voice.is_published = True
        del self._unpublished_rows[:rows], self._unpublished[:streams]

    def rows(self) -> list[Row]:
        """All figures of the days that are kept."""
        return list(self._rows.values())

    def gaps(self) -> dict[tuple[str, str, str, str], list[tuple[int, int, int]]]:
        """What is missing of each boot at hand."""
        return {key: list(v.stream.missing) for key, v in self._voices.items() if v.stream}


def _is_settling(terminal: Terminal, message: Message) -> bool:
    """Whether what comes may be what a broker had kept: the terminal has hardly been heard."""
    since_ms = message.received_ms - terminal.first_ms
    return not terminal.begun and 0 <= since_ms < SETTLING_MS


def shown_row(source: str, row: Row) -> AccountRow:
    """A row as others see it, with the journal it was counted from."""
    return AccountRow(
        source=source,
        area=row.area,
        estate=row.estate,
        terminal=row.terminal,
        lift=row.lift,
        day=row.day,
        received=row.received,
        late=row.late,
        duplicates=row.duplicates,
        ahead_ms=row.ahead_ms,
        missing=row.missing,
        jumps=row.jumps,
    )


def shown_gaps(source: str, voice: _Voice) -> StreamGaps:
    """The gaps of one boot as others see them."""
    area, estate, terminal = voice.name
    gaps = tuple(voice.stream.missing) if voice.stream else ()
    return StreamGaps(
        source=source, area=area, estate=estate, terminal=terminal, boot=voice.boot, gaps=gaps
    )

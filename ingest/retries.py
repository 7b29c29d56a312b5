"""Dead letters that somebody asked to try once more go into the journal again, each once.

The command asks in the file of dead letters; whoever holds the data folder carries it out. A letter
counts as retried when detection has read it in the journal, so a crash in between neither loses
it nor tries it twice.
"""

from collections.abc import Callable, Sequence

import structlog

from ingest.dead_letters import DeadLetters, Letter, LetterFilter, payload_again
from ingest.journal import Journal
from ingest.notes import RETRY, Retry, write_retry

log = structlog.get_logger()

AT_ONCE = 500


class Retries:
    """Looks for letters asked for, once all that lay in the journal was read."""

    def __init__(
        self,
        letters: DeadLetters,
        *,
        take: Callable[[Sequence[tuple[str, bytes]]], None],
        journal: Journal,
        read_to: Callable[[], int],
    ) -> None:
        self._letters, self._take, self._read_to = letters, take, read_to
        self._begins_after = journal.head()
        self._under_way: set[tuple[int, int]] = set()

    def step(self) -> int:
        """Put the next letters into the journal; how many. Raises StoreUnavailable."""
        if self._read_to() < self._begins_after:
            return 0  # one of an earlier run may be among what is still to be read
        asked = set(self._letters.asked())
        self._under_way &= asked  # what detection has read is over
        new = sorted(asked - self._under_way)[:AT_ONCE]
        if new:
            ids = tuple(id for id, _ in new)
            letters = self._letters.letters(LetterFilter(ids=ids), limit=AT_ONCE)
            self._take([entry_of(one) for one in reversed(letters)])
            self._under_way.update(new)
            log.info("dead letters are tried once more", count=len(letters))
        return len(new)


def entry_of(letter: Letter) -> tuple[str, bytes]:
    """The entry of the journal that repeats a letter."""
    said = letter.rejection
    retry = Retry(letter.id, said.topic, payload_again(said), said.received_ms)
    return RETRY, write_retry(retry)

"""The log between the broker and everything behind it."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.decode import Publication
from ingest.journal import Journal, JournalError
from ingest.pipeline import hold_alone
from ingest.progress import DETECTION, RELAY, Progress


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    made = Journal(tmp_path / "journal.sqlite")
    yield made
    made.close()


def some(first: int, count: int) -> list[Publication]:
    """Publications that can be told apart."""
    return [
        Publication(f"topic/{n}", bytes([n % 256, 0, 255]), n) for n in range(first, first + count)
    ]


def test_what_is_appended_is_read_in_order(journal: Journal) -> None:
    """By any reader, from where it is."""
    first = journal.append(some(0, 3))
    second = journal.append(some(3, 2))
    batches = list(journal.read(0))
    assert [batch.id for batch in batches] == [first, second]
    assert [p for batch in batches for p in batch.publications] == some(0, 5)
    assert [batch.id for batch in journal.read(first)] == [second]
    assert journal.head() == second
    assert (journal.depth(0), journal.depth(first)) == (5, 2)


def test_it_outlives_its_process(tmp_path: Path) -> None:
    """Opened again, it is the same journal with the same content, and counts on."""
    one = Journal(tmp_path / "j.sqlite")
    id, last = one.id, one.append(some(0, 3))
    one.drop(last, before_ms=2)
    assert one.depth(0) == 3
    one.drop(last, before_ms=3)
    assert one.depth(0) == 0
    one.close()
    again = Journal(tmp_path / "j.sqlite")
    assert again.id == id
    assert again.head() == last
    assert again.append(some(3, 1)) > last
    again.close()


def test_a_batch_that_is_not_whole_is_told(journal: Journal, tmp_path: Path) -> None:
    """A byte of it changed on disk."""
    journal.append(some(0, 3))
    with sqlite3.connect(tmp_path / "journal.sqlite") as db:
        db.execute("UPDATE batch SET body = CAST(substr(body, 1, 9) AS BLOB)")
    db.close()
    with pytest.raises(JournalError, match="batch 1 is not whole"):
        list(journal.read(0))


def test_a_waiting_reader_is_woken_by_what_comes(journal: Journal) -> None:
    """Without waiting for its time to be over."""
    seen: list[int] = []

    def read() -> None:
        journal.wait(0, 60)
        seen.extend(batch.id for batch in journal.read(0))

    reader = threading.Thread(target=read)
    reader.start()
    journal.append(some(0, 1))
    reader.join(30)
    assert seen == [1]


def test_a_folder_is_held_by_one(tmp_path: Path) -> None:
    """A second service is told."""
    with hold_alone(tmp_path), pytest.raises(JournalError, match="another liftwatch"):
        hold_alone(tmp_path)
    hold_alone(tmp_path).close()


def test_progress_belongs_to_its_journal(tmp_path: Path) -> None:
    """With another journal every reader begins at its beginning."""
    one = Progress(tmp_path / "p.sqlite", "journal-1")
    one.set_cursor(RELAY, 7)
    one.checkpoint(batch=5, position=6, clock_ms=9, banks=[("L", [b"x"])], streams={})
    one.close()
    same = Progress(tmp_path / "p.sqlite", "journal-1")
    assert (same.cursor(RELAY), same.cursor(DETECTION), same.clock_ms()) == (7, 5, 9)
    assert same.position() == 6
    assert list(same.banks()) == [b"x"]
    same.close()
    other = Progress(tmp_path / "p.sqlite", "journal-2")
    assert (other.cursor(RELAY), other.cursor(DETECTION)) == (0, 0)
    other.close()


def test_a_message_without_a_clock_keeps_its_first_reception(tmp_path: Path) -> None:
    """However often a broker hands it out again."""
    progress = Progress(tmp_path / "p.sqlite", "journal")
    assert progress.first_received_ms(("T", "b", 1), 100) == 100
    assert progress.first_received_ms(("T", "b", 1), 900) == 100
    assert progress.first_received_ms(("T", "b", 2), 900) == 900
    progress.close()

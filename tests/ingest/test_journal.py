"""The log between the broker and everything behind it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.decode import Decoded, Publication, decode
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


def test_at_its_limit_it_refuses_until_there_is_room(tmp_path: Path) -> None:
    """Rather than forgetting what somebody has not read."""
    journal = Journal(tmp_path / "j.sqlite", bytes_max=2_000)
    last = 0
    with pytest.raises(JournalError, match="limit of 0 MiB is reached"):
        for n in range(100):
            last = journal.append(some(n * 10, 10))
    assert journal.depth(0) == journal.depth(last - 1) + (last - 1) * 10
    assert 2_000 <= journal.size_bytes < 2_500
    journal.drop(last - 2, before_ms=0)  # young, but passed by all, and it is nearly full
    assert journal.depth(0) == 20
    last = journal.append(some(0, 10))
    journal.close()
    again = Journal(tmp_path / "j.sqlite", bytes_max=2_000)
    assert 500 < again.size_bytes < 1_000
    assert (again.depth(0), again.depth(last - 1)) == (30, 10)
    again.close()


def test_a_reader_that_keeps_up_and_one_that_does_not_see_the_same(tmp_path: Path) -> None:
    """From memory, from disk, and from both in turns."""
    journal = Journal(tmp_path / "j.sqlite")
    for n in range(300):
        journal.append(some(n * 100, 100))
    slow: list[int] = []
    after = 0
    while batches := list(journal.read(after, batches=7)):
        slow += [batch.id for batch in batches]
        after = batches[-1].id
    assert slow == list(range(1, 301))
    assert [batch.id for batch in journal.read(298)] == [299, 300]
    assert [one for batch in journal.read(150) for one in batch.publications][:100] == some(
        15_000, 100
    )
    journal.close()


def test_what_two_readers_read_is_decoded_once(tmp_path: Path) -> None:
    """Decoding costs more than reading."""
    count = 0

    def decoder(publication: Publication) -> Decoded:
        nonlocal count
        count += 1
        return decode(publication)

    journal = Journal(tmp_path / "j.sqlite", decoder=decoder)
    journal.append(some(0, 10))
    for _ in range(2):
        (batch,) = journal.read(0)
        assert len(batch.decoded()) == 10
    assert count == 10
    journal.close()


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
    one.checkpoint(batch=5, position=6, clock_ms=9, banks=[("L", [b"x"])], streams={}, fleet=b"y")
    one.close()
    same = Progress(tmp_path / "p.sqlite", "journal-1")
    assert (same.cursor(RELAY), same.cursor(DETECTION), same.clock_ms()) == (7, 5, 9)
    assert (same.position(), same.whole()) == (6, b"y")
    assert list(same.banks()) == [b"x"]
    same.close()
    other = Progress(tmp_path / "p.sqlite", "journal-2")
    assert (other.cursor(RELAY), other.cursor(DETECTION)) == (0, 0)
    other.close()


def test_a_message_without_a_clock_keeps_its_first_reception(tmp_path: Path) -> None:
    """However often a broker hands it out again."""
    progress = Progress(tmp_path / "p.sqlite", "journal")
    assert progress.first_received_ms([(("T", "b", 1), 100)]) == [100]
    assert progress.first_received_ms([(("T", "b", 1), 900), (("T", "b", 2), 900)]) == [100, 900]
    progress.close()

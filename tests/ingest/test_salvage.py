"""A journal whose disk has damaged it: what is whole is read, what is not is told exactly."""

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.decode import Publication
from ingest.journal import Batch, Journal

BATCHES, EACH = 40, 25


def some(first: int, count: int) -> list[Publication]:
    """Publications that can be told apart."""
    return [Publication(f"topic/{n}", b"%d " % n * 20, n) for n in range(first, first + count)]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a journal of 1000 publications, closed."""
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder / "journal.sqlite")
    for n in range(BATCHES):
        journal.append(some(n * EACH, EACH))
    journal.close()
    return folder


def read_all(journal: Journal) -> list[Batch]:
    """Every batch there is."""
    found: list[Batch] = []
    while batches := list(journal.read(found[-1].id if found else 0)):
        found += batches
    return found


def accounted(batches: list[Batch]) -> tuple[list[Publication], int, bool]:
    """What is whole, how many are declared missing, and whether that number is known."""
    whole = [one for batch in batches for one in batch.publications]
    damages = [batch.damage for batch in batches if batch.damage is not None]
    missing = sum(damage.publications or 0 for damage in damages)
    return whole, missing, all(damage.publications is not None for damage in damages)


@settings(max_examples=60)
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(1, 255), count=st.integers(1, 40))
def test_damaged_bytes_of_a_batch_cost_no_publication_beside_them(
    tmp_path_factory: pytest.TempPathFactory, place: float, value: int, count: int
) -> None:
    """Wherever they lie: in a topic, a payload or a length."""
    path = tmp_path_factory.mktemp("damaged") / "j.sqlite"
    journal = Journal(path)
    journal.append(some(0, EACH))
    journal.append(some(EACH, EACH))
    journal.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        body = bytearray(db.execute("SELECT body FROM batch WHERE id = 1").fetchone()[0])
        start = int(place * len(body))
        for at in range(start, min(start + count, len(body))):
            body[at] ^= value
        db.execute("UPDATE batch SET body = ? WHERE id = 1", (bytes(body),))
    again = Journal(path)
    first, second = again.read(0)
    again.close()
    assert second.publications == some(EACH, EACH)
    assert first.damage is not None
    assert first.damage.publications == EACH - len(first.publications) <= 3
    assert all(one in some(0, EACH) for one in first.publications)


@pytest.mark.parametrize("seed", range(12))
def test_damaged_pages_are_declared_and_the_rest_is_read(
    written: Path, tmp_path: Path, seed: int
) -> None:
    """Some thousand bytes of the file overwritten; its number and its id stay."""
    folder = tmp_path / "copy"
    shutil.copytree(written, folder)
    path, rng = folder / "journal.sqlite", random.Random(seed)
    data = bytearray(path.read_bytes())
    start = rng.randrange(4096, len(data) - 8192)
    data[start : start + 8192] = rng.randbytes(8192)
    path.write_bytes(data)
    before = sqlite3.connect(written / "journal.sqlite")
    (id,) = before.execute("SELECT value FROM about WHERE name = 'id'").fetchone()
    before.close()
    journal = Journal(path)
    whole, missing, known = accounted(read_all(journal))
    assert journal.id == id
    assert journal.head() == BATCHES
    assert all(one in some(one.received_ms, 1) for one in whole)
    assert len({one.received_ms for one in whole}) == len(whole)
    assert known
    assert len(whole) + missing == BATCHES * EACH
    assert len(whole) >= BATCHES * EACH // 2
    assert journal.append(some(5_000, 3)) == BATCHES + 1
    assert read_all(journal)[-1].publications == some(5_000, 3)
    journal.close()


def test_an_end_that_is_gone_is_declared(written: Path, tmp_path: Path) -> None:
    """An older state of the file: the number it had come to is known, and never given again."""
    folder = tmp_path / "copy"
    shutil.copytree(written, folder)
    with closing(sqlite3.connect(folder / "journal.sqlite", isolation_level=None)) as db:
        db.execute("DELETE FROM batch WHERE id > 33")
        db.execute("UPDATE sqlite_sequence SET seq = 33")
    journal = Journal(folder / "journal.sqlite")
    batches = read_all(journal)
    whole, missing, known = accounted(batches)
    assert (len(whole), missing, known) == (33 * EACH, 7 * EACH, True)
    assert batches[-1].damage is not None
    assert "batches 34 to 40" in batches[-1].damage.detail
    assert journal.append(some(0, 1)) == 41
    assert [batch.id for batch in journal.read(33)] == [40, 41]
    journal.close()


def test_a_file_that_is_no_journal_any_more_is_put_aside(written: Path, tmp_path: Path) -> None:
    """Its id stays, since the broker's session is kept under it."""
    folder = tmp_path / "copy"
    shutil.copytree(written, folder)
    with Journal(written / "journal.sqlite") as sound:
        id = sound.id
    (folder / "journal.sqlite").write_bytes(b"not a database at all" * 1_000)
    journal = Journal(folder / "journal.sqlite")
    (batch,) = read_all(journal)
    assert (journal.id, batch.id, batch.publications) == (id, BATCHES, [])
    assert batch.damage is not None
    assert batch.damage.publications == BATCHES * EACH
    assert journal.append(some(0, 1)) == BATCHES + 1
    assert len(list(folder.glob("journal.sqlite.damaged-*"))) == 1
    journal.close()


def test_a_number_a_reader_has_passed_is_not_given_again(tmp_path: Path) -> None:
    """The journal's end is gone and its head file too: the cursors know."""
    journal = Journal(tmp_path / "j.sqlite")
    journal.append(some(0, 1))
    journal.continue_after(9)
    assert journal.append(some(1, 1)) == 10
    assert [batch.id for batch in journal.read(0)] == [1, 9, 10]
    journal.close()

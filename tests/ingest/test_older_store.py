"""A store that was restored catches up with what the journal still holds."""

from pathlib import Path

import pytest

from ingest.progress import Progress
from liftwatch.adapters.sql import open_books
from liftwatch.adapters.sql.copies import copied_in, copy_out
from tests.ingest.test_crashes import World, happenings


@pytest.mark.parametrize("seed", [1, 2])
def test_an_older_store_catches_up_with_the_journal(tmp_path: Path, seed: int) -> None:
    """
    A copy in the middle; afterwards the store is lost, the copy is put back and `progress.sqlite`
    taken away: the same incidents, each once.
    """
    url, copy = f"sqlite:///{tmp_path}/books.sqlite", tmp_path / "copy"
    world = World(tmp_path)
    world.books = open_books(url)  # type: ignore[assignment] # in its place, fulfilling the same port
    world.start()
    for k, (pause_ms, batch) in enumerate(happenings(seed)):
        world.now_ms += pause_ms
        world.journal.append(sorted(batch, key=lambda one: one.received_ms))
        world.settle()
        if k == 60:
            copy_out(url, copy)
            half = world.incidents()
    world.now_ms += 400_000
    world.settle()
    whole = world.incidents()
    world.books.close()  # type: ignore[attr-defined] # of the store in its place
    for file in tmp_path.glob("books.sqlite*"):
        file.unlink()
    with copied_in(url, copy):
        pass
    world.books = open_books(url)  # type: ignore[assignment] # the same
    assert world.incidents() == half
    assert len(half) < len(whole)
    world.progress.close()
    for file in tmp_path.glob("progress.sqlite*"):
        file.unlink()
    world.progress = Progress(tmp_path / "progress.sqlite", world.journal.id)
    world.start()
    world.settle()
    assert world.incidents() == whole
    world.books.close()  # type: ignore[attr-defined] # the same
    world.close()

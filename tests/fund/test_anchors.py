"""Anchors outside the database: one a minute while something is booked, and what they find."""

from pathlib import Path

import pytest

from liftwatch.adapters.fund_anchors import AnchorFile
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.clock import DAY_MS, MINUTE_MS, SECOND_MS
from liftwatch.engine.fund import ANCHOR_MS, anchor, anchor_job
from liftwatch.fund.anchors import Anchor, AnchorError, line_of, parse_anchors
from liftwatch.ports import Deadline
from tests.contracts.ledger import KEY, MONDAY_MS, booked, checked, deposit


@pytest.fixture
def file(tmp_path: Path) -> AnchorFile:
    """Where none is yet."""
    return AnchorFile(tmp_path / "elsewhere" / "fund.anchors")


def test_there_is_one_a_minute_while_something_is_booked(file: AnchorFile) -> None:
    """Ten minutes with an entry each ten seconds, then an hour and a night of nothing."""
    books = MemoryBooks(fund_keys=(KEY,))
    job = anchor_job(books, file)
    assert job.period_ms == ANCHOR_MS <= MINUTE_MS
    due = Deadline(name=job.name, what=job.name, due_ms=0)
    for second in range(0, 600, 10):
        now_ms = MONDAY_MS + second * SECOND_MS
        booked(books, deposit(str(second), 1))
        if second % (ANCHOR_MS // SECOND_MS) == 0:
            job.run(now_ms, due)
    minutes = {one.at_ms // MINUTE_MS for one in file.all()}
    assert len(minutes) >= 10
    anchor(books, file, now_ms=MONDAY_MS + 11 * MINUTE_MS)
    assert file.newest() == Anchor(
        at_ms=MONDAY_MS + 11 * MINUTE_MS, n=60, hash=books.fund_head().hash
    )
    count = len(file.all())
    for minute in range(12, 70):
        anchor(books, file, now_ms=MONDAY_MS + minute * MINUTE_MS)
    assert len(file.all()) == count
    anchor(books, file, now_ms=MONDAY_MS + DAY_MS)
    assert len(file.all()) == count + 1
    assert checked(books, file.all()).anchors == count + 1


def test_books_that_end_before_an_anchor_get_no_new_one(file: AnchorFile) -> None:
    """The job fails, so the engine tells it; the anchor that finds it stays the newest."""
    books = MemoryBooks(fund_keys=(KEY,))
    booked(books, *(deposit(str(k), 1) for k in range(5)))
    anchor(books, file, now_ms=MONDAY_MS)
    shorter = MemoryBooks(fund_keys=(KEY,))
    booked(shorter, *(deposit(str(k), 1) for k in range(4)))
    with pytest.raises(AnchorError, match="entry 5, and the newest one is 4: the end is cut off"):
        anchor(shorter, file, now_ms=MONDAY_MS + MINUTE_MS)
    booked(shorter, deposit("9", 2))
    with pytest.raises(AnchorError, match="entry 5 is not what an anchor remembers"):
        anchor(shorter, file, now_ms=MONDAY_MS + MINUTE_MS)
    assert len(file.all()) == 1


def test_empty_books_have_no_anchor(file: AnchorFile) -> None:
    """Nothing was booked, and nothing is made."""
    anchor(MemoryBooks(), file, now_ms=MONDAY_MS)
    assert file.newest() is None
    assert file.all() == []
    assert not file.path.exists()


def test_half_a_line_is_no_anchor(file: AnchorFile) -> None:
    """What a process that was killed has left; the next line begins anew."""
    one = Anchor(at_ms=MONDAY_MS, n=7, hash="ab" * 32)
    file.add(one)
    whole = file.path.read_bytes()
    for size in range(1, len(whole)):
        file.path.write_bytes(whole + whole[:size])
        assert file.newest() == one
        assert file.all() == [one]
    file.path.write_bytes(whole + b"# half a rem")
    file.add(one)
    assert file.all() == [one, one]


def test_a_damaged_line_is_named(file: AnchorFile) -> None:
    """Not taken for none."""
    file.add(Anchor(at_ms=MONDAY_MS, n=7, hash="ab" * 32))
    good = file.path.read_text()
    for bad in ("x", good.replace(" 7 ", " 0 "), good.replace("ab", "xy"), good.strip() + " 1\n"):
        file.path.write_text(f"# a remark\n\n{good}{bad.strip()}\n")
        with pytest.raises(AnchorError, match="line 4 is not a moment"):
            file.all()
    with pytest.raises(AnchorError):
        file.newest()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """In one line, with its name."""
    (tmp_path / "file").write_text("")
    for place in (tmp_path, tmp_path / "file" / "fund.anchors"):
        with pytest.raises(AnchorError, match=str(place)):
            AnchorFile(place).add(Anchor(at_ms=0, n=1, hash="ab" * 32))
        with pytest.raises(AnchorError, match=str(place)):
            AnchorFile(place).all()


def test_a_line_is_what_it_was() -> None:
    """Whatever the moment and the number."""
    for n in (1, 2**53):
        one = Anchor(at_ms=MONDAY_MS + n % 1_000, n=n, hash="0f" * 32)
        assert parse_anchors([line_of(one)]) == [one]

"""The fund's books through a backup: whole and guarded where they are put back, and going on."""

import base64
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.clock import now_ms
from liftwatch.handlers.fund_sources import close_year
from tests.commands.test_backup import Empty, books, empty, made_backup, run
from tests.contracts.ledger import KEY, booked, checked, deposit

__all__ = ["books", "empty"]


def test_the_books_are_put_back_right_and_guarded(
    books: SqlBooks,
    empty: Empty,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With their anchors; what was booked since the backup is missed by one that is younger."""
    monkeypatch.setenv("LIFTWATCH_FUND_KEY", base64.b64encode(KEY).decode())
    books.fund_keys = (KEY,)
    booked(books, deposit("1", 300), deposit("2", 7, "1202"))
    with books.begin() as work:
        close_year(work, 2025, person="p-li", second="p-wang", now_ms=now_ms())
    assert run(capsys, "fund", "anchor")[0] == 0
    folder = made_backup(capsys)
    booked(books, deposit("3", 5))

    there = empty()
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", there)
    assert run(capsys, "restore", str(folder))[0] == 0
    code, out, _ = run(capsys, "fund", "verify")
    assert code == 0
    assert out.startswith("right: 2 entries with 4 postings; 1 anchors fit\n")
    restored = open_books(there, fund_keys=(KEY,))
    for statement in ("DELETE FROM fund_entry", "UPDATE fund_head SET n = 9"):
        with pytest.raises(IntegrityError), restored.engine.begin() as connection:
            connection.execute(text(statement))
    booked(restored, deposit("4", 9))
    assert checked(restored).good
    restored.close()

    newest = books.fund_head()
    late = Path("late.anchors")
    late.write_text(f"2026-03-02T08:14:07.420Z {newest.n} {newest.hash}\n")
    code, out, _ = run(capsys, "fund", "verify", "--anchors", str(late))
    assert code == 1
    assert out.startswith("entry 3: anchor: is not what the anchor of 2026-03-02T08:14:07.420Z")

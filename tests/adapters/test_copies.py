"""A backup on disk, byte by byte, and what PostgreSQL's own programs are told."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftwatch.adapters import backup_folder
from liftwatch.adapters.backup_folder import COPIES, MANIFEST, SUMS, BackupError, Manifest
from liftwatch.adapters.sql import BooksError, copies


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished folder whose copy is three bytes."""
    folder = tmp_path_factory.mktemp("small") / "backup"
    with backup_folder.new_folder(folder):
        (folder / COPIES["sqlite"]).write_bytes(b"abc")
        backup_folder.finish(
            folder,
            Manifest(
                made="2026-03-02T08:14:07.420Z",
                liftwatch="0.1.0",
                database="sqlite",
                server="SQLite 3",
                schema="0009",
                rows={"person": 1},
                trail="intact: no entries",
            ),
        )
    return folder


@given(st.data())
def test_no_byte_may_be_another(small: Path, data: st.DataObject) -> None:
    """Of any of its files: a flipped bit, or any end cut off."""
    assert backup_folder.read(small).rows == {"person": 1}
    name = data.draw(st.sampled_from([COPIES["sqlite"], MANIFEST, SUMS]))
    before = (small / name).read_bytes()
    at = data.draw(st.integers(0, len(before) - 1))
    bit = data.draw(st.integers(0, 8))
    changed = before[:at] + bytes([before[at] ^ 1 << bit % 8]) + before[at + 1 :]
    try:
        (small / name).write_bytes(changed if bit < 8 else before[:at])
        with pytest.raises(BackupError) as caught:
            backup_folder.read(small)
        assert "\n" not in str(caught.value)
    finally:
        (small / name).write_bytes(before)


def test_the_password_is_told_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_database: str
) -> None:
    """PostgreSQL's programs get it by their environment; and without them it is one line."""
    url = postgres_database.replace("lift@", "lift:s3%40cret@")
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "pg_dump: error: $PGPASSWORD; $*" >&2\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BooksError, match=r"\Apg_dump: s3@cret; ") as caught:
        copies.copy_out(url, tmp_path / "copy")
    assert "s3%40cret" not in str(caught.value)
    assert "--dbname=postgresql://lift@127.0.0.1:" in str(caught.value)
    program.unlink()
    with pytest.raises(BooksError, match=r"\Apg_dump is not installed"):
        copies.copy_out(url, tmp_path / "copy")

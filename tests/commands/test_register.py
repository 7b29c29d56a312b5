"""`liftwatch register import`: tried, kept, refused."""

import io
import sys
from pathlib import Path

import pytest

from liftwatch.__main__ import main
from liftwatch.adapters.sql import open_books

HEAD = "area,estate,lift,unit\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIFTWATCH_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """One import; its exit status."""
    monkeypatch.setattr(sys, "argv", ["liftwatch", "register", "import", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def lifts(folder: Path) -> list[str]:
    """Who is in the register."""
    books = open_books(f"sqlite:///{folder}/liftwatch.sqlite")
    found = [row.lift for row in books.lifts()]
    books.close()
    return found


def test_a_file_is_tried_and_then_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --keep nothing is changed; twice is once."""
    file = folder.parent / "lifts.csv"
    file.write_text("﻿" + HEAD + "320583,garden,L-0001,1\n", encoding="utf-8")
    assert run(monkeypatch, str(file), "--sheet", "lifts") == 0
    assert capsys.readouterr().out == "1 rows can be used, 0 errors, 0 remarks: nothing was kept\n"
    assert lifts(folder) == []
    for _ in range(2):
        assert run(monkeypatch, str(file), "--sheet", "lifts", "--keep") == 0
        assert capsys.readouterr().out == "1 rows can be used, 0 errors, 0 remarks: kept\n"
    assert lifts(folder) == ["L-0001"]
    books = open_books(f"sqlite:///{folder}/liftwatch.sqlite")
    targets = [one.target for one in books.audit_after(0)]
    books.close()
    assert targets == ["lifts", "lifts"]


def test_every_bad_row_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its line, its column and the reason, and of the file nothing is kept."""
    file = folder.parent / "lifts.csv"
    bad = "".join(f"320583,garden,L-{n:04},1\n32058,garden,L-{n:04}x,1\n" for n in range(600))
    file.write_text(HEAD + bad)
    assert run(monkeypatch, str(file), "--sheet", "lifts", "--keep") == 1
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said[:-1]] == [f"line {n}" for n in range(3, 1203, 2)]
    assert said[0].startswith("line 3: error: area: ")
    assert said[-1] == "600 rows can be used, 600 errors, 0 remarks: nothing was kept"
    assert lifts(folder) == []


def test_what_cannot_be_read_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No file, a default that cannot be, a sheet there is none of."""
    del folder
    assert run(monkeypatch, "none.csv", "--sheet", "lifts") == 2
    assert capsys.readouterr().err == "liftwatch: register: none.csv: No such file or directory\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"name,kind\n")))
    assert run(monkeypatch, "-", "--sheet", "organisations", "--area", "320583") == 2
    assert "organisations have no area" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"lift\n")))
    assert run(monkeypatch, "-", "--sheet", "lifts", "--area", "1") == 2
    assert "area cannot be '1'" in capsys.readouterr().err
    assert run(monkeypatch, "-", "--sheet", "people") == 2

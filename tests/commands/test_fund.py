"""`liftwatch fund` on both databases: what is printed, how it ends, and what it notes itself."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from liftwatch.__main__ import main
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.audit.trail import AuditFilter
from liftwatch.fund.reserved import Line
from liftwatch.settings import audit_keys, load_settings
from tests.contracts.ledger import booked, by_hand, deposit, draft, kept_case

KEY = "bGlmdHdhdGNo" * 4


@pytest.fixture(params=["sqlite", "postgresql"])
def books(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SqlBooks]:
    """What the commands work on: three entries."""
    url = f"sqlite:///{tmp_path}/books.sqlite"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_books")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", url)
    monkeypatch.setenv("LIFTWATCH_FUND_KEY", KEY)
    made = open_books(url, fund_keys=audit_keys(load_settings().fund_key))
    booked(
        made,
        deposit("1", 12_345_678),
        deposit("2", 5, "1202"),
        draft("reserve", "3", principal_1201=100, clearing_c1=-100, case="c1"),
    )
    line = Line(household="1201", payer="1201", share_fen=100, principal_fen=100)
    kept_case(made, "c1", line)
    yield made
    made.close()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, output and complaints of a command."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as caught:
        patch.setattr(sys, "argv", ["liftwatch", "fund", *words])
        main()
    told = capsys.readouterr()
    code = caught.value.code
    assert isinstance(code, int)
    return code, told.out, told.err


def test_right_books_are_verified(books: SqlBooks, capsys: pytest.CaptureFixture[str]) -> None:
    """With an anchor in the data folder, and with one that was kept elsewhere."""
    code, out, err = run(capsys, "anchor")
    assert (code, err) == (0, "")
    assert out.split()[1:] == ["3", books.fund_head().hash]
    assert run(capsys, "anchor")[1] == out
    assert run(capsys, "anchors") == (0, out, "")
    Path("elsewhere").write_text(f"# kept by the bureau\n{out}")
    assert Path("data/fund.anchors").read_text() == out
    code, out, err = run(capsys, "verify", "--anchors", "elsewhere", "--anchors", "elsewhere")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "right: 3 entries with 6 postings; 3 anchors fit",
        "1 cases hold what their entries come to",
        "bank                  123456.83 yuan in 1 accounts",
        "principal             123455.83 yuan in 2 accounts",
        "clearing                   1.00 yuan in 1 accounts",
    ]


def test_a_case_that_says_otherwise_is_named(
    books: SqlBooks, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 1; the entries themselves are right."""
    booked(books, draft("pay", "4", clearing_c1=40, bank=-40, case="c1"))
    code, out, _ = run(capsys, "verify")
    assert code == 1
    why = "case c1: clearing: its purse says 100 fen, the entries come to 60"
    assert out.splitlines() == [f"{why}; its newest entry is 4"]


def test_the_first_wrong_entry_is_named(
    books: SqlBooks, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 1; and that a guard is gone."""
    by_hand(books, "UPDATE fund_posting SET amount = 6 WHERE entry = 2 AND leg = 1")
    code, out, _ = run(capsys, "verify")
    assert code == 1
    lines = out.splitlines()
    assert lines[0].startswith("entry 2: changed: does not fit its hash and the entry before it; ")
    assert lines[0].endswith("; 1 before it are right")
    assert any(line.startswith("damaged: trigger fund_posting_unchanged is") for line in lines)


def test_an_end_that_was_cut_off_is_found(
    books: SqlBooks, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the anchor in the data folder alone; and no new anchor is made."""
    run(capsys, "anchor")
    (second,) = books.fund_entries(1, limit=1)
    by_hand(
        books,
        "DELETE FROM fund_posting WHERE entry = 3",
        "DELETE FROM fund_entry WHERE n = 3",
        "DELETE FROM fund_account WHERE entry = 3",
        f"UPDATE fund_head SET n = 2, hash = '{second.hash}'",
    )
    code, out, _ = run(capsys, "verify")
    assert code == 1
    assert out.startswith("entry 3: missing: entry 3 is not there at the end, by an anchor; 2")
    code, _, err = run(capsys, "anchor")
    assert code == 2
    assert "entry 3, and the newest one is 2: the end is cut off" in err


def test_an_export_is_noted(books: SqlBooks, capsys: pytest.CaptureFixture[str]) -> None:
    """With what was taken, up to which entry."""
    code, out, err = run(capsys, "export", "--format", "hledger")
    assert (code, err) == (0, "")
    assert out.startswith("; Maintenance fund\n")
    assert run(capsys, "export")[1].startswith('option "title" "Maintenance fund"\n')
    notes = books.audit_page(AuditFilter(action=("fund.export",))).items
    assert [note.entry.detail for note in notes] == [
        '{"format":"beancount","until":3}',
        '{"format":"hledger","until":3}',
    ]


def test_what_cannot_be_tried_is_one_line(
    books: SqlBooks, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 2, or 1 where the key is another."""
    del books
    Path("bad").write_text("nonsense\n")
    for words, why in (
        (("verify", "--anchors", "nowhere"), "fund: nowhere: there is no such file"),
        (("verify", "--anchors", "bad"), "fund: bad: line 1 is not a moment, a number and a hash"),
        (("export", "--format", "csv"), "csv"),
    ):
        code, out, err = run(capsys, *words)
        assert (code, out) == (2, "")
        assert why in err
    monkeypatch.setenv("LIFTWATCH_FUND_KEY", "b3RoZXIg" * 6)
    code, out, _ = run(capsys, "verify")
    assert code == 1
    assert "entry 1: seal: sealed with key " in out
    monkeypatch.setenv("LIFTWATCH_FUND_KEY", "short")
    code, _, err = run(capsys, "verify")
    assert code == 2
    assert err.startswith("liftwatch: LIFTWATCH_FUND_KEY: is not at least 32 bytes")


def test_what_one_ought_to_know_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a key; and of books that are empty."""
    monkeypatch.chdir(tmp_path)
    for name in ("FUND_KEY", "DATABASE_URL"):
        monkeypatch.setenv(f"LIFTWATCH_{name}", "")
    assert run(capsys, "verify") == (0, "right: no entries\n", "")
    assert run(capsys, "anchor") == (0, "", "")
    made = open_books(f"sqlite:///{tmp_path}/data/liftwatch.sqlite")
    booked(made, deposit("1", 5))
    made.close()
    code, _, err = run(capsys, "verify")
    assert code == 0
    assert "1 entries are sealed without a key" in err
    assert "no anchor is given" in err


def test_a_damaged_file_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback, whatever it holds."""
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    Path("data/liftwatch.sqlite").write_bytes(b"no database at all" * 400)
    code, out, err = run(capsys, "verify")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1

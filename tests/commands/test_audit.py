"""`liftwatch audit` on both databases: what is printed, how it ends, and what it notes itself."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liftwatch.__main__ import app, main
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.audit.chain import Anchor
from liftwatch.audit.export import MARK
from liftwatch.audit.trail import AuditFilter
from liftwatch.settings import audit_keys, load_settings
from tests.contracts.trail import DAY, act, by_hand, note

KEY = "bGlmdHdhdGNo" * 4
FORMULA = '=HYPERLINK("http://evil.example","门")'


@pytest.fixture(params=["sqlite", "postgresql"])
def books(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SqlBooks]:
    """What the commands work on: five acts of two days."""
    url = f"sqlite:///{tmp_path}/books.sqlite"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_books")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", url)
    monkeypatch.setenv("LIFTWATCH_AUDIT_KEY", KEY)
    made = open_books(url, audit_keys=audit_keys(load_settings().audit_key))
    note(
        made,
        act(0, person="p-zhao", why=FORMULA, private={"phone": "138"}),
        act(1, target_kind="person", target="p-zhao", private={"phone": "+86 139"}),
        act(2, target="@SUM(A1)", outcome="refused"),
        act(86_400),
        act(86_401, why=None),
    )
    yield made
    made.close()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, output and complaints of a command."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as caught:
        patch.setattr(sys, "argv", ["liftwatch", "audit", *words])
        main()
    told = capsys.readouterr()
    code = caught.value.code
    assert isinstance(code, int)
    return code, told.out, told.err


def test_a_whole_trail_is_verified(books: SqlBooks, capsys: pytest.CaptureFixture[str]) -> None:
    """With its anchors, and with those that were kept elsewhere."""
    (third,) = books.audit_after(2, limit=1)
    with books.begin() as work:
        work.put_anchor(Anchor(day=DAY, n=3, hash=third.hash))
    code, out, err = run(capsys, "verify")
    assert (code, out, err) == (0, "intact: 5 entries, 1 to 5; 1 anchors fit\n", "")
    code, lines, _ = run(capsys, "anchors")
    assert code == 0
    assert lines.splitlines()[0] == f"2026-03-02 3 {third.hash}"
    assert lines.splitlines()[1].split()[1:] == ["5", books.audit_head().hash]
    Path("kept").write_text(f"# from Monday on\n\n{lines}")
    code, out, _ = run(capsys, "verify", "--anchors", "kept")
    assert (code, out) == (0, "intact: 5 entries, 1 to 5; 3 anchors fit\n")


def test_a_wrong_entry_is_named(books: SqlBooks, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 1, and one line."""
    by_hand(books, "UPDATE audit SET outcome = 'done' WHERE n = 3")
    code, out, err = run(capsys, "verify")
    assert (code, err) == (1, "")
    assert out == (
        "entry 3: changed: does not fit its hash and the entry before it; 2 before it are right\n"
    )


def test_an_end_cut_off_and_exchanged_people_are_named(
    books: SqlBooks, capsys: pytest.CaptureFixture[str]
) -> None:
    """The head knows how long the trail was; the entries know whose they are."""
    by_hand(books, "UPDATE audit_pseudonym SET person = 'p-wu' WHERE person = 'p-li'")
    assert run(capsys, "verify")[1].startswith("entry 2: person: ")
    by_hand(books, "UPDATE audit_pseudonym SET person = 'p-li' WHERE person = 'p-wu'")
    by_hand(books, "DELETE FROM audit WHERE n = 5")
    code, out, _ = run(capsys, "verify")
    assert (code, out.split(";")[0]) == (1, "entry 5: missing: entry 5 is not there at the end")


def test_an_anchor_kept_elsewhere_knows_what_the_database_forgot(
    books: SqlBooks, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever cuts the end off, tells the head, and lets the service go on: only it tells."""
    _, lines, _ = run(capsys, "anchors")
    Path("kept").write_text(lines)
    (fourth,) = books.audit_after(3, limit=1)
    by_hand(
        books,
        "DELETE FROM audit WHERE n = 5",
        f"UPDATE audit_head SET n = 4, hash = '{fourth.hash}'",
    )
    assert run(capsys, "verify")[0] == 0
    code, out, _ = run(capsys, "verify", "--anchors", "kept")
    assert (code, out.split(";")[0]) == (1, "entry 5: missing: entry 5 is not there at the end")
    note(books, act(9))
    code, out, _ = run(capsys, "verify", "--anchors", "kept")
    assert code == 1
    assert out.startswith("entry 5: anchor: is not what the anchor of ")


def test_without_a_key_it_says_what_that_means(
    books: SqlBooks, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trail without one is whole, but anybody could have made it so."""
    monkeypatch.setenv("LIFTWATCH_AUDIT_KEY", "")
    code, out, _ = run(capsys, "verify")
    assert (code, out.split(",")[1]) == (1, " which is not given; 0 before it are right\n")
    by_hand(books, "DELETE FROM audit", f"UPDATE audit_head SET n = 0, hash = '{'0' * 64}'")
    assert run(capsys, "verify")[:2] == (0, "intact: no entries\n")
    by_hand(books, "UPDATE audit_head SET seal = ''")
    books.audit_keys = ()
    note(books, act(0))
    code, out, err = run(capsys, "verify")
    assert (code, out) == (0, "intact: 1 entries, 1 to 1; 0 anchors fit\n")
    assert "1 entries are sealed without a key: whoever can write the database" in err


def exported(out: str) -> list[dict[str, Any]]:
    """The objects of an export."""
    return [json.loads(line) for line in out.splitlines()]


def test_an_export_says_who(books: SqlBooks, capsys: pytest.CaptureFixture[str]) -> None:
    """All that was said, with the fields that are sealed; and that it was exported, by whom."""
    code, out, _ = run(capsys, "export")
    one, two, *_, last = exported(out)
    assert (code, len(exported(out))) == (0, 6)
    assert (one["who"], one["why"], one["private"]) == ("p-zhao", FORMULA, {"phone": "138"})
    assert (two["about"], two["address"], two["detail"]) == ("p-zhao", "203.0.113.7", {"rows": 1})
    assert one["at"] == "2026-03-02T08:14:07.420Z"
    assert one["entry"]["hash"] == books.audit_after(0)[0].hash
    assert (last["action"], last["channel"], last["detail"]) == (
        "audit.export",
        "cli",
        {"format": "jsonl"},
    )
    assert last["who"].startswith("os:")
    assert run(capsys, "verify")[0] == 0


def test_an_erased_person_is_exported_as_one(
    books: SqlBooks, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the trail is still whole."""
    with books.begin() as work:
        pseudonym = work.erase_person("p-zhao")
        work.audit(
            act(9, action="audit.erase", target_kind="pseudonym", target=pseudonym, person="p-li")
        )
    _, out, _ = run(capsys, "export")
    one, two, *_ = exported(out)
    assert (one["who"], one.get("why"), one["private"]) == ("erased person", None, {})
    assert (two["who"], two["about"], two["private"]) == ("p-li", "erased person", {})
    assert "zhao" not in out
    code, out, err = run(capsys, "verify")
    assert (code, err) == (0, "")


@pytest.mark.usefixtures("books")
def test_a_table_is_no_formula(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever was typed; read back it is the text, with an apostrophe where it needs one."""
    _, out, _ = run(capsys, "export", "--format", "csv")
    assert out.startswith(MARK)
    rows = list(csv.DictReader(io.StringIO(out.removeprefix(MARK), newline="")))
    assert [row["n"] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert rows[0]["why"] == f"'{FORMULA}"
    assert rows[2]["target"] == "'@SUM(A1)"
    assert (rows[1]["who"], rows[1]["about"], rows[1]["private"]) == (
        "p-li",
        "p-zhao",
        '{"phone":"+86 139"}',
    )
    assert not any(cell.startswith(tuple("=+-@\t\r")) for row in rows for cell in row.values())


def test_days_and_moments_bound_an_export(
    books: SqlBooks, capsys: pytest.CaptureFixture[str]
) -> None:
    """A day is one of the estates, its end included; a moment is exact."""

    def numbers(*words: str) -> list[int]:
        return [one["n"] for one in exported(run(capsys, "export", *words)[1])]

    assert numbers("--to", "2026-03-02") == [1, 2, 3]
    assert numbers("--from", "2026-03-03", "--to", "2026-03-03") == [4, 5]
    assert numbers(
        "--from", "2026-03-02T08:14:08.420Z", "--to", "2026-03-02T16:14:09.42+08:00"
    ) == [2]
    noted = books.audit_page(AuditFilter(action=("audit.export",))).items[0].entry.detail
    assert json.loads(noted) == {
        "format": "jsonl",
        "from": "2026-03-02T08:14:08.420Z",
        "to": "2026-03-02T08:14:09.420Z",
    }


def test_what_cannot_be_used_is_one_line(
    books: SqlBooks,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Exit status 2; nothing is printed and nothing noted."""
    (tmp_path / "bad").write_text("2026-03-02 1 " + "0" * 63)
    (tmp_path / "worse").write_bytes(b"\xff\xfe")
    bad = [
        (("verify", "--anchors", "bad"), "line 1 is not a day, a number and a hash"),
        (("verify", "--anchors", "worse"), "worse"),
        (("verify", "--anchors", "none"), "none: No such file"),
        (("export", "--from", "yesterday"), "--from: 'yesterday' is no day"),
        (("export", "--to", "2026-02-30"), "--to: '2026-02-30' is no day"),
        (("export", "--from", "2026-03-02", "--to", "2026-03-01"), "--to is not after --from"),
        (("export", "--format", "xml"), "xml"),
        (("forget",), "forget"),
    ]
    for words, said in bad:
        code, out, err = run(capsys, *words)
        assert (code, out, err.count("\n")) == (2, "", 1), words
        assert said in err
    monkeypatch.setenv("LIFTWATCH_AUDIT_KEY", "b3RoZXIg" * 6)
    code, out, err = run(capsys, "export")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "which LIFTWATCH_AUDIT_KEY is not" in err
    monkeypatch.setenv("LIFTWATCH_AUDIT_KEY", "short")
    code, out, err = run(capsys, "verify")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("liftwatch: LIFTWATCH_AUDIT_KEY: is not at least 32 bytes")
    assert books.audit_head().n == 5


@pytest.mark.usefixtures("books")
def test_anchors_come_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from another machine: `ssh ... cat kept | liftwatch audit verify --anchors -`."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"2026-03-02 5 {'0' * 64}\n"))
    code, out, _ = run(capsys, "verify", "--anchors", "-")
    assert (code, out.split(": is")[0]) == (1, "entry 5: anchor")


def test_the_command_alone_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """As the others do."""
    app(["audit"], standalone_mode=False)
    assert "verify" in capsys.readouterr().out

"""`liftwatch evaluate` as its users run it: figures, minima, one line of error."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from liftwatch.__main__ import main

Line = dict[str, Any]

FOUND = {"lift": "L-1", "kind": "overspeed", "raised_at": "2026-03-02T08:00:03.000Z"}
FALSE = {"lift": "L-2", "kind": "door_fault", "raised_at": "2026-03-02T09:00:00.000Z"}
TRUTH = {
    "lift": "L-1",
    "kind": "overspeed",
    "from": "2026-03-02T08:00:00.000Z",
    "to": "2026-03-02T08:10:00.000Z",
    "expect_within_s": 5,
}
MISSED = TRUTH | {"kind": "free_fall"}
QUIET = {"lift": "L-2", "never": True, "kinds": ["door_fault"], "from": TRUTH["from"], "to": None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two incidents and two truths; one of each finds the other."""
    write(tmp_path / "incidents", FOUND, FALSE)
    write(tmp_path / "truth", TRUTH, MISSED)
    return tmp_path


def write(path: Path, *lines: Line) -> None:
    """As a file of them."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


class Done(NamedTuple):
    """How a command ended."""

    code: object
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command on the files of the folder, unless told otherwise; in this process, for speed."""

    def running(*words: str, stdin: str = "") -> Done:
        files = [
            word
            for option, name in (("--incidents", "incidents"), ("--truth", "truth"))
            if option not in words
            for word in (option, name)
        ]
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["liftwatch", "evaluate", *files, *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Done(ended.value.code, out, err)

    return running


def test_a_table_json_and_a_report(folder: Path, run: Run) -> None:
    """Each where it was asked for; without a minimum nothing fails."""
    done = run("--json", "out.json", "--html", "out.html", "--lift-days", "60.88")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("kind ")
    rows = [line.split() for line in done.out.splitlines()]
    assert ["overspeed", "1", "1", "0", "0", "1.0000", "[0.0250,", "1.0000]"] in [
        row[:8] for row in rows
    ]
    told = json.loads((folder / "out.json").read_text())
    assert told["kinds"]["overspeed"]["delay_median_s"]["value"] == 3
    assert told["all"]["false_per_month"]["value"] == 0.5
    assert told["all"]["recall"]["value"] == told["all"]["precision"]["value"] == 0.5
    page = (folder / "out.html").read_text(encoding="utf-8")
    assert "incidents beside truth" in page
    assert "2 incidents judged against 2 truths, over 60.88 lift-days." in page


def test_without_exposure_false_alarms_a_month_are_unknown(folder: Path, run: Run) -> None:
    """Not zero."""
    done = run("--json", "out.json")
    assert done.code == 0
    assert json.loads((folder / "out.json").read_text())["all"]["false_per_month"] is None
    rows = done.out.split("\n\n")[1].splitlines()
    assert all(row.endswith(" –") for row in rows[1:])


@pytest.mark.parametrize(
    ("words", "below"),
    [
        (("--min-recall", "0.5"), ["free_fall"]),
        (("--min-recall", "0.6"), ["all kinds", "free_fall"]),
        (("--min-recall", "0"), []),
        (("--min-precision", "0.5"), ["door_fault"]),
        (("--min-recall", "1", "--min-precision", "1"), ["all kinds", "free_fall", "door_fault"]),
    ],
)
def test_below_a_minimum(folder: Path, run: Run, words: tuple[str, ...], below: list[str]) -> None:
    """One line for each kind, on standard error, and exit status 1; the table comes too."""
    done = run(*words, "--json", "out.json")
    assert [line.split(":")[0] for line in done.err.splitlines()] == below
    assert done.code == (1 if below else 0)
    assert done.out
    assert (folder / "out.json").exists()


def test_a_violation_alone_fails_nothing(folder: Path, run: Run) -> None:
    """It is told; as a false alarm it counts in precision."""
    write(folder / "truth", TRUTH, QUIET)
    done = run("--min-recall", "1")
    assert (done.code, done.err) == (0, "")
    assert "1 of 1 quiet windows broken" in done.out
    assert run("--min-precision", "1").code == 1


def test_nothing_to_judge_is_said(folder: Path, run: Run) -> None:
    """A minimum of recall without any truth passes, and not silently."""
    write(folder / "truth")
    done = run("--min-recall", "1")
    assert done.code == 0
    assert done.err == "no truth: recall is unknown, and --min-recall judges nothing\n"


def test_incidents_from_standard_input(run: Run) -> None:
    """As `replay --incidents -` writes them."""
    done = run("--incidents", "-", "--min-recall", "0.5", stdin=json.dumps(FOUND))
    assert done.code == 1
    assert "2 truths" not in done.err


def test_help_says_when_it_fails(run: Run) -> None:
    """Exit status and what does not count."""
    told = " ".join(run("--help").out.split())
    assert "Exit status 1 when a value is below a minimum" in told
    assert "violations of quiet windows are told but fail nothing of themselves" in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--incidents", "none"), "evaluate: none: No such file"),
        (("--truth", "none"), "evaluate: none: No such file"),
        (("--truth", "."), "evaluate: .: Is a directory"),
        (("--incidents", "bad"), "evaluate: bad:3: "),
        (("--truth", "bad"), "evaluate: bad:1: Object missing required field"),
        (("--incidents", "-", "--truth", "-"), "only one of --incidents and --truth"),
        (("--json", "none/out.json"), "evaluate: none/out.json: No such file"),
        (("--html", "none/out.html"), "evaluate: none/out.html: No such file"),
        (("--min-recall", "1.5"), "--min-recall"),
        (("--min-precision", "nan"), "--min-precision"),
        (("--lift-days", "0"), "--lift-days"),
        (("--lift-days", "nan"), "--lift-days"),
        (("--lift-days", "many"), "--lift-days"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    folder: Path, run: Run, words: tuple[str, ...], said: str
) -> None:
    """With exit status 2 and nothing on standard output."""
    (folder / "bad").write_text(f"{json.dumps(FOUND)}\n\n{{\n", encoding="utf-8")
    done = run(*words)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), done.err
    assert said in done.err


@pytest.mark.parametrize("missing", ["--incidents", "--truth"])
def test_both_files_are_needed(folder: Path, missing: str) -> None:
    """By name; as a process of its own."""
    other = {"--incidents": "--truth", "--truth": "--incidents"}[missing]
    command = [sys.executable, "-m", "liftwatch", "evaluate", other, "truth"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert missing in done.stderr

"""Mutants are made, run and told apart; every rule has its main comparison named."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.mutation.equivalents import KNOWN
from bench.mutation.main_comparisons import MAINS, Main, StaleError, chosen
from bench.mutation.mutants import mutants_of
from bench.mutation.plan import check_known, importers, paths, plan_all, plan_mains, text_of
from detectors.registry import DETECTORS

TINY = '''"""A rule."""

LIMIT, WORD = 10, "x"
STEPS = {"a": (0.5, 2 * LIMIT)}


def is_over(number: int) -> bool:
    """Whether it is."""
    return not (number < LIMIT)  # not <=


def steps(end: int) -> int:
    """Count up."""
    at = 0
    while at < end:
        at += 1
    return at


def is_nothing(value: int | None) -> bool:
    """Which no test asks."""
    assert value != 7
    if value is None and LIMIT > 3:
        return True
    return False
'''
TESTS = '''"""Its tests."""

from detectors.rules.tiny import is_over, steps


def test_limit():
    assert not is_over(9)
    assert is_over(11)


def test_steps():
    assert steps(0) == 0
    assert steps(3) == 3
'''
RUN = """
import sys
from pathlib import Path
from bench.mutation.judge import Judge
from bench.mutation.mutants import mutants_of
from bench.mutation.plan import Planned
from bench.mutation.shadow import preload
preload()
root, path = Path(sys.argv[1]), "detectors/rules/tiny.py"
plan = [Planned(m, "", None) for m in mutants_of(path, (root / path).read_text())]
for verdict in Judge(Path(sys.argv[2]), jobs=2, limit_s=4.0, root=root).judge(plan):
    print(verdict.outcome, verdict.planned.mutant.scope, verdict.planned.mutant.what, sep="|")
"""


def tree(folder: Path, tests: str) -> Path:
    """A project of one rule."""
    files = {
        "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
        "detectors/__init__.py": "",
        "detectors/rules/__init__.py": "",
        "detectors/rules/tiny.py": TINY,
        "tests/detectors/test_tiny.py": tests,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def judged(tmp_path: Path, tests: str) -> subprocess.CompletedProcess[str]:
    """What becomes of every mutant of the tiny rule."""
    (tmp_path / "work").mkdir()
    root = tree(tmp_path / "tiny", tests)
    return subprocess.run(
        [sys.executable, "-c", RUN, str(root), str(tmp_path / "work")],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )


def test_a_mutant_changes_its_token_and_nothing_else() -> None:
    """Brackets, comments and chains of names are no hindrance; what is asserted is let alone."""
    found = [(one.line, one.scope, one.what, one.was) for one in mutants_of("tiny.py", TINY)]
    assert found == [
        (3, "LIMIT", "grown", "10"),
        (3, "LIMIT", "shrunk", "10"),
        (4, "STEPS", "grown", "0.5"),
        (4, "STEPS", "shrunk", "0.5"),
        (4, "STEPS", "grown", "2 * LIMIT"),
        (4, "STEPS", "shrunk", "2 * LIMIT"),
        (9, "is_over", "not dropped", "not"),
        (9, "is_over", "flipped", "<"),
        (9, "is_over", "boundary", "<"),
        (15, "steps", "flipped", "<"),
        (15, "steps", "boundary", "<"),
        (23, "is_nothing", "flipped", "is"),
        (23, "is_nothing", "swapped", "and"),
        (23, "is_nothing", "flipped", ">"),
        (23, "is_nothing", "boundary", ">"),
        (24, "is_nothing", "inverted", "True"),
        (25, "is_nothing", "inverted", "False"),
    ]
    flipped = next(one for one in mutants_of("tiny.py", TINY) if one.was == "<")
    assert flipped.of(TINY) == TINY.replace("number < LIMIT", "number >= LIMIT")


def test_numbers_change_and_keep_their_kind() -> None:
    """A count stays a count, so that no mutant dies of a type."""
    values = []
    for mutant in mutants_of("tiny.py", TINY)[:6]:
        scope: dict[str, object] = {}
        exec(mutant.of(TINY), scope)
        values.append((scope["LIMIT"], scope["STEPS"]))
    assert values == [
        (15, {"a": (0.5, 30)}),
        (6, {"a": (0.5, 12)}),
        (10, {"a": (0.75, 20)}),
        (10, {"a": (0.5 / 1.5, 20)}),
        (10, {"a": (0.5, 30)}),
        (10, {"a": (0.5, 13)}),
    ]


def test_mutants_are_told_apart(tmp_path: Path) -> None:
    """Killed, also one that never ends; or surviving: at the limit, and where no test goes."""
    done = judged(tmp_path, TESTS)
    assert done.returncode == 0, done.stderr
    outcomes = dict[str, set[str]]()
    for line in done.stdout.splitlines():
        outcome, scope, what = line.split("|")
        outcomes.setdefault(f"{scope} {what}", set()).add(outcome)
    assert outcomes["LIMIT grown"] == outcomes["LIMIT shrunk"] == {"killed"}
    assert outcomes["is_over not dropped"] == outcomes["is_over flipped"] == {"killed"}
    assert outcomes["is_over boundary"] == {"survived"}
    assert outcomes["steps boundary"] == {"killed"}
    assert outcomes["steps flipped"] == {"by time"}
    assert outcomes["is_nothing inverted"] == outcomes["STEPS grown"] == {"survived"}


def test_a_tree_whose_tests_fail_is_not_judged(tmp_path: Path) -> None:
    """Then no failure would prove anything."""
    done = judged(tmp_path, TESTS.replace("steps(3) == 3", "steps(3) == 4"))
    assert done.returncode == 1
    assert "a test fails with nothing broken" in done.stderr
    assert done.stdout == ""


def test_every_rule_has_its_main_comparison_named() -> None:
    """In its own words, and they are still there."""
    assert {detector.name for detector in DETECTORS} <= {main.rule for main in MAINS}
    named = [one.mutant for one in plan_mains()]
    assert len(named) == len(set(named))
    for main in MAINS:
        assert list(chosen(main, mutants_of(main.path, text_of(main.path)))), main.rule


@pytest.mark.parametrize(
    "stale", [Main("tiny", "rules/tiny", ("LIMITS",)), Main("tiny", "rules/tiny", (), ("a < b",))]
)
def test_a_rule_that_is_rewritten_must_be_marked_anew(stale: Main) -> None:
    """What is named and is not there is an error."""
    with pytest.raises(StaleError, match="said of tiny"):
        list(chosen(stale, mutants_of("detectors/rules/tiny.py", TINY)))


def test_mutants_are_python_and_what_is_known_is_one() -> None:
    """Of all rules and of the judges they share; each harmless one with its reason."""
    plan = list(plan_all())
    assert len(plan) > 1500
    for one in plan[::9]:
        compile(one.mutant.of(text_of(one.mutant.path)), one.mutant.path, "exec")
    assert {one.path for one in KNOWN} <= set(paths())
    assert all(one.reason for one in KNOWN)
    with pytest.raises(StaleError, match="no mutant"):
        check_known("detectors/motion.py", [("detectors/motion.py", "runs", "nonsense")])


def test_who_imports_a_judge_may_tell_of_its_numbers() -> None:
    """Tests that enter an importer are run for a constant."""
    assert "detectors/falling.py" in importers("detectors/motion.py")

"""The check of what is installed finds what is wrong, and only that."""

import doctest
from pathlib import Path

import pytest

from scripts import dependencies
from scripts.dependencies import Package, canonical, is_acceptable, pins_of

GOOD = Package("1.0", "MIT")


def test_what_is_installed_is_pinned_in_its_version() -> None:
    """However its name is spelt; ours and pip aside."""
    pins = pins_of("A_b==1.0\nother==2.0\n")
    found = {"a-b": GOOD, "pip": GOOD, "liftwatch": GOOD}
    assert list(dependencies.unpinned(found, pins)) == []
    found |= {"new": GOOD, "other": GOOD}
    assert list(dependencies.unpinned(found, pins)) == [
        "new 1.0 is not pinned: `make constraints`, or take it out",
        "other 1.0 is pinned to 2.0: `make constraints`, or take it out",
    ]


def test_debians_python_can_have_all_of_it() -> None:
    """Else `make setup` ends there with a conflict that names no culprit."""
    needs = {"no": "", "old": ">=3.9", "new": ">=3.11.5", "fit": ">=3.10,!=3.11.0,<4"}
    found = {name: Package("1.0", "MIT", python) for name, python in needs.items()}
    assert list(dependencies.too_new(found)) == [
        "new 1.0 needs Python >=3.11.5, and we support 3.11.2: pin an older one"
    ]


@pytest.mark.parametrize(
    ("licence", "good"),
    [
        ("MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("BSD-3-Clause AND 0BSD AND MIT", True),
        ("Apache-2.0 AND (MIT)", True),
        ("MIT AND AGPL-3.0-or-later", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("LGPL-3.0-only", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_licences_are_those_of_the_table(licence: str, good: bool) -> None:
    """One of the alternatives, in all of its parts; a package that says nothing is looked at."""
    assert is_acceptable(licence, of="x") is good
    assert bool(list(dependencies.unlicensed({"x": Package("1", licence)}))) is not good


def test_the_exception_is_of_its_package() -> None:
    """And of no other."""
    assert is_acceptable("LGPL-3.0-only", of="psycopg")
    assert not is_acceptable("GPL-3.0-only", of="psycopg")


def test_what_is_imported_is_declared(tmp_path: Path) -> None:
    """By us, or with what it comes with; a package that is not installed is named all the same."""
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "x.py").write_text(
        "import os, yaml\nfrom starlette.types import Scope\nimport nowhere.at\nfrom . import y\n"
    )
    of = {"yaml": ["PyYAML"], "starlette": ["starlette"]}
    found = dependencies.undeclared(tmp_path, {"fastapi"}, folders=["api"], of=of)
    assert list(found) == [
        "api/x.py imports nowhere, and pyproject.toml does not name nowhere",
        "api/x.py imports yaml, and pyproject.toml does not name pyyaml",
    ]


def test_its_examples_are_true() -> None:
    """They lie outside the folders whose doctests run by themselves."""
    failed, tried = doctest.testmod(dependencies)
    assert (failed, tried > 3) == (0, True)


def test_every_exception_is_still_needed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that excuses nothing is taken out."""
    monkeypatch.setattr(dependencies, "COMES_WITH", {})
    said = [line for line in dependencies.problems(root) if " imports " in line]
    needed = {line.rpartition(" ")[2] for line in said}
    monkeypatch.undo()
    assert needed == set(dependencies.COMES_WITH)
    found = dependencies.installed()
    for name, licence in dependencies.ACCEPTABLE_OF.items():
        assert (found[canonical(name)].licence or "nothing") == licence

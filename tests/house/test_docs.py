"""What is written about the project is true: commands, targets, settings, places."""

import re
import subprocess
from pathlib import Path

import pytest
from dotenv import dotenv_values
from typer.main import get_command

from liftwatch.__main__ import app
from liftwatch.settings import PREFIX, Settings

COMMANDS = ("demo", "run", "ingest", "engine", "api", "replay", "simulate")
SETTING = re.compile(rf"\b{PREFIX}[A-Z_]+\b")


def targets(root: Path) -> dict[str, str]:
    """Targets of the Makefile that explain themselves, and what they say."""
    rows = re.findall(r"^([a-z-]+):.*## (.+)$", (root / "Makefile").read_text(), re.MULTILINE)
    return dict(rows)


def test_the_readme_names_every_target(root: Path) -> None:
    """As it is typed."""
    text = (root / "README.md").read_text(encoding="utf-8")
    missing = [name for name in targets(root) if not re.search(rf"\bmake {name}\b", text)]
    assert missing == []


def test_the_readme_names_every_command(root: Path) -> None:
    """Those of the contract, and whatever else the command line offers."""
    text = (root / "README.md").read_text(encoding="utf-8")
    offered = getattr(get_command(app), "commands", {})
    assert set(COMMANDS) <= set(offered)
    missing = [n for n in sorted(offered) if not re.search(rf"\bliftwatch {n}\b", text)]
    assert missing == []


def test_make_alone_prints_every_target(root: Path) -> None:
    """And every target of the list of phony ones explains itself."""
    # Inside `make test` the variables of the outer make would change what the inner one prints.
    done = subprocess.run(
        ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "make"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    told = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    phony = re.search(r"^\.PHONY: (.+)$", (root / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert set(told) == set(targets(root)) == set(phony[1].split())


def test_every_setting_is_in_the_example_and_no_other(root: Path) -> None:
    """`.env.example` is where settings are explained."""
    in_example = set(dotenv_values(root / ".env.example", interpolate=False))
    assert in_example == {PREFIX + name.upper() for name in Settings.model_fields}


def test_every_setting_of_the_example_is_explained(root: Path) -> None:
    """By a comment above it, or above the group it stands in."""
    for group in (root / ".env.example").read_text().strip().split("\n\n"):
        assert group.startswith("#"), group


def test_the_example_shows_the_defaults(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copied as it is to `.env` it changes nothing."""
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    defaults = Settings()
    (tmp_path / ".env").write_bytes((root / ".env.example").read_bytes())
    assert Settings() == defaults


def test_documents_name_only_settings_that_exist(root: Path, tracked: list[str]) -> None:
    """In every Markdown file; variables for tests aside."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for path in (root / name for name in tracked if name.endswith(".md")):
        named = set(SETTING.findall(path.read_text(encoding="utf-8")))
        assert {n for n in named - known if not n.startswith(f"{PREFIX}TEST_")} == set(), path


def test_contributing_names_only_places_that_exist(root: Path) -> None:
    """Every path in its recipes, except those with a word to fill in, which are in capitals."""
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    spoken = re.findall(r"`([\w./-]+/[\w./-]*)`", text)
    assert len(spoken) > 10
    lost = [p for p in spoken if not re.search("[A-Z]{4}", p) and not (root / p).exists()]
    assert lost == []

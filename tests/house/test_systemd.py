"""The units of deploy/systemd: good to systemd, guarded, and of commands and settings we have."""

import configparser
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from liftwatch.__main__ import app
from liftwatch.settings import PREFIX, Settings
from tests.conftest import binary

EXPOSURE_MAX = 1.5
"""Of `systemd-analyze security`: 10 is no guard at all; 1.2 when this was written."""
UNITS = ("service", "timer", "target")


@pytest.fixture
def system(root: Path, tmp_path: Path) -> Path:
    """A root folder with the units installed as docs/systemd.md says, and systemd's own targets."""
    binary("systemd-analyze", package="systemd")
    theirs = Path("/usr/lib/systemd/system")
    if not (theirs / "basic.target").exists():
        pytest.skip("systemd's own units are not here (apt install systemd)")
    units = tmp_path / "etc/systemd/system"
    shutil.copytree(root / "deploy/systemd", units)
    (tmp_path / "usr/lib/systemd/system").mkdir(parents=True)
    for one in (*theirs.glob("*.target"), *theirs.glob("*.slice")):
        shutil.copy(one, tmp_path / "usr/lib/systemd/system" / one.name)
    for name in ("opt/liftwatch/bin/liftwatch", "opt/liftwatch/lib/systemd/back-up", "bin/kill"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch(mode=0o755)
    return tmp_path


def names(folder: Path) -> list[str]:
    """The units, by name."""
    found = sorted(p.name for p in folder.iterdir() if p.is_file())
    return [name for name in found if name.rpartition(".")[2] in UNITS]


def analysed(system: Path, *asked: str) -> "subprocess.CompletedProcess[str]":
    """What systemd-analyze says."""
    return subprocess.run(
        ["systemd-analyze", f"--root={system}", *asked], capture_output=True, text=True, check=False
    )


def test_systemd_takes_every_unit(system: Path) -> None:
    """Without a word; and it has one where a line is none of its own, or a program is missing."""
    folder = system / "etc/systemd/system"
    found = names(folder)
    assert len(found) == 8
    for name in found:
        done = analysed(system, "verify", "--man=no", name)
        assert (done.returncode, done.stdout + done.stderr) == (0, ""), name
    unit = folder / "liftwatch-api.service"
    unit.write_text(unit.read_text().replace("Restart=always", "Restart=perhaps"))
    assert "perhaps" in analysed(system, "verify", "--man=no", unit.name).stderr
    (system / "opt/liftwatch/bin/liftwatch").unlink()
    assert analysed(system, "verify", "--man=no", "liftwatch-run.service").returncode != 0


def test_every_service_is_guarded(system: Path) -> None:
    """By the drop-in that holds for all of them; one without it is wide open."""
    services = [one for one in names(system / "etc/systemd/system") if one.endswith(".service")]
    threshold = f"--threshold={EXPOSURE_MAX * 10:.0f}"
    for name in services:
        done = analysed(system, "security", "--offline=true", threshold, name)
        assert done.returncode == 0, done.stdout[-200:]
    shutil.rmtree(system / "etc/systemd/system/liftwatch-.service.d")
    assert analysed(system, "security", "--offline=true", threshold, services[0]).returncode != 0


def test_units_name_only_commands_and_settings_of_ours(root: Path) -> None:
    """As they are typed and set."""
    offered = getattr(get_command(app), "commands", {})
    settings = {PREFIX + name.upper() for name in Settings.model_fields}
    told = set[str]()
    for file in (root / "deploy/systemd").rglob("*"):
        if not file.is_file():
            continue
        text = file.read_text(encoding="utf-8")
        assert set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", text)) <= settings, file
        told |= set(
            re.findall(r"^ExecStart=/opt/liftwatch/bin/liftwatch (\w+)", text, re.MULTILINE)
        )
    assert told == {"run", "ingest", "engine", "api", "migrate"}
    assert told <= set(offered)


def test_the_file_of_settings_that_is_made_does_not_undo_the_units(root: Path) -> None:
    """A file goes before what a unit says: the command of the page leaves out what units set."""
    page = (root / "docs/systemd.md").read_text(encoding="utf-8")
    command = re.search(r"sed '([^']+)' \.env\.example", page)
    assert command is not None
    asked = ["sed", command[1], str(root / ".env.example")]
    made = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    guard = (root / "deploy/systemd/liftwatch-.service.d/guarded.conf").read_text()
    ours = re.findall(rf"\b({PREFIX}[A-Z_]+)=", guard)
    assert len(ours) == 2
    for name in ours:
        assert not re.search(rf"^{name}=", made, re.MULTILINE)


def test_the_parts_and_the_whole_exclude_each_other(root: Path) -> None:
    """Two that read one journal would stop each other at the start."""
    for name in ("ingest", "engine", "api"):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their capitals
        unit.read(root / f"deploy/systemd/liftwatch-{name}.service")
        assert unit["Unit"]["Conflicts"] == "liftwatch-run.service"
        assert unit["Unit"]["Requires"] == "liftwatch-migrate.service"


def test_the_backup_keeps_the_newest_and_none_less_when_it_fails(
    root: Path, tmp_path: Path
) -> None:
    """The oldest go after a good one; after a bad one all stay, and the unit fails."""
    for day in range(1, 5):
        (tmp_path / f"liftwatch-2026030{day}T031500Z").mkdir()
    program = tmp_path / "program"
    environment = os.environ | {"LIFT_BACKUP_KEEP": "3", "LIFT_PROGRAM": str(program)}
    command = ["sh", str(root / "deploy/systemd/back-up"), str(tmp_path)]
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    assert subprocess.run(command, env=environment, check=False).returncode == 1
    assert len(list(tmp_path.glob("liftwatch-*"))) == 4
    program.write_text('#!/bin/sh\n[ "$1" = backup ] && mkdir "$2/liftwatch-20260305T031500Z"\n')
    subprocess.run(command, env=environment, check=True, capture_output=True)
    kept = sorted(one.name[16:19] for one in tmp_path.glob("liftwatch-*"))
    assert kept == ["03T", "04T", "05T"]

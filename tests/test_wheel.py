"""The built wheel, installed into a clean environment and started from `/`.

The environment borrows the dependencies of this one by their folder, which saves minutes; what is
of ours it has from the wheel alone, and that is asserted.
"""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

from liftwatch import __version__
from tests.house.conftest import ROOT

EXAMPLES = ROOT / "tests" / "cases" / "contract" / "examples.jsonl"
FOLDERS = ("api", "dashboards", "detectors", "ingest", "simulators")
VENDORED_LICENCES = [path.relative_to(ROOT) for path in ROOT.glob("api/**/vendor/*.LICENSE")]
SOURCES_SKIPPED = ("__pycache__", ".pyc")
FIELDS = {
    *("lift", "kind", "severity", "opened_at", "raised_at", "cleared_at", "severity_max"),
    *("late", "scope", "lifts", "parent", "evidence"),
}
"""Of one incident in the output of replay (contract, section 3)."""

PLACES = """
import liftwatch, liftwatch.__main__
import api, dashboards, detectors, ingest, simulators
for module in (liftwatch, api, dashboards, detectors, ingest, simulators):
    print(module.__file__)
"""


def run(*command: str | Path, cwd: Path = Path("/")) -> subprocess.CompletedProcess[bytes]:
    """A command without what could lead it back to the checkout."""
    led = ("PYTHON", "VIRTUAL_ENV", "PIP_", "LIFTWATCH_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(led)}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-3000:]
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the backend that is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation")
    run(*build, "--outdir", folder, ROOT, cwd=folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a clean environment with the wheel in it."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--no-compile", wheel)
    site = next(folder.glob("lib/python*/site-packages"))
    # A folder named in a .pth file is searched, but .pth files inside it are not read: the
    # editable installation of the checkout does not come along.
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "borrowed.pth").write_text("".join(f"{path}\n" for path in sorted(borrowed)))
    return folder / "bin"


def replayed(clean: Path, *arguments: str | Path) -> bytes:
    """What the installed command replays."""
    return run(clean / "liftwatch", "replay", *arguments).stdout


def test_the_wheel_adds_one_name_and_is_well_made(wheel: Path) -> None:
    """`liftwatch`, and no mistakes of packaging."""
    run(
        Path(sys.executable).parent / "check-wheel-contents",
        "--config",
        ROOT / "pyproject.toml",
        wheel,
    )
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert tops == {"liftwatch", f"liftwatch-{__version__}.dist-info"}


def test_every_file_travels(wheel: Path) -> None:
    """Templates, static files, translations and licences beside the code, and nothing else."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    inside = {name for name in names if not name.split("/")[0].endswith(".dist-info")}
    expected = set(_files("liftwatch", "liftwatch"))
    for folder in FOLDERS:
        expected |= set(_files(folder, f"liftwatch/_services/{folder}"))
    assert inside == expected
    vendored = {f"liftwatch/_services/{path}" for path in VENDORED_LICENCES}
    assert vendored
    assert vendored <= inside
    assert f"liftwatch-{__version__}.dist-info/licenses/LICENSE" in names


def _files(folder: str, place: str) -> list[str]:
    """Where the files of a folder belong in the wheel."""
    return [
        f"{place}/{path.relative_to(ROOT / folder).as_posix()}"
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not any(part in str(path) for part in SOURCES_SKIPPED)
    ]


def test_everything_of_ours_is_from_the_wheel(clean: Path) -> None:
    """The package and the folders it carries."""
    places = run(clean / "python", "-c", PLACES).stdout.decode().split()
    assert len(places) == 1 + len(FOLDERS)
    package = Path(places[0]).parent
    assert package.is_relative_to(clean.parent)
    assert [Path(place).parent for place in places[1:]] == [
        package / "_services" / name for name in FOLDERS
    ]


def test_it_tells_its_version(clean: Path) -> None:
    """From anywhere."""
    assert run(clean / "liftwatch", "--version").stdout.decode() == f"liftwatch {__version__}\n"


def test_it_replays_the_examples_of_the_contract(clean: Path) -> None:
    """Whole lines in order of `raised_at`, and the same bytes every time."""
    output = replayed(clean, EXAMPLES, "--incidents", "-")
    rows: list[dict[str, Any]] = [json.loads(line) for line in output.splitlines()]
    assert rows
    assert all(set(row) == FIELDS for row in rows)
    assert [row["raised_at"] for row in rows] == sorted(row["raised_at"] for row in rows)
    assert replayed(clean, EXAMPLES, "--incidents", "-") == output

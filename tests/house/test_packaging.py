"""Dependencies are pinned whole, and nobody else claims the names of our folders."""

import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

OUR_NAMES = ("api", "dashboards", "detectors", "ingest", "liftwatch", "simulators")
ROW = re.compile(r"([A-Za-z0-9._-]+)==([A-Za-z0-9._+!-]+)")


@pytest.fixture
def pins(root: Path) -> dict[str, Version]:
    """Name and version of every row of the constraints."""
    rows = (root / "constraints.txt").read_text().splitlines()
    matches = [ROW.fullmatch(row) for row in rows]
    assert [row for row, match in zip(rows, matches, strict=True) if match is None] == []
    return {canonicalize_name(m[1]): Version(m[2]) for m in matches if m is not None}


@pytest.fixture
def wanted(root: Path) -> list[Requirement]:
    """What pyproject asks for, with every extra."""
    project = project_of(root)
    extras = [one for rows in project["optional-dependencies"].values() for one in rows]
    return [Requirement(one) for one in (*project["dependencies"], *extras)]


def project_of(root: Path) -> dict[str, Any]:
    """The table `project` of pyproject."""
    table: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    return table


def closure(wanted: list[Requirement]) -> set[str]:
    """The names of everything these requirements install here, down to the last."""
    reached: set[tuple[str, str]] = set()
    rest = [(canonicalize_name(one.name), extra) for one in wanted for extra in ("", *one.extras)]
    while rest:
        name, extra = rest.pop()
        if (name, extra) in reached:
            continue
        reached.add((name, extra))
        for one in map(Requirement, metadata.requires(name) or []):
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                rest += [(canonicalize_name(one.name), more) for more in ("", *one.extras)]
    return {name for name, _ in reached}


def test_constraints_hold_whatever_is_installed(
    pins: dict[str, Version], wanted: list[Requirement]
) -> None:
    """Dependencies of dependencies too, so that two installations are the same."""
    assert closure(wanted) - pins.keys() == set()


def test_constraints_and_project_agree(pins: dict[str, Version], wanted: list[Requirement]) -> None:
    """Each pinned version is one that pyproject allows."""
    refused = [str(one) for one in wanted if not one.specifier.contains(pins[one.name.lower()])]
    assert refused == []


def test_constraints_are_sorted(root: Path) -> None:
    """As `make constraints` writes them, without regard to capitals."""
    rows = (root / "constraints.txt").read_text().splitlines()
    # Capitals, because that is what `sort -f` compares: an underscore comes after a letter.
    assert rows == sorted(rows, key=lambda row: (row.upper(), row))


def test_nobody_else_claims_our_names() -> None:
    """A distribution with a folder `api` on top would hide ours, or be hidden."""
    owners = metadata.packages_distributions()
    claims = {name: set(owners.get(name, ())) - {"liftwatch"} for name in OUR_NAMES}
    assert {name: others for name, others in claims.items() if others} == {}


def test_every_folder_travels(root: Path) -> None:
    """Of ours, those that exist are in the wheel and on the lists of the tools."""
    tables = tomllib.loads((root / "pyproject.toml").read_text())["tool"]
    ours = {name for name in OUR_NAMES if (root / name / "__init__.py").exists()}
    wheel = tables["hatch"]["build"]["targets"]["wheel"]
    assert set(wheel["packages"]) | set(wheel["force-include"]) == ours
    assert set(tables["mypy"]["packages"]) == ours
    assert set(tables["importlinter"]["root_packages"]) == ours
    assert set(tables["pytest"]["ini_options"]["testpaths"]) == ours | {"tests"}

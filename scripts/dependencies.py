"""What is installed, held against what was agreed: pins, Python, licences, who imports what.

All of it lies on this machine, so `make lint` asks nobody. Known vulnerabilities and withdrawn
releases do not: looking them up needs a service outside, and that is said, not tried.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
OURS = ("liftwatch", "api", "dashboards", "ingest", "detectors", "simulators")
FOR_DEVELOPMENT = ("tests", "bench", "scripts")
OLDEST_PYTHON = "3.11.2"
"""Debian 12's: `make setup` has to work with it."""
NEVER_PINNED = {"liftwatch", "pip", "setuptools", "wheel"}
"""Ours, and what makes an environment before there are pins."""

ACCEPTABLE = {
    *("MIT", "MIT License", "MIT-0", "MIT-CMU", "0BSD", "Zlib", "CC0-1.0"),
    *("ISC License (ISCL)", "ISC"),
    *("BSD License", "BSD-2-Clause", "BSD-3-Clause", "PSF-2.0"),
    *("Apache-2.0", "Apache Software License"),
    *("MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)"),  # its files stay as they are
}
"""Licences under which a package may be used by a service of Apache-2.0, as packages name them."""
ACCEPTABLE_OF = {
    "axe-playwright-python": "nothing",  # MIT, says its file; axe-core in it is MPL-2.0, unchanged
    "psycopg": "LGPL-3.0-only",  # an extra, loaded unchanged, exchangeable: section 4 (d) 1
    "psycopg-binary": "LGPL-3.0-only",  # the same
}
COMES_WITH = {
    "starlette": "fastapi",  # FastAPI's own interface is made of it
    "anyio": "fastapi",  # and its routes run on its threads
    "urllib3": "influxdb-client",  # its errors are raised through it
    "python-dotenv": "pydantic-settings",  # reads `.env` with it, so we check `.env` with it
    "mkdocs": "mkdocs-material",  # what its hooks are given
    "packaging": "hatchling",  # how a wheel's name and version are read
}
"""What may be imported although it is another that names it."""


class Package(NamedTuple):
    """An installed one."""

    version: str
    licence: str
    python: str = ""
    """The versions of Python that it says it needs."""


def canonical(name: str) -> str:
    """The name under which two spellings are one (PEP 503).

    >>> canonical("Ruamel.yaml_X")
    'ruamel-yaml-x'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def installed() -> dict[str, Package]:
    """All packages of this environment."""
    return {
        canonical(one.metadata["Name"]): Package(
            one.version.removeprefix("v"),
            licence_of(one.metadata),
            next(iter(one.metadata.get_all("Requires-Python", [])), ""),
        )
        for one in metadata.distributions()
    }


def licence_of(said: metadata.PackageMetadata) -> str:
    """The licence as the package says it: an expression, else classifiers, else its own words."""
    classified = [
        one.rpartition(" :: ")[2]
        for one in said.get_all("Classifier", [])
        if one.startswith("License :: ") and not one.endswith("OSI Approved")
    ]
    expression, own = said.get_all("License-Expression", []), said.get_all("License", [])
    return next(iter(expression), "") or " AND ".join(classified) or next(iter(own), "")


def pins_of(text: str) -> dict[str, str]:
    """Versions by name, of the lines of `constraints.txt`."""
    pairs = (line.partition("==") for line in text.splitlines() if "==" in line)
    return {canonical(name): version.strip() for name, _, version in pairs}


def unpinned(found: Mapping[str, Package], pins: Mapping[str, str]) -> Iterator[str]:
    """What is installed and in no pin, or in another version."""
    for name, package in sorted(found.items()):
        pin = pins.get(name)
        if name in NEVER_PINNED or pin == package.version:
            continue
        told = "is not pinned" if pin is None else f"is pinned to {pin}"
        yield f"{name} {package.version} {told}: `make constraints`, or take it out"


def too_new(found: Mapping[str, Package]) -> Iterator[str]:
    """What the oldest Python we support cannot have."""
    for name, package in sorted(found.items()):
        if OLDEST_PYTHON not in SpecifierSet(package.python):
            told = f"needs Python {package.python}, and we support {OLDEST_PYTHON}"
            yield f"{name} {package.version} {told}: pin an older one"


def unlicensed(found: Mapping[str, Package]) -> Iterator[str]:
    """What may not be used, or must be looked at first."""
    for name, package in sorted(found.items()):
        if name not in NEVER_PINNED and not is_acceptable(package.licence or "nothing", of=name):
            said = " ".join(package.licence.split())[:60] or "nothing"
            yield f"{name}: its licence says {said!r}, which is in no table of scripts/dependencies"


def is_acceptable(licence: str, *, of: str) -> bool:
    """Whether one of the alternatives is acceptable in all of its parts.

    >>> is_acceptable("MIT OR GPL-3.0-only", of="x"), is_acceptable("MIT AND GPL-3.0-only", of="x")
    (True, False)
    """
    good = ACCEPTABLE | {ACCEPTABLE_OF.get(of, "")} - {""}
    return any(
        all(part.strip(" ()") in good or part.strip() in good for part in one.split(" AND "))
        for one in licence.split(" OR ")
    )


def undeclared(
    root: Path, declared: Collection[str], *, folders: Collection[str], of: Mapping[str, list[str]]
) -> Iterator[str]:
    """What files import although no declared package holds it; `of` is packages by module."""
    known = {*declared, *(name for name, owner in COMES_WITH.items() if owner in declared)}
    for folder in folders:
        for file in sorted((root / folder).rglob("*.py")):
            for name in sorted(imported(file.read_text(encoding="utf-8"))):
                if name in sys.stdlib_module_names or name in (*OURS, *FOR_DEVELOPMENT):
                    continue
                owners = {canonical(one) for one in of.get(name, [name])}
                if not owners & known:
                    told = " or ".join(sorted(owners))
                    where = file.relative_to(root)
                    yield f"{where} imports {name}, and pyproject.toml does not name {told}"


def imported(text: str) -> set[str]:
    """The top names of all that a file imports.

    >>> sorted(imported("import a.b, c\\nfrom d.e import f\\nfrom . import g"))
    ['a', 'c', 'd']
    """
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def named(requirements: Collection[str]) -> set[str]:
    """The packages that requirements name.

    >>> sorted(named(["psycopg[binary]>=3.3.9,<4", "reactivex<7", "A_b == 1; extra == 'x'"]))
    ['a-b', 'psycopg', 'reactivex']
    """
    return {canonical(re.split(r"[\s\[<>=!~;]", one, maxsplit=1)[0]) for one in requirements}


def problems(root: Path) -> Iterator[str]:
    """All that is wrong, a line each."""
    found = installed()
    yield from unpinned(found, pins_of((root / "constraints.txt").read_text(encoding="utf-8")))
    yield from too_new(found)
    yield from unlicensed(found)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    running = named([*project["dependencies"], *extras["pg"], *extras["demo"], *extras["grafana"]])
    of = metadata.packages_distributions()
    yield from undeclared(root, running, folders=OURS, of=of)
    yield from undeclared(
        root, running | named([*extras["dev"], *extras["docs"]]), folders=FOR_DEVELOPMENT, of=of
    )


def main() -> None:
    """Print what is wrong and end with status 1, or one line that all is right."""
    wrong = list(problems(ROOT))
    for line in wrong:
        print(f"dependencies: {line}", file=sys.stderr)
    if wrong:
        sys.exit(1)
    print(
        "dependencies: pins, licences and imports are right; known vulnerabilities and withdrawn"
        " releases were not looked up, which needs a service outside (docs/decisions/0005)"
    )


if __name__ == "__main__":
    main()

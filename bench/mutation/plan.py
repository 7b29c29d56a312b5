"""Which mutants are to be judged, and what is known of each beforehand."""

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bench.mutation.equivalents import KNOWN
from bench.mutation.main_comparisons import MAINS, StaleError, chosen
from bench.mutation.mutants import Mutant, mutants_of
from bench.mutation.shadow import ROOT

JUDGES = (
    "lasting",
    "wear",
    "trend",
    "motion",
    "people",
    "falling",
    "together",
    "duties",
    "moment",
)
"""Modules of `detectors/` that rules share."""


Key = tuple[str, str, str]
"""Module, function or constant, and what the line becomes."""


class Planned(NamedTuple):
    """A mutant, the line it makes, and why nobody needs to tell it, if so."""

    mutant: Mutant
    line: str
    harmless: str | None


def paths() -> list[str]:
    """Every module that can be broken."""
    rules = sorted((ROOT / "detectors" / "rules").glob("*.py"))
    return [
        *(f"detectors/rules/{path.name}" for path in rules if path.stem != "__init__"),
        *(f"detectors/{name}.py" for name in JUDGES),
    ]


def plan_mains(names: Sequence[str] = ()) -> Iterator[Planned]:
    """The main comparisons of the rules named, of all when none is."""
    seen = set()
    for main in MAINS:
        if names and not {main.rule, main.module, main.path} & set(names):
            continue
        for mutant in chosen(main, of_path(main.path)):
            if mutant not in seen:
                seen.add(mutant)
                yield planned(mutant)


def plan_all(names: Sequence[str] = ()) -> Iterator[Planned]:
    """Everything that can be broken in the modules named, in all when none is."""
    for path in paths():
        stem = path.rpartition("/")[2].removesuffix(".py")
        if not names or {path, path.removesuffix(".py"), stem} & set(names):
            yield from map(planned, of_path(path))


@lru_cache
def text_of(path: str) -> str:
    """The sound text of a module."""
    return (ROOT / path).read_text(encoding="utf-8")


@lru_cache
def of_path(path: str) -> tuple[Mutant, ...]:
    """All mutants of a module; raises StaleError when a known one is none of them."""
    check_known(path, [known[:3] for known in KNOWN if known.path == path])
    return tuple(mutants_of(path, text_of(path)))


def check_known(path: str, known: Sequence[Key]) -> None:
    """Raises StaleError when one that is said to be harmless is no mutant of the module."""
    keys = {_key(mutant) for mutant in mutants_of(path, text_of(path))}
    for _, scope, line in (key for key in known if key not in keys):
        raise StaleError(f"{path} has no mutant {scope}: {line}")


def planned(mutant: Mutant) -> Planned:
    """A mutant with what is known of it."""
    known = {one[:3]: one.reason for one in KNOWN}
    key = _key(mutant)
    return Planned(mutant, key[2], known.get(key))


def _key(mutant: Mutant) -> Key:
    return mutant.path, mutant.scope, mutant.line_of(text_of(mutant.path))


def importers(path: str, root: Path = ROOT) -> list[str]:
    """The modules of `detectors` that import something of a module, and itself."""
    name = path.removesuffix(".py").replace("/", ".")
    found = [path]
    for file in sorted((root / "detectors").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if any(isinstance(one, ast.ImportFrom) and one.module == name for one in ast.walk(tree)):
            found.append(str(file.relative_to(root)))
    return found


def words_of(path: str, root: Path = ROOT) -> list[str]:
    """What tests call the rules that a module decides: their names and kinds."""
    words = {path.rpartition("/")[2].removesuffix(".py")}
    for one in importers(path, root):
        if not one.startswith("detectors/rules/"):
            continue
        for node in ast.walk(ast.parse((root / one).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("name", "kinds"):
                texts = (leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant))
                words |= {text for text in texts if isinstance(text, str)}
    return sorted(words)

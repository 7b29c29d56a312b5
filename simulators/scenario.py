"""Scenario files: a JSON list of faults, read strictly; what is wrong is said in one line."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from simulators.faults import FAULTS


class Fault(NamedTuple):
    """One fault: on which lift (its number in the fleet from 0, or its name), when, how long."""

    lift: int | str
    name: str
    after_s: float
    for_s: float
    options: Mapping[str, float] = MappingProxyType({})


class Scenario(NamedTuple):
    """The faults of a run; seconds count from its start."""

    faults: tuple[Fault, ...] = ()


def fault(lift: int | str, name: str, after_s: float, **options: float) -> Fault:
    """A fault by name, with the table's duration and options where none are given.

    >>> fault(3, "overspeed", 60.0)
    Fault(lift=3, name='overspeed', after_s=60.0, for_s=240.0, options={'ratio': 1.26})
    """
    row = FAULTS.get(name)
    if row is None:
        raise ValueError(f"unknown fault {name!r}; known are {', '.join(sorted(FAULTS))}")
    for_s = options.pop("for_s", row.for_s)
    unknown = sorted(set(options) - set(row.options))
    if unknown:
        known = ", ".join(("for_s", *row.options))
        raise ValueError(f"fault {name} has no option {unknown[0]!r}; it has {known}")
    return Fault(lift, name, after_s, for_s, {**row.options, **options})


def load_scenario(path: str | Path) -> Scenario:
    """The scenario in a file; ValueError with one line when it is none, OSError when unreadable."""
    try:
        rows = msgspec.json.decode(Path(path).read_bytes())
    except msgspec.DecodeError as error:
        raise ValueError(f"{path}: not JSON: {error}") from error
    if not isinstance(rows, list):
        raise ValueError(f"{path}: not a list of faults")
    return Scenario(tuple(_read(path, rows)))


def _read(path: str | Path, rows: Iterable[Any]) -> Iterable[Fault]:
    for number, row in enumerate(rows, 1):
        try:
            yield _fault_of(row)
        except ValueError as error:
            raise ValueError(f"{path}: fault {number}: {error}") from error


def _fault_of(row: Any) -> Fault:
    if not isinstance(row, dict):
        raise ValueError("not an object")
    for name in ("lift", "fault", "after_s"):
        if name not in row:
            raise ValueError(f"no {name!r}")
    lift, name = row["lift"], row["fault"]
    if isinstance(lift, bool) or not isinstance(lift, int | str):
        raise ValueError("'lift' is neither a number nor a name")
    if not isinstance(name, str):
        raise ValueError("'fault' is no text")
    rest = {key: value for key, value in row.items() if key not in ("lift", "fault")}
    numbers = {key: _number(key, value) for key, value in rest.items()}
    return fault(lift, name, numbers.pop("after_s"), **numbers)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{name!r} is no number from 0 on")
    return float(value)

"""YAML as provisioning files have it, without a library: maps, lists, text as JSON has it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

HEAD = "# Made by `liftwatch dashboards build`; changes here are lost.\n"


def text_of(value: Mapping[str, Any]) -> str:
    """A whole file.

    >>> print(text_of({"apiVersion": 1, "groups": [{"name": "电梯", "rules": []}]}))
    # Made by `liftwatch dashboards build`; changes here are lost.
    apiVersion: 1
    groups:
      - name: "电梯"
        rules: []
    <BLANKLINE>
    """
    return HEAD + "".join(f"{line}\n" for line in _lines(value))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for name, one in value.items():
            yield from _named(f"{name}:", one)
    elif _is_list(value):
        for one in value:
            first, *rest = _lines(one)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    else:
        yield json.dumps(value, ensure_ascii=False)


def _named(name: str, value: Any) -> Iterator[str]:
    if (isinstance(value, Mapping) and value) or _is_list(value):
        yield name
        yield from (f"  {line}" for line in _lines(value))
    else:
        yield f"{name} {json.dumps(value, ensure_ascii=False)}"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and bool(value)

"""`docs/logs.md`: every event of the log, with its level and its fields, from the code."""

import ast
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "logs.md"
LEVELS = ("info", "warning", "error", "exception", "critical")
LOGGERS = ("log", "logger")
PARTS = {
    "ingest": "Reception, detection, relay",
    "detectors": "Detectors",
    "liftwatch/engine": "The engine",
    "liftwatch": "Commands, stores and ways out",
    "api": "API and pages",
}
"""Folders in the order of the page; the first that a file lies in holds it."""
GIVEN = {
    "ingest/looking.py": (
        "dead letters cannot be retried now",
        "what people did is not looked up",
    )
}
"""Words that are given to who says them: they must stand somewhere in the code."""
HEAD = """\
# The log

Written by `make handbook` from the code; do not edit. What to do about an event stands in
[operations](operations.md).

The service writes to standard error, one event a line; systemd or Docker keeps it.
`LIFTWATCH_LOG=text` is for people, `LIFTWATCH_LOG=json` for machines:

    {"broker": "127.0.0.1:1883", "event": "broker connected", "level": "info", "timestamp": "..."}

| field | what |
|---|---|
| `timestamp` | RFC 3339, UTC, when it was said |
| `level` | `info`; `warning`: not as it should be; `error`: somebody has to do something |
| `event` | one of those below, always in the same words: what an alert may look for |
| `exception` | the traceback, of a defect; with level `error` |
| all others | the facts of that event, as the table names them |

A loss is said once when it begins and once when it ends, not at each attempt. No line holds a
password, a token, a telephone number or an address of a robot; lifts and terminals are named by
their codes, people by their ids. `...` in an event stands for a word that differs: whose, which.
Libraries speak from `warning` on, in words of their own under `event`.

"""


class Event(NamedTuple):
    """What may be logged at a place."""

    event: str
    level: str
    fields: tuple[str, ...]
    path: str


def events(root: Path = ROOT) -> list[Event]:
    """All of them, in order of their words."""
    found = []
    for folder in ("ingest", "detectors", "liftwatch", "api"):
        for file in sorted((root / folder).rglob("*.py")):
            path = file.relative_to(root).as_posix()
            found += list(said_in(ast.parse(file.read_text(encoding="utf-8")), path))
    return sorted(set(found))


def said_in(tree: ast.Module, path: str) -> Iterator[Event]:
    """The events of a file.

    >>> code = 'def f():\\n    facts = {"id": 1}\\n    log.info("done", n=2, **facts)'
    >>> list(said_in(ast.parse(code), "a.py"))
    [Event(event='done', level='info', fields=('id', 'n'), path='a.py')]
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = node.func.value
        name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
        if node.func.attr not in LEVELS or name not in LOGGERS or not node.args:
            continue
        level = "error" if node.func.attr in ("exception", "critical") else node.func.attr
        for text in GIVEN.get(path) or texts(node.args[0], tree):
            yield Event(text, level, tuple(sorted(fields(node, tree))), path)


def texts(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """The words of an event; of a choice all."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.sub("%[sd]", "...", node.value)
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body, tree)
        yield from texts(node.orelse, tree)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(p.value) if isinstance(p, ast.Constant) else "..." for p in node.values)
    elif isinstance(node, ast.Name) and (given := assigned(node.id, tree)):
        for one in given:
            yield from texts(one, tree)
    else:
        yield "..."


def assigned(name: str, tree: ast.Module, *, before: float = math.inf) -> list[ast.expr]:
    """What is written down under a name in a file, before a line."""
    return [
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign) and one.lineno < before
        if any(isinstance(target, ast.Name) and target.id == name for target in one.targets)
    ]


def fields(call: ast.Call, tree: ast.Module) -> set[str]:
    """The names of its facts; `*` where they are not to be read off the code."""
    found = set[str]()
    for one in call.keywords:
        if one.arg is not None:
            found.add(one.arg)
        else:
            found |= keys(one.value, tree, at=call.lineno)
    return found


def keys(node: ast.expr, tree: ast.Module, *, at: int) -> set[str]:
    """The keys of a dictionary that is given, or was the last to be written down before a line."""
    if isinstance(node, ast.Dict):
        return {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
    if isinstance(node, ast.BinOp):
        return keys(node.left, tree, at=at) | keys(node.right, tree, at=at)
    if isinstance(node, ast.Name):
        given = assigned(node.id, tree, before=at)
        if given and isinstance(given[-1], ast.Dict | ast.BinOp):
            return keys(given[-1], tree, at=at)
    return {"*"}


def text() -> str:
    """The page."""
    parts = dict[str, list[Event]]({folder: [] for folder in PARTS})
    for one in events():
        parts[next(f for f in PARTS if one.path.startswith(f"{f}/"))].append(one)
    return HEAD + "\n".join(
        _table(PARTS[folder], found) for folder, found in parts.items() if found
    )


def _table(title: str, found: list[Event]) -> str:
    lines = [f"## {title}\n", "| event | level | fields | where |", "|---|---|---|---|"]
    for one in found:
        told = ", ".join(f"`{name}`" if name != "*" else r"\*" for name in one.fields)
        event = f"`` {one.event} ``" if "`" in one.event else f"`{one.event}`"
        lines.append(f"| {event} | {one.level} | {told} | `{one.path}` |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(text(), end="")

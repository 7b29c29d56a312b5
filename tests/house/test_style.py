"""Sizes, words, time and errors: what the house style asks of every Python file."""

import ast
import re
from collections.abc import Callable, Iterator

import pytest

from tests.house.conftest import Source

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400
POSITIONAL_MAX = 3

Function = ast.FunctionDef | ast.AsyncFunctionDef

SIGNATURES_OF_OTHERS = {
    ("bench/chaos.py", "_on_publish"): "paho calls it by position",
    ("bench/compose/lifts.py", "_on_publish"): "paho calls it by position",
    ("bench/compose/lifts.py", "on_connect"): "paho calls it by position",
    ("ingest/canary.py", "_on_connect"): "paho calls it by position",
    ("ingest/canary.py", "_on_publish"): "paho calls it by position",
    ("ingest/canary.py", "_on_disconnect"): "paho calls it by position",
    ("ingest/consumer.py", "_on_connect"): "paho calls it by position",
    ("ingest/consumer.py", "_on_subscribe"): "paho calls it by position",
    ("ingest/consumer.py", "_on_disconnect"): "paho calls it by position",
    ("liftwatch/__main__.py", "simulate"): "typer calls it by name",
}
"""Functions whose parameters a library decides."""

# Bracketed, so that this file does not hold what it looks for.
MARKS = re.compile(r"\b([T]ODO|[F]IXME|[X]XX|[N]otImplementedError)\b")

REASON = re.compile(r"#\s*(?:noqa: [A-Z0-9, ]+ - )?(?!noqa)\w+")
"""A comment in words; an ignore alone is none."""

CLOCKS = {
    "time": {"time", "monotonic", "perf_counter", "process_time", "thread_time", "clock_gettime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}
"""What asks the time: of the module `time` (also in `_ns`), of `datetime` and of `date`."""


def functions(tree: ast.AST, *, of_class: bool = False) -> Iterator[tuple[Function, bool]]:
    """Every function, nested ones too, and whether it is a method."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, of_class
        yield from functions(node, of_class=isinstance(node, ast.ClassDef))


def decorators(function: Function) -> set[str]:
    """The names of its decorators, without what they are called with."""
    calls = (d.func if isinstance(d, ast.Call) else d for d in function.decorator_list)
    return {ast.unparse(call) for call in calls}


def positional(function: Function, *, method: bool) -> int:
    """How many parameters can be given by position, `self` and `cls` aside."""
    count = len(function.args.posonlyargs) + len(function.args.args)
    return count - (method and "staticmethod" not in decorators(function))


def is_for_pytest(path: str, function: Function) -> bool:
    """Whether pytest fills the parameters by name."""
    fixture = any(name.endswith("fixture") for name in decorators(function))
    return path.startswith("tests/") and (fixture or function.name.startswith("test_"))


def is_dunder(name: str) -> bool:
    """Whether Python decides what it takes.

    >>> is_dunder("__exit__"), is_dunder("_exit")
    (True, False)
    """
    return name.startswith("__") and name.endswith("__")


def too_wide(source: Source) -> Iterator[tuple[int, str]]:
    """Line and name of functions with more positional parameters than the house allows."""
    for function, method in functions(source.tree):
        if is_dunder(function.name) or is_for_pytest(source.path, function):
            continue
        if positional(function, method=method) > POSITIONAL_MAX:
            yield function.lineno, function.name


def clock_reads(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of what asks the time, also under another name."""
    alias: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            alias |= {item.asname or item.name: item.name for item in node.names}
        if isinstance(node, ast.ImportFrom) and node.module in ("time", "datetime"):
            for item in node.names:
                alias[item.asname or item.name] = item.name
                if node.module == "time" and is_clock("time", item.name):
                    yield node.lineno, f"from time import {item.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            if is_clock(alias.get(owner, owner).rsplit(".", 1)[-1], node.attr):
                yield node.lineno, ast.unparse(node)


def is_clock(owner: str, name: str) -> bool:
    """Whether this function of this module or class asks the time."""
    return name.removesuffix("_ns") in CLOCKS.get(owner, ())


def swallowed(source: Source) -> Iterator[int]:
    """Lines of handlers of every error that neither raise, nor log it whole, nor say why."""
    lines = source.text.splitlines()
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.ExceptHandler) or not is_blind(node.type):
            continue
        body = ast.Module(node.body, [])
        raises = any(isinstance(inner, ast.Raise) for inner in ast.walk(body))
        says = any(
            isinstance(inner, ast.Attribute) and inner.attr == "exception"
            for inner in ast.walk(body)
        )
        reason = REASON.search(lines[node.lineno - 1])
        if not (raises or says or reason):
            yield node.lineno


def is_blind(caught: ast.expr | None) -> bool:
    """Whether a handler takes every error."""
    if isinstance(caught, ast.Tuple):
        return any(is_blind(one) for one in caught.elts)
    return caught is None or ast.unparse(caught) in ("Exception", "BaseException")


def places(sources: list[Source], look: Callable[[Source], Iterator[object]]) -> str:
    """What a look at every file found, as lines to read; nothing when there is nothing."""
    return "".join(f"\n{one.path}: {found}" for one in sources for found in look(one))


def test_every_module_says_what_it_holds(sources: list[Source]) -> None:
    """A docstring on top, also in tests."""
    assert [one.path for one in sources if not ast.get_docstring(one.tree)] == []


def test_files_stay_short(sources: list[Source]) -> None:
    """So that one can be read in one go."""
    sizes = {one.path: len(one.text.splitlines()) for one in sources}
    assert {path: size for path, size in sizes.items() if size > FILE_LINES_MAX} == {}


def test_functions_stay_short(sources: list[Source]) -> None:
    """Decorators are not counted."""

    def look(source: Source) -> Iterator[object]:
        for function, _ in functions(source.tree):
            size = (function.end_lineno or function.lineno) - function.lineno + 1
            if size > FUNCTION_LINES_MAX:
                yield f"{function.lineno} {function.name}: {size} lines"

    found = places(sources, look)
    assert not found, found


def test_few_parameters_by_position(sources: list[Source]) -> None:
    """What comes after the third has a name where it is called."""

    def look(source: Source) -> Iterator[object]:
        for line, name in too_wide(source):
            if (source.path, name) not in SIGNATURES_OF_OTHERS:
                yield f"{line} {name}"

    found = places(sources, look)
    assert not found, found


def test_every_exception_from_that_is_still_needed(sources: list[Source]) -> None:
    """A row that excuses nothing is taken out."""
    wide = {(one.path, name) for one in sources for _, name in too_wide(one)}
    assert set(SIGNATURES_OF_OTHERS) - wide == set()


def test_nothing_is_left_for_later(sources: list[Source]) -> None:
    """No marks in the code; what is missing is an issue."""

    def look(source: Source) -> Iterator[object]:
        for number, line in enumerate(source.text.splitlines(), 1):
            if MARKS.search(line):
                yield f"{number} {line.strip()}"

    found = places(sources, look)
    assert not found, found


def test_only_the_clock_asks_the_time(sources: list[Source]) -> None:
    """Tests, measurements and what others run aside; everywhere else time is an argument."""
    aside = ("tests/", "bench/", "examples/")
    asked = [one for one in sources if not one.path.startswith(aside)]
    judged = [one for one in asked if one.path != "liftwatch/clock.py"]
    found = places(judged, lambda source: clock_reads(source.tree))
    assert not found, found


def test_no_error_is_swallowed(sources: list[Source]) -> None:
    """Whoever takes every error raises it again, logs it whole, or says why on that line."""
    found = places(sources, swallowed)
    assert not found, found


@pytest.mark.parametrize(
    "text",
    [
        "import time\ntime.time()",
        "import time as t\nt.monotonic_ns()",
        "from time import perf_counter",
        "from datetime import datetime as dt, UTC\ndt.now(UTC)",
        "import datetime\ndatetime.datetime.utcnow()",
        "from datetime import date\ndate.today()",
    ],
)
def test_a_clock_is_recognised(text: str) -> None:
    """Under its own name and under another."""
    assert list(clock_reads(ast.parse(text)))


@pytest.mark.parametrize("text", ["import time\ntime.sleep(1)", "row.time", "clock.now_ms()"])
def test_what_is_no_clock_is_left_alone(text: str) -> None:
    """Waiting, fields named time, and our own clock."""
    assert not list(clock_reads(ast.parse(text)))


@pytest.mark.parametrize(
    ("handler", "found"),
    [
        ("except Exception:\n    pass", True),
        ("except:\n    x = 1", True),
        ("except (ValueError, BaseException):\n    pass", True),
        ("except Exception:\n    raise", False),
        ("except Exception:\n    log.exception('it ended')", False),
        ("except Exception:  # noqa: BLE001 - asked again in a second\n    pass", False),
        ("except Exception:  # noqa: BLE001\n    pass", True),
        ("except ValueError:\n    pass", False),
    ],
)
def test_a_swallowed_error_is_recognised(handler: str, found: bool) -> None:
    """A bare ignore is no reason."""
    text = f"try:\n    go()\n{handler}\n"
    assert bool(list(swallowed(Source("x.py", text, ast.parse(text))))) is found


def test_parameters_are_counted_right() -> None:
    """Keyword-only ones and `self` are free; nested functions and static methods count."""
    text = (
        "class A:\n"
        "    def fits(self, a, b, c, *, d): ...\n"
        "    @staticmethod\n"
        "    def four(a, b, c, d): ...\n"
        "def outer():\n"
        "    def inner(a, b, c, /, d): ...\n"
    )
    found = [name for _, name in too_wide(Source("x.py", text, ast.parse(text)))]
    assert found == ["four", "inner"]


def test_no_wait_that_a_signal_makes_endless(sources: list[Source]) -> None:
    """`SimpleQueue.get` of CPython 3.11 waits for ever once a signal took it past its timeout."""
    named = {
        source.path
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) == "SimpleQueue"
    }
    assert not named

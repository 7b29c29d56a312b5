"""What is written of the log is what is logged."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import log_events
from scripts.log_events import events, said_in

SAY = """
import structlog
from liftwatch.logs import configure
configure("json")
log = structlog.get_logger()
log.info("broker connected", broker="b")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("relay ended")
"""


def test_the_page_is_current() -> None:
    """`make handbook` writes it anew."""
    assert log_events.FILE.read_text(encoding="utf-8") == log_events.text()


def test_each_event_has_words_of_its_own() -> None:
    """By which an alert may look for it: no event is all a variable, and none has a line break."""
    found = events()
    assert len(found) > 70
    for one in found:
        assert one.event.strip(". "), one
        assert "\n" not in one.event
        assert "*" not in one.fields, f"{one}: a field whose name cannot be read off the code"


def test_words_that_are_given_stand_in_the_code(root: Path) -> None:
    """Of those who give them to who says them."""
    code = "".join(file.read_text(encoding="utf-8") for file in (root / "ingest").rglob("*.py"))
    for path, words in log_events.GIVEN.items():
        assert (root / path).is_file()
        for one in words:
            assert f'"{one}"' in code


@pytest.mark.parametrize(
    ("code", "event", "fields"),
    [
        ('log.warning("a %s b", x)', "a ... b", ()),
        ('self.log.error("a", id=1, **{"b": 2})', "a", ("b", "id")),
        ('log.info("a" if x else "b")', "a", ()),
        ('log.info(f"{x} lost", **facts)', "... lost", ("*",)),
        ('facts = {"b": 1}\nlog.info("a", **facts | {"c": 2})', "a", ("b", "c")),
    ],
)
def test_events_are_read_off_the_code(code: str, event: str, fields: tuple[str, ...]) -> None:
    """However they are written down."""
    first = next(said_in(ast.parse(code), "x.py"))
    assert (first.event, first.fields) == (event, fields)


def test_a_line_of_json_has_the_fields_of_the_page(root: Path) -> None:
    """Each is one object; a traceback is one field of it."""
    command = [sys.executable, "-c", SAY]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    said, failed = map(json.loads, done.stderr.splitlines())
    assert set(said) == {"timestamp", "level", "event", "broker"}
    assert set(failed) == {"timestamp", "level", "event", "exception"}
    assert failed["level"] == "error"
    page = log_events.FILE.read_text(encoding="utf-8")
    for field in ("timestamp", "level", "event", "exception"):
        assert f"| `{field}` |" in page

"""The trail as files: an object a line, or a table that is safe to open as a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import structs

from liftwatch.audit.persons import ERASED, Line
from liftwatch.clock import rfc3339

COLUMNS = (
    *("n", "at", "who", "organisation", "action", "target_kind", "target", "about", "outcome"),
    *("channel", "address", "why", "detail", "private", "actor", "hash"),
)
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula, also in full width."""
MARK = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else, and Chinese is lost."""


def jsonl(lines: Iterable[Line]) -> Iterator[str]:
    """An object a line: what people read, and under `entry` the very fields that are sealed."""
    for line in lines:
        said: dict[str, Any] = {name: value for name, value in _cells(line).items() if value != ""}
        said |= {"detail": msgspec.Raw(line.entry.detail.encode()), "private": line.private}
        said["entry"] = structs.asdict(line.entry)
        yield msgspec.json.encode(said).decode() + "\n"


def table(lines: Iterable[Line]) -> Iterator[str]:
    """CSV by RFC 4180 with a header, in UTF-8 with its mark."""
    yield MARK + _row(COLUMNS)
    for line in lines:
        cells = _cells(line)
        yield _row([harmless(str(cells[name])) for name in COLUMNS])


def harmless(cell: str) -> str:
    """A cell that no spreadsheet computes: a formula gets an apostrophe before it.

    >>> harmless("=HYPERLINK(A1)"), harmless(" \\u3000@SUM(1)"), harmless("lift-7")
    ("'=HYPERLINK(A1)", "' \\u3000@SUM(1)", 'lift-7')
    """
    begins = cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA)
    return f"'{cell}" if begins else cell


def _row(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _cells(line: Line) -> dict[str, Any]:
    """What people read of an entry, by column; what there is not is an empty text."""
    entry = line.entry
    return {
        "n": entry.n,
        "at": rfc3339(entry.at_ms),
        "who": ERASED if line.who is None else line.who,
        "organisation": entry.organisation or "",
        "action": entry.action,
        "target_kind": entry.target_kind,
        "target": entry.target,
        "about": ERASED if line.about is None else line.about,
        "outcome": entry.outcome,
        "channel": entry.channel,
        "address": line.address or "",
        "why": line.why or "",
        "detail": entry.detail,
        "private": msgspec.json.encode(line.private).decode() if line.private else "",
        "actor": entry.actor,
        "hash": entry.hash,
    }

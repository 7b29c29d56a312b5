"""A sheet to import, from the bytes of its file to typed rows, with all that is the matter.

This reads and judges; what is done with a file that has a bad row is the caller's: `scan` gives
rows and problems as they come, in little memory, and problems that concern several rows at the
end, so that nothing may be kept before it is through.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import Struct

from liftwatch.register.cells import BLANKS, Given, plain, visible
from liftwatch.register.columns import Column, Sheet
from liftwatch.register.csv_files import (
    DELIMITERS,
    ROWS_MAX,
    Line,
    encoding_of,
    has_more_rows,
    records,
)
from liftwatch.register.doubts import Doubt, Unusual, Wrong
from liftwatch.said import Said

MEMO_MAX = 512
"""Different cells of a column whose reading is remembered: most columns repeat themselves."""
DOUBTS_MEMO_MAX = 16
"""Of these, ones with a doubt: where every cell is wrong in its own way, doubts that are remembered
and thrown away again keep the garbage collector busier than reading does."""
COLUMNS_MAX = 200
HEADING_CHARS_MAX = 80
"""What is told of a heading that nobody wrote as one."""


class Row(Struct, frozen=True):
    """A row that can be used: the line it begins on, and what the sheet's `build` made of it."""

    line: Line
    value: Any


class Problem(Struct, frozen=True):
    """What is the matter: line, heading of the column as it stands in the file, and why.

    Without a line it concerns the whole file. With `Unusual` the row is used nevertheless.
    """

    line: Line | None
    column: str | None
    doubt: Doubt

    @property
    def is_error(self) -> bool:
        """Whether it keeps something from being imported."""
        return isinstance(self.doubt, Wrong)


class Reading(Struct, frozen=True):
    """All of a file; `problems` in the order of its lines, those of the whole file first."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]

    @property
    def is_clean(self) -> bool:
        """Whether every row can be used as it is."""
        return not any(problem.is_error for problem in self.problems)


class _Place(NamedTuple):
    """Where a known column stands in the file: `memo` holds what its cells were read as."""

    at: int
    heading: str
    column: Column
    memo: dict[str, tuple[Any, Doubt | None]]


def read(data: bytes, sheet: Sheet, given: Given) -> Reading:
    """Read all of a file into memory; see `scan`, which needs little of it.

    Where every cell of the largest file is wrong there are some millions of problems.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    for one in scan(data, sheet, given):
        if isinstance(one, Row):
            rows.append(one)
        else:
            problems.append(one)
    problems.sort(key=lambda problem: problem.line or 0)
    return Reading(tuple(rows), tuple(problems))


def scan(data: bytes, sheet: Sheet, given: Given) -> Iterator[Row | Problem]:
    """Read the bytes of a CSV file: its usable rows, and every problem.

    Raises ValueError for a default of `given` that cannot be read; all else is a problem.
    A file that cannot be read, is too large, or whose heading does not fit gives problems only.
    A row with a cell that is wrong gives a problem for every such cell and is left out. Two rows
    with the same key give a problem each at the end, though both have come as rows.
    """
    fixed = _defaults(sheet, given)
    encoding = encoding_of(data)
    if not isinstance(encoding, str):
        yield Problem(encoding[0], None, encoding[1])
        return
    delimiter = _delimiter(data, encoding, sheet)
    if has_more_rows(data, encoding, delimiter=delimiter):
        yield Problem(
            None, None, Wrong(Said("the file has more than %(most)s rows", most=ROWS_MAX))
        )
        return
    found = records(data, encoding, delimiter=delimiter)
    first = next(((line, one) for line, one in found if one and _is_something(one)), None)
    if first is None:
        yield Problem(None, None, Wrong(Said("the file is empty")))
        return
    if isinstance(first[1], Wrong):
        yield Problem(first[0], None, first[1])
        return
    if len(first[1]) > COLUMNS_MAX:
        yield Problem(first[0], None, Wrong(Said("more than %(most)s columns", most=COLUMNS_MAX)))
        return
    places, problems = _headed(first[1], sheet, line=first[0])
    problems += [_missing(column) for column in _absent(places, sheet, given)]
    yield from problems
    if not any(problem.is_error for problem in problems):
        yield from _body(found, _Head(first[1], places, fixed), sheet=sheet, given=given)


class _Head(NamedTuple):
    """The heading as it stands, where the known columns are, and values where there is none."""

    headings: list[str]
    places: list[_Place]
    fixed: dict[str, Any]


def _body(
    found: Iterator[tuple[Line, list[str] | Wrong]], head: _Head, *, sheet: Sheet, given: Given
) -> Iterator[Row | Problem]:
    """Everything below the heading."""
    doubles = _Doubles(sheet, head.places)
    empty = True
    for line, record in found:
        if isinstance(record, Wrong):
            yield Problem(line, None, record)
            empty = False
        elif _is_something(record):
            empty = False
            yield from _row(line, record, head=head, sheet=sheet, given=given, doubles=doubles)
    if empty:
        yield Problem(None, None, Wrong(Said("there is no row below the heading")))
    yield from doubles.problems()


def _row(
    line: Line, record: list[str], *, head: _Head, sheet: Sheet, given: Given, doubles: "_Doubles"
) -> Iterator[Row | Problem]:
    """A row, or why not; and what is unusual about it."""
    if len(record) != len(head.headings):
        # Also when only blanks are too many: an unquoted comma in an address shifts what follows.
        cells, headings = len(record), len(head.headings)
        text = Said("%(cells)s cells below %(headings)s headings", cells=cells, headings=headings)
        yield Problem(line, None, Wrong(text))
        return
    values = dict(head.fixed)
    wrong = False
    for place in head.places:
        value, doubt = _cell(record[place.at], place, given)
        if doubt is not None:
            wrong = wrong or isinstance(doubt, Wrong)
            yield Problem(line, place.heading, doubt)
        if value is not None:
            values[place.column.name] = value
    for at, heading in enumerate(head.headings):
        if not heading.strip() and record[at].strip():
            yield Problem(
                line,
                None,
                Unusual(Said("cell %(number)s has no heading; it is left out", number=at + 1)),
            )
    doubles.note(line, values)
    if wrong:
        return
    built, doubts = sheet.build(values)
    names = {place.column.name: place.heading for place in head.places}
    for name, doubt in doubts:
        yield Problem(line, names.get(name, name), doubt)
    if built is not None:
        yield Row(line, built)


def _defaults(sheet: Sheet, given: Given) -> dict[str, Any]:
    columns = {column.name: column for column in sheet.columns}
    fixed: dict[str, Any] = {}
    for name, default in given.defaults.items():
        if name in columns:
            value, doubt = columns[name].read(default, given)
            if isinstance(doubt, Wrong):
                raise ValueError(
                    Said(
                        "%(name)s cannot be %(default)s: %(why)s",
                        name=name,
                        default=repr(default),
                        why=doubt.text,
                    )
                )
            fixed[name] = value
    return fixed


def _cell(cell: str, place: _Place, given: Given) -> tuple[Any, Doubt | None]:
    """The value of a cell, None when it is blank, and what is the matter with it."""
    known = place.memo.get(cell)
    if known is None:
        known = _read_cell(cell, place.column, given)
        if known[1] is not None and len(place.memo) >= DOUBTS_MEMO_MAX:
            return known
        if len(place.memo) >= MEMO_MAX:
            place.memo.clear()
        place.memo[cell] = known
    return known


def _read_cell(cell: str, column: Column, given: Given) -> tuple[Any, Doubt | None]:
    shown = visible(cell)
    if isinstance(shown, Wrong):
        return None, shown
    if shown in BLANKS:
        missing = column.required and column.name not in given.defaults
        return None, Wrong(Said("it must not be blank")) if missing else None
    value, doubt = column.read(shown, given)
    return value, doubt


class _Doubles:
    """Rows with the same key: on which line a key came first, and every pair of lines."""

    def __init__(self, sheet: Sheet, places: list[_Place]) -> None:
        self._keys = sheet.keys
        self._headings = {place.column.name: place.heading for place in places}
        self._first: list[dict[tuple[Any, ...], Line]] = [{} for _ in sheet.keys]
        self._again: list[tuple[Line, Line, str]] = []
        self._told: set[tuple[int, Line]] = set()

    def note(self, line: Line, values: dict[str, Any]) -> None:
        """A row's keys; one whose last column is unknown is none."""
        for number, names in enumerate(self._keys):
            if values.get(names[-1]) is None:
                continue
            key = tuple(values.get(name) for name in names)
            first = self._first[number].setdefault(key, line)
            if first != line:
                self._again.append((line, first, names[-1]))
                if (number, first) not in self._told:
                    self._told.add((number, first))
                    self._again.append((first, line, names[-1]))

    def problems(self) -> Iterator[Problem]:
        """One for every line of every such group; it names another line of it."""
        for line, other, name in self._again:
            text = Said("the same stands in line %(other)s", other=other)
            yield Problem(line, self._headings.get(name, name), Wrong(text))


# The heading


def _headed(headings: list[str], sheet: Sheet, *, line: Line) -> tuple[list[_Place], list[Problem]]:
    """Where the columns stand, and what is the matter with the heading."""
    known = _known(sheet)
    places: list[_Place] = []
    problems: list[Problem] = []
    for at, heading in enumerate(headings):
        shown = visible(heading)
        if isinstance(shown, Wrong):
            problems.append(Problem(line, Said("column %(number)s", number=at + 1), shown))
            continue
        if not shown:
            continue
        name, unit = _taken_apart(shown)
        shown, column = shown[:HEADING_CHARS_MAX], known.get(name)
        if column is None:
            doubt: Doubt = Unusual(Said("no column is called this; it is left out"))
        elif unit and unit not in (*column.units, *_REMARKS, *_names(column)):
            told = Said("the unit is not known: %(units)s", units=", ".join(column.units))
            doubt = Wrong(told if column.units else Said("this column has no unit"))
        elif any(place.column is column for place in places):
            doubt = Wrong(Said("%(called)s stands twice", called=_called(column)))
        else:
            places.append(_Place(at, shown, column, {}))
            continue
        problems.append(Problem(line, shown, doubt))
    return places, problems


_REMARKS = ("必填", "选填", "可选", "required", "optional")
_BRACKETED = re.compile(r"(.*?)\s*[(\[]([^()\[\]]*)[)\]]\*?\Z")


def _taken_apart(heading: str) -> tuple[str, str]:
    """A heading in the form of names, and what stands in brackets behind it.

    >>> _taken_apart("额定速度（m/s）"), _taken_apart("*Rated-Load kg")
    (('额定速度', 'm/s'), ('rated_load_kg', ''))
    """
    text = plain(heading).lower().strip("* ")
    found = _BRACKETED.match(text)
    name, unit = (found[1], found[2].strip()) if found else (text, "")
    return re.sub(r"[\s-]+", "_", name.strip("* ")), unit


def _names(column: Column) -> tuple[str, ...]:
    return (column.name, *column.headings)


def _known(sheet: Sheet) -> dict[str, Column]:
    return {_taken_apart(name)[0]: column for column in sheet.columns for name in _names(column)}


def _absent(places: list[_Place], sheet: Sheet, given: Given) -> list[Column]:
    here = {place.column.name for place in places} | set(given.defaults)
    return [one for one in sheet.columns if one.required and one.name not in here]


def _called(column: Column) -> str:
    return f"{column.name} ({column.headings[0]})" if column.headings else column.name


def _missing(column: Column) -> Problem:
    return Problem(
        None, None, Wrong(Said("the column %(called)s is missing", called=_called(column)))
    )


def _delimiter(data: bytes, encoding: str, sheet: Sheet) -> str:
    """The one with which most headings are known, and of these the one that makes most cells."""
    known = _known(sheet)

    def fits(delimiter: str) -> tuple[int, int]:
        heads = (one for _, one in records(data, encoding, delimiter=delimiter))
        head = next((one for one in heads if one and _is_something(one)), None)
        if head is None or isinstance(head, Wrong):
            return (0, 0)
        return sum(_taken_apart(cell)[0] in known for cell in head), len(head)

    best = max(DELIMITERS, key=fits)
    return best if fits(best)[0] else DELIMITERS[0]


def _is_something(record: list[str] | Wrong) -> bool:
    return isinstance(record, Wrong) or any(cell.strip() for cell in record)

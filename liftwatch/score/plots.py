"""Plots of a Score as inline SVG: intervals, delays and heat maps; colours come from the page.

Every function returns a whole `<svg>`; lengths are pixels at the width of the report.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from liftwatch.score.intervals import Figure

WIDTH = 1180
LABEL = 190  # the longest name of a kind, at the size of the page's letters
ROW = 24
HEAD = 44
DOTS_MAX = 300  # delays drawn of one kind; more would only be darker

SPANS = (
    *((0.1, "0.1 s"), (1.0, "1 s"), (10.0, "10 s"), (60.0, "1 min"), (600.0, "10 min")),
    *((3_600.0, "1 h"), (21_600.0, "6 h"), (86_400.0, "1 d"), (604_800.0, "7 d")),
    *((2_629_800.0, "1 month"), (31_557_600.0, "1 year")),
)
SPAN_MIN_S = SPANS[0][0]


class Axis(NamedTuple):
    """Where a value lies between 0 and 1, and what is written where."""

    at: Callable[[float], float]
    ticks: tuple[tuple[float, str], ...]


class Panel(NamedTuple):
    """One plot beside others that share its rows: what is drawn and written in each row.

    `mark` gets the row's number and a function from a value to a place; `texts` stand at its right.
    """

    title: str
    axis: Axis
    mark: Callable[[int, Callable[[float], float]], str]
    texts: Sequence[str]
    text_width: int


def share_axis() -> Axis:
    """From nothing to all."""
    ticks = tuple((part / 4, f"{25 * part} %") for part in range(5))
    return Axis(lambda value: value, ticks)


def count_axis(largest: float) -> Axis:
    """From 0 to a round number at or above the largest.

    >>> [text for _, text in count_axis(3.7).ticks]
    ['0', '1', '2', '3', '4']
    >>> [text for _, text in count_axis(0.031).ticks]
    ['0', '0.01', '0.02', '0.03', '0.04']
    """
    step = _step(largest / 4)
    parts = max(1, math.ceil(largest / step - 1e-9))
    top = step * parts
    ticks = tuple((step * part, f"{step * part:.6g}") for part in range(parts + 1))
    return Axis(lambda value: value / top, ticks)


def _step(least: float) -> float:
    """1, 2, 2.5 or 5 times a power of ten, about a quarter of what is to be shown."""
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    steps = (power * part for part in (1, 2, 2.5, 5, 10))
    return next(step for step in steps if step >= least * 0.99)


def span_axis(longest_s: float) -> Axis:
    """From a tenth of a second, by powers; what is shorter stands at the left end.

    >>> axis = span_axis(42.0)
    >>> [text for _, text in axis.ticks], axis.at(0.0), axis.at(60.0)
    (['0.1 s', '1 s', '10 s', '1 min'], 0.0, 1.0)
    """
    inner = [tick for tick in SPANS if tick[0] < longest_s]
    outer = next((tick for tick in SPANS if tick[0] >= longest_s), None)
    ticks = (*inner, outer) if outer is not None else tuple(inner)
    if len(ticks) < 2:
        ticks = SPANS[:2]
    reach = math.log(max(ticks[-1][0], longest_s) / SPAN_MIN_S)
    return Axis(lambda value: math.log(max(value, SPAN_MIN_S) / SPAN_MIN_S) / reach, ticks)


def intervals(figures: Sequence[Figure | None], *, tone: str) -> Callable[..., str]:
    """A mark of a value and its interval in each row; nothing where it is unknown."""

    def mark(row: int, place: Callable[[float], float]) -> str:
        figure = figures[row]
        if figure is None:
            return ""
        x = place(figure.value)
        dot = f'<circle class="{tone}" cx="{x:.1f}" cy="0" r="4.5"/>'
        if figure.low is None or figure.high is None:
            return dot
        low, high = place(figure.low), place(figure.high)
        bar = f'<rect class="{tone} soft" x="{low:.1f}" y="-4.5" width="{high - low:.1f}" '
        ends = "".join(f'<path class="{tone}" d="M{end:.1f}-5v10"/>' for end in (low, high))
        return f'{bar}height="9" rx="2"/>{ends}{dot}'

    return mark


def spread(delays_s: Sequence[Sequence[float]]) -> Callable[..., str]:
    """A mark of ascending delays in each row: each a dot, the middle half a box, with the median.

    The box ends at the quarters; the thin stroke at its right is the 95th percentile.
    """

    def mark(row: int, place: Callable[[float], float]) -> str:
        values = delays_s[row]
        if not values:
            return ""
        first, middle, third, high = (_nearest(values, part) for part in (0.25, 0.5, 0.75, 0.95))
        dots = "".join(
            f'<circle class="dot" cx="{place(value):.1f}" cy="{_jitter(number):.1f}" r="2.2"/>'
            for number, value in enumerate(_thinned(values))
        )
        left, right = place(first), place(third)
        box = f'<rect class="line-1 soft" x="{left:.1f}" y="-7" width="{right - left:.1f}" '
        strokes = f'<path class="line-1 thick" d="M{place(middle):.1f}-8v16"/>'
        end = f'<path class="line-1" d="M{place(high):.1f}-6v12"/>'
        return f'{box}height="14" rx="2"/>{dots}{strokes}{end}'

    return mark


def _nearest(values: Sequence[float], part: float) -> float:
    return values[max(1, math.ceil(round(len(values) * part, 9))) - 1]


def _thinned(values: Sequence[float]) -> Sequence[float]:
    """Evenly by rank; the shortest and the longest stay."""
    if len(values) <= DOTS_MAX:
        return values
    last = len(values) - 1
    return [values[round(number * last / (DOTS_MAX - 1))] for number in range(DOTS_MAX)]


def _jitter(number: int) -> float:
    """Up or down by the golden section, so that equal delays do not hide each other."""
    return (number * 0.618034 % 1 - 0.5) * 11


def panels(rows: Sequence[str], drawn: Sequence[Panel], *, label: str) -> str:
    """Plots side by side, one row for each name; the first row, of all kinds, is set apart."""
    height = HEAD + ROW * len(rows) + 8
    room = (WIDTH - LABEL - sum(panel.text_width + 24 for panel in drawn)) / len(drawn)
    parts = [
        f'<text class="name{" first" if number == 0 else ""}" x="{LABEL - 12}" '
        f'y="{_middle(number) + 4}" text-anchor="end">{escape(name)}</text>'
        for number, name in enumerate(rows)
    ]
    if len(rows) > 1:
        parts.append(f'<path class="rule" d="M0 {HEAD + ROW}H{WIDTH}"/>')
    left = float(LABEL)
    for panel in drawn:
        parts += _panel(panel, range(len(rows)), left=left, room=room)
        left += room + panel.text_width + 24
    return _svg(WIDTH, height, parts, label=label)


def _panel(panel: Panel, rows: Iterable[int], *, left: float, room: float) -> Iterator[str]:
    def place(value: float) -> float:
        return left + room * min(1.0, max(0.0, panel.axis.at(value)))

    count = len(panel.texts)
    bottom = HEAD + ROW * count
    yield f'<text class="title" x="{left:.1f}" y="14">{escape(panel.title)}</text>'
    for value, text in panel.axis.ticks:
        x = place(value)
        yield f'<path class="grid" d="M{x:.1f} {HEAD - 6}V{bottom}"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{HEAD - 11}" text-anchor="middle">{text}</text>'
    for row in rows:
        yield f'<g transform="translate(0 {_middle(row)})">{panel.mark(row, place)}</g>'
        x = left + room + 12
        yield f'<text class="value" x="{x:.1f}" y="{_middle(row) + 4}">{panel.texts[row]}</text>'


def _middle(row: int) -> float:
    return HEAD + ROW * (row + 0.5)


class Cell(NamedTuple):
    """How many, by the numbers of row and column; `part`, 0 to 1, is how dark it is.

    `good` where the two ought to meet.
    """

    row: int
    column: int
    how_many: int
    part: float
    good: bool = False


def heat_map(
    rows: Sequence[str], columns: Sequence[str], cells: Sequence[Cell], *, label: str
) -> str:
    """Counts; an empty cell is none."""
    side = min(40.0, (WIDTH - LABEL - 160) / max(1, len(columns)))
    head = 128.0
    width = LABEL + side * len(columns) + 130
    parts = [
        f'<text class="name" transform="translate({LABEL + side * (number + 0.5) + 4:.1f} '
        f'{head - 8}) rotate(-45)">{escape(name)}</text>'
        for number, name in enumerate(columns)
    ]
    for number, name in enumerate(rows):
        y = head + side * number
        parts.append(
            f'<text class="name" x="{LABEL - 12}" y="{y + side / 2 + 4:.1f}" '
            f'text-anchor="end">{escape(name)}</text>'
        )
        parts += [
            f'<rect class="empty" x="{LABEL + side * column + 1:.1f}" y="{y + 1:.1f}" '
            f'width="{side - 2:.1f}" height="{side - 2:.1f}" rx="3"/>'
            for column in range(len(columns))
        ]
    for cell in cells:
        x, y = LABEL + side * cell.column, head + side * cell.row
        parts.append(_filled(cell, x=x, y=y, side=side))
    return _svg(width, head + side * len(rows) + 8, parts, label=label)


def _filled(cell: Cell, *, x: float, y: float, side: float) -> str:
    tone = "good" if cell.good else "bad"
    text = "on" if cell.part > 0.5 else "off"
    size = 12 if side > 30 and cell.how_many < 10_000 else 9
    return (
        f'<rect class="{tone}" x="{x + 1:.1f}" y="{y + 1:.1f}" width="{side - 2:.1f}" '
        f'height="{side - 2:.1f}" rx="3" fill-opacity="{0.12 + 0.78 * cell.part:.2f}"/>'
        f'<text class="{text}" font-size="{size}" x="{x + side / 2:.1f}" '
        f'y="{y + side / 2 + 4:.1f}" text-anchor="middle">{cell.how_many}</text>'
    )


def _svg(width: float, height: float, parts: Iterable[str], *, label: str) -> str:
    box = f"0 0 {width:.0f} {height:.0f}"
    return (
        f'<svg viewBox="{box}" width="{width:.0f}" height="{height:.0f}" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )

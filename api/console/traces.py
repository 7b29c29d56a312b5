"""One signal over time as shapes: a line, a band of words, or single marks; and the axis beneath.

Horizontal places are per cent of the width and lines lie in a box of 1000 by 100, so that the page
needs no script to fit a screen.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from liftwatch.incidents.evidence import Series, Value, thin

BOX_WIDTH, BOX_HEIGHT = 1_000, 100
POINTS_DRAWN = 600
LIT_MAX = 60
"""So few points are drawn as dots as well: one sees where something was told."""
SILENT_MS = 150_000
"""A state comes every 60 s at least; a line or a band does not bridge more than two of them."""
STEPS_MS = (
    *(50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000),
    *(60_000, 120_000, 300_000, 600_000, 1_200_000, 1_800_000),
    *(3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000),
)
TICKS_MAX = 4
TALL, FLAT = 96, 26
TONES = {
    **dict.fromkeys(("True", "open", "held", "moving", "lifted", "press", "raised", "fault"), "on"),
    **dict.fromkeys(("False", "closed", "stopped", "applied", "normal", "none", "ok"), "off"),
}
WORD_ROOM, MARK_ROOM = 16.0, 25.0
"""Per cent of the width that a word needs, in a band and beside a dot: on a telephone."""


class Span(NamedTuple):
    """What is shown of the time, in ms from the raising."""

    from_ms: int
    to_ms: int

    def place(self, at_ms: int) -> float:
        """Where a moment lies, in per cent."""
        width_ms = max(self.to_ms - self.from_ms, 1)
        return round(100 * (at_ms - self.from_ms) / width_ms, 2)

    def holds(self, at_ms: int) -> bool:
        """Whether a moment is shown."""
        return self.from_ms <= at_ms <= self.to_ms


class Dot(NamedTuple):
    """One value: per cent of the width, and of the height from the top."""

    x: float
    y: float
    word: str = ""


class Stretch(NamedTuple):
    """A time in which a signal had one value; `word` is empty where it has no room."""

    x: float
    width: float
    word: str
    middle: float
    tone: str


class Line(NamedTuple):
    """A threshold: its height from the top in per cent, and its value."""

    y: float
    word: str


class Shapes(NamedTuple):
    """A signal as drawn; what does not apply is empty."""

    path: str = ""
    dots: tuple[Dot, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    lines: tuple[Line, ...] = ()
    low: str = ""
    high: str = ""
    zero: float | None = None

    @property
    def height(self) -> int:
        """In pixels: what goes up and down, or has a threshold, needs room for it."""
        return TALL if self.lines or self.low != self.high else FLAT


Say = Callable[[Value], str]


def is_number(value: object) -> bool:
    """Whether a value has a height; a truth has not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def draw(points: Series, span: Span, *, limits: Sequence[float], lasting: bool, say: Say) -> Shapes:
    """The shapes of a signal; `lasting` says that a value holds until the next is told."""
    shown = [point for point in points if span.holds(point[0])]
    if lasting and (before := [point for point in points if point[0] < span.from_ms]):
        shown.insert(0, (span.from_ms, before[-1][1]))
    if not shown:
        return Shapes()
    if all(is_number(value) for _, value in shown):
        return _heights(thin(shown, POINTS_DRAWN), span, limits=limits, lasting=lasting, say=say)
    if lasting:
        return Shapes(stretches=tuple(_stretches(shown, span, say)))
    return Shapes(dots=tuple(_marks(shown, span, say)))


def _heights(
    points: Series, span: Span, *, limits: Sequence[float], lasting: bool, say: Say
) -> Shapes:
    told = [float(value) for _, value in points]
    drawn = [one for one in limits if one >= 0 or min(told) < 0]
    low, high = min([*told, *drawn]), max([*told, *drawn])
    if high - low < 1e-9:
        low, high = low - 1, high + 1
    spare = (high - low) * 0.06

    def height(value: float) -> float:
        return round(100 * (high + spare - value) / (high - low + 2 * spare), 2)

    few = not lasting or len(points) <= LIT_MAX
    dots = [Dot(span.place(at_ms), height(float(value))) for at_ms, value in points]
    return Shapes(
        path=_path(points, span, height) if lasting else "",
        dots=tuple(dots) if few else (),
        lines=tuple(Line(height(one), say(one)) for one in drawn),
        low=say(min(told)),
        high=say(max(told)),
        zero=height(0.0) if low < 0 < high else None,
    )


def _path(points: Series, span: Span, height: Callable[[float], float]) -> str:
    """An SVG path that breaks where nothing was told for long; counts go up in steps."""
    steps = all(isinstance(value, int) for _, value in points)
    parts: list[str] = []
    before_ms: int | None = None
    for at_ms, value in points:
        x, y = span.place(at_ms) * BOX_WIDTH / 100, height(float(value)) * BOX_HEIGHT / 100
        if before_ms is None or at_ms - before_ms > SILENT_MS:
            parts.append(f"M{x:g} {y:g}")
        else:
            parts.append(f"H{x:g}V{y:g}" if steps else f"L{x:g} {y:g}")
        before_ms = at_ms
    return "".join(parts)


def _stretches(points: Series, span: Span, say: Say) -> list[Stretch]:
    """Times of one value each, the last up to the end or until it is stale."""
    runs: list[tuple[int, int, Value]] = []
    for place, (at_ms, value) in enumerate(points):
        next_ms = points[place + 1][0] if place + 1 < len(points) else span.to_ms
        end_ms = min(next_ms, at_ms + SILENT_MS, span.to_ms)
        if runs and runs[-1][1] == at_ms and runs[-1][2] == value:
            runs[-1] = (runs[-1][0], end_ms, value)
        else:
            runs.append((at_ms, end_ms, value))
    found = []
    for from_ms, to_ms, value in runs[:POINTS_DRAWN]:
        x, end = span.place(from_ms), span.place(to_ms)
        room = end - x >= WORD_ROOM
        tone = TONES.get(str(value), "mid")
        middle = round((x + end) / 2, 2)
        found.append(Stretch(x, round(end - x, 2), say(value) if room else "", middle, tone))
    return found


def _marks(points: Series, span: Span, say: Say) -> list[Dot]:
    """What happened at moments, each with its word where there is room for it."""
    found: list[Dot] = []
    free_from = 0.0
    for at_ms, value in thin(points, POINTS_DRAWN):
        x = span.place(at_ms)
        word = say(value) if free_from <= x <= 100 - MARK_ROOM else ""
        free_from = x + MARK_ROOM if word else free_from
        found.append(Dot(x, 50.0, word))
    return found


def ticks(span: Span, *, raised_ms: int) -> tuple[int, list[int]]:
    """The step of an axis in ms, and its moments in ms from the raising, on whole steps.

    >>> ticks(Span(-105_000, 30_000), raised_ms=1_772_439_247_420)[1]
    [-97420, -67420, -37420, -7420, 22580]
    """
    width_ms = span.to_ms - span.from_ms
    step_ms = next((one for one in STEPS_MS if width_ms / one <= TICKS_MAX + 1), STEPS_MS[-1])
    first_ms = -(-(raised_ms + span.from_ms) // step_ms) * step_ms - raised_ms
    return step_ms, list(range(first_ms, span.to_ms + 1, step_ms))


def nearest(points: Sequence[int], *, apart_ms: int) -> Span:
    """Of moments that lie in clusters, the cluster next to the raising.

    >>> nearest([-9_000, -8_990, -10, 0, 10, 400], apart_ms=500)
    Span(from_ms=-10, to_ms=400)
    """
    clusters = [[points[0], points[0]]]
    for at_ms in points[1:]:
        if at_ms - clusters[-1][1] > apart_ms:
            clusters.append([at_ms, at_ms])
        clusters[-1][1] = at_ms
    best = min(clusters, key=lambda one: 0 if one[0] <= 0 <= one[1] else min(map(abs, one)))
    return Span(best[0], max(best[1], best[0] + 1))

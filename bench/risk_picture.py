"""Lift curves as a picture: panels in a row, a line an order, in SVG by hand."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

COLOURS = ("#0b63ce", "#8a5a00", "#0a7d4f", "#9b2fae", "#777777", "#111111")
DASHES = ("", "6 3", "", "2 3", "3 3", "1 3")
SIDE, LEFT, TOP, GAP = 300, 46, 44, 70


class Line(NamedTuple):
    """A curve: its name, and the share at each hundredth of the lifts."""

    name: str
    points: list[float]


def picture(panels: Sequence[tuple[str, list[Line]]]) -> str:
    """The panels, two in a row, and their legend."""
    rows = (len(panels) + 1) // 2
    width, height = LEFT + 2 * (SIDE + GAP) + 10, TOP + rows * (SIDE + 80) + 30
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' font-family="sans-serif" font-size="12" role="img">',
        "<title>Lift curves of the risk score</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for n, (title, lines) in enumerate(panels):
        out += _panel(title, lines, x=LEFT + (n % 2) * (SIDE + GAP), y=TOP + (n // 2) * (SIDE + 80))
    x = LEFT
    for n, line in enumerate(panels[0][1]):
        y = height - 18
        out.append(_stroke(f"M{x} {y - 4}h24", n))
        out.append(f'<text x="{x + 30}" y="{y}">{escape(line.name)}</text>')
        x += 124
    return "\n".join([*out, "</svg>", ""])


def _panel(title: str, lines: Sequence[Line], *, x: int, y: int) -> list[str]:
    out = [
        f'<text x="{x}" y="{y - 14}" font-size="13" font-weight="bold">{escape(title)}</text>',
        f'<rect x="{x}" y="{y}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#999"/>',
        f'<text x="{x + SIDE / 2}" y="{y + SIDE + 34}" text-anchor="middle">'
        "lifts, the worst first</text>",
    ]
    for n in range(0, 101, 25):
        at = n * SIDE / 100
        out.append(
            f'<text x="{x + at}" y="{y + SIDE + 16}" text-anchor="middle">{n} %</text>'
            f'<text x="{x - 6}" y="{y + SIDE - at + 4}" text-anchor="end">{n} %</text>'
            f'<path d="M{x} {y + SIDE - at}h{SIDE}" stroke="#ddd"/>'
        )
    for n, line in enumerate(lines):
        steps = " ".join(
            f"{x + k * SIDE / 100:.1f},{y + SIDE * (1 - share):.1f}"
            for k, share in enumerate(line.points)
        )
        out.append(_stroke(f"M{steps}", n))
    return out


def _stroke(path: str, n: int) -> str:
    dash = f' stroke-dasharray="{DASHES[n]}"' if DASHES[n] else ""
    return f'<path d="{path}" fill="none" stroke="{COLOURS[n]}" stroke-width="1.8"{dash}/>'

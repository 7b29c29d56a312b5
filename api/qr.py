"""QR codes (ISO/IEC 18004) as squares, for pages and for paper; reportlab reckons them."""

from typing import Any

from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRCode, QRErrorCorrectLevel
from reportlab.pdfgen.canvas import Canvas

QUIET_MODULES = 4
"""What stays white around a code (ISO/IEC 18004, 9.1)."""


def squares(text: str) -> list[list[bool]]:
    """Rows of a code with a quarter of it to spare (level Q): stickers get scratched.

    >>> rows = squares("https://lift.example.cn/r/23456789abcd")
    >>> len(rows) == len(rows[0]), rows[0][:7] == [True] * 7
    (True, True)
    """
    code: Any = QRCode(None, QRErrorCorrectLevel.Q)
    code.addData(QR8bitByte(text))
    code.make()
    size = code.getModuleCount()
    return [[bool(code.isDark(row, column)) for column in range(size)] for row in range(size)]


def svg_path(rows: list[list[bool]]) -> tuple[int, str]:
    """The side of a picture and the path of its dark squares, the quiet zone within."""
    runs = []
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                runs.append(f"M{x + QUIET_MODULES} {y + QUIET_MODULES}h1v1h-1z")
    return len(rows) + 2 * QUIET_MODULES, "".join(runs)


def draw(canvas: Canvas, text: str, *, at: tuple[float, float], side: float) -> None:
    """Onto paper, its lower left corner at a point, quiet zone within; all in points."""
    rows = squares(text)
    step = side / (len(rows) + 2 * QUIET_MODULES)
    left, low = at
    canvas.setFillGray(1)
    canvas.rect(left, low, side, side, stroke=0, fill=1)
    canvas.setFillGray(0)
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = 0
            while x + run < len(row) and row[x + run]:
                run += 1
            if run:
                top = low + side - (y + 1 + QUIET_MODULES) * step
                canvas.rect(left + (x + QUIET_MODULES) * step, top, run * step, step, 0, 1)
            x += run or 1

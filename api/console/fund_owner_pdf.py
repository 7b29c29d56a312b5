"""The disclosure as a PDF to be hung up: A4, its font embedded, so that Chinese reads anywhere.

reportlab sets it (`docs/decisions/0027`): 3 000 households take about a second. No page, host or
program beside it is asked.
"""

import io
from collections.abc import Iterable
from functools import partial
from html import escape
from pathlib import Path
from threading import Lock
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer

from api.console.fund_owner_views import CaseView, Sheet, Table, sheet
from api.console.language import Language
from api.problems import unavailable
from liftwatch.fund.disclosure_report import Report
from liftwatch.said import Said

FONTS = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/wqy-microhei-fonts/wqy-microhei.ttc",
)
"""Where Debian, Arch and Fedora put WenQuanYi Micro Hei: TrueType outlines, Latin and Chinese."""
FONT = "LiftwatchChinese"
MISSING = "\N{GETA MARK}"
"""Stands for a letter that the font does not have, as printers have it."""
INK, QUIET, EDGE, OWN = (HexColor(n) for n in (0x17212B, 0x566473, 0xD5DCE3, 0xFAF3D9))
BODY = ParagraphStyle("body", fontName=FONT, fontSize=9, leading=13, textColor=INK, wordWrap="CJK")
SMALL = ParagraphStyle("small", BODY, fontSize=8, leading=11, textColor=QUIET)
TITLE = ParagraphStyle("title", BODY, fontSize=16, leading=22, spaceAfter=2 * mm)
HEAD = ParagraphStyle(
    "head", BODY, fontSize=11.5, leading=16, spaceBefore=5 * mm, spaceAfter=2 * mm
)
FRAME = 12
"""Points that reportlab leaves free within the margins, left and right together."""
WIDTH = A4[0] - 36 * mm - FRAME
_making = Lock()


def pdf_of(report: Report, language: Language, *, called: str) -> bytes:
    """The disclosure in a language; `called` is what the building is called.

    The problem `unavailable` where no font for Chinese is installed: a PDF of boxes helps nobody.
    """
    with _making:  # reportlab keeps the letters in use of a font in one place for all
        register()
        return _made(sheet(report, language), language, called)


def register() -> None:
    """Load the font, once."""
    if FONT in pdfmetrics.getRegisteredFontNames():
        return
    path = next((one for one in FONTS if Path(one).is_file()), None)
    if path is None:
        raise unavailable(Said("no font for Chinese is installed: fonts-wqy-microhei"))
    try:
        pdfmetrics.registerFont(TTFont(FONT, path, subfontIndex=0))
    except (TTFError, OSError) as error:
        raise unavailable(Said("the font for Chinese cannot be read")) from error


def readable(text: str) -> str:
    """A text with a mark in place of each letter that the font lacks, and none that does things."""
    known: Any = pdfmetrics.getFont(FONT).face.charToGlyph
    return "".join(one if ord(one) in known else MISSING for one in text if one.isprintable())


def _made(one: Sheet, language: Language, called: str) -> bytes:
    say = language.say
    title = say("Maintenance fund: disclosure of the year %(year)s", year=one.year)
    story: list[Flowable] = [
        _text(title, TITLE),
        _text(f"{called} · {say('As of %(moment)s', moment=one.as_of)}", BODY),
        _text(one.closed, SMALL),
        *_headed(say("What came and went"), [_table(one.totals, (0.7, 0.3))]),
        *_headed(
            say("Bank against sub-accounts"),
            [_table(one.reconciliation, (0.5, 0.25, 0.25)), _text(one.agrees, SMALL)],
        ),
        *_headed(say("Expenditures"), list(_cases(one.finished, language))),
        *_headed(say("Cases under way"), list(_cases(one.going, language))),
        *_headed(
            say("All households"),
            [
                *(_text(f"{label}: {value}", BODY) for label, value in one.summary),
                Spacer(0, 2 * mm),
                _table(one.households, (0.12, 0.14, 0.12, 0.13, 0.12, 0.12, 0.13, 0.12)),
            ],
        ),
    ]
    if one.private:
        story.insert(
            2, _text(say("This copy tells one household in full: keep it to yourself"), BODY)
        )
    out = io.BytesIO()
    margin = 18 * mm
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin,
        title=readable(title),
        author="Liftwatch",
        lang="zh-CN" if language.code == "zh" else "en",
    )
    foot = partial(_foot, told=f"{called} · {one.year}", language=language)
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _cases(cases: Iterable[CaseView], language: Language) -> Iterable[Flowable]:
    cases = tuple(cases)
    if not cases:
        yield _text(language.say("There are none in this year."), BODY)
    for case in cases:
        yield _text(f"{case.title} · {case.state}", BODY)
        for label, value in case.facts:
            yield _text(f"{label}: {value}", SMALL)
        if case.verdict:
            yield _text(case.verdict, BODY)
        if case.table is not None:
            yield Spacer(0, 1.5 * mm)
            yield _table(case.table, (0.2, 0.25, 0.2, 0.2, 0.15))
        yield Spacer(0, 4 * mm)


def _headed(head: str, parts: list[Flowable]) -> list[Flowable]:
    return [_text(head, HEAD), *parts]


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(readable(text)), style)


def _table(table: Table, parts: tuple[float, ...]) -> LongTable:
    rows = [table.head, *table.rows, *([table.total] if table.total else [])]
    first = len(table.head) - table.figures
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), FONT, 8),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("TEXTCOLOR", (0, 0), (-1, 0), QUIET),
        ("ALIGN", (first, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, EDGE),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    if table.total:
        style.append(("LINEABOVE", (0, -1), (-1, -1), 0.8, INK))
    style += [("BACKGROUND", (0, n + 1), (-1, n + 1), OWN) for n in sorted(table.marked)]
    return LongTable(
        [
            [_cell(cell, wide=n < first and bool(r)) for n, cell in enumerate(row)]
            for r, row in enumerate(rows)
        ],
        colWidths=[WIDTH * part for part in parts],
        repeatRows=1,
        style=style,
    )


CELL = ParagraphStyle("cell", BODY, fontSize=8, leading=10.5)
LONG = 14
"""A word of more letters is set as a paragraph, which breaks; others are set as they stand."""


def _cell(text: str, *, wide: bool) -> str | Paragraph:
    return _text(text, CELL) if wide and len(text) > LONG else readable(text)


def _foot(canvas: Canvas, document: SimpleDocTemplate, *, told: str, language: Language) -> None:
    canvas.saveState()
    canvas.setFont(FONT, 8)
    canvas.setFillColor(QUIET)
    canvas.drawString(18 * mm, 10 * mm, readable(told))
    page = language.say("Page %(n)s", n=document.page)
    canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, readable(page))
    canvas.restoreState()

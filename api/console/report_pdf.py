"""A report as a PDF: A4, set with the font of the fund's disclosure (`fund_owner_pdf`)."""

import io
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
)

from api.console.fund_owner_pdf import (
    BODY,
    CELL,
    EDGE,
    FONT,
    HEAD,
    INK,
    QUIET,
    SMALL,
    TITLE,
    WIDTH,
    _foot,
    _making,
    _text,
    readable,
    register,
)
from api.console.language import Language
from api.console.report_texts import BARS
from api.console.report_views import FigureView, ReportView, RowView, SectionView, TableView

NOW, BEFORE, OVER = HexColor(0x17477E), HexColor(0xB9C6D3), HexColor(0xB0121B)
SUB = ParagraphStyle("sub", BODY, fontSize=9, leading=13, spaceBefore=3 * mm, spaceAfter=1 * mm)
LATIN = ParagraphStyle("latin", CELL, wordWrap=None)
RIGHT = ParagraphStyle("right", CELL, alignment=2, wordWrap=None)
RED = ParagraphStyle("red", RIGHT, textColor=OVER)
MARGIN = 18 * mm
BAR = 26 * mm
FIGURES = (0.48, 0.21, 0.21, 0.1)
LIMITED = (0.44, 0.17, 0.17, 0.06, 0.16)
ROOM = 42 * mm
"""A heading begins a new page where less room is left under it."""
HEADED = 14 * mm
"""What the heading of a section takes, where its first table follows at once."""


def report_pdf(one: ReportView, language: Language) -> bytes:
    """The report; the problem `unavailable` where no font for Chinese is installed."""
    with _making:  # reportlab keeps the letters in use of a font in one place for all
        register()
        say = language.say
        title = f"{one.title} {one.period}"
        story: list[Flowable] = [
            _text(title, TITLE),
            _text(f"{one.place} · {one.days}", BODY),
            _text(_made(one, language), SMALL),
            _text(f"SHA-256 {one.sha256}", SMALL),
        ]
        if not one.whole:
            story.append(_text(say("The period was not over yet when this was made."), BODY))
        for section in one.sections:
            story += _section(section, language)
        out = io.BytesIO()
        document = SimpleDocTemplate(
            out,
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=MARGIN,
            bottomMargin=MARGIN,
            title=readable(title),
            author="Liftwatch",
            lang="zh-CN" if language.code == "zh" else "en",
        )
        told = f"{one.title} {one.period} · {one.place}"
        foot = partial(_foot, told=told, language=language)
        document.build(story, onFirstPage=foot, onLaterPages=foot)
        return out.getvalue()


def _made(one: ReportView, language: Language) -> str:
    made = language.say(
        "Version %(version)s, made %(moment)s %(who)s",
        version=one.version,
        moment=one.made,
        who=one.made_by,
    )
    return f"{made} · {one.from_}"


def _section(one: SectionView, language: Language) -> Iterator[Flowable]:
    head: list[Flowable] = [_text(one.title, HEAD)]
    if one.figures:
        head.append(_figures(one.figures, language))
    if not one.tables:
        yield KeepTogether([*head, *_notes(one)])
        return
    if not one.figures:
        yield CondPageBreak(ROOM + HEADED)
    yield KeepTogether(head)
    for table in one.tables:
        yield CondPageBreak(ROOM)
        yield _text(table.name, SUB)
        if table.rows:
            yield _table(table, language)
            if table.compares:
                yield _text(language.say(BARS), SMALL)
        else:
            yield _text(language.say("Nothing in either period."), SMALL)
    yield from _notes(one)


def _notes(one: SectionView) -> list[Flowable]:
    return [Spacer(0, 1.5 * mm), *(_text(note, SMALL) for note in one.notes)] if one.notes else []


def _figures(rows: Sequence[FigureView], language: Language) -> LongTable:
    """With a column of limits where any figure has one."""
    say, limited = language.say, any(one.limit for one in rows)
    head = [say("Figure"), say("This period"), say("Period before"), ""]
    head += [say("Limit")] if limited else []
    parts = LIMITED if limited else FIGURES
    first = [_words(head[0], language), *(_text(one, RIGHT) for one in head[1:])]
    cells: list[list[Any]] = [first]
    for one in rows:
        value = _text(one.value, RED if one.over else RIGHT)
        change = readable(one.change)
        row = [_words(one.name, language), value, _text(one.before, RIGHT), change]
        cells.append([*row, *([_text(one.limit, RIGHT)] if limited else [])])
    return LongTable(cells, colWidths=[WIDTH * p for p in parts], repeatRows=1, style=_style(0))


def _words(text: str, language: Language) -> Paragraph:
    """Words of a cell: Chinese breaks anywhere, others between words."""
    return _text(text, CELL if language.code == "zh" else LATIN)


def _table(one: TableView, language: Language) -> LongTable:
    """Words, then figures; bars stand beside the figures that they draw."""
    bars = any(row.bar is not None for row in one.rows)
    words, figures = len(one.about), len(one.columns)
    room = WIDTH - (BAR if bars else 0)
    figure = min(24 * mm, room * 0.6 / figures)
    word = (room - figure * figures) / words
    head = [_words(text, language) for text in one.about]
    head += [*([_text("", CELL)] if bars else []), *(_text(text, RIGHT) for text in one.columns)]
    cells: list[list[Any]] = [head]
    for row in one.rows:
        drawn = [_bar(row)] if bars else []
        cells.append(
            [
                *(_words(text, language) for text in row.about),
                *drawn,
                *(_text(text, RIGHT) for text in row.values),
            ]
        )
    widths = [word] * words + ([BAR] if bars else []) + [figure] * figures
    return LongTable(cells, colWidths=widths, repeatRows=1, style=_style(words))


def _bar(row: RowView) -> Drawing:
    drawing = Drawing(BAR - 12, 9)
    wide = BAR - 14
    for n, (part, color) in enumerate(((row.bar, NOW), (row.bar_before, BEFORE))):
        if part:
            rect = Rect(0, 5 - 4 * n, max(0.8, wide * part / 100), 3.4)
            rect.fillColor, rect.strokeColor = color, None
            drawing.add(rect)
    return drawing


def _style(words: int) -> list[tuple[Any, ...]]:
    return [
        ("FONT", (0, 0), (-1, -1), FONT, 8),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor(0xF2F5F8)),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, EDGE),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("ALIGN", (max(1, words), 0), (-1, -1), "RIGHT"),
        ("TEXTCOLOR", (0, 0), (-1, 0), QUIET),
    ]

"""What is printed for residents: the poster of a notice (A4), and the sticker of a lift (A6).

reportlab sets both with the font of the fund's disclosure (`api.console.fund_owner_pdf`).
"""

import io
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4, A6
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from api.console.fund_owner_pdf import FONT, _making, readable, register
from api.qr import draw
from api.residents_seen import HOTLINE_NUMBER, RESCUE_NUMBER

INK, GRAVE, BAND = (HexColor(n) for n in (0x17212B, 0xB0121B, 0x17477E))
ZH = ParagraphStyle("zh", fontName=FONT, fontSize=22, leading=36, textColor=INK, wordWrap="CJK")
EN = ParagraphStyle("en", fontName=FONT, fontSize=15, leading=22, textColor=INK)
TITLE_ZH = ParagraphStyle("title zh", ZH, fontSize=36, leading=46, textColor=HexColor(0xFFFFFF))
TITLE_EN = ParagraphStyle("title en", EN, fontSize=18, leading=24, textColor=HexColor(0xFFFFFF))
PLACE = ParagraphStyle("place", TITLE_EN, fontSize=13, leading=20, wordWrap="CJK")
WHEN = ParagraphStyle("when", ZH, fontSize=24, leading=34, textColor=GRAVE)
MIDDLE = ParagraphStyle("middle", ZH, fontSize=13, leading=18, alignment=TA_CENTER)
LEAST, MOST = 0.6, 1.45
"""A text is set as large as fits, between so much of its size."""


class Poster(NamedTuple):
    """What stands on a poster, each text in both languages, and to where its code leads."""

    place_zh: str
    place_en: str
    title_zh: str
    title_en: str
    zh: str
    en: str
    when_zh: str
    when_en: str
    url: str


class Sticker(NamedTuple):
    """What stands on the sticker of a lift."""

    place_zh: str
    place_en: str
    rescue_code: str
    url: str


def poster_pdf(one: Poster) -> bytes:
    """A sheet of A4; the problem `unavailable` where no font for Chinese is installed."""
    with _making:  # reportlab keeps the letters in use of a font in one place for all
        register()
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=A4)
        canvas.setTitle(readable(one.title_zh))
        canvas.setAuthor("Liftwatch")
        width, height = A4
        canvas.setFillColor(BAND)
        canvas.rect(0, height - 62 * mm, width, 62 * mm, stroke=0, fill=1)
        inner = width - 40 * mm
        down = _set(canvas, [(one.title_zh, TITLE_ZH)], at=(20 * mm, height - 16 * mm), width=inner)
        under = [(one.title_en, TITLE_EN), (f"{one.place_zh} · {one.place_en}", PLACE)]
        _set(canvas, under, at=(20 * mm, down - 1 * mm), width=inner)
        texts = [(one.when_zh, WHEN), (one.when_en, EN), (one.zh, ZH), (one.en, EN)]
        _fitted(canvas, texts, top=height - 74 * mm, low=74 * mm, width=inner)
        _poster_foot(canvas, one, width)
        canvas.showPage()
        canvas.save()
        return out.getvalue()


def sticker_pdf(one: Sticker) -> bytes:
    """A sheet of A6 to be stuck into the car."""
    with _making:
        register()
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=A6)
        canvas.setTitle(readable(one.place_zh))
        canvas.setAuthor("Liftwatch")
        width, height = A6
        canvas.setFillColor(GRAVE)
        canvas.rect(0, height - 26 * mm, width, 26 * mm, stroke=0, fill=1)
        canvas.setFillColor(HexColor(0xFFFFFF))
        canvas.setFont(FONT, 13)
        canvas.drawCentredString(
            width / 2, height - 9 * mm, "被困请按警铃并拨打  Trapped? Alarm, then call"
        )
        canvas.setFont(FONT, 25)
        told = f"{RESCUE_NUMBER}   识别码 {one.rescue_code}" if one.rescue_code else RESCUE_NUMBER
        canvas.drawCentredString(width / 2, height - 20.5 * mm, readable(told))
        side = 80 * mm
        draw(canvas, one.url, at=((width - side) / 2, 38 * mm), side=side)
        texts = [
            ("扫码看电梯状态 · 投诉与建议", _smaller(MIDDLE, 1.15)),
            ("Scan: is it working, what happened, tell us what is wrong", _smaller(MIDDLE, 0.75)),
        ]
        down = _set(canvas, texts, at=(5 * mm, 36 * mm), width=width - 10 * mm)
        place = [(f"{one.place_zh} · {one.place_en}", _smaller(MIDDLE, 0.7))]
        _set(canvas, place, at=(5 * mm, down - 1.5 * mm), width=width - 10 * mm)
        canvas.showPage()
        canvas.save()
        return out.getvalue()


def _poster_foot(canvas: Canvas, one: Poster, width: float) -> None:
    side = 46 * mm
    draw(canvas, one.url, at=(20 * mm, 18 * mm), side=side)
    left = 20 * mm + side + 8 * mm
    texts = [
        ("扫码查看电梯状态，投诉与建议", _smaller(ZH, 0.75)),
        ("Scan to see how the lift is, or to tell us what is wrong", _smaller(EN, 0.85)),
        (f"被困请拨打 {RESCUE_NUMBER} · 市民热线 {HOTLINE_NUMBER}", _smaller(ZH, 0.75)),
        (f"Trapped: call {RESCUE_NUMBER} · city hot line {HOTLINE_NUMBER}", _smaller(EN, 0.85)),
    ]
    _set(canvas, texts, at=(left, 18 * mm + side), width=width - left - 20 * mm)


def _fitted(
    canvas: Canvas,
    texts: Sequence[tuple[str, ParagraphStyle]],
    *,
    top: float,
    low: float,
    width: float,
) -> None:
    """Texts one below the other between two heights, smaller where they must be."""
    part = MOST
    while part > LEAST and _height(texts, part, width=width) > top - low:
        part -= 0.05
    shrunk = [(text, _smaller(style, part)) for text, style in texts]
    _set(canvas, shrunk, at=(20 * mm, top), width=width, gap=5 * mm)


def _height(texts: Sequence[tuple[str, ParagraphStyle]], part: float, *, width: float) -> float:
    total = 0.0
    for text, style in texts:
        if text:
            total += _paragraph(text, _smaller(style, part)).wrap(width, 10_000)[1] + 5 * mm
    return total


def _set(
    canvas: Canvas,
    texts: Sequence[tuple[str, ParagraphStyle]],
    *,
    at: tuple[float, float],
    width: float,
    gap: float = 1.5 * mm,
) -> float:
    """Texts one below the other from a height down; where the last one ends."""
    left, down = at
    for text, style in texts:
        if text:
            paragraph = _paragraph(text, style)
            _, high = paragraph.wrap(width, 10_000)
            paragraph.drawOn(canvas, left, down - high)
            down -= high + gap
    return down


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    lines = (escape(readable(line)) for line in text.splitlines())
    return Paragraph("<br/>".join(lines), style)


def _smaller(style: ParagraphStyle, part: float) -> ParagraphStyle:
    return ParagraphStyle(
        f"{style.name} {part:.2f}",
        style,
        fontSize=style.fontSize * part,
        leading=style.leading * part,
    )

"""A report as one table for spreadsheets: a row a figure, and a row a cell of each table.

Values are plain numbers: shares as parts of one, times in seconds, money in yuan. An empty cell is
what cannot be told. Texts are made harmless (`audit.export`), so that no spreadsheet computes them.
"""

import csv
import io
from collections.abc import Iterator

from api.console.language import Language
from api.console.report_texts import COLUMN_TEXTS, FIGURE_TEXTS, NOTE_TEXTS, SECTION_TEXTS
from api.console.report_views import Words
from liftwatch.audit.export import MARK, harmless
from liftwatch.care.report import Content, Report, Unit
from liftwatch.fund.money import yuan

COLUMNS = (
    *("period", "scope", "section", "name", "of", "unit", "value", "before", "limit"),
    *("section_text", "name_text", "of_text"),
)
UNITS: dict[Unit, str] = {"fen": "yuan"}


def report_csv(one: Report, content: Content, words: Words) -> str:
    """A line a figure; the version, its moment and hash stand in the first ones."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    common = {"period": one.period, "scope": one.scope}
    for row in (*_about(one), *_rows(content, words)):
        cells = {name: _cell(name, text) for name, text in (common | row).items()}
        writer.writerow(cells)
    return MARK + out.getvalue()


def _cell(name: str, text: str) -> str:
    """A number that is below zero begins with a sign, and is a number all the same."""
    return text if name in ("value", "before", "limit") else harmless(text)


def _about(one: Report) -> Iterator[dict[str, str]]:
    for name, text in (
        ("version", str(one.version)),
        ("made_ms", str(one.made_ms)),
        ("sha256", one.sha256),
    ):
        yield {"section": "report", "name": name, "of": text}


def _rows(content: Content, words: Words) -> Iterator[dict[str, str]]:
    language: Language = words.language
    for section in content.sections:
        said = language.say(SECTION_TEXTS.get(section.name, section.name))
        head = {"section": section.name, "section_text": said}
        texts = FIGURE_TEXTS.get(section.name, {})
        for one in section.figures:
            yield head | {
                "name": one.name,
                "name_text": language.say(texts.get(one.name, one.name)),
                "unit": UNITS.get(one.unit, one.unit),
                "value": _number(one.value, one.unit),
                "before": _number(one.before, one.unit),
                "limit": _number(one.limit, one.unit),
            }
        for table in section.tables:
            for row in table.rows:
                pairs = list(zip(table.about, row.about, strict=True))
                of = {
                    "of": " / ".join(row.about),
                    "of_text": " / ".join(words.word(about, text) for about, text in pairs),
                }
                for column, value in zip(table.columns, row.values, strict=True):
                    name = language.say(COLUMN_TEXTS.get(column.name, column.name))
                    yield (
                        head
                        | of
                        | {
                            "name": f"{table.name}.{column.name}",
                            "name_text": name,
                            "unit": UNITS.get(column.unit, column.unit),
                            "value": _number(value, column.unit),
                        }
                    )
        for note in section.notes:
            text = language.say(NOTE_TEXTS.get(note, note))
            yield head | {"name": "note", "of": note, "of_text": text}


def _number(value: float | None, unit: Unit) -> str:
    if value is None:
        return ""
    return yuan(round(value)) if unit == "fen" else f"{value:g}" if value % 1 else f"{value:.0f}"

"""A report in a language, for the page, the PDF and the CSV: they show what stands here."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from api.console.care_texts import NOTICE_TOPICS, TOPIC_TEXTS
from api.console.fund_texts import ENTRIES
from api.console.kinds import SEVERITIES
from api.console.language import Language, local
from api.console.place_names import PlaceNames, keys_of
from api.console.report_texts import (
    ABOUT_TEXTS,
    COLUMN_TEXTS,
    EFFECT_WORDS,
    FIGURE_TEXTS,
    KIND_WORDS,
    NOTE_TEXTS,
    SCOPE_WORDS,
    SECTION_TEXTS,
    TABLE_TEXTS,
)
from api.console.silence_views import names_by_id
from api.console.statistics_page import CAUSE_TEXTS
from api.console.views import kind_name, lift_name
from api.gate import Gate
from liftwatch.care.report import (
    Content,
    Figure,
    Report,
    Row,
    Scope,
    Section,
    Table,
    Unit,
    period_of,
)
from liftwatch.care.scorecard import MEASURES
from liftwatch.clock import estate_day
from liftwatch.fund.money import yuan
from liftwatch.handlers.care_reports import content_of, scope_of
from liftwatch.ports import Books
from liftwatch.register.localities import Key

UNKNOWN = "–"
STEADY = 0.005
"""A share that moved by less counts as the same [our choice]."""


class FigureView(NamedTuple):
    """A figure as it is read; `limit` and `change` may be empty, `over`: the limit is passed."""

    name: str
    value: str
    before: str
    change: str
    limit: str
    over: bool


class RowView(NamedTuple):
    """A row as it is read; `bar` and `bar_before` are of a hundred, None: nothing is drawn."""

    about: tuple[str, ...]
    values: tuple[str, ...]
    bar: float | None
    bar_before: float | None


class TableView(NamedTuple):
    """A table as it is read; `compares`: its bars are of both periods."""

    name: str
    about: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[RowView, ...]
    compares: bool


class SectionView(NamedTuple):
    """A section as it is read."""

    name: str
    title: str
    figures: tuple[FigureView, ...]
    tables: tuple[TableView, ...]
    notes: tuple[str, ...]


class ReportView(NamedTuple):
    """A report as it is read."""

    id: str
    title: str
    place: str
    period: str
    days: str
    version: int
    made: str
    made_by: str
    from_: str
    whole: bool
    sha256: str
    sections: tuple[SectionView, ...]


class Known(Protocol):
    """Where names come from: the books, and whoever knows people (`api.parts.Parts`)."""

    @property
    def books(self) -> Books:
        """Lifts and names of places."""

    @property
    def gate(self) -> Gate | None:
        """People and organisations."""


class Words:
    """What rows are of, in a language: names are read once."""

    def __init__(self, parts: Known, language: Language, contents: Sequence[Content]) -> None:
        self.language = language
        named, keys, units = set[str](), set[Key](), set[str]()
        for about, text in _abouts(contents):
            if about == "lift":
                named.add(text)
            elif about == "unit":
                units.add(text)
            elif about == "place":
                area, estate, building, lift = places_in(text)
                keys |= {(area, estate, ""), (area, estate, building)}
                named |= {lift} - {""}
        lifts = parts.books.lifts(among=named, limit=max(1, len(named))) if named else []
        self.lifts = {row.lift: row for row in lifts}
        self.units = names_by_id(parts.gate, (), units)
        self.names = PlaceNames(language, parts.books.localities(keys | keys_of(lifts)))

    def word(self, about: str, text: str) -> str:
        """What a word before a row's figures is in the language."""
        tables: Mapping[str, Mapping[str, str]] = {
            "cause": CAUSE_TEXTS,
            "notice": NOTICE_TOPICS,
            "effect": EFFECT_WORDS,
            "topic": {name: row.name for name, row in TOPIC_TEXTS.items()},
            "measure": {name: str(row.title) for name, row in MEASURES.items()},
            "severity": {str(number): one for number, one in SEVERITIES.items()},
        }
        if about == "kind":
            return kind_name(self.language, text)
        if about == "place":
            return self._place(text)
        if about == "unit":
            return self.units.get(text, text)
        if about == "flow":
            return self.language.word(ENTRIES[text]) if text in ENTRIES else text
        if about == "lift":
            told = self._lift(text)
            return told if text in told else f"{told} · {text}"  # two may hang in one unit
        known = tables.get(about, {})
        return self.language.say(known[text]) if text in known else text

    def _lift(self, id: str) -> str:
        name = lift_name(self.language, id, self.lifts.get(id), names=self.names)
        return " ".join(one for one in (name.estate_name, name.title) if one) or id

    def _place(self, text: str) -> str:
        """An estate, a building of it, or a lift, by its name."""
        area, estate, building, lift = places_in(text)
        if lift:
            return self._lift(lift)
        called = self.names.estate(area, estate)
        if not building:
            return called
        known = self.names.building(area, estate, building)
        return f"{called} {known or self.language.say('Building %(building)s', building=building)}"


def places_in(text: str) -> tuple[str, str, str, str]:
    """Area, estate, building and lift of a place as a report names it, "" for what is not told.

    >>> places_in("320583/garden/7"), places_in("320583/garden//L-0001")
    (('320583', 'garden', '7', ''), ('320583', 'garden', '', 'L-0001'))
    """
    area, estate, building, lift = [*text.split("/"), "", "", "", ""][:4]
    return area, estate, building, lift


def _abouts(contents: Sequence[Content]) -> Iterator[tuple[str, str]]:
    """All the words before figures, with what they are."""
    for content in contents:
        for section in content.sections:
            for table in section.tables:
                for row in table.rows:
                    yield from zip(table.about, row.about, strict=True)


def scope_name(parts: Known, language: Language, scope: Scope) -> str:
    """What a scope is called."""
    if scope.kind == "unit":
        return names_by_id(parts.gate, (), [scope.unit]).get(scope.unit, scope.unit)
    if scope.kind == "area":
        return scope.area
    names = PlaceNames(language, parts.books.localities([(scope.area, scope.estate, "")]))
    return names.estate(scope.area, scope.estate)


def report_view(parts: Known, language: Language, one: Report) -> ReportView:
    """A report in a language."""
    content = content_of(one)
    say, made_from = language.say, content.made_from
    words = Words(parts, language, [content])
    by = names_by_id(parts.gate, [one.person], [])
    return ReportView(
        id=one.id,
        title=say(KIND_WORDS[one.kind]),
        place=f"{say(SCOPE_WORDS[one.scope_kind])}: {scope_name(parts, language, scope_of(one))}",
        period=one.period,
        days=language.day(_days(content)[0]) + " – " + language.day(_days(content)[1]),
        version=one.version,
        made=f"{language.day(estate_day(one.made_ms))} {local(one.made_ms):%H:%M}",
        made_by=by.get(one.person or "", "") or ("" if one.person else say("by the clock")),
        from_=say(
            "%(lifts)s lifts; change %(stream)s of the record, entry %(fund)s of the fund's books",
            lifts=made_from.lifts,
            stream=made_from.stream,
            fund=made_from.fund,
        ),
        whole=made_from.whole,
        sha256=one.sha256,
        sections=tuple(section_view(words, section) for section in content.sections),
    )


def _days(content: Content) -> tuple[int, int]:
    days = period_of(content.period).days
    return days[0], days[-1]


def section_view(words: Words, one: Section) -> SectionView:
    """A section in a language; what a newer version wrote shows its own name."""
    say = words.language.say
    texts = FIGURE_TEXTS.get(one.name, {})
    return SectionView(
        name=one.name,
        title=say(SECTION_TEXTS.get(one.name, one.name)),
        figures=tuple(
            figure_view(words.language, row, texts.get(row.name, row.name)) for row in one.figures
        ),
        tables=tuple(table_view(words, table) for table in one.tables),
        notes=tuple(say(NOTE_TEXTS.get(name, name)) for name in one.notes),
    )


def figure_view(language: Language, one: Figure, text: str) -> FigureView:
    """A figure in a language."""
    over = one.limit is not None and one.value is not None and one.value > one.limit
    limit = "" if one.limit is None else figure_text(language, one.limit, one.unit)
    return FigureView(
        name=language.say(text),
        value=figure_text(language, one.value, one.unit),
        before=figure_text(language, one.before, one.unit),
        change=change_text(one),
        limit=limit,
        over=over,
    )


def change_text(one: Figure) -> str:
    """Which way it went: ▲, ▼ or =; "" where one of both cannot be told.

    >>> change_text(Figure(name="a", value=3, before=2)), change_text(Figure(name="a", value=None))
    ('▲', '')
    """
    if one.value is None or one.before is None:
        return ""
    step = one.value - one.before
    least = STEADY if one.unit == "share" else 0
    return "=" if abs(step) <= least else "▲" if step > 0 else "▼"


def table_view(words: Words, one: Table) -> TableView:
    """A table in a language."""
    say = words.language.say
    most = max((value or 0 for row in one.rows for value in row.values[:2]), default=0)
    compares = len(one.columns) > 1 and one.columns[1].name == "before"
    return TableView(
        name=say(TABLE_TEXTS.get(one.name, one.name)),
        about=tuple(say(ABOUT_TEXTS.get(about, about)) for about in one.about),
        columns=tuple(say(COLUMN_TEXTS.get(row.name, row.name)) for row in one.columns),
        rows=tuple(row_view(words, one, row, most=most, compares=compares) for row in one.rows),
        compares=compares and one.bars,
    )


def row_view(words: Words, table: Table, one: Row, *, most: float, compares: bool) -> RowView:
    """A row in a language."""

    def bar(n: int) -> float | None:
        if not table.bars or not most or (n and not compares):
            return None
        return round(100 * (one.values[n] or 0) / (most if compares else 100), 1)

    return RowView(
        tuple(words.word(about, text) for about, text in zip(table.about, one.about, strict=True)),
        tuple(
            figure_text(words.language, value, column.unit)
            for column, value in zip(table.columns, one.values, strict=True)
        ),
        bar(0),
        bar(1),
    )


def figure_text(language: Language, value: float | None, unit: Unit) -> str:
    """A figure as people read it; a dash for what cannot be told."""
    if value is None:
        return UNKNOWN
    match unit:
        case "fen":
            return yuan(round(value))
        case "share":
            return f"{value * 100:.1f} %"
        case "seconds":
            return span_text(language, value)
        case "hours" | "score" | "stars":
            return f"{value:,.1f}"
        case _:
            return f"{value:,.0f}"


def span_text(language: Language, seconds: float) -> str:
    """A time span: seconds below two minutes, minutes below two hours, then hours."""
    if seconds < 120:
        return language.say("%(n)s s", n=f"{seconds:.0f}")
    if seconds < 7_200:
        return language.say("%(n)s min", n=f"{seconds / 60:.1f}".removesuffix(".0"))
    return language.say("%(n)s h", n=f"{seconds / 3_600:.1f}".removesuffix(".0"))

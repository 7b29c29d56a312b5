"""Monthly and quarterly reports: of what and of when they are, and what one holds.

A report is data: sections of figures and tables, each named by a word that pages translate. HTML,
PDF and CSV are made of it. None is "cannot be told", which is not zero.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple, Protocol, get_args

from msgspec import Struct

from liftwatch.access.sight import EVERYTHING, Place, Sight
from liftwatch.clock import DAY_MS, begin_ms, date_of, estate_day
from liftwatch.incidents.moves import Untold
from liftwatch.said import Said

PeriodKind = Literal["month", "quarter"]
ScopeKind = Literal["area", "estate", "unit"]
Unit = Literal["count", "share", "seconds", "hours", "days", "fen", "score", "stars"]
About = Literal[
    "kind",
    "severity",
    "lift",
    "topic",
    "notice",
    "effect",
    "flow",
    "place",
    "cause",
    "unit",
    "measure",
]
"""What the words before a row's figures are, hence how they are translated."""
PERIODS: tuple[PeriodKind, ...] = get_args(PeriodKind)
SCOPES: tuple[ScopeKind, ...] = get_args(ScopeKind)
MONTHS: dict[PeriodKind, int] = {"month": 1, "quarter": 3}
YEARS = frozenset(str(year) for year in range(2000, 2200))
SETTLED_MS = 7 * DAY_MS
"""So long after a period's end it is made by the clock: later no message of it is accepted any more
(contract, section 1)."""
MADE_UP_MAX = 12
"""So many periods that were missed are made up for at most, of each place."""


class Scope(Struct, frozen=True, order=True):
    """What a report is of: an area, an estate of it, or a maintenance unit by its id."""

    kind: ScopeKind
    area: str = ""
    estate: str = ""
    unit: str = ""

    @property
    def id(self) -> str:
        """Its name.

        >>> Scope("estate", "320583", "garden").id, Scope("unit", unit="u1").id
        ('320583/garden', 'u1')
        """
        if self.kind == "unit":
            return self.unit
        return self.area if self.kind == "area" else f"{self.area}/{self.estate}"

    @property
    def sight(self) -> Sight:
        """What is counted in it: rows of its place, or those under its contracts."""
        if self.kind == "unit":
            return Sight(contracts_of=(self.unit,))
        return Sight(places=(Place(self.area, self.estate),))

    def is_seen(self, sight: Sight) -> bool:
        """Whether somebody may read a report of it; of an estate whoever has a building in it.

        >>> own = Sight(places=(Place("320583", "garden", "7"),))
        >>> Scope("estate", "320583", "garden").is_seen(own), Scope("area", "320583").is_seen(own)
        (True, False)
        """
        if self.kind == "unit":
            return sight.everything or self.unit in sight.contracts_of
        if sight.covers(self.area, self.estate):
            return True
        homes = {(one.area, one.estate) for one in sight.places if one.building}
        return self.kind == "estate" and (self.area, self.estate) in homes


class Period(NamedTuple):
    """A month or a quarter of the estates' calendar, by its first day."""

    kind: PeriodKind
    first: date

    @property
    def end(self) -> date:
        """The first day after it."""
        return _months_on(self.first, MONTHS[self.kind])

    @property
    def before(self) -> "Period":
        """The one before."""
        return Period(self.kind, _months_on(self.first, -MONTHS[self.kind]))

    @property
    def from_ms(self) -> int:
        """Its first moment."""
        return begin_ms(self.first)

    @property
    def to_ms(self) -> int:
        """The first moment after it."""
        return begin_ms(self.end)

    @property
    def due_ms(self) -> int:
        """From when on it is made by the clock."""
        return self.to_ms + SETTLED_MS

    @property
    def days(self) -> range:
        """Its days, as numbers."""
        return range(estate_day(self.from_ms), estate_day(self.to_ms))

    @property
    def text(self) -> str:
        """What it is called.

        >>> period_of("2026-11").text, period_of("2026-Q4").text, period_of("2026-Q4").before.text
        ('2026-11', '2026-Q4', '2026-Q3')
        """
        if self.kind == "month":
            return f"{self.first:%Y-%m}"
        return f"{self.first.year}-Q{(self.first.month + 2) // 3}"


def period_of(text: str) -> Period:
    """The period of its name; Untold for what is none.

    >>> period_of("2026-Q2").first, period_of("2026-02").end
    (datetime.date(2026, 4, 1), datetime.date(2026, 3, 1))
    """
    year, _, rest = text.partition("-")
    try:
        if year in YEARS and len(rest) == 2:
            if rest[0] == "Q" and rest[1] in "1234":
                return Period("quarter", date(int(year), 3 * int(rest[1]) - 2, 1))
            if rest.isascii() and rest.isdigit():
                return Period("month", date(int(year), int(rest), 1))
    except ValueError:
        pass
    raise Untold(Said("%(text)s is no month as 2026-11 and no quarter as 2026-Q4", text=text[:20]))


def running(kind: PeriodKind, now_ms: int) -> Period:
    """The one that runs."""
    today = date_of(estate_day(now_ms))
    months = MONTHS[kind]
    return Period(kind, date(today.year, (today.month - 1) // months * months + 1, 1))


def over(kind: PeriodKind, now_ms: int) -> Iterator[Period]:
    """Those that are due by the clock, the newest first, at most MADE_UP_MAX."""
    one = running(kind, now_ms)
    left = MADE_UP_MAX
    while left:
        one = one.before
        if one.due_ms <= now_ms:
            left -= 1
            yield one


def _months_on(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


class Figure(Struct, frozen=True, kw_only=True):
    """A figure of the period and of the period before; `limit` is what it is held against."""

    name: str
    unit: Unit = "count"
    value: float | None
    before: float | None = None
    limit: float | None = None


class Column(Struct, frozen=True):
    """A column of figures of a table."""

    name: str
    unit: Unit = "count"


class Row(Struct, frozen=True):
    """A row: the words that say of what, and its figures."""

    about: tuple[str, ...]
    values: tuple[float | None, ...]


class Table(Struct, frozen=True, kw_only=True):
    """A table: what its first columns are, and its figures. `bars`: the first column is drawn."""

    name: str
    about: tuple[About, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    bars: bool = False


class Section(Struct, frozen=True, kw_only=True):
    """A part of a report: figures, tables, and what cannot be told of it and why."""

    name: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


class MadeFrom(Struct, frozen=True, kw_only=True):
    """Of what data it was made: the newest numbers of the stream of changes and of the fund's
    books, how many lifts there were, and whether the period was over by then."""

    at_ms: int
    stream: int
    fund: int
    lifts: int
    whole: bool


class Content(Struct, frozen=True, kw_only=True):
    """All that a report says; its bytes as JSON are what is kept and hashed."""

    period: str
    scope: Scope
    made_from: MadeFrom
    sections: tuple[Section, ...]


class Report(Struct, frozen=True, kw_only=True):
    """A report as it is kept; nothing of it ever changes. Made anew it is the next version.

    `sha256` is of `content`, a `Content` as JSON. Without a `person` the clock made it.
    """

    id: str
    kind: PeriodKind
    scope_kind: ScopeKind
    scope: str
    area: str
    estate: str
    unit: str
    period: str
    version: int
    made_ms: int
    person: str | None
    organisation: str | None
    sha256: str
    content: str


class ReportFilter(Struct, frozen=True, kw_only=True):
    """Which reports: None is no condition."""

    kind: PeriodKind | None = None
    scope_kind: ScopeKind | None = None
    scope: str | None = None
    period: str | None = None


class ReportReads(Protocol):
    """What is read of reports; a sight bounds it as `Scope.is_seen` says."""

    def report(self, id: str, *, sight: Sight = EVERYTHING) -> Report | None:
        """One of them."""

    def reports(
        self,
        where: ReportFilter,
        *,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> list[Report]:
        """The newest made first, after a place (`made_ms` and id); their content is left out."""

    def newest_report(self, scope: Scope, period: str) -> Report | None:
        """The newest version of a scope and a period, with its content."""


class ReportWork(Protocol):
    """The part of a transaction that keeps reports."""

    def add_report(self, one: Report) -> None:
        """Keep a version; raises Conflict where it does not follow the newest one."""

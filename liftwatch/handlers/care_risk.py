"""How risky lifts are by what is in the books: for the pages, for what detectors hear, for the
bench that holds the score against what the simulator does.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from liftwatch.care.area import FAULTS, LiftCount
from liftwatch.care.risk import DUTIES, LOAD, TRENDS, WEIGHTS, Known, Risk, risk_of
from liftwatch.care.shrunk import Counted, shrunk
from liftwatch.clock import DAY_MS, date_of, estate_day
from liftwatch.incidents.incident import Incident
from liftwatch.ports import IncidentFilter, LiftRow, Page
from liftwatch.register.facts import Facts

YEAR_MS = 365 * DAY_MS
YEAR_D = 365.25
LIFTS_MAX, PAGE = 20_000, 500
OPEN_MAX = 5_000
ASSESSED_YEARS = 3
TRAPPED = ("entrapment",)
OPEN = IncidentFilter(open_only=True, kind=(*TRENDS, *DUTIES))
assert "ageing" not in OPEN.kind, "the score would feed itself"


class RiskReads(Protocol):
    """What is read for it: `liftwatch.ports.Books`, or what one request may see of them."""

    def lifts(
        self, *, estate: str | None = ..., after: str | None = ..., limit: int = ...
    ) -> list[LiftRow]:
        """Lifts in order of their names."""

    def incidents(
        self, where: IncidentFilter, *, after: tuple[int, str] | None = ..., limit: int = ...
    ) -> Page:
        """Incidents, newest first."""

    def area_faults(
        self, from_ms: int, to_ms: int, *, kinds: Sequence[str], exercise: bool
    ) -> list[LiftCount]:
        """How often kinds were raised, by lift."""


class Judged(NamedTuple):
    """A lift, what is known of it, how often it failed within a year, and its score."""

    row: LiftRow
    known: Known
    faults: int
    risk: Risk


def judge_risks(
    books: RiskReads,
    *,
    complaints: Mapping[str, int] | None,
    exercise: bool,
    at_ms: int,
    estate: str | None = None,
    aged_on: date | None = None,
    weights: Mapping[str, float] = WEIGHTS,
) -> list[Judged]:
    """All lifts that are seen, the riskiest first. `complaints` None: nobody keeps them.

    `aged_on` is the day for which ages are reckoned, else today; all else is as it stands now.
    """
    since_ms, years = at_ms - YEAR_MS, YEAR_MS / DAY_MS / YEAR_D
    rows = list(all_lifts(books, estate=estate))
    faults = _counts(books, FAULTS, since_ms=since_ms, at_ms=at_ms, exercise=exercise)
    loads = _counts(books, LOAD, since_ms=since_ms, at_ms=at_ms, exercise=exercise)
    trapped = _counts(books, TRAPPED, since_ms=since_ms, at_ms=at_ms, exercise=exercise)
    believed, feared = (
        {
            one.name: one.rate
            for one in shrunk([Counted(r.lift, n.get(r.lift, 0), years) for r in rows])
        }
        for n in (faults, trapped)
    )
    opened = open_kinds(_open(books))
    today = aged_on or date_of(estate_day(at_ms))
    found = []
    for row in rows:
        known = Known(
            age_years=age_years(row.facts, today),
            design_life_years=row.facts.design_life_years,
            assessed=is_assessed(row.facts, today),
            faults=believed[row.lift],
            entrapments=feared[row.lift],
            open_kinds=opened.get(row.lift, {}),
            complaints=None if complaints is None else complaints.get(row.lift, 0),
            loads=loads.get(row.lift, 0),
        )
        risk = risk_of(known, weights=weights)
        found.append(Judged(row, known, faults.get(row.lift, 0), risk))
    return sorted(found, key=lambda one: (-round(one.risk.score, 1), one.row.lift))


def all_lifts(books: RiskReads, *, estate: str | None = None) -> Iterator[LiftRow]:
    """All that are seen, at most LIFTS_MAX."""
    after = None
    for _ in range(LIFTS_MAX // PAGE):
        page = books.lifts(estate=estate, after=after, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].lift


def open_kinds(incidents: Iterable[Incident]) -> dict[str, dict[str, int]]:
    """By lift the gravest severity of each kind."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for one in incidents:
        if one.lift is not None:
            worst = found[one.lift].get(one.kind, 9)
            found[one.lift][one.kind] = min(worst, one.severity)
    return dict(found)


def age_years(facts: Facts, today: date) -> float | None:
    """Years since it was renewed, else installed; None where neither is known.

    >>> age_years(Facts(installed_on=date(2020, 1, 1)), date(2026, 1, 1))
    6.0
    """
    begun = facts.renewed_on or facts.installed_on
    return None if begun is None else round((today - begun).days / YEAR_D, 1)


def is_assessed(facts: Facts, today: date) -> bool:
    """Whether its safety was assessed within three years."""
    at = facts.assessed_on
    return at is not None and (today - at).days <= ASSESSED_YEARS * YEAR_D


def _counts(
    books: RiskReads, kinds: tuple[str, ...], *, since_ms: int, at_ms: int, exercise: bool
) -> dict[str, int]:
    found = books.area_faults(since_ms, at_ms, kinds=kinds, exercise=exercise)
    return {one.lift: one.count for one in found}


def _open(books: RiskReads) -> Iterator[Incident]:
    after = None
    for _ in range(OPEN_MAX // PAGE):
        page = books.incidents(OPEN, after=after, limit=PAGE)
        yield from page.items
        after = page.next
        if after is None:
            return

"""Score cards of maintenance units, property companies and estates, from facts alone.

`cards(facts, party)` is pure: all cards of a period of one kind of party, each with its measures,
what is believed of them, and its rank as an interval. `liftwatch.handlers.care_scores.facts_of`
reads the facts, bounded by what somebody sees:

    facts = facts_of(books, people, Period(from_ms, to_ms, now_ms), exercise=False, sight=sight)
    for card in cards(facts, "unit"):
        card.id, card.lifts, card.rank, [(one.measure, one.share) for one in card.figures]

`MEASURES` is the whole formula; the public page and docs/scorecards.md are made from it.
A measure has a numerator (`good`) and a denominator (`total`); `other` is the numerator as it would
stand if everything disputed were decided the other way. An exercise counts nowhere.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from liftwatch.care.scorecard_counts import COUNTS, grounds_of
from liftwatch.care.scorecard_facts import PARTIES, Facts, Party
from liftwatch.care.scorecard_ground import Figure, Ground, Grounds
from liftwatch.care.scorecard_rank import Believed, Form, Rank, Row, believed, ranked
from liftwatch.clock import DAY_MS
from liftwatch.said import Said

LEAST = 5
"""Below so many cases (of a rate: so many tenths of a lift-year) a measure has no rank [our
choice]: the bounds would be as wide as what all have."""
MEASURES_LEAST = 3
"""Nobody has a rank of all by fewer measures [our choice]."""
YEAR_MS = 365.25 * DAY_MS
Better = Literal["more", "less"]
EVERYBODY: frozenset[str] = frozenset(PARTIES)
PLACES = frozenset({"property", "estate"})
WORK = frozenset({"unit", "estate"})


class Measure(NamedTuple):
    """A row of the formula: whose card it stands on, what is divided by what, and the source.

    `form` is `share` (cases), `rate` (events a lift-year) or `mean` (time or messages, by lift).
    `ranks` are the kinds of party of which it counts for the rank.
    """

    name: str
    of: frozenset[str]
    ranks: frozenset[str]
    form: Form
    better: Better
    title: Said
    above: Said
    below: Said
    bound: Said
    disputed: Said


_NONE = Said("nothing of it can be disputed here")
MEASURES: Mapping[str, Measure] = {
    row.name: row
    for row in (
        Measure(
            "arrival",
            WORK,
            WORK,
            "share",
            "more",
            Said("There in time"),
            Said("incidents at which somebody was there before the clock of arrival ran out"),
            Said("incidents whose clock of arrival ran out in the period, or was met"),
            Said("30 minutes in the city, 60 elsewhere (TSG T5002); by kind in the clocks' table"),
            Said("an arrival that was written down only after the clock had run out"),
        ),
        Measure(
            "acknowledged",
            PLACES,
            PLACES,
            "share",
            "more",
            Said("Taken up in time"),
            Said("incidents that somebody took up before the clock of taking up ran out"),
            Said("incidents whose clock of taking up ran out in the period, or was met"),
            Said("3 minutes with people in danger (domain 4.1), 15 else [our choice]"),
            Said("a taking up that was written down only after the clock had run out"),
        ),
        Measure(
            "first_fix",
            WORK,
            WORK,
            "share",
            "more",
            Said("Right the first time"),
            Said("faults put right that did not come again within 30 days"),
            Said("faults put right in the period of which 30 days have passed, or that came again"),
            Said("30 days: what comes back was not put right"),
            Said("what came again and was rejected: it counts as not having come again"),
        ),
        Measure(
            "repeats",
            WORK,
            frozenset(),
            "share",
            "less",
            Said("Repeated within 30 days"),
            Said("faults that the same lift had in the 30 days before"),
            Said("faults raised in the period"),
            Said("30 days, as above; it stands beside it and does not count twice for the rank"),
            Said("faults that were rejected: they count as never raised"),
        ),
        Measure(
            "faults",
            EVERYBODY,
            WORK,
            "rate",
            "less",
            Said("Faults a lift and year"),
            Said("faults raised: of people, motion, fall, doors, buttons, service"),
            Said("lift-years the party answered for"),
            Said("none in law; the mean of all"),
            Said("faults that were rejected: they count as never raised"),
        ),
        Measure(
            "visits",
            WORK,
            WORK,
            "share",
            "more",
            Said("Visits on time"),
            Said("routine visits finished by the day they were due"),
            Said("routine visits that were due in the period"),
            Said("15 days (regulation on special equipment, art. 31), or the interval filed"),
            Said("care that only a terminal told, without anybody's check-in: it counts as done"),
        ),
        Measure(
            "contradicted",
            WORK,
            WORK,
            "share",
            "less",
            Said("Records contradicted"),
            Said("contradictions of records that supervision decided to count"),
            Said("routine visits finished in the period, and contradictions of others"),
            Said("none (domain 5.4)"),
            Said("contradictions not decided yet: they do not count"),
        ),
        Measure(
            "rectified",
            EVERYBODY,
            EVERYBODY,
            "share",
            "more",
            Said("Put right by the deadline"),
            Said("instructions reported as done by their deadline"),
            Said("instructions whose deadline lies in the period; withdrawn ones never"),
            Said("the deadline of each instruction"),
            Said("work reported and not verified, more time asked for and not answered"),
        ),
        Measure(
            "complaints",
            EVERYBODY,
            EVERYBODY,
            "share",
            "more",
            Said("Complaints answered in time"),
            Said("complaints answered within the time of their topic"),
            Said("complaints told in the period that were answered, or whose time is over"),
            Said("1 to 5 days by topic [our choice], or the hot line's own time"),
            Said("answers that the resident did not accept: they count as answered"),
        ),
        Measure(
            "available",
            EVERYBODY,
            EVERYBODY,
            "mean",
            "more",
            Said("Availability"),
            Said("hours in which no incident stood that keeps people from riding"),
            Said("hours in which the lift was heard"),
            Said("none in law; the mean of all"),
            Said("incidents that were rejected: they count as never raised"),
        ),
        Measure(
            "heard",
            EVERYBODY,
            PLACES,
            "mean",
            "more",
            Said("Heard at all"),
            Said("hours in which no incident stood that the terminal was offline"),
            Said("hours the party answered for"),
            Said("none in law; 10 minutes of silence are offline (contract)"),
            Said("incidents that were rejected: they count as never raised"),
        ),
        Measure(
            "complete",
            EVERYBODY,
            PLACES,
            "mean",
            "more",
            Said("Data complete"),
            Said("messages that came"),
            Said("messages that were sent, by the terminals' own count"),
            Said("95 per cent for maintenance on demand [our choice]"),
            _NONE,
        ),
        Measure(
            "signed",
            PLACES,
            PLACES,
            "share",
            "more",
            Said("Visits signed by the use unit"),
            Said("visits that the property has signed"),
            Said("visits finished in the period, at least a week ago"),
            Said("each one (Special Equipment Safety Law; TSG T5002); a week [our choice]"),
            _NONE,
        ),
        Measure(
            "inspected",
            PLACES,
            PLACES,
            "share",
            "more",
            Said("Inspected before the date"),
            Said("inspections whose warning ended before the lift was out of its date"),
            Said("inspections whose warning was raised in the period and is over or too late"),
            Said("Special Equipment Safety Law, art. 40"),
            Said("warnings that were rejected: they count as never raised"),
        ),
        Measure(
            "tested",
            PLACES,
            PLACES,
            "rate",
            "less",
            Said("Emergency call untested"),
            Said("times that no test call of a lift had come through for 72 hours"),
            Said("lift-years the party answered for"),
            Said("72 hours (contract)"),
            Said("incidents that were rejected: they count as never raised"),
        ),
        Measure(
            "misuse",
            PLACES,
            PLACES,
            "rate",
            "less",
            Said("Misuse"),
            Said("doors held open, overloads, loads of building material"),
            Said("lift-years the party answered for"),
            Said("none in law; the mean of all"),
            Said("incidents that were rejected: they count as never raised"),
        ),
    )
}
assert set(MEASURES) == set(COUNTS), "a measure that nobody counts"


class Told(Struct, frozen=True, kw_only=True):
    """A measure of a card: its figure, what is believed of it, where that stands among others.

    `share` is `good / total` as it is; None where there is nothing to divide by. `low` and `high`
    hold 9 times of 10. `otherwise` is the share with all that is disputed decided the other way.
    """

    measure: str
    good: float
    total: float
    disputed: int
    share: float | None
    otherwise: float | None
    believed: Believed | None
    rank: Rank | None
    grounds: tuple[Ground, ...]


class Card(Struct, frozen=True, kw_only=True):
    """The card of a party; `rank` None: nobody can tell, there is too little."""

    party: Party
    id: str
    area: str
    estate: str
    lifts: int
    lift_years: float
    figures: tuple[Told, ...]
    rank: Rank | None

    def figure(self, measure: str) -> Told:
        """One of its measures."""
        return next(one for one in self.figures if one.measure == measure)


def measures_of(party: Party) -> list[Measure]:
    """The rows that stand on a party's card, in order of the table.

    >>> [one.name for one in measures_of("unit")][:3]
    ['arrival', 'first_fix', 'repeats']
    """
    return [row for row in MEASURES.values() if party in row.of]


def cards(facts: Facts, party: Party) -> list[Card]:
    """All cards of a kind of party, those of the best rank first, who has none last.

    >>> from liftwatch.care.scorecard_facts import Period
    >>> cards(Facts(period=Period(0, 1, 1)), "unit")
    []
    """
    grounds = grounds_of(facts, party)
    rows = measures_of(party)
    columns = {row.name: _column(grounds, row) for row in rows}
    order = {row.name: ranked(columns[row.name], better=row.better) for row in rows}
    counting = [row for row in rows if party in row.ranks]
    whole = ranked_whole(counting, columns)
    found = []
    for id, mine in grounds.items():
        first = mine.holds[0]
        card = Card(
            party=party,
            id=id,
            area=first.area if party == "estate" else "",
            estate=first.estate if party == "estate" else "",
            lifts=len({one.lift for one in mine.holds}),
            lift_years=round(sum(o.to_ms - o.from_ms for o in mine.holds) / YEAR_MS, 3),
            figures=tuple(
                _told(mine.figures[row.name], columns[row.name].get(id), order[row.name].get(id))
                for row in rows
            ),
            rank=whole.get(id),
        )
        found.append(card)
    return sorted(found, key=_order)


def ranked_whole(
    counting: Sequence[Measure], columns: Mapping[str, Mapping[str, Row]]
) -> dict[str, Rank]:
    """The rank by all measures that count, of those with enough of them."""
    return ranked(
        {},
        better="more",
        among=[(columns[row.name], row.better) for row in counting],
        least=MEASURES_LEAST,
    )


def _column(grounds: Mapping[str, Grounds], row: Measure) -> dict[str, Row]:
    """What is believed of a measure, of all parties that have enough of it."""
    figures = {id: one.figures[row.name] for id, one in grounds.items()}
    enough = {id: one for id, one in figures.items() if _is_enough(one, row.form)}
    return believed(enough, form=row.form)


def _is_enough(one: Figure, form: Form) -> bool:
    if form == "rate":
        return one.total * 10 >= LEAST
    return len(one.parts) >= LEAST if form == "mean" else one.total >= LEAST


def _told(one: Figure, row: Row | None, rank: Rank | None) -> Told:
    share = one.good / one.total if one.total else None
    total = one.total if one.other_total is None else one.other_total
    return Told(
        measure=one.measure,
        good=round(one.good, 3),
        total=round(one.total, 3),
        disputed=one.disputed,
        share=share,
        otherwise=one.other / total if one.disputed and total else None,
        believed=None if row is None else row.believed,
        rank=rank,
        grounds=one.grounds,
    )


def _order(one: Card) -> tuple[bool, float, int, str]:
    rank = one.rank
    return (rank is None, rank.middle if rank else 0.0, -one.lifts, one.id)

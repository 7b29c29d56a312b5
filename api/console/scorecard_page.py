"""Score cards as pages: the list with ranks, one card to print, the formula."""

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response

from api.console.board import lifts_of, names_of
from api.console.language import Language
from api.console.marks import N_
from api.console.place_names import PlaceNames
from api.console.render import language_of, render
from api.console.views import LiftName, lift_name
from api.parts import Parts, TheBooks, ThePart
from api.principal import allow
from api.problems import BadParameter
from api.scorecard_shapes import party_of
from api.scorecards import (
    DAYS,
    FORMULA,
    READ,
    DaysQuery,
    IdPath,
    PartyPath,
    one_card,
    period_of,
    read_facts,
)
from api.scorecards import names_of as organisation_names
from api.seen import SeenBooks
from liftwatch.care.scorecard import LEAST, MEASURES, MEASURES_LEAST, Card, Measure, Told, cards
from liftwatch.care.scorecard_facts import PARTIES, Party, Period
from liftwatch.care.scorecard_ground import Ground
from liftwatch.care.scorecard_rank import UNSURE, Rank
from liftwatch.clock import estate_day
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
PARTY_TEXTS: dict[Party, str] = {
    "unit": N_("Maintenance units"),
    "property": N_("Property companies"),
    "estate": N_("Estates"),
}
ONE_TEXTS: dict[Party, str] = {
    "unit": N_("Maintenance unit"),
    "property": N_("Property company"),
    "estate": N_("Estate"),
}
FORM_TEXTS = {"share": N_("a share"), "rate": N_("a rate"), "mean": N_("a mean by lift")}
BETTER_TEXTS = {"more": N_("more is better"), "less": N_("less is better")}
HEAD_MAX = 5
"""So many measures stand in the list; all of them on the card."""
SHOWN_MAX = 40


class RankView(NamedTuple):
    """A rank as it is read; `tells` False: the interval says nothing."""

    words: str
    tells: bool
    left: float
    width: float


class GroundView(NamedTuple):
    """A fact one can open."""

    href: str
    words: str
    lift: LiftName | None
    at: str
    good: bool
    disputed: bool


class FigureView(NamedTuple):
    """A measure as it is read; bar marks are per cent of its scale."""

    name: str
    title: str
    value: str
    counted: str
    bounds: str
    otherwise: str
    disputed: int
    rank: RankView | None
    point: float
    low: float
    high: float
    above: str
    below: str
    bound: str
    why_disputed: str
    grounds: list[GroundView]
    more: int
    counts: bool


class CardView(NamedTuple):
    """A card in the list."""

    href: str
    name: str
    lifts: int
    rank: RankView | None
    values: list[FigureView]


@router.get("/scorecards", dependencies=[Depends(allow(READ))])
def page(
    *,
    request: Request,
    part: ThePart,
    books: TheBooks,
    party: Annotated[str, Query(max_length=16)] = "unit",
    days: DaysQuery = DAYS,
) -> Response:
    """All cards of a kind that are seen, with their ranks."""
    language, wanted = language_of(request), party_of(party)
    if wanted is None:
        raise BadParameter("party", Said("is unit, property or estate"))
    found = cards(read_facts(part, books, period_of(days)), wanted)
    names = card_names(part, books, language, some=found)
    counting = [row for row in MEASURES.values() if wanted in row.ranks][:HEAD_MAX]
    values: dict[str, Any] = {
        "party": wanted,
        "parties": [(one, language.say(PARTY_TEXTS[one])) for one in PARTIES],
        "days": days,
        "spans": (30, 90, 366),
        "heads": [language.tell(row.title) for row in counting],
        "cards": [
            CardView(
                f"/scorecards/{wanted}/{one.id}?days={days}",
                names.get(one.id, one.id),
                one.lifts,
                rank_view(language, one.rank),
                [figure_view(language, one.figure(row.name), wanted) for row in counting],
            )
            for one in found
        ],
    }
    return render(request, "scorecards.html", values)


@router.get("/scorecards/formula", dependencies=[Depends(allow(FORMULA))])
def formula(*, request: Request) -> Response:
    """How cards are counted, from the table by which they are."""
    language = language_of(request)

    def row(one: Measure) -> dict[str, Any]:
        return {
            "title": language.tell(one.title),
            "above": language.tell(one.above),
            "below": language.tell(one.below),
            "bound": language.tell(one.bound),
            "disputed": language.tell(one.disputed),
            "form": language.say(FORM_TEXTS[one.form]),
            "better": language.say(BETTER_TEXTS[one.better]),
            "stands": [language.say(ONE_TEXTS[p]) for p in PARTIES if p in one.of],
            "ranks": [language.say(ONE_TEXTS[p]) for p in PARTIES if p in one.ranks],
        }

    values = {
        "rows": [row(one) for one in MEASURES.values()],
        "least": LEAST,
        "measures_least": MEASURES_LEAST,
        "unsure": round(UNSURE * 100),
    }
    return render(request, "scorecard_formula.html", values)


@router.get("/scorecards/{party}/{id}", dependencies=[Depends(allow(READ))])
def one_page(
    *,
    request: Request,
    part: ThePart,
    books: TheBooks,
    party: PartyPath,
    id: IdPath,
    days: DaysQuery = DAYS,
) -> Response:
    """One card, with the facts behind each number."""
    language, period = language_of(request), period_of(days)
    card = one_card(read_facts(part, books, period), party, id)
    names = card_names(part, books, language, some=[card])
    shown = [ground for told in card.figures for ground in told.grounds[:SHOWN_MAX]]
    lifts = lifts_of(books, [one.lift for one in shown if one.lift])
    called = names_of(books, language, lifts.values())

    def view(told: Told) -> FigureView:
        made = figure_view(language, told, card.party)
        some = [
            _ground(language, one, period, lifts=lifts, names=called)
            for one in told.grounds[:SHOWN_MAX]
        ]
        return made._replace(grounds=some, more=max(0, len(told.grounds) - SHOWN_MAX))

    values: dict[str, Any] = {
        "name": names.get(card.id, card.id),
        "kind": language.say(ONE_TEXTS[card.party]),
        "party": card.party,
        "id": card.id,
        "days": days,
        "spans": (30, 90, 366),
        "since": language.day(estate_day(period.from_ms)),
        "until": language.day(estate_day(period.end_ms)),
        "lifts": card.lifts,
        "years": f"{card.lift_years:.1f}",
        "rank": rank_view(language, card.rank),
        "figures": [view(one) for one in card.figures],
    }
    return render(request, "scorecard.html", values)


def card_names(
    part: Parts, books: SeenBooks, language: Language, *, some: list[Card]
) -> dict[str, str]:
    """What parties are called."""
    keys = {(one.area, one.estate, "") for one in some if one.party == "estate"}
    if not keys:
        return organisation_names(part, some)
    names = PlaceNames(language, books.localities(keys))
    return {one.id: names.estate(one.area, one.estate) for one in some}


def rank_view(language: Language, one: Rank | None) -> RankView | None:
    """A rank in words, and where its bar lies."""
    if one is None:
        return None
    values = {"low": one.low, "high": one.high, "of": one.of}
    words = (
        language.say(N_("%(low)s of %(of)s"), **values)
        if one.low == one.high
        else language.say(N_("%(low)s to %(high)s of %(of)s"), **values)
    )
    left = 100 * (one.low - 1) / one.of
    return RankView(words, one.tells, round(left, 1), round(100 * one.high / one.of - left, 1))


def figure_view(language: Language, told: Told, party: Party) -> FigureView:
    """A measure in words; on the scale of its bar a rate goes to the double of its upper bound."""
    row, held = MEASURES[told.measure], told.believed
    rate = row.form == "rate"
    most = max(held.high if held else 0.0, told.share or 0.0, 0.001) * 1.1 if rate else 1.0

    def words(value: float | None) -> str:
        if value is None:
            return "–"
        return f"{value:.2f}" if rate else f"{value * 100:.1f} %"

    return FigureView(
        name=told.measure,
        title=language.tell(row.title),
        value=words(told.share),
        counted=f"{told.good:.0f} / {told.total:.{1 if rate else 0}f}",
        bounds="" if held is None else f"{words(held.low)} – {words(held.high)}",
        otherwise=words(told.otherwise) if told.disputed else "",
        disputed=told.disputed,
        rank=rank_view(language, told.rank),
        point=0.0 if held is None else round(100 * held.value / most, 1),
        low=0.0 if held is None else round(100 * held.low / most, 1),
        high=0.0 if held is None else round(100 * held.high / most, 1),
        above=language.tell(row.above),
        below=language.tell(row.below),
        bound=language.tell(row.bound),
        why_disputed=language.tell(row.disputed),
        grounds=[],
        more=0,
        counts=party in row.ranks,
    )


THING_TEXTS = {
    "incident": N_("Incident"),
    "visit": N_("Visit"),
    "instruction": N_("Instruction"),
    "complaint": N_("Complaint"),
    "lift": N_("Lift"),
}
PAGES = {
    "incident": "/incidents/",
    "visit": "/visits/",
    "instruction": "/instructions/",
    "complaint": "/complaints/",
    "lift": "/lifts/",
}


def _ground(
    language: Language, one: Ground, period: Period, *, lifts: Any, names: Any
) -> GroundView:
    lift = lift_name(language, one.lift, lifts.get(one.lift), names=names) if one.lift else None
    return GroundView(
        href=f"{PAGES[one.thing]}{one.id}",
        words=language.say(THING_TEXTS[one.thing]),
        lift=lift,
        at=language.moment(one.at_ms, now_ms=period.now_ms),
        good=one.good,
        disputed=one.disputed,
    )

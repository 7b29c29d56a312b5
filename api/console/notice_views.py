"""What pages show of notices: where they hang, the counts they came from, whether they helped."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from api.console.care_texts import EFFECT_TEXTS, NOTICE_STATES, NOTICE_TOPICS, TOPIC_TEXTS
from api.console.language import Language
from api.console.place_names import PlaceNames
from api.console.views import kind_name
from api.seen import SeenBooks
from liftwatch.care.notices import Effect, Notice, Proposal

PlaceKey = tuple[str, str, str]


class NoticeRow(NamedTuple):
    """A notice in a list or on its page."""

    id: str
    topic: str
    topic_word: str
    where: str
    state: str
    state_word: str
    over: bool
    span: str
    counted: int
    version: int


class ProposalRow(NamedTuple):
    """What asks for a notice."""

    topic: str
    topic_word: str
    place: str
    where: str
    evidence: list[tuple[str, int]]
    total: int


class EffectView(NamedTuple):
    """Before and after in figures, and in a sentence whether they tell anything."""

    before: str
    after: str
    ratio: str
    told: str


class PlacesOf:
    """What places are called, and lifts within them."""

    def __init__(self, names: PlaceNames) -> None:
        self.names = names

    def place(self, language: Language, place: PlaceKey) -> str:
        """A building with its estate, or the estate as a whole."""
        area, estate, building = place
        called = self.names.estate(area, estate)
        if not building:
            return language.say("%(estate)s, the whole estate", estate=called)
        own = self.names.building(area, estate, building)
        if own is None:
            own = language.say("building %(name)s", name=building)
        return f"{called} {own}"

    def of(self, books: SeenBooks, language: Language, one: Notice) -> str:
        """Where a notice hangs: its building, and the unit of its lift."""
        place = self.place(language, (one.area, one.estate, one.building))
        row = books.lift(one.lift) if one.lift else None
        if row is None:
            return place
        if not row.facts.unit:
            return f"{place} {row.lift}"
        unit = language.say("unit %(name)s", name=row.facts.unit)
        return f"{place} {unit}"


def known_places(
    books: SeenBooks,
    language: Language,
    *,
    places: Collection[PlaceKey] = (),
    notices: Collection[Notice] = (),
) -> PlacesOf:
    """What the places of some rows are called."""
    keys = {*places, *((one.area, one.estate, one.building) for one in notices)}
    keys |= {(area, estate, "") for area, estate, _ in keys}
    return PlacesOf(PlaceNames(language, books.localities(keys)))


def notice_row(
    books: SeenBooks, language: Language, one: Notice, *, names: PlacesOf, now_ms: int
) -> NoticeRow:
    """A notice with its words."""
    return NoticeRow(
        one.id,
        one.topic,
        language.say(NOTICE_TOPICS[one.topic]),
        names.of(books, language, one),
        one.state,
        language.say(NOTICE_STATES[one.state]),
        one.state == "published" and one.end_ms <= now_ms,
        f"{language.hour(one.from_ms)} – {language.hour(one.end_ms)}",
        sum(one.evidence.values()),
        one.version,
    )


def proposal_rows(
    language: Language, asked: Sequence[Proposal], names: PlacesOf
) -> list[ProposalRow]:
    """Proposals with their words."""
    return [
        ProposalRow(
            one.topic,
            language.say(NOTICE_TOPICS[one.topic]),
            "/".join(one[:3]),
            names.place(language, one[:3]),
            evidence_words(language, one.evidence),
            one.total,
        )
        for one in asked
    ]


def evidence_words(language: Language, evidence: Mapping[str, int]) -> list[tuple[str, int]]:
    """Counts by what was counted."""
    found = []
    for name, times in evidence.items():
        kind, _, topic = name.partition(":")
        if topic:
            called = language.say(TOPIC_TEXTS[topic].name)
            found.append((language.say("Complaints: %(topic)s", topic=called), times))
        else:
            found.append((kind_name(language, kind), times))
    return found


def effect_view(language: Language, one: Effect) -> EffectView:
    """An effect in words; the ratio with its ends, open above where nothing was before."""
    ratio = ""
    if one.low is not None:
        high = "∞" if one.high is None else f"{one.high:.2f}"
        point = "–" if one.ratio is None else f"{one.ratio:.2f}"
        ratio = f"{point} [{one.low:.2f} … {high}]"
    return EffectView(
        _counted(language, one.before, one.before_days),
        _counted(language, one.after, one.after_days),
        ratio,
        language.say(EFFECT_TEXTS[one.told]),
    )


def _counted(language: Language, times: int, days: float) -> str:
    return language.say("%(times)s in %(days)s lift-days", times=times, days=f"{days:.1f}")

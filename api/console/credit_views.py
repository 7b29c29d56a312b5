"""What pages show of the credit list: entries in words, their story, the facts to choose from."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from api.console.care_texts import TOPIC_TEXTS
from api.console.credit_words import FACT_TEXTS, KIND_TEXTS, LINE_TEXTS, MOVE_TEXTS, STATE_TEXTS
from api.console.fault_views import kind_word
from api.console.instruction_words import HELD_TEXTS
from api.console.instruction_words import STATE_TEXTS as ASKED_TEXTS
from api.console.language import Language, local
from api.console.place_names import PlaceNames
from api.console.silence_views import names_by_id
from api.parts import Parts
from liftwatch.care.sanctions import LIVING, Entry, Fact, FactKind, Line, is_public
from liftwatch.clock import estate_day, rfc3339
from liftwatch.handlers.care_credit import Known

PAGES: dict[FactKind, str] = {
    "incident": "/incidents/",
    "contradiction": "/incidents/",
    "instruction": "/instructions/",
    "complaint": "/complaints/",
}
GRAVE = frozenset({"penalty", "untrustworthy"})


class FactLink(NamedTuple):
    """A fact as it is named, when and where it was, and where it is looked at."""

    name: str
    at: str
    where: str
    page: str


class EntryView(NamedTuple):
    """An entry as it is read; `whose` is the id of its organisation, `whole` says that facts and
    answer are seen."""

    id: str
    kind: str
    grave: bool
    whose: str
    organisation: str
    what: str
    article: str
    decision: str
    paper: str
    issuer: str
    issued: str
    hear_by: str
    hear_by_at: str
    begins: str
    begins_at: str
    ends: str
    ends_at: str
    state: str
    living: bool
    public: bool
    whole: bool
    facts: tuple[FactLink, ...]
    answer: str
    answered: str


class FactChoice(NamedTuple):
    """A fact that an entry may rest on, and what it is called in the form."""

    field: str
    link: FactLink


class LineView(NamedTuple):
    """A line of the story as it is read."""

    n: int
    at: str
    at_iso: str
    what: str
    who: str
    text: str
    more: str


def entry_views(
    part: Parts, language: Language, some: Sequence[tuple[Entry, bool]], *, now_ms: int
) -> list[EntryView]:
    """Entries, each with whether it is seen as a whole, with the names of organisations."""
    ids = [id for one, _ in some for id in (one.organisation, one.issuer)]
    names = names_by_id(part.gate, (), ids)
    keys = {(one.area, fact.estate, "") for one, _ in some for fact in one.facts}
    places = PlaceNames(language, part.books.localities(keys))
    found = []
    for one, whole in some:
        facts = [
            fact_link(language, fact, area=one.area, names=places)
            for fact in (one.facts if whole else ())
        ]
        found.append(_view(language, one, names, facts=tuple(facts), whole=whole, now_ms=now_ms))
    return found


def _view(
    language: Language,
    one: Entry,
    names: dict[str, str],
    *,
    facts: tuple[FactLink, ...],
    whole: bool,
    now_ms: int,
) -> EntryView:
    return EntryView(
        id=one.id,
        kind=language.say(KIND_TEXTS[one.kind]),
        grave=one.kind in GRAVE,
        whose=one.organisation,
        organisation=names.get(one.organisation, one.organisation),
        what=one.what,
        article=one.article,
        decision=one.decision,
        paper=one.paper or "",
        issuer=names.get(one.issuer, one.issuer),
        issued=_term(language, one.issued_ms),
        hear_by=_term(language, one.hear_by_ms),
        hear_by_at=rfc3339(one.hear_by_ms),
        begins=_term(language, one.from_ms),
        begins_at=rfc3339(one.from_ms),
        ends=_term(language, one.until_ms),
        ends_at=rfc3339(one.until_ms),
        state=language.say(STATE_TEXTS[one.state]),
        living=one.state in LIVING,
        public=is_public(one, now_ms=now_ms),
        whole=whole,
        facts=facts,
        answer=(one.answer or "") if whole else "",
        answered=_term(language, one.answered_ms) if whole and one.answered_ms else "",
    )


def fact_link(language: Language, fact: Fact, *, area: str, names: PlaceNames) -> FactLink:
    """A fact in words."""
    kind, word = language.say(FACT_TEXTS[fact.kind]), _word(language, fact)
    return FactLink(
        name=f"{kind}: {word}" if fact.kind != "contradiction" else kind,
        at=_term(language, fact.at_ms),
        where=" ".join(filter(None, (names.estate(area, fact.estate), fact.lift))),
        page=page_of(fact),
    )


def page_of(fact: Fact) -> str:
    """Where a fact is looked at.

    >>> page_of(Fact(kind="contradiction", id="i-1"))
    '/incidents/i-1'
    """
    return f"{PAGES[fact.kind]}{fact.id}"


def fact_choices(
    language: Language, some: Iterable[Known], *, names: PlaceNames
) -> dict[str, list[FactChoice]]:
    """The facts to choose from, by what their kind is called."""
    found: dict[str, list[FactChoice]] = {}
    for one in some:
        link = fact_link(language, one.fact, area=one.area, names=names)
        title = language.say(FACT_TEXTS[one.fact.kind])
        found.setdefault(title, []).append(FactChoice(field_of(one.fact), link))
    return found


def field_of(fact: Fact) -> str:
    """What a fact is called in a form.

    >>> field_of(Fact(kind="incident", id="i-1"))
    'fact-incident-i-1'
    """
    return f"fact-{fact.kind}-{fact.id}"


def _word(language: Language, one: Fact) -> str:
    if one.kind == "instruction":
        return language.say(ASKED_TEXTS[one.word])
    if one.kind == "complaint":
        return language.say(TOPIC_TEXTS[one.word].name)
    return kind_word(language, one.word)


def _term(language: Language, ms: int) -> str:
    """A moment with its year: terms and facts may lie years away."""
    return f"{language.day(estate_day(ms))} {local(ms):%H:%M}"


def line_views(
    part: Parts, language: Language, lines: Sequence[Line], *, now_ms: int
) -> list[LineView]:
    """The story, the newest line first."""
    ids = [id for line in lines for id in (line.by.organisation, *_told(line))]
    names = names_by_id(part.gate, (), ids)
    found = [_line(language, one, names, now_ms=now_ms) for one in lines]
    return found[::-1]


def _line(language: Language, one: Line, names: dict[str, str], *, now_ms: int) -> LineView:
    text = MOVE_TEXTS[one.what].made if one.what in MOVE_TEXTS else LINE_TEXTS[one.what]
    return LineView(
        n=one.n,
        at=language.moment(one.at_ms, now_ms=now_ms),
        at_iso=rfc3339(one.at_ms),
        what=language.say(text),
        who=names.get(one.by.organisation or "", ""),
        text=one.text or "",
        more=" · ".join((*(names.get(id, id) for id in _told(one)), *_held(language, one))),
    )


def _told(line: Line) -> Sequence[str]:
    found = line.facts.get("to")
    return (str(found),) if found else ()


def _held(language: Language, line: Line) -> Sequence[str]:
    held = line.facts.get("held")
    return (language.say(HELD_TEXTS[str(held)]),) if held else ()

"""What pages show of complaints: rows, the story, what our records say, and a proposed answer."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from api.complaint_shapes import masked
from api.console.care_texts import (
    CHANNEL_TEXTS,
    MOVE_TEXTS,
    PARTY_TEXTS,
    STATE_TEXTS,
    TOPIC_TEXTS,
)
from api.console.language import Language
from api.console.signals import LABELS
from api.console.silence_views import Known
from api.console.views import LiftName, kind_name
from api.parts import Parts
from liftwatch.care.complaints import TOPICS, Complaint, Line, Private
from liftwatch.care.found import (
    AFTER_MS,
    BEFORE_MS,
    POINTS_MAX,
    SIGNALS_MS,
    Heard,
    asked_kinds,
    heard,
    nearest,
)
from liftwatch.clock import rfc3339
from liftwatch.incidents.incident import Incident
from liftwatch.ports import IncidentFilter, StoreUnavailable, TelemetryQuery
from liftwatch.telemetry.signals import unit_of


class ComplaintView(NamedTuple):
    """A matter in a list or on its page."""

    id: str
    number: str
    topic: str
    where: LiftName | None
    estate: str
    state: str
    state_word: str
    party: str
    offered: str
    channel: str
    told: str
    told_at: str
    due: str
    due_ms: int | None
    overdue: bool
    others: int
    inside: bool
    rating: int | None
    outside: str
    version: int


class StoryLine(NamedTuple):
    """A line of a matter's story."""

    at: str
    at_iso: str
    what: str
    party: str
    who: str
    text: str


class Found(NamedTuple):
    """What our records say: incidents, signals, and the answer that can be made of them."""

    incidents: list[tuple[str, str, str]]
    signals: list[tuple[str, str]]
    proposed: str


class Given(NamedTuple):
    """What a resident gave, as far as one may know it."""

    words: str
    again: str
    rated: str
    phone: str
    photo: bool
    whole: bool
    erased: str


def complaint_view(
    language: Language, one: Complaint, known: Known, *, now_ms: int
) -> ComplaintView:
    """A matter with its words."""
    return ComplaintView(
        id=one.id,
        number=" ".join((one.number[:5], one.number[5:])),
        topic=language.say(TOPIC_TEXTS[one.topic].name),
        where=known.lift(language, one.lift),
        estate=known.names.estate(one.area, one.estate),
        state=one.state,
        state_word=language.say(STATE_TEXTS[one.state]),
        party=language.say(PARTY_TEXTS[one.party]),
        offered="" if one.offered is None else language.say(PARTY_TEXTS[one.offered]),
        channel=language.say(CHANNEL_TEXTS[one.channel]),
        told=language.moment(one.told_ms, now_ms=now_ms),
        told_at=rfc3339(one.told_ms),
        due="" if one.due_ms is None else language.hour(one.due_ms),
        due_ms=one.due_ms,
        overdue=one.is_overdue(now_ms),
        others=one.joined + one.crowd,
        inside=one.inside and one.is_open,
        rating=one.rating,
        outside=one.outside or "",
        version=one.version,
    )


def given_view(
    language: Language, one: Complaint, private: Private | None, *, whole: bool, now_ms: int
) -> Given:
    """What was given with it; without numbers and addresses for who may not know whose it is."""
    held = private or Private(id=one.id)
    words, again, rated = held.words, held.again, held.rated
    if not whole:
        words, again, rated = masked(words), masked(again), masked(rated)
    return Given(
        words or "",
        again or "",
        rated or "",
        (held.phone or "") if whole else "",
        held.photo is not None and whole,
        whole,
        "" if one.erased_ms is None else language.moment(one.erased_ms, now_ms=now_ms),
    )


def story_views(
    language: Language, lines: Sequence[Line], people: Mapping[str, str], *, now_ms: int
) -> list[StoryLine]:
    """The story, the oldest first."""
    return [
        StoryLine(
            language.moment(line.at_ms, now_ms=now_ms),
            rfc3339(line.at_ms),
            language.say(MOVE_TEXTS[line.move].line),
            language.say(PARTY_TEXTS[line.party]),
            people.get(line.person or "", ""),
            line.text or "",
        )
        for line in lines
    ]


def found_view(part: Parts, language: Language, one: Complaint, *, now_ms: int) -> Found:
    """What our records say of it; its caller has seen the complaint, and so its lift."""
    kinds = TOPICS[one.topic].kinds
    incidents: list[Incident] = []
    if kinds:
        where = IncidentFilter(
            lift=one.lift,
            kind=kinds,
            from_ms=one.told_ms - BEFORE_MS,
            to_ms=one.told_ms + AFTER_MS,
        )
        incidents = nearest(part.books.incidents(where, limit=100).items, one.told_ms)
    said = _heard(part, one)
    signals = [(language.say(LABELS[row.signal]), _words(language, row)) for row in said]
    rows = [
        (
            incident.id,
            kind_name(language, incident.kind),
            language.moment(incident.opened_ms, now_ms=now_ms),
        )
        for incident in incidents
    ]
    return Found(rows, signals, _proposed(language, one, rows, said=said, signals=signals))


def _heard(part: Parts, one: Complaint) -> list[Heard]:
    found = []
    for kind, signals in asked_kinds(one).items():
        query = TelemetryQuery(
            lift=one.lift,
            kind=kind,
            from_ms=one.told_ms - SIGNALS_MS,
            to_ms=one.told_ms + 1,
            signals=signals,
            limit=POINTS_MAX,
        )
        try:
            rows = part.store.read(query)
        except StoreUnavailable:
            found += [Heard(kind, signal, "away") for signal in signals]
            continue
        found += [
            heard(kind, signal, [row.values.get(signal) for row in rows]) for signal in signals
        ]
    return found


def _words(language: Language, row: Heard) -> str:
    if row.state == "away":
        return language.say("the store does not answer now")
    if row.state == "silent":
        return language.say("nothing was said")
    if row.words:
        return ", ".join(f"{word} ×{times}" for word, times in row.words)
    unit = unit_of(row.signal)
    return language.say(
        "%(low)s to %(high)s %(unit)s, %(num)s readings",
        low=f"{row.low:g}",
        high=f"{row.high:g}",
        unit=unit,
        num=row.readings,
    )


def _proposed(
    language: Language,
    one: Complaint,
    incidents: Sequence[tuple[str, str, str]],
    *,
    said: Sequence[Heard],
    signals: Sequence[tuple[str, str]],
) -> str:
    """Sentences of facts alone; what was done a person adds."""
    at = language.hour(one.told_ms)
    topic = language.say(TOPIC_TEXTS[one.topic].name)
    lines = [language.say("You told us on %(at)s about this lift: %(topic)s.", at=at, topic=topic)]
    if incidents:
        listed = "; ".join(f"{kind} ({moment})" for _, kind, moment in incidents[:3])
        lines.append(language.say("Our records of that time have: %(listed)s.", listed=listed))
    elif TOPICS[one.topic].kinds:
        lines.append(language.say("Our records of that time have no fault of the kind."))
    spoken = [
        f"{label}: {words}"
        for (label, words), row in zip(signals, said, strict=True)
        if row.state == "heard"
    ]
    if spoken:
        lines.append(
            language.say("In the day before the lift told: %(listed)s.", listed="; ".join(spoken))
        )
    elif said:
        lines.append(language.say("In the day before the lift told us nothing that bears on it."))
    return " ".join(lines)

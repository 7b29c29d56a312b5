"""What a public page shows, in the words of its reader."""

from collections.abc import Iterator
from typing import NamedTuple

from api.console.care_texts import GROUP_TEXTS, STANDING_TEXTS
from api.console.language import Language
from api.console.notice_texts import WORDINGS
from api.console.place_names import PlaceNames, keys_of
from api.console.views import LiftName, lift_name
from api.parts import Parts
from api.residents_seen import Shown
from liftwatch.care.notices import Notice
from liftwatch.care.residents import Month, Standing
from liftwatch.clock import HOUR_MS, MINUTE_MS, estate_day
from liftwatch.ports import LiftRow


class StandingView(NamedTuple):
    """How a lift stands, since when, and when we last heard of it."""

    name: str
    word: str
    means: str
    since: str
    heard: str


class NoticeView(NamedTuple):
    """A notice as residents read it."""

    id: str
    topic: str
    title: str
    text: str
    when: str
    now: bool


class MonthView(NamedTuple):
    """A month in plain words; `lines` is empty where nothing happened, `of` how it is called."""

    of: str
    lines: tuple[str, ...]
    stopped: str
    blind: str


def title_of(part: Parts, language: Language, row: LiftRow) -> LiftName:
    """What a lift is called."""
    names = PlaceNames(language, part.books.localities(keys_of([row])))
    return lift_name(language, row.lift, row, names=names)


def standing_view(language: Language, one: Standing, *, now_ms: int) -> StandingView:
    """A standing in words."""
    text = STANDING_TEXTS[one.word]
    return StandingView(
        one.word,
        language.say(text.word),
        language.say(text.means),
        "" if one.since_ms is None else language.moment(one.since_ms, now_ms=now_ms),
        "" if one.heard_ms is None else language.moment(one.heard_ms, now_ms=now_ms),
    )


def notice_view(language: Language, one: Notice, *, now_ms: int) -> NoticeView:
    """A notice in the reader's language."""
    wording, zh = WORDINGS[one.topic], language.code == "zh"
    when = ""
    if one.topic == "outage":
        when = times(language, one.from_ms, one.until_ms)
    return NoticeView(
        one.id,
        one.topic,
        wording.title_zh if zh else wording.title_en,
        one.zh if zh else one.en,
        when,
        one.from_ms <= now_ms < one.end_ms,
    )


def times(language: Language, from_ms: int, until_ms: int) -> str:
    """From when to when; of one day it is told once.

    >>> from api.console.language import LANGUAGES
    >>> times(LANGUAGES["en"], 0, 2 * HOUR_MS), times(LANGUAGES["en"], 0, 20 * HOUR_MS)
    ('Thu 1 Jan 08:00 – 10:00', 'Thu 1 Jan 08:00 – Fri 2 Jan 04:00')
    """
    end = language.hour(until_ms)
    if estate_day(from_ms) == estate_day(until_ms):
        end = end.split()[-1]
    return f"{language.hour(from_ms)} – {end}"


def month_view(language: Language, shown: Shown) -> MonthView:
    """A month in words, what happened most first."""
    one = shown.month
    return MonthView(
        language.say("%(month)s/%(year)s", month=shown.month_of.month, year=shown.month_of.year),
        tuple(_lines(language, one)),
        span(language, one.stopped_ms) if one.stopped_ms >= MINUTE_MS else "",
        span(language, one.blind_ms) if one.blind_ms >= HOUR_MS else "",
    )


def _lines(language: Language, one: Month) -> Iterator[str]:
    for name, times in sorted(one.counts.items(), key=lambda pair: -pair[1]):
        if times:
            what = language.say(GROUP_TEXTS[name])
            counted = language.texts.ngettext(
                "%(num)s time %(what)s", "%(num)s times %(what)s", times
            )
            yield counted % {"num": times, "what": what}


def span(language: Language, ms: int) -> str:
    """How long, to the minute below a day, to the hour above.

    >>> from api.console.language import LANGUAGES
    >>> span(LANGUAGES["en"], 3 * HOUR_MS + 20 * MINUTE_MS), span(LANGUAGES["en"], 50 * HOUR_MS)
    ('3 h 20 min', '2 d 2 h')
    """
    minutes = ms // MINUTE_MS
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return language.say("%(days)s d %(hours)s h", days=days, hours=hours)
    if hours:
        return language.say("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)
    return language.say("%(minutes)s min", minutes=rest)

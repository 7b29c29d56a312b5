"""Notices and pages as plain data: that parties are to be told why, and whom that made us tell.

A notice is written in the transaction of what it tells of; the engine makes pages of it: one each
for somebody and a channel, and each is promised in the outbox. What becomes of them is a verdict.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from msgspec import Struct

from liftwatch.clock import DAY_MS, ESTATE_MS, HOUR_MS, MINUTE_MS
from liftwatch.incidents.clock_rules import Rule
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.outbox import Verdict

STATION, FIRE, HEADS = "2", "3", "H"
"""Beside the letters of the parties (`kinds`): whom a call of the second and the third level adds,
and the heads of those told."""
IF_OCCUPIED = frozenset({"unintended_movement", "overspeed", "free_fall", "overrun"})
"""Kinds of which the rescue platform learns unless nobody is inside (contract, section 2)."""
RAISINGS = ("raised", "again", "graver")
"""Why people are told of an alarm, and what the limit counts."""
CLEARED = "cleared"
LIMIT, LIMIT_MS = 3, HOUR_MS
"""So many a lift and kind an hour, outside severity 1 [our choice]."""
UNANSWERED_MS = 3 * MINUTE_MS
"""So long nobody has taken it, until the next are called (domain 4.1: within three minutes)."""
STEPS = 3
"""On site: who is on duty, who comes next, the heads."""
URGENT = 2
"""Up to this severity it is said at any hour, and the next are called."""

Held = Literal["limit", "parent", "silence", "verdict", "over", "exercise", "nobody", "no_way"]
"""Why a notice told nobody: too many before it, a greater incident told, somebody silences it,
too many of its kind were rejected, it was over, nothing leaves for an exercise, nobody can be
reached, no channel is set."""


class Notice(Struct, frozen=True, kw_only=True):
    """That parties are to be told of an incident; `why` is a raising, a clock, or its end.

    Its next `step` is due then, never when that is None; `held` says why it went no further.
    """

    incident: str
    occurrence: int
    why: str
    parties: str
    made_ms: int
    step: int = 1
    due_ms: int | None = None
    held: Held | None = None


class Page(Struct, frozen=True, kw_only=True):
    """Somebody told by a channel, under the id of the promise that leaves.

    It is for a `person`, or for an `organisation` where nobody is named. `verdict` is that of the
    last try, None before the first.
    """

    id: str
    incident: str
    occurrence: int
    why: str
    step: int
    party: str
    organisation: str
    person: str | None = None
    channel: str
    made_ms: int
    attempts: int = 0
    tried_ms: int | None = None
    verdict: Verdict | None = None
    detail: str | None = None


class PageReads(Protocol):
    """What is read of notices and pages."""

    def notices_of(self, incident: str) -> list[Notice]:
        """Of an incident, in the order in which they were made."""

    def pages_of(self, incident: str) -> list[Page]:
        """Of an incident, in the order in which they were made."""


class PageWork(Protocol):
    """The part of a transaction that tells people; whoever writes holds the incident's row."""

    def notices(self, incident: str) -> list[Notice]:
        """Of an incident, in the order in which they were made."""

    def raisings_since(self, incident: Incident, since_ms: int) -> int:
        """How many notices of raisings told of its lift (or scope) and kind since then."""

    def put_notice(self, notice: Notice) -> None:
        """Insert or replace by incident, occurrence and why."""

    def pages(self, incident: str) -> list[Page]:
        """Of an incident, in the order in which they were made."""

    def add_page(self, page: Page) -> None:
        """Insert."""

    def note_page(self, id: str, tried: Mapping[str, Any]) -> None:
        """Keep `attempts`, `tried_ms`, `verdict` and `detail` of a page, where there is one."""


class Ways(NamedTuple):
    """By which ways pages leave, and how they are written.

    `channels` are those of people (email, sms, voice); `hooks` are channels by the organisation
    whose they are, "*" for everybody's. Of an exercise only `for_exercises` learn. `quiet` is from
    and to, in milliseconds of the estates' day. `exercise`: the whole installation is one.
    `systems` are the job systems by their names: no pages leave by them, but every change.
    """

    channels: tuple[str, ...] = ()
    hooks: Mapping[str, tuple[str, ...]] = {}
    for_exercises: frozenset[str] = frozenset()
    quiet: tuple[int, int] | None = None
    language: str = "zh"
    page: str = ""
    exercise: bool = False
    systems: tuple[str, ...] = ()

    @property
    def all_channels(self) -> tuple[str, ...]:
        """Every one, once."""
        found = [*self.channels, *(name for names in self.hooks.values() for name in names)]
        return tuple(dict.fromkeys(found))


NO_WAYS = Ways()


def system_channel(name: str) -> str:
    """What the channel of a job system is called in the outbox; no channel of pages has a slash.

    >>> system_channel("anda")
    'jobs/anda'
    """
    return f"jobs/{name}"


BY_SEVERITY: Mapping[int, frozenset[str]] = {
    1: frozenset({"email", "sms", "voice"}),
    2: frozenset({"email", "sms"}),
    3: frozenset({"email"}),
    4: frozenset({"email"}),
}
"""What reaches a person how: a telephone rings where life is in danger [our choice]."""


def at_once(kind: str, evidence: Mapping[str, Any]) -> str:
    """Who learns of an alarm at once (contract, section 2); unknown counts as occupied.

    >>> empty = {"occupied": False}
    >>> at_once("door_fault", {}), at_once("free_fall", {}), at_once("overspeed", empty)
    ('PM', 'PMSR', 'PMS')
    """
    parties = BY_NAME[kind].at_once
    inside = kind in IF_OCCUPIED and evidence.get("occupied") is not False
    return parties + "R" if inside and "R" not in parties else parties


def told_of(rule: Rule) -> str:
    """Who learns that a clock is missed: its row's, and whom its level adds.

    >>> from liftwatch.incidents.clock_rules import RULES
    >>> [told_of(rule) for rule in RULES["entrapment"][:4]]
    ['P', 'PMR2', 'PMR23', 'PMRH']
    """
    return rule.tells + STATION * (rule.level >= 2) + FIRE * (rule.level >= 3)


def next_of(notices: Sequence[Notice]) -> int | None:
    """When the next step of these is due."""
    return min((one.due_ms for one in notices if one.due_ms is not None), default=None)


def quiet_until(ways: Ways, severity: int, now_ms: int) -> int | None:
    """When it may be said, where now is a quiet hour of the estates' day (UTC+8); else None.

    >>> night = Ways(quiet=(22 * HOUR_MS, 7 * HOUR_MS))
    >>> (quiet_until(night, 3, 15 * HOUR_MS) or 0) // HOUR_MS, quiet_until(night, 2, 15 * HOUR_MS)
    (23, None)
    """
    if ways.quiet is None or severity <= URGENT:
        return None
    begin, end = ways.quiet
    at = (now_ms + ESTATE_MS) % DAY_MS
    for_ms = (end - at) % DAY_MS
    long_ms = (end - begin) % DAY_MS
    return now_ms + for_ms if 0 < for_ms <= long_ms else None


def quiet_of(text: str) -> tuple[int, int] | None:
    """From and to of quiet hours, as milliseconds of a day; ValueError for what is none.

    >>> quiet_of("22:00-07:30"), quiet_of("")
    ((79200000, 27000000), None)
    """
    if not text:
        return None
    moments = [_moment(part) for part in text.split("-")]
    if len(moments) != 2 or None in moments or moments[0] == moments[1]:
        raise ValueError("is not as 22:00-07:00, nor empty")
    return moments[0] or 0, moments[1] or 0


def _moment(text: str) -> int | None:
    hours, _, minutes = text.strip().partition(":")
    figures = len(hours) == len(minutes) == 2 and (hours + minutes).isascii()
    if not figures or not (hours + minutes).isdigit() or int(hours) > 23 or int(minutes) > 59:
        return None
    return int(hours) * HOUR_MS + int(minutes) * MINUTE_MS

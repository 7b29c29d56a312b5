"""Notices to residents that come from what really happened, and whether they helped.

A proposal is counted, never stored: it is there as long as its counts are, unless people declined
the like of it within a while. What property makes of it is a notice with a text of its own.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct
from scipy.special import betaincinv

from liftwatch.clock import DAY_MS
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.said import Said

Topic = Literal["doors", "overload", "material", "ebikes", "children", "buttons", "outage"]
State = Literal["draft", "published", "declined", "withdrawn"]
TEXT_MAX, WHY_MAX, BUILDING_MAX = 1_000, 500, 64
PUBLISHED_MS_MAX = 180 * DAY_MS
LOOKED_BACK_MS = 30 * DAY_MS
"""Over so long what happened is counted [our choice]."""
DECLINED_FOR_MS = 30 * DAY_MS
"""So long the like of what was declined is not proposed [our choice]."""
TAIL = 0.025
"""Both ends of a 95 % interval leave out as much."""


class Row(NamedTuple):
    """What a notice is about: which incidents and which complaints ask for it, and how many."""

    name: Topic
    kinds: tuple[str, ...]
    complaints: tuple[str, ...]
    from_count: int


TOPICS: Mapping[str, Row] = {
    row.name: row
    for row in (
        Row("doors", ("door_blocked", "door_impact"), ("doors",), 3),
        Row("overload", ("overload",), (), 3),
        Row("material", ("heavy_haulage",), ("hygiene",), 2),
        Row("buttons", ("button_stuck",), ("buttons",), 3),
        Row("ebikes", (), (), 0),
        Row("children", (), (), 0),
        Row("outage", (), (), 0),
    )
}
"""From how many on within LOOKED_BACK_MS in one building a notice is proposed [our choice]; 0 is
never: no signal tells of electric bicycles or of children, so people begin those themselves."""


class Notice(Struct, kw_only=True, frozen=True):
    """A notice of an estate ("" for `building`), a building, or one lift; its text in both tongues.

    `evidence` are the counts it came from; `from_ms` to `until_ms` it is shown, and of an outage
    that is when the lift stands still. `silence` mutes its alarms meanwhile.
    """

    id: str
    area: str
    estate: str
    building: str
    lift: str | None
    topic: Topic
    state: State
    zh: str
    en: str
    from_ms: int
    until_ms: int
    evidence: dict[str, int]
    made_ms: int
    person: str | None = None
    organisation: str | None = None
    why: str | None = None
    published_ms: int | None = None
    ended_ms: int | None = None
    silence: str | None = None
    version: int = 1

    @property
    def end_ms(self) -> int:
        """When it is over: in its time, or when it was withdrawn before."""
        return self.until_ms if self.ended_ms is None else min(self.until_ms, self.ended_ms)

    def is_shown(self, now_ms: int) -> bool:
        """Whether residents see it: an outage from the day it is published on."""
        if self.state != "published" or self.published_ms is None:
            return False
        begin = self.published_ms if self.topic == "outage" else self.from_ms
        return begin <= now_ms < self.end_ms


class Counted(NamedTuple):
    """Something that happened: in which building, of which kind (or `complaint:TOPIC`)."""

    area: str
    estate: str
    building: str
    kind: str
    times: int


class Proposal(NamedTuple):
    """A notice that what happened asks for, with the counts that do."""

    area: str
    estate: str
    building: str
    topic: Topic
    evidence: dict[str, int]

    @property
    def total(self) -> int:
        """How many there were in all."""
        return sum(self.evidence.values())


class Effect(NamedTuple):
    """How often before and after, over how many lift-days, and the ratio with its ends.

    `told` is `fewer` or `more` where the interval says so, `open` where it does not, and `none`
    where nothing happened at all or no day has passed.
    """

    before: int
    after: int
    before_days: float
    after_days: float
    ratio: float | None
    low: float | None
    high: float | None
    told: Literal["fewer", "more", "open", "none"]


def proposals(
    counted: Collection[Counted], known: Collection[Notice], *, now_ms: int
) -> list[Proposal]:
    """What asks for a notice, most counts first; not what stands, waits, or was declined lately.

    >>> happened = [Counted("320583", "garden", "3", "door_blocked", 4)]
    >>> proposals(happened, [], now_ms=0)[0][2:]
    ('3', 'doors', {'door_blocked': 4})
    """
    places = sorted({one[:3] for one in counted})
    found = []
    for place in places:
        for row in TOPICS.values():
            names = {*row.kinds, *(f"complaint:{name}" for name in row.complaints)}
            evidence: dict[str, int] = {}
            for one in counted:
                if one[:3] == place and one.kind in names:
                    evidence[one.kind] = evidence.get(one.kind, 0) + one.times
            made = Proposal(*place, row.name, evidence)
            enough = row.from_count and made.total >= row.from_count
            if enough and not any(_stands_in_its_way(one, made, now_ms) for one in known):
                found.append(made)
    return sorted(found, key=lambda one: -one.total)


def _stands_in_its_way(one: Notice, made: Proposal, now_ms: int) -> bool:
    if (one.area, one.estate, one.topic) != (made.area, made.estate, made.topic):
        return False
    if one.building not in ("", made.building):
        return False
    if one.state == "draft":
        return True
    if one.state == "declined":
        return now_ms - one.made_ms < DECLINED_FOR_MS
    return now_ms < one.end_ms + DECLINED_FOR_MS


def checked(one: Notice, *, now_ms: int) -> Notice:
    """The notice; Untold for a text that is missing, an end before its beginning, too long a time.

    Both languages are there: who reads only one must not miss it.
    """
    for field, text in (("zh", one.zh), ("en", one.en)):
        if not text.strip() or len(text) > TEXT_MAX:
            raise Untold(
                Said(
                    "%(field)s has %(low)s to %(high)s characters",
                    field=field,
                    low=1,
                    high=TEXT_MAX,
                )
            )
    if one.until_ms <= max(one.from_ms, now_ms):
        raise Untold(Said("it must end after it has begun, and after now"))
    if one.until_ms - now_ms > PUBLISHED_MS_MAX:
        raise Untold(Said("a notice hangs for at most 180 days"))
    if one.topic == "outage" and not one.building and one.lift is None:
        raise Untold(Said("an outage is of a lift or of a building"))
    return one


def check_state(one: Notice, *begins: str) -> None:
    """Raises CannotMove where a notice is not in one of these states."""
    if one.state not in begins:
        raise CannotMove(Said("this does not follow where the notice stands"))


def effect(before: int, after: int, *, before_days: float, after_days: float) -> Effect:
    """Whether it became less: the ratio of two Poisson rates with its exact 95 % interval.

    Given how many there were in all, how many of them fell after is binomial (Przyborowski and
    Wilenski 1940); its interval is that of Clopper and Pearson.

    >>> effect(30, 5, before_days=60, after_days=60).told
    'fewer'
    >>> few = effect(3, 1, before_days=60, after_days=60)
    >>> few.told, round(few.low, 3), round(few.high, 1)
    ('open', 0.006, 4.2)
    >>> effect(0, 0, before_days=60, after_days=60).told
    'none'
    """
    total = before + after
    if not total or before_days <= 0 or after_days <= 0:
        return Effect(before, after, before_days, after_days, None, None, None, "none")
    scale = before_days / after_days
    low_part = float(betaincinv(after, before + 1, TAIL)) if after else 0.0
    low = scale * low_part / (1 - low_part)
    high = None
    if before:
        part = float(betaincinv(after + 1, before, 1 - TAIL))
        high = scale * part / (1 - part)
    ratio = scale * after / before if before else None
    told: Literal["fewer", "more", "open"] = "open"
    if high is not None and high < 1:
        told = "fewer"
    elif low > 1:
        told = "more"
    return Effect(before, after, before_days, after_days, ratio, low, high, told)


def evidence_of(counted: Sequence[Counted], topic: str) -> dict[str, int]:
    """Of what happened, what counts for a topic, by kind."""
    row = TOPICS[topic]
    names = {*row.kinds, *(f"complaint:{name}" for name in row.complaints)}
    found: dict[str, int] = {}
    for one in counted:
        if one.kind in names:
            found[one.kind] = found.get(one.kind, 0) + one.times
    return found

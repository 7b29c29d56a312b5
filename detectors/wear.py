"""Worn parts: what a rule on wear measures, the limits of each part, and what it claims.

A rule says which quantities of a message belong to which part; here they become claims with the
day since when, how fast, until when, and what it means.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple

from msgspec import field

from detectors.contract import Claim, Detector
from detectors.trend import Series
from detectors.view import View
from liftwatch.clock import begin_ms, date_of, day_text
from liftwatch.telemetry.messages import Maintenance, Message

SURE = 5.0
"""Standard errors by which a median must lie above its baseline, beside being above the limit: some
thousand windows of a lift and year are looked at. What scatters little is claimed at the limit."""
RELEASE = 0.75  # of the way from usual to the limit: below it a claim clears [our choice]
OUTLOOK_DAYS_MAX = 400
HALF_MONTHLY = re.compile(r"A-1-\d+\Z")


class Limit(NamedTuple):
    """From which median on, as a share of the baseline or in the part's unit; and who says so."""

    severity: int
    source: str
    share: float | None = None
    value: float | None = None


class Part(NamedTuple):
    """One quantity of a part: how many values make its median, its limits, the gravest first."""

    name: str
    unit: str
    values: int
    limits: tuple[Limit, ...]
    means: str


class Measure(NamedTuple):
    """One value of a part; classes (floors, loads) have baselines of their own."""

    part: Part
    value: float
    of_class: int = 0


class Wear(Detector):
    """Base of rules on wear: a part claims while its median is beyond a limit.

    A visit that replaced one of `items` (or an item of the longer lists, of which nobody can tell
    what it was) makes a new baseline: until there is one nobody can tell.
    """

    items: ClassVar[frozenset[str]] = frozenset()

    series: dict[str, Series] = field(default_factory=dict)
    worn: dict[str, int] = field(default_factory=dict)

    def measure(self, message: Message, view: View) -> Iterable[Measure]:
        """What a message says of the parts."""
        del message, view
        return ()

    def fresh(self) -> Series:
        """A series at its beginning."""
        return Series()

    def begin_anew(self) -> None:
        """A part was replaced: what was usual before is no measure."""
        self.series = {}

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Take the values of one message, but not while somebody works on the lift."""
        body = message.body
        if isinstance(body, Maintenance):
            yield from self._renew(body, message.at_ms)
        elif not view.is_planned(message.at_ms):
            for measure in self.measure(message, view):
                yield from self._follow(measure, message.at_ms)

    def silenced(self, kind: str) -> None:
        """Wear goes on, whatever is silenced."""

    def _renew(self, body: Maintenance, at_ms: int) -> Iterator[Claim]:
        replaced = [item.code or "" for item in body.items or () if item.result == "replaced"]
        if not any(code in self.items or not HALF_MONTHLY.match(code) for code in replaced):
            return
        self.begin_anew()
        for name in sorted(self.worn):
            yield self._cleared(name, at_ms)

    def _follow(self, measure: Measure, at_ms: int) -> Iterator[Claim]:
        part, value, of_class = measure
        series = self.series.get(part.name)
        if series is None:
            series = self.series[part.name] = self.fresh()
        if not series.take(value, at_ms=at_ms, kept=part.values, of_class=of_class):
            return
        known = self.worn.get(part.name)
        over = next((limit for limit in part.limits if is_over(series, limit)), None)
        if over is not None:
            if known is None or over.severity < known:
                self.worn[part.name] = over.severity
                yield self._raised(part, over, at_ms)
        elif known is not None and all(is_below(series, limit) for limit in part.limits):
            yield self._cleared(part.name, at_ms)

    def _raised(self, part: Part, limit: Limit, at_ms: int) -> Claim:
        series, (kind,) = self.series[part.name], self.kinds
        evidence = evidence_of(series, part, limit)
        day = series.since_day(1.0 + (limit_share(series, limit) - 1.0) / 2)
        opened_ms = at_ms if day is None else min(begin_ms(date_of(day)), at_ms)
        return Claim(
            kind=kind,
            edge="raised",
            at_ms=at_ms,
            opened_ms=opened_ms,
            severity=limit.severity,
            source=f"wear/{part.name}",
            evidence=evidence,
        )

    def _cleared(self, name: str, at_ms: int) -> Claim:
        del self.worn[name]
        (kind,) = self.kinds
        return Claim(kind=kind, edge="cleared", at_ms=at_ms, source=f"wear/{name}")


def limit_share(series: Series, limit: Limit) -> float:
    """A limit as a share of what is usual."""
    if limit.share is not None:
        return limit.share
    assert limit.value is not None, "a limit is a share or a value"
    return limit.value / usual(series)


def usual(series: Series) -> float:
    """What is usual, of several classes the middle one."""
    bases = sorted(series.base.values())
    return bases[len(bases) // 2]


def is_over(series: Series, limit: Limit) -> bool:
    """Whether the median is beyond a limit; beyond a share of the baseline it must be surely."""
    share = series.share()
    if limit.share is None:
        return share > limit_share(series, limit)
    return share > limit.share and share - SURE * series.error() > 1.0


def is_below(series: Series, limit: Limit) -> bool:
    """Whether the median is well below a limit."""
    return series.share() < 1.0 + RELEASE * (limit_share(series, limit) - 1.0)


def evidence_of(series: Series, part: Part, limit: Limit) -> dict[str, Any]:
    """What made it so, in the part's unit: now, usual, since when, how fast, until when."""
    base, share = usual(series), series.share()
    at = limit_share(series, limit)
    told: dict[str, Any] = {
        "part": part.name,
        "unit": part.unit,
        "now": round(share * base, 4),
        "usual": round(base, 4),
        "limit": round(at * base, 4),
        "source": limit.source,
        "values": part.values,
        "means": part.means,
    }
    since = series.since_day(1.0 + (at - 1.0) / 2)
    if since is not None:
        told["since"] = day_text(since)
    rate = series.per_day(since)
    if rate is not None:
        told["per_day"] = round(rate * base, 5)
        told |= _outlook(series, part, rate)
    return told


def _outlook(series: Series, part: Part, rate: float) -> dict[str, Any]:
    """When it reaches the gravest limit, if it goes on like this."""
    last = limit_share(series, part.limits[0])
    left = last - series.share()
    if rate <= 0.0 or not 0.0 < left / rate <= OUTLOOK_DAYS_MAX:
        return {}
    return {"reaches": round(last * usual(series), 4), "reaches_on": _day(series, left / rate)}


def _day(series: Series, days: float) -> str:
    return day_text(series.day + round(days))

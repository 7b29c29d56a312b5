"""Rides, or door cycles, unlike this lift's own: learned from lifts like it."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from msgspec import Struct

from detectors.contract import Claim, Detector
from detectors.models.baseline import Compared, compare_and_learn, known_share, row_of
from detectors.models.features import FEATURES, Feature, Part, Values
from detectors.models.files import Fitted
from detectors.models.forest import Array, inputs_of, odds, scores
from detectors.models.shelf import SHELF
from detectors.models.told import Told, begins_anew, told_by
from detectors.view import View
from liftwatch.telemetry.messages import Maintenance, Message

OF_LAST, ODD = 8, 4
"""So many of the last are odd [our choice]. Three of five, in a fleet whose lifts differ, would
come to more than the 0.01 false alarms per lift and month that we allow ourselves."""
ORDINARY = 20  # running, to clear [our choice]
KNOWN_MIN = 0.25  # of the features: with fewer it cannot tell [our choice]
TOLD = 3  # the largest contributions, in a finding


class Series(Struct, array_like=True, gc=False):
    """The last judged rides or cycles: which were odd (the newest is bit 0), when those were,
    and how many ordinary ones have come since."""

    marks: int = 0
    odd_ms: list[int] = []
    ordinary: int = 0
    raised: bool = False

    def take(self, odd: bool, at_ms: int) -> None:
        """Count one more."""
        self.marks = (self.marks << 1 | odd) & (1 << OF_LAST) - 1
        self.ordinary = 0 if odd else min(self.ordinary + 1, ORDINARY)
        times = [*self.odd_ms, at_ms] if odd else self.odd_ms
        count = self.marks.bit_count()
        self.odd_ms = times[-count:] if count else []


class RideAnomaly(Detector):
    """4 of the last 8 rides, or door cycles, are odd for this lift: by a forest trained on lifts
    like it, on what each does compared with its own past.

    Cannot tell before 50 rides of the same course (up or down, long or short), with less than a
    quarter of the features, or without a model. Rides in other than normal service or during a
    visit are neither judged nor learned; a part that was replaced begins a new past. It clears
    after 20 ordinary ones running: also when a lasting change has been learned, over weeks.
    """

    name = "ride_anomaly"
    kinds = ("ride_anomaly",)
    hears = ("ride", "door", "maintenance")
    needs = ("a quarter of the features of rides, or of doors", "from_floor, to_floor, distance_m")

    past: dict[str, bytes] = {}
    series: dict[Part, Series] = {}

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Compare a ride or a door cycle with the lift's past, and learn from it."""
        body = message.body
        if isinstance(body, Maintenance):
            return self._hear_visit(body, message.at_ms)
        told = told_by(message, view)
        return () if told is None else self._judge(told, message.at_ms, view)

    def forget(self) -> None:
        """Start counting afresh; what the lift usually does has no date and stays known."""
        self.series = {}

    def _judge(self, told: Told, at_ms: int, view: View) -> Iterable[Claim]:
        part, rows = told.part, FEATURES[told.part]
        packed = self.past.get(told.course, b"")
        self.past[told.course], compared = compare_and_learn(rows, packed, told.values)
        if known_share(compared.spreads) < KNOWN_MIN:
            return ()
        fitted = SHELF.find(part, view.facts)
        if fitted is None:
            return ()
        row = row_of(compared)
        score = odds(fitted.forest, row)
        series = self.series.setdefault(part, Series())
        if not series.raised:
            SHELF.watch(fitted, score)
        series.take(score > fitted.card.threshold, at_ms)
        if series.raised:
            return self._end(part, at_ms) if series.ordinary >= ORDINARY else ()
        if series.marks.bit_count() < ODD:
            return ()
        series.raised = True
        evidence = {
            "part": part,
            "odd": ODD,
            "of_last": OF_LAST,
            "score": round(score, 4),
            "limit": round(fitted.card.threshold, 4),
            "because": reasons(fitted, row, values=told.values, compared=compared),
            "family": fitted.card.family,
            "model": SHELF.models.header.version if SHELF.models else None,
        }
        return (_claim("raised", at_ms, part, opened_ms=series.odd_ms[0], evidence=evidence),)

    def _hear_visit(self, visit: Maintenance, at_ms: int) -> Iterable[Claim]:
        """With a new part the past is no measure any more."""
        if not begins_anew(visit):
            return ()
        raised = [part for part, series in self.series.items() if series.raised]
        self.past, self.series = {}, {}
        return [_claim("cleared", at_ms, part) for part in raised]

    def _end(self, part: Part, at_ms: int) -> Iterable[Claim]:
        self.series[part] = Series()
        return (_claim("cleared", at_ms, part),)


def reasons(fitted: Fitted, row: Array, *, values: Values, compared: Compared) -> list[str]:
    """What makes it odd, the largest first: the score falls most when this were as usual."""
    rows = FEATURES[fitted.card.part]
    without = np.repeat(row[None, :], len(rows), axis=0)
    np.fill_diagonal(without, 0.0)
    drops = (odds(fitted.forest, row) - scores(fitted.forest, inputs_of(without))).tolist()
    order = sorted(range(len(rows)), key=lambda place: -drops[place])
    return [
        words_of(rows[place], values.said[place] or 0.0, usual)
        for place in order[:TOLD]
        if drops[place] > 0 and (usual := compared.usual[place]) is not None
    ]


def words_of(feature: Feature, value: float, usual: float) -> str:
    """One contribution, for people.

    >>> words_of(FEATURES["door"][1], 4.93, 3.1)
    'door closing time 4.93 s, usually 3.10 s'
    """
    digits = max(0, -math.floor(math.log10(feature.least)))
    unit = f" {feature.unit}" if feature.unit else ""
    return f"{feature.words} {value:.{digits}f}{unit}, usually {usual:.{digits}f}{unit}"


def _claim(
    edge: Any,
    at_ms: int,
    part: Part,
    *,
    opened_ms: int = 0,
    evidence: dict[str, Any] | None = None,
) -> Claim:
    return Claim(
        kind="ride_anomaly",
        edge=edge,
        at_ms=at_ms,
        opened_ms=opened_ms,
        source=part,
        evidence=evidence or {},
    )

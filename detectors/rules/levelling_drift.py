"""The car stops farther and farther off all its landings: ropes stretch, or the brake wears."""

import struct
from collections.abc import Iterable

from msgspec import field

from detectors.contract import Claim, Detector
from detectors.trend import Series, median, theil_sen
from detectors.view import View
from liftwatch.clock import begin_ms, date_of, day_text, estate_day
from liftwatch.telemetry.messages import Maintenance, Message, Ride

ACCURACY_MM = 10.0  # stopping accuracy (EN 81-20 5.12.1.1.4, domain 2.2): less is no finding
STEP_MM = 20.0  # where it becomes an error by itself (contract, section 2)
SHIFT_MM = 5.0  # from its own baseline (domain 3.2: levelling drift)
OUTLOOK_DAYS = 14.0  # a visit comes within 15 days: what reaches the step before it must be told
STOPS, FLOOR_STOPS = 50, 20  # domain 3.2: at least 50 stops; of one landing, for its baseline
DAYS_MIN, DAYS_LOOKED_AT = 5, 14
STILL = 0.5  # of the whole slope, in the last five days [our choice]
RISING = 0.8  # share of the pairs of days that must point the same way [our choice]
FLOORS_MAX = 160  # contract, section 1: floor -9..150
ITEMS = frozenset({"A-1-04", "A-1-05", "A-1-06", "A-1-23"})
_STOP = struct.Struct("<f")


class LevellingDrift(Detector):
    """On the way from 10 to 20 mm, and there within two weeks if it goes on so.

    Every landing is compared with its own baseline, all landings together make the trend: daily
    medians, Theil-Sen over the last 14 days, four of five pairs of days pointing the same way. One
    landing that drifts alone is found by `levelling_error` itself. It clears when the median is
    back within the accuracy, or after a visit that adjusted or replaced what stops the car.
    """

    name = "levelling_drift"
    kinds = ("levelling_error",)
    hears = ("ride", "maintenance")
    needs = ("level_error_mm", "to_floor")

    usual: dict[int, float] = field(default_factory=dict)
    learning: dict[int, bytes] = field(default_factory=dict)
    shifts: Series = field(default_factory=lambda: Series(base={0: 1.0}))
    stops: Series = field(default_factory=lambda: Series(base={0: 1.0}))
    raised: bool = False

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Note a stop, and look once a day where it leads."""
        body, at_ms = message.body, message.at_ms
        if isinstance(body, Maintenance):
            return self._after_visit(body, at_ms)
        if not isinstance(body, Ride) or view.is_planned(at_ms) or "level" in view.faulty:
            return ()
        error_mm, floor = body.level_error_mm, body.to_floor
        if error_mm is None or floor is None or abs(error_mm) > 1000 * STEP_MM:
            return ()
        usual = self._usual(floor, error_mm)
        if usual is None:
            return ()
        new_day = estate_day(at_ms) != self.shifts.day
        self.shifts.take(metres(error_mm - usual), at_ms=at_ms, kept=STOPS)
        full = self.stops.take(metres(error_mm), at_ms=at_ms, kept=STOPS)
        if full and self.raised and abs(millimetres(self.stops.share())) < ACCURACY_MM:
            return self._clear(at_ms)
        return self._judge(at_ms) if full and new_day and not self.raised else ()

    def forget(self) -> None:
        """What is usual at a landing has no date: only a visit that adjusts changes it."""
        self.raised = False

    def begin_anew(self) -> None:
        """What stops the car was adjusted or replaced: what was usual before is no measure."""
        super().forget()

    def silenced(self, kind: str) -> None:
        """The drift goes on, whatever is silenced."""
        del kind
        self.raised = False

    def _usual(self, floor: int, error_mm: float) -> float | None:
        usual = self.usual.get(floor)
        if usual is not None:
            return usual
        if floor not in self.learning and len(self.learning) >= FLOORS_MAX:
            return None
        packed = self.learning[floor] = self.learning.get(floor, b"") + _STOP.pack(error_mm)
        if len(packed) >= FLOOR_STOPS * _STOP.size:
            del self.learning[floor]
            self.learning = dict(self.learning)  # one that was emptied keeps its room
            self.usual[floor] = median([value for (value,) in _STOP.iter_unpack(packed)])
        return None

    def _judge(self, at_ms: int) -> Iterable[Claim]:
        points = [
            (day, millimetres(share))
            for day, share in self.shifts.points()
            if day > self.shifts.day - DAYS_LOOKED_AT
        ]
        rate = theil_sen(points) if len(points) >= DAYS_MIN else None
        if not rate or abs(points[-1][1] - points[0][1]) < SHIFT_MM or not agrees(points, rate):
            return ()
        lately = theil_sen(points[-DAYS_MIN:]) or 0.0
        if lately / rate < STILL:
            return ()  # it was one step, or it has come to an end
        now_mm = millimetres(self.stops.share())
        ahead = (STEP_MM if rate > 0 else -STEP_MM) - now_mm
        if abs(now_mm) < ACCURACY_MM or now_mm * rate < 0 or ahead / rate > OUTLOOK_DAYS:
            return ()
        self.raised = True
        reaches = max(round(ahead / rate), 0)
        return (
            Claim(
                kind="levelling_error",
                edge="raised",
                at_ms=at_ms,
                opened_ms=begin_ms(date_of(points[0][0])),
                severity=3,
                source="drift",
                evidence={
                    "level_error_mm": round(now_mm, 1),
                    "since": day_text(points[0][0]),
                    "mm_per_day": round(rate, 2),
                    "reaches_mm": STEP_MM,
                    "reaches_on": day_text(self.shifts.day + reaches),
                    "means": "ropes stretch or the brake wears: adjust levelling (A-1-23)",
                },
            ),
        )

    def _after_visit(self, body: Maintenance, at_ms: int) -> Iterable[Claim]:
        done = [
            item.code in ITEMS
            for item in body.items or ()
            if item.result in ("adjusted", "replaced")
        ]
        if not any(done):
            return ()
        was_raised = self.raised
        self.begin_anew()
        self.raised = was_raised
        return self._clear(at_ms) if was_raised else ()

    def _clear(self, at_ms: int) -> Iterable[Claim]:
        self.raised = False
        return (Claim(kind="levelling_error", edge="cleared", at_ms=at_ms, source="drift"),)


def metres(mm: float) -> float:
    """Millimetres as a series keeps them: as a share of one metre above one."""
    return 1.0 + mm / 1000.0


def millimetres(share: float) -> float:
    """And back.

    >>> round(millimetres(metres(-12.5)), 6)
    -12.5
    """
    return (share - 1.0) * 1000.0


def agrees(points: list[tuple[int, float]], rate: float) -> bool:
    """Whether nearly all pairs of days point the way of the slope.

    >>> agrees([(1, 0.0), (2, 2.0), (3, 3.0)], 1.5), agrees([(1, 0.0), (2, 9.0), (3, 0.5)], 0.2)
    (True, False)
    """
    pairs = [
        later - earlier for k, (_, earlier) in enumerate(points) for _, later in points[k + 1 :]
    ]
    return sum(pair * rate > 0 for pair in pairs) >= RISING * len(pairs)

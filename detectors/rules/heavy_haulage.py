"""Building material in a lift for people: heavy loads again and again between the same floors."""

from collections.abc import Iterable

from detectors.contract import Claim, Detector
from detectors.view import View
from liftwatch.clock import HOUR_MS
from liftwatch.telemetry.messages import Message, Ride

LIMIT_PCT = 80.0  # contract, section 2
RIDES = 5  # contract, section 2
WITHIN_MS = HOUR_MS  # contract, section 2
PAIRS_MAX = 64  # no lift makes more heavy rides in an hour


class HeavyHaulage(Detector):
    """5 rides within an hour above 80 % between the same two floors, whichever way.

    It clears an hour after the last of them.
    """

    name = "heavy_haulage"
    kinds = ("heavy_haulage",)
    hears = ("ride",)
    needs = ("load_pct of rides", "from_floor", "to_floor")

    rides_ms: dict[str, list[int]] = {}
    pair: str | None = None

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Count heavy rides by their two floors."""
        ride, at_ms = message.body, message.at_ms
        cleared = list(self.tick(at_ms, view))
        if not isinstance(ride, Ride) or (ride.load_pct or 0.0) <= LIMIT_PCT:
            return cleared
        if ride.from_floor is None or ride.to_floor is None or "load" in view.faulty:
            return cleared
        floors = sorted((ride.from_floor, ride.to_floor))
        return [*cleared, *self._count(" ".join(map(str, floors)), at_ms, ride.load_pct or 0.0)]

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """See whether it is over."""
        del view
        over_ms = self._over_ms()
        if over_ms is None or over_ms > now_ms:
            return ()
        self.pair = None
        return (Claim(kind="heavy_haulage", edge="cleared", at_ms=over_ms),)

    def due_ms(self, after_ms: int) -> int | None:
        """An hour after the last heavy ride."""
        due_ms = self._over_ms()
        return due_ms if due_ms is not None and due_ms > after_ms else None

    def _over_ms(self) -> int | None:
        return None if self.pair is None else self.rides_ms[self.pair][-1] + WITHIN_MS

    def _count(self, pair: str, at_ms: int, load_pct: float) -> Iterable[Claim]:
        lately = {
            name: kept
            for name, times in self.rides_ms.items()
            if (kept := [t for t in times if at_ms - t <= WITHIN_MS])
        }
        lately[pair] = sorted([*lately.get(pair, []), at_ms])[-RIDES:]
        if len(lately) > PAIRS_MAX:
            del lately[next(name for name in lately if name not in (pair, self.pair))]
        self.rides_ms = lately
        if self.pair is not None or len(lately[pair]) < RIDES:
            return
        self.pair = pair
        evidence = {
            "floors": [int(floor) for floor in pair.split()],
            "rides": RIDES,
            "load_pct": load_pct,
            "limit_pct": LIMIT_PCT,
        }
        yield Claim(
            kind="heavy_haulage",
            edge="raised",
            at_ms=at_ms,
            opened_ms=lately[pair][0],
            evidence=evidence,
        )

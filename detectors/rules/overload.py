"""Too many people, or too much, again and again."""

from collections.abc import Iterable

from msgspec import field

from detectors.contract import Claim, Detector, soonest
from detectors.lasting import Span
from detectors.moment import Moment
from detectors.view import View
from liftwatch.clock import DAY_MS, HOUR_MS, SECOND_MS
from liftwatch.telemetry.messages import Message

LIMIT_PCT = 110.0  # contract, section 2; overload is detected at 110 % at the latest (EN 81-20
# 5.12.1.2.2, domain 2.2)
LASTING_MS = 3 * SECOND_MS  # contract, section 2
TIMES = ((3, HOUR_MS), (10, DAY_MS))  # contract, section 2


class Overload(Detector):
    """Above 110 % for 3 s in the standing car, 3 times within an hour or 10 within a day.

    A moving car weighs its people heavier and lighter, and is not judged. Where no load is told
    the car's own `overload` stands for it. It clears when neither count is reached any more.
    """

    name = "overload"
    kinds = ("overload",)
    hears = ("state",)
    needs = ("load_pct or overload",)

    span: Span = field(default_factory=Span)
    top_pct: float | None = None
    times_ms: list[int] = []
    raised: bool = False

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Follow the load."""
        now = view.newest(message)
        if now is None:
            return ()
        over = is_over(now)
        if over is None or (not over and self.span.since_ms is None):
            return ()
        self.span.follow(over, now.at_ms)
        load_pct = now.state.load_pct
        if over and load_pct is not None:
            self.top_pct = max(load_pct, self.top_pct or 0.0)
        if not over:
            self.span.reset()
            self.top_pct = None
        return self.tick(now.at_ms, view)

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """Count what has lasted; see whether it has become seldom."""
        if "load" in view.faulty:
            return ()
        due_ms = self._lasted_ms()
        if due_ms is not None and due_ms <= now_ms:
            self.span.raised = True
            self.times_ms = [*self.times_ms, due_ms][-TIMES[-1][0] :]
            return self._raise(due_ms)
        rare_ms = self._rare_ms()
        if rare_ms is None or rare_ms > now_ms:
            return ()
        self.raised = False
        return (Claim(kind="overload", edge="cleared", at_ms=rare_ms),)

    def due_ms(self, after_ms: int) -> int | None:
        """When the load will have lasted, or overloads have become seldom."""
        if self.span.idle and not self.raised:
            return None
        return soonest((self._lasted_ms(), self._rare_ms()), after_ms=after_ms)

    def _lasted_ms(self) -> int | None:
        return None if self.span.raised else self.span.due_ms(LASTING_MS, 0)

    def _rare_ms(self) -> int | None:
        if not self.raised:
            return None
        ends = (self.times_ms[-n] + w for n, w in TIMES if len(self.times_ms) >= n)
        return max(ends, default=None)

    def _raise(self, at_ms: int) -> Iterable[Claim]:
        for times, within_ms in TIMES:
            if self.raised or len(self.times_ms) < times:
                continue
            first_ms = self.times_ms[-times]
            if at_ms - first_ms > within_ms:
                continue
            self.raised = True
            evidence = {
                "load_pct": self.top_pct,
                "times": times,
                "within_s": (at_ms - first_ms) // 1000,
                "limit_pct": LIMIT_PCT,
            }
            yield Claim(
                kind="overload",
                edge="raised",
                at_ms=at_ms,
                opened_ms=first_ms - LASTING_MS,
                evidence=evidence,
            )


def is_over(now: Moment) -> bool | None:
    """Whether the car stands overloaded; None when nothing tells."""
    state = now.state
    if now.moving:
        return False
    if state.load_pct is not None:
        return state.load_pct > LIMIT_PCT
    return state.overload

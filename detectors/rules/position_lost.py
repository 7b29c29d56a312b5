"""The controller does not know where its car is."""

from collections.abc import Iterable
from typing import Any

from msgspec import field

from detectors.contract import Claim, Detector, soonest
from detectors.lasting import Span
from detectors.moment import Moment
from detectors.view import View
from liftwatch.clock import SECOND_MS
from liftwatch.register.facts import Facts, heights_m
from liftwatch.telemetry.messages import Message, State

UNKNOWN_MS = 10 * SECOND_MS  # contract, section 2
STOPS = 2  # contract, section 2


class PositionLost(Detector):
    """`position_known` false for 10 s, or floor and position apart by more than one landing at 2
    stops running. (A matching `event` is a report, see `reported`.)

    The first clears when the position has been known for 10 s, the second at a stop where both
    agree. Where the register contradicts itself, or nobody tells a position, it cannot tell.
    """

    name = "position_lost"
    kinds = ("position_lost",)
    hears = ("state",)
    needs = ("position_known, or floor and position_m and floors with height_m",)

    span: Span = field(default_factory=Span)
    apart: int = 0
    apart_ms: int = 0
    stopped: bool = False

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Follow what the controller knows, and compare at every stop."""
        now = view.newest(message)
        if now is None:
            return ()
        known, stopped = now.state.position_known, now.moving is False
        claims: list[Claim] = []
        if known is False or (known and self.span.since_ms is not None):
            self.span.follow(not known, now.at_ms)
            claims += self.tick(now.at_ms, view)
        stops, self.stopped = stopped and not self.stopped, stopped
        if stops and now.state.in_door_zone is not False and known is not False:
            claims += self._compare(now, view)
        return claims

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """See whether it has been unknown, or known again, for long enough."""
        due_ms = self.span.due_ms(UNKNOWN_MS, UNKNOWN_MS)
        if due_ms is None or due_ms > now_ms:
            return ()
        if self.span.raised:
            self.span.reset()
            return (_claim("cleared", due_ms, source="unknown"),)
        self.span.raised = True
        state = view.state
        evidence = {"floor": state.floor if state else None, "limit_s": UNKNOWN_MS // 1000}
        opened_ms = self.span.since_ms or due_ms
        return (_claim("raised", due_ms, source="unknown", opened_ms=opened_ms, evidence=evidence),)

    def due_ms(self, after_ms: int) -> int | None:
        """When it will have been unknown, or known again, for long enough."""
        if self.span.idle:
            return None
        return soonest((self.span.due_ms(UNKNOWN_MS, UNKNOWN_MS),), after_ms=after_ms)

    def _compare(self, now: Moment, view: View) -> Iterable[Claim]:
        apart = landings_apart(now.state, view.facts)
        if apart is None:
            return
        was, self.apart = self.apart, self.apart + 1 if apart > 1 else 0
        if self.apart == 1:
            self.apart_ms = now.at_ms
        if self.apart == STOPS:
            evidence = {
                "floor": now.state.floor,
                "position_m": now.state.position_m,
                "landings_apart": apart,
                "stops": STOPS,
            }
            yield _claim(
                "raised", now.at_ms, source="apart", opened_ms=self.apart_ms, evidence=evidence
            )
        elif was >= STOPS and not self.apart:
            yield _claim("cleared", now.at_ms, source="apart")


def landings_apart(state: State, facts: Facts) -> int | None:
    """How many landings lie between the floor told and the one next to the position.

    >>> from liftwatch.telemetry.messages import FloorOfLift
    >>> floors = [FloorOfLift(index=n, height_m=3.0 * n) for n in (1, 2, 3, 4)]
    >>> state = State(v=1, terminal="T", boot="b", seq=0, at="", floor=1, position_m=11.9)
    >>> landings_apart(state, Facts(floors=floors))
    3
    """
    rows = heights_m(facts)
    position_m, floor = state.position_m, state.floor
    if rows is None or position_m is None or floor is None:
        return None
    places = [index for index, _ in rows]
    if floor not in places:
        return None
    nearest = min(range(len(rows)), key=lambda n: abs(rows[n][1] - position_m))
    return abs(nearest - places.index(floor))


def _claim(
    edge: Any,
    at_ms: int,
    *,
    source: str,
    opened_ms: int = 0,
    evidence: dict[str, Any] | None = None,
) -> Claim:
    return Claim(
        kind="position_lost",
        edge=edge,
        at_ms=at_ms,
        opened_ms=opened_ms,
        source=source,
        evidence=evidence or {},
    )

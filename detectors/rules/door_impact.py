"""A door that pinches: too much force, or no reversal at an obstruction."""

from collections.abc import Iterable

from detectors.contract import Claim, Detector
from detectors.view import View
from liftwatch.clock import to_ms
from liftwatch.telemetry.messages import Door, Message

FORCE_N = 150.0  # EN 81-20 5.3.6.2.2.1.1 (domain 2.2), contract section 2
OBSTRUCTED_S = 0.3  # contract, section 2
GOOD_CYCLES = 10  # to clear (domain, section 10: as DOR-1)


def impact_of(door: Door) -> dict[str, float | int | None] | None:
    """What of a cycle is a pinch, with its limit; None when nothing is.

    >>> said = dict(v=1, terminal="T", boot="b", seq=0, at="")
    >>> impact_of(Door(**said, closing_force_n=180.0))
    {'closing_force_n': 180.0, 'limit_n': 150.0}
    >>> impact_of(Door(**said, obstructed_s=0.4, reopens=1)) is None
    True
    """
    if door.closing_force_n is not None and door.closing_force_n > FORCE_N:
        return {"closing_force_n": door.closing_force_n, "limit_n": FORCE_N}
    obstructed_s = door.obstructed_s or 0.0
    if obstructed_s >= OBSTRUCTED_S and door.reopens == 0 and door.result != "aborted":
        return {"obstructed_s": obstructed_s, "reopens": 0, "limit_s": OBSTRUCTED_S}
    return None


class DoorImpact(Detector):
    """More than 150 N, or obstructed for 0.3 s while closing and not reopened.

    Where nobody tells whether the door reopened, an obstruction is none. It clears after ten
    cycles without either.
    """

    name = "door_impact"
    kinds = ("door_impact",)
    hears = ("door",)
    needs = ("closing_force_n, or obstructed_s and reopens",)

    good: int = 0
    raised: bool = False

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Judge one cycle."""
        door = message.body
        if not isinstance(door, Door) or "door" in view.faulty:
            return ()
        impact = impact_of(door)
        if impact is None:
            return self._count_good(door, message.at_ms)
        self.good = 0
        if self.raised:
            return ()
        self.raised = True
        opened_ms = to_ms(door.opened_at) if door.opened_at else message.at_ms
        return (
            Claim(
                kind="door_impact",
                edge="raised",
                at_ms=message.at_ms,
                opened_ms=opened_ms,
                evidence={**impact, "floor": door.floor},
            ),
        )

    def _count_good(self, door: Door, at_ms: int) -> Iterable[Claim]:
        if not self.raised or door.result != "closed":
            return ()
        self.good += 1
        if self.good < GOOD_CYCLES:
            return ()
        self.raised, self.good = False, 0
        return (Claim(kind="door_impact", edge="cleared", at_ms=at_ms),)

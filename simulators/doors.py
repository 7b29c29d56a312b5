"""Car and landing doors, driven together: opening, standing open, closing, and the record of it."""

from typing import TYPE_CHECKING, Any, Literal

from simulators.agenda import Process

if TYPE_CHECKING:
    from simulators.lift import Lift

Leaf = Literal["opening", "open", "closing", "closed", "held"]
Result = Literal["closed", "timeout_opening", "timeout_closing", "held", "aborted"]

HELD_S, HELD_EVERY_S = 30.0, 10.0  # contract, section 1: door
REVERSALS = 0.02  # of closings (domain 3.2: 1 to 4 %)
REVERSALS_MAX = 3
CURRENT_A = 1.3


class Doors:
    """The doors of one lift and the cycle they are in."""

    def __init__(self, lift: "Lift") -> None:
        self.lift = lift
        self.leaf: Leaf = "closed"
        self.locked = True
        self.opened_ms = 0
        self._told_held_ms = 0
        self._open_since_ms = 0
        self._times: dict[str, float] = {}
        self._reopens = 0
        self.jammed = False  # the drive pulls, the leaves do not part
        self.pinched_n = 0.0  # force on what stood in the way of the closing under way

    @property
    def closed(self) -> bool:
        """Whether car and landing doors are closed."""
        return self.leaf == "closed" or self.jammed

    def set(self, leaf: Leaf, *, locked: bool = False, tell: bool = True) -> None:
        """The leaves are now so; tell the state."""
        self.leaf, self.locked = leaf, locked
        if tell:
            self.lift.tell_state()

    def open(self) -> Process:
        """A cycle begins: unlock and open at a landing, which answers the calls there."""
        lift = self.lift
        assert not lift.car.moving, "doors open at rest"
        self.opened_ms = self._told_held_ms = lift.now_ms
        self._times, self._reopens = {}, 0
        lift.panel.cancel(lift.floor)
        self.set("opening")
        self._times["open_s"] = self._about(self._lasting(lift.plan.doors.open_s))
        yield lift.after(self._times["open_s"])
        self._open_since_ms = lift.now_ms
        self.set("open")

    def stay(self, seconds: float) -> Process:
        """Stand open; after half a minute they count as held and say so every 10 s."""
        lift = self.lift
        until_ms = lift.after(seconds)
        while lift.now_ms < until_ms:
            held_ms = self.opened_ms + round(HELD_S * 1000)
            if self._told_held_ms > self.opened_ms:
                held_ms = self._told_held_ms + round(HELD_EVERY_S * 1000)
            yield min(max(held_ms, lift.now_ms), until_ms)
            if lift.now_ms >= held_ms:
                self._told_held_ms = lift.now_ms
                if self.leaf != "held":
                    self.set("held")
                self.record("held")

    def close(self) -> Process:
        """Close and lock; now and then somebody's bag sends them back."""
        lift = self.lift
        for _ in range(REVERSALS_MAX):
            if lift.rng.random() >= REVERSALS:
                break
            yield from self._reverse()
        self._close_begins()
        self._times["close_s"] = self._about(self._lasting(lift.plan.doors.close_s))
        yield lift.after(self._times["close_s"])
        self.finish()

    def pinch(self, *, force_n: float, obstructed_s: float) -> Process:
        """Close on somebody, whom neither curtain nor edge notices, until they have pulled free."""
        lift = self.lift
        self._close_begins()
        yield lift.after(0.7 * lift.plan.doors.close_s)
        self._times["obstructed_s"] = round(obstructed_s, 3)
        self.pinched_n = force_n
        yield lift.after(obstructed_s + 0.3 * lift.plan.doors.close_s)
        self._times["close_s"] = round(lift.plan.doors.close_s + obstructed_s, 3)
        self.finish()
        self.pinched_n = 0.0

    def finish(self) -> None:
        """The leaves have met: the cycle is over and told."""
        self.set("closed", locked=True)
        self.lift.totals.door_cycles += 1
        self.record("closed")

    def fail_to_close(self, seconds: float) -> Process:
        """Try to close for so long, give up and open again."""
        lift = self.lift
        self._close_begins()
        yield lift.after(seconds)
        self._times["close_s"] = seconds
        self.record("timeout_closing")
        self._times.pop("close_s")
        yield from self.open()

    def fail_to_open(self, seconds: float) -> Process:
        """Try to open for so long; the leaves stay shut, and locked."""
        lift = self.lift
        assert not lift.car.moving, "doors open at rest"
        self.opened_ms = self._told_held_ms = lift.now_ms
        self._times, self._reopens = {"open_s": seconds}, 0
        self.jammed = True
        self.set("opening", locked=True)
        yield lift.after(seconds)
        self.record("timeout_opening")
        self.set("closed", locked=True)
        self.jammed = False

    def reverse(self) -> Process:
        """Close on something that is noticed, and open again."""
        yield from self._reverse()

    def _close_begins(self) -> None:
        dwell_s = (self.lift.now_ms - self._open_since_ms) / 1000
        self._times.setdefault("dwell_s", round(dwell_s, 3))
        self.set("closing")

    def _reverse(self) -> Process:
        lift = self.lift
        self._close_begins()
        yield lift.after(lift.plan.doors.close_s * lift.rng.uniform(0.3, 0.8))
        self._reopens += 1
        obstructed_s = self._times.get("obstructed_s", 0.0) + lift.rng.uniform(0.05, 0.25)
        self._times["obstructed_s"] = round(obstructed_s, 3)
        self.set("opening")
        yield lift.after(0.6 * lift.plan.doors.open_s)
        self.set("open")
        yield lift.after(2.0)

    def record(self, result: Result) -> None:
        """Tell the cycle as far as it has come."""
        lift = self.lift
        body: dict[str, Any] = {
            "floor": lift.floor,
            "opened_at": lift.terminal.stamp(self.opened_ms),
        }
        if result == "held":
            body["dwell_s"] = round((lift.now_ms - self._open_since_ms) / 1000, 3)
        body |= {**self._times, "reopens": self._reopens, "result": result}
        body.setdefault("obstructed_s", 0.0)
        if result == "closed":
            current_a = self._about(CURRENT_A * lift.condition.drag_at(lift.floor))
            own = lift.condition.own_drag.get(lift.floor, 1.0)
            force_n = lift.condition.force_n * own * lift.rng.gauss(1.0, 0.04)
            body |= {
                "current_rms_a": current_a,
                "current_peak_a": round(2.1 * current_a, 3),
                "closing_force_n": round(max(force_n, self.pinched_n), 1),
            }
        lift.terminal.send("door", body)

    def _lasting(self, seconds: float) -> float:
        """Friction makes the same way take longer, as much as it adds to the current."""
        return seconds * self.lift.condition.drag_at(self.lift.floor)

    def _about(self, value: float) -> float:
        return round(value * self.lift.rng.uniform(0.97, 1.03), 3)

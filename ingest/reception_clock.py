"""When something was received: this machine's clock, with its steps told.

A clock that is set (by NTP after a boot, by hand, by a machine that slept) is followed at once, for
what we store and show must be right from then on. But no lift stood still for an hour because our
clock went on by one: whoever judges by time must be told of the step.
"""

from liftwatch import clock

STEP_MS_MIN = 2_000
"""Below this a change is taken as slewing; half of what the shortest rules wait [our choice]."""


class ReceptionClock:
    """Compares the clock that may step with one that never does."""

    def __init__(self, since_ms: int = 0) -> None:
        """Go on after `since_ms`, told by an earlier run: before that it cannot be again."""
        self._wall_ms = self.now_ms = max(clock.now_ms(), since_ms)
        self._steady_s = clock.monotonic_s()

    def look(self) -> int:
        """Bring `now_ms` up to date; by how many milliseconds the clock has stepped, or 0."""
        wall_ms, steady_s = clock.now_ms(), clock.monotonic_s()
        expected_ms = self._wall_ms + round((steady_s - self._steady_s) * 1000)
        step_ms = wall_ms - expected_ms
        self._wall_ms, self._steady_s = wall_ms, steady_s
        if abs(step_ms) >= STEP_MS_MIN:
            self.now_ms = wall_ms
            return step_ms
        self.now_ms = max(self.now_ms, wall_ms)
        return 0

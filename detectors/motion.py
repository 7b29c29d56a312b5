"""Reading motion off successive states: acceleration, and whether two states agree."""

from collections.abc import Sequence

from detectors.moment import Moment

GRAVITY_MPS2 = 9.80665
ACCEL_MAX_MPS2 = 1.5 * GRAVITY_MPS2
"""No car changes speed faster but in a crash: a gear stops an empty car at up to 1 g (EN 81-20,
domain 2.2), and half of that again for what two samples blur."""
NEIGHBOUR_MS_MAX = 3_000  # moving cars are told twice a second; beyond this a sample stands alone
POSITION_SLACK_M = 0.5
POSITION_SLACK_SHARE = 0.35
"""How far position may differ from the integral of two speed samples half a second apart."""


def accel_mps2(earlier: Moment, later: Moment) -> float | None:
    """Mean acceleration between two states, None when a speed or the time between is missing."""
    v0, v1 = earlier.state.speed_mps, later.state.speed_mps
    dt_s = (later.at_ms - earlier.at_ms) / 1000
    return None if v0 is None or v1 is None or dt_s <= 0 else (v1 - v0) / dt_s


def can_follow(earlier: Moment, later: Moment) -> bool:
    """Whether physics and the position, where it is given, allow `later` to follow `earlier`."""
    dt_ms = later.at_ms - earlier.at_ms
    accel = accel_mps2(earlier, later)
    if accel is None or not 0 < dt_ms <= NEIGHBOUR_MS_MAX or abs(accel) > ACCEL_MAX_MPS2:
        return False
    return position_agrees(earlier, later)


def position_agrees(earlier: Moment, later: Moment) -> bool:
    """Whether the way between two states fits their speeds; True where it is not told."""
    p0, p1 = earlier.state.position_m, later.state.position_m
    v0, v1 = earlier.state.speed_mps, later.state.speed_mps
    lost = earlier.state.position_known is False or later.state.position_known is False
    if p0 is None or p1 is None or v0 is None or v1 is None or lost:
        return True
    way_m = (v0 + v1) / 2 * (later.at_ms - earlier.at_ms) / 1000
    return abs((p1 - p0) - way_m) <= max(POSITION_SLACK_M, POSITION_SLACK_SHARE * abs(way_m))


def runs(window: Sequence[Moment], holds: Sequence[bool]) -> list[list[Moment]]:
    """Stretches of neighbouring states for which `holds`, each state able to follow the last.

    >>> from detectors.moment import moment_of
    >>> from liftwatch.telemetry.messages import State
    >>> base = dict(v=1, terminal="T", boot="b", seq=0, at="")
    >>> told = ((0, 1.0), (500, 2.0), (900, 2.1))
    >>> window = [moment_of(t, State(**base, speed_mps=v)) for t, v in told]
    >>> [[m.at_ms for m in run] for run in runs(window, [False, True, True])]
    [[500, 900]]
    """
    found: list[list[Moment]] = []
    for moment, held in zip(window, holds, strict=True):
        if not held:
            found.append([])
        elif found and found[-1] and can_follow(found[-1][-1], moment):
            found[-1].append(moment)
        else:
            found.append([moment])
    return [run for run in found if run]


def certain_ms(run: Sequence[Moment], lasting_ms: int) -> int | None:
    """When a run of at least two states had lasted long enough, by its own states."""
    return next(
        (moment.at_ms for moment in run[1:] if moment.at_ms - run[0].at_ms >= lasting_ms), None
    )

"""Free fall inside bursts of specific force: one signal however many bursts it is cut into."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from detectors.motion import GRAVITY_MPS2
from liftwatch.clock import to_ms
from liftwatch.telemetry.messages import Burst

LIMIT_MPS2 = 0.3 * GRAVITY_MPS2  # contract, section 2; a biased sensor in free fall reads 0.1 g
LASTING_MS = 150.0  # contract, section 2
ADJOIN_PERIODS = 2.0  # contract, section 1: burst
HPA_PER_M = 0.118  # 1.2 kg/m³ of air times g
PRESSURE_NOISE_M = 0.15  # cheap barometers: 0.01 to 0.02 hPa (domain 3.1)
POSITION_NOISE_M = 0.02
DROP_SHARE = 0.5  # a car in free fall that dropped less than half of g t²/2 did not fall
STANDING_MPS = 0.1
AFTER_STANDING_MS, AFTER_RIDING_MS = 500.0, 100.0

Floats = NDArray[np.float64]


class Fall(Struct, frozen=True):
    """A stretch below the limit that lasted long enough, in event time."""

    began_ms: int
    certain_ms: int
    evidence: dict[str, float]


class Falling(Struct, frozen=True):
    """How the last burst ended: when, and whether a low stretch was under way or already told."""

    start_ms: float = 0.0
    end_ms: float = -1.0
    low_from_ms: float | None = None
    told: bool = False

    def after(self, burst: Burst, *, pressure_ok: bool = True) -> tuple["Falling", Fall | None]:
        """The state after one more burst, and the first fall that became certain in it."""
        force = specific_force_mps2(burst)
        if force is None or burst.started_at is None or not burst.rate_hz:
            return self, None
        start_ms, period_ms = float(to_ms(burst.started_at)), 1000.0 / burst.rate_hz
        times = sample_ms(start_ms, len(force), period_ms)
        adjoins = self.start_ms < start_ms <= self.end_ms + ADJOIN_PERIODS * period_ms
        if adjoins:
            fresh = times > self.end_ms
            force, times = force[fresh], times[fresh]
        if not len(force):
            return self, None
        carried = self.low_from_ms if adjoins else None
        return self._judge(burst, (times, force), carried, pressure_ok=pressure_ok)

    def _judge(
        self,
        burst: Burst,
        signal: tuple[Floats, Floats],
        carried: float | None,
        *,
        pressure_ok: bool,
    ) -> tuple["Falling", Fall | None]:
        times, force = signal
        found: Fall | None = None
        low_from: float | None = None
        told = False
        for first, last in stretches(force < LIMIT_MPS2):
            began = carried if first == 0 and carried is not None else float(times[first])
            told = self.told if first == 0 and carried is not None else False
            certain = next(
                (float(t) for t in times[first : last + 1] if t - began >= LASTING_MS - 1e-6), None
            )
            span = (began, float(times[last]))
            if (
                certain is not None
                and not told
                and not _stood(burst, span, pressure_ok=pressure_ok)
            ):
                told = True
                found = found or _fall(began, certain, float(force[first : last + 1].mean()))
            low_from = began if last == len(force) - 1 else None
        start_ms = float(times[0])
        return Falling(start_ms, float(times[-1]), low_from, told and low_from is not None), found


def specific_force_mps2(burst: Burst) -> Floats | None:
    """Magnitude over all axes given, in m/s²; None without the vertical one.

    >>> said = dict(v=1, terminal="T", boot="b", seq=0, at="")
    >>> specific_force_mps2(Burst(**said, z_mps2=[3.0], x_mps2=[4.0])).tolist()
    [5.0]
    """
    if not burst.z_mps2:
        return None
    axes = [axis for axis in (burst.x_mps2, burst.y_mps2, burst.z_mps2) if axis]
    length = min(len(axis) for axis in axes)
    squares = sum(np.square(np.asarray(axis[:length], dtype=np.float64)) for axis in axes)
    return np.asarray(np.sqrt(squares), dtype=np.float64)


def sample_ms(start_ms: float, count: int, period_ms: float) -> Floats:
    """When each sample was taken."""
    return start_ms + np.arange(count, dtype=np.float64) * np.float64(period_ms)


def stretches(holds: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of every stretch of true values.

    >>> stretches(np.array([True, False, True, True]))
    [(0, 0), (2, 3)]
    """
    padded = np.concatenate(([False], holds, [False])).astype(np.int8)
    steps = np.diff(padded)
    begins, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1
    return [(int(first), int(last)) for first, last in zip(begins, ends, strict=True)]


def _fall(began: float, certain: float, mean_mps2: float) -> Fall:
    evidence = {
        "specific_force_mps2": round(mean_mps2, 3),
        "limit_mps2": round(LIMIT_MPS2, 3),
        "lasting_s": LASTING_MS / 1000,
    }
    return Fall(int(began), round(certain), evidence)


def _stood(burst: Burst, span: tuple[float, float], *, pressure_ok: bool) -> bool:
    """Whether the burst's own position or pressure shows that the car did not drop."""
    if burst.started_at is None or not burst.slow_rate_hz:
        return False
    start_ms, rate = float(to_ms(burst.started_at)), burst.slow_rate_hz
    if burst.position_m and _no_drop(
        _timed(start_ms, rate, burst.position_m, scale=1.0), span, POSITION_NOISE_M
    ):
        return True
    if not burst.pressure_hpa or not pressure_ok:
        return False
    heights = _timed(start_ms, rate, burst.pressure_hpa, scale=-1.0 / HPA_PER_M)
    return _no_drop(heights, span, PRESSURE_NOISE_M)


def _timed(
    start_ms: float, rate: float, values: list[float], *, scale: float
) -> tuple[Floats, Floats]:
    times = sample_ms(start_ms, len(values), 1000.0 / rate)
    return times, np.asarray(values, dtype=np.float64) * scale


def _no_drop(heights: tuple[Floats, Floats], span: tuple[float, float], noise_m: float) -> bool:
    """Compare heights with g t²/2 below the line on which the car was before the stretch."""
    times, metres = heights
    began, ended = span
    before = times <= began
    if not before.any():
        return False
    slope, level, spread = _line(times[before], metres[before], noise_m)
    standing = abs(slope) * 1000 <= STANDING_MPS
    until = ended + (AFTER_STANDING_MS if standing else AFTER_RIDING_MS)
    during = (times > began + LASTING_MS / 2) & (times <= until)
    if not during.any():
        return False
    falling_s = (np.minimum(times[during], ended) - began) / 1000
    expected = float((0.5 * GRAVITY_MPS2 * falling_s**2).mean())
    baseline = level + slope * (times[during] - times[before][-1])
    observed = float((baseline - metres[during]).mean())
    doubt = 2 * spread * float(np.sqrt(1 / before.sum() + 1 / during.sum()))
    return observed + doubt < DROP_SHARE * expected


def _line(times: Floats, metres: Floats, noise_m: float) -> tuple[float, float, float]:
    """Slope per ms, height at the end, and spread around the line of the last second before."""
    recent = times >= times[-1] - 1000.0
    times, metres = times[recent], metres[recent]
    if len(times) < 4:
        return 0.0, float(metres.mean()), noise_m
    slope, level = np.polyfit(times - times[-1], metres, 1)
    rest = metres - (level + slope * (times - times[-1]))
    return float(slope), float(level), max(float(rest.std(ddof=2)), 0.0)

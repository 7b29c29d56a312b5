"""What one lift usually does, feature by feature: centre and spread, robust, in a few bytes.

Each is a running mean that forgets, and in which a value counts at most `CLIP` spreads from the
centre (Huber's estimate): one odd ride cannot poison it, and a lasting change is learned slowly.
"""

import math
import struct
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from detectors.models.features import LINE_LEAST, Feature, Values
from detectors.models.forest import Array

MEMORY = 2_000  # values after which an old one has lost most of its weight: a week or two
WARM = 50  # values before a feature is judged, and of each course apart
SETTLE = 10  # values before a line, or a clip, means anything
CLIP = 3.0  # spreads; a normal value lies beyond once in 370
RELUCTANCE = 0.1
"""What lies beyond the clip widens the spread so much less: else two days of a fault would make
it usual. As it is, a shift of 9 spreads is learned in about 6 000 rides [our choice]."""
LIMIT = 12.0  # spreads beyond which more is no odder
NORMAL = math.sqrt(math.pi / 2)  # standard deviation of a normal value over its mean deviation
VALUE_MAX = 1e9  # beyond it no feature has a meaning, and a float of 32 bits no room for squares

SPOT, LINE = 3, 4
"""Numbers of a feature: count, centre, spread; of its line: means of both, variance, covariance."""


class Compared(NamedTuple):
    """One message against the lift's own past: per feature its distance from usual in spreads,
    and the usual value itself. None is unknown, or not learned yet."""

    spreads: tuple[float | None, ...]
    usual: tuple[float | None, ...]


@cache
def _packing(features: tuple[Feature, ...]) -> struct.Struct:
    count = sum(SPOT + (LINE if row.against else 0) for row in features)
    return struct.Struct(f"<{count}f")


def packed_bytes(features: tuple[Feature, ...]) -> int:
    """The size of a baseline of these features in bytes."""
    return _packing(features).size


def compare_and_learn(
    features: tuple[Feature, ...], packed: bytes, values: Values
) -> tuple[bytes, Compared]:
    """The baseline after these values, and how they compare with the baseline before.

    `packed` is what an earlier call gave, or empty; anything of another size counts as empty.

    >>> rows = (Feature("open_s", "opening", "s", 0.05),)
    >>> packed = b""
    >>> for n in range(60):
    ...     values = Values((2.0 + 0.1 * (n % 3),), (None,))
    ...     packed, compared = compare_and_learn(rows, packed, values)
    >>> _, compared = compare_and_learn(rows, packed, Values((3.1,), (None,)))
    >>> round(compared.usual[0], 2), compared.spreads[0] > 8, len(packed)
    (2.1, True, 12)
    """
    packing = _packing(features)
    whole = len(packed) == packing.size
    numbers = list(packing.unpack(packed)) if whole else [0.0] * (packing.size // 4)
    spreads: list[float | None] = []
    usual: list[float | None] = []
    place = 0
    for row, value, x in zip(features, values.said, values.against, strict=True):
        if value is None or abs(value) > VALUE_MAX or (row.against and x is None):
            spreads.append(None)
            usual.append(None)
        else:
            off, most = _one(row, numbers, place, value=value, x=x or 0.0)
            spreads.append(off)
            usual.append(most)
        place += SPOT + (LINE if row.against else 0)
    return packing.pack(*numbers), Compared(tuple(spreads), tuple(usual))


def _one(
    row: Feature, numbers: list[float], place: int, *, value: float, x: float
) -> tuple[float | None, float | None]:
    """Compare one value, then learn from it as far as it may count."""
    count, centre, spread = numbers[place : place + SPOT]
    floor = spread if spread > row.least else row.least
    usual = centre + (_fit(row, numbers, place + SPOT, x=x) if row.against else 0.0)
    off, far = value - usual, CLIP * floor
    age = count - SETTLE if row.against else count  # what lies beside a line of few points is noise
    learned = max(-far, min(far, off)) if age >= SETTLE else off
    if row.against:
        gain = 1.0 / min(count + 1.0, MEMORY)
        _learn_line(numbers, place + SPOT, gain=gain, x=x, y=usual + learned)
    if age >= 0:
        gain = 1.0 / min(age + 1.0, MEMORY)
        numbers[place + 1] = centre + gain * learned
        wide = NORMAL * abs(learned) if age else 0.0
        if count >= WARM and abs(off) > far:
            gain *= RELUCTANCE
        numbers[place + 2] = spread + gain * (wide - spread)
    numbers[place] = min(count + 1.0, 2.0 * MEMORY)
    if count < WARM:
        return None, None
    return max(-LIMIT, min(LIMIT, off / floor)), usual


def _fit(row: Feature, numbers: list[float], place: int, *, x: float) -> float:
    mean_x, mean_y, variance, covariance = numbers[place : place + LINE]
    return mean_y + covariance / (variance + LINE_LEAST[row.against] ** 2) * (x - mean_x)


def _learn_line(numbers: list[float], place: int, *, gain: float, x: float, y: float) -> None:
    mean_x, mean_y, variance, covariance = numbers[place : place + LINE]
    off_x, off_y = x - mean_x, y - mean_y
    numbers[place : place + LINE] = (
        mean_x + gain * off_x,
        mean_y + gain * off_y,
        (1 - gain) * (variance + gain * off_x * off_x),
        (1 - gain) * (covariance + gain * off_x * off_y),
    )


def known_share(spreads: Sequence[float | None]) -> float:
    """The share of features that are known and learned.

    >>> known_share((1.0, None, -2.0, None))
    0.5
    """
    return sum(one is not None for one in spreads) / len(spreads)


def row_of(compared: Compared) -> Array:
    """What a forest looks at: spreads from usual, 0, the usual itself, where unknown."""
    return np.array([one or 0.0 for one in compared.spreads], dtype=np.float32)

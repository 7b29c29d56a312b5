"""Rates of few events: bounds that hold, and that are wide where little is known."""

import numpy as np
import pytest

from liftwatch.care.shrunk import Counted, shrunk


@pytest.mark.parametrize(("shape", "mean"), [(0.3, 0.4), (1.0, 2.0), (2.0, 0.8)])
def test_bounds_hold_nine_times_of_ten(shape: float, mean: float) -> None:
    """Of fleets whose true rates are known; half of the lifts were heard for a month alone."""
    rng = np.random.default_rng(7)
    rates = rng.gamma(shape, mean / shape, 4_000)
    years = np.where(np.arange(4_000) % 2, 1.0, 1 / 12)
    counts = rng.poisson(rates * years)
    rows = [Counted(str(n), int(counts[n]), float(years[n])) for n in range(4_000)]
    held = [one.low <= rates[int(one.name)] <= one.high for one in shrunk(rows)]
    assert 0.87 <= np.mean(held) <= 0.93


def test_where_nothing_happened_little_is_known() -> None:
    """Twelve quiet lift-years say no more than that it is seldom."""
    found = shrunk([Counted(str(n), 0, 1.0) for n in range(12)])
    assert all(one.low < one.rate < one.high for one in found)
    assert all(one.high > 10 * one.low for one in found)

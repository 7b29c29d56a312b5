"""What faulty lifts share: what stands out of a table, and what does not."""

from datetime import date

import pytest

from liftwatch.care.commonalities import HIT_MIN, Looked, groups
from liftwatch.clock import DAY_MS
from liftwatch.register.facts import Facts
from tests.contracts.test_books import MONDAY_MS


def test_what_stands_out() -> None:
    """A bad lift is no bad make, few lifts are none, and a make that is often hit is."""
    kone = Facts(manufacturer="KONE", model="A", installed_on=date(2020, 1, 1))
    otis = Facts(manufacturer="Otis", model="B")
    span = {"from_ms": MONDAY_MS, "to_ms": MONDAY_MS + 90 * DAY_MS}
    fleet = [Looked(otis, 0)] * 195 + [Looked(otis, 1)] * 5
    bad = groups([Looked(kone, 40), *[Looked(kone, 0)] * 19, *fleet], by="make", **span)
    assert not any(one.stands_out for one in bad), "one lift with forty faults"
    few = groups([*[Looked(kone, 1)] * (HIT_MIN - 1), *fleet], by="make", **span)
    assert not any(one.stands_out for one in few)
    rows = [*[Looked(kone, 2)] * 8, *[Looked(kone, 0)] * 12, *fleet]
    first, second = groups(rows, by="model", **span)
    assert (first.make, first.model, first.hit, first.events) == ("KONE", "A", 8, 16)
    assert first.stands_out
    assert first.ratio == pytest.approx(16, rel=0.01)
    assert 3 < first.ratio_low < 16 < (first.ratio_high or 0)
    assert first.rate_low < first.rate < first.rate_high
    assert not second.stands_out
    assert second.ratio_low < 1
    assert groups([Looked(Facts(), 3)], by="make", **span) == []

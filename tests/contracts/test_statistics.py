"""What people made of incidents, counted: verdicts and times, on every kind of books."""

from typing import Any

import pytest

from liftwatch.access.sight import Place, Sight
from liftwatch.clock import DAY_MS, MINUTE_MS
from liftwatch.engine.verdicts import judge
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.together import is_paged
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.incidents.moves import Told
from liftwatch.incidents.statistics import summed
from liftwatch.incidents.verdicts import REJECTED_MIN, Judged, interval
from liftwatch.ports import Books
from liftwatch.score.intervals import share
from tests.contracts.test_books import MONDAY_MS, alarm
from tests.contracts.test_course import moved

LATER_MS = MONDAY_MS + DAY_MS
KINDS = ("entrapment",)


def one(books: Books, n: int = 0, **fields: Any) -> Incident:
    """An alarm of a lift of its own."""
    kind = fields.setdefault("kind", "entrapment")
    fields.setdefault("severity", BY_NAME[kind].severity)
    made = apply_alarm(books, alarm(lift=f"LIFT-{n:04}", **fields))
    assert made is not None
    return made


def freed(books: Books, n: int, *, minutes: tuple[float, float, float], **fields: Any) -> None:
    """An entrapment: taken, reached, freed after so many minutes."""
    made = one(books, n, **fields)
    taken, there, out = (round(m * 60) for m in minutes)
    told = Told(trapped=n, injured=0, cause="door", confirmed_by="Wang Gang")
    made = moved(books, made, "acknowledge", taken)
    made = moved(books, made, "arrive", there)
    moved(books, made, "release", out, told)


def rejected(books: Books, n: int, **fields: Any) -> None:
    """People say that there was nothing."""
    moved(books, one(books, n, **fields), "reject", 60, Told(reason="a cleaner in the door"))


def test_the_monthly_table_as_the_centres_publish_it(books: Books) -> None:
    """Events, persons, arrival, on site; no drill, no history, nothing rejected or untouched."""
    for n, minutes in enumerate([(1, 10, 14), (2, 20, 25), (5, 40, 130)], start=1):
        freed(books, n, minutes=minutes)
    freed(books, 4, minutes=(1, 1, 1), exercise=True)
    rejected(books, 5)
    one(books, 6)
    one(books, 7, late=True)
    (row,) = summed(books.rescues(MONDAY_MS, LATER_MS, kinds=KINDS), by="month")
    assert (row.group, row.events, row.persons, row.injured) == ("2026-03", 3, 6, 0)
    assert (row.arrival.median_s, row.arrival.p90_s, row.arrival.mean_s) == (1_200, 2_400, 1_400)
    assert (row.arrival.within, row.response.within) == (2 / 3, 2 / 3)
    assert row.on_site.mean_s == pytest.approx((4 + 5 + 90) * 60 / 3)
    assert (row.release.known, row.release.within) == (3, 2 / 3)
    assert row.causes == {"door": 3}
    (with_drill,) = summed(
        books.rescues(MONDAY_MS, LATER_MS, kinds=KINDS, exercise=True), by="month"
    )
    assert with_drill.events == 4


def test_by_estate_unit_kind_and_cause(books: Books) -> None:
    """Each by its name; a month begins where the estates' day does."""
    freed(books, 1, minutes=(1, 2, 3))
    freed(books, 2, minutes=(1, 2, 3), estate="lake")
    rows = books.rescues(MONDAY_MS, LATER_MS, kinds=KINDS)
    groups = {by: [one.group for one in summed(rows, by=by)] for by in ("estate", "unit", "kind")}
    assert groups == {
        "estate": ["320583/garden", "320583/lake"],
        "unit": ["garden"],
        "kind": ["entrapment"],
    }
    assert books.rescues(LATER_MS, LATER_MS + 1, kinds=KINDS) == []
    assert books.rescues(MONDAY_MS, LATER_MS, kinds=("overspeed",)) == []
    lake = Sight(places=(Place("320583", "lake"),))
    assert len(books.rescues(MONDAY_MS, LATER_MS, kinds=KINDS, sight=lake)) == 1


def test_verdicts_by_kind_and_branch(books: Books) -> None:
    """What people put right was right; what they rejected was not; the rest is not judged."""
    freed(books, 1, minutes=(1, 2, 3), evidence={"branch": "no_ride"})
    rejected(books, 2, evidence={"branch": "no_ride"})
    rejected(books, 3, evidence={"reported": "E-07"})
    rejected(books, 4, kind="door_fault")
    rejected(books, 5, exercise=True)
    moved(books, one(books, 6), "acknowledge", 5)
    one(books, 7)
    assert books.judged(MONDAY_MS, LATER_MS) == [
        Judged(kind="door_fault", wrong=1),
        Judged(kind="entrapment", branch="no_ride", right=1, wrong=1),
        Judged(kind="entrapment", branch="reported", wrong=1),
    ]
    reasons = {(r.kind, r.reason) for r in books.rejected(MONDAY_MS, LATER_MS)}
    assert reasons == {(k, "a cleaner in the door") for k in ("door_fault", "entrapment")}


def test_a_kind_that_people_reject_is_written_down_and_pages_nobody(books: Books) -> None:
    """With enough rejections; never one that endangers life; it pages again when they are old."""
    for n in range(REJECTED_MIN):
        rejected(books, n, kind="door_blocked")
        rejected(books, n, kind="overspeed")
        assert judge(books, floor=0.2, now_ms=LATER_MS) is False
        assert bool(books.recorded()) == (n + 1 >= REJECTED_MIN)
    assert [row.kind for row in books.recorded()] == ["door_blocked"]
    blocked, fast = (one(books, 99, kind=kind) for kind in ("door_blocked", "overspeed"))
    with books.begin() as work:
        assert is_paged(work, blocked, at_ms=MONDAY_MS).by == "verdict"
        assert is_paged(work, fast, at_ms=MONDAY_MS).yes
    assert [(h.incident, h.by) for h in books.hidden(since_ms=0)] == [(blocked.id, "verdict")]
    since_ms = books.recorded()[0].since_ms
    judge(books, floor=0.2, now_ms=LATER_MS + MINUTE_MS)
    assert books.recorded()[0].since_ms == since_ms
    judge(books, floor=0.2, now_ms=LATER_MS + 100 * DAY_MS)
    assert books.recorded() == []


def test_a_floor_of_nothing_lets_every_kind_page(books: Books) -> None:
    """Whatever people say."""
    for n in range(REJECTED_MIN):
        rejected(books, n, kind="door_blocked")
    judge(books, floor=0.0, now_ms=LATER_MS)
    assert books.recorded() == []


@pytest.mark.parametrize("total", [1, 7, 40, 900])
def test_the_interval_is_that_of_the_score(total: int) -> None:
    """Written twice, of one definition."""
    for found in {0, 1, total // 3, total - 1, total}:
        figure = share(found, total)
        assert figure is not None
        assert interval(found, total) == pytest.approx((figure.low, figure.high), abs=1e-9)

"""A trail that lives for months under the engine: anchors, giving up, changes of key and clock."""

from collections.abc import Iterator
from typing import Any

import pytest

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.audit.anchors import KEEP_DAYS_MIN
from liftwatch.audit.chain import SealError, seal_name
from liftwatch.audit.check import PRUNE, Verdict, verify
from liftwatch.audit.entry import Act
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import DAY_MS, HOUR_MS, begin_ms, date_of, estate_day
from liftwatch.engine.trail import RESEAL, Kept, keep
from liftwatch.ports import Books
from tests.contracts.conftest import opened

FIRST = 20_514
NOON_MS = begin_ms(date_of(FIRST)) + 12 * HOUR_MS
KEY, NEW = b"k" * 32, b"n" * 32


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Empty books, sealed with KEY."""
    made: Any = opened(request.param, request)
    made.audit_keys = (KEY,)
    yield made
    made.close()


def act(books: Books, now_ms: int) -> None:
    """Somebody looks at a lift."""
    with books.begin() as work:
        work.audit(
            Act(
                at_ms=now_ms,
                person="p-li",
                action="lifts.read",
                target_kind="lift",
                target="L-1",
                channel="api",
            )
        )


def live(books: Books, days: int, *, start: int = 0, kept: Kept | None = None) -> None:
    """An act at every noon and the engine an hour later, for so many days."""
    for day in range(start, start + days):
        now_ms = NOON_MS + day * DAY_MS
        act(books, now_ms)
        while keep(books, kept or Kept(KEEP_DAYS_MIN, seal_name(KEY)), now_ms + HOUR_MS):
            pass


def checked(books: Books, *keys: bytes) -> Verdict:
    """The verdict on all there is."""
    entries = books.audit_after(0, limit=10_000)
    head = books.audit_head()
    return verify(entries, books.audit_anchors(), keys=keys or (KEY,), last=head.n)


def test_a_day_is_given_up_when_it_was_kept_for_its_span(books: Books) -> None:
    """Not a day earlier; each pruning is noted, and the trail holds throughout."""
    live(books, KEEP_DAYS_MIN + 1)
    assert books.audit_after(0)[0].n == 1
    assert len(books.audit_anchors()) == KEEP_DAYS_MIN
    live(books, 1, start=KEEP_DAYS_MIN + 1)
    oldest = books.audit_after(0)[0]
    assert (oldest.n, estate_day(oldest.at_ms)) == (2, FIRST + 1)
    live(books, 3, start=KEEP_DAYS_MIN + 2)
    verdict = checked(books)
    assert (verdict.wrong, verdict.first) == (None, 5)
    prunings = books.audit_after(0, where=AuditFilter(action=(PRUNE,)))
    assert prunings[0].detail == (f'{{"day":"2026-03-02","keep_days":{KEEP_DAYS_MIN},"until":1}}')
    assert len(prunings) == 4
    assert len(books.audit_anchors()) == KEEP_DAYS_MIN + 4


def test_a_clock_set_ahead_empties_nothing(books: Books) -> None:
    """Not even by years, and not when it stays so for a while; set back, the days go on."""
    live(books, 20)
    ahead_ms = NOON_MS + 20_000 * DAY_MS
    for hour in range(60):
        keep(books, Kept(KEEP_DAYS_MIN, seal_name(KEY)), ahead_ms + hour * HOUR_MS)
    live(books, 5, start=20)
    verdict = checked(books)
    assert (verdict.wrong, verdict.first, verdict.entries) == (None, 1, 25)
    assert FIRST + 23 in {one.day for one in books.audit_anchors()}


def test_no_anchor_is_made_of_a_day_that_is_not_over(books: Books) -> None:
    """And none of an empty trail."""
    keep(books, Kept(400, seal_name(KEY)), NOON_MS)
    act(books, NOON_MS)
    keep(books, Kept(400, seal_name(KEY)), NOON_MS + 11 * HOUR_MS)
    assert books.audit_anchors() == []
    act(books, NOON_MS + 13 * HOUR_MS)
    keep(books, Kept(400, seal_name(KEY)), NOON_MS + 13 * HOUR_MS)
    (anchor,) = books.audit_anchors()
    assert (anchor.day, anchor.n, anchor.hash) == (FIRST, 1, books.audit_after(0)[0].hash)


def test_a_new_key_seals_within_a_run(books: Any) -> None:
    """Once; so what is verified ends with the newest key, and nobody else can have written it."""
    books.audit_keys = ()
    live(books, 2, kept=Kept(400))
    assert (wrong := checked(books, KEY).wrong)
    assert (wrong.n, wrong.fault) == (2, "seal")
    for keys in ((KEY,), (NEW, KEY)):
        books.audit_keys = keys
        for _ in range(3):
            keep(books, Kept(400, seal_name(keys[0])), NOON_MS + DAY_MS)
        assert checked(books, *keys).wrong is None
    assert len(books.audit_after(0, where=AuditFilter(action=(RESEAL,)))) == 2


def test_a_lost_key_stops_the_job_and_changes_nothing(books: Any) -> None:
    """The engine tells of a job that fails."""
    live(books, 2)
    books.audit_keys = (NEW,)
    before = books.audit_head()
    with pytest.raises(SealError):
        keep(books, Kept(400, seal_name(NEW)), NOON_MS + 3 * DAY_MS)
    assert books.audit_head() == before


def test_days_must_be_some() -> None:
    """None at all would empty the trail."""
    with pytest.raises(ValueError, match="none to keep"):
        keep(MemoryBooks(), Kept(0), NOON_MS)

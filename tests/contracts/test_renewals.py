"""Scores as they were told, and estimates, whatever lies beneath."""

import pytest
from msgspec import structs

from liftwatch.adapters.sql.trouble import BooksError
from liftwatch.care.renewal import Estimate
from liftwatch.care.risk import Score
from liftwatch.handlers.care_renewals import put_estimate
from liftwatch.incidents.moves import Untold
from liftwatch.ports import Books, Conflict

ONE = Score("L-0001", 1, "320583", "garden", 71.5, 60.0, 5)
ESTIMATE = Estimate(
    lift="L-0001",
    area="320583",
    estate="garden",
    remedy="renewal",
    fen=25_000_000,
    why="an offer",
    person="li",
    organisation="garden",
    at_ms=7,
)


def test_the_newest_score_of_each_lift(books: Books) -> None:
    """Numbered without holes; one that does not follow is a conflict, and nothing changes."""
    with books.begin() as work:
        work.put_score(ONE)
        work.put_score(structs.replace(ONE, lift="L-0002", score=3.0))
    with books.begin() as work:
        work.put_score(structs.replace(ONE, n=2, score=80.0))
    assert books.score_heads() == {"L-0001": 2, "L-0002": 1}
    assert books.scores(["L-0001", "L-0009"]) == {"L-0001": structs.replace(ONE, n=2, score=80.0)}
    assert set(books.scores()) == {"L-0001", "L-0002"}
    assert books.scores([]) == {}
    for n in (1, 2, 4):
        with pytest.raises(Conflict), books.begin() as work:
            work.put_score(structs.replace(ONE, n=n))
    assert books.score_heads()["L-0001"] == 2


def test_estimates_are_only_added_to(books: Books) -> None:
    """The newest one counts; what cannot be one is not kept."""
    with books.begin() as work:
        first = put_estimate(work, ESTIMATE)
        second = put_estimate(work, structs.replace(ESTIMATE, fen=31_000_000, at_ms=9))
        other = put_estimate(work, structs.replace(ESTIMATE, lift="L-0002", remedy="assessment"))
    assert (first.n, second.n, other.n) == (1, 2, 1)
    assert books.estimates(["L-0001", "L-0002", "L-0003"]) == {"L-0001": second, "L-0002": other}
    assert books.estimates_of("L-0001") == [second, first]
    assert books.estimates_of("L-0003") == []
    for wrong in ({"fen": 0}, {"why": " "}, {"remedy": "prayer"}, {"why": "x" * 1_001}):
        with pytest.raises(Untold), books.begin() as work:
            put_estimate(work, structs.replace(ESTIMATE, **wrong))
    with pytest.raises((Untold, Conflict, BooksError)), books.begin() as work:
        put_estimate(work, ESTIMATE)
        put_estimate(work, structs.replace(ESTIMATE, fen=-1))
    assert len(books.estimates_of("L-0001")) == 2

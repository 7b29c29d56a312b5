"""Hazards on record, whatever lies beneath."""

import pytest
from msgspec import structs

from liftwatch.care.hazards import Hazard
from liftwatch.handlers.care_hazards import NoSuchHazard, end_hazard, write_down
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.ports import Books, Conflict, Stale

ONE = Hazard(id="a", area="320583", estate="garden", lift="L-0001", what="water", made_ms=5)
LI = Actor(person="li", organisation="garden")


def test_from_open_to_over(books: Books) -> None:
    """It comes back as it was kept; it is over once, with who and why; open ones stand first."""
    with books.begin() as work:
        write_down(work, ONE)
        write_down(work, structs.replace(ONE, id="b", made_ms=9))
        write_down(work, structs.replace(ONE, id="c", lift="L-0002"))
    assert books.hazard("a") == ONE
    with books.begin() as work:
        made = end_hazard(work, "b", "mended", why="pumped", by=LI, version=1, now_ms=20)
    assert books.hazard("b") == made
    assert (made.state, made.ended_by, made.version) == ("mended", "li", 2)
    assert [one.id for one in books.hazards_of("L-0001")] == ["a", "b"]
    for version, why, error in (
        (1, "x", Stale),
        (2, "x", CannotMove),
    ):
        with pytest.raises(error), books.begin() as work:
            end_hazard(work, "b", "mended", why=why, by=LI, version=version, now_ms=30)
    with pytest.raises(Untold), books.begin() as work:
        end_hazard(work, "a", "mended", why=" ", by=LI, version=1, now_ms=30)
    with pytest.raises(NoSuchHazard), books.begin() as work:
        end_hazard(work, "z", "mended", why="x", by=LI, version=1, now_ms=30)
    with pytest.raises(Conflict), books.begin() as work:
        work.put_hazard(structs.replace(ONE, version=7))
    assert books.hazard("a") == ONE

"""The check lists of TSG T5002-2017, Annex A (traction lifts), as one table.

The rows are in `checklist_items` and `checklist_yearly`, with what is sure of their wording.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from liftwatch.care.checklist_items import OFTEN, Item, Place
from liftwatch.care.checklist_yearly import SELDOM

Work = Literal["half_month", "quarter", "half_year", "year", "repair", "rescue"]
SOURCE = "TSG T5002-2017, Annex A"


class Care(NamedTuple):
    """One row: a list of routine care, its part of the annex, and every how many days it is due."""

    work: Work
    table: str
    days: int


CARES: tuple[Care, ...] = (
    Care("half_month", "A-1", 15),
    Care("quarter", "A-2", 90),
    Care("half_year", "A-3", 180),
    Care("year", "A-4", 365),
)
"""A longer list holds all shorter ones: 31, 44, 59, 76 items (domain 5.1)."""


ITEMS: tuple[Item, ...] = OFTEN + SELDOM
BY_CODE: Mapping[str, Item] = {item.code: item for item in ITEMS}
PLACES: tuple[Place, ...] = ("room", "shaft", "car", "landing", "pit")
"""In the order in which one walks."""


def care_of(work: str) -> Care | None:
    """The row of a kind of routine care; None for repair and rescue."""
    return next((care for care in CARES if care.work == work), None)


def items_of(work: str) -> tuple[Item, ...]:
    """What a visit of some work goes through; nothing for a repair or a rescue.

    >>> [len(items_of(care.work)) for care in CARES], items_of("repair")
    ([31, 44, 59, 76], ())
    """
    care = care_of(work)
    if care is None:
        return ()
    tables = [one.table for one in CARES[: CARES.index(care) + 1]]
    return tuple(item for item in ITEMS if item.code.rpartition("-")[0] in tables)


def by_place(items: Iterable[Item]) -> list[tuple[Place, list[Item]]]:
    """Items by where they are done, in the order in which one walks: a section each.

    >>> [(place, len(items)) for place, items in by_place(items_of("half_month"))]
    [('room', 10), ('shaft', 5), ('car', 8), ('landing', 6), ('pit', 2)]
    """
    rows = tuple(items)
    found = [(place, [one for one in rows if one.place == place]) for place in PLACES]
    return [(place, some) for place, some in found if some]


def includes(done: str, due: str) -> bool:
    """Whether a visit of one work does what another asks.

    >>> includes("year", "quarter"), includes("half_month", "quarter"), includes("repair", "year")
    (True, False, False)
    """
    lists = [care.work for care in CARES]
    return done in lists and due in lists and lists.index(done) >= lists.index(due)

"""Rows of the fund by their buildings: what somebody sees, as a condition of a query."""

from msgspec import structs
from sqlalchemy import Column, ColumnElement, and_, false, or_
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from liftwatch.access.sight import Sight


def seen_places(
    sight: Sight, columns: "ReadOnlyColumnCollection[str, Column[object]]"
) -> ColumnElement[bool]:
    """Rows whose area, estate and building are seen; for a sight that is not everything."""
    places = (structs.asdict(place).items() for place in sight.places)
    return or_(
        false(), *(and_(*(columns[name] == part for name, part in one if part)) for one in places)
    )

"""Areas, estates and buildings by the names people use, beside their codes.

Topics, messages and rights name a place by its codes; a row here says how people call it, where it
is, and how to find it. A place without a row is called by its code. Who manages it stands with the
organisation that reaches it, and not here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, structs

from liftwatch.register.cells import visible
from liftwatch.register.doubts import Wrong
from liftwatch.register.places import DATUMS, Datum, Place, judge_place
from liftwatch.said import Said, of_field
from liftwatch.telemetry.topics import is_area, is_estate

NAME_MAX, ADDRESS_MAX, BUILDING_MAX = 100, 256, 64
Key = tuple[str, str, str]
"""Area, estate ("" for the area itself), building ("" for the whole estate)."""


class Locality(Struct, frozen=True, kw_only=True):
    """A place and what it is called; `version` 0 is before anybody said it."""

    area: str
    estate: str = ""
    building: str = ""
    name: str | None = None
    name_en: str | None = None
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    datum: Datum | None = None
    version: int = 0

    @property
    def key(self) -> Key:
        """Its codes."""
        return self.area, self.estate, self.building

    @property
    def place(self) -> Place | None:
        """Where it is, when that is known."""
        if self.latitude is None or self.longitude is None or self.datum is None:
            return None
        return Place(self.latitude, self.longitude, self.datum)

    def called(self, language: str) -> str | None:
        """Its name in a language, else in the other; None without any.

        >>> Locality(area="320583", name="花园小区").called("en")
        '花园小区'
        """
        names = (self.name_en, self.name) if language == "en" else (self.name, self.name_en)
        return next((one for one in names if one is not None), None)


TOLD = tuple(n for n in Locality.__struct_fields__ if n not in ("area", "estate", "building"))[:-1]
"""What people say of a place."""


def check_key(area: str, estate: str, building: str) -> Key:
    """The codes of a place; ValueError, saying why, for what cannot be one.

    >>> check_key("320583", "garden", " 3 ")
    ('320583', 'garden', '3')
    """
    if not is_area(area):
        raise ValueError(of_field("area", Said("has six digits")))
    if estate and not is_estate(estate):
        raise ValueError(of_field("estate", Said("is 1 to 32 of a-z, 0-9, '-'")))
    if building and not estate:
        raise ValueError(of_field("building", Said("is one of an estate: say which")))
    return area, estate, _line("building", building, BUILDING_MAX) if building else ""


def change_locality(found: Locality, values: Mapping[str, Any]) -> Locality:
    """A place after a person said something of it; None withdraws. The same when nothing is new.

    Raises ValueError, which begins with the field, for what cannot be.
    """
    told = {name: _checked(name, value) for name, value in values.items()}
    made = structs.replace(found, **told)
    doubt = judge_place(made.latitude, made.longitude, made.datum)
    if isinstance(doubt, Wrong):
        raise ValueError(of_field("latitude", doubt.text))
    return found if made == found else structs.replace(made, version=found.version + 1)


def _checked(name: str, value: Any) -> Any:
    if name not in TOLD:
        raise ValueError(of_field(name, Said("is nothing of a place")))
    if value is None or name in ("latitude", "longitude"):
        return value
    if name == "datum":
        if value not in DATUMS:
            raise ValueError(
                of_field("datum", Said("is one of %(datums)s", datums=", ".join(DATUMS)))
            )
        return value
    return _line(name, value, ADDRESS_MAX if name == "address" else NAME_MAX)


def _line(name: str, text: str, length_max: int) -> str:
    line = visible(text)
    if isinstance(line, Wrong):
        raise ValueError(of_field(name, line.text))
    if not 0 < len(line) <= length_max:
        raise ValueError(of_field(name, Said("1 to %(most)s characters", most=length_max)))
    return line


def estates_by_name(rows: Iterable[Locality]) -> dict[str, str]:
    """Codes of estates by the names people use; a name that two codes have is left out.

    >>> rows = [Locality(area="320583", estate=code, name=name)
    ...         for code, name in (("garden", "花园"), ("lake", "湖畔"), ("lake-2", "湖畔"))]
    >>> estates_by_name(rows)
    {'花园': 'garden'}
    """
    found: dict[str, set[str]] = {}
    for row in rows:
        if row.estate and not row.building:
            for name in (row.name, row.name_en):
                if name is not None:
                    found.setdefault(name, set()).add(row.estate)
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}

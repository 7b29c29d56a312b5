"""What a building of the fund is called on its pages, and where its page is."""

from collections.abc import Iterable

from api.console.language import Language
from api.console.place_names import PlaceNames
from liftwatch.handlers.fund_disclosure import BuildingPlace
from liftwatch.ports import Books


def address(place: BuildingPlace) -> str:
    """Where a building's page is."""
    return f"/fund/buildings/{'/'.join(place)}"


def place_names(books: Books, language: Language, places: Iterable[BuildingPlace]) -> PlaceNames:
    """The names of buildings and their estates."""
    keys = {
        key for area, estate, one in places for key in ((area, estate, ""), (area, estate, one))
    }
    return PlaceNames(language, books.localities(keys))


def called_place(place: BuildingPlace, names: PlaceNames) -> str:
    """A building with its estate, by their names where they have any."""
    area, estate, building = place
    return f"{names.estate(area, estate)} · {names.building(area, estate, building) or building}"

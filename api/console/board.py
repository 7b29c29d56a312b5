"""What the pages read from the books: the fleet by estate, what is open, one lift."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from api.console.language import Language
from api.console.place_names import PlaceNames, keys_of, keys_of_scopes
from api.console.views import IncidentView, Tile, incident_view, tile
from api.open_incidents import by_lift, read_open, worst_first
from api.seen import SeenBooks
from liftwatch.incidents.incident import Incident
from liftwatch.ports import IncidentFilter, LiftRow

TILES_MAX = 500
ROWS_MAX = 100
ALL_OPEN = IncidentFilter(open_only=True)


class Estate(NamedTuple):
    """The lifts of one estate, and how many of them need somebody."""

    name: str
    title: str
    tiles: list[Tile]
    troubled: int
    offline: int


class Fleet(NamedTuple):
    """A page of the fleet; `next` is the lift after which the next page begins."""

    estates: list[Estate]
    lifts: int
    offline: int
    next: str | None
    last: str | None


class OpenIncidents(NamedTuple):
    """What is open: how many of each severity, and the worst of them."""

    counts: dict[int, int]
    total: int
    rows: list[IncidentView]


def read_fleet(
    books: SeenBooks, language: Language, *, estate: str | None, after: str | None, now_ms: int
) -> Fleet:
    """The lifts by estate, in order of their names."""
    found = books.lifts(estate=estate, after=after, limit=TILES_MAX + 1)
    lifts = found[:TILES_MAX]
    among = tuple({row.estate for row in lifts})
    open_ones = by_lift(read_open(books, IncidentFilter(open_only=True, estate=among)))
    names = names_of(books, language, lifts)
    tiles = [
        tile(language, row, open_ones.get(row.lift, []), names=names, now_ms=now_ms)
        for row in lifts
    ]
    tiles.sort(key=lambda one: (one.name.estate, one.name.title, one.name.lift))
    estates = [
        _estate(name, list(group))
        for name, group in groupby(tiles, key=lambda one: one.name.estate)
    ]
    offline = sum(one.offline for one in tiles)
    more = lifts[-1].lift if len(found) > TILES_MAX else None
    return Fleet(estates, len(tiles), offline, more, lifts[-1].lift if lifts else None)


def _estate(name: str, tiles: list[Tile]) -> Estate:
    troubled = sum(one.severity in (1, 2) for one in tiles)
    return Estate(
        name, tiles[0].name.estate_name, tiles, troubled, sum(one.offline for one in tiles)
    )


def read_tiles(
    books: SeenBooks, language: Language, lifts: Iterable[str], *, now_ms: int
) -> list[Tile]:
    """Some lifts by name; unknown ones are left out."""
    found = list(books.lifts_named(list(lifts)).values())
    among = tuple({row.estate for row in found})
    open_ones = by_lift(read_open(books, IncidentFilter(open_only=True, estate=among)))
    names = names_of(books, language, found)
    return [
        tile(language, row, open_ones.get(row.lift, []), names=names, now_ms=now_ms)
        for row in found
    ]


def read_incidents(books: SeenBooks, language: Language, *, now_ms: int) -> OpenIncidents:
    """All that is open, worst first."""
    found = worst_first(read_open(books, ALL_OPEN))
    counts = dict.fromkeys((1, 2, 3, 4), 0)
    for incident in found:
        counts[incident.severity] += 1
    shown = found[:ROWS_MAX]
    lifts = lifts_of(books, [one.lift for one in shown])
    names = names_of(books, language, lifts.values(), wide=shown)
    rows = [
        incident_view(language, one, lifts.get(one.lift or ""), names=names, now_ms=now_ms)
        for one in shown
    ]
    return OpenIncidents(counts, len(found), rows)


def names_of(
    books: SeenBooks,
    language: Language,
    rows: Iterable[LiftRow],
    *,
    wide: Iterable[Incident] = (),
) -> PlaceNames:
    """What the places of some lifts are called, and of incidents that stand for several."""
    return PlaceNames(language, books.localities(keys_of(rows) | keys_of_scopes(wide)))


def lifts_of(books: SeenBooks, names: Sequence[str | None]) -> dict[str, LiftRow]:
    """The lifts of these names."""
    return books.lifts_named([name for name in names if name is not None])

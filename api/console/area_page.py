"""The page of an area: its estates on a map and in a list, what is open, worst and due."""

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response

from api.area import READ, area_of
from api.area_shapes import EstateStanding, WorstShape
from api.console.area_map import Spot, drawn
from api.console.board import lifts_of, names_of
from api.console.instruction_views import panel
from api.console.language import Language
from api.console.place_names import PlaceNames
from api.console.render import language_of, render
from api.console.statistics_page import minutes, percent
from api.console.views import LiftName, incident_view, lift_name
from api.open_incidents import read_open, worst_first
from api.parts import TheBooks, ThePart
from api.principal import Principal, allow
from api.seen import SeenBooks
from liftwatch.clock import now_ms
from liftwatch.ports import IncidentFilter
from liftwatch.register.localities import Key, Locality
from liftwatch.register.places import Place

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
GRAVE = IncidentFilter(open_only=True, severity=(1, 2))
ALERTS_MAX = 15


class EstateView(NamedTuple):
    """An estate as it is read; `worst` is the gravest severity that is open, 0 for none."""

    title: str
    estate: str
    area: str
    lifts: int
    offline: int
    open: dict[str, int]
    worst: int
    duties: int
    entrapments: int
    per_100: str
    bounds: str
    arrival: str
    within: str
    instructions: int
    overdue: int


class WorstView(NamedTuple):
    """A lift or a unit as it is read; `share` of a hundred is how far its bar goes."""

    where: LiftName | None
    name: str
    lifts: int
    faults: int
    rate: str
    bounds: str
    share: float
    low: float
    high: float


@router.get("/area")
def area(*, request: Request, principal: Reader, books: TheBooks, part: ThePart) -> Response:
    """How all that somebody supervises stands now."""
    language, at_ms = language_of(request), now_ms()
    found = area_of(part, books, principal, at_ms=at_ms)
    keys = {(one.area, one.estate or "", "") for one in found.estates}
    rows = books.localities(keys)
    names = PlaceNames(language, rows)
    estates = [_estate(language, one, names) for one in found.estates]
    estates.sort(key=_gravest)
    alerts = worst_first(read_open(books, GRAVE))
    lifts = lifts_of(books, [one.lift for one in alerts[:ALERTS_MAX]])
    called = names_of(books, language, lifts.values(), wide=alerts[:ALERTS_MAX])
    values: dict[str, Any] = {
        "stream": books.stream_head(),
        "whole": _estate(language, found.whole, names),
        "estates": estates,
        "map": drawn(_spots(language, found.estates, rows, names=names)),
        "alerts": [
            incident_view(language, one, lifts.get(one.lift or ""), names=called, now_ms=at_ms)
            for one in alerts[:ALERTS_MAX]
        ],
        "more_alerts": max(0, len(alerts) - ALERTS_MAX),
        "worst_lifts": _lifts(books, language, found.worst_lifts),
        "worst_units": _units(found.worst_units),
        "instructions": panel(books, part, language, principal=principal, now_ms=at_ms),
        "may_issue": "supervision" in principal.roles,
    }
    return render(request, "area.html", values)


def _gravest(one: EstateView) -> tuple[int, int, int, str]:
    return (-one.open["1"], -one.open["2"], -one.overdue, one.title)


def _estate(language: Language, one: EstateStanding, names: PlaceNames) -> EstateView:
    del language
    known = one.per_100_low is not None and one.per_100_high is not None
    return EstateView(
        title=names.estate(one.area, one.estate) if one.estate else one.area,
        estate=one.estate or "",
        area=one.area,
        lifts=one.lifts,
        offline=one.offline,
        open=one.open,
        worst=min((int(s) for s, count in one.open.items() if count), default=0),
        duties=one.overdue_duties,
        entrapments=one.entrapments,
        per_100="–" if one.per_100_lifts is None else f"{one.per_100_lifts:.1f}",
        bounds=f"{one.per_100_low:.1f} – {one.per_100_high:.1f}" if known else "",
        arrival=minutes(one.arrival, "median_s"),
        within="–" if one.arrival.within is None else percent(one.arrival.within),
        instructions=one.instructions,
        overdue=one.overdue_instructions,
    )


def _spots(
    language: Language,
    estates: list[EstateStanding],
    rows: dict[Key, Locality],
    *,
    names: PlaceNames,
) -> list[Spot]:
    """Estates whose place is known: their own on record, else the mean of their lifts."""
    found = []
    for one in estates:
        locality = rows.get((one.area, one.estate or "", ""))
        place = locality.place if locality is not None else None
        if place is None and one.latitude is not None and one.longitude is not None:
            datum = "gcj02" if one.datum == "gcj02" else "wgs84"
            place = Place(one.latitude, one.longitude, datum)  # type: ignore[arg-type]
        if place is None:
            continue
        grave = one.open["1"] + one.open["2"]
        title = names.estate(one.area, one.estate or "")
        says = language.texts.ngettext(
            "%(title)s: %(num)s lift, %(grave)s of severity 1 or 2 open",
            "%(title)s: %(num)s lifts, %(grave)s of severity 1 or 2 open",
            one.lifts,
        ) % {"title": title, "num": one.lifts, "grave": grave}
        worst = min((int(s) for s, count in one.open.items() if count), default=0)
        mark = str(grave) if grave else ""
        found.append(Spot(one.estate or "", title, place, one.lifts, worst, mark, says))
    return found


def _lifts(books: SeenBooks, language: Language, rows: list[WorstShape]) -> list[WorstView]:
    lifts = lifts_of(books, [one.id for one in rows])
    names = names_of(books, language, lifts.values())
    most = max((one.high for one in rows), default=1.0)
    return [
        _worst(one, most, where=lift_name(language, one.id, lifts.get(one.id), names=names))
        for one in rows
    ]


def _units(rows: list[WorstShape]) -> list[WorstView]:
    most = max((one.high for one in rows), default=1.0)
    return [_worst(one, most) for one in rows]


def _worst(one: WorstShape, most: float, *, where: LiftName | None = None) -> WorstView:
    share, low, high = (round(100 * x / (most or 1.0), 1) for x in (one.rate, one.low, one.high))
    return WorstView(
        where=where,
        name=one.name or one.id,
        lifts=one.lifts,
        faults=one.faults,
        rate=f"{one.rate:.2f}",
        bounds=f"{one.low:.2f} – {one.high:.2f}",
        share=share,
        low=low,
        high=high,
    )

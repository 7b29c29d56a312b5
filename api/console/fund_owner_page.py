"""Pages of the fund for owners and the public of a building: what it has, what came and went."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.fund_owner_home import homes_of
from api.console.fund_owner_hung import hung_of, hung_view
from api.console.fund_owner_places import address, called_place, place_names
from api.console.fund_owner_views import sheet
from api.console.render import language_of, render
from api.fund import Part
from api.fund_disclosure import FIRST_YEAR, LAST_YEAR, READ, report_of, this_year
from api.fund_seen import TheFund
from api.parts import ThePart
from api.principal import Principal, allow
from api.problems import Problem, shown
from liftwatch.clock import date_of, now_ms
from liftwatch.handlers.fund_disclosure import buildings_of
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
PAGE = 100
YEARS_SHOWN = 8
"""So many years are offered to choose from; any other stands in the address."""
Reader = Annotated[Principal, Depends(allow(READ))]
After = Annotated[str, Query(max_length=160)]
YearQuery = Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)]
CasePath = Annotated[str, Path(pattern=r"^[0-9a-z-]{1,32}$")]
Number = Annotated[int, Path(ge=1, le=10_000)]


@router.get("/fund")
def overview(
    *, request: Request, principal: Reader, fund: TheFund, parts: ThePart, after: After = ""
) -> Response:
    """The buildings whose disclosure one may read; with a single one, that one's."""
    del principal
    if not after.isprintable():
        after = ""
    found, following = buildings_of(parts.books, fund.sight, after=after, limit=PAGE)
    if len(found) == 1 and not after and following is None:
        return RedirectResponse(address(found[0]), status_code=303)
    language = language_of(request)
    names = place_names(parts.books, language, found)
    values = {
        "buildings": [(address(one), called_place(one, names)) for one in found],
        "after": following,
        "began": bool(after),
    }
    return render(request, "fund_owner_buildings.html", values)


@router.get("/fund/buildings/{area}/{estate}/{building}")
def building(
    *,
    request: Request,
    principal: Reader,
    fund: TheFund,
    parts: ThePart,
    area: Part,
    estate: Part,
    building: Part,
    year: YearQuery = None,
    all: Annotated[bool, Query()] = False,
) -> Response:
    """A building's year: one's own household first, then what the law asks of the building.

    `all` opens every table, to be printed.
    """
    place = (area, estate, building)
    fund.check(place)
    language = language_of(request)
    values: dict[str, Any] = {
        "called": called_place(place, place_names(parts.books, language, [place])),
        "address": address(place),
        "print": all,
        "owns": "owner" in principal.roles,
        "api": f"/v1/fund/buildings/{area}/{estate}/{building}/disclosure",
    }
    if not fund.all_held(place):
        return render(request, "fund_owner_building_empty.html", values)
    report = report_of(parts, fund, place, principal=principal, year=year)
    newest = this_year(now_ms())
    first_day = report.books.first_day
    oldest = newest if first_day is None else date_of(first_day).year
    values |= {
        "report": report,
        "sheet": sheet(report, language),
        "homes": homes_of(report, language),
        "years": years_of(oldest, newest, report.year),
        "hung": hung_of(parts.books, place, language, year=report.year),
    }
    return render(request, "fund_owner_building.html", values)


@router.get("/fund/buildings/{area}/{estate}/{building}/publications/{case}/{n}")
def publication(
    *,
    request: Request,
    principal: Reader,
    fund: TheFund,
    parts: ThePart,
    area: Part,
    estate: Part,
    building: Part,
    case: CasePath,
    n: Number,
) -> Response:
    """A plan, or a cost with its allocation, as it hung out: nothing of it is reckoned anew."""
    del principal
    place = (area, estate, building)
    found = parts.books.fund_case(case, sight=fund.sight)
    if found is None or (found.area, found.estate, found.building) != place:
        raise no_publication(case, n)
    hung = next((one for one in parts.books.fund_publications(case) if one.n == n), None)
    if hung is None:
        raise no_publication(case, n)
    language = language_of(request)
    values = {
        "called": called_place(place, place_names(parts.books, language, [place])),
        "address": address(place),
        "case": found,
        "one": hung_view(hung, found, language),
    }
    return render(request, "fund_owner_publication.html", values)


def no_publication(case: str, n: int) -> Problem:
    """The problem of a publication that is not there, or not seen."""
    return Problem(
        "not-found", Said("case %(case)s has no publication %(n)s", case=shown(case), n=n)
    )


def years_of(oldest: int, newest: int, shown_year: int) -> list[int]:
    """The years to choose from, the newest first; the one that is shown is among them.

    >>> years_of(2024, 2026, 2025), years_of(1999, 2026, 2001)[-2:]
    ([2026, 2025, 2024], [2019, 2001])
    """
    found = list(range(newest, max(oldest, newest - YEARS_SHOWN + 1) - 1, -1))
    return sorted({*found, shown_year}, reverse=True)

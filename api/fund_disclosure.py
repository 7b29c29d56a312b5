"""`/v1/fund/buildings/.../disclosure`: what the law asks to be published, as JSON, CSV and PDF."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api.console.fund_owner_pdf import pdf_of
from api.console.fund_owner_places import called_place, place_names
from api.console.render import language_of
from api.fund import Part
from api.fund_disclosure_csv import csv_of
from api.fund_disclosure_shapes import Disclosure, disclosure_shape
from api.fund_seen import SeenFund, TheFund, fund_problems, no_building
from api.parts import Parts, ThePart
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem
from api.shapes import NO_STORE, answer, described
from liftwatch.access.sight import Place, Sight
from liftwatch.clock import date_of, estate_day, now_ms
from liftwatch.fund.disclosure_report import Report
from liftwatch.fund.refusals import Untold
from liftwatch.handlers.fund_disclosure import disclosure_of, own_of, owners_of
from liftwatch.said import said_by

router = APIRouter(tags=["fund"], responses=DOCUMENTED)
READ = "fund.disclosure"
CSV, PDF = "text/csv", "application/pdf"
FIRST_YEAR, LAST_YEAR = 1998, 2200
Reader = Annotated[Principal, Depends(allow(READ))]
Year = Annotated[
    int | None,
    Query(ge=FIRST_YEAR, le=LAST_YEAR, description="The year; by default the present one."),
]
Format = Annotated[
    Literal["json", "csv", "pdf"] | None, Query(description="By default as `Accept` says.")
]
_DESCRIBED = described(Disclosure, "The year")
_DESCRIBED[200]["content"] |= {
    CSV: {"schema": {"type": "string"}},
    PDF: {"schema": {"type": "string", "format": "binary"}},
}


@router.get(
    "/v1/fund/buildings/{area}/{estate}/{building}/disclosure",
    responses=_DESCRIBED,
)
def read_disclosure(
    *,
    request: Request,
    principal: Reader,
    fund: TheFund,
    parts: ThePart,
    area: Part,
    estate: Part,
    building: Part,
    year: Year = None,
    format: Format = None,
) -> Response:
    """Totals, each expenditure with its allocation, every household's balance, the year's
    reconciliation, cases under way and what came of those that are over. Names are masked; one's
    own household is told in full."""
    place = (area, estate, building)
    found = report_of(parts, fund, place, principal=principal, year=year)
    wanted = format or wanted_of(request.headers.get("accept", ""))
    if wanted == "json":
        return answer(disclosure_shape(found))
    name = file_name(place, found.year, wanted)
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    if wanted == "csv":
        return Response(csv_of(found), media_type=f"{CSV}; charset=utf-8", headers=headers)
    language = language_of(request)
    names = place_names(parts.books, language, [place])
    data = pdf_of(found, language, called=called_place(place, names))
    return Response(data, media_type=PDF, headers=headers)


def file_name(place: tuple[str, str, str], year: int, kind: str) -> str:
    """A name that every system takes: a building's Chinese letters are left out of it.

    >>> file_name(("320583", "garden", "7"), 2026, "csv"), file_name(("1", "g", "七"), 1999, "pdf")
    ('fund-garden-7-2026.csv', 'fund-g-1999.pdf')
    """
    _, estate, building = place
    own = (estate, building) if building.isascii() else (estate,)
    return f"fund-{'-'.join(own)}-{year}.{kind}"


def wanted_of(accept: str) -> Literal["json", "csv", "pdf"]:
    """What a reader asks for by the header.

    >>> wanted_of("text/csv"), wanted_of("application/pdf"), wanted_of("*/*")
    ('csv', 'pdf', 'json')
    """
    return "csv" if CSV in accept else "pdf" if PDF in accept else "json"


def report_of(
    parts: Parts,
    fund: SeenFund,
    place: tuple[str, str, str],
    *,
    principal: Principal,
    year: int | None = None,
) -> Report:
    """The disclosure as somebody may see it; the problem `not-found` for a building that is not
    seen, or has no books."""
    at_ms = now_ms()
    if not fund.all_held(place):
        raise no_building(place)
    names: dict[str, str] = {}
    own: frozenset[str] = frozenset()
    if parts.gate is not None:
        with parts.gate.people.reading() as reads:
            names = owners_of(reads, place)
            if principal.person is not None and "owner" in principal.roles:
                own = own_of(reads, principal.person, place)
    try:
        with fund_problems():
            return disclosure_of(
                parts.books,
                place,
                this_year(at_ms) if year is None else year,
                entries=fund.all_entries(Sight(places=(Place(*place),))),
                names=names,
                own=own,
                now_ms=at_ms,
            )
    except Untold as error:
        raise Problem("conflict", said_by(error)) from error


def this_year(at_ms: int) -> int:
    """The year of a moment in the estates."""
    return date_of(estate_day(at_ms)).year

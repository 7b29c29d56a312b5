"""The pages and the pieces of them that are loaded again when something has changed."""

from collections.abc import Collection
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.assets import ASSETS
from api.console.board import read_fleet, read_incidents, read_tiles
from api.console.charts import CHARTS
from api.console.completeness_page import completeness_page
from api.console.duty_views import calls_view
from api.console.entrance import sign_in_again
from api.console.evidence_page import evidence_part
from api.console.fault_views import history_by_part
from api.console.fund_home import home
from api.console.incident_page import incident_head, incident_story
from api.console.instruction_views import panel
from api.console.kept_page import kept_page
from api.console.language import COOKIE, LANGUAGES, Language, own_path
from api.console.lift_page import lift_facts, lift_incidents, lift_now
from api.console.render import language_of, render
from api.console.silence_page import writing
from api.console.told_views import told_part
from api.contacts import estate_place
from api.gate import Gate
from api.given import is_encrypted
from api.kept import kept_of
from api.paging import Cursor as CursorQuery
from api.parameters import Day, Words, day_number, estates, lift_filter, lift_path, words
from api.parts import Parts, TheBooks, ThePart
from api.principal import NOBODY, allow
from api.problems import BadParameter, Problem, shown
from api.seen import SeenBooks
from liftwatch.clock import estate_day, now_ms
from liftwatch.handlers.calls import who_to_call
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
console = APIRouter(dependencies=[Depends(allow("console.read"))])
YEAR_S = 365 * 24 * 3600
EstateQuery = Annotated[str | None, Query(max_length=32)]
AfterQuery = Annotated[str | None, Query(max_length=32)]


@console.get("/")
def fleet(
    *,
    request: Request,
    books: TheBooks,
    part: ThePart,
    estate: EstateQuery = None,
    after: AfterQuery = None,
) -> Response:
    """The fleet at a glance, and above it what is open."""
    # The number is read first: what changes while the rest is read is told by the stream.
    values = {"stream": books.stream_head()}
    return render(
        request, "fleet.html", values | _fleet(request, books, part, estate=estate, after=after)
    )


@console.get("/console/fleet")
def fleet_piece(
    *,
    request: Request,
    books: TheBooks,
    part: ThePart,
    estate: EstateQuery = None,
    after: AfterQuery = None,
) -> Response:
    """Counts, what is open, and the tiles."""
    return render(request, "_fleet.html", _fleet(request, books, part, estate=estate, after=after))


def _fleet(
    request: Request, books: TheBooks, part: Parts, *, estate: str | None, after: str | None
) -> dict[str, object]:
    language, now = language_of(request), now_ms()
    estates([estate] if estate is not None else ())
    board = read_fleet(books, language, estate=estate, after=lift_filter(after), now_ms=now)
    return {
        "fleet": board,
        "open": read_incidents(books, language, now_ms=now),
        "estate": estate,
        "after": after,
        "instructions": panel(
            books,
            part,
            language,
            principal=request.state.principal,
            estate=estate,
            now_ms=now,
        ),
    }


@console.get("/console/open")
def open_piece(request: Request, books: TheBooks) -> Response:
    """What is open."""
    found = read_incidents(books, language_of(request), now_ms=now_ms())
    return render(request, "_open.html", {"open": found})


@console.get("/console/tiles")
def tiles_piece(request: Request, books: TheBooks, lift: Words) -> Response:
    """The tiles of some lifts."""
    names = [lift_path(name) for name in words("lift", lift)]
    found = read_tiles(books, language_of(request), names, now_ms=now_ms())
    return render(request, "_tiles.html", {"tiles": found})


@console.get("/lifts/{lift}")
def lift_whole(*, request: Request, books: TheBooks, part: ThePart, lift: str) -> Response:
    """One lift: how it stands, what is and was wrong, its last day, what the register knows."""
    language = language_of(request)
    values: dict[str, object] = {"stream": books.stream_head(), "charts": CHARTS}
    values |= lift_now(books, language, lift_path(lift))
    values |= lift_incidents(books, language, lift, may_silence=_may_silence(request, part))
    told = part.gate if "admin" in request.state.principal.roles else None
    values |= lift_facts(books, language, lift, logins=partial(logins, told))
    values["instructions"] = panel(
        books, part, language, principal=request.state.principal, lift=lift, now_ms=now_ms()
    )
    values["calls"] = _calls(books, language, part.gate, lift=lift)
    values |= history_by_part(books, language, lift)
    return render(request, "lift.html", values)


def _may_silence(request: Request, part: Parts) -> bool:
    return writing(part, request.state.principal) is not None


def _calls(
    books: SeenBooks, language: Language, gate: Gate | None, *, lift: str
) -> dict[str, Any] | None:
    """Whom to call for a lift; nobody where no people are kept."""
    record = books.record(lift)
    if gate is None or record is None:
        return None
    with gate.people.reading() as reads:
        return calls_view(
            language,
            who_to_call(reads, record, now_ms(), estate=estate_place(books, record)),
        )


def logins(gate: Gate | None, people: Collection[str]) -> dict[str, str]:
    """By their ids; without a gate nobody is named. Who is no person any more keeps the id."""
    if gate is None:
        return {}
    with gate.people.reading() as reads:
        found = {id: reads.person(id) for id in people}
    return {id: one.login if one else id for id, one in found.items()}


@console.get("/console/lifts/{lift}/now")
def lift_now_piece(request: Request, books: TheBooks, lift: str) -> Response:
    """How a lift stands."""
    values = lift_now(books, language_of(request), lift_path(lift))
    return render(request, "_now.html", values)


@console.get("/console/lifts/{lift}/incidents")
def lift_incidents_piece(
    request: Request, books: TheBooks, part: ThePart, *, lift: str
) -> Response:
    """What is and was wrong with a lift."""
    may = _may_silence(request, part)
    values = lift_incidents(books, language_of(request), lift_path(lift), may_silence=may)
    return render(request, "_lift_incidents.html", values)


@console.get("/completeness")
def completeness(
    *,
    request: Request,
    books: TheBooks,
    day: Day = None,
    estate: EstateQuery = None,
    after: CursorQuery = None,
) -> Response:
    """How much of a day has come of every lift, by default of today."""
    estates([estate] if estate is not None else ())
    today, number = estate_day(now_ms()), day_number("day", day)
    values = completeness_page(
        books,
        language_of(request),
        day=today if number is None else number,
        today=today,
        estate=estate,
        after=after,
    )
    return render(request, "completeness.html", values)


@console.get("/console/incidents/{id}")
def incident_piece(request: Request, books: TheBooks, part: ThePart, *, id: str) -> Response:
    """How one incident stands."""
    values = incident_head(books, language_of(request), id, gate=part.gate)
    return render(request, "_incident.html", values)


@console.get("/console/incidents/{id}/story")
def story_piece(request: Request, books: TheBooks, part: ThePart, *, id: str) -> Response:
    """How one incident went."""
    values = incident_story(books, language_of(request), id, gate=part.gate)
    return render(request, "_story.html", values)


@console.get("/console/incidents/{id}/told")
def told_piece(request: Request, books: TheBooks, part: ThePart, *, id: str) -> Response:
    """Who was told of one incident."""
    told = told_part(books, language_of(request), part, id=id, principal=request.state.principal)
    return render(request, "_told.html", told)


@console.get("/console/incidents/{id}/evidence")
def evidence_piece(request: Request, books: TheBooks, id: str) -> Response:
    """The signals around one incident."""
    part = evidence_part(books, language_of(request), id)
    return render(request, "_evidence.html", {"part": part})


@router.get("/language", dependencies=[Depends(allow("console.language"))])
async def language(
    request: Request, to: str, back: Annotated[str, Query(max_length=2_000)] = "/"
) -> Response:
    """Remember a language and go back to the page."""
    if to not in LANGUAGES:
        raise BadParameter(
            "to",
            Said("%(to)s is none of %(languages)s", to=shown(to), languages=", ".join(LANGUAGES)),
        )
    response = RedirectResponse(own_path(back), status_code=303)
    secure = is_encrypted(request)
    response.set_cookie(COOKIE, to, max_age=YEAR_S, httponly=True, samesite="lax", secure=secure)
    return response


@router.get("/static/{name:path}", dependencies=[Depends(allow("console.assets"))])
async def static(request: Request, name: str) -> Response:
    """A script, a style or a picture; kept for good when asked for by its content."""
    asset = ASSETS.get(name)
    if asset is None:
        raise Problem("not-found", Said("there is no %(name)s", name=shown(name)))
    marked = request.query_params.get("v") == asset.mark
    keep = "public, max-age=31536000, immutable" if marked else "no-cache"
    headers = {"Cache-Control": keep, "ETag": f'"{asset.mark}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)


router.include_router(console)


def problem_page(request: Request, problem: Problem) -> Response:
    """A problem as a page, for people; who has not signed in is led to where they can."""
    kept, gate = kept_of(request), request.app.state.parts.gate
    if kept is not None and "hx-request" not in request.headers:
        if problem.row.name == "unauthenticated":
            return sign_in_again(request, gate, kept)
        if problem.row.name == "forbidden":
            return kept_page(request, gate, kept, status=problem.row.status)
    if problem.row.name == "unauthenticated" and request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        if "hx-request" in request.headers:  # a piece of a page: the whole page must go there
            return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
        return RedirectResponse(f"/sign-in?next={quote(request.url.path + query)}", status_code=303)
    start = home(getattr(request.state, "principal", NOBODY).roles)
    asked = (problem.row.name, request.method, request.url.path)
    if asked == ("forbidden", "GET", "/") and start != "/":
        return RedirectResponse(start, status_code=303)  # for whom the fleet is no first page
    again = problem.row.status == HTTPStatus.SERVICE_UNAVAILABLE and request.method == "GET"
    values = {"problem": problem, "again": again}
    response = render(request, "problem.html", values, status=problem.row.status)
    response.headers.update(problem.headers)
    return response

"""The application, composed in one place: layers, routes, problems, pages."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import ModuleType

from fastapi import FastAPI

from api import (
    alike,
    area,
    audit,
    bundle,
    care_due,
    care_visits,
    channels,
    commonalities,
    complaints,
    completeness,
    contacts,
    credit,
    dwellings,
    evidence,
    faults,
    fund,
    fund_bank,
    fund_cases,
    fund_disclosure,
    fund_interest,
    fund_lift,
    fund_places,
    fund_verify,
    fund_votes,
    fund_writes,
    fund_years,
    hazards,
    health,
    hotline,
    identities,
    incidents,
    influx,
    instructions,
    lift_hazards,
    lifts,
    moves,
    notices,
    organisations,
    people,
    places,
    public_codes,
    recalls,
    register,
    renewals,
    reports,
    rescue,
    residents,
    rotas,
    scorecards,
    sign_in,
    silences,
    statistics,
    stream,
    telemetry,
    told,
)
from api.console import (
    area_page,
    audit_page,
    calendar_page,
    call_page,
    channel_page,
    complaint_page,
    contradiction_page,
    credit_page,
    demo_page,
    duty_page,
    entrance,
    faults_page,
    follow_page,
    fund_bank_page,
    fund_book_page,
    fund_case_page,
    fund_desk_page,
    fund_draft_page,
    fund_dwelling_page,
    fund_interest_page,
    fund_list_page,
    fund_move_page,
    fund_opening_page,
    fund_owner_page,
    fund_propose_page,
    fund_verify_page,
    fund_vote_page,
    fund_years_page,
    hazard_page,
    import_page,
    instruction_page,
    lift_care_page,
    lift_hazard_page,
    move_page,
    notice_page,
    openid,
    organisation_pages,
    own_page,
    pages,
    people_pages,
    place_page,
    poster_page,
    recall_page,
    register_page,
    renewal_page,
    report_page,
    resident_page,
    room_page,
    scorecard_page,
    screen_page,
    silence_page,
    statistics_page,
    unit_page,
    visit_page,
    wear_page,
)
from api.description import describe, operation_id
from api.feed import Feed
from api.gate import Gate
from api.guard import Guard
from api.measure import HttpFigures, Measured
from api.parts import Metrics, Parts, Readiness
from api.problems import add_problem_handlers
from api.verifying import Verifier
from liftwatch.access.hosts import Host
from liftwatch.fund.anchors import AnchorPlace
from liftwatch.handlers.incidents import STANDARD
from liftwatch.incidents.pages import NO_WAYS, Ways
from liftwatch.ports import Books, TelemetryStore

BODY_MAX = 64 * 1024
VERSION = "1"
MODULES = (
    incidents,
    stream,
    moves,
    told,
    rescue,
    lifts,
    pages,
    move_page,
    room_page,
    call_page,
    channel_page,
    evidence,
    faults,
    alike,
    telemetry,
    influx,
    health,
    sign_in,
    organisations,
    rotas,
    contacts,
    people,
    identities,
    dwellings,
    audit,
    channels,
    register,
    places,
    silences,
    instructions,
    area,
    scorecards,
    commonalities,
    recalls,
    credit,
    hazards,
    reports,
    lift_hazards,
    renewals,
    fund,
    fund_writes,
    fund_bank,
    fund_cases,
    fund_votes,
    fund_disclosure,
    fund_lift,
    fund_places,
    fund_years,
    fund_verify,
    fund_interest,
    statistics,
    care_visits,
    care_due,
    bundle,
    completeness,
    complaints,
    hotline,
    notices,
    public_codes,
    residents,
    entrance,
    openid,
    own_page,
    organisation_pages,
    people_pages,
    duty_page,
    place_page,
    wear_page,
    credit_page,
    recall_page,
    register_page,
    import_page,
    audit_page,
    statistics_page,
    faults_page,
    unit_page,
    silence_page,
    visit_page,
    calendar_page,
    lift_care_page,
    contradiction_page,
    instruction_page,
    area_page,
    scorecard_page,
    hazard_page,
    report_page,
    lift_hazard_page,
    renewal_page,
    fund_list_page,
    fund_draft_page,
    fund_case_page,
    fund_move_page,
    fund_vote_page,
    fund_desk_page,
    fund_dwelling_page,
    fund_book_page,
    fund_bank_page,
    fund_interest_page,
    fund_years_page,
    fund_verify_page,
    fund_propose_page,
    fund_opening_page,
    fund_owner_page,
    resident_page,
    follow_page,
    screen_page,
    complaint_page,
    poster_page,
    notice_page,
)
"""Each brings its routes; a path is looked for in this order, so what is asked most comes first."""


def create_app(
    *,
    books: Books,
    store: TelemetryStore,
    readiness: Readiness,
    metrics: Metrics,
    exercise: bool = False,
    demo: bool = False,
    gate: Gate | None = None,
    hosts: tuple[Host, ...] = (),
    ways: Ways = NO_WAYS,
    times: Mapping[str, int] = STANDARD,
    anchors: AnchorPlace | None = None,
    hotline_key: bytes | None = None,
) -> FastAPI:
    """The application over these parts. It opens and closes none of them.

    `readiness` tells of each part None when it is ready, else one line why not. `exercise` says
    that this whole installation is a drill, `demo` that its lifts do not exist: both show. Without
    a `gate` nobody signs in, and whoever comes is `local`. `hosts` are the names others know us by;
    with any of them nobody is `local`. `ways` are the channels of pages, `times` of clocks are by
    `kind.clock` in milliseconds, where a setting says other ones than their table.
    `anchors` are those of the fund's books, `hotline_key` signs what the city's hot line sends.
    """
    parts = Parts(
        books=books,
        store=store,
        feed=Feed(books),
        readiness=readiness,
        metrics=metrics,
        exercise=exercise,
        demo=demo,
        gate=gate,
        hosts=hosts,
        ways=ways,
        times=times,
        anchors=anchors,
        hotline_key=hotline_key,
        verifier=Verifier(books, anchors),
    )
    return _compose(parts, (*MODULES, demo_page) if demo else MODULES)


def create_own_app(
    *, books: Books, store: TelemetryStore, readiness: Readiness, metrics: Metrics
) -> FastAPI:
    """What a service without pages tells about itself: alive, ready, figures."""
    parts = Parts(
        books=books,
        store=store,
        feed=Feed(books),
        readiness=readiness,
        metrics=metrics,
        exercise=False,
        demo=False,
        verifier=Verifier(books, None),
    )
    return _compose(parts, (health,))


def _compose(parts: Parts, modules: Sequence[ModuleType]) -> FastAPI:
    app = FastAPI(
        title="Liftwatch",
        version=VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=BODY_MAX,
        generate_unique_id_function=operation_id,
        lifespan=_lifespan,
    )
    app.state.parts = parts
    app.state.figures = HttpFigures()
    for module in modules:
        app.include_router(module.router)
    add_problem_handlers(app, page=pages.problem_page)
    app.add_middleware(Guard, hosts=parts.hosts)
    app.add_middleware(Measured, figures=app.state.figures)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # FastAPI's own hook
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.parts.feed.close()
    app.state.parts.verifier.close()

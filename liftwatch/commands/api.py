"""`liftwatch api`: API and pages alone, over the stores that ingest and engine write."""

from collections.abc import Callable

import structlog
from prometheus_client import CollectorRegistry

from api.app import create_app
from liftwatch.clock import SECOND_MS, now_ms
from liftwatch.commands.channels import ways_of
from liftwatch.commands.wiring import (
    Stores,
    anchors_of,
    calm_collector,
    gate_of,
    hotline_key_of,
    open_stores,
    page_of,
    serve_until_stopped,
    settings_or_fail,
    take_short_turns,
    way_of,
)
from liftwatch.engine.canaries import late_line
from liftwatch.engine.clockwork import overdue_line
from liftwatch.engine.watch import WATCH
from liftwatch.incidents.clocks import times_of
from liftwatch.logs import configure
from liftwatch.ports import StoreUnavailable
from liftwatch.settings import Settings

log = structlog.get_logger()


def api_command() -> None:
    """Serve until stopped; Failure when something of the settings cannot be used."""
    settings = settings_or_fail()
    configure(settings.log)
    way = way_of(settings)
    with open_stores(settings, settings.data_dir) as stores:
        calm_collector()
        take_short_turns()
        app = create_app(
            books=stores.books,
            store=stores.telemetry,
            readiness=readiness_of(stores, late_ms=round(settings.canary_late_s * SECOND_MS)),
            metrics=CollectorRegistry(),
            exercise=settings.exercise,
            gate=gate_of(settings, stores, settings.data_dir),
            hosts=settings.http_hosts,
            ways=ways_of(settings),
            times=times_of(settings.clocks),
            anchors=anchors_of(settings, settings.data_dir),
            hotline_key=hotline_key_of(settings),
        )
        serve_until_stopped(app, settings.http, way=way, ready=told(settings))


def readiness_of(stores: Stores, *, late_ms: int) -> Callable[[], dict[str, str | None]]:
    """What the database tells of the others: who has not come through, what was not done."""

    def read() -> dict[str, str | None]:
        at_ms = now_ms()
        telemetry = None if stores.telemetry.is_ready() else "does not answer"
        try:
            heartbeats, deadlines = stores.books.known_heartbeats(), stores.books.deadlines()
        except StoreUnavailable as error:
            return {"database": str(error)[:200], "telemetry": telemetry}
        return {
            "database": None,
            "telemetry": telemetry,
            "canary": late_line(heartbeats, late_ms=late_ms, now_ms=at_ms),
            "engine": overdue_line(
                [one for one in deadlines if one.what == WATCH], late_ms=late_ms, now_ms=at_ms
            ),
        }

    return read


def told(settings: Settings) -> Callable[[], None]:
    """Say where the pages are, once they can be opened."""
    said = "serving this machine only; `liftwatch admin create` makes people sign in"
    if settings.http_hosts:
        said = "serving whoever signs in"
    return lambda: log.info(said, page=page_of(settings))

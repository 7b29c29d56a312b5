"""`liftwatch run`: everything in one process against the broker and stores of the settings."""

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import structlog
from fastapi import FastAPI

from api.app import create_app
from api.serve import ServeError, serve
from ingest.consumer import Broker
from ingest.journal import JournalError
from ingest.pipeline import Pipeline
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.influx import InfluxStore
from liftwatch.adapters.sql import BooksError, open_books
from liftwatch.failure import Failure
from liftwatch.logs import configure
from liftwatch.ports import TelemetryStore
from liftwatch.settings import Settings, SettingsError, load_settings

log = structlog.get_logger()

WATCH_S = 0.5


def run_command() -> None:
    """Serve until stopped; raises Failure when something of the settings cannot be used."""
    settings = settings_or_fail()
    configure(settings.log)
    url = settings.mqtt_url
    broker = Broker(
        host=url.host,
        port=url.port,
        username=url.username,
        password=url.password.get_secret_value() if url.password else None,
        tls=url.tls,
    )

    def ready() -> None:
        log.info(
            "serving this machine only; whoever opens it is local (admin)",
            page=f"http://{settings.http.host}:{settings.http.port}/",
        )

    run_until_stopped(settings, broker=broker, folder=settings.data_dir, ready=ready)


def settings_or_fail() -> Settings:
    """The settings, or one line that names the bad one."""
    try:
        return load_settings()
    except SettingsError as error:
        raise Failure(str(error)) from error


def telemetry_store(settings: Settings, folder: Path) -> TelemetryStore:
    """InfluxDB where the settings name one, else the embedded store."""
    if not settings.influx_url:
        return EmbeddedStore(folder / "telemetry.sqlite")
    return InfluxStore(
        settings.influx_url,
        token=settings.influx_token.get_secret_value(),
        org=settings.influx_org,
        bucket=settings.influx_bucket,
        version=settings.influx_version,
    )


def run_until_stopped(
    settings: Settings,
    *,
    broker: Broker,
    folder: Path,
    demo: bool = False,
    before: Callable[[Pipeline], None] | None = None,
    ready: Callable[[], None] | None = None,
) -> None:
    """Build everything over `folder`, start it, serve pages until a signal, stop it in order."""
    try:
        books = open_books(settings.database_in(folder))
    except BooksError as error:
        named = settings.database_url.get_secret_value() and "LIFTWATCH_DATABASE_URL: "
        raise Failure(f"{named}{error}") from error
    try:
        store = telemetry_store(settings, folder)
        pipeline = Pipeline(folder, broker=broker, books=books, store=store)
    except (JournalError, OSError) as error:
        books.close()
        raise Failure(str(error)) from error
    if before is not None:
        before(pipeline)
    app = create_app(
        books=books,
        store=store,
        readiness=pipeline.readiness,
        metrics=pipeline.counts.registry,
        exercise=settings.exercise or demo,
        demo=demo,
    )
    try:
        pipeline.start()
        _serve(app, settings, pipeline, ready=ready)
    finally:
        pipeline.stop()
        store.close()
        books.close()
    if pipeline.crashed():
        raise SystemExit(1)


def _serve(
    app: FastAPI, settings: Settings, pipeline: Pipeline, *, ready: Callable[[], None] | None
) -> None:
    """Serve pages; a part of the pipeline that ends for good ends the service, to be restarted."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(WATCH_S):
            if pipeline.crashed():
                signal.raise_signal(signal.SIGTERM)
                return

    threading.Thread(target=watch, name="watch", daemon=True).start()
    try:
        serve(app, host=settings.http.host, port=settings.http.port, ready=ready)
    except ServeError as error:
        raise Failure(str(error)) from error
    finally:
        done.set()

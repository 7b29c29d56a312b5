"""`liftwatch ingest`: reception, detection and relay, of all estates or of some.

Several of them share broker and stores and nothing else: each has its own data folder, hears its
own estates, and proves itself by its own canary.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import structlog

from api.app import create_own_app
from ingest.canary import Plan
from ingest.consumer import Broker
from ingest.journal import JournalError
from ingest.pipeline import Pipeline
from liftwatch.adapters.sql.terminals import SqlTerminals
from liftwatch.clock import HOUR_MS
from liftwatch.commands.models import following_models
from liftwatch.commands.wiring import (
    Stores,
    broker_of,
    calm_collector,
    open_stores,
    serve_until_stopped,
    settings_or_fail,
    tls_of,
)
from liftwatch.failure import Failure
from liftwatch.handlers.alarms import Life
from liftwatch.incidents.clocks import times_of
from liftwatch.logs import configure
from liftwatch.settings import Settings
from liftwatch.telemetry.topics import CANARY_ESTATE, is_estate

log = structlog.get_logger()


def ingest_command(estates: str | None) -> None:
    """Receive until stopped; Failure when something of the settings cannot be used."""
    chosen = () if estates is None else read_estates(estates)
    settings = settings_or_fail()
    configure(settings.log)
    folder = settings.data_dir
    if chosen and not (settings.influx_url and settings.database_url.get_secret_value()):
        log.warning("only some estates, but stores that no other process shares", folder=folder)
    with open_stores(settings, folder) as stores:
        broker = broker_of(settings.mqtt_url, tls_of(settings))
        pipeline = make_pipeline(settings, stores, folder=folder, broker=broker, estates=chosen)
        app = create_own_app(
            books=stores.books,
            store=stores.telemetry,
            readiness=pipeline.readiness,
            metrics=pipeline.counts.registry,
        )
        calm_collector()
        with following_models(folder, pipeline.counts), receiving(pipeline):
            log.info("ingest runs", estates=list(chosen) or "all")
            serve_until_stopped(app, settings.ingest_http, crashed=pipeline.crashed)
    if pipeline.crashed():
        raise SystemExit(1)


def make_pipeline(
    settings: Settings,
    stores: Stores,
    *,
    folder: Path,
    broker: Broker,
    estates: tuple[str, ...] = (),
    exercise: bool = False,
) -> Pipeline:
    """Reception, detection and relay over a folder; Failure when it cannot be used."""
    try:
        return Pipeline(
            folder,
            broker=broker,
            books=stores.books,
            store=stores.telemetry,
            estates=estates,
            journal_bytes_max=settings.journal_max_mb * 2**20,
            journal_kept_ms=round(settings.journal_keep_h * HOUR_MS),
            canary=canary_plan(settings, broker, exercise=exercise),
            terminals=SqlTerminals(stores.books).all,
            certificate=settings.mqtt_cert_file,
            life=Life(times=times_of(settings.clocks)),
        )
    except (JournalError, OSError) as error:
        raise Failure(str(error)) from error


@contextlib.contextmanager
def receiving(pipeline: Pipeline) -> Iterator[None]:
    """The pipeline at work; stopped in order at the end."""
    try:
        pipeline.start()
        yield
    except JournalError as error:
        raise Failure(str(error)) from error
    finally:
        pipeline.stop()


def canary_plan(settings: Settings, broker: Broker, *, exercise: bool) -> Plan | None:
    """How the canary goes; it is late for `/readyz` in half the time after which it is an alarm."""
    url = settings.canary_mqtt_url
    if url == "off":
        return None
    return Plan(
        broker=broker if url is None else broker_of(url, tls_of(settings)),
        period_s=settings.canary_s,
        late_s=settings.canary_late_s / 2,
        exercise=exercise or settings.exercise,
    )


def read_estates(text: str) -> tuple[str, ...]:
    """Names of estates, separated by commas; Failure for what is none.

    >>> read_estates("garden, lake-2")
    ('garden', 'lake-2')
    """
    names = tuple(name.strip() for name in text.split(","))
    for name, count in Counter(names).items():
        if not is_estate(name):
            raise Failure(f"ingest: --estates: {name[:64]!r} is not 1 to 32 of a-z, 0-9 and -")
        if name == CANARY_ESTATE:
            raise Failure(f"ingest: --estates: {name!r} is reserved for canaries")
        if count > 1:
            raise Failure(f"ingest: --estates: {name!r} stands there twice")
    return names

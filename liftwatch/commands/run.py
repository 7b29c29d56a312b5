"""`liftwatch run`: ingest, engine and API in one process."""

from collections.abc import Callable
from pathlib import Path

from api.app import create_app
from ingest.consumer import Broker
from ingest.pipeline import Pipeline
from liftwatch.commands.api import told
from liftwatch.commands.channels import ways_of
from liftwatch.commands.engine import running_engine
from liftwatch.commands.ingest import make_pipeline, receiving
from liftwatch.commands.models import following_models
from liftwatch.commands.wiring import (
    anchors_of,
    broker_of,
    calm_collector,
    gate_of,
    hotline_key_of,
    open_stores,
    people_of,
    serve_until_stopped,
    settings_or_fail,
    tls_of,
    way_of,
)
from liftwatch.engine.clockwork import Engine
from liftwatch.incidents.clocks import times_of
from liftwatch.logs import configure
from liftwatch.office import Office
from liftwatch.settings import Settings


def run_command() -> None:
    """Serve until stopped; raises Failure when something of the settings cannot be used."""
    settings = settings_or_fail()
    configure(settings.log)
    run_until_stopped(
        settings,
        broker=broker_of(settings.mqtt_url, tls_of(settings)),
        folder=settings.data_dir,
        ready=told(settings),
    )


def run_until_stopped(
    settings: Settings,
    *,
    broker: Broker,
    folder: Path,
    demo: bool = False,
    before: Callable[[Pipeline, Office], None] | None = None,
    ready: Callable[[], None] | None = None,
) -> None:
    """Build everything over `folder`, start it, serve pages until a signal, stop it in order."""
    way = way_of(settings)
    with open_stores(settings, folder) as stores:
        gate = gate_of(settings, stores, folder)
        pipeline = make_pipeline(settings, stores, folder=folder, broker=broker, exercise=demo)
        registry = pipeline.counts.registry
        if before is not None:
            before(pipeline, people_of(settings, stores, folder))
        calm_collector()
        with (
            following_models(folder, pipeline.counts),
            receiving(pipeline),
            running_engine(settings, stores, folder=folder, demo=demo, registry=registry) as engine,
        ):
            app = create_app(
                books=stores.books,
                store=stores.telemetry,
                readiness=lambda: pipeline.readiness() | {"engine": engine.trouble()},
                metrics=registry,
                exercise=settings.exercise or demo,
                demo=demo,
                gate=gate,
                hosts=settings.http_hosts,
                ways=ways_of(settings, demo=demo),
                times=times_of(settings.clocks),
                anchors=anchors_of(settings, folder),
                hotline_key=hotline_key_of(settings),
            )
            crashed = crashing(pipeline, engine)
            serve_until_stopped(app, settings.http, way=way, crashed=crashed, ready=ready)
    if crashed():
        raise SystemExit(1)


def crashing(pipeline: Pipeline, engine: Engine) -> Callable[[], bool]:
    """Whether a part has ended for good: the whole must be started again."""
    return lambda: pipeline.crashed() or engine.crashed is not None

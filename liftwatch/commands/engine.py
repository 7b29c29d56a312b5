"""`liftwatch engine`: what happens by the clock. Any number of them do each thing once."""

import contextlib
import sys
from collections.abc import Iterator

import structlog
from prometheus_client import CollectorRegistry

from liftwatch.access.secrets import Seal, new_secret, secret_bytes
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.adapters.webhook import Webhook
from liftwatch.audit.chain import seal_name
from liftwatch.clock import SECOND_MS
from liftwatch.commands.wiring import (
    Stores,
    open_stores,
    settings_or_fail,
    wait_until_stopped,
)
from liftwatch.engine.clockwork import Engine
from liftwatch.engine.jobs import make_jobs
from liftwatch.engine.retraining import Retraining
from liftwatch.engine.sign_ins import prune_job
from liftwatch.engine.trail import Kept
from liftwatch.logs import configure
from liftwatch.settings import Settings, audit_keys, webhook_key

log = structlog.get_logger()

LEARN_COMMAND = (sys.executable, "-m", "liftwatch", "train", "--store")


def engine_command() -> None:
    """Do what is due until stopped; Failure when something of the settings cannot be used."""
    settings = settings_or_fail()
    configure(settings.log)
    with (
        open_stores(settings, settings.data_dir) as stores,
        running_engine(settings, stores) as engine,
    ):
        log.info("engine runs", alarm=bool(settings.alarm_webhook_url))
        wait_until_stopped(lambda: engine.crashed is not None)
    if engine.crashed is not None:
        raise SystemExit(1)


def kept_of(settings: Settings) -> Kept:
    """How long the trail is kept, and the name of the key that seals it."""
    keys = audit_keys(settings.audit_key)
    return Kept(days=settings.audit_keep_days, seal=seal_name(keys[0]) if keys else "")


@contextlib.contextmanager
def running_engine(
    settings: Settings,
    stores: Stores,
    *,
    demo: bool = False,
    registry: CollectorRegistry | None = None,
) -> Iterator[Engine]:
    """An engine at work, with its way out of the house; stopped at the end."""
    alarm = None
    if settings.alarm_webhook_url:
        alarm = Webhook(settings.alarm_webhook_url, key=webhook_key(settings.alarm_webhook_secret))
    jobs = make_jobs(
        stores.books,
        stores.telemetry,
        late_ms=round(settings.canary_late_s * SECOND_MS),
        alarm=alarm,
        exercise=demo or settings.exercise,
        kept=kept_of(settings),
        floor=settings.precision_floor,
    )
    nameless = SqlPeople(stores.books, Seal(secret_bytes(new_secret())))  # it only forgets
    jobs = (*jobs, prune_job(nameless))
    retraining = Retraining(LEARN_COMMAND)
    if not demo:
        jobs = (*jobs, retraining.job)
    engine = Engine(stores.books, jobs, registry=registry or CollectorRegistry())
    with contextlib.ExitStack() as stack:
        if alarm is not None:
            stack.callback(alarm.close)
        stack.callback(retraining.stop)
        stack.callback(engine.stop)
        engine.start()
        yield engine

"""`liftwatch engine`: what happens by the clock. Any number of them do each thing once."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from liftwatch.adapters.addresses import AddressBook
from liftwatch.adapters.webhook import Webhook
from liftwatch.audit.chain import seal_name
from liftwatch.clock import SECOND_MS
from liftwatch.commands.channels import channels_of, ways_of
from liftwatch.commands.wiring import (
    Stores,
    anchors_of,
    open_stores,
    people_of,
    settings_or_fail,
    wait_until_stopped,
)
from liftwatch.engine.clockwork import Engine
from liftwatch.engine.complaints import complaints_job
from liftwatch.engine.credit import credit_job
from liftwatch.engine.fund import anchor_job, lapse_job
from liftwatch.engine.instructions import instruction_jobs
from liftwatch.engine.job_systems import JobSystem, job_system_jobs
from liftwatch.engine.jobs import make_jobs
from liftwatch.engine.paging import paging_jobs
from liftwatch.engine.recalls import recalls_job
from liftwatch.engine.reports import reports_job
from liftwatch.engine.rescue import Platform, rescue_jobs
from liftwatch.engine.retraining import Retraining
from liftwatch.engine.risks import risk_job
from liftwatch.engine.sign_ins import prune_job
from liftwatch.engine.trail import Kept
from liftwatch.handlers.care_scores import score_reads
from liftwatch.logs import configure
from liftwatch.page_settings import job_hooks_of
from liftwatch.rescue.cloudevents import MEDIA_TYPE
from liftwatch.rescue.events import feed_of
from liftwatch.settings import Settings, audit_keys, webhook_key

log = structlog.get_logger()

KNOWN = frozenset({409})
"""By which the rescue platform says that it has a number already."""
LEARN_COMMAND = (sys.executable, "-m", "liftwatch", "train", "--store")


def engine_command() -> None:
    """Do what is due until stopped; Failure when something of the settings cannot be used."""
    settings = settings_or_fail()
    configure(settings.log)
    with (
        open_stores(settings, settings.data_dir) as stores,
        running_engine(settings, stores, folder=settings.data_dir) as engine,
    ):
        channels = ways_of(settings).all_channels
        log.info("engine runs", alarm=bool(settings.alarm_webhook_url), channels=list(channels))
        wait_until_stopped(lambda: engine.crashed is not None)
    if engine.crashed is not None:
        raise SystemExit(1)


def kept_of(settings: Settings) -> Kept:
    """How long the trail is kept, and the name of the key that seals it."""
    keys = audit_keys(settings.audit_key)
    return Kept(days=settings.audit_keep_days, seal=seal_name(keys[0]) if keys else "")


def platform_of(settings: Settings, *, drill: bool) -> Platform | None:
    """The rescue platform of the settings; a drill has none but one for exercises.

    A platform for exercises has their feeds alone, any other never has them.
    """
    exercise = settings.rescue_exercise
    if not settings.rescue_areas:
        return None
    if drill and not exercise:
        log.warning("this installation is an exercise: the rescue platform learns nothing of it")
        return None
    channel = None
    if settings.rescue_url:
        channel = Webhook(
            settings.rescue_url,
            key=webhook_key(settings.rescue_secret),
            media=MEDIA_TYPE,
            known=KNOWN,
        )
    feeds = tuple(feed_of(area, exercise=exercise) for area in settings.rescue_areas)
    return Platform(feeds, channel, round(settings.rescue_silent_s * SECOND_MS))


def job_systems_of(settings: Settings) -> tuple[JobSystem, ...]:
    """The job systems of the settings; nothing is connected yet."""
    return tuple(
        JobSystem(
            one.name, one.organisation, Webhook(one.url, key=webhook_key(SecretStr(one.secret)))
        )
        for one in job_hooks_of(settings.job_hooks)
    )


@contextlib.contextmanager
def running_engine(
    settings: Settings,
    stores: Stores,
    *,
    folder: Path,
    demo: bool = False,
    registry: CollectorRegistry | None = None,
) -> Iterator[Engine]:
    """An engine at work, with its ways out of the house; stopped at the end.

    `folder` holds the installation's secret: whoever is to be paged is opened by it.
    """
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
        told_days=max(settings.told_keep_days, settings.audit_keep_days),
    )
    people = people_of(settings, stores, folder)
    channels = channels_of(settings, AddressBook(people))
    ways = ways_of(settings, demo=demo)
    jobs = (*jobs, prune_job(people), complaints_job(people))
    exercise = demo or settings.exercise
    jobs = (*jobs, risk_job(stores.books, people, exercise=exercise))
    scores = score_reads(stores.books, people, exercise=exercise)
    jobs = (*jobs, reports_job(stores.books, people, exercise=exercise, scores=scores))
    jobs = (*jobs, recalls_job(stores.books, people))
    jobs = (*jobs, credit_job(stores.books, people, ways))
    jobs = (*jobs, *paging_jobs(stores.books, people, ways, channels=channels))
    jobs = (*jobs, *instruction_jobs(stores.books, people, ways))
    systems = job_systems_of(settings)
    jobs = (*jobs, *job_system_jobs(stores.books, systems, ways))
    platform = platform_of(settings, drill=demo or settings.exercise)
    jobs = (*jobs, *rescue_jobs(stores.books, platform))
    anchors = anchors_of(settings, folder)
    jobs = (*jobs, anchor_job(stores.books, anchors), lapse_job(stores.books))
    retraining = Retraining(LEARN_COMMAND)
    if not demo:
        jobs = (*jobs, retraining.job)
    engine = Engine(stores.books, jobs, registry=registry or CollectorRegistry())
    with contextlib.ExitStack() as stack:
        push = platform and platform.channel
        for one in (alarm, push, *channels.values(), *(system.channel for system in systems)):
            if one is not None:
                stack.callback(one.close)
        stack.callback(retraining.stop)
        stack.callback(engine.stop)
        engine.start()
        yield engine

"""`liftwatch demo`: the same service on an embedded broker and store, with a simulated fleet."""

import asyncio
import contextlib
import logging
import socket
import tempfile
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from msgspec.json import encode
from pydantic import SecretStr

from ingest.consumer import Broker
from ingest.decode import Publication
from ingest.pipeline import Pipeline
from liftwatch.clock import HOUR_MS, now_ms
from liftwatch.commands.demo_credit import furnish_credit
from liftwatch.commands.demo_fund import furnish_fund
from liftwatch.commands.demo_matters import furnish_matters
from liftwatch.commands.demo_people import Site, furnish
from liftwatch.commands.demo_recalls import furnish_recalls
from liftwatch.commands.demo_reports import furnish_reports
from liftwatch.commands.demo_visits import furnish_visits
from liftwatch.commands.run import run_until_stopped
from liftwatch.commands.wiring import page_of, settings_or_fail
from liftwatch.failure import Failure
from liftwatch.logs import configure
from liftwatch.office import Office
from liftwatch.ports import LiftRow
from liftwatch.register.facts import Facts
from liftwatch.served import is_loopback
from simulators.demo import demo_fleet
from simulators.fleet import Fleet, Outgoing
from simulators.lift import Lift
from simulators.publish import publish

DELAY_MS = 120  # what the history's messages took on their way
BATCH = 1_000
EMBEDDED = {
    "influx_url": "",
    "database_url": SecretStr(""),
    "canary_mqtt_url": None,
    "mqtt_cert_file": None,
    "oidc_issuer": "",
    "alarm_webhook_url": "",  # nothing of a demo leaves it
    "page_exercise": (),
    "rescue_areas": (),
    "rescue_url": "",
    "http_cert_file": None,  # and nobody looks at it from elsewhere
    "http_proxy": False,
    "http_hosts": (),
}


def demo_command(*, seed: int, lifts: int) -> None:
    """Run until interrupted; everything lies in a temporary folder and goes with it."""
    settings = settings_or_fail()
    configure(settings.log)
    if not is_loopback(settings.http.host):
        raise Failure("LIFTWATCH_HTTP: a demo is for this machine only: use 127.0.0.1:8080")
    start_ms = now_ms() - HOUR_MS
    own = settings.model_copy(update=EMBEDDED)
    fleet = demo_fleet(seed=seed, start_ms=start_ms, lifts=lifts)
    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="liftwatch-demo-") as name, embedded_broker() as port:
        url = f"mqtt://127.0.0.1:{port}"
        # One lift at a time as if it were real: the publisher runs beside the service.
        live = threading.Thread(
            target=lambda: publish(fleet, url=url, until_ms=None, speed=1.0, stop=stop),
            name="simulated-fleet",
            daemon=True,
        )

        link = ""

        def before(pipeline: Pipeline, people: Office) -> None:
            nonlocal link
            sites = [site_of(one) for one in fleet.lifts]
            link = furnish(people, sites, now_ms=now_ms())
            furnish_fund(people, sites, now_ms=now_ms())
            furnish_visits(people, sites, now_ms=now_ms())
            furnish_matters(people, sites, now_ms=now_ms())
            furnish_credit(pipeline.books, people, sites, now_ms=now_ms())
            furnish_recalls(people, [row_of(one) for one in fleet.lifts], now_ms=now_ms())
            write_history(pipeline, fleet, until_ms=now_ms())
            furnish_reports(pipeline.books, people, now_ms=now_ms())

        def ready() -> None:
            live.start()
            page = f"{page_of(own)}enter/{link}"
            print(f"Liftwatch demo with {lifts} simulated lifts; good once: {page}", flush=True)

        try:
            run_until_stopped(
                own,
                broker=Broker("127.0.0.1", port),
                folder=Path(name),
                demo=True,
                before=before,
                ready=ready,
            )
        finally:
            stop.set()
            if live.is_alive():
                live.join(timeout=5)


def write_history(pipeline: Pipeline, fleet: Fleet, *, until_ms: int) -> None:
    """Put the fleet's past into the journal as if it had been received when it happened."""
    past = sorted(map(received, fleet.run(until_ms)), key=lambda one: one.received_ms)
    rest = iter(past)
    while batch := list(islice(rest, BATCH)):
        pipeline.journal.append(batch)


def site_of(lift: Lift) -> Site:
    """A simulated lift, and where it is."""
    plan = lift.plan
    return Site(plan.name, plan.area, plan.estate, plan.register["building"])


def row_of(lift: Lift) -> LiftRow:
    """A simulated lift as the register will have it, what recalls ask of it."""
    plan = lift.plan
    told = {name: plan.register.get(name) for name in ("manufacturer", "model", "building")}
    facts = Facts(**told)
    return LiftRow(lift=plan.name, area=plan.area, estate=plan.estate, facts=facts, exercise=True)


def received(outgoing: Outgoing) -> Publication:
    """A simulated message as it would have come from a broker."""
    return Publication(outgoing.topic, encode(outgoing.payload), outgoing.at_ms + DELAY_MS)


@contextlib.contextmanager
def embedded_broker() -> Iterator[int]:
    """A small MQTT broker in this process, on a free loopback port; the demo's only."""
    try:
        from amqtt.broker import Broker as EmbeddedBroker
    except ImportError as error:
        raise Failure("demo: needs the extra `demo` (pip install 'liftwatch[demo]')") from error
    port = _free_port()
    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    loop = asyncio.new_event_loop()
    broker = EmbeddedBroker(config, loop=loop)
    started = threading.Event()

    def serve() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(broker.start())
        started.set()
        loop.run_forever()

    thread = threading.Thread(target=serve, name="embedded-broker", daemon=True)
    thread.start()
    if not started.wait(10):
        raise Failure("demo: the embedded broker does not start")
    try:
        yield port
    finally:
        # It ends with the process: there is nothing to keep, and its own shutdown takes 5 s and
        # complains of the connections that go away.
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

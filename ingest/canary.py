"""The canary: a message of our own that goes the whole way every few seconds.

Published to the broker with a credential of its own, received by the consumer's subscription,
journaled, seen by detection, stored by the relay; a heartbeat row in the relational store ends its
way. When none comes through, `trouble` says how far they come.
"""

import contextlib
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode
from prometheus_client import CollectorRegistry, Gauge

from ingest.consumer import KEEPALIVE_S, Broker
from ingest.flights import Flight, Flights, Stage
from liftwatch import clock
from liftwatch.ids import new_id
from liftwatch.ports import Books, Conflict, StoreUnavailable
from liftwatch.telemetry.messages import VERSION
from liftwatch.telemetry.topics import CANARY_AREA, CANARY_ESTATE, Topic

log = structlog.get_logger()

PAUSE_S_MIN, PAUSE_S_MAX = 1, 5
"""Between attempts to connect: well below what is late."""
INFLIGHT_MAX = 20
LACKS: dict[Stage, str] = {
    "published": "not published",
    "acknowledged": "not acknowledged by the broker",
    "journaled": "not received into the journal",
    "judged": "not seen by detection",
    "stored": "not in the telemetry store",
    "noted": "not in the database",
}


class Plan(NamedTuple):
    """Where the canary is published, how often, and after how long `/readyz` tells."""

    broker: Broker
    period_s: float = 5.0
    late_s: float = 30.0
    exercise: bool = False


class Canary:
    """One thread that publishes and notes; the stages between are told to `flights`."""

    def __init__(self, plan: Plan, *, name: str, books: Books, serves: Sequence[str]) -> None:
        self._plan, self._books, self.name, self._serves = plan, books, name, tuple(serves)
        self.flights = Flights(
            topic=str(Topic(CANARY_AREA, CANARY_ESTATE, name, "health")),
            terminal=f"canary-{name}",
            boot=new_id()[-12:],
        )
        self._seq = 0
        self._sent: dict[int, int] = {}
        self._connection: str | None = "not connected yet"
        self._database: str | None = None
        self._said_late = False
        self._noted_where: str | None = None
        self._hasten = threading.Event()
        self._stopping = threading.Event()
        self._client = self._make_client()
        self._thread = threading.Thread(target=self._run, name="canary", daemon=True)

    def _make_client(self) -> mqtt.Client:
        broker = self._plan.broker
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"liftwatch-c-{self.name}")
        client.reconnect_delay_set(PAUSE_S_MIN, PAUSE_S_MAX)
        client.max_inflight_messages_set(INFLIGHT_MAX)
        client.max_queued_messages_set(INFLIGHT_MAX)
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password)
        if broker.tls:
            client.tls_set_context(broker.context)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        return client

    def start(self) -> None:
        """Begin to publish."""
        broker = self._plan.broker
        self._client.connect_async(broker.host, broker.port, KEEPALIVE_S)
        self._client.loop_start()
        self._thread.start()

    def stop(self) -> None:
        """End; what is on its way is not waited for."""
        self._stopping.set()
        self.flights.news.set()
        if self._thread.is_alive():
            self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def watch(self, registry: CollectorRegistry) -> None:
        """The gauges of the canary."""
        gauge = Gauge(
            "liftwatch_canary_seconds",
            "age: since the newest canary that came through set off; round_trip: what it took",
            ("what",),
            registry=registry,
        )
        gauge.labels("age").set_function(lambda: self.flights.age_s(clock.monotonic_s()))
        gauge.labels("round_trip").set_function(lambda: self.flights.round_trip_s or float("nan"))

    def trouble(self) -> str | None:
        """One line when none has come through for too long: where they stop, and why."""
        age_s = self.flights.age_s(clock.monotonic_s())
        if age_s <= self._plan.late_s:
            return None
        return f"no canary has come through for {age_s:.0f} s; {self._where()}"

    def _where(self) -> str:
        """The stage they reach, the one they do not, and what is known of why."""
        reached, missing = self.flights.standing()
        why = {"published": self._connection, "acknowledged": self._connection}
        why["noted"] = self._database
        last = "" if reached is None else f"{reached}, "
        reason = why.get(missing[0])
        lacks = " and ".join(LACKS[stage] for stage in missing)
        return f"{last}{lacks}{'' if reason is None else f': {reason}'}"[:250]

    def _run(self) -> None:
        next_s = clock.monotonic_s()
        while not self._stopping.is_set():
            now_s = clock.monotonic_s()
            if now_s >= next_s or self._hasten.is_set():
                self._hasten.clear()
                self._publish()
                next_s = now_s + self._plan.period_s
            self._note()
            self._say()
            self.flights.news.wait(max(next_s - clock.monotonic_s(), 0.0))

    def _publish(self) -> None:
        """Let one go, if there is a connection: what waits for one for long is no canary."""
        self._seq += 1
        at_ms = clock.now_ms()
        said: dict[str, Any] = {
            "v": VERSION,
            "terminal": self.flights.terminal,
            "boot": self.flights.boot,
            "seq": self._seq,
            "at": clock.rfc3339(at_ms),
        }
        if self._plan.exercise:
            said["exercise"] = True
        payload = msgspec.json.encode(said)
        flight = Flight(self._seq, payload, at_ms, clock.monotonic_s())
        self.flights.leave(flight)
        if not self._client.is_connected():
            return
        info = self._client.publish(self.flights.topic, payload, qos=1)
        if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS:
            self.flights.reached(flight.seq, "published")
            self._acknowledged(info.mid, flight.seq)

    def _acknowledged(self, mid: int, seq: int) -> None:
        """A packet's number and its canary meet, whichever thread comes first; 0 is no canary."""
        other = self._sent.setdefault(mid, seq)
        if other != seq:
            self._sent.pop(mid, None)
            self.flights.reached(seq or other, "acknowledged")

    def _note(self) -> None:
        """Write the heartbeat of what has passed all other stages."""
        flight = self.flights.to_note()
        if flight is None:
            return
        try:
            with self._books.begin() as work:
                work.beat(
                    self.name,
                    serves=self._serves,
                    at_ms=flight.at_ms,
                    through_ms=clock.now_ms(),
                )
        except (StoreUnavailable, Conflict) as error:
            self._database = str(error)[:200]
            return
        self._database = None
        self.flights.through(flight, clock.monotonic_s())

    def _say(self) -> None:
        """Say once that nothing comes through, and once that it does again; where, in the books."""
        trouble = self.trouble()
        if trouble and not self._said_late:
            log.error("canary is late", reason=trouble)
        elif self._said_late and not trouble:
            log.info("canary comes through again")
        self._said_late = trouble is not None
        where = self._where() if trouble else None
        if where is not None and where != self._noted_where:
            self._note_stuck(where)
        self._noted_where = where

    def _note_stuck(self, where: str) -> None:
        """For the engine, which tells whoever is woken up; if the books are away it cannot."""
        with contextlib.suppress(StoreUnavailable, Conflict), self._books.begin() as work:
            work.note_stuck(self.name, where=where)

    def _on_connect(
        self, client: mqtt.Client, userdata: Any, flags: Any, code: ReasonCode, properties: Any
    ) -> None:
        del client, userdata, flags, properties
        self._connection = f"broker refuses the canary: {code}" if code.is_failure else None
        self._hasten.set()
        self.flights.news.set()

    def _on_connect_fail(self, client: mqtt.Client, userdata: Any) -> None:
        del client, userdata
        broker = self._plan.broker
        self._connection = f"broker {broker.host}:{broker.port} does not answer"

    def _on_disconnect(
        self, client: mqtt.Client, userdata: Any, flags: Any, code: ReasonCode, properties: Any
    ) -> None:
        del client, userdata, flags, properties
        self._connection = f"connection to the broker lost: {code}"

    def _on_publish(
        self, client: mqtt.Client, userdata: Any, mid: int, code: ReasonCode, properties: Any
    ) -> None:
        del client, userdata, code, properties
        self._acknowledged(mid, 0)

"""A fleet on a broker: published in real time, or faster, until stopped."""

import threading
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec
import structlog
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from liftwatch.clock import monotonic_s, now_ms
from simulators.agenda import NEVER_MS
from simulators.fleet import Fleet
from simulators.terminal import Outgoing

log = structlog.get_logger()

QOS = 1
WINDOW = 500  # messages handed to the client and not acknowledged
INFLIGHT = 100  # of these, on the wire at once
PAUSE_S = (1.0, 30.0)  # between attempts to connect: doubled up to the second
GOODBYE_S = 4.0
CATCH_UP_MS = 60_000
PORTS = {"mqtt": 1883, "mqtts": 8883}


class Address(NamedTuple):
    """Where a broker is and how to get in."""

    host: str
    port: int
    tls: bool
    username: str | None
    password: str | None


class Published(NamedTuple):
    """How many messages the broker has acknowledged, of how many that were handed over."""

    acknowledged: int
    sent: int

    def __str__(self) -> str:
        return f"{self.acknowledged} of {self.sent} messages"


def address_of(url: str) -> Address:
    """A broker's address; ValueError when the URL is none.

    >>> address_of("mqtts://lift:p%40ss@broker.example")
    Address(host='broker.example', port=8883, tls=True, username='lift', password='p@ss')
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("not mqtt://host:port or mqtts://user:password@host:port")
    username = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    port = parts.port or PORTS[parts.scheme]
    return Address(parts.hostname, port, parts.scheme == "mqtts", username, password)


def publish(
    fleet: Fleet, *, url: str, until_ms: int | None, speed: float, stop: threading.Event
) -> Published:
    """Publish what the fleet sends at the moments it sends it, `speed` times as fast.

    Until `until_ms` in the fleet's time (None: without end) or until `stop` is set. A broker that
    cannot be reached is tried again, with growing pauses; ValueError when `url` is none.
    """
    if not speed > 0:
        raise ValueError(f"speed must be above 0, not {speed}")
    sender = Sender(address_of(url), stop)
    pace = Pace(fleet.now_ms, speed)
    try:
        if sender.connect():
            for outgoing in fleet.run(NEVER_MS if until_ms is None else until_ms):
                if stop.wait(pace.wait_s(outgoing.at_ms)) or not sender.send(outgoing):
                    break
    finally:
        sender.close()
    return Published(sender.acknowledged, sender.sent)


class Pace:
    """How simulated time follows the clock.

    At speed 1 a fleet that lies less than a minute behind catches up, so that its times are true.
    """

    def __init__(self, fleet_ms: int, speed: float) -> None:
        self._speed = speed
        self._from_ms = now_ms()
        behind_ms = self._from_ms - fleet_ms
        catches_up = speed == 1.0 and 0 <= behind_ms < CATCH_UP_MS
        self._fleet_ms = self._from_ms if catches_up else fleet_ms

    def wait_s(self, at_ms: int) -> float:
        """How long until a moment of the fleet's time has come; 0 when it has."""
        due_ms = self._from_ms + (at_ms - self._fleet_ms) / self._speed
        return max((due_ms - now_ms()) / 1000, 0.0)


class Sender:
    """One connection for the fleet, with a bounded number of messages under way."""

    def __init__(self, address: Address, stop: threading.Event) -> None:
        self.sent = self.acknowledged = 0
        self._address = address
        self._stop = stop
        self._free = threading.Semaphore(WINDOW)
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(INFLIGHT)
        self._client.reconnect_delay_set(*map(int, PAUSE_S))
        self._client.on_publish = self._on_publish
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._connected = threading.Event()
        self._trouble = ""
        if address.username is not None:
            self._client.username_pw_set(address.username, address.password)
        if address.tls:
            self._client.tls_set()

    def connect(self) -> bool:
        """Connect, however long it takes; False when stopped before. Later losses paho mends."""
        pause_s, pause_s_max = PAUSE_S
        while not self._stop.is_set():
            try:
                self._client.connect(self._address.host, self._address.port)
            except OSError as error:
                self._say(str(error) or type(error).__name__)
                self._stop.wait(pause_s)
                pause_s = min(2 * pause_s, pause_s_max)
            else:
                self._client.loop_start()
                break
        while not self._stop.is_set():
            if self._connected.wait(0.2):
                return True
        return False

    def send(self, outgoing: Outgoing) -> bool:
        """Hand one message to the client when there is room; False when stopped before."""
        while not self._free.acquire(timeout=0.2):
            if self._stop.is_set():
                return False
        payload = msgspec.json.encode(outgoing.payload)
        info = self._client.publish(outgoing.topic, payload, qos=QOS, retain=outgoing.retain)
        assert info.rc != MQTTErrorCode.MQTT_ERR_QUEUE_SIZE, "the window bounds the queue"
        self.sent += 1
        return True

    def close(self) -> None:
        """Wait some seconds for what is under way, then leave politely."""
        deadline_s = monotonic_s() + GOODBYE_S
        for _ in range(WINDOW):
            left_s = max(deadline_s - monotonic_s(), 0.0) if self._connected.is_set() else 0.0
            if not self._free.acquire(timeout=left_s):
                break
        self._client.disconnect()
        self._client.loop_stop()

    def _say(self, trouble: str) -> None:
        """Say a trouble once, and once that it is over."""
        if trouble and trouble != self._trouble:
            log.warning("broker_unreachable", host=self._address.host, reason=trouble)
        elif self._trouble and not trouble:
            log.info("broker_reached", host=self._address.host)
        self._trouble = trouble

    def _on_connect(self, *said: Any) -> None:
        reason = said[3]  # paho's order: client, data, flags, reason, properties
        self._say(str(reason) if reason.is_failure else "")
        if not reason.is_failure:
            self._connected.set()

    def _on_disconnect(self, *said: Any) -> None:
        reason = said[3]
        if reason.is_failure:
            self._say(str(reason))

    def _on_publish(self, *_: object) -> None:
        self.acknowledged += 1
        self._free.release()

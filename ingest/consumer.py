"""The MQTT session: persistent, acknowledged only after the journal has synced.

The broker hands over no more than its in-flight window before it is acknowledged, so what waits
here is bounded by the broker's `max_inflight_messages`.
"""

import contextlib
import ssl
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from ingest.decode import Publication
from ingest.journal import Journal, JournalError
from liftwatch import clock
from liftwatch.telemetry.topics import SUBSCRIPTION

log = structlog.get_logger()

PAUSE_S_MIN, PAUSE_S_MAX = 1, 60
KEEPALIVE_S = 30
BATCH_MAX = 5_000  # publications synced together; above the broker's window of 2 000


class Broker(NamedTuple):
    """Where to connect; `tls` for mqtts."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: bool = False


class _Waiting(NamedTuple):
    publication: Publication
    mid: int
    qos: int


class Consumer:
    """Receives into the journal until stopped; reconnects by itself with a growing pause."""

    def __init__(
        self,
        broker: Broker,
        journal: Journal,
        *,
        client_id: str,
        on_batch: Callable[[Sequence[Publication]], None],
        topics: Sequence[str] = (SUBSCRIPTION,),
    ) -> None:
        self._broker, self._journal, self._on_batch = broker, journal, on_batch
        self._topics = tuple(topics)
        self._unwanted = tuple(set(journal.topics()) - set(topics))
        self._lock = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._writing_from_ms: int | None = None
        self._last_ms = 0
        self._stopping = False
        self._subscribed = False
        self.trouble: str | None = "not connected yet"
        self._client = self._make_client(client_id)
        self._writer = threading.Thread(target=self._write, name="journal-writer", daemon=True)

    def _make_client(self, client_id: str) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False, manual_ack=True
        )
        client.reconnect_delay_set(PAUSE_S_MIN, PAUSE_S_MAX)
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._broker.tls:
            client.tls_set(cert_reqs=ssl.CERT_REQUIRED)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_unsubscribe = self._on_unsubscribe
        client.on_message = self._on_message
        return client

    def start(self) -> None:
        """Begin connecting and writing, each in its thread. Raises JournalError."""
        self._writer.start()
        # noted before it is asked for: whatever the session has, the next start knows
        self._journal.note_topics([*self._topics, *self._unwanted])
        self._client.connect_async(self._broker.host, self._broker.port, KEEPALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect; what was not acknowledged comes again next time."""
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
        self._client.disconnect()
        self._client.loop_stop()
        self._writer.join()

    def settled_ms(self) -> int:
        """A moment before which everything received lies in the journal."""
        with self._lock:
            if self._writing_from_ms is not None:
                return self._writing_from_ms - 1
            if self._waiting:
                return self._waiting[0].publication.received_ms - 1
            self._last_ms = max(self._last_ms, clock.now_ms())
            return self._last_ms - 1

    def _on_message(self, client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage) -> None:
        del client, userdata
        with self._lock:
            self._last_ms = max(self._last_ms, clock.now_ms())
            publication = Publication(_topic(message), bytes(message.payload), self._last_ms)
            self._waiting.append(_Waiting(publication, message.mid, message.qos))
            if len(self._waiting) == 1:
                self._lock.notify_all()

    def _write(self) -> None:
        """Sync what has gathered, then acknowledge it; while one sync runs the next gathers."""
        while True:
            with self._lock:
                while not self._waiting and not self._stopping:
                    self._lock.wait()
                if self._stopping:
                    return
                batch, self._waiting = self._waiting[:BATCH_MAX], self._waiting[BATCH_MAX:]
                self._writing_from_ms = batch[0].publication.received_ms
            if not self._sync(batch):
                return
            with self._lock:
                self._writing_from_ms = None
            for waiting in batch:
                self._client.ack(waiting.mid, waiting.qos)
            self._on_batch([waiting.publication for waiting in batch])

    def _sync(self, batch: list[_Waiting]) -> bool:
        """Write until it succeeds; False when stopped before: then nothing is acknowledged."""
        pause_s, said = 0.2, False
        while True:
            try:
                self._journal.append([waiting.publication for waiting in batch])
            except JournalError as error:
                if not said:
                    log.error("journal refuses; nothing is acknowledged", reason=str(error))
                    said = True
                with self._lock:
                    if self._lock.wait_for(lambda: self._stopping, pause_s):
                        return False
                pause_s = min(pause_s * 2, PAUSE_S_MAX)
            else:
                if said:
                    log.info("journal accepts again")
                return True

    def _on_connect(
        self, client: mqtt.Client, userdata: Any, flags: Any, code: ReasonCode, properties: Any
    ) -> None:
        del userdata, properties
        if code.is_failure:
            self._say_trouble(f"broker refuses: {code}")
            return
        # A session the broker still holds keeps its subscription; asking again would only make
        # it hand out every retained message once more.
        if self._subscribed and flags.session_present and not self._unwanted:
            self._say_well()
        else:
            client.subscribe([(topic, 1) for topic in self._topics])

    def _on_subscribe(
        self, client: mqtt.Client, userdata: Any, mid: int, codes: Any, properties: Any
    ) -> None:
        del userdata, mid, properties
        refused = [str(code) for code in codes if code.is_failure]
        if refused:
            self._say_trouble(f"broker refuses the subscription: {', '.join(refused)}")
        else:
            self._subscribed = True
            self._say_well()
            if self._unwanted:
                client.unsubscribe(list(self._unwanted))

    def _on_unsubscribe(
        self, client: mqtt.Client, userdata: Any, mid: int, codes: Any, properties: Any
    ) -> None:
        """What an earlier start wanted and this one does not is no longer sent."""
        del client, userdata, mid, codes, properties
        log.info("topics of an earlier start unsubscribed", topics=self._unwanted)
        self._unwanted = ()
        with contextlib.suppress(JournalError):  # then they are unsubscribed once more next time
            self._journal.note_topics(self._topics)

    def _on_connect_fail(self, client: mqtt.Client, userdata: Any) -> None:
        del client, userdata
        self._say_trouble(f"broker {self._broker.host}:{self._broker.port} does not answer")

    def _on_disconnect(
        self, client: mqtt.Client, userdata: Any, flags: Any, code: ReasonCode, properties: Any
    ) -> None:
        del client, userdata, flags, properties
        if not self._stopping:
            self._say_trouble(f"connection to the broker lost: {code}")

    def _say_trouble(self, trouble: str) -> None:
        """One line per loss, not one per attempt."""
        if self.trouble is None or self.trouble == "not connected yet":
            log.warning("broker lost", reason=trouble)
        self.trouble = trouble

    def _say_well(self) -> None:
        if self.trouble is not None:
            log.info("broker connected", broker=f"{self._broker.host}:{self._broker.port}")
        self.trouble = None


def _topic(message: mqtt.MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:  # paho decodes lazily; such a topic is a dead letter's
        return repr(message._topic)

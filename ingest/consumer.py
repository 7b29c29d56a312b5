"""The MQTT session: persistent, acknowledged only after the journal has synced.

The broker hands over no more than its in-flight window before it is acknowledged, so what waits
here is bounded by the broker's `max_inflight_messages`.
"""

import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.reasoncodes import ReasonCode

from ingest.decode import Publication
from ingest.journal import Journal, JournalError
from ingest.notes import LINK_DOWN, LINK_UP, STEP
from ingest.receiver import Arrived, Receiver
from ingest.reception_clock import ReceptionClock
from liftwatch.telemetry.topics import SUBSCRIPTION

log = structlog.get_logger()

PAUSE_S_MIN, PAUSE_S_MAX = 1, 10
JOURNAL_PAUSE_S_MIN, JOURNAL_PAUSE_S_MAX = 0.2, 5.0
KEEPALIVE_S = 30
BATCH_MAX = 5_000  # publications synced together; above the broker's window of 2 000
BATCH_BYTES_MAX = 2**20  # and bytes: what is read back and decoded as one
WAITING_BYTES_MAX = 64 * 2**20
"""Beyond it nothing more is read from the broker: at QoS 0 it knows no window of its own."""
TOPICS = "topics"  # what the session is subscribed to, noted in the journal


class Broker(NamedTuple):
    """Where to connect; `tls` for mqtts, with the system's trust unless a context is given."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: bool = False
    context: ssl.SSLContext | None = None


class _Arrival(NamedTuple):
    """What came at once: publications, over which connection, and when."""

    publications: list[Arrived]
    connection: int
    received_ms: int
    settled_ms: int
    """By the clock of before, when this tells that it has stepped."""


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
        since_ms: int = 0,
        on_certificate: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self._broker, self._journal, self._on_batch = broker, journal, on_batch
        self._on_certificate = on_certificate
        self._topics = tuple(topics)
        self._grown = threading.Condition()
        self._waiting: deque[_Arrival] = deque()
        self._waiting_bytes = 0
        self._writing_from_ms: int | None = None
        self._clock = ReceptionClock(since_ms)
        self._stopping = False
        self._subscribed = False
        self._up: bool | None = None
        self.trouble: str | None = "not connected yet"
        self.full: str | None = None
        self._client = self._make_client(client_id)
        self._writer = threading.Thread(target=self._write, name="journal-writer", daemon=True)

    def _make_client(self, client_id: str) -> Receiver:
        client = Receiver(client_id, self._take)
        client.reconnect_delay_set(PAUSE_S_MIN, PAUSE_S_MAX)
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._broker.tls:
            client.tls_set_context(self._broker.context)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        return client

    def start(self) -> None:
        """Begin connecting and writing, each in its thread."""
        self._note_link(up=False)
        self._writer.start()
        self._client.connect_async(self._broker.host, self._broker.port, KEEPALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect; what was not acknowledged comes again next time."""
        with self._grown:
            self._stopping = True
            self._grown.notify_all()
        self._client.disconnect()
        self._client.loop_stop()
        self._writer.join()

    def take_again(self, entries: Sequence[tuple[str, bytes]]) -> None:
        """Journal entries of our own in their turn, as topics and payloads."""
        with self._grown:
            self._look()
            self._put([Arrived(topic, payload, b"") for topic, payload in entries], 0)

    def settled_ms(self) -> int:
        """A moment before which everything received lies in the journal."""
        with self._grown:
            self._look()
            if self._writing_from_ms is not None:
                return self._writing_from_ms - 1
            if self._waiting:
                return self._waiting[0].settled_ms - 1
            return self._clock.now_ms - 1

    def _take(self, publications: list[Arrived], connection: int) -> None:
        with self._grown:
            self._grown.wait_for(lambda: self._waiting_bytes < WAITING_BYTES_MAX or self._stopping)
            self._look()
            self._put(publications, connection)

    def _look(self) -> None:
        """Bring our clock up to date; a step of it goes into the journal in its place."""
        before_ms = self._clock.now_ms
        step_ms = self._clock.look()
        if step_ms:
            log.warning("our clock has stepped", by_s=round(step_ms / 1000))
            self._put([Arrived(STEP, str(step_ms).encode(), b"")], 0, settled_ms=before_ms)

    def _note_link(self, *, up: bool) -> None:
        """Journal that we can hear from now on, or cannot; a change only."""
        with self._grown:
            if self._up is not up:
                self._up = up
                self._look()
                self._put([Arrived(LINK_UP if up else LINK_DOWN, b"", b"")], 0)

    def _put(
        self, publications: list[Arrived], connection: int, *, settled_ms: int | None = None
    ) -> None:
        now_ms = self._clock.now_ms
        settled_ms = now_ms if settled_ms is None else settled_ms
        self._waiting.append(_Arrival(publications, connection, now_ms, settled_ms))
        self._waiting_bytes += sum(len(one.payload) for one in publications)
        if len(self._waiting) == 1:
            self._grown.notify_all()

    def _write(self) -> None:
        """Sync what has gathered, then acknowledge it; while one sync runs the next gathers."""
        while True:
            with self._grown:
                while not self._waiting and not self._stopping:
                    self._grown.wait()
                if self._stopping:
                    return
                arrivals = self._gathered()
                self._writing_from_ms = arrivals[0].settled_ms
            batch = [
                Publication(one.topic, one.payload, arrival.received_ms)
                for arrival in arrivals
                for one in arrival.publications
            ]
            if not self._sync(batch):
                return
            with self._grown:
                self._writing_from_ms = None
            self._acknowledge(arrivals)
            self._on_batch(batch)

    def _gathered(self) -> list[_Arrival]:
        arrivals, count, size = [], 0, 0
        while self._waiting and count < BATCH_MAX and size < BATCH_BYTES_MAX:
            arrival = self._waiting.popleft()
            arrivals.append(arrival)
            count += len(arrival.publications)
            size += sum(len(one.payload) for one in arrival.publications)
        self._waiting_bytes -= size
        self._grown.notify_all()
        return arrivals

    def _acknowledge(self, arrivals: Sequence[_Arrival]) -> None:
        """Acknowledge what lies in the journal, connection by connection."""
        mids: dict[int, list[bytes]] = {}
        for arrival in arrivals:
            of_connection = mids.setdefault(arrival.connection, [])
            of_connection += [one.mid for one in arrival.publications if one.mid]
        for connection, some in mids.items():
            self._client.acknowledge(some, connection)

    def _sync(self, batch: Sequence[Publication]) -> bool:
        """Write until it succeeds; False when stopped before: then nothing is acknowledged."""
        pause_s = JOURNAL_PAUSE_S_MIN
        while True:
            try:
                self._journal.append(batch)
            except JournalError as error:
                if self.full is None:
                    log.error("journal refuses; nothing is acknowledged", reason=str(error))
                self.full = str(error)[:200]
                with self._grown:
                    if self._grown.wait_for(lambda: self._stopping, pause_s):
                        return False
                pause_s = min(pause_s * 2, JOURNAL_PAUSE_S_MAX)
            else:
                if self.full is not None:
                    log.info("journal accepts again")
                self.full = None
                return True

    def _on_connect(
        self, client: mqtt.Client, userdata: Any, flags: Any, code: ReasonCode, properties: Any
    ) -> None:
        del userdata, properties
        if code.is_failure:
            self._say_trouble(f"broker refuses: {code}")
            return
        sock = client.socket()
        if isinstance(sock, ssl.SSLSocket):
            self._on_certificate(sock.getpeercert(binary_form=True) or b"")
        # A session the broker still holds keeps its subscription; asking again would only make
        # it hand out every retained message once more.
        if self._subscribed and flags.session_present:
            self._say_well()
            return
        before = set(self._topics_before())
        # Noted before they are asked for: whatever the session has, the next start knows.
        self._note_topics(before.union(self._topics))
        gone = sorted(before.difference(self._topics))
        if gone:
            log.info("topics of an earlier start are unsubscribed", topics=gone)
            client.unsubscribe(gone)
        client.subscribe([(topic, 1) for topic in self._topics])

    def _topics_before(self) -> list[str]:
        try:
            return msgspec.json.decode(self._journal.about(TOPICS) or "[]", type=list[str])
        except (JournalError, msgspec.MsgspecError):
            return []

    def _note_topics(self, topics: Iterable[str]) -> None:
        try:
            self._journal.note(TOPICS, msgspec.json.encode(sorted(topics)).decode())
        except JournalError as error:
            log.warning("the subscription is not noted", reason=str(error))

    def _on_subscribe(
        self, client: mqtt.Client, userdata: Any, mid: int, codes: Any, properties: Any
    ) -> None:
        del client, userdata, mid, properties
        refused = [str(code) for code in codes if code.is_failure]
        if refused:
            self._say_trouble(f"broker refuses the subscription: {', '.join(refused)}")
            return
        self._subscribed = True
        self._note_topics(self._topics)
        self._say_well()

    def _on_connect_fail(self, client: mqtt.Client, userdata: Any) -> None:
        del client, userdata
        where = f"broker {self._broker.host}:{self._broker.port}"
        self._say_trouble(f"{where} does not answer: {self._client.failure}")

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
        self._note_link(up=False)

    def _say_well(self) -> None:
        if self.trouble is not None:
            log.info("broker connected", broker=f"{self._broker.host}:{self._broker.port}")
        self.trouble = None
        self._note_link(up=True)

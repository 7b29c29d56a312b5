"""`liftwatch check-terminal`: listen to one terminal, and tell how it keeps the contract."""

import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.conformance import CLAUSES, Conformance, Heard
from ingest.consumer import Broker
from ingest.decode import Publication
from ingest.replay import read_line
from liftwatch.clock import monotonic_s, now_ms
from liftwatch.commands.deadletters import shown
from liftwatch.commands.wiring import broker_of, settings_or_fail, tls_of
from liftwatch.failure import Failure
from liftwatch.settings import parse_mqtt
from liftwatch.telemetry.topics import ROOT, SUBSCRIPTION, is_lift

log = structlog.get_logger()

CONNECT_S = 10.0
LOOK_S = 0.2
SHOWN_CHARS = 160
UNSUPPORTED = 132  # MQTT 5, 3.2.2.2: unsupported protocol version
NEW_ONLY = 2  # MQTT 5, 3.8.3.1, retain handling: nothing is handed out at the subscription


def check_terminal_command(
    terminal: str, *, lift: str | None, broker: str | None, seconds: float, file: Path | None
) -> bool:
    """Print what was found; False when a clause was broken, or nothing was heard."""
    if lift is not None and not is_lift(lift):
        raise Failure(f"check-terminal: --lift: {lift!r} has not the form of a lift's name")
    if file is not None and broker is not None:
        raise Failure("check-terminal: give either --broker or --file")
    judged = Conformance(terminal, lift=lift)
    if file is not None:
        skipped = _read(file, judged)
        if skipped:
            print(f"{skipped} lines are no lines of a replay file", file=sys.stderr)
        judged.finish()
    else:
        judged.finish(listened_s=_listen(judged, _broker_of(broker), seconds=seconds))
    return tell(judged)


def _read(file: Path, judged: Conformance) -> int:
    """Hear a replay file; how many lines are none."""
    skipped = 0
    try:
        with file.open("rb") as lines:
            for line in lines:
                if line.strip():
                    publication = read_line(line)
                    if isinstance(publication, str):
                        skipped += 1
                    else:
                        judged.hear(Heard(publication))
    except OSError as error:
        raise Failure(f"check-terminal: {file}: {error.strerror}") from error
    return skipped


def _broker_of(url: str | None) -> Broker:
    settings = settings_or_fail()
    try:
        address = settings.mqtt_url if url is None else parse_mqtt(url)
    except ValueError as error:
        raise Failure(f"check-terminal: --broker: {error}") from None
    return broker_of(address, tls_of(settings))


def _listen(judged: Conformance, broker: Broker, *, seconds: float) -> float:
    """Hear what is published from now on, and what the broker keeps; how long, in seconds."""
    # no SimpleQueue: in CPython 3.11 its `get` waits for ever if a signal takes it past its timeout
    arrived: queue.Queue[Heard] = queue.Queue()
    stop = threading.Event()
    with _interruptible(stop), _subscribed(broker, arrived, lift=judged.lift):
        print(f"listening for {seconds:g} s; Ctrl-C ends it", file=sys.stderr, flush=True)
        begin_s = monotonic_s()
        while not stop.is_set() and monotonic_s() - begin_s < seconds:
            _hear(judged, arrived)
        return monotonic_s() - begin_s


def _hear(judged: Conformance, arrived: "queue.Queue[Heard]") -> None:
    try:
        judged.hear(arrived.get(timeout=LOOK_S))
    except queue.Empty:
        return


@contextmanager
def _interruptible(stop: threading.Event) -> Iterator[None]:
    names = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(name, lambda *_: stop.set()) for name in names]
    try:
        yield
    finally:
        for name, handler in zip(names, before, strict=True):
            signal.signal(name, handler)


@contextmanager
def _subscribed(
    broker: Broker, arrived: "queue.Queue[Heard]", *, lift: str | None
) -> Iterator[None]:
    """Two subscribers: for what comes with its own flags (MQTT 5), and for what was kept."""
    topic = SUBSCRIPTION if lift is None else f"{ROOT}/+/+/{lift}/#"
    options = SubscribeOptions(qos=1, retainAsPublished=True, retainHandling=NEW_ONLY)
    newest, kept = _Listener(broker, topic, options=options), _Listener(broker, topic)

    def take_kept(message: mqtt.MQTTMessage) -> None:
        if message.retain or not newest.speaks:
            arrived.put(_heard(message, handed_out=message.retain))

    newest.heard = lambda message: arrived.put(_heard(message, retained=message.retain))
    kept.heard = take_kept
    try:
        if not newest.connect():  # MQTT 3.1.1 does not hand the flag on
            print("the broker has no MQTT 5: retained cannot be judged", file=sys.stderr)
        if not kept.connect():
            raise Failure("check-terminal: the broker speaks neither MQTT 5 nor 3.1.1")
        yield
    finally:
        newest.close()
        kept.close()


def _heard(
    message: mqtt.MQTTMessage, *, retained: bool | None = None, handed_out: bool = False
) -> Heard:
    publication = Publication(message.topic, bytes(message.payload), now_ms())
    return Heard(publication, message.qos, retained, handed_out)


class _Listener:
    """One subscription, by MQTT 5 where `options` ask for it; subscribed once it is connected."""

    def __init__(
        self, broker: Broker, topic: str, *, options: SubscribeOptions | None = None
    ) -> None:
        self._broker, self._topic, self._options = broker, topic, options
        self.heard: Callable[[mqtt.MQTTMessage], None] | None = None
        version = MQTTProtocolVersion.MQTTv5 if options else MQTTProtocolVersion.MQTTv311
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=version)
        self._answers: queue.Queue[Any] = queue.Queue()
        self.speaks = False
        client = self._client
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password)
        if broker.tls:
            client.tls_set_context(broker.context)
        client.on_connect = lambda *said: self._connected(said[3])
        client.on_subscribe = lambda *said: self._answers.put(said[3][0])
        client.on_message = self._on_message

    def _connected(self, code: Any) -> None:
        if code.is_failure:
            self._answers.put(code)
        elif self._options is not None:
            self._client.subscribe(self._topic, options=self._options)
        else:
            self._client.subscribe(self._topic, qos=1)

    def _on_message(self, client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage) -> None:
        del client, userdata
        if self.heard is not None:
            self.heard(message)

    def connect(self) -> bool:
        """Connect and subscribe; False when the broker does not speak the version."""
        where = f"broker {self._broker.host}:{self._broker.port}"
        try:
            self._client.connect(self._broker.host, self._broker.port)
        except OSError as error:
            reason = error.strerror or str(error)
            raise Failure(f"check-terminal: {where} does not answer: {reason}") from error
        self._client.loop_start()
        try:
            code = self._answers.get(timeout=CONNECT_S)
        except queue.Empty:
            if self._options is not None:
                return False  # old brokers hang up without a word
            raise Failure(f"check-terminal: {where} does not answer") from None
        if code.is_failure and code.value == UNSUPPORTED and self._options is not None:
            return False
        if code.is_failure:
            raise Failure(f"check-terminal: {where} refuses: {code}")
        self.speaks = True
        return True

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


def tell(judged: Conformance) -> bool:
    """Print the findings; whether the terminal was heard and keeps what was seen."""
    if not judged.messages:
        _tell_nothing(judged)
        return False
    lifts, boots = sorted(judged.lifts), judged.boots
    print(f"{judged.messages} messages of {_few(lifts)}, boot {_few(boots) or '-'}")
    print()
    for name, text in CLAUSES.items():
        found = judged.findings[name]
        count = found.broken or found.kept
        print(f"{found.verdict:<9}{count:>7}  {name:<11} {text}")
        for example in found.examples:
            print(f"{'':29}- {shown(example)[:SHOWN_CHARS]}")
    print()
    for kind, names in judged.left_out():
        if names:
            print(f"left out of {kind}: {', '.join(names)}")
    for detector, need in judged.blind():
        print(f"cannot be told: {detector} (needs {need})")
    _tell_notes(judged)
    return not any(found.broken for found in judged.findings.values())


def _tell_nothing(judged: Conformance) -> None:
    whose = f"lift {judged.lift}" if judged.lift else f"terminal {shown(judged.terminal)}"
    print(f"nothing usable was heard of {whose}")
    for name, found in judged.findings.items():
        for example in found.examples:
            print(f"broken   {found.broken:>7}  {name:<11} {shown(example)[:SHOWN_CHARS]}")
    if judged.strangers:
        print(
            f"{judged.strangers} publications could not be read and name no sender;"
            " --lift LIFT takes all that comes under a lift"
        )


def _tell_notes(judged: Conformance) -> None:
    if judged.offsets_ms:
        offsets = sorted(judged.offsets_ms)
        middle = offsets[len(offsets) // 2] / 1_000
        first, last = offsets[0] / 1_000, offsets[-1] / 1_000
        print(f"received after at: {middle:.3f} s in the middle, {first:.3f} to {last:.3f} s")
    if judged.late:
        print(f"late: {judged.late} messages came more than 10 minutes after at")
    if judged.exercises:
        print(f"exercise: {judged.exercises} messages say that they are a drill")


def _few(names: list[str]) -> str:
    more = len(names) - 3
    return ", ".join(shown(name) for name in names[:3]) + (f" and {more} more" if more > 0 else "")

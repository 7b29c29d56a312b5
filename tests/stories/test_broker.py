"""A real Mosquitto with the configuration of `deploy/`: who gets through, and what is not lost."""

import json
import socket
import sqlite3
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from liftwatch.__main__ import app
from liftwatch.clock import now_ms, rfc3339
from tests.conftest import binary, free_port
from tests.stories.secured_broker import PATIENCE_S, Client, SecuredMosquitto

LIFT, OTHER, FREE = "LIFT-0001", "LIFT-0002", "LIFT-0003"
PROTOCOLS = [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5]
REFUSED = {"Not authorized", "Bad user name or password"}
CONNACK = b"\x20"
BURST = 20_000


def topic(lift: str, kind: str = "state", *, area: str = "320583") -> str:
    """A message's topic."""
    return f"lift/v1/{area}/garden/{lift}/{kind}"


def said(terminal: str, seq: int, **fields: Any) -> bytes:
    """A message's payload."""
    envelope = {"v": 1, "terminal": terminal, "boot": "b1", "seq": seq, "at": rfc3339(now_ms())}
    return json.dumps(envelope | fields).encode()


@pytest.fixture
def broker(server_folder: Path, request: pytest.FixtureRequest) -> Iterator[SecuredMosquitto]:
    """A broker that knows nobody yet; a parameter is how many days its certificate has."""
    binary("mosquitto", package="mosquitto")
    binary("openssl", package="openssl")
    folder = Path(tempfile.mkdtemp(prefix="secured-", dir=server_folder))
    server = SecuredMosquitto(folder, free_port(), days=getattr(request, "param", 365))
    server.prepare()
    server.start()
    yield server
    server.stop()


class Credentials:
    """`liftwatch terminals` as an operator uses it, for one broker and one database."""

    def __init__(self, broker: SecuredMosquitto, data: Path, output: pytest.CaptureFixture[str]):
        self.settings = {
            "LIFTWATCH_DATA_DIR": str(data),
            "LIFTWATCH_MOSQUITTO_DIR": str(broker.folder / "config"),
            "LIFTWATCH_MOSQUITTO_PID_FILE": str(broker.folder / "run" / "mosquitto.pid"),
        }
        self._output = output

    def run(self, *words: str) -> str:
        """One command; what it prints."""
        self._output.readouterr()
        app(["terminals", *words], standalone_mode=False)
        return self._output.readouterr().out

    def password(self, *words: str) -> str:
        """One command that prints a password; the password."""
        (line,) = [o for o in self.run(*words).splitlines() if o.startswith("password: ")]
        return line.removeprefix("password: ")


@pytest.fixture
def credentials(
    broker: SecuredMosquitto,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Credentials:
    """Credentials of the broker."""
    made = Credentials(broker, tmp_path / "data", capsys)
    for name, value in made.settings.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def client(broker: SecuredMosquitto, until: Any) -> Iterator[Callable[..., Client]]:
    """A client that has got its first answer; stopped with the test."""
    made: list[Client] = []

    def make(name: str, password: str, *, will: Any = None, **how: Any) -> Client:
        one = Client(broker, name, password, **how)
        if will is not None:
            one.client.will_set(*will)
        made.append(one)
        one.start()
        until(lambda: one.connects, f"an answer for {name}")
        return one

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def reader(credentials: Credentials, client: Any, until: Any) -> Client:
    """The service's account, listening to everything it may."""
    password = credentials.password("issue", "ingest", "--role", "reader")
    one: Client = client("ingest", password, inside=True)
    one.client.subscribe([("lift/v1/#", 1), ("#", 1)])
    until(lambda: one.subscribed, "it has subscribed")
    return one


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_stranger_is_refused(
    credentials: Credentials, client: Any, broker: SecuredMosquitto, protocol: MQTTProtocolVersion
) -> None:
    """Without a name, with an unknown one, with another's, with a wrong password, without TLS."""
    password = credentials.password("issue", "T-7", "--lift", LIFT)
    for name, wrong in ((None, None), ("T-8", password), ("T-7", password + "x"), ("T-7", "")):
        for inside in (False, True):
            refused = client(name, wrong, protocol=protocol, inside=inside)
            assert set(refused.connects) <= REFUSED
    assert client("T-7", password, protocol=protocol).connects == ["Success"]
    with socket.create_connection(("localhost", broker.port), timeout=PATIENCE_S) as plain:
        plain.sendall(bytes.fromhex("100c 0004 4d515454 04 02 003c 0000"))  # CONNECT, without TLS
        with suppress(ConnectionResetError):
            assert plain.recv(1) != CONNACK
    with (
        socket.create_connection(("localhost", broker.port), timeout=PATIENCE_S) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(raw, server_hostname="localhost")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_terminal_says_only_what_is_its_own(
    credentials: Credentials, client: Any, reader: Client, until: Any, protocol: MQTTProtocolVersion
) -> None:
    """Under another's topic, a canary's or none of ours nothing gets through, retained or will."""
    mine = credentials.password("issue", "T-7", "--lift", LIFT, "--gateway", "GW-0001")
    others = credentials.password("issue", "T-8", "--lift", OTHER)
    allowed = [topic(LIFT), topic(LIFT, "online"), topic("GW-0001", "batch")]
    foreign = [
        topic(OTHER),
        topic(FREE),
        topic("GW-0002", "batch"),
        topic("GW-0001", "state"),
        topic(LIFT, "health", area="000000"),
        "lift/v1/000000/canary/LIFT-0001/health",
        f"{topic(LIFT)}/more",
        "liftwatch",
        "$SYS/x",
    ]
    for qos in (0, 1):
        for retain in (False, True):
            for one in foreign:  # a connection each: the broker may close one that tries
                trying = client("T-7", mine, protocol=protocol)
                trying.publish(one, b"foreign", qos=qos, retain=retain)
                trying.stop()
    dying = client("T-7", mine, protocol=protocol, will=(topic(OTHER, "online"), b"foreign", 1))
    dying.vanish()
    terminal = client("T-7", mine, protocol=protocol)
    for one in allowed:
        terminal.publish(one, b"own", retain=one.endswith("online"))
    client("T-8", others, protocol=protocol).publish(topic(OTHER), b"own")
    until(lambda: len(reader.got) >= 4, "what is allowed has come")
    assert sorted(reader.got) == sorted((one, b"own", False) for one in [*allowed, topic(OTHER)])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_who_may_not_read_gets_nothing(
    credentials: Credentials, client: Any, reader: Client, until: Any, protocol: MQTTProtocolVersion
) -> None:
    """Neither what is published nor what is retained, not even its own; a reader writes nothing."""
    mine = credentials.password("issue", "T-7")
    canary = credentials.password("issue", "canary", "--role", "canary")
    heartbeat = "lift/v1/000000/canary/1f2e/health"
    terminal = client("T-7", mine, protocol=protocol)
    terminal.publish(topic(LIFT), b"retained", retain=True)
    until(lambda: len(reader.got) == 1, "the first has come")
    flying = client("canary", canary, protocol=protocol, inside=True)
    for one in (terminal, flying):
        one.client.subscribe([("lift/v1/#", 1), ("#", 0), ("$SYS/#", 0), (topic(LIFT), 1)])
        until(lambda: one.subscribed, "the broker has answered")  # noqa: B023 - this round's
    flying.publish(heartbeat, b"alive")
    terminal.publish(topic(LIFT), b"more")
    until(lambda: len(reader.got) == 3, "the others have come")
    client("canary", canary, protocol=protocol, inside=True).publish(topic(LIFT), b"foreign")
    again = client("ingest", reader.password, protocol=protocol, inside=True)
    again.client.subscribe("lift/v1/#", 1)
    until(lambda: again.got, "what is retained is given to who may read it")
    assert again.got == [(topic(LIFT), b"retained", True)]
    for one in (topic(LIFT), heartbeat):
        trying = client("ingest", reader.password, protocol=protocol, inside=True)
        trying.publish(one, b"foreign", retain=True)
        until(lambda: trying.acknowledged or trying.losses, "it was seen")  # noqa: B023 - as above
    client("T-7", mine, protocol=protocol, inside=True).publish(topic(FREE), b"last")
    until(lambda: len(reader.got) >= 4, "the last has come")
    heard = sorted(payload for _, payload, _ in reader.got)
    assert heard == [b"alive", b"last", b"more", b"retained"]
    assert (terminal.got, flying.got) == ([], [])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_password_is_changed_and_withdrawn(
    credentials: Credentials, client: Any, reader: Client, until: Any, protocol: MQTTProtocolVersion
) -> None:
    """Issue, rotate, revoke: each time what was valid is cut off at once, and refused after."""
    first = credentials.password("issue", "T-7", "--lift", LIFT)
    one = client("T-7", first, protocol=protocol)
    one.publish(topic(LIFT, "register"), b"{}", retain=True)
    until(lambda: len(reader.got) == 1, "it is heard")
    second = credentials.password("rotate", "T-7")
    until(lambda: one.losses and set(one.connects[1:]) & REFUSED, "it is cut off and refused")
    two = client("T-7", second, protocol=protocol)
    assert two.connects == ["Success"]
    two.publish(topic(LIFT), b"second")
    until(lambda: len(reader.got) == 2, "it is heard again")
    credentials.run("revoke", "T-7")
    until(lambda: two.losses and set(two.connects[1:]) & REFUSED, "it is cut off for good")
    assert set(client("T-7", second, protocol=protocol).connects) <= REFUSED
    late = client("ingest", credentials.password("rotate", "ingest"), inside=True)
    late.client.subscribe("lift/v1/#", 1)
    until(lambda: late.subscribed, "another subscriber")
    third = credentials.password("issue", "T-7", "--lift", OTHER)
    client("T-7", third, protocol=protocol).publish(topic(OTHER), b"third")
    until(lambda: late.got, "issued anew it is heard")
    assert late.got == [(topic(OTHER), b"third", False)]  # and nothing that a revoked one retained


def test_two_terminals_cannot_take_each_others_session(
    credentials: Credentials, client: Any, reader: Client, until: Any
) -> None:
    """Under the same client identifier both stay connected."""
    one = client("T-7", credentials.password("issue", "T-7"), session="the-same")
    two = client("T-8", credentials.password("issue", "T-8"), session="the-same")
    one.publish(topic(LIFT), b"one")
    two.publish(topic(OTHER), b"two")
    until(lambda: len(reader.got) == 2, "both are heard")
    assert (one.losses, two.losses) == (0, 0)


def test_a_burst_waits_for_an_absent_service(
    credentials: Credentials, client: Any, broker: SecuredMosquitto, until: Any
) -> None:
    """20 000 messages, the broker stopped and started in between: all come, in order, once."""
    password = credentials.password("issue", "ingest", "--role", "reader")
    one = client("ingest", password, inside=True, session="liftwatch-1")
    one.client.subscribe("lift/v1/#", 1)
    until(lambda: one.subscribed, "its session is made")
    one.stop()
    terminal = client("T-7", credentials.password("issue", "T-7"))
    for seq in range(BURST):
        terminal.publish(topic(LIFT), b"%d" % seq)
    until(lambda: len(terminal.acknowledged) == BURST, "the broker has acknowledged all")
    terminal.stop()
    broker.stop()
    broker.start()
    two = client("ingest", password, inside=True, session="liftwatch-1")
    until(lambda: len(two.got) >= BURST, "all have come")
    assert [int(payload) for _, payload, _ in two.got] == list(range(BURST))


def test_a_new_certificate_needs_no_restart(
    credentials: Credentials, client: Any, broker: SecuredMosquitto
) -> None:
    """After SIGHUP the next connection is shown the new one."""
    password = credentials.password("issue", "T-7")

    def shown() -> bytes:
        return client("T-7", password).client.socket().getpeercert(binary_form=True)

    first = shown()
    assert shown() == first
    broker.make_certificates()
    credentials.run("write")
    deadline_s = time.monotonic() + PATIENCE_S
    while shown() == first:
        assert time.monotonic() < deadline_s, "the old certificate is still shown"


@pytest.mark.parametrize("broker", [20], indirect=True)
def test_the_whole_service_over_tls(
    credentials: Credentials, client: Any, broker: SecuredMosquitto, service: Any, until: Any
) -> None:
    """Retained states at its start, a last will, what others say of a bound lift, its canary."""
    mine = credentials.password("issue", "T-7", "--lift", LIFT)
    free = credentials.password("issue", "T-9")
    gateway = credentials.password("issue", "GW-7", "--lift", OTHER, "--gateway", "GW-0001")
    will = (topic(LIFT, "online"), said("T-7", 99, status="offline", clock_ok=False), 1, True)
    terminal = client("T-7", mine, will=will, protocol=MQTTProtocolVersion.MQTTv5)
    terminal.publish(topic(LIFT, "register"), said("T-7", 1, address="Garden 7"), retain=True)
    terminal.publish(topic(LIFT), said("T-7", 2, floor=5), retain=True)
    terminal.publish(topic(LIFT, "online"), said("T-7", 3, status="online"), retain=True)
    until(lambda: len(terminal.acknowledged) == 3, "the broker holds them")
    reader = credentials.password("issue", "ingest", "--role", "reader")
    canary = credentials.password("issue", "canary", "--role", "canary")
    one = service(
        **credentials.settings,
        LIFTWATCH_MQTT_URL=broker.url("ingest", reader),
        LIFTWATCH_CANARY_MQTT_URL=broker.url("canary", canary),
        LIFTWATCH_MQTT_CA_FILE=str(broker.ca),
        LIFTWATCH_CANARY_S="0.5",
        LIFTWATCH_CANARY_LATE_S="20",
    )
    one.start()
    until(lambda: one.status("/readyz") == 200, "everything is ready")
    until(lambda: one.get(f"/v1/lifts/{LIFT}").get("online") == "online", "it is known")
    until(lambda: one.get(f"/v1/lifts/{LIFT}").get("state"), "its state, too, in whatever order")
    assert one.get(f"/v1/lifts/{LIFT}")["state"]["floor"] == 5
    until(lambda: one.metric("liftwatch_canary_seconds") < 10, "the canary comes through")
    stranger = client("T-9", free)
    stranger.publish(topic(LIFT), said("T-9", 1, floor=9))
    stranger.publish(topic(OTHER), said("T-9", 2, floor=9))
    stranger.publish(topic(FREE), said("T-9", 3, floor=3))
    own = said("GW-7", 1, lift=OTHER, kind="state", floor=2)
    foreign = said("GW-7", 2, lift=FREE, kind="state", floor=2)
    client("GW-7", gateway).publish(topic("GW-0001", "batch"), b"[%s, %s]" % (foreign, own))
    until(lambda: one.metric("liftwatch_dead_letters_total") == 3, "what is foreign is kept apart")
    for lift, floor in ((FREE, 3), (OTHER, 2), (LIFT, 5)):
        until(lambda: one.get(f"/v1/lifts/{lift}").get("state"), "it is heard")  # noqa: B023 - now
        assert one.get(f"/v1/lifts/{lift}")["state"]["floor"] == floor
    terminal.vanish()
    until(lambda: one.get(f"/v1/lifts/{LIFT}")["online"] == "offline", "its will is heard")
    assert 18 < one.metric("liftwatch_certificate_expires_in_days") < 20
    assert one.stop() == 0
    told = one.log.read_text()
    assert told.count("a certificate comes to its end") == 1
    assert reader not in told


def test_a_revoked_terminal_is_kept_apart(
    credentials: Credentials, client: Any, broker: SecuredMosquitto, service: Any, until: Any
) -> None:
    """Also when another speaks in its name, and also what the journal holds when read again."""
    credentials.password("issue", "T-7", "--lift", LIFT)
    gateway = credentials.password("issue", "GW-7")
    reader = credentials.password("issue", "ingest", "--role", "reader")
    one = service(
        **credentials.settings,
        LIFTWATCH_MQTT_URL=broker.url("ingest", reader),
        LIFTWATCH_CANARY_MQTT_URL="off",
        LIFTWATCH_MQTT_CA_FILE=str(broker.ca),
    )
    one.start()
    until(lambda: one.status("/readyz") == 200, "everything is ready")
    speaking = client("GW-7", gateway)
    speaking.publish(topic(LIFT), said("T-7", 1, floor=1))
    until(lambda: one.get(f"/v1/lifts/{LIFT}").get("state"), "it is heard")
    credentials.run("revoke", "T-7")

    seqs = count(2)

    def speak(floor: int) -> None:
        speaking.publish(topic(LIFT), said("T-7", next(seqs), floor=floor))

    def kept_apart(least: int) -> bool:
        speak(2)
        return bool(one.metric("liftwatch_dead_letters_total") >= least)

    until(lambda: kept_apart(1), "the service has learned of it")
    until(lambda: kept_apart(5), "it keeps to it")
    one.kill()
    credentials.password("issue", "T-7", "--lift", LIFT)
    one.start()  # and knows that the name is good again
    until(lambda: one.status("/readyz") == 200, "it has taken up where it was")
    speak(3)
    stored = f"/v1/lifts/{LIFT}/telemetry?kind=state&signal=floor"

    def floors() -> list[int]:
        return [row["floor"] for row in one.get(stored)["items"]]

    until(lambda: 3 in floors(), "it is heard again")
    found = floors()
    assert (found[0], found[-1]) == (1, 3)
    assert one.stop() == 0
    with closing(sqlite3.connect(one.folder / "data" / "dead_letters.sqlite")) as db:
        ((reason, kept),) = db.execute("SELECT reason, count(*) FROM letter GROUP BY reason")
    assert reason == "revoked_terminal"
    # What the kill left unacknowledged comes again, and its sender is good by then: the last two
    # at most, as they were spoken one by one. What the journal gave again was judged as before.
    assert 0 <= kept + found.count(2) - (next(seqs) - 3) <= 2


def test_an_untrusted_broker_is_told_in_one_line(
    credentials: Credentials, broker: SecuredMosquitto, service: Any, until: Any
) -> None:
    """Without its CA nothing is sent to it, and `/readyz` says why."""
    reader = credentials.password("issue", "ingest", "--role", "reader")
    one = service(LIFTWATCH_MQTT_URL=broker.url("ingest", reader), LIFTWATCH_CANARY_MQTT_URL="off")
    one.start()
    until(lambda: "certificate" in str(one.get("/readyz")["parts"]["broker"]), "the reason is told")
    assert one.stop() == 0

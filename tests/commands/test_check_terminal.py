"""`liftwatch check-terminal` as its users run it: beside a real broker, and on a file."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from liftwatch.clock import now_ms, rfc3339
from liftwatch.commands.demo import embedded_broker
from tests.conftest import Mosquitto

EXAMPLES = Path(__file__).parents[1] / "cases" / "contract" / "examples.jsonl"
LIFT = "31103205832018080001"
PATIENCE_S = 180.0

Run = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Starts the command."""
    made: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "liftwatch", "check-terminal", *words]
        pipe = subprocess.PIPE
        made.append(subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=tmp_path))
        return made[-1]

    yield start
    for one in made:
        one.kill()
        one.communicate()


class Terminal:
    """Connected to the broker, with a will; publishes and waits until it is acknowledged."""

    def __init__(self, port: int) -> None:
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.seq = 1
        will = self.message(0, status="offline", clock_ok=False)
        self.client.will_set(self.topic("online"), will, qos=1, retain=True)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    @staticmethod
    def topic(kind: str) -> str:
        """Of our lift."""
        return f"lift/v1/320583/garden/{LIFT}/{kind}"

    @staticmethod
    def message(seq: int, **fields: Any) -> bytes:
        """With an envelope of now."""
        envelope = {"v": 1, "terminal": "T-7", "boot": "b1", "seq": seq, "at": rfc3339(now_ms())}
        return json.dumps(envelope | fields).encode()

    def say(self, kind: str, *, qos: int = 1, retain: bool = False, **fields: Any) -> None:
        """One message."""
        payload = self.message(self.seq, **fields)
        self.seq += 1
        self.client.publish(self.topic(kind), payload, qos=qos, retain=retain).wait_for_publish(9)

    def fall_silent(self) -> None:
        """As when its power fails: the broker speaks its will."""
        sock = self.client.socket()
        assert sock is not None
        self.client.loop_stop()
        sock.close()


def until_listening(process: subprocess.Popen[str]) -> None:
    """It says so."""
    assert process.stderr is not None
    line = process.stderr.readline()
    assert line.startswith("listening for "), line


def rows(out: str) -> dict[str, str]:
    """The verdict of each clause."""
    found = {}
    for line in out.splitlines():
        for verdict in ("kept", "broken", "not seen"):
            words = line.removeprefix(verdict).split()
            if line.startswith(verdict) and words[0].isdigit():
                name = line[18:29].strip()
                found[name] = verdict
    return found


def test_a_terminal_beside_a_broker(mosquitto: Mosquitto, run: Run) -> None:
    """What the broker kept of before, flags, a last will, and the ones it breaks."""
    terminal = Terminal(mosquitto.port)
    terminal.say("register", retain=True, rated_speed_mps=1.75)
    checking = run("T-7", "--broker", mosquitto.url, "--seconds", "4")
    until_listening(checking)
    terminal.say("online", retain=True, status="online")
    terminal.say("state", retain=True, car="stopped", floor=1)
    terminal.say("door", floor=1, result="closed")
    terminal.fall_silent()
    out, err = checking.communicate(timeout=PATIENCE_S)
    seen = rows(out)
    assert checking.returncode == 0, out + err
    for name in ("register", "online", "will", "qos", "retain", "seq", "identity", "clock"):
        assert seen[name] == "kept", out
    assert seen["burst"] == "not seen"
    assert "left out of state: service_mode, " in out
    assert "cannot be told: overspeed (needs speed_mps)" in out
    assert "5 messages of 31103205832018080001, boot b1" in out


def test_a_terminal_that_breaks_it(mosquitto: Mosquitto, run: Run) -> None:
    """QoS 0, a flag, a gap, a field out of range; Ctrl-C ends the listening."""
    terminal = Terminal(mosquitto.port)
    checking = run("T-7", "--broker", mosquitto.url, "--seconds", "600")
    until_listening(checking)
    terminal.say("ride", qos=0, duration_s=-1)
    terminal.say("state", floor=1)
    terminal.seq += 4
    terminal.say("ride", retain=True, duration_s=9)
    time.sleep(1)
    checking.send_signal(2)
    out, err = checking.communicate(timeout=PATIENCE_S)
    assert checking.returncode == 1, out + err
    wrong = {name for name, verdict in rows(out).items() if verdict == "broken"}
    assert wrong == {"qos", "retain", "ranges", "seq"}
    assert "boot b1: 3 to 6 never came" in out
    assert "duration_s: -1.0: Expected `float` >= 0.0" in out


def test_a_broker_of_before_mqtt_5(run: Run) -> None:
    """It is heard all the same; the flag cannot be judged."""
    pytest.importorskip("amqtt", reason="pip install liftwatch[demo]")
    with embedded_broker() as port:
        terminal = Terminal(port)
        terminal.say("register", retain=True, rated_speed_mps=1.75)
        checking = run("T-7", "--broker", f"mqtt://127.0.0.1:{port}", "--seconds", "3")
        assert checking.stderr is not None
        assert "retained cannot be judged" in checking.stderr.readline()
        until_listening(checking)
        terminal.say("ride", duration_s=9)
        out, err = checking.communicate(timeout=PATIENCE_S)
        terminal.client.disconnect()
        terminal.client.loop_stop()
    assert checking.returncode == 0, out + err
    seen = rows(out)
    assert (seen["register"], seen["qos"], seen["retain"]) == ("kept", "kept", "not seen"), out


def test_nothing_heard_is_no_success(mosquitto: Mosquitto, run: Run) -> None:
    """And what cannot be read is told."""
    checking = run("T-7", "--broker", mosquitto.url, "--seconds", "3")
    until_listening(checking)
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    client.publish(Terminal.topic("state"), b"\x00\xff", qos=1).wait_for_publish(9)
    client.disconnect()
    client.loop_stop()
    out, _ = checking.communicate(timeout=PATIENCE_S)
    assert checking.returncode == 1
    assert "nothing usable was heard of terminal T-7" in out
    assert "1 publications could not be read" in out


def test_a_file(run: Run) -> None:
    """The contract's own examples."""
    checking = run("T-7", "--file", str(EXAMPLES))
    out, err = checking.communicate(timeout=PATIENCE_S)
    assert checking.returncode == 0, out + err
    assert rows(out)["envelope"] == "kept"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--broker", "mqtt://127.0.0.1:1"), "broker 127.0.0.1:1 does not answer: Connection"),
        (("--broker", "http://127.0.0.1"), "--broker: is not mqtt://"),
        (("--broker", "mqtt://127.0.0.1:1", "--file", "x"), "either --broker or --file"),
        (("--file", "none.jsonl"), "none.jsonl: No such file"),
        (("--lift", "a/b"), "--lift: 'a/b' has not the form"),
        (("--seconds", "0"), "0.1"),
    ],
)
def test_what_cannot_be_done_is_one_line(run: Run, words: tuple[str, ...], said: str) -> None:
    """With exit status 2."""
    checking = run("T-7", *words)
    out, err = checking.communicate(timeout=PATIENCE_S)
    assert (checking.returncode, out, err.count("\n")) == (2, "", 1), err
    assert said in err

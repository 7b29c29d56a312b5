"""The service as its users run it: a process of its own, with real servers around it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from liftwatch import clock

PATIENCE_S = 240.0


def eventually(holds: Callable[[], Any], what: str) -> Any:
    """Wait until something holds; fail with a sentence when it never does."""
    end_s = clock.monotonic_s() + PATIENCE_S
    while True:
        got = holds()
        if got:
            return got
        if clock.monotonic_s() > end_s:
            pytest.fail(f"never: {what}; last seen: {got!r}")
        time.sleep(0.1)


class Service:
    """`liftwatch run` over one data folder, to be started, stopped and killed.

    `command` may have options; `engine` serves no pages and is up when its log says so.
    """

    def __init__(self, folder: Path, *, command: str = "run", **settings: str) -> None:
        self.command = command.split()
        self.tree: Path | None = None  # of another version than this one
        folder.mkdir(exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.settings = {
            "LIFTWATCH_DATA_DIR": str(folder / "data"),
            "LIFTWATCH_HTTP": f"127.0.0.1:{self.port}",
            "LIFTWATCH_INGEST_HTTP": f"127.0.0.1:{self.port}",
            **settings,
        }
        self.log = folder / "service.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._browser = build_opener(HTTPCookieProcessor())

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "liftwatch", *self.command],
                env=os.environ | self.settings,
                cwd=self.tree,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        eventually(self.is_up, "the service answers")

    def is_up(self) -> bool:
        """Whether it answers; fails at once if it has ended."""
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        if self.command == ["engine"]:
            return b"engine runs" in self.log.read_bytes()[self._log_start :]
        return self.status("/healthz") == 200

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """A command of it, over the same settings."""
        return subprocess.run(
            [sys.executable, "-m", "liftwatch", *words],
            env=os.environ | self.settings,
            cwd=self.tree,
            capture_output=True,
            text=True,
            check=False,
        )

    def stop(self) -> int:
        """Ask it to end; its exit status."""
        return self._end(signal.SIGTERM)

    def interrupt(self) -> int:
        """What Ctrl-C does; its exit status."""
        return self._end(signal.SIGINT)

    def kill(self) -> int:
        """End it at once, whatever it is doing."""
        return self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(how)
        return process.wait(PATIENCE_S)

    def ask(self, path: str) -> Any:
        """One GET, with the cookies that came before."""
        return self._browser.open(f"http://127.0.0.1:{self.port}{path}", timeout=10)

    def status(self, path: str) -> int:
        """The status of one GET, 0 when nobody answers."""
        try:
            with self.ask(path) as answer:
                return int(answer.status)
        except URLError as error:
            return int(getattr(error, "code", 0))

    def get(self, path: str) -> Any:
        """The JSON of one GET, also of one that is not well."""
        try:
            with self.ask(path) as answer:
                return json.load(answer)
        except URLError as error:
            return json.loads(error.read()) if hasattr(error, "read") else None

    def incidents(self, **where: str) -> list[dict[str, Any]]:
        """All incidents, newest first."""
        query = "&".join(f"{name}={quote(value)}" for name, value in where.items())
        items: list[dict[str, Any]] = self.get(f"/v1/incidents?limit=500&{query}")["items"]
        return items

    def metric(self, name: str) -> float:
        """The sum of one metric over its labels."""
        with self.ask("/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return sum(
            float(line.rsplit(" ", 1)[1])
            for line in lines
            if line.split("{")[0].split(" ")[0] == name
        )


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """A service with these settings; ended with the test."""
    made: list[Service] = []

    def make(name: str = "", **settings: str) -> Service:
        made.append(Service(tmp_path / name, **settings))
        return made[-1]

    yield make
    for one in made:
        one.kill()


class Publisher:
    """Publishes with QoS 1, and knows what the broker has acknowledged."""

    def __init__(self, port: int) -> None:
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.max_inflight_messages_set(1_000)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.sent: list[mqtt.MQTTMessageInfo] = []

    def publish(self, topic: str, payload: Any, *, retain: bool = False) -> None:
        """One publication: bytes as they are, anything else as JSON."""
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.sent.append(self.client.publish(topic, raw, qos=1, retain=retain))

    def settle(self) -> None:
        """Wait until the broker has acknowledged everything."""
        for info in self.sent:
            info.wait_for_publish(PATIENCE_S)
            assert info.is_published()
        self.sent.clear()

    def close(self) -> None:
        """Disconnect."""
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def publisher() -> Iterator[Callable[[int], Publisher]]:
    """A publisher to a port; closed with the test."""
    made: list[Publisher] = []

    def make(port: int) -> Publisher:
        made.append(Publisher(port))
        return made[-1]

    yield make
    for one in made:
        one.close()


def _influx_rows(url: str, query: str) -> list[dict[str, Any]]:
    with urlopen(f"{url}/query?db=lift&epoch=ns&q={quote(query)}", timeout=30) as answer:
        result = json.load(answer)["results"][0]
    return [
        dict(zip(series["columns"], row, strict=True))
        for series in result.get("series", [])
        for row in series["values"]
    ]


@pytest.fixture
def influx_rows() -> Callable[[str, str], list[dict[str, Any]]]:
    """The rows of an InfluxQL query, asked of the server itself."""
    return _influx_rows


@pytest.fixture
def until() -> Callable[[Callable[[], Any], str], Any]:
    """Wait until something holds."""
    return eventually

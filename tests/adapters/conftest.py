"""A server that answers as it is told, and the command `setup-store` with settings."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from liftwatch.adapters.influx import InfluxStore
from liftwatch.adapters.influx_server import Version
from liftwatch.ports import TelemetryQuery
from liftwatch.telemetry.messages import Message

AT_MS = 1_772_439_240_000
LIFT = "LIFT-0001"

Make = Callable[..., Message]


def floors(store: InfluxStore, lift: str = LIFT) -> list[int]:
    """The floors that are stored."""
    query = TelemetryQuery(
        lift=lift, kind="state", from_ms=AT_MS, to_ms=AT_MS + 10**7, signals=("floor",)
    )
    return [row.values["floor"] for row in store.read(query)]


def states(make: Make, count: int, start: int = 0) -> list[Message]:
    """So many states, numbered from `start`."""
    return [
        make("state", {"floor": k % 100, "seq": k}, lift=LIFT, at_ms=AT_MS + k)
        for k in range(start, start + count)
    ]


class Scripted(BaseHTTPRequestHandler):
    """Answers writes as the test says; remembers what came."""

    protocol_version = "HTTP/1.1"
    version, health = "1.6.7", 404
    headers_said: dict[str, str] = {}
    judge: Callable[[bytes], tuple[int, str]]
    came: list[tuple[str, str | None, bytes]]

    def do_GET(self) -> None:
        """`/health`, `/ping` and `/query`."""
        if self.path == "/health":
            self.answer(self.health, "{}")
        elif "SHOW+RETENTION" in self.path:
            self.answer(200, '{"results": [{}]}')
        else:
            self.came.append((self.path, self.headers.get("Authorization"), b""))
            self.answer(*type(self).judge(b""))

    def do_POST(self) -> None:
        """Writes."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.came.append((self.path, self.headers.get("Authorization"), body))
        self.answer(*type(self).judge(body))

    def answer(self, status: int, text: str) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("X-Influxdb-Version", self.version)
        for name, value in self.headers_said.items():
            self.send_header(name, value)
        body = b"" if status == 204 else text.encode()
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(BrokenPipeError):  # whoever asked has given up
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


Serve = Callable[..., tuple[InfluxStore, type[Scripted]]]


@pytest.fixture
def scripted() -> Iterator[Serve]:
    """Starts a server that answers as it is told, and a store on it."""
    stops: list[Callable[[], None]] = []

    def serve(
        judge: Callable[[bytes], tuple[int, str]],
        *,
        two: bool = False,
        token: str = "s3cr3t",
        version: Version = "auto",
    ) -> tuple[InfluxStore, type[Scripted]]:
        manners = {"version": "v2.8.0", "health": 200} if two else {}
        handler = type("Handler", (Scripted,), {"judge": judge, "came": [], **manners})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        store = InfluxStore(url, token=token, org="kunshan", bucket="lift", version=version)
        stops.extend([server.server_close, thread.join, server.shutdown, store.close])
        return store, handler

    yield serve
    for stop in reversed(stops):
        stop()


SetUp = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def setup(tmp_path: Path) -> SetUp:
    """Runs the command with settings; its status, what it said, what it complained of."""

    def run(*arguments: str, **settings: str) -> tuple[int, list[str], str]:
        clean = {n: v for n, v in os.environ.items() if not n.startswith("LIFTWATCH_")}
        given = {f"LIFTWATCH_INFLUX_{name.upper()}": text for name, text in settings.items()}
        done = subprocess.run(
            [sys.executable, "-m", "liftwatch", "setup-store", *arguments],
            env=clean | given | {"PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout.splitlines(), done.stderr

    return run

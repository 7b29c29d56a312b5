"""The service as a black box: its processes, its HTTP, its figures."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import psutil

from tests.conftest import free_port

PATIENCE_S = 180.0
REFUSED_TO_START = 2  # one clear line, and this status: something of the settings is not there


class Service:
    """`liftwatch run`, or several commands, over one data folder."""

    def __init__(
        self, folder: Path, *, commands: Sequence[str] = ("run",), **settings: str
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.commands, self.port = folder, commands, free_port()
        self.settings = {
            "LIFTWATCH_DATA_DIR": str(folder / "data"),
            "LIFTWATCH_HTTP": f"127.0.0.1:{self.port}",
            "LIFTWATCH_INGEST_HTTP": f"127.0.0.1:{self.port}",
            **settings,
        }
        self.log = folder / "service.log"
        self.processes: list[psutil.Popen] = []

    def launch(self) -> None:
        """Start it without waiting; in a folder of its own, where no `.env` lies."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("LIFTWATCH_")}
        with self.log.open("ab") as log:
            self.processes = [
                psutil.Popen(
                    [sys.executable, "-m", "liftwatch", *command.split()],
                    env=inherited | self.settings,
                    cwd=self.folder,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
                for command in self.commands
            ]

    def start(self, *, ready: bool = False) -> None:
        """Start it, and wait until it answers, or until every part is ready."""
        self.launch()
        end_s = time.monotonic() + PATIENCE_S
        while self.status("/readyz" if ready else "/healthz") != 200:
            if self.ended() or time.monotonic() > end_s:
                self.kill()
                raise RuntimeError(f"liftwatch did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.05)

    def ended(self) -> bool:
        """Whether one of its processes has ended, or none was started."""
        return not self.processes or any(one.poll() is not None for one in self.processes)

    def exit_status(self) -> int:
        """The first status that is not 0 of those that have ended."""
        return next((int(s) for one in self.processes if (s := one.poll())), 0)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        for one in self.processes:
            one.terminate()
        self._wait()

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        for one in self.processes:
            one.kill()
        self._wait()

    def _wait(self) -> None:
        for one in self.processes:
            try:
                one.wait(PATIENCE_S)
            except psutil.TimeoutExpired:
                one.kill()
                one.wait()
        self.processes = []

    def family(self) -> list[psutil.Process]:
        """Its processes and all of theirs."""
        return [p for one in self.processes for p in (one, *one.children(recursive=True))]

    def get(self, path: str, *, timeout_s: float = 10.0) -> Any:
        """The JSON of one GET, None when nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=timeout_s) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def status(self, path: str) -> int:
        """The status of one GET, 0 when nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return int(answer.status)
        except URLError as error:
            return int(getattr(error, "code", 0))
        except OSError:
            return 0

    def incidents(self, *, estate: str) -> list[dict[str, Any]]:
        """All incidents of an estate, newest first, page by page."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.get(f"/v1/incidents?limit=500&estate={estate}{cursor}", timeout_s=30.0)
            if page is None:
                raise OSError("the API does not answer")
            found += page["items"]
            if not page["next"]:
                return found
            cursor = f"&cursor={quote(page['next'])}"

    def metrics(self) -> dict[str, float]:
        """Its figures, summed over their labels; empty while it does not answer."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
                lines = answer.read().decode().splitlines()
        except OSError:
            return {}
        figures: dict[str, float] = {}
        for line in lines:
            if line and line[0] != "#":
                name, value = line.rsplit(" ", 1)
                name = name.split("{")[0]
                figures[name] = figures.get(name, 0.0) + float(value)
        return figures

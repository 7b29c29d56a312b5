"""The services of docker-compose.yml under stand-ins.yml: started, asked, broken and counted."""

import json
import shutil
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from bench.compose.docker import Docker
from bench.compose.images import OURS, ROOT
from bench.compose.lifts import ESTATE
from bench.influx import points_of
from tests.conftest import free_port

NAME = "lift.example.cn"
"""By which browsers know this installation; it stands in the Host header alone."""
PATIENCE_S = 180.0
FILES = ("docker-compose.yml", "bench/compose/stand-ins.yml")
T = TypeVar("T")


def until(read: Callable[[], T], what: str) -> T:
    """The first answer that is not empty; RuntimeError when none comes in time."""
    end_s, why = time.monotonic() + PATIENCE_S, ""
    while time.monotonic() < end_s:
        try:
            if found := read():
                return found
        except (OSError, HTTPException, RuntimeError) as error:
            why = str(error)[:500]
        time.sleep(0.5)
    raise RuntimeError(f"never: {what}. {why}")


class Stack:
    """One project of its own name, ports and secrets."""

    def __init__(self, docker: Docker, folder: Path) -> None:
        self.docker, self.secrets = docker, folder / "secrets"
        self.mqtt_port, self.https_port = free_port(), free_port()
        self._token = ""
        self._settings = {
            "LIFT_SECRETS": str(self.secrets),
            "LIFT_VERSION": OURS.split(":")[1],
            "LIFT_MQTT_PORT": str(self.mqtt_port),
            "LIFT_HTTPS_PORT": str(self.https_port),
            "LIFT_BACKUP_EVERY_S": "3600",
        }
        self.authority = self.secrets / "broker" / "ca.crt"

    def make_secrets(self) -> None:
        """By `make compose-init`, into a folder that is not the tree's."""
        shutil.rmtree(self.secrets, ignore_errors=True)
        settings = {"LIFT_SECRETS": str(self.secrets), "LIFT_NAMES": NAME}
        command = ("env", *(f"{name}={value}" for name, value in settings.items()))
        made = (*command, str(ROOT / "scripts" / "compose-init"))
        subprocess.run(made, check=True, capture_output=True)

    def compose(self, *words: str, check: bool = True) -> str:
        """`docker compose` on this project."""
        files = [word for name in FILES for word in ("--file", str(ROOT / name))]
        where = ("--project-directory", str(ROOT), "--project-name", "liftwatch-test")
        return self.docker.compose(*where, *files, *words, check=check, **self._settings)

    def up(self, *profiles: str) -> None:
        """Start all of it and wait until each is healthy."""
        chosen = [word for name in profiles for word in ("--profile", name)]
        self.compose(*chosen, "up", "--detach", "--no-build")
        self.wait_for(*self.services(*profiles))

    def start(self, service: str) -> None:
        """One that was stopped, alone: Compose would have `migrate` run before it once more."""
        self.docker.run("start", self.states()[service]["Id"])

    def down(self) -> None:
        """End all of it, and throw away what it keeps."""
        profiles = ("--profile", "demo", "--profile", "tools")
        self.compose(*profiles, "down", "--volumes", "--timeout", "20", check=False)

    def services(self, *profiles: str) -> list[str]:
        """Those that stay."""
        chosen = [word for name in profiles for word in ("--profile", name)]
        named = self.compose(*chosen, "config", "--services").split()
        return sorted(set(named) - {"migrate", "demo-terminal"})

    def states(self) -> dict[str, dict[str, Any]]:
        """What Docker says of each container, by service."""
        ids = self.compose("--profile", "demo", "ps", "--all", "--quiet").split()
        if not ids:
            return {}
        found = json.loads(self.docker.run("inspect", *ids))
        return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in found}

    def wait_for(self, *services: str) -> None:
        """Until they are healthy."""

        def all_healthy() -> bool:
            states = self.states()
            healths = {
                one: states[one]["State"].get("Health", {}).get("Status") if one in states else None
                for one in services
            }
            ill = {one: status for one, status in healths.items() if status != "healthy"}
            if ill:
                raise RuntimeError(str(ill))
            return True

        until(all_healthy, f"{', '.join(services)} healthy")

    def ask(self, path: str, *, body: dict[str, str] | None = None) -> Any:
        """What the API answers to the administrator; RuntimeError for anything but 2xx."""
        context = ssl.create_default_context(cafile=str(self.secrets / "api" / "ca.crt"))
        connection = HTTPSConnection("127.0.0.1", self.https_port, timeout=30, context=context)
        headers = {"Host": f"{NAME}:{self.https_port}"}
        if self._token and body is None:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            if body is None:
                connection.request("GET", path, headers=headers)
            else:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                connection.request("POST", path, urlencode(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status == 401 and body is None:
            self._sign_in()
            return self.ask(path)
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {answer.status} {text[:300]!r}")
        return json.loads(text)

    def _sign_in(self) -> None:
        password = (self.secrets / "admin_password").read_text()
        found = self.ask("/v1/auth/token", body={"username": "admin", "password": password})
        self._token = found["access_token"]

    def incidents(self) -> Counter[tuple[str, str]]:
        """Lift and kind of every incident that can be read."""
        return Counter((one["lift"], one["kind"]) for one in self._pages("/v1/incidents"))

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            more = f"&cursor={cursor}" if cursor else ""
            page = self.ask(f"{path}?limit=500{more}")
            yield from page["items"]
            cursor = page.get("next") or page.get("next_cursor") or ""
            if not cursor:
                return

    def points(self, kinds: Sequence[str]) -> Counter[tuple[str, int]]:
        """What InfluxDB holds of each message, asked of the server itself."""
        one = self.states()["influxdb"]["NetworkSettings"]["Networks"]
        (address,) = (network["IPAddress"] for network in one.values())
        return points_of(f"http://{address}:8086", kinds, database="lift", estate=ESTATE)

    def liftwatch(self, service: str, *words: str) -> str:
        """A command in a container that runs."""
        return self.compose("exec", "-T", service, "liftwatch", *words)

    def issue(self, name: str, lifts: Sequence[str]) -> str:
        """A terminal's credential, as docs/compose.md has it; gives its password."""
        bound = [word for lift in lifts for word in ("--lift", lift)]
        run = ("--profile", "tools", "run", "--rm", "-T", "--no-deps", "terminals", "issue", name)
        told = self.compose(*run, *bound)
        return told.split("password: ")[1].split()[0]


@contextmanager
def standing(docker: Docker, folder: Path) -> Iterator[Stack]:
    """A stack with secrets, thrown away at the end."""
    stack = Stack(docker, folder)
    stack.make_secrets()
    stack.down()
    try:
        yield stack
    finally:
        stack.down()

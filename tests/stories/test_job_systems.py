"""A maintenance unit's own system, as examples/job_system.py has it, beside the real service."""

import base64
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from liftwatch.clock import now_ms, rfc3339
from tests.conftest import free_port

ROOT = Path(__file__).parents[2]
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
PASSWORD = "a long password of theirs"


def asked(port: int, path: str, body: Any, *, token: str = "") -> Any:
    """A POST that makes something; a dictionary of texts for the token's path is a form."""
    form = path.endswith("/token")
    raw = urlencode(body).encode() if form else json.dumps(body).encode()
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    headers = {"Content-Type": kind, "Idempotency-Key": str(uuid.uuid4())}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    with urlopen(Request(f"http://127.0.0.1:{port}{path}", raw, headers), timeout=10) as answer:
        return json.load(answer)


class Theirs:
    """Their system, as a process of its own."""

    def __init__(self, log: Path, *, api: int, key: str) -> None:
        self.log, self.port, self.api, self.key = log, free_port(), api, key
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Over the same port."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, str(ROOT / "examples" / "job_system.py")),
                    *(str(self.port), f"http://127.0.0.1:{self.api}"),
                ],
                env=os.environ | {"JOB_SECRET": SECRET, "LIFT_KEY": self.key},
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        """At once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def lines(self) -> list[str]:
        """What it has said."""
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def theirs() -> Iterator[list[Theirs]]:
    """Ended with the test."""
    made: list[Theirs] = []
    yield made
    for one in made:
        one.stop()


def unit_of(port: int) -> tuple[str, str]:
    """A unit with one lift under contract: its id, and a key of somebody of it."""
    unit = asked(port, "/v1/organisations", {"name": "Anda", "kind": "maintenance"})["id"]
    contract = {"lift": "LIFT-0001", "first_day": "2026-01-01"}
    asked(port, f"/v1/organisations/{unit}/contracts", contract)
    who = {"login": "anda-system", "name": "Anda's system", "password": PASSWORD}
    person = asked(port, "/v1/people", who)["id"]
    role = {"role": "maintenance", "organisation": unit}
    asked(port, f"/v1/people/{person}/roles", role)
    form = {"username": "anda-system", "password": PASSWORD}
    token = asked(port, "/v1/auth/token", form)["access_token"]
    return unit, asked(port, "/v1/me/keys", {"label": "jobs"}, token=token)["secret"]


def test_it_hears_of_its_lift_and_what_it_does_is_known(
    mosquitto: Any, service: Any, publisher: Any, until: Any, theirs: list[Theirs], tmp_path: Path
) -> None:
    """From the fault to its end by their answers; away, it hears of it when it is back."""
    one = service(LIFTWATCH_MQTT_URL=mosquitto.url)
    one.start()
    unit, key = unit_of(one.port)
    assert one.stop() == 0
    system = Theirs(tmp_path / "theirs.log", api=one.port, key=key)
    theirs.append(system)
    one.settings["LIFTWATCH_JOB_HOOKS"] = f"anda={unit}|http://127.0.0.1:{system.port}/|{SECRET}"
    one.start()
    until(lambda: one.metric("liftwatch_engine_runs_total") > 8, "the followers have begun")
    system.start()
    lifts = publisher(mosquitto.port)

    def reports(lift: str, seq: int, code: str) -> None:
        envelope = {"v": 1, "terminal": lift, "boot": "b1", "seq": seq, "at": rfc3339(now_ms())}
        told = envelope | {"id": f"e{seq}", "edge": "open", "code": code}
        lifts.publish(f"lift/v1/320583/garden/{lift}/event", told)

    def states(lift: str, kind: str) -> list[str]:
        return [found["state"] for found in one.incidents(lift=lift, kind=kind)]

    reports("LIFT-0002", 0, "door_fault")
    reports("LIFT-0001", 0, "door_fault")
    until(lambda: states("LIFT-0001", "door_fault") == ["resolved"], "they have put it right")
    assert states("LIFT-0002", "door_fault") == ["raised"]
    course = ["raised", "acknowledged", "dispatched", "arrived", "resolved"]
    until(lambda: len(system.lines()) >= 6, "they have heard of their own last word")
    heard = system.lines()[1:]
    assert [line for line in dict.fromkeys(heard) if "HTTP" not in line] == [
        f"LIFT-0001 door_fault {state}" for state in course
    ]
    system.stop()
    reports("LIFT-0001", 1, "mains_lost")
    until(lambda: states("LIFT-0001", "mains_lost") == ["raised"], "it is raised without them")
    until(lambda: "a message to the outside waits" in one.log.read_text(), "it was tried")
    system.start()
    until(lambda: states("LIFT-0001", "mains_lost") == ["resolved"], "they are back")
    assert "LIFT-0002" not in "\n".join(system.lines())

"""From a dead letter to a stored message: what was wrong is mended, and the letter tried again."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from liftwatch import clock

LIFT = "LIFT-0001"
TOPIC = f"lift/v1/320583/garden/{LIFT}"


def command(service: Any, *words: str) -> str:
    """What a command over the service's settings prints."""
    done = subprocess.run(
        [sys.executable, "-m", "liftwatch", *words],
        env=os.environ | service.settings,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def said(terminal: str, seq: int, **fields: Any) -> dict[str, Any]:
    """A message of now."""
    now = clock.rfc3339(clock.now_ms())
    return {"v": 1, "terminal": terminal, "boot": "b1", "seq": seq, "at": now, **fields}


@pytest.fixture
def running(service: Callable[..., Any], mosquitto: Any, own_influx: Any) -> Any:
    """A service with real servers, whose lift belongs to T-1."""
    one = service(LIFTWATCH_MQTT_URL=mosquitto.url, LIFTWATCH_INFLUX_URL=own_influx.url)
    command(one, "terminals", "issue", "T-1", "--lift", LIFT)
    one.start()
    return one


def points(influx_rows: Any, url: str, kind: str) -> list[dict[str, Any]]:
    """What is stored of a kind."""
    return influx_rows(url, f'SELECT * FROM "lift_{kind}"')


@pytest.mark.parametrize("fault", ["none", "killed", "stopped"])
def test_a_terminal_on_the_wrong_lift(
    running: Any,
    mosquitto: Any,
    own_influx: Any,
    publisher: Any,
    influx_rows: Any,
    until: Any,
    fault: str,
) -> None:
    """It was bound to another: once that is mended, its call for help counts, once."""
    lifts = publisher(mosquitto.port)
    lifts.publish(f"{TOPIC}/emergency_call", said("T-2", 0, phase="raised"))
    lifts.settle()
    until(lambda: running.metric("liftwatch_dead_letters_total") == 1, "it is a dead letter")
    listed = command(running, "deadletters", "list")
    assert f"foreign_terminal    {TOPIC}/emergency_call" in listed
    assert "is bound to T-1, not to T-2" in listed
    number = listed.split()[0]
    assert '"phase": "raised"' in command(running, "deadletters", "show", number)
    assert running.incidents() == []

    command(running, "terminals", "issue", "T-2", "--lift", LIFT)
    until(lambda: running.log.read_text().count("bindings of terminals have changed") == 2, "known")
    if fault == "stopped":
        running.stop()
    told = command(running, "deadletters", "retry", "--reason", "foreign_terminal")
    assert told.startswith("1 asked for; tried ")
    if fault == "killed":
        running.kill()
    if fault != "none":
        running.start()
    until(lambda: points(influx_rows, own_influx.url, "emergency_call"), "it is stored")
    until(running.incidents, "it counts")
    until(lambda: command(running, "deadletters", "list") == "", "it waits no more")
    assert "(retried " in command(running, "deadletters", "list", "--retried")

    command(running, "deadletters", "retry", number)  # once more, by its number
    until(lambda: command(running, "deadletters", "list") == "", "it waits no more")
    until(lambda: running.metric("liftwatch_journal_behind_relay") == 0, "all is stored")
    assert len(points(influx_rows, own_influx.url, "emergency_call")) == 1
    (incident,) = running.incidents()
    assert (incident["kind"], incident["occurrences"]) == ("emergency_call", 1)


def test_a_field_of_another_type(
    running: Any, mosquitto: Any, own_influx: Any, publisher: Any, influx_rows: Any, until: Any
) -> None:
    """InfluxDB refuses one message of many; when its schema is mended, that one is stored."""
    write(own_influx.url, 'lift_health,lift=X rssi_dbm="fair"')
    lifts = publisher(mosquitto.port)
    for seq in range(20):
        fields = {"rssi_dbm": -70} if seq == 7 else {"battery_pct": 50}
        lifts.publish(f"{TOPIC}/health", said("T-1", seq, **fields))
    lifts.settle()
    until(lambda: running.metric("liftwatch_dead_letters_total") == 1, "it is a dead letter")
    own = f"WHERE lift = '{LIFT}'"
    until(
        lambda: len(influx_rows(own_influx.url, f'SELECT seq FROM "lift_health" {own}')) == 19,
        "all others are stored",
    )
    assert "store_refused" in command(running, "deadletters", "list")
    first = command(running, "deadletters", "list").split()[0]
    assert command(running, "deadletters", "retry", "--all").startswith("1 asked for")
    until(
        lambda: command(running, "deadletters", "list").split()[:1] not in ([], [first]),
        "it is as wrong as before: another letter",
    )
    assert len(command(running, "deadletters", "list").splitlines()) == 1
    ask(own_influx.url, "DROP MEASUREMENT lift_health")
    assert command(running, "deadletters", "retry", "--all").startswith("1 asked for")
    until(
        lambda: influx_rows(own_influx.url, f'SELECT rssi_dbm FROM "lift_health" {own}'),
        "it is stored",
    )
    assert command(running, "deadletters", "list") == ""


def write(url: str, line: str) -> None:
    """One line into the database, whoever made it."""
    ask(url, 'CREATE DATABASE "lift"')
    with urlopen(Request(f"{url}/write?db=lift", data=line.encode()), timeout=30):
        pass


def ask(url: str, statement: str) -> Any:
    """One statement."""
    request = Request(f"{url}/query?db=lift&q={quote(statement)}", data=b"")
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)

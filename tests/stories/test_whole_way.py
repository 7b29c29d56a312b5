"""Lifts through a real broker into a real InfluxDB and an incident that can be read."""

import os
import re
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from liftwatch.clock import now_ms, rfc3339

LIFTS = [f"LIFT-{k:04d}" for k in range(20)]
MESSAGES = 20_000


def said(lift: str, seq: int, at_ms: int, **fields: Any) -> dict[str, Any]:
    """A message's payload."""
    envelope = {"v": 1, "terminal": f"T-{lift}", "boot": "b1", "seq": seq, "at": rfc3339(at_ms)}
    return envelope | fields


def topic(lift: str, kind: str) -> str:
    """A message's topic."""
    return f"lift/v1/320583/garden/{lift}/{kind}"


def publish_all(publisher: Any, first: int, last: int) -> None:
    """Messages `first` to `last` of all: states, an emergency call and a fall among them."""
    for n in range(first, last):
        lift, seq = LIFTS[n % len(LIFTS)], n // len(LIFTS)
        at_ms = now_ms()
        if (lift, seq) in CALLS:
            payload = said(lift, seq, at_ms, id="call-1", phase="raised")
            publisher.publish(topic(lift, "emergency_call"), payload)
        elif (lift, seq) in FALLS:
            z = [9.8] * 50 + [0.8] * 60 + [20.0] * 5
            started_at = rfc3339(at_ms - 1_145)
            fields = {"started_at": started_at, "rate_hz": 100, "z_mps2": z}
            publisher.publish(topic(lift, "burst"), said(lift, seq, at_ms, **fields))
        else:
            fields = {
                "service_mode": "normal",
                "car": "stopped",
                "speed_mps": 0.0,
                "floor": seq % 9,
            }
            publisher.publish(topic(lift, "state"), said(lift, seq, at_ms, **fields))


CALLS = {(LIFTS[3], 100), (LIFTS[4], 700)}
FALLS = {(LIFTS[5], 200), (LIFTS[6], 800)}
EXPECTED = sorted(
    [(lift, "emergency_call") for lift, _ in CALLS] + [(lift, "free_fall") for lift, _ in FALLS]
)


def identities(influx_rows: Any, url: str) -> Counter[tuple[str, str, int]]:
    """Every (terminal, boot, seq) in InfluxDB, and how many main points it has."""
    rows = influx_rows(url, 'SELECT terminal, boot, seq FROM "lift_state"')
    rows += influx_rows(url, 'SELECT terminal, boot, seq, phase FROM "lift_emergency_call"')
    bursts = influx_rows(url, 'SELECT terminal, boot, seq, rate_hz FROM "lift_burst"')
    rows += [row for row in bursts if row["rate_hz"] is not None]
    return Counter((row["terminal"], row["boot"], row["seq"]) for row in rows)


def test_killed_in_the_middle_nothing_is_lost_and_nothing_doubled(
    mosquitto: Any, influx: Any, service: Any, publisher: Any, influx_rows: Any, until: Any
) -> None:
    """20 000 messages at QoS 1 are 20 000 identities in InfluxDB, and each incident is one."""
    one = service(LIFTWATCH_MQTT_URL=mosquitto.url, LIFTWATCH_INFLUX_URL=influx.url)
    one.start()
    until(lambda: one.status("/readyz") == 200, "everything is ready")
    lifts = publisher(mosquitto.port)
    publish_all(lifts, 0, MESSAGES // 2)
    until(lambda: one.metric("liftwatch_publications_journaled_total") > 2_000, "it receives")
    one.kill()
    publish_all(lifts, MESSAGES // 2, MESSAGES)
    one.start()
    lifts.settle()
    until(
        lambda: len(identities(influx_rows, influx.url)) >= MESSAGES, "all messages are in InfluxDB"
    )
    found = identities(influx_rows, influx.url)
    assert len(found) == MESSAGES
    assert set(found.values()) == {1}
    until(lambda: len(one.incidents()) >= len(EXPECTED), "all incidents are readable")
    assert sorted((i["lift"], i["kind"]) for i in one.incidents()) == EXPECTED
    assert one.stop() == 0


def test_a_restart_claims_nothing_twice(
    mosquitto: Any, service: Any, publisher: Any, until: Any
) -> None:
    """Killed after an entrapment was raised: it stays one, and clears when the doors open."""
    one = service(LIFTWATCH_MQTT_URL=mosquitto.url)
    one.start()
    lifts = publisher(mosquitto.port)
    stopped = {"car": "stopped", "speed_mps": 0.0, "doors_closed": True, "occupied": True}
    began_ms = now_ms() - 50_000
    fields = stopped | {"in_door_zone": False}
    lifts.publish(topic(LIFTS[0], "state"), said(LIFTS[0], 0, began_ms, **fields))
    lifts.publish(topic(LIFTS[0], "state"), said(LIFTS[0], 1, now_ms(), **fields))
    until(lambda: one.incidents(), "the entrapment is raised")
    one.kill()
    one.start()
    (found,) = one.incidents()
    assert (found["kind"], found["opened_at"]) == ("entrapment", rfc3339(began_ms))
    assert found["raised_at"] == rfc3339(began_ms + 45_000)
    opened = {"car": "stopped", "in_door_zone": True, "car_door": "open", "doors_closed": False}
    lifts.publish(topic(LIFTS[0], "state"), said(LIFTS[0], 2, now_ms(), **opened))
    until(lambda: one.incidents()[0]["alarm"] == "cleared", "the alarm is cleared")
    assert len(one.incidents()) == 1


def test_time_alone_raises_what_is_due(
    mosquitto: Any, service: Any, publisher: Any, until: Any
) -> None:
    """Nothing else is heard; the rule's 45 s pass, and the incident says when they had passed."""
    one = service(LIFTWATCH_MQTT_URL=mosquitto.url)
    one.start()
    began_ms = now_ms() - 42_000
    fields = {"car": "stopped", "doors_closed": True, "occupied": True, "in_door_zone": False}
    lifts = publisher(mosquitto.port)
    lifts.publish(topic(LIFTS[0], "state"), said(LIFTS[0], 0, began_ms, **fields))
    lifts.publish(topic(LIFTS[0], "state"), said(LIFTS[0], 1, now_ms(), **fields))
    (found,) = until(lambda: one.incidents(), "the entrapment is raised")
    assert found["raised_at"] == rfc3339(began_ms + 45_000)


def test_broker_and_database_may_come_late_and_go(
    mosquitto: Any, own_influx: Any, service: Any, publisher: Any, influx_rows: Any, until: Any
) -> None:
    """It keeps trying, says so once, and detection goes on without the telemetry store."""
    mosquitto.stop()
    own_influx.stop()
    one = service(LIFTWATCH_MQTT_URL=mosquitto.url, LIFTWATCH_INFLUX_URL=own_influx.url)
    one.start()
    assert one.status("/readyz") == 503
    parts = one.get("/readyz")["parts"]
    assert parts["broker"]
    assert parts["telemetry"]
    assert parts["detection"] is None
    mosquitto.start()
    until(lambda: one.get("/readyz")["parts"]["broker"] is None, "the broker is found")
    lifts = publisher(mosquitto.port)
    lifts.publish(
        topic(LIFTS[0], "emergency_call"), said(LIFTS[0], 1, now_ms(), id="a", phase="raised")
    )
    lifts.settle()
    until(lambda: one.incidents(), "an incident is raised while InfluxDB is away")
    own_influx.start()
    until(lambda: one.status("/readyz") == 200, "everything is ready")
    query = "SELECT * FROM lift_emergency_call"
    until(lambda: influx_rows(own_influx.url, query), "the relay has caught up")
    mosquitto.stop()
    until(lambda: one.get("/readyz")["parts"]["broker"], "the loss of the broker is told")
    mosquitto.start()
    until(lambda: one.status("/readyz") == 200, "the broker is found again")
    log = one.log.read_text()
    assert log.count("] broker lost") == 2, log
    assert log.count("] telemetry store lost") == 1, log
    assert "Traceback" not in log


def test_garbage_is_kept_and_the_next_good_message_is_served(
    mosquitto: Any, service: Any, publisher: Any, until: Any
) -> None:
    """Bytes, size, depth, topics, numbers that are none."""
    one = service(LIFTWATCH_MQTT_URL=mosquitto.url)
    one.start()
    lifts = publisher(mosquitto.port)
    whole = b'{"v":1,"terminal":"T","boot":"b","seq":1,"at":"' + rfc3339(now_ms()).encode() + b'"'
    garbage = [
        (topic(LIFTS[0], "state"), os.urandom(200)),
        (topic(LIFTS[0], "state"), b"x" * 10_000_000),
        (topic(LIFTS[0], "state"), b"[" * 200_000),
        (topic(LIFTS[0], "state"), whole + b',"speed_mps":NaN}'),
        (topic(LIFTS[0], "ride"), b""),
        ("lift/v1/nowhere", b"{}"),
        ("lift/v1/320583/garden/x/state", b"{}"),
    ]
    for where, payload in garbage:
        lifts.publish(where, payload)
    call = said(LIFTS[1], 1, now_ms(), id="a", phase="raised")
    lifts.publish(topic(LIFTS[1], "emergency_call"), call)
    lifts.settle()
    until(lambda: one.incidents(), "the good message is served")
    assert one.metric("liftwatch_dead_letters_total") == len(garbage)


def test_the_demo_shows_lifts_and_incidents_and_ends_quietly(service: Any, until: Any) -> None:
    """The same service on embedded parts: twelve lifts, incidents, an exercise throughout."""
    demo = service(command="demo")
    demo.start()
    assert demo.status("/v1/lifts") == 401
    link = until(lambda: re.search(r"/enter/\S+", demo.log.read_text()), "a link is shown")
    assert demo.status(link[0]) == 200
    until(lambda: len(demo.get("/v1/lifts")["items"]) == 12, "all lifts are there")
    found = until(lambda: demo.incidents(), "an incident has been raised")
    assert all(incident["exercise"] for incident in found)
    until(lambda: demo.status("/readyz") == 200, "everything is ready")
    moved = demo.metric("liftwatch_publications_journaled_total")
    until(lambda: demo.metric("liftwatch_publications_journaled_total") > moved, "lifts live on")
    assert demo.interrupt() == 0
    log = demo.log.read_text()
    assert "Traceback" not in log
    assert "error" not in log


def refused(**settings: str) -> str:
    """The one line with which `liftwatch run` refuses to start."""
    done = subprocess.run(
        [sys.executable, "-m", "liftwatch", "run"],
        env=os.environ | settings,
        capture_output=True,
        timeout=600,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("liftwatch: ")]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("LIFTWATCH_HTTP", "everywhere"),
        ("LIFTWATCH_HTTP", "0.0.0.0:8080"),
        ("LIFTWATCH_MQTT_URL", "http://broker"),
        ("LIFTWATCH_INFLUX_URL", "influx"),
        ("LIFTWATCH_DATABASE_URL", "nonsense"),
        ("LIFTWATCH_LOG", "xml"),
        ("LIFTWATCH_EXERCISE", "perhaps"),
        ("LIFTWATCH_MQTT_ULR", "mqtt://broker"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(
    tmp_path: Path, setting: str, value: str
) -> None:
    """Which names it."""
    assert setting in refused(**{"LIFTWATCH_DATA_DIR": str(tmp_path), setting: value})


def test_a_folder_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    """A file in its place; or another service in it."""
    (tmp_path / "file").write_text("")
    assert "file" in refused(LIFTWATCH_DATA_DIR=str(tmp_path / "file"))


def test_a_second_service_is_refused(service: Any, mosquitto: Any) -> None:
    """By the folder, and by the port."""
    one = service(LIFTWATCH_MQTT_URL=mosquitto.url)
    one.start()
    assert "another liftwatch" in refused(**one.settings)
    elsewhere = one.settings | {"LIFTWATCH_DATA_DIR": str(one.folder / "other")}
    assert str(one.port) in refused(**elsewhere)


def test_the_port_is_taken_by_something_else(tmp_path: Path) -> None:
    """One line that names it."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        settings = {"LIFTWATCH_HTTP": f"127.0.0.1:{port}", "LIFTWATCH_DATA_DIR": str(tmp_path)}
        assert str(port) in refused(**settings)

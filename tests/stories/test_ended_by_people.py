"""People end an alarm that latches, the service dies before its detectors have heard of it: the
next event of that kind is an incident again.
"""

import json
from typing import Any
from urllib.request import Request, urlopen

import pytest

from liftwatch.clock import now_ms, rfc3339


def run_too_fast(lifts: Any, seq: int) -> None:
    """The car runs at half as much again for half a second."""
    said = {"v": 1, "terminal": "T-1", "boot": "b1"}
    start_ms = now_ms() - 1_000
    topic = "lift/v1/320583/garden/LIFT-0001"
    lifts.publish(
        f"{topic}/register", said | {"seq": seq, "at": rfc3339(start_ms), "rated_speed_mps": 1.0}
    )
    for n in range(1, 7):
        state = {"car": "moving", "speed_mps": 1.5, "seq": seq + n}
        lifts.publish(f"{topic}/state", said | state | {"at": rfc3339(start_ms + n * 100)})
    lifts.settle()


def act(one: Any, incident: dict[str, Any], name: str, **told: Any) -> dict[str, Any]:
    """Somebody moves it."""
    url = f"http://127.0.0.1:{one.port}/v1/incidents/{incident['id']}/{name}"
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": f"{incident['id']}-{incident['version']}"[-40:],
        "If-Match": f'"{incident["version"]}"',
    }
    with urlopen(Request(url, json.dumps(told).encode(), headers), timeout=10) as answer:
        moved: dict[str, Any] = json.load(answer)
        return moved


@pytest.mark.parametrize("word", ["close", "reject"])
def test_killed_between_the_word_and_the_note(
    mosquitto: Any, service: Any, publisher: Any, until: Any, word: str
) -> None:
    """`kill -9` as soon as the API has answered."""
    one = service(LIFTWATCH_MQTT_URL=mosquitto.url, LIFTWATCH_INFLUX_URL="")
    one.start()
    until(lambda: one.status("/readyz") == 200, "everything is ready")
    lifts = publisher(mosquitto.port)
    run_too_fast(lifts, 1)
    (first,) = until(lambda: one.incidents(kind="overspeed"), "it ran too fast")
    if word == "close":
        moved = act(one, first, "arrive")
        moved = act(one, moved, "resolve", cause="control", inspection="in full")
        moved = act(one, moved, "close")
    else:
        moved = act(one, first, "reject", reason="a measuring run")
    one.kill()
    one.start()
    until(lambda: one.status("/readyz") == 200, "everything is ready")
    run_too_fast(lifts, 100)
    until(lambda: len(one.incidents(kind="overspeed")) == 2, "it is another incident")
    newest, before = one.incidents(kind="overspeed")
    assert (newest["state"], newest["alarm"]) == ("raised", "raised")
    assert before["version"] == moved["version"]
    assert one.stop() == 0
    assert "Traceback" not in one.log.read_text()

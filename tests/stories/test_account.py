"""What never came is told: by the figures, to whoever asks, and on the page; over a kill."""

from typing import Any
from urllib.request import urlopen

from liftwatch.clock import day_text, estate_day, now_ms, rfc3339

LIFT, TERMINAL = "LIFT-0001", "T-1"
LOST, TWICE = {7, 8, 40}, {3, 60}


def tell(publisher: Any, seq: int) -> None:
    """A ride of the lift."""
    envelope = {"v": 1, "terminal": TERMINAL, "boot": "b1", "seq": seq, "at": rfc3339(now_ms())}
    publisher.publish(f"lift/v1/320583/garden/{LIFT}/ride", envelope | {"distance_m": 3.0})


def test_what_is_lost_is_told_also_over_a_kill(
    mosquitto: Any, influx: Any, service: Any, publisher: Any, until: Any
) -> None:
    """100 rides, 3 lost, 2 told twice, one of the lost comes after all; killed in the middle."""
    one = service(LIFTWATCH_MQTT_URL=mosquitto.url, LIFTWATCH_INFLUX_URL=influx.url)
    one.start()
    until(lambda: one.status("/readyz") == 200, "everything is ready")
    lifts = publisher(mosquitto.port)
    for seq in range(100):
        if seq not in LOST:
            tell(lifts, seq)
        if seq in TWICE:
            tell(lifts, seq)
        if seq == 50:
            until(lambda: one.metric("liftwatch_messages_missing") == 3, "the losses are seen")
            one.kill()
    one.start()
    tell(lifts, 40)
    lifts.settle()
    day = day_text(estate_day(now_ms()))

    def days() -> Any:
        told = one.get(f"/v1/lifts/{LIFT}/completeness")
        return [o for o in told.get("items", ()) if o["received"] == 98] if told else None

    (told,) = until(days, "all that came is counted")
    assert (told["day"], told["missing"], told["duplicates"]) == (day, 2, 2)
    assert told["completeness_pct"] == 98.0
    assert told["clock_ahead_ms"] <= 0
    gaps = until(
        lambda: [
            (gap["boot"], gap["first_seq"], gap["last_seq"])
            for gap in one.get(f"/v1/terminals/{TERMINAL}/gaps")["items"]
            if gap["first_seq"] != 40
        ],
        "the gaps are told",
    )
    assert gaps == [("b1", 7, 8)]
    (worst,) = one.get("/v1/completeness")["items"]
    assert worst["lift"] == LIFT
    with urlopen(f"http://127.0.0.1:{one.port}/completeness", timeout=10) as page:
        assert "98%" in page.read().decode()
    assert one.stop() == 0

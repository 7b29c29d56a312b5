"""What others say becomes ours: codes by their dialect, whole payloads by their format."""

import base64
import json
import struct
from typing import Any

import pytest

from detectors.fleet import Fleet
from ingest.decode import Decoded, Publication, decode
from ingest.dialects.box import RECORD
from ingest.dialects.translate import DIALECTS, look_up
from liftwatch.clock import parse_ms, rfc3339
from liftwatch.incidents.kinds import BY_NAME as KINDS
from liftwatch.telemetry.messages import Counters, Event, Health, State

NOW_MS = parse_ms("2026-03-02T08:00:00.000Z")
LIFT = "lift/v1/320583/garden/LIFT-0001"


def told(kind: str, payload: Any, *, received_ms: int = NOW_MS) -> Decoded:
    """What decoding makes of a payload."""
    return decode(Publication(f"{LIFT}/{kind}", json.dumps(payload).encode(), received_ms))


def box(*, seconds: int = NOW_MS // 1000, **record: int) -> dict[str, Any]:
    """A monitoring payload of a single box that stands well, but for what is given."""
    well = dict.fromkeys(RECORD, 0) | {"version": 1, "floor": 1, "closed": 1}
    values = [(well | record)[name] for name in RECORD]
    raw = struct.pack(f"<I{len(values)}b", seconds, *values)
    return {
        "TY": "M",
        "ST": "S",
        "elevatorCode": "MX5264",
        "sensorType": "SINGLEBOX",
        "D": base64.b64encode(raw).decode(),
    }


def device(method: str, value: dict[str, Any], *, at_s: int = NOW_MS // 1000) -> dict[str, Any]:
    """A payload of the MQTT device."""
    params = {"Value": value, "Time": at_s}
    return {"Method": method, "DeviceName": "100334121210009", "Version": "1.0", "Params": params}


def test_every_code_raises_a_kind_there_is() -> None:
    """And every dialect writes its codes with its own number of digits."""
    for name, dialect in DIALECTS.items():
        assert dialect.codes, name
        for raw, code in dialect.codes.items():
            assert code.kind is None or code.kind in KINDS, (name, raw)
            assert code.meaning
            assert not raw.isdigit() or len(raw) == max(dialect.width, len(str(int(raw)))), raw


@pytest.mark.parametrize(
    ("dialect", "raw_code", "kind"),
    [
        ("jiangsu", "11", "entrapment"),
        ("alt2", "11", "overspeed"),
        ("jiangsu", "08", "out_of_service"),
        ("chongqing", "93", "entrapment"),
        ("maixin", "7", "entrapment"),
        ("maixin", "8", "entrapment"),
        ("maixin", "5", "unintended_movement"),
        ("gb24476", "2", "door_fault"),
        ("app4", "0101", "entrapment"),
        ("app4", "101", "entrapment"),
        ("jiangsu", "99", None),
        ("nobody", "11", None),
    ],
)
def test_a_code_means_what_its_dialect_says(dialect: str, raw_code: str, kind: str | None) -> None:
    """08 and 11 collide; a code in no table raises nothing and is told."""
    said = {"v": 1, "terminal": "T", "boot": "b", "seq": 0, "at": rfc3339(NOW_MS)}
    said |= {"edge": "open", "id": "e", "dialect": dialect, "raw_code": raw_code}
    decoded = told("event", said)
    (message,) = decoded.messages
    assert isinstance(message.body, Event)
    assert message.body.code == kind
    unknown = look_up(dialect, raw_code) is None
    assert decoded.ignored == ({"unknown_code": 1} if unknown else {})
    assert bool(message.set_aside) == unknown
    changes = Fleet().hear(message)
    assert [one.kind for one in changes] == ([kind] if kind else [])


def test_the_published_record_of_a_box() -> None:
    """Decoded by hand from the vendor's own test: floor 1, door closed, 44 degrees."""
    said = {"TY": "M", "ST": "S", "elevatorCode": "MX5264", "sensorType": "SINGLEBOX"}
    said |= {"time": "2023-06-26 09:37:41", "D": "5euYZAEAAAAAAAAAAQAAAAABACwAAAA="}
    decoded = told("box", said, received_ms=parse_ms("2023-06-26T01:37:45Z"))
    state, health = decoded.messages
    assert isinstance(state.body, State)
    assert isinstance(health.body, Health)
    assert (state.source, state.terminal, state.boot) == ("maixin", "MX5264", "maixin")
    assert state.at_ms == parse_ms("2023-06-26T01:37:41Z")
    assert (state.body.floor, state.body.doors_closed, state.body.car) == (1, True, "stopped")
    assert health.body.temperature_c == 44


def test_a_box_that_tells_of_people_held() -> None:
    """By its record, until one shows an open door without it; and by the edge of a fault."""
    fleet = Fleet()

    def changes(payload: dict[str, Any], at_ms: int) -> list[tuple[str, str]]:
        heard = [fleet.hear(m) for m in told("box", payload, received_ms=at_ms).messages]
        return [(one.kind, one.edge) for some in heard for one in some]

    def at(second: int) -> int:
        return NOW_MS + second * 1000

    held = {"status": 3, "level": 1, "people": 1}
    assert changes(box(seconds=at(0) // 1000, **held), at(0)) == [("entrapment", "raised")]
    assert changes(box(seconds=at(5) // 1000, **held), at(5)) == []
    assert changes(box(seconds=at(9) // 1000), at(9)) == []
    freed = box(seconds=at(12) // 1000, closed=0)
    assert changes(freed, at(12)) == [("entrapment", "cleared")]
    edge = {"TY": "Fault", "elevatorCode": "MX5264", "faultId": "f1", "fault_type": "11,16"}
    edge |= {"ST": "add", "time": "2026-03-02 16:01:00", "faultName": "开门故障"}
    assert [kind for kind, _ in changes(edge, at(60))] == ["door_fault", "brake_wear"]
    edge |= {"ST": "disappear", "time": "2026-03-02 16:02:00"}
    assert ("door_fault", "cleared") in changes(edge, at(120))


def test_what_a_record_does_not_reach_or_know_is_unknown() -> None:
    """A record that ends early; a value of no table; a speed without a direction."""
    short = box()
    short["D"] = base64.b64encode(struct.pack("<I2b", NOW_MS // 1000, 1, 0)).decode()
    (state,) = told("box", short).messages
    assert isinstance(state.body, State)
    assert (state.body.floor, state.body.doors_closed, state.body.mains_ok) == (None, None, None)
    (state,) = told("box", box(mode=77, speed=10)).messages
    assert isinstance(state.body, State)
    assert (state.body.service_mode, state.body.speed_mps) == (None, None)
    assert {name for name, _ in state.set_aside} == {"D.mode", "D.speed"}
    (state,) = told("box", box(direction=2, speed=16, run=1)).messages
    assert isinstance(state.body, State)
    assert state.body.speed_mps == -1.6


def test_pairs_of_the_device() -> None:
    """An open and its close are one alarm; another type's close ends nothing."""
    fleet = Fleet()

    def changes(method: str, value: dict[str, Any], second: int) -> list[tuple[str, str]]:
        at_ms = NOW_MS + second * 1000
        decoded = told("device", device(method, value, at_s=at_ms // 1000), received_ms=at_ms)
        assert not decoded.rejections
        heard = [fleet.hear(message) for message in decoded.messages]
        return [(one.kind, one.edge) for some in heard for one in some]

    assert changes("LockEvent_post", {"Type": 1}, 0) == [("entrapment", "raised")]
    assert changes("LockEvent_post", {"Type": 1}, 0) == []  # the same once more
    assert changes("ErrorClose_post", {"ErrorType": 1001}, 5) == []
    assert changes("LockClose_post", {"Type": 1}, 60) == [("entrapment", "cleared")]
    assert changes("ntp_post", {}, 61) == []


def test_live_data_and_counts_of_the_device() -> None:
    """Names of the device become ours, with their units."""
    value = {"DoorState": 1, "PersonState": 0, "CurrentFloor": "-1", "RunDirection": 1}
    value |= {"RunState": 1, "speed": 1.5, "Mystery": 3}
    decoded = told("device", device("LiveData_post", value))
    (live,) = decoded.messages
    assert isinstance(live.body, State)
    assert (live.body.doors_closed, live.body.occupied, live.body.floor_label) == (
        True,
        False,
        "-1",
    )
    assert (live.body.car, live.body.direction, live.body.speed_mps) == ("moving", "up", 1.5)
    assert decoded.ignored == {"unknown_field": 1}
    (counts,) = told(
        "device", device("RunStatistics_post", {"RunCount": 9, "RunMins": 90})
    ).messages
    assert isinstance(counts.body, Counters)
    assert (counts.body.rides, counts.body.running_h) == (9, 1.5)


def test_the_same_payload_is_one_message() -> None:
    """Its identity is made of what it says, so that a point is written once."""
    once, again = (told("box", box()).messages[0] for _ in range(2))
    assert (once.terminal, once.boot, once.seq) == (again.terminal, again.boot, again.seq)
    later = told("box", box(seconds=NOW_MS // 1000 + 5)).messages[0]
    assert later.seq != once.seq

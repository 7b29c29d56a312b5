"""The vendor box: a JSON object whose `D` is a little-endian record in base64 (dialect `maixin`).

    {"TY": "M", "ST": "S", "elevatorCode": "MX5264", "sensorType": "SINGLEBOX",
     "time": "2023-06-26 09:37:41", "D": "5euYZAEAAAAAAAAAAQAAAAABACwAAAA="}

`D` is u32 seconds since 1970 in UTC and then one byte a value, as the table `RECORD` has them; a
record may end early, and what it does not reach is unknown. `time` is local and only counts where
the record's clock was never set. `TY` tells what it is: `M` state, `TR` counts of a period; `ST`
`add` or `disappear` is an edge of a fault. Facts from the vendor's public server code.

Read with care, since a detector believes what stands here:
- byte 18 is the safety chain of a single box and the drive of others, and of a single box while it
  runs the two sources disagree: unknown then. The drive is never taken for a command to it.
- battery and signal 0 is "not measured" (a box on mains sends them), as temperature 0 is.
- the temperature is the box's own, on the car roof: `health`, never `machine_room_c`.
- a speed without direction has no sign, and is set aside.
- signal is in per cent and not in dBm, the unit of `run_time` is told nowhere: both are left out.
"""

import base64
import binascii
import struct
from collections.abc import Iterator
from typing import Any

from ingest.dialects import words
from ingest.dialects.foreign import SET_MS, Foreign, Format, Said, local_ms
from ingest.dialects.words import Words
from ingest.mend import Unusable, shown

DIALECT = "maixin"
SINGLE = ("SINGLEBOX", "CarDoor")
DOUBLE_DOOR = 45  # the version of a lift with two car doors
RECORD = (
    *("version", "status", "direction", "level", "speed", "car_lock", "people", "power"),
    *("floor", "signal", "battery", "mode", "run", "closed", "motor", "temperature"),
    *("closed_2", "safety_chain", "door_lock", "outside_zone", "ucm"),
)
"""Bytes 4 to 24, each signed."""
RECORD_BYTES_MIN = 5
PASSED_OVER = frozenset(
    {"System", "Login", "Update", "Dlog", "SelfCheck", "DetectedPeopleNums", "EventEscalator"}
)
OTHER_LISTS = {"SensorFault": "sensor", "FaultEscalator": "escalator", "FaultFront": "front"}
"""Faults numbered by lists of their own: the number is kept under that name, and is in no table."""
KNOWN = frozenset(
    {"TY", "ST", "D", "elevatorCode", "sensorType", "time", "fault_type", "fault_stype", "faultId"}
    | {"faultName", "protocalVersion", "requestId", "exercise", "temperature", "repair", "stop"}
    | {"brake", "door_loop", "safe_loop", "door_times", "level_off_times", "run_time", "run_count"}
    | {"run_distance", "bend_count"}
)


def read(said: dict[str, Any]) -> Foreign | None:
    """One payload of the box."""
    type_, subtype = said.get("TY"), said.get("ST")
    odd: list[tuple[str, str]] = []
    if subtype in ("add", "disappear") and "fault_type" in said:
        at_ms, told = local_ms(said.get("time")), list(_faults(said))
    elif type_ in ("M", "Monitor"):
        at_ms, told, odd = _monitor(said)
    elif type_ == "TR":
        at_ms, told, odd = local_ms(said.get("time")), *_period(said)
    elif isinstance(type_, str) and type_ in PASSED_OVER:
        return None
    else:
        raise Unusable("foreign", f"TY: {shown(type_)} is nothing a box says")
    unknown = tuple(name for name in said if name not in KNOWN)
    return Foreign(said.get("elevatorCode"), at_ms, told, tuple(odd), unknown)


def _monitor(said: dict[str, Any]) -> tuple[int | None, list[Said], list[tuple[str, str]]]:
    if said.get("D") is None:
        return local_ms(said.get("time")), [_machine_room(said)], []
    seconds, record = _record(said["D"])
    at_ms = seconds * 1_000
    if at_ms < SET_MS:
        at_ms = local_ms(said.get("time")) or 0
    single = said.get("sensorType") in SINGLE
    odd: list[tuple[str, str]] = []
    state = _state(record, single=single, odd=odd)
    if words.whole(said.get("repair")) == 1:
        state["service_mode"] = "inspection"
    health = _health(record)
    told = [Said("state", state), *_standing(record, state)]
    return at_ms, [*told, Said("health", health)] if health else told, odd


def _record(text: Any) -> tuple[int, dict[str, int]]:
    """Seconds since 1970 and the bytes that are there, by name."""
    try:
        raw = base64.b64decode(text if isinstance(text, str) else b"?", validate=True)
    except (binascii.Error, ValueError):
        raise Unusable("foreign", "D: no base64") from None
    if len(raw) < RECORD_BYTES_MIN:
        raise Unusable("foreign", f"D: {len(raw)} bytes are no record")
    (seconds,) = struct.unpack_from("<I", raw)
    values = struct.unpack(f"{len(raw) - 4}b", raw[4:])
    return seconds, dict(zip(RECORD, values, strict=False))


def _word(
    record: dict[str, int], name: str, table: Words, *, odd: list[tuple[str, str]]
) -> Any | None:
    value = record.get(name)
    if value is not None and value not in table:
        odd.append((f"D.{name}", f"{value} is no value of it"))
    return None if value is None else table.get(value)


def _state(record: dict[str, int], *, single: bool, odd: list[tuple[str, str]]) -> dict[str, Any]:
    people = record.get("people")
    return {
        "service_mode": _word(record, "mode", words.BOX_MODE, odd=odd),
        "car": _word(record, "run", words.CAR, odd=odd),
        "direction": _word(record, "direction", words.DIRECTION, odd=odd),
        "floor": record.get("floor"),
        "speed_mps": _speed_mps(record, odd),
        "in_door_zone": _word(record, "level", words.NO, odd=odd),
        "doors_closed": _doors_closed(record, odd),
        "doors_locked": _doors_locked(record, single=single, odd=odd),
        "occupied": None if people is None else people > 0,
        "people": people if people is not None and people > 1 else None,
        "safety_chain_ok": _safety_chain_ok(record, single=single),
        "mains_ok": _word(record, "power", words.POWER, odd=odd),
    }


def _speed_mps(record: dict[str, int], odd: list[tuple[str, str]]) -> float | None:
    speed, direction = record.get("speed"), record.get("direction")
    if not speed:
        return None if speed is None else 0.0
    sign = {1: 1, 2: -1, 3: -1}.get(direction or 0)
    if sign is None:
        odd.append(("D.speed", "no direction is told: no sign"))
        return None
    return sign * abs(speed) / 10


def _doors_closed(record: dict[str, int], odd: list[tuple[str, str]]) -> bool | None:
    """Both doors where there are two; byte 20 of a lift with one says nothing."""
    first: bool | None = _word(record, "closed", words.YES, odd=odd)
    if record["version"] != DOUBLE_DOOR:
        return first
    second: bool | None = _word(record, "closed_2", words.YES, odd=odd)
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


def _doors_locked(
    record: dict[str, int], *, single: bool, odd: list[tuple[str, str]]
) -> bool | None:
    """The car's lock, and the chain of the landings' locks; a single box only knows the first."""
    car: bool | None = _word(record, "car_lock", words.NO, odd=odd)
    landings = True if single else _word(record, "door_lock", words.NO, odd=odd)
    if car is False or landings is False:
        return False
    return None if car is None or landings is None else True


def _safety_chain_ok(record: dict[str, int], *, single: bool) -> bool | None:
    later = record.get("safety_chain")
    if not single:
        return None if later is None else later == 0
    first = record.get("motor")
    if later not in (None, 0):
        return False
    if first is None:
        return None if later is None else True
    if first != 0 and record.get("run") != 0:
        return None
    return first == 0


def _standing(record: dict[str, int], state: dict[str, Any]) -> Iterator[Said]:
    """What puts people in danger is a report of its own, also where the fault's edge was lost.

    It is repeated while it stands, and ended only by a record that shows an open door without it.
    """
    trapped = {2: "7", 3: "8"}.get(record.get("status", 0))
    for name, raw_code in (
        ("trapped", trapped),
        ("ucm", "5" if record.get("ucm") else None),
        ("outside_zone", "6" if record.get("outside_zone") else None),
    ):
        known = ("status" if name == "trapped" else name) in record
        if raw_code is not None:
            fields = {"edge": "open", "dialect": DIALECT, "raw_code": raw_code}
            yield Said("event", {"id": f"record/{name}", **fields})
        elif known and state["doors_closed"] is False:
            yield Said("event", {"id": f"record/{name}", "edge": "close", "dialect": DIALECT})


def _health(record: dict[str, int]) -> dict[str, Any]:
    health = {
        "battery_pct": record.get("battery") or None,
        "temperature_c": record.get("temperature") or None,
    }
    return {name: value for name, value in health.items() if value is not None}


def _machine_room(said: dict[str, Any]) -> Said:
    """The box in the machine room has no record; its safety chain is 1 when it is closed."""
    brake = {0: "lifted", 1: "applied"}.get(words.whole(said.get("brake")))  # type: ignore[arg-type]  # None is in no table
    mode = "inspection" if words.whole(said.get("repair")) == 1 else None
    if words.whole(said.get("stop")) == 1:
        mode = "out_of_service"
    fields = {
        "service_mode": mode,
        "brake": brake,
        "doors_locked": _flag(said.get("door_loop")),
        "safety_chain_ok": _flag(said.get("safe_loop")),
        "machine_room_c": words.decimal(said.get("temperature")),
    }
    if all(value is None for value in fields.values()):
        raise Unusable("foreign", "neither D nor a value of a machine room")
    return Said("state", fields)


def _flag(value: Any) -> bool | None:
    number = words.whole(value)
    return None if number is None else words.YES.get(number)


def _period(said: dict[str, Any]) -> tuple[list[Said], list[tuple[str, str]]]:
    """Counts since the last such record, not since installation."""
    counts = {
        "rides": words.whole(said.get("run_count")),
        "door_cycles": words.whole(said.get("door_times")),
        "distance_m": words.decimal(said.get("run_distance")),
        "rope_bends": words.whole(said.get("bend_count")),
    }
    known = {name: value for name, value in counts.items() if value is not None}
    if not known:
        raise Unusable("foreign", "TR: no count in it")
    odd = [(name, "its unit is told nowhere") for name in ("run_time",) if said.get(name)]
    return [Said("counters", {"span": "period", **known})], odd


def _faults(said: dict[str, Any]) -> Iterator[Said]:
    """One event for each number of `fault_type`, which may be several with commas."""
    given = said["fault_type"]
    numbers = words.text(given).split(",")
    codes = [number.strip() for number in numbers if number.strip()][:16]
    if not codes:
        raise Unusable("foreign", f"fault_type: {shown(given)} is no number")
    prefix = OTHER_LISTS.get(words.text(said.get("TY")))
    for code in codes:
        raw_code = code if prefix is None else f"{prefix}/{code}"
        fault_id = said.get("faultId")
        name = words.text(fault_id)[:200] or None
        if name is not None and len(codes) > 1:
            name = f"{name}/{code}"
        yield Said(
            "event",
            {
                "id": name,
                "edge": "open" if said["ST"] == "add" else "close",
                "dialect": DIALECT,
                "raw_code": raw_code[:256],
                "raw_text": words.text(said.get("faultName"))[:256] or None,
            },
        )


BOX = Format(DIALECT, read)

"""The MQTT device with pairs of open and close events (dialect `jtc340`).

    {"Method": "ErrorEvent_post", "DeviceName": "100334121210009", "Version": "1.0",
     "Params": {"Value": {"ErrorType": 1001, "ErrorTime": "2023-08-16 16:25:07"},
                "Time": 1692167107}}

Its own broker has the method in the topic; here it stands in the payload, where a bridge puts it.
Names of methods and of `Value` are those of the device's published tests; what they are silent
about (a terminal that knows more than five things) are the wire names of GB/T 24476, and both stand
in the tables `LIVE` and `COUNTS`. A value in no table is unknown.

When it happened is the value's own time, in local words (`ErrorTime`, `CloseTime`, `LockTime`,
`AlarmTime`, `OccurTime`, `EndTime`), else `Time` in seconds or milliseconds since 1970, else when
we heard it. An event has no id but its type: the close of a type ends the open of that type.
`DoorState` is read as "closed in position", 1 for closed, for want of a document: the published
example has it at 1 while the car runs. `RunMileage` beside `RunMeters` has no unit and is left out.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from ingest.dialects import words
from ingest.dialects.foreign import Foreign, Format, Said, field_of, local_ms
from ingest.mend import Unusable, shown
from liftwatch.clock import rfc3339

DIALECT = "jtc340"
MILLISECONDS_FROM = 10**11  # seconds reach it in the year 5138
TIMES = ("ErrorTime", "CloseTime", "LockTime", "AlarmTime", "OccurTime", "EndTime")
PASSED_OVER = frozenset(
    {"ntp", "property", "get_property", "set_property", "post_property", "Call", "GetWeather"}
    | {"service_upgrade", "service_reboot", "service_getlog", "upgrade", "reboot", "getlog"}
)

Read = Callable[[Any], Any]


def _in(table: words.Words) -> Read:
    def read(value: Any) -> Any:
        number = words.whole(value)
        return None if number is None else table.get(number)

    return read


def _label(value: Any) -> str | None:
    """What passengers see, at most four characters."""
    text = words.text(value)
    return text if 0 < len(text) <= 4 else None


def _door_status(value: Any) -> Any:
    """A number is the extended status; a bool is "closed", and no position of a door."""
    return None if isinstance(value, bool) else _in(words.CAR_DOOR_OR_LOCKED)(value)


class Row(NamedTuple):
    """A value's name there, its name here, and how it is read."""

    theirs: str
    ours: str
    read: Read


LIVE: tuple[Row, ...] = (
    Row("DoorState", "doors_closed", _in(words.YES)),
    Row("PersonState", "occupied", _in(words.YES)),
    Row("CurrentFloor", "floor_label", _label),
    Row("RunDirection", "direction", _in(words.DIRECTION)),
    Row("RunState", "car", _in(words.CAR)),
    Row("Service_Mode", "service_mode", _in(words.SERVICE_MODE)),
    Row("Car_Status", "car", _in(words.CAR)),
    Row("Car_Direction", "direction", _in(words.DIRECTION)),
    Row("Door_Zone", "in_door_zone", _in(words.YES_OR_2)),
    Row("Car_Position", "floor_label", _label),
    Row("Door_Close_Status", "doors_closed", _in(words.YES_OR_2)),
    Row("Door_Status", "car_door", _door_status),
    Row("Histway_Door", "doors_locked", _in(words.YES)),
    Row("Passenger_Status", "occupied", _in(words.YES_OR_2)),
    Row("Car_Overload", "overload", _in(words.YES)),
    Row("Lift_Car_Drive_Status", "brake", _in(words.BRAKE)),
    Row("Machine_Room_Temperature", "machine_room_c", words.decimal),
    Row("People_Number", "people", words.whole),
    Row("door", "car_door", _in(words.SIMPLE_DOOR)),
    Row("speed", "speed_mps", words.decimal),
)
COUNTS: tuple[Row, ...] = (
    Row("RunCount", "rides", words.whole),
    Row("DoorToggleCount", "door_cycles", words.whole),
    Row("RunMeters", "distance_m", words.decimal),
    Row("RunMins", "running_h", lambda value: _hours(value)),
    Row("Present_Counter_Value", "rides", words.whole),
    Row("Door_Open_Count", "door_cycles", words.whole),
    Row("Lift_Mileage", "distance_m", words.decimal),
    Row("Total_Running_Time", "running_h", words.decimal),
    Row("Rope_Bend_Count", "rope_bends", words.whole),
    Row("Power_Consumption", "energy_kwh", words.decimal),
    Row("Passenger_Counter", "passengers", words.whole),
)


def _hours(minutes: Any) -> float | None:
    number = words.decimal(minutes)
    return None if number is None else number / 60


class Pair(NamedTuple):
    """A method that is one edge of an event: which, and where its code stands."""

    edge: str
    type_name: str
    prefix: str = ""


PAIRS = {
    "ErrorEvent": Pair("open", "ErrorType"),
    "ErrorClose": Pair("close", "ErrorType"),
    "LockEvent": Pair("open", "Type", "lock/"),
    "LockClose": Pair("close", "Type", "lock/"),
    "AlarmEvent": Pair("open", "AlarmType"),
    "AlarmClose": Pair("close", "AlarmType"),
    "SelfError": Pair("open", "ErrorType"),
}


class Told(NamedTuple):
    """The messages of a method, what was odd, and names that nobody knows."""

    said: list[Said]
    odd: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()


def read(said: dict[str, Any]) -> Foreign | None:
    """One payload of the device."""
    given = field_of(said, "Method")
    method = _method(words.text(given))
    if method in PASSED_OVER:
        return None
    params = _object(field_of(said, "Params"), "Params")
    value = field_of(params, "Value")
    value = params if value is None else _object(value, "Value")
    if method in PAIRS:
        told = _event(value, PAIRS[method])
    elif method == "LiveData":
        told = _table(value, LIVE, Said("state", {}))
    elif method == "RunStatistics":
        told = _table(value, COUNTS, _span(value))
    else:
        raise Unusable("foreign", f"Method: {shown(given)} is nothing a device says")
    terminal = field_of(said, "DeviceName", "DeviceId", "Device")
    return Foreign(terminal, _at_ms(value, params, said), told.said, told.odd, told.unknown)


def _method(text: str) -> str:
    """The name of a method, without what all have.

    >>> _method("ErrorEvent_post"), _method("ErrorEvent/post/"), _method("service_upgrade")
    ('ErrorEvent', 'ErrorEvent', 'service_upgrade')
    """
    return text.replace("/", "_").removesuffix("_").removesuffix("_post")


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unusable("foreign", f"{name}: no object")
    return value


def _at_ms(value: dict[str, Any], params: dict[str, Any], said: dict[str, Any]) -> int | None:
    for name in TIMES:
        own_ms = local_ms(field_of(value, name))
        if own_ms is not None:
            return own_ms
    sent = words.decimal(field_of(params, "Time") or field_of(said, "Time"))
    if sent is None:
        return None
    return int(sent) if abs(sent) >= MILLISECONDS_FROM else int(sent * 1_000)


def _event(value: dict[str, Any], pair: Pair) -> Told:
    type_ = field_of(value, pair.type_name)
    text = words.text(type_)
    if not text:
        raise Unusable("foreign", f"{pair.type_name}: {shown(type_)} is no type")
    raw_code = f"{pair.prefix}{text}"[:256]
    fields = {"edge": pair.edge, "dialect": DIALECT, "raw_code": raw_code}
    return Told([Said("event", {"id": f"{DIALECT}/{raw_code}"[:256], **fields})])


def _span(value: dict[str, Any]) -> Said:
    """Counts with a beginning are of that period, others are totals."""
    since_ms = local_ms(field_of(value, "StartTime"))
    if since_ms is None:
        return Said("counters", {"span": "total"})
    return Said("counters", {"span": "period", "since": rfc3339(since_ms)})


def _table(value: dict[str, Any], rows: tuple[Row, ...], said: Said) -> Told:
    """Fill a message from a table; the first row that gives a field its value has it."""
    known = {row.theirs.casefold(): row for row in rows}
    fields, found = said.fields, False
    odd: list[tuple[str, str]] = []
    unknown: list[str] = []
    for name, given in value.items():
        row = known.get(name.casefold())
        if row is None:
            if name not in (*TIMES, "StartTime", "Time"):
                unknown.append(name[:80])
            continue
        value_here = row.read(given)
        if value_here is None:
            odd.append((name, f"{shown(given)} is no value of it"))
        else:
            found = True
            fields.setdefault(row.ours, value_here)
    if fields.get("speed_mps"):
        _sign(fields, odd)
    return Told([said] if found else [], tuple(odd), tuple(unknown))


def _sign(fields: dict[str, Any], odd: list[tuple[str, str]]) -> None:
    """Up is positive here; there a speed has no sign of its own."""
    sign = {"up": 1, "down": -1}.get(fields.get("direction", ""))
    if sign is None:
        odd.append(("speed", "no direction is told: no sign"))
        del fields["speed_mps"]
    else:
        fields["speed_mps"] = sign * abs(fields["speed_mps"])


DEVICE = Format(DIALECT, read)

"""The message classes of the provincial push (domain 7.1) from one table: a second format.

A row is a field of a class: how it is called there, and where it stands in ours. What is said is
about a lift as the fleet shows it (`state`, `online`, ...), or about an event of a feed.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from liftwatch.incidents.incident import OVER
from liftwatch.rescue.codes import code_of

Said = Mapping[str, Any]
"""What fields are read from: `lift`, `area`, `estate`, `facts`, `state`, `at`, and of an incident
`incident` and `what`. What is not known is left out."""


class Field(NamedTuple):
    """A row: its class, its name there, what it holds."""

    sort: str
    name: str
    value: Callable[[Said], Any]


def _of(part: str, name: str) -> Callable[[Said], Any]:
    return lambda said: (said.get(part) or {}).get(name)


def _online(said: Said) -> int | None:
    return {"online": 0, "offline": 1}.get(str(said.get("online")))


def _recovery(said: Said) -> int:
    incident = said["incident"]
    return int(incident["alarm"] == "cleared" or incident["state"] in OVER)


def _code(name: str) -> Callable[[Said], Any]:
    return lambda said: getattr(code_of(said["incident"]["kind"]), name)


CLASSES = ("status-info", "running-info", "periodic-info", "fault-info", "fault-entrap-info")
TRAPPING = frozenset({"entrapment", "entrapment_suspected"})
_IDS = (
    ("liftId", lambda said: said.get("lift")),
    ("registerCode", _of("facts", "equipment_code")),
    ("rescueCode", _of("facts", "rescue_code")),
    ("areaCode", lambda said: said.get("area")),
    ("time", lambda said: said.get("at")),
)
_RUNNING = tuple(
    (there, _of("state", ours))
    for there, ours in (
        ("serviceMode", "service_mode"),
        ("carStatus", "moving"),
        ("carDirection", "direction"),
        ("carSpeed", "speed_mps"),
        ("floor", "floor_label"),
        ("doorZone", "door_zone"),
        ("doorStatus", "car_door"),
        ("passengerStatus", "occupied"),
    )
)
_PERIODIC = tuple(
    (there, _of("periodic", ours))
    for there, ours in (
        ("totalRunTime", "run_s"),
        ("runTimes", "rides"),
        ("doorTimes", "door_cycles"),
        ("ropeBendTimes", "bends"),
    )
)
_FAULT = (
    ("faultNo", lambda said: said["incident"]["id"]),
    ("typeCode", _code("push")),
    ("typeName", _code("name")),
    ("typeSlug", lambda said: said["incident"]["kind"]),
    ("recovery", _recovery),
    ("faultTime", lambda said: said["incident"]["opened_at"]),
    ("exercise", lambda said: int(said["incident"]["exercise"])),
)
_PARTS: Mapping[str, tuple[tuple[str, Callable[[Said], Any]], ...]] = {
    "status-info": (*_IDS, ("status", _online)),
    "running-info": (*_IDS, *_RUNNING),
    "periodic-info": (*_IDS, *_PERIODIC),
    "fault-info": (*_IDS, *_FAULT, *_RUNNING),
    "fault-entrap-info": (
        *_IDS,
        *_FAULT,
        ("level", _of("state", "door_zone")),
        *_RUNNING,
    ),
}
FIELDS: tuple[Field, ...] = tuple(
    Field(sort, name, value) for sort in CLASSES for name, value in _PARTS[sort]
)


def message(sort: str, said: Said) -> dict[str, Any]:
    """A message of a class: its fields in the order of the table, without what is not known.

    >>> message("status-info", {"lift": "L-1", "area": "320583", "online": "offline"})
    {'class': 'status-info', 'liftId': 'L-1', 'areaCode': '320583', 'status': 1}
    """
    values = {one.name: one.value(said) for one in FIELDS if one.sort == sort}
    return {"class": sort} | {name: value for name, value in values.items() if value is not None}


def fault_message(data: Mapping[str, Any]) -> dict[str, Any]:
    """The message of an event of a feed (`RescueEvent.data`): trapped people have their own class.

    >>> incident = {"id": "i", "kind": "entrapment", "lift": "L-1", "area": "320583",
    ...     "alarm": "raised", "state": "raised", "opened_at": "t", "exercise": False}
    >>> told = fault_message({"incident": incident, "lift": {"rescue_code": "1"}, "at": "t"})
    >>> told["class"], told["typeCode"], told["recovery"], told["rescueCode"]
    ('fault-entrap-info', '11', 0, '1')
    """
    incident = data["incident"]
    sort = "fault-entrap-info" if incident["kind"] in TRAPPING else "fault-info"
    return message(
        sort,
        {
            "lift": incident["lift"],
            "area": incident["area"],
            "at": data["at"],
            "facts": data["lift"],
            "incident": incident,
            "state": incident.get("evidence"),
        },
    )

"""An incident as a CAP 1.2 message (OASIS; ITU-T X.1303), by the mapping of domain report 7.2.

Every event of a feed is one message: the first is an Alert, later ones are Updates that refer to
all before, and a Cancel ends it. The scope is never Public: it tells where people are trapped.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple
from xml.etree import ElementTree as xml

from liftwatch.clock import DAY_MS, HOUR_MS, SECOND_MS, wire_ms
from liftwatch.incidents.clock_rules import ACCIDENT_MS
from liftwatch.incidents.incident import OVER
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.rescue.codes import code_of
from liftwatch.rescue.events import RescueEvent

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"
SENDER = "liftwatch"
RESTRICTION = "For the rescue platform, the property and the maintenance unit of this lift only"
_HERE = timezone(timedelta(hours=8))
EXPIRES_MS, TREND_EXPIRES_MS = 6 * HOUR_MS, 30 * DAY_MS
"""So long a message holds if no other follows: well beyond any rescue [our choice]."""


class Row(NamedTuple):
    """A row of the mapping: how CAP classes a sort of incident."""

    category: tuple[str, ...]
    urgency: str
    severity: str
    certainty: str
    response: tuple[str, ...]


TRAPPED = Row(("Rescue", "Infra"), "Immediate", "Severe", "Observed", ("Execute",))
SUSPECTED = Row(("Rescue",), "Immediate", "Severe", "Likely", ("Assess",))
DANGER = Row(("Safety",), "Immediate", "Severe", "Observed", ("Avoid", "Execute"))
DOOR = Row(("Safety",), "Immediate", "Severe", "Likely", ("Avoid",))
STOPPED = Row(("Infra",), "Expected", "Moderate", "Observed", ("Monitor",))
TREND = Row(("Infra",), "Future", "Minor", "Possible", ("Monitor",))
ROWS: Mapping[str, Row] = {
    "entrapment": TRAPPED,
    "emergency_call": TRAPPED._replace(certainty="Likely", response=("Assess",)),
    "entrapment_suspected": SUSPECTED,
    "unintended_movement": DANGER,
    "overspeed": DANGER,
    "overrun": DANGER,
    "free_fall": DANGER._replace(category=("Rescue", "Safety")),
    "moving_with_open_door": DOOR,
}


def row_of(kind: str) -> Row:
    """How a kind is classed; what has no row of its own by its severity.

    >>> row_of("overrun").response, row_of("rope_slip").urgency, row_of("door_fault").urgency
    (('Avoid', 'Execute'), 'Future', 'Expected')
    """
    if kind in ROWS:
        return ROWS[kind]
    return TREND if BY_NAME[kind].severity == 4 or kind == "levelling_error" else STOPPED


def cap_of(events: Sequence[RescueEvent]) -> bytes:
    """The message of the newest of some events of one incident in one feed, the first first."""
    now, before = events[-1], events[:-1]
    incident = now.data["incident"]
    root = xml.Element("alert", xmlns=NAMESPACE)
    _say(root, "identifier", _identifier(now))
    _say(root, "sender", SENDER)
    _say(root, "sent", _moment(now.at_ms))
    _say(root, "status", "Exercise" if incident["exercise"] else "Actual")
    over = incident["state"] in OVER
    _say(root, "msgType", "Cancel" if before and over else "Update" if before else "Alert")
    _say(root, "scope", "Restricted")
    _say(root, "restriction", RESTRICTION)
    if before:
        if over:
            _say(root, "note", f"The incident is {incident['state']}")
        _say(root, "references", " ".join(map(_reference, before)))
    _say(root, "incidents", incident["id"])
    _info(root, now)
    text: bytes = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _info(root: xml.Element, event: RescueEvent) -> None:
    incident, row = event.data["incident"], row_of(event.data["incident"]["kind"])
    over = incident["state"] in OVER
    info = xml.SubElement(root, "info")
    _say(info, "language", "zh-CN")
    for category in row.category:
        _say(info, "category", category)
    _say(info, "event", code_of(incident["kind"]).name)
    for response in ("AllClear",) if over else row.response:
        _say(info, "responseType", response)
    _say(info, "urgency", "Past" if over else row.urgency)
    _say(info, "severity", severity_of(event))
    _say(info, "certainty", row.certainty)
    code = code_of(incident["kind"]).gb
    if code is not None:
        _pair(info, "eventCode", code, of="GBT24476")
    _pair(info, "eventCode", incident["kind"], of="liftwatch")
    _say(info, "effective", _moment(event.at_ms))
    _say(info, "onset", _moment(wire_ms(incident["opened_at"])))
    held_ms = TREND_EXPIRES_MS if row is TREND else EXPIRES_MS
    _say(info, "expires", _moment(event.at_ms + held_ms))
    _say(info, "senderName", "Liftwatch")
    _say(info, "headline", headline_of(event))
    for name, value in _parameters(event):
        _pair(info, "parameter", value, of=name)
    area = xml.SubElement(info, "area")
    _say(area, "areaDesc", _where(event))
    _pair(area, "geocode", incident["area"], of="GB2260")


def severity_of(event: RescueEvent) -> str:
    """How grave: an entrapment is extreme after two hours, or when somebody is hurt."""
    incident, course = event.data["incident"], event.data["course"]
    row = row_of(incident["kind"])
    if row.category[0] != "Rescue" or incident["state"] in (*OVER, "released", "resolved"):
        return row.severity
    long = event.at_ms - wire_ms(incident["opened_at"]) > ACCIDENT_MS
    return "Extreme" if long or (course["injured"] or 0) > 0 else row.severity


def headline_of(event: RescueEvent) -> str:
    """One line, at most 160 characters as the standard advises."""
    exercise = "【演练】" if event.data["incident"]["exercise"] else ""
    return f"{exercise}{code_of(event.data['incident']['kind']).name} {_where(event)}"[:160]


def _parameters(event: RescueEvent) -> list[tuple[str, str]]:
    lift, course = event.data["lift"], event.data["course"]
    incident = event.data["incident"]
    named = {
        "lift": incident["lift"],
        "equipmentCode": lift.get("equipment_code"),
        "rescueCode": lift.get("rescue_code"),
        "state": incident["state"],
        "alarm": incident["alarm"],
        "occurrence": incident["occurrences"],
        "level": course["level"],
        "crew": course["crew"],
        "trapped": course["trapped"],
        "injured": course["injured"],
        "latitude": lift.get("latitude"),
        "longitude": lift.get("longitude"),
        "datum": lift.get("datum"),
    }
    return [(name, str(value)) for name, value in named.items() if value is not None]


def _where(event: RescueEvent) -> str:
    lift, incident = event.data["lift"], event.data["incident"]
    parts = [lift.get("address") or incident["estate"], lift.get("building"), lift.get("unit")]
    return " ".join(str(part) for part in (*parts, incident["lift"]) if part)


def _identifier(event: RescueEvent) -> str:
    """Unique of us, without what the standard forbids: spaces, commas, < and &."""
    if event.n == 0:  # the platform knows of none: of its own kind, and referred to by no other
        return f"{event.incident}.{event.data['incident']['version']}"
    return f"{event.feed}.{event.n}"


def _reference(event: RescueEvent) -> str:
    return f"{SENDER},{_identifier(event)},{_moment(event.at_ms)}"


def _moment(ms: int) -> str:
    """With an offset and whole seconds: the standard knows no Z.

    >>> _moment(0)
    '1970-01-01T08:00:00+08:00'
    """
    return datetime.fromtimestamp(ms // SECOND_MS, UTC).astimezone(_HERE).isoformat()


def _say(parent: xml.Element, name: str, text: Any) -> None:
    xml.SubElement(parent, name).text = _clean(str(text))


def _pair(parent: xml.Element, name: str, value: Any, *, of: str) -> None:
    pair = xml.SubElement(parent, name)
    _say(pair, "valueName", of)
    _say(pair, "value", value)


def _clean(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))

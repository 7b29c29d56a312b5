"""What templates show of lifts and incidents: every text ready, no decisions left to them."""

from collections.abc import Sequence
from typing import NamedTuple

from api.console.kinds import ALARMS, KIND_TEXTS, PARTIES, SEVERITIES, STATES
from api.console.language import Language
from api.console.place_names import PlaceNames, building_of
from api.console.signals import WORDS
from api.console.values import summary, value
from api.open_incidents import kinds_of
from liftwatch.clock import rfc3339
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.ports import LiftRow

PLAIN_MAX = 6


class LiftName(NamedTuple):
    """How people call a lift."""

    title: str
    estate: str
    rescue_code: str
    lift: str
    estate_name: str = ""


class Tile(NamedTuple):
    """One lift of the fleet."""

    name: LiftName
    floor: str
    direction: str
    door: str
    door_word: str
    occupied: bool | None
    people: int | None
    mode: str
    known: bool
    offline: bool
    heard: str
    severity: int
    kinds: tuple[str, ...]
    exercise: bool
    seen: str


class IncidentView(NamedTuple):
    """One incident in a list or on its page."""

    id: str
    kind: str
    severity: int
    severity_word: str
    state: str
    alarm: str
    alarm_word: str
    is_open: bool
    where: LiftName | None
    scope: str
    since: str
    since_ms: int
    since_at: str
    cleared: str
    evidence: str
    late: bool
    exercise: bool
    occurrences: int


def lift_name(language: Language, lift: str, row: LiftRow | None, *, names: PlaceNames) -> LiftName:
    """The name of a lift, from the register where it knows one."""
    if row is None:
        return LiftName(lift, "", "", lift)
    facts = row.facts
    building = names.building(row.area, row.estate, facts.building)
    if building is None:
        title = _place(language, facts.building, facts.unit) or lift
    else:
        title = _named(language, building, facts.unit)
    estate = names.estate(row.area, row.estate)
    return LiftName(title, row.estate, facts.rescue_code or "", lift, estate)


def scope_words(language: Language, incident: Incident, names: PlaceNames) -> str:
    """What is called for what an incident of several lifts stands; a make stands as it is."""
    building = building_of(incident)
    if building is None:
        return incident.scope or ""
    estate = names.estate(incident.area, incident.estate)
    if building == incident.estate:  # the register knows no building: it is all of the estate
        return estate
    title = names.building(incident.area, incident.estate, building)
    return f"{estate} {title or _place(language, building, None)}"


def _named(language: Language, building: str, unit: str | None) -> str:
    """A building that has a name of its own, and its unit."""
    if not unit:
        return building
    if unit.isascii() and len(unit) <= PLAIN_MAX:
        unit = language.say("unit %(unit)s", unit=unit)
    return f"{building} {unit}"


def _place(language: Language, building: str | None, unit: str | None) -> str:
    """`3 栋 1 单元` of plain numbers; whatever else the register says stands as it is."""
    plain = all(
        text is None or (text.isascii() and len(text) <= PLAIN_MAX) for text in (building, unit)
    )
    if building and unit and plain:
        return language.say("Building %(building)s, unit %(unit)s", building=building, unit=unit)
    if building and plain:
        return language.say("Building %(building)s", building=building)
    return " · ".join(text for text in (building, unit) if text)


def tile(
    language: Language,
    row: LiftRow,
    open_ones: Sequence[Incident],
    *,
    names: PlaceNames,
    now_ms: int,
) -> Tile:
    """A lift as the fleet shows it."""
    state = row.state or {}
    kinds = kinds_of(list(open_ones))
    mode = state.get("service_mode") or "unknown"
    door = state.get("car_door") or "unknown"
    heard_at = "" if row.heard_ms is None else rfc3339(row.heard_ms)
    return Tile(
        name=lift_name(language, row.lift, row, names=names),
        floor=str(state.get("floor_label") or state.get("floor") or "–"),
        direction=state.get("direction") or "none",
        door=door,
        door_word=language.word(WORDS["car_door"].get(door, WORDS["car_door"]["unknown"])),
        occupied=state.get("occupied"),
        people=state.get("people"),
        mode="" if mode in ("normal", "unknown") else value(language, "service_mode", mode),
        known=row.state is not None,
        offline=row.online == "offline" or "terminal_offline" in kinds,
        heard="" if row.heard_ms is None else language.moment(row.heard_ms, now_ms=now_ms),
        severity=min((one.severity for one in open_ones), default=0),
        kinds=tuple(kind_name(language, kind) for kind in kinds),
        exercise=row.exercise,
        seen="|".join((heard_at, row.online or "", *kinds)),
    )


def kind_name(language: Language, kind: str) -> str:
    """What a kind is called; a newer kind than ours shows its own name."""
    text = KIND_TEXTS.get(kind)
    return language.say(text.name) if text else kind


def who_learns(language: Language, kind: str) -> list[str]:
    """Who learns of a kind at once."""
    row = BY_NAME.get(kind)
    return [language.say(PARTIES[letter]) for letter in (row.at_once if row else "")]


def incident_view(
    language: Language,
    incident: Incident,
    lift: LiftRow | None,
    *,
    names: PlaceNames,
    now_ms: int,
) -> IncidentView:
    """An incident with its words."""
    cleared_ms = incident.cleared_ms
    where = None if incident.lift is None else lift_name(language, incident.lift, lift, names=names)
    return IncidentView(
        id=incident.id,
        kind=kind_name(language, incident.kind),
        severity=incident.severity,
        severity_word=language.say(SEVERITIES[incident.severity]),
        state=language.word(STATES[incident.state]),
        alarm=incident.alarm,
        alarm_word=language.word(ALARMS[incident.alarm]),
        is_open=incident.is_open,
        where=where,
        scope=scope_words(language, incident, names),
        since=language.moment(incident.opened_ms, now_ms=now_ms),
        since_ms=incident.opened_ms,
        since_at=rfc3339(incident.opened_ms),
        cleared="" if cleared_ms is None else language.moment(cleared_ms, now_ms=now_ms),
        evidence=summary(language, incident.evidence),
        late=incident.late,
        exercise=incident.exercise,
        occurrences=incident.occurrences,
    )

"""What the pages of rotas of duty show: every text ready."""

from collections.abc import Collection, Mapping
from typing import Any

from api.console.language import Language
from api.console.marks import N_
from api.rota_shapes import time_of
from liftwatch.access.contacts import Calls, Contacts, Part
from liftwatch.access.duty import (
    Absence,
    Day,
    DutyRota,
    OnCall,
    OnDuty,
    Staff,
    Trouble,
    TroubleKind,
    days_ahead,
    troubles,
)
from liftwatch.clock import HOUR_MS
from liftwatch.register.rota import Substitution

Values = dict[str, Any]
PLACES_MIN, PLACES_MORE, PLACES_MAX = 4, 2, 20
"""People who can be put into a form: at least so many, and so many more than there are."""
PAST_MS = 24 * HOUR_MS
"""Exceptions that were over before are not shown any more."""

HOURS: dict[int, str] = {
    8: N_("8 hours"),
    12: N_("12 hours"),
    24: N_("a day"),
    48: N_("two days"),
    168: N_("a week"),
}
ABSENCES: dict[Absence, str] = {
    "unknown": N_("nobody knows them any more"),
    "left": N_("has left"),
    "disabled": N_("disabled"),
}
TROUBLES: dict[TroubleKind, str] = {
    "nobody": N_("Nobody is on duty"),
    "absent": N_("Planned, but has left or is disabled"),
    "no_number": N_("Cannot be called: no telephone number"),
    "no_next": N_("Only one person is planned: nobody comes next"),
    "no_head": N_("No head is named"),
    "head_absent": N_("The head has left or is disabled"),
}

PARTS: dict[Part, str] = {
    "maintenance": N_("Maintenance unit"),
    "property": N_("Property manager"),
    "station": N_("Rescue station"),
    "rescue": N_("Rescue platform"),
    "fire": N_("Fire service"),
}


def contacts_view(one: Contacts, typed: Mapping[str, str]) -> Values:
    """The fields of the form for how an organisation is reached."""
    told: Values = {
        name: "" if (value := getattr(one, name)) is None else str(value)
        for name in ("phone", "email", "latitude", "longitude", "datum")
    }
    told |= {"station": "yes" if one.station else ""}
    if typed:
        told = {name: typed.get(name, "") for name in told}
    return told | {"version": one.version}


def calls_view(language: Language, calls: Calls) -> Values:
    """Whom to call for a lift."""
    rows = [
        {
            "part": language.say(PARTS[one.part]),
            "name": one.name,
            "phone": one.phone or "",
            "round_the_clock": one.round_the_clock,
            "email": one.email or "",
            "distance": ""
            if one.distance_m is None
            else language.say("%(km)s km away", km=f"{one.distance_m / 1000:.1f}"),
            "calls": [on_call_view(language, call) for call in one.on_call],
        }
        for one in calls.calls
    ]
    missing = [language.say(PARTS[part]) for part in calls.missing]
    return {"rows": rows, "missing": missing, "car_phone": calls.car_phone or ""}


def hour_words(language: Language) -> list[tuple[int, str]]:
    """Lengths of turns that can be chosen."""
    return [(hours, language.say(text)) for hours, text in HOURS.items()]


def on_call_view(language: Language, call: OnCall) -> Values:
    """Who is on duty, who answers beside them, who is next, and the head."""
    planned = {one.person for one in call.now}
    before = [one for one in call.answering if one.person not in planned]
    return {
        "id": call.rota,
        "name": call.rota_name,
        "now": [person_view(language, one) for one in call.now],
        "before": [person_view(language, one) for one in before],
        "next": [person_view(language, one) for one in call.next],
        "head": None if call.head is None else person_view(language, call.head),
        "people": planned,
    }


def person_view(language: Language, one: OnDuty) -> Values:
    """Somebody of a chain."""
    return {
        "name": one.name or one.person,
        "phone": one.phone or "",
        "email": one.email or "",
        "absence": language.say(ABSENCES[one.absence]) if one.absence else "",
        "since": "" if one.since_ms is None else language.hour(one.since_ms),
        "until": "" if one.until_ms is None else language.hour(one.until_ms),
    }


def rota_view(
    language: Language,
    one: DutyRota,
    call: OnCall,
    *,
    staff: Staff,
    at_ms: int,
    here: Collection[tuple[str, str]],
    typed: Mapping[str, str],
) -> Values:
    """One rota: now, what is the matter, the coming days, its form, its exceptions."""
    known = {name for name, _ in here}
    gone = [
        (name, _gone(language, name, staff, at_ms=at_ms)) for name in sorted(one.people - known)
    ]
    return {
        "id": one.id,
        "name": one.name,
        "version": one.version,
        "call": on_call_view(language, call),
        "troubles": [
            trouble_view(language, row, hours=_is_short(row))
            for row in troubles(one, at_ms, staff=staff)
        ],
        "plan": [
            plan_row(language, row, staff=staff) for row in days_ahead(one, at_ms, staff=staff)
        ],
        "people": [*here, *gone],
        "simple": is_simple(one),
        "form": form_view(one, typed if typed.get("what") == "change" else {}),
        "exceptions": [
            exception_view(language, row, number=number, staff=staff)
            for number, row in enumerate(one.rota.substitutions)
            if row.to_ms > at_ms - PAST_MS
        ],
        "typed": typed if typed.get("what") == "except" else {},
    }


def _gone(language: Language, name: str, staff: Staff, *, at_ms: int) -> str:
    absence = staff.absence(name, at_ms) or "left"
    return f"{staff.name(name) or name} ({language.say(ABSENCES[absence])})"


def _is_short(row: Trouble) -> bool:
    """Whether it is so for a part of the time that is looked at."""
    return row.kind in ("nobody", "absent")


def trouble_view(language: Language, row: Trouble, *, hours: bool) -> Values:
    """What is the matter, with whom and when."""
    return {
        "text": language.say(TROUBLES[row.kind]),
        "name": row.name or row.person or "",
        "from": language.hour(row.from_ms) if hours else "",
        "to": language.hour(row.to_ms) if hours else "",
        "grave": row.kind == "nobody",
    }


def plan_row(language: Language, row: Day, *, staff: Staff) -> Values:
    """A part of the plan: who is there, and who ought to be."""
    return {
        "from": language.hour(row.from_ms),
        "to": language.hour(row.to_ms),
        "there": [staff.name(name) or name for name in row.there],
        "absent": [_gone(language, name, staff, at_ms=row.from_ms) for name in row.absent],
    }


def exception_view(language: Language, row: Substitution, *, number: int, staff: Staff) -> Values:
    """Who is replaced by whom, from when to when."""
    return {
        "number": number,
        "from": language.hour(row.from_ms),
        "to": language.hour(row.to_ms),
        "person": None if row.person is None else staff.name(row.person) or row.person,
        "by": None if row.by is None else staff.name(row.by) or row.by,
    }


def is_simple(one: DutyRota) -> bool:
    """Whether the form shows all of its plan: one row of turns, or nothing yet."""
    return not one.rota.shifts and len(one.rota.turns) <= 1


def form_view(one: DutyRota | None, typed: Mapping[str, str]) -> Values:
    """The fields of a rota's form: what was typed, else what it is."""
    turns = one.rota.turns[0] if one is not None and one.rota.turns else None
    persons = turns.persons if turns else ()
    places = min(PLACES_MAX, max(PLACES_MIN, len(persons) + PLACES_MORE))
    told: Values = {
        "name": one.name if one else "",
        "first_day": turns.first_day.isoformat() if turns else "",
        "hand_over": time_of(turns.from_min) if turns else "08:00",
        "hours": str(turns.hours if turns else 24),
        "head": (one.head if one else None) or "",
    }
    if typed:
        told = {name: typed.get(name, "") for name in told}
        places = PLACES_MAX if typed.get(f"person_{places + 1}") else places
        persons = tuple(typed.get(f"person_{n}", "") for n in range(1, PLACES_MAX + 1))
    told["typed"] = bool(typed)
    return told | {"persons": [persons[n] if n < len(persons) else "" for n in range(places)]}

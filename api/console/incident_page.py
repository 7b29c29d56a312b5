"""What the page of one incident shows."""

from typing import Any

from api.console.board import lifts_of, names_of
from api.console.course_views import clock_views, names_of_owners, owner_view, story_view
from api.console.kinds import KIND_TEXTS
from api.console.language import Language
from api.console.values import Named, rows
from api.console.views import incident_view, kind_name, lift_name, who_learns
from api.gate import Gate
from api.incidents import find_incident
from api.seen import SeenBooks
from liftwatch.clock import now_ms
from liftwatch.fund.drafts import suggest
from liftwatch.incidents.course import Course
from liftwatch.incidents.incident import Incident

LIFTS_MAX = 200


def incident_head(
    books: SeenBooks, language: Language, id: str, *, gate: Gate | None
) -> dict[str, Any]:
    """How one incident stands now: where, who has it, its clocks."""
    incident, now = find_incident(books, id), now_ms()
    lifts = lifts_of(books, [incident.lift])
    course = books.courses([id]).get(id, Course(incident=id))
    clocks = books.clocks_of([id]).get(id, [])
    first, others = clock_views(language, clocks, incident, course=course, now_ms=now)
    places, row = (
        names_of(books, language, lifts.values(), wide=[incident]),
        lifts.get(incident.lift or ""),
    )
    return {
        "one": incident_view(language, incident, row, names=places, now_ms=now),
        "owner": owner_view(course, names_of_owners(gate, [course])),
        "taken": incident.state not in ("raised", "closed", "rejected"),
        "clock": first,
        "clocks": others,
        "of_fund": incident.lift is not None and suggest(incident.kind) is not None,
    }


def incident_story(
    books: SeenBooks, language: Language, id: str, *, gate: Gate | None
) -> dict[str, Any]:
    """How one incident went: every line of it, what it means, the evidence."""
    told = incident_page(books, language, id)
    return told | {"story": story_view(books, language, gate, id=id, now_ms=now_ms())}


def incident_page(books: SeenBooks, language: Language, id: str) -> dict[str, Any]:
    """One incident: what it means, who learns of it, how it went, the evidence."""
    incident = find_incident(books, id)
    among = incident.lifts[:LIFTS_MAX]
    lifts = lifts_of(books, [incident.lift, *among])
    row = lifts.get(incident.lift or "")
    places = names_of(books, language, lifts.values(), wide=[incident])
    text = KIND_TEXTS.get(incident.kind)
    parent = books.incident(incident.parent) if incident.parent else None
    return {
        "one": incident_view(language, incident, row, names=places, now_ms=now_ms()),
        "kind": incident.kind,
        "means": language.say(text.means) if text else "",
        "learns": who_learns(language, incident.kind),
        "also": language.say(text.also) if text and text.also else "",
        "course": _course(language, incident),
        "evidence": rows(language, incident.evidence),
        "lifts": [lift_name(language, name, lifts.get(name), names=places) for name in among],
        "parent": parent and (parent.id, kind_name(language, parent.kind)),
    }


def _course(language: Language, incident: Incident) -> list[Named]:
    """The moments of an incident in order."""
    now = now_ms()
    moments = (
        ("opened_at", language.say("Condition began"), incident.opened_ms),
        ("raised_at", language.say("Certain since"), incident.raised_ms),
        ("cleared_at", language.say("Condition gone"), incident.cleared_ms),
    )
    return [
        Named(label, language.moment(ms, now_ms=now), name)
        for name, label, ms in moments
        if ms is not None
    ]

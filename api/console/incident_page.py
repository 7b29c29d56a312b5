"""What the page of one incident shows."""

from typing import Any

from api.console.board import lifts_of, names_of
from api.console.kinds import KIND_TEXTS
from api.console.language import Language
from api.console.values import Named, rows
from api.console.views import incident_view, kind_name, lift_name, who_learns
from api.incidents import find_incident
from api.seen import SeenBooks
from liftwatch.clock import now_ms
from liftwatch.incidents.incident import Incident

LIFTS_MAX = 200


def incident_page(books: SeenBooks, language: Language, id: str) -> dict[str, Any]:
    """One incident: what it means, who learns of it, how it went, the evidence."""
    incident = find_incident(books, id)
    among = incident.lifts[:LIFTS_MAX]
    lifts = lifts_of(books, [incident.lift, *among])
    row = lifts.get(incident.lift or "")
    places = names_of(books, language, lifts.values())
    text = KIND_TEXTS.get(incident.kind)
    parent = books.incident(incident.parent) if incident.parent else None
    return {
        "one": incident_view(language, incident, row, names=places, now_ms=now_ms()),
        "kind": incident.kind,
        "means": language.say(text.means) if text else "",
        "who": who_learns(language, incident.kind),
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

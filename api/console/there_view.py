"""What whoever goes to a lift has to know: where, how to get in, who is inside, whom to call."""

from typing import Any

from api.console.duty_views import calls_view
from api.console.language import Language
from api.contacts import estate_place
from api.parts import Parts
from api.seen import SeenBooks
from liftwatch.clock import now_ms
from liftwatch.handlers.calls import who_to_call
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import PEOPLE_INSIDE
from liftwatch.register.changes import facts_of


def there(
    books: SeenBooks, language: Language, part: Parts, *, incident: Incident
) -> dict[str, Any] | None:
    """Of an open incident of a lift in which people may be inside; None for any other."""
    urgent = incident.is_open and incident.kind in PEOPLE_INSIDE
    record = books.record(incident.lift) if urgent and incident.lift else None
    row = books.lift(incident.lift) if record is not None and incident.lift else None
    if record is None or row is None:
        return None
    facts, state = facts_of(record.known), row.state or {}
    course = books.courses([incident.id]).get(incident.id)
    trapped = course.trapped if course is not None else None
    people = trapped if trapped is not None else state.get("people")
    calls = None
    if part.gate is not None:
        place = estate_place(books, record)
        with part.gate.people.reading() as reads:
            calls = calls_view(language, who_to_call(reads, record, now_ms(), estate=place))
    return {
        "address": facts.address or "",
        "access": record.site.access or "",
        "machine_room": record.site.machine_room or "",
        "car_phone": record.site.car_phone or "",
        "floor": str(state.get("floor_label") or state.get("floor") or ""),
        "people": "" if people is None else str(people),
        "told": trapped is not None,
        "occupied": state.get("occupied"),
        "crew": (course.crew if course is not None else None) or "",
        "calls": calls,
    }

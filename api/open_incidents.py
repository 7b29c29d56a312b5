"""All that is open, read page by page: by lift for the fleet, worst first for people."""

from collections.abc import Iterator
from operator import attrgetter

from api.seen import SeenBooks
from liftwatch.incidents.incident import Incident
from liftwatch.ports import Books, IncidentFilter

PAGE = 500
READ_MAX = 5_000


def read_open(books: Books | SeenBooks, where: IncidentFilter) -> Iterator[Incident]:
    """Open incidents, newest first, at most READ_MAX of them."""
    after = None
    for _ in range(READ_MAX // PAGE):
        page = books.incidents(where, after=after, limit=PAGE)
        yield from page.items
        after = page.next
        if after is None:
            return


def touched(incident: Incident) -> tuple[str, ...]:
    """The lifts an incident is about."""
    return incident.lifts if incident.lift is None else (incident.lift,)


def by_lift(incidents: Iterator[Incident]) -> dict[str, list[Incident]]:
    """Incidents of each lift, worst first, then newest."""
    found: dict[str, list[Incident]] = {}
    for incident in worst_first(incidents):
        for lift in touched(incident):
            found.setdefault(lift, []).append(incident)
    return found


def worst_first(incidents: Iterator[Incident]) -> list[Incident]:
    """Worst first; of the same severity a raised alarm before a cleared one, then newest."""
    newest = sorted(incidents, key=attrgetter("raised_ms", "id"), reverse=True)
    return sorted(newest, key=lambda one: (one.severity, one.alarm != "raised"))


def kinds_of(incidents: list[Incident]) -> list[str]:
    """The kinds among them, each once."""
    return list(dict.fromkeys(incident.kind for incident in incidents))

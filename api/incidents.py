"""`/v1/incidents`: what people work on, filtered and in pages; one incident."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Query, Response

from api.paging import INT_MAX, LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parameters import LiftQuery, Moment, Words, estates, known_words, lift_filter, moment_ms
from api.parts import TheBooks
from api.principal import allow
from api.problems import DOCUMENTED, BadParameter, Problem, shown
from api.quick import quick
from api.seen import SeenBooks
from api.shapes import IncidentList, IncidentShape, answer, described
from liftwatch.handlers.course import incident_data
from liftwatch.incidents.incident import Incident, State
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.ports import IncidentFilter
from liftwatch.said import Said

router = APIRouter(
    tags=["incidents"], dependencies=[Depends(allow("incidents.read"))], responses=DOCUMENTED
)
LIST = "incidents"
STATES = get_args(State)
SEVERITIES = ("1", "2", "3", "4")
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


async def incident_filter(
    *,
    state: Words,
    kind: Words,
    severity: Words,
    estate: Words,
    lift: LiftQuery = None,
    from_: Annotated[Moment, Query(alias="from")] = None,
    to: Moment = None,
    open: Annotated[bool, Query(description="Leave out closed and rejected ones.")] = False,
) -> IncidentFilter:
    """The filter of the query parameters."""
    from_ms, to_ms = moment_ms("from", from_), moment_ms("to", to)
    if from_ms is not None and to_ms is not None and from_ms > to_ms:
        raise BadParameter("from", Said("is after `to`"))
    return IncidentFilter(
        state=known_words("state", state, STATES),
        kind=known_words("kind", kind, BY_NAME),
        severity=tuple(map(int, known_words("severity", severity, SEVERITIES))),
        estate=estates(estate),
        lift=lift_filter(lift),
        from_ms=from_ms,
        to_ms=to_ms,
        open_only=open,
    )


@router.get("/v1/incidents", responses=described(IncidentList, "Incidents, newest first"))
@quick
def list_incidents(
    *,
    books: TheBooks,
    where: Annotated[IncidentFilter, Depends(incident_filter)],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """Incidents raised in [from, to), newest first; the filters given must all hold."""
    after = read_place(cursor) if cursor else None
    page = books.incidents(where, after=after, limit=limit)
    items = incidents_data(books, page.items)
    return answer({"items": items, "next": page.next and write_cursor(LIST, page.next)})


def incidents_data(books: SeenBooks, incidents: Sequence[Incident]) -> list[dict[str, Any]]:
    """Incidents that are seen, with who has each, and what is due."""
    ids = [one.id for one in incidents]
    courses, clocks = books.courses(ids), books.clocks_of(ids)
    return [incident_data(o, courses.get(o.id), clocks.get(o.id, ())) for o in incidents]


def read_place(cursor: str) -> tuple[int, str]:
    """The place in the list a cursor stands for."""
    raised_ms, id = read_cursor(cursor, LIST, tuple[int, str])
    if abs(raised_ms) > INT_MAX or not _ID.fullmatch(id):
        raise BadParameter("cursor", Said("this is not a cursor of ours"))
    return raised_ms, id


@router.get("/v1/incidents/{id}", responses=described(IncidentShape, "The incident"))
@quick
def read_incident(books: TheBooks, id: str) -> Response:
    """One incident."""
    return answer(incidents_data(books, [find_incident(books, id)])[0])


def find_incident(books: SeenBooks, id: str) -> Incident:
    """The incident of that id, or the problem that there is none."""
    incident = books.incident(id) if _ID.fullmatch(id) else None
    if incident is None:
        raise Problem("not-found", Said("there is no incident %(id)s", id=shown(id)))
    return incident

"""`/v1/incidents/{id}/bundle`: all evidence of one incident, signed; `/report`: the form for an
accident in law.
"""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Response
from msgspec import structs

from api.evidence import evidence_shape
from api.incidents import find_incident
from api.moves import story_of
from api.parts import TheBooks, TheGate
from api.principal import Principal, allow
from api.problems import DOCUMENTED
from api.shapes import NO_STORE
from api.trail import act_of
from liftwatch.access.rights import ACTIONS
from liftwatch.audit.export import jsonl
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import now_ms, rfc3339
from liftwatch.handlers.course import incident_data
from liftwatch.incidents.bundle import key_of, pack
from liftwatch.incidents.course import Course
from liftwatch.incidents.report import report

router = APIRouter(tags=["incidents"], responses=DOCUMENTED)
BUNDLE = "incidents.bundle"
TRAIL_MAX = 500
Reader = Annotated[Principal, Depends(allow(BUNDLE))]
Responses = dict[int | str, dict[str, Any]]
ZIP: Responses = {
    200: {
        "description": "A zip: incident, story, clocks, evidence, trail, form, manifest, signature",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}
PAGE: Responses = {
    200: {
        "description": "The form, to be printed",
        "content": {"text/html": {"schema": {"type": "string"}}},
    }
}


@router.get("/v1/incidents/{id}/bundle", responses=ZIP)
def read_bundle(*, principal: Reader, books: TheBooks, gate: TheGate, id: str) -> Response:
    """All evidence of one incident, signed with the installation's key; it is noted who took it."""
    incident = find_incident(books, id)
    at_ms, key = now_ms(), key_of(gate.secret)
    gate.note(act_of(principal, ACTIONS[BUNDLE], ("incident", id), at_ms=at_ms))
    course = books.courses([id]).get(id, Course(incident=id))
    clocks = books.clocks_of([id]).get(id, [])
    trail = books.trail_of(AuditFilter(target_kind="incident", target=id), limit=TRAIL_MAX)
    files = {
        "incident.json": _json(incident_data(incident, course, clocks)),
        "course.json": _json(structs.asdict(course)),
        "clocks.json": _json([structs.asdict(one) for one in clocks]),
        "story.json": _json(story_of(books, gate.people.reading, id)),
        "evidence.json": _json(evidence_shape(incident, books.evidence_of(id))),
        "trail.jsonl": "".join(jsonl(reversed(trail))).encode(),
        "report.html": _form(books, id).encode(),
    }
    told = {"incident": id, "made_at": rfc3339(at_ms), "made_by": principal.name, "version": 1}
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{id}.zip"'}
    return Response(pack(files, told, key=key), media_type="application/zip", headers=headers)


@router.get("/v1/incidents/{id}/report-form", responses=PAGE)
def read_form(*, principal: Reader, books: TheBooks, id: str) -> Response:
    """The form on which an accident in law is reported, with what is known filled in."""
    del principal
    find_incident(books, id)
    return Response(_form(books, id), media_type="text/html; charset=utf-8", headers=NO_STORE)


def _form(books: TheBooks, id: str) -> str:
    incident = find_incident(books, id)
    lift = None if incident.lift is None else books.lift(incident.lift)
    course = books.courses([id]).get(id, Course(incident=id))
    return report(incident, course, books.story(id), facts=None if lift is None else lift.facts)


def _json(data: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(data), indent=1)

"""`/v1/incidents/{id}/alike`: past cases comparable with an incident, by its signature."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from fastapi import APIRouter, Depends, Response

from api.evidence import kept_first
from api.fault_shapes import AlikeList, AlikeScope, AlikeShape, HelpedShape, fault_shape
from api.incidents import find_incident
from api.parts import TheBooks
from api.principal import allow
from api.problems import DOCUMENTED
from api.seen import SeenBooks
from api.shapes import answer, described
from liftwatch.care.faults import Fault
from liftwatch.care.faults_store import Scope
from liftwatch.care.parts import kinds_of, part_of
from liftwatch.care.signature import Alike, Signed, most_alike, read_signature, words_of
from liftwatch.incidents.evidence import Kept
from liftwatch.incidents.incident import Incident

router = APIRouter(
    tags=["faults"], dependencies=[Depends(allow("faults.read"))], responses=DOCUMENTED
)
SCOPES: tuple[Scope, ...] = ("lift", "model", "all")
COMPARED_MAX = 500
"""So many past cases are compared in each scope, the newest."""
SHOWN_MAX = 5


class Case(NamedTuple):
    """A past case, how like it is, and what came of it."""

    alike: Alike
    fault: Fault


class Cases(NamedTuple):
    """What one scope gave: how many were compared, and the likest of them."""

    scope: Scope
    compared: int
    cases: list[Case]


class Helped(NamedTuple):
    """What people did in some cases."""

    cause: str
    items: tuple[str, ...]
    times: int
    came_back: int


class Found(NamedTuple):
    """All that is comparable with an incident."""

    signed: Signed
    scopes: list[Cases]
    helped: list[Helped]


@router.get("/v1/incidents/{id}/alike", responses=described(AlikeList, "Comparable past cases"))
def read_alike(books: TheBooks, id: str) -> Response:
    """Past cases like an incident: on its lift, on lifts of its make and model, on all that are
    seen; what is like in words, what was found and what helped. docs/faults.md has the measure.

    An incident of several lifts has none: those beneath it do.
    """
    incident = find_incident(books, id)
    found = find_alike(books, incident)
    scopes = [
        AlikeScope(
            scope=one.scope, compared=one.compared, items=[_shape(case) for case in one.cases]
        )
        for one in found.scopes
    ]
    helped = [
        HelpedShape(cause=h.cause, items=list(h.items), times=h.times, came_back=h.came_back)
        for h in found.helped
    ]
    return answer(
        AlikeList(
            incident=incident.id, signature=found.signed.signature, scopes=scopes, helped=helped
        )
    )


def find_alike(books: SeenBooks, incident: Incident) -> Found:
    """The likest past cases of each scope; a case stands in the narrowest alone."""
    signed = signed_of(books, incident)
    if incident.lift is None:
        return Found(signed, [], [])
    kinds = kinds_of((part_of(incident.kind),)) or (incident.kind,)
    picked: list[tuple[Scope, int, list[Alike]]] = []
    taken: set[str] = set()
    for scope in SCOPES:
        known = books.signed_like(signed, scope=scope, kinds=kinds, limit=COMPARED_MAX)
        fresh = [one for one in known if one.incident not in taken]
        likest = most_alike(signed, fresh, limit=SHOWN_MAX)
        taken |= {one.signed.incident for one in likest}
        picked.append((scope, len(known), likest))
    faults, drawn = books.faults_of(taken), books.signed(taken)
    scopes = [
        Cases(
            scope,
            compared,
            [
                Case(a._replace(signed=drawn[id]), faults[id])
                for a in likest
                if (id := a.signed.incident) in faults and id in drawn
            ],
        )
        for scope, compared, likest in picked
    ]
    return Found(signed, scopes, what_helped(c.fault for one in scopes for c in one.cases))


def signed_of(books: SeenBooks, incident: Incident) -> Signed:
    """The signature that was kept; where there is none yet, what the incident itself tells."""
    kept = books.signed([incident.id]).get(incident.id)
    if kept is not None:
        return kept
    window = kept_first(books.evidence_of(incident.id))
    row = books.lift(incident.lift) if incident.lift else None
    return Signed(
        incident=incident.id,
        lift=incident.lift or "",
        area=incident.area,
        estate=incident.estate,
        kind=incident.kind,
        raised_ms=incident.raised_ms,
        make=row.facts.manufacturer if row else None,
        model=row.facts.model if row else None,
        signature=read_signature(
            incident.kind,
            window.kept if window else Kept(),
            evidence=incident.evidence,
            opened=min(incident.opened_ms - incident.raised_ms, 0),
        ),
    )


def what_helped(faults: Iterable[Fault]) -> list[Helped]:
    """What was done in cases that people put right, what was done most often first."""
    times: Counter[tuple[str, tuple[str, ...]]] = Counter()
    back: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for one in faults:
        if one.verdict != "resolved":
            continue
        done = (one.cause or "", tuple(sorted({part.item for part in one.replaced})))
        times[done] += 1
        back[done] += one.back_after_ms is not None
    order = sorted(times, key=lambda done: (back[done] - times[done], done))
    return [Helped(*done, times[done], back[done]) for done in order]


def _shape(case: Case) -> AlikeShape:
    like = case.alike.likeness
    return AlikeShape(
        likeness=round(like.share, 3),
        same=[str(words_of(*one)) for one in like.same],
        differ=list(like.differ),
        fault=fault_shape(case.fault, case.alike.signed),
    )

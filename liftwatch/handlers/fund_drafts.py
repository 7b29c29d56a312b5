"""From an incident of a lift to a draft case: what it points to, with its evidence by hash.

The draft moves no money and hangs out nowhere: all that follows is people's (`liftwatch.fund`).
Its evidence is one file of JSON, of the bytes whose hash stands in the case: the faults of the
lift in the year before, on what ground this one was raised, and the hashes of its windows.
"""

import hashlib
from collections import Counter
from typing import Any, NamedTuple

import msgspec

from liftwatch.clock import DAY_MS, estate_day, rfc3339
from liftwatch.fund.aftermath import kinds_of
from liftwatch.fund.case import OVER, Case, Custody
from liftwatch.fund.documents import Document
from liftwatch.fund.drafts import WORKS, Fault, Suggestion, draft_of, suggest
from liftwatch.fund.kept import CaseFilter, CaseWork, Snapshot
from liftwatch.fund.refusals import CannotMove, Untold
from liftwatch.handlers.fund_aftermath import faults_of
from liftwatch.incidents.evidence import EvidenceWindow
from liftwatch.incidents.grounds import ground_of
from liftwatch.incidents.incident import Incident
from liftwatch.ports import Books
from liftwatch.said import Said

BACK_MS = 365 * DAY_MS
FAULTS_SHOWN = 200
PAGE = 200


class Opened(NamedTuple):
    """A draft that was opened, what it suggests, and its evidence."""

    case: Case
    suggestion: Suggestion
    snapshot: Snapshot


def building_of(books: Books, incident: Incident) -> tuple[str, str, str]:
    """Whose fund an incident concerns, by the register: area, estate, building. Raises Untold."""
    if incident.lift is None:
        raise Untold(Said("it is of several lifts: a case is opened for one of them"))
    lift = books.lift(incident.lift)
    if lift is None or not lift.facts.building:
        raise Untold(Said("nobody has told in which building this lift is"))
    return incident.area, incident.estate, lift.facts.building


def open_for(
    work: CaseWork,
    books: Books,
    incident: Incident,
    *,
    id: str,
    custody: Custody,
    bank: str,
    now_ms: int,
) -> Opened:
    """Keep a draft for an incident; the caller holds the books' head, so that one is opened.

    Raises Untold for a kind the fund pays nothing for, for an exercise, and for what people
    rejected; CannotMove where a case of this incident goes on.
    """
    place = building_of(books, incident)
    if incident.exercise or incident.state == "rejected":
        raise Untold(Said("there was nothing: it was an exercise, or people rejected it"))
    _check_new(books, incident)
    suggestion = suggest(incident.kind)
    if suggestion is None:
        raise Untold(Said("a %(kind)s points to no work of the fund", kind=incident.kind))
    lift = incident.lift or ""
    data = snapshot_of(books, incident, suggestion, now_ms=now_ms)
    sha256 = hashlib.sha256(data.encode()).hexdigest()
    paper = Document(
        kind="fault_history",
        sha256=sha256,
        dated=estate_day(now_ms),
        name=f"fault history of {lift}",
    )
    case, _ = draft_of(
        Fault(id=incident.id, kind=incident.kind, lift=lift, raised_ms=incident.raised_ms),
        id=id,
        place=place,
        custody=custody,
        bank=bank,
        evidence=(paper,),
        used=work.fund_documents_used((sha256,)),
        now_ms=now_ms,
    )
    work.fund_put_case(case, None)
    snapshot = Snapshot(case=id, sha256=sha256, data=data, at_ms=now_ms)
    work.fund_keep_snapshot(snapshot)
    return Opened(case, suggestion, snapshot)


def _check_new(books: Books, incident: Incident) -> None:
    where, after = CaseFilter(area=incident.area, lift=incident.lift), ""
    while page := books.fund_cases(where, after=after, limit=PAGE):
        for one in page:
            if one.incident == incident.id and one.stage not in OVER | {"refused"}:
                raise CannotMove(Said("case %(case)s was opened for it", case=one.id))
        after = page[-1].id


def snapshot_of(books: Books, incident: Incident, suggestion: Suggestion, *, now_ms: int) -> str:
    """The evidence as JSON, names in order: the same facts are the same bytes."""
    kinds = tuple(sorted(kinds_of(suggestion.works)))
    faults = faults_of(
        books, incident.lift or "", kinds, from_ms=now_ms - BACK_MS, until_ms=now_ms + 1
    )
    faults.sort(key=lambda one: (-one.raised_ms, one.id))
    ground = ground_of(incident.kind)
    told: dict[str, Any] = {
        "what": "liftwatch fault history 1",
        "made_at": rfc3339(now_ms),
        "lift": incident.lift,
        "incident": {
            "id": incident.id,
            "kind": incident.kind,
            "severity": incident.severity,
            "opened_at": rfc3339(incident.opened_ms),
            "raised_at": rfc3339(incident.raised_ms),
            "occurrences": incident.occurrences,
            "evidence": incident.evidence,
            "threshold": ground.threshold,
            "source": ground.source,
        },
        "windows": [_window(one) for one in books.evidence_of(incident.id)],
        "charts": f"/v1/incidents/{incident.id}/evidence",
        "works": [
            {
                "code": code,
                "what": WORKS[code].what,
                "low_fen": WORKS[code].low_fen,
                "high_fen": WORKS[code].high_fen,
                "source": "domain 6.4",
            }
            for code in suggestion.works
        ],
        "since": rfc3339(now_ms - BACK_MS),
        "counts": dict(Counter(one.kind for one in faults)),
        "faults": [
            {"incident": one.id, "kind": one.kind, "raised_at": rfc3339(one.raised_ms)}
            for one in faults[:FAULTS_SHOWN]
        ],
    }
    return msgspec.json.encode(told, order="sorted").decode()


def _window(window: EvidenceWindow) -> dict[str, Any]:
    """A window of signals by its hash: the signals stay with the incident, and can be compared."""
    kept = msgspec.json.encode(window.kept, order="sorted")
    read = window.kept_ms is not None
    return {
        "n": window.n,
        "raised_at": rfc3339(window.raised_ms),
        "from": rfc3339(window.from_ms),
        "to": rfc3339(window.to_ms),
        "complete": window.complete,
        "sha256": hashlib.sha256(kept).hexdigest() if read else None,
    }

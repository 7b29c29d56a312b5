"""`/v1/incidents/{id}/evidence`: the signals around an incident, its threshold, its certainty."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Response

from api.incidents import find_incident
from api.parts import TheBooks
from api.principal import allow
from api.problems import DOCUMENTED
from api.shapes import EvidenceShape, answer, described
from liftwatch.clock import rfc3339
from liftwatch.incidents.evidence import Confidence, EvidenceWindow, confidence_of
from liftwatch.incidents.grounds import ground_of, limits_of
from liftwatch.incidents.incident import Incident

router = APIRouter(
    tags=["incidents"], dependencies=[Depends(allow("incidents.read"))], responses=DOCUMENTED
)


@router.get("/v1/incidents/{id}/evidence", responses=described(EvidenceShape, "What made it so"))
def read_evidence(books: TheBooks, id: str) -> Response:
    """The windows of signals around each time an incident was raised, the first one first.

    In `series` a value stands with its time in milliseconds from `raised_at`; `thinned` names the
    series of which only first, last, lowest and highest values of each piece are left, with how
    many there were. A window that has not been read yet has `kept_at` null, one that may lack
    something is not `complete`. An incident of several lifts has no windows: those beneath it do.
    """
    incident = find_incident(books, id)
    return answer(evidence_shape(incident, books.evidence_of(incident.id)))


def evidence_shape(incident: Incident, windows: Sequence[EvidenceWindow]) -> dict[str, Any]:
    """Evidence as the API shows it; threshold and source are those that held when it was kept."""
    ground, first = ground_of(incident.kind), kept_first(windows)
    return {
        "incident": incident.id,
        "kind": incident.kind,
        "lift": incident.lift,
        "threshold": first.kept.threshold if first else ground.threshold,
        "source": first.kept.source if first else ground.source,
        "signals": list(ground.signals),
        "limits": [
            {"signal": name, "value": value}
            for name, value in limits_of(incident.kind, incident.evidence)
        ],
        "confidence": confidence(incident, windows),
        "windows": [_window(one) for one in windows],
    }


def kept_first(windows: Sequence[EvidenceWindow]) -> EvidenceWindow | None:
    """The first window that has been read."""
    return next((one for one in windows if one.kept_ms is not None), None)


def confidence(incident: Incident, windows: Sequence[EvidenceWindow]) -> Confidence | None:
    """How sure the first window makes it; None while nothing has been read."""
    first = kept_first(windows)
    if first is not None:
        return first.kept.confidence
    if "reported" in incident.evidence:
        return confidence_of(ground_of(""), {}, incident.evidence)
    return None


def _window(window: EvidenceWindow) -> dict[str, Any]:
    kept_ms = window.kept_ms
    return {
        "n": window.n,
        "from": rfc3339(window.from_ms),
        "to": rfc3339(window.to_ms),
        "opened_at": rfc3339(window.opened_ms),
        "raised_at": rfc3339(window.raised_ms),
        "complete": window.complete,
        "pending": window.due_ms is not None,
        "kept_at": None if kept_ms is None else rfc3339(kept_ms),
        "points": window.points,
        "thinned": window.kept.thinned,
        "series": window.kept.series,
    }

"""Keeps the signals around incidents: reads each window that is over from the telemetry store.

One window a run. What was read is written in one transaction with when it is due again, and only
if nobody else has written meanwhile: an engine that dies in between reads once more and doubles
nothing.
"""

from collections import defaultdict
from collections.abc import Iterator

import structlog
from msgspec import structs

from liftwatch.clock import DAY_MS, MINUTE_MS
from liftwatch.handlers.care_faults import sign
from liftwatch.incidents.evidence import (
    BACK_MS_MAX,
    TEXT_MAX,
    EvidenceWindow,
    Kept,
    Series,
    confidence_of,
    fitted,
    looked_at,
)
from liftwatch.incidents.grounds import ground_of
from liftwatch.incidents.incident import Incident
from liftwatch.ports import Books, StoreUnavailable, TelemetryQuery, TelemetryStore
from liftwatch.telemetry.retention import RAW

log = structlog.get_logger()

KEEP = "keep-evidence"
READ: dict[str, tuple[str, ...]] = {
    "state": (),
    "ride": (),
    "door": (),
    "button": ("panel", "floor", "direction", "button", "edge"),
    "burst": (),
    "event": (),
    "emergency_call": (),
    "health": (),
    "online": ("status",),
    "maintenance": ("phase", "method", "work", "code", "result"),
}
"""The kinds of message a window holds, and which of their signals (none named: all): who came for
a visit and what was noted stays out."""
ROWS_MAX = 65_000
"""Points of one kind read at most, the newest: more than a burst of three axes has."""


def keep_due(books: Books, store: TelemetryStore, now_ms: int) -> bool:
    """Read and keep the next window that is due; whether there was one.

    Raises StoreUnavailable when either store is away; then it stays due.
    """
    window = books.next_evidence(now_ms)
    if window is None or window.due_ms is None:
        return False
    incident = books.incident(window.incident)
    try:
        fresh = None if incident is None else look(store, incident, window, now_ms=now_ms)
    except StoreUnavailable:
        _put(books, window, structs.replace(window, due_ms=now_ms))  # the others come first
        raise
    except Exception:
        log.exception("evidence cannot be gathered", incident=window.incident)
        looked = looked_at(window, now_ms=now_ms, complete=False)
        fresh = structs.replace(looked, kept_ms=window.kept_ms)
    _put(books, window, fresh or structs.replace(window, due_ms=None), incident=incident)
    return True


def _put(
    books: Books,
    window: EvidenceWindow,
    fresh: EvidenceWindow,
    *,
    incident: Incident | None = None,
) -> None:
    """Keep it, and the signature of its incident by what it shows now."""
    assert window.due_ms is not None
    with books.begin() as work:
        if work.put_evidence(fresh, due_ms=window.due_ms) and incident is not None:
            sign(work, incident, fresh)


def look(
    store: TelemetryStore, incident: Incident, window: EvidenceWindow, *, now_ms: int
) -> EvidenceWindow:
    """The window with what the store has of it now; never with less than it had before.

    Raises StoreUnavailable.
    """
    if incident.lift is None:
        return structs.replace(window, due_ms=None)
    # asked before the window is read: what has come by then of later times came after it
    complete = window.from_ms > now_ms - RAW.ms and _is_past(
        store, incident.lift, window.to_ms, now_ms=now_ms
    )
    series = read_series(store, incident, window)
    points = sum(map(len, series.values()))
    looked = looked_at(window, now_ms=now_ms, complete=complete)
    if window.kept_ms is not None and points < window.points:
        return structs.replace(looked, kept_ms=window.kept_ms)
    ground = ground_of(incident.kind)
    kept = Kept(
        series=series,
        threshold=ground.threshold,
        source=ground.source,
        confidence=confidence_of(ground, series, incident.evidence),
    )
    return structs.replace(looked, points=points, kept=fitted(kept))


def read_series(
    store: TelemetryStore, incident: Incident, window: EvidenceWindow
) -> dict[str, Series]:
    """All signals of the lift in the window, as `kind.signal`, in order of time."""
    found: dict[str, Series] = defaultdict(list)
    for query in _queries(incident, window):
        for row in store.read(query):
            for name, value in row.values.items():
                told = value[:TEXT_MAX] if isinstance(value, str) else value
                found[f"{query.kind}.{name}"].append((row.at_ms - window.raised_ms, told))
    return dict(sorted(found.items()))


def _queries(incident: Incident, window: EvidenceWindow) -> Iterator[TelemetryQuery]:
    """What to read, older times first; far back only what the kind is judged by."""
    near_ms = max(window.from_ms, window.raised_ms - BACK_MS_MAX)
    for kind, signals in READ.items():
        own = [one for one in ground_of(incident.kind).signals if one.startswith(f"{kind}.")]
        if own and window.from_ms < near_ms:
            names = tuple(one.removeprefix(f"{kind}.") for one in own)
            yield _query(incident, kind, span=(window.from_ms, near_ms), signals=names)
        yield _query(incident, kind, span=(near_ms, window.to_ms), signals=signals)


def _query(
    incident: Incident, kind: str, *, span: tuple[int, int], signals: tuple[str, ...]
) -> TelemetryQuery:
    assert incident.lift is not None
    return TelemetryQuery(
        lift=incident.lift,
        kind=kind,
        from_ms=span[0],
        to_ms=span[1],
        signals=signals,
        limit=ROWS_MAX,
    )


def _is_past(store: TelemetryStore, lift: str, to_ms: int, *, now_ms: int) -> bool:
    """Whether the store has heard of the lift after a moment: it has caught up with its end."""
    until_ms = min(max(now_ms, to_ms) + MINUTE_MS, to_ms + DAY_MS)
    return any(
        store.read(TelemetryQuery(lift=lift, kind=kind, from_ms=to_ms, to_ms=until_ms, limit=1))
        for kind in READ
    )

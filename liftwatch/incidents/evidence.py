"""The evidence of an incident as plain data: a window of signals around each time it was raised.

A window is planned in the transaction that raises the incident, read from the telemetry store when
it is over (`liftwatch.engine.evidence`), and then kept beside the incident: it stays when raw
telemetry has gone. Times in a series are milliseconds from the moment of raising.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import Struct, structs

from liftwatch.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from liftwatch.incidents.ground import BACK_MS, Ground
from liftwatch.incidents.grounds import ground_of

Value = bool | int | float | str
Series = list[tuple[int, Value]]

BEFORE_MS = 60 * SECOND_MS
"""How far a window reaches back before the condition began."""
AFTER_MS = 30 * SECOND_MS
"""How far it reaches beyond the moment of raising."""
BACK_MS_MAX = BACK_MS
"""How far before the raising all signals are kept at most; beyond it only those of the kind."""
GRACE_MS = 60 * SECOND_MS
"""How long after its end a window is read first: relay and store are behind [our choice]."""
LATE_MS = 11 * MINUTE_MS
"""When it is read for the last time: what comes within 10 minutes still counts (contract 1)."""
WINDOWS_MAX = 5
"""An alarm that is raised again and again proves no more by its sixth window [our choice]."""
POINTS_MAX = 2_000
BYTES_MAX = 512 * 1024
TEXT_MAX = 200
PAUSE_MS_MIN, PAUSE_MS_MAX, LOOKS_MAX = 15 * SECOND_MS, HOUR_MS // 2, 16
"""An incomplete window is looked for again 16 times, in all for about five hours."""


class Confidence(Struct, frozen=True, kw_only=True):
    """How well a claim is founded: of the signals it needs, which were there, and told by whom."""

    needed: int = 0
    present: int = 0
    missing: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    reported: bool = False


class Kept(Struct, frozen=True, kw_only=True):
    """What is kept of a window: series by `kind.signal`, and on what ground it was raised.

    `thinned` tells of the series that were too long how many points there were: of each piece its
    first, last, lowest and highest are left.
    """

    series: dict[str, Series] = {}
    thinned: dict[str, int] = {}
    threshold: str = ""
    source: str = ""
    confidence: Confidence = Confidence()


class EvidenceWindow(Struct, frozen=True, kw_only=True):
    """A window of an incident, the `n`th from 1; `due_ms` None: nobody looks for it any more.

    `complete` says that the store had heard of the lift after the window's end when it was read,
    `points` how many values it then had of it, and `looks` how often it gave an answer.
    """

    incident: str
    n: int = 0
    opened_ms: int
    raised_ms: int
    from_ms: int
    to_ms: int
    final_ms: int
    due_ms: int | None
    looks: int = 0
    kept_ms: int | None = None
    complete: bool = False
    points: int = 0
    kept: Kept = Kept()


class EvidenceReads(Protocol):
    """The reads of the books that belong to evidence."""

    def evidence_of(self, incident: str) -> list[EvidenceWindow]:
        """The windows of an incident, the first one first."""

    def next_evidence(self, now_ms: int) -> EvidenceWindow | None:
        """The window that has been due for longest; None when none is."""


class EvidenceWork(Protocol):
    """The part of a transaction that evidence lives on."""

    def plan_evidence(self, window: EvidenceWindow) -> bool:
        """Promise a window; the books number it. False when the incident has enough of them."""

    def put_evidence(self, window: EvidenceWindow, *, due_ms: int) -> bool:
        """Replace a window that was due then; False when somebody else has done so meanwhile."""


def plan_window(
    kind: str, *, incident: str, opened_ms: int, raised_ms: int, noted_ms: int
) -> EvidenceWindow:
    """The window of one raising; `noted_ms` is when we knew of it, by our clock.

    >>> w = plan_window("overspeed", incident="i", opened_ms=0, raised_ms=200, noted_ms=900)
    >>> w.from_ms, w.to_ms, w.due_ms, w.final_ms
    (-60000, 30200, 90900, 690900)
    """
    opened_ms = min(opened_ms, raised_ms)
    from_ms = max(opened_ms - BEFORE_MS, raised_ms - ground_of(kind).back_ms)
    over_ms = max(raised_ms, noted_ms) + AFTER_MS
    return EvidenceWindow(
        incident=incident,
        opened_ms=opened_ms,
        raised_ms=raised_ms,
        from_ms=from_ms,
        to_ms=raised_ms + AFTER_MS,
        due_ms=over_ms + GRACE_MS,
        final_ms=over_ms + LATE_MS,
    )


def looked_at(window: EvidenceWindow, *, now_ms: int, complete: bool) -> EvidenceWindow:
    """The window after the store has answered: when it is due again, if it is.

    >>> w = plan_window("overspeed", incident="i", opened_ms=0, raised_ms=0, noted_ms=0)
    >>> again = looked_at(w, now_ms=90_000, complete=True)
    >>> again.due_ms, looked_at(again, now_ms=690_000, complete=True).due_ms
    (690000, None)
    >>> looked_at(w, now_ms=90_000, complete=False).due_ms
    105000
    """
    looks, due_ms = window.looks + 1, None
    if complete and now_ms < window.final_ms:
        due_ms = window.final_ms
    elif not complete and looks < LOOKS_MAX:
        due_ms = now_ms + min(PAUSE_MS_MIN << window.looks, PAUSE_MS_MAX)
    return structs.replace(
        window, looks=looks, due_ms=due_ms, kept_ms=now_ms, complete=complete or window.complete
    )


def confidence_of(
    ground: Ground, series: Mapping[str, Series], evidence: Mapping[str, Any]
) -> Confidence:
    """How many of the signals that a kind needs are in a window, and in messages of which kind."""
    found = [[name for name in one.split("|") if name in series] for one in ground.needs]
    sources = sorted({name.split(".")[0] for names in found for name in names})
    missing = [one for one, names in zip(ground.needs, found, strict=True) if not names]
    return Confidence(
        needed=len(ground.needs),
        present=len(ground.needs) - len(missing),
        missing=tuple(missing),
        sources=tuple(sources),
        reported="reported" in evidence,
    )


def fitted(kept: Kept) -> Kept:
    """The same within the limits of points and bytes.

    >>> long = Kept(series={"state.floor": [(k, 7) for k in range(5_000)]})
    >>> few = fitted(long)
    >>> len(few.series["state.floor"]), few.thinned
    (1000, {'state.floor': 5000})
    """
    limit = POINTS_MAX
    while True:
        series = {name: thin(points, limit) for name, points in kept.series.items()}
        thinned = {
            name: len(points)
            for name, points in kept.series.items()
            if len(series[name]) < len(points)
        }
        fit = structs.replace(kept, series=series, thinned=thinned)
        if limit <= 4 or len(msgspec.json.encode(fit)) <= BYTES_MAX:
            return fit
        limit //= 2


def thin(points: Sequence[tuple[int, Value]], limit: int) -> Series:
    """At most `limit` (at least 4) of some points: of each piece first, last, lowest, highest.

    What is no number has neither lowest nor highest.

    >>> thin([(0, 1.0), (1, 9.0), (2, 2.0), (3, -5.0), (4, 3.0), (5, 3.0)], 4)
    [(0, 1.0), (1, 9.0), (3, -5.0), (5, 3.0)]
    """
    if len(points) <= limit:
        return list(points)
    size = -(-len(points) // max(limit // 4, 1))
    return [
        points[place]
        for start in range(0, len(points), size)
        for place in _telling(points, start, min(start + size, len(points)))
    ]


def _telling(points: Sequence[tuple[int, Value]], start: int, stop: int) -> list[int]:
    """The places of a piece that tell most of it."""
    kept = {start, stop - 1}
    numbers = [
        k
        for k in range(start, stop)
        if isinstance(points[k][1], int | float) and not isinstance(points[k][1], bool)
    ]
    if numbers:
        kept.add(min(numbers, key=lambda k: points[k][1]))
        kept.add(max(numbers, key=lambda k: points[k][1]))
    return sorted(kept)

"""Windows of evidence in memory: the measure for the real ones."""

from collections.abc import Callable
from typing import Any

from msgspec import structs

from liftwatch.incidents.evidence import WINDOWS_MAX, EvidenceWindow

EvidenceState = dict[str, tuple[EvidenceWindow, ...]]
"""The windows of each incident."""


class MemoryEvidenceReads:
    """Fulfils `liftwatch.incidents.evidence.EvidenceReads`."""

    _evidence: EvidenceState

    def evidence_of(self, incident: str) -> list[EvidenceWindow]:
        """The windows of an incident, the first one first."""
        return list(self._evidence.get(incident, ()))

    def next_evidence(self, now_ms: int) -> EvidenceWindow | None:
        """The window that has been due for longest."""
        due = [
            (one.due_ms, one.incident, one.n, one)
            for windows in self._evidence.values()
            for one in windows
            if one.due_ms is not None and one.due_ms <= now_ms
        ]
        return min(due, key=lambda row: row[:3])[3] if due else None


class MemoryEvidenceWork:
    """Fulfils `liftwatch.incidents.evidence.EvidenceWork`; each step says how it is undone."""

    _evidence: EvidenceState
    _undo: list[Callable[[], Any]]

    def plan_evidence(self, window: EvidenceWindow) -> bool:
        """Promise a window; False when the incident has enough of them."""
        windows = self._evidence.get(window.incident, ())
        if len(windows) >= WINDOWS_MAX:
            return False
        self._set(window.incident, (*windows, structs.replace(window, n=len(windows) + 1)))
        return True

    def put_evidence(self, window: EvidenceWindow, *, due_ms: int) -> bool:
        """Replace a window that was due then."""
        windows = self._evidence.get(window.incident, ())
        old = next((one for one in windows if one.n == window.n), None)
        if old is None or old.due_ms != due_ms:
            return False
        fresh = tuple(window if one is old else one for one in windows)
        self._set(window.incident, fresh)
        return True

    def _set(self, incident: str, windows: tuple[EvidenceWindow, ...]) -> None:
        old = self._evidence.get(incident, ())
        self._undo.append(lambda: self._evidence.update({incident: old}))
        self._evidence[incident] = windows

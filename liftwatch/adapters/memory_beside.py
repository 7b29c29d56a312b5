"""Silences, what they hid, and what belongs together, in memory."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from msgspec import structs

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.memory_endings import (
    Changes,
    EndingState,
    MemoryEndingReads,
    MemoryEndingWork,
)
from liftwatch.adapters.memory_register import RegisterState
from liftwatch.adapters.memory_statistics import MemoryStatisticsReads, MemoryVerdictWork
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.silences import Hidden, Silence, Withheld
from liftwatch.incidents.verdicts import Recorded
from liftwatch.ports import Conflict
from liftwatch.said import Said


class BesideState(EndingState):
    """Endings, silences, what was hidden; and the incidents and lifts they are of."""

    def __init__(
        self, changes: Changes, *, incidents: dict[str, Incident], register: RegisterState
    ) -> None:
        super().__init__(changes)
        self.incidents, self.register = incidents, register
        self.silences: dict[str, Silence] = {}
        self.withheld: dict[tuple[str, str, int], Withheld] = {}
        self.recorded: dict[str, Recorded] = {}
        self.hidden: dict[tuple[str, int, str, str], Hidden] = {}


class MemoryBesideReads(MemoryEndingReads, MemoryStatisticsReads):
    """Fulfils `BesideReads`, clocks aside."""

    _endings: BesideState

    def silence(self, id: str) -> Silence | None:
        """One of them."""
        return self._endings.silences.get(id)

    def silences(
        self, *, since_ms: int, limit: int = 500, sight: Sight = EVERYTHING
    ) -> list[Silence]:
        """Those that end after a moment, the newest first."""
        known = self._endings.silences.values()
        found = [one for one in known if one.until_ms > since_ms and _sees(sight, one)]
        return sorted(found, key=lambda one: (-one.made_ms, one.id))[:limit]

    def hidden(
        self,
        *,
        since_ms: int,
        silence: str | None = None,
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[Hidden]:
        """What paged nobody since then, the newest first; with `silence` what that one hid."""
        found = [
            one
            for one in self._endings.hidden.values()
            if one.at_ms >= since_ms and (silence is None or one.of == silence)
            if _sees(sight, self._endings.incidents[one.incident])
        ]
        return sorted(found, key=lambda one: (-one.at_ms, one.incident))[:limit]

    def withheld(
        self, *, since_ms: int, limit: int = 500, sight: Sight = EVERYTHING
    ) -> list[Withheld]:
        """What was not raised for a visit or a mode since then, the newest first."""
        known = self._endings.withheld.values()
        found = [one for one in known if one.at_ms >= since_ms and _sees(sight, one)]
        return sorted(found, key=lambda one: (-one.at_ms, one.lift, one.kind))[:limit]


class MemoryBesideWork(MemoryEndingWork, MemoryVerdictWork):
    """Fulfils `BesideWork`, clocks aside; each step says how it is undone."""

    _endings: BesideState
    _undo: list[Callable[[], Any]]

    def silences_on(self, incident: Incident) -> list[Silence]:
        """Those of its lift or its estate, unless they have ended."""
        return [
            one
            for one in self._endings.silences.values()
            if (one.area, one.estate) == (incident.area, incident.estate)
            if one.ended_ms is None and one.lift in (None, incident.lift)
        ]

    def locked_silence(self, id: str) -> Silence | None:
        """One of them."""
        return self._endings.silences.get(id)

    def put_silence(self, silence: Silence) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""
        known = self._endings.silences.get(silence.id)
        if (0 if known is None else known.version) != silence.version - 1:
            raise Conflict(Said("somebody else has changed it"))
        self._keep(self._endings.silences, silence.id, silence)

    def note_hidden(self, hidden: Hidden) -> bool:
        """Keep that an alarm paged nobody; False when that is known."""
        known = self._endings.hidden.get(_key(hidden))
        if known is not None and known.over_ms is None:
            return False
        self._keep(self._endings.hidden, _key(hidden), hidden)
        return True

    def still_hidden(self, silence: str, *, limit: int) -> list[Hidden]:
        """What a silence hid and of which nobody has looked whether it stands, the oldest first."""
        found = [
            one
            for one in self._endings.hidden.values()
            if (one.by, one.of, one.over_ms) == ("silence", silence, None)
        ]
        return sorted(found, key=lambda one: (one.at_ms, one.incident))[:limit]

    def end_hidden(self, hidden: Hidden, *, at_ms: int) -> bool:
        """Set `over_ms`; False where somebody else has."""
        known = self._endings.hidden.get(_key(hidden))
        if known is None or known.over_ms is not None:
            return False
        self._keep(self._endings.hidden, _key(hidden), structs.replace(known, over_ms=at_ms))
        return True

    def note_withheld(self, rows: Sequence[Withheld]) -> None:
        """Keep what was not raised; twice is once."""
        for one in rows:
            self._keep(self._endings.withheld, (one.lift, one.kind, one.at_ms), one)

    def open_children_of(self, parent: str) -> list[Incident]:
        """The open incidents that have this one as their parent."""
        known = self._endings.incidents.values()
        return sorted(
            (one for one in known if one.parent == parent and one.is_open), key=lambda one: one.id
        )

    def building_of(self, lift: str) -> str | None:
        """The scope of a lift's building; None for a lift that is not known."""
        row = self._endings.register.lifts.get(lift)
        if row is None:
            return None
        facts = self._endings.register.held(row).facts
        return f"{row.estate}/{facts.building or row.estate}"

    def _keep(self, where: dict[Any, Any], key: Any, value: Any) -> None:
        old = where.get(key)
        undo = partial(where.pop, key) if old is None else partial(where.__setitem__, key, old)
        self._undo.append(undo)
        where[key] = value


def _sees(sight: Sight, one: Silence | Withheld | Incident) -> bool:
    return sight.covers(one.area, one.estate)


def _key(hidden: Hidden) -> tuple[str, int, str, str]:
    return hidden.incident, hidden.occurrence, hidden.by, hidden.of

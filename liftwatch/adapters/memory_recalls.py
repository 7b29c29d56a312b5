"""Recalls in memory; it knows no contracts of maintenance."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.memory_instructions import InstructionState
from liftwatch.care.recalls import Hit, Recall, RecallLift
from liftwatch.ports import Conflict
from liftwatch.said import Said


class RecallBook:
    """Recalls by id, their lifts by both names, and the instructions of these."""

    def __init__(self, instructions: InstructionState) -> None:
        self.instructions = instructions
        self.ones: dict[str, Recall] = {}
        self.lifts: dict[tuple[str, str], RecallLift] = {}

    def hits(self, ids: Sequence[str]) -> list[Hit]:
        """The lifts of some, in order of both."""
        return [self._hit(row) for key, row in sorted(self.lifts.items()) if key[0] in ids]

    def _hit(self, row: RecallLift) -> Hit:
        asked = self.instructions.ones.get(row.instruction or "")
        if asked is None:
            return Hit(row=row)
        return Hit(
            row=row,
            state=asked.state,
            responsible=asked.responsible,
            deadline_ms=asked.deadline_ms,
        )


class MemoryRecallReads:
    """Fulfils `RecallReads`."""

    _recalls: RecallBook

    def recall(
        self, id: str, *, sight: Sight = EVERYTHING, organisations: Sequence[str] = ()
    ) -> Recall | None:
        """One of them."""
        found = self._recalls.ones.get(id)
        return found if found is not None and self._sees(found, sight, organisations) else None

    def recalls(
        self,
        *,
        open_only: bool = False,
        limit: int = 50,
        after: tuple[int, str] | None = None,
        sight: Sight = EVERYTHING,
        organisations: Sequence[str] = (),
    ) -> list[Recall]:
        """The newest first, after a place."""
        found = [
            one
            for one in self._recalls.ones.values()
            if self._sees(one, sight, organisations)
            if (one.state == "open" or not open_only)
            if after is None or (one.issued_ms, one.id) < after
        ]
        return sorted(found, key=lambda one: (one.issued_ms, one.id), reverse=True)[:limit]

    def recall_hits(
        self, ids: Sequence[str], *, sight: Sight = EVERYTHING, organisations: Sequence[str] = ()
    ) -> list[Hit]:
        """The lifts of some recalls, in order of both."""
        found = self._recalls.hits(ids)
        return [one for one in found if self._sees_lift(one, sight, organisations)]

    def _sees(self, one: Recall, sight: Sight, organisations: Sequence[str]) -> bool:
        if sight.everything or one.issuer in organisations:
            return True
        return any(self._sees_lift(h, sight, organisations) for h in self._recalls.hits([one.id]))

    def _sees_lift(self, one: Hit, sight: Sight, organisations: Sequence[str]) -> bool:
        asked = self._recalls.instructions.ones.get(one.row.instruction or "")
        parties = set() if asked is None else {asked.responsible, asked.offered_to}
        seen = sight.covers(one.row.area, one.row.estate)
        return seen or not parties.isdisjoint(organisations)


class MemoryRecallWork:
    """Fulfils `RecallWork`; each step says how it is undone."""

    _recalls: RecallBook
    _undo: list[Callable[[], Any]]

    def locked_recall(self, id: str) -> Recall | None:
        """One."""
        return self._recalls.ones.get(id)

    def put_recall(self, one: Recall) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""
        known = self._recalls.ones.get(one.id)
        if (0 if known is None else known.version) != one.version - 1:
            raise Conflict(Said("somebody else has changed it"))
        keys = {other.open_key for other in self._recalls.ones.values() if other.id != one.id}
        if one.open_key is not None and one.open_key in keys:
            raise Conflict(Said("a recall by this very criterion is open"))
        self._keep(self._recalls.ones, one.id, one)

    def held_hits(self, id: str) -> list[Hit]:
        """The lifts of one."""
        return self._recalls.hits([id])

    def put_recall_lift(self, one: RecallLift) -> None:
        """Insert, or keep what has changed."""
        self._keep(self._recalls.lifts, (one.recall, one.lift), one)

    def _keep(self, ones: dict[Any, Any], key: Any, one: Any) -> None:
        old = ones.get(key)
        undo = partial(ones.pop, key) if old is None else partial(ones.__setitem__, key, old)
        self._undo.append(undo)
        ones[key] = one

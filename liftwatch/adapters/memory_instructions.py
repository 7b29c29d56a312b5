"""Rectification instructions in memory; it knows no contracts of maintenance."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from msgspec import structs

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.memory_area import MemoryAreaReads
from liftwatch.care.hazards import Hazard
from liftwatch.care.instruction_store import InstructionFilter, InstructionNotice
from liftwatch.care.instructions import Instruction, Line
from liftwatch.ports import Conflict
from liftwatch.said import Said


class InstructionState:
    """Instructions by id, the story and the notices of each."""

    def __init__(self) -> None:
        self.ones: dict[str, Instruction] = {}
        self.lines: dict[str, list[Line]] = {}
        self.notices: dict[str, list[InstructionNotice]] = {}
        self.hazards: dict[str, Hazard] = {}


class MemoryInstructionReads(MemoryAreaReads):
    """Fulfils `InstructionReads`."""

    _instructions: InstructionState

    def instruction(
        self, id: str, *, sight: Sight = EVERYTHING, organisations: Sequence[str] = ()
    ) -> Instruction | None:
        """One of them."""
        found = self._instructions.ones.get(id)
        seen = found is not None and _sees(found, sight, organisations)
        return found if seen else None

    def instructions(
        self,
        where: InstructionFilter,
        *,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
        organisations: Sequence[str] = (),
    ) -> list[Instruction]:
        """Those of a filter after a place."""
        found = [
            one
            for one in self._instructions.ones.values()
            if _sees(one, sight, organisations) and _fits(one, where)
        ]
        found.sort(key=_place, reverse=not where.open_only)
        if after is not None:
            later = [one for one in found if (_place(one) > after) == where.open_only]
            found = [one for one in later if _place(one) != after]
        return found[:limit]

    def hazard(self, id: str) -> Hazard | None:
        """One of them."""
        return self._instructions.hazards.get(id)

    def hazards_of(self, lift: str, *, limit: int = 200) -> list[Hazard]:
        """Those of a lift, open ones first, then the newest."""
        found = [one for one in self._instructions.hazards.values() if one.lift == lift]
        return sorted(found, key=lambda one: (one.state != "open", -one.made_ms, one.id))[:limit]

    def instruction_lines(self, id: str) -> list[Line]:
        """The story of one."""
        return list(self._instructions.lines.get(id, ()))

    def instruction_notices(self, id: str) -> list[InstructionNotice]:
        """What is and was to be told of one."""
        return list(self._instructions.notices.get(id, ()))


class MemoryInstructionWork:
    """Fulfils `InstructionWork`; each step says how it is undone."""

    _instructions: InstructionState
    _undo: list[Callable[[], Any]]

    def locked_hazard(self, id: str) -> Hazard | None:
        """One of them."""
        return self._instructions.hazards.get(id)

    def put_hazard(self, one: Hazard) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""
        known = self._instructions.hazards.get(one.id)
        if (0 if known is None else known.version) != one.version - 1:
            raise Conflict(Said("somebody else has changed it"))
        self._swap(self._instructions.hazards, one.id, one)

    def locked_instruction(self, id: str) -> Instruction | None:
        """One."""
        return self._instructions.ones.get(id)

    def put_instruction(self, one: Instruction) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""
        known = self._instructions.ones.get(one.id)
        if (0 if known is None else known.version) != one.version - 1:
            raise Conflict(Said("somebody else has changed it"))
        self._swap(self._instructions.ones, one.id, one)

    def note_steps(self, one: Instruction) -> None:
        """Keep `level` and `fired`."""
        known = self._instructions.ones[one.id]
        self._swap(
            self._instructions.ones,
            one.id,
            structs.replace(known, level=one.level, fired=one.fired),
        )

    def add_instruction_line(self, made: Line) -> Line:
        """Append to the story."""
        lines = self._instructions.lines.setdefault(made.instruction, [])
        numbered = structs.replace(made, n=len(lines) + 1)
        lines.append(numbered)
        self._undo.append(lines.pop)
        return numbered

    def add_instruction_notice(self, made: InstructionNotice) -> InstructionNotice:
        """Append, numbered."""
        notices = self._instructions.notices.setdefault(made.instruction, [])
        numbered = structs.replace(made, n=len(notices) + 1)
        notices.append(numbered)
        self._undo.append(notices.pop)
        return numbered

    def put_instruction_notice(self, made: InstructionNotice) -> None:
        """Keep `told_ms` and `held`."""
        notices = self._instructions.notices[made.instruction]
        old = notices[made.n - 1]
        self._undo.append(partial(notices.__setitem__, made.n - 1, old))
        notices[made.n - 1] = structs.replace(old, told_ms=made.told_ms, held=made.held)

    def instruction_notices_due(self, id: str) -> list[InstructionNotice]:
        """Those of which nobody was told yet."""
        return [one for one in self._instructions.notices.get(id, ()) if one.told_ms is None]

    def _swap(self, ones: dict[str, Any], id: str, one: Any) -> None:
        old = ones.get(id)
        undo = partial(ones.pop, id) if old is None else partial(ones.__setitem__, id, old)
        self._undo.append(undo)
        ones[id] = one


def _place(one: Instruction) -> tuple[int, str]:
    return one.deadline_ms, one.id


def _sees(one: Instruction, sight: Sight, organisations: Sequence[str]) -> bool:
    parties = {one.responsible, one.offered_to, one.issuer, one.unit}
    return sight.covers(one.area, one.estate) or not parties.isdisjoint(organisations)


def _fits(one: Instruction, where: InstructionFilter) -> bool:
    named = ("estate", "lift", "responsible", "cause")
    same = all(getattr(where, n) in (None, getattr(one, n)) for n in named)
    return same and (one.is_open or not where.open_only)

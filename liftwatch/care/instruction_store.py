"""What the core needs of the store for instructions, as protocols."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.care.area import AreaReads
from liftwatch.care.hazards import HazardReads, HazardWork
from liftwatch.care.instructions import Instruction, Line
from liftwatch.incidents.pages import Held


class InstructionFilter(Struct, frozen=True, kw_only=True):
    """Which ones: None is no condition; `open_only` are those of which something is still to come.

    Open ones come by their deadline, the most urgent first; others by it, the latest first.
    """

    open_only: bool = False
    estate: str | None = None
    lift: str | None = None
    responsible: str | None = None
    cause: str | None = None


class InstructionNotice(Struct, frozen=True, kw_only=True):
    """That somebody is to be told of an instruction: why, and whom by letters of
    `instruction_clocks`."""

    instruction: str
    n: int
    why: str
    tells: str
    level: int
    made_ms: int
    told_ms: int | None = None
    held: Held | None = None


class InstructionReads(AreaReads, HazardReads, Protocol):
    """What is read of instructions, and of how an area stands; an organisation sees those that it
    has, is offered or has issued, wherever they are."""

    def instruction(
        self, id: str, *, sight: Sight = EVERYTHING, organisations: Sequence[str] = ()
    ) -> Instruction | None:
        """One of them."""

    def instructions(
        self,
        where: InstructionFilter,
        *,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
        organisations: Sequence[str] = (),
    ) -> list[Instruction]:
        """Those of a filter after a place (deadline and id)."""

    def instruction_lines(self, id: str) -> list[Line]:
        """The story of one, the first line first."""

    def instruction_notices(self, id: str) -> list[InstructionNotice]:
        """What is and was to be told of one, the first first."""


class InstructionWork(HazardWork, Protocol):
    """The part of a transaction that issues and moves instructions."""

    def locked_instruction(self, id: str) -> Instruction | None:
        """One, locked against others until the transaction ends."""

    def put_instruction(self, one: Instruction) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""

    def note_steps(self, one: Instruction) -> None:
        """Keep `level` and `fired` of one whose row is held: no change of it that people see."""

    def add_instruction_line(self, line: Line) -> Line:
        """Append to the story of one whose row is held; the line with its number."""

    def add_instruction_notice(self, notice: InstructionNotice) -> InstructionNotice:
        """Append, numbered; the row of the instruction is held."""

    def put_instruction_notice(self, notice: InstructionNotice) -> None:
        """Keep `told_ms` and `held`."""

    def instruction_notices_due(self, id: str) -> list[InstructionNotice]:
        """Those of which nobody was told yet; the row of the instruction is held."""

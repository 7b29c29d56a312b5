"""People issue and move instructions, the engine takes the steps of their clocks.

Each is one transaction: how it stands, the line of its story, who is to be told, and when the
engine looks again.
"""

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import structs

from liftwatch.care.instruction_clocks import MOVE_TELLS, Step, next_ms, steps_due
from liftwatch.care.instruction_store import InstructionNotice
from liftwatch.care.instructions import (
    Instruction,
    Line,
    Side,
    Signals,
    Told,
    checked,
    move,
)
from liftwatch.incidents.course import Actor
from liftwatch.ports import Deadline, Stale, Work
from liftwatch.said import Said

CLOCKS, TELL = "instruction-clocks", "tell-of-instruction"
"""The engine's jobs that look at the clocks of one instruction, and that tell people of it."""
ENGINE = Actor(channel="engine")
BY_SIGNALS: Mapping[Signals, str] = {
    "quiet": "settle",
    "again": "relapse",
    "cannot_tell": "doubt",
}
"""The move that follows from what the signals say."""


class NoSuchInstruction(Exception):
    """There is none of that id."""


def issue(work: Work, one: Instruction, *, by: Actor, now_ms: int) -> Instruction:
    """Keep a new instruction and tell of it; raises Untold for what cannot be."""
    made = checked(one, now_ms=now_ms)
    work.put_instruction(made)
    line = Line(
        instruction=made.id,
        at_ms=now_ms,
        what="issue",
        before="issued",
        state="issued",
        by=by,
        text=made.what,
        facts={"to": made.responsible, "deadline_ms": made.deadline_ms},
    )
    _follow(work, made, line, now_ms=now_ms)
    return made


def make_move(
    work: Work,
    id: str,
    name: str,
    *,
    told: Told,
    by: Actor,
    side: Side,
    version: int,
    now_ms: int,
    also: Collection[str] = (),
    found: Mapping[str, Any] | None = None,
) -> Instruction:
    """Move one. Raises NoSuchInstruction, Stale, CannotMove, Untold."""
    one = work.locked_instruction(id)
    if one is None:
        raise NoSuchInstruction(id)
    if one.version != version:
        raise Stale(Said("somebody else has changed it"))
    moved, line = move(
        one, name, told=told, by=by, side=side, now_ms=now_ms, also=also, found=found
    )
    work.put_instruction(moved)
    _follow(work, moved, line, now_ms=now_ms)
    return moved


def escalate(work: Work, id: str, *, now_ms: int) -> list[Step]:
    """Take the steps that are due and were not taken in this round; which those are."""
    one = work.locked_instruction(id)
    if one is None:
        return []
    due = steps_due(one, now_ms)
    for at_ms, step in due:
        one = structs.replace(one, level=max(one.level, step.level), fired=(*one.fired, step.name))
        line = Line(
            instruction=id,
            at_ms=at_ms,
            what=step.name,
            before=one.state,
            state=one.state,
            by=ENGINE,
            facts={"level": one.level, "noted_ms": now_ms},
        )
        work.add_instruction_line(line)
        _notify(work, one, step.name, tells=step.tells, now_ms=now_ms)
    if due:
        work.note_steps(one)
    return [step for _, step in due]


def hear(
    work: Work, one: Instruction, said: Signals, *, found: Mapping[str, Any], now_ms: int
) -> bool:
    """What the signals say of one that was read before; False where it was moved meanwhile."""
    held = work.locked_instruction(one.id)
    if held is None or held.version != one.version:
        return False
    make_move(
        work,
        one.id,
        BY_SIGNALS[said],
        told=Told(),
        by=ENGINE,
        side="engine",
        version=one.version,
        found=found,
        now_ms=now_ms,
    )
    return True


def next_look(work: Work, id: str, *, now_ms: int) -> int | None:
    """When the engine looks at one again; it holds the row, so that nobody moves it meanwhile."""
    one = work.locked_instruction(id)
    return None if one is None else next_ms(one, now_ms)


def look_at(id: str, due_ms: int) -> Deadline:
    """When the engine looks at the clocks of an instruction."""
    return Deadline(name=f"{CLOCKS}/{id}", what=CLOCKS, due_ms=due_ms, data={"instruction": id})


def tell_at(id: str, due_ms: int) -> Deadline:
    """When the engine tells people of an instruction."""
    return Deadline(name=f"{TELL}/{id}", what=TELL, due_ms=due_ms, data={"instruction": id})


def _follow(work: Work, one: Instruction, line: Line, *, now_ms: int) -> None:
    work.add_instruction_line(line)
    if line.what in MOVE_TELLS:
        _notify(work, one, line.what, tells=MOVE_TELLS[line.what], now_ms=now_ms)
    due_ms = next_ms(one, now_ms)
    if due_ms is not None:
        work.arm(look_at(one.id, due_ms))


def _notify(work: Work, one: Instruction, why: str, *, tells: str, now_ms: int) -> None:
    work.add_instruction_notice(
        InstructionNotice(
            instruction=one.id, n=0, why=why, tells=tells, level=one.level, made_ms=now_ms
        )
    )
    work.arm(tell_at(one.id, now_ms))

"""Rectification instructions in the relational store."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    false,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql.care_area import SqlAreaReads
from liftwatch.adapters.sql.care_hazards import SqlHazardReads, SqlHazardWork
from liftwatch.adapters.sql.care_instruction_tables import instruction, line, notice
from liftwatch.adapters.sql.filters import lift_conditions
from liftwatch.adapters.sql.trouble import translated
from liftwatch.care.instruction_store import InstructionFilter, InstructionNotice
from liftwatch.care.instructions import OVER, Instruction, Line
from liftwatch.clock import now_ms
from liftwatch.incidents.course import Actor
from liftwatch.ports import Conflict
from liftwatch.said import Said

_ONE, _LINE, _NOTICE = instruction.c, line.c, notice.c
_COLUMNS = [_ONE[name] for name in Instruction.__struct_fields__]
_NOTICES = [_NOTICE[name] for name in InstructionNotice.__struct_fields__]
_ACTOR = Actor.__struct_fields__
_PARTIES = ("responsible", "offered_to", "issuer", "unit")


class SqlInstructionReads(SqlAreaReads, SqlHazardReads):
    """Fulfils `InstructionReads`."""

    engine: Engine

    def instruction(
        self, id: str, *, sight: Sight = EVERYTHING, organisations: Sequence[str] = ()
    ) -> Instruction | None:
        """One of them."""
        query = _seen(select(*_COLUMNS).where(_ONE.id == id), sight, organisations)
        with translated(), self.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _instruction_of(row)

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
        query = _seen(select(*_COLUMNS), sight, organisations)
        for name in ("estate", "lift", "responsible", "cause"):
            if (wanted := getattr(where, name)) is not None:
                query = query.where(_ONE[name] == wanted)
        place = tuple_(_ONE.deadline_ms, _ONE.id)
        if where.open_only:
            query = query.where(_ONE.state.not_in(sorted(OVER)))
            query = query.order_by(_ONE.deadline_ms, _ONE.id)
            query = query if after is None else query.where(place > tuple_(*after))
        else:
            query = query.order_by(_ONE.deadline_ms.desc(), _ONE.id.desc())
            query = query if after is None else query.where(place < tuple_(*after))
        with translated(), self.engine.connect() as connection:
            return [_instruction_of(row) for row in connection.execute(query.limit(limit))]

    def instruction_lines(self, id: str) -> list[Line]:
        """The story of one, the first line first."""
        query = select(line).where(_LINE.instruction == id).order_by(_LINE.n)
        with translated(), self.engine.connect() as connection:
            return [_line_of(row) for row in connection.execute(query)]

    def instruction_notices(self, id: str) -> list[InstructionNotice]:
        """What is and was to be told of one, the first first."""
        query = select(*_NOTICES).where(_NOTICE.instruction == id).order_by(_NOTICE.n)
        with translated(), self.engine.connect() as connection:
            return [InstructionNotice(**row._asdict()) for row in connection.execute(query)]


class SqlInstructionWork(SqlHazardWork):
    """Fulfils `InstructionWork` on a connection whose transaction has begun."""

    connection: Connection

    def locked_instruction(self, id: str) -> Instruction | None:
        """One, locked against others until the transaction ends."""
        query = select(*_COLUMNS).where(_ONE.id == id).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _instruction_of(row)

    def put_instruction(self, one: Instruction) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""
        values = structs.asdict(one)
        if one.version == 1:
            self.connection.execute(insert(instruction), values)
            return
        known = (_ONE.id == one.id) & (_ONE.version == one.version - 1)
        if self.connection.execute(update(instruction).where(known).values(values)).rowcount != 1:
            raise Conflict(Said("somebody else has changed it"))

    def note_steps(self, one: Instruction) -> None:
        """Keep `level` and `fired` of one whose row is held."""
        values = {"level": one.level, "fired": list(one.fired)}
        self.connection.execute(update(instruction).where(_ONE.id == one.id).values(values))

    def add_instruction_line(self, made: Line) -> Line:
        """Append to the story; whoever writes holds the row, so nobody counts beside."""
        n = self._next(_LINE, made.instruction)
        numbered = structs.replace(made, n=n)
        values = structs.asdict(numbered) | structs.asdict(numbered.by)
        del values["by"]
        self.connection.execute(insert(line), values)
        return numbered

    def add_instruction_notice(self, made: InstructionNotice) -> InstructionNotice:
        """Append, numbered."""
        numbered = structs.replace(made, n=self._next(_NOTICE, made.instruction))
        self.connection.execute(insert(notice), structs.asdict(numbered))
        return numbered

    def put_instruction_notice(self, made: InstructionNotice) -> None:
        """Keep `told_ms` and `held`."""
        known = (_NOTICE.instruction == made.instruction) & (_NOTICE.n == made.n)
        values = {"told_ms": made.told_ms, "held": made.held}
        self.connection.execute(update(notice).where(known).values(values))

    def instruction_notices_due(self, id: str) -> list[InstructionNotice]:
        """Those of which nobody was told yet."""
        query = select(*_NOTICES).where(_NOTICE.instruction == id, _NOTICE.told_ms.is_(None))
        rows = self.connection.execute(query.order_by(_NOTICE.n))
        return [InstructionNotice(**row._asdict()) for row in rows]

    def _next(self, columns: Any, id: str) -> int:
        last = select(func.max(columns.n)).where(columns.instruction == id)
        return (self.connection.execute(last).scalar() or 0) + 1


def _seen(query: Select[Any], sight: Sight, organisations: Sequence[str]) -> Select[Any]:
    if sight.everything:
        return query
    parts: list[ColumnElement[bool]] = [false(), *lift_conditions(sight, now_ms(), columns=_ONE)]
    if organisations:
        parts += [_ONE[name].in_(list(organisations)) for name in _PARTIES]
    return query.where(or_(*parts))


def _instruction_of(row: Row[Any]) -> Instruction:
    values = row._asdict()
    values |= {name: tuple(values[name]) for name in ("kinds", "fired")}
    return Instruction(**values)


def _line_of(row: Row[Any]) -> Line:
    values = row._asdict()
    actor = Actor(**{name: values.pop(name) for name in _ACTOR})
    return Line(**values, by=actor)

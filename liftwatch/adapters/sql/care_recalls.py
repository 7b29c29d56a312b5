"""Recalls in the relational store."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    false,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql.care_instruction_tables import instruction
from liftwatch.adapters.sql.care_recall_tables import recall, recall_lift
from liftwatch.adapters.sql.filters import lift_conditions
from liftwatch.adapters.sql.trouble import translated
from liftwatch.care.recalls import Hit, Recall, RecallLift
from liftwatch.clock import now_ms
from liftwatch.ports import Conflict
from liftwatch.said import Said

_ONE, _LIFT, _ASKED = recall.c, recall_lift.c, instruction.c
_COLUMNS = [_ONE[name] for name in Recall.__struct_fields__]
_LIFTS = [_LIFT[name] for name in RecallLift.__struct_fields__]
_STANDS = [_ASKED[name] for name in ("state", "responsible", "deadline_ms")]
_JOINED = recall_lift.outerjoin(instruction, _ASKED.id == _LIFT.instruction)


class SqlRecallReads:
    """Fulfils `RecallReads`."""

    engine: Engine

    def recall(
        self, id: str, *, sight: Sight = EVERYTHING, organisations: Sequence[str] = ()
    ) -> Recall | None:
        """One of them."""
        query = _seen(select(*_COLUMNS).where(_ONE.id == id), sight, organisations)
        with translated(), self.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _recall_of(row)

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
        query = _seen(select(*_COLUMNS), sight, organisations)
        if open_only:
            query = query.where(_ONE.state == "open")
        if after is not None:
            query = query.where(tuple_(_ONE.issued_ms, _ONE.id) < tuple_(*after))
        query = query.order_by(_ONE.issued_ms.desc(), _ONE.id.desc()).limit(limit)
        with translated(), self.engine.connect() as connection:
            return [_recall_of(row) for row in connection.execute(query)]

    def recall_hits(
        self, ids: Sequence[str], *, sight: Sight = EVERYTHING, organisations: Sequence[str] = ()
    ) -> list[Hit]:
        """The lifts of some recalls, in order of both."""
        query = _hits(ids)
        if not sight.everything:
            query = query.where(_lift_seen(sight, organisations))
        with translated(), self.engine.connect() as connection:
            return [_hit_of(row) for row in connection.execute(query)]


class SqlRecallWork:
    """Fulfils `RecallWork` on a connection whose transaction has begun."""

    connection: Connection

    def locked_recall(self, id: str) -> Recall | None:
        """One, locked against others until the transaction ends."""
        query = select(*_COLUMNS).where(_ONE.id == id).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _recall_of(row)

    def put_recall(self, one: Recall) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""
        values = msgspec.to_builtins(one) | {"open_key": one.open_key}
        if one.version == 1:
            try:
                self.connection.execute(insert(recall), values)
            except IntegrityError as error:
                raise Conflict(Said("a recall by this very criterion is open")) from error
            return
        known = (_ONE.id == one.id) & (_ONE.version == one.version - 1)
        if self.connection.execute(update(recall).where(known).values(values)).rowcount != 1:
            raise Conflict(Said("somebody else has changed it"))

    def held_hits(self, id: str) -> list[Hit]:
        """The lifts of one whose row is held."""
        return [_hit_of(row) for row in self.connection.execute(_hits([id]))]

    def put_recall_lift(self, one: RecallLift) -> None:
        """Insert, or keep what has changed; the row of the recall is held."""
        values = structs.asdict(one)
        known = (_LIFT.recall == one.recall) & (_LIFT.lift == one.lift)
        if self.connection.execute(update(recall_lift).where(known).values(values)).rowcount == 0:
            self.connection.execute(insert(recall_lift), values)


def _hits(ids: Sequence[str]) -> Select[Any]:
    query = select(*_LIFTS, *_STANDS).select_from(_JOINED).where(_LIFT.recall.in_(list(ids)))
    return query.order_by(_LIFT.recall, _LIFT.lift)


def _seen(query: Select[Any], sight: Sight, organisations: Sequence[str]) -> Select[Any]:
    """The query of recalls, under what may be seen of them."""
    if sight.everything:
        return query
    some = select(1).select_from(_JOINED).where(_LIFT.recall == _ONE.id)
    some = some.where(_lift_seen(sight, organisations)).correlate(recall)
    return query.where(or_(some.exists(), _ONE.issuer.in_(list(organisations))))


def _lift_seen(sight: Sight, organisations: Sequence[str]) -> ColumnElement[bool]:
    own = _ASKED.responsible.in_(list(organisations)) | _ASKED.offered_to.in_(list(organisations))
    return or_(false(), own, *lift_conditions(sight, now_ms(), columns=_LIFT))


def _recall_of(row: Row[Any]) -> Recall:
    return msgspec.convert(dict(zip(Recall.__struct_fields__, row, strict=True)), Recall)


def _hit_of(row: Row[Any]) -> Hit:
    values = row._asdict()
    stands = {column.name: values.pop(column.name) for column in _STANDS}
    return Hit(row=RecallLift(**values), **stands)

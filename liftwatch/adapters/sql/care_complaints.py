"""Complaints and what residents gave with them, in the relational store."""

import base64
from collections.abc import Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from liftwatch.access.secrets import Seal
from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql.care_complaint_tables import (
    complaint,
    complaint_line,
    complaint_private,
)
from liftwatch.adapters.sql.filters import seen_lifts
from liftwatch.adapters.sql.rows import upserting
from liftwatch.care.complaints import OPEN, Complaint, Line, Private
from liftwatch.care.residents_store import OVER_FROM, Wanted
from liftwatch.clock import now_ms as clock_ms
from liftwatch.ports import Conflict
from liftwatch.said import Said

_ONE, _PRIVATE, _LINE = complaint.c, complaint_private.c, complaint_line.c
_ALL = [_ONE[name] for name in Complaint.__struct_fields__]
_LINES = [_LINE[name] for name in Line.__struct_fields__]
SEALED = ("words", "phone", "photo", "again", "rated")
_OWED = and_(_ONE.lead.is_(None), _ONE.state.in_(sorted(OPEN)))
_ORDER = case((_ONE.due_ms.is_(None), OVER_FROM - _ONE.told_ms), else_=_ONE.due_ms)


def place_of(id: str, column: str) -> str:
    """To what a sealed value is bound."""
    return f"complaint/{id}/{column}"


class ComplaintReads:
    """What is read of them."""

    _connection: Connection
    _seal: Seal

    def complaint(self, id: str, *, sight: Sight = EVERYTHING) -> Complaint | None:
        """One of them."""
        query = select(*_ALL).where(_ONE.id == id)
        return self._one(seen_lifts(query, sight, clock_ms(), columns=_ONE))

    def complaint_of_number(self, number: str) -> Complaint | None:
        """The one a resident follows by its number."""
        return self._one(select(*_ALL).where(_ONE.number == number))

    def complaint_of_outside(self, outside: str) -> Complaint | None:
        """The one of a number of the city's hot line."""
        return self._one(select(*_ALL).where(_ONE.outside == outside))

    def complaints(
        self,
        wanted: Wanted,
        *,
        now_ms: int,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> list[Complaint]:
        """Matters, those due first first, then what is over, the newest first."""
        query = seen_lifts(select(*_ALL), sight, now_ms, columns=_ONE)
        query = query.where(_ONE.lead.is_(None))
        for name in ("state", "topic", "estate", "lift", "party"):
            value = getattr(wanted, name)
            if value is not None:
                query = query.where(_ONE[name] == value)
        if wanted.open_only:
            query = query.where(_OWED)
        if wanted.overdue:
            query = query.where(_ONE.due_ms < now_ms)
        if after is not None:
            query = query.where(tuple_(_ORDER, _ONE.id) > tuple_(*after))
        return self._many(query.order_by(_ORDER, _ONE.id).limit(limit))

    def joined(self, lead: str, *, limit: int = 100) -> list[Complaint]:
        """What joined a matter, the newest first."""
        query = select(*_ALL).where(_ONE.lead == lead)
        return self._many(query.order_by(_ONE.told_ms.desc(), _ONE.id).limit(limit))

    def told_of(
        self, *, since_ms: int, sight: Sight = EVERYTHING, limit: int = 5_000
    ) -> list[Complaint]:
        """All that was told since then, joined ones too."""
        query = select(*_ALL).where(_ONE.told_ms >= since_ms)
        query = seen_lifts(query, sight, clock_ms(), columns=_ONE)
        return self._many(query.order_by(_ONE.told_ms.desc(), _ONE.id).limit(limit))

    def matters_by_lift(
        self, *, since_ms: int, exercise: bool, sight: Sight = EVERYTHING
    ) -> dict[str, int]:
        """How many matters were told of a lift since then, however many told each."""
        query = select(_ONE.lift, func.count()).where(_ONE.told_ms >= since_ms, _ONE.lead.is_(None))
        if not exercise:
            query = query.where(~_ONE.exercise)
        query = seen_lifts(query, sight, clock_ms(), columns=_ONE).group_by(_ONE.lift)
        return {row[0]: int(row[1]) for row in self._connection.execute(query)}

    def private(self, id: str) -> Private | None:
        """What its resident gave; None when that is erased."""
        query = select(complaint_private).where(_PRIVATE.id == id)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        held = row._asdict()
        found: dict[str, Any] = {
            name: self._seal.open(held[name], place=place_of(id, name)) for name in SEALED
        }
        if found["photo"] is not None:
            found["photo"] = base64.b64decode(found["photo"])
        return Private(id=id, **found)

    def story(self, id: str) -> list[Line]:
        """What became of a matter, the oldest first."""
        query = select(*_LINES).where(_LINE.complaint == id).order_by(_LINE.n)
        return [Line(**row._asdict()) for row in self._connection.execute(query)]

    def _one(self, query: Select[Any]) -> Complaint | None:
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _complaint(row)

    def _many(self, query: Select[Any]) -> list[Complaint]:
        return [_complaint(row) for row in self._connection.execute(query)]


class ComplaintWork(ComplaintReads):
    """What is changed of them, in a transaction."""

    def locked_complaint(self, id: str) -> Complaint | None:
        """One of them, locked against others."""
        return self._one(select(*_ALL).where(_ONE.id == id).with_for_update())

    def open_matter(self, lift: str, topic: str) -> Complaint | None:
        """The matter of a lift and a topic that somebody owes an answer to, locked."""
        query = select(*_ALL).where(_OWED, _ONE.lift == lift, _ONE.topic == topic)
        return self._one(query.with_for_update())

    def told_since(self, lift: str, since_ms: int) -> int:
        """How many complaints of a lift were kept since then."""
        query = select(func.count()).where(_ONE.lift == lift, _ONE.told_ms >= since_ms)
        return int(self._connection.execute(query).scalar_one())

    def put_complaint(self, one: Complaint) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""
        values = structs.asdict(one)
        if one.version == 1:
            self._connection.execute(insert(complaint), values)
            return
        known = (_ONE.id == one.id) & (_ONE.version == one.version - 1)
        done = self._connection.execute(update(complaint).where(known).values(values))
        if done.rowcount != 1:
            raise Conflict(Said("somebody else has changed it"))

    def put_private(self, private: Private) -> None:
        """Insert or replace what a resident gave."""
        told = structs.asdict(private)
        if private.photo is not None:
            told["photo"] = base64.b64encode(private.photo).decode()
        values = {
            name: self._seal.close(told[name], place=place_of(private.id, name)) for name in SEALED
        }
        statement = upserting(self._connection, complaint_private)
        statement = statement.on_conflict_do_update(index_elements=[_PRIVATE.id], set_=values)
        self._connection.execute(statement, {"id": private.id} | values)

    def erase_private(self, id: str) -> bool:
        """Forget what a resident gave; whether there was any."""
        gone = delete(complaint_private).where(_PRIVATE.id == id)
        return self._connection.execute(gone).rowcount > 0

    def add_line(self, line: Line) -> None:
        """Append to a matter's story."""
        self._connection.execute(insert(complaint_line), structs.asdict(line))

    def to_close(self, before_ms: int, *, limit: int) -> Sequence[Complaint]:
        """Matters that were answered before a moment and not closed since, locked."""
        query = select(*_ALL).where(
            _ONE.state == "answered", _ONE.lead.is_(None), _ONE.answered_ms < before_ms
        )
        return self._many(query.order_by(_ONE.id).limit(limit).with_for_update())

    def to_erase(self, before_ms: int, *, told_before_ms: int, limit: int) -> Sequence[Complaint]:
        """Those answered before a moment, or joined to such, or told before another, with something
        personal kept.

        What was reopened and waits for its second answer is kept until that is old.
        """
        old = (_ONE.answered_ms < before_ms) & _ONE.state.not_in(sorted(OPEN))
        leads = select(_ONE.id).where(old, _ONE.lead.is_(None))
        query = select(*_ALL).where(
            _ONE.id.in_(select(_PRIVATE.id)),
            or_(
                and_(old, _ONE.lead.is_(None)),
                _ONE.lead.in_(leads),
                _ONE.told_ms < told_before_ms,
            ),
        )
        return self._many(query.order_by(_ONE.id).limit(limit).with_for_update())


def _complaint(row: Row[Any]) -> Complaint:
    return Complaint(**row._asdict())

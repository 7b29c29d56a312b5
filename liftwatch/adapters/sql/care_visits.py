"""Visits, regimes, certificates and answers in the relational store."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, structs
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Table,
    false,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from liftwatch import clock
from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql import care_visit_tables as tables
from liftwatch.adapters.sql.filters import lift_conditions
from liftwatch.adapters.sql.people_tables import contract
from liftwatch.adapters.sql.trouble import translated
from liftwatch.care.answer import Answer
from liftwatch.care.inspection import Inspection
from liftwatch.care.phases import Phase, phase_of
from liftwatch.care.regime import Regime
from liftwatch.care.visit import Signature, Visit
from liftwatch.care.visit_store import VisitFilter
from liftwatch.ports import Conflict
from liftwatch.said import Said

_VISIT, _PHASE, _REGIME = tables.care_visit.c, tables.care_phase.c, tables.care_regime.c
_INSPECTION, _ANSWER = tables.care_inspection.c, tables.care_answer.c
_COLUMNS = (
    *("id", "lift", "area", "estate", "organisation", "technician", "work"),
    *("state", "in_ms", "out_ms", "cared", "version"),
)
ASKED_MAX = 500
Kept = TypeVar("Kept", bound=Struct)


class SqlVisitReads:
    """Fulfils `liftwatch.care.visit_store.VisitReads`."""

    engine: Engine

    def visit(self, id: str, *, sight: Sight = EVERYTHING) -> Visit | None:
        """One visit."""
        query = _seen(select(tables.care_visit).where(_VISIT.id == id), sight)
        rows = self._care_rows(query)
        return _visit_of(rows[0]) if rows else None

    def visits(
        self,
        where: VisitFilter,
        *,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> list[Visit]:
        """Visits, the newest check-in first, after a place."""
        query = _seen(select(tables.care_visit), sight)
        for name in ("lift", "technician", "organisation"):
            if (value := getattr(where, name)) is not None:
                query = query.where(_VISIT[name] == value)
        if where.state:
            query = query.where(_VISIT.state.in_(where.state))
        if where.from_ms is not None:
            query = query.where(_VISIT.in_ms >= where.from_ms)
        if where.to_ms is not None:
            query = query.where(_VISIT.in_ms < where.to_ms)
        if after is not None:
            earlier = (_VISIT.in_ms < after[0]) | (
                (_VISIT.in_ms == after[0]) & (_VISIT.id < after[1])
            )
            query = query.where(earlier)
        query = query.order_by(_VISIT.in_ms.desc(), _VISIT.id.desc()).limit(limit)
        return [_visit_of(row) for row in self._care_rows(query)]

    def last_cared(self, lifts: Collection[str]) -> dict[str, dict[str, int]]:
        """Of each of some lifts when each routine care was last finished."""
        found: dict[str, dict[str, int]] = {}
        for some in _batches(lifts):
            query = select(_VISIT.lift, _VISIT.cared, func.max(_VISIT.out_ms))
            query = query.where(_VISIT.lift.in_(some), _VISIT.cared.is_not(None))
            for lift, work, out_ms in self._care_rows(query.group_by(_VISIT.lift, _VISIT.cared)):
                found.setdefault(lift, {})[work] = out_ms
        return found

    def regimes(self, lifts: Collection[str]) -> dict[str, Regime]:
        """How some lifts are kept, as far as anybody filed it."""
        return {
            row.lift: _of(row, Regime)
            for some in _batches(lifts)
            for row in self._care_rows(select(tables.care_regime).where(_REGIME.lift.in_(some)))
        }

    def contracts_now(self, lifts: Collection[str], now_ms: int) -> dict[str, tuple[str, int]]:
        """Of each of some lifts whose contract runs, with its first moment."""
        held = contract.c
        found: dict[str, tuple[str, int]] = {}
        for some in _batches(lifts):
            query = select(held.lift, held.organisation, held.from_ms).where(
                held.lift.in_(some),
                held.from_ms <= now_ms,
                held.until_ms.is_(None) | (held.until_ms > now_ms),
            )
            for row in self._care_rows(query.order_by(held.from_ms, held.id)):
                found[row.lift] = (row.organisation, row.from_ms)
        return found

    def phase_heads(self) -> Mapping[str, int]:
        """The newest phase of each lift."""
        query = select(_PHASE.lift, func.max(_PHASE.n)).group_by(_PHASE.lift)
        return {row[0]: row[1] for row in self._care_rows(query)}

    def phases(self, lift: str, *, after: int, limit: int = 50) -> list[Phase]:
        """The phases of a lift after a number, in order."""
        query = select(_PHASE.data).where(_PHASE.lift == lift, _PHASE.n > after)
        return [_of(row, Phase) for row in self._care_rows(query.order_by(_PHASE.n).limit(limit))]

    def inspections(self, lift: str) -> list[Inspection]:
        """The certificates of a lift, the newest inspection first."""
        query = select(_INSPECTION.data).where(_INSPECTION.lift == lift)
        query = query.order_by(_INSPECTION.inspected_on.desc(), _INSPECTION.id.desc()).limit(200)
        return [_of(row, Inspection) for row in self._care_rows(query)]

    def newest_inspections(self, lifts: Collection[str]) -> dict[str, Inspection]:
        """Of each of some lifts the newest certificate."""
        found: dict[str, Inspection] = {}
        for some in _batches(lifts):
            query = select(_INSPECTION.data).where(_INSPECTION.lift.in_(some))
            query = query.order_by(_INSPECTION.inspected_on, _INSPECTION.id)
            rows = [_of(row, Inspection) for row in self._care_rows(query)]
            found |= {one.lift: one for one in rows}
        return found

    def answer(self, incident: str) -> Answer | None:
        """How a contradiction stands."""
        return self.answers([incident]).get(incident)

    def answers(self, incidents: Collection[str]) -> dict[str, Answer]:
        """How some stand."""
        return {
            row.incident: _of(row, Answer)
            for some in _batches(incidents)
            for row in self._care_rows(select(tables.care_answer).where(_ANSWER.incident.in_(some)))
        }

    def _care_rows(self, query: Select[Any]) -> list[Any]:
        with translated(), self.engine.connect() as connection:
            return list(connection.execute(query).all())


class SqlVisitWork:
    """Fulfils `liftwatch.care.visit_store.VisitWork` on a transaction that has begun."""

    connection: Connection

    def visit_locked(self, id: str) -> Visit | None:
        """A visit, held until the transaction ends."""
        query = select(tables.care_visit).where(_VISIT.id == id).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _visit_of(row)

    def open_visits(self, *, lift: str, technician: str) -> list[Visit]:
        """What is open at a lift or of a technician, held until the transaction ends."""
        query = select(tables.care_visit).where(_VISIT.state == "open")
        query = query.where(or_(_VISIT.lift == lift, _VISIT.technician == technician))
        rows = self.connection.execute(query.order_by(_VISIT.id).with_for_update())
        return [_visit_of(row) for row in rows]

    def put_visit(self, visit: Visit, before: Visit | None) -> None:
        """Insert, or replace `before`; raises Conflict where somebody else was first."""
        content = structs.replace(visit, signatures=(), state="open", version=0)
        values = {name: getattr(visit, name) for name in _COLUMNS}
        values |= {"data": _json(content), "signatures": _json(visit.signatures)}
        known = None if before is None else (_VISIT.id == visit.id)
        self._put_care(tables.care_visit, values, known, before=before)

    def tell_phase(self, visit: Visit) -> Phase:
        """Keep the phase a visit has come to as the next one of its lift."""
        newest = select(func.max(_PHASE.n)).where(_PHASE.lift == visit.lift)
        phase = phase_of(visit, n=(self.connection.execute(newest).scalar_one() or 0) + 1)
        row = {"lift": phase.lift, "n": phase.n, "visit": phase.visit, "data": _json(phase)}
        with _refused():
            self.connection.execute(insert(tables.care_phase), row)
        return phase

    def regime_locked(self, lift: str) -> Regime | None:
        """How a lift is kept, held until the transaction ends."""
        query = select(tables.care_regime).where(_REGIME.lift == lift).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _of(row, Regime)

    def put_regime(self, regime: Regime, before: Regime | None) -> None:
        """Insert, or replace `before`; raises Conflict."""
        values = {"lift": regime.lift, "version": regime.version, "data": _json(regime)}
        known = None if before is None else (_REGIME.lift == regime.lift)
        self._put_care(tables.care_regime, values, known, before=before)

    def certificate_known(self, *, number: str, sha256: str) -> Inspection | None:
        """A certificate on file with this number or this hash, of whatever lift."""
        query = select(_INSPECTION.data).where(
            or_(_INSPECTION.number == number, _INSPECTION.sha256 == sha256)
        )
        row = self.connection.execute(query.order_by(_INSPECTION.id).limit(1)).one_or_none()
        return None if row is None else _of(row, Inspection)

    def add_inspection(self, one: Inspection) -> None:
        """Keep a certificate; raises Conflict where its number or hash is on file."""
        names = ("id", "lift", "number", "sha256", "inspected_on")
        values = {name: getattr(one, name) for name in names} | {"data": _json(one)}
        with _refused():
            self.connection.execute(insert(tables.care_inspection), values)

    def answer_locked(self, incident: str) -> Answer | None:
        """How a contradiction stands, held until the transaction ends."""
        query = select(tables.care_answer).where(_ANSWER.incident == incident).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _of(row, Answer)

    def put_answer(self, one: Answer, before: Answer | None) -> None:
        """Insert, or replace `before`; raises Conflict."""
        values = {name: getattr(one, name) for name in ("incident", "state", "due_ms", "version")}
        known = None if before is None else (_ANSWER.incident == one.incident)
        self._put_care(tables.care_answer, values | {"data": _json(one)}, known, before=before)

    def _put_care(
        self,
        table: Table,
        values: dict[str, Any],
        known: ColumnElement[bool] | None,
        *,
        before: Visit | Regime | Answer | None,
    ) -> None:
        with _refused():
            if known is None or before is None:
                self.connection.execute(insert(table), values)
                return
            same = known & (table.c.version == before.version)
            done = self.connection.execute(update(table).where(same).values(values))
        if done.rowcount != 1:
            raise Conflict(Said("somebody else has changed it"))


@contextmanager
def _refused() -> Iterator[None]:
    """What keys and triggers refuse is a conflict: somebody was faster."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(Said("it is there already, or can no longer be changed")) from error


def _seen(query: Select[Any], sight: Sight) -> Select[Any]:
    """Visits of places that are seen; of contracts those of the unit and of its lifts now."""
    if sight.everything:
        return query
    conditions = lift_conditions(sight, clock.now_ms(), columns=_VISIT)
    if sight.contracts_of:
        conditions.append(_VISIT.organisation.in_(sight.contracts_of))
    return query.where(or_(false(), *conditions))


def _batches(names: Collection[str]) -> Iterator[list[str]]:
    every = sorted(set(names))
    for first in range(0, len(every), ASKED_MAX):
        yield every[first : first + ASKED_MAX]


def _visit_of(row: Row[Any]) -> Visit:
    content = msgspec.json.decode(row.data, type=Visit)
    signatures = msgspec.json.decode(row.signatures, type=tuple[Signature, ...])
    return structs.replace(content, signatures=signatures, state=row.state, version=row.version)


def _of(row: Row[Any], kind: type[Kept]) -> Kept:
    return msgspec.json.decode(row.data, type=kind)


def _json(data: Any) -> str:
    return msgspec.json.encode(data).decode()

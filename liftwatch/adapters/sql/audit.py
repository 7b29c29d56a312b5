"""The trail in the relational store: its entries, its head, its anchors, and who a pseudonym is."""

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import structs
from sqlalchemy import (
    Connection,
    Engine,
    Row,
    ScalarSelect,
    Select,
    delete,
    func,
    insert,
    select,
    update,
)

from liftwatch.adapters.sql import audit_tables as tables
from liftwatch.adapters.sql.rows import upserting
from liftwatch.adapters.sql.trouble import translated
from liftwatch.audit.chain import Anchor, Head, Keys, chained
from liftwatch.audit.entry import NAME_MAX, PERSON, Act, Entry, clean
from liftwatch.audit.persons import Identity, drafted, new_identity, opened
from liftwatch.audit.trail import AuditFilter, AuditPage
from liftwatch.ports import Conflict
from liftwatch.said import Said

PRUNED_MAX = 20_000
"""Rows given up in one transaction: a fraction of a second, in which SQLite takes no other."""

_AUDIT, _ANCHOR, _HEAD = tables.audit.c, tables.audit_anchor.c, tables.audit_head.c
_PSEUDONYM = tables.audit_pseudonym.c
_ENTRY = [_AUDIT[name] for name in Entry.__struct_fields__]
_HEAD_ROW = [_HEAD[name] for name in Head.__struct_fields__]
_KEPT = _AUDIT.n > select(_HEAD.pruned).scalar_subquery()


class SqlAuditWork:
    """Fulfils `liftwatch.audit.trail.AuditWork` on a transaction that has begun."""

    connection: Connection
    _drafts: list[Entry]

    def audit(self, act: Act) -> None:
        """Note an act; it gets its number and seal when the transaction ends."""
        who = self._identity(clean(act.person, NAME_MAX))
        about = None if act.about is None else self._identity(act.about)
        self._drafts.append(drafted(act, who, about))

    def erase_person(self, person: str) -> str | None:
        """Forget who a pseudonym is, and its key; the pseudonym, or None."""
        gone = delete(tables.audit_pseudonym).where(_PSEUDONYM.person == person)
        found: str | None = self.connection.execute(
            gone.returning(_PSEUDONYM.pseudonym)
        ).scalar_one_or_none()
        return found

    def _identity(self, person: str) -> Identity:
        """Of a person, made where there is none; of two who make it at once one waits."""
        query = select(*_PSEUDONYM).where(_PSEUDONYM.person == person)
        row = self.connection.execute(query).one_or_none()
        if row is None:
            made = upserting(self.connection, tables.audit_pseudonym).on_conflict_do_nothing()
            self.connection.execute(made, structs.asdict(new_identity(person)))
            row = self.connection.execute(query).one_or_none()
        if row is None:  # the other one has erased the person meanwhile
            raise Conflict(Said("a person was erased just now"))
        return _identity_of(row)

    def write_audit(self, keys: Keys) -> None:
        """Number and seal what was noted: the last thing before the commit."""
        if not self._drafts:
            return
        drafts, self._drafts = self._drafts, []
        # locked until the commit: a rollback gives the numbers back, so they have no gaps
        row = self.connection.execute(select(*_HEAD_ROW).with_for_update()).one()
        entries, head = chained(_head_of(row), drafts, keys=keys)
        self.connection.execute(insert(tables.audit), [structs.asdict(one) for one in entries])
        self.connection.execute(update(tables.audit_head).values(structs.asdict(head)))

    def put_anchor(self, anchor: Anchor) -> bool:
        """Remember where the trail stood at the end of a day; False when that day has one."""
        known = select(_ANCHOR.day).where(_ANCHOR.day == anchor.day)
        if self.connection.execute(known).first() is not None:
            return False
        self.connection.execute(insert(tables.audit_anchor), structs.asdict(anchor))
        return True

    def give_up_audit(self, anchor: Anchor) -> bool:
        """Give up all entries up to an anchor; False when they were given up before."""
        mark = update(tables.audit_head).where(_HEAD.pruned < anchor.n).values(pruned=anchor.n)
        return self.connection.execute(mark).rowcount == 1

    def sweep_audit(self) -> int:
        """Delete some of what was given up: how many."""
        pruned = self.connection.execute(select(_HEAD.pruned)).scalar_one()
        first = self.connection.execute(select(func.min(_AUDIT.n))).scalar_one()
        if first is None or first > pruned:
            return 0
        until = min(pruned + 1, first + PRUNED_MAX)
        return self.connection.execute(delete(tables.audit).where(_AUDIT.n < until)).rowcount


class SqlAuditReads:
    """Fulfils `liftwatch.audit.trail.AuditReads`."""

    engine: Engine

    def audit_page(
        self, where: AuditFilter, *, after: int | None = None, limit: int = 50
    ) -> AuditPage:
        """Entries, the newest first, opened where the persons are known."""
        query = _filtered(where).order_by(_AUDIT.n.desc()).limit(limit + 1)
        if after is not None:
            query = query.where(_AUDIT.n < after)
        found = self._entries(query)
        page = found[:limit]
        people = {one.actor for one in page} | {one.target for one in page if one.sealed_about}
        identities = self.audit_identities(people)
        more = len(found) > limit > 0
        return AuditPage([opened(one, identities) for one in page], page[-1].n if more else None)

    def audit_after(
        self, n: int, *, where: AuditFilter | None = None, limit: int = 1_000
    ) -> list[Entry]:
        """Entries numbered above n as they stand, in order; none that was given up."""
        query = _filtered(where or AuditFilter()).where(_AUDIT.n > n)
        return self._entries(query.order_by(_AUDIT.n).limit(limit))

    def audit_before(self, at_ms: int) -> Entry | None:
        """The entry with the highest number of those that are older than a moment."""
        query = _filtered(AuditFilter(to_ms=at_ms)).order_by(_AUDIT.n.desc()).limit(1)
        return next(iter(self._entries(query)), None)

    def _entries(self, query: Select[Any]) -> list[Entry]:
        with translated(), self.engine.connect() as connection:
            return [_entry_of(row) for row in connection.execute(query)]

    def audit_identities(self, pseudonyms: Collection[str] | None = None) -> Mapping[str, Identity]:
        """Of these pseudonyms those that are somebody's; None: all."""
        query = select(*_PSEUDONYM)
        if pseudonyms is not None:
            query = query.where(_PSEUDONYM.pseudonym.in_(sorted(pseudonyms)))
        with translated(), self.engine.connect() as connection:
            return {row.pseudonym: _identity_of(row) for row in connection.execute(query)}

    def audit_head(self) -> Head:
        """The end of the trail."""
        with translated(), self.engine.connect() as connection:
            return _head_of(connection.execute(select(*_HEAD_ROW)).one())

    def audit_anchors(self) -> list[Anchor]:
        """All anchors in order of their days."""
        with translated(), self.engine.connect() as connection:
            query = select(_ANCHOR.day, _ANCHOR.n, _ANCHOR.hash).order_by(_ANCHOR.day)
            return [
                Anchor(day=row.day, n=row.n, hash=row.hash) for row in connection.execute(query)
            ]


def _filtered(where: AuditFilter) -> Select[Any]:
    """The entries of a filter that were not given up."""
    query = select(*_ENTRY).where(_KEPT)
    for name in ("actor", "target_kind", "target"):
        if getattr(where, name) is not None:
            query = query.where(_AUDIT[name] == getattr(where, name))
    if where.person is not None:
        query = query.where(_AUDIT.actor == _pseudonym_of(where.person))
    if where.about is not None:
        query = query.where(_AUDIT.target_kind == PERSON)  # for the index; the rest is enough
        query = query.where(_AUDIT.target == _pseudonym_of(where.about))
    if where.action:
        query = query.where(_AUDIT.action.in_(where.action))
    if where.from_ms is not None:
        query = query.where(_AUDIT.at_ms >= where.from_ms)
    if where.to_ms is not None:
        query = query.where(_AUDIT.at_ms < where.to_ms)
    return query


def _pseudonym_of(person: str) -> ScalarSelect[str]:
    query = select(_PSEUDONYM.pseudonym).where(_PSEUDONYM.person == person)
    return query.scalar_subquery()


def _entry_of(row: Row[Any]) -> Entry:
    return Entry(**dict(zip(Entry.__struct_fields__, row, strict=True)))


def _head_of(row: Row[Any]) -> Head:
    return Head(**dict(zip(Head.__struct_fields__, row, strict=True)))


def _identity_of(row: Row[Any]) -> Identity:
    return Identity(person=row.person, pseudonym=row.pseudonym, key=bytes(row.key))

"""The feeds of rescue platforms in the relational store."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, Engine, Row, and_, exists, func, insert, select, update

from liftwatch.adapters.sql import rescue_tables as tables
from liftwatch.adapters.sql import tables as books_tables
from liftwatch.adapters.sql.register import with_entered
from liftwatch.adapters.sql.rows import lift_of, upserting
from liftwatch.adapters.sql.trouble import translated
from liftwatch.incidents.course import Actor
from liftwatch.register.facts import Facts
from liftwatch.rescue.events import ASKED_AGAIN, RescueEvent
from liftwatch.rescue.receipts import Receipt

_EVENT, _RECEIPT, _COUNTER = tables.event.c, tables.receipt.c, tables.counter.c
EVENTS = [_EVENT[name] for name in RescueEvent.__struct_fields__]
ACTOR = Actor.__struct_fields__
_EARLIER = tables.event.alias("earlier")


class SqlRescueReads:
    """Fulfils `RescueReads`."""

    engine: Engine

    def rescue_after(self, feed: str, n: int, limit: int = 100) -> list[RescueEvent]:
        """Events of a feed numbered above n, in order."""
        query = select(*EVENTS).where(_EVENT.feed == feed, _EVENT.n > n)
        return self._events(query.order_by(_EVENT.n).limit(limit))

    def rescue_head(self, feed: str) -> int:
        """The newest number of a feed."""
        query = select(_COUNTER.value).where(_COUNTER.feed == feed)
        with translated(), self.engine.connect() as connection:
            return connection.execute(query).scalar() or 0

    def rescue_events_of(self, incident: str) -> list[RescueEvent]:
        """What was told of an incident, the first first."""
        query = select(*EVENTS).where(_EVENT.incident == incident)
        return self._events(query.order_by(_EVENT.at_ms, _EVENT.n))

    def rescue_due(self, feeds: Sequence[str], now_ms: int, limit: int) -> list[RescueEvent]:
        """What is to be sent now, of each lift at most its oldest."""
        waits = and_(
            _EARLIER.c.feed == _EVENT.feed,
            _EARLIER.c.lift == _EVENT.lift,
            _EARLIER.c.n < _EVENT.n,
            _EARLIER.c.done_ms.is_(None),
            _EARLIER.c.dead_ms.is_(None),
        )
        query = (
            select(*EVENTS)
            .where(_EVENT.feed.in_(feeds), _EVENT.due_ms <= now_ms)
            .where(_EVENT.done_ms.is_(None), _EVENT.dead_ms.is_(None))
            .where(~exists().where(waits))
            .order_by(_EVENT.due_ms, _EVENT.n)
            .limit(limit)
        )
        return self._events(query)

    def rescue_silent(self, feeds: Sequence[str], before_ms: int, limit: int) -> list[RescueEvent]:
        """Calls for help written before a moment, without a receipt, told by no other channel."""
        query = (
            select(*EVENTS)
            .where(_EVENT.feed.in_(feeds), _EVENT.at_ms <= before_ms)
            .where(_EVENT.done_ms.is_(None), _EVENT.dead_ms.is_(None))
            .where(_EVENT.passed_ms.is_(None), _EVENT.what.in_(sorted(ASKED_AGAIN)))
            .order_by(_EVENT.at_ms, _EVENT.n)
            .limit(limit)
        )
        return self._events(query)

    def rescue_receipts(self, feed: str, n: int) -> list[Receipt]:
        """The receipts of an event."""
        with translated(), self.engine.connect() as connection:
            return _receipts(connection, feed, n)

    def _events(self, query: Any) -> list[RescueEvent]:
        with translated(), self.engine.connect() as connection:
            return [_event_of(row) for row in connection.execute(query)]


class SqlRescueWork:
    """Fulfils `RescueWork` on a connection whose transaction has begun."""

    connection: Connection

    def facts_of_lift(self, lift: str) -> Facts | None:
        """What is known of a lift."""
        query = with_entered().where(books_tables.lift.c.lift == lift)
        row = self.connection.execute(query).one_or_none()
        return None if row is None else lift_of(row).facts

    def add_rescue_event(self, event: RescueEvent) -> RescueEvent:
        """Append to its feed; a rollback gives the number back."""
        statement = upserting(self.connection, tables.counter).on_conflict_do_update(
            index_elements=["feed"], set_={"value": _COUNTER.value + 1}
        )
        first = {"feed": event.feed, "value": 1}
        number: int = self.connection.execute(
            statement.returning(_COUNTER.value), first
        ).scalar_one()
        numbered = structs.replace(event, n=number)
        self.connection.execute(insert(tables.event), structs.asdict(numbered))
        return numbered

    def last_rescue_event(self, feed: str, incident: str) -> RescueEvent | None:
        """The newest of an incident in a feed."""
        query = select(*EVENTS).where(_EVENT.incident == incident, _EVENT.feed == feed)
        row = self.connection.execute(query.order_by(_EVENT.n.desc()).limit(1)).one_or_none()
        return None if row is None else _event_of(row)

    def rescue_event(self, feed: str, n: int) -> RescueEvent | None:
        """One event."""
        query = select(*EVENTS).where(_EVENT.feed == feed, _EVENT.n == n)
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _event_of(row)

    def note_push(
        self, event: RescueEvent, *, at_ms: int, due_ms: int, detail: str, dead: bool = False
    ) -> bool:
        """Keep that it was tried."""
        values = {"attempts": event.attempts + 1, "due_ms": due_ms, "detail": detail[:300]}
        values |= {"first_ms": func.coalesce(_EVENT.first_ms, at_ms)}
        statement = update(tables.event).where(
            _EVENT.feed == event.feed, _EVENT.n == event.n, _EVENT.attempts == event.attempts
        )
        done = self.connection.execute(
            statement.values(values | ({"dead_ms": at_ms} if dead else {}))
        )
        return done.rowcount == 1

    def note_passed(self, event: RescueEvent, *, at_ms: int, promise: str) -> None:
        """Keep that another channel was used."""
        mine = and_(_EVENT.feed == event.feed, _EVENT.n == event.n)
        self.connection.execute(
            update(tables.event).where(mine).values(passed_ms=at_ms, passed=promise)
        )

    def receipts_of(self, feed: str, n: int) -> list[Receipt]:
        """The receipts of an event."""
        return _receipts(self.connection, feed, n)

    def add_receipt(self, receipt: Receipt) -> None:
        """Keep a receipt; the first one makes its event done."""
        values = structs.asdict(receipt) | structs.asdict(receipt.by)
        del values["by"]
        self.connection.execute(insert(tables.receipt), values)
        mine = and_(_EVENT.feed == receipt.feed, _EVENT.n == receipt.n, _EVENT.done_ms.is_(None))
        self.connection.execute(update(tables.event).where(mine).values(done_ms=receipt.noted_ms))


def _event_of(row: Row[Any]) -> RescueEvent:
    return RescueEvent(**row._asdict())


def _receipts(connection: Connection, feed: str, n: int) -> list[Receipt]:
    query = select(tables.receipt).where(_RECEIPT.feed == feed, _RECEIPT.n == n)
    found = []
    for row in connection.execute(query.order_by(_RECEIPT.noted_ms, _RECEIPT.name)):
        values = row._asdict()
        actor = Actor(**{name: values.pop(name) for name in ACTOR})
        found.append(Receipt(**values, by=actor))
    return found

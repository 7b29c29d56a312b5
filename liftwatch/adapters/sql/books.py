"""The books on a relational database: transactions that write, and the reads of the API."""

import threading
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, delete, func, select, text

from liftwatch import clock
from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.account import SqlAccountReads
from liftwatch.adapters.sql.audit import SqlAuditReads
from liftwatch.adapters.sql.beside import SqlBesideReads
from liftwatch.adapters.sql.care_credit import SqlCreditReads
from liftwatch.adapters.sql.care_faults import SqlFaultReads
from liftwatch.adapters.sql.care_instructions import SqlInstructionReads
from liftwatch.adapters.sql.care_recalls import SqlRecallReads
from liftwatch.adapters.sql.care_renewals import SqlRenewalReads
from liftwatch.adapters.sql.care_reports import SqlReportReads
from liftwatch.adapters.sql.care_scores import SqlScoreReads
from liftwatch.adapters.sql.care_visits import SqlVisitReads
from liftwatch.adapters.sql.connect import WRITES, connect, is_sqlite
from liftwatch.adapters.sql.course import SqlCourseReads
from liftwatch.adapters.sql.evidence import SqlEvidenceReads
from liftwatch.adapters.sql.filters import seen_incidents, seen_lifts
from liftwatch.adapters.sql.fund import SqlFundReads
from liftwatch.adapters.sql.fund_cases import SqlCaseReads
from liftwatch.adapters.sql.incident_lists import queries
from liftwatch.adapters.sql.migrate import bring_up
from liftwatch.adapters.sql.pages import SqlPageReads
from liftwatch.adapters.sql.register import SqlRegisterReads, with_entered
from liftwatch.adapters.sql.rescue import SqlRescueReads
from liftwatch.adapters.sql.rows import (
    ATTEMPT,
    DEADLINE,
    EVENT,
    HEARTBEAT,
    INCIDENT,
    PROMISE,
    attempt_of,
    deadline_of,
    event_of,
    heartbeat_of,
    incident_of,
    lift_of,
    promise_of,
)
from liftwatch.adapters.sql.trouble import BooksError, translated
from liftwatch.adapters.sql.work import SqlWork
from liftwatch.audit.chain import Keys
from liftwatch.incidents.incident import Incident
from liftwatch.ports import (
    PAUSE_MS_MAX,
    Attempt,
    Deadline,
    Heartbeat,
    IncidentFilter,
    LiftRow,
    Page,
    Promise,
    StoreUnavailable,
    StreamEvent,
)

STREAM_KEPT_MIN = 10_000
"""What a client that was away may still catch up on, whatever `prune_stream` is asked for."""
PRUNED_MAX = 20_000
"""Rows forgotten in one transaction: a fraction of a second, in which SQLite takes no other."""

_INCIDENT = tables.incident.c
_LIFT = tables.lift.c


class SqlBooks(
    SqlAccountReads,
    SqlAuditReads,
    SqlFundReads,
    SqlCaseReads,
    SqlEvidenceReads,
    SqlCourseReads,
    SqlPageReads,
    SqlRescueReads,
    SqlBesideReads,
    SqlVisitReads,
    SqlRegisterReads,
    SqlFaultReads,
    SqlInstructionReads,
    SqlRenewalReads,
    SqlReportReads,
    SqlScoreReads,
    SqlRecallReads,
    SqlCreditReads,
):
    """Fulfils `liftwatch.ports.Books`, for several threads and several processes.

    Every call raises StoreUnavailable while the database is away. With `audit_keys` the trail is
    sealed (`liftwatch.audit.chain`), with `fund_keys` the fund's books (`liftwatch.fund.chain`).
    """

    def __init__(self, url: str, *, audit_keys: Keys = (), fund_keys: Keys = ()) -> None:
        self.engine, self.audit_keys, self.fund_keys = connect(url), audit_keys, fund_keys
        # SQLite has one writer, and its own waiting is unfair: within a process we queue instead
        self._turn: AbstractContextManager[object] = (
            threading.Lock() if is_sqlite(self.engine) else nullcontext()
        )

    @contextmanager
    def begin(self) -> Iterator[SqlWork]:
        """A transaction: committed at the end of the block, rolled back by an exception."""
        with self._turn, translated(), self.engine.connect() as plain:
            connection = plain.execution_options(**{WRITES: True})
            with connection.begin():
                work = SqlWork(connection, fund_keys=self.fund_keys)
                yield work
                work.write_audit(self.audit_keys)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated(), self.engine.connect() as connection:
            yield connection

    def incident(self, id: str, *, sight: Sight = EVERYTHING) -> Incident | None:
        """One incident."""
        query = seen_incidents(select(*INCIDENT).where(_INCIDENT.id == id), sight)
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else incident_of(row)

    def incidents(
        self,
        where: IncidentFilter,
        *,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> Page:
        """Incidents, newest first."""
        found: list[Incident] = []
        with self._reading() as connection:
            for query, values in queries(
                where,
                sight,
                after=after,
                limit=limit + 1,
                now_ms=clock.now_ms(),
                dialect=self.engine.dialect.name,
            ):
                found = [incident_of(row) for row in connection.execute(query, values).all()]
                if len(found) > limit:
                    break
        page = found[:limit]
        return Page(page, (page[-1].raised_ms, page[-1].id) if len(found) > limit > 0 else None)

    def lift(self, lift: str, *, sight: Sight = EVERYTHING) -> LiftRow | None:
        """One lift."""
        query = seen_lifts(with_entered().where(_LIFT.lift == lift), sight, clock.now_ms())
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else lift_of(row)

    def lifts(
        self,
        *,
        estate: str | None = None,
        after: str | None = None,
        limit: int = 500,
        among: Collection[str] | None = None,
        sight: Sight = EVERYTHING,
    ) -> list[LiftRow]:
        """Lifts in order of their name, after a name."""
        query = seen_lifts(with_entered(), sight, clock.now_ms())
        query = query.order_by(_LIFT.lift).limit(limit)
        if estate is not None:
            query = query.where(_LIFT.estate == estate)
        if after is not None:
            query = query.where(_LIFT.lift > after)
        if among is not None:
            query = query.where(_LIFT.lift.in_(among))
        with self._reading() as connection:
            return [lift_of(row) for row in connection.execute(query)]

    def stream_after(self, n: int, limit: int = 500) -> list[StreamEvent]:
        """Changes numbered above n, in order."""
        number = tables.stream.c.n
        query = select(*EVENT).where(number > n).order_by(number).limit(limit)
        with self._reading() as connection:
            return [event_of(row) for row in connection.execute(query)]

    def stream_head(self) -> int:
        """The newest number, 0 when there is none."""
        with self._reading() as connection:
            return _head(connection)

    def prune_stream(self, keep: int = STREAM_KEPT_MIN, *, before_ms: int = 2**62) -> int:
        """Forget the oldest changes before a moment, never of the newest `keep` or 10 000."""
        stream = tables.stream.c
        with self.begin() as work:
            first = work.connection.execute(select(func.min(stream.n))).scalar_one()
            if first is None:
                return 0
            until = min(_head(work.connection) - max(keep, STREAM_KEPT_MIN) + 1, first + PRUNED_MAX)
            # numbers, not times, bound what goes: it is a beginning without gaps, whatever the
            # clock did while it was written
            young = select(stream.n).where(stream.n >= first, stream.n < until)
            young = young.where(stream.at_ms >= before_ms).order_by(stream.n).limit(1)
            until = work.connection.execute(young).scalar_one_or_none() or until
            done = work.connection.execute(delete(tables.stream).where(stream.n < until))
            return done.rowcount

    def known_heartbeats(self) -> list[Heartbeat]:
        """All canaries in order of name."""
        query = select(*HEARTBEAT).order_by(tables.canary.c.name)
        with self._reading() as connection:
            return [heartbeat_of(row) for row in connection.execute(query)]

    def deadlines(self) -> list[Deadline]:
        """All deadlines, the next one first."""
        query = select(*DEADLINE).order_by(tables.deadline.c.due_ms, tables.deadline.c.name)
        with self._reading() as connection:
            return [deadline_of(row) for row in connection.execute(query)]

    def next_promise(self, channel: str) -> Promise | None:
        """The oldest promise of a channel that is neither delivered nor refused."""
        outbox = tables.outbox.c
        query = select(*PROMISE).where(outbox.channel == channel, outbox.verdict.is_(None))
        with self._reading() as connection:
            row = connection.execute(query.order_by(outbox.n).limit(1)).one_or_none()
        return None if row is None else promise_of(row)

    def urgent_promise(self, channel: str, now_ms: int) -> Promise | None:
        """Of a channel's promises that are due the most urgent, the oldest of these."""
        outbox = tables.outbox.c
        query = select(*PROMISE).where(outbox.channel == channel, outbox.verdict.is_(None))
        query = query.where(~outbox.due_ms.between(now_ms + 1, now_ms + PAUSE_MS_MAX))
        with self._reading() as connection:
            rows = connection.execute(query.order_by(outbox.urgency, outbox.n).limit(1))
            row = rows.one_or_none()
        return None if row is None else promise_of(row)

    def attempts(self, channel: str, *, limit: int = 50) -> list[Attempt]:
        """The latest tries of a channel, newest first."""
        attempt, outbox = tables.attempt.c, tables.outbox.c
        query = (
            select(*ATTEMPT)
            .join(tables.outbox, outbox.id == attempt.promise)
            .where(outbox.channel == channel)
            .order_by(outbox.n.desc(), attempt.n.desc())
            .limit(limit)
        )
        with self._reading() as connection:
            return [attempt_of(row) for row in connection.execute(query)]

    def is_ready(self) -> bool:
        """Whether the database answers."""
        try:
            with self._reading() as connection:
                connection.execute(text("SELECT 1"))
        except StoreUnavailable:
            return False
        return True

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def _head(connection: Connection) -> int:
    query = select(tables.counter.c.value).where(tables.counter.c.name == tables.STREAM)
    head: int = connection.execute(query).scalar_one()
    return head


def open_books(url: str, *, audit_keys: Keys = (), fund_keys: Keys = ()) -> SqlBooks:
    """The books of a database, brought to the newest schema; the folder of a SQLite file is made.

    Raises BooksError, one line to show, when the database cannot be used.
    """
    books = SqlBooks(url, audit_keys=audit_keys, fund_keys=fund_keys)
    try:
        bring_up(books.engine)
    except BooksError:
        books.close()
        raise
    return books

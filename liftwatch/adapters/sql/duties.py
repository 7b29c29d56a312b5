"""The engine's part of a transaction: heartbeats, deadlines, and what is promised to leave."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.rows import (
    DEADLINE,
    HEARTBEAT,
    deadline_of,
    heartbeat_of,
    upserting,
)
from liftwatch.ports import (
    LEASE_MS_MAX,
    PAUSE_MS_MAX,
    Attempt,
    Conflict,
    Deadline,
    Heartbeat,
    Promise,
)
from liftwatch.said import Said

_CANARY, _DEADLINE, _OUTBOX = tables.canary.c, tables.deadline.c, tables.outbox.c


class SqlDuties:
    """Fulfils `liftwatch.ports.Duties` on a connection whose transaction has begun."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def beat(self, name: str, *, serves: Sequence[str], at_ms: int, through_ms: int) -> None:
        """Note that a canary has come through; a new one is not seen by the engine yet."""
        now = {"serves": list(serves), "at_ms": at_ms, "through_ms": through_ms, "stuck": None}
        first = {"name": name, "beats": 1, "seen_beats": 0, "seen_ms": 0, "deaf_ms": None}
        statement = upserting(self.connection, tables.canary)
        statement = statement.on_conflict_do_update(
            index_elements=["name"], set_=now | {"beats": _CANARY.beats + 1}
        )
        self.connection.execute(statement, first | now)

    def note_stuck(self, name: str, *, where: str) -> None:
        """Note where canaries stop."""
        mine = _CANARY.name == name
        self.connection.execute(update(tables.canary).where(mine).values(stuck=where[:300]))

    def heartbeats(self) -> list[Heartbeat]:
        """All canaries in order of name, locked."""
        query = select(*HEARTBEAT).order_by(_CANARY.name).with_for_update()
        return [heartbeat_of(row) for row in self.connection.execute(query)]

    def put_seen(self, heartbeat: Heartbeat) -> None:
        """Keep what the engine has seen of a canary."""
        seen = {name: getattr(heartbeat, name) for name in ("seen_beats", "seen_ms", "deaf_ms")}
        self.connection.execute(
            update(tables.canary).where(_CANARY.name == heartbeat.name).values(seen)
        )

    def forget_heartbeat(self, name: str) -> None:
        """A canary that is not expected any more."""
        self.connection.execute(delete(tables.canary).where(_CANARY.name == name))

    def arm(self, deadline: Deadline) -> None:
        """Insert, or bring forward what is due later, also than a changed period allows."""
        values = structs.asdict(deadline) | {"holder": None, "held_until_ms": None}
        statement = upserting(self.connection, tables.deadline)
        later = _DEADLINE.due_ms > statement.excluded.due_ms
        statement = statement.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "due_ms": case((later, statement.excluded.due_ms), else_=_DEADLINE.due_ms),
                "period_ms": func.coalesce(statement.excluded.period_ms, _DEADLINE.period_ms),
            },
        )
        self.connection.execute(statement, values)

    def take_due(self, now_ms: int, *, leases: Mapping[str, int], holder: str) -> Deadline | None:
        """The next one that is due; on PostgreSQL others do not wait for the one we look at."""
        query = (
            select(*DEADLINE)
            .where(_DEADLINE.what.in_(sorted(leases)), _is_due(now_ms), _is_free(now_ms))
            .order_by(_DEADLINE.due_ms, _DEADLINE.name)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = self.connection.execute(query).one_or_none()
        if row is None:
            return None
        found = deadline_of(row)
        taken = structs.replace(found, attempts=found.attempts + 1)
        self._move(
            found.name,
            holder=holder,
            held_until_ms=now_ms + min(leases[found.what], LEASE_MS_MAX),
            attempts=taken.attempts,
        )
        return taken

    def settle(
        self, name: str, *, holder: str, due_ms: int | None, data: dict[str, Any] | None = None
    ) -> bool:
        """It is done, and due again or never."""
        mine = and_(_DEADLINE.name == name, _DEADLINE.holder == holder)
        if due_ms is None:
            return self.connection.execute(delete(tables.deadline).where(mine)).rowcount == 1
        carried = {} if data is None else {"data": data}
        return self._release(mine, due_ms=due_ms, attempts=0, **carried)

    def put_off(self, name: str, *, holder: str, due_ms: int) -> bool:
        """It failed and is due again."""
        mine = and_(_DEADLINE.name == name, _DEADLINE.holder == holder)
        return self._release(mine, due_ms=due_ms)

    def _release(self, mine: ColumnElement[bool], **values: Any) -> bool:
        statement = update(tables.deadline).where(mine)
        done = self.connection.execute(statement.values(holder=None, held_until_ms=None, **values))
        return done.rowcount == 1

    def _move(self, name: str, **values: Any) -> None:
        self.connection.execute(
            update(tables.deadline).where(_DEADLINE.name == name).values(values)
        )

    def promise(self, promise: Promise) -> None:
        """Into the outbox."""
        self.connection.execute(insert(tables.outbox), structs.asdict(promise))

    def note_attempt(self, attempt: Attempt, *, due_ms: int) -> None:
        """Keep what came of a try; raises Conflict when it is not the next one."""
        done = self.connection.execute(
            update(tables.outbox)
            .where(_OUTBOX.id == attempt.promise, _OUTBOX.attempts == attempt.n - 1)
            .where(_OUTBOX.verdict.is_(None))
            .values(
                attempts=attempt.n,
                due_ms=due_ms,
                verdict=None if attempt.verdict == "retry" else attempt.verdict,
            )
        )
        if done.rowcount != 1:
            raise Conflict(Said("another engine has tried it first"))
        self.connection.execute(insert(tables.attempt), structs.asdict(attempt))

    def prune_outbox(self, before_ms: int) -> int:
        """Forget what was promised before and is settled, with its attempts."""
        old = and_(_OUTBOX.verdict.is_not(None), _OUTBOX.made_ms < before_ms)
        return self.connection.execute(delete(tables.outbox).where(old)).rowcount


def _is_due(now_ms: int) -> ColumnElement[bool]:
    """Due, or further away than its period, which only a clock that was set back explains.

    What failed may be put off for longer, but for no more than `PAUSE_MS_MAX`, also without one.
    """
    due_ms = _DEADLINE.due_ms
    too_far = due_ms > now_ms + PAUSE_MS_MAX
    set_back = or_(_DEADLINE.attempts == 0, too_far)
    return or_(
        due_ms <= now_ms,
        and_(due_ms > now_ms + _DEADLINE.period_ms, set_back),
        and_(_DEADLINE.attempts > 0, too_far),
    )


def _is_free(now_ms: int) -> ColumnElement[bool]:
    held_ms = _DEADLINE.held_until_ms
    return or_(held_ms.is_(None), held_ms <= now_ms, held_ms > now_ms + LEASE_MS_MAX)

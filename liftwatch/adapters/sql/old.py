"""Gives up what was told long ago: events of feeds, pages, notices, what was hidden, silences."""

from collections.abc import Sequence
from itertools import takewhile

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, select, tuple_

from liftwatch.adapters.sql import page_tables, rescue_tables, tables, whole_tables
from liftwatch.incidents.incident import OVER

_INCIDENT, _EVENT = tables.incident.c, rescue_tables.event.c
_PAGE, _NOTICE = page_tables.page.c, page_tables.notice.c
_HIDDEN, _WITHHELD, _SILENCE = (
    whole_tables.hidden.c,
    whole_tables.withheld.c,
    whole_tables.silence.c,
)
SETTLED = ("delivered", "refused")


class SqlOldWork:
    """Fulfils `OldWork` on a connection whose transaction has begun."""

    connection: Connection

    def give_up_told(self, before_ms: int, *, limit: int) -> int:
        """Forget some of what was told before and is done; how many rows went."""
        went = sum(self._give_up_events(feed, before_ms, limit) for feed in self._feeds())
        for table, old in _rows(before_ms):
            went += self._give_up(table, old, limit)
        return went

    def _feeds(self) -> Sequence[str]:
        found = self.connection.execute(select(rescue_tables.counter.c.feed))
        return found.scalars().all()

    def _give_up_events(self, feed: str, before_ms: int, limit: int) -> int:
        """From the first one on, so that what stays has no gap; their receipts go with them."""
        query = select(_EVENT.n, _EVENT.at_ms, _EVENT.done_ms, _EVENT.dead_ms, _INCIDENT.state)
        query = query.join(tables.incident, _INCIDENT.id == _EVENT.incident)
        query = query.where(_EVENT.feed == feed).order_by(_EVENT.n).limit(limit)
        old = list(
            takewhile(
                lambda row: (
                    row.at_ms < before_ms
                    and row.state in OVER
                    and not (row.done_ms is None and row.dead_ms is None)
                ),
                self.connection.execute(query),
            )
        )
        if not old:
            return 0
        gone = delete(rescue_tables.event).where(_EVENT.feed == feed, _EVENT.n <= old[-1].n)
        self.connection.execute(gone)
        return len(old)

    def _give_up(self, table: Table, old: ColumnElement[bool], limit: int) -> int:
        key = tuple_(*table.primary_key)
        some = select(*table.primary_key).where(old).limit(limit)
        return self.connection.execute(delete(table).where(key.in_(some))).rowcount


def _rows(before_ms: int) -> tuple[tuple[Table, ColumnElement[bool]], ...]:
    """What is old and done, table by table; what belongs to an open incident stays with it."""
    waits = and_(_HIDDEN.by == "silence", _HIDDEN.over_ms.is_(None))
    hid = exists().where(_HIDDEN.of == _SILENCE.id)
    page = and_(_PAGE.made_ms < before_ms, _PAGE.verdict.in_(SETTLED), _is_over(_PAGE.incident))
    notice = and_(_NOTICE.made_ms < before_ms, _NOTICE.due_ms.is_(None))
    return (
        (page_tables.page, page),
        (page_tables.notice, and_(notice, _is_over(_NOTICE.incident))),
        (
            whole_tables.hidden,
            and_(_HIDDEN.at_ms < before_ms, ~waits, _is_over(_HIDDEN.incident)),
        ),
        (whole_tables.withheld, _WITHHELD.at_ms < before_ms),
        (whole_tables.silence, and_(_SILENCE.until_ms < before_ms, ~hid)),
    )


def _is_over(incident: ColumnElement[str]) -> ColumnElement[bool]:
    over = _INCIDENT.state.in_(sorted(OVER))
    return exists().where(and_(_INCIDENT.id == incident, over))

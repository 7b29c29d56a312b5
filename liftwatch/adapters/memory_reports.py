"""Reports in memory."""

from collections.abc import Callable
from typing import Any

from msgspec import structs

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.care.report import Report, ReportFilter, Scope
from liftwatch.ports import Conflict
from liftwatch.said import Said


class ReportState:
    """Reports by id, in the order in which they were made."""

    def __init__(self) -> None:
        self.ones: dict[str, Report] = {}


class MemoryReportReads:
    """Fulfils `ReportReads`."""

    _reports: ReportState

    def report(self, id: str, *, sight: Sight = EVERYTHING) -> Report | None:
        """One of them."""
        found = self._reports.ones.get(id)
        return found if found is not None and _scope(found).is_seen(sight) else None

    def reports(
        self,
        where: ReportFilter,
        *,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> list[Report]:
        """The newest made first, after a place."""
        found = [
            structs.replace(one, content="")
            for one in self._reports.ones.values()
            if _scope(one).is_seen(sight) and _fits(one, where)
        ]
        found.sort(key=lambda one: (one.made_ms, one.id), reverse=True)
        later = [one for one in found if after is None or (one.made_ms, one.id) < after]
        return later[:limit]

    def newest_report(self, scope: Scope, period: str) -> Report | None:
        """The newest version of a scope and a period."""
        return newest(self._reports, (scope.kind, scope.id, period))


class MemoryReportWork:
    """Fulfils `ReportWork`."""

    _reports: ReportState
    _swap: Callable[[dict[str, Any], str, Any], None]

    def add_report(self, one: Report) -> None:
        """Keep a version; raises Conflict where it does not follow the newest one."""
        known = newest(self._reports, (one.scope_kind, one.scope, one.period))
        if (0 if known is None else known.version) != one.version - 1:
            raise Conflict(Said("somebody else has made it meanwhile"))
        self._swap(self._reports.ones, one.id, one)


def newest(state: ReportState, wanted: tuple[str, str, str]) -> Report | None:
    """The newest version of a kind of scope, a scope and a period."""
    found = [x for x in state.ones.values() if (x.scope_kind, x.scope, x.period) == wanted]
    return max(found, key=lambda one: one.version, default=None)


def _scope(one: Report) -> Scope:
    return Scope(one.scope_kind, one.area, one.estate, one.unit)


def _fits(one: Report, where: ReportFilter) -> bool:
    return all(getattr(where, n) in (None, getattr(one, n)) for n in where.__struct_fields__)

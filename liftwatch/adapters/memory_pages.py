"""Notices and pages of incidents, in memory: the measure for the real ones."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import structs

from liftwatch.incidents.incident import Incident
from liftwatch.incidents.pages import RAISINGS, Notice, Page


class PageState:
    """Rows by their keys; a row is replaced, never changed."""

    def __init__(self, incidents: dict[str, Incident]) -> None:
        self.incidents = incidents
        self.notices: dict[tuple[str, int, str], Notice] = {}
        self.pages: dict[str, Page] = {}


class MemoryPageReads:
    """Fulfils `PageReads`."""

    _pages: PageState

    def notices_of(self, incident: str) -> list[Notice]:
        """Of an incident, in the order in which they were made."""
        found = [one for one in self._pages.notices.values() if one.incident == incident]
        return sorted(found, key=lambda one: (one.made_ms, one.occurrence, one.why))

    def pages_of(self, incident: str) -> list[Page]:
        """Of an incident, in the order in which they were made."""
        return [one for one in self._pages.pages.values() if one.incident == incident]


class MemoryPageWork:
    """Fulfils `PageWork`; each step says how it is undone."""

    _pages: PageState
    _undo: list[Callable[[], Any]]

    def notices(self, incident: str) -> list[Notice]:
        """Of an incident, in the order in which they were made."""
        return MemoryPageReads.notices_of(self, incident)  # type: ignore[arg-type]  # same state

    def raisings_since(self, incident: Incident, since_ms: int) -> int:
        """How many notices of raisings told of its lift (or scope) and kind since then."""
        return sum(
            one.made_ms > since_ms and one.why in RAISINGS and one.held is None
            for one in self._pages.notices.values()
            if _about(self._pages.incidents[one.incident]) == _about(incident)
        )

    def put_notice(self, notice: Notice) -> None:
        """Insert or replace by incident, occurrence and why."""
        key = (notice.incident, notice.occurrence, notice.why)
        self._put_page_row(self._pages.notices, key, notice)

    def pages(self, incident: str) -> list[Page]:
        """Of an incident, in the order in which they were made."""
        return MemoryPageReads.pages_of(self, incident)  # type: ignore[arg-type]  # same state

    def add_page(self, page: Page) -> None:
        """Insert."""
        self._put_page_row(self._pages.pages, page.id, page)

    def note_page(self, id: str, tried: Mapping[str, Any]) -> None:
        """Keep what came of a try; none of that id: nothing."""
        found = self._pages.pages.get(id)
        if found is not None:
            self._put_page_row(self._pages.pages, id, structs.replace(found, **tried))

    def _put_page_row(self, where: dict[Any, Any], key: Any, value: Any) -> None:
        old = where.get(key)
        self._undo.append(lambda: where.pop(key) if old is None else where.update({key: old}))
        where[key] = value


def _about(incident: Incident) -> tuple[str | None, str | None, str]:
    return incident.lift, incident.scope, incident.kind

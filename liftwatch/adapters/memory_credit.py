"""The credit list in memory."""

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import structs

from liftwatch.care.credit_store import ALL_CREDIT, CreditView
from liftwatch.care.sanctions import LIVING, Entry, Line, is_public, whom
from liftwatch.ports import Conflict
from liftwatch.said import Said


class CreditState:
    """Entries by id, and the story of each."""

    def __init__(self) -> None:
        self.ones: dict[str, Entry] = {}
        self.lines: dict[str, list[Line]] = {}


class MemoryCreditReads:
    """Fulfils `CreditReads`."""

    _credit: CreditState

    def credit_entry(self, id: str, *, now_ms: int, view: CreditView = ALL_CREDIT) -> Entry | None:
        """One of them."""
        found = self._credit.ones.get(id)
        return found if found is not None and _sees(view, found, now_ms) else None

    def credit_entries(
        self,
        *,
        now_ms: int,
        living: bool = False,
        public: bool = False,
        organisation: str | None = None,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        view: CreditView = ALL_CREDIT,
    ) -> list[Entry]:
        """The newest first, after a place."""
        found = [
            one
            for one in self._credit.ones.values()
            if _sees(view, one, now_ms)
            if not living or one.state in LIVING
            if not public or is_public(one, now_ms=now_ms)
            if organisation in (None, one.organisation)
            if after is None or (one.issued_ms, one.id) < after
        ]
        return sorted(found, key=lambda one: (one.issued_ms, one.id), reverse=True)[:limit]

    def credit_lines(self, id: str) -> list[Line]:
        """The story of one."""
        return list(self._credit.lines.get(id, ()))

    def credit_due(self, now_ms: int, *, limit: int = 100) -> list[str]:
        """The ids of those that the engine has to look at, the longest overdue first."""
        found = [
            (at_ms, one.id)
            for one in self._credit.ones.values()
            for at_ms in [one.due_ms if whom(one) is None else 0]
            if at_ms is not None and at_ms <= now_ms
        ]
        return [id for _, id in sorted(found)[:limit]]


class MemoryCreditWork:
    """Fulfils `CreditWork`; each step says how it is undone."""

    _credit: CreditState
    _undo: list[Callable[[], Any]]

    def locked_credit_entry(self, id: str) -> Entry | None:
        """One."""
        return self._credit.ones.get(id)

    def put_credit_entry(self, one: Entry) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""
        ones = self._credit.ones
        known = ones.get(one.id)
        if (0 if known is None else known.version) != one.version - 1:
            raise Conflict(Said("somebody else has changed it"))
        claimed = {key for other in ones.values() if other.id != one.id for key in other.keys}
        if not claimed.isdisjoint(one.keys):
            raise Conflict(Said("there is an entry of this kind for the same fact"))
        self._keep_credit(one)

    def note_credit_told(self, one: Entry) -> None:
        """Keep `told`."""
        self._keep_credit(structs.replace(self._credit.ones[one.id], told=one.told))

    def add_credit_line(self, line: Line) -> Line:
        """Append to the story."""
        story = self._credit.lines.setdefault(line.entry, [])
        numbered = structs.replace(line, n=len(story) + 1)
        story.append(numbered)
        self._undo.append(story.pop)
        return numbered

    def _keep_credit(self, one: Entry) -> None:
        ones, old = self._credit.ones, self._credit.ones.get(one.id)
        undo = partial(ones.pop, one.id) if old is None else partial(ones.__setitem__, one.id, old)
        self._undo.append(undo)
        ones[one.id] = one


def _sees(view: CreditView, one: Entry, now_ms: int) -> bool:
    return view.is_party(one) or is_public(one, now_ms=now_ms)

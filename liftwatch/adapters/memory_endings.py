"""What people ended of alarms that latch, in memory."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from liftwatch.incidents.endings import Claimed, Ending

Changes = set[tuple[str, str, str, int, int, bool]]


class EndingState:
    """The endings, and the changes of alarms that were written down."""

    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        self.endings: dict[Claimed, Ending] = {}


class MemoryEndingReads:
    """Fulfils `EndingReads`."""

    _endings: EndingState

    def endings_of(self, claims: Collection[Claimed]) -> list[Ending]:
        """Those of some claims that people have ended."""
        known = self._endings.endings
        return [known[claim] for claim in claims if claim in known]


class MemoryEndingWork:
    """Fulfils `EndingWork`; each step says how it is undone."""

    _endings: EndingState
    _undo: list[Callable[[], Any]]

    def end_claims(self, lift: str, kind: str, *, at_ms: int) -> None:
        """Keep that whatever detection has claimed of a lift and kind is over."""
        known = self._endings.endings
        for subject, of_kind, edge, opened_ms, _, late in self._endings.changes:
            claim = Claimed(subject, of_kind, opened_ms)
            if (subject, of_kind, edge, late) != (lift, kind, "raised", False) or claim in known:
                continue
            known[claim] = Ending(lift, kind, opened_ms, at_ms)
            self._undo.append(partial(known.pop, claim))

    def is_ended(self, claim: Claimed) -> bool:
        """Whether people ended this claim."""
        return claim in self._endings.endings

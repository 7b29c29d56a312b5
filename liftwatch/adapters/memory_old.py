"""Gives up what was told long ago, in memory. Feeds stay: books in memory live for one run."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from liftwatch.adapters.memory_beside import BesideState
from liftwatch.adapters.memory_pages import PageState

SETTLED = ("delivered", "refused")


class MemoryOldWork:
    """Fulfils `OldWork`, feeds aside; each step says how it is undone."""

    _endings: BesideState
    _pages: PageState
    _undo: list[Callable[[], Any]]

    def give_up_told(self, before_ms: int, *, limit: int) -> int:
        """Forget some of what was told before and is done; how many rows went."""
        went = 0
        for where, old in self._old(before_ms):
            for key in old[:limit]:
                self._undo.append(partial(where.__setitem__, key, where.pop(key)))
                went += 1
        return went

    def _old(self, before_ms: int) -> Iterator[tuple[dict[Any, Any], list[Any]]]:
        """Table by table, since what goes with one lets another go."""
        kept, told = self._endings, self._pages
        over = {id for id, one in kept.incidents.items() if not one.is_open}
        yield (
            told.pages,
            [
                key
                for key, one in told.pages.items()
                if one.made_ms < before_ms and one.verdict in SETTLED and one.incident in over
            ],
        )
        yield (
            told.notices,
            [
                key
                for key, one in told.notices.items()
                if one.made_ms < before_ms and one.due_ms is None and one.incident in over
            ],
        )
        yield (
            kept.hidden,
            [
                key
                for key, one in kept.hidden.items()
                if one.at_ms < before_ms and one.incident in over
                if one.by != "silence" or one.over_ms is not None
            ],
        )
        yield (
            kept.withheld,
            [key for key, one in kept.withheld.items() if one.at_ms < before_ms],
        )
        hid = {one.of for one in kept.hidden.values()}
        yield (
            kept.silences,
            [
                key
                for key, one in kept.silences.items()
                if one.until_ms < before_ms and one.id not in hid
            ],
        )

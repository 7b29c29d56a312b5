"""Deadlines by name, soonest first; one that is put off costs nothing until it would have come.

Most deadlines move before they come. So an entry is only made when one moves nearer; when an
entry is reached, its owner is asked whether it still holds.
"""

import heapq
from collections.abc import Callable
from typing import Final

FAR_MS: Final = 2**62  # no deadline: after every message
NEVER_MS: Final = -FAR_MS  # before every message
STALE_MAX = 4
"""Entries a name: above it those that were overtaken by nearer ones are swept out."""


class Agenda:
    """`due_of` tells what is due for a name now, FAR_MS for nothing.

    >>> dues = {"a": 30, "b": 20}
    >>> agenda = Agenda(dues.__getitem__)
    >>> agenda.note("a", 30), agenda.note("b", 20)
    (None, None)
    >>> dues["b"] = 40
    >>> agenda.next_ms(), agenda.pop()
    (30, 'a')
    """

    def __init__(self, due_of: Callable[[str], int]) -> None:
        self._due_of = due_of
        self._heap: list[tuple[int, str]] = []
        self._standing: dict[str, int] = {}
        self.quiet_until_ms = FAR_MS
        """Nothing is due before; read with every message."""

    @property
    def entries(self) -> int:
        """How many are kept, with those that were overtaken."""
        return len(self._heap)

    def note(self, name: str, due_ms: int) -> None:
        """Take up a deadline of a name, or that it now comes sooner."""
        if due_ms < self._standing.get(name, FAR_MS):
            self._standing[name] = due_ms
            heapq.heappush(self._heap, (due_ms, name))
            if len(self._heap) > STALE_MAX * (len(self._standing) + STALE_MAX):
                self._sweep()
            self.quiet_until_ms = self._heap[0][0]

    def _sweep(self) -> None:
        """Keep only the entry of each name that stands."""
        self._heap = [(due_ms, name) for name, due_ms in self._standing.items()]
        heapq.heapify(self._heap)

    def next_ms(self) -> int:
        """The first deadline that still holds."""
        while self._heap:
            entry_ms, name = self._heap[0]
            due_ms = self._due_of(name) if self._standing.get(name) == entry_ms else FAR_MS
            if due_ms <= entry_ms:
                break
            self._drop_first()
            if name not in self._standing:
                self.note(name, due_ms)
        return self.quiet_until_ms

    def pop(self) -> str:
        """The name that `next_ms` found; its deadline is over."""
        return self._drop_first()

    def _drop_first(self) -> str:
        entry_ms, name = heapq.heappop(self._heap)
        if self._standing.get(name) == entry_ms:
            del self._standing[name]
        self.quiet_until_ms = self._heap[0][0] if self._heap else FAR_MS
        return name

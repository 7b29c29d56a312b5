"""What a lift does next: processes that say until when they wait, in one heap per lift.

A process is a generator that yields the moment, in ms, at which it goes on.
"""

import heapq
from collections.abc import Generator

Process = Generator[int, None, None]
NEVER_MS = 2**62
"""Yielded by a process that sleeps until it is woken."""


class Task:
    """A process on the agenda; `turn` tells its valid entry from one left by an earlier wait."""

    __slots__ = ("done", "process", "turn")

    def __init__(self, process: Process) -> None:
        self.process = process
        self.turn = 0
        self.done = False


class Agenda:
    """The processes of one lift in the order of their moments, first come first served.

    >>> def knock(log, agenda):
    ...     yield agenda.after(0.5)
    ...     log.append(agenda.now_ms)
    >>> agenda, log = Agenda(1_000), []
    >>> task = agenda.start(knock(log, agenda))
    >>> while agenda.next_ms < NEVER_MS:
    ...     agenda.step()
    >>> log
    [1500]
    """

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self._heap: list[tuple[int, int, int, Task]] = []
        self._order = 0

    def after(self, seconds: float) -> int:
        """The moment some seconds from now."""
        return self.now_ms + round(seconds * 1000)

    def start(self, process: Process, *, at_ms: int | None = None) -> Task:
        """Begin a process at a moment, by default now."""
        task = Task(process)
        self._push(task, self.now_ms if at_ms is None else at_ms)
        return task

    def wake(self, task: Task) -> None:
        """Let a process go on now instead of at the moment it waits for."""
        if not task.done:
            task.turn += 1
            self._push(task, self.now_ms)

    @property
    def next_ms(self) -> int:
        """When something happens next."""
        while self._heap and self._heap[0][2] != self._heap[0][3].turn:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else NEVER_MS

    def step(self) -> None:
        """Let the next process go on until it waits again."""
        at_ms, _, turn, task = heapq.heappop(self._heap)
        if turn != task.turn:
            return
        self.now_ms = max(at_ms, self.now_ms)
        task.turn += 1
        try:
            next_ms = next(task.process)
        except StopIteration:
            task.done = True
            return
        self._push(task, next_ms)

    def _push(self, task: Task, at_ms: int) -> None:
        if at_ms < NEVER_MS:
            self._order += 1
            heapq.heappush(self._heap, (max(at_ms, self.now_ms), self._order, task.turn, task))

"""Runs mutants, at most two at once, and says in their order which a test has caught."""

import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from bench.mutation.mutants import Mutant
from bench.mutation.plan import Planned, importers, words_of
from bench.mutation.reach import Reach
from bench.mutation.shadow import PAUSE_S, ROOT, Ended, Shadow
from liftwatch.clock import monotonic_s

Outcome = Literal["killed", "by time", "survived", "harmless"]


class Verdict(NamedTuple):
    """What became of a mutant; `by` is the test that failed first."""

    planned: Planned
    outcome: Outcome
    by: str
    seconds: float

    @property
    def line(self) -> str:
        """One line to read."""
        by = self.by.removeprefix("tests/detectors/")
        return f"{self.outcome:<9}{self.seconds:6.1f} s  {self.planned.mutant.name}  [{by}]"


class Running(NamedTuple):
    """A mutant under way."""

    place: int
    shadow: Shadow
    since_s: float


class Judge:
    """Has as many shadows of the tree as it may run tests at once."""

    def __init__(self, folder: Path, *, jobs: int, limit_s: float, root: Path = ROOT) -> None:
        self.root, self.limit_s = root, limit_s
        self.shadows = []
        for n in range(jobs):
            (folder / str(n)).mkdir()
            self.shadows.append(Shadow(folder / str(n), root=root))
        self.reach: Reach = {}

    def judge(self, plan: Sequence[Planned]) -> Iterator[Verdict]:
        """The verdicts in the order of the plan; raises RuntimeError when sound tests fail."""
        self.reach = self.reach or self.shadows[0].learn()
        verdicts: dict[int, Verdict] = {}
        waiting, running, told = list(range(len(plan))), list[Running](), 0
        try:
            while told < len(plan):
                busy = {one.shadow for one in running}
                for shadow in self.shadows:
                    if shadow not in busy:
                        running += self._next(plan, waiting, verdicts, shadow=shadow)
                for one in list(running):
                    if (ended := one.shadow.poll()) is not None:
                        running.remove(one)
                        verdicts[one.place] = _verdict(plan[one.place], ended, one.since_s)
                while told in verdicts:
                    yield verdicts.pop(told)
                    told += 1
                time.sleep(PAUSE_S)
        finally:
            for one in running:
                one.shadow.stop()

    def _next(
        self,
        plan: Sequence[Planned],
        waiting: list[int],
        verdicts: dict[int, Verdict],
        *,
        shadow: Shadow,
    ) -> Iterator[Running]:
        """Begin with the first that has to be run."""
        while waiting:
            place = waiting.pop(0)
            planned = plan[place]
            tests = self.tests_of(planned.mutant)
            if planned.harmless is not None:
                verdicts[place] = Verdict(planned, "harmless", planned.harmless, 0.0)
            elif not tests:
                verdicts[place] = Verdict(planned, "survived", "no test enters it", 0.0)
            else:
                words = _words(planned.mutant.path, self.root)
                shadow.start(planned.mutant, tests=tests, words=words, limit_s=self.limit_s)
                yield Running(place, shadow, monotonic_s())
                return

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that could tell, the quickest first."""
        if mutant.what in ("grown", "shrunk") or not mutant.scope:
            begins = tuple(f"{path}:" for path in _importers(mutant.path, self.root))
        else:
            begins = (f"{mutant.path}:{mutant.scope}",)
        return [
            test
            for test, entered in self.reach.items()
            if any(name.startswith(begins) for name in entered)
        ]


def _verdict(planned: Planned, ended: Ended, since_s: float) -> Verdict:
    took_s = monotonic_s() - since_s
    if ended.passed:
        return Verdict(planned, "survived", "all tests pass", took_s)
    return Verdict(planned, "killed" if ended.in_time else "by time", ended.failed, took_s)


_importers = lru_cache(importers)
_words = lru_cache(words_of)

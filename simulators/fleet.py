"""Many lifts as one stream in the order of time, and what really happened to them."""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from simulators.duties import dated, half_monthly, inspections
from simulators.estates import place_of, plan_lift
from simulators.faults import FAULTS, fitted, schedule
from simulators.faults.scene import Scene
from simulators.groups import expand, outages_of_buildings
from simulators.lift import Lift
from simulators.plan import Plan
from simulators.rates import Rate, befall, outages
from simulators.scenario import Fault, Scenario
from simulators.terminal import Outgoing
from simulators.truth import Truth, without_contradiction

BOOT_EVERY_MS = 137  # terminals do not all start at the same instant
BOOT_WITHIN_MS = 5_000

__all__ = ["Fleet", "Outgoing", "Truth", "make_fleet"]


class Fleet:
    """Lifts on one clock. `now_ms` is how far they have run."""

    def __init__(
        self,
        plans: Iterable[Plan],
        *,
        seed: int,
        start_ms: int,
        scenario: Scenario | None = None,
        rates: Sequence[Rate] = (),
    ) -> None:
        plans = list(plans)
        found, self._groups = expand(
            plans, _numbered(plans, scenario or Scenario()), start_ms=start_ms
        )
        faults: dict[int, list[Fault]] = {}
        for index, fault in found:
            faults.setdefault(index, []).append(fault)
        self.seed, self.now_ms, self._rates = seed, start_ms, rates
        self.lifts = [
            self._lift(index, plan, faults.get(index, []), start_ms=start_ms)
            for index, plan in enumerate(plans)
        ]
        self._heap = [(lift.now_ms, index) for index, lift in enumerate(self.lifts)]
        heapq.heapify(self._heap)
        self._ready: deque[Outgoing] = deque()

    def _lift(self, index: int, plan: Plan, faults: list[Fault], *, start_ms: int) -> Lift:
        """One lift, looked after as a lift should be, with the faults that are to happen to it."""
        boot_ms = start_ms + index * BOOT_EVERY_MS % BOOT_WITHIN_MS
        scenes = [
            (one.name, Scene(start_ms + round(one.after_s * 1000), one.for_s, one.options))
            for one in faults
        ]
        plan = dated(plan, seed=self.seed, start_ms=start_ms)
        for name, scene in scenes:
            fit = FAULTS[name].fit
            if fit is not None:
                plan = fit(plan, scene.at_ms, scene.options)
        lift = Lift(fitted(plan, {one.name for one in faults}), seed=self.seed, start_ms=boot_ms)
        for name, scene in scenes:
            schedule(lift, name, scene)
        lift.agenda.start(half_monthly(lift, seed=self.seed))
        if self._rates:
            lift.agenda.start(befall(lift, seed=self.seed, rates=self._rates))
            lift.agenda.start(outages(lift, seed=self.seed))
        if not any(FAULTS[name].fit for name, _ in scenes):
            lift.agenda.start(inspections(lift))
        return lift

    def run(self, until_ms: int) -> Iterator[Outgoing]:
        """What is sent before a moment, in order; a later call goes on where this one ended."""
        while True:
            while self._ready and self._ready[0].at_ms < until_ms:
                sent = self._ready.popleft()
                self.now_ms = sent.at_ms
                yield sent
            if self._ready or not self._heap or self._heap[0][0] >= until_ms:
                break
            self._step()
        self.now_ms = max(self.now_ms, until_ms)

    def _step(self) -> None:
        index = self._heap[0][1]
        lift = self.lifts[index]
        if not lift.terminal.out:
            lift.agenda.step()
        self._ready.extend(lift.terminal.out)
        lift.terminal.out.clear()
        heapq.heapreplace(self._heap, (lift.agenda.next_ms, index))

    def truth(self) -> list[Truth]:
        """What has really happened so far, in the order of its begin."""
        found = [truth for lift in self.lifts for truth in lift.truths]
        parents = (group.truth(self.lifts) for group in self._groups)
        found += (truth for truth in parents if truth is not None)
        found += outages_of_buildings(self.lifts)
        found = without_contradiction(found)
        return sorted(found, key=lambda truth: (truth.from_ms, truth.lift or "", truth.kind))


def make_fleet(
    *,
    seed: int,
    lifts: int,
    start_ms: int,
    scenario: Scenario | None = None,
    rates: Sequence[Rate] = (),
) -> Fleet:
    """Lifts in made-up estates; ValueError when the scenario names a lift not among them.

    With `rates` (`simulators.rates.RATES`) what happens to real lifts happens to them too.
    """
    plans = [plan_lift(place_of(index, seed=seed), seed=seed) for index in range(lifts)]
    return Fleet(plans, seed=seed, start_ms=start_ms, scenario=scenario, rates=rates)


def _numbered(plans: list[Plan], scenario: Scenario) -> Iterator[tuple[int, Fault]]:
    """The faults with the numbers of their lifts."""
    numbers: dict[int | str, int] = {plan.name: index for index, plan in enumerate(plans)}
    numbers |= {index: index for index in range(len(plans))}
    for fault in scenario.faults:
        if fault.lift not in numbers:
            raise ValueError(f"fault {fault.name}: no lift {fault.lift!r} among the {len(plans)}")
        yield numbers[fault.lift], fault

"""Faults that several lifts share, an outage or a bug of one make, and their parent truth."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from simulators.faults import FAULTS, kind_of_fault
from simulators.lift import Lift
from simulators.plan import Plan
from simulators.scenario import Fault
from simulators.truth import Truth

WITHIN_MS = 660_000  # contract, section 2: fleet_fault within 10 minutes
APART_S = 25.0  # between two lifts of a make; a building loses its mains at once
RAISED_S = 15.0  # after the last of those who make it one incident


class Shape(NamedTuple):
    """How a group of a name is made up: kind of the parent, how many lifts make it one."""

    kind: str
    quorum: int
    apart_s: float


SHAPES = {
    "building": Shape("mains_lost", 2, 0.0),
    "manufacturer": Shape("fleet_fault", 5, APART_S),
}


class Group(NamedTuple):
    """One fault of several lifts, by their numbers in the fleet."""

    shape: Shape
    scope: str
    child: str
    members: tuple[int, ...]
    from_ms: int

    def truth(self, lifts: Sequence[Lift]) -> Truth | None:
        """The parent's truth, once enough lifts have theirs."""
        found = [
            truth
            for index in self.members
            for truth in lifts[index].truths
            if truth.kind == self.child
            and not truth.never
            and 0 <= truth.from_ms - self.from_ms + 60_000 <= WITHIN_MS
        ]
        if len(found) < self.shape.quorum:
            return None
        found.sort(key=lambda truth: truth.from_ms)
        last = found[self.shape.quorum - 1]
        ends = [truth.to_ms for truth in found]
        return Truth(
            lift=None,
            kind=self.shape.kind,
            from_ms=last.from_ms,
            to_ms=None if None in ends else max(end for end in ends if end is not None),
            expect_within_s=last.expect_within_s + RAISED_S,
            scope=self.scope,
            lifts=tuple(sorted(truth.lift for truth in found if truth.lift)),
        )


def expand(
    plans: Sequence[Plan], faults: Iterable[tuple[int, Fault]], *, start_ms: int
) -> tuple[list[tuple[int, Fault]], list[Group]]:
    """Each fault of a group as one fault for each of its lifts; ValueError when they are too few.

    People stand only in the first lift of a building, the one the scenario names.
    """
    single: list[tuple[int, Fault]] = []
    groups: list[Group] = []
    for index, fault in faults:
        name = FAULTS[fault.name].group
        if not name:
            single.append((index, fault))
            continue
        shape = SHAPES[name]
        members = _members(plans, index, fault, group=name)
        for k, member in enumerate(members):
            options = fault.options if k == 0 else {**fault.options, "people": 0.0}
            after_s = fault.after_s + k * shape.apart_s
            single.append((member, fault._replace(after_s=after_s, options=options)))
        scope = _scope(plans[index], name)
        from_ms = start_ms + round(fault.after_s * 1000)
        child = kind_of_fault(fault.name)
        groups.append(Group(shape, scope, child, tuple(members), from_ms))
    return single, groups


def _scope(plan: Plan, group: str) -> str:
    if group == "building":
        return f"{plan.estate}/{plan.register.get('building', plan.estate)}"
    return f"{group}/{plan.register.get(group, 'unknown')}"


def _members(plans: Sequence[Plan], index: int, fault: Fault, *, group: str) -> list[int]:
    scope = _scope(plans[index], group)
    others = [k for k, plan in enumerate(plans) if k != index and _scope(plan, group) == scope]
    members = [index, *others]
    if group == "building":
        return members
    wanted = int(fault.options["count"])
    if len(members) < wanted:
        raise ValueError(
            f"fault {fault.name}: {wanted} lifts wanted of {scope}, there are {len(members)}"
        )
    return members[:wanted]

"""Faults that several lifts share, an outage or a bug of one make, and their parent truth."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from simulators.faults import FAULTS, kind_of_fault
from simulators.lift import Lift
from simulators.plan import Plan
from simulators.scenario import Fault
from simulators.truth import Truth, end_ms

WITHIN_MS = 660_000  # contract, section 2: fleet_fault within 10 minutes
APART_S = 25.0  # between two lifts of a make; a building loses its mains at once
RAISED_S = 15.0  # after the last of those who make it one incident


APART_OF_S = {"building": 0.0, "manufacturer": APART_S}
OF_A_BUILDING = 2  # lifts that make an outage the building's (contract, section 2)
OF_A_FLEET = 5  # lifts of one make (contract, section 2: fleet_fault)


class Group(NamedTuple):
    """One fault of several lifts of a make, by their numbers in the fleet."""

    scope: str
    child: str
    members: tuple[int, ...]
    from_ms: int

    def truth(self, lifts: Sequence[Lift]) -> Truth | None:
        """The parent's truth, a `fleet_fault`, once enough lifts have theirs."""
        found = [
            truth
            for index in self.members
            for truth in lifts[index].truths
            if truth.kind == self.child
            and not truth.never
            and 0 <= truth.from_ms - self.from_ms + 60_000 <= WITHIN_MS
        ]
        if len(found) < OF_A_FLEET:
            return None
        found.sort(key=lambda truth: truth.from_ms)
        last = found[OF_A_FLEET - 1]
        ends = [truth.to_ms for truth in found]
        return Truth(
            lift=None,
            kind="fleet_fault",
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
        members = _members(plans, index, fault, group=name)
        for k, member in enumerate(members):
            options = fault.options if k == 0 else {**fault.options, "people": 0.0}
            after_s = fault.after_s + k * APART_OF_S[name]
            single.append((member, fault._replace(after_s=after_s, options=options)))
        if name == "manufacturer":
            scope, child = _scope(plans[index], name), kind_of_fault(fault.name)
            from_ms = start_ms + round(fault.after_s * 1000)
            groups.append(Group(scope, child, tuple(members), from_ms))
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


def outages_of_buildings(lifts: Iterable[Lift]) -> list[Truth]:
    """The parent truths of `mains_lost`: two lifts of a building without mains at the same time."""
    children: dict[str, list[Truth]] = {}
    for lift in lifts:
        own = [truth for truth in lift.truths if truth.kind == "mains_lost"]
        if own:
            children.setdefault(_scope(lift.plan, "building"), []).extend(own)
    found: list[Truth] = []
    for scope, truths in children.items():
        together: list[Truth] = []
        for truth in sorted(truths, key=lambda truth: truth.from_ms):
            if together and truth.from_ms > max(end_ms(one) for one in together):
                found += _outage(scope, together)
                together = []
            together.append(truth)
        found += _outage(scope, together)
    return found


def _outage(scope: str, together: list[Truth]) -> list[Truth]:
    """One building's outage from when the second lift is without mains, if there is a second."""
    names = {truth.lift for truth in together if truth.lift}
    if len(names) < OF_A_BUILDING:
        return []
    first = together[0]
    second = next(truth for truth in together if truth.lift != first.lift)
    last_ms = max(end_ms(truth) for truth in together)
    outage = Truth(
        lift=None,
        kind="mains_lost",
        from_ms=second.from_ms,
        to_ms=None if math.isinf(last_ms) else round(last_ms),
        expect_within_s=second.expect_within_s + RAISED_S,
        scope=scope,
        lifts=tuple(sorted(names)),
    )
    return [outage]

"""Ground truth: what really happened, as the lines of the contract's section 3."""

import math
from collections.abc import Iterable
from typing import Any

from msgspec import Struct, structs

from liftwatch.clock import rfc3339


class Truth(Struct, kw_only=True):
    """A condition that is to be found, or with `never` a window in which some kinds are wrong.

    `to_ms` stays None while the condition lasts. What stands for several lifts has no `lift` but a
    `scope` and `lifts`.
    """

    lift: str | None
    kind: str = ""
    from_ms: int
    to_ms: int | None = None
    expect_within_s: float = 0.0
    also: tuple[str, ...] = ()
    never: bool = False
    kinds: tuple[str, ...] = ()
    scope: str = ""
    lifts: tuple[str, ...] = ()

    def line(self, *, until_ms: int) -> dict[str, Any]:
        """The line as JSON; what still lasts ends with the run.

        >>> truth = Truth(lift="L-01", kind="overspeed", from_ms=0, expect_within_s=5)
        >>> truth.line(until_ms=9_000)["to"]
        '1970-01-01T00:00:09.000Z'
        """
        to_ms = until_ms if self.to_ms is None else min(self.to_ms, until_ms)
        span = {"from": rfc3339(self.from_ms), "to": rfc3339(to_ms)}
        if self.never:
            return {"lift": self.lift, "never": True, "kinds": list(self.kinds), **span}
        found: dict[str, Any] = {"lift": self.lift, "kind": self.kind, **span}
        found["expect_within_s"] = round(self.expect_within_s, 3)
        if self.scope:
            found |= {"scope": self.scope, "lifts": list(self.lifts)}
        return {**found, "also": list(self.also)} if self.also else found


def without_contradiction(truths: Iterable[Truth]) -> list[Truth]:
    """The same, where quiet windows leave out kinds of which something true falls into them.

    >>> true = Truth(lift="L-01", kind="overspeed", from_ms=5, to_ms=7)
    >>> quiet = Truth(lift="L-01", from_ms=0, to_ms=9, never=True, kinds=("overspeed", "free_fall"))
    >>> without_contradiction([true, quiet])[1].kinds
    ('free_fall',)
    """
    kept = list(truths)
    true: dict[str | None, list[Truth]] = {}
    for truth in kept:
        if not truth.never:
            true.setdefault(truth.lift, []).append(truth)
    found: list[Truth] = []
    for truth in kept:
        if not truth.never:
            found.append(truth)
            continue
        wrong = {
            kind
            for one in true.get(truth.lift, ())
            if _overlap(one, truth)
            for kind in (one.kind, *one.also)
        }
        kinds = tuple(kind for kind in truth.kinds if kind not in wrong)
        if kinds:
            found.append(structs.replace(truth, kinds=kinds))
    return found


def _overlap(one: Truth, other: Truth) -> bool:
    begins, ends = max(one.from_ms, other.from_ms), min(end_ms(one), end_ms(other))
    return begins <= ends


def end_ms(truth: Truth) -> float:
    """When it ended; never, while it lasts."""
    return math.inf if truth.to_ms is None else truth.to_ms

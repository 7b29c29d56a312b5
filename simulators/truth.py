"""Ground truth: what really happened, as the lines of the contract's section 3."""

from typing import Any

from msgspec import Struct

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

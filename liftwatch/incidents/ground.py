"""What a row of the table of grounds is made of; the rows stand in `ground_rows`."""

from typing import NamedTuple

from liftwatch.clock import MINUTE_MS

BACK_MS = 10 * MINUTE_MS
"""How far before the raising signals are kept at most, where a row says nothing else."""


def N_(text: str) -> str:
    """Marks a text that is translated where it is shown."""
    return text


class Limit(NamedTuple):
    """A threshold that a signal has: `value` unless the evidence says another under `key`.

    The evidence's number times `scale` is in the signal's unit; `both` also counts below zero.
    """

    signal: str
    value: float | None = None
    key: str = ""
    both: bool = False
    scale: float = 1.0


class Ground(NamedTuple):
    """On what a kind is raised. `signals` are `kind.signal`, what tells most first.

    `needs` are signals without which nothing could be said, alternatives joined by `|`. `back_ms`
    is how far before the raising its own signals may be looked for.
    """

    kind: str
    signals: tuple[str, ...]
    threshold: str
    source: str
    needs: tuple[str, ...]
    limits: tuple[Limit, ...] = ()
    back_ms: int = BACK_MS

"""What somebody else's panel asks of telemetry: the small part of InfluxQL that we answer.

One SELECT of one kind, of fields or of their sums per step, under conditions on tags and fields,
within a time. `asked_grammar` reads it from text; adapters write it anew from what is held here,
so that nothing of the text itself reaches a database.
"""

from collections.abc import Iterator

from msgspec import Struct

from liftwatch.clock import DAY_MS, SECOND_MS
from liftwatch.said import Said

TEXT_MAX = 16_384
DEPTH_MAX = 8
COLUMNS_MAX = 16
SPAN_MS_MAX = 400 * DAY_MS
SPAN_RAW_MS_MAX = 31 * DAY_MS
STEP_MS_MIN = SECOND_MS
STEPS_MAX = 11_000
"""A panel is as wide as a screen; Grafana asks for no more (Prometheus has the same bound)."""
ROWS_MAX = 100_000
"""Of an answer, all series together."""
RAW_MAX = 10_000

TAGS = ("area", "estate", "lift", "source")
FUNCTIONS: dict[str, bool] = {
    "count": False,
    "first": False,
    "last": False,
    "mean": True,
    "median": True,
    "min": True,
    "max": True,
    "sum": True,
    "spread": True,
    "stddev": True,
    "percentile": True,
}
"""How a step is summed up; True: only of numbers."""
FILLS = ("null", "none", "previous", "linear")
ZONES = ("Asia/Shanghai", "UTC")
OPERATORS = ("=", "!=", "<>", "<", "<=", ">", ">=")

Literal = str | float | bool


class AskedError(ValueError):
    """It is not of the part we answer; one sentence."""

    def __init__(self, said: Said) -> None:
        super().__init__(str(said))
        self.said = said


class Column(Struct, frozen=True, kw_only=True):
    """A field, or a function of it; `argument` is of a percentile."""

    field: str
    function: str = ""
    argument: float | None = None
    alias: str = ""


class Comparison(Struct, frozen=True, tag=True):
    """A tag or a field against a value."""

    name: str
    operator: str
    value: Literal


class Every(Struct, frozen=True, tag=True):
    """All of these hold; of none, always."""

    parts: tuple["Condition", ...] = ()


class Some(Struct, frozen=True, tag=True):
    """One of these holds at least; of none, never."""

    parts: tuple["Condition", ...] = ()


Condition = Comparison | Every | Some


class Asked(Struct, frozen=True, kw_only=True):
    """A question; times in milliseconds, `to_ms` exclusive, as everywhere."""

    kind: str
    columns: tuple[Column, ...]
    where: Condition = Every()
    from_ms: int
    to_ms: int
    step_ms: int | None = None
    by: tuple[str, ...] = ()
    fill: str | float = "null"
    newest_first: bool = False
    limit: int | None = None
    zone: str = ""

    @property
    def is_summed(self) -> bool:
        """Whether columns are functions: fields as they are and functions do not mix."""
        return bool(self.columns[0].function)

    @property
    def steps(self) -> int:
        """How many rows a series may have at the most."""
        if not self.is_summed:
            return min(self.limit or RAW_MAX, RAW_MAX)
        if self.step_ms is None:
            return 1
        return (self.to_ms - self.from_ms) // self.step_ms + 2

    @property
    def series(self) -> int:
        """How many series are answered at the most, so that all rows stay below ROWS_MAX."""
        return max(1, ROWS_MAX // self.steps)


class Table(Struct):
    """One series of an answer: times in nanoseconds, then what was asked for."""

    name: str
    columns: list[str]
    values: list[list[Literal | int | None]]
    tags: dict[str, str] = {}


def same(name: str, value: str) -> Comparison:
    """A tag is a value."""
    return Comparison(name, "=", value)


def one_of(name: str, values: list[str] | tuple[str, ...]) -> Some:
    """A tag is one of some values; of none, never."""
    return Some(tuple(same(name, value) for value in values))


def lifts_named(condition: Condition) -> set[str] | None:
    """The lifts a condition names, where it holds for no others; None: it may for any.

    >>> sorted(lifts_named(Every((same("source", "terminal"), one_of("lift", ["b", "a"])))))
    ['a', 'b']
    >>> lifts_named(Some((same("lift", "a"), same("estate", "garden")))) is None
    True
    """
    if isinstance(condition, Comparison):
        named = condition.name == "lift" and condition.operator == "="
        return {str(condition.value)} if named else None
    found = [lifts_named(part) for part in condition.parts]
    if isinstance(condition, Some):
        sets = [one for one in found if one is not None]
        return set().union(*sets) if len(sets) == len(found) else None
    known = [one for one in found if one is not None]
    return set.intersection(*known) if known else None


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """All that is compared, however deep."""
    if isinstance(condition, Comparison):
        yield condition
        return
    for part in condition.parts:
        yield from comparisons(part)


def checked(asked: Asked) -> Asked:
    """The question, if it is within all limits. Raises AskedError."""
    span_ms = asked.to_ms - asked.from_ms
    longest = SPAN_MS_MAX if asked.is_summed else SPAN_RAW_MS_MAX
    if span_ms > longest or asked.from_ms < 0:
        raise AskedError(Said("at most %(most)s days at once", most=longest // DAY_MS))
    if asked.step_ms is not None:
        if not asked.is_summed:
            raise AskedError(Said("a step needs functions: mean(...), last(...)"))
        if asked.step_ms < STEP_MS_MIN:
            raise AskedError(Said("a step is at least a second"))
        if asked.steps > STEPS_MAX:
            raise AskedError(Said("more than %(most)s steps: a longer one", most=STEPS_MAX))
    if asked.limit is not None and not 1 <= asked.limit <= RAW_MAX:
        raise AskedError(Said("a limit is 1..%(most)s", most=RAW_MAX))
    return asked

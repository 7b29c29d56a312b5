"""A telemetry query as InfluxQL; names and values are quoted, since lifts' names come from URLs."""

from liftwatch.adapters.reading import is_numeric, wanted
from liftwatch.ports import TelemetryQuery

TIME_MS_MAX = 9_223_372_036_854
"""InfluxDB's time ends in April 2262."""


def identifier(name: str) -> str:
    r"""A name between double quotes.

    >>> print(identifier('a"b\\c'))
    "a\"b\\c"
    """
    return '"' + _escaped(name).replace('"', '\\"') + '"'


def literal(text: str) -> str:
    r"""A string between single quotes.

    >>> print(literal("x' OR 'a' = 'a"))
    'x\' OR \'a\' = \'a'
    """
    return "'" + _escaped(text).replace("'", "\\'") + "'"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def statement(query: TelemetryQuery) -> str:
    """The SELECT, newest first.

    >>> print(statement(TelemetryQuery(lift="L-01", kind="online", from_ms=0, to_ms=9)))
    SELECT "status" FROM "lift_online" WHERE "lift" = 'L-01' AND time >= 0 AND time < 9000000 \
ORDER BY time DESC LIMIT 10000
    """
    from_ns, to_ns = _ns(query.from_ms), _ns(query.to_ms)
    per_step = f"GROUP BY time({query.step_ms}ms) fill(none) " if query.step_ms else ""
    return (
        f"SELECT {', '.join(columns(query))} FROM {identifier(f'lift_{query.kind}')} "
        f'WHERE "lift" = {literal(query.lift)} AND time >= {from_ns} AND time < {to_ns} '
        f"{per_step}ORDER BY time DESC LIMIT {query.limit}"
    )


def columns(query: TelemetryQuery) -> list[str]:
    """What is selected: fields, or of each step the least, greatest and mean, or the last value.

    >>> columns(TelemetryQuery(lift="L", kind="online", from_ms=0, to_ms=9, step_ms=5))
    ['last("status")']
    """
    found: list[str] = []
    for name, type_ in wanted(query).items():
        if query.step_ms is None:
            found.append(identifier(name))
        elif is_numeric(type_):
            found += [f"{function}({identifier(name)})" for function in ("min", "max", "mean")]
        else:
            found.append(f"last({identifier(name)})")
    return found


def _ns(ms: int) -> int:
    return max(-TIME_MS_MAX, min(ms, TIME_MS_MAX)) * 1_000_000

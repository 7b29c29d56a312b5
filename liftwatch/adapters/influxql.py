"""A telemetry query as InfluxQL; names and values are quoted, since lifts' names come from URLs."""

from collections.abc import Sequence

from liftwatch.adapters.line_writers import TAGS
from liftwatch.adapters.reading import FLOOR_OF, is_numeric, wanted
from liftwatch.ports import TelemetryQuery
from liftwatch.telemetry.retention import SUMS, summed_signals

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
        f"{_of_landing(query)}{per_step}ORDER BY time DESC LIMIT {query.limit}"
    )


def _of_landing(query: TelemetryQuery) -> str:
    if query.floor is None:
        return ""
    return f"AND {identifier(FLOOR_OF.get(query.kind, 'floor'))} = {query.floor} "


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


SUM_PARTS = ("min", "max", "mean", "count")


def sums_of(kind: str) -> str:
    """The measurement of a kind's sums."""
    return f"lift_{kind}_15m"


def sums_statement(query: TelemetryQuery, names: Sequence[str]) -> str:
    """The SELECT of stored sums, oldest first: of each signal four columns."""
    columns_ = ", ".join(identifier(f"{name}_{part}") for name in names for part in SUM_PARTS)
    return (
        f"SELECT {columns_} FROM {identifier(sums_of(query.kind))} "
        f'WHERE "lift" = {literal(query.lift)} '
        f"AND time >= {_ns(query.from_ms)} AND time < {_ns(query.to_ms)}"
    )


def summing(kind: str, *, from_ms: int, to_ms: int) -> str:
    """The SELECT that sums up every lift's raw data."""
    return (
        f"SELECT {_sums(kind)} FROM {identifier(f'lift_{kind}')} "
        f"WHERE time >= {_ns(from_ms)} AND time < {_ns(to_ms)} "
        f"GROUP BY time(15m), {_TAGS} fill(none)"
    )


def continuous_query(kind: str, *, bucket: str, policy: str) -> str:
    """The statement by which 1.x sums up by itself; what comes later than 2 h the engine adds."""
    database = identifier(bucket)
    return (
        f"CREATE CONTINUOUS QUERY {identifier(sums_of(kind))} ON {database} "
        f"RESAMPLE EVERY 15m FOR 2h BEGIN SELECT {_sums(kind)} "
        f"INTO {database}.{identifier(SUMS.place)}.{identifier(sums_of(kind))} "
        f"FROM {database}.{identifier(policy)}.{identifier(f'lift_{kind}')} "
        f"GROUP BY time(15m), {_TAGS} END"
    )


def _sums(kind: str) -> str:
    return ", ".join(
        f"{part}({identifier(name)}) AS {identifier(f'{name}_{part}')}"
        for name in summed_signals(kind)
        for part in SUM_PARTS
    )


_TAGS = ", ".join(identifier(name) for name in TAGS)


def policies(bucket: str) -> str:
    """The statement that lists the retention policies of a database."""
    return f"SHOW RETENTION POLICIES ON {identifier(bucket)}"


def _ns(ms: int) -> int:
    return max(-TIME_MS_MAX, min(ms, TIME_MS_MAX)) * 1_000_000

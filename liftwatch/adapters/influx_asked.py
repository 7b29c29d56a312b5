"""A question of ours (`liftwatch.telemetry.asked`) as InfluxQL, written anew word by word.

Names come from tables and values are quoted; the condition of whoever asks stands in parentheses
of its own beside the filter of the rows they may see.
"""

from liftwatch.adapters.influx_answers import Series
from liftwatch.adapters.influxql import identifier, literal
from liftwatch.telemetry.asked import (
    ROWS_MAX,
    Asked,
    Column,
    Comparison,
    Condition,
    Every,
    Some,
    Table,
)


def statement(asked: Asked, rows: Condition) -> str:
    """The SELECT, within `rows`, and never of more rows than an answer may have.

    >>> from liftwatch.telemetry.asked import same
    >>> one = Asked(kind="online", columns=(Column(field="status"),), from_ms=0, to_ms=9, limit=5)
    >>> print(statement(one, same("lift", "L-1")))
    SELECT "status" FROM "lift_online" WHERE ("lift" = 'L-1') AND time >= 0ms AND time < 9ms \
ORDER BY time ASC LIMIT 5 SLIMIT 20000
    """
    where = [_text(part) for part in (asked.where, rows) if part != Every()]
    where += [f"time >= {asked.from_ms}ms", f"time < {asked.to_ms}ms"]
    return " ".join(
        part
        for part in (
            f"SELECT {', '.join(_column(one) for one in asked.columns)}",
            f"FROM {identifier(f'lift_{asked.kind}')}",
            f"WHERE {' AND '.join(where)}",
            _grouping(asked),
            f"ORDER BY time {'DESC' if asked.newest_first else 'ASC'}",
            f"LIMIT {min(asked.limit or ROWS_MAX, asked.steps)} SLIMIT {asked.series}",
            f"tz({literal(asked.zone)})" if asked.zone else "",
        )
        if part
    )


def _column(one: Column) -> str:
    inside = identifier(one.field)
    if one.argument is not None:
        inside += f", {one.argument:g}"
    text = f"{one.function}({inside})" if one.function else inside
    return f"{text} AS {identifier(one.alias)}" if one.alias else text


def _grouping(asked: Asked) -> str:
    items = [f"time({asked.step_ms}ms)"] if asked.step_ms else []
    items += [identifier(name) for name in asked.by]
    if not items:
        return ""
    fill = f"{asked.fill:g}" if isinstance(asked.fill, float) else asked.fill
    return f"GROUP BY {', '.join(items)}" + (f" fill({fill})" if asked.step_ms else "")


def _text(condition: Condition) -> str:
    """A condition, always in parentheses: nothing beside it binds closer."""
    if isinstance(condition, Comparison):
        return f"({identifier(condition.name)} {condition.operator} {_value(condition)})"
    if not condition.parts:
        raise ValueError("a condition of nothing is decided before a store is asked")
    word = " OR " if isinstance(condition, Some) else " AND "
    return f"({word.join(_text(part) for part in condition.parts)})"


def _value(one: Comparison) -> str:
    if isinstance(one.value, bool):
        return "true" if one.value else "false"
    return literal(one.value) if isinstance(one.value, str) else repr(one.value)


def tables(found: list[Series]) -> list[Table]:
    """An answer in the words of the ports."""
    return [Table(one.name, one.columns, one.values, one.tags) for one in found]

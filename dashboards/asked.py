"""What Grafana makes of a panel's query: variables, macros, the step of a chart.

A preview and the tests ask with these; Grafana does the same by itself.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, rfc3339

WIDTH_PX, COLUMNS = 1_280, 24
STEPS_MS = (
    *(10 * SECOND_MS, 15 * SECOND_MS, 20 * SECOND_MS, 30 * SECOND_MS),
    *(MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS),
    *(HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, DAY_MS, 7 * DAY_MS),
)
SCRAPED_MS = 15 * SECOND_MS
"""As often Prometheus looks; a rate needs four looks (`$__rate_interval`)."""
Chosen = Mapping[str, Sequence[str]]
"""What is chosen of each variable."""
_SPECIAL = re.compile(r"[\\^$*+?.()|\[\]{}/]")
_HOURS = re.compile(r"now-(\d+)([mhd])")
_UNITS = {"m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}


class Span(NamedTuple):
    """The time that a panel shows."""

    from_ms: int
    to_ms: int


def span_of(from_: str, *, now_ms: int) -> Span:
    """The time from a dashboard's `now-24h`, or a panel's own `30d`, to now.

    >>> span_of("now-2h", now_ms=7_200_000), span_of("1d", now_ms=86_400_001).from_ms
    (Span(from_ms=0, to_ms=7200000), 1)
    """
    found = _HOURS.fullmatch(from_ if from_.startswith("now-") else f"now-{from_}")
    if found is None:
        raise ValueError(f"{from_!r} is no time we know")
    return Span(now_ms - int(found[1]) * _UNITS[found[2]], now_ms)


def step_ms(span: Span, *, columns: int) -> int:
    """The step of a chart so many of 24 columns wide: about two pixels, and never below 10 s.

    >>> step_ms(Span(0, 24 * 3_600_000), columns=12)
    300000
    """
    least = (span.to_ms - span.from_ms) / (WIDTH_PX * columns / COLUMNS / 2)
    return next((step for step in STEPS_MS if step >= least), STEPS_MS[-1])


def sql_text(text: str, span: Span, chosen: Chosen) -> str:
    """A query of PostgreSQL.

    >>> sql_text("$__timeFilter(at) AND a IN (${x:sqlstring})", Span(0, 1_000), {"x": ["o'b", "c"]})
    "at BETWEEN '1970-01-01T00:00:00.000Z' AND '1970-01-01T00:00:01.000Z' AND a IN ('o''b','c')"
    """
    since, until = rfc3339(span.from_ms), rfc3339(span.to_ms)
    text = re.sub(r"\$__timeFilter\(([\w.]+)\)", rf"\1 BETWEEN '{since}' AND '{until}'", text)
    return _with(text, chosen)


def influx_text(text: str, span: Span, chosen: Chosen, *, step_ms: int) -> str:
    """A query of InfluxDB.

    >>> influx_text("$timeFilter GROUP BY time($__interval)", Span(0, 9), {}, step_ms=60_000)
    'time >= 0ms and time <= 9ms GROUP BY time(1m)'
    """
    text = text.replace("$timeFilter", f"time >= {span.from_ms}ms and time <= {span.to_ms}ms")
    return _with(text.replace("$__interval", interval(step_ms)), chosen)


def metric_text(text: str, *, step_ms: int) -> str:
    """A query of Prometheus.

    >>> metric_text("rate(x[$__rate_interval])", step_ms=10_000)
    'rate(x[1m])'
    """
    rate_ms = max(4 * SCRAPED_MS, step_ms + SCRAPED_MS)
    return text.replace("$__rate_interval", interval(rate_ms))


def interval(ms: int) -> str:
    """A step as it is written.

    >>> interval(90_000), interval(60_000), interval(86_400_000)
    ('90s', '1m', '1d')
    """
    for unit, of in (("d", DAY_MS), ("h", HOUR_MS), ("m", MINUTE_MS)):
        if ms % of == 0:
            return f"{ms // of}{unit}"
    return f"{ms // SECOND_MS}s"


def _with(text: str, chosen: Chosen) -> str:
    """With what is chosen in the place of variables, in the format that each asks for."""
    for name, values in chosen.items():
        quoted = ",".join("'" + value.replace("'", "''") + "'" for value in values)
        escaped = [_SPECIAL.sub(r"\\\g<0>", value) for value in values]
        any_of = escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"
        text = text.replace(f"${{{name}:sqlstring}}", quoted)
        text = text.replace(f"${{{name}:regex}}", any_of)
        text = text.replace(f"${{{name}}}", ",".join(values))
    return text

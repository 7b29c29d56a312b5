"""Whether the parts of one message fit each other, as the contract asks of its kind."""

from collections.abc import Callable, Iterator
from typing import Any

from ingest.dialects.translate import look_up
from ingest.periods import Verdict
from liftwatch.clock import SECOND_MS, to_ms, wire_ms
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.telemetry.messages import Burst, Button, Door, Event, Ride, Wire

SLACK_MS = 2 * SECOND_MS  # as long as disorder is borne (contract, section 1)
AXES = ("z_mps2", "x_mps2", "y_mps2")
SLOW = ("position_m", "pressure_hpa", "speed_mps")


def look_within(body: Wire) -> Iterator[Verdict]:
    """Verdicts on one message, those of its kind only; its times are as they were said.

    >>> from datetime import datetime, UTC
    >>> said = dict(v=1, terminal="T", boot="b", seq=0, at="1970-01-01T00:01:00.000Z")
    >>> start = datetime(1970, 1, 1, tzinfo=UTC)
    >>> list(look_within(Ride(**said, started_at=start, duration_s=60)))
    [('ride', None)]
    >>> list(look_within(Ride(**said, started_at=start, duration_s=20)))
    [('ride', 'ends 40.0 s before at 1970-01-01T00:01:00.000Z')]
    """
    look = _LOOKS.get(type(body))
    if look is not None:
        yield from look(body, wire_ms(body.at))


def _ride(ride: Ride, at_ms: int) -> Iterator[Verdict]:
    if ride.started_at is None or ride.duration_s is None:
        return
    off_ms = at_ms - to_ms(ride.started_at) - round(ride.duration_s * SECOND_MS)
    yield "ride", _apart("ends", off_ms, ride.at) if abs(off_ms) > SLACK_MS else None


def _door(door: Door, at_ms: int) -> Iterator[Verdict]:
    if door.opened_at is not None:
        off_ms = at_ms - to_ms(door.opened_at)
        yield "door", _apart("opened", off_ms, door.at) if off_ms < 0 else None


def _button(button: Button, at_ms: int) -> Iterator[Verdict]:
    for place, edge in enumerate(button.edges or ()):
        if edge.at is None:
            yield "button", f"edge {place} has no at, in {button.at}"
        else:
            off_ms = at_ms - to_ms(edge.at)
            yield "button", _apart(f"edge {place}", off_ms, button.at) if off_ms < 0 else None


def _burst(burst: Burst, at_ms: int) -> Iterator[Verdict]:
    yield "burst", _burst_flaw(burst, at_ms)


def _burst_flaw(burst: Burst, at_ms: int) -> str | None:
    lengths = {name: len(samples) for name in AXES if (samples := getattr(burst, name))}
    slow = [name for name in SLOW if getattr(burst, name)]
    if burst.started_at is None or burst.rate_hz is None or "z_mps2" not in lengths:
        return f"without started_at, rate_hz or z_mps2, at {burst.at}"
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in lengths.items())
        return f"axes of different length: {told}, at {burst.at}"
    if slow and burst.slow_rate_hz is None:
        return f"{slow[0]} without slow_rate_hz, at {burst.at}"
    length_ms = (lengths["z_mps2"] - 1) / burst.rate_hz * SECOND_MS
    off_ms = round(at_ms - to_ms(burst.started_at) - length_ms)
    period_ms = SECOND_MS / burst.rate_hz
    return _apart("its last sample lies", off_ms, burst.at) if abs(off_ms) > period_ms + 1 else None


def _event(event: Event, at_ms: int) -> Iterator[Verdict]:
    del at_ms
    if event.raw_code is None and event.code is None:
        yield "event", f"neither code nor raw_code, at {event.at}"
    elif event.code is not None:
        yield "event", None if event.code in BY_NAME else f"{event.code[:40]!r} is no kind of ours"
    elif look_up(event.dialect, event.raw_code) is not None:
        yield "event", None


def _apart(what: str, off_ms: int, at: str) -> str:
    return f"{what} {abs(off_ms) / SECOND_MS:.1f} s {'before' if off_ms > 0 else 'after'} at {at}"


_LOOKS: dict[type, Callable[[Any, int], Iterator[Verdict]]] = {
    Ride: _ride,
    Door: _door,
    Button: _button,
    Burst: _burst,
    Event: _event,
}

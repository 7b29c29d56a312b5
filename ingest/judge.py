"""When a message happened, by our judgement: the clock rules and lateness of the contract."""

from datetime import timedelta

from msgspec import Struct

from ingest.mend import Unusable
from liftwatch.clock import DAY_MS, MINUTE_MS, SECOND_MS, wire_ms
from liftwatch.telemetry.messages import COUNTING, RETAINED, Button, Message, Wire
from liftwatch.telemetry.topics import Topic

AHEAD_MS_MAX = 60 * SECOND_MS  # contract, Envelope
LATE_MS = 10 * MINUTE_MS  # contract, Envelope
KEPT_MS = 7 * DAY_MS  # contract, Envelope

_TIMES_INSIDE = {
    "ride": "started_at",
    "door": "opened_at",
    "burst": "started_at",
    "counters": "since",
}


def judge(
    wire: Wire,
    topic: Topic,
    received_ms: int,
    *,
    source: str,
    set_aside: tuple[tuple[str, str], ...] = (),
) -> Message:
    """Settle when it happened: the clock rules and lateness of the contract's Envelope."""
    try:
        said_ms = wire_ms(wire.at)
    except ValueError:
        raise Unusable("envelope", f"at: {wire.at[:60]!r} is no moment") from None
    retained = topic.kind in RETAINED and source in COUNTING
    behind_ms = received_ms - said_ms
    clock_ok = wire.clock_ok is not False and behind_ms >= -AHEAD_MS_MAX
    if clock_ok and behind_ms > KEPT_MS:
        if not retained:
            raise Unusable("too_late", f"at: {wire.at} is more than 7 days before it was received")
        clock_ok = False  # a broker hands it out again long after: received_at judges it
    handed_out_again = retained and behind_ms > LATE_MS
    if not clock_ok:
        _move_times_inside(wire, topic.kind, behind_ms)
    return Message(
        area=topic.area,
        estate=topic.estate,
        lift=topic.name,
        kind=topic.kind,
        source=source,
        at_ms=said_ms if clock_ok and not handed_out_again else received_ms,
        stored_ms=said_ms if clock_ok else received_ms,
        received_ms=received_ms,
        clock_ok=clock_ok,
        late=clock_ok and not retained and behind_ms > LATE_MS,
        exercise=wire.exercise is True,
        body=wire,
        set_aside=set_aside,
    )


def _move_times_inside(wire: Wire, kind: str, by_ms: int) -> None:
    by = timedelta(milliseconds=by_ms)
    name = _TIMES_INSIDE.get(kind)
    if name is not None:
        _move(wire, name, by)
    if isinstance(wire, Button):
        for edge in wire.edges or ():
            _move(edge, "at", by)


def _move(thing: Struct, name: str, by: timedelta) -> None:
    moment = getattr(thing, name)
    if moment is None:
        return
    try:
        setattr(thing, name, moment + by)
    except OverflowError:
        setattr(thing, name, None)  # year 0 or 10 000: no moment at all

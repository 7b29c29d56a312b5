"""Weeks of rides and doors of one lift, as its terminal would have told them."""

from collections.abc import Callable, Iterable

from liftwatch.clock import DAY_MS, now_ms, rfc3339
from liftwatch.telemetry.messages import Door, Item, Maintenance, Message, Ride, Wire

HOUR_MS = DAY_MS // 24
FIRST_MS = 6 * HOUR_MS
Of = Callable[[int], float]


def last_ms() -> int:
    """Now, or the end of yesterday in a day's first hours: what is told lies in one day (UTC)."""
    at_ms = now_ms()
    into_ms = at_ms % DAY_MS
    return at_ms if into_ms > FIRST_MS else at_ms - into_ms - 60_000


def message(lift: str, kind: str, body: Wire, *, at_ms: int) -> Message:
    """A message as the service understands it."""
    return Message(
        area="320583",
        estate="garden",
        lift=lift,
        kind=kind,
        source="terminal",
        at_ms=at_ms,
        stored_ms=at_ms,
        received_ms=at_ms,
        clock_ok=True,
        late=False,
        exercise=False,
        body=body,
    )


def said(at_ms: int) -> dict[str, object]:
    """What every body says of itself."""
    return {"v": 1, "terminal": "T-1", "boot": "b", "seq": at_ms // 1000, "at": rfc3339(at_ms)}


def rides(
    lift: str, days: Iterable[int], *, vibration: Of, floor: Of = lambda _: 3
) -> list[Message]:
    """Four rides a day, so many days ago; what shakes and where it goes by the day."""
    found = []
    for ago in days:
        for hour in range(4):
            at_ms = last_ms() - ago * DAY_MS - hour * HOUR_MS - 60_000
            body = Ride(
                **said(at_ms),  # type: ignore[arg-type]  # of their types
                from_floor=1,
                to_floor=int(floor(hour)),
                distance_m=12.0,
                sheave_distance_m=12.024,
                speed_max_mps=1.75,
                brake_stop_mm=4.0 + hour / 10,
                level_error_mm=2.0 if hour % 2 else -1.0,
                vibration_z_mg=vibration(ago) + hour / 4,
            )
            found.append(message(lift, "ride", body, at_ms=at_ms))
    return found


def doors(lift: str, days: Iterable[int], *, close_s: Callable[[int, int], float]) -> list[Message]:
    """Four cycles a day at landings 1 to 4."""
    found = []
    for ago in days:
        for floor in range(1, 5):
            at_ms = last_ms() - ago * DAY_MS - floor * HOUR_MS - 90_000
            body = Door(
                **said(at_ms),  # type: ignore[arg-type]  # of their types
                floor=floor,
                open_s=2.0,
                close_s=close_s(ago, floor),
                result="closed",
            )
            found.append(message(lift, "door", body, at_ms=at_ms))
    return found


def replaced(lift: str, ago: int, code: str) -> Message:
    """A visit that replaced a part."""
    at_ms = last_ms() - ago * DAY_MS - 5 * HOUR_MS
    body = Maintenance(
        **said(at_ms),  # type: ignore[arg-type]  # of their types
        phase="out",
        work="repair",
        items=[Item(code=code, result="replaced"), Item(code="A-1-01", result="ok")],
    )
    return message(lift, "maintenance", body, at_ms=at_ms)

"""What detectors hear of a visit in the console: as a `maintenance` message of the contract.

Each lift counts its phases, `in` and `out`, from 1 without holes. Detection remembers the number it
heard last, so that whatever is told again, or after a crash, is heard once.
"""

from msgspec import Struct

from liftwatch.care.checklist import items_of
from liftwatch.care.visit import Visit
from liftwatch.clock import MINUTE_MS, rfc3339
from liftwatch.telemetry.messages import Item, Maintenance, Message

CONSOLE = "console"
"""The source of what people enter; it counts nothing, as terminals do."""
LATE_MS = 10 * MINUTE_MS  # contract, Envelope
TOLD = frozenset({"ok", "adjusted", "replaced", "defect"})
"""Results the contract knows: what does not apply to a lift is left out."""


class Phase(Struct, frozen=True, array_like=True):
    """The beginning or the end of a visit; `items` are code, result and remark."""

    lift: str
    n: int
    area: str
    estate: str
    visit: str
    phase: str
    at_ms: int
    technician: str
    work: str
    method: str | None = None
    items: tuple[tuple[str, str, str], ...] = ()


def phase_of(visit: Visit, *, n: int) -> Phase:
    """The phase that a visit has come to: its beginning while it is open, else its end.

    A list that was not finished is no care: it is told as a repair, and restarts no clock.
    """
    over = visit.out_ms is not None
    routine = bool(items_of(visit.work))
    return Phase(
        lift=visit.lift,
        n=n,
        area=visit.area,
        estate=visit.estate,
        visit=visit.id,
        phase="out" if over else "in",
        at_ms=visit.in_ms if visit.out_ms is None else visit.out_ms,
        technician=visit.technician,
        work="repair" if over and routine and visit.cared is None else visit.work,
        method=visit.method if visit.method in ("qr", "nfc") else None,
        items=tuple((one.code, one.result, one.note) for one in visit.entries) if over else (),
    )


def message_of(phase: Phase, *, received_ms: int, exercise: bool) -> Message:
    """The message a terminal would have sent; it is no sign of life of any terminal."""
    items = [
        Item(code=code, result=result, note=note or None)  # type: ignore[arg-type]
        for code, result, note in phase.items
        if result in TOLD
    ]
    body = Maintenance(
        v=1,
        terminal=CONSOLE,
        boot=phase.visit[:32],
        seq=0 if phase.phase == "in" else 1,
        at=rfc3339(phase.at_ms),
        phase=phase.phase,  # type: ignore[arg-type]
        technician=phase.technician,
        method=phase.method,  # type: ignore[arg-type]
        work=phase.work,  # type: ignore[arg-type]
        items=items or None,
    )
    return Message(
        area=phase.area,
        estate=phase.estate,
        lift=phase.lift,
        kind="maintenance",
        source=CONSOLE,
        at_ms=phase.at_ms,
        stored_ms=phase.at_ms,
        received_ms=received_ms,
        clock_ok=True,
        late=received_ms - phase.at_ms > LATE_MS,
        exercise=exercise,
        body=body,
        again=True,
    )

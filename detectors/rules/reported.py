"""What a controller or a vendor's terminal reports itself, by a kind of the contract."""

from collections.abc import Iterable

from detectors.contract import Claim, Detector
from detectors.view import View
from liftwatch.incidents.kinds import KINDS
from liftwatch.telemetry.messages import Event, Message

OPEN_MAX = 64  # reports of one lift open at once; a real controller has a handful

REPORTABLE = tuple(kind.name for kind in KINDS if kind.group != "fleet")


class Reported(Detector):
    """`open` raises the kind that `code` names, `close` with the same id clears it.

    A code that is no kind is stored and shown, and raises nothing.
    """

    name = "reported"
    kinds = REPORTABLE
    hears = ("event",)
    needs = ("code",)

    open: dict[str, str] = {}

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Follow each report by its id."""
        del view
        event = message.body
        if not isinstance(event, Event):
            return
        name = event.id or f"{event.dialect}/{event.raw_code}/{event.code}"
        if event.edge == "open" and event.code in REPORTABLE:
            if name in self.open or len(self.open) >= OPEN_MAX:
                return
            self.open[name] = event.code
            evidence = {
                "reported": name,
                "dialect": event.dialect,
                "raw_code": event.raw_code,
                "raw_text": event.raw_text,
            }
            yield Claim(
                kind=event.code,
                edge="raised",
                at_ms=message.at_ms,
                opened_ms=message.at_ms,
                source=f"event/{name}",
                evidence={key: value for key, value in evidence.items() if value is not None},
            )
        elif event.edge == "close" and name in self.open:
            kind = self.open.pop(name)
            yield Claim(kind=kind, edge="cleared", at_ms=message.at_ms, source=f"event/{name}")

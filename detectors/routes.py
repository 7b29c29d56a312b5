"""Which detectors hear what, looked up once for all lifts that have the same."""

from collections.abc import Sequence
from functools import cache

from detectors.contract import Calendared, Detector, Listener
from liftwatch.telemetry.messages import KINDS as KINDS_OF_MESSAGE


class Routes:
    """Which of some detectors hear a kind, and which have deadlines, by their places.

    It is the same for every lift.
    """

    def __init__(self, detectors: Sequence[type[Detector]]) -> None:
        self._detectors = detectors
        self._shared = {one: one() for one in detectors if not one.__struct_fields__}
        places = range(len(detectors))
        self.listeners = [n for n in places if issubclass(detectors[n], Listener)]
        self.calendared = [n for n in places if issubclass(detectors[n], Calendared)]
        self.witnesses = [n for n in places if detectors[n].witness is not Detector.witness]
        self.timed = [n for n in places if detectors[n].due_ms is not Detector.due_ms]
        self.hears = {
            kind: tuple((n, n in self.timed) for n in places if kind in detectors[n].hears)
            for kind in KINDS_OF_MESSAGE
        }

    def fresh(self) -> list[Detector]:
        """The detectors of a new lift; one without a state serves all lifts."""
        return [self._shared.get(one) or one() for one in self._detectors]


routes_of = cache(Routes)

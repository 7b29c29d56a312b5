"""What many lifts did, each compared with its own past: the rows that forests are trained on."""

from collections import deque
from typing import NamedTuple

import numpy as np
from msgspec import Struct, field

from detectors.models.baseline import compare_and_learn, known_share, row_of
from detectors.models.features import FEATURES, PARTS, Part
from detectors.models.forest import Array
from detectors.models.shelf import family_of
from detectors.models.told import begins_anew, told_by
from detectors.rules.ride_anomaly import KNOWN_MIN
from detectors.view import View
from liftwatch.register.facts import Facts
from liftwatch.telemetry.messages import Maintenance, Message

ROWS_MAX = 4_000  # of one lift and part, the newest: about a fortnight of a busy lift
LIFTS_MAX = 1_000  # 1 000 lifts with all their rows take 400 MB


class Gathered(NamedTuple):
    """The rows of one part of one lift, and the family of the lift."""

    part: Part
    family: str
    lift: str
    rows: Array


class Lift(Struct):
    """One lift while it is read: as a detector sees it."""

    view: View = field(default_factory=View)
    past: dict[str, bytes] = {}
    rows: dict[str, deque[bytes]] = {}


class Gatherer:
    """Hears messages of many lifts, each in its order, and keeps their rows.

    Late messages are left out: they would come in another order than they happened.
    """

    def __init__(self) -> None:
        self.lifts: dict[str, Lift] = {}
        self.from_ms: int | None = None
        self.to_ms: int | None = None

    def know(self, name: str, facts: Facts) -> None:
        """Take what the register knows of a lift."""
        if (lift := self._lift(name)) is not None:
            lift.view.learn(facts)

    def hear(self, message: Message) -> None:
        """Take one message of any kind."""
        lift = self._lift(message.lift)
        if message.late or lift is None:
            return
        lift.view.take(message)
        if isinstance(message.body, Maintenance) and begins_anew(message.body):
            lift.past = {}
        told = told_by(message, lift.view) if message.kind in PARTS else None
        if told is None:
            return
        packed = lift.past.get(told.course, b"")
        lift.past[told.course], compared = compare_and_learn(
            FEATURES[told.part], packed, told.values
        )
        if known_share(compared.spreads) < KNOWN_MIN:
            return
        rows = lift.rows.setdefault(told.part, deque(maxlen=ROWS_MAX))
        rows.append(row_of(compared).tobytes())
        self.from_ms = min(message.at_ms, self.from_ms or message.at_ms)
        self.to_ms = max(message.at_ms, self.to_ms or message.at_ms)

    def _lift(self, name: str) -> Lift | None:
        """A lift, if there is room for it."""
        lift = self.lifts.get(name)
        if lift is None and len(self.lifts) < LIFTS_MAX:
            lift = self.lifts[name] = Lift()
        return lift

    def gathered(self) -> list[Gathered]:
        """Everything that can be trained on, in order of the lifts' names."""
        return [
            Gathered(part, family_of(lift.view.facts), name, _array(lift.rows[part]))
            for name, lift in sorted(self.lifts.items())
            for part in PARTS
            if lift.rows.get(part)
        ]


def _array(rows: deque[bytes]) -> Array:
    return np.array([np.frombuffer(row, dtype=np.float32) for row in rows])

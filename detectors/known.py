"""What is known of one lift beside its states: facts, faulty sensors, visits, dates."""

from msgspec import Struct, structs

from liftwatch.clock import HOUR_MS
from liftwatch.register.changes import held
from liftwatch.register.facts import Facts, ends_m, merge
from liftwatch.telemetry.messages import EmergencyCall, Health, Maintenance, Message, State
from liftwatch.telemetry.messages import Register as RegisterMessage
from liftwatch.telemetry.signals import SENSOR_OF

VISIT_MS_MAX = 8 * HOUR_MS  # contract, section 2: Planned
CARE = frozenset({"half_month", "quarter", "half_year", "year"})
"""Works of a visit that count as routine care (contract, section 2: `maintenance_overdue`)."""


class Hazard(Struct, frozen=True, gc=False):
    """A hazard score as somebody assessed it, with the limit they hold it against, and when; `n`
    counts those of a lift."""

    score: float
    limit: float
    n: int = 0
    at_ms: int | None = None


class Known(Struct, gc=False):
    """As of the last message taken; times are event time in ms.

    `ends_m` are the heights of the lowest and the highest landing, None when nobody can tell;
    `cared_ms` is the end of the last visit of routine care, `tested_ms` the last successful test of
    the emergency call, `hazard` what somebody assessed. `visit_by` is whose word the open visit is,
    where it is a person's, `visit_n` the newest of these words heard, `joined_ms` when a terminal
    told the same visit, whose end it has yet to tell (`detectors.voices`). `context_ms` is when
    each kind of message was last told.
    """

    facts: Facts = Facts()
    ends_m: tuple[float, float] | None = None
    faulty: tuple[str, ...] = ()
    visit_ms: int | None = None
    visit_work: str | None = None
    visit_by: str | None = None
    visit_n: int = 0
    joined_ms: int | None = None
    cared_ms: int | None = None
    tested_ms: int | None = None
    hazard: Hazard | None = None
    context_ms: dict[str, int] = {}
    entered: Facts | None = None
    entered_version: int = 0
    said: Facts | None = None

    def take_context(self, message: Message) -> None:
        """Facts, sensors and visits: taken when newer than what is known, however late told."""
        body = message.body
        self._note_date(message)
        if message.at_ms < self.context_ms.get(message.kind, message.at_ms):
            return
        self.context_ms[message.kind] = message.at_ms
        if isinstance(body, RegisterMessage):
            self._hold(merge(self.told, body))
        elif isinstance(body, Health) and body.sensors is not None:
            names = body.sensors.__struct_fields__
            self.faulty = tuple(n for n in names if getattr(body.sensors, n) == "fault")
        elif isinstance(body, Maintenance) and body.phase is not None:
            entered = body.phase == "in"
            self.visit_ms = message.at_ms if entered else None
            self.visit_work = body.work if entered else None

    def _note_date(self, message: Message) -> None:
        """What counts by its newest date, however late it is told."""
        body, at_ms = message.body, message.at_ms
        if isinstance(body, EmergencyCall) and body.phase == "test_ok":
            self.tested_ms = max(at_ms, self.tested_ms or at_ms)
        if not isinstance(body, Maintenance) or body.phase != "out":
            return
        if (body.work or self.visit_work) in CARE:
            self.cared_ms = max(at_ms, self.cared_ms or at_ms)

    def learn(self, facts: Facts) -> None:
        """Take what the register knows."""
        self.facts, self.ends_m = facts, ends_m(facts)

    @property
    def told(self) -> Facts:
        """What its terminals say, whatever people entered."""
        return self.facts if self.said is None else self.said

    def enter(self, facts: Facts, version: int) -> None:
        """Take what people entered, all of it: it holds against what terminals say."""
        told = self.told
        self.entered, self.entered_version = (None if facts == Facts() else facts), version
        self._hold(told)

    def know_as(self, other: "Known") -> None:
        """Take what another knows of the lift."""
        self.said, self.entered, self.entered_version = (
            other.said,
            other.entered,
            other.entered_version,
        )
        self.learn(other.facts)

    def _hold(self, said: Facts) -> None:
        self.said = None if self.entered is None else said
        self.learn(said if self.entered is None else held(said, self.entered))

    def masked(self, state: State) -> State:
        """The state without the signals of faulty sensors."""
        if not self.faulty:
            return state
        unknown = {
            name: None
            for name, sensor in SENSOR_OF.items()
            if sensor in self.faulty and hasattr(state, name)
        }
        return structs.replace(state, **unknown) if unknown else state

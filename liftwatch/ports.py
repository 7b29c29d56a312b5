"""What the core needs from the world outside, as protocols; `liftwatch.adapters` fulfils them."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol, runtime_checkable

from msgspec import Struct

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.account import AccountReads, AccountWork
from liftwatch.audit.trail import AuditReads, AuditWork
from liftwatch.care.store import CareReads, CareWork
from liftwatch.clock import HOUR_MS
from liftwatch.fund.books import FundReads, FundWork
from liftwatch.fund.kept import CaseReads, CaseWork
from liftwatch.incidents.beside import BesideReads, BesideWork
from liftwatch.incidents.course import CourseReads, CourseWork
from liftwatch.incidents.evidence import EvidenceReads, EvidenceWork
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.incidents.pages import PageReads, PageWork
from liftwatch.outbox import Attempt as Attempt
from liftwatch.outbox import Channel as Channel
from liftwatch.outbox import Promise as Promise
from liftwatch.outbox import Sent as Sent
from liftwatch.outbox import Verdict as Verdict
from liftwatch.records import RegisterReads, RegisterWork
from liftwatch.register.facts import Facts
from liftwatch.rescue.store import RescueReads, RescueWork
from liftwatch.telemetry.asked import Asked, Condition, Table
from liftwatch.telemetry.messages import Message


class StoreUnavailable(Exception):
    """The store did not take it now; the same call may succeed later, if it said so: in seconds."""

    def __init__(self, detail: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class StoreRefused(Exception):
    """The store will never take these; `indexes` are places in what was to be written."""

    def __init__(self, detail: str, indexes: Sequence[int]) -> None:
        super().__init__(detail)
        self.detail = detail
        self.indexes = tuple(indexes)


class Summary(Struct, frozen=True):
    """A step's worth of one numeric signal."""

    min: float
    max: float
    mean: float


class TelemetryQuery(Struct, kw_only=True, frozen=True):
    """What to read: one lift, one kind, `from_ms` inclusive to `to_ms` exclusive.

    `signals` empty means all of the kind. `step_ms` None means raw; otherwise every numeric
    signal is summed up per step (aligned to the epoch), and other types give their last value.
    `floor` leaves rides to and doors at one landing. `light` is for months at once: sums will do
    where there are any, though raw data are still there.
    """

    lift: str
    kind: str
    from_ms: int
    to_ms: int
    signals: tuple[str, ...] = ()
    step_ms: int | None = None
    limit: int = 10_000
    floor: int | None = None
    light: bool = False


class TelemetryRow(Struct, frozen=True):
    """One point (raw: its time in ms; with a step: the step's start)."""

    at_ms: int
    values: dict[str, Any]


class TelemetryStore(Protocol):
    """Where telemetry lies for years: InfluxDB, or the embedded store."""

    def write(self, messages: Sequence[Message]) -> None:
        """Store all points of these messages; writing a message twice changes nothing.

        Raises StoreUnavailable when it may be tried again, and StoreRefused for messages that
        can never be stored, all others having been stored.
        """

    def read(self, query: TelemetryQuery) -> list[TelemetryRow]:
        """Rows in order of time, oldest first, at most `limit` (the newest of them)."""

    def is_ready(self) -> bool:
        """Whether it answers now."""

    def close(self) -> None:
        """Let go of connections and files."""


@runtime_checkable
class AskedStore(Protocol):
    """A telemetry store that answers the questions of panels that are not ours."""

    def ask(self, asked: Asked, rows: Condition) -> list[Table]:
        """What is asked, of the rows for which a condition on tags holds, and of no others.

        Raises StoreUnavailable.
        """


class KeptStore(TelemetryStore, Protocol):
    """A telemetry store that looks after what grows old (`liftwatch.telemetry.retention`)."""

    def aggregate(self, from_ms: int, to_ms: int) -> int:
        """Sum up the whole quarters of an hour in between; twice is once. How many points it wrote.

        Zero where the store has no place for sums. Raises StoreUnavailable.
        """

    def prune(self, now_ms: int) -> int:
        """Give up what its class no longer keeps, where the server does not by itself: how many."""


class LiftRow(Struct, kw_only=True):
    """A lift as the fleet shows it: facts, and how it stood when we last heard."""

    lift: str
    area: str
    estate: str
    facts: Facts = Facts()
    state: dict[str, Any] | None = None
    state_ms: int | None = None
    online: str | None = None
    heard_ms: int | None = None
    exercise: bool = False


class IncidentFilter(Struct, kw_only=True, frozen=True):
    """Which incidents: None is no condition; `open_only` leaves out closed and rejected ones."""

    state: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    severity: tuple[int, ...] = ()
    estate: tuple[str, ...] = ()
    lift: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    open_only: bool = False


class Page(NamedTuple):
    """Some incidents, newest `raised_ms` first, and the place where the next page begins."""

    items: list[Incident]
    next: tuple[int, str] | None


class StreamEvent(Struct, frozen=True):
    """One numbered change: numbers have no gaps and no later one is visible before an earlier."""

    n: int
    name: str
    data: dict[str, Any]


class Heartbeat(Struct, kw_only=True, frozen=True):
    """The last time a canary came through, and what the engine has seen of it.

    `name` is of one ingest process, `serves` are its estates (none: all). `seen_ms` is when the
    engine, by its own clock, saw `seen_beats` of `beats`; `deaf_ms` is when it said that the
    process is deaf. `stuck` is where, by the process's own word, canaries stop since.
    """

    name: str
    serves: tuple[str, ...] = ()
    beats: int = 0
    at_ms: int
    through_ms: int
    seen_beats: int = 0
    seen_ms: int = 0
    deaf_ms: int | None = None
    stuck: str | None = None


class Deadline(Struct, kw_only=True, frozen=True):
    """What the engine is to do at a moment: once, or every `period_ms` from then on.

    `what` says which function, `data` about what; `attempts` how often it was taken, with this one.
    """

    name: str
    what: str
    due_ms: int
    period_ms: int | None = None
    data: dict[str, Any] = {}
    attempts: int = 0


PAUSE_MS_MAX = HOUR_MS
"""What failed is put off for no longer, also where that is above its period."""
LEASE_MS_MAX = HOUR_MS
"""No deadline is held longer: a lease that ends later was taken before a clock was set back."""


class Duties(Protocol):
    """The part of a transaction that the engine lives on: heartbeats, deadlines, promises."""

    def beat(self, name: str, *, serves: Sequence[str], at_ms: int, through_ms: int) -> None:
        """Note that a canary published at `at_ms` has come through."""

    def note_stuck(self, name: str, *, where: str) -> None:
        """Note where canaries stop; forgotten when the next one has come through."""

    def heartbeats(self) -> list[Heartbeat]:
        """All canaries in order of name, locked against others until the transaction ends."""

    def put_seen(self, heartbeat: Heartbeat) -> None:
        """Keep `seen_beats`, `seen_ms` and `deaf_ms` of a canary."""

    def forget_heartbeat(self, name: str) -> None:
        """A canary that is not expected any more."""

    def arm(self, deadline: Deadline) -> None:
        """See to it that it is done at the latest then.

        A known name keeps its earlier moment, and its period unless another is given.
        """

    def take_due(self, now_ms: int, *, leases: Mapping[str, int], holder: str) -> Deadline | None:
        """The next one that is due, now held by `holder`; None when there is none.

        `leases` are the milliseconds for which each `what` is held: when they are over and it is
        not settled, its holder has died and somebody else may take it.
        """

    def settle(
        self, name: str, *, holder: str, due_ms: int | None, data: dict[str, Any] | None = None
    ) -> bool:
        """It is done, and due again at `due_ms`, or never; False when it is not held any more.

        From then on it carries `data`, unless that is None.
        """

    def put_off(self, name: str, *, holder: str, due_ms: int) -> bool:
        """It failed and is due again then, with its attempts; False when it is not held."""

    def promise(self, promise: Promise) -> None:
        """Something is to leave."""

    def note_attempt(self, attempt: Attempt, *, due_ms: int) -> None:
        """Keep what came of a try; one to be repeated is due then.

        Raises Conflict when it is not the next try: somebody else has made it.
        """

    def prune_outbox(self, before_ms: int) -> int:
        """Forget what was promised before and is settled; how many went."""


class Work(
    Duties,
    AccountWork,
    AuditWork,
    FundWork,
    CaseWork,
    EvidenceWork,
    CourseWork,
    BesideWork,
    PageWork,
    RescueWork,
    CareWork,
    RegisterWork,
    Protocol,
):
    """One transaction of the relational store."""

    def remember(self, change: AlarmChange) -> bool:
        """Write the change down; False when this very change was written down before."""

    def open_incident_of(self, lift: str, kind: str) -> Incident | None:
        """The one open incident, locked against others until the transaction ends."""

    def open_incident_of_scope(self, scope: str, kind: str) -> Incident | None:
        """The one open incident that stands for several lifts, locked like one of a lift."""

    def late_incident_of(self, lift: str, kind: str, opened_ms: int) -> Incident | None:
        """The late incident of history that began at that moment."""

    def add_incident(self, incident: Incident) -> None:
        """Insert; raises Conflict when another is open for the lift and kind."""

    def update_incident(self, incident: Incident) -> None:
        """Replace the row whose version is one less; raises Conflict when there is none."""

    def publish(self, name: str, data: dict[str, Any]) -> int:
        """Append to the stream; the number it got."""

    def put_lifts(self, rows: Sequence[LiftRow]) -> None:
        """Insert or replace lifts; `facts` are what terminals say, whatever people entered."""


class Conflict(Exception):
    """Somebody else changed the same thing first; read again and retry."""


class Stale(Conflict):
    """What was to be changed is no longer as it was when it was read."""


class Books(
    AccountReads,
    AuditReads,
    FundReads,
    CaseReads,
    EvidenceReads,
    CourseReads,
    BesideReads,
    PageReads,
    RescueReads,
    CareReads,
    RegisterReads,
    Protocol,
):
    """The relational store: incidents, the register, the stream.

    A `sight` bounds what is read to rows somebody may see; what they may not is not there.
    """

    def begin(self) -> AbstractContextManager[Work]:
        """A transaction: committed at the end of the block, rolled back by an exception."""

    def incident(self, id: str, *, sight: Sight = EVERYTHING) -> Incident | None:
        """One incident."""

    def incidents(
        self,
        where: IncidentFilter,
        *,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> Page:
        """Incidents, newest first."""

    def lift(self, lift: str, *, sight: Sight = EVERYTHING) -> LiftRow | None:
        """One lift; of its facts a person's word holds, else a terminal's, here and in `lifts`."""

    def lifts(
        self,
        *,
        estate: str | None = None,
        after: str | None = None,
        limit: int = 500,
        among: Collection[str] | None = None,
        sight: Sight = EVERYTHING,
    ) -> list[LiftRow]:
        """Lifts in order of their name, after a name; of `among` those that are known."""

    def stream_after(self, n: int, limit: int = 500) -> list[StreamEvent]:
        """Changes numbered above n, in order."""

    def stream_head(self) -> int:
        """The newest number, 0 when there is none."""

    def prune_stream(self, keep: int, *, before_ms: int) -> int:
        """Forget the oldest changes that are older than that, never of the newest `keep`.

        Numbers go on, and what stays has no gaps. Only so many are forgotten in one call as do
        not hold up others; how many went.
        """

    def known_heartbeats(self) -> list[Heartbeat]:
        """All canaries in order of name."""

    def deadlines(self) -> list[Deadline]:
        """All deadlines, the next one first."""

    def next_promise(self, channel: str) -> Promise | None:
        """The oldest promise of a channel that is neither delivered nor refused."""

    def urgent_promise(self, channel: str, now_ms: int) -> Promise | None:
        """Of a channel's promises that are due the most urgent, the oldest of these.

        What is due further away than the longest pause waits for a clock that was set back.
        """

    def attempts(self, channel: str, *, limit: int = 50) -> list[Attempt]:
        """The latest tries of a channel, newest first."""

    def is_ready(self) -> bool:
        """Whether the database answers."""

    def close(self) -> None:
        """Let go of connections."""

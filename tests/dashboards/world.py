"""A whole installation's data: the simulator's fleet on a real InfluxDB and a real PostgreSQL.

What the simulator sends is decoded and detected on as the service does it; what people do beside
(a crew, a visit's contract, the fund) is done by the handlers.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from ingest.decode import decode
from ingest.replay import read_line, replay
from liftwatch import clock
from liftwatch.access.secrets import Seal
from liftwatch.access.sight import Place
from liftwatch.account import AccountRow
from liftwatch.adapters.influx import InfluxStore
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.grafana import Reader, make_reader
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS
from liftwatch.handlers import people
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.incidents import make_move
from liftwatch.incidents.course import Actor
from liftwatch.incidents.incident import AlarmChange
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.incidents.moves import Told
from liftwatch.ports import IncidentFilter, LiftRow, Promise
from liftwatch.register.facts import Facts, merge
from liftwatch.telemetry.messages import Message, Register
from simulators.condition import Condition
from simulators.demo import demo_fleet
from simulators.files import write_replay
from tests.contracts.ledger import KEY as FUND_KEY
from tests.contracts.test_fund_cases import Office
from tests.dashboards.conftest import SECRET

HISTORY_MS = 65 * MINUTE_MS
LIFTS = 12
LI = Actor(person="li", organisation="garden", channel="console")
WORN = {
    "part": "vertical",
    "unit": "mg",
    "now": 23.5,
    "usual": 11.0,
    "limit": 20.0,
    "since": "2026-02-20",
    "per_day": 0.31,
    "reaches_on": "2026-12-24",
}


class World(NamedTuple):
    """Where all of it lies, and a lift with everything."""

    books: SqlBooks
    store: InfluxStore
    readers: dict[str, Reader]
    messages: list[Message]
    now_ms: int
    organisations: dict[str, str | None]

    @property
    def lift(self) -> str:
        """The lift that made most rides."""
        rides = [message.lift for message in self.messages if message.kind == "ride"]
        return max(set(rides), key=rides.count)


def simulated(now_ms: int, *, worn: Mapping[int, Condition] | None = None) -> list[bytes]:
    """Lines of an hour of the demo, as of real lifts: what is an exercise counts nowhere.

    By their number some are as worn as weeks before have left them.
    """
    out = io.StringIO()
    fleet = demo_fleet(seed=1, start_ms=now_ms - HISTORY_MS, lifts=LIFTS)
    for index, left in (worn or {}).items():
        fleet.lifts[index].condition.lining = left.lining
        fleet.lifts[index].condition.wear.update(left.wear)
    write_replay(fleet, now_ms, out_file=out, truth_file=io.StringIO())
    return out.getvalue().replace('"exercise":true', '"exercise":false').encode().splitlines()


def fill(
    books: SqlBooks, store: InfluxStore, url: str, *, worn: Mapping[int, Condition] | None = None
) -> World:
    """Fill both databases; a reader for every role."""
    now_ms = clock.now_ms()
    lines = simulated(now_ms, worn=worn)
    messages = [message for line in lines for message in messages_of(line)]
    store.write(messages)
    _register(books, messages, now_ms)
    replay(lines, books, dead_letter=lambda _: None)
    _people_act(books, now_ms)
    _account(books, messages, now_ms)
    _machinery(books, now_ms)
    _fund(books)
    made = _organise(books, messages, now_ms=now_ms)
    readers = {role: make_reader(url, role=role, organisation=of) for role, of in made.items()}
    return World(books, store, readers, messages, now_ms, made)


def messages_of(line: bytes) -> list[Message]:
    """The messages of one line of a replay file."""
    publication = read_line(line)
    return [] if isinstance(publication, str) else decode(publication).messages


def _register(books: SqlBooks, messages: list[Message], now_ms: int) -> None:
    """The lifts as the service knows them after what they said."""
    rows: dict[str, LiftRow] = {}
    for message in messages:
        row = rows.setdefault(
            message.lift, LiftRow(lift=message.lift, area=message.area, estate=message.estate)
        )
        row.online, row.heard_ms = "online", message.received_ms
        if message.kind == "state":
            body = message.body
            row.state = {
                "service_mode": getattr(body, "service_mode", None),
                "floor": getattr(body, "floor", None),
            }
        elif isinstance(message.body, Register):
            row.facts = merge(row.facts, message.body)
    silent = LiftRow(lift="SILENT-1", area="320583", estate="yushan-garden", facts=Facts())
    silent.online, silent.heard_ms = "offline", now_ms - HOUR_MS
    with books.begin() as work:
        work.put_lifts([*rows.values(), silent])


def _people_act(books: SqlBooks, now_ms: int) -> None:
    """An entrapment is worked on; duties are due, parts wear, faults come back."""
    raised = IncidentFilter(kind=("entrapment",), state=("raised",))
    trapped = books.incidents(raised, limit=50).items[-1]
    for n, move in enumerate(("acknowledge", "dispatch", "arrive")):
        with books.begin() as work:
            trapped, _ = make_move(
                work,
                trapped.id,
                move,
                told=Told(crew="Wang") if move == "dispatch" else Told(),
                by=LI,
                version=trapped.version,
                now_ms=trapped.opened_ms + (n + 1) * 4 * MINUTE_MS,
            )
    assert trapped.lift is not None
    for kind, ago_ms, evidence in (
        ("maintenance_overdue", 2 * DAY_MS, {}),
        ("vibration_wear", DAY_MS, WORN),
        *(("door_fault", n * 2 * HOUR_MS + MINUTE_MS, {}) for n in range(4, 0, -1)),
    ):
        for edge in ("raised", "cleared") if kind == "door_fault" else ("raised",):
            apply_alarm(
                books,
                AlarmChange(
                    area=trapped.area,
                    estate=trapped.estate,
                    lift=trapped.lift,
                    kind=kind,
                    edge=edge,  # type: ignore[arg-type]
                    opened_ms=now_ms - ago_ms,
                    at_ms=now_ms - ago_ms + (MINUTE_MS if edge == "cleared" else 0),
                    severity=BY_NAME[kind].severity,
                    evidence=evidence,
                ),
            )


def _account(books: SqlBooks, messages: list[Message], now_ms: int) -> None:
    day = clock.estate_day(now_ms)
    seen = {(message.lift, message.estate, message.body.terminal) for message in messages}
    rows = [
        AccountRow(
            source="j-1",
            area="320583",
            estate=estate,
            terminal=terminal,
            lift=lift,
            day=day,
            received=900,
            missing=0 if lift else 3,
        )
        for of, estate, terminal in seen
        for lift in (of, "")
    ]
    with books.begin() as work:
        work.put_account(rows)


def _machinery(books: SqlBooks, now_ms: int) -> None:
    with books.begin() as work:
        work.beat("ingest", serves=(), at_ms=now_ms - 800, through_ms=now_ms - 300)
        work.promise(
            Promise(id="p-1", channel="duty", body="{}", made_ms=now_ms - MINUTE_MS, due_ms=now_ms)
        )


def _fund(books: SqlBooks) -> None:
    """A case that is paid and settled, and not disclosed yet."""
    books.fund_keys = (FUND_KEY,)
    office = Office(books).published().voted().approved()
    office.now_ms += DAY_MS
    office.do("accept", "li", "acceptance_sheet")
    office.do("accept", "hu")
    office.do("audit", "au", "audit_report", amount_fen=700_000)
    office.do("pay", "cu", "payment_voucher", "invoice", amount_fen=700_000)
    office.do("settle", "cu", "allocation_table")


def _organise(books: SqlBooks, messages: list[Message], *, now_ms: int) -> dict[str, str | None]:
    """Who sees what, by role, and a unit that holds every contract."""
    made: dict[str, str | None] = {"operations": None}
    with SqlPeople(books, Seal(SECRET)).begin() as work:
        for role, places in {
            "property": (Place("320583"),),
            "maintenance": (),
            "supervision": (Place("320583"),),
            "custodian": (Place("320583"),),
        }.items():
            made[role] = people.make_organisation(
                work, name=f"{role} & Co", places=places, now_ms=now_ms
            ).id
        for lift in {message.lift for message in messages}:
            people.make_contract(
                work,
                lift=lift,
                organisation=str(made["maintenance"]),
                from_ms=now_ms - 30 * DAY_MS,
                until_ms=None,
            )
    return made


@contextmanager
def opened(url: str) -> Iterator[InfluxStore]:
    """A store on a database of its own."""
    made = InfluxStore(url, token="", org="", bucket=f"panels {clock.now_ms()}")
    try:
        yield made
    finally:
        made.close()

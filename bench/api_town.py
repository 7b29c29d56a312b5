"""A town for `bench.api`: lifts, contracts, people, and two years of incidents, by bulk.

Everything follows from a seed and from the sizes. Few incidents are open, most are closed; some
stand for several lifts. Rows go in by bulk, past the handlers: a million by them takes hours.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Table, insert

from liftwatch.access.people import Contract
from liftwatch.access.sight import Grant, Place
from liftwatch.access.tokens import Token, write_token
from liftwatch.adapters.sql import SqlBooks, people_tables, tables
from liftwatch.adapters.sql.connect import WRITES, is_sqlite
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.adapters.sql.rows import values_of_incident, values_of_lift
from liftwatch.clock import DAY_MS, MINUTE_MS, now_ms
from liftwatch.handlers import people, sign_in
from liftwatch.ids import new_id
from liftwatch.incidents.incident import Incident, State
from liftwatch.incidents.kinds import BY_NAME, KINDS
from liftwatch.ports import LiftRow

PER_ESTATE, PER_SCOPE, UNITS = 25, 5, 40
AREAS = tuple(str(code) for code in range(320501, 320509))
SPAN_MS = 2 * 365 * DAY_MS
NEW_MS = 7 * DAY_MS
"""So long ago the newest unit took over its estates."""
OPEN_SHARE, REJECTED_SHARE, SCOPED_SHARE = 0.005, 0.035, 0.002
WEIGHTS = {"terminal_offline": 20.0, "door_blocked": 12.0, "door_fault": 8.0, "overload": 8.0}
RARE = {"free_fall": 0.001, "overrun": 0.001, "unintended_movement": 0.005, "overspeed": 0.01}
"""Shares of kinds against 1 for all others: what bench/worlds.py takes for common and for rare."""
COMMON_KIND, RARE_KIND = "terminal_offline", "free_fall"
OPEN_STATES: tuple[State, ...] = ("raised", "acknowledged", "dispatched", "arrived", "resolved")
ROWS = 20_000


class Somebody(NamedTuple):
    """Who asks: what for, by which token, and what they may."""

    name: str
    token: str
    grants: tuple[Grant, ...]


class Town:
    """Estates of 25 lifts in eight areas; where each lies and who maintains it since when."""

    def __init__(self, *, lifts: int, incidents: int, until_ms: int) -> None:
        self.random = random.Random(lifts + incidents)
        self.until_ms, self.from_ms = until_ms, until_ms - SPAN_MS
        self.incidents = incidents
        self.estates = [f"estate-{n:04d}" for n in range(max(lifts // PER_ESTATE, 12))]

    def area(self, estate: int) -> str:
        """The area of an estate."""
        return AREAS[estate % len(AREAS)]

    def lift(self, estate: int, k: int) -> str:
        """One of its lifts."""
        return f"3110{self.area(estate)}{estate:06d}{k:04d}"

    def place(self, estate: int) -> Place:
        """Where it lies."""
        return Place(self.area(estate), self.estates[estate])

    def lift_rows(self) -> Iterator[LiftRow]:
        """Every lift."""
        for estate, name in enumerate(self.estates):
            for k in range(PER_ESTATE):
                yield LiftRow(lift=self.lift(estate, k), area=self.area(estate), estate=name)

    def contracts(self, units: Sequence[str]) -> Iterator[Contract]:
        """Of every lift: the first unit holds a tenth of the estates, the last four for a week,
        the others the same; a third of the estates has changed its unit once."""
        for estate in range(len(self.estates)):
            large, rest = estate % 10 == 0, units[1:-1]
            unit = units[0] if large else rest[estate % len(rest)]
            spans = [(unit, self.from_ms, None)]
            if estate % 3 == 1 and not large:
                change_ms = self.from_ms + self.random.randrange(SPAN_MS)
                other = rest[(estate + 7) % len(rest)]
                spans = [(other, self.from_ms, change_ms), (unit, change_ms, None)]
            if estate in range(5, 9):
                change_ms = self.until_ms - NEW_MS
                spans = [(unit, self.from_ms, change_ms), (units[-1], change_ms, None)]
            for k in range(PER_ESTATE):
                for organisation, from_ms, until_ms in spans:
                    yield Contract(
                        id=new_id(),
                        lift=self.lift(estate, k),
                        organisation=organisation,
                        from_ms=from_ms,
                        until_ms=until_ms,
                    )

    def incident_rows(self) -> Iterator[Incident]:
        """Incidents in order of time; one for several lifts is followed by its children."""
        kinds = [kind.name for kind in KINDS]
        weights = [(WEIGHTS | RARE).get(name, 1.0) for name in kinds]
        chosen = self.random.choices(kinds, weights, k=self.incidents)
        open_ones: set[tuple[str, str]] = set()
        n = 0
        while n < self.incidents:
            raised_ms = self.from_ms + SPAN_MS * n // self.incidents
            estate = self.random.randrange(len(self.estates))
            if self.random.random() < SCOPED_SHARE:
                several = list(self._several(n, raised_ms, estate))
            else:
                lift = self.lift(estate, self.random.randrange(PER_ESTATE))
                several = [self._one(n, raised_ms, estate, kind=chosen[n], lift=lift)]
            for one in several[: self.incidents - n]:
                subject = (one.lift or one.scope or "", one.kind)
                if one.is_open and subject in open_ones:
                    one = msgspec.structs.replace(one, state="closed", alarm="cleared")
                elif one.is_open:
                    open_ones.add(subject)
                yield one
            n += len(several)

    def _several(self, n: int, raised_ms: int, estate: int) -> Iterator[Incident]:
        first = self.random.randrange(PER_ESTATE - PER_SCOPE)
        lifts = tuple(self.lift(estate, first + k) for k in range(PER_SCOPE))
        whole = self._one(n, raised_ms, estate, kind="mains_lost", lift=None)
        scope = f"{self.estates[estate]}/{first}"
        yield msgspec.structs.replace(whole, scope=scope, lifts=lifts)
        for k, lift in enumerate(lifts, 1):
            child = self._one(n + k, raised_ms, estate, kind="mains_lost", lift=lift)
            yield msgspec.structs.replace(child, parent=whole.id)

    def _one(self, n: int, raised_ms: int, estate: int, *, kind: str, lift: str | None) -> Incident:
        state = self._state(raised_ms)
        severity = BY_NAME[kind].severity
        return Incident(
            id=f"{raised_ms:012x}-{n:08x}-{self.random.getrandbits(48):012x}",
            kind=kind,
            severity=severity,
            severity_max=severity,
            opened_ms=raised_ms - MINUTE_MS,
            raised_ms=raised_ms,
            area=self.area(estate),
            estate=self.estates[estate],
            lift=lift,
            state=state,
            alarm="raised" if state == "raised" else "cleared",
            cleared_ms=None if state == "raised" else raised_ms + 10 * MINUTE_MS,
            evidence={"speed_mps": 0.12, "floor": n % 20, "car_door": "open", "for_s": 61.5},
        )

    def _state(self, raised_ms: int) -> State:
        """The newer, the likelier it is still open: half of them are of the last month."""
        drawn = self.random.random()
        recent = self.until_ms - raised_ms < 30 * DAY_MS
        if drawn < OPEN_SHARE * (12.0 if recent else 0.5):
            return self.random.choice(OPEN_STATES)
        return "rejected" if drawn > 1 - REJECTED_SHARE else "closed"


def fill(books: SqlBooks, town: Town, units: Sequence[str]) -> None:
    """Write lifts, contracts and incidents; then the upkeep a server does by itself in time."""
    sqlite = is_sqlite(books.engine)
    with books.engine.connect().execution_options(**{WRITES: True}) as connection:
        if sqlite:
            for pragma in ("cache_size = -1000000", "synchronous = OFF"):
                connection.connection.cursor().execute(f"PRAGMA {pragma}")
        with connection.begin():
            put(connection, tables.lift, map(values_of_lift, town.lift_rows()))
            contracts = map(msgspec.structs.asdict, town.contracts(units))
            put(connection, people_tables.contract, contracts)
            put(connection, tables.incident, map(values_of_incident, town.incident_rows()))
        connection.invalidate()  # these pragmas are for nobody else
    upkeep = "PRAGMA wal_checkpoint(TRUNCATE)" if sqlite else "VACUUM ANALYZE"
    plain = books.engine.execution_options(isolation_level="AUTOCOMMIT")
    with plain.connect() as connection:
        connection.exec_driver_sql(upkeep)


def put(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows, some thousand at a time; into PostgreSQL by COPY."""
    while some := [row for _, row in zip(range(ROWS), rows, strict=False)]:
        if connection.dialect.name == "sqlite":
            connection.execute(insert(table), some)
            continue
        names = list(some[0])
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {table.name} ({','.join(names)}) FROM STDIN") as copy:
            for row in some:
                copy.write_row([_plain(value) for value in row.values()])


def _plain(value: Any) -> Any:
    json = isinstance(value, dict | list | tuple)
    return msgspec.json.encode(value).decode() if json else value


def settle(store: SqlPeople, town: Town, secret: bytes) -> tuple[list[str], list[Somebody]]:
    """Make the maintenance units, and somebody of each role that watches; the ids of the units."""
    at_ms = now_ms()
    with store.begin() as work:
        units = [
            people.make_organisation(work, name=f"unit {n}", now_ms=at_ms).id for n in range(UNITS)
        ]
        reach: dict[str, tuple[str, str | tuple[Place, ...] | None]] = {
            "property of 1 estate": ("property", (town.place(3),)),
            "property of 3 estates": ("property", tuple(map(town.place, (4, 8, 9)))),
            "maintenance": ("maintenance", units[5]),
            "maintenance, large": ("maintenance", units[0]),
            "maintenance, new": ("maintenance", units[-1]),
            "supervision": ("supervision", (Place(AREAS[1]),)),
            "rescue of 3 areas": ("rescue", tuple(map(Place, AREAS[:3]))),
            "admin": ("admin", None),
        }
        found = []
        for n, (name, (role, reached)) in enumerate(reach.items()):
            organisation = reached if isinstance(reached, str) else None
            if isinstance(reached, tuple):
                made = people.make_organisation(work, name=name, now_ms=at_ms, places=reached)
                organisation = made.id
            who = people.make_person(work, login=f"somebody-{n}", name=name, now_ms=at_ms)
            people.grant(work, who.id, role, organisation=organisation, now_ms=at_ms)
            kept = sign_in.issue(work, who.id, "refresh", now_ms=at_ms).credential
            token = Token(
                person=who.id, epoch=who.epoch, family=kept.family, expires_ms=at_ms + DAY_MS
            )
            grants = work.grants(who.id, at_ms)
            found.append(Somebody(name, write_token(token, secret=secret), grants))
    return units, found

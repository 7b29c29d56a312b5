"""Makes what an InfluxDB needs to keep telemetry by classes: places, their retention, sums.

Run again it finds what it made. What is made, found or changed is told line by line as it happens.
The default place keeps less than before only when nothing older lies in it, or when that is wished:
what is to be kept for longer has been copied to its own place by then.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from liftwatch.adapters.influx_answers import Series, SetupRefused, series_of, text_of
from liftwatch.adapters.influx_copy import copied, oldest_ms
from liftwatch.adapters.influx_server import InfluxServer
from liftwatch.adapters.influx_setup_two import Buckets
from liftwatch.adapters.influxql import (
    continuous_query,
    identifier,
    policies,
    sums_of,
)
from liftwatch.clock import DAY_MS, now_ms, rfc3339
from liftwatch.telemetry.messages import KINDS
from liftwatch.telemetry.retention import CLASSES, RAW, SUMMED, Retention, kept_ms


class Places(Protocol):
    """The places of one kind of server."""

    def days_of(self, class_: Retention) -> float | None:
        """How many days a place keeps: 0 is for ever, None when there is no such place."""

    def make(self, class_: Retention) -> None:
        """Make a place."""

    def change(self, class_: Retention) -> None:
        """Give a place the days of its class."""

    def finish(self) -> Iterator[str]:
        """What else the kind of server needs; one line for each."""


def set_up(server: InfluxServer, *, shorten: bool) -> Iterator[str]:
    """Set up the server, telling each step.

    Raises SetupRefused, and StoreUnavailable when the server is away or refuses.
    """
    places = _places(server)
    days = places.days_of(RAW)
    if days is None:
        places.make(RAW)
        yield f"made {_name(server, RAW)}, kept {RAW.days} days: {RAW.holds}"
    for class_ in CLASSES[1:]:
        yield _settle(places, server, class_)
    server.forget_places()
    yield from copied(server)
    if days is not None:
        if (days == 0 or days > RAW.days) and not shorten:
            _refuse_loss(server)
        yield _settle(places, server, RAW)
    yield from places.finish()


def _places(server: InfluxServer) -> Places:
    generation = server.generation()
    if generation == 2:
        return Buckets(server)
    return Policies(server) if generation == 1 else Databases(server)


def _settle(places: Places, server: InfluxServer, class_: Retention) -> str:
    days, name = places.days_of(class_), _name(server, class_)
    if days is None:
        places.make(class_)
        return f"made {name}, kept {class_.days} days: {class_.holds}"
    if days != class_.days:
        places.change(class_)
        before = f"{days:g} days" if days else "for ever"
        return f"changed {name}: was kept {before}, now {class_.days} days"
    return f"found {name}, kept {class_.days} days"


def _name(server: InfluxServer, class_: Retention) -> str:
    return f"{server.bucket}/{class_.place}".rstrip("/")


def _refuse_loss(server: InfluxServer) -> None:
    """Nothing may go only because somebody set up what was there before."""
    for kind in KINDS:
        first_ms = oldest_ms(server, kind)
        if first_ms is not None and first_ms < now_ms() - kept_ms(kind) - DAY_MS:
            raise SetupRefused(
                f"{server.bucket} holds {kind} since {rfc3339(first_ms)}, longer than the "
                f"{kept_ms(kind) // DAY_MS} days it will be kept; --shorten gives that up"
            )


class _Policy(NamedTuple):
    days: float
    is_default: bool


class Policies:
    """The retention policies of a database of 1.x, where an administrator may make them."""

    def __init__(self, server: InfluxServer) -> None:
        self._server = server
        self._database = identifier(server.bucket)

    def _do(self, statement: str) -> list[list[object]]:
        return [row for table in self._tables(statement) for row in table.values]

    def _tables(self, statement: str) -> list[Series]:
        answer = self._server.ask("POST", "/query", params={"q": statement})
        text = text_of(answer.content)
        if answer.status_code in (401, 403):
            raise SetupRefused(
                f"LIFTWATCH_INFLUX_TOKEN must be user:password of an administrator: {text}"
            )
        if not answer.is_success:
            raise self._server.lost(f"answers {answer.status_code}: {text}")
        series, error = series_of(answer.content)
        if error is not None:
            raise SetupRefused(
                f"InfluxDB refuses {statement.split(' ON ', maxsplit=1)[0]}: {error}"
            )
        return series

    def _all(self) -> dict[str, _Policy]:
        if [self._server.bucket] not in self._do("SHOW DATABASES"):
            return {}
        rows = self._do(policies(self._server.bucket))
        return {str(row[0]): _Policy(_days(str(row[1])), bool(row[4])) for row in rows}

    def _name(self, class_: Retention) -> str | None:
        found = self._all()
        if class_.place:
            return class_.place if class_.place in found else None
        return next((name for name, policy in found.items() if policy.is_default), None)

    def days_of(self, class_: Retention) -> float | None:
        """How many days a policy keeps; the default one may have any name."""
        name = self._name(class_)
        return None if name is None else self._all()[name].days

    def make(self, class_: Retention) -> None:
        """The database with its default policy, or a policy."""
        if class_.place:
            name = identifier(class_.place)
            self._do(
                f"CREATE RETENTION POLICY {name} ON {self._database} "
                f"DURATION {class_.days}d REPLICATION 1"
            )
        else:
            self._do(
                f'CREATE DATABASE {self._database} WITH DURATION {class_.days}d NAME "autogen"'
            )

    def change(self, class_: Retention) -> None:
        """Longer or shorter."""
        name = identifier(self._name(class_) or class_.place)
        self._do(f"ALTER RETENTION POLICY {name} ON {self._database} DURATION {class_.days}d")

    def finish(self) -> Iterator[str]:
        """Continuous queries: the store sums up by itself."""
        policy = self._name(RAW) or "autogen"
        there = {
            str(row[0]): str(row[1])
            for database in self._tables("SHOW CONTINUOUS QUERIES")
            if database.name == self._server.bucket
            for row in database.values
        }
        for kind in SUMMED:
            name = sums_of(kind)
            wanted = continuous_query(kind, bucket=self._server.bucket, policy=policy)
            if _bare(there.get(name, "")) == _bare(wanted):
                yield f"found continuous query {name}"
                continue
            if name in there:
                self._do(f"DROP CONTINUOUS QUERY {identifier(name)} ON {self._database}")
            self._do(wanted)
            yield f"{'changed' if name in there else 'made'} continuous query {name}"


def _bare(statement: str) -> str:
    """A statement without what InfluxDB writes otherwise: spaces and quotes."""
    return "".join(statement.replace('"', "").split())


def _days(duration: str) -> float:
    """The days of a duration as 1.x shows it.

    >>> _days("2160h0m0s"), _days("0s"), _days("1h30m0s")
    (90.0, 0.0, 0.0625)
    """
    seconds, number = 0, ""
    for letter in duration:
        if letter.isdigit():
            number += letter
        else:
            seconds += int(number or 0) * {"h": 3_600, "m": 60}.get(letter, 1)
            number = ""
    return seconds / 86_400


class Databases:
    """The databases of 3 Core: their retention is given when they are made, and told nowhere."""

    def __init__(self, server: InfluxServer) -> None:
        self._server = server
        self._made: set[str] = set()

    def days_of(self, class_: Retention) -> float | None:
        """What the class asks for when there is one: 3 Core does not tell."""
        answer = self._server.ask("GET", "/api/v3/configure/database", params={"format": "json"})
        if answer.status_code in (401, 403):
            raise SetupRefused(
                f"LIFTWATCH_INFLUX_TOKEN is no admin token: {text_of(answer.content)}"
            )
        if not answer.is_success:
            raise self._server.lost(f"answers {answer.status_code}: {text_of(answer.content)}")
        names = {str(name) for row in answer.json() for name in row.values()}
        return class_.days if _name(self._server, class_) in names else None

    def make(self, class_: Retention) -> None:
        """A database with its retention."""
        said = {"db": _name(self._server, class_), "retention_period": f"{class_.days}d"}
        answer = self._server.ask("POST", "/api/v3/configure/database", json=said)
        if not answer.is_success:
            raise SetupRefused(f"InfluxDB refuses a database: {text_of(answer.content)}")
        self._made.add(class_.place)

    def change(self, class_: Retention) -> None:
        """Never: `days_of` tells what the class asks for."""

    def finish(self) -> Iterator[str]:
        """A word on what cannot be seen."""
        if self._made != {class_.place for class_ in CLASSES}:
            yield "3 Core neither tells nor changes how long a database is kept"

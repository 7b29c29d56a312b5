"""`liftwatch setup-store` on a real InfluxDB 1: what it makes, finds, changes, copies, refuses."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import msgspec
import pytest

from liftwatch.adapters.influx import InfluxStore
from liftwatch.adapters.influx_server import InfluxServer
from liftwatch.adapters.influxql import continuous_query, identifier
from liftwatch.clock import DAY_MS, HOUR_MS, now_ms
from liftwatch.ports import TelemetryQuery
from liftwatch.telemetry.messages import KINDS, Message
from liftwatch.telemetry.retention import CLASS_OF, CLASSES, QUARTER_MS, SUMMED, summed_signals
from tests.adapters.conftest import SetUp
from tests.conftest import Influx, binary, free_port

LIFT = "LIFT-0001"

Make = Callable[..., Message]


def ask(url: str, statement: str, **params: str) -> list[list[Any]]:
    """The rows of an InfluxQL statement, asked behind everybody's back."""
    query = urlencode({"q": statement, "epoch": "ms", **params})
    with urlopen(Request(f"{url}/query?{query}", data=b"", method="POST")) as response:
        said = msgspec.json.decode(response.read())
    assert "error" not in str(said), said
    return [r for x in said["results"] for s in x.get("series", []) for r in s.get("values", [])]


@pytest.fixture
def bucket() -> str:
    """A database of the test's own."""
    return f"test {uuid.uuid4().hex}"


@pytest.fixture
def store(influx_url: str, bucket: str) -> Iterator[InfluxStore]:
    """A store that was opened before anything was set up."""
    made = InfluxStore(influx_url, token="", org="", bucket=bucket)
    yield made
    made.close()


def test_every_kind_has_a_class() -> None:
    """And what is summed up has numbers."""
    assert list(CLASS_OF) == list(KINDS)
    assert set(CLASS_OF.values()) < set(CLASSES)
    assert [class_.days for class_ in CLASSES] == [90, 400, 1_826]
    assert all(summed_signals(kind) for kind in SUMMED)


def test_from_nothing_and_again(setup: SetUp, influx_url: str, bucket: str) -> None:
    """The first time all is made, the second time all is found."""
    status, first, _ = setup(url=influx_url, bucket=bucket)
    assert status == 0
    assert {line.split()[0] for line in first} == {"made"}
    rows = ask(influx_url, f'SHOW RETENTION POLICIES ON "{bucket}"')
    policies = {row[0]: (row[1], row[4]) for row in rows}
    assert policies == {
        "autogen": ("2160h0m0s", True),
        "days_400": ("9600h0m0s", False),
        "years_5": ("43824h0m0s", False),
    }
    status, again, _ = setup(url=influx_url, bucket=bucket)
    assert status == 0
    assert {line.split()[0] for line in again} == {"found"}
    assert len(again) == len(first)


def test_what_was_changed_is_put_right(setup: SetUp, influx_url: str, bucket: str) -> None:
    """Shorter, longer, gone, another query: each is told."""
    setup(url=influx_url, bucket=bucket)
    name = f'"{bucket}"'
    ask(influx_url, f'ALTER RETENTION POLICY "autogen" ON {name} DURATION 30d')
    ask(influx_url, f'ALTER RETENTION POLICY "days_400" ON {name} DURATION INF')
    ask(influx_url, f'DROP RETENTION POLICY "years_5" ON {name}')
    ask(influx_url, f'DROP CONTINUOUS QUERY "lift_ride_15m" ON {name}')
    ask(influx_url, f'CREATE CONTINUOUS QUERY "lift_ride_15m" ON {name} BEGIN SELECT max("x") INTO "y" FROM "z" GROUP BY time(1h) END')  # fmt: skip # noqa: E501
    status, said, _ = setup(url=influx_url, bucket=bucket)
    assert status == 0
    assert f"changed {bucket}: was kept 30 days, now 90 days" in said
    assert f"changed {bucket}/days_400: was kept for ever, now 400 days" in said
    assert f"made {bucket}/years_5, kept 1826 days: 15-minute sums" in said
    assert "changed continuous query lift_ride_15m" in said
    assert sum(line.startswith("found") for line in said) == 4
    _, again, _ = setup(url=influx_url, bucket=bucket)
    assert all(line.startswith("found") for line in again)


def rides(make: Make, *days: int) -> list[Message]:
    """A ride so many days ago, each with every type of field."""
    said = {"distance_m": 4, "occupied": True, "started_at": "2026-03-02T08:14:07Z"}
    today_ms = now_ms() // HOUR_MS * HOUR_MS
    return [
        make("ride", {"seq": n, "relevels": n, **said}, lift=LIFT, at_ms=today_ms - n * DAY_MS)
        for n in days
    ]


def read(store: InfluxStore, kind: str, days: int = 500) -> list[dict[str, Any]]:
    """Everything that is read of a kind."""
    query = TelemetryQuery(
        lift=LIFT, kind=kind, from_ms=now_ms() - days * DAY_MS, to_ms=now_ms() + DAY_MS
    )
    return [row.values for row in store.read(query)]


def test_a_store_with_a_past_gives_up_nothing_unasked(
    setup: SetUp, store: InfluxStore, message: Make, *, influx_url: str, bucket: str
) -> None:
    """Rides are copied to where they are kept; states of last winter go only with --shorten."""
    store.write(rides(message, 380, 200, 100, 10))
    old = message("state", {"floor": 1}, lift=LIFT, at_ms=now_ms() - 120 * DAY_MS)
    store.write([old, message("state", {"floor": 2}, lift=LIFT, at_ms=now_ms() - HOUR_MS)])
    before = read(store, "ride")
    assert len(before) == 4
    status, said, complaint = setup(url=influx_url, bucket=bucket)
    assert (status, complaint.count("\n")) == (2, 1)
    assert "holds state since" in complaint
    assert "--shorten" in complaint
    assert f"copied 4 points of ride to {bucket}/days_400" in said
    assert [row["floor"] for row in read(store, "state")] == [1, 2]
    status, said, _ = setup("--shorten", url=influx_url, bucket=bucket)
    assert status == 0
    assert f"changed {bucket}: was kept for ever, now 90 days" in said
    assert not [line for line in said if line.startswith("copied")]
    ask(influx_url, f'DROP RETENTION POLICY "autogen" ON "{bucket}"')
    fresh = InfluxStore(influx_url, token="", org="", bucket=bucket)
    assert read(fresh, "ride") == before
    fresh.close()


def test_a_service_that_runs_meanwhile_takes_it_up(
    setup: SetUp,
    store: InfluxStore,
    message: Make,
    monkeypatch: pytest.MonkeyPatch,
    *,
    influx_url: str,
    bucket: str,
) -> None:
    """Rides then lie in the default place, where everybody looks, and where they are kept."""
    store.write(rides(message, 3))
    setup(url=influx_url, bucket=bucket)
    monkeypatch.setattr("liftwatch.adapters.influx_server.PLACES_S", -1.0)
    store.write([*rides(message, 2), message("state", {"floor": 1}, lift=LIFT, at_ms=now_ms())])
    count = 'SELECT count("seq") FROM "{}"."lift_{}"'
    counted = {
        (policy, kind): [row[1] for row in ask(influx_url, count.format(policy, kind), db=bucket)]
        for policy in ("autogen", "days_400")
        for kind in ("ride", "state")
    }
    assert counted == {
        ("autogen", "ride"): [2],
        ("autogen", "state"): [1],
        ("days_400", "ride"): [2],
        ("days_400", "state"): [],
    }


def test_continuous_queries_and_we_write_the_same_sums(
    setup: SetUp, store: InfluxStore, message: Make, *, influx_url: str, bucket: str
) -> None:
    """The same points with the same types: whichever comes second changes nothing."""
    setup(url=influx_url, bucket=bucket)
    start_ms = now_ms() // QUARTER_MS * QUARTER_MS - 4 * QUARTER_MS
    end_ms = start_ms + 3 * QUARTER_MS
    store.write(
        [
            message("state", {"seq": k, "floor": k % 5, "speed_mps": k / 4}, at_ms=at_ms)
            for k, at_ms in enumerate(range(start_ms, end_ms, 60_000))
        ]
    )
    whole = continuous_query("state", bucket=bucket, policy="autogen")
    select = whole.split(" BEGIN ")[1].removesuffix(" END")
    bounds = f"WHERE time >= {start_ms}ms AND time < {end_ms}ms GROUP BY"
    ask(influx_url, select.replace("GROUP BY", bounds))
    everything = 'SELECT * FROM "years_5"."lift_state_15m"'
    by_store = ask(influx_url, everything, db=bucket)
    assert len(by_store) == 3
    assert store.aggregate(start_ms, end_ms) == 3
    assert ask(influx_url, everything, db=bucket) == by_store
    ask(influx_url, f"DROP MEASUREMENT {identifier('lift_state_15m')}", db=bucket)
    assert store.aggregate(start_ms, end_ms) == 3
    assert ask(influx_url, everything, db=bucket) == by_store


class Guarded(Influx):
    """An InfluxDB that asks who one is."""

    def environment(self) -> dict[str, str]:
        """As usual, with authentication."""
        return super().environment() | {"INFLUXDB_HTTP_AUTH_ENABLED": "true"}


@pytest.fixture
def guarded(server_folder: Path) -> Iterator[str]:
    """Its address: `lift:secret` may everything, `reader:secret` nothing."""
    binary("influxd", package="influxdb")
    folder = server_folder / f"guarded-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    server = Guarded(folder, free_port())
    server.start()
    ask(server.url, "CREATE USER lift WITH PASSWORD 'secret' WITH ALL PRIVILEGES")
    ask(server.url, "CREATE USER reader WITH PASSWORD 'secret'", u="lift", p="secret")
    yield server.url
    server.stop()


def test_rights_of_one_are_those_of_an_administrator(setup: SetUp, guarded: str) -> None:
    """Without them one line says what is needed, and never the password."""
    for token in ("", "lift:wrong-one", "reader:secret"):
        status, said, complaint = setup(url=guarded, token=token)
        assert (status, said, complaint.count("\n")) == (2, [], 1)
        assert "LIFTWATCH_INFLUX_TOKEN" in complaint
        assert not token or token.split(":")[1] not in complaint
    status, said, _ = setup(url=guarded, token="lift:secret")
    assert status == 0
    assert said[0].startswith("made lift, kept 90 days")


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"url": "http://127.0.0.1:1"}, "does not answer"),
        ({"url": "http://127.0.0.1:1", "version": "4"}, "LIFTWATCH_INFLUX_VERSION"),
        ({"url": "nonsense"}, "LIFTWATCH_INFLUX_URL"),
    ],
)
def test_what_cannot_be_is_one_line(setup: SetUp, settings: dict[str, str], complaint: str) -> None:
    """And exit status 2."""
    status, said, line = setup(**settings)
    assert (status, said, line.count("\n")) == (2, [], 1)
    assert complaint in line


def test_the_embedded_store_needs_nothing(setup: SetUp) -> None:
    """It says so."""
    assert setup() == (0, ["the embedded store needs nothing (LIFTWATCH_INFLUX_URL is empty)"], "")


def test_a_server_is_asked_again_which_places_it_has(influx_url: str, bucket: str) -> None:
    """Known for a minute, and at once after a set-up of our own."""
    server = InfluxServer(influx_url, token="", org="", bucket=bucket)
    assert server.places() == frozenset()
    ask(influx_url, f'CREATE DATABASE "{bucket}"')
    assert server.places() == frozenset()
    server.forget_places()
    assert server.places() == {"autogen"}
    server.close()

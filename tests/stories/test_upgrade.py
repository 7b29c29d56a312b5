"""An older version brought to this one, gone back to, and everything lost and restored.

As docs/upgrade.md says it, with real servers, and the older version's own code out of git.
"""

import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from liftwatch.clock import now_ms, rfc3339
from tests.conftest import binary

ROOT = Path(__file__).parents[2]
OLDER, SCHEMA = "6a5d86682e7e4c7ca659d6be8f8dd4f87669b0f8", "0018"
"""A version of before the fund, and its schema."""
EACH = 200


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """The older version's tree, as git has it."""
    done = subprocess.run(
        ["git", "archive", OLDER, "liftwatch", "api", "ingest", "detectors", "simulators"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"git does not have {OLDER[:9]}: a copy without its history")
    folder = tmp_path / "older"
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", folder], input=done.stdout, check=True)
    return folder


class Estate:
    """Lifts that speak, each with an emergency call at the end of what it says."""

    def __init__(self, publisher: Any) -> None:
        self.publisher, self.lifts = publisher, list[str]()

    def speaks(self) -> None:
        """Another lift: states, then the call; the broker has them all at the end."""
        lift = f"LIFT-{len(self.lifts) + 1:04}"
        self.lifts.append(lift)
        for seq in range(EACH):
            told = {"v": 1, "terminal": lift, "boot": "b1", "seq": seq, "at": rfc3339(now_ms())}
            last = seq == EACH - 1
            fields = {"id": "c1", "phase": "raised"} if last else {"car": "stopped", "floor": 1}
            kind = "emergency_call" if last else "state"
            self.publisher.publish(f"lift/v1/320583/garden/{lift}/{kind}", told | fields)
        self.publisher.settle()

    def called(self, service: Any) -> bool:
        """Whether each has its incident, once."""
        found = Counter(one["lift"] for one in service.incidents(kind="emergency_call"))
        return dict(found) == dict.fromkeys(self.lifts, 1)


def points(service: Any, lift: str) -> int:
    """How many states of a lift the API gives back."""
    found = service.get(f"/v1/lifts/{lift}/telemetry?kind=state&signal=floor")
    return len(found.get("items", ())) if found else 0


def whole(service: Any, estate: Estate, until: Any) -> None:
    """Every lift has all of its points and its incident."""
    until(lambda: service.status("/readyz") == 200, "everything is ready")
    until(lambda: estate.called(service), "each lift has its incident, once")
    for lift in estate.lifts:
        until(lambda lift=lift: points(service, lift) == EACH - 1, f"all of {lift} is stored")


def test_up_and_back_nothing_is_lost(
    mosquitto: Any, service: Any, publisher: Any, until: Any, older: Path, tmp_path: Path
) -> None:
    """What comes while nobody is there waits at the broker; what came since the backup comes back
    out of the journal, when the older version is put in place again."""
    one = service(LIFTWATCH_MQTT_URL=mosquitto.url)
    one.tree, books = older, tmp_path / "data"
    estate = Estate(publisher(mosquitto.port))
    one.start()
    until(lambda: one.status("/readyz") == 200, "everything is ready")
    estate.speaks()
    whole(one, estate, until)
    assert one.stop() == 0
    done = one.run("backup", str(tmp_path / "backups"))
    assert done.returncode == 0, done.stderr
    estate.speaks()

    one.tree = None  # this version is installed
    assert one.run("migrate", "--check").returncode == 1
    assert f"brought from {SCHEMA} to " in one.run("migrate").stdout
    one.start()
    whole(one, estate, until)
    estate.speaks()
    whole(one, estate, until)
    assert one.stop() == 0

    one.tree = older  # and given up again
    refused = one.run("run")
    assert refused.returncode == 2
    assert "newer" in refused.stderr
    for name in ("liftwatch.sqlite", "liftwatch.sqlite-wal", "liftwatch.sqlite-shm"):
        (books / name).unlink(missing_ok=True)
    (backup,) = (tmp_path / "backups").iterdir()
    done = one.run("restore", str(backup))
    assert done.returncode == 0, done.stderr
    for file in books.glob("progress.sqlite*"):
        file.unlink()
    one.start()
    whole(one, estate, until)
    assert one.stop() == 0


def asked(url: str, query: str) -> None:
    """A statement that InfluxDB carries out."""
    with urlopen(f"{url}/query", urlencode({"q": query}).encode(), timeout=30) as answer:
        assert answer.status == 200


def test_both_servers_lost_and_restored(
    mosquitto: Any,
    own_influx: Any,
    postgres_database: str,
    service: Any,
    publisher: Any,
    until: Any,
    tmp_path: Path,
) -> None:
    """PostgreSQL and InfluxDB as they were backed up, and what came since out of the journal."""
    binary("pg_dump", package="postgresql-client")
    import psycopg

    one = service(
        LIFTWATCH_MQTT_URL=mosquitto.url,
        LIFTWATCH_INFLUX_URL=own_influx.url,
        LIFTWATCH_DATABASE_URL=postgres_database.replace("postgresql://", "postgresql+psycopg://"),
    )
    estate = Estate(publisher(mosquitto.port))
    one.start()
    until(lambda: one.status("/readyz") == 200, "everything is ready")
    estate.speaks()
    whole(one, estate, until)
    done = one.run("backup", str(tmp_path / "backups"))  # while everything runs
    assert done.returncode == 0, done.stderr
    influxd = [binary("influxd", package="influxdb")]
    place = ("-portable", "-host", f"127.0.0.1:{own_influx.rpc_port}", "-db", "lift")
    subprocess.run(
        [*influxd, "backup", *place, tmp_path / "influx"], check=True, capture_output=True
    )
    estate.speaks()
    whole(one, estate, until)
    assert one.stop() == 0

    asked(own_influx.url, "DROP DATABASE lift")
    with psycopg.connect(postgres_database.rsplit("/", 1)[0] + "/postgres", autocommit=True) as sql:
        name = postgres_database.rsplit("/", 1)[1].encode()
        sql.execute(b"DROP DATABASE " + name + b" WITH (FORCE)")
        sql.execute(b"CREATE DATABASE " + name)
    subprocess.run(
        [*influxd, "restore", *place, tmp_path / "influx"], check=True, capture_output=True
    )
    own_influx.stop()
    own_influx.start()
    (backup,) = (tmp_path / "backups").iterdir()
    done = one.run("restore", str(backup))
    assert done.returncode == 0, done.stderr
    for file in (tmp_path / "data").glob("progress.sqlite*"):
        file.unlink()
    one.start()
    whole(one, estate, until)
    assert one.stop() == 0


def test_the_folder_copied_while_nothing_runs_is_an_installation(
    mosquitto: Any, service: Any, publisher: Any, until: Any, tmp_path: Path
) -> None:
    """Journal, both embedded stores and the secret, moved to another machine: it goes on there."""
    one = service(LIFTWATCH_MQTT_URL=mosquitto.url)
    estate = Estate(publisher(mosquitto.port))
    one.start()
    until(lambda: one.status("/readyz") == 200, "everything is ready")
    estate.speaks()
    whole(one, estate, until)
    assert one.stop() == 0
    estate.speaks()
    other = service("other", LIFTWATCH_MQTT_URL=mosquitto.url)
    shutil.move(tmp_path / "data", tmp_path / "other" / "data")
    other.start()
    whole(other, estate, until)
    assert other.stop() == 0

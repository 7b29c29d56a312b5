"""Real servers for tests: PostgreSQL, InfluxDB and Mosquitto, each in a folder of its own.

They listen on free loopback ports and are stopped by their process. Where a binary is missing
the tests that need it are skipped, and the reason names the Debian package.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import msgspec
import pytest
from hypothesis import HealthCheck, settings

from liftwatch import clock
from liftwatch.adapters.sql import open_books
from liftwatch.telemetry.messages import KINDS, Message
from tests.databases import database
from tests.openid import ProviderProcess
from tests.order import turn

START_S = 120.0
STOP_S = 30.0

# No example has a limit of time, which a busy machine would miss; fixtures are made to be shared.
settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files that wait beside files that compute."""
    items.sort(key=lambda item: turn(item.path))


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def binary(name: str, *, package: str) -> str:
    """The path of a server's program; skips the test when it is not installed."""
    places = os.environ.get("PATH", "") + ":/usr/sbin:/usr/lib/postgresql/15/bin"
    found = shutil.which(name, path=places)
    if found is None:
        pytest.skip(f"{name} is not installed (apt install {package})")
    return found


class Server(ABC):
    """A server process that can be stopped and started again over the same folder and port."""

    stop_signal = signal.SIGTERM
    user: str | None = None

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> Sequence[str]:
        """What to run."""

    def environment(self) -> dict[str, str]:
        """What to add to the environment."""
        return {}

    def is_up(self) -> bool:
        """Whether it answers."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def start(self) -> None:
        """Start, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                env=os.environ | self.environment(),
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
            )
        end_s = clock.monotonic_s() + START_S
        while not self.is_up():
            if self.process.poll() is not None or clock.monotonic_s() > end_s:
                self.stop()
                log_text = (self.folder / "log").read_text(errors="replace")
                raise RuntimeError(f"{self.command()[0]} did not start:\n{log_text[-2000:]}")
            time.sleep(0.02)

    def stop(self, *, kill: bool = False) -> None:
        """Stop it, and wait until it has ended."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(signal.SIGKILL if kill else self.stop_signal)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Postgres(Server):
    """PostgreSQL 15; as root it runs as the user postgres, which it insists on."""

    stop_signal = signal.SIGINT  # "fast": does not wait for clients
    user = "postgres" if os.getuid() == 0 else None

    def prepare(self) -> None:
        """Make an empty cluster."""
        if self.user:
            owner = pwd.getpwnam(self.user)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        subprocess.run(
            [
                binary("initdb", package="postgresql-15"),
                *("-D", str(self.folder / "data"), "-U", "lift", "-A", "trust", "-E", "UTF8"),
                "--no-sync",
            ],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
        )

    def command(self) -> Sequence[str]:
        """The server on its port only, without a socket in a common folder."""
        return [
            binary("postgres", package="postgresql-15"),
            *("-D", str(self.folder / "data"), "-p", str(self.port), "-c", "fsync=off"),
            *("-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}"),
        ]

    @property
    def url(self) -> str:
        """The database every cluster begins with."""
        return f"postgresql://lift@127.0.0.1:{self.port}/postgres"

    def is_up(self) -> bool:
        """Whether it takes queries, which comes later than taking connections."""
        psycopg = pytest.importorskip("psycopg", reason="pip install psycopg[binary]")
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


class Influx(Server):
    """InfluxDB 1.x as Debian has it, set up by the environment alone."""

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(folder, port)
        self.rpc_port = free_port()

    def command(self) -> Sequence[str]:
        """The server without a configuration file."""
        return [binary("influxd", package="influxdb"), "run", "-config", "/dev/null"]

    def environment(self) -> dict[str, str]:
        """Folders and ports."""
        return {
            "INFLUXDB_META_DIR": str(self.folder / "meta"),
            "INFLUXDB_DATA_DIR": str(self.folder / "data"),
            "INFLUXDB_DATA_WAL_DIR": str(self.folder / "wal"),
            "INFLUXDB_HTTP_BIND_ADDRESS": f"127.0.0.1:{self.port}",
            "INFLUXDB_BIND_ADDRESS": f"127.0.0.1:{self.rpc_port}",
            "INFLUXDB_HTTP_LOG_ENABLED": "false",
            "INFLUXDB_REPORTING_DISABLED": "true",
            "INFLUXDB_MONITOR_STORE_ENABLED": "false",
            "INFLUXDB_DATA_INDEX_VERSION": "tsi1",
        }

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def is_up(self) -> bool:
        """Whether it answers a ping."""
        try:
            with urlopen(f"{self.url}/ping", timeout=2):
                return True
        except OSError:
            return False


class Mosquitto(Server):
    """Mosquitto with the queue limits under which it loses nothing in a burst."""

    def command(self) -> Sequence[str]:
        """The broker with the configuration of its folder."""
        return [binary("mosquitto", package="mosquitto"), "-c", str(self.folder / "conf")]

    def prepare(self) -> None:
        """Write the configuration."""
        lines = [
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous true",
            "max_queued_messages 0",
            f"max_queued_bytes {512 * 2**20}",
            "max_inflight_messages 2000",
            "persistence true",
            f"persistence_location {self.folder}/",
            "autosave_interval 0",
            *(["user root"] if os.getuid() == 0 else []),
        ]
        (self.folder / "conf").write_text("\n".join(lines) + "\n")

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"mqtt://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A short path that other users may enter: PostgreSQL's sockets and user need both."""
    folder = Path(tempfile.mkdtemp(prefix="liftwatch-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def _folder(parent: Path, name: str) -> Path:
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))


@pytest.fixture(scope="session")
def postgres(server_folder: Path) -> Iterator[Postgres]:
    """One PostgreSQL for the session."""
    binary("initdb", package="postgresql-15")
    pytest.importorskip("psycopg", reason="pip install psycopg[binary]")
    server = Postgres(_folder(server_folder, "postgres"), free_port())
    server.prepare()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """The URL of its first database."""
    return postgres.url


@pytest.fixture
def postgres_database(postgres: Postgres) -> Iterator[str]:
    """The URL of a database of its own without any schema, dropped afterwards."""
    with database(postgres.url) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of the newest schema with nothing in it: to be copied, for to migrate takes
    each of thousands of tests a tenth of a second."""
    path = tmp_path_factory.mktemp("template") / "books.sqlite"
    open_books(f"sqlite:///{path}").close()
    assert [one.name for one in path.parent.iterdir()] == [path.name], "no log beside it"
    return path


@pytest.fixture
def sqlite_books(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a SQLite file of the newest schema, empty."""
    shutil.copy(sqlite_template, tmp_path / "books.sqlite")
    return f"sqlite:///{tmp_path}/books.sqlite"


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> Iterator[str]:
    """The name of a database of the newest schema with nothing in it."""
    with database(postgres.url) as url:
        open_books(url).close()
        yield url.rpartition("/")[2]


@pytest.fixture
def postgres_books(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """The URL of a database of the newest schema, empty, dropped afterwards."""
    with database(postgres.url, template=postgres_template) as url:
        yield url


@pytest.fixture(scope="session")
def influx(server_folder: Path) -> Iterator[Influx]:
    """One InfluxDB for the session."""
    binary("influxd", package="influxdb")
    server = Influx(_folder(server_folder, "influx"), free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def influx_url(influx: Influx) -> str:
    """Where it answers."""
    return influx.url


@pytest.fixture
def own_postgres(server_folder: Path) -> Iterator[Postgres]:
    """A PostgreSQL that the test may stop and start."""
    binary("initdb", package="postgresql-15")
    server = Postgres(_folder(server_folder, "postgres"), free_port())
    server.prepare()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_influx(server_folder: Path) -> Iterator[Influx]:
    """An InfluxDB that the test may stop and start."""
    binary("influxd", package="influxdb")
    server = Influx(_folder(server_folder, "influx"), free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mosquitto(server_folder: Path) -> Iterator[Mosquitto]:
    """A Mosquitto that the test may stop and start."""
    binary("mosquitto", package="mosquitto")
    server = Mosquitto(_folder(server_folder, "mosquitto"), free_port())
    server.prepare()
    server.start()
    yield server
    server.stop()


def make_message(kind: str, wire: dict[str, Any] | None = None, **judged: Any) -> Message:
    """A message of a kind, as decoding makes it of fields as they stand on the wire.

    `judged` are fields of `Message`; `at_ms` gives all three times where nothing else does.
    """
    at_ms = judged.pop("at_ms", 1_772_439_247_420)
    envelope = {"v": 1, "terminal": "T-7", "boot": "b41", "seq": 1, "at": clock.rfc3339(at_ms)}
    body = msgspec.json.decode(msgspec.json.encode(envelope | (wire or {})), type=KINDS[kind])
    given: dict[str, Any] = {
        "area": "320583",
        "estate": "garden",
        "lift": "31103205832018080001",
        "source": "terminal",
        "stored_ms": at_ms,
        "received_ms": at_ms,
        "clock_ok": True,
        "late": False,
        "exercise": False,
    }
    return Message(kind=kind, at_ms=at_ms, body=body, **given | judged)


@pytest.fixture
def message() -> Callable[..., Message]:
    """Makes messages: `message(kind, {field: value}, at_ms=..., lift=...)`."""
    return make_message


@pytest.fixture(scope="session")
def openid_running() -> Iterator[list[ProviderProcess]]:
    """The provider of all tests, the newest last: one may have been stopped by a test."""
    made = [ProviderProcess()]
    yield made
    for one in made:
        one.stop()


@pytest.fixture
def openid(openid_running: list[ProviderProcess]) -> ProviderProcess:
    """An OpenID provider of its own process, which tells the truth until told otherwise."""
    if openid_running[-1].process.poll() is not None:
        openid_running.append(ProviderProcess())
    openid_running[-1].lie(forget=True)
    return openid_running[-1]

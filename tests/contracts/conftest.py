"""Every implementation of the ports, empty: what the contracts run against."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, cast
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest

from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.influx import InfluxStore
from liftwatch.adapters.influx_answers import authorization
from liftwatch.adapters.influx_server import InfluxServer
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.ports import Books, TelemetryStore
from tests.contracts.ledger import KEY as FUND_KEY
from tests.contracts.trail import KEY

NAMED_URL = os.environ.get("LIFTWATCH_TEST_INFLUX_URL", "")
"""A server to test against beside our own, with ..._TOKEN and ..._ORG; each test has a bucket."""


def opened(back_end: str, request: pytest.FixtureRequest) -> Books:
    """Empty books of one back end."""
    if back_end == "memory":
        return MemoryBooks()
    name = {"sqlite": "sqlite_books", "postgresql": "postgres_books"}[back_end]
    return open_books(request.getfixturevalue(name))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[Books]:
    """Empty books."""
    made = opened(request.param, request)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_books(request: pytest.FixtureRequest) -> Iterator[Books]:
    """Empty books that several threads may use; those in memory are for one."""
    made = opened(request.param, request)
    yield made
    made.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def trail(request: pytest.FixtureRequest) -> Iterator[Books]:
    """Empty books whose trail is sealed with KEY."""
    made: Any = opened(request.param, request)
    made.audit_keys = (KEY,)
    yield made
    made.close()


@pytest.fixture
def sql_trail(shared_books: SqlBooks) -> SqlBooks:
    """The same, on databases only."""
    shared_books.audit_keys = (KEY,)
    return shared_books


@pytest.fixture
def ledger(books: Any) -> Books:
    """Empty books whose fund is sealed with FUND_KEY."""
    books.fund_keys = (FUND_KEY,)
    return cast(Books, books)


@pytest.fixture
def shared_ledger(shared_books: SqlBooks) -> SqlBooks:
    """The same, on databases only."""
    shared_books.fund_keys = (FUND_KEY,)
    return shared_books


class InfluxTwo(BaseHTTPRequestHandler):
    """The manners of InfluxDB 2.8 (as measured) before a real 1.x: `/health`, `/api/v2/write`
    with a token, nothing stored of a body with a bad line (400), the rest stored beside a type
    conflict (422)."""

    protocol_version = "HTTP/1.1"
    behind = ""
    token = "s3cr3t"

    def do_GET(self) -> None:
        """`/health`, `/ping` and `/query`."""
        if urlsplit(self.path).path == "/health":
            self.answer(200, b'{"status": "pass"}')
        else:
            self.answer(*self.ask(self.path))

    def do_POST(self) -> None:
        """`/api/v2/write`."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        url = urlsplit(self.path)
        bucket = parse_qs(url.query)["bucket"][0]
        if url.path != "/api/v2/write":
            self.answer(404, b'{"code": "not found", "message": "path not found"}')
        elif self.headers.get("Authorization") != f"Token {self.token}":
            self.answer(401, b'{"code": "unauthorized", "message": "unauthorized access"}')
        else:
            self.answer(*self.write(bucket, body))

    def write(self, bucket: str, body: bytes) -> tuple[int, bytes]:
        """First into a database nobody reads, to see whether every line can be read at all."""
        for database in (f"{bucket}_tried", bucket):
            query = urlencode({"db": database, "precision": "ns"})
            status, said = self.ask(f"/write?{query}", body)
            if b"unable to parse" in said:
                return 400, said
        if status == 404:
            return 404, b'{"code": "not found", "message": "bucket not found"}'
        return (422 if status == 400 else status), said

    def ask(self, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """What the server behind answers."""
        try:
            with urlopen(Request(self.behind + path, data=body)) as response:
                return response.status, response.read()
        except HTTPError as error:
            with error:
                return error.code, error.read()

    def answer(self, status: int, body: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("X-Influxdb-Version", "v2.8.0")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if status == 204 else body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def influx_two_url(influx_url: str) -> Iterator[str]:
    """Something that behaves like InfluxDB 2."""
    handler = type("Handler", (InfluxTwo,), {"behind": influx_url})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def make_database(url: str, name: str) -> None:
    """A bucket of our InfluxDB 2 is a database of the server behind."""
    for database in (name, f"{name}_tried"):
        query = urlencode({"q": f'CREATE DATABASE "{database}"'})
        with urlopen(Request(f"{url}/query?{query}", method="POST")) as response:
            response.read()  # the statement runs until it has been answered


@pytest.fixture
def bucket() -> str:
    """A bucket of the test's own."""
    return f"test {uuid.uuid4().hex}"


def named(bucket: str) -> dict[str, Any]:
    """How to open the server of the environment."""
    env = {n: os.environ.get(f"LIFTWATCH_TEST_INFLUX_{n.upper()}", "") for n in ("token", "org")}
    return {"url": NAMED_URL, "bucket": bucket, **env}


@contextmanager
def bucket_on_named(bucket: str) -> Iterator[None]:
    """2.x: a bucket of the test's own, for ever; 1.x and 3 make theirs at the first write."""
    server = InfluxServer(**named(bucket))
    try:
        if server.generation() != 2:
            yield
            return
        client: Any = server.client()
        (org,) = client.organizations_api().find_organizations(org=server.org)
        made = client.buckets_api().create_bucket(bucket_name=bucket, org=org.id)
        yield
        client.buckets_api().delete_bucket(made)
    finally:
        server.close()


@contextmanager
def opened_influx(
    back_end: str, request: pytest.FixtureRequest, bucket: str
) -> Iterator[InfluxStore]:
    """A store on one kind of InfluxDB."""
    with ExitStack() as stack:
        if back_end == "influx 1":
            url = request.getfixturevalue("influx_url")
            made = InfluxStore(url, token="", org="", bucket=bucket)
        elif back_end == "influx 2":
            make_database(request.getfixturevalue("influx_url"), bucket)
            url = request.getfixturevalue("influx_two_url")
            made = InfluxStore(url, token=InfluxTwo.token, org="lift", bucket=bucket)
        else:
            stack.enter_context(bucket_on_named(bucket))
            made = InfluxStore(**named(bucket))
        stack.callback(made.close)
        yield made


INFLUX = ["influx 1", "influx 2", *(["influx named"] if NAMED_URL else [])]

Behind = Callable[[str], None]


@pytest.fixture(params=INFLUX)
def influx_kind(request: pytest.FixtureRequest) -> str:
    """Which InfluxDB."""
    kind: str = request.param
    return kind


@pytest.fixture
def influx_store(
    influx_kind: str, request: pytest.FixtureRequest, bucket: str
) -> Iterator[InfluxStore]:
    """An empty store on InfluxDB."""
    with opened_influx(influx_kind, request, bucket) as made:
        yield made


@pytest.fixture
def behind(influx_kind: str, request: pytest.FixtureRequest, bucket: str) -> Behind:
    """Writes a line behind the back of `influx_store`."""

    def write(line: str) -> None:
        ours = influx_kind != "influx named"
        url = request.getfixturevalue("influx_url") if ours else NAMED_URL
        headers = {} if ours else authorization(named(bucket)["token"])
        query = urlencode({"db": bucket, "precision": "ns"})
        with urlopen(Request(f"{url}/write?{query}", line.encode(), headers)) as response:
            assert response.status == 204

    return write


@pytest.fixture(params=["embedded", *INFLUX])
def store(request: pytest.FixtureRequest, bucket: str, tmp_path: Path) -> Iterator[TelemetryStore]:
    """An empty telemetry store."""
    if request.param == "embedded":
        made = EmbeddedStore(tmp_path / "folder" / "telemetry.sqlite")
        yield made
        made.close()
        return
    with opened_influx(request.param, request, bucket) as store_:
        yield store_

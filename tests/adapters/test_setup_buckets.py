"""`liftwatch setup-store` on what answers as InfluxDB 2.8 did, and as 3 Core is documented."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from tests.adapters.conftest import SetUp


class Two(BaseHTTPRequestHandler):
    """The part of the API of InfluxDB 2.8 that makes buckets, as a real one answered."""

    protocol_version = "HTTP/1.1"
    buckets: dict[str, dict[str, Any]]
    mapped: list[dict[str, Any]]
    virtual = True
    rights = True

    def answer(self, status: int, said: Any) -> None:
        """Send an answer."""
        body = msgspec.json.encode(said)
        self.send_response(status)
        self.send_header("X-Influxdb-Version", "v2.8.0")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status: int, message: str) -> None:
        """Send an error."""
        self.answer(status, {"code": "unauthorized" if status == 401 else "x", "message": message})

    def sent(self) -> Any:
        """The body of the request."""
        return msgspec.json.decode(self.rfile.read(int(self.headers["Content-Length"])))

    def known(self) -> bool:
        """Whether the token is one; else it has been said."""
        if self.headers.get("Authorization") == "Token good":
            return True
        self.refuse(401, "unauthorized access")
        return False

    def do_GET(self) -> None:
        """What is there."""
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path in ("/health", "/query"):
            self.answer(200, {"results": [{}]})
        elif not self.known():
            return
        elif url.path == "/api/v2/orgs":
            if query["org"] == "kunshan":
                self.answer(200, {"orgs": [{"id": "0000000000000001", "name": "kunshan"}]})
            else:
                self.refuse(404, f'organization name "{query["org"]}" not found')
        elif url.path == "/api/v2/buckets":
            bucket = self.buckets.get(query["name"])
            if bucket is None:
                self.refuse(404, f'bucket "{query["name"]}" not found')
            else:
                self.answer(200, {"buckets": [bucket]})
        else:
            self.answer(200, {"content": [*self.mapped, *self.by_name(query["db"])]})

    def by_name(self, database: str) -> Iterator[dict[str, Any]]:
        """The mappings every bucket has by itself."""
        for name, bucket in self.buckets.items():
            if self.virtual and name.split("/")[0] == database:
                policy = name.partition("/")[2] or "autogen"
                yield {
                    "id": "v", "database": database, "retention_policy": policy,
                    "default": policy == "autogen", "orgID": "o", "bucketID": bucket["id"],
                }  # fmt: skip

    def do_POST(self) -> None:
        """Make a bucket or a mapping."""
        said = self.sent()
        if not self.known():
            return
        if not self.rights:
            self.refuse(401, "write:orgs/1/buckets is unauthorized")
        elif self.path == "/api/v2/buckets":
            bucket = said | {"id": f"{len(self.buckets) + 1:016x}"}
            self.buckets[said["name"]] = bucket
            self.answer(201, bucket)
        else:
            self.mapped.append(said | {"id": "m"})
            self.answer(201, self.mapped[-1])

    def do_PATCH(self) -> None:
        """Change a bucket."""
        said = self.sent()
        bucket = next(b for b in self.buckets.values() if self.path.endswith(b["id"]))
        bucket.update(said)
        self.answer(200, bucket)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def two() -> Iterator[tuple[str, type[Two]]]:
    """A server that answers as InfluxDB 2.8."""
    handler: type[Two] = type("Handler", (Two,), {"buckets": {}, "mapped": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()
        thread.join()


def test_buckets_of_two_are_made_found_and_changed(
    setup: SetUp, two: tuple[str, type[Two]]
) -> None:
    """With their retention, and what InfluxQL calls them."""
    url, handler = two
    given = {"url": url, "token": "good", "org": "kunshan"}
    status, said, _ = setup(**given)
    assert (status, [line.split()[0] for line in said]) == (0, ["made"] * 3 + ["found"] * 3)
    kept = {n: b["retentionRules"][0]["everySeconds"] for n, b in handler.buckets.items()}
    assert kept == {"lift": 7_776_000, "lift/days_400": 34_560_000, "lift/years_5": 157_766_400}
    handler.buckets["lift"]["retentionRules"] = []
    handler.buckets["lift/years_5"]["retentionRules"][0]["everySeconds"] = 86_400
    _, said, _ = setup(**given)
    assert "changed lift: was kept for ever, now 90 days" in said
    assert "changed lift/years_5: was kept 1 days, now 1826 days" in said
    _, said, _ = setup(**given)
    assert {line.split()[0] for line in said} == {"found"}


def test_where_buckets_are_not_mapped_by_themselves(
    setup: SetUp, two: tuple[str, type[Two]]
) -> None:
    """InfluxDB 2.0: the mapping is made; one that leads elsewhere is not taken over."""
    url, handler = two
    handler.virtual = False
    given = {"url": url, "token": "good", "org": "kunshan"}
    _, said, _ = setup(**given)
    assert said[3:] == [f"made lift.{p} of InfluxQL" for p in ("autogen", "days_400", "years_5")]
    assert [row["default"] for row in handler.mapped] == [True, False, False]
    handler.mapped[0]["bucketID"] = "ffff"
    status, _, complaint = setup(**given)
    assert status == 2
    assert "mapped to another bucket" in complaint


def test_what_two_refuses_is_one_line(setup: SetUp, two: tuple[str, type[Two]]) -> None:
    """No token, no organisation, no rights: what to look at is named."""
    url, handler = two
    good = {"url": url, "token": "good", "org": "kunshan"}
    cases: list[tuple[dict[str, str], str]] = [
        ({"token": "bad-one"}, "LIFTWATCH_INFLUX_TOKEN"),
        ({"org": ""}, "LIFTWATCH_INFLUX_ORG is not set"),
        ({"org": "suzhou"}, "no organisation 'suzhou' (LIFTWATCH_INFLUX_ORG)"),
    ]
    for change, complaint in cases:
        status, said, line = setup(**good | change)
        assert (status, said, line.count("\n")) == (2, [], 1)
        assert complaint in line
        assert "bad-one" not in line
    handler.rights = False
    status, _, line = setup(**good)
    assert status == 2
    assert "this token may not make buckets" in line


def test_databases_of_three_core(setup: SetUp) -> None:
    """As documented: made with their retention, which it neither tells nor changes."""
    made: list[dict[str, str]] = []

    class Three(Two):
        def do_GET(self) -> None:
            if self.path.startswith("/query"):
                self.answer(200, {"results": [{"statement_id": 0}]})
            else:
                self.answer(200, [{"iox::database": row["db"]} for row in made])

        def do_POST(self) -> None:
            made.append(self.sent())
            self.answer(200, {})

    with ThreadingHTTPServer(("127.0.0.1", 0), Three) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        given = {"url": f"http://127.0.0.1:{server.server_port}", "token": "apiv3", "version": "3"}
        first = setup(**given)
        again = setup(**given)
        server.shutdown()
        thread.join()
    assert made == [
        {"db": "lift", "retention_period": "90d"},
        {"db": "lift/days_400", "retention_period": "400d"},
        {"db": "lift/years_5", "retention_period": "1826d"},
    ]
    assert [line.split()[0] for line in first[1]] == ["made"] * 3
    assert again[0] == 0
    assert again[1][-1] == "3 Core neither tells nor changes how long a database is kept"

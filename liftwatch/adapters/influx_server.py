"""One InfluxDB server over HTTP: which kind it is, and its answers in the words of the ports.

2.x, 3 Core and 1.8 take `/api/v2/write` (influxdb-client's synchronous WriteApi); 1.6 and 1.7 take
`/write` alone. Which it is tells `/health`, asked before the first request and after every outage,
unless a setting says so. All of them answer InfluxQL on `/query`.

A *place* beside the default one is a retention policy of 1.x; in 2.x and 3 Core it is the bucket
BUCKET/PLACE, which InfluxQL sees as that policy.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import httpx2
import msgspec
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS, WriteApi
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError, TimeoutError

from liftwatch.adapters.influx_answers import (
    Doubtful,
    LinesRefused,
    NoDatabase,
    Series,
    TooLarge,
    TooSlow,
    authorization,
    judged,
    retry_after_s,
    series_of,
    text_of,
)
from liftwatch.adapters.influxql import identifier, policies
from liftwatch.clock import monotonic_s
from liftwatch.ports import StoreUnavailable

CONNECT_S, ANSWER_S = 5.0, 30.0
PLACES_S = 60.0
"""So long is believed which places there are: `liftwatch setup-store` may run while we do."""

NOTHING = b"# is it the lines?"
"""A body every version takes and stores nothing of: refused, it is not the lines that are bad."""

Version = Literal["auto", "1", "2", "3"]


class _Found(NamedTuple):
    """What `/health` told, or a setting."""

    generation: int
    writer: WriteApi | None


class InfluxServer:
    """Talks to one bucket (in 1.x: the database of its name). Any number of threads may."""

    def __init__(
        self, url: str, *, token: str, org: str, bucket: str, version: Version = "auto"
    ) -> None:
        self.url, self.token, self.org, self.bucket = url.rstrip("/"), token, org, bucket
        self._set = version
        self._shown = re.sub(r"//[^/@]*@", "//", self.url)  # without a password
        self._turn = threading.Lock()
        self._found: _Found | None = None
        self._client: InfluxDBClient | None = None
        self._places: frozenset[str] = frozenset()
        self._places_s: float | None = None
        self._http = httpx2.Client(
            base_url=self.url,
            headers=authorization(token),
            timeout=httpx2.Timeout(ANSWER_S, connect=CONNECT_S),
            trust_env=False,
        )

    def write(self, body: bytes, *, place: str = "") -> None:
        """Store lines with times in nanoseconds.

        Raises StoreUnavailable, LinesRefused or TooLarge. A database that is missing is made.
        """
        try:
            self._write(body, place)
        except NoDatabase as error:
            self._create_database(str(error))
            try:
                self._write(body, place)
            except NoDatabase as again:
                raise self.lost(str(again)) from again

    def _write(self, body: bytes, place: str) -> None:
        try:
            self._send(body, place)
        except Doubtful as doubt:
            try:
                self._send(NOTHING, place)
            except (Doubtful, LinesRefused):
                raise self.lost(f"answers {doubt}") from doubt
            raise LinesRefused(str(doubt)) from doubt

    def _send(self, body: bytes, place: str) -> None:
        found = self._find_out()
        if found.writer is not None:
            self._send_by_client(found.writer, body, f"{self.bucket}/{place}".rstrip("/"))
            return
        params = {"db": self.bucket, "precision": "ns"} | ({"rp": place} if place else {})
        with self._heard():
            response = self._http.post("/write", params=params, content=body)
        self._judge(response.status_code, response.text, response.headers)

    def _send_by_client(self, writer: WriteApi, body: bytes, bucket: str) -> None:
        try:
            writer.write(
                bucket=bucket,
                org=self.org,
                record=body,
                write_precision=WritePrecision.NS,  # type: ignore[arg-type]  # a str, whatever it says
            )
        except ApiException as error:
            self._judge(error.status or 0, error.body or error.reason or "", error.headers or {})
        except TimeoutError as error:
            raise self.lost(f"does not answer: {error}", slow=True) from error
        except (HTTPError, OSError) as error:
            raise self.lost(f"does not answer: {error}") from error

    def query(self, text: str, *, place: str = "", long: bool = False) -> list[Series]:
        """The tables of one InfluxQL statement; none where 1.x and 3 have no database yet.

        A `long` one goes as a form: no address holds thousands of names.
        """
        params = self._query_params(text, place)
        if long:
            response = self.ask("POST", "/query", data=params)
        else:
            response = self.ask("GET", "/query", params=params)
        try:
            self._judge(response.status_code, response.text, response.headers)
            series, error_text = series_of(response.content)
        except NoDatabase as error:
            if self._makes_databases():
                return []
            raise self.lost(f"did not take a query: {error}") from error
        except (msgspec.MsgspecError, Doubtful, LinesRefused, TooLarge) as error:
            raise self.lost(f"did not take a query: {error}") from error
        if error_text is None:
            return series
        if "database not found" not in error_text:
            raise self.lost(f"did not take a query: {error_text}")
        if self._makes_databases():
            return []
        raise self.lost(f"did not take a query: {error_text}, or the token may not read it")

    def _query_params(self, text: str, place: str) -> dict[str, str]:
        params = {"db": self.bucket, "epoch": "ns", "q": text}
        return params | ({"rp": place} if place else {})

    def ask(self, method: str, path: str, **request: Any) -> httpx2.Response:
        """The answer to any other request, whatever its status; raises StoreUnavailable."""
        self._find_out()
        with self._heard():
            return self._http.request(method, path, **request)

    def places(self) -> frozenset[str]:
        """Which places there are beside the default one, as known a minute ago or less."""
        with self._turn:
            asked_s = self._places_s
        if asked_s is None or monotonic_s() - asked_s > PLACES_S:
            found = frozenset(self._ask_places())
            with self._turn:
                self._places, self._places_s = found, monotonic_s()
        return self._places

    def forget_places(self) -> None:
        """Ask again which places there are."""
        self._places_s = None

    def _ask_places(self) -> list[str]:
        """None where we may not ask: then all lies in the default place."""
        if self.generation() == 3:
            answer = self.ask("GET", "/api/v3/configure/database", params={"format": "json"})
        else:
            params = self._query_params(policies(self.bucket), "")
            answer = self.ask("GET", "/query", params=params)
        if answer.status_code == 429 or answer.status_code >= 500:
            self._judge(answer.status_code, answer.text, answer.headers)
        try:
            if self.generation() == 3:
                rows = msgspec.json.decode(answer.content, type=list[dict[str, Any]])
                names = [str(name) for row in rows for name in row.values()]
                inside = f"{self.bucket}/"
                return [name.removeprefix(inside) for name in names if name.startswith(inside)]
            series, _ = series_of(answer.content)
        except msgspec.MsgspecError:
            return []
        return [str(values[0]) for table in series for values in table.values]

    def is_ready(self) -> bool:
        """Whether it answers a ping."""
        try:
            return self.ask("GET", "/ping").is_success
        except StoreUnavailable:
            return False

    def close(self) -> None:
        """Close all connections."""
        self._forget()
        client, self._client = self._client, None
        if client is not None:
            client.close()  # type: ignore[no-untyped-call]  # the library's
        self._http.close()

    def generation(self) -> int:
        """1, 2 or 3. Raises StoreUnavailable."""
        return self._find_out().generation

    def client(self) -> InfluxDBClient:
        """influxdb-client's own, made at its first use and closed with us."""
        if self._client is None:
            self._client = InfluxDBClient(
                self.url,
                token=self.token,
                org=self.org,
                timeout=(int(CONNECT_S * 1000), int(ANSWER_S * 1000)),
            )
        return self._client

    def _find_out(self) -> _Found:
        """The kind of the server: known, set, or asked for."""
        with self._turn:
            if self._found is None:
                generation, by_client = self._asked() if self._set == "auto" else self._told()
                writer = self.client().write_api(write_options=SYNCHRONOUS) if by_client else None
                self._found = _Found(generation, writer)
            return self._found

    def _told(self) -> tuple[int, bool]:
        return int(self._set), self._set != "1"

    def _asked(self) -> tuple[int, bool]:
        with self._heard():
            response = self._http.get("/health")
        if response.status_code >= 500:
            reason = f"answers {response.status_code}: {text_of(response.text)}"
            raise self.lost(reason, retry_after=retry_after_s(response.headers))
        version = response.headers.get("X-Influxdb-Version", "")
        if not version:  # 3 Core tells it nowhere else, and only to whoever has a token
            with self._heard():
                version = self._http.get("/ping").headers.get("X-Influxdb-Version", "")
        number = re.match(r"v?([123])\.", version)
        by_client = response.status_code != 404
        return int(number[1]) if number else 2 if by_client else 1, by_client

    def _forget(self) -> None:
        """The next request finds out anew: another version may stand there after an outage."""
        self._found, self._places_s = None, None

    def _makes_databases(self) -> bool:
        """Whether a database is made at the first write: by us in 1.x, by 3 Core itself."""
        return self.generation() != 2

    def _create_database(self, reason: str) -> None:
        if not self._makes_databases():
            raise self.lost(f"{reason} (liftwatch setup-store makes it)")
        text = f"CREATE DATABASE {identifier(self.bucket)}"
        response = self.ask("POST", "/query", params={"q": text})
        if not response.is_success or '"error"' in response.text:
            raise self.lost(f"{reason}; it cannot be made: {text_of(response.text)}")

    @contextmanager
    def _heard(self) -> Iterator[None]:
        try:
            yield
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            slow = isinstance(error, httpx2.TimeoutException)
            raise self.lost(f"does not answer: {reason}", slow=slow) from error

    def _judge(self, status: int, body: str | bytes, headers: Any) -> None:
        reason = judged(status, body, bucket=self.bucket)
        if reason is not None:
            raise self.lost(reason, retry_after=retry_after_s(headers))

    def lost(
        self, reason: str, *, slow: bool = False, retry_after: float | None = None
    ) -> StoreUnavailable:
        """What to raise when it is to be tried again; the next request finds out anew."""
        self._forget()
        kind = TooSlow if slow else StoreUnavailable
        return kind(f"InfluxDB at {self._shown} {reason}"[:500], retry_after_s=retry_after)

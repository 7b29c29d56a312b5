"""One InfluxDB server over HTTP: which kind it is, and its answers in the words of the ports.

2.x, 3 Core and 1.8 take `/api/v2/write` (influxdb-client's synchronous WriteApi); 1.6 and 1.7 take
`/write` alone. Which it is tells `/health`, asked before the first request and after every outage.
All of them answer InfluxQL on `/query`.
"""

import re
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import msgspec
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS, WriteApi
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from liftwatch.adapters.influxql import identifier
from liftwatch.ports import StoreUnavailable

CONNECT_S, ANSWER_S = 5.0, 30.0
OPERATORS_MEND = re.compile(
    r"max-series-per-database|max-values-per-tag|retention policy not found|database is required"
    r"|org(anization)?\b.*not found|invalid precision|expected URL|cache-max-memory",
    re.IGNORECASE,
)
"""A 400 that is no fault of the lines: settings or limits of the server. Nothing may be lost."""


class LinesRefused(Exception):
    """Some line of what was written can never be stored; the others may or may not have been."""


class TooLarge(Exception):
    """The request is larger than somebody on the way lets pass."""


class Series(msgspec.Struct):
    """One table of an InfluxQL answer."""

    columns: list[str] = []
    values: list[list[Any]] = []


class _Result(msgspec.Struct):
    series: list[Series] = []
    error: str | None = None


class _Answer(msgspec.Struct):
    results: list[_Result] = []
    error: str | None = None


class InfluxServer:
    """Talks to one bucket (in 1.x: the database of its name). Any number of threads may."""

    def __init__(self, url: str, *, token: str, org: str, bucket: str) -> None:
        self._url, self._token, self._org, self._bucket = url.rstrip("/"), token, org, bucket
        self._shown = re.sub(r"//[^/@]*@", "//", self._url)  # without a password
        self._turn = threading.Lock()
        self._writer: WriteApi | None = None
        self._client: InfluxDBClient | None = None
        self._version: str | None = None
        self._http = httpx2.Client(
            base_url=self._url,
            headers=_authorization(token),
            timeout=httpx2.Timeout(ANSWER_S, connect=CONNECT_S),
            trust_env=False,
        )

    def write(self, body: bytes) -> None:
        """Store lines with times in nanoseconds.

        Raises StoreUnavailable, LinesRefused or TooLarge. A database that is missing is made.
        """
        try:
            self._write(body)
        except _NoDatabase as error:
            self._create_database(str(error))
            try:
                self._write(body)
            except _NoDatabase as again:
                raise self._lost(str(again)) from again

    def _write(self, body: bytes) -> None:
        self._find_out()
        if self._writer is not None:
            self._write_by_client(self._writer, body)
            return
        params = {"db": self._bucket, "precision": "ns"}
        with self._heard():
            response = self._http.post("/write", params=params, content=body)
        self._judge(response.status_code, response.text)

    def _write_by_client(self, writer: WriteApi, body: bytes) -> None:
        try:
            writer.write(
                bucket=self._bucket,
                org=self._org,
                record=body,
                write_precision=WritePrecision.NS,  # type: ignore[arg-type]  # a str, whatever it says
            )
        except ApiException as error:
            self._judge(error.status or 0, error.body or error.reason or "")
        except (HTTPError, OSError) as error:
            raise self._lost(f"does not answer: {error}") from error

    def query(self, text: str) -> list[Series]:
        """The tables of one InfluxQL statement; none where 1.x and 3 have no database yet."""
        self._find_out()
        params = {"db": self._bucket, "epoch": "ns", "q": text}
        with self._heard():
            response = self._http.get("/query", params=params)
        try:
            self._judge(response.status_code, response.text)
            answer = msgspec.json.decode(response.content, type=_Answer)
        except (_NoDatabase, msgspec.MsgspecError, LinesRefused, TooLarge) as error:
            raise self._lost(f"did not take a query: {error}") from error
        # InfluxDB tells errors of a query in an answer with status 200
        error_text = answer.error or next((r.error for r in answer.results if r.error), None)
        if error_text is None:
            return [series for result in answer.results for series in result.series]
        if "database not found" in error_text and self._makes_databases():
            return []
        raise self._lost(f"did not take a query: {error_text}")

    def is_ready(self) -> bool:
        """Whether it answers a ping."""
        try:
            self._find_out()
            with self._heard():
                return self._http.get("/ping").is_success
        except StoreUnavailable:
            return False

    def close(self) -> None:
        """Close all connections."""
        self._forget()
        self._http.close()

    def _find_out(self) -> None:
        """Learn the kind of the server, unless it is known."""
        with self._turn:
            if self._version is not None:
                return
            with self._heard():
                response = self._http.get("/health")
            if response.status_code >= 500:
                raise self._lost(f"answers {response.status_code}: {_text(response.text)}")
            if response.status_code != 404:
                self._client = InfluxDBClient(
                    self._url,
                    token=self._token,
                    org=self._org,
                    timeout=(int(CONNECT_S * 1000), int(ANSWER_S * 1000)),
                )
                self._writer = self._client.write_api(write_options=SYNCHRONOUS)
            self._version = response.headers.get("X-Influxdb-Version", "").lstrip("v")

    def _forget(self) -> None:
        """The next request finds out anew: another version may stand there after an outage."""
        client, self._client, self._writer, self._version = self._client, None, None, None
        if client is not None:
            client.close()  # type: ignore[no-untyped-call]  # the library's

    def _makes_databases(self) -> bool:
        """Whether a database is made at the first write: by us in 1.x, by 3 Core itself."""
        return (self._version or "").startswith(("1.", "3."))

    def _create_database(self, reason: str) -> None:
        if not self._makes_databases():
            raise self._lost(reason)  # 2.x: a bucket has a retention and rights; an operator's work
        text = f"CREATE DATABASE {identifier(self._bucket)}"
        with self._heard():
            response = self._http.post("/query", params={"q": text})
        if not response.is_success or '"error"' in response.text:
            raise self._lost(f"{reason}; it cannot be made: {_text(response.text)}")

    @contextmanager
    def _heard(self) -> Iterator[None]:
        try:
            yield
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise self._lost(f"does not answer: {reason}") from error

    def _judge(self, status: int, body: str | bytes) -> None:
        text = _text(body)
        if 200 <= status < 300:
            return
        if status in (400, 422) and not OPERATORS_MEND.search(text):
            raise LinesRefused(text)
        if status == 413:
            raise TooLarge(text)
        if status == 404 and "not found" in text and ("database" in text or "bucket" in text):
            raise _NoDatabase(f"has no bucket {self._bucket!r}: {text}")
        if status in (401, 403):
            raise self._lost(f"refuses the token (LIFTWATCH_INFLUX_TOKEN), status {status}: {text}")
        raise self._lost(f"answers {status}: {text}")

    def _lost(self, reason: str) -> StoreUnavailable:
        self._forget()
        return StoreUnavailable(f"InfluxDB at {self._shown} {reason}"[:500])


class _NoDatabase(Exception):
    """The server answers, but has no such database or bucket."""


def _authorization(token: str) -> dict[str, str]:
    """Who we are: 1.x knows `user:password`, 2.x and 3 a token.

    >>> _authorization("lift:secret"), _authorization("s3cr3t")
    ({'Authorization': 'Basic bGlmdDpzZWNyZXQ='}, {'Authorization': 'Token s3cr3t'})
    """
    if ":" in token:
        return {"Authorization": f"Basic {b64encode(token.encode()).decode()}"}
    return {"Authorization": f"Token {token}"} if token else {}


def _text(body: str | bytes) -> str:
    """The error inside an answer, or the beginning of what is none of InfluxDB's."""
    try:
        said = msgspec.json.decode(body)
    except msgspec.MsgspecError:
        said = None
    told = (said.get("error") or said.get("message")) if isinstance(said, dict) else body
    told = told.decode(errors="replace") if isinstance(told, bytes) else told
    return " ".join(str(told).split())[:300]

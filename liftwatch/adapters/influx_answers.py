"""What an answer of InfluxDB means: the lines are bad, the server is, or an operator must act.

Only what is known to be a fault of some line, or is shown to be (`Doubtful`), makes dead letters.
Whatever may be a setting, a limit or a right loses nothing, however long it lasts.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import msgspec

from liftwatch.ports import StoreUnavailable

OPERATORS_MEND = re.compile(
    r"max-series-per-database|max-values-per-tag|retention policy not found|database is required"
    r"|org(anization)?\b.*not found|invalid precision|expected URL|cache-max-memory"
    r"|would exceed",
    re.IGNORECASE,
)
"""A refusal that is no fault of the lines: settings or limits of the server."""

LINES_FAULT = re.compile(
    r"unable to parse|partial write|field type conflict|max key length|line protocol"
    r"|(outside|beyond) retention policy|invalid field|invalid tag|time outside range",
    re.IGNORECASE,
)
"""A refusal that is a fault of some line, in the words of 1.6 to 3."""

_DROPPED = re.compile(r"dropped=(\d+)")
_RETRY_AFTER_S_MAX = 600.0


class LinesRefused(Exception):
    """Some line of what was written can never be stored; the others may or may not have been."""

    @property
    def dropped(self) -> int:
        """How many lines were not stored, where InfluxDB says so."""
        said = _DROPPED.search(str(self))
        return int(said[1]) if said else 0


class Doubtful(Exception):
    """A refusal in words unknown to us: of a line, or of everything?"""


class TooLarge(Exception):
    """The request is larger than somebody on the way lets pass."""


class NoDatabase(Exception):
    """The server answers, but has no such database or bucket."""


class SetupRefused(Exception):
    """The store cannot be set up as it is; one line that says why and what to do."""


class TooSlow(StoreUnavailable):
    """No answer in time: less at once may be answered."""


class Series(msgspec.Struct):
    """One table of an InfluxQL answer."""

    name: str = ""
    columns: list[str] = []
    values: list[list[Any]] = []
    tags: dict[str, str] = {}


class _Result(msgspec.Struct):
    series: list[Series] = []
    error: str | None = None


class _Answer(msgspec.Struct):
    results: list[_Result] = []
    error: str | None = None


_ANSWER = msgspec.json.Decoder(_Answer)


def series_of(content: bytes) -> tuple[list[Series], str | None]:
    """The tables of an answer to a query, and its error: InfluxDB tells that with status 200.

    >>> series_of(b'{"results": [{"error": "query timeout"}]}')
    ([], 'query timeout')
    """
    answer = _ANSWER.decode(content)
    error = answer.error or next((r.error for r in answer.results if r.error), None)
    return [series for result in answer.results for series in result.series], error


def judged(status: int, body: str | bytes, *, bucket: str) -> str | None:
    """Why it is to be tried again, None when all is well; raises what is to be done at once."""
    if 200 <= status < 300:
        return None
    text = text_of(body)
    if status in (400, 422) and not OPERATORS_MEND.search(text):
        raise (LinesRefused if LINES_FAULT.search(text) else Doubtful)(text)
    if status == 413:
        raise TooLarge(text)
    if status == 404 and "not found" in text and ("database" in text or "bucket" in text):
        raise NoDatabase(f"has no bucket {bucket!r}: {text}")
    if status in (401, 403):
        return f"refuses the token (LIFTWATCH_INFLUX_TOKEN), status {status}: {text}"
    return f"answers {status}: {text}"


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """How long a server that is too busy asks us to wait; dates are not asked for in practice.

    >>> retry_after_s({"Retry-After": "5"}), retry_after_s({"Retry-After": "86400"})
    (5.0, 600.0)
    >>> retry_after_s({}), retry_after_s({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})
    (None, None)
    """
    said = (headers.get("Retry-After") or "").strip()
    return min(float(said), _RETRY_AFTER_S_MAX) if said.isascii() and said.isdigit() else None


def authorization(token: str) -> dict[str, str]:
    """Who we are: 1.x knows `user:password`, 2.x and 3 a token.

    >>> authorization("lift:secret"), authorization("s3cr3t")
    ({'Authorization': 'Basic bGlmdDpzZWNyZXQ='}, {'Authorization': 'Token s3cr3t'})
    """
    if ":" in token:
        return {"Authorization": f"Basic {b64encode(token.encode()).decode()}"}
    return {"Authorization": f"Token {token}"} if token else {}


def text_of(body: str | bytes) -> str:
    """The error inside an answer, or the beginning of what is none of InfluxDB's."""
    try:
        said = msgspec.json.decode(body)
    except msgspec.MsgspecError:
        said = None
    told = (said.get("error") or said.get("message")) if isinstance(said, dict) else body
    told = told.decode(errors="replace") if isinstance(told, bytes) else told
    return " ".join(str(told).split())[:300]

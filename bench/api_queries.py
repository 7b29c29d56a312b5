"""What `bench.api` asks for: one table of queries, for each of those who ask."""

from typing import NamedTuple
from urllib.parse import quote, urlencode

import msgspec

from api.incidents import LIST
from api.paging import write_cursor
from bench.api_town import COMMON_KIND, OPEN_STATES, RARE_KIND, Town
from liftwatch.access.sight import Sight
from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import DAY_MS, rfc3339
from liftwatch.ports import IncidentFilter

PAGE = 50


class Query(NamedTuple):
    """A name, the filter, and how many pages deep it begins."""

    name: str
    where: IncidentFilter
    pages: int = 0


def queries(town: Town, *, estate: str, lift: str) -> list[Query]:
    """Of a town, for somebody who sees this estate and this lift."""
    to_ms = town.until_ms - 200 * DAY_MS
    span = IncidentFilter(from_ms=to_ms - 30 * DAY_MS, to_ms=to_ms)
    return [
        Query("first page", IncidentFilter()),
        Query("open", IncidentFilter(open_only=True)),
        Query("state=raised,acknowledged", IncidentFilter(state=OPEN_STATES[:2])),
        Query("state=rejected", IncidentFilter(state=("rejected",))),
        Query("severity=1", IncidentFilter(severity=(1,))),
        Query("kind, common", IncidentFilter(kind=(COMMON_KIND,))),
        Query("kind, rare", IncidentFilter(kind=(RARE_KIND,))),
        Query("kind, rare, rejected", IncidentFilter(kind=(RARE_KIND,), state=("rejected",))),
        Query("estate", IncidentFilter(estate=(estate,))),
        Query("estate, kind", IncidentFilter(estate=(estate,), kind=("door_impact",))),
        Query("lift", IncidentFilter(lift=lift)),
        Query("from, to", span),
        Query("from, to, severity=2", msgspec.structs.replace(span, severity=(2,))),
        Query("page 20 by cursor", IncidentFilter(), pages=19),
        Query("the oldest", IncidentFilter(to_ms=town.from_ms + DAY_MS)),
    ]


def place_after(books: SqlBooks, query: Query, sight: Sight) -> tuple[int, str] | None:
    """The place where a query begins; None for the first page, also where there are no more."""
    after = None
    for _ in range(query.pages):
        after = books.incidents(query.where, after=after, limit=PAGE, sight=sight).next
        if after is None:
            return None
    return after


def path_of(where: IncidentFilter, after: tuple[int, str] | None) -> str:
    """The same as a request."""
    said: dict[str, str] = {}
    for name in ("state", "kind", "severity", "estate"):
        if values := getattr(where, name):
            said[name] = ",".join(map(str, values))
    if where.lift is not None:
        said["lift"] = where.lift
    if where.open_only:
        said["open"] = "true"
    if where.from_ms is not None:
        said["from"] = rfc3339(where.from_ms)
    if where.to_ms is not None:
        said["to"] = rfc3339(where.to_ms)
    if after is not None:
        said["cursor"] = write_cursor(LIST, after)
    return "/v1/incidents" + ("?" + urlencode(said, quote_via=quote) if said else "")

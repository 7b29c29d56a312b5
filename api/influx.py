"""`/v1/influx/query`: telemetry for Grafana's data source of InfluxDB, of the asker's rows alone.

It answers as InfluxDB 1 does, so that the data source needs to know of nothing, and only what our
panels ask (`liftwatch.telemetry.asked`); to the question goes the filter of what the asker may see.
Whoever may not see a lift gets the same answer as of one that there is not: none.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Form, Query, Response

from api.influx_shapes import InfluxAnswer, InfluxResult, InfluxTable
from api.parts import TheBooks, TheStore
from api.principal import allow
from api.problems import DOCUMENTED, Problem, shown
from api.seen import SeenBooks
from api.shapes import described
from liftwatch.access.sight import Sight
from liftwatch.clock import now_ms, rfc3339
from liftwatch.ports import AskedStore
from liftwatch.said import Said
from liftwatch.telemetry.asked import (
    AskedError,
    Comparison,
    Condition,
    Every,
    Some,
    Table,
    lifts_named,
    one_of,
    same,
)
from liftwatch.telemetry.asked_grammar import PREFIX, read
from liftwatch.telemetry.messages import KINDS

router = APIRouter(
    tags=["lifts"], dependencies=[Depends(allow("telemetry.read"))], responses=DOCUMENTED
)
DATABASE = "lift"
"""The one database there is here, whatever it is called behind."""
HELD_MAX, PAGE = 10_000, 500
NANOSECONDS: Mapping[str, int] = {"ns": 1, "u": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
SHOWN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "SHOW DATABASES": ("databases", (DATABASE,)),
    "SHOW MEASUREMENTS": ("measurements", tuple(f"{PREFIX}{kind}" for kind in KINDS)),
}
"""What Grafana asks to see whether the data source is there; it tells of no rows."""


Text = Annotated[str, Query(description="One SELECT of InfluxQL.")]
Database = Annotated[str, Query(description="`lift`, or nothing.")]
Epoch = Annotated[str, Query(description="Times as numbers: ns, u, ms or s; else RFC 3339.")]
Policy = Annotated[str, Query(description="Nothing: where it lies is ours to know.")]
ANSWER = described(InfluxAnswer, "As InfluxDB 1 answers")


@router.get("/v1/influx/query", responses=ANSWER)
def ask_influx(
    *,
    books: TheBooks,
    store: TheStore,
    q: Text = "",
    db: Database = "",
    epoch: Epoch = "",
    rp: Policy = "",
) -> Response:
    """Telemetry by the part of InfluxQL that panels are written in."""
    return _answered(q, books=books, store=store, more={"db": db, "epoch": epoch, "rp": rp})


@router.post("/v1/influx/query", responses=ANSWER)
def ask_influx_by_form(
    *,
    books: TheBooks,
    store: TheStore,
    form_q: Annotated[str, Form(alias="q")] = "",
    q: Text = "",
    db: Database = "",
    epoch: Epoch = "",
    rp: Policy = "",
) -> Response:
    """The same with the query in a form, as Grafana sends it in its mode POST. It changes nothing,
    and needs no Idempotency-Key."""
    if form_q and q:
        raise _refused(Said("one query, in the form or in the address"))
    more = {"db": db, "epoch": epoch, "rp": rp}
    return _answered(form_q or q, books=books, store=store, more=more)


def _refused(said: Said) -> Problem:
    """A problem that InfluxDB's clients understand too: they look for `error`."""
    return Problem("bad-parameter", said, parameter="q", error=str(said))


def _answered(text: str, *, books: SeenBooks, store: Any, more: Mapping[str, str]) -> Response:
    if more["db"] not in ("", DATABASE):
        raise _refused(Said("there is no database %(name)s here", name=shown(more["db"])))
    if more["rp"] not in ("", "autogen", "default"):
        raise _refused(Said("there is no retention policy %(name)s here", name=shown(more["rp"])))
    if more["epoch"] not in ("", *NANOSECONDS):
        raise _refused(Said("an epoch is one of %(units)s", units=", ".join(NANOSECONDS)))
    if fixed := SHOWN.get(" ".join(text.upper().split())):
        name, values = fixed
        return _json([InfluxTable(name, ["name"], [[value] for value in values])])
    try:
        asked = read(text, now_ms=now_ms())
    except AskedError as error:
        raise _refused(error.said) from error
    if not isinstance(store, AskedStore):
        raise Problem("unusable", Said("telemetry lies in the embedded store: this needs InfluxDB"))
    rows = rows_of(books, asked.where)
    found = [] if rows == Some() else store.ask(asked, rows)
    return _json([_shown(table, more["epoch"]) for table in found])


def rows_of(books: SeenBooks, where: Condition) -> Condition:
    """The rows an asker may see of those they ask for, as a condition on tags."""
    sight = books.sight
    if sight.everything:
        return Every()
    named = lifts_named(where)
    if named is not None:
        return one_of("lift", sorted(one for one in named if books.lift(one) is not None))
    places = [_at(place.area, place.estate) for place in sight.places if not place.building]
    held = [same("lift", lift) for lift in _held(books, sight)]
    return Some((*places, *held))


def _at(area: str, estate: str) -> Condition:
    within: Comparison = same("area", area)
    return Every((within, same("estate", estate))) if estate else within


def _held(books: SeenBooks, sight: Sight) -> list[str]:
    """The lifts whose maintenance their organisations hold now."""
    if not sight.contracts_of:
        return []
    found: list[str] = []
    after: str | None = None
    while len(found) <= HELD_MAX:
        page = books.lifts(after=after, limit=PAGE)
        found += [row.lift for row in page]
        if len(page) < PAGE:
            return found
        after = page[-1].lift
    raise _refused(Said("more than %(most)s lifts: name some of them", most=HELD_MAX))


def _shown(table: Table, epoch: str) -> InfluxTable:
    unit = NANOSECONDS.get(epoch)
    values = [
        [row[0] // unit if unit else rfc3339(row[0] // 1_000_000), *row[1:]]
        for row in table.values
        if isinstance(row[0], int)
    ]
    return InfluxTable(table.name, table.columns, values, table.tags)


def _json(found: list[InfluxTable]) -> Response:
    body = InfluxAnswer([InfluxResult(0, found)])
    return Response(msgspec.json.encode(body), media_type="application/json")

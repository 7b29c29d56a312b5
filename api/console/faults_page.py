"""The page of the fault history: a filter, a table, and the same as a file for spreadsheets."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from api.console.fault_views import fault_rows, kind_word, part_word
from api.console.kinds import STATES
from api.console.language import Language
from api.console.render import language_of, render
from api.faults import LIST, fault_filter, read_fault_place
from api.incidents import SEVERITIES
from api.paging import write_cursor
from api.parameters import day_number
from api.parts import TheBooks
from api.principal import allow
from api.problems import Problem
from liftwatch.care.faults import FaultFilter
from liftwatch.care.parts import PARTS
from liftwatch.clock import begin_ms, date_of, now_ms, rfc3339
from liftwatch.incidents.kinds import KINDS
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
PAGE = 50
FIELDS = (
    "lift",
    "estate",
    "part",
    "kind",
    "severity",
    "state",
    "code",
    "dialect",
    "since",
    "until",
)
Text = Annotated[str, Query(max_length=64)]


@router.get("/faults", dependencies=[Depends(allow("faults.read"))])
async def page(
    *,
    request: Request,
    books: TheBooks,
    lift: Text = "",
    estate: Text = "",
    part: Text = "",
    kind: Text = "",
    severity: Text = "",
    state: Text = "",
    code: Text = "",
    dialect: Text = "",
    since: Text = "",
    until: Text = "",
    cursor: Annotated[str, Query(max_length=512)] = "",
) -> Response:
    """What went wrong on one's lifts, newest first."""
    given = (lift, estate, part, kind, severity, state, code, dialect, since, until)
    asked = dict(zip(FIELDS, (one.strip() for one in given), strict=True))
    language, at_ms = language_of(request), now_ms()
    values: dict[str, Any] = {"asked": asked, "rows": [], "more": "", "wrong": None}
    values |= choices(language)
    told = {name: text for name, text in asked.items() if text}
    try:
        where = await filter_of(asked)
        after = read_fault_place(cursor) if cursor else None
    except Problem as problem:
        return render(
            request, "faults.html", values | {"wrong": problem.detail, "csv": ""}, status=422
        )
    found = books.faults(where, after=after, limit=PAGE)
    values["rows"] = fault_rows(books, language, found.items, at_ms=at_ms)
    if found.next:
        values["more"] = urlencode(told | {"cursor": write_cursor(LIST, found.next)})
    return render(request, "faults.html", values | {"csv": csv_query(asked)})


def choices(language: Language) -> dict[str, Any]:
    """What there is to choose from, in a reader's words."""
    return {
        "parts": [(one.name, part_word(language, one.name)) for one in PARTS],
        "kinds": [(one.name, kind_word(language, one.name)) for one in KINDS],
        "severities_known": list(SEVERITIES),
        "states": [(name, language.word(word)) for name, word in STATES.items()],
    }


async def filter_of(asked: Mapping[str, str]) -> FaultFilter:
    """The filter of what was typed; days are those of the estates, the last one included.

    Raises Problem for what cannot be one.
    """
    several = {name: [asked[name]] if asked[name] else [] for name in FIELDS[1:6]}
    for name in ("code", "dialect"):
        if any(ord(one) < 32 for one in asked[name]):
            raise Problem("bad-parameter", Said("this is no code"))
    return await fault_filter(
        estate=several["estate"],
        kind=several["kind"],
        part=several["part"],
        severity=several["severity"],
        state=several["state"],
        lift=asked["lift"] or None,
        code=asked["code"] or None,
        dialect=asked["dialect"] or None,
        from_=_moment(asked["since"], "since"),
        to=_moment(asked["until"], "until", days=1),
    )


def _moment(text: str, name: str, *, days: int = 0) -> str | None:
    day = day_number(name, text or None)
    return None if day is None else rfc3339(begin_ms(date_of(day + days)))


def csv_query(asked: Mapping[str, str]) -> str:
    """The same as a query of the API, for a file."""
    told = {name: text for name, text in asked.items() if text and name in FIELDS[:8]}
    for name, ours, days in (("from", "since", 0), ("to", "until", 1)):
        moment = _moment(asked[ours], ours, days=days)
        if moment is not None:
            told[name] = moment
    return urlencode({"format": "csv"} | told)

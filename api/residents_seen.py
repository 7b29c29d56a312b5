"""What a public page is made of: the lift behind a code, how it stands, its last month, notices.

Nothing of it is personal, and nothing is told of a lift that its code does not lead to.
"""

from datetime import date
from typing import NamedTuple

from api.open_incidents import read_open
from api.parts import Parts
from api.problems import Problem
from api.public_pace import PublicPace
from api.who import Principal
from liftwatch.care.codes import Code, Use, is_code, plain_number
from liftwatch.care.complaints import Complaint
from liftwatch.care.notices import Notice
from liftwatch.care.residents import Month, Standing, month, standing
from liftwatch.clock import DAY_MS, begin_ms, date_of, estate_day
from liftwatch.ports import IncidentFilter, LiftRow
from liftwatch.said import Said

RESCUE_NUMBER = "96333"
"""The unified lift rescue call (domain sections 1.5 and 4)."""
HOTLINE_NUMBER = "12345"
"""The cities' hot line for whatever public services are asked."""
INCIDENTS_MAX = 500


class Shown(NamedTuple):
    """A lift as its public page shows it."""

    code: Code
    row: LiftRow
    standing: Standing
    month: Month
    month_of: date
    notices: list[Notice]


def pace_of(part: Parts) -> PublicPace:
    """The counters of this service."""
    if part.gate is None:
        raise Problem("not-found", Said("nobody signs in here"))
    return part.gate.pace


def code_or_miss(part: Parts, code: str, use: Use, *, principal: Principal) -> Code:
    """The code of a page; the problem `not-found`, counted against guessing."""
    gate = part.gate
    pace = pace_of(part)
    pace.look(principal.where.address)
    found = None
    if gate is not None and is_code(code):
        with gate.people.reading() as reads:
            found = reads.care.code(code)
    if found is None or found.use != use:
        pace.miss(principal.where.address)
        raise Problem("not-found", Said("this code leads nowhere: it was renewed, or mistyped"))
    return found


def followed(part: Parts, number: str, *, principal: Principal) -> tuple[Complaint, Complaint]:
    """A complaint by its number, and the matter it belongs to; `not-found`, counted, without."""
    pace, gate = pace_of(part), part.gate
    assert gate is not None, "pace_of asks"
    pace.look(principal.where.address)
    with gate.people.reading() as reads:
        one = reads.care.complaint_of_number(plain_number(number)[:16])
        if one is not None:
            lead = one if one.lead is None else reads.care.complaint(one.lead)
            return one, lead or one
    pace.miss(principal.where.address)
    raise Problem("not-found", Said("there is no complaint of this number"))


def shown_lift(part: Parts, code: Code, *, now_ms: int) -> Shown:
    """All that the page of a lift shows; the problem `not-found` for a lift that is gone."""
    row = None if code.lift is None else part.books.lift(code.lift)
    if row is None or part.gate is None:
        raise Problem("not-found", Said("this code leads nowhere: it was renewed, or mistyped"))
    notices = notices_of(part, row, now_ms=now_ms)
    begin, end, first = last_month(now_ms)
    return Shown(
        code,
        row,
        standing_of(part, row, notices, now_ms=now_ms),
        month_of(part, row.lift, begin, end_ms=end, now_ms=now_ms),
        first,
        notices,
    )


def notices_of(part: Parts, row: LiftRow, *, now_ms: int) -> list[Notice]:
    """The notices that hang for a lift now, its outages first."""
    assert part.gate is not None, "asked before"
    place = (row.area, row.estate, row.facts.building or "")
    with part.gate.people.reading() as reads:
        found = reads.care.notices_at(place)
    mine = [one for one in found if one.lift in (None, row.lift) and one.is_shown(now_ms)]
    return sorted(mine, key=lambda one: (one.topic != "outage", one.from_ms))


def standing_of(part: Parts, row: LiftRow, notices: list[Notice], *, now_ms: int) -> Standing:
    """How a lift stands now."""
    open_ones = list(read_open(part.books, IncidentFilter(open_only=True, lift=row.lift)))
    outages = [
        one.from_ms
        for one in notices
        if one.topic == "outage" and one.from_ms <= now_ms < one.end_ms
    ]
    return standing(
        row.state,
        open_ones,
        heard_ms=row.heard_ms,
        online=row.online,
        now_ms=now_ms,
        planned=min(outages, default=None),
    )


def last_month(now_ms: int) -> tuple[int, int, date]:
    """The estates' month before this one: its begin, its end, its first day.

    >>> last_month(begin_ms(date(2026, 3, 2)))[2]
    datetime.date(2026, 2, 1)
    """
    this = date_of(estate_day(now_ms)).replace(day=1)
    first = date(this.year - (this.month == 1), (this.month - 2) % 12 + 1, 1)
    return begin_ms(first), begin_ms(this), first


def month_of(part: Parts, lift: str, from_ms: int, *, end_ms: int, now_ms: int) -> Month:
    """What a month held of a lift; what began up to a month before may reach into it."""
    where = IncidentFilter(lift=lift, from_ms=from_ms - 31 * DAY_MS, to_ms=end_ms)
    found = part.books.incidents(where, limit=INCIDENTS_MAX).items
    counted = [one for one in found if part.exercise or not one.exercise]
    return month(counted, from_ms=from_ms, to_ms=end_ms, now_ms=now_ms)


def lifts_of_building(part: Parts, place: tuple[str, str, str]) -> list[LiftRow]:
    """The lifts of a building, in order of their units."""
    area, estate, building = place
    found, after = [], None
    while True:
        rows = part.books.lifts(estate=estate, after=after)
        found += [
            one for one in rows if one.area == area and (one.facts.building or "") == building
        ]
        if len(rows) < INCIDENTS_MAX:
            return sorted(found, key=lambda one: (one.facts.unit or "", one.lift))
        after = rows[-1].lift


def public_url(part: Parts, base: str, path: str) -> str:
    """The whole address of a page of ours as a sticker has it: under the first name others know."""
    if part.hosts:
        return f"https://{part.hosts[0]}{path}"
    return base.rstrip("/") + path

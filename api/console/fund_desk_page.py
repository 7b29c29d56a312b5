"""The desk of whoever keeps the fund: balances by building, what waits, where the books stand."""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from api import fund
from api.case_seen import SeenCases
from api.console.fund_case_page import may_do, reading
from api.console.fund_case_views import CaseRow, CaseRows, moment, money, names_in
from api.console.fund_dwelling_page import effect_views
from api.console.fund_list_page import PER_STAGE, open_cases, pressing
from api.console.fund_texts import ACCOUNTS, ENTRIES, STAGES
from api.console.language import Language
from api.console.render import language_of, render
from api.fund import Part
from api.fund_seen import SeenFund, TheFund, no_building
from api.fund_shapes import FundState
from api.paging import Cursor, read_cursor, write_cursor
from api.parts import Parts, ThePart
from api.principal import Principal, allow
from api.problems import BadParameter, Problem
from liftwatch.clock import DAY_MS, now_ms, parse_ms
from liftwatch.fund.accounts import KINDS, account_of
from liftwatch.fund.books import AccountFilter, Held
from liftwatch.fund.case import Case
from liftwatch.fund.pending import WAITING, Pending
from liftwatch.handlers.fund_sources import TopUp, top_ups
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Keeper = Annotated[Principal, Depends(allow("fund.read"))]
Text = Annotated[str, Query(max_length=32)]
Values = dict[str, Any]
PlaceKey = tuple[str, str, str]
LIST, BUILDINGS, BANKS_MAX = "fund desk", 20, 500
SHOWN_HASH = 16


@router.get("/fund/custodian")
def desk(
    *,
    request: Request,
    principal: Keeper,
    fund: TheFund,
    part: ThePart,
    estate: Text = "",
    cursor: Cursor = None,
) -> Response:
    """What waits, what every building holds, and whether the books are whole."""
    language, at_ms = language_of(request), now_ms()
    rows = CaseRows(part.books, language, now_ms=at_ms)
    going_on = list(open_cases(reading(part, principal)))
    settled = [one for one in going_on if one.stage == "settled"]
    values: Values = {
        "state": state_of_books(language, part),
        "proposals": _proposals(language, part, fund, now_ms=at_ms),
        "steps": _steps(language, going_on, now_ms=at_ms),
        "pressing": pressing(rows, going_on),
        "undisclosed": [rows.of(one) for one in settled],
        "estate": estate,
        "may": {
            name: may_do(principal, f"fund.{name}")
            for name in ("book", "order", "propose", "confirm")
        },
    }
    values |= _buildings(rows, part, fund, estate=estate, cursor=cursor)
    return render(request, "fund_custodian.html", values)


def state_of_books(language: Language, part: Parts) -> Values:
    """Where the books stand; what cannot be read is said."""
    try:
        state = msgspec.json.decode(fund.read_state(parts=part).body, type=FundState)
    except Problem as problem:
        return {"wrong": problem.detail}
    anchor = state.anchor
    return {
        "wrong": None,
        "n": state.n,
        "hash": state.hash[:SHOWN_HASH] if state.n else "",
        "sealed": state.sealed,
        "anchor": None if anchor is None else (anchor.n, moment(language, parse_ms(anchor.at))),
        "contradiction": state.contradiction,
        "line": state.line,
        "years": [one.year for one in state.years],
    }


def _proposals(language: Language, part: Parts, fund: SeenFund, *, now_ms: int) -> list[Values]:
    """What waits for a second person, the newest first."""
    found = fund.pendings(WAITING)
    names = names_in(part.gate, people=[one.draft.person for one in found], organisations=())
    return [
        {
            "id": one.id,
            "what": language.word(ENTRIES[one.draft.kind]),
            "amount": money(amount_of(one)),
            "memo": one.draft.memo,
            "who": names.person(one.draft.person),
            "days": max(0, now_ms - one.draft.at_ms) // DAY_MS,
        }
        for one in found
    ]


def amount_of(pending: Pending) -> int:
    """How much a proposal moves: all its debits."""
    return sum(leg.amount for leg in pending.draft.legs if leg.amount > 0)


def _steps(language: Language, found: Iterable[Case], *, now_ms: int) -> list[Values]:
    """How many cases wait in each step, and for how long the longest does."""
    rows = []
    for stage, group in groupby(found, key=lambda one: one.stage):
        own = list(group)
        most = "+" if len(own) >= PER_STAGE else ""
        waits = max(max(0, now_ms - one.last_ms) // DAY_MS for one in own)
        word = language.word(STAGES[stage])
        rows.append({"stage": stage, "word": word, "count": f"{len(own)}{most}", "days": waits})
    return rows


def _buildings(
    rows: CaseRows, part: Parts, fund: SeenFund, *, estate: str, cursor: str | None
) -> Values:
    """A page of buildings with the sums of their accounts, in order of their places."""
    after = read_cursor(cursor, LIST, str) if cursor else ""
    if not (after + estate).isprintable():
        raise BadParameter("cursor", Said("this is not a cursor of ours"))
    where = AccountFilter(estate=estate or None, kind="bank")
    banks = fund.held(where, after=after, limit=BANKS_MAX)
    places: dict[PlaceKey, str] = {}
    for one in banks:
        places.setdefault(account_of(one.account).place, one.account)
    own = list(places)[:BUILDINGS]
    more = len(places) > BUILDINGS or len(banks) == BANKS_MAX
    last = max((one.account for one in banks if account_of(one.account).place in own), default="")
    return {
        "kinds": [rows.language.say(text) for text in ACCOUNTS.values()],
        "buildings": [_building(part, fund, place) | {"name": rows.place(*place)} for place in own],
        "more": write_cursor(LIST, last) if more and own else "",
    }


def _building(part: Parts, fund: SeenFund, place: PlaceKey) -> Values:
    held = fund.all_held(place)
    sums = sums_of(held)
    return {
        "path": "/".join(place),
        "sums": [money(sums[kind]) if kind in sums else "–" for kind in ACCOUNTS],
        "top_ups": len(top_ups(part.books, place)),
    }


def sums_of(held: Iterable[Held]) -> Counter[str]:
    """What accounts of each kind hold together."""
    sums: Counter[str] = Counter()
    for one in held:
        sums[account_of(one.account).kind] += one.balance
    return sums


@router.get("/fund/custodian/{area}/{estate}/{building}")
def building(
    *,
    request: Request,
    principal: Keeper,
    fund: TheFund,
    part: ThePart,
    area: Part,
    estate: Part,
    building: Part,
) -> Response:
    """What a building's fund holds, household by household, and who must top up."""
    language, place = language_of(request), (area, estate, building)
    rows = CaseRows(part.books, language, now_ms=now_ms())
    held = fund.all_held(place)
    if not held:
        raise no_building(place)
    sums = sums_of(held)
    first = part.books.fund_first_deposits(place)
    values = {
        "path": "/".join(place),
        "name": rows.place(*place),
        "sums": [(language.say(text), money(sums.get(kind, 0))) for kind, text in ACCOUNTS.items()],
        "homes": homes_of(held, first, top_ups(part.books, place)),
        "others": [
            (language.say(ACCOUNTS[account_of(one.account).kind]), one.account, money(one.balance))
            for one in held
            if KINDS[account_of(one.account).kind].of != "household" and one.balance
        ],
        "cases": _cases(rows, reading(part, principal), place),
        "effects": effect_views(language, part, fund, place=place),
        "may_book": may_do(principal, "fund.book"),
    }
    return render(request, "fund_building.html", values)


def _cases(rows: CaseRows, cases: SeenCases, place: PlaceKey) -> list[CaseRow]:
    return [
        rows.of(one) for one in open_cases(cases) if (one.area, one.estate, one.building) == place
    ]


def homes_of(held: Iterable[Held], first: dict[str, int], short: Iterable[TopUp]) -> list[Values]:
    """The households of a building: what each holds and owes, and whether it must top up."""
    sums: dict[str, Counter[str]] = {home: Counter() for home in first}
    for one in held:
        account = account_of(one.account)
        if KINDS[account.kind].of == "household":
            sums.setdefault(account.of, Counter())[account.kind] += one.balance
    below = {one.household for one in short}
    return [
        {
            "home": home,
            "principal": money(own["principal"]),
            "interest": money(own["interest"]),
            "owed": money(own["receivable"]) if own["receivable"] else "",
            "first": money(first.get(home)),
            "top_up": home in below,
        }
        for home, own in sorted(sums.items())
    ]

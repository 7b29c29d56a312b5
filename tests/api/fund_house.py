"""A building with owners, books and a case from its plan to its disclosure, at moments of a story.

Whoever asks is signed in by a key; the clock is moved by hand and stands on 2 March 2026.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import now_ms, parse_ms
from liftwatch.handlers import people as handlers
from liftwatch.handlers.dwellings import give_dwelling
from liftwatch.handlers.fund_sources import tell_first_deposits
from tests.api.conftest import Fleet, Town
from tests.api.test_fund import Desk
from tests.api.test_fund_cases import FLATS, PEOPLE, Case, approved

SEVEN = ("320583", "garden", "7")
PATH = "/v1/fund/buildings/320583/garden/7/disclosure"
PAGE = "/fund/buildings/320583/garden/7"
BEGAN_MS = parse_ms("2026-03-02T09:00:00+08:00")
OWNERS = {"ow": ("王小明", "1201"), "lu": ("=陆建国", "1202"), "jo": ("John <b>Smith</b>", "1203")}
"""Owners by login: their whole names, and their households."""
MODULES = ("api.once", "api.case_seen", "api.fund_disclosure", "api.console.fund_owner_page")


class House(Desk):
    """Whoever asks, the books, and the clock."""

    books: SqlBooks
    fleet: Fleet
    moment: list[int]
    offices: dict[str, str]
    secrets: dict[str, str]

    def year(self, who: str = "ow", **query: Any) -> Any:
        """The disclosure as somebody is told it."""
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return self.get(who, f"{PATH}?{text}")

    def raw(self, who: str, path: str) -> Any:
        """An answer that is no JSON."""
        answered = self.client.get(path, headers={"Authorization": f"Bearer {self.keys[who]}"})
        assert answered.status_code == 200, answered.text
        return answered


@contextmanager
def opened(
    gated: FastAPI, town: Town, *, fleet: Fleet, patch: pytest.MonkeyPatch
) -> Iterator[House]:
    """One of each role, three owners of building 7 and one of building 8."""
    people = {
        login: town.person(login, role, *((place,) if place else ()))
        for login, role, place in (
            *PEOPLE,
            ("lu", "owner", Place(*SEVEN)),
            ("jo", "owner", Place(*SEVEN)),
            ("next", "owner", Place("320583", "garden", "8")),
            ("sv", "supervision", Place("320583")),
            ("resc", "rescue", Place("320583")),
            ("ad", "admin", None),
        )
    }
    keys = {login: town.secret(one, "key") for login, one in people.items()}
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as client:
        made = House(client, keys)
        made.books, made.fleet, made.offices = fleet.books, fleet, {}
        made.secrets = {login: one.id for login, one in people.items()}
        with town.store.begin() as work:
            for login, one in people.items():
                grants = work.grants(one.id, now_ms())
                made.offices[login] = grants[0].organisation if grants else ""
            for login, (name, household) in OWNERS.items():
                handlers.change_person(work, people[login].id, version=1, now_ms=0, name=name)
                door = (*SEVEN, household)
                give_dwelling(work, people[login].id, door, told_by=None, now_ms=BEGAN_MS)
        made.moment = [BEGAN_MS]
        for module in MODULES:
            patch.setattr(f"{module}.now_ms", lambda: made.moment[0])
        yield made


def deposits(house: House, fen: int = 100_000, day: str = "2026-03-02") -> None:
    """Every household pays in as much, on a day."""
    for flat in FLATS:
        legs = [
            {"account": "bank/320583/garden/7/ccb", "amount_fen": fen},
            {"account": f"principal/320583/garden/7/{flat}", "amount_fen": -fen},
        ]
        house.send("cui", "/v1/fund/entries", {"kind": "deposit", "legs": legs, "day": day})


def interest(house: House, fens: dict[str, int], day: str) -> None:
    """The bank pays interest to households."""
    legs = [{"account": f"interest/320583/garden/7/{h}", "amount_fen": -n} for h, n in fens.items()]
    legs.append({"account": "bank/320583/garden/7/ccb", "amount_fen": sum(fens.values())})
    house.send("cui", "/v1/fund/entries", {"kind": "interest", "legs": legs, "day": day})


def first_deposits(house: House, fen: int) -> None:
    """What each household paid in when the building was new."""
    with house.books.begin() as work:
        tell_first_deposits(work, SEVEN, dict.fromkeys(FLATS, fen), person="cui", now_ms=0)


def accepted(house: House, fen: int = 90_000, *, papers: int = 0) -> Case:
    """A repair up to its acceptance, a third of it paid; `papers` there were of cases before."""
    case = Case(house)
    case.papers = papers
    approved(case, fen)
    house.send("bo", f"{case.path}/auditors", {"organisation": house.offices["au"]})
    case.do("cui", "pay", "payment_voucher", amount_fen=fen // 3)
    case.do("li", "accept", "acceptance_sheet")
    case.do("ow", "accept")
    return case


def repaired(house: House, *, fen: int = 90_000, audited_fen: int = 80_001) -> Case:
    """From a draft to its disclosure."""
    case = accepted(house, fen)
    case.do("au", "audit", "audit_report", amount_fen=audited_fen)
    left_fen = audited_fen - fen // 3
    case.do("cui", "pay", "payment_voucher", "invoice", amount_fen=left_fen)
    case.do("cui", "settle", "allocation_table")
    case.do("li", "disclose", "publication")
    return case


__all__ = ["Case", "House", "repaired"]

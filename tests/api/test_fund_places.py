"""A plan's households against the register, and what goes with a dwelling that is sold."""

from typing import Any

import pytest

from liftwatch.adapters.sql import SqlBooks
from liftwatch.register.columns import HouseholdRow
from tests.api.test_fund import Desk
from tests.api.test_fund_cases import FLATS, Case, approved, desk, plan

__all__ = ["desk"]
BUILDING = "/v1/fund/buildings/320583/garden/7"
PAPERS = ("plan", "area_list", "quote", "notice")


def on_record(books: SqlBooks, *, building: str = "7", **areas: int) -> None:
    """Households of a building; a name of `f1203` is flat 1203."""
    rows = [
        HouseholdRow(
            area="320583",
            estate="garden",
            building=building,
            number=name[1:],
            floor_area_dm2=area,
            developer_owned=False,
        )
        for name, area in areas.items()
    ]
    with books.begin() as work:
        work.put_households(rows)


def all_of(area: int = 9_000) -> dict[str, int]:
    """Every flat of the plan."""
    return {f"f{flat}": area for flat in FLATS}


@pytest.mark.parametrize(
    ("areas", "why"),
    [
        (all_of() | {"f1202": 9_001}, "household 1202: it has another area on record"),
        ({"f1201": 9_000, "f1202": 9_000}, "household 1203: it is not on record"),
        (all_of() | {"f1204": 8_000}, "household 1204: it is of the same unit, and left out"),
    ],
)
def test_a_plan_lists_households_as_they_are_on_record(
    desk: Desk, books: SqlBooks, areas: dict[str, int], why: str
) -> None:
    """It does not hang out before; then the register is put right, or the plan is."""
    case = Case(desk)
    case.do("li", "revise", plan=plan())
    on_record(books, **areas)
    told = case.do("li", "publish", *PAPERS, status=422)
    assert told["detail"].startswith(why)
    assert told["rule"] == "Civil Code, art. 283; SPC, art. 8"
    if "f1204" in areas:
        return
    on_record(books, **all_of())
    case.do("li", "publish", *PAPERS)


def test_another_building_of_the_estate_is_no_way_round(desk: Desk, books: SqlBooks) -> None:
    """An estate that is on record is so whole; one that is not is held against nothing."""
    on_record(books, building="8", **all_of())
    case = Case(desk)
    case.do("li", "revise", plan=plan())
    assert "not on record" in case.do("li", "publish", *PAPERS, status=422)["detail"]


def test_who_is_left_out_has_agreed(desk: Desk, books: SqlBooks) -> None:
    """With the very paper the plan names, and no other."""
    on_record(books, **all_of() | {"f101": 9_000})
    case = Case(desk)
    agreed = plan()
    agreed["scope"]["agreement"] = f"{77:064x}"
    case.do("li", "revise", plan=agreed)
    told = case.do("li", "publish", *PAPERS, status=422)
    assert "needs the document agreement" in told["detail"]
    told = case.do("li", "publish", "agreement", *PAPERS, status=422)
    assert "not among the papers" in told["detail"]
    case.papers = 76
    case.do("li", "file", "agreement")
    case.do("li", "publish", *PAPERS)


def test_a_corrected_area_shows_its_effect(desk: Desk, books: SqlBooks) -> None:
    """On every running case, and changes none; a case of which no share is to come has none."""
    case = Case(desk)
    on_record(books, **all_of())
    approved(case)
    assert desk.get("he", f"{BUILDING}/areas") == {"items": []}
    on_record(books, f1203=18_000)
    (shown,) = desk.get("he", f"{BUILDING}/areas")["items"]
    assert (shown["case"], shown["stage"]) == (case.told["id"], "approved")
    (other,) = shown["differences"]
    assert (other["household"], other["what"]) == ("1203", "area")
    assert (other["plan_dm2"], other["register_dm2"]) == (9_000, 18_000)
    assert [(one["plan_fen"], one["record_fen"]) for one in shown["shares"]] == [
        (30_000, 22_500),
        (30_000, 22_500),
        (30_000, 45_000),
    ]
    assert desk.get("he", case.path)["plan"]["scope"]["households"][2]["area_dm2"] == 9_000
    desk.get("mei", f"{BUILDING}/areas", 403)
    desk.get("he", "/v1/fund/buildings/320583/lake/7/areas", 404)
    case.do("li", "withdraw", text="areas were wrong")
    assert desk.get("he", f"{BUILDING}/areas") == {"items": []}


def test_what_goes_with_a_dwelling_that_is_sold(desk: Desk) -> None:
    """Its balances, its first deposit, its debts and the cases it takes part in: of no owner."""
    first: dict[str, Any] = {"area": "320583", "estate": "garden", "building": "7"}
    desk.send("cui", "/v1/fund/first-deposits", first | {"fens": {"1202": 250_000}})
    path = f"{BUILDING}/households/1202"
    told = desk.get("he", path)
    assert (told["principal_fen"], told["first_deposit_fen"]) == (100_000, 250_000)
    assert (told["debts"], told["cases"]) == ([], [])
    case = Case(desk)
    approved(case, 600_000)
    id = case.told["id"]
    assert desk.get("he", path) == {
        "household": "1202",
        "principal_fen": 0,
        "interest_fen": 0,
        "receivable_fen": 100_000,
        "first_deposit_fen": 250_000,
        "debts": [{"case": id, "owed_fen": 100_000}],
        "cases": [id],
    }
    desk.get("he", f"{BUILDING}/households/9", 404)
    desk.get("ow", path, 403)

"""The year's list: the riskiest first, with what it costs and what the fund of the building has."""

import csv
import io
from typing import Any

import pytest
from msgspec import structs
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.audit.export import MARK
from liftwatch.care.renewal import Estimate
from liftwatch.care.risk import LIMIT
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.engine.risks import score_all
from liftwatch.handlers.care_renewals import put_estimate, year_of
from liftwatch.ids import new_id
from liftwatch.register.columns import HouseholdRow
from tests.api.conftest import Fleet, Town
from tests.api.test_fund import Desk
from tests.api.test_fund_cases import FLATS, Case, approved, desk
from tests.api.test_hazards import built
from tests.api.test_instructions import signed_in
from tests.api.test_sign_in import bearer

LIST = "/v1/renewals"
__all__ = ["desk"]


def homes(books: SqlBooks, building: str = "7") -> None:
    """Three homes of one size, with no unit told."""
    rows = [
        HouseholdRow(
            area="320583",
            estate="garden",
            building=building,
            number=flat,
            floor_area_dm2=9_000,
        )
        for flat in FLATS
    ]
    with books.begin() as work:
        work.put_households(rows)


def old_and_worn(fleet: Fleet, lift: str, *, building: str = "7") -> None:
    """Past its design life, people trapped in it, and nothing done: above the limit."""
    fleet.lift(lift, facts=structs.replace(built(19), building=building))
    at_ms = now_ms() - 30 * DAY_MS
    for n in range(8):
        fleet.alarm(lift, "entrapment", at_ms=at_ms + n * DAY_MS)
        fleet.alarm(
            lift, "entrapment", edge="cleared", at_ms=at_ms + n * DAY_MS + 1, opened_ms=at_ms
        )
    fleet.alarm(lift, "inspection_due", at_ms=at_ms, severity=2)
    fleet.alarm(lift, "brake_wear", at_ms=at_ms, severity=2)


def items(desk: Desk, who: str, query: str = "") -> dict[str, Any]:
    """By lift."""
    return {one["lift"]: one for one in desk.get(who, LIST + query)["items"]}


def test_money_goes_where_the_risk_is(desk: Desk, fleet: Fleet, books: SqlBooks) -> None:
    """Two lifts of one building share its money, the riskier first; what is short is the gap."""
    homes(books)
    old_and_worn(fleet, "L-0OLD")
    fleet.lift("L-WORN", facts=structs.replace(built(3), building="7"))
    fleet.alarm("L-WORN", "brake_wear", at_ms=now_ms() - DAY_MS)
    fleet.lift("L-LATE", facts=built(16))
    fleet.lift("L-0NEW", facts=built(1))
    answered = desk.get("li", LIST)
    found = {one["lift"]: one for one in answered["items"]}
    assert list(found) == ["L-0OLD", "L-LATE", "L-WORN"], "the riskiest first, a new one not"
    old, worn, late = found["L-0OLD"], found["L-WORN"], found["L-LATE"]
    assert old["score"] > LIMIT
    assert (old["remedy"], old["why"], old["cost_by"]) == ("renewal", "life_over_risky", "table")
    assert old["cost_fen"] == 30_000_000
    fund = old["fund"]
    assert (fund["households"], fund["available_fen"]) == (3, 300_000)
    assert (fund["covered_fen"], fund["gap_fen"]) == (300_000, 29_700_000)
    assert fund["coverage"] == 0.01
    assert (worn["remedy"], worn["works"]) == ("major_repair", ["brake"])
    assert worn["fund"]["available_fen"] == 0, "what the first took is given again"
    assert (late["remedy"], late["of_fund"], late["fund"]) == ("assessment", False, None)
    sums = answered["sums"]
    assert sums["cost_fen"] == old["cost_fen"] + worn["cost_fen"]
    assert sums["covered_fen"] == 300_000
    assert sums["gap_fen"] == sums["cost_fen"] - 300_000
    count = {one["remedy"]: one["lifts"] for one in answered["remedies"]}
    assert count == {"renewal": 1, "major_repair": 1, "assessment": 1}
    assert (answered["lifts"], answered["listed"]) == (4, 3)


def test_a_case_that_goes_on_stands_beside_with_what_lies_in_it(
    desk: Desk, fleet: Fleet, books: SqlBooks
) -> None:
    """What it has put aside for this work is met already, and no more in the balances; what is put
    aside for another work meets nothing."""
    homes(books)
    fleet.lift("L-7", facts=structs.replace(built(3), building="7"))
    fleet.alarm("L-7", "brake_wear", at_ms=now_ms() - DAY_MS)
    case = Case(desk)
    approved(case, 90_000)
    (one,) = items(desk, "bo").values()
    assert one["works"] == ["brake"]
    assert one["case"] == {
        "id": case.told["id"],
        "stage": "approved",
        "reserved_fen": 90_000,
    }
    assert one["fund"]["available_fen"] == 300_000 - 90_000
    assert one["fund"]["covered_fen"] == 300_000
    whose = {"lift": "L-7", "area": "320583", "estate": "garden"}
    with books.begin() as work:
        put_estimate(work, Estimate(remedy="renewal", fen=20_000_000, why="an offer", **whose))
    (one,) = items(desk, "bo").values()
    assert one["case"]["reserved_fen"] == 90_000
    assert one["fund"]["covered_fen"] == 300_000 - 90_000


def test_an_estimate_holds_against_the_table(desk: Desk, fleet: Fleet, books: SqlBooks) -> None:
    """With who and when; by the manager or supervision, not by who is paid; the newest counts."""
    fleet.lift("L-0NEW", facts=built(1))
    path = "/v1/lifts/L-0NEW/estimates"
    told = {"remedy": "major_repair", "fen": 4_500_000, "why": "an offer of the maker"}
    made = desk.send("li", path, told, 201)
    assert (made["n"], made["organisation"]) == (1, desk.offices["li"])
    assert made["by"]
    assert made["at"]
    one = items(desk, "li")["L-0NEW"]
    assert (one["remedy"], one["cost_fen"], one["cost_by"]) == (
        "major_repair",
        4_500_000,
        "estimate",
    )
    assert one["estimate"] == made
    assert one["fund"] is None, "nobody has told which homes would pay"
    desk.send("li", path, told | {"fen": 5_000_000}, 201)
    assert items(desk, "li")["L-0NEW"]["cost_fen"] == 5_000_000
    assert [each["n"] for each in desk.get("bo", path)["items"]] == [2, 1]
    for wrong, status in (
        ({"fen": 0}, 400),
        ({"fen": 1.5}, 400),
        ({"remedy": "prayer"}, 400),
        ({"why": ""}, 400),
        ({"why": "  "}, 422),
        ({"more": 1}, 400),
    ):
        desk.send("li", path, told | wrong, status)
    for who, status in (("mei", 404), ("he", 403), ("cui", 403), ("ow", 403)):
        desk.send(who, path, told, status)
    assert len(books.estimates_of("L-0NEW")) == 2


def test_everybody_sees_their_own(desk: Desk, fleet: Fleet, town: Town) -> None:
    """Another estate's lifts are not in it, nor its money; who keeps machines or owns has none."""
    old_and_worn(fleet, "L-0OLD")
    assert list(items(desk, "li")) == list(items(desk, "he")) == ["L-0OLD"]
    assert items(desk, "mei") == {}
    assert desk.get("mei", LIST)["lifts"] == 0
    assert items(desk, "li", "?estate=lake") == {}
    desk.get("mei", "/v1/lifts/L-0OLD/estimates", 404)
    desk.get("ow", LIST, 403)
    seven = town.person("seven", "committee", Place("320583", "garden", "7"))
    answered = desk.client.get(LIST, headers=bearer(town.secret(seven, "key")))
    assert answered.json()["items"] == [], "a part of an estate reaches no lifts"
    firm = town.secret(town.person("firm", "maintenance"), "key")
    assert desk.client.get(LIST, headers=bearer(firm)).status_code == 403


def test_a_year_ahead_lifts_are_older(desk: Desk, fleet: Fleet) -> None:
    """Who is not yet past its life is so in the year for which one plans; no other year is."""
    fleet.lift("L-SOON", facts=built(13))
    this = year_of(now_ms())
    assert items(desk, "li") == {}
    found = items(desk, "li", f"?year={this + 3}")
    assert found["L-SOON"]["why"] == "life_over_unassessed"
    assert found["L-SOON"]["age_years"] > 15
    for wrong in (this - 1, this + 6, 0, "x"):
        desk.get("li", f"{LIST}?year={wrong}", 400)


def test_as_a_table(desk: Desk, fleet: Fleet, books: SqlBooks) -> None:
    """The same figures in yuan; what a spreadsheet would run is only text."""
    homes(books)
    old_and_worn(fleet, "L-0OLD")
    fleet.lift("L-EVIL", facts=structs.replace(built(16), building="=1+1"))
    answered = desk.client.get(f"{LIST}?format=csv", headers=bearer(desk.keys["li"]))
    assert answered.headers["content-type"].startswith("text/csv")
    assert answered.text.startswith(MARK)
    first, second = csv.DictReader(io.StringIO(answered.text.removeprefix(MARK)))
    amounts = [first[name] for name in ("lift", "cost_yuan", "gap_yuan")]
    assert amounts == ["L-0OLD", "300000.00", "297000.00"]
    assert not second["building"].startswith("=")
    assert desk.get("li", f"{LIST}?format=xml", 400)["status"] == 400


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_page(desk: Desk, fleet: Fleet, books: SqlBooks, language: str) -> None:
    """Figures, sums, the link to the table, the case; and an empty one says what to do."""
    headers = bearer(desk.keys["li"]) | {"Accept-Language": language}
    empty = desk.client.get("/renewals", headers=headers)
    assert empty.status_code == 200
    assert 'class="next"' in empty.text
    homes(books)
    old_and_worn(fleet, "L-0OLD")
    page = desk.client.get("/renewals", headers=headers).text
    for text in ("300,000.00", "297,000.00", "/lifts/L-0OLD/renewal", "format=csv"):
        assert text in page
    for query in ("?year=1999", "?year=x"):
        assert desk.client.get(f"/renewals{query}", headers=headers).status_code == 400
    assert desk.client.get("/renewals", headers=bearer(desk.keys["ow"])).status_code == 403
    other = desk.client.get("/lifts/L-0OLD/renewal", headers=bearer(desk.keys["mei"]))
    assert other.status_code == 404


def test_an_estimate_by_the_form(guest: TestClient, town: Town, fleet: Fleet) -> None:
    """What was typed is kept when it cannot be; then it holds, and stands on the page."""
    fleet.lift("L-0NEW", facts=built(1))
    town.person("samr", "supervision", Place("320583"))
    csrf = signed_in(guest, "samr")
    assert csrf
    origin = {"Origin": "http://127.0.0.1"}
    path = "/lifts/L-0NEW/renewal"
    form = {"csrf": csrf, "remedy": "renewal", "yuan": "a lot", "why": "an <offer>"}
    wrong = guest.post(path, data=form | {"once": new_id()}, headers=origin)
    assert wrong.status_code == 422
    assert "an &lt;offer&gt;" in wrong.text
    assert 'value="a lot"' in wrong.text
    form["yuan"] = "312,500.5"
    made = guest.post(path, data=form | {"once": new_id()}, headers=origin, follow_redirects=False)
    assert made.status_code == 303, made.text
    page = guest.get(path).text
    assert "312,500.50" in page
    assert "an &lt;offer&gt;" in page
    assert "312,500.50" in guest.get("/renewals").text
    form["remedy"] = "prayer"
    assert guest.post(path, data=form | {"once": new_id()}, headers=origin).status_code == 422


def test_the_engine_scores_all_lifts(
    fleet: Fleet, books: SqlBooks, people: SqlPeople, town: Town
) -> None:
    """Those above the limit are told once; again only when they have moved."""
    del town
    old_and_worn(fleet, "L-0OLD")
    fleet.lift("L-0NEW", facts=built(1))
    at_ms = now_ms()
    assert score_all(books, people, exercise=False, now_ms=at_ms) == 1
    assert score_all(books, people, exercise=False, now_ms=at_ms) == 0
    (score,) = books.scores().values()
    assert (score.lift, score.n, score.limit) == ("L-0OLD", 1, LIMIT)
    assert score.score > LIMIT

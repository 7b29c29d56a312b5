"""The end of a year over HTTP: two people who see all of the fund, and what they have seen."""

from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import date_of, estate_day, now_ms
from tests.api.test_fund import Desk, app, desk, entry, legs

__all__ = ["app", "desk"]
YEARS = "/v1/fund/years"
FIRST = {"If-Match": '"1"'}


def test_a_year_is_closed_by_two(desk: Desk, books: SqlBooks) -> None:
    """One asks, another confirms what they saw; nothing is booked into it any more."""
    year = date_of(estate_day(now_ms())).year - 1
    day = {"day": f"{year}-12-31"}
    desk.send("cui", "/v1/fund/entries", entry(500, **day))
    made = desk.send("cui", YEARS, {"year": year})
    assert (made["year"], made["n"], made["state"]) == (year, 1, "waiting")
    path = f"{YEARS}/{made['id']}"
    seen = {"digest": made["digest"]}
    desk.send("cui", f"{path}/confirm", seen, 422, **FIRST)
    desk.send("bu", f"{path}/confirm", {"digest": "x"}, 422, **FIRST)
    desk.send("bu", f"{path}/confirm", seen, 412, **{"If-Match": '"2"'})
    desk.send("cui", "/v1/fund/entries", entry(7, **day))
    told = desk.send("bu", f"{path}/confirm", seen, 422, **FIRST)
    assert "entry 2 was booked into it meanwhile" in told["detail"]
    desk.send("cui", f"{path}/withdraw", None, 200, **FIRST)
    made = desk.send("cui", YEARS, {"year": year})
    path, seen = f"{YEARS}/{made['id']}", {"digest": made["digest"]}
    done = desk.send("bu", f"{path}/confirm", seen, 200, **FIRST)
    assert (done["state"], done["second"] != done["person"]) == ("closed", True)
    shown = desk.get("au", YEARS)
    assert [one["year"] for one in shown["closed"]] == [year]
    assert [one["state"] for one in shown["items"]] == ["closed", "withdrawn"]
    told = desk.send("cui", "/v1/fund/entries", entry(8, **day), 422)
    assert told["detail"] == f"the year {year} is closed"
    desk.send("cui", YEARS, {"year": year}, 422)
    told = " ".join(one.entry.detail for one in books.audit_page(AuditFilter(), limit=20).items)
    assert all(word in told for word in ("propose_year", "withdraw_year", "close_year"))


def test_who_sees_a_part_closes_nothing(desk: Desk) -> None:
    """A year is of all buildings; those who only look, or own, ask for none."""
    desk.send("cui", "/v1/fund/entries", entry(legs=legs(5, estate="lake")))
    desk.send("cao", YEARS, {"year": 2020}, 403)
    for who in ("bu", "gong", "su", "ye", "au"):
        desk.send(who, YEARS, {"year": 2020}, 403)
    for year in (2999, 1, 10**30):
        desk.send("cui", YEARS, {"year": year}, 422)
    desk.send("cui", YEARS, {"year": "2020"}, 400)
    made = desk.send("cui", YEARS, {"year": 2020})
    desk.send("cao", f"{YEARS}/{made['id']}/confirm", {"digest": made["digest"]}, 403, **FIRST)
    desk.send("cui", f"{YEARS}/nothing/confirm", {"digest": "x"}, 404, **FIRST)
    desk.get("ye", YEARS, 403)
    desk.send("bu", f"{YEARS}/{made['id']}/withdraw", None, 200, **FIRST)

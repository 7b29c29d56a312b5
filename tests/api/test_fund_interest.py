"""A bank's interest over HTTP: one entry, once, by the custodian who sees all it touches."""

from typing import Any

from liftwatch.adapters.sql import SqlBooks
from liftwatch.fund.check import verify_books
from liftwatch.register.columns import HouseholdRow
from tests.api.test_fund import Desk, app, desk, entry, legs

__all__ = ["app", "desk"]
PATH = "/v1/fund/interest"
ASKED: dict[str, Any] = {"area": "320583", "bank": "ccb", "fen": 1_001, "source": "ccb 7"}


def shares(told: dict[str, Any]) -> dict[str, int]:
    """What each account got, without its area."""
    return {one["account"].replace("/320583", ""): one["amount_fen"] for one in told["postings"]}


def test_interest_is_spread_over_what_lies_there(desk: Desk, books: SqlBooks) -> None:
    """Over two estates by what they hold, and within by balance; asked again it is the same."""
    for fen, household, estate in (
        (300, "1201", "garden"),
        (100, "1202", "garden"),
        (600, "1", "lake"),
    ):
        desk.send(
            "cui", "/v1/fund/entries", entry(legs=legs(fen, household=household, estate=estate))
        )
    key = {"Idempotency-Key": "key-of-monday"}
    made = desk.send("cui", PATH, ASKED, **key)
    assert shares(made) == {
        "interest/garden/7/1201": -300,
        "interest/garden/7/1202": -100,
        "interest/lake/7/1": -601,
        "bank/garden/7/ccb": 400,
        "bank/lake/7/ccb": 601,
    }
    assert (made["kind"], made["source"]) == ("interest", "ccb 7")
    with books.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM answered")
    desk.send("cui", "/v1/fund/entries", entry())
    assert desk.send("cui", PATH, ASKED, **key)["n"] == made["n"]
    desk.send("cui", PATH, ASKED | {"fen": 7}, 409, **key)
    told = desk.send("cui", PATH, ASKED, 422)
    assert "was booked as entry" in told["detail"]
    assert verify_books(books, keys=(), cases=books).good


def test_interest_by_area(desk: Desk, books: SqlBooks) -> None:
    """Of the register; a household that is not on record is named."""
    for household in ("1201", "1202"):
        desk.send("cui", "/v1/fund/entries", entry(legs=legs(300, household=household)))
    asked = ASKED | {"by": "area", "estate": "garden", "building": "7"}
    told = desk.send("cui", PATH, asked, 422)
    assert told["detail"] == "household 1201 has no area on record"
    rows = [
        HouseholdRow(
            area="320583", estate="garden", building="7", number=number, floor_area_dm2=area
        )
        for number, area in (("1201", 9_000), ("1202", 18_000))
    ]
    with books.begin() as work:
        work.put_households(rows)
    assert shares(desk.send("cui", PATH, asked)) == {
        "interest/garden/7/1201": -334,
        "interest/garden/7/1202": -667,
        "bank/garden/7/ccb": 1_001,
    }


def test_who_sees_a_part_spreads_no_more_than_it(desk: Desk) -> None:
    """The whole account is not theirs; and nobody but a custodian books."""
    for estate in ("garden", "lake"):
        desk.send("cui", "/v1/fund/entries", entry(legs=legs(300, estate=estate)))
    desk.send("cao", PATH, ASKED, 404)
    made = desk.send("cao", PATH, ASKED | {"estate": "garden"})
    assert len(made["postings"]) == 2
    for who in ("bu", "gong", "su", "ye", "au"):
        desk.send(who, PATH, ASKED, 403)
    for wrong in ({"bank": "icbc"}, {"area": "999999"}):
        desk.send("cui", PATH, ASKED | wrong, 404)
    for wrong in ({"fen": 0}, {"fen": 2**53}, {"by": "luck"}, {"source": "a\x00b"}):
        desk.send("cui", PATH, ASKED | wrong, 422)
    desk.send("cui", PATH, ASKED | {"fen": 0.5}, 400)
    desk.send("cui", PATH, ASKED | {"area": "a\x00b"}, 422)


def test_what_was_looked_at_is_what_is_booked(desk: Desk, books: SqlBooks) -> None:
    """A preview books nothing; what it gave holds until what lies there is another thing."""
    for household in ("1201", "1202"):
        desk.send("cui", "/v1/fund/entries", entry(legs=legs(300, household=household)))
    shown = desk.send("cui", f"{PATH}/preview", ASKED, 200)
    assert [one["amount_fen"] for one in shown["legs"]] == [-501, -500, 1_001]
    assert books.fund_head().n == 2
    desk.send("cui", "/v1/fund/entries", entry(legs=legs(300, household="1201")))
    seen = {"seen": shown["seen"]}
    told = desk.send("cui", PATH, ASKED | seen, 422)
    assert told["detail"] == "it would be spread otherwise than it was looked at"
    seen = {"seen": desk.send("cui", f"{PATH}/preview", ASKED, 200)["seen"]}
    key = {"Idempotency-Key": "key-of-tuesday"}
    made = desk.send("cui", PATH, ASKED | seen, **key)
    assert -shares(made)["interest/garden/7/1201"] == 667
    with books.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM answered")
    assert desk.send("cui", PATH, ASKED | seen, **key)["n"] == made["n"]
    for who in ("bu", "gong", "ye"):
        desk.send(who, f"{PATH}/preview", ASKED, 403)
    desk.send("cui", f"{PATH}/preview", ASKED | {"bank": "icbc"}, 404)
    for wrong in ({"fen": 0}, {"by": "luck"}, {"bank": "a\x00b"}):
        desk.send("cui", f"{PATH}/preview", ASKED | wrong, 422)

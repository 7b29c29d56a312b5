"""The fund over HTTP: who sees and books what, what takes two people, what the bank says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from api.app import create_app
from api.gate import Gate
from api.once import REPLAYED
from api.paging import write_cursor
from liftwatch.access.sight import Place
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.fund_anchors import AnchorFile
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import day_text, estate_day, now_ms
from liftwatch.engine.fund import anchor
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.check import verify_books
from liftwatch.fund.draws import Share
from liftwatch.handlers.fund_book import draw
from liftwatch.ids import new_id
from tests.api.conftest import SECRET, Town
from tests.api.test_sign_in import bearer
from tests.contracts.ledger import account

ACCOUNTS = "/v1/fund/accounts"
GARDEN, LAKE = Place("320583", "garden"), Place("320583", "lake")
PEOPLE = (
    ("cui", "custodian", (Place("320583"),)),
    ("cao", "custodian", (GARDEN,)),
    ("bu", "bureau", (Place("320583"),)),
    ("gong", "committee", (GARDEN,)),
    ("lan", "committee", (LAKE,)),
    ("ye", "owner", (Place("320583", "garden", "7"),)),
    ("au", "auditor", ()),
    ("su", "supervision", (Place("320583"),)),
)


class Desk:
    """Whoever asks, by login."""

    def __init__(self, client: TestClient, keys: dict[str, str]) -> None:
        self.client, self.keys = client, keys

    def get(self, who: str, path: str, status: int = 200) -> Any:
        """What somebody is answered."""
        answered = self.client.get(path, headers=bearer(self.keys[who]))
        assert answered.status_code == status, answered.text
        return answered.json()

    def send(self, who: str, path: str, body: Any = None, /, *args: int, **headers: str) -> Any:
        """A POST of its own, unless a key is given."""
        (status,) = args or (201,)
        given = {"Idempotency-Key": new_id()} | headers | bearer(self.keys[who])
        answered = self.client.post(path, json=body, headers=given)
        assert answered.status_code == status, answered.text
        return answered.json()


@pytest.fixture
def app(books: SqlBooks, store: EmbeddedStore, people: SqlPeople, tmp_path: Path) -> FastAPI:
    """The application with anchors of the fund."""
    return create_app(
        books=books,
        store=store,
        readiness=dict,
        metrics=CollectorRegistry(),
        gate=Gate(people, SECRET),
        anchors=AnchorFile(tmp_path / "fund.anchors"),
    )


@pytest.fixture
def desk(app: FastAPI, town: Town) -> Iterator[Desk]:
    """One of each role."""
    keys = {
        login: town.secret(town.person(login, role, *places), "key")
        for login, role, places in PEOPLE
    }
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield Desk(client, keys)


def legs(fen: int, *, estate: str = "garden", household: str = "1201") -> list[dict[str, Any]]:
    """The bank has taken in what a household paid."""
    return [
        {"account": f"bank/320583/{estate}/7/ccb", "amount_fen": fen},
        {"account": f"principal/320583/{estate}/7/{household}", "amount_fen": -fen},
    ]


def entry(fen: int = 500, **more: Any) -> dict[str, Any]:
    """A deposit."""
    return {"kind": "deposit", "legs": legs(fen)} | more


def test_from_an_opening_to_the_sums_an_owner_reads(desk: Desk, books: SqlBooks) -> None:
    """One proposes, another confirms what they saw; each sees what is theirs."""
    asked = entry(70_000, kind="opening", memo="of the old books")
    made = desk.send("cui", "/v1/fund/proposals", asked)
    assert desk.get("cui", ACCOUNTS)["items"] == []
    (waits,) = desk.get("bu", "/v1/fund/proposals")["items"]
    assert waits == made == desk.get("gong", f"/v1/fund/proposals/{made['id']}")
    path, first = f"/v1/fund/proposals/{made['id']}/confirm", {"If-Match": '"1"'}
    seen = {"digest": made["digest"]}
    desk.send("cui", path, seen, 422, **first)
    desk.send("bu", path, {"digest": "0" * 64}, 422, **first)
    desk.send("bu", path, seen, 412, **{"If-Match": '"2"'})
    desk.send("bu", path, seen, 400)
    booked = desk.send("bu", path, seen, 200, **first)
    assert (booked["n"], booked["kind"], booked["legs"]) == (1, "opening", 2)
    assert booked["person"] != booked["second"]
    desk.send("bu", path, seen, 412, **first)
    sums = desk.get("ye", "/v1/fund/buildings/320583/garden/7")
    assert (sums["sums_fen"], sums["households"]) == ({"bank": 70_000, "principal": 70_000}, 1)
    desk.get("ye", "/v1/fund/buildings/320583/garden/8", 404)
    desk.get("ye", ACCOUNTS, 403)
    with books.begin() as work:
        del work
    what = [one.entry.action for one in books.audit_page(AuditFilter(), limit=9).items]
    assert {"fund.propose", "fund.confirm"} <= set(what)
    assert verify_books(books, [], keys=()).good


def test_a_key_counts_once_for_its_caller(desk: Desk) -> None:
    """The same is answered alike; another body is refused; another's key is another one."""
    key = {"Idempotency-Key": "key-of-monday"}
    desk.send("cui", "/v1/fund/entries", entry(), 400, **{"Idempotency-Key": "short"})
    one = desk.send("cui", "/v1/fund/entries", entry(), **key)
    given = key | bearer(desk.keys["cui"])
    again = desk.client.post("/v1/fund/entries", json=entry(), headers=given)
    assert (again.json(), again.headers[REPLAYED]) == (one, "true")
    desk.send("cui", "/v1/fund/entries", entry(501), 409, **key)
    assert desk.send("cao", "/v1/fund/entries", entry(), **key)["n"] == 2
    assert [held["balance_fen"] for held in desk.get("cui", ACCOUNTS)["items"]] == [1_000, 1_000]


def test_the_books_remember_a_key_longer_than_answers_are_kept(desk: Desk, books: SqlBooks) -> None:
    """The kept answer is gone after some time; the entry is not."""
    key = {"Idempotency-Key": "key-of-monday"}
    day = {"day": day_text(estate_day(now_ms()) - 3)}
    desk.send("cui", "/v1/fund/entries", entry(**day), **key)
    with books.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM answered")
    assert desk.send("cui", "/v1/fund/entries", entry(**day), **key)["n"] == 1
    with books.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM answered")
    desk.send("cui", "/v1/fund/entries", entry(501, **day), 409, **key)


BAD = [
    (entry(0), 422),
    (entry(2**53), 422),
    (entry(2**80), 422),
    (entry(0.5), 400),
    (entry(legs=[{"account": "bank/320583/garden/7/ccb", "amount_fen": "5"}]), 400),
    (entry(day="2026-02-30"), 400),
    (entry(day="2999-01-01"), 400),
    (entry(day="2200-01-01"), 422),
    (entry(kind="opening"), 422),
    (entry(kind="pay"), 422),
    (entry(kind="reserve"), 422),
    (entry(kind="reversal"), 422),
    (entry(kind=""), 422),
    (entry(memo="two\nlines"), 422),
    (entry(source="a\x00b"), 422),
    (entry(document="x"), 422),
    (entry(person="somebody"), 400),
    (entry(case="c1"), 400),
    (entry(legs=[]), 422),
    (entry(legs=legs(5)[:1]), 422),
    (entry(legs=legs(5) + legs(5)), 422),
    (entry(legs=[{"account": "cash/x", "amount_fen": 5}]), 422),
    (entry(legs=legs(5, estate="l\x00ke")), 422),
    ([], 400),
]


@pytest.mark.parametrize(("body", "status"), BAD)
def test_what_cannot_be_booked(desk: Desk, body: Any, status: int) -> None:
    """Whatever is sent: it is said why, and nothing is there."""
    told = desk.send("cui", "/v1/fund/entries", body, status)
    assert told["detail"]
    assert desk.get("cui", ACCOUNTS)["items"] == []


def test_rows_of_others_are_not_there(desk: Desk) -> None:
    """An entry of two estates is shown by halves; what one does not see one cannot book."""
    both = legs(500) + legs(300, estate="lake")
    desk.send("cui", "/v1/fund/entries", entry(legs=both))
    desk.send("cui", "/v1/fund/entries", entry(legs=legs(7, estate="lake")))
    desk.send("cao", "/v1/fund/entries", entry(legs=legs(7, estate="lake")), 404)
    desk.send("cao", "/v1/fund/proposals", entry(kind="opening", legs=both), 404)
    desk.send("cao", "/v1/fund/proposals", {"reverses": 1}, 422)
    for who, ns, sums in (
        ("cui", [1, 2], [500, 307]),
        ("gong", [1], [500]),
        ("lan", [1, 2], [307]),
    ):
        feed = desk.get(who, "/v1/fund/entries")
        assert ([one["n"] for one in feed["items"]], feed["next"]) == (ns, ns[-1])
        held = desk.get(who, f"{ACCOUNTS}?kind=bank")["items"]
        assert [one["balance_fen"] for one in held] == sums
        for one in feed["items"]:
            assert sum(leg["amount_fen"] for leg in one["postings"]) == 0
    half = desk.get("gong", "/v1/fund/entries/1")
    assert (half["legs"], len(half["postings"])) == (4, 2)
    desk.get("gong", "/v1/fund/entries/2", 404)
    desk.get("gong", "/v1/fund/entries?account=bank/320583/lake/7/ccb", 404)
    desk.get("gong", "/v1/fund/buildings/320583/lake/7", 404)
    desk.get("gong", "/v1/fund/buildings/320583/lake/7/top-ups", 404)
    desk.get("gong", "/v1/fund/buildings/320583/lake/7/years/2026", 404)
    whole = desk.send("cui", "/v1/fund/proposals", entry(kind="opening", legs=both))
    desk.get("gong", f"/v1/fund/proposals/{whole['id']}", 404)
    assert desk.get("gong", "/v1/fund/proposals")["items"] == []
    path = f"/v1/fund/proposals/{whole['id']}"
    desk.send("cao", f"{path}/withdraw", None, 404, **{"If-Match": '"1"'})


def test_the_feed_has_every_entry_once(desk: Desk) -> None:
    """However many are asked for; a number that is not reached says that the books are others."""
    for fen in range(1, 8):
        desk.send("cui", "/v1/fund/entries", entry(fen))
    got: list[int] = []
    while (page := desk.get("cui", f"/v1/fund/entries?after={got[-1] if got else 0}&limit=3"))[
        "items"
    ]:
        got += [one["n"] for one in page["items"]]
        assert page["next"] == got[-1]
    assert got == list(range(1, 8))
    assert (page["next"], page["items"]) == (None, [])
    desk.get("cui", "/v1/fund/entries?after=8", 409)
    home = "principal/320583/garden/7/1201"
    assert len(desk.get("cui", f"/v1/fund/entries?account={home}")["items"]) == 7
    assert desk.get("cui", "/v1/fund/entries?case=c1")["items"] == []
    desk.get("cui", f"{ACCOUNTS}?cursor={write_cursor('fund accounts', chr(0))}", 400)
    pages, cursor = [], ""
    while cursor is not None:
        page = desk.get("cui", f"{ACCOUNTS}?limit=1{cursor}")
        pages += page["items"]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert [one["kind"] for one in pages] == ["bank", "principal"]


def test_an_entry_is_taken_back_by_two(desk: Desk) -> None:
    """Whoever proposed it may withdraw it; taken back once; what is of a case never."""
    desk.send("cui", "/v1/fund/entries", entry(500, source="ccb 7"))
    desk.send("cui", "/v1/fund/entries", entry(500, source="ccb 7"), 422)
    desk.send("cui", "/v1/fund/proposals", {"reverses": 1, "legs": legs(500)}, 422)
    desk.send("cui", "/v1/fund/proposals", {"reverses": 9}, 422)
    first = desk.send("cui", "/v1/fund/proposals", {"reverses": 1})
    match = {"If-Match": '"1"'}
    gone = desk.send("cui", f"/v1/fund/proposals/{first['id']}/withdraw", None, 200, **match)
    assert (gone["state"], gone["version"]) == ("withdrawn", 2)
    second = desk.send("cui", "/v1/fund/proposals", {"reverses": 1, "memo": "twice"})
    seen = {"digest": second["digest"]}
    back = desk.send("bu", f"/v1/fund/proposals/{second['id']}/confirm", seen, 200, **match)
    assert (back["kind"], back["reverses"]) == ("reversal", 1)
    assert desk.send("cui", "/v1/fund/entries", entry(500, source="ccb 7"))["n"] == 3
    desk.send("cui", "/v1/fund/proposals", {"reverses": 2}, 422)


def test_what_a_household_pays_in(desk: Desk, books: SqlBooks) -> None:
    """First what it owes; who is below 30 % of the first deposit is told."""
    paid = {"area": "320583", "estate": "garden", "building": "7", "household": "1201"}
    place = {name: paid[name] for name in ("area", "estate", "building")}
    desk.send("cui", "/v1/fund/first-deposits", place | {"fens": {"1201": 1_000, "1202": 9}})
    desk.send("cui", "/v1/fund/first-deposits", place | {"fens": {"1201": 0}}, 422)
    with books.begin() as work:
        shares = [Share(account("principal", "1201"), 400)]
        given = {"day": 20_514, "at_ms": now_ms(), "person": "p", "key": "draw-0001"}
        draw(work, shares, case="c1", **given)
    made = desk.send("cui", "/v1/fund/deposits", paid | {"fen": 600, "bank": "ccb"})
    assert {leg["account"].split("/")[0]: leg["amount_fen"] for leg in made["postings"]} == {
        "bank": 600,
        "receivable": -400,
        "principal": -200,
    }
    short = desk.get("gong", "/v1/fund/buildings/320583/garden/7/top-ups")["items"]
    assert [(one["household"], one["held_fen"]) for one in short] == [("1201", 200), ("1202", 0)]
    year = desk.get("gong", f"/v1/fund/buildings/320583/garden/7/years/{made['day'][:4]}")
    assert {one["account"]: one["after_fen"] for one in year["items"]}[
        "principal/320583/garden/7/1201"
    ] == 200
    desk.send("gong", "/v1/fund/deposits", paid | {"fen": 600, "bank": "ccb"}, 403)
    desk.send("cui", "/v1/fund/deposits", paid | {"fen": 600, "bank": "c/b"}, 422)
    desk.send("cui", "/v1/fund/deposits", paid | {"fen": -1, "bank": "ccb"}, 422)


def test_the_banks_statement_and_payment_orders(desk: Desk, books: SqlBooks) -> None:
    """Differences are shown and nothing is booked; nobody orders more than is set aside."""
    desk.send("cui", "/v1/fund/entries", entry(500, source="ccb 7"))
    day = day_text(estate_day(now_ms()))
    text = f"date,amount,reference\n{day},5.00,7\n{day},1.00,8\n"
    headers = bearer(desk.keys["bu"]) | {"Content-Type": "text/csv"}
    path = "/v1/fund/statements?account=ccb"
    told = desk.client.post(path, content=text.encode(), headers=headers).json()
    assert (told["agrees"], told["counts"]["booked"]) == (False, 1)
    assert [(one["source"], one["fen"]) for one in told["unbooked"]] == [("ccb 8", 100)]
    assert desk.client.post(path, content=b"\xff\xff", headers=headers).status_code == 400
    assert desk.client.post(path, json={}, headers=bearer(desk.keys["bu"])).status_code == 415
    one = {"bank": "ccb", "payee": "Lift Co", "payee_account": "6222020200112230"}
    order = one | {"payee_bank": "ICBC", "fen": 300, "purpose": "brake"}
    asked = {"area": "320583", "estate": "garden", "building": "7", "case": "c1"}
    desk.send("cui", "/v1/fund/payment-orders", asked | {"orders": [order]}, 422)
    with books.begin() as work:
        shares = [Share(account("principal", "1201"), 300)]
        given = {"day": 20_514, "at_ms": now_ms(), "person": "p", "key": "draw-0001"}
        draw(work, shares, case="c1", **given)
    file = desk.send("cui", "/v1/fund/payment-orders", asked | {"orders": [order]})
    assert (file["count"], file["sum_fen"]) == (1, 300)
    assert "Lift Co" in file["csv"]
    desk.send("cui", "/v1/fund/payment-orders", asked | {"orders": [order, order]}, 422)
    bad = order | {"payee_account": "=1+1"}
    desk.send("cui", "/v1/fund/payment-orders", asked | {"orders": [bad]}, 422)
    held = books.fund_held(AccountFilter(kind="clearing"))
    assert [one.balance for one in held] == [300]


def test_where_the_books_stand(desk: Desk, books: SqlBooks, tmp_path: Path) -> None:
    """An anchor agrees with the books, or tells that they are others."""
    desk.send("cui", "/v1/fund/entries", entry(500))
    file = AnchorFile(tmp_path / "fund.anchors")
    anchor(books, file, now_ms=now_ms())
    told = desk.get("au", "/v1/fund/state")
    assert (told["n"], told["anchor"]["n"], told["contradiction"]) == (1, 1, None)
    elsewhere = tmp_path / "mine"
    elsewhere.write_text(told["line"] + "\n")
    assert verify_books(books, AnchorFile(elsewhere).all(), keys=()).good
    file.path.write_text(told["line"].replace(" 1 ", " 2 ") + "\n")
    assert "cut off" in desk.get("au", "/v1/fund/state")["contradiction"]
    file.path.write_text("nonsense\n")
    desk.get("au", "/v1/fund/state", 503)
    desk.get("ye", "/v1/fund/state", 403)


def test_supervision_is_written_down(desk: Desk, books: SqlBooks) -> None:
    """Every read of theirs."""
    desk.get("su", ACCOUNTS)
    (line,) = books.audit_page(AuditFilter(action=("fund.read",)), limit=9).items
    assert line.entry.target == ACCOUNTS

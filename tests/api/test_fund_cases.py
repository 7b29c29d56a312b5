"""Cases of the fund over HTTP: from a draft to its disclosure, and whose hand is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import DAY_MS, day_text, estate_day, now_ms, rfc3339
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.check import verify_books
from liftwatch.handlers import people as handlers
from tests.api.conftest import Town
from tests.api.test_fund import Desk, entry, legs

CASES = "/v1/fund/cases"
SEVEN = Place("320583", "garden", "7")
GARDEN = Place("320583", "garden")
PEOPLE = (
    *(("li", "property", GARDEN), ("mei", "property", Place("320583", "lake"))),
    *(("he", "committee", GARDEN), ("bo", "bureau", Place("320583"))),
    *(("su", "street", Place("320583")), ("cui", "custodian", Place("320583"))),
    *(("au", "auditor", None), ("ow", "owner", SEVEN)),
)
FLATS = ("1201", "1202", "1203")


@pytest.fixture
def desk(gated: FastAPI, town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """One of each role, and a clock that is moved by hand."""
    people = {
        login: town.person(login, role, *((place,) if place else ()))
        for login, role, place in PEOPLE
    }
    keys = {login: town.secret(one, "key") for login, one in people.items()}
    with TestClient(gated, base_url="http://127.0.0.1") as client:
        made = Desk(client, keys)
        made.offices = {}
        with town.store.begin() as work:
            for login, one in people.items():
                (made.offices[login],) = {g.organisation for g in work.grants(one.id, now_ms())}
        moment = [now_ms()]
        for module in ("api.once", "api.case_seen"):
            monkeypatch.setattr(f"{module}.now_ms", lambda: moment[0])
        made.moment = moment
        for flat in FLATS:
            made.send("cui", "/v1/fund/entries", entry(legs=legs(100_000, household=flat)))
        yield made


class Case:
    """A case, and whoever moves it with papers nobody has seen."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.papers = desk, 0
        asked = {"area": "320583", "estate": "garden", "building": "7", "lift": "L-7"}
        more = {"path": "ordinary", "custody": "bureau", "bank": "ccb"}
        self.told = desk.send("li", CASES, asked | more)
        self.path = f"{CASES}/{self.told['id']}"

    def do(self, who: str, move: str, *kinds: str, status: int = 200, **told: Any) -> Any:
        """Make a move."""
        day = day_text(estate_day(self.desk.moment[0]))
        papers = []
        for kind in kinds:
            self.papers += 1
            papers.append({"kind": kind, "sha256": f"{self.papers:064x}", "dated": day})
        version = {"If-Match": f'"{self.told["version"]}"'}
        body = {"documents": papers} | told
        answered = self.desk.send(who, f"{self.path}/moves/{move}", body, status, **version)
        if status == 200:
            self.told = answered
        return answered

    def wait(self, days: int) -> None:
        """Let time pass."""
        self.desk.moment[0] += days * DAY_MS


def plan(fen: int = 90_000) -> dict[str, Any]:
    """New brakes, for three flats alike."""
    claim = {"common_part": True, "cause": "wear", "fault_day": 20_000, "of_building": True}
    claim |= {"warranty_until": 18_000, "tortfeasor": False, "contract": {"covers": []}}
    return {
        "act": "use",
        "items": [{"code": "brake", "what": "new brakes", "amount_fen": fen}],
        "scope": {"households": [{"id": flat, "area_dm2": 9_000} for flat in FLATS]},
        "claim": claim,
    }


def voted(case: Case) -> None:
    """On paper, entered by one and read by another."""
    desk = case.desk
    closes = rfc3339(desk.moment[0] + 8 * DAY_MS)
    vote = desk.send("li", f"{case.path}/votes", {"closes_at": closes})
    path, at = f"/v1/fund/votes/{vote['id']}", rfc3339(desk.moment[0])
    read = [{"head": head, "choice": "for"} for head in vote["areas"]]
    papers = [one | {"scan": f"{n:064x}", "cast_at": at} for n, one in enumerate(read, 900)]
    desk.send("li", f"{path}/enter", {"papers": read}, 400, **{"If-Match": '"1"'})
    desk.send("li", f"{path}/enter", {"papers": papers}, 200, **{"If-Match": '"1"'})
    desk.send("li", f"{path}/confirm", {"papers": read}, 403, **{"If-Match": '"2"'})
    desk.send("mei", f"{path}/confirm", {"papers": read}, 404, **{"If-Match": '"2"'})
    desk.send("he", f"{path}/confirm", {"papers": read}, 412, **{"If-Match": '"1"'})
    desk.send("he", f"{path}/confirm", {"papers": read}, 200, **{"If-Match": '"2"'})
    why = {"head": read[0]["head"], "why": "smudged"}
    desk.send("he", f"{path}/strike", why, 403, **{"If-Match": '"3"'})
    desk.send("he", f"{path}/close", None, 409, **{"If-Match": '"3"'})
    case.wait(9)
    closed = desk.send("he", f"{path}/close", None, 200, **{"If-Match": '"3"'})
    assert (closed["passed"], closed["tally"]["heads_for"]) == (True, 3)


def approved(case: Case, fen: int = 90_000) -> None:
    """Money is set aside."""
    case.do("li", "revise", plan=plan(fen))
    case.do("li", "publish", "plan", "area_list", "quote", "notice")
    voted(case)
    case.do("li", "vote", "result_notice")
    firm = {"contractor": "Swift Lifts", "amount_fen": fen}
    case.do("li", "contract", "contract", "contractor_licence", **firm)
    case.do("li", "apply", "application")
    made = case.do("bo", "approve", "approval")
    assert (made["stage"], len(made["entries"])) == ("approved", 1)


def test_from_a_draft_to_its_disclosure(desk: Desk, books: SqlBooks) -> None:
    """Each with the hand that is theirs; the owner reads what hung out."""
    case = Case(desk)
    assert case.told["moves"] == ["file", "choose", "revise", "publish", "withdraw"]
    approved(case)
    desk.get("au", case.path, 404)
    given = {"organisation": desk.offices["au"]}
    desk.send("li", f"{case.path}/auditors", given, 403)
    desk.send("bo", f"{case.path}/auditors", {"organisation": "nobody"}, 422)
    desk.send("bo", f"{case.path}/auditors", given)
    assert [one["id"] for one in desk.get("au", CASES)["items"]] == [case.told["id"]]
    case.do("cui", "pay", "payment_voucher", amount_fen=90_000, status=422)
    case.do("bo", "pay", "payment_voucher", amount_fen=100, status=403)
    case.do("cui", "pay", "payment_voucher", amount_fen=30_000)
    case.do("li", "accept", "acceptance_sheet")
    case.do("ow", "accept")
    case.do("au", "audit", "audit_report", amount_fen=80_000)
    case.do("cui", "pay", "payment_voucher", "invoice", amount_fen=50_000)
    case.do("cui", "settle", "allocation_table")
    case.do("li", "disclose", "publication")
    held = {one.account: one.balance for one in books.fund_held(AccountFilter())}
    assert held[f"clearing/320583/garden/7/{case.told['id']}"] == 0
    assert held["bank/320583/garden/7/ccb"] == 220_000
    shown = desk.get("ow", f"{case.path}/publications")["items"]
    assert [one["what"] for one in shown] == ["plan", "disclosure"]
    assert sum(one["share_fen"] for one in shown[1]["data"]["allocation"]) == 80_000
    kinds = [one["kind"] for one in desk.get("he", "/v1/fund/entries?after=3")["items"]]
    assert kinds == ["reserve", "pay", "pay", "release"]


def test_a_debt_is_paid_to_its_case(desk: Desk, books: SqlBooks) -> None:
    """Never beside it: else case and books would not say the same."""
    case = Case(desk)
    approved(case, 600_000)
    assert case.told["owed_fen"] == 300_000
    home = {"area": "320583", "estate": "garden", "building": "7", "household": "1202"}
    paid = home | {"fen": 100_000, "bank": "ccb"}
    told = desk.send("cui", "/v1/fund/deposits", paid, 409)
    assert case.told["id"] in told["detail"]
    beside = [
        {"account": "bank/320583/garden/7/ccb", "amount_fen": 5},
        {"account": "receivable/320583/garden/7/1202", "amount_fen": -5},
    ]
    desk.send("cui", "/v1/fund/entries", {"kind": "deposit", "legs": beside}, 409)
    case.do("cui", "receive", household="1202", amount_fen=100_001, status=422)
    made = case.do("cui", "receive", household="1202", amount_fen=100_000)
    assert (made["owed_fen"], len(made["entries"])) == (200_000, 1)
    held = {one.account: one.balance for one in books.fund_held(AccountFilter(kind="receivable"))}
    assert sum(held.values()) == 200_000
    assert desk.send("cui", "/v1/fund/deposits", paid)["kind"] == "deposit"


def test_a_debt_to_a_case_is_moved_to_nobody(desk: Desk, books: SqlBooks) -> None:
    """Nor taken back with the opening of which there was another one; that one itself may go."""

    def confirmed(body: dict[str, Any], status: int) -> None:
        made = desk.send("cui", "/v1/fund/proposals", body)
        path = f"/v1/fund/proposals/{made['id']}/confirm"
        desk.send("bo", path, {"digest": made["digest"]}, status, **{"If-Match": '"1"'})

    def of(kind: str, **fens: int) -> dict[str, Any]:
        names = {name: f"{name.replace('_', '/320583/garden/7/')}" for name in fens}
        legs = [{"account": names[name], "amount_fen": fen} for name, fen in fens.items()]
        return {"kind": kind, "legs": legs}

    confirmed(of("opening", receivable_1202=7, principal_1203=-7), 200)
    approved(Case(desk), 600_000)
    moving = of("move", receivable_1202=-8, receivable_1203=8)
    confirmed(moving, 409)
    confirmed(of("move", receivable_1202=-7, receivable_1203=7), 200)
    confirmed({"kind": "reversal", "reverses": 4}, 409)
    assert verify_books(books, keys=(), cases=books).good


def test_what_each_household_would_pay(desk: Desk) -> None:
    """Before the vote; the budget, or what somebody fears."""
    case = Case(desk)
    desk.get("he", f"{case.path}/shares", 409)
    case.do("li", "revise", plan=plan(100_000))
    rows = desk.get("he", f"{case.path}/shares")["items"]
    assert [one["share_fen"] for one in rows] == [33_334, 33_333, 33_333]
    rows = desk.get("he", f"{case.path}/shares?cost_fen=600000")["items"]
    assert [one["owed_fen"] for one in rows] == [100_000] * 3
    desk.get("he", f"{case.path}/shares?cost_fen=0", 400)


def test_garbage_moves_nothing(desk: Desk) -> None:
    """Whatever is told, the case stands where it stood."""
    case = Case(desk)
    for move, body, status in (
        ("revise", {}, 422),
        ("revise", {"plan": {}}, 400),
        ("revise", {"plan": plan(0)}, 422),
        ("revise", {"plan": plan(2**53)}, 422),
        ("revise", {"plan": plan() | {"version": 7}}, 422),
        ("revise", {"plan": plan(), "role": "bureau"}, 422),
        ("file", {"documents": [{"kind": "photo", "sha256": "x", "dated": "2026-03-02"}]}, 422),
        ("file", {"documents": [{"kind": "photo", "sha256": "x", "dated": "soon"}]}, 400),
        ("expire", {}, 404),
        ("fly", {}, 404),
        ("publish", {}, 422),
        ("approve", {}, 409),
        ("pay", {"amount_fen": 1}, 409),
    ):
        told = case.do("li", move, status=status, **{"documents": []} | body)
        assert told["detail"], move
    assert desk.get("li", case.path)["version"] == 1
    desk.send("li", f"{case.path}/moves/file", {}, 400)
    desk.get("mei", case.path, 404)
    assert desk.get("mei", CASES)["items"] == []
    elsewhere = {"area": "320583", "estate": "garden", "building": "7", "lift": "L-7"}
    elsewhere |= {"path": "ordinary", "custody": "bureau", "bank": "ccb"}
    desk.send("mei", CASES, elsewhere, 404)
    desk.send("li", CASES, elsewhere | {"path": "short"}, 422)
    desk.send("li", CASES, elsewhere | {"custody": "mine"}, 422)
    desk.send("cui", CASES, elsewhere, 403)


def test_several_roles(desk: Desk, town: Town) -> None:
    """Whoever has two here says as what they act."""
    with town.store.begin() as work:
        he = work.person_of_login("he")
        assert he is not None
        unit = handlers.make_organisation(work, name="other", now_ms=0, places=(GARDEN,))
        handlers.grant(work, he.id, "property", organisation=unit.id, now_ms=0)
    case = Case(desk)
    case.do("he", "revise", plan=plan(), status=422)
    assert case.do("he", "revise", plan=plan(), role="committee")["done"][0]["role"] == "committee"

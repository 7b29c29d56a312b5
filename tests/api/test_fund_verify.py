"""Verifying over HTTP: beside other work, one at a time, with its progress, and what it finds."""

import threading
from typing import Any

import pytest

from liftwatch.adapters.fund_anchors import AnchorFile
from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.trail import AuditFilter
from liftwatch.fund import check
from liftwatch.fund.anchors import AnchorError
from tests.api.test_fund import Desk, app, desk, entry, legs
from tests.contracts.ledger import by_hand

__all__ = ["app", "desk"]
PATH = "/v1/fund/verifications"


def over(desk: Desk, who: str, id: str) -> Any:
    """What came of it, in a while."""
    pause = threading.Event()
    for _ in range(6_000):
        told = desk.get(who, f"{PATH}/{id}")
        if told["over"]:
            return told
        pause.wait(0.02)
    raise AssertionError("it never ends")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The moment, moved by hand."""
    moment = [1_772_439_247_420]
    monkeypatch.setattr("api.fund_verify.now_ms", lambda: moment[0])
    return moment


def test_right_books_are_verified(desk: Desk, books: SqlBooks, clock: list[int]) -> None:
    """Everybody who sees the fund may ask, and is noted; the next one begins a minute later."""
    desk.send("cui", "/v1/fund/entries", entry())
    desk.send("cui", "/v1/fund/entries", entry(legs=legs(5, estate="lake")))
    made = desk.send("gong", PATH, None, 202)
    assert (made["upto"], made["failed"]) == (2, None)
    noted = books.audit_page(AuditFilter(), limit=500).items[0]
    assert (noted.entry.action, noted.entry.target) == ("fund.verify", made["id"])
    told = over(desk, "bu", made["id"])
    assert (told["good"], told["checked"], told["postings"]) == (True, 2, 4)
    assert (told["wrong"], told["damage"], told["cases"]) == (None, [], 0)
    assert any("without a key" in note for note in told["notes"])
    clock[0] += 59_999
    answered = desk.client.post(PATH, headers={"Authorization": f"Bearer {desk.keys['au']}"})
    assert (answered.status_code, answered.headers["Retry-After"]) == (429, "1")
    clock[0] += 1
    assert desk.send("au", PATH, None, 202)["id"] != made["id"]
    desk.send("ye", PATH, None, 403)
    desk.get("ye", f"{PATH}/{made['id']}", 403)
    desk.get("bu", f"{PATH}/nothing", 404)


def test_what_is_wrong_is_named_to_who_sees_all(
    desk: Desk, books: SqlBooks, clock: list[int]
) -> None:
    """Who sees a part learns which entry it is, and not what stands in it."""
    del clock
    for n in range(3):
        desk.send("cui", "/v1/fund/entries", entry(500 + n))
    desk.send("cui", "/v1/fund/entries", entry(legs=legs(5, estate="lake")))
    by_hand(books, "UPDATE fund_posting SET amount = 6 WHERE entry = 2 AND leg = 1")
    made = desk.send("cui", PATH, None, 202)
    told = over(desk, "cui", made["id"])
    assert (told["good"], told["checked"]) == (False, 1)
    assert (told["wrong"]["n"], told["wrong"]["fault"]) == (2, "changed")
    assert told["wrong"]["why"].startswith("does not fit its hash")
    assert told["damage"]
    part = desk.get("cao", f"{PATH}/{made['id']}")
    assert part["wrong"] == {"n": 2, "fault": "changed", "why": None}
    assert (part["damage"], part["damaged"]) == ([], len(told["damage"]))


def test_one_goes_on_at_a_time_with_its_progress(
    desk: Desk, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks meanwhile is told of that one; others are served while it goes on."""
    monkeypatch.setattr(check, "HEARD", 1)
    gate = threading.Event()
    take = check.Check.take

    def slow(self: check.Check, one: Any) -> None:
        if one.n == 2:
            assert gate.wait(20)
        take(self, one)

    monkeypatch.setattr(check.Check, "take", slow)
    for n in range(3):
        desk.send("cui", "/v1/fund/entries", entry(500 + n))
    made = desk.send("cui", PATH, None, 202)
    clock[0] += 10**7
    assert desk.send("bu", PATH, None, 202)["id"] == made["id"]
    assert desk.send("cui", "/v1/fund/entries", entry(9))["n"] == 4
    told = desk.get("cui", f"{PATH}/{made['id']}")
    assert (told["over"], told["upto"], told["good"]) == (False, 3, None)
    assert told["checked"] < 3
    gate.set()
    assert over(desk, "cui", made["id"])["good"]


def test_what_fails_is_said(desk: Desk, clock: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Anchors that cannot be read: nobody waits for ever."""
    del clock

    def all_of(_: AnchorFile) -> Any:
        raise AnchorError("gone")

    monkeypatch.setattr(AnchorFile, "all", all_of)
    told = over(desk, "cui", desk.send("cui", PATH, None, 202)["id"])
    assert (told["good"], told["over"]) == (None, True)
    assert "anchors cannot be read" in told["failed"]

"""How much has come: per lift and day, worst first, and what exactly is missing."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from liftwatch.account import AccountRow, StreamGaps
from liftwatch.clock import day_of, day_text, estate_day, now_ms
from tests.api.conftest import Fleet

DAY = day_of("2026-03-02")
PLACE = {"source": "j-1", "area": "320583"}


def account(fleet: Fleet, lift: str, *, missing: int = 0, day: int = DAY, **given: Any) -> None:
    """100 messages of a lift's own terminal have come, so many have not."""
    fields = {**PLACE, "estate": given.pop("estate", "garden"), "terminal": f"T-{lift}", "day": day}
    with fleet.books.begin() as work:
        own = AccountRow(**fields, lift=lift, received=100, **given)
        work.put_account([own, AccountRow(**fields, lift="", received=100, missing=missing)])


def test_the_days_of_a_lift(client: TestClient, fleet: Fleet) -> None:
    """The newest first, in per cent; 100 is nothing missing at all."""
    fleet.lift("L-0001")
    account(fleet, "L-0001", missing=25, late=3, duplicates=2, ahead_ms=-40)
    account(fleet, "L-0001", day=DAY + 1)
    account(fleet, "L-0001", day=DAY + 2)
    asked = "/v1/lifts/L-0001/completeness?from=2026-03-02&to=2026-03-03"
    assert [one["completeness_pct"] for one in client.get(asked).json()["items"]] == [100, 80]
    assert client.get(asked).json()["items"][1] == {
        "lift": "L-0001",
        "area": "320583",
        "estate": "garden",
        "day": "2026-03-02",
        "completeness_pct": 80.0,
        "received": 100,
        "late": 3,
        "duplicates": 2,
        "clock_ahead_ms": -40,
        "heard": 100,
        "missing": 25,
        "jumps": 0,
    }
    assert client.get("/v1/lifts/L-0009/completeness").status_code == 404


def test_the_last_thirty_days_by_default(client: TestClient, fleet: Fleet) -> None:
    """Today among them."""
    fleet.lift("L-0001")
    today = estate_day(now_ms())
    for ago in (0, 29, 30):
        account(fleet, "L-0001", day=today - ago)
    told = client.get("/v1/lifts/L-0001/completeness").json()["items"]
    assert [one["day"] for one in told] == [day_text(today), day_text(today - 29)]
    assert client.get("/v1/completeness").json()["items"][0]["day"] == day_text(today)


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/v1/lifts/L-0001/completeness?from=2026-03-03&to=2026-03-02", "from"),
        ("/v1/lifts/L-0001/completeness?from=2024-03-03&to=2026-03-02", "from"),
        ("/v1/lifts/L-0001/completeness?to=2026-02-30", "to"),
        ("/v1/completeness?day=today", "day"),
        ("/v1/completeness?day=9999-12-31", "day"),
        ("/v1/completeness?estate=a,b", "estate"),
        ("/v1/completeness?cursor=abcd", "cursor"),
        ("/v1/terminals/T-1/gaps?cursor=abcd", "cursor"),
        ("/completeness?day=2026-3-2", "day"),
        ("/completeness?after=abcd", "cursor"),
    ],
)
def test_what_cannot_be_used_is_named(
    client: TestClient, fleet: Fleet, path: str, parameter: str
) -> None:
    """As a problem."""
    fleet.lift("L-0001")
    told = client.get(path)
    assert (told.status_code, told.json()["parameter"]) == (400, parameter)


def test_the_worst_lifts_of_a_day_come_first(client: TestClient, fleet: Fleet) -> None:
    """In pages; equals by name; an estate by itself."""
    for n, missing in enumerate((0, 5, 1, 0, 900, 5, 2)):
        account(fleet, f"L-{n:04}", missing=missing, estate="lake" if n % 2 else "garden")
    names, cursor = [], ""
    while True:
        page = client.get(f"/v1/completeness?day=2026-03-02&limit=3{cursor}").json()
        names += [one["lift"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert names == [f"L-{n:04}" for n in (4, 1, 5, 6, 2, 0, 3)]
    lake = client.get("/v1/completeness?day=2026-03-02&estate=lake").json()["items"]
    assert [one["lift"] for one in lake] == ["L-0001", "L-0005", "L-0003"]


def test_the_gaps_of_a_terminal(client: TestClient, fleet: Fleet) -> None:
    """In order, in pages; of one that misses nothing there are none."""
    gaps = tuple((n * 10, n * 10 + 3, DAY) for n in range(5))
    stream = StreamGaps(**PLACE, estate="garden", terminal="T 1", boot="b1", gaps=gaps)
    with fleet.books.begin() as work:
        work.put_gaps([stream])
    first = client.get("/v1/terminals/T%201/gaps?limit=3").json()
    rest = client.get(f"/v1/terminals/T%201/gaps?limit=3&cursor={first['next']}").json()
    told = [(one["first_seq"], one["last_seq"], one["day"]) for one in first["items"]]
    told += [(one["first_seq"], one["last_seq"], one["day"]) for one in rest["items"]]
    assert told == [(n * 10, n * 10 + 3, "2026-03-02") for n in range(5)]
    assert rest["next"] is None
    assert client.get("/v1/terminals/T-2/gaps").json() == {"items": [], "next": None}
    assert client.get(f"/v1/terminals/{'T' * 65}/gaps").status_code == 404


def test_the_page_in_both_languages(client: TestClient, fleet: Fleet) -> None:
    """The worst first, with their names; the way to other days and back."""
    fleet.lift("L-0001")
    account(fleet, "L-0001", missing=25, late=3, ahead_ms=-40)
    account(fleet, "L-0002", ahead_ms=61_500)
    zh = client.get("/completeness?day=2026-03-02", headers={"Accept-Language": "zh"}).text
    en = client.get("/completeness?day=2026-03-02", headers={"Accept-Language": "en"}).text
    assert "数据完整性" in zh
    assert "2026年3月2日" in zh
    assert zh.index("3 栋 1 单元") < zh.index("L-0002")
    for text in ("80%", "100%", "−40 ms", "+61.5 s", "day=2026-03-01", "day=2026-03-03"):
        assert text in en, text
    assert not re.search("[\u4e00-\u9fff]", en.replace("中文", ""))
    assert (
        "Nothing was received that day"
        in client.get("/completeness", headers={"Accept-Language": "en"}).text
    )
    assert 'href="/completeness"' in client.get("/").text

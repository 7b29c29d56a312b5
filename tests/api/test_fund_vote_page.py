"""A vote of owners by its page: two read every paper, fractions are exact, what counts is shown."""

import re

import pytest
from fastapi import FastAPI

from api.console.fund_vote_views import needed
from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import DAY_MS
from liftwatch.fund.votes import MAJORITY, THREE_QUARTERS, TWO_THIRDS, Threshold
from tests.api.conftest import Town
from tests.api.fund_pages import FLATS, PLAN, CasePages, Office, alert, filled, fund, shanghai

SCANS = {flat: f"{int(flat):064x}" for flat in FLATS}


@pytest.fixture
def office(gated: FastAPI, town: Town, books: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Everybody at work, and money of three flats."""
    fund(books)
    return Office(gated, town, monkeypatch)


@pytest.fixture
def case(office: Office) -> CasePages:
    """A case whose plan hangs out; the flats differ in area."""
    made = CasePages(office)
    lines = "1201, 90.00\n1202, 120.10\n1203, 80.05"
    made.do("li", "revise", **dict(PLAN) | {"households": lines})
    made.do("li", "publish", "plan", "area_list", "quote", "notice")
    return made


@pytest.fixture
def path(office: Office, case: CasePages) -> str:
    """A vote on it, for eight days."""
    closes = shanghai(office.moment[0] + 8 * DAY_MS)
    office.submit("li", case.path, f"{case.path}/votes", closes_at=closes)
    found = re.search(r'href="(/fund/votes/[^"]+)"', case.page())
    assert found is not None
    office.wait(0.1)
    return found[1]


def papers(office: Office, *rows: tuple[str, str]) -> dict[str, str]:
    """Fields of papers that were just handed in."""
    told = {"cast_at": shanghai(office.moment[0])}
    for n, (flat, choice) in enumerate(rows):
        told |= {f"head-{n}": f"unit:{flat}", f"choice-{n}": choice, f"scan-{n}": SCANS[flat]}
    return told


def cells(page: str, text: str) -> list[str]:
    """A row of the conditions."""
    found = re.search(rf"<tr><th scope=\"row\">{text}.*?</tr>", page, re.DOTALL)
    assert found is not None
    return [re.sub(r"<[^>]*>", "", one) for one in re.findall(r"<td>(.*?)</td>", found[0])]


@pytest.mark.parametrize("threshold", [TWO_THIRDS, MAJORITY, THREE_QUARTERS])
def test_what_is_needed_is_the_least_that_is_enough(threshold: Threshold) -> None:
    """Exactly: one less is too little."""
    for whole in (*range(1, 200), 29_015, 10**9 + 1):
        least = needed(threshold, whole)
        assert threshold.met(least, whole) or least > whole
        assert not threshold.met(least - 1, whole)


def test_two_read_every_paper_and_the_end_is_exact(
    office: Office, case: CasePages, path: str
) -> None:
    """The second does not see what the first has read; what differs is struck and read anew."""
    rows = (("1201", "for"), ("1202", "against"), ("1203", "for"))
    office.submit("li", path, f"{path}/enter", **papers(office, *rows))
    second = office.get("he", path)
    assert "hidden until it is read again" in second
    assert ">against</td>" not in second
    assert ">against</td>" in office.get("li", path)
    assert cells(second, "Taking part") == ["0.00 / 290.15", "193.44", "0 / 3", "2", "not reached"]
    read = {"choice-0": "for", "choice-1": "for"}
    differs = office.send("he", second, f"{path}/confirm", 422, **read)
    assert "the two readings of this paper differ" in alert(differs.text)
    assert filled(differs.text, f"{path}/confirm")["choice-1"] == "for"
    read = {"choice-0": "for", "choice-1": "", "choice-2": "for"}
    office.send("he", differs.text, f"{path}/confirm", **read)
    page = office.get("he", path)
    assert "1 paper was read once" in page
    assert cells(page, "Taking part") == ["170.05 / 290.15", "193.44", "2 / 3", "2", "not reached"]
    office.submit("he", path, f"{path}/strike", head="unit:1202", why="read wrongly")
    office.submit("he", path, f"{path}/enter", **papers(office, ("1202", "for")))
    office.submit("su", path, f"{path}/confirm", **{"choice-0": "for"})
    early = office.submit("he", path, f"{path}/close", 409)
    assert "the time of this vote is not over" in alert(early.text)
    office.wait(9)
    office.submit("he", path, f"{path}/close")
    page = office.get("wa", path)
    assert ">decided<" in page
    assert cells(page, "Agreeing") == ["290.15 / 290.15", "145.08", "3 / 3", "2", "reached"]
    assert "read wrongly" in page
    assert f"{path}/close" not in page
    assert ">decided<" in case.page("wa")
    case.do("li", "vote", "result_notice")


def test_what_cannot_be_entered_stays_typed(office: Office, path: str) -> None:
    """Half a paper, a scan that is none, one handed in too soon, a head that has voted."""
    office.submit("li", path, f"{path}/enter", **papers(office, ("1201", "for")))
    for fields, why in (
        ({}, "no paper was told"),
        ({"head-0": "unit:1202"}, "a head, a choice and the hash"),
        ({"scan-0": "ab" * 32}, "a head, a choice and the hash"),
        (papers(office, ("1202", "for")) | {"scan-0": "xyz"}, "64 digits"),
        (papers(office, ("1202", "for")) | {"scan-0": SCANS["1201"]}, "stands for another paper"),
        (papers(office, ("1202", "for")) | {"cast_at": "2026-01-01T08:00"}, "not handed in while"),
        (papers(office, ("1202", "for")) | {"cast_at": ""}, "when it was handed in"),
        (papers(office, ("1202", "fly")), "choice"),
        (papers(office, ("1201", "for")), "has voted"),
    ):
        page = office.get("li", path)
        sent = office.browsers["li"].post(
            f"{path}/enter",
            data=filled(page, f"{path}/enter") | fields,
            headers={"Accept": "text/html", "Accept-Language": "en"},
        )
        assert sent.status_code in (400, 409, 422), fields
        assert why in alert(sent.text), fields
        again = filled(sent.text, f"{path}/enter")
        assert again["scan-0"] == fields.get("scan-0", "")
        assert again["cast_at"] == fields.get("cast_at", "")
    assert office.get("li", path).count("waits for a second reader") == 1


def test_two_who_enter_at_once(office: Office, path: str) -> None:
    """The second is told; nothing they typed is lost, and it goes in by one more press."""
    page = office.get("he", path)
    office.submit("li", path, f"{path}/enter", **papers(office, ("1201", "for")))
    mine = papers(office, ("1203", "abstain"))
    late = office.send("he", page, f"{path}/enter", 412, **mine)
    assert "somebody else has changed it meanwhile" in alert(late.text)
    again = filled(late.text, f"{path}/enter")
    assert (again["head-0"], again["choice-0"]) == ("unit:1203", "abstain")
    office.send("he", late.text, f"{path}/enter")
    assert office.get("su", path).count("waits for a second reader") == 2


def test_whose_vote_it_is_not(office: Office, case: CasePages, path: str) -> None:
    """Who may not hold a vote sees it and has no form; others do not see it at all."""
    for who in ("wa", "bo", "cui", "in"):
        page = office.get(who, path)
        assert f"{path}/enter" not in page
        assert f"{case.path}/votes" not in case.page(who)
    for who, status in (("mei", 404), ("au", 404), ("ow", 403)):
        office.get(who, path, status)
    office.get("li", "/fund/votes/none", 404)
    own = filled(office.get("li", path), f"{path}/close")
    sent = office.browsers["li"].post(f"{path}/fly", data=own, headers={"Accept": "text/html"})
    assert sent.status_code == 400

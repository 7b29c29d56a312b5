"""Score cards over HTTP and as pages: whose they are, what is refused, that the formula is one."""

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.care.scorecard import MEASURES
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.handlers import people as handlers
from tests.api.conftest import Fleet, Town
from tests.api.test_sign_in import bearer

DOCS = Path(__file__).parents[2] / "docs" / "scorecards.md"


@pytest.fixture
def keys(town: Town, fleet: Fleet) -> dict[str, str]:
    """Two estates, two units, faults of one of them; who sees which."""
    for n in range(6):
        fleet.lift(f"L-000{n}", estate="garden" if n < 4 else "lake")
    at_ms = now_ms() - 20 * DAY_MS
    for n in range(3):
        fleet.alarm("L-0000", "door_fault", at_ms=at_ms + n * DAY_MS)
        fleet.alarm("L-0000", "door_fault", edge="cleared", at_ms=at_ms + n * DAY_MS + 1)
    for n in range(1, 6):
        fleet.alarm(f"L-000{n}", "overload", at_ms=at_ms, estate="garden" if n < 4 else "lake")
    found = {
        login: town.secret(town.person(login, role, place), "key")
        for login, role, place in (
            ("samr", "supervision", Place("320583")),
            ("far", "supervision", Place("320584")),
            ("house", "property", Place("320583", "lake")),
            ("centre", "rescue", Place("320583")),
        )
    }
    with town.store.begin() as work:
        for name, lifts in (("安达", ("L-0000", "L-0001")), ("恒升", ("L-0004", "L-0005"))):
            unit = handlers.make_organisation(work, name=name, kind="maintenance", now_ms=0)
            found[name] = unit.id
            for lift in lifts:
                handlers.make_contract(
                    work,
                    lift=lift,
                    organisation=unit.id,
                    from_ms=now_ms() - 100 * DAY_MS,
                    until_ms=None,
                )
    return found


def read(client: TestClient, key: str, path: str, *, status: int = 200) -> Any:
    """An answer."""
    answer = client.get(f"/v1/scorecards{path}", headers=bearer(key))
    assert answer.status_code == status, answer.text
    return answer.json()


def test_cards_and_the_facts_behind_them(guest: TestClient, keys: dict[str, str]) -> None:
    """A unit with faults; each number has facts that can be opened."""
    items = read(guest, keys["samr"], "")["items"]
    assert {one["name"] for one in items} == {"安达", "恒升"}
    card = read(guest, keys["samr"], f"/unit/{keys['安达']}")
    faults = next(one for one in card["facts"] if one["measure"] == "faults")
    assert (faults["good"], len(faults["grounds"])) == (3, 3)
    incident = faults["grounds"][0]["id"]
    opened = guest.get(f"/v1/incidents/{incident}", headers=bearer(keys["samr"]))
    assert opened.status_code == 200
    assert {one["id"] for one in read(guest, keys["samr"], "?party=estate")["items"]} == {
        "320583~garden",
        "320583~lake",
    }


def test_a_strangers_card_does_not_exist(guest: TestClient, keys: dict[str, str]) -> None:
    """Another area, another estate, another unit."""
    assert read(guest, keys["far"], "")["items"] == []
    read(guest, keys["far"], f"/unit/{keys['安达']}", status=404)
    read(guest, keys["house"], f"/unit/{keys['安达']}", status=404)
    read(guest, keys["house"], "/estate/320583~garden", status=404)
    assert read(guest, keys["house"], f"/unit/{keys['恒升']}")["lifts"] == 2
    read(guest, keys["centre"], "", status=403)


@pytest.mark.parametrize(
    "path",
    ["?party=nobody", "?days=0", "?days=400", "?days=x", f"?party={'u' * 40}"],
)
def test_what_cannot_be_asked(path: str, guest: TestClient, keys: dict[str, str]) -> None:
    """It is refused, with a reason."""
    read(guest, keys["samr"], path, status=400)


@pytest.mark.parametrize("path", ["/unit/nobody", "/estate/x~y", "/what/ever", "/unit/%00"])
def test_no_such_card(path: str, guest: TestClient, keys: dict[str, str]) -> None:
    """Whatever is asked."""
    read(guest, keys["samr"], path, status=404)


def test_the_pages(guest: TestClient, keys: dict[str, str]) -> None:
    """The list leads to a card, the card to incidents; the formula is there for everybody."""
    page = guest.get("/scorecards", headers=bearer(keys["samr"])).text
    assert f'href="/scorecards/unit/{keys["安达"]}?days=90"' in page
    card = guest.get(f"/scorecards/unit/{keys['安达']}", headers=bearer(keys["samr"])).text
    assert re.search(r'href="/incidents/[^"]+"', card)
    gone = guest.get(f"/scorecards/unit/{keys['安达']}", headers=bearer(keys["far"]))
    assert gone.status_code == 404
    formula = guest.get("/scorecards/formula", headers=bearer(keys["centre"]))
    assert formula.status_code == 200
    assert formula.text.count("<tr>") == len(MEASURES) + 1


def test_the_formula_is_one(guest: TestClient, keys: dict[str, str]) -> None:
    """The table, the API and docs/scorecards.md say the same."""
    told = read(guest, keys["centre"], "/formula")["items"]
    assert [one["measure"] for one in told] == list(MEASURES)
    rows = [
        f"| `{row.name}` | {row.title} | {row.above} | {row.below} | {row.bound} | {row.disputed} |"
        for row in MEASURES.values()
    ]
    text = DOCS.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("| `")] == rows

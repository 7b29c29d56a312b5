"""The pages of rotas of duty, by their forms: who leads changes them, who is on duty takes over."""

import html
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.handlers import people as handlers
from liftwatch.handlers import rotas
from tests.api.conftest import Town
from tests.api.test_people_pages import Browser
from tests.api.test_rotas import TODAY, Unit


@pytest.fixture
def unit(gated: FastAPI, town: Town) -> Iterator[Unit]:
    """At work."""
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield Unit(client, town)


def browser(unit: Unit, town: Town, who: str) -> Browser:
    """Of somebody who is signed in."""
    client = TestClient(unit.client.app, base_url="http://127.0.0.1", follow_redirects=False)
    client.cookies.set("lw_session", town.secret(unit.people[who], "session"))
    return Browser(client)


def turns(unit: Unit, *names: str) -> dict[str, str]:
    """The fields of a rota of a day each."""
    people = {f"person_{n}": unit.ids(name)[0] for n, name in enumerate(names, 1)}
    rest = {"name": "night <b>", "hours": "24", "hand_over": "08:00", "first_day": TODAY}
    return people | rest | {"head": unit.ids("boss")[0]}


def hidden(page: str) -> dict[str, str]:
    """The rota of a page and its version."""
    found = re.search(r'name="rota" value="([^"]+)"><input[^>]*name="version" value="(\d+)"', page)
    assert found is not None
    return {"rota": found[1], "version": found[2]}


def test_from_a_form_to_who_is_on_duty(unit: Unit, town: Town) -> None:
    """Made, an exception added and taken away, changed, ended; every form against its version."""
    boss, path = browser(unit, town, "boss"), f"/duty/{unit.id}"
    made = boss.send(path, what="make", **turns(unit, "li", "wu"))
    assert (made.status_code, made.headers["location"]) == (303, path)
    page = boss.get(path)
    assert "night &lt;b&gt;" in page
    assert page.count('class="gap"') == 0
    one = hidden(page)
    day = {"from_day": "2026-01-01", "last_day": "2099-01-01", "by": "nobody"}
    assert boss.send(path, what="except", **one, **day).status_code == 303
    page = boss.get(path)
    assert page.count('class="gap"') == 1
    stale = boss.send(path, what="except", **one, **day)
    assert (stale.status_code, "somebody else has changed it" in stale.text) == (422, True)
    assert 'value="2099-01-01"' in stale.text
    assert boss.send(path, what="restore", number="0", **hidden(page)).status_code == 303
    page = boss.get(path)
    assert 'class="gap"' not in page
    changed = boss.send(path, what="change", **hidden(page), **turns(unit, "wu"))
    assert changed.status_code == 303
    page = boss.get(path)
    assert "Only one person is planned" in page
    assert boss.send(path, what="end", **hidden(page)).status_code == 303
    assert "It has no rota" in boss.get("/duty")


def test_what_was_typed_stays(unit: Unit, town: Town) -> None:
    """With the reason above it."""
    boss, path = browser(unit, town, "boss"), f"/duty/{unit.id}"
    fields = turns(unit, "li", "wu") | {"hours": "10"}
    wrong = boss.send(path, what="make", **fields)
    assert wrong.status_code == 422
    assert "a turn is a whole part of a day" in wrong.text
    assert f'value="{html.escape(fields["name"])}"' in wrong.text
    chosen = re.findall(r'<option value="([^"]+)" selected', wrong.text)
    assert chosen[:2] == unit.ids("li", "wu")
    for spoilt in ({"first_day": "soon"}, {"hand_over": "25:00"}, {"person_1": "<x>"}):
        answer = boss.send(path, what="make", **fields | {"hours": "24"} | spoilt)
        assert answer.status_code == 422, spoilt
    with unit.store.reading() as reads:
        assert reads.rotas(unit.id) == []


def test_others_only_look_and_take_over(unit: Unit, town: Town) -> None:
    """Who is on duty has a button; who does not lead has no form; elsewhere there is nothing."""
    unit.make(turns=[unit.body()["turns"][0] | {"persons": unit.ids("li")}])
    path = f"/duty/{unit.id}"
    li, wu, other = (browser(unit, town, who) for who in ("li", "wu", "other"))
    page = li.get(path)
    assert 'name="what" value="make"' not in page
    assert "I have taken over" in page
    found = re.search(r'name="rota" value="([^"]+)"', page)
    assert found is not None
    assert li.send(path, what="take", rota=found[1]).status_code == 303
    assert "I have taken over" not in wu.get(path)
    refused = li.send(path, what="end", rota=found[1], version="1")
    assert refused.status_code == 403
    assert other.client.get(path).status_code == 404
    assert "boss" not in other.get("/duty")


def test_who_has_left_stands_struck_out_in_the_plan(unit: Unit, town: Town) -> None:
    """And the time without them is marked."""
    unit.make()
    with unit.store.begin() as work:
        for one in work.memberships(unit.ids("wu")):
            handlers.withdraw(work, one.person, one.id, now_ms=one.from_ms + 1)
        (rota,) = work.rotas(unit.id)
    page = browser(unit, town, "li").get(f"/duty/{unit.id}")
    assert 6 <= page.count('class="gap"') <= 8
    assert "<s" in page
    assert "wu (has left)" in page
    assert rotas.remark_of(rota) is None


def test_a_weekly_pattern_keeps_what_its_form_does_not_show(unit: Unit, town: Town) -> None:
    """Its name and head are changed on the page, its lines and holidays by the API alone."""
    line = {"days": [0, 1, 2, 3, 4], "from": "08:00", "to": "18:00", "persons": unit.ids("li")}
    unit.make(turns=[], shifts=[line], holidays=["2026-10-01"])
    boss, path = browser(unit, town, "boss"), f"/duty/{unit.id}"
    page = boss.get(path)
    assert "changed by the API" in page
    assert 'class="gap"' in page
    fields = {"name": "office", "hours": "24", "hand_over": "08:00", "first_day": "2026-01-01"}
    change = boss.send(path, what="change", **hidden(page), **fields)
    assert change.status_code == 303
    (made,) = unit.ask("boss", "GET", unit.path).json()["items"]
    assert (made["name"], made["head"], made["turns"]) == ("office", None, [])
    assert (made["shifts"], made["holidays"]) == ([line], ["2026-10-01"])
    spell = {"from_day": "2026-05-01", "by": "nobody"}
    refused = boss.send(path, what="except", **hidden(boss.get(path)), **spell)
    assert (refused.status_code, "made by the API" in refused.text) == (422, True)

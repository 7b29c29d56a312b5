"""A call came in: found by what the caller knows, opened once, and never lost by a mistake."""

import html

import pytest
from fastapi import FastAPI

from liftwatch.access.sight import Place
from liftwatch.incidents.incident import Incident
from liftwatch.ports import IncidentFilter
from liftwatch.register.facts import Facts
from tests.api.conftest import Fleet, Town
from tests.api.test_move_page import Hand, hand

CODE = "31103205832020000017"


@pytest.fixture
def duty(gated: FastAPI, town: Town, fleet: Fleet) -> Hand:
    """The property's duty of an estate with two lifts; a third is elsewhere."""
    first = Facts(building="3", unit="1", rescue_code="300001", equipment_code=CODE)
    fleet.lift("L-0001", facts=first)
    fleet.lift("L-0002", facts=Facts(building="3", unit="2", rescue_code="300002"))
    fleet.lift("L-0003", estate="lakeside", facts=Facts(building="3", rescue_code="300003"))
    return hand(gated, town, "property", Place("320583", "garden"))


def look(duty: Hand, where: str) -> list[str]:
    """The lifts that fit."""
    page = duty.browser.client.get("/call", params={"where": where}).text
    return [name for name in ("L-0001", "L-0002", "L-0003") if f'value="{name}"' in page]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("300001", ["L-0001"]),
        (CODE, ["L-0001"]),
        ("l-0002", ["L-0002"]),
        ("garden", ["L-0001", "L-0002"]),
        ("GARDEN 3", ["L-0001", "L-0002"]),
        ("lakeside", []),
        ("300003", []),
        ("nowhere", []),
        ("' OR 1=1 --", []),
        ("   ", []),
    ],
)
def test_by_what_the_caller_knows(duty: Hand, where: str, found: list[str]) -> None:
    """A code, a name or a place; what is not theirs is not there."""
    assert look(duty, where) == found


def test_opened_once_with_the_words_of_the_caller(duty: Hand, fleet: Fleet) -> None:
    """Sent twice it is one; of a lift that has told the same it joins."""
    page = duty.browser.get("/call?where=300001")
    told = {"lift": "L-0001", "kind": "entrapment", "text": "two of us <b>"}
    sent = [duty.browser.send("/call", page, **told) for _ in range(2)]
    assert [one.status_code for one in sent] == [303, 303]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    (incident,) = everything(fleet)
    assert (incident.kind, incident.severity, incident.lift) == ("entrapment", 1, "L-0001")
    shown = duty.page(incident.id)
    assert "Told by telephone" in shown
    assert "two of us &lt;b&gt;" in shown
    again = duty.browser.send("/call", **(told | {"text": "again"}))
    assert again.headers["location"] == sent[0].headers["location"]


def everything(fleet: Fleet) -> list[Incident]:
    """All incidents."""
    return fleet.books.incidents(IncidentFilter()).items


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"lift": ""}, "请先选择电梯"),
        ({"lift": "L-0003"}, "请先选择电梯"),
        ({"lift": "../../etc"}, "请先选择电梯"),
        ({"kind": "ageing"}, "请选择发生了什么"),
        ({"at": "yesterday"}, "时间格式应如"),
        ({"at": "2020-01-01T00:00"}, "开始时间不能晚于现在"),
        ({"text": ""}, "须为 1 至 1000 个字"),
    ],
)
def test_what_cannot_be_is_said_and_all_typed_stays(
    duty: Hand, fleet: Fleet, told: dict[str, str], why: str
) -> None:
    """Nothing is opened."""
    good = {"where": "garden", "lift": "L-0002", "kind": "door_fault", "text": "it is stuck"}
    page = duty.browser.get("/call")
    duty.browser.client.cookies.set("language", "zh")
    answer = duty.browser.send("/call", page, **{n: v for n, v in (good | told).items() if v})
    text = html.unescape(answer.text)
    assert (answer.status_code, why in text) == (422, True), text
    assert 'value="garden"' in text
    assert "it is stuck" in text or not told.get("text", "x")
    assert everything(fleet) == []


def test_looking_keeps_what_was_typed(duty: Hand) -> None:
    """The words are often there before the place is."""
    answer = duty.browser.send("/call", what="look", where="300002", text="help")
    assert answer.status_code == 200
    assert 'value="L-0002" required checked' in answer.text
    assert ">help</textarea>" in answer.text


def test_who_may_not_judge_opens_nothing(gated: FastAPI, town: Town, fleet: Fleet) -> None:
    """The room shows them no such button."""
    fleet.lift("L-0001")
    unit = hand(gated, town, "maintenance")
    assert unit.browser.client.get("/call").status_code == 403
    assert "/call" not in unit.browser.get("/room")

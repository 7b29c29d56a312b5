"""The page of an incident: its clocks, its story, and the moves of whoever looks, by forms."""

import html
import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.console.course_texts import CLOCK_TEXTS, FIELD_TEXTS, LINE_TEXTS, MOVE_TEXTS
from api.console.language import local
from api.console.move_forms import fields_of
from api.console.signals import WORDS
from liftwatch.access.sight import Place
from liftwatch.clock import MINUTE_MS, now_ms
from liftwatch.incidents.clock_rules import GRAVE, RULES
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import MOVES, Cause
from tests.api.conftest import Fleet, Town
from tests.api.test_people_pages import Browser

GARDEN = Place("320583", "garden")
NASTY = "<script>alert(1)</script>"


class Hand:
    """Somebody with a browser who moves incidents."""

    def __init__(self, client: TestClient) -> None:
        self.browser = Browser(client)

    def page(self, id: str, language: str = "en") -> str:
        """The page of an incident."""
        return self.browser.client.get(
            f"/incidents/{id}", headers={"Accept-Language": language}
        ).text

    def move(self, id: str, name: str, *, page: str = "", **told: str) -> tuple[int, str]:
        """Fill in a form of a page, by default of the page as it is now; status and answer."""
        page = page or self.page(id)
        version = re.search(r'name="version" value="(\d+)"', page)
        fields = {"version": version[1] if version else "1"} | told
        answer = self.browser.send(f"/incidents/{id}", page, to=f"/incidents/{id}/{name}", **fields)
        return answer.status_code, html.unescape(answer.text)


def hand(app: FastAPI, town: Town, role: str, *places: Place) -> Hand:
    """Somebody of a role who is signed in."""
    client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
    client.cookies.set(
        "lw_session", town.secret(town.person(role + "-1", role, *places), "session")
    )
    return Hand(client)


@pytest.fixture
def duty(gated: FastAPI, town: Town, fleet: Fleet) -> Hand:
    """The property's duty, over a lift that is known."""
    fleet.lift("L-0001")
    return hand(gated, town, "property", GARDEN)


def trapped(fleet: Fleet) -> Incident:
    """People are trapped, since five minutes."""
    began = now_ms() - 5 * MINUTE_MS
    return fleet.alarm("L-0001", "entrapment", at_ms=began, evidence={"people": 2})


def forms(page: str) -> list[str]:
    """The moves whose forms a page has."""
    return re.findall(r'id="move-([a-z]+)"', page)


def test_from_alarm_to_rescue_by_forms(duty: Hand, fleet: Fleet) -> None:
    """Each form leads on; the page then shows the new state, who has it, and the whole story."""
    id = trapped(fleet).id
    assert forms(duty.page(id)) == ["acknowledge", *_while_open("dispatch", "arrive", "release")]
    assert "nobody has it yet" in duty.page(id)
    assert duty.move(id, "acknowledge", text="spoke to them")[0] == 303
    page = duty.page(id)
    assert "property-1" in page
    assert "acknowledge" not in forms(page)
    assert duty.move(id, "dispatch", crew="Wang 138")[0] == 303
    assert duty.move(id, "arrive")[0] == 303
    told = {"trapped": "2", "injured": "0", "cause": "door", "confirmed_by": "Wang"}
    assert duty.move(id, "release", **told)[0] == 303
    page = html.unescape(duty.page(id))
    for words in ("Wang 138", "spoke to them", "Were inside <b>2</b>", "Cause <b>Doors</b>"):
        assert words in page
    assert duty.move(id, "resolve", cause="door", inspection="TJ-7")[0] == 303
    assert duty.move(id, "close")[0] == 303
    assert forms(duty.page(id)) == ["comment"]
    assert re.findall(r'<p><b>([^<]+)</b> <span class="story-who">', duty.page(id)) == [
        "Alarm raised",
        "Acknowledged",
        "Crew sent",
        "Crew arrived",
        "Everybody out",
        "Put right",
        "Closed for good",
    ]
    assert "人员已全部救出" in duty.page(id, "zh")


def _while_open(*names: str) -> tuple[str, ...]:
    return (*names, "reject", "report", "comment")


def test_what_is_missing_is_told_beside_the_form_and_all_typed_stays(
    duty: Hand, fleet: Fleet
) -> None:
    """Nothing that somebody typed in a hurry is lost, and nothing has happened."""
    id = trapped(fleet).id
    wrong = (
        ("dispatch", {"text": NASTY}, "“派出救援人员”须填写：救援人员：姓名与电话"),
        ("dispatch", {"crew": "w", "at": "soon"}, "时间格式应如"),
        ("dispatch", {"crew": "w", "at": "2199-01-01T00:00"}, "时间不能晚于现在"),
        ("acknowledge", {"at": "2026-01-01T00:00"}, "时间不能早于上一步"),
        ("reject", {}, "“误报”须填写"),
    )
    duty.browser.client.cookies.set("language", "zh")
    for name, told, why in wrong:
        status, text = duty.move(id, name, **told)
        assert (status, why in text) == (422, True), (name, text)
        assert f'id="move-{name}" open' in text
        assert all(typed in text for typed in told.values())
    assert fleet.books.incident(id).state == "raised"  # type: ignore[union-attr]


def test_numbers_that_are_none_and_more_injured_than_trapped(duty: Hand, fleet: Fleet) -> None:
    """Told in words, with the form open."""
    id = trapped(fleet).id
    duty.move(id, "arrive")
    good = {"trapped": "2", "injured": "0", "cause": "door", "confirmed_by": "Wang"}
    for told, why in (
        ({"trapped": "two"}, "People who were inside is no whole number"),
        ({"trapped": "-1"}, "People who were inside is no whole number"),
        ({"trapped": "101"}, "People who were inside is from 0 to 100"),
        ({"injured": "3"}, "more are injured than were trapped"),
        ({"cause": "ghosts"}, "cause is none of those of the list"),
    ):
        status, text = duty.move(id, "release", **(good | told))
        assert (status, why in text) == (422, True), why
        assert 'value="Wang"' in text


def test_two_people_at_once(duty: Hand, fleet: Fleet) -> None:
    """Who comes second is told, keeps their words, and sees the state as it is."""
    id = trapped(fleet).id
    page = duty.page(id)
    assert duty.move(id, "dispatch", page=page, crew="first")[0] == 303
    status, text = duty.move(id, "dispatch", page=duty.page(id), version="1", crew="second")
    assert status == 412
    assert "somebody else has changed it" in text
    assert 'value="second"' in text
    assert duty.move(id, "arrive")[0] == 303
    status, text = duty.move(id, "acknowledge", text="I have it")
    assert (status, "Acknowledge does not follow Arrived" in text) == (409, True)
    assert "I have it" in text


def test_a_form_sent_twice_counts_once(duty: Hand, fleet: Fleet) -> None:
    """Also when its words have changed: then it is told, and nothing is lost."""
    id = trapped(fleet).id
    page = duty.page(id)
    assert duty.move(id, "comment", page=page, text="one")[0] == 303
    assert duty.move(id, "comment", page=page, text="one")[0] == 303
    status, text = duty.move(id, "comment", page=page, text="two")
    assert (status, "another request was made" in text, ">two<" in text) == (409, True, True)
    assert [line.what for line in fleet.books.lines_of(id)] == ["raised", "comment"]


def test_without_the_token_of_the_page_nothing_moves(duty: Hand, fleet: Fleet) -> None:
    """A page elsewhere cannot send it."""
    id = trapped(fleet).id
    data = {"version": "1", "once": "12345678", "csrf": "x"}
    assert duty.browser.client.post(f"/incidents/{id}/acknowledge", data=data).status_code == 403


def test_everybody_sees_their_own_moves(gated: FastAPI, town: Town, fleet: Fleet) -> None:
    """Who is paid to put it right does not judge; who supervises only reads; others see nothing."""
    fleet.lift("L-0001")
    id = trapped(fleet).id
    rescue = hand(gated, town, "rescue", GARDEN)
    assert "reject" in forms(rescue.page(id))
    assert "report" not in forms(rescue.page(id))
    watcher = hand(gated, town, "supervision", GARDEN)
    assert forms(watcher.page(id)) == []
    assert "There is nothing that you can do with it now." in watcher.page(id)
    far = hand(gated, town, "property", Place("320583", "lakeside"))
    assert "there is no incident" in far.page(id)
    assert far.move(id, "acknowledge", page=rescue.page(id))[0] in (403, 404)


def test_a_minute_typed_stands_for_what_of_it_can_be(duty: Hand, fleet: Fleet) -> None:
    """An alarm of 08:00:30 is taken "at 08:00": not before it."""
    incident = trapped(fleet)
    typed = local(incident.opened_ms).strftime("%Y-%m-%dT%H:%M")
    assert duty.move(incident.id, "acknowledge", at=typed)[0] == 303
    (_, line) = fleet.books.lines_of(incident.id)
    assert line.at_ms == incident.opened_ms


def test_what_came_late_is_not_told_as_in_time(duty: Hand, fleet: Fleet) -> None:
    """Three minutes for somebody to have it were over; the crew was in time."""
    id = trapped(fleet).id
    assert duty.move(id, "dispatch", crew="Wang")[0] == 303
    told = dict(
        re.findall(r'<th scope="row">([^<]+)</th>.*?<td>([A-Z][a-z ]+?) *[0-9<]', duty.page(id))
    )
    assert told["Somebody has it"] == "Too late"
    assert told["People out"] == "Runs"


def test_html_that_people_tell_is_text(duty: Hand, fleet: Fleet) -> None:
    """In the story, and for who has it."""
    id = trapped(fleet).id
    assert duty.move(id, "dispatch", crew=NASTY, text=NASTY)[0] == 303
    assert NASTY not in duty.page(id)
    assert duty.page(id).count("&lt;script&gt;") >= 2


def test_every_word_has_its_text() -> None:
    """Moves, clocks, causes and fields: the tables of texts follow those of the domain."""
    assert MOVE_TEXTS.keys() == MOVES.keys()
    clocks = {rule.name for rows in (*RULES.values(), *GRAVE.values()) for rule in rows}
    assert clocks == CLOCK_TEXTS.keys()
    assert WORDS["cause"].keys() == set(Cause.__args__)  # type: ignore[attr-defined]  # a Literal
    assert LINE_TEXTS.keys() >= {*MOVES, "raised", "again", "graver", "wider", "cleared", "told"}
    kinds = [Incident(id="i", kind=kind, **_ANY) for kind in RULES]
    asked = {field for name in MOVES for one in kinds for field in fields_of(name, one)}
    assert asked == FIELD_TEXTS.keys()


_ANY = {
    "severity": 1,
    "severity_max": 1,
    "opened_ms": 0,
    "raised_ms": 0,
    "area": "320583",
    "estate": "garden",
    "lift": "L-1",
}

"""Notices: from what happened to the wall, whether it helped, and the codes of public pages."""

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from msgspec import structs
from starlette.testclient import TestClient

from api.console.move_forms import local_moment
from api.console.notice_texts import WORDINGS
from api.qr import squares
from api.residents_seen import last_month
from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.care.notices import TOPICS, Counted, proposals
from liftwatch.clock import DAY_MS, HOUR_MS, now_ms, rfc3339
from liftwatch.handlers.care_complaints import Told, receive
from tests.api.conftest import Fleet, Town
from tests.api.test_sign_in import bearer
from tests.api.test_silences import send

HERE = {"area": "320583", "estate": "garden", "building": "3"}


@pytest.fixture
def mei(town: Town, fleet: Fleet) -> dict[str, str]:
    """Who manages the garden, in whose building 3 doors were blocked four times."""
    fleet.lift("L-0001")
    for day in range(1, 5):
        at_ms = now_ms() - day * DAY_MS
        fleet.alarm("L-0001", "door_blocked", at_ms=at_ms)
        fleet.alarm(
            "L-0001", "door_blocked", at_ms=at_ms + HOUR_MS, edge="cleared", opened_ms=at_ms
        )
    person = town.person("mei", "property", Place("320583", "garden"))
    return bearer(town.secret(person, "key"))


def asked(**more: Any) -> dict[str, Any]:
    """A draft about doors, for a week from now."""
    at_ms = now_ms()
    wording = WORDINGS[more.get("topic", "doors")]
    times = {"from_at": rfc3339(at_ms), "until_at": rfc3339(at_ms + 7 * DAY_MS)}
    return HERE | {"topic": "doors", "zh": wording.zh, "en": wording.en} | times | more


def move(guest: TestClient, id: str, name: str, *, by: dict[str, str], **body: Any) -> Any:
    """A move of a notice in its first versions."""
    version = {"publish": 1, "decline": 1, "withdraw": 2}[name]
    headers = by | {"If-Match": f'"{version}"'}
    return send(guest, f"/v1/notices/{id}/{name}", body or None, **headers)


def test_from_what_happened_to_the_wall_and_down(
    guest: TestClient, mei: dict[str, str], people: SqlPeople, books: SqlBooks
) -> None:
    """Proposed with its counts, drafted, seen by nobody, published, seen by all, taken down."""
    row = books.lift("L-0001")
    assert row is not None
    with people.begin() as work:
        told = Told(topic="doors", channel="page")
        receive(work, row, told, now_ms=now_ms())
    (one,) = guest.get("/v1/notices/proposals", headers=mei).json()["items"]
    assert one == HERE | {"topic": "doors", "evidence": {"door_blocked": 4, "complaint:doors": 1}}
    made = send(guest, "/v1/notices", asked(), **mei)
    assert made.json()["evidence"] == one["evidence"], made.text
    assert guest.get("/v1/notices/proposals", headers=mei).json()["items"] == []
    code = send(guest, "/v1/lifts/L-0001/code", None, **mei).json()
    screen = send(guest, "/v1/screens", HERE, **mei).json()
    public = (code["path"], screen["path"])
    title = WORDINGS["doors"].title_zh
    pages = {"Accept": "text/html", "Accept-Language": "zh"}
    assert not any(title in guest.get(path, headers=pages).text for path in public)
    assert move(guest, made.json()["id"], "publish", by=mei).json()["state"] == "published"
    assert all(title in guest.get(path, headers=pages).text for path in public)
    assert move(guest, made.json()["id"], "withdraw", by=mei).json()["state"] == "withdrawn"
    assert not any(title in guest.get(path, headers=pages).text for path in public)


@pytest.mark.parametrize("installation", [False, True])
def test_exercises_count_where_all_is_one(
    guest: TestClient, town: Town, fleet: Fleet, gated: FastAPI, installation: bool
) -> None:
    """And nowhere else: neither as a proposal nor in the residents' month."""
    gated.state.parts = replace(gated.state.parts, exercise=installation)
    fleet.lift("L-0001")
    begun = last_month(now_ms())[0]
    for at_ms in (*(now_ms() - day * DAY_MS for day in range(1, 5)), begun):
        fleet.alarm("L-0001", "door_blocked", at_ms=at_ms, exercise=True)
        fleet.alarm(
            *("L-0001", "door_blocked"),
            at_ms=at_ms + 1,
            edge="cleared",
            opened_ms=at_ms,
            exercise=True,
        )
    mei = bearer(town.secret(town.person("mei", "property", Place("320583", "garden")), "key"))
    code = send(guest, "/v1/lifts/L-0001/code", None, **mei).json()["code"]
    asked = guest.get("/v1/notices/proposals", headers=mei).json()["items"]
    held = guest.get(f"/v1/public/lifts/{code}").json()["counts"]["blocked"]
    assert (bool(asked), held > 0) == (installation, installation)


def test_what_is_declined_is_not_proposed_again(guest: TestClient, mei: dict[str, str]) -> None:
    """For a while, and with a reason that is kept."""
    body = HERE | {"topic": "doors", "why": "a removal, with our leave"}
    kept = send(guest, "/v1/notices/proposals/decline", body, **mei)
    assert kept.json()["state"] == "declined", kept.text
    assert guest.get("/v1/notices/proposals", headers=mei).json()["items"] == []
    (told,) = guest.get("/v1/notices", headers=mei).json()["items"]
    assert (told["why"], told["evidence"]) == ("a removal, with our leave", {"door_blocked": 4})


def test_a_planned_outage_mutes_what_was_announced(
    guest: TestClient, mei: dict[str, str], books: SqlBooks
) -> None:
    """Only that the lift stands still, only then; taken down it mutes nothing more."""
    begin, end = now_ms() + HOUR_MS, now_ms() + 4 * HOUR_MS
    times = {"from_at": rfc3339(begin), "until_at": rfc3339(end)}
    made = send(guest, "/v1/notices", asked(topic="outage", lift="L-0001", **times), **mei).json()
    shown = move(guest, made["id"], "publish", by=mei).json()
    (silence,) = books.silences(since_ms=0)
    assert (silence.id, silence.kind, silence.lift) == (
        shown["silence"],
        "out_of_service",
        "L-0001",
    )
    assert (silence.holds(begin - 1), silence.holds(begin), silence.holds(end)) == (
        False,
        True,
        False,
    )
    assert move(guest, made["id"], "withdraw", by=mei).status_code == 200
    (silence,) = books.silences(since_ms=0)
    assert not silence.holds(begin + 1)


def test_whether_it_helped_is_said_plainly(
    guest: TestClient, mei: dict[str, str], people: SqlPeople
) -> None:
    """Just published: nobody can tell; the same days before and after."""
    made = send(guest, "/v1/notices", asked(), **mei).json()
    move(guest, made["id"], "publish", by=mei)
    told = guest.get(f"/v1/notices/{made['id']}/effect", headers=mei).json()
    assert (told["told"], told["after"]) == ("none", 0)
    with people.begin() as work:
        one = work.care.locked_notice(made["id"])
        assert one is not None
        older = structs.replace(one, published_ms=now_ms() - 2 * DAY_MS - HOUR_MS, version=3)
        work.care.put_notice(older)
    told = guest.get(f"/v1/notices/{made['id']}/effect", headers=mei).json()
    assert (told["before"], told["after"], told["told"]) == (2, 2, "open")
    assert told["before_lift_days"] == told["after_lift_days"] == pytest.approx(2.04, abs=0.01)
    page = guest.get(f"/notices/{made['id']}", headers=mei | {"Accept-Language": "en"})
    assert "It cannot be told yet" in page.text


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"zh": ""}, 400),
        ({"en": " "}, 422),
        ({"until_at": rfc3339(1)}, 422),
        ({"until_at": rfc3339(now_ms() + 200 * DAY_MS)}, 422),
        ({"estate": "lake"}, 404),
        ({"lift": "L-0404"}, 404),
        ({"topic": "weather"}, 400),
        ({"topic": "outage", "building": ""}, 422),
    ],
)
def test_what_cannot_hang(
    guest: TestClient, mei: dict[str, str], more: dict[str, Any], status: int
) -> None:
    """Nothing is kept."""
    body = asked() | more
    assert send(guest, "/v1/notices", body, **mei).status_code == status
    assert guest.get("/v1/notices", headers=mei).json()["items"] == []


def test_others_see_and_change_nothing(guest: TestClient, town: Town, mei: dict[str, str]) -> None:
    """A manager elsewhere; supervision looks and does not write."""
    id = send(guest, "/v1/notices", asked(), **mei).json()["id"]
    bo = bearer(town.secret(town.person("bo", "property", Place("320583", "lake")), "key"))
    sun = bearer(town.secret(town.person("sun", "supervision", Place("320583")), "key"))
    assert move(guest, id, "publish", by=bo).status_code == 404
    assert guest.get(f"/notices/{id}/poster.pdf", headers=bo).status_code == 404
    assert send(guest, "/v1/lifts/L-0001/code", None, **bo).status_code == 404
    assert send(guest, "/v1/screens", HERE, **bo).status_code == 404
    assert move(guest, id, "publish", by=sun).status_code == 403
    assert len(guest.get("/v1/notices", headers=sun).json()["items"]) == 1


def test_the_poster_and_the_sticker(guest: TestClient, mei: dict[str, str]) -> None:
    """Both languages' letters are in it, on one page; the code leads where it should."""
    id = send(guest, "/v1/notices", asked(zh="长" * 1_000, en="x " * 499), **mei).json()["id"]
    code = send(guest, "/v1/lifts/L-0001/code", None, **mei).json()
    for path in (f"/notices/{id}/poster.pdf", "/lifts/L-0001/sticker.pdf"):
        answered = guest.get(path, headers=mei)
        assert answered.content.startswith(b"%PDF"), path
        assert len(re.findall(rb"/Type /Page\b", answered.content)) == 1
        assert b"WenQuanYi" in answered.content
    page = guest.get("/lifts/L-0001/sticker", headers=mei | {"Accept": "text/html"})
    assert code["path"] in page.text
    assert io.BytesIO(answered.content).getbuffer().nbytes < 500_000
    size = len(squares("http://127.0.0.1" + code["path"]))
    assert f'viewBox="0 0 {size + 8} {size + 8}"' in page.text


def test_a_draft_is_changed_until_it_hangs(guest: TestClient, mei: dict[str, str]) -> None:
    """Its text and its times, against the version that was read; then no more."""
    made = send(guest, "/v1/notices", asked(), **mei).json()
    path, first = f"/v1/notices/{made['id']}/edit", mei | {"If-Match": '"1"'}
    told = {"zh": "请勿挡门", "en": "Let doors close"}
    told |= {name: made[name] for name in ("from_at", "until_at")}
    changed = send(guest, path, told, **first)
    assert (changed.status_code, changed.json()["zh"]) == (200, "请勿挡门"), changed.text
    assert changed.json()["evidence"] == made["evidence"]
    assert send(guest, path, told, **first).status_code == 412
    second = mei | {"If-Match": '"2"'}
    assert send(guest, path, told | {"until_at": made["from_at"]}, **second).status_code == 422
    hung = send(guest, f"/v1/notices/{made['id']}/publish", None, **second)
    assert (hung.status_code, hung.json()["en"]) == (200, "Let doors close")
    assert send(guest, path, told, **mei | {"If-Match": '"3"'}).status_code == 409


def test_forms_make_what_the_api_makes(guest: TestClient, town: Town, mei: dict[str, str]) -> None:
    """A draft by the page; what was typed stays when it cannot be."""
    del mei
    with town.store.reading() as reads:
        person = reads.person_of_login("mei")
    assert person is not None
    guest.cookies.set("lw_session", town.secret(person, "session"))
    guest.headers |= {"Accept": "text/html", "Origin": "http://127.0.0.1"}
    page = guest.get("/notices/new?topic=ebikes&place=320583/garden/3").text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    typed = hidden | {"place": "320583/garden/3", "zh": "不要", "en": " "}
    wrong = guest.post("/notices/new", data=typed)
    assert wrong.status_code == 422
    assert "不要" in wrong.text
    made = guest.post("/notices/new", data=typed | {"en": "no", "once": "another-key"})
    assert made.status_code == 303, made.text
    path, english = made.headers["location"], {"Accept-Language": "en"}
    page = guest.get(path, headers=english).text
    assert "Publish" in page
    (hung_from,) = re.findall(r'name="from" type="datetime-local" value="([^"]+)"', page)
    again = hidden | {
        "what": "edit",
        "version": "1",
        "from": hung_from,
        "until": "2020-01-01T08:00",
    }
    wrong = guest.post(path, data=again | {"zh": "不要充电", "en": "no", "once": "change-it"})
    assert (wrong.status_code, "不要充电" in wrong.text) == (422, True)
    for where, sent in ((path, again), ("/notices/new", typed | {"en": "no"})):
        wrong = guest.post(
            where, data=sent | {"zh": "写好的", "until": "tomorrow", "once": "no-moment"}
        )
        assert (wrong.status_code, "写好的" in wrong.text) == (422, True)
    until = local_moment(now_ms() + DAY_MS)
    kept = guest.post(
        path, data=again | {"until": until, "zh": "不要充电", "once": "change-it-so", "en": "no"}
    )
    assert kept.status_code == 303, kept.text
    assert "不要充电" in guest.get(path, headers=english).text


def test_a_proposal_needs_enough_of_one_building() -> None:
    """Not the estate's sum; the table says from how many on."""
    one = Counted("320583", "garden", "3", "overload", TOPICS["overload"].from_count - 1)
    assert proposals([one, one._replace(building="4")], [], now_ms=0) == []
    assert len(proposals([one, one._replace(times=1)], [], now_ms=0)) == 1

"""Channels over HTTP: which there are, a test of one, and who was told of an incident."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from api.app import create_app
from api.console.kinds import KIND_TEXTS
from api.console.language import LANGUAGES
from api.gate import Gate
from liftwatch.access.sight import Place
from liftwatch.adapters.addresses import said_of
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.incidents.kind_names import KIND_NAMES
from liftwatch.incidents.pages import Page, Ways
from liftwatch.ports import Attempt, Promise
from tests.api.conftest import AT_MS, SECRET, Fleet, Town
from tests.api.test_sign_in import bearer, tokens

WAYS = Ways(
    channels=("email",),
    hooks={"*": ("room",)},
    for_exercises=frozenset({"room"}),
    exercise=True,
    systems=("anda",),
)


@pytest.fixture
def gated(books: SqlBooks, store: EmbeddedStore, people: SqlPeople) -> FastAPI:
    """An application with two channels."""
    return create_app(
        books=books,
        store=store,
        readiness=dict,
        metrics=CollectorRegistry(),
        gate=Gate(people, SECRET),
        ways=WAYS,
        times={"door_fault.acknowledge": 225_000},
    )


@pytest.fixture
def ask(gated: FastAPI, town: Town) -> Iterator[Any]:
    """Asks as somebody, each request under a key of its own."""
    town.person("li", "property", Place("320583", "garden"))
    town.person("wu", "property", Place("320583", "lake"))
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as client:

        def do(who: str, method: str, path: str, **more: Any) -> Any:
            headers = bearer(tokens(client, who)["access_token"]) | {
                "Idempotency-Key": "a-key-of-our-own"
            }
            return client.request(method, path, headers=headers, **more)

        yield do


def test_a_job_system_is_shown_and_sent_no_test(ask: Any, books: SqlBooks) -> None:
    """What came of the last message to it; it is sent what happens, and nothing else."""
    with books.begin() as work:
        made = Promise(id="p", channel="jobs/anda", body="{}", made_ms=AT_MS, due_ms=AT_MS)
        work.promise(made)
        tried = Attempt(promise="p", n=1, at_ms=AT_MS, verdict="retry", detail="HTTP 503")
        work.note_attempt(tried, due_ms=AT_MS)
    found = ask("root", "GET", "/v1/channels").json()["items"]
    assert [one["name"] for one in found] == ["email", "room", "jobs/anda"]
    assert found[2]["detail"] == "HTTP 503"
    assert ask("root", "POST", "/v1/channels/jobs%2Fanda/test").status_code == 404
    page = ask("root", "GET", "/channels").text
    assert "jobs/anda" in page
    assert page.count('name="channel"') == 2


def test_an_administrator_tests_a_channel(ask: Any, books: SqlBooks) -> None:
    """It goes to whoever asks, marked as the drill that this installation is, once a key."""
    assert ask("li", "GET", "/v1/channels").status_code == 403
    assert ask("li", "POST", "/v1/channels/email/test").status_code == 403
    assert ask("root", "POST", "/v1/channels/pigeon/test").status_code == 404
    for _ in range(2):
        told = ask("root", "POST", "/v1/channels/email/test")
        assert (told.status_code, told.json()["channel"]) == (202, "email")
    promise = books.next_promise("email")
    assert promise is not None
    assert promise.id == told.json()["id"]
    said = said_of(promise)
    assert said.text.startswith("【演练】电梯安全监测：通道测试")
    assert [x.name for x in books.deadlines()] == ["send-pages/email"]
    with books.begin() as work:
        tried = {"promise": promise.id, "n": 1, "at_ms": AT_MS}
        work.note_attempt(Attempt(verdict="refused", detail="550", **tried), due_ms=AT_MS)
    assert books.next_promise("email") is None  # the same key was the same request
    untried = {"at": None, "verdict": None, "detail": None}
    assert ask("root", "GET", "/v1/channels").json() == {
        "items": [
            {
                "name": "email",
                "exercise": False,
                "at": "2026-03-02T08:14:00.000Z",
                "verdict": "refused",
                "detail": "550",
            },
            {"name": "room", "exercise": True} | untried,
            {"name": "jobs/anda", "exercise": False} | untried,
        ]
    }


def test_who_was_told_of_an_incident(ask: Any, books: SqlBooks, fleet: Fleet) -> None:
    """By whoever sees it; names, and neither numbers nor addresses."""
    fleet.lift("L-0001")
    one = fleet.alarm("L-0001", "door_fault")
    with books.begin() as work:
        page = Page(
            id="p-1",
            incident=one.id,
            occurrence=1,
            why="raised",
            step=1,
            party="P",
            organisation="",
            person="nobody any more",
            channel="email",
            made_ms=AT_MS,
        )
        work.add_page(page)
        work.note_page("p-1", {"attempts": 2, "tried_ms": AT_MS, "verdict": "delivered"})
    path = f"/v1/incidents/{one.id}/pages"
    assert ask("wu", "GET", path).status_code == 404
    told = ask("li", "GET", path).json()
    assert [(x["why"], x["parties"], x["held"]) for x in told["notices"]] == [
        ("raised", "PM", None)
    ]
    (page_,) = told["pages"]
    assert (page_["who"], page_["verdict"], page_["attempts"]) == (None, "delivered", 2)


def test_clocks_of_a_setting_run_for_what_is_told_by_hand(
    ask: Any, books: SqlBooks, fleet: Fleet
) -> None:
    """A quarter of the table's time, as the setting says."""
    fleet.lift("L-0001")
    body = {"lift": "L-0001", "kind": "door_fault", "text": "by telephone"}
    made = ask("root", "POST", "/v1/incidents", json=body)
    assert made.status_code == 201, made.text
    id = made.json()["id"]
    incident = books.incident(id)
    assert incident is not None
    due = {one.name: one.due_ms - incident.opened_ms for one in books.clocks_of([id])[id]}
    assert due == {"acknowledge": 225_000, "arrive": 7_200_000}


def test_kinds_are_called_in_messages_as_on_the_pages() -> None:
    """In both languages."""
    for at, code in enumerate(("zh", "en")):
        shown = {kind: LANGUAGES[code].say(text.name) for kind, text in KIND_TEXTS.items()}
        assert {kind: names[at] for kind, names in KIND_NAMES.items()} == shown


def test_the_page_of_channels_tests_each(ask: Any, books: SqlBooks) -> None:
    """What the API says, in words; a form sends a test once, to whoever asks."""
    page = ask("root", "GET", "/channels")
    assert page.status_code == 200
    assert page.text.count('name="channel"') == 2
    form = {"channel": "email", "once": "0190-a-key-of-this-form"}
    for _ in range(2):  # sent again by an impatient finger
        assert ask("root", "POST", "/channels", data=form).status_code == 303
    promise = books.next_promise("email")
    assert promise is not None
    assert said_of(promise).to["person"]
    with books.begin() as work:
        tried = {"promise": promise.id, "n": 1, "at_ms": AT_MS}
        work.note_attempt(
            Attempt(verdict="refused", detail="550 no such box", **tried), due_ms=AT_MS
        )
    assert books.next_promise("email") is None
    assert "550 no such box" in ask("root", "GET", "/channels").text
    assert ask("root", "POST", "/channels", data=form | {"channel": "pigeon"}).status_code == 404
    assert ask("li", "GET", "/channels").status_code == 403

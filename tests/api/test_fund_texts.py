"""Whatever text stands in a body of the fund: a control character is refused by its field, and
nothing is ever a failure of ours, on either database."""

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.fund.check import verify_books
from liftwatch.ids import new_id
from tests.api.conftest import Fleet, Town
from tests.api.fund_pages import PLAN, CasePages, Office, alert
from tests.api.test_fund import entry, legs
from tests.api.test_fund_cases import plan

HASH = "ab" * 32
AT = "2026-03-02T09:00:00+08:00"
PEOPLE = (("cui", "custodian"), ("li", "property"), ("he", "committee"), ("bo", "bureau"))
PLACE = {"area": "320583", "estate": "garden", "building": "7"}
PAPER = {"source": "ccb 1", "document": HASH, "memo": "a remark", "day": "2026-01-05"}
ORDER = {"bank": "ccb", "payee": "Swift", "payee_account": "6222020200112230"}
ORDER |= {"payee_bank": "ICBC", "purpose": "brakes"}
CONTROL = st.sampled_from([*map(chr, range(32)), *map(chr, range(0x7F, 0xA0)), "\u202e", "\u2066"])
ALLOWED = "\t\n\r"
CLOSED = ("closes_at", "cast_at", "choice")
"""What has a form of its own is refused by that before."""


class Ask(NamedTuple):
    """Who sends what body to where; the last part of a path may be of a case that there is."""

    who: str
    path: str
    body: dict[str, Any]


ASKS = (
    Ask("cui", "/v1/fund/entries", entry(**PAPER)),
    Ask("cui", "/v1/fund/deposits", PLACE | PAPER | {"household": "1", "fen": 5, "bank": "ccb"}),
    Ask("cui", "/v1/fund/first-deposits", PLACE | {"fens": {"1201": 5}}),
    Ask("cui", "/v1/fund/proposals", entry(kind="opening", **PAPER)),
    Ask("cui", "/v1/fund/proposals", {"kind": "reversal", "reverses": 1, "memo": "twice"}),
    Ask("bo", "/v1/fund/proposals/none/confirm", {"digest": HASH}),
    Ask("cui", "/v1/fund/interest", PLACE | PAPER | {"bank": "ccb", "fen": 5, "seen": HASH}),
    Ask("cui", "/v1/fund/interest/preview", PLACE | PAPER | {"bank": "ccb", "fen": 5}),
    Ask("bo", "/v1/fund/years/none/confirm", {"digest": HASH}),
    Ask(
        "cui",
        "/v1/fund/payment-orders",
        PLACE | {"case": "c1", "orders": [ORDER | {"fen": 5}]},
    ),
    Ask(
        "li",
        "/v1/fund/cases",
        PLACE
        | {"lift": "L-7", "path": "ordinary", "custody": "bureau", "bank": "ccb"}
        | {"programme": "bond", "incident": "i-1"},
    ),
    Ask("li", "/v1/incidents/{incident}/fund-case", {"custody": "committee", "bank": "ccb"}),
    Ask("li", "{case}/moves/revise", {"plan": plan(), "text": "as was said"}),
    Ask(
        "li",
        "{case}/moves/file",
        {
            "documents": [
                {"kind": "photo", "sha256": HASH, "dated": "2026-01-05", "name": "of the brake"}
            ],
            "text": "look",
        },
    ),
    Ask(
        "li",
        "{case}/moves/contract",
        {"contractor": "Swift", "household": "1201", "path": "ordinary", "programme": "bond"}
        | {"role": "property"},
    ),
    Ask("bo", "{case}/auditors", {"organisation": "o-1"}),
    Ask("li", "{case}/votes", {"closes_at": AT}),
    Ask(
        "li",
        "/v1/fund/votes/none/enter",
        {"papers": [{"head": "unit:1", "choice": "for", "scan": HASH, "cast_at": AT}]},
    ),
    Ask("he", "/v1/fund/votes/none/confirm", {"papers": [{"head": "unit:1", "choice": "for"}]}),
    Ask("he", "/v1/fund/votes/none/strike", {"head": "unit:1", "why": "smudged"}),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[SqlBooks]:
    """Empty books of either database."""
    name = "postgres_books" if request.param == "postgresql" else "sqlite_books"
    url: str = request.getfixturevalue(name)
    made = open_books(url)
    yield made
    made.close()


class Door:
    """Everybody with a key, a case and an incident."""

    def __init__(self, client: TestClient, keys: dict[str, str], incident: str) -> None:
        self.client, self.keys = client, keys
        self.known = {"incident": incident, "case": "/v1/fund/cases/none"}
        asked = {"lift": "L-7", "path": "ordinary", "custody": "bureau", "bank": "ccb"}
        made = self.send(Ask("li", "/v1/fund/cases", PLACE | asked))
        assert made.status_code == 201, made.text
        self.known["case"] = f"/v1/fund/cases/{made.json()['id']}"
        made = self.send(Ask("cui", "/v1/fund/entries", entry(legs=legs(100_000))))
        assert made.status_code == 201, made.text

    def send(self, ask: Ask) -> Any:
        """What is answered."""
        headers = {"Authorization": f"Bearer {self.keys[ask.who]}", "Idempotency-Key": new_id()}
        path = ask.path.format(**self.known)
        return self.client.post(path, json=ask.body, headers=headers | {"If-Match": '"1"'})


@pytest.fixture
def door(gated: FastAPI, town: Town, fleet: Fleet) -> Iterator[Door]:
    """One of each role, and a lift with a fault."""
    area = Place("320583")
    keys = {login: town.secret(town.person(login, role, area), "key") for login, role in PEOPLE}
    fleet.lift("L-7")
    incident = fleet.alarm("L-7", "brake_wear").id
    with TestClient(gated, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield Door(client, keys, incident)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where texts stand in a body."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(one, (*path, name))


def put(body: dict[str, Any], path: tuple[Any, ...], text: str) -> dict[str, Any]:
    """The body with another text at a place."""
    made: Any = copy.deepcopy(body)
    inner = made
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = text
    return dict(made)


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[Ask, str, str]:
    """A body with a control character somewhere, the field, and the character."""
    ask = draw(st.sampled_from(ASKS))
    where = draw(st.sampled_from(sorted(places(ask.body), key=repr)))
    control = draw(CONTROL)
    inner: Any = ask.body
    for name in where:
        inner = inner[name]
    at = draw(st.integers(0, len(inner)))
    text = inner[:at] + control + inner[at:]
    body = put(ask.body, where, text)
    return ask._replace(body=body), ".".join(map(str, where)), control


def many(examples: int) -> Any:
    """So many examples, the same ones every time."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def test_a_control_character_is_refused_by_its_field(door: Door, books: SqlBooks) -> None:
    """Never kept and never a failure; ends of lines and tabs are for each field to say."""

    @many(250)
    @given(case=spoilt())
    def holds(case: tuple[Ask, str, str]) -> None:
        ask, field, control = case
        answered = door.send(ask)
        assert answered.status_code < 500, (ask, answered.text)
        if control in ALLOWED:
            return
        told = answered.json()
        if field.rpartition(".")[2] in CLOSED or answered.status_code == 400:
            assert field.rpartition(".")[2] in told["detail"], (ask, told)
            return
        assert answered.status_code == 422, (ask, told)
        assert told["parameter"] == field, (ask, told)
        assert f"U+{ord(control):04X}" in told["detail"]

    holds()
    assert verify_books(books, keys=(), cases=books).good


def test_a_field_that_has_no_bound_name(door: Door) -> None:
    """Of what a household has paid in first the name is a field: it is told by what it is in."""
    answered = door.send(Ask("cui", "/v1/fund/first-deposits", PLACE | {"fens": {"1\x002": 5}}))
    assert (answered.status_code, answered.json()["parameter"]) == (422, "fens")


def test_no_text_is_ever_a_failure(door: Door, books: SqlBooks) -> None:
    """Whatever Unicode has, in any field of any body."""
    texts = st.text(max_size=220) | st.sampled_from(["", " ", "\ufffe", "\U0010ffff", "'; --"])

    @many(250)
    @given(data=st.data(), ask=st.sampled_from(ASKS), text=texts)
    def holds(data: st.DataObject, ask: Ask, text: str) -> None:
        where = data.draw(st.sampled_from(sorted(places(ask.body), key=repr)))
        answered = door.send(ask._replace(body=put(ask.body, where, text)))
        assert answered.status_code < 500, (ask.path, where, text, answered.text)

    holds()
    assert verify_books(books, keys=(), cases=books).good


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31m", "x\x85y", "a\u202eb"])
def test_a_statement_with_unseen_characters(door: Door, text: str) -> None:
    """Of a bank's file: read as it is, or refused with its line; books are as they were."""
    data = f"date,amount,reference,text\n20260105,5.00,{text},{text}\n".encode()
    headers = {"Authorization": f"Bearer {door.keys['cui']}", "Content-Type": "text/csv"}
    answered = door.client.post("/v1/fund/statements?account=ccb", content=data, headers=headers)
    assert answered.status_code in (200, 400, 422), answered.text


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x85", "\u202e"])
def test_a_form_refuses_it_as_the_api_does(
    gated: FastAPI, town: Town, monkeypatch: pytest.MonkeyPatch, character: str
) -> None:
    """With the field above the form; nothing of it is kept."""
    case = CasePages(Office(gated, town, monkeypatch))
    text = f"new{character}brakes"
    for fields in ({"what-0": text}, {"cause_text": text}, {"text": text}):
        told = case.do("li", "revise", status=422, **dict(PLAN) | fields)
        assert f"U+{ord(character):04X}" in alert(told.text)
    told = case.do("li", "file", "photo", status=422, text=text)
    assert "Your remark: has a character that nobody sees" in alert(told.text)
    assert "A case without a plan yet" in case.page()

"""Pages of visits and of what is due, by forms: nothing typed is lost, and page and API agree."""

import html
import re
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.console.contradiction_texts import reason_words
from api.console.language import LANGUAGES
from api.console.visit_texts import (
    AFTER_TEXTS,
    ANSWER_TEXTS,
    MARK_TEXTS,
    METHOD_TEXTS,
    RESULT_TEXTS,
    STATE_TEXTS,
    VERDICT_TEXTS,
    WHAT_TEXTS,
    WORK_TEXTS,
)
from liftwatch.access.sight import Place
from liftwatch.care.checklist import by_place, items_of
from liftwatch.care.inspection import VERDICTS
from liftwatch.care.marks import Mark
from liftwatch.care.visit import METHODS, RESULTS, WORKS, State
from liftwatch.care.witness import After
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.handlers import people as handlers
from liftwatch.handlers.care_plans import What
from tests.api.conftest import Fleet, Town
from tests.api.test_move_page import NASTY
from tests.api.test_people_pages import Browser

GARDEN = Place("320583", "garden")
LIFT = "/lifts/L-0001/care"


class Desk(Browser):
    """Somebody with a browser."""

    unit: str

    def read(self, path: str, language: str = "en") -> str:
        """A page as it reads."""
        answer = self.client.get(path, headers={"Accept-Language": language})
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    def act(self, path: str, *, to: str = "", **fields: str) -> Any:
        """A form of a page."""
        return self.send(path, self.read(path), to=to or path, **fields)

    def whole(self) -> str:
        """A visit that was left with its whole list; its page."""
        form = {"tag": "L-0001", "method": "nfc", "work": "half_month"}
        path = str(self.act("/visits/in", **form).headers["location"])
        for place, items in by_place(items_of("half_month")):
            told = {f"result-{item.code}": "ok" for item in items}
            assert self.act(path, what="fill", place=place, **told).status_code == 303
        assert self.act(path, what="out", version=version(self.read(path))).status_code == 303
        return path


def version(page: str) -> str:
    """The version that a form of a page carries."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


@pytest.fixture
def who(gated: FastAPI, town: Town, fleet: Fleet) -> Any:
    """Makes somebody of a role who is signed in; a maintenance unit has the contract of L-0001."""
    fleet.lift("L-0001")
    fleet.lift("L-0009", estate="lake")

    def make(login: str, role: str, *places: Place) -> Desk:
        client = TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False)
        person = town.person(login, role, *places)
        client.cookies.set("lw_session", town.secret(person, "session"))
        made = Desk(client)
        with town.store.begin() as work:
            (member,) = work.memberships([person.id])
            made.unit = member.organisation or ""
            if role == "maintenance":
                handlers.make_contract(
                    work,
                    lift="L-0001",
                    organisation=made.unit,
                    from_ms=now_ms() - 20 * DAY_MS,
                    until_ms=None,
                )
        return made

    return make


def test_a_visit_on_a_phone(who: Any) -> None:
    """From what is overdue to both signatures; each page says what comes next."""
    wu, li = who("wu", "maintenance"), who("li", "property", GARDEN)
    page = wu.read("/visits")
    assert "Overdue" in page
    assert "/visits/in?lift=L-0001" in page
    path = wu.whole()
    assert "Technician has to sign" in wu.read(path)
    assert path in wu.read("/visits")
    assert "For you to sign" not in li.read("/visits")
    assert wu.act(path, to=f"{path}/sign", version=version(wu.read(path))).status_code == 303
    page = li.read("/visits")
    assert "For you to sign" in page
    assert "the list was filled in within" in page
    assert li.act(path, to=f"{path}/sign", version=version(li.read(path))).status_code == 303
    page = li.read(path)
    assert "Signed by both" in page
    assert "<form class=" not in page.partition("<main")[2]
    assert "双方已签字" in li.read(path, "zh")
    assert "层门锁钩啮合" in li.read(path, "zh")


def test_what_was_typed_stays_and_the_reason_is_told(who: Any) -> None:
    """Another lift than planned, a remark without a result, a list that is not finished."""
    wu = who("wu", "maintenance")
    tag = {"tag": "L-0009", "method": "qr", "work": "repair", "lift": "L-0001"}
    answer = wu.act("/visits/in", **tag)
    assert answer.status_code == 422
    assert "not of lift L-0001" in html.unescape(answer.text)
    assert 'value="L-0009"' in answer.text
    made = wu.act("/visits/in", **tag | {"tag": "L-0001", "work": "quarter"})
    path = str(made.headers["location"])
    told = {"result-A-1-16": "ok", "note-A-1-17": NASTY}
    answer = wu.act(path, what="fill", place="car", **told)
    text = html.unescape(answer.text)
    assert answer.status_code == 422
    assert "A-1-17 has a remark and no result" in text
    assert f'value="{NASTY}"' in text
    assert NASTY not in answer.text
    assert 'name="result-A-1-16" value="ok" checked' in text
    answer = wu.act(path, what="out", remark="half of it", version=version(wu.read(path)))
    assert "44 items have no result" in html.unescape(answer.text)
    assert "half of it</textarea>" in answer.text
    again = wu.act("/visits/in", tag="L-0001", method="qr", work="repair")
    assert "checked in at this lift already" in html.unescape(again.text)
    assert wu.act("/visits/in", tag="L-0001", method="smoke", work="repair").status_code == 422


def test_a_form_that_is_sent_twice_counts_once(who: Any) -> None:
    """As a phone does whose answer was lost: no second part, no second signature."""
    wu = who("wu", "maintenance")
    form = {"tag": "L-0001", "method": "number", "work": "repair"}
    path = str(wu.act("/visits/in", **form).headers["location"])
    page = wu.read(path)
    for _ in range(2):
        sent = wu.send(path, page, what="part", name="roller", cost="12.30", life_months="36")
        assert sent.status_code == 303
    changed = wu.send(path, page, what="part", name="belt", cost="1")  # from the page of before
    assert changed.status_code == 422
    assert 'value="belt"' in changed.text
    assert wu.read(path).count("to live 36 months") == 1
    wrong = wu.act(path, what="part", name="belt", cost="cheap")
    assert wrong.status_code == 422
    assert 'value="belt"' in wrong.text


def test_a_strangers_pages_do_not_exist(who: Any) -> None:
    """A visit, a lift's keeping, the act of another role."""
    wu, far = who("wu", "maintenance"), who("far", "property", Place("320583", "lake"))
    path = wu.whole()
    assert far.client.get(path).status_code == 404
    assert far.client.get(LIFT).status_code == 404
    assert "L-0001" not in far.read("/calendar")
    li = who("li", "property", GARDEN)
    page = li.read(LIFT)
    assert li.send(path, page, what="out", version="1").status_code == 403
    assert wu.send(f"{LIFT}/regime", wu.read(path), version="0").status_code == 403


def test_how_a_lift_is_kept_and_its_certificate(who: Any) -> None:
    """On demand counts with all its conditions only; one certificate is of one lift."""
    li = who("li", "property", GARDEN)
    regime = {"kind": "on_demand", "interval_days": "30", "version": "0"}
    answer = li.act(LIFT, to=f"{LIFT}/regime", **regime)
    assert answer.status_code == 422
    assert "has a filing number" in answer.text
    assert 'value="30"' in answer.text
    assert li.act(LIFT, to=f"{LIFT}/regime", filing_no="KS-1", **regime).status_code == 303
    page = li.read(LIFT)
    assert "Filed are 30 days" in page
    assert "no liability insurance that runs today" in page
    paper = {
        "number": "TJ-1",
        "sha256": "AB" * 32,
        "verdict": "passed",
        "inspected_on": "2020-01-05",
        "next_on": "2021-01-05",
    }
    assert li.act(LIFT, to=f"{LIFT}/certificate", **paper).status_code == 303
    page = li.read(LIFT)
    assert "Use forbidden" in page
    assert "2021-01-05" in page
    assert "Use forbidden" in li.read("/calendar")
    again = li.act(LIFT, to=f"{LIFT}/certificate", **paper)
    assert "on file for this lift already" in html.unescape(again.text)


def test_the_calendar_shows_a_month(who: Any) -> None:
    """Of garbage it shows this one."""
    li = who("li", "property", GARDEN)
    who("wu", "maintenance")
    assert "Overdue" in li.read("/calendar")
    for asked in ("2027-02", "x", "2027-13", "²-²", ""):
        assert ("2027-02" in li.read(f"/calendar?month={asked}")) == (asked == "2027-02")
    assert "L-0001" in li.read("/calendar?estate=320583/garden")
    assert "L-0001/care" not in li.read("/calendar?estate=320583/lake")


def test_a_contradiction_is_answered_before_it_counts(who: Any, fleet: Fleet) -> None:
    """Supervision cannot decide before; the unit answers once; then it is decided."""
    wu, qian = who("wu", "maintenance"), who("qian", "supervision", Place("320583"))
    sun = who("li", "property", GARDEN)
    wu.whole()
    why = ["no inspection mode and no door moved"]
    one = fleet.alarm(
        "L-0001", "maintenance_contradicted", at_ms=now_ms(), evidence={"contradicted_by": why}
    )
    path = f"/contradictions/{one.id}"
    page = qian.read("/contradictions")
    assert why[0] in page
    assert "Decide" not in page
    page += ' name="once" value="sent-too-early"'  # nobody is shown that form yet
    early = qian.send(f"{path}/decide", page, version="0", counts="yes", why="x")
    assert early.status_code == 422
    assert "has not answered" in html.unescape(early.text)
    page = wu.read("/contradictions")
    for why, status in (("the switch is broken", 303), ("it was not", 422)):
        assert wu.send(f"{path}/answer", page, version="0", why=why).status_code == status
        page = page.replace('name="once" value="', 'name="once" value="x')
    assert "Answer</button>" not in sun.read("/contradictions")
    ruled = qian.act("/contradictions", to=f"{path}/decide", version="1", counts="no", why="true")
    assert ruled.status_code == 303
    page = wu.read("/contradictions")
    assert "Does not count" in page
    assert "the switch is broken" in page


def test_every_word_has_its_text() -> None:
    """A new state, result or mark has a word on the pages."""
    for texts, names in (
        (WORK_TEXTS, WORKS),
        (RESULT_TEXTS, RESULTS),
        (METHOD_TEXTS, METHODS),
        (STATE_TEXTS, State.__args__),  # type: ignore[attr-defined]
        (MARK_TEXTS, Mark.__args__),  # type: ignore[attr-defined]
        (AFTER_TEXTS, After.__args__),  # type: ignore[attr-defined]
        (WHAT_TEXTS, What.__args__),  # type: ignore[attr-defined]
        (VERDICT_TEXTS, VERDICTS),
        (ANSWER_TEXTS, ("asked", "answered", "counts", "dropped")),
    ):
        assert set(texts) == set(names)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("half_month in 9.0 min, at least 15", "半月维保在场仅 9.0 分钟"),
        ("4 rides with people during the visit", "载客运行 4 次"),
        ("no inspection mode and no door moved", "未进入检修状态"),
        ("A-1-22 reported ok while open", "A-1-22 记录为正常"),
        ("A-1-18 reported ok, its test failed", "测试却未通过"),
        ("A-1-22 reported adjusted, still open after 24 h", "A-1-22 记录为已调整"),
        ("A-1-19 reported ok, button_dead raised", "随后出现：按钮"),
    ],
)
def test_what_detectors_say_is_told_in_chinese(said: str, told: str) -> None:
    """Every sentence of the rule; what is unknown stands as it came."""
    words, known = reason_words(LANGUAGES["zh"], said)
    assert known
    assert told in words
    assert reason_words(LANGUAGES["zh"], "else") == ("else", False)

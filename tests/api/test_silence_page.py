"""The page of silences by forms, and who was told on the page of an incident."""

import html
import re

import pytest
from fastapi import FastAPI
from msgspec import structs

from api.console.course_texts import HELD_TEXTS, HIDDEN_TEXTS, VERDICT_TEXTS
from api.console.language import LANGUAGES
from api.console.silence_page import SPANS
from api.console.silence_views import WITHHELD_TEXTS
from liftwatch.access.sight import Place
from liftwatch.clock import HOUR_MS, MINUTE_MS, now_ms
from liftwatch.incidents.course import SAID, Line
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.pages import Held, Page
from liftwatch.incidents.silences import SILENCE_MS_MAX, HiddenBy, Withheld, WithheldBy
from liftwatch.outbox import Verdict
from liftwatch.said import Said, kept
from tests.api.conftest import Fleet, Town
from tests.api.test_move_page import NASTY, Hand, hand

GARDEN = Place("320583", "garden")


@pytest.fixture
def desk(gated: FastAPI, town: Town, fleet: Fleet) -> Hand:
    """The property's desk, over two lifts that are known."""
    fleet.lift("L-0001")
    fleet.lift("L-0002", estate="lake")
    return hand(gated, town, "property", GARDEN)


def page(desk: Hand, path: str = "/silences", language: str = "en") -> str:
    """A page as it reads."""
    answer = desk.browser.client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


def send(desk: Hand, **told: str) -> tuple[int, str]:
    """Fill in the form; status and what the page then says."""
    fields = {"estate": "320583/garden", "for": "4", "why": "painters"} | told
    answer = desk.browser.send("/silences", page(desk), to="/silences", **fields)
    return answer.status_code, html.unescape(answer.text)


def end(desk: Hand, text: str) -> int:
    """Press the first button that ends one."""
    fields = {
        name: found[1]
        for name in ("id", "version")
        if (found := re.search(rf'name="{name}" value="([^"]+)"', text))
    }
    return int(
        desk.browser.send("/silences", text, to="/silences", what="end", **fields).status_code
    )


def test_from_the_lift_to_the_end_of_its_silence(desk: Hand, fleet: Fleet) -> None:
    """The lift's page leads to the form; it shows the silence; what it hid is listed; it ends."""
    assert 'href="/silences?lift=L-0001"' in page(desk, "/lifts/L-0001")
    form = page(desk, "/silences?lift=L-0001&kind=door_blocked")
    assert 'value="L-0001" checked' in form
    assert '<option value="door_blocked" selected>' in form
    assert 'value="entrapment"' not in form
    assert send(desk, lift="L-0001", kind="door_blocked", why=NASTY)[0] == 303
    one = fleet.alarm("L-0001", "door_blocked", at_ms=now_ms())
    text = page(desk)
    assert NASTY not in text
    assert html.escape(NASTY) in text
    assert "property-1" in text
    assert "hid 1 alarm" in text
    assert f'href="/incidents/{one.id}"' in text
    assert "Silenced until" in page(desk, "/lifts/L-0001")
    assert "<b>1</b></a>" in page(desk, "/room")
    shown = page(desk, f"/incidents/{one.id}")
    assert "somebody has silenced it" in shown
    assert end(desk, text) == 303
    text = page(desk)
    assert "Nothing is silenced" in text
    assert "ended by a person" in text
    assert "Silenced until" not in page(desk, "/lifts/L-0001")
    assert "somebody has silenced it." not in page(desk, f"/incidents/{one.id}")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"why": ""}, "why has 1 to"),
        ({"kind": "entrapment"}, "never silenced"),
        ({"kind": "door_bloked"}, "there is no kind"),
        ({"estate": "320583/lake"}, "choose the estate"),
        ({"estate": ""}, "choose the estate"),
        ({"lift": "L-0002"}, "there is no lift"),
        ({"lift": "L-0009"}, "there is no lift"),
        ({"until": "2026-01-01T00:00"}, "is over already"),
        ({"until": "2099-01-01T00:00"}, "within 7 days"),
        ({"until": "tomorrow"}, "no moment such as"),
    ],
)
def test_what_cannot_be_is_said_above_what_was_typed(
    desk: Hand, told: dict[str, str], why: str
) -> None:
    """Nothing is kept."""
    status, text = send(desk, **({"why": "painters on Monday"} | told))
    assert (status, why in text) == (422, True), text
    assert "painters on Monday" in text or not told.get("why", "x")
    assert "Nothing is silenced" in page(desk)


def test_forms_of_nobody_are_refused(desk: Hand) -> None:
    """A span that is none, a version of before, a silence of somebody else."""
    assert send(desk, **{"for": "1000"})[0] == 400
    assert send(desk)[0] == 303
    text = page(desk)
    stale = text.replace('name="version" value="1"', 'name="version" value="7"')
    assert end(desk, stale) == 422
    assert end(desk, re.sub(r'name="id" value="[^"]+"', 'name="id" value="x"', text)) == 422
    assert [end(desk, text), end(desk, text)] == [303, 303]  # the same key: once


def test_who_may_look_and_who_may_silence(
    gated: FastAPI, town: Town, fleet: Fleet, desk: Hand
) -> None:
    """Maintenance sees what is silenced and has no form; another estate sees nothing of it."""
    assert send(desk, why="painters")[0] == 303
    fleet.alarm("L-0001", "door_blocked", at_ms=now_ms())
    lake = hand(gated, town, "rescue", Place("320583", "lake"))
    assert "painters" not in page(lake)
    assert "Door blocked" not in page(lake)
    watcher = hand(gated, town, "supervision", Place("320583"))
    text = page(watcher)
    assert "painters" in text
    assert 'name="why"' not in text
    assert "End it now" not in text
    assert "Silence alarms" not in page(watcher, "/lifts/L-0001")
    sent = watcher.browser.send("/silences", page(desk), to="/silences", why="no")
    assert sent.status_code == 403


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_reason_is_shown(desk: Hand, fleet: Fleet, language: str) -> None:
    """What a visit withheld as well; no word of the table is left in a page."""
    at_ms = now_ms()
    for n, by in enumerate(("visit", "mode")):
        row = Withheld(
            lift="L-0001",
            kind="overspeed",
            area="320583",
            estate="garden",
            at_ms=at_ms - n,
            by=by,  # type: ignore[arg-type]  # one of both
        )
        with fleet.books.begin() as work:
            work.note_withheld([row])
    text = page(desk, language=language)
    seen = "somebody works on the lift" in text and "in a mode for work" in text
    assert seen == (language == "en")
    assert ("有人正在电梯上作业" in text) == (language == "zh")


def test_the_tables_of_words_are_whole() -> None:
    """Every reason and verdict has words; the longest silence can be chosen."""
    assert set(HELD_TEXTS) == set(Held.__args__)  # type: ignore[attr-defined]
    assert set(HIDDEN_TEXTS) == set(HiddenBy.__args__)  # type: ignore[attr-defined]
    assert set(WITHHELD_TEXTS) == set(WithheldBy.__args__)  # type: ignore[attr-defined]
    assert set(VERDICT_TEXTS) == {None, *Verdict.__args__}  # type: ignore[attr-defined]
    assert max(SPANS) * HOUR_MS == SILENCE_MS_MAX


def test_what_the_machinery_wrote_is_read_in_ones_language(desk: Hand, fleet: Fleet) -> None:
    """A receipt that did not fit, a platform that is silent: as data, not as an English text."""
    one = fleet.alarm("L-0001", "door_fault", at_ms=now_ms())
    why = Said("%(move)s does not follow %(state)s", move="dispatch", state="arrived")
    line = Line(
        incident=one.id,
        at_ms=now_ms(),
        noted_ms=now_ms(),
        what="receipt",
        before="raised",
        state="raised",
        text=str(why),
        facts={"receipt": "dispatched", SAID: kept(why)},
    )
    with fleet.books.begin() as work:
        work.add_line(line)
    told(fleet, one, verdict="refused", detail="there is no number any more")
    english, chinese = (desk.page(one.id, language) for language in ("en", "zh"))
    assert "there is no number any more" in english
    assert "there is no number any more" not in chinese
    assert "does not follow" in english
    assert "does not follow" not in chinese
    assert LANGUAGES["zh"].tell(why) in chinese


def told(fleet: Fleet, one: Incident, **more: object) -> None:
    """Somebody was told of an incident."""
    fields: dict[str, object] = {
        "id": f"p-{len(fleet.books.pages_of(one.id))}",
        "incident": one.id,
        "occurrence": 1,
        "why": "raised",
        "step": 1,
        "party": "P",
        "organisation": "garden",
        "channel": "sms",
        "made_ms": now_ms(),
    }
    with fleet.books.begin() as work:
        work.add_page(Page(**fields | more))  # type: ignore[arg-type]  # as above


def test_who_was_told_of_an_incident(gated: FastAPI, town: Town, fleet: Fleet, desk: Hand) -> None:
    """By name and channel, with each verdict; why nobody was, and when the next are."""
    li = town.person("li", "property", GARDEN)
    one = fleet.alarm("L-0001", "door_fault", at_ms=now_ms())
    assert "Nobody yet." in page(desk, f"/incidents/{one.id}")
    told(fleet, one, person=li.id, verdict="delivered", attempts=1, tried_ms=now_ms())
    told(fleet, one, channel="email", verdict="refused", attempts=3, detail=f"550 {NASTY}")
    told(fleet, one, channel="room-robot", party="2")
    (notice,) = fleet.books.notices_of(one.id)
    with fleet.books.begin() as work:
        work.put_notice(structs.replace(notice, step=2, due_ms=now_ms() + 3 * MINUTE_MS))
        work.put_notice(structs.replace(notice, why="acknowledge", held="nobody"))
    text = page(desk, f"/console/incidents/{one.id}/told")
    assert NASTY not in text
    for words in (
        "<b>li</b>",
        "Text message",
        "Delivered",
        "E-mail message",
        "Refused for good, 3 tries",
        "550 &lt;script",
        "room-robot",
        "Nearest rescue station",
        "On its way",
        "the next are called at",
        "Deadline missed",
        "nobody can be reached",
    ):
        assert words in text, words
    assert "/silences?lift=L-0001&amp;kind=door_fault" in text
    lake = hand(gated, town, "rescue", Place("320583", "lake"))
    answer = lake.browser.client.get(f"/console/incidents/{one.id}/told")
    assert answer.status_code == 404
    trapped = fleet.alarm("L-0001", "entrapment", at_ms=now_ms())
    assert "/silences?lift" not in page(desk, f"/console/incidents/{trapped.id}/told")

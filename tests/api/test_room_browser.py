"""The duty room in a real browser: live rows, one key per action, and a sound that is heard."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from liftwatch.access.sight import Place
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import now_ms
from tests.api.conftest import Fleet, Serve, Town
from tests.api.test_browser import CHROMIUM, Page, browser, live, page

__all__ = ["browser", "page"]
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="apt install chromium")


@pytest.fixture
def room(
    page: Page,
    *,
    gated: FastAPI,
    people: SqlPeople,
    fleet: Fleet,
    serve: Serve,
) -> Iterator[Page]:
    """Open and live, before somebody of the property."""
    fleet.lift("L-0001")
    town = Town(people)
    town.person("root", "admin")
    who = town.person("li", "property", Place("320583", "garden"))
    port = serve(gated)
    secret = town.secret(who, "session")
    url = f"http://127.0.0.1:{port}"
    page.context.add_cookies([{"name": "lw_session", "value": secret, "url": url}])
    live(page, port, "/room")
    yield page
    page.goto("about:blank")  # before the server ends, which it would complain of


def sound(room: Page) -> str:
    """How the button of the sound stands."""
    return str(room.get_attribute("#sound", "data-state"))


def trap(fleet: Fleet, lift: str = "L-0001", **change: object) -> str:
    """People are trapped now; the incident's id."""
    return fleet.alarm(lift, "entrapment", at_ms=now_ms(), **change).id


def test_a_night_of_the_duty_by_keyboard(room: Page, fleet: Fleet) -> None:
    """Calm; somebody is trapped: seen, heard, acknowledged by one key, a crew sent by the next."""
    assert "没有未结" in room.inner_text(".rest")
    assert room.inner_text("[data-heard]").count(":") == 2
    assert sound(room) == "waiting"
    room.keyboard.press("j")  # whoever touches a key has let it sound
    room.wait_for_selector("#sound[data-state=on]")
    id = trap(fleet)
    room.wait_for_selector(f"#row-{id}")
    room.wait_for_selector("#sound[data-rung='1']")
    assert room.title().startswith("(1) ‼ 困人, garden 3 栋 1 单元")
    assert "困人" in room.inner_text("#announce")
    clock = room.inner_text(f"#row-{id} .due")
    room.wait_for_timeout(2_200)
    assert room.inner_text(f"#row-{id} .due") != clock
    room.keyboard.press("a")  # nothing is chosen yet: it is chosen, and not acknowledged unseen
    room.wait_for_selector(f"#row-{id}.chosen")
    assert fleet.books.incident(id).state == "raised"  # type: ignore[union-attr]
    room.keyboard.press("a")
    room.wait_for_selector(f"#row-{id} .row-owner b:text('li')")
    assert room.query_selector(f"#row-{id}.chosen") is not None
    assert "‼" not in room.title()
    room.keyboard.press("d")
    room.wait_for_url(f"**/incidents/{id}?move=dispatch")
    room.wait_for_selector("#dispatch-crew:focus")
    room.keyboard.type("a crew, d j")  # letters that are keys elsewhere
    room.keyboard.press("Enter")
    room.wait_for_url(f"**/incidents/{id}")
    assert "a crew, d j" in room.inner_text("#story")
    assert "已派出" in room.inner_text("#incident")


def test_muted_stays_muted(room: Page, fleet: Fleet) -> None:
    """By key or button; remembered by the browser; never in the way of what is seen."""
    room.keyboard.press("j")
    room.wait_for_selector("#sound[data-state=on]")
    room.keyboard.press("m")
    assert sound(room) == "off"
    room.reload()
    room.wait_for_selector("#live-state[data-state=live]")
    room.keyboard.press("j")
    assert sound(room) == "off"
    id = trap(fleet)
    room.wait_for_selector(f"#row-{id}")
    assert room.get_attribute("#sound", "data-rung") is None
    assert "‼" in room.title()
    room.click("#sound")
    room.wait_for_selector("#sound[data-state=on]")


def test_it_rings_for_what_is_new_alone(room: Page, fleet: Fleet) -> None:
    """Not for a change of what is known, nor for what is less grave."""
    room.keyboard.press("j")
    room.wait_for_selector("#sound[data-state=on]")
    began = now_ms()
    id = fleet.alarm("L-0001", "entrapment", at_ms=began).id
    room.wait_for_selector("#sound[data-rung='1']")
    room.wait_for_timeout(4_100)  # bells of less than 4 s apart are one
    fleet.alarm("L-0001", "entrapment", edge="graver", opened_ms=began, at_ms=began + 1)
    other = fleet.alarm("L-0002", "overload", at_ms=began).id
    room.wait_for_selector(f"#row-{other}")
    assert room.get_attribute("#sound", "data-rung") == "1"
    rows = room.query_selector_all("#room .row")
    assert [row.get_attribute("id") for row in rows] == [f"row-{id}", f"row-{other}"]


def test_keys_do_nothing_while_somebody_types_or_reads_of_keys(room: Page, fleet: Fleet) -> None:
    """The list of keys opens and closes; in it, and with Ctrl, letters are no keys."""
    id = trap(fleet)
    room.wait_for_selector(f"#row-{id}")
    room.keyboard.press("j")
    room.keyboard.press("?")
    room.wait_for_selector("dialog[open]")
    room.keyboard.press("a")
    room.keyboard.press("Escape")
    room.keyboard.press("Control+a")
    room.evaluate("document.querySelector('main').append(document.createElement('textarea'))")
    room.focus("main textarea")
    room.keyboard.type("a jam")
    assert room.input_value("main textarea") == "a jam"
    room.wait_for_timeout(300)
    assert fleet.books.incident(id).state == "raised"  # type: ignore[union-attr]
    room.focus(f"#row-{id} a")
    room.keyboard.press("Enter")
    room.wait_for_url(f"**/incidents/{id}")


def test_what_is_typed_is_not_taken(room: Page, fleet: Fleet) -> None:
    """Somebody else moves the incident meanwhile: told, with every word still there."""
    began = now_ms()
    id = fleet.alarm("L-0001", "entrapment", at_ms=began).id
    room.wait_for_selector(f"#row-{id}")
    room.keyboard.press("j")
    room.keyboard.press("c")
    room.wait_for_selector("#comment-text:focus")
    room.wait_for_selector("#live-state[data-state=live]")
    room.keyboard.type("they are calm")
    fleet.alarm("L-0001", "entrapment", edge="graver", opened_ms=began, at_ms=began + 1)
    room.wait_for_selector("#moves-changed:visible")
    assert room.input_value("#comment-text") == "they are calm"
    room.click("#move-comment button")
    room.wait_for_selector("#move-comment .wrong:text('他人已作修改')")
    assert room.input_value("#comment-text") == "they are calm"
    room.click("#move-comment button")
    room.wait_for_selector(".story-text:text('they are calm')")


def test_calm_is_not_shown_without_a_feed(room: Page, gated: FastAPI, fleet: Fleet) -> None:
    """Nothing open and nothing heard are two things."""
    room.context.set_offline(True)
    gated.state.parts.feed._cut_off()
    room.wait_for_selector(".rest-lost:visible")
    assert room.is_hidden(".rest-word")
    id = trap(fleet)
    room.context.set_offline(False)
    room.wait_for_selector(f"#row-{id}")


def test_on_a_telephone(room: Page, fleet: Fleet) -> None:
    """Nothing is wider than the screen; a finger acknowledges."""
    room.set_viewport_size({"width": 390, "height": 800})
    id = trap(fleet)
    fleet.alarm("L-0001", "door_fault", at_ms=now_ms())
    room.click(f"#row-{id} .row-act button")
    room.wait_for_selector(f"#row-{id} .row-owner b")
    for path in (f"/incidents/{id}?move=release", "/call?where=garden", "/room"):
        room.goto(room.url.split("/", 3)[0] + "//" + room.url.split("/")[2] + path)
        assert room.evaluate("document.documentElement.scrollWidth") == 390, path


def test_what_did_not_get_through_is_told(room: Page, fleet: Fleet) -> None:
    """A key that did nothing must not look as if it had."""
    id = trap(fleet)
    room.wait_for_selector(f"#row-{id}")
    room.keyboard.press("j")
    room.context.set_offline(True)
    room.keyboard.press("a")
    room.wait_for_selector("#failed:visible")
    room.context.set_offline(False)
    room.keyboard.press("a")
    room.wait_for_selector(f"#row-{id} .row-owner b")
    assert room.is_hidden("#failed")


def test_on_paper(room: Page, fleet: Fleet) -> None:
    """What is open is printed; what can only be pressed is not."""
    id = trap(fleet)
    room.wait_for_selector(f"#row-{id}")
    room.emulate_media(media="print")
    assert room.is_visible(f"#row-{id} .due")
    for hidden in (".row-act", ".keys", "#sound"):
        assert room.is_hidden(hidden)

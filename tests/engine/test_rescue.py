"""The push to the rescue platform: order, retries, receipts, dead letters, and the way round it."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.webhook import Webhook
from liftwatch.clock import MINUTE_MS, SECOND_MS, now_ms
from liftwatch.engine import watch
from liftwatch.engine.clocks import miss_due
from liftwatch.engine.rescue import Platform, Pushing, rescue_jobs
from liftwatch.handlers import page_about
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.course import CLOCKS
from liftwatch.handlers.receipts import take_receipt
from liftwatch.incidents.course import SAID, Actor
from liftwatch.incidents.moves import Told
from liftwatch.ports import Promise, Sent
from liftwatch.rescue.cloudevents import MEDIA_TYPE
from liftwatch.said import said_again
from simulators.rescue_platform import AGE_S_MAX, Habits, RescuePlatform, verify
from tests.contracts.test_books import alarm

KEY = bytes(range(32))
FEED = "320583"
SILENT_MS = 120 * SECOND_MS


class Line:
    """A channel that gives the verdicts of a list, the last one for ever."""

    def __init__(self, *verdicts: Any) -> None:
        self.verdicts, self.sent = list(verdicts), list[str]()

    def send(self, promise: Promise, *, now_ms: int) -> Sent:
        """Keep its id."""
        del now_ms
        self.sent.append(promise.id)
        verdict = self.verdicts.pop(0) if len(self.verdicts) > 1 else self.verdicts[0]
        return Sent(verdict, f"as told: {verdict}")

    def close(self) -> None:
        """Nothing."""


@pytest.fixture
def books() -> MemoryBooks:
    """With an entrapment on one lift."""
    made = MemoryBooks()
    apply_alarm(made, alarm())
    return made


def pushing(books: MemoryBooks, line: Any) -> Pushing:
    """To a platform for what is real."""
    return Pushing(books, Platform((FEED,), line, SILENT_MS))


def answer(books: MemoryBooks, n: int, name: str = "received") -> None:
    """A receipt."""
    with books.begin() as work:
        by = Actor(channel="platform")
        take_receipt(work, FEED, n, name=name, told=Told(), by=by, now_ms=now_ms())


def test_sent_again_until_its_receipt(books: MemoryBooks) -> None:
    """With a pause that grows after a failure, and a longer one while a receipt is awaited."""
    line = Line("retry", "delivered")
    push, at_ms = pushing(books, line), now_ms()
    assert push.round(at_ms) == 1
    assert push.round(at_ms + 900) == 0
    assert push.round(at_ms + 3_000) == 1
    assert push.round(at_ms + 20_000) == 0  # accepted; the receipt has 30 s
    assert push.round(at_ms + 40_000) == 1
    assert line.sent == [f"{FEED}/1"] * 3
    answer(books, 1)
    assert push.round(at_ms + 10_000_000) == 0
    (event,) = books.rescue_after(FEED, 0)
    assert event.attempts == 3
    assert event.first_ms is not None


def test_a_lift_waits_for_its_receipt_and_others_do_not(books: MemoryBooks) -> None:
    """What comes later of one lift never overtakes."""
    apply_alarm(books, alarm("cleared", at_s=60, opened_ms=alarm().opened_ms))
    apply_alarm(books, alarm(lift="LIFT-0002"))
    line = Line("delivered")
    push = pushing(books, line)
    push.round(now_ms() + 1)
    assert sorted(line.sent) == [f"{FEED}/1", f"{FEED}/3"]
    answer(books, 1)
    push.round(now_ms() + 1)
    assert line.sent[2:] == [f"{FEED}/2"]


def test_a_dead_letter_pages_and_the_next_follows(books: MemoryBooks) -> None:
    """It is told once, with a line of the story; it is not sent again."""
    apply_alarm(books, alarm("cleared", at_s=60, opened_ms=alarm().opened_ms))
    line = Line("refused", "delivered")
    push = pushing(books, line)
    for _ in range(3):
        push.round(now_ms() + 1)
    assert line.sent == [f"{FEED}/1", f"{FEED}/2"]
    promise = books.next_promise("alarm")
    assert promise is not None
    assert msgspec.json.decode(promise.body)["type"] == "rescue.dead-letter"
    event = books.rescue_after(FEED, 0)[0]
    assert event.dead_ms is not None
    assert [one.what for one in books.lines_of(event.incident)][-1] == "rescue-dead"


@pytest.mark.parametrize("channel", [Line("retry"), Line("delivered"), None])
def test_a_silent_platform_is_passed_by_once(books: MemoryBooks, channel: Any) -> None:
    """Also one that accepts and forgets, or does not pull; a row and a line prove it."""
    push, at_ms = pushing(books, channel), now_ms()
    push.round(at_ms)
    assert push.pass_by(at_ms + SILENT_MS - SECOND_MS) == 0
    assert push.pass_by(at_ms + SILENT_MS + SECOND_MS) == 1
    assert push.pass_by(at_ms + 9 * SILENT_MS) == 0
    (event,) = books.rescue_after(FEED, 0)
    promise = books.next_promise("alarm")
    assert promise is not None
    assert event.passed == promise.id
    assert "entrapment of LIFT-0001" in promise.body
    (line,) = [one for one in books.lines_of(event.incident) if one.what == "rescue-fallback"]
    assert line.facts["promise"] == promise.id
    assert said_again(line.facts[SAID]) == line.text
    assert msgspec.json.decode(promise.body)["data"][SAID] == line.facts[SAID]
    (notice,) = [x for x in books.notices_of(event.incident) if x.why == "rescue-fallback"]
    assert notice.parties == "PM2"  # by name, and the nearest station; not the platform again
    assert event.done_ms is None  # and it is still sent


def test_whom_a_receipt_has_reached_is_not_passed_by(books: MemoryBooks) -> None:
    """Nor what is no call for help."""
    answer(books, 1)
    apply_alarm(books, alarm("cleared", at_s=60, opened_ms=alarm().opened_ms))
    assert pushing(books, None).pass_by(now_ms() + 9 * SILENT_MS) == 0


def test_a_suspicion_that_stands_is_told_once(books: MemoryBooks) -> None:
    """And one that has cleared meanwhile is not."""
    for lift in ("LIFT-0002", "LIFT-0003"):
        apply_alarm(books, alarm(kind="entrapment_suspected", lift=lift, severity=2))
    apply_alarm(
        books,
        alarm(
            "cleared",
            at_s=50,
            kind="entrapment_suspected",
            lift="LIFT-0003",
            opened_ms=alarm().opened_ms,
        ),
    )
    due = [one for one in books.deadlines() if one.what == CLOCKS]
    assert len(due) == 3
    for one in (*due, *due):
        miss_due(books, one, alarm().opened_ms + MINUTE_MS)
    told = [(one.n, one.lift, one.what) for one in books.rescue_after(FEED, 1)]
    assert [what for _, lift, what in told if lift == "LIFT-0002"] == ["raised"]
    assert "LIFT-0003" not in [lift for _, lift, _ in told]
    assert rescue_jobs(books, None) == ()


def test_the_seam_speaks_to_the_channel_there_is() -> None:
    """Handlers cannot see the engine, and must not be wrong about it."""
    assert page_about.CHANNEL == watch.ALARM


@pytest.fixture
def platform() -> Iterator[RescuePlatform]:
    """A real server that believes our signatures."""
    server = RescuePlatform(key=KEY, exercise=False).start()
    yield server
    server.stop()


def webhook(platform: RescuePlatform, *, key: bytes = KEY) -> Webhook:
    """The way to it."""
    return Webhook(platform.url, key=key, media=MEDIA_TYPE, known=frozenset({409}))


def test_over_a_real_connection(books: MemoryBooks, platform: RescuePlatform) -> None:
    """Once accepted, then known already; the platform holds it once, and in full."""
    line = webhook(platform)
    push = pushing(books, line)
    push.round(now_ms())
    push.round(now_ms() + 60_000)
    line.close()
    (event,) = books.rescue_after(FEED, 0)
    assert (event.attempts, event.detail) == (2, "HTTP 409")
    held = platform.held[FEED]
    assert (held.came, list(held.events)) == (2, [1])
    assert held.events[1]["data"]["what"] == "raised"
    assert platform.complaints == []


def test_an_exercise_does_not_get_into_what_is_real(platform: RescuePlatform) -> None:
    """Neither by us, who have a feed of their own for them, nor past the receiver."""
    books = MemoryBooks()
    apply_alarm(books, alarm(exercise=True))
    line = webhook(platform)
    assert pushing(books, line).round(now_ms()) == 0
    wrong = Pushing(books, Platform((f"{FEED}-exercise",), line, SILENT_MS))
    assert wrong.round(now_ms()) == 1
    line.close()
    assert platform.held == {}
    assert platform.complaints == [f"{FEED}-exercise/1: exercise True"]


def test_a_wrong_key_is_a_dead_letter(books: MemoryBooks, platform: RescuePlatform) -> None:
    """It is refused, and people learn of it."""
    line = webhook(platform, key=KEY[::-1])
    pushing(books, line).round(now_ms())
    line.close()
    assert platform.complaints == ["its signature is not ours"]
    assert books.rescue_after(FEED, 0)[0].detail == "HTTP 401"


def test_a_platform_of_bad_habits_is_told_again(books: MemoryBooks) -> None:
    """500, a connection that is cut, an event that is forgotten: it is due again each time."""
    for habits, detail in (
        (Habits(fail=1), "HTTP 500"),
        (Habits(drop=1), "does not answer"),
        (Habits(forget=1), "HTTP 202"),
    ):
        server = RescuePlatform(key=KEY, habits=habits, exercise=False).start()
        line = webhook(server)
        pushing(books, line).round(now_ms() + 10_000_000)
        line.close()
        server.stop()
        event = books.rescue_after(FEED, 0)[0]
        assert (event.done_ms, event.dead_ms) == (None, None)
        assert detail in str(event.detail)
        assert server.held.get(FEED) is None or server.held[FEED].events == {}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"webhook-timestamp": str(int(time.time()) - AGE_S_MAX - 5)}, "too old"),
        ({"webhook-timestamp": "later"}, "no time"),
        ({"webhook-id": "another"}, "signature"),
        ({"webhook-signature": "v1,AAAA"}, "signature"),
        ({"webhook-signature": ""}, "no webhook-signature"),
    ],
)
def test_what_the_receiver_does_not_believe(change: dict[str, str], why: str) -> None:
    """A signature that is wrong or old; one of several that is right is enough."""
    now_s, body = time.time(), b"{}"
    stamp = str(int(now_s))
    mac = hmac.digest(KEY, f"m.{stamp}.".encode() + body, hashlib.sha256)
    good = {
        "webhook-id": "m",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1,old v1," + base64.b64encode(mac).decode(),
    }
    assert verify(good, body, key=KEY, now_s=now_s) is None
    assert why in str(verify(good | change, body, key=KEY, now_s=now_s))

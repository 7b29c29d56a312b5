"""One contract for what the engine lives on, whatever lies beneath: memory, SQLite, PostgreSQL."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from liftwatch.ids import new_id
from liftwatch.ports import Attempt, Books, Conflict, Deadline, Heartbeat, Promise

MONDAY_MS = 1_772_439_247_420
LEASES = {"look": 10_000}


def arm(books: Books, name: str = "look", **fields: Any) -> None:
    """A deadline that is due on Monday if nothing else is said."""
    given: dict[str, Any] = {"what": "look", "due_ms": MONDAY_MS}
    with books.begin() as work:
        work.arm(Deadline(name=name, **given | fields))


def take(books: Books, at_s: float = 0, holder: str = "one") -> Deadline | None:
    """What a holder gets so many seconds into Monday."""
    with books.begin() as work:
        return work.take_due(MONDAY_MS + round(at_s * 1000), leases=LEASES, holder=holder)


def settle(books: Books, name: str, due_s: float | None, *, holder: str = "one") -> bool:
    """It is done."""
    due_ms = None if due_s is None else MONDAY_MS + round(due_s * 1000)
    with books.begin() as work:
        return work.settle(name, holder=holder, due_ms=due_ms)


def promise(books: Books, id: str, *, channel: str = "alarm", made_ms: int = MONDAY_MS) -> None:
    """Something is to leave."""
    with books.begin() as work:
        work.promise(
            Promise(id=id, channel=channel, body='{"门":1}', made_ms=made_ms, due_ms=made_ms)
        )


def attempt(books: Books, id: str, n: int, *, verdict: Any) -> None:
    """One try, after which the next is due in a minute."""
    tried = Attempt(promise=id, n=n, at_ms=MONDAY_MS + n, verdict=verdict, detail="HTTP")
    with books.begin() as work:
        work.note_attempt(tried, due_ms=MONDAY_MS + 60_000)


def test_a_heartbeat_grows_and_is_seen(books: Books) -> None:
    """What the engine has seen stays while it beats on; where it was stuck does not."""
    with books.begin() as work:
        work.note_stuck("a", where="nobody is known by that name")
        work.beat("b", serves=["garden", "lake"], at_ms=MONDAY_MS, through_ms=MONDAY_MS + 40)
        work.beat("a", serves=[], at_ms=MONDAY_MS, through_ms=MONDAY_MS + 50)
    first = Heartbeat(name="a", beats=1, at_ms=MONDAY_MS, through_ms=MONDAY_MS + 50)
    assert books.known_heartbeats()[0] == first
    seen = Heartbeat(
        name="b", at_ms=0, through_ms=0, seen_beats=1, seen_ms=MONDAY_MS + 60, deaf_ms=MONDAY_MS
    )
    with books.begin() as work:
        work.put_seen(seen)
        work.note_stuck("b", where="published" * 100)
        assert [len(row.stuck or "") for row in work.heartbeats()] == [0, 300]
    with books.begin() as work:
        work.beat("b", serves=["lake"], at_ms=MONDAY_MS + 5, through_ms=MONDAY_MS + 45)
        work.forget_heartbeat("a")
    assert books.known_heartbeats() == [
        Heartbeat(
            name="b",
            serves=("lake",),
            beats=2,
            at_ms=MONDAY_MS + 5,
            through_ms=MONDAY_MS + 45,
            seen_beats=1,
            seen_ms=MONDAY_MS + 60,
            deaf_ms=MONDAY_MS,
        )
    ]


def test_a_deadline_is_taken_once_when_it_is_due(books: Books) -> None:
    """By whoever comes first, until it is settled; then again after its period."""
    arm(books, period_ms=60_000, data={"incident": "7"})
    assert take(books, -1) is None
    taken = take(books)
    assert taken is not None
    assert (taken.name, taken.attempts, taken.data) == ("look", 1, {"incident": "7"})
    assert take(books, 1, holder="two") is None
    assert settle(books, "look", 60)
    assert take(books, 59) is None
    assert take(books, 60, holder="two") is not None


def test_the_earlier_deadline_comes_first_and_others_are_left_alone(books: Books) -> None:
    """Those of somebody else's are not taken."""
    arm(books, "b", due_ms=MONDAY_MS - 1)
    arm(books, "a")
    arm(books, "c", what="unknown", due_ms=MONDAY_MS - 2)
    taken = [take(books), take(books), take(books)]
    assert [one and one.name for one in taken] == ["b", "a", None]


def test_what_dies_with_its_holder_is_taken_again(books: Books) -> None:
    """After the lease; the dead one, if it was only slow, changes nothing any more."""
    arm(books, period_ms=60_000)
    take(books)
    assert take(books, 9.9, holder="two") is None
    again = take(books, 10, holder="two")
    assert again is not None
    assert again.attempts == 2
    assert not settle(books, "look", 100)
    assert settle(books, "look", 60, holder="two")
    assert [one.due_ms for one in books.deadlines()] == [MONDAY_MS + 60_000]


def test_what_failed_keeps_its_attempts(books: Books) -> None:
    """So that its pauses can grow; done it has none."""
    arm(books)
    for n in (1, 2):
        taken = take(books, n)
        assert taken is not None
        assert taken.attempts == n
        with books.begin() as work:
            assert work.put_off("look", holder="one", due_ms=MONDAY_MS + 500)
            assert not work.put_off("look", holder="one", due_ms=MONDAY_MS)
    take(books, 3)
    assert settle(books, "look", None)
    assert books.deadlines() == []
    assert not settle(books, "look", None)


def test_what_is_put_off_for_longer_than_its_period_waits(books: Books) -> None:
    """It is no sign of a clock that was set back, unless it is further away than any pause."""
    arm(books, period_ms=5_000)
    take(books)
    with books.begin() as work:
        assert work.put_off("look", holder="one", due_ms=MONDAY_MS + 60_000)
    assert take(books, 10) is None
    assert take(books, 59.9) is None
    assert take(books, 60) is not None
    with books.begin() as work:
        assert work.put_off("look", holder="one", due_ms=MONDAY_MS + 60_000)
    assert take(books, -7_200) is not None


def test_arming_again_only_brings_forward(books: Books) -> None:
    """And a new period counts, as after an update; none given is none changed."""
    arm(books, period_ms=60_000)
    arm(books, due_ms=MONDAY_MS + 5_000, period_ms=30_000)
    arm(books, due_ms=MONDAY_MS - 5_000)
    assert books.deadlines() == [
        Deadline(name="look", what="look", due_ms=MONDAY_MS - 5_000, period_ms=30_000)
    ]


def test_a_clock_that_was_set_back_stops_nothing(books: Books) -> None:
    """What is due further away than its period, or held longer than any lease, is taken."""
    arm(books, period_ms=60_000)
    take(books)
    hours_s = 48 * 3_600
    assert take(books, -hours_s, holder="two") is not None
    assert settle(books, "look", hours_s, holder="two")
    assert take(books, 0) is not None


def test_what_failed_before_a_clock_was_set_back_is_tried(books: Books) -> None:
    """Also where it has no period; what is really far away waits."""
    arm(books, "one")
    arm(books, "far", due_ms=MONDAY_MS + 3 * 86_400_000)
    assert take(books) is not None
    with books.begin() as work:
        assert work.put_off("one", holder="one", due_ms=MONDAY_MS + 60_000)
    assert take(books, 59) is None
    again = take(books, -2 * 86_400)
    assert again is not None
    assert again.name == "one"


def test_the_most_urgent_leaves_first_where_order_is_not_kept(books: Books) -> None:
    """Of the same urgency the oldest; what must wait holds up nobody."""
    for id, urgency in (("trend", 4), ("door", 2), ("trapped", 1), ("trapped too", 1)):
        with books.begin() as work:
            made = {"channel": "sms", "body": "{}", "made_ms": MONDAY_MS, "due_ms": MONDAY_MS}
            work.promise(Promise(id=id, urgency=urgency, **made))
    order = []
    for _ in range(4):
        one = books.urgent_promise("sms", MONDAY_MS)
        assert one is not None
        order.append(one.id)
        attempt(books, one.id, 1, verdict="retry" if one.id == "trapped" else "delivered")
    assert order == ["trapped", "trapped too", "door", "trend"]
    assert books.urgent_promise("sms", MONDAY_MS) is None
    assert books.urgent_promise("email", MONDAY_MS + 60_000) is None
    for at_ms in (MONDAY_MS + 60_000, MONDAY_MS - 7_200_000):  # its time, or a clock set back
        again = books.urgent_promise("sms", at_ms)
        assert again is not None
        assert (again.id, again.attempts, again.urgency) == ("trapped", 1, 1)


def test_promises_leave_in_their_order(books: Books) -> None:
    """One that must be tried again stays the next; what is settled is not."""
    for id in ("b", "a"):  # in the order in which they were made, not of their names
        promise(books, id)
    promise(books, "other", channel="rescue")
    first = books.next_promise("alarm")
    assert first is not None
    assert (first.id, first.body, first.attempts) == ("b", '{"门":1}', 0)
    attempt(books, "b", 1, verdict="retry")
    waiting = books.next_promise("alarm")
    assert waiting is not None
    assert (waiting.id, waiting.attempts, waiting.due_ms) == ("b", 1, MONDAY_MS + 60_000)
    attempt(books, "b", 2, verdict="refused")
    attempt(books, "a", 1, verdict="delivered")
    assert books.next_promise("alarm") is None
    tried = [(one.promise, one.n, one.verdict) for one in books.attempts("alarm")]
    assert tried == [("a", 1, "delivered"), ("b", 2, "refused"), ("b", 1, "retry")]
    assert len(books.attempts("alarm", limit=1)) == 1
    assert books.attempts("rescue") == []


def test_a_try_that_somebody_else_has_made_is_a_conflict(books: Books) -> None:
    """And after the end there is none at all."""
    promise(books, "a")
    attempt(books, "a", 1, verdict="retry")
    for n in (1, 3):
        with pytest.raises(Conflict):
            attempt(books, "a", n, verdict="delivered")
    attempt(books, "a", 2, verdict="delivered")
    with pytest.raises(Conflict):
        attempt(books, "a", 3, verdict="delivered")
    assert len(books.attempts("alarm")) == 2


def test_what_left_long_ago_is_forgotten(books: Books) -> None:
    """What still waits is not, however old."""
    for id, made_ms in (("old", 1), ("waits", 2), ("new", MONDAY_MS)):
        promise(books, id, made_ms=made_ms)
    for id in ("old", "new"):
        attempt(books, id, 1, verdict="delivered")
    with books.begin() as work:
        assert work.prune_outbox(MONDAY_MS) == 1
    assert [one.promise for one in books.attempts("alarm")] == ["new"]
    waiting = books.next_promise("alarm")
    assert waiting is not None
    assert waiting.id == "waits"


def test_a_transaction_that_fails_leaves_nothing(books: Books) -> None:
    """Heartbeats, deadlines, promises: all or none."""

    def fail() -> None:
        with books.begin() as work:
            work.beat("a", serves=[], at_ms=1, through_ms=2)
            work.arm(Deadline(name="x", what="look", due_ms=1))
            work.take_due(MONDAY_MS, leases=LEASES, holder="one")
            work.promise(Promise(id="p", channel="alarm", body="", made_ms=1, due_ms=1))
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        fail()
    assert (books.known_heartbeats(), books.deadlines()) == ([], [])
    assert books.next_promise("alarm") is None


def test_the_stream_forgets_what_is_old_but_never_the_newest(books: Books) -> None:
    """Of thirty changes none is old enough, or all would be: then the newest stay."""
    with books.begin() as work:
        for k in range(30):
            work.publish("incident", {"k": k})
    assert books.prune_stream(5, before_ms=MONDAY_MS) == 0
    books.prune_stream(10_000, before_ms=2**62)
    assert [one.n for one in books.stream_after(0)] == list(range(1, 31))
    with books.begin() as work:
        assert work.publish("incident", {}) == 31


def test_many_engines_take_each_deadline_once(shared_books: Books) -> None:
    """Eight at the same time, until there is none left."""
    for n in range(40):
        arm(shared_books, f"d-{n:02d}")

    def empty(_: int) -> list[str]:
        mine: list[str] = []
        holder = new_id()
        while (taken := take(shared_books, holder=holder)) is not None:
            mine.append(taken.name)
            assert settle(shared_books, taken.name, None, holder=holder)
        return mine

    with ThreadPoolExecutor(8) as pool:
        taken = Counter(name for mine in pool.map(empty, range(8)) for name in mine)
    assert taken == Counter(f"d-{n:02d}" for n in range(40))


def test_where_a_job_stands_is_carried_on(books: Books) -> None:
    """From one run to the next, and over a start that arms it again."""
    arm(books, period_ms=60_000)
    assert take(books) is not None
    with books.begin() as work:
        assert work.settle("look", holder="one", due_ms=MONDAY_MS + 60_000, data={"upto_ms": 7})
    arm(books, period_ms=60_000)
    taken = take(books, 60)
    assert taken is not None
    assert taken.data == {"upto_ms": 7}
    assert settle(books, "look", 120)
    again = take(books, 120)
    assert again is not None
    assert again.data == {"upto_ms": 7}

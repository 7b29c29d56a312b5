"""The account of loss against a slow one that remembers every count it ever saw."""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack

from ingest import account as module
from ingest.account import Account, Row, Terminal
from ingest.account_stream import AHEAD_MAX, JUMP, MISSING_MAX, WILLS_MAX
from ingest.decode import Publication, decode
from liftwatch.clock import DAY_MS, estate_day, rfc3339
from liftwatch.telemetry.messages import Message

START_MS = 1_772_438_400_000
DAY = estate_day(START_MS)


def message(seq: int, kind: str = "ride", **given: Any) -> Message:
    """One message of T-1, received at once unless `received_ms` says otherwise."""
    said = {"terminal": "T-1", "boot": "b1", "lift": "LIFT-0001", "at_ms": START_MS} | given
    received_ms = said.pop("received_ms", said["at_ms"])
    topic = f"lift/v1/320583/garden/{said.pop('lift')}/{kind}"
    body = {"v": 1, "seq": seq, "at": rfc3339(said.pop("at_ms"))} | said
    (one,) = decode(Publication(topic, json.dumps(body).encode(), received_ms)).messages
    return one


def fed(messages: Iterable[Message]) -> Account:
    """An account that has heard these."""
    account = Account()
    for one in messages:
        account.hear(one)
    return account


def missing(account: Account) -> int:
    """All that is missing."""
    return sum(row.missing for row in account.rows())


def row(account: Account, lift: str = "LIFT-0001", day: int = DAY) -> Row:
    """The row of T-1 for a lift."""
    (found,) = [one for one in account.rows() if (one.lift, one.day) == (lift, day)]
    return found


def gaps(account: Account, boot: str = "b1") -> list[tuple[int, int]]:
    """What is missing of a boot of T-1."""
    return [gap[:2] for gap in account.gaps()["320583", "garden", "T-1", boot]]


class Slow:
    """Sets of counts per boot: what was seen from the floor on, the rest is missing."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], set[int]] = defaultdict(set)
        self.floor: dict[tuple[str, str], int] = {}
        self.received = self.duplicates = 0

    def hear(self, terminal: str, boot: str, seq: int) -> None:
        """One message of a kind that is not retained."""
        key = (terminal, boot)
        if key not in self.floor:
            self.floor[key] = 0 if any(one == terminal for one, _ in self.floor) else seq
        if seq >= self.floor[key]:
            new = seq not in self.seen[key]
            self.seen[key].add(seq)
        else:
            new = True
        self.received += new
        self.duplicates += not new

    def missing(self) -> dict[tuple[str, str], set[int]]:
        """Counts between the floor and the highest that were not seen."""
        return {
            key: set(range(self.floor[key], max(seen, default=0))) - seen
            for key, seen in self.seen.items()
        }


def sent(rng: random.Random) -> list[tuple[str, str, int]]:
    """What three terminals send over reboots, as it comes: some lost, some twice, out of order."""
    out: list[tuple[float, tuple[str, str, int]]] = []
    at = 0.0
    for boot in ("b1", "b2", "b3"):
        for seq in range(rng.randrange(5, 120)):
            for terminal in ("T-1", "T-2", "T-3"):
                at += 1
                if rng.random() < 0.15:
                    continue
                copies = 2 if rng.random() < 0.1 else 1
                out += [(at + rng.expovariate(0.2), (terminal, boot, seq)) for _ in range(copies)]
    return [one for _, one in sorted(out)]


@given(st.integers(0, 10**9))
@settings(max_examples=150)
def test_it_is_exact(seed: int) -> None:
    """Whatever is lost, repeated, restarted and out of order: as if every count were kept."""
    rng = random.Random(seed)
    slow, account = Slow(), Account()
    for terminal, boot, seq in sent(rng):
        slow.hear(terminal, boot, seq)
        account.hear(message(seq, terminal=terminal, boot=boot, lift=rng.choice(("L-01", "L-02"))))
    told = {
        (terminal, boot): {n for first, last, _ in found for n in range(first, last + 1)}
        for (_, _, terminal, boot), found in account.gaps().items()
    }
    assert told == slow.missing()
    assert account.missing == missing(account) == sum(map(len, slow.missing().values()))
    lifts = [one for one in account.rows() if one.lift]
    whole = [one for one in account.rows() if not one.lift]
    assert sum(one.received for one in lifts) == slow.received
    assert sum(one.received for one in whole) == slow.received
    assert sum(one.duplicates for one in lifts) == account.duplicates == slow.duplicates


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 4_294_967_295)), max_size=600))
@settings(max_examples=30)
def test_whatever_is_counted_memory_is_bounded(said: Sequence[tuple[int, int]]) -> None:
    """Counts and boots at random: no more is kept than the limits say, and no day goes negative."""
    account = Account()
    for boot, seq in said:
        kind = ("ride", "online", "register", "state")[seq % 4]
        account.hear(message(seq % (4 * JUMP) if seq % 3 else seq, kind, boot=f"b{boot % 30}"))
    (terminal,) = account._terminals.values() or [Terminal(0)]
    assert len(terminal.boots) <= module.BOOTS_MAX
    assert len(terminal.past) <= module.PAST_MAX
    for stream in terminal.boots.values():
        assert len(stream.missing) <= MISSING_MAX
        assert len(stream.ahead) <= AHEAD_MAX
        assert len(stream.wills) <= WILLS_MAX
        flat = [seq for gap in stream.missing for seq in gap[:2]]
        assert flat == sorted(flat)
    assert all(one.missing >= 0 for one in account.rows())


def test_many_gaps_stay_counted() -> None:
    """The earliest are forgotten; what then comes of them counts as received, not as a repeat."""
    account = fed(message(2 * n) for n in range(101))
    assert missing(account) == 100
    assert len(gaps(account)) == MISSING_MAX
    account.hear(message(1))
    account.hear(message(199))
    assert (missing(account), account.duplicates, row(account).received) == (99, 0, 103)


def test_a_leap_is_no_loss() -> None:
    """Nor is the way back; what follows is counted from there."""
    account = fed(message(seq) for seq in (0, 1, 4_000_000_000, 2, 3, 5))
    assert (account.jumps, missing(account), gaps(account)) == (2, 1, [(4, 4)])
    assert account.duplicates == 0


def test_the_first_boot_counts_from_its_first_message_and_later_ones_from_zero() -> None:
    """Nobody knows what was sent before we listened."""
    account = fed([message(500), message(502), message(2, boot="b2")])
    assert (gaps(account), gaps(account, "b2")) == ([(501, 501)], [(0, 1)])


def test_what_a_broker_kept_makes_neither_gap_nor_repeat() -> None:
    """At a subscription: the register of the boot, the states of a gateway in any order."""
    account = fed(
        [
            message(0, "register"),
            message(700, "state", lift="LIFT-0002"),
            message(650, "state", lift="LIFT-0001"),
            message(1, "online", status="online"),
            message(710),
            message(711),
        ]
    )
    assert (missing(account), account.duplicates) == (0, 0)
    again = [message(0, "register"), message(700, "state"), message(1, "online", status="online")]
    for one in again:
        account.hear(one)
    assert (missing(account), account.duplicates) == (0, 0)
    account.hear(message(711))
    assert account.duplicates == 1


def test_a_terminal_that_tells_only_states_is_counted() -> None:
    """From its first seconds on."""
    account = fed(message(n, "state", at_ms=START_MS + 1_000 * n) for n in (0, 1, 2, 3, 5, 6))
    assert gaps(account) == [(4, 4)]


WILL = {"clock_ok": False, "status": "offline"}


@pytest.mark.parametrize("order", [(7, 8, 9), (8, 7, 9), (8, 9, 7), (9, 8, 7), (9, 7, 8)])
def test_a_will_is_no_gap(order: Sequence[int]) -> None:
    """Its count lies before that of `online`; it comes now, later, or never."""
    said = {
        7: message(7, "online", **WILL),
        8: message(8, "online", status="online"),
        9: message(9),
    }
    account = fed([message(n) for n in range(7)] + [said[n] for n in order])
    assert (missing(account), row(account).received) == (0, 10)
    never = fed([message(n) for n in range(7)] + [said[n] for n in order if n != 7])
    assert (missing(never), row(never).received) == (0, 9)
    never.hear(said[7])
    never.hear(said[7])
    assert (missing(never), row(never).received, never.duplicates) == (0, 10, 0)


def test_a_gateways_registers_after_a_gap_are_not_lost() -> None:
    """Many retained messages in a row wait for what is before them, and count once it is told."""
    lifts = [message(n, "register", lift=f"LIFT-{n:04}") for n in range(2, 60)]
    account = fed([message(0), *lifts])
    assert missing(account) == 0
    account.hear(message(60))
    assert gaps(account) == [(1, 1)]


def test_many_runs_of_retained_messages_are_settled() -> None:
    """Above the limit the gaps before them are told at once."""
    account = fed([message(0), *(message(2 + 2 * n, "register") for n in range(AHEAD_MAX + 1))])
    assert gaps(account) == [(1, 1)]
    account.hear(message(40))
    assert missing(account) == 1 + AHEAD_MAX + (39 - (2 + 2 * AHEAD_MAX))


def test_lateness_and_clocks() -> None:
    """Late by more than 10 minutes; the greatest offset counts, also of a clock declared wrong."""
    account = fed(
        [
            message(0, received_ms=START_MS + 700_000),
            message(1, received_ms=START_MS + 40),
            message(2, received_ms=START_MS + 90),
        ]
    )
    assert (row(account).late, row(account).ahead_ms) == (1, -40)
    account.hear(message(3, at_ms=START_MS + 9_000_000, received_ms=START_MS))
    assert row(account).ahead_ms == 9_000_000


def test_a_gap_that_is_filled_is_taken_from_the_day_that_missed_it() -> None:
    """The next day it comes after all."""
    account = fed([message(0), message(2), message(1, at_ms=START_MS + DAY_MS)])
    assert [(one.day, one.missing) for one in account.rows() if not one.lift] == [
        (DAY, 0),
        (DAY + 1, 0),
    ]


def test_days_leave_memory() -> None:
    """No message can belong to them any more."""
    account = fed(message(n, at_ms=START_MS + n * DAY_MS) for n in range(30))
    days = {one.day for one in account.rows()}
    assert (min(days), max(days)) == (DAY + 29 - module.DAYS_KEPT, DAY + 29)


def test_what_comes_weeks_later_spoils_no_day_that_has_left_memory() -> None:
    """A dead letter that is retried: its day's figures stand where they were published."""
    account = fed([message(0), message(2)])
    account.hear(message(3, at_ms=START_MS + 20 * DAY_MS))
    again = Account()
    ((name, terminal),) = account.unsaved().terminals
    copied = msgpack.decode(msgpack.encode(terminal), type=Terminal)
    again.restore(account.rows(), [(name, copied)])
    late = message(1)
    late.again, late.late, late.received_ms = True, True, START_MS + 20 * DAY_MS
    for one in (account, again):
        one.hear(late)
        assert {row.day for row in one.rows()} == {DAY + 20}
        assert all(row.missing >= 0 for row in one.rows())
        assert one.refused > 0


def test_rows_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above it figures are refused, and that is counted."""
    monkeypatch.setattr(module, "ROWS_MAX", 20)
    account = fed(message(n, lift=f"LIFT-{n:04}") for n in range(100))
    assert (len(account.rows()), account.refused) == (20, 81)
    rows, _ = account.unpublished("j", rows=1_000, streams=10)
    assert len(rows) == len(account.unsaved().rows) == 20


def test_a_boot_that_was_forgotten_is_not_begun_again() -> None:
    """What still comes of it is received, and no gap from its beginning."""
    account = fed(message(0, boot=f"b{n}") for n in range(6))
    account.hear(message(40, boot="b0"))
    assert (missing(account), row(account).received) == (0, 7)


def test_it_continues_from_what_was_saved() -> None:
    """Also through its encoding; and shows the last days again."""
    account = fed([message(0), message(4), message(3, "register"), message(9, "register")])
    saving = account.unsaved()
    again = Account()
    again.restore(
        [msgpack.decode(msgpack.encode(one), type=Row) for one in saving.rows],
        [(n, msgpack.decode(msgpack.encode(t), type=Terminal)) for n, t in saving.terminals],
    )
    account.saved()
    assert account.unsaved().rows == []
    for one in (account, again):
        one.hear(message(10))
        one.hear(message(1))
    assert again.gaps() == account.gaps()
    key = [(one.lift, one.day, one.received, one.missing) for one in account.rows()]
    assert [(one.lift, one.day, one.received, one.missing) for one in again.rows()] == key
    shown, boots = again.unpublished("j", rows=10, streams=10)
    assert (len(shown), len(boots)) == (2, 1)
    again.published(rows=2, streams=1)
    assert again.unpublished("j", rows=10, streams=10) == ([], [])

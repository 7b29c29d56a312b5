"""Between terminal and broker: late, twice, in disorder, with another clock, after a restart."""

from itertools import pairwise

from liftwatch.clock import parse_ms
from simulators.fleet import Outgoing
from tests.simulators.runs import START_MS, kind_of, play

LINK_DOWN_MS = START_MS + 300_000


def identity(sent: Outgoing) -> tuple[str, str, int]:
    """What makes a message this one (contract, Envelope)."""
    told = sent.payload
    return told["terminal"], told["boot"], told["seq"]


def lateness_ms(sent: Outgoing) -> int:
    """From what a message says of its time to when it was sent."""
    return sent.at_ms - parse_ms(sent.payload["at"])


def test_an_outage_is_told_by_the_will_and_what_was_stored_comes_after_it() -> None:
    """Nothing is sent meanwhile but the will, whose count was reserved; nothing is missing."""
    messages, truths = play("terminal_offline")
    (truth,) = truths
    assert truth.to_ms is not None
    (will,) = [s for s in messages if s.payload.get("status") == "offline"]
    assert will.retain
    assert will.payload["clock_ok"] is False
    assert [s for s in messages if LINK_DOWN_MS < s.at_ms < truth.to_ms] == [will]
    late = [sent for sent in messages if lateness_ms(sent) > 1_000 and sent is not will]
    assert len(late) > 50
    assert min(sent.at_ms for sent in late) >= truth.to_ms
    assert [identity(sent) for sent in late] == sorted(identity(sent) for sent in late)
    counts = sorted(sent.payload["seq"] for sent in messages)
    assert counts == list(range(len(counts)))


def test_what_was_stored_may_come_in_no_order() -> None:
    messages, _ = play("terminal_offline", shuffled=1.0)
    late = [identity(sent) for sent in messages if lateness_ms(sent) > 60_000][1:]
    assert late != sorted(late)
    assert len(late) == len(set(late))


def test_without_a_store_the_outage_is_a_gap() -> None:
    messages, _ = play("terminal_offline", stores=0.0, will=0.0)
    counts = [sent.payload["seq"] for sent in messages]
    assert counts == sorted(counts)
    assert max(b - a for a, b in pairwise(counts)) > 50


def test_bad_weather_repeats_and_mixes_but_within_two_seconds() -> None:
    """Twice means the same message, byte for byte."""
    messages, _ = play("bad_network", twice=0.2, disorder=0.2)
    seen: dict[tuple[str, str, int], Outgoing] = {}
    twice = 0
    for sent in messages:
        first = seen.setdefault(identity(sent), sent)
        assert first.payload == sent.payload
        twice += first is not sent
        assert lateness_ms(sent) <= 3_500
    assert twice > 50
    counts = [sent.payload["seq"] for sent in messages]
    assert counts != sorted(counts)
    assert set(counts) == set(range(max(counts) + 1))


def test_a_clock_that_is_wrong_says_so_in_every_message_and_inside() -> None:
    messages, _ = play("clock_wrong", for_s=600.0)
    during = [s for s in messages if LINK_DOWN_MS <= s.at_ms < LINK_DOWN_MS + 600_000]
    assert all(sent.payload["clock_ok"] is False for sent in during)
    assert all(lateness_ms(sent) == 7_200_000 for sent in during)
    rides = [sent.payload for sent in during if kind_of(sent) == "ride"][1:]
    for ride in rides:
        lasted_ms = parse_ms(ride["at"]) - parse_ms(ride["started_at"])
        assert lasted_ms == round(1000 * ride["duration_s"])
    assert all(lateness_ms(s) == 0 for s in messages if s.at_ms > LINK_DOWN_MS + 601_000)


def test_a_restart_in_mid_ride_begins_another_count() -> None:
    """Another boot from 0, and it says again what the lift is."""
    messages, _ = play("terminal_restart")
    boots = list(dict.fromkeys(sent.payload["boot"] for sent in messages))
    assert len(boots) == 2
    again = [sent for sent in messages if sent.payload["boot"] == boots[1]]
    assert [sent.payload["seq"] for sent in again] == list(range(len(again)))
    assert [kind_of(sent) for sent in again[:3]] == ["register", "online", "state"]

"""An ordinary hour: what is sent keeps the contract, and what the lifts do is possible."""

from collections import Counter, defaultdict
from itertools import pairwise

import msgspec
import pytest

from liftwatch.clock import HOUR_MS, parse_ms, rfc3339
from liftwatch.telemetry.messages import KINDS, RETAINED
from liftwatch.telemetry.topics import parse_topic
from simulators.fleet import Outgoing
from tests.simulators.runs import START_MS, kind_of, lift_of, neighbours, of_kind, states_by_lift

JERK_MPS3 = 1.2
ROPES_M = 0.03  # what people who get in or out make of a car on long ropes


def test_every_message_is_a_message_of_the_contract(ordinary: list[Outgoing]) -> None:
    """Strictly: known fields only, of the right types, within their ranges."""
    for sent in ordinary:
        topic = parse_topic(sent.topic)
        assert topic is not None
        msgspec.json.decode(msgspec.json.encode(sent.payload), type=KINDS[topic.kind])
        assert sent.payload["at"] == rfc3339(sent.at_ms)
        assert sent.payload["exercise"] is True
        assert sent.retain == (topic.kind in RETAINED)


def test_every_kind_but_faults_is_spoken(ordinary: list[Outgoing]) -> None:
    """A healthy hour has everything but bursts, events and visits."""
    assert {kind_of(sent) for sent in ordinary} == KINDS.keys() - {"burst", "event", "maintenance"}


def test_seq_counts_without_a_gap(ordinary: list[Outgoing]) -> None:
    """Per terminal and boot, from 0; a lift begins with register, online and state."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(list)
    kinds: dict[str, list[str]] = defaultdict(list)
    for sent in ordinary:
        counts[sent.payload["terminal"], sent.payload["boot"]].append(sent.payload["seq"])
        kinds[lift_of(sent)].append(kind_of(sent))
    assert len(counts) == len(kinds) == 7
    assert all(seqs == list(range(len(seqs))) for seqs in counts.values())
    assert all(spoken[:3] == ["register", "online", "state"] for spoken in kinds.values())


def test_messages_come_in_the_order_of_time(ordinary: list[Outgoing]) -> None:
    """Across all lifts, and none before the start or after the end."""
    times = [sent.at_ms for sent in ordinary]
    assert times == sorted(times)
    assert times[0] >= START_MS
    assert times[-1] < START_MS + HOUR_MS


def test_a_moving_lift_tells_twice_a_second_at_most_an_idle_one_every_minute(
    ordinary: list[Outgoing],
) -> None:
    for (t0, before), (t1, after) in neighbours(ordinary):
        assert t1 - t0 <= 60_000
        if before["car"] == after["car"] == "moving":
            assert t1 - t0 >= 500


def test_position_is_the_integral_of_speed(ordinary: list[Outgoing]) -> None:
    """Between two states as far as half a second of bounded jerk lets one tell."""
    for (t0, before), (t1, after) in neighbours(ordinary):
        if before["car"] == "stopped" and after["car"] == "stopped":
            assert after["position_m"] == pytest.approx(before["position_m"], abs=ROPES_M)
        else:
            dt_s = (t1 - t0) / 1000
            way_m = (before["speed_mps"] + after["speed_mps"]) / 2 * dt_s
            slack_m = JERK_MPS3 * dt_s**3 / 12 + 0.003
            assert after["position_m"] - before["position_m"] == pytest.approx(way_m, abs=slack_m)


def test_doors_are_closed_in_motion_and_open_only_in_the_zone(ordinary: list[Outgoing]) -> None:
    for states in states_by_lift(ordinary).values():
        for _, state in states:
            if state["car"] == "moving":
                assert state["doors_closed"] or abs(state["speed_mps"]) <= 0.03
                assert state["doors_locked"] == state["doors_closed"]
                assert state["run_command"]
                assert state["brake"] == "lifted"
            if not state["doors_closed"]:
                assert state["in_door_zone"]


def test_nobody_appears_or_vanishes_behind_closed_doors(ordinary: list[Outgoing]) -> None:
    seen = 0
    for (_, before), (_, after) in neighbours(ordinary):
        if before["doors_closed"] and after["doors_closed"]:
            assert before.get("people") == after.get("people")
            assert before.get("load_pct") == after.get("load_pct")
            seen += 1
    assert seen > 1_000


def test_a_terminal_without_sensors_says_nothing_of_people(ordinary: list[Outgoing]) -> None:
    """Every sixth lift of a made-up fleet; the others tell whether somebody is inside."""
    told = {lift_of(sent): sent for sent in ordinary if kind_of(sent) == "state"}
    unseeing = [lift for lift, sent in told.items() if "occupied" not in sent.payload]
    assert len(unseeing) == 1
    said = [sent for sent in ordinary if lift_of(sent) == unseeing[0]]
    fields = {name for sent in said for name in sent.payload}
    assert not fields & {"occupied", "people", "load_pct", "overload", "edges", "passengers"}


def test_buttons_are_answered_and_put_out(ordinary: list[Outgoing]) -> None:
    """A press of a dark button registers within 80 ms; a lit one does not register again."""
    lit: set[tuple[object, ...]] = set()
    pressed_ms: dict[tuple[object, ...], int] = {}
    seen: Counter[str] = Counter()
    for sent in ordinary:
        if kind_of(sent) != "button":
            continue
        edges = sent.payload["edges"]
        assert sent.at_ms - parse_ms(edges[0]["at"]) <= 5_000
        for edge in edges:
            key = (lift_of(sent), edge["panel"], edge.get("floor"), edge.get("direction"))
            seen[edge["edge"]] += 1
            if edge["edge"] == "press":
                pressed_ms[key] = parse_ms(edge["at"])
            elif edge["edge"] == "registered":
                assert key not in lit
                assert 20 <= parse_ms(edge["at"]) - pressed_ms[key] <= 80
                lit.add(key)
            elif edge["edge"] == "cancelled":
                lit.remove(key)
    assert seen["cancelled"] > 100
    assert 0 <= seen["press"] - seen["release"] <= 7


def test_rides_and_doors_take_their_time(ordinary: list[Outgoing]) -> None:
    """What domain 4.3 says of doors; records agree with the register's rated speed."""
    rated = {
        lift_of(sent): sent.payload["rated_speed_mps"]
        for sent in ordinary
        if kind_of(sent) == "register"
    }
    for sent in ordinary:
        body = sent.payload
        if kind_of(sent) == "door":
            assert body["result"] == "closed"
            assert 1.9 <= body["open_s"] <= 2.7
            assert 2.5 <= body["close_s"] <= 3.5
        elif kind_of(sent) == "ride":
            assert body["speed_max_mps"] <= rated[lift_of(sent)]
            assert body["jerk_max_mps3"] <= JERK_MPS3
            assert abs(body["level_error_mm"]) <= 10
            assert body["from_floor"] != body["to_floor"]


def test_counters_only_grow(ordinary: list[Outgoing]) -> None:
    by_terminal = defaultdict(list)
    for body in of_kind(ordinary, "counters"):
        by_terminal[body["terminal"]].append(body)
    for told in by_terminal.values():
        for before, after in pairwise(told):
            assert after["rides"] >= before["rides"]
            assert after["distance_m"] >= before["distance_m"]

"""What lifts say in a bench: states of 300 bytes of lifts that move, one by one or in batches.

`python -m bench.load PORT RATE SECONDS LIFTS` publishes at a steady rate, with the time of now, and
prints how many; with PER behind it gateways of ten lifts publish so many at a time.
"""

import itertools
import json
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from liftwatch.clock import now_ms, rfc3339

GATEWAY_LIFTS = 10
PATIENCE_S = 120.0


def state(terminal: str, *, seq: int, at_ms: int) -> dict[str, Any]:
    """A lift on its way up."""
    return {
        "v": 1,
        "terminal": terminal,
        "boot": "b1",
        "seq": seq,
        "at": rfc3339(at_ms),
        "service_mode": "normal",
        "car": "moving",
        "direction": "up",
        "floor": seq % 20,
        "position_m": seq * 0.5 % 60,
        "speed_mps": 1.0,
        "in_door_zone": False,
        "doors_closed": True,
        "doors_locked": True,
        "brake": "lifted",
        "run_command": True,
    }


def single(count: int, *, lifts: int, first: int = 0) -> Iterator[tuple[str, bytes]]:
    """Topics and payloads of messages one by one."""
    at_ms = now_ms() - 30_000
    for n in range(first, first + count):
        lift, seq = f"BENCH-{n % lifts:05d}", n // lifts
        said = state(f"T-{lift}", seq=seq, at_ms=at_ms + seq % 60_000)
        yield f"lift/v1/320583/bench/{lift}/state", json.dumps(said).encode()


def batched(
    count: int, *, lifts: int, per: int, estates: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    """Topics and payloads of gateways, each of ten lifts, so many readings a payload."""
    at_ms, gateways = now_ms() - 30_000, max(1, lifts // GATEWAY_LIFTS)
    seqs = [0] * gateways
    for k in range(count // per):
        gateway = k % gateways
        said = []
        for n in range(per):
            lift = f"BENCH-{gateway * GATEWAY_LIFTS + n % GATEWAY_LIFTS:05d}"
            seq = seqs[gateway] = seqs[gateway] + 1
            one = state(f"T-{gateway}", seq=seq, at_ms=at_ms + seq % 60_000)
            said.append(one | {"lift": lift, "kind": "state"})
        estate = estates[gateway % len(estates)]
        yield f"lift/v1/320583/{estate}/GW-{gateway}/batch", json.dumps(said).encode()


def publish(port: int, publications: Iterator[tuple[str, bytes]]) -> None:
    """All of them at QoS 1; return when the broker has acknowledged the last."""
    client = connected(port)
    # paho keeps no more than 65 535 numbers: some thousand at a time
    while some := list(itertools.islice(publications, 20_000)):
        for info in [client.publish(topic, payload, qos=1) for topic, payload in some]:
            info.wait_for_publish(PATIENCE_S)
    client.disconnect()
    client.loop_stop()


def connected(port: int) -> mqtt.Client:
    """A client that may have much under way."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(2_000)
    client.max_queued_messages_set(0)
    client.connect("127.0.0.1", port)
    client.loop_start()
    return client


def steadily(port: int, *, rate: int, for_s: float, lifts: int) -> int:
    """How many were said: at a rate, each with its time, no two of one lift with the same."""
    client = connected(port)
    begin_s, said = time.monotonic(), 0
    last_ms: dict[str, int] = {}
    while (now_s := time.monotonic() - begin_s) < for_s:
        while said < now_s * rate:
            lift, seq = f"BENCH-{said % lifts:05d}", said // lifts
            last_ms[lift] = max(now_ms(), last_ms.get(lift, 0) + 1)
            one = state(f"T-{lift}", seq=seq, at_ms=last_ms[lift])
            info = client.publish(f"lift/v1/320583/bench/{lift}/state", json.dumps(one), qos=1)
            said += 1
        time.sleep(0.002)
    info.wait_for_publish(PATIENCE_S)  # the broker acknowledges in order
    client.disconnect()
    client.loop_stop()
    return said


def in_batches(port: int, *, rate: int, for_s: float, lifts: int, per: int) -> int:
    """How many were said at a rate, by gateways of ten lifts that publish so many at a time."""
    client = connected(port)
    begin_s, said, gateways = time.monotonic(), 0, max(1, lifts // GATEWAY_LIFTS)
    while (now_s := time.monotonic() - begin_s) < for_s:
        while said < now_s * rate:
            turn, gateway = divmod(said // per, gateways)
            at_ms = now_ms() - per  # a millisecond for each: none of a lift has another's time
            batch = [
                state(f"T-{gateway}", seq=turn * per + n, at_ms=at_ms + n)
                | {"lift": f"BENCH-{gateway * GATEWAY_LIFTS + n % GATEWAY_LIFTS:05d}"}
                | {"kind": "state"}
                for n in range(per)
            ]
            topic = f"lift/v1/320583/bench/GW-{gateway}/batch"
            info = client.publish(topic, json.dumps(batch), qos=1)
            said += per
        time.sleep(0.002)
    info.wait_for_publish(PATIENCE_S)
    client.disconnect()
    client.loop_stop()
    return said


if __name__ == "__main__":
    port, rate, seconds, lifts, *per = map(int, sys.argv[1:])
    if per:
        print(in_batches(port, rate=rate, for_s=seconds, lifts=lifts, per=per[0]))
    else:
        print(steadily(port, rate=rate, for_s=seconds, lifts=lifts))

"""What detection costs: microseconds a message, and kilobytes a lift.

`python -m bench.detection` prints one table. Messages are decoded beforehand, so that nothing but
`Fleet.hear` and `Fleet.advance` is measured; the CPU of this process counts, not the wall clock.
"""

import gc
import json
import os
import time
from collections.abc import Callable, Iterator
from random import Random

import psutil

from detectors.fleet import Fleet
from ingest.decode import Publication, decode
from liftwatch.clock import HOUR_MS, parse_ms, rfc3339
from liftwatch.telemetry.messages import Message
from simulators.files import received
from simulators.fleet import make_fleet

COUNT = int(os.environ.get("BENCH_N", "200000"))
LIFTS = int(os.environ.get("BENCH_LIFTS", "2000"))
START_MS = parse_ms("2026-03-02T00:00:00.000Z")
MOVING = {
    "service_mode": "normal",
    "car": "moving",
    "direction": "up",
    "in_door_zone": False,
    "doors_closed": True,
    "doors_locked": True,
    "brake": "lifted",
    "run_command": True,
    "speed_mps": 1.0,
}
STANDING = MOVING | {
    "car": "stopped",
    "direction": "none",
    "in_door_zone": True,
    "brake": "applied",
    "run_command": False,
    "speed_mps": 0.0,
}

Lines = Iterator[tuple[str, dict[str, object], int]]


def moving(lifts: int, every_ms: int = 500) -> Lines:
    """States of lifts that all move, each in its order."""
    return _states(lifts, MOVING, every_ms)


def standing(lifts: int, every_ms: int = 60_000) -> Lines:
    """States of lifts that all stand idle."""
    return _states(lifts, STANDING, every_ms)


def _states(lifts: int, fields: dict[str, object], every_ms: int) -> Lines:
    for n in range(COUNT):
        lift, seq = n % lifts, n // lifts
        at_ms = START_MS + seq * every_ms + lift * every_ms // lifts
        position = {"floor": seq % 20, "position_m": seq * 0.5 % 60}
        yield _line(f"BENCH-{lift:05d}", "state", fields | position, seq=seq, at_ms=at_ms)


def _line(
    lift: str, kind: str, fields: dict[str, object], *, seq: int, at_ms: int
) -> tuple[str, dict[str, object], int]:
    envelope = {"v": 1, "terminal": f"T-{lift}", "boot": "b1", "seq": seq, "at": rfc3339(at_ms)}
    return f"lift/v1/320583/bench/{lift}/{kind}", {**envelope, **fields}, at_ms + 40


def simulated(lifts: int) -> Lines:
    """Whatever healthy lifts say over a morning."""
    fleet = make_fleet(seed=1, lifts=lifts, start_ms=START_MS)
    sent = received(fleet.run(START_MS + 8 * HOUR_MS), Random("bench"))
    for _, (received_ms, one) in zip(range(COUNT), sent, strict=False):
        yield one.topic, one.payload, received_ms


def messages(lines: Lines) -> list[Message]:
    """The lines as decoding gives them."""
    said = []
    for topic, payload, received_ms in lines:
        said += decode(Publication(topic, json.dumps(payload).encode(), received_ms)).messages
    return said


def cost_us(said: list[Message]) -> float:
    """Microseconds of CPU a message, the best of three runs."""
    return min(_run_us(said) for _ in range(3))


def _run_us(said: list[Message]) -> float:
    fleet = Fleet()
    gc.collect()
    began_s = time.process_time()
    for message in said:
        fleet.hear(message)
        fleet.advance(message.received_ms)
    return (time.process_time() - began_s) / len(said) * 1e6


def memory_kib(lifts: int) -> float:
    """Resident memory that a lift takes, after some minutes of everything it can say."""
    fleet, process = Fleet(), psutil.Process()
    sample = _whole_lift()
    _speak(fleet, sample, "WARM-00000")
    gc.collect()
    before = process.memory_info().rss
    for n in range(lifts):
        _speak(fleet, sample, f"BENCH-{n:05d}")
    gc.collect()
    return (process.memory_info().rss - before) / 1024 / lifts


def _whole_lift() -> list[tuple[str, bytes, int]]:
    """The first minutes of one simulated lift, with its own name and terminal left open."""
    fleet = make_fleet(seed=1, lifts=1, start_ms=START_MS)
    plan = fleet.lifts[0].plan
    return [
        (
            one.topic.replace(plan.name, "LIFT"),
            json.dumps(one.payload).replace(plan.terminal, "TERMINAL").encode(),
            one.at_ms + 40,
        )
        for one in fleet.run(START_MS + HOUR_MS // 2)
    ]


def _speak(fleet: Fleet, sample: list[tuple[str, bytes, int]], lift: str) -> None:
    for topic, payload, received_ms in sample:
        own = payload.replace(b"TERMINAL", b"T-" + lift.encode())
        for message in decode(Publication(topic.replace("LIFT", lift), own, received_ms)).messages:
            fleet.hear(message)
            fleet.advance(received_ms)


def main() -> None:
    """Print one table."""
    rows: tuple[tuple[str, Callable[[], Lines]], ...] = (
        ("moving, 200 lifts", lambda: moving(200)),
        ("moving, 10 000 lifts", lambda: moving(10_000)),
        ("standing, 200 lifts", lambda: standing(200)),
        ("standing, 10 000 lifts", lambda: standing(10_000)),
        ("simulated, 50 lifts", lambda: simulated(50)),
    )
    print(f"{'memory':24}{memory_kib(LIFTS):8.2f} KiB a lift", flush=True)
    for name, lines in rows:
        print(f"{name:24}{cost_us(messages(lines())):8.2f} µs a message", flush=True)


if __name__ == "__main__":
    main()

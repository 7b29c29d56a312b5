"""Real recordings through `liftwatch replay`: falls found in time, rest and rides quiet."""

import csv
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from liftwatch.clock import parse_ms, rfc3339

RECORDINGS = Path(__file__).parent.parent / "cases" / "recordings"
CONTRACT = Path(__file__).parent.parent / "cases" / "contract"
START_MS = parse_ms("2026-03-02T08:00:00.000Z")
FALLS = range(1, 12)
ON_THE_FLOOR = slice(200, 1700)  # the AccZ samples with the phone on the car's floor
STATE_EVERY_S = 0.5


class Recorded(NamedTuple):
    """One sample: seconds, and specific force along three axes in m/s²."""

    t: float
    x: float
    y: float
    z: float


def replay(folder: Path, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The incidents of some lines, by the command."""
    file = folder / "in.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return [json.loads(line) for line in command(file).splitlines()]


def command(file: Path) -> bytes:
    """What `liftwatch replay` prints for a file."""
    done = subprocess.run(
        [sys.executable, "-m", "liftwatch", "replay", str(file), "--incidents", "-"],
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    return done.stdout


def falls(name: str) -> list[Recorded]:
    """One recording of the accelerometer."""
    path = RECORDINGS / "free_fall" / name
    with path.open(newline="") as file:
        if name.endswith(".csv"):
            rows = list(csv.reader(file))[1:]
        else:
            rows = [row for row in csv.reader(file, delimiter="\t") if row]
    return [Recorded(*(float(cell) for cell in row[:4])) for row in rows]


def burst_lines(lift: str, samples: list[Recorded], size: int) -> Iterator[dict[str, Any]]:
    """A recording as bursts that adjoin, `size` samples each."""
    rate = (len(samples) - 1) / (samples[-1].t - samples[0].t)
    for seq, first in enumerate(range(0, len(samples), size)):
        part = samples[first : first + size]
        started_ms = START_MS + round((samples[0].t + first / rate) * 1000)
        ended_ms = started_ms + round((len(part) - 1) / rate * 1000)
        payload = {
            "v": 1,
            "terminal": f"T-{lift}",
            "boot": "b1",
            "seq": seq,
            "at": rfc3339(ended_ms),
            "trigger": "free_fall",
            "started_at": rfc3339(started_ms),
            "rate_hz": rate,
            "x_mps2": [sample.x for sample in part],
            "y_mps2": [sample.y for sample in part],
            "z_mps2": [sample.z for sample in part],
        }
        yield {
            "topic": f"lift/v1/320583/garden/{lift}/burst",
            "payload": payload,
            "received_at": rfc3339(ended_ms + 150),
        }


@pytest.mark.parametrize("size", [100_000, 400, 97])
def test_every_fall_is_found_once_and_in_time_and_nothing_at_rest(
    tmp_path: Path, size: int
) -> None:
    """11 of 11, one incident each, at most 0.15 s after the start in the median, 0.30 s at most."""
    lines = [
        line for k in FALLS for line in burst_lines(f"FALL-{k:04d}", falls(f"fall_{k}.csv"), size)
    ]
    lines += burst_lines("REST-0001", falls("at_rest.txt"), size)
    lines.sort(key=lambda line: str(line["received_at"]))
    found = replay(tmp_path, lines)
    assert sorted(one["lift"] for one in found) == [f"FALL-{k:04d}" for k in FALLS]
    assert {one["kind"] for one in found} == {"free_fall"}
    delays = [delay_s(one) for one in found]
    assert statistics.median(delays) <= 0.15
    assert max(delays) <= 0.30
    assert min(delays) >= -0.20


def delay_s(found: dict[str, Any]) -> float:
    """From the start that the recording's authors give to the claim."""
    with (RECORDINGS / "free_fall" / "segments.csv").open(newline="") as file:
        starts = {row["trial"]: float(row["seg_start_s"]) for row in csv.DictReader(file)}
    start = starts[f"fall_{int(found['lift'][5:])}"]
    return (parse_ms(found["raised_at"]) - START_MS) / 1000 - start


def ride_states() -> Iterator[tuple[float, float, float]]:
    """Seconds, speed and way of the recorded ride, twice a second.

    The sensor reads 10.31 m/s² at rest. The car stands at both ends, so the mean over the whole is
    what gravity and bias add up to; what is left is integrated by the trapezoid rule.
    """
    path = RECORDINGS / "lift_ride" / "skyscraper_up.csv"
    with path.open(newline="") as file:
        rows = [
            (int(row["relative_time"]) / 1000, float(row["AccZ"]))
            for row in csv.DictReader(file)
            if row["AccZ"]
        ][ON_THE_FLOOR]
    bias = statistics.mean(z for _, z in rows)
    speed = way = 0.0
    told = rows[0][0]
    yield told, 0.0, 0.0
    for (t0, z0), (t1, z1) in pairwise(rows):
        before = speed
        speed += ((z0 + z1) / 2 - bias) * (t1 - t0)
        way += (before + speed) / 2 * (t1 - t0)
        if t1 - told >= STATE_EVERY_S:
            told = t1
            yield t1, speed, way


def ride_lines(rated_mps: float) -> Iterator[dict[str, Any]]:
    """The ride as a lift of this rated speed would tell it."""
    lift = "RIDE-0001"
    envelope = {"v": 1, "terminal": "T-ride", "boot": "b1"}

    def line(kind: str, at_ms: int, fields: dict[str, Any], *, seq: int) -> dict[str, Any]:
        payload = {**envelope, "seq": seq, "at": rfc3339(at_ms), **fields}
        topic = f"lift/v1/320583/garden/{lift}/{kind}"
        return {"topic": topic, "payload": payload, "received_at": rfc3339(at_ms + 120)}

    yield line("register", START_MS, {"rated_speed_mps": rated_mps}, seq=0)
    for seq, (t, speed, way) in enumerate(ride_states(), 1):
        moving = abs(speed) > 0.03
        fields = {
            "service_mode": "normal",
            "car": "moving" if moving else "stopped",
            "speed_mps": round(speed, 3),
            "position_m": round(way, 3),
            "doors_closed": True,
            "occupied": True,
        }
        yield line("state", START_MS + round(t * 1000), fields, seq=seq)


def test_the_recorded_ride_is_quiet_at_its_own_rated_speed(tmp_path: Path) -> None:
    """74 m up at 4 m/s: no incident of severity 1 or 2 on a lift rated 4.0 m/s."""
    found = replay(tmp_path, list(ride_lines(4.0)))
    assert [one for one in found if one["severity"] <= 2] == []


def test_the_recorded_ride_is_too_fast_for_a_slower_lift(tmp_path: Path) -> None:
    """Rated 2.5 m/s: exactly one overspeed, and nothing else of severity 1 or 2."""
    found = replay(tmp_path, list(ride_lines(2.5)))
    assert [one["kind"] for one in found if one["severity"] <= 2] == ["overspeed"]
    fast = [t for t, speed, _ in ride_states() if speed >= 1.15 * 2.5]
    assert parse_ms(found[0]["raised_at"]) == START_MS + round(fast[1] * 1000)


def test_the_same_file_gives_the_same_bytes() -> None:
    """The contract's own examples, twice."""
    first = command(CONTRACT / "examples.jsonl")
    assert first == command(CONTRACT / "examples.jsonl")
    found = [json.loads(one) for one in first.splitlines()]
    assert next(one["kind"] for one in found if one["severity"] == 1) == "entrapment"

"""What judging costs: CPU a message beside what paho spends to receive it, and memory a lift.

`python -m bench.judging`: an hour of a simulated fleet goes to a broker, a bare subscriber drains
it; the same messages, decoded before, go through all detectors. Memory is by what the process has
grown when some simulated days were judged. JUDGE_LIFTS, JUDGE_HOURS and JUDGE_DAYS make it larger.
"""

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import msgspec

from bench import bare, load
from bench.table import by_bare, started
from detectors.fleet import Fleet as Detectors
from ingest.decode import Publication, decode
from ingest.replay import read_line
from liftwatch.clock import HOUR_MS, parse_ms
from liftwatch.telemetry.messages import Message
from simulators.files import received
from simulators.fleet import make_fleet
from tests.conftest import Mosquitto, free_port

LIFTS = int(os.environ.get("JUDGE_LIFTS", "40"))
HOURS = float(os.environ.get("JUDGE_HOURS", "1"))
DAYS = float(os.environ.get("JUDGE_DAYS", "3"))
START_MS = parse_ms("2026-03-02T00:00:00.000Z")  # eight in the morning in Shanghai
KIB = 1024.0
WARM_LINES = 300_000  # of some hours: what remembers seconds is full then


def told(lifts: int, until_ms: int) -> Iterator[Publication]:
    """What a healthy simulated fleet sends, as received."""
    fleet = make_fleet(seed=5, lifts=lifts, start_ms=START_MS)
    for received_ms, sent in received(fleet.run(until_ms), Random(5)):
        yield Publication(sent.topic, msgspec.json.encode(sent.payload), received_ms)


def judge(fleet: Detectors, messages: list[Message]) -> dict[str, tuple[int, float]]:
    """Count and CPU seconds of each kind of message."""
    spent: dict[str, list[float]] = defaultdict(list)
    clock = time.process_time
    for message in messages:
        begin_s = clock()
        fleet.hear(message)
        fleet.advance(message.received_ms)
        spent[message.kind].append(clock() - begin_s)
    return {kind: (len(times), sum(times)) for kind, times in spent.items()}


def receiving_us(publications: list[Publication]) -> float:
    """CPU of a bare paho subscriber for one of these messages."""
    with tempfile.TemporaryDirectory(prefix="liftwatch-judging-") as folder:
        broker = Mosquitto(Path(folder), free_port())
        with started(broker):
            bare.subscribe(broker.port)
            load.publish(broker.port, ((one.topic, one.payload) for one in publications))
            drained = by_bare(broker.port, len(publications))
    return drained.cpu / drained.count * 1e6


def resident_kib() -> float:
    """Memory of this process that is in use."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / KIB


def hear_file(fleet: Detectors, file: Path, *, lines_max: int | None = None) -> None:
    """A replay file, or its first lines, through all detectors."""
    with file.open("rb") as lines:
        for line in islice(lines, lines_max):
            publication = read_line(line)
            assert not isinstance(publication, str), publication
            for message in decode(publication).messages:
                fleet.hear(message)
            fleet.advance(publication.received_ms)
    gc.collect()


def memory_kib(file: Path) -> float:
    """What a lift's detectors have grown to after a replay file; in a process of its own.

    A first fleet pays for what all lifts share: code, models, tables.
    """
    first, fleet = Detectors(), Detectors()
    hear_file(first, file, lines_max=WARM_LINES)
    before = resident_kib()
    hear_file(fleet, file)
    return (resident_kib() - before) / len(fleet.banks)


def measured_kib() -> float:
    """The same, of a simulated fleet."""
    with tempfile.TemporaryDirectory(prefix="liftwatch-judging-") as folder:
        file = Path(folder) / "fleet.jsonl"
        options = ("--seed", "5", "--lifts", str(LIFTS), "--days", str(DAYS), "--out", str(file))
        truth = ("--truth", str(Path(folder) / "truth.jsonl"))
        command = [sys.executable, "-m", "liftwatch", "simulate", *options, *truth]
        subprocess.run(command, capture_output=True, check=True)
        again = [sys.executable, "-m", "bench.judging", str(file)]
        return float(subprocess.run(again, capture_output=True, check=True, text=True).stdout)


def main() -> None:
    """Print both tables."""
    if sys.argv[1:]:
        print(memory_kib(Path(sys.argv[1])))
        return
    publications = list(told(LIFTS, START_MS + int(HOURS * HOUR_MS)))
    receive_us = receiving_us(publications)
    messages = [message for one in publications for message in decode(one).messages]
    fleet = Detectors()
    judge(fleet, messages[: len(messages) // 10])  # what is compiled and learned comes first
    spent = judge(fleet, messages[len(messages) // 10 :])
    print(
        f"{len(publications)} messages of {LIFTS} lifts; paho receives one in {receive_us:.1f} us"
    )
    print(f"{'':<18}{'messages':>10}{'us each':>10}{'of paho':>10}")
    for kind, (count, seconds) in sorted(spent.items(), key=lambda row: -row[1][0]):
        each_us = seconds / count * 1e6
        print(f"{kind:<18}{count:>10}{each_us:>10.1f}{each_us / receive_us:>10.2f}")
    count, seconds = (sum(column) for column in zip(*spent.values(), strict=True))
    each_us = seconds / count * 1e6
    print(f"{'all':<18}{count:>10}{each_us:>10.1f}{each_us / receive_us:>10.2f}")
    print(f"after {DAYS:g} days a lift holds {measured_kib():.1f} KiB in its detectors")


if __name__ == "__main__":
    main()

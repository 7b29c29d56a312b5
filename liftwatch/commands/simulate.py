"""`liftwatch simulate`: lifts that do not exist, to a broker or to a file."""

import signal
import sys
import threading
from pathlib import Path
from typing import NamedTuple

from liftwatch.clock import DAY_MS, now_ms, parse_ms
from liftwatch.failure import Failure
from simulators.files import write_replay
from simulators.fleet import Fleet, make_fleet
from simulators.publish import publish
from simulators.rates import RATES
from simulators.scenario import load_scenario

FILE_START = "2026-03-02T00:00:00.000Z"  # a Monday; a file does not depend on when it is made


class FleetOptions(NamedTuple):
    """Which lifts, and what happens to them."""

    seed: int
    lifts: int
    scenario: Path | None = None
    base_rates: bool = False


def _fleet(options: FleetOptions, *, start_ms: int) -> Fleet:
    try:
        script = load_scenario(options.scenario) if options.scenario else None
        return make_fleet(
            seed=options.seed,
            lifts=options.lifts,
            start_ms=start_ms,
            scenario=script,
            rates=RATES if options.base_rates else (),
        )
    except (OSError, ValueError) as error:
        raise Failure(f"simulate: {error}") from error


def simulate_to_file(
    options: FleetOptions, *, days: float, start: str | None, out: Path, truth: Path
) -> None:
    """Write a replay file and the truth beside it."""
    try:
        start_ms = parse_ms(start or FILE_START)
    except ValueError as error:
        raise Failure(f"simulate: --start: {error}") from error
    fleet = _fleet(options, start_ms=start_ms)
    until_ms = start_ms + int(days * DAY_MS)
    try:
        with out.open("w", encoding="utf-8") as lines, truth.open("w", encoding="utf-8") as truths:
            write_replay(fleet, until_ms, out_file=lines, truth_file=truths)
    except OSError as error:
        raise Failure(f"simulate: {error.filename}: {error.strerror}") from error


def simulate_to_broker(options: FleetOptions, *, days: float, speed: float, url: str) -> None:
    """Publish in real time times `speed`, until the days are over or somebody interrupts."""
    start_ms = now_ms()
    fleet = _fleet(options, start_ms=start_ms)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    try:
        published = publish(
            fleet, url=url, until_ms=start_ms + int(days * DAY_MS), speed=speed, stop=stop
        )
    except ValueError as error:
        raise Failure(f"simulate: --broker: {error}") from error
    print(f"published {published}", file=sys.stderr)

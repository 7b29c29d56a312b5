"""`make evaluate`: how good the detectors are, on lifts whose truth is known.

A scenario set on seeds that thresholds were chosen by and on others, a quiet fleet at base rates,
and one whose terminals and links have much trouble. EVAL_LIFTS and EVAL_DAYS make the quiet fleet
larger, EVAL_SHARE all of it smaller (for a try), EVAL_ONLY takes only worlds whose names begin so
(a,b); EVAL_OUT is where files and report go. With EVAL_RESUME=1 a world whose files lie there is
not played again: a long run may be stopped.
"""

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

from bench.worlds import World, quiet_worlds, rates_of, troubled_worlds, worlds_of
from ingest.replay import incident_lines, replay
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.clock import DAY_MS, parse_ms
from liftwatch.score.files import read_incidents, read_truths
from liftwatch.score.matching import judge
from liftwatch.score.report import Section, write_report
from liftwatch.score.tally import Score, tally
from liftwatch.score.text import table
from simulators.files import line_of, received
from simulators.fleet import Fleet, make_fleet
from simulators.scenario import Scenario
from simulators.truth import Truth

CHOOSING, REPORTING = (11, 12), (113, 114, 115)
QUIET, TROUBLED = (226, 227, 228, 229, 230), (332, 333, 334, 335, 336, 337)
"""Seeds. What the reporting ones find is mended, and then they are used up: take others."""
START_MS = parse_ms("2026-03-02T00:00:00.000Z")  # a Monday
LIFTS = int(os.environ.get("EVAL_LIFTS", "60"))
DAYS = float(os.environ.get("EVAL_DAYS", "10"))
SHARE = float(os.environ.get("EVAL_SHARE", "1"))
ONLY = tuple(os.environ.get("EVAL_ONLY", "").split(","))
RESUME = os.environ.get("EVAL_RESUME", "") == "1"
OUT = Path(os.environ.get("EVAL_OUT", "build/evaluate"))
MONTH_DAYS = 30.44


class Set(NamedTuple):
    """Worlds that are told of together."""

    title: str
    sentence: str
    worlds: list[World]


def sets() -> list[Set]:
    """What is run, in order."""
    chosen = f"Seeds {CHOOSING}: thresholds may be chosen by these."
    reported = f"Seeds {REPORTING}: nothing was chosen by these."
    quiet = f"{LIFTS} lifts, {DAYS:g} days, seeds {QUIET}: faults at published base rates."
    troubled = f"Seeds {TROUBLED}: lifts as at base rates, terminals and links at 3 to 150 times."
    return [
        Set("Choosing", chosen, worlds_of(CHOOSING, share=SHARE / 3)),
        Set("Reporting", reported, worlds_of(REPORTING, share=SHARE)),
        Set("Quiet fleet", quiet, quiet_worlds(QUIET, lifts=LIFTS, days=DAYS)),
        Set("Troubled links", troubled, troubled_worlds(TROUBLED, share=SHARE)),
    ]


def fleet_of(world: World) -> Fleet:
    """The lifts of a world, not started yet."""
    scenario = Scenario(world.faults)
    return make_fleet(
        seed=world.seed,
        lifts=world.lifts,
        start_ms=START_MS,
        scenario=scenario,
        rates=rates_of(world),
    )


def lines_of(fleet: Fleet, world: World) -> Iterator[bytes]:
    """What is received, as lines of a replay file."""
    until_ms = START_MS + int(world.days * DAY_MS)
    for received_ms, sent in received(fleet.run(until_ms), Random(f"{world.seed}/delay")):
        if world.thin and sent.payload.get("car") == "moving":
            continue
        yield line_of(received_ms, sent).encode()


def run_world(world: World) -> None:
    """Play one world into its files: truth, incidents, and the seconds that it took."""
    if RESUME and path(world, "cost").exists():
        return
    begin_s = time.process_time()
    fleet, books = fleet_of(world), MemoryBooks()
    letters: list[object] = []
    replay(lines_of(fleet, world), books, dead_letter=letters.append)
    assert not letters, f"{world.name}: {letters[0]}"
    until_ms = START_MS + int(world.days * DAY_MS)
    incidents = list(incident_lines(books))
    raised = [
        (one["lift"], one["kind"], parse_ms(one["raised_at"]))
        for one in map(msgspec.json.decode, incidents)
    ]
    truths = [one for one in fleet.truth() if is_over(one, until_ms) or one_of(one, raised)]
    lines = [msgspec.json.encode(one.line(until_ms=until_ms)) + b"\n" for one in truths]
    path(world, "truth").write_bytes(b"".join(lines))
    path(world, "incidents").write_bytes(b"".join(incidents))
    path(world, "cost").write_text(f"{time.process_time() - begin_s:.1f}\n")  # last: all is there


def is_over(truth: Truth, until_ms: int) -> bool:
    """Whether it was to be found before the world ended: else nobody can say that it was missed."""
    return truth.never or truth.from_ms + truth.expect_within_s * 1000 <= until_ms


def one_of(truth: Truth, raised: Iterable[tuple[str | None, str, int]]) -> bool:
    """Whether something of it was raised all the same, since it began."""
    named = (truth.lift, truth.kind)
    return any((lift, kind) == named and ms >= truth.from_ms for lift, kind, ms in raised)


def path(world: World, what: str) -> Path:
    """Where a file of a world lies."""
    return OUT / f"{world.name}.{what}.jsonl"


def score_of(worlds: Sequence[World]) -> Score:
    """What came of some worlds, together."""
    judged = (
        judge(
            read_incidents(path(world, "incidents").read_bytes().splitlines()),
            *read_truths(path(world, "truth").read_bytes().splitlines()),
            case=world.name,
        )
        for world in worlds
    )
    return tally(tuple(judged), lift_days=sum(world.lifts * world.days for world in worlds))


def main() -> None:
    """Run everything, print the tables, write the report."""
    OUT.mkdir(parents=True, exist_ok=True)
    begin_s = time.monotonic()
    told = [
        one._replace(worlds=[world for world in one.worlds if world.name.startswith(ONLY)])
        for one in sets()
    ]
    every = [world for one in told for world in one.worlds]
    every.sort(key=lambda world: -world.lifts * world.days)
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        for done, _ in enumerate(pool.imap_unordered(run_world, every), 1):
            print(f"\r{done} of {len(every)} worlds", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    sections = [
        Section(one.title, one.sentence, score_of(one.worlds)) for one in told if one.worlds
    ]
    for section in sections:
        name = section.title.lower().replace(" ", "-")
        (OUT / f"{name}.json").write_bytes(msgspec.json.encode(section.score))
        print(f"\n{section.title}. {section.sentence}")
        print("\n".join(table(section.score)))
    write_report(OUT / "report.html", sections)
    cpu_s = sum(float(path(world, "cost").read_text()) for world in every)
    took = f"{(time.monotonic() - begin_s) / 60:.1f} min, {cpu_s / 3600:.2f} hours of a core"
    print(f"\n{took}; {OUT / 'report.html'}")


if __name__ == "__main__":
    main()

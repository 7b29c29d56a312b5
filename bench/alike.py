"""How good past cases alike are: `python -m bench.alike --seeds 201,202`.

Worlds of `make evaluate` are played through decoding, detection, evidence and signature as the
service does it. Of each incident the likest earlier one of another lift is found; it is right when
the simulator says that the same had been done to that lift (the name of the fault, and the options
that make another fault of it). Beside it stands how often one drawn at random among earlier ones of
the same kind would be. Only kinds that come about in several ways count: in the others every one of
the kind is right.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec
from msgspec import structs

from bench.worlds import World, worlds_of
from detectors.fleet import Fleet as Detectors
from ingest.decode import Publication, decode
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.care.parts import part_of
from liftwatch.care.signature import Signed, most_alike
from liftwatch.clock import DAY_MS, parse_ms
from liftwatch.engine.evidence import look
from liftwatch.handlers.alarms import UNATTENDED, apply_alarm
from liftwatch.handlers.care_faults import is_told, keep_told, sign
from liftwatch.incidents.evidence import plan_window
from liftwatch.incidents.incident import Incident
from liftwatch.ports import IncidentFilter
from liftwatch.telemetry.messages import Message
from simulators.faults import FAULTS, kind_of_fault
from simulators.files import received
from simulators.fleet import Fleet, make_fleet
from simulators.scenario import Fault, Scenario

START_MS = parse_ms("2026-03-02T00:00:00.000Z")
AFTER_S = 900.0
WRITTEN = 5_000
OTHERWISE = {
    "overrun": ("bottom",),
    "entrapment": ("mains",),
    "button_stuck": ("held",),
    "terminal_offline": ("will",),
}
"""Options that make another fault of it; the others make it stronger or weaker."""


class Known(NamedTuple):
    """An incident's signature, and what the simulator had done."""

    signed: Signed
    what: str


class Score(NamedTuple):
    """Of one kind: how many were asked, how many likest were right, and how many by chance."""

    asked: int
    right: int
    chance: float


def known_of(world: World, *, number: int) -> Iterator[Known]:
    """The incidents of a world whose origin is known; worlds follow each other in time."""
    faults: defaultdict[str, list[Fault]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        books, store = MemoryBooks(), EmbeddedStore(Path(folder) / "told.sqlite")
        fleet = play(world, books, store)
        for one in world.faults:
            faults[fleet.lifts[int(one.lift)].plan.name].append(one)
        for incident in reversed(books.incidents(IncidentFilter(), limit=100_000).items):
            what = origin(incident, faults[incident.lift or ""])
            if what is None:
                continue
            signed = signed_of(books, store, incident)
            yield Known(
                structs.replace(
                    signed,
                    lift=f"{world.name}/{signed.lift}",
                    incident=f"{world.name}/{signed.incident}",
                    raised_ms=signed.raised_ms + number * 100 * DAY_MS,
                ),
                what,
            )
        store.close()


def play(world: World, books: MemoryBooks, store: EmbeddedStore) -> Fleet:
    """A world into books and store, as the service would."""
    fleet = make_fleet(
        seed=world.seed, lifts=world.lifts, start_ms=START_MS, scenario=Scenario(world.faults)
    )
    detectors, waiting = Detectors(), list[Message]()
    until_ms = START_MS + int(world.days * DAY_MS)
    for received_ms, sent in received(fleet.run(until_ms), Random(f"{world.seed}/delay")):
        payload = msgspec.json.encode(sent.payload)
        said = decode(Publication(sent.topic, payload, received_ms))
        changes = [one for message in said.messages for one in detectors.hear(message)]
        for change in [*changes, *detectors.advance(received_ms)]:
            apply_alarm(books, change, life=UNATTENDED)
        if told := [one for one in said.messages if is_told(one)]:
            keep_told(books, told)
        waiting += said.messages
        if len(waiting) >= WRITTEN:
            store.write(waiting)
            waiting.clear()
    store.write(waiting)
    return fleet


def origin(incident: Incident, faults: Iterable[Fault]) -> str | None:
    """What had been done to a lift when an incident was raised; None when nothing of its kind."""
    for one in faults:
        at_ms = START_MS + one.after_s * 1000
        from_ms = at_ms - FAULTS[one.name].prepare_s * 1000
        until_ms = at_ms + (one.for_s + AFTER_S) * 1000
        if kind_of_fault(one.name) == incident.kind and from_ms <= incident.raised_ms <= until_ms:
            options = (f" {name}={one.options[name]:g}" for name in OTHERWISE.get(one.name, ()))
            return one.name + "".join(options)
    return None


def signed_of(books: MemoryBooks, store: EmbeddedStore, incident: Incident) -> Signed:
    """The signature as the engine makes it."""
    window = plan_window(
        incident.kind,
        incident=incident.id,
        opened_ms=incident.opened_ms,
        raised_ms=incident.raised_ms,
        noted_ms=incident.raised_ms,
    )
    seen = look(store, incident, structs.replace(window, n=1), now_ms=incident.raised_ms + DAY_MS)
    with books.begin() as work:
        signed = sign(work, incident, seen)
    assert signed is not None
    return signed


def scored(known: Sequence[Known]) -> dict[str, Score]:
    """By kind, of those that come about in several ways; the likest is of another lift."""
    kinds: defaultdict[str, list[Known]] = defaultdict(list)
    for one in known:
        kinds[part_of(one.signed.kind)].append(one)
    found: dict[str, Score] = {}
    several = {
        kind
        for kind in {one.signed.kind for one in known}
        if len({one.what for one in known if one.signed.kind == kind}) > 1
    }
    for one in known:
        if one.signed.kind not in several:
            continue
        before = [
            other
            for other in kinds[part_of(one.signed.kind)]
            if other.signed.raised_ms < one.signed.raised_ms
            and other.signed.lift != one.signed.lift
        ]
        same = [other for other in before if other.signed.kind == one.signed.kind]
        if not any(other.what == one.what for other in same):
            continue  # nobody could find its like
        alike = most_alike(one.signed, [other.signed for other in before], limit=1)
        what = {other.signed.incident: other.what for other in before}
        right = bool(alike) and what[alike[0].signed.incident] == one.what
        chance = sum(other.what == one.what for other in same) / len(same)
        old = found.get(one.signed.kind, Score(0, 0, 0.0))
        found[one.signed.kind] = Score(old.asked + 1, old.right + right, old.chance + chance)
    return found


def table(scores: dict[str, Score]) -> Iterator[str]:
    """A line a kind, and one for all."""
    yield "| kind | asked | likest was right | by chance |"
    yield "|---|--:|--:|--:|"
    rows = sorted(scores.items())
    whole = Score(*(sum(values) for values in zip(*(one for _, one in rows), strict=True)))
    for kind, one in [*rows, ("all", whole)]:
        right, chance = one.right / one.asked, one.chance / one.asked
        yield f"| {kind} | {one.asked} | {right:.1%} | {chance:.1%} |"


def main() -> None:
    """Play the worlds of some seeds and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="201,202")
    parser.add_argument("--share", type=float, default=0.1)
    given = parser.parse_args()
    known: list[Known] = []
    worlds = worlds_of([int(seed) for seed in given.seeds.split(",")], share=given.share)
    for number, world in enumerate(one for one in worlds if one.days <= 2.0):
        known += known_of(world, number=number)
        print(f"{world.name}: {len(known)} known", flush=True)
    print("\n".join(table(scored(known))))


if __name__ == "__main__":
    main()

"""Detection that crashes anywhere and is started again makes each claim once, and loses none."""

import contextlib
import json
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.account import Row
from ingest.counts import Counts
from ingest.dead_letters import DeadLetters
from ingest.decode import Publication
from ingest.detection import Detection
from ingest.journal import Journal
from ingest.notes import STEP
from ingest.progress import Progress
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.clock import rfc3339
from liftwatch.ports import Books, IncidentFilter

START_MS = 1_772_438_400_000
LIFTS = 5


class World:
    """A data folder, the books, and a detection that can be started over and over."""

    def __init__(self, folder: Path, books: Books | None = None) -> None:
        self.books = books or MemoryBooks()
        self.journal = Journal(folder / "journal.sqlite")
        self.progress = Progress(folder / "progress.sqlite", self.journal.id)
        self.dead = DeadLetters(folder / "dead.sqlite")
        self.now_ms = START_MS
        self.start()

    def start(self) -> None:
        """Begin from the last checkpoint, as after a crash."""
        self.detection = Detection(
            journal=self.journal,
            progress=self.progress,
            dead_letters=self.dead,
            books=self.books,
            counts=Counts(),
            settled_ms=lambda: self.now_ms,
        )
        self.detection.restore()

    def settle(self) -> None:
        """Go through everything there is, and let time pass to now."""
        while self.detection.step():
            pass

    def close(self) -> None:
        """Let go of the files."""
        self.journal.close()
        self.progress.close()
        self.dead.close()

    def incidents(self) -> list[tuple[Any, ...]]:
        """What all this came to."""
        page = self.books.incidents(IncidentFilter(), limit=10_000)
        assert page.next is None
        return sorted(
            (i.lift, i.kind, i.opened_ms, i.raised_ms, i.cleared_ms or 0, i.occurrences)
            for i in page.items
        )


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Any]:
    """Makes worlds."""
    made: list[World] = []

    def make() -> World:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(World(folder))
        return made[-1]

    yield make
    for world in made:
        world.close()


def happenings(seed: int, *, steps: bool = False) -> Iterator[tuple[int, list[Publication]]]:
    """Batches, and how much time passes before each: lifts that stop, call, and open again.

    With `steps` our clock is set now and then, and theirs with it.
    """
    rng = random.Random(seed)
    seqs, at_ms = [0] * LIFTS, START_MS
    for _ in range(120):
        pause_ms = rng.choice((100, 1_000, 20_000, 44_000, 45_000, 59_500))
        at_ms += pause_ms
        batch = []
        if steps and rng.random() < 0.1:
            by_ms = rng.choice((-3_600_000, -20_000, 20_000, 3_600_000))
            at_ms += by_ms
            batch.append(Publication(STEP, str(by_ms).encode(), at_ms))
        for _ in range(rng.randrange(1, 5)):
            lift = rng.randrange(LIFTS)
            seqs[lift] += rng.choice((1, 1, 1, 1, 2))
            batch.append(_publication(rng, lift=lift, seq=seqs[lift], at_ms=at_ms))
        yield pause_ms, batch


def _publication(rng: random.Random, *, lift: int, seq: int, at_ms: int) -> Publication:
    kind, fields = rng.choice(
        (
            ("state", {"car": "stopped", "doors_closed": True, "in_door_zone": False}),
            ("state", {"car": "stopped", "doors_closed": True, "in_door_zone": True}),
            ("state", {"car": "stopped", "car_door": "open", "in_door_zone": True}),
            ("state", {"car": "stopped", "car_door": "opening", "in_door_zone": True}),
            ("emergency_call", {"phase": "raised"}),
            ("emergency_call", {"phase": "voice"}),
            ("door", {"close_s": 16.0, "result": "timeout_closing"}),
            ("door", {"open_s": 2.0, "close_s": 3.0, "result": "closed"}),
        )
    )
    if kind == "state":
        fields = fields | {"service_mode": "normal", "occupied": rng.choice((True, False, None))}
    # On its way for up to 1.9 s: meanwhile a deadline may pass that it contradicts.
    said_at = rfc3339(at_ms - rng.randrange(1_900))
    said = {"v": 1, "terminal": f"T-{lift}", "boot": "b", "seq": seq, "at": said_at}
    topic = f"lift/v1/320583/garden/LIFT-{lift:04d}/{kind}"
    return Publication(topic, json.dumps(said | fields).encode(), at_ms + rng.randrange(90))


def run(
    world: World, seed: int, crashes: random.Random | None, *, steps: bool = False
) -> list[tuple[Any, ...]]:
    """Everything that happens, with or without crashes; what it came to."""
    for pause_ms, batch in happenings(seed, steps=steps):
        for _ in range(4):  # while nothing comes, the time is told
            world.now_ms += pause_ms // 4
            world.settle()
            maybe_crash(world, crashes)
        if batch[0].topic == STEP:
            world.now_ms += int(batch[0].payload)
        world.journal.append(sorted(batch, key=lambda one: one.received_ms))
        maybe_crash(world, crashes)
        world.settle()
        maybe_crash(world, crashes)
    world.now_ms += 400_000
    world.settle()
    return world.incidents()


def maybe_crash(world: World, crashes: random.Random | None) -> None:
    """Now and then a checkpoint, now and then a crash."""
    if crashes is not None and crashes.random() < 0.1:
        world.detection.checkpoint()
    if crashes is not None and crashes.random() < 0.1:
        world.start()


@pytest.mark.parametrize("seed", [0, 1, 2, 40, 45, 48, 56])
def test_a_crash_anywhere_changes_nothing(worlds: Any, seed: int) -> None:
    """The same incidents to the millisecond, with some sixty crashes and with none."""
    calm = run(worlds(), seed, None)
    assert {kind for _, kind, *_ in calm} >= {"entrapment", "emergency_call", "door_fault"}
    assert run(worlds(), seed, random.Random(seed)) == calm


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4])
def test_nor_does_one_around_steps_of_our_clock(worlds: Any, seed: int) -> None:
    """What is judged afresh is judged afresh again."""
    calm = run(worlds(), seed, None, steps=True)
    assert {kind for _, kind, *_ in calm} >= {"entrapment", "emergency_call", "door_fault"}
    assert run(worlds(), seed, random.Random(seed), steps=True) == calm


def accounts(world: World) -> list[Any]:
    """The account of loss: its figures and gaps in memory, and what of it was published."""
    account = world.detection.account
    while world.detection.publish_account():
        pass
    rows = sorted((one.terminal, one.lift, one.day, *figures(one)) for one in account.rows())
    published = [
        (one.terminal, one.lift, one.day, *figures(one))
        for one in world.books._account.rows.values()
    ]
    assert sorted(published) == rows
    gaps = sorted((key, found) for key, found in account.gaps().items())
    shown = {
        (one.area, one.estate, one.terminal, one.boot): list(one.gaps)
        for one in world.books._account.streams.values()
    }
    assert {key: found for key, found in gaps if found} == {k: v for k, v in shown.items() if v}
    return [rows, gaps]


def figures(row: Row) -> tuple[Any, ...]:
    """What a row counts."""
    return (row.received, row.late, row.duplicates, row.ahead_ms or 0, row.missing, row.jumps)


@pytest.mark.parametrize("seed", [0, 1, 2, 40])
def test_a_crash_anywhere_changes_no_figure(worlds: Any, seed: int) -> None:
    """Every message is counted once, whatever is read again; and published as it is."""
    calm, shaken = worlds(), worlds()
    run(calm, seed, None)
    run(shaken, seed, random.Random(seed))
    found = accounts(calm)
    assert sum(row[-2] for row in found[0]) > 20
    assert accounts(shaken) == found


def fill(world: World) -> None:
    """Let the file of progress grow no more, as on a disk without room.

    What every checkpoint writes anew has lost its room to others.
    """
    db = world.progress._db
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages + 2}")
    db.execute("UPDATE fleet SET body = x'' WHERE name = 'streams'")
    for size in (3_000, 30):
        with contextlib.suppress(sqlite3.OperationalError):
            for number in range(100_000):
                row = (f"ballast {size} {number}", size)
                db.execute("INSERT INTO fleet VALUES (?, zeroblob(?))", row)


def make_room(world: World) -> None:
    """Somebody has tidied up."""
    world.progress._db.execute("PRAGMA max_page_count = 1000000")


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_disk_without_room_delays_no_alarm(worlds: Any, seed: int) -> None:
    """Neither checkpoints nor times can be noted; what happens is judged all the same."""
    calm = run(worlds(), seed, None)
    world, told = worlds(), []
    for number, (pause_ms, batch) in enumerate(happenings(seed)):
        if number == 40:
            fill(world)
        if number == 80:
            make_room(world)
        for _ in range(4):
            world.now_ms += pause_ms // 4
            world.settle()
        world.journal.append(sorted(batch, key=lambda one: one.received_ms))
        world.settle()
        world.detection.checkpoint()
        told.append(world.detection.trouble or "")
    world.now_ms += 400_000
    world.settle()
    assert world.incidents() == calm
    assert any("full" in trouble for trouble in told)
    assert told[-1] == ""
    world.start()  # the checkpoint made since then is whole
    world.settle()
    assert world.incidents() == calm

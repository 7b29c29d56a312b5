"""A process that is started with other estates judges those it had no more."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.counts import Counts
from ingest.dead_letters import DeadLetters
from ingest.decode import Publication
from ingest.detection import Detection
from ingest.journal import Journal
from ingest.progress import Progress
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.clock import rfc3339
from liftwatch.ports import IncidentFilter

NOW_MS = 1_772_439_247_420


def trapped(estate: str) -> Publication:
    """Somebody stands in a closed car off the landing: in 45 s it is an entrapment."""
    said = {"v": 1, "terminal": f"T-{estate}", "boot": "b", "seq": 1, "at": rfc3339(NOW_MS)}
    said |= {"car": "stopped", "doors_closed": True, "occupied": True, "in_door_zone": False}
    topic = f"lift/v1/320583/{estate}/LIFT-{estate}/state"
    return Publication(topic, json.dumps(said).encode(), NOW_MS)


@pytest.mark.parametrize(
    ("estates", "raised"),
    [((), ["garden", "lake"]), (("lake",), ["lake"]), (("hill",), [])],
)
def test_a_lift_of_another_process_is_not_judged_here(
    tmp_path: Path, estates: Sequence[str], raised: list[str]
) -> None:
    """Its detectors would speak of silence and of waits that the other process knows better."""
    journal = Journal(tmp_path / "journal.sqlite")
    progress = Progress(tmp_path / "progress.sqlite", journal.id)
    dead = DeadLetters(tmp_path / "dead.sqlite")
    books, now_ms = MemoryBooks(), NOW_MS

    def start(estates: Sequence[str]) -> Detection:
        made = Detection(
            journal=journal,
            progress=progress,
            dead_letters=dead,
            books=books,
            counts=Counts(),
            settled_ms=lambda: now_ms,
            estates=estates,
        )
        made.restore()
        return made

    journal.append([trapped("garden"), trapped("lake")])
    first = start(())
    while first.step():
        pass
    first.checkpoint()
    second = start(estates)
    now_ms += 50_000
    while second.step():
        pass
    found = books.incidents(IncidentFilter(kind=("entrapment",))).items
    assert sorted(one.estate for one in found) == raised
    for part in (journal, progress, dead):
        part.close()

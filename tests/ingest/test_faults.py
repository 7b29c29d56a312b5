"""Codes and visits come into the fault history as they are told, once, whatever they raise."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from liftwatch.care.faults import Fault, FaultFilter
from liftwatch.clock import MINUTE_MS
from tests.ingest.test_endings import Shaft

LIFT = "LIFT-0001"


@pytest.fixture
def shaft(tmp_path: Path) -> Iterator[Shaft]:
    """A lift that has said nothing yet."""
    made = Shaft(tmp_path)
    yield made
    made.close()


def history(shaft: Shaft, **where: str) -> list[Fault]:
    """What the history has."""
    return shaft.books.faults(FaultFilter(**where), now_ms=shaft.now_ms).items


def test_a_code_without_a_kind_is_kept_and_raises_nothing(shaft: Shaft) -> None:
    """As the terminal told it, with what the table says of it, and when it was over."""
    shaft.say(LIFT, "event", id="E-1", edge="open", dialect="alt2", raw_code="99")
    shaft.say(LIFT, "event", id="E-2", edge="open", dialect="nobody", raw_code="7", raw_text="hm")
    shaft.settle()
    shaft.say(LIFT, "event", id="E-1", edge="close", dialect="alt2", raw_code="99")
    shaft.settle()
    assert shaft.found() == []
    newest, first = history(shaft)
    assert (newest.codes[0].dialect, newest.codes[0].code, newest.codes[0].text) == (
        "nobody",
        "7",
        "hm",
    )
    assert (first.codes[0].text, first.verdict) == ("other, not told what", "noted")
    assert first.cleared_ms == shaft.now_ms


def test_a_code_that_raises_stands_with_its_incident(shaft: Shaft) -> None:
    """One row; asked for by its code it is a row as well."""
    shaft.say(LIFT, "event", id="E-1", edge="open", dialect="jiangsu", raw_code="2")
    shaft.settle()
    [one] = shaft.found()
    [row] = history(shaft)
    assert (row.id, row.how, row.part) == (one.id, "reported", "door_operator")
    assert [(code.dialect, code.code, code.kind) for code in row.codes] == [
        ("jiangsu", "2", "door_fault")
    ]
    [told] = history(shaft, code="2")
    assert told.incident == one.id


def test_a_code_that_waits_for_its_predecessors_finds_its_incident(shaft: Shaft) -> None:
    """After a gap messages wait 2 s: the code is written down before its alarm is raised."""
    shaft.say(LIFT, "health")
    shaft.seq += 1
    shaft.say(LIFT, "event", id="E-1", edge="open", dialect="jiangsu", raw_code="02")
    shaft.settle()
    assert [row.how for row in history(shaft)] == ["told"]
    shaft.now_ms += 5_000
    shaft.settle()
    [one] = shaft.found()
    assert [row.id for row in history(shaft)] == [one.id]


def test_after_a_crash_nothing_is_there_twice(shaft: Shaft) -> None:
    """What is read again from the journal has been written before."""
    shaft.say(LIFT, "event", id="E-1", edge="open", dialect="alt2", raw_code="99")
    shaft.say(LIFT, "maintenance", phase="in", work="repair")
    items = [{"code": "A-1-22", "result": "replaced"}, {"code": "A-1-18", "result": "ok"}]
    shaft.say(LIFT, "maintenance", after_ms=20 * MINUTE_MS, phase="out", items=items)
    shaft.settle()
    shaft.start()
    shaft.settle()
    assert len(history(shaft, code="99")) == 1
    [part] = shaft.books.replaced(FaultFilter(), now_ms=shaft.now_ms, limit=9)
    assert (part.item, part.part, part.at_ms) == ("A-1-22", "door_operator", shaft.now_ms)

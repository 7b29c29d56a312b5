"""Learning anew once a week, in a process of its own."""

import sys
import time

from liftwatch.clock import DAY_MS, MINUTE_MS
from liftwatch.engine.retraining import EVERY_MS, LONGEST_MS, Retraining
from liftwatch.ports import Deadline

START_MS = 1_772_439_247_420


def due(next_ms: int | None = None) -> Deadline:
    """The job's deadline, with what it carries."""
    data = {} if next_ms is None else {"next_ms": next_ms}
    return Deadline(name="learn", what="learn", due_ms=0, data=data)


def python(code: str) -> Retraining:
    """One whose training is a line of Python."""
    return Retraining((sys.executable, "-c", code))


def wait(training: Retraining) -> None:
    """Until its process has ended."""
    assert training._process is not None
    while training._process.poll() is None:
        time.sleep(0.02)


def test_it_begins_a_week_after_the_first_start_and_then_weekly() -> None:
    """However often it is looked at in between."""
    training = python("")
    ran = training.look(START_MS, due())
    assert ran.data == {"next_ms": START_MS + EVERY_MS}
    assert training._process is None
    later = due(START_MS + EVERY_MS)
    assert training.look(START_MS + 6 * DAY_MS, later).data is None
    assert training._process is None
    ran = training.look(START_MS + EVERY_MS, later)
    assert ran.data == {"next_ms": START_MS + 2 * EVERY_MS}
    wait(training)
    assert not training.look(START_MS + EVERY_MS + MINUTE_MS, later).again
    assert training._process is None


def test_one_that_hangs_is_ended() -> None:
    """By the clock of the engine."""
    training = python("import time; time.sleep(600)")
    training.look(START_MS, due(START_MS))
    training.look(START_MS + LONGEST_MS, due(START_MS + EVERY_MS))
    assert training._process is not None
    training.look(START_MS + LONGEST_MS + 1, due(START_MS + EVERY_MS))
    assert training._process is None


def test_it_ends_with_the_engine() -> None:
    """Nobody waits for it."""
    training = python("import time; time.sleep(600)")
    training.look(START_MS, due(START_MS))
    process = training._process
    training.stop()
    training.stop()
    assert process is not None
    assert process.returncode is not None

"""`liftwatch evaluate`: incidents beside the truth, as a table, as JSON and as a report."""

import math
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from liftwatch.failure import Failure
from liftwatch.score.files import BadLine, read_incidents, read_truths
from liftwatch.score.matching import judge
from liftwatch.score.report import Section, write_report
from liftwatch.score.tally import Score, tally
from liftwatch.score.text import below, table

DASH = Path("-")

Read = TypeVar("Read")


def evaluate_command(
    incidents: Path,
    truth: Path,
    *,
    lift_days: float | None,
    min_recall: float | None,
    min_precision: float | None,
    json_file: Path | None,
    html_file: Path | None,
) -> bool:
    """Print the table, write the files; False when a kind, or all together, is below a minimum."""
    if lift_days is not None and not 0 < lift_days < math.inf:
        raise Failure("evaluate: --lift-days: must be above 0")
    for name, minimum in (("recall", min_recall), ("precision", min_precision)):
        if minimum is not None and math.isnan(minimum):  # it would be below nothing
            raise Failure(f"evaluate: --min-{name}: is no number")
    if incidents == truth == DASH:
        raise Failure("evaluate: only one of --incidents and --truth can be standard input")
    raised = _read(incidents, read_incidents)
    truths, quiet = _read(truth, read_truths)
    score = tally([judge(raised, truths, quiet)], lift_days=lift_days)
    if json_file is not None:
        _write(json_file, lambda: json_file.write_bytes(json_of(score)))
    if html_file is not None:
        section = Section(f"{incidents.name} beside {truth.name}", _sentence(score), score)
        _write(html_file, lambda: write_report(html_file, [section]))
    for line in table(score):
        print(line)
    faults = list(below(score, min_recall=min_recall, min_precision=min_precision))
    for line in faults:
        print(line, file=sys.stderr)
    if min_recall is not None and not score.all.truths:
        print("no truth: recall is unknown, and --min-recall judges nothing", file=sys.stderr)
    return not faults


def json_of(score: Score) -> bytes:
    """The whole Score on one line; `liftwatch.score.tally` says what stands in it."""
    return msgspec.json.encode(score) + b"\n"


def _sentence(score: Score) -> str:
    one = score.all
    watched = "" if score.lift_days is None else f", over {score.lift_days:g} lift-days"
    return f"{one.incidents} incidents judged against {one.truths} truths{watched}."


def _read(path: Path, read: Callable[[Iterable[bytes]], Read]) -> Read:
    try:
        if path == DASH:
            return read(sys.stdin.buffer)
        with path.open("rb") as lines:
            return read(lines)
    except OSError as error:
        raise Failure(f"evaluate: {path}: {error.strerror}") from error
    except BadLine as error:
        raise Failure(f"evaluate: {path}:{error.number}: {error.reason}") from error


def _write(path: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as error:
        raise Failure(f"evaluate: {path}: {error.strerror}") from error

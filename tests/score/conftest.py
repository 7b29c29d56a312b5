"""Small situations as lines of the two files, in seconds since the epoch, and their judgement."""

import json
from typing import Any

from liftwatch.clock import rfc3339
from liftwatch.score.files import read_incidents, read_truths
from liftwatch.score.matching import Judged, judge

Line = dict[str, Any]


def at(second: float) -> str:
    """A moment of a file."""
    return rfc3339(round(second * 1_000))


def raised(second: float, kind: str = "overspeed", lift: str | None = "L-1", **more: Any) -> Line:
    """An incident."""
    return {"lift": lift, "kind": kind, "raised_at": at(second), "severity": 1} | more


def truth(
    begin: float, to: float | None, kind: str = "overspeed", *, within: float = 5, **more: Any
) -> Line:
    """What happened."""
    span = {"from": at(begin), "to": None if to is None else at(to)}
    return {"lift": "L-1", "kind": kind, "expect_within_s": within, **span} | more


def never(begin: float, to: float | None, *kinds: str, **more: Any) -> Line:
    """A quiet window."""
    span = {"from": at(begin), "to": None if to is None else at(to)}
    return {"lift": "L-1", "never": True, "kinds": list(kinds), **span} | more


def encoded(lines: list[Line]) -> list[bytes]:
    """As they stand in a file."""
    return [json.dumps(line).encode() + b"\n" for line in lines]


def judged(incidents: list[Line], truths: list[Line]) -> Judged:
    """Read and matched."""
    return judge(read_incidents(encoded(incidents)), *read_truths(encoded(truths)))


def verdicts(found: Judged) -> tuple[list[str], list[str]]:
    """Of truths and of incidents, each by line."""
    truths = sorted(found.truths, key=lambda one: one.truth.line)
    incidents = sorted(found.incidents, key=lambda one: one.incident.line)
    return [one.verdict for one in truths], [one.verdict for one in incidents]

"""Every registered detector passes every check, on its own story and on wild lifts."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from detectors.checks import CHECKS, Said, run
from detectors.contract import Detector
from detectors.registry import DETECTORS
from ingest.decode import Publication, decode
from liftwatch.clock import rfc3339
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.telemetry.messages import Message
from liftwatch.telemetry.signals import SIGNALS, signals_of

CASES = Path(__file__).parent.parent / "cases" / "detectors"
START_MS = 1_772_438_400_000
WILD = ("state", "door", "button", "ride", "burst", "event", "emergency_call", "health")

checks = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
detectors = pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.name)


def messages_of(lines: list[tuple[str, dict[str, Any], int]]) -> list[Message]:
    """The messages of some publications."""
    return [
        message
        for topic, payload, received_ms in lines
        for message in decode(
            Publication(topic, msgspec.json.encode(payload), received_ms)
        ).messages
    ]


@pytest.fixture
def story_of(stories: Any) -> Callable[[type[Detector]], Said]:
    """What the lift says in the story of a detector."""

    def read(detector: type[Detector]) -> Said:
        teller = stories()
        for line in (CASES / f"{detector.name}.story").read_text().splitlines():
            time, what, *words = line.split()
            fields = dict(teller._field(word) for word in words)
            teller.say(_at(time), what, fields)
        return messages_of(teller.lines)

    return read


def _at(text: str) -> int:
    minutes, seconds = text.split(":")
    return START_MS + int((int(minutes) * 60 + float(seconds)) * 1000)


def wild_lift(seed: int, count: int) -> list[Message]:
    """A lift that says anything its signals can hold, in the order of its counts."""
    rng, at_ms, lines = random.Random(seed), START_MS, []
    for seq in range(count):
        at_ms += rng.choice((50, 200, 500, 500, 1_000, 5_000, 60_000))
        kind = rng.choice(WILD)
        said: dict[str, Any] = {"v": 1, "terminal": "T", "boot": "b", "seq": seq}
        said["at"] = rfc3339(at_ms)
        said |= _wild_fields(rng, kind, at_ms)
        lines.append((f"lift/v1/320583/garden/LIFT-0001/{kind}", said, at_ms + rng.randrange(900)))
    return messages_of(lines)


def _wild_fields(rng: random.Random, kind: str, at_ms: int) -> dict[str, Any]:
    if kind == "button":
        return {"edges": [_wild_values(rng, "button", at_ms) for _ in range(rng.randrange(6))]}
    if kind == "health":
        return {"sensors": {"door": rng.choice(("ok", "ok", "fault"))}}
    return _wild_values(rng, kind, at_ms)


def _wild_values(rng: random.Random, kind: str, at_ms: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for row in signals_of(kind):
        if rng.random() < 0.3:
            continue
        low, high = row.low if row.low is not None else 0, row.high if row.high is not None else 60
        if row.type == "time":
            values[row.name] = rfc3339(at_ms - rng.randrange(40_000))
        elif row.type == "samples":
            values[row.name] = [rng.uniform(0, 12) for _ in range(rng.randrange(60))]
        elif row.type == "bool":
            values[row.name] = rng.random() < 0.5
        elif row.choices:
            values[row.name] = rng.choice(row.choices)
        elif row.type in ("int", "float"):
            number = rng.uniform(low, min(high, low + 40))
            values[row.name] = int(number) if row.type == "int" else number
        else:
            values[row.name] = rng.choice((*BY_NAME, "x"))
    return values


@detectors
def test_its_story_makes_it_speak(detector: type[Detector], story_of: Any) -> None:
    """So that no check below passes on silence."""
    assert any(change.edge == "raised" for change in run(detector, story_of(detector)))


@checks
@detectors
def test_on_its_story(check: Any, detector: type[Detector], story_of: Any) -> None:
    """Each check on the story that makes the detector speak."""
    check(detector, story_of(detector))


@checks
@detectors
def test_on_wild_lifts(check: Any, detector: type[Detector]) -> None:
    """Each check on lifts that say anything."""
    check(detector, wild_lift(seed=7, count=120))


@detectors
def test_it_tells_what_it_is(detector: type[Detector]) -> None:
    """Kinds of the contract, a sentence, and only messages that exist."""
    assert set(detector.kinds) <= set(BY_NAME)
    assert set(detector.hears) <= {row.kind for row in SIGNALS}
    assert detector.__doc__

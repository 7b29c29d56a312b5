"""Stories of one lift: times on the left, one line a happening, and what is expected of it."""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from detectors.fleet import Fleet
from detectors.registry import DETECTORS
from detectors.rules.terminal_offline import TerminalOffline
from ingest.decode import Publication, decode
from liftwatch.clock import parse_ms, rfc3339
from liftwatch.incidents.incident import AlarmChange
from liftwatch.telemetry.messages import Message, Wire

START_MS = parse_ms("2026-03-02T08:00:00.000Z")
DELAY_MS = 100
NOT_OF_SILENCE = tuple(one for one in DETECTORS if one is not TerminalOffline)
"""A story leaves out the minutes in which an idle lift only repeats its state."""
EDGES = ("press", "release", "registered", "cancelled")
_TIME = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\Z")

NORMAL = {
    "service_mode": "normal",
    "car": "stopped",
    "direction": "none",
    "floor": 1,
    "position_m": 0.0,
    "speed_mps": 0.0,
    "in_door_zone": True,
    "car_door": "closed",
    "doors_closed": True,
    "doors_locked": True,
    "occupied": False,
    "run_command": False,
    "brake": "applied",
    "safety_chain_ok": True,
    "mains_ok": True,
}


def as_heard(body: Wire, at_ms: int) -> Message:
    """A body as a detector hears it, in time and from a terminal."""
    return Message(
        area="320583",
        estate="garden",
        lift="LIFT-0001",
        kind=type(body).__name__.lower(),
        source="terminal",
        at_ms=at_ms,
        stored_ms=at_ms,
        received_ms=at_ms,
        clock_ok=True,
        late=False,
        exercise=False,
        body=body,
    )


def at_of(text: str) -> int:
    """Milliseconds of `mm:ss` or `hh:mm:ss` after the story's beginning."""
    match = _TIME.match(text)
    assert match is not None, f"no time: {text!r}"
    hours, minutes, seconds = match.groups()
    return START_MS + int(((int(hours or 0) * 60 + int(minutes)) * 60 + float(seconds)) * 1000)


def value_of(text: str) -> Any:
    """A JSON value, or the word itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


class Story:
    """Runs a story through decoding and detection, and checks what it expects."""

    def __init__(self, fleet: Fleet | None = None) -> None:
        self.fleet = fleet or Fleet(detectors=NOT_OF_SILENCE)
        self.state: dict[str, Any] = dict(NORMAL)
        self.changes: list[AlarmChange] = []
        self.seqs = Counter[str]()
        self.lines: list[tuple[str, dict[str, Any], int]] = []

    def tell(self, text: str) -> None:
        """Run every line; at the end nothing unexpected may be left."""
        for line in filter(None, (line.strip() for line in text.splitlines())):
            time, what, *words = line.split()
            at_ms = at_of(time)
            if what == "expect":
                self.expect(at_ms, words, line)
            elif what == "link":
                self.fleet.link(words == ["up"], at_ms)
            elif what == "step":
                self.changes += self.fleet.step(int(words[0]) * 1000)
            else:
                self.say(at_ms, what, dict(self._field(word) for word in words))
        assert not self.changes, f"not expected: {self._shown()}"

    def tell_freely(self, line: str) -> None:
        """Say one line, whatever comes of it; each lift has its own states and terminal."""
        time, what, *words = line.split()
        self.state = dict(NORMAL)
        self.say(at_of(time), what, dict(self._field(word) for word in words))

    def say(self, at_ms: int, what: str, fields: dict[str, Any]) -> None:
        """One message; a `state` carries over what earlier ones said, None takes it away."""
        lift = fields.pop("lift", "LIFT-0001")
        received_ms = fields.pop("received_ms", at_ms + DELAY_MS)
        if what == "state":
            self.state |= fields
            fields = {name: value for name, value in self.state.items() if value is not None}
        elif what in EDGES:
            edge = {"button": "floor", "edge": what, "at": rfc3339(at_ms), **fields}
            what, fields = "button", {"edges": [edge]}
        topic = f"lift/v1/320583/garden/{lift}/{what}"
        terminal = "T-1" if lift == "LIFT-0001" else f"T-{lift}"
        payload = {
            "v": 1,
            "terminal": terminal,
            "boot": "b1",
            "seq": self.seqs[terminal],
            "at": rfc3339(at_ms),
        }
        self.seqs[terminal] += 1
        self.lines.append((topic, payload | fields, received_ms))
        decoded = decode(Publication(topic, json.dumps(payload | fields).encode(), received_ms))
        assert not decoded.rejections, decoded.rejections
        for message in decoded.messages:
            assert all(name.startswith("raw_code") for name, _ in message.set_aside)
            self.changes += self.fleet.hear(message)
        self.changes += self.fleet.advance(received_ms)

    def expect(self, at_ms: int, words: list[str], line: str) -> None:
        """`expect KIND raised|cleared [at=] [opened=] [severity=] [late=]`, or `expect nothing`."""
        self.changes += self.fleet.advance(at_ms)
        if words == ["nothing"]:
            assert not self.changes, f"{line}: {self._shown()}"
            return
        kind, edge, *rest = words
        found = [c for c in self.changes if (c.kind, c.edge) == (kind, edge)]
        assert found, f"{line}: got {self._shown()}"
        self.changes.remove(found[0])
        for name, value in (word.split("=") for word in rest):
            if name in ("at", "opened"):
                got = getattr(found[0], f"{name}_ms")
                assert got == at_of(value), f"{line}: {name} is {rfc3339(got)}"
            else:
                assert getattr(found[0], name) == value_of(value), f"{line}: {found[0]}"

    @staticmethod
    def _field(word: str) -> tuple[str, Any]:
        name, value = word.split("=", 1)
        if name.endswith("_at"):
            return name, rfc3339(at_of(value))
        return name, value_of(value)

    def _shown(self) -> list[str]:
        return [f"{c.kind} {c.edge} at {rfc3339(c.at_ms)}" for c in self.changes]


@pytest.fixture
def story() -> Callable[[str], None]:
    """Tell one story of one lift."""
    return Story().tell


@pytest.fixture
def stories() -> type[Story]:
    """The teller itself, for tests that ask more of it."""
    return Story

"""A lift's terminal: numbers messages, leaves out what it has no sensor for, gathers edges."""

from collections import deque
from typing import Any, NamedTuple

from liftwatch.clock import rfc3339
from liftwatch.telemetry.messages import RETAINED, VERSION
from liftwatch.telemetry.signals import SENSOR_OF
from liftwatch.telemetry.topics import Topic
from simulators.agenda import Agenda, Process
from simulators.plan import Plan

GATHER_S = 4.0  # edges wait for others at most 5 s (contract, section 1: button)
EDGES_MAX = 200
UNSEEN = {**SENSOR_OF, "passengers": "presence", "overloads": "load"}


class Outgoing(NamedTuple):
    """One message as it leaves: `at_ms` is the moment of sending, `payload` is complete."""

    at_ms: int
    topic: str
    payload: dict[str, Any]
    retain: bool


class Terminal:
    """The sender of one lift; `out` holds what was sent and not yet fetched."""

    def __init__(self, plan: Plan, agenda: Agenda) -> None:
        self.plan = plan
        self.agenda = agenda
        self.boot = f"b{agenda.now_ms // 1000:x}"
        self.seq = 0
        self.out: deque[Outgoing] = deque()
        self._edges: list[dict[str, Any]] = []
        self._unseen = {name for name, sensor in UNSEEN.items() if sensor not in plan.sensors}

    def send(self, kind: str, body: dict[str, Any]) -> None:
        """Send what is known of a body: None is left out, and what no sensor sees.

        A message of which nothing is left is not sent.
        """
        known = {
            name: value
            for name, value in body.items()
            if value is not None and name not in self._unseen
        }
        if not known:
            return
        now_ms = self.agenda.now_ms
        envelope = {
            "v": VERSION,
            "terminal": self.plan.terminal,
            "boot": self.boot,
            "seq": self.seq,
            "at": rfc3339(now_ms),
            "exercise": True,
        }
        self.seq += 1
        topic = str(Topic(self.plan.area, self.plan.estate, self.plan.name, kind))
        self.out.append(Outgoing(now_ms, topic, {**envelope, **known}, kind in RETAINED))

    def note_edge(self, edge: dict[str, Any]) -> None:
        """Keep an edge of a button, stamped now, for the next message of edges."""
        if "button" not in self.plan.sensors:
            return
        if not self._edges:
            self.agenda.start(self._flush_later())
        self._edges.append({**edge, "at": rfc3339(self.agenda.now_ms)})
        if len(self._edges) >= EDGES_MAX:
            self._flush()

    def _flush_later(self) -> Process:
        yield self.agenda.after(GATHER_S)
        self._flush()

    def _flush(self) -> None:
        edges, self._edges = self._edges, []
        if edges:
            self.send("button", {"edges": edges})

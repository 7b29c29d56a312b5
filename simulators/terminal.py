"""A lift's terminal: numbers messages, leaves out what it has no sensor for, gathers edges."""

from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

from liftwatch.telemetry.messages import RETAINED, VERSION
from liftwatch.telemetry.signals import SENSOR_OF
from liftwatch.telemetry.topics import Topic
from simulators.agenda import Agenda, Process
from simulators.link import Link, Outgoing
from simulators.plan import Plan
from simulators.stamps import stamp

GATHER_S = 4.0  # edges wait for others at most 5 s (contract, section 1: button)
EDGES_MAX = 200
UNSEEN = {**SENSOR_OF, "passengers": "presence", "overloads": "load"}

Defect = Callable[[str, dict[str, Any]], dict[str, Any]]
"""What a bad sensor makes of the body of a kind of message."""

__all__ = ["Outgoing", "Terminal"]


class Terminal:
    """The sender of one lift. `off_ms` is how far its clock is ahead of the true time."""

    def __init__(self, plan: Plan, agenda: Agenda) -> None:
        self.plan = plan
        self.agenda = agenda
        self.boot = f"b{agenda.now_ms // 1000:x}"
        self.seq = 0
        self.off_ms = 0.0
        self.clock_ok = True
        self.link = Link(agenda, Random(f"{plan.terminal}/link/{agenda.now_ms}"))
        self.defects: list[Defect] = []
        self._will: dict[str, Any] | None = None
        self._edges: list[dict[str, Any]] = []
        self._unseen = {name for name, sensor in UNSEEN.items() if sensor not in plan.sensors}
        self._topics: dict[str, str] = {}

    @property
    def out(self) -> deque[Outgoing]:
        """What was sent and not yet fetched."""
        return self.link.out

    def stamp(self, ms: int) -> str:
        """A moment as this terminal's clock tells it."""
        return stamp(ms + round(self.off_ms)) if self.off_ms else stamp(ms)

    def send(self, kind: str, body: dict[str, Any]) -> None:
        """Send what is known of a body: None is left out, and what no sensor sees.

        A message of which nothing is left is not sent.
        """
        for defect in self.defects:
            body = defect(kind, body)
        unseen, payload = self._unseen, self._envelope()
        of_envelope = len(payload)
        if unseen or None in body.values():
            payload.update(
                (name, value)
                for name, value in body.items()
                if value is not None and name not in unseen
            )
        else:
            payload.update(body)
        if len(payload) > of_envelope:
            self.seq += 1
            self.link.send(self._outgoing(kind, payload))

    def restart(self) -> None:
        """It has started anew: another boot, counts from 0, edges not yet sent are lost."""
        boot = f"b{self.agenda.now_ms // 1000:x}"
        self.boot = boot if boot != self.boot else f"{boot}+"
        self.seq, self._edges, self._will = 0, [], None

    def connect(self) -> None:
        """Connect, with a last will: its count is reserved now (contract, section 1: online)."""
        self._will = {**self._envelope(), "clock_ok": False, "status": "offline"}
        self.seq += 1

    def die(self) -> None:
        """The broker has missed it for too long and tells its last will, if it has one."""
        if self._will is not None:
            self.link.speak_for(self._outgoing("online", self._will))
            self._will = None

    def _envelope(self) -> dict[str, Any]:
        envelope = {
            "v": VERSION,
            "terminal": self.plan.terminal,
            "boot": self.boot,
            "seq": self.seq,
            "at": self.stamp(self.agenda.now_ms),
            "exercise": True,
        }
        return envelope if self.clock_ok else {**envelope, "clock_ok": False}

    def _outgoing(self, kind: str, payload: dict[str, Any]) -> Outgoing:
        topic = self._topics.get(kind)
        if topic is None:
            topic = str(Topic(self.plan.area, self.plan.estate, self.plan.name, kind))
            self._topics[kind] = topic
        return Outgoing(self.agenda.now_ms, topic, payload, kind in RETAINED)

    def note_edge(self, edge: dict[str, Any]) -> None:
        """Keep an edge of a button, stamped now, for the next message of edges."""
        if "button" not in self.plan.sensors:
            return
        if not self._edges:
            self.agenda.start(self._flush_later())
        self._edges.append({**edge, "at": self.stamp(self.agenda.now_ms)})
        if len(self._edges) >= EDGES_MAX:
            self._flush()

    def _flush_later(self) -> Process:
        yield self.agenda.after(GATHER_S)
        self._flush()

    def _flush(self) -> None:
        edges, self._edges = self._edges, []
        if edges:
            self.send("button", {"edges": edges})

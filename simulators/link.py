"""The way from a terminal to the broker: outages, what is stored, lost, sent twice or out of order.

MQTT at QoS 1 loses nothing by itself and may repeat; what is lost is lost where it was stored.
"""

from collections import deque
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from simulators.agenda import Agenda, Process

STORED_MAX = 20_000
FLUSH_S = 0.05  # between two messages sent late
DISORDER_S = (0.2, 1.9)  # the service waits 2 s for what is missing (contract, Envelope)


class Outgoing(NamedTuple):
    """One message as it leaves: `at_ms` is the moment of sending, `payload` is complete."""

    at_ms: int
    topic: str
    payload: dict[str, Any]
    retain: bool


@dataclass
class Weather:
    """How the link behaves: shares of messages sent twice, out of order, and lost."""

    twice: float = 0.0
    disorder: float = 0.0
    lost: float = 0.0

    @property
    def fair(self) -> bool:
        """Whether every message goes once, at once."""
        return not (self.twice or self.disorder or self.lost)


class Link:
    """One terminal's. `out` holds what was sent and not yet fetched."""

    def __init__(self, agenda: Agenda, rng: Random) -> None:
        self.out: deque[Outgoing] = deque()
        self.weather = Weather()
        self.up = True
        self.stores = True
        self._stored: deque[Outgoing] = deque(maxlen=STORED_MAX)
        self._agenda = agenda
        self._rng = rng

    def send(self, sent: Outgoing) -> None:
        """Send now, if the link is up; else keep it for later, or lose it."""
        if not self.up:
            if self.stores:
                self._stored.append(sent)
        elif self.weather.fair:
            self.out.append(sent)
        else:
            self._send_in_bad_weather(sent)

    def _send_in_bad_weather(self, sent: Outgoing) -> None:
        rng, weather = self._rng, self.weather
        if rng.random() < weather.lost:
            return
        if rng.random() < weather.disorder:
            self._agenda.start(self._later(sent, rng.uniform(*DISORDER_S)))
        else:
            self.out.append(sent)
        if rng.random() < weather.twice:
            self._agenda.start(self._later(sent, rng.uniform(0.05, 1.5)))

    def _later(self, sent: Outgoing, seconds: float) -> Process:
        yield self._agenda.after(seconds)
        self.out.append(sent._replace(at_ms=self._agenda.now_ms))

    def speak_for(self, sent: Outgoing) -> None:
        """What the broker itself says of a terminal it has lost: the last will."""
        self.out.append(sent)

    def fail(self, *, stores: bool) -> None:
        """The link goes down; the terminal keeps what it says, or not."""
        self.up, self.stores = False, stores

    def recover(self, *, shuffled: bool = False) -> Process:
        """The link is up again; what was stored follows, old beside new, perhaps in no order."""
        self.up = True
        stored, self._stored = list(self._stored), deque(maxlen=STORED_MAX)
        if shuffled:
            self._rng.shuffle(stored)
        for sent in stored:
            self.out.append(sent._replace(at_ms=self._agenda.now_ms))
            yield self._agenda.after(FLUSH_S)

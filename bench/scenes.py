"""Lifts that speak, some of them with a story of which we know what must come of it.

Nothing here depends on how long a message is under way: a story holds when its parts come late
together, and a lift that has nothing to tell stands closed and empty at a landing.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from liftwatch.clock import rfc3339

ESTATE = "chaos"
LIFTS = 100
KINDS = ("state", "door", "burst", "emergency_call", "event", "health")
RETAINED = ("state",)
REFUSED = "counters"
NONSENSE: tuple[tuple[str, str], ...] = (
    ("state", '{"chaos": %d'),
    (
        "state",
        '{"v": 2, "terminal": "T", "boot": "b", "seq": %d, "at": "2026-01-01T00:00:00.000Z"}',
    ),
    ("state", '{"v": 1, "boot": "b", "seq": %d}'),
    ("door", '[1, "%d"]'),
    ("ride", "%d"),
    ("nothing", '{"chaos": %d}'),
)
"""Kinds and payloads that decoding can only refuse, each made unlike all others by a number."""

IDLE = {
    "service_mode": "normal",
    "car": "stopped",
    "direction": "none",
    "speed_mps": 0.0,
    "in_door_zone": True,
    "car_door": "closed",
    "doors_closed": True,
    "doors_locked": True,
    "occupied": False,
    "safety_chain_ok": True,
    "brake": "applied",
    "run_command": False,
    "mains_ok": True,
}
STUCK = IDLE | {"in_door_zone": False, "occupied": True}
OPENED = IDLE | {"car_door": "open", "doors_closed": False, "doors_locked": False}
FALL_HZ = 100
FALL_MPS2 = [9.8] * 50 + [0.8] * 60 + [20.0] * 5

Fields = dict[str, Any]


class Step(NamedTuple):
    """One message of a story: when, what, and which incident begins with it."""

    after_s: float
    kind: str
    fields: Callable[[int], Fields]
    begins: str | None = None
    opened_ms: int = 0  # of the incident, after `at`
    back_ms: int = 0  # `at`, before now
    ends: bool = True  # whether the story also clears what begins


class Scene(NamedTuple):
    """A step of the story of a lift, and when it happens."""

    lift: str
    step: Step
    at_ms: int


class Truth(NamedTuple):
    """An incident that must be there exactly once."""

    lift: str
    kind: str
    opened_ms: int
    ends: bool


class Said(NamedTuple):
    """One message, and how many points it is; none is one dead letter."""

    lift: str
    seq: int
    kind: str
    payload: Fields
    points: int


def always(**fields: Any) -> Callable[[int], Fields]:
    """The same fields whenever it is said."""
    return lambda at_ms: fields  # noqa: ARG005 - whoever says it tells the time


def call_story() -> Iterator[Step]:
    """The passenger's button, answered; and once more."""
    for k in range(3):
        said = {"id": f"call-{k}"}
        yield Step(4.0 * k, "emergency_call", always(phase="raised", **said), "emergency_call")
        yield Step(4.0 * k + 2, "emergency_call", always(phase="voice", **said))


def door_story() -> Iterator[Step]:
    """A door that does not close, then ten good cycles; and once more."""
    for k in range(2):
        stuck = always(floor=1, open_s=2.0, close_s=31.0, result="timeout_closing")
        yield Step(6.0 * k, "door", stuck, "door_fault")
        good = always(floor=1, open_s=2.0, close_s=2.5, reopens=0, result="closed")
        for n in range(10):
            yield Step(6.0 * k + 0.5 + 0.3 * n, "door", good)


def report_story() -> Iterator[Step]:
    """What a controller says of itself: open, close; three times."""
    for k in range(3):
        said = {"id": f"e-{k}", "code": "machine_room_hot", "dialect": "chaos", "raw_code": "1"}
        yield Step(3.0 * k, "event", always(edge="open", **said), "machine_room_hot")
        yield Step(3.0 * k + 1.5, "event", always(edge="close", **said))


def fall_story() -> Iterator[Step]:
    """A free fall that latches, and the same again, which joins."""
    lasts_ms = (len(FALL_MPS2) - 1) * 1000 // FALL_HZ

    def burst(at_ms: int) -> Fields:
        began = rfc3339(at_ms - lasts_ms)
        said = {"trigger": "free_fall", "started_at": began, "rate_hz": FALL_HZ}
        return said | {"z_mps2": FALL_MPS2}

    opened_ms = 50 * 1000 // FALL_HZ - lasts_ms
    yield Step(0.0, "burst", burst, "free_fall", opened_ms, ends=False)
    yield Step(5.0, "burst", burst)


def trapped_story() -> Iterator[Step]:
    """People between two floors since 40 s when we first hear of it; freed after 50."""
    yield Step(0.0, "state", always(**STUCK), "entrapment", back_ms=40_000)
    for k in range(1, 10):
        yield Step(1.0 * k, "state", always(**STUCK))
    yield Step(10.0, "state", always(**OPENED))
    yield Step(11.0, "state", always(**IDLE))


STORIES: dict[str, Callable[[], Iterator[Step]]] = {
    "CALL": call_story,
    "DOOR": door_story,
    "TOLD": report_story,
    "FALL": fall_story,
    "HELD": trapped_story,
}
LONGEST_S = max(step.after_s for story in STORIES.values() for step in story())


class Cast:
    """All lifts: what each says next, and what must come of it."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._idle = [f"IDLE-{k:04d}" for k in range(LIFTS)]
        self._seq: dict[str, int] = {}
        self._due: list[tuple[float, int, Scene]] = []
        self._left: Counter[str] = Counter()
        self._order = self._next = self.stories = 0
        self.truths: list[Truth] = []

    def begin_story(self, now_s: float, now_ms: int) -> None:
        """A lift nobody has heard of yet tells one of the stories, each in its turn.

        What it tells happened at its times, however late whoever publishes gets to it.
        """
        names = list(STORIES)
        name = names[self.stories % len(names)]
        lift = f"{name}-{self.stories:04d}"
        self.stories += 1
        self._seq[lift] = 0
        for step in STORIES[name]():
            self._order += 1
            scene = Scene(lift, step, now_ms + round(step.after_s * 1000))
            heapq.heappush(self._due, (now_s + step.after_s, self._order, scene))
            self._left[lift] += 1

    def due(self, now_s: float) -> Iterator[Said]:
        """Parts of stories whose time has come; a lift whose story is over speaks on."""
        while self._due and self._due[0][0] <= now_s:
            _, _, scene = heapq.heappop(self._due)
            yield self._tell(scene)
            self._left[scene.lift] -= 1
            if not self._left[scene.lift]:
                self._idle.append(scene.lift)

    @property
    def is_over(self) -> bool:
        """Whether every story has been told."""
        return not self._due

    def _tell(self, scene: Scene) -> Said:
        """A part of a story, and the incident that begins with it."""
        step, at_ms = scene.step, scene.at_ms - scene.step.back_ms
        if step.begins is not None:
            self.truths.append(Truth(scene.lift, step.begins, at_ms + step.opened_ms, step.ends))
        return self._said(scene.lift, step.kind, step.fields(at_ms), at_ms=at_ms)

    def idle(self, now_ms: int) -> Said:
        """What the next lift without a story says: a state, or that its terminal is well."""
        lift = self._idle[self._next % len(self._idle)]
        self._next += 1
        if lift.startswith("IDLE"):
            fields = IDLE | {"car_c": round(20 + self._rng.random(), 2)}
            return self._said(lift, "state", fields, at_ms=now_ms)
        return self._said(lift, "health", {"battery_pct": 90, "rssi_dbm": -70}, at_ms=now_ms)

    def refused(self, now_ms: int) -> Said:
        """What decoding takes and the store refuses: there the field is text (`plant_conflict`)."""
        return self._said(self._idle[0], REFUSED, {"rides": self.stories}, at_ms=now_ms)

    def _said(self, lift: str, kind: str, fields: Fields, *, at_ms: int) -> Said:
        seq = self._seq.get(lift, 0)
        self._seq[lift] = seq + 1
        envelope = {"v": 1, "terminal": f"T-{lift}", "boot": "b1", "seq": seq, "at": rfc3339(at_ms)}
        points = 0 if kind == REFUSED else 1 + len(fields.get("z_mps2", ()))
        return Said(lift, seq, kind, envelope | fields, points)

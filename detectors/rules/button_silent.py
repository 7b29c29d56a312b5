"""A button that nobody presses any more, although people use the lift as ever."""

import math
import struct
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import field

from detectors.contract import Claim, Detector
from detectors.rules.button_dead import BUTTONS_MAX, ITEMS, name_of
from detectors.view import View
from liftwatch.clock import DAY_MS, HOUR_MS, rfc3339, to_ms
from liftwatch.telemetry.messages import Button, Edge, Maintenance, Message

CHANCE = 1e-4  # contract, section 2: per lift and month, all gaps of all its buttons counted
MONTH_DAYS = 30.44
HABIT_MS = 14 * DAY_MS  # of training (domain, section 11, row 21)
PRESSES_MIN = 30  # of a button, to have a habit
SILENT_MS_MIN = 1 * DAY_MS
"""A silence is judged over whole days, for hours of the day have habits of their own."""
UNEVEN = 1.3
"""People come in families and classes, not one by one: so many fewer presses count."""
LONGEST = 1.5  # times the longest silence it ever had, in presses of the whole lift
PARTNERS_MIN = 30  # presses of the other buttons of a floor, to be a measure
WORKED = frozenset({"adjusted", "replaced"})
SPOKEN = 3  # presses to clear (domain, section 10: BTN-1)
COUNTED_MAX = 20_000  # presses of all buttons; then older ones count half
_HABIT = struct.Struct("<IIIfI")
"""Presses of a button; all presses and those of its floor when it last spoke; the longest silence
in presses of the whole lift; when it last spoke, in seconds from the first press."""


class ButtonSilent(Detector):
    """Silence with a chance below 1 in 10 000 per lift and month, while its neighbours speak.

    The measure is what others press meanwhile, so a holiday is no silence: of every so many
    presses in the lift one was this button's, and one of so many at its own floor. The smaller of
    both expectations counts, so that a family who is away is none either. A share known from few
    presses allows longer silences, and so does a button that was silent for as long before.
    """

    name = "button_silent"
    kinds = ("button_dead",)
    hears = ("button", "maintenance")
    needs = ("edges",)

    first_ms: int | None = None
    judged_ms: int = 0
    all_presses: int = 0
    counted: int = 0
    floors: dict[int, int] = field(default_factory=dict)
    habits: dict[str, bytes] = field(default_factory=dict)
    dead: dict[str, int] = field(default_factory=dict)

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Count presses, and once an hour look who is missing."""
        body = message.body
        if isinstance(body, Maintenance):
            return self._after_visit(body, message.at_ms)
        if not isinstance(body, Button) or "button" in view.faulty:
            return ()
        if view.is_planned(message.at_ms) or view.mode not in (None, "normal", "unknown"):
            return ()
        claims: list[Claim] = []
        for edge in body.edges or ():
            if edge.edge == "press" and edge.button == "floor" and edge.floor is not None:
                claims += self._press(edge, edge.floor)
        if message.at_ms - self.judged_ms >= HOUR_MS:
            self.judged_ms = message.at_ms
            claims += self._judge(message.at_ms)
        return claims

    def forget(self) -> None:
        """Nothing: presses are counted, not hours, and those of a visit for nobody."""

    def _begin_silences(self, spoke_s: int) -> None:
        """As if every button had spoken at that second after the first press."""
        for name, packed in self.habits.items():
            presses, _, _, longest, _ = _HABIT.unpack(packed)
            on_floor = self.floors.get(floor_of(name), 0)
            self.habits[name] = _HABIT.pack(presses, self.all_presses, on_floor, longest, spoke_s)

    def _press(self, edge: Edge, floor: int) -> Iterable[Claim]:
        name = name_of(edge)
        at_ms = to_ms(edge.at) if edge.at is not None else self.judged_ms
        if self.first_ms is None:
            self.first_ms = at_ms
        known = self.habits.get(name)
        if known is None and len(self.habits) >= BUTTONS_MAX:
            return ()
        presses, longest = 0, 0.0
        if known is not None:
            presses, then, _, longest, _ = _HABIT.unpack(known)
            longest = max(longest, float(self.all_presses - then))
        self.all_presses += 1
        self.counted += 1
        on_floor = self.floors[floor] = self.floors.get(floor, 0) + 1
        spoke_s = max(at_ms - self.first_ms, 0) // 1000
        self.habits[name] = _HABIT.pack(presses + 1, self.all_presses, on_floor, longest, spoke_s)
        if self.counted > COUNTED_MAX:
            self._forget_half()
        return self._spoken(name, at_ms)

    def _forget_half(self) -> None:
        self.counted = 0
        for name, packed in self.habits.items():
            presses, *rest = _HABIT.unpack(packed)
            self.habits[name] = _HABIT.pack((presses + 1) // 2, *rest)
            self.counted += (presses + 1) // 2

    def _spoken(self, name: str, at_ms: int) -> Iterable[Claim]:
        if name not in self.dead:
            return ()
        self.dead[name] += 1
        if self.dead[name] < SPOKEN:
            return ()
        del self.dead[name]
        return (self._cleared(at_ms),) if not self.dead else ()

    def _after_visit(self, body: Maintenance, at_ms: int) -> Iterable[Claim]:
        """Who worked on buttons, or repaired they do not say what, may have mended it: silences
        count from now. After any other visit a button that was mended is soon pressed."""
        worked = any(item.code in ITEMS and item.result in WORKED for item in body.items or ())
        repaired = body.work == "repair" and not body.items
        if body.phase != "out" or not (worked or repaired):
            return ()
        self._begin_silences(max(at_ms - (self.first_ms or at_ms), 0) // 1000)
        if not self.dead:
            return ()
        self.dead = {}
        return (self._cleared(at_ms),)

    def _missing(self, name: str, floor: int) -> float:
        """How many presses of a button would have been expected since it last spoke."""
        presses, then, then_on_floor, _, _ = _HABIT.unpack(self.habits[name])
        since = self.all_presses - then
        missing: float = since * presses / max(self.counted - since, presses)
        since_on_floor = self.floors.get(floor, 0) - then_on_floor
        partners = self._presses_of(floor) - presses - since_on_floor
        if partners >= PARTNERS_MIN:
            missing = min(missing, since_on_floor * presses / partners)
        return missing

    def _presses_of(self, floor: int) -> int:
        """Presses that count of all buttons of a floor."""
        return sum(
            _HABIT.unpack(packed)[0]
            for name, packed in self.habits.items()
            if floor_of(name) == floor
        )

    def _judge(self, at_ms: int) -> Iterator[Claim]:
        """Raise for the first button that has been silent for too long."""
        first_ms = self.first_ms
        if first_ms is None or at_ms - first_ms < HABIT_MS:
            return
        gaps = self.all_presses / (at_ms - first_ms) * DAY_MS * MONTH_DAYS
        for name, packed in self.habits.items():
            presses, _, _, longest, spoke_s = _HABIT.unpack(packed)
            spoke_ms = first_ms + spoke_s * 1000
            if name in self.dead or presses < PRESSES_MIN or at_ms - spoke_ms < SILENT_MS_MIN:
                continue
            missing = self._missing(name, floor_of(name))
            if missing <= LONGEST * longest * presses / self.counted:
                continue
            expected = missing / UNEVEN
            if chance(expected, presses) > CHANCE / gaps:
                continue
            self.dead[name] = 0
            if len(self.dead) == 1:
                yield self._raised(name, at_ms, (spoke_ms, expected))

    def _raised(self, name: str, at_ms: int, silence: tuple[int, float]) -> Claim:
        spoke_ms, expected = silence
        evidence = {
            "button": name,
            "silent_since": rfc3339(spoke_ms),
            "expected_presses": round(expected, 1),
            "limit": f"chance below {CHANCE:g} per lift and month",
        }
        return Claim(
            kind="button_dead",
            edge="raised",
            at_ms=at_ms,
            opened_ms=spoke_ms,
            source="silence",
            evidence=evidence,
        )

    def _cleared(self, at_ms: int) -> Claim:
        return Claim(kind="button_dead", edge="cleared", at_ms=at_ms, source="silence")


def chance(missing: float, presses: int) -> float:
    """The chance of no press where so many are expected, of a habit known from so many.

    The rate behind the presses seen is itself uncertain (a gamma distribution), so this is more
    than exp(-missing).

    >>> round(chance(10.0, 1_000_000) / math.exp(-10.0), 3), round(chance(10.0, 10), 6)
    (1.0, 0.000977)
    """
    return math.exp(-presses * math.log1p(missing / presses))


@lru_cache(maxsize=4096)
def floor_of(name: str) -> int:
    """The floor in a button's name.

    >>> floor_of("landing/floor/3/up"), floor_of("car/floor/-1")
    (3, -1)
    """
    return int(name.split("/")[2])

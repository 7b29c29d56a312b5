"""The doors become slower, or need more current, than they used to."""

import struct
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from detectors.contract import Claim
from detectors.cycles import is_clean
from detectors.trend import Series, median
from detectors.view import View
from detectors.wear import Limit, Measure, Part, Wear
from liftwatch.telemetry.messages import Door, Message

SOURCE = "25 % over its own baseline in the median of 50 cycles (domain 3.2 and 11)"
SHARE = 1.25
CYCLES = 50
LIMITS = (Limit(4, SOURCE, share=SHARE),)
MACHINE = "door machine, its belt or ropes, rollers or sills"
PARTS: dict[str, Part] = {
    "close_s": Part("closing time", "times usual", CYCLES, LIMITS, MACHINE),
    "open_s": Part("opening time", "times usual", CYCLES, LIMITS, MACHINE),
    "current_rms_a": Part("door current", "times usual", CYCLES, LIMITS, MACHINE),
}
UNITS = {"close_s": "s", "open_s": "s", "current_rms_a": "A"}
SENSORS = {"close_s": "door", "open_s": "door", "current_rms_a": "current"}
LANDING_DOOR = "the doors of this landing: sill, rollers, coupling, closer"
FLOOR_CYCLES = 20  # of one floor's doors, for their baseline
FLOORS_MAX = 160  # contract, section 1: floor -9..150
MASK = (1 << CYCLES) - 1
SECONDS_MAX = 60.0  # what takes longer was no cycle of a door that works
_THREE = struct.Struct("<3f")


class Landing(Struct, gc=False, omit_defaults=True):
    """The doors of one landing: what is usual, and in which of the last 50 cycles it was exceeded.

    `usual` are three 32-bit floats, `learning` as many for each cycle until there is one; `over`
    has a bit a cycle for each of the three: more than half of them is a median above the limit.
    """

    usual: bytes = b""
    learning: bytes = b""
    over: tuple[int, int, int] = (0, 0, 0)
    cycles: int = 0


class DoorWear(Wear):
    """25 % over its own baseline in the median of 50 cycles: of all landings, or of one.

    Every landing has a baseline of its own, for its doors are its own. Only clean cycles count:
    closed, nobody in the way, not reopened.
    """

    name = "door_wear"
    kinds = ("door_wear",)
    hears = ("door", "maintenance")
    needs = ("close_s, open_s or current_rms_a", "floor")
    items = frozenset({"A-1-20", "A-1-21", "A-1-22", "A-1-26", "A-1-27", "A-1-28"})

    landings: dict[int, Landing] = field(default_factory=dict)

    def fresh(self) -> Series:
        """Judged in shares: each landing has its own baseline."""
        return Series(base={0: 1.0})

    def begin_anew(self) -> None:
        """Forget what was usual at each landing, too."""
        super().begin_anew()
        self.landings = {}

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """All landings together as any wear, then each landing by itself."""
        door = message.body
        if not isinstance(door, Door):
            yield from super().hear(message, view)
            return
        if door.floor is None or not is_clean(door) or view.is_planned(message.at_ms):
            return
        shares = self._shares(door.floor, told_of(door, view))
        if shares is None:
            return
        for part, share in zip(PARTS.values(), shares, strict=True):
            if share:
                yield from self._follow(Measure(part, share), message.at_ms)
        yield from self._follow_landing(door, shares, message.at_ms)

    def _shares(self, floor: int, told: tuple[float, ...]) -> list[float] | None:
        """Each quantity as a share of what is usual here, 0 where one of the two is unknown."""
        landing = self.landings.get(floor)
        if landing is None:
            if len(self.landings) >= FLOORS_MAX:
                return None
            landing = self.landings[floor] = Landing()
        if not landing.usual:
            _learn(landing, told)
            return None
        usual = _THREE.unpack(landing.usual)
        return [value / base if base else 0.0 for value, base in zip(told, usual, strict=True)]

    def _follow_landing(self, door: Door, shares: list[float], at_ms: int) -> Iterator[Claim]:
        assert door.floor is not None, "asked before"
        landing = self.landings[door.floor]
        landing.cycles = min(landing.cycles + 1, CYCLES)
        a, b, c = (
            (bits << 1 | (share > SHARE)) & MASK
            for bits, share in zip(landing.over, shares, strict=True)
        )
        landing.over = (a, b, c)
        for (signal, part), share, bits in zip(PARTS.items(), shares, landing.over, strict=True):
            name, over = f"{part.name} at floor {door.floor}", bits.bit_count()
            if landing.cycles == CYCLES and 2 * over > CYCLES and name not in self.worn:
                self.worn[name] = LIMITS[0].severity
                yield _worn_landing(door, (name, signal), share, at_ms=at_ms)
            elif name in self.worn and 4 * over < CYCLES:
                yield self._cleared(name, at_ms)


def _worn_landing(door: Door, names: tuple[str, str], share: float, *, at_ms: int) -> Claim:
    name, signal = names
    value = getattr(door, signal) or 0.0
    usual = value / share if share else 0.0
    evidence = {
        "part": name,
        "floor": door.floor,
        "unit": UNITS[signal],
        "now": round(value, 4),
        "usual": round(usual, 4),
        "limit": round(usual * SHARE, 4),
        "source": SOURCE,
        "values": CYCLES,
        "means": LANDING_DOOR,
    }
    return Claim(
        kind="door_wear",
        edge="raised",
        at_ms=at_ms,
        opened_ms=at_ms,
        source=f"wear/{name}",
        evidence=evidence,
    )


def told_of(door: Door, view: View) -> tuple[float, ...]:
    """The three quantities of a cycle, 0 for what is unknown or absurd."""
    values = ((getattr(door, name) or 0.0, sensor) for name, sensor in SENSORS.items())
    return tuple(
        0.0 if sensor in view.faulty or value > SECONDS_MAX else value for value, sensor in values
    )


def _learn(landing: Landing, told: tuple[float, ...]) -> None:
    landing.learning += _THREE.pack(*told)
    if len(landing.learning) >= FLOOR_CYCLES * _THREE.size:
        columns = zip(*_THREE.iter_unpack(landing.learning), strict=True)
        usual = [median([v for v in column if v] or [0.0]) for column in columns]
        landing.usual, landing.learning = _THREE.pack(*usual), b""

"""The signature of an episode, and how like two are: the same always gives the same, in words.

A signature holds how a lift stood when something went wrong and what came before. Two are compared
trait by trait; what is not known of one of both is left out, and so is what neither had. The
weights say what tells more of a cause: the kind and the codes, then where and in what motion, then
the rest [our choice, made before it was measured; docs/faults.md has the figures].
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from liftwatch.care.parts import part_of
from liftwatch.clock import MINUTE_MS
from liftwatch.incidents.evidence import Kept, Series, Value, thin
from liftwatch.incidents.grounds import ground_of
from liftwatch.said import Said

PRECEDING_MS = 30 * MINUTE_MS
"""What came within so long before belongs to how it began [our choice]."""
ALIKE_MIN = 0.6
"""Less like than this is not shown [our choice]."""
KNOWN_MIN = 0.4
"""Of what is known of the one asked for, so much must be known of the other [our choice]."""
LOADS = (("empty", 10.0), ("light", 40.0), ("half", 80.0), ("full", 110.0))
NEAR, FAR_FLOOR = 1.0, 0.25
WAYS = ("branch", "by", "part", "end")
"""Of the evidence of detectors, what says how they came to it, the first that is told."""
SPARK_MAX, SPARK_BACK_MS = 40, 10 * MINUTE_MS


def N_(text: str) -> str:
    """Marks a text that is translated where it is shown."""
    return text


class Signature(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How it was; None and () are not known or nothing.

    `branch` is by which way its detector came to it, `before` what came within 30 minutes before:
    kinds, and codes as `dialect/code`; `care` the time since the last visit in words.
    """

    kind: str
    branch: str | None = None
    codes: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    floor: int | None = None
    direction: str | None = None
    door: str | None = None
    drive: str | None = None
    zone: bool | None = None
    chain: bool | None = None
    mode: str | None = None
    load: str | None = None
    care: str | None = None


class Signed(Struct, frozen=True, kw_only=True):
    """The signature of an incident, of which make and model its lift was, and a small drawing."""

    incident: str
    lift: str
    area: str
    estate: str
    kind: str
    raised_ms: int
    make: str | None = None
    model: str | None = None
    signature: Signature
    signal: str | None = None
    spark: tuple[tuple[int, float], ...] = ()


class Trait(NamedTuple):
    """One row: the field, its weight, how like two values are (0..1), and its words."""

    name: str
    weight: float
    like: Callable[[object, object], float]
    words: str


def _same(one: object, other: object) -> float:
    return float(one == other)


def _shared(one: object, other: object) -> float:
    """The share that two sets have in common (Jaccard, 1901)."""
    assert isinstance(one, tuple)
    assert isinstance(other, tuple)
    union = {*one, *other}
    return len({*one} & {*other}) / len(union) if union else 0.0


def _kinds(one: object, other: object) -> float:
    """The same kind, or half as like where both concern the same part."""
    if one == other:
        return 1.0
    return 0.5 if part_of(str(one)) == part_of(str(other)) else 0.0


def _loads(one: object, other: object) -> float:
    order = [name for name, _ in LOADS] + ["over"]
    apart = abs(order.index(str(one)) - order.index(str(other)))
    return 1.0 - apart / (len(order) - 1)


TRAITS: tuple[Trait, ...] = (
    Trait("kind", 3.0, _kinds, N_("the same kind")),
    Trait("codes", 3.0, _shared, N_("the same code: %(value)s")),
    Trait("branch", 2.0, _same, N_("found in the same way: %(value)s")),
    Trait("before", 2.0, _shared, N_("the same before it: %(value)s")),
    Trait("door", 2.0, _same, N_("the door the same: %(value)s")),
    Trait("drive", 2.0, _same, N_("the drive the same: %(value)s")),
    Trait("zone", 1.5, _same, N_("alike at a landing or between two")),
    Trait("floor", 1.5, _same, N_("the same floor: %(value)s")),
    Trait("chain", 1.0, _same, N_("the safety chain the same")),
    Trait("direction", 1.0, _same, N_("the same direction: %(value)s")),
    Trait("mode", 1.0, _same, N_("the same service mode: %(value)s")),
    Trait("load", 1.0, _loads, N_("as much load: %(value)s")),
    Trait("care", 0.5, _same, N_("as long after a visit: %(value)s")),
)
BY_NAME: Mapping[str, Trait] = {trait.name: trait for trait in TRAITS}
COMMON = frozenset({"zone", "chain", "mode", "care", "direction", "load"})
"""Traits that many episodes share: as a reason they are said last."""


class Likeness(NamedTuple):
    """How like two episodes are (0..1), in which traits, and in which they differ."""

    share: float
    same: tuple[tuple[str, Any], ...]
    differ: tuple[str, ...]


def likeness(asked: Signature, other: Signature, *, same_lift: bool) -> Likeness | None:
    """How like another episode is to the one asked for; None where too little is known of both.

    A floor counts fully on the same lift and a quarter on another: its number says little there.

    >>> one = Signature(kind="door_fault", door="closing", floor=3, codes=("jiangsu/02",))
    >>> two = Signature(kind="door_fault", door="opening", floor=3, codes=("jiangsu/02",))
    >>> found = likeness(one, two, same_lift=True)
    >>> round(found.share, 2), [words_of(*one) for one in found.same], found.differ
    (0.79, ['the same kind', 'the same code: jiangsu/02', 'the same floor: 3'], ('door',))
    >>> likeness(one, Signature(kind="overload"), same_lift=True) is None
    True
    """
    known = shared = got = 0.0
    same: list[tuple[str, Any]] = []
    differ: list[str] = []
    for trait in TRAITS:
        mine, theirs = getattr(asked, trait.name), getattr(other, trait.name)
        weight = trait.weight
        if trait.name == "floor" and not same_lift:
            weight *= FAR_FLOOR
        if mine is None or mine == ():
            continue
        known += weight
        if theirs is None or (theirs == () and trait.name == "codes"):
            continue
        like = trait.like(mine, theirs)
        shared += weight
        got += weight * like
        if like >= NEAR:
            same.append((trait.name, mine))
        elif like == 0.0:
            differ.append(trait.name)
    if shared < KNOWN_MIN * known or shared == 0.0:
        return None
    same.sort(key=lambda one: one[0] in COMMON)
    return Likeness(got / shared, tuple(same), tuple(differ))


def words_of(name: str, value: object) -> Said:
    """A trait in which two are alike, in words.

    >>> words_of("before", ("door_blocked", "jiangsu/02")), words_of("chain", False)
    ('the same before it: door_blocked, jiangsu/02', 'the safety chain the same')
    """
    words = BY_NAME[name].words
    if "%(value)s" not in words:
        return Said(words)
    return Said(words, value=", ".join(map(str, value)) if isinstance(value, tuple) else value)


class Alike(NamedTuple):
    """A past case, and how like it is."""

    signed: Signed
    likeness: Likeness


def most_alike(asked: Signed, others: Sequence[Signed], *, limit: int) -> list[Alike]:
    """The cases most like one, the likest first; of those as like the newest.

    Never the case itself, and only what was raised before it began: what came later did not help.
    """
    found = []
    for one in others:
        if one.incident == asked.incident or one.raised_ms >= asked.raised_ms:
            continue
        like = likeness(asked.signature, one.signature, same_lift=one.lift == asked.lift)
        if like is not None and like.share >= ALIKE_MIN:
            found.append(Alike(one, like))
    found.sort(key=lambda a: (-round(a.likeness.share, 6), -a.signed.raised_ms, a.signed.incident))
    return found[:limit]


def read_signature(
    kind: str,
    kept: Kept,
    *,
    evidence: Mapping[str, object],
    opened: int,
    codes: Sequence[str] = (),
    before: Sequence[str] = (),
    cared_ms_ago: int | None = None,
) -> Signature:
    """The signature of an incident from its window; `opened` is its beginning in ms from raising.

    >>> kept = Kept(series={"state.floor": [(-9, 3)], "state.car_door": [(-5, "closing")]})
    >>> found = read_signature("door_fault", kept, evidence={}, opened=-4, cared_ms_ago=None)
    >>> found.floor, found.door, found.drive
    (3, 'closing', None)
    """
    at = _At(kept.series, opened)
    floor = at.value("state.floor")
    load = at.value("state.load_pct")
    told = at.value("state.direction", unlike="none")
    names = ("car_door", "in_door_zone", "safety_chain_ok")
    door, zone, chain = (at.value(f"state.{name}") for name in names)
    return Signature(
        kind=kind,
        branch=_way(evidence),
        codes=tuple(sorted({*codes})),
        before=tuple(sorted({*before})),
        floor=floor if isinstance(floor, int) and not isinstance(floor, bool) else _told(evidence),
        direction=told if isinstance(told, str) else None,
        door=door if isinstance(door, str) else None,
        drive=_drive(at),
        zone=zone if isinstance(zone, bool) else None,
        chain=chain if isinstance(chain, bool) else None,
        mode=_text(at.value("state.service_mode")),
        load=load_class(load) if isinstance(load, int | float) else None,
        care=care_class(cared_ms_ago),
    )


def _way(evidence: Mapping[str, object]) -> str | None:
    """By which way its detector came to it, or which part of a movement it names.

    >>> _way({"part": "opening"}), _way({"reported": "E-1"}), _way({})
    ('opening', 'reported', None)
    """
    told = next((evidence[name] for name in WAYS if evidence.get(name)), None)
    if told is None:
        return "reported" if "reported" in evidence else None
    return str(told)


def _told(evidence: Mapping[str, object]) -> int | None:
    floor = evidence.get("floor")
    return floor if isinstance(floor, int) and not isinstance(floor, bool) else None


def _text(value: Value | None) -> str | None:
    return value if isinstance(value, str) else None


def load_class(load_pct: float) -> str:
    """Load in words, by per cent of the rated load.

    >>> load_class(0), load_class(55), load_class(140)
    ('empty', 'half', 'over')
    """
    return next((name for name, below in LOADS if load_pct < below), "over")


def care_class(cared_ms_ago: int | None) -> str | None:
    """How long after a visit, in words: two days is when what was done wrong shows [our choice].

    >>> care_class(MINUTE_MS), care_class(20 * 24 * 60 * MINUTE_MS), care_class(None)
    ('just after', 'overdue', None)
    """
    if cared_ms_ago is None:
        return None
    days = cared_ms_ago / (24 * 60 * MINUTE_MS)
    if days < 2:
        return "just after"
    return "within 15 days" if days <= 15 else "overdue"


def _drive(at: "_At") -> str | None:
    """What the drive did: the car moves or stands, with a command or without."""
    car, command, brake = (at.value(f"state.{n}") for n in ("car", "run_command", "brake"))
    if not isinstance(car, str):
        return None
    told = [car]
    if isinstance(command, bool):
        told.append("command" if command else "no command")
    if isinstance(brake, str) and brake != "unknown":
        told.append(f"brake {brake}")
    return ", ".join(told)


def spark_of(kind: str, kept: Kept) -> tuple[str | None, tuple[tuple[int, float], ...]]:
    """The first signal of a kind's own that is a number and changes, thinned: a small drawing.

    >>> spark_of("overspeed", Kept(series={"state.speed_mps": [(-9, 1.0), (0, 2.5)]}))
    ('state.speed_mps', ((-9, 1.0), (0, 2.5)))
    """
    for name in ground_of(kind).signals:
        points = [(at, told) for at, told in kept.series.get(name, ()) if at >= -SPARK_BACK_MS]
        numbers = [
            (at, float(told))
            for at, told in points
            if isinstance(told, int | float) and not isinstance(told, bool)
        ]
        if len({told for _, told in numbers}) > 1:
            thinned = thin(list(numbers), SPARK_MAX)
            return name, tuple((at, round(float(told), 3)) for at, told in thinned)
    return None, ()


class _At:
    """What signals were at a moment: their last value up to it, else the first after."""

    def __init__(self, series: Mapping[str, Series], at_ms: int) -> None:
        self._series, self._at_ms = series, at_ms

    def value(self, name: str, *, unlike: Value | None = None) -> Value | None:
        """The value of a signal; `unlike` is one that says nothing."""
        points = [one for one in self._series.get(name, ()) if one[1] != unlike]
        until = [told for at_ms, told in points if at_ms <= self._at_ms]
        if until:
            return until[-1]
        return points[0][1] if points and points[0][0] <= 0 else None

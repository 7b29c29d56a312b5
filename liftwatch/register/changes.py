"""What is known of a lift from two sides: what its terminals say, and what people set.

Both are kept. What a person set holds, field by field, and no message changes it; where a
terminal says otherwise the difference can be shown. What a person withdraws is the terminal's
again. `said` is what `facts.merge` makes of the messages, so it is what the detectors go by.
"""

import math
import unicodedata
from collections.abc import Mapping
from typing import Any, cast

import msgspec
from msgspec import Struct, structs

from liftwatch.register.doubts import Wrong
from liftwatch.register.facts import Facts, merge
from liftwatch.register.places import DATUMS, Datum, Place, distance_m, judge_place
from liftwatch.said import Said, of_field
from liftwatch.telemetry.messages import VERSION, FloorOfLift, Register

PLACE = ("latitude", "longitude", "datum")
"""Fields that mean something only together: set, kept and compared as one."""
PLACE_APART_M = 50.0
"""Within this two coordinates are one lift: what satellites tell in a shaft [our choice]."""
HEIGHT_APART_M = 0.01
"""Within this two heights of a landing are one [our choice]."""

FIELDS: tuple[str, ...] = Facts.__struct_fields__


class Origin(Struct, frozen=True):
    """Who said it, a terminal's name or a person's, and since when they have."""

    who: str
    at_ms: int


UNNOTED = Origin("", 0)
"""Of what was known before origins were kept."""


class Known(Struct, frozen=True, kw_only=True):
    """A lift's facts with where they are from. A field in no `..._by` is unknown."""

    said: Facts = Facts()
    said_by: dict[str, Origin] = {}
    entered: Facts = Facts()
    entered_by: dict[str, Origin] = {}


class Difference(Struct, frozen=True):
    """A field in which a terminal contradicts a person; of a coordinate it is `place`."""

    field: str
    ours: Any
    theirs: Any
    ours_by: Origin
    theirs_by: Origin

    @property
    def since_ms(self) -> int:
        """Since when they have differed."""
        return max(self.ours_by.at_ms, self.theirs_by.at_ms)


def learn(known: Known, message: Register, *, at_ms: int) -> Known:
    """What is known after a register message, heard at `at_ms`; what a person set stays.

    A value said again keeps the moment at which it was first said.

    >>> said = Register(v=1, terminal="T", boot="b", seq=0, at="2026-03-02T08:00:00Z", unit="2")
    >>> known = enter(Known(), {"unit": "1"}, who="li", at_ms=5)
    >>> found = differences(learn(known, said, at_ms=7))
    >>> [(one.field, one.ours, one.theirs, one.since_ms) for one in found]
    [('unit', '1', '2', 7)]
    """
    return hear(known, merge(known.said, message), by=Origin(message.terminal, at_ms))


def hear(known: Known, said: Facts, *, by: Origin) -> Known:
    """What is known when a terminal says all of this; what it says anew has its name from now on.

    So has what is known and nobody noted of whom: that was before origins were kept.
    """
    fresh = {
        name: by
        for name in FIELDS
        if (told := getattr(said, name)) != getattr(known.said, name)
        or (told is not None and known.said_by.get(name, UNNOTED).who == UNNOTED.who)
    }
    return structs.replace(known, said=said, said_by=known.said_by | fresh)


def enter(known: Known, values: Mapping[str, Any], *, who: str, at_ms: int) -> Known:
    """What is known after a person set fields; None withdraws one, and a terminal's word holds.

    Raises ValueError, saying why, for a field there is none of, a value outside the contract's
    ranges, or a coordinate without its datum; nothing is changed then.
    """
    unknown = sorted(set(values) - set(FIELDS))
    if unknown:
        raise ValueError(Said("%(unknown)s is no fact of a lift", unknown=unknown[0]))
    entered = structs.replace(known.entered, **_checked(values))
    doubt = judge_place(entered.latitude, entered.longitude, entered.datum)
    if isinstance(doubt, Wrong):
        raise ValueError(doubt.text)
    by = {name: origin for name, origin in known.entered_by.items() if name not in values}
    by |= {name: Origin(who, at_ms) for name, value in values.items() if value is not None}
    return structs.replace(known, entered=entered, entered_by=by)


def facts_of(known: Known) -> Facts:
    """The facts that hold: a person's, else a terminal's.

    A coordinate is all of one side, for a person sets it whole. Where a person named the landings
    and a terminal knows their heights, these are filled in: nobody contradicts anybody.
    """
    return held(known.said, known.entered)


def held(said: Facts, entered: Facts) -> Facts:
    """The same of the two sides alone: what nobody entered is None there."""
    values = {n: value for n in FIELDS if (value := getattr(entered, n)) is not None}
    if entered.floors is not None and said.floors is not None:
        values["floors"] = _filled(entered.floors, said.floors)
    return structs.replace(said, **values) if values else said


def place_of(facts: Facts) -> Place | None:
    """Where a lift stands; None when its facts do not tell, or not in which datum."""
    if facts.latitude is None or facts.longitude is None or facts.datum not in DATUMS:
        return None
    return Place(facts.latitude, facts.longitude, cast(Datum, facts.datum))


def differences(known: Known) -> tuple[Difference, ...]:
    """Where a terminal says otherwise than a person, in the order of the fields.

    Ways of writing are no difference: wide or small letters, spaces, another datum.
    """
    found = []
    if (places := _apart(known)) is not None:
        origins = _latest(known.entered_by), _latest(known.said_by)
        found.append(Difference("place", *places, *origins))
    for name in FIELDS:
        ours, theirs = getattr(known.entered, name), getattr(known.said, name)
        if name in PLACE or ours is None or theirs is None or _alike(ours, theirs):
            continue
        found.append(Difference(name, ours, theirs, known.entered_by[name], known.said_by[name]))
    return tuple(found)


def _apart(known: Known) -> tuple[Place, Place] | None:
    """Both sides' coordinates when they are not the same lift."""
    ours, theirs = place_of(known.entered), place_of(known.said)
    if ours is None or theirs is None or distance_m(ours, theirs) <= PLACE_APART_M:
        return None
    return ours, theirs


def _latest(by: Mapping[str, Origin]) -> Origin:
    """Of the parts of a coordinate, the one that changed last."""
    return max((by[name] for name in PLACE), key=lambda origin: origin.at_ms)


def _alike(ours: Any, theirs: Any) -> bool:
    """Whether two values of a field mean the same."""
    if isinstance(ours, str):
        return _tidy(ours) == _tidy(theirs)
    if isinstance(ours, float):
        return math.isclose(ours, theirs, rel_tol=1e-6)
    if isinstance(ours, list):
        return _filled(ours, theirs) is not ours
    return bool(ours == theirs)


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _filled(ours: list[FloorOfLift], theirs: list[FloorOfLift]) -> list[FloorOfLift]:
    """Our landings with what theirs tell besides; ours, the same list, when they contradict it."""
    other = {row.index: row for row in theirs}
    if len(ours) != len(theirs) or {row.index for row in ours} != set(other):
        return ours
    rows = []
    for row in ours:
        match = other[row.index]
        if not _fit(row, match):
            return ours
        label = row.label if row.label is not None else match.label
        height_m = row.height_m if row.height_m is not None else match.height_m
        rows.append(FloorOfLift(index=row.index, label=label, height_m=height_m))
    return rows


def _fit(ours: FloorOfLift, theirs: FloorOfLift) -> bool:
    """Whether two rows may be one landing: what both tell is the same."""
    labels = ours.label is None or theirs.label is None or _tidy(ours.label) == _tidy(theirs.label)
    if ours.height_m is None or theirs.height_m is None:
        return labels
    return labels and abs(ours.height_m - theirs.height_m) <= HEIGHT_APART_M


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values in the ranges of the contract, which are those of the message."""
    for name, value in values.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(of_field(name, Said("%(value)s is no number", value=value)))
    envelope = {"v": VERSION, "terminal": "-", "boot": "-", "seq": 0, "at": ""}
    try:
        message = msgspec.convert(envelope | msgspec.to_builtins(dict(values)), Register)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$.")
        why = Said("it does not fit the contract: %(why)s", why=text)
        raise ValueError(of_field(path.rstrip("`"), why)) from None
    return {name: getattr(message, name) for name in values}

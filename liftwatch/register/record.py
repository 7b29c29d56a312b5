"""All that is on record of a lift: both sides' facts, and what only people can tell.

How to get to it and what it replaced no terminal knows; these have one side, a person's. A lift
put into the shaft of another is a lift of its own, with a link to the one before.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, structs

from liftwatch.register.cells import visible
from liftwatch.register.changes import FIELDS, UNNOTED, Known, Origin, enter, facts_of
from liftwatch.register.doubts import Wrong
from liftwatch.said import Said, of_field
from liftwatch.telemetry.topics import is_lift

TEXT_MAX, PHONE_MAX = 500, 32
CHAIN_MAX = 50
"""Lifts that one shaft has had, at the most [our choice]."""
_DIALLED = frozenset("0123456789+-() #*")


class Site(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What only people tell; None is unknown. `car_phone` calls the car back."""

    machine_room: str | None = None
    access: str | None = None
    car_phone: str | None = None
    predecessor: str | None = None


SITE: tuple[str, ...] = Site.__struct_fields__


class Record(Struct, frozen=True, kw_only=True):
    """A lift in the register. `is_heard`: its place is told by its topics, and nobody moves it.

    `version` counts what people changed; what terminals say is none of that.
    """

    lift: str
    area: str
    estate: str
    is_heard: bool = False
    known: Known = Known()
    site: Site = Site()
    site_by: dict[str, Origin] = {}
    version: int = 0


def change(record: Record, values: Mapping[str, Any], *, who: str, at_ms: int) -> Record:
    """The record after a person set fields, or withdrew those that are None.

    A field set to what it is already keeps its origin; when nothing is another, so is the record.
    Raises ValueError, saying why, as `changes.enter` does; nothing is changed then.

    >>> one = change(Record(lift="L-1", area="320583", estate="garden"),
    ...     {"unit": "1", "machine_room": "roof"}, who="li", at_ms=5)
    >>> one.version, one.known.entered.unit, one.site_by["machine_room"].who
    (1, '1', 'li')
    >>> change(one, {"unit": "1"}, who="wu", at_ms=6) is one
    True
    """
    entered, now = record.known.entered, Origin(who, at_ms)
    site = {name: value for name, value in values.items() if name in SITE}
    site = {n: v for n, v in _checked(record.lift, site).items() if v != getattr(record.site, n)}
    facts = {
        name: value
        for name, value in values.items()
        if name not in SITE and (name not in FIELDS or value != getattr(entered, name))
    }
    if not facts and not site:
        return record
    known = enter(record.known, facts, who=who, at_ms=at_ms) if facts else record.known
    by = {name: origin for name, origin in record.site_by.items() if name not in site}
    by |= {name: now for name, value in site.items() if value is not None}
    return structs.replace(
        record,
        known=known,
        site=structs.replace(record.site, **site),
        site_by=by,
        version=record.version + 1,
    )


def _checked(lift: str, site: Mapping[str, Any]) -> dict[str, Any]:
    """Texts a person typed, without blanks around."""
    found: dict[str, Any] = {}
    for name, value in site.items():
        if value is not None and not isinstance(value, str):
            raise ValueError(Said("%(name)s is a text", name=name))
        found[name] = None if value is None else _line(name, value)
    phone, before = found.get("car_phone"), found.get("predecessor")
    if phone is not None and (len(phone) > PHONE_MAX or not _DIALLED.issuperset(phone)):
        text = Said("at most %(most)s of digits, blanks and +-()#*", most=PHONE_MAX)
        raise ValueError(of_field("car_phone", text))
    if before is not None and (not is_lift(before) or before == lift):
        raise ValueError(of_field("predecessor", Said("is no other lift's name")))
    return found


def _line(name: str, text: str) -> str:
    line = visible(text)
    if isinstance(line, Wrong):
        raise ValueError(of_field(name, line.text))
    if not 0 < len(line) <= TEXT_MAX:
        raise ValueError(of_field(name, Said("1 to %(most)s characters", most=TEXT_MAX)))
    return line


class Note(Struct, frozen=True):
    """What a person set of a lift, by which version: None is withdrawn."""

    version: int
    field: str
    value: Any
    by: Origin


def notes(before: Record, after: Record, *, by: Origin) -> list[Note]:
    """What is another after a change, in the order of the fields.

    >>> blank = Record(lift="L-1", area="320583", estate="garden")
    >>> one = change(blank, {"unit": "1"}, who="li", at_ms=5)
    >>> notes(blank, one, by=Origin("li", 5))
    [Note(version=1, field='unit', value='1', by=Origin(who='li', at_ms=5))]
    """
    pairs = [(name, before.known.entered, after.known.entered) for name in FIELDS]
    return [
        Note(after.version, name, getattr(new, name), by)
        for name, old, new in [*pairs, *((name, before.site, after.site) for name in SITE)]
        if getattr(old, name) != getattr(new, name)
    ]


class Entry(Struct, frozen=True):
    """A field that is known, and of whom: a person who entered it, else a terminal."""

    field: str
    value: Any
    by: Origin
    is_entered: bool


def entries(record: Record) -> list[Entry]:
    """All that is known of a lift, in the order of the fields; of two sides the one that holds."""
    facts, known = facts_of(record.known), record.known
    by = known.said_by | known.entered_by
    found = [
        Entry(name, value, by.get(name, UNNOTED), name in known.entered_by)
        for name in FIELDS
        if (value := getattr(facts, name)) is not None
    ]
    site = [
        Entry(name, getattr(record.site, name), record.site_by[name], True)
        for name in SITE
        if name in record.site_by
    ]
    return found + site

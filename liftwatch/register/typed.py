"""What people type of a lift, field by field: read as the cells of a sheet are, and shown again.

A field that is shown and comes back as it was is no change, whatever it cannot show: heights of
landings stay. An empty one withdraws.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from liftwatch.register import cells
from liftwatch.register.cells import BLANKS, Given, Reader, visible
from liftwatch.register.changes import FIELDS, Known
from liftwatch.register.columns import LIFTS
from liftwatch.register.doubts import Unusual, Wrong
from liftwatch.register.record import SITE, Record
from liftwatch.said import Said

READERS: Mapping[str, Reader] = {column.name: column.read for column in LIFTS.columns} | {
    "firmware": cells.text
}
TYPED: tuple[str, ...] = (*SITE, *FIELDS)
"""The fields of a lift that can be typed: all."""


class Typed(NamedTuple):
    """What was typed: what is to be another, by field why it cannot be, and what is only odd."""

    changes: dict[str, Any]
    wrong: dict[str, Said]
    odd: dict[str, Said]


def shown(value: Any) -> str:
    """A value as it is typed.

    >>> shown(1.75), shown(15.0), shown(True), shown(date(2026, 3, 2)), shown(None)
    ('1.75', '15', 'yes', '2026-03-02', '')
    >>> from liftwatch.telemetry.messages import FloorOfLift
    >>> shown([FloorOfLift(index=0, label="B1"), FloorOfLift(index=1, height_m=0.0)])
    'B1,1'
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, list):
        return ",".join(row.label or str(row.index) for row in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def entered(record: Record) -> dict[str, str]:
    """Every field as people entered it, "" where nobody did."""
    return {name: shown(_of(record, name)) for name in TYPED}


def _of(record: Record, name: str) -> Any:
    side = record.site if name in SITE else record.known.entered
    return getattr(side, name)


def read_typed(record: Record, typed: Mapping[str, str], *, year: int) -> Typed:
    """What somebody typed of a lift, against what is entered.

    >>> lift = Record(lift="L-1", area="320583", estate="garden")
    >>> read_typed(lift, {"rated_speed_mps": "1.75 m/s", "roping": "3"}, year=2026)[:2]
    ({'rated_speed_mps': 1.75}, {'roping': 'a roping is 1:1 or 2:1'})
    """
    found = Typed({}, {}, {})
    before, given = entered(record), Given(year=year)
    for name in TYPED:
        text = typed.get(name, "").strip()
        if text == before[name]:
            continue
        line = visible(text)
        if isinstance(line, Wrong):
            found.wrong[name] = line.text
            continue
        value, doubt = (None, None) if line in BLANKS else READERS[name](line, given)
        if isinstance(doubt, Wrong):
            found.wrong[name] = doubt.text
            continue
        if isinstance(doubt, Unusual):
            found.odd[name] = doubt.text
        found.changes[name] = value
    return found


def said(known: Known, name: str) -> Any:
    """What a terminal says of a field; None where it says nothing, or cannot."""
    return getattr(known.said, name) if name in FIELDS else None


assert set(TYPED) <= set(READERS), "a field that nobody can type"

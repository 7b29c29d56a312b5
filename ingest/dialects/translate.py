"""`(dialect, raw_code)` to a kind of the contract, once, while a message is decoded.

Codes are looked up within their dialect and never compared across: 08 and 11 mean different things
in two of them (contract, section 5).
"""

from typing import NamedTuple

from ingest.dialects.codes import (
    Code,
    alt2,
    app4,
    bacnet,
    chongqing,
    gb24476,
    jiangsu,
    jtc340,
    maixin,
)
from liftwatch.telemetry.messages import Event

DIGITS_MAX = 9  # a longer number is no code of any dialect


class Dialect(NamedTuple):
    """The table of one dialect, and how many digits its numbers have."""

    codes: dict[str, Code]
    width: int


DIALECTS: dict[str, Dialect] = {
    "gb24476": Dialect(gb24476.CODES, gb24476.WIDTH),
    "jiangsu": Dialect(jiangsu.CODES, jiangsu.WIDTH),
    "alt2": Dialect(alt2.CODES, alt2.WIDTH),
    "chongqing": Dialect(chongqing.CODES, chongqing.WIDTH),
    "maixin": Dialect(maixin.CODES, maixin.WIDTH),
    "bacnet": Dialect(bacnet.CODES, bacnet.WIDTH),
    "app4": Dialect(app4.CODES, app4.WIDTH),
    "jtc340": Dialect(jtc340.CODES, jtc340.WIDTH),
}


def normal_code(raw: str, width: int) -> str:
    """A raw code as its table has it: numbers with the dialect's number of digits.

    >>> normal_code("4", 2), normal_code("04", 2), normal_code(" 004 ", 1), normal_code("lock/1", 4)
    ('04', '04', '4', 'lock/1')
    """
    text = raw.strip()
    if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX:
        return str(int(text)).zfill(width)
    return text


def look_up(dialect: str | None, raw_code: str | None) -> Code | None:
    """The row of a raw code; None when there is none.

    >>> look_up("jiangsu", "11").kind, look_up("alt2", "11").kind, look_up("jiangsu", "99")
    ('entrapment', 'overspeed', None)
    """
    table = DIALECTS.get((dialect or "").strip())
    if table is None or raw_code is None:
        return None
    return table.codes.get(normal_code(raw_code, table.width))


def settle_code(event: Event) -> tuple[str, str] | None:
    """Give an event without `code` the kind of its raw code; what is in no table, as (field, why).

    A given code wins, and one that is no kind is left as it is.

    >>> event = Event(v=1, terminal="T", boot="b", seq=0, at="", dialect="jiangsu", raw_code="4")
    >>> settle_code(event), event.code
    (None, 'stopped_outside_zone')
    """
    if event.code is not None or event.raw_code is None:
        return None
    row = look_up(event.dialect, event.raw_code)
    if row is None:
        return _unknown(event)
    event.code = row.kind
    if event.raw_text is None and row.kind is None:
        event.raw_text = row.meaning  # else nothing would tell what it was
    return None


def _unknown(event: Event) -> tuple[str, str]:
    """What an operator is told; a field of its own for each number of a dialect that we know."""
    told = f"{str(event.dialect)[:32]}/{str(event.raw_code)[:32]}"
    table = DIALECTS.get((event.dialect or "").strip())
    code = normal_code(event.raw_code or "", table.width if table else 1)
    few = table is not None and code.isdigit() and len(code) <= 4
    field = f"raw_code {event.dialect}/{code}" if few else "raw_code"
    return field, f"{told} is in no table: kept and shown, raises nothing"

"""One cell of a sheet as a typed value: what people write, and why it cannot be used.

Every reader takes the text of a cell that is not blank and what the caller knows, and answers the
value and a doubt; with `Wrong` the value is None. Nothing is guessed: what may be read in two ways
is refused with a word on how to write it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from liftwatch.register.catalogue import PROVINCES
from liftwatch.register.codes import (
    judge_credit_code,
    judge_equipment_code,
    judge_rescue_code,
    tidy_code,
)
from liftwatch.register.doubts import Doubt, Unusual, Wrong
from liftwatch.said import Said
from liftwatch.telemetry.topics import is_estate, is_lift

TEXT_CHARS_MAX = 256
"""Of a text field, as in the messages (`telemetry.messages.Text`)."""
YEAR_MIN, YEAR_MAX = 1950, 2100
FLOOR_AREA_M2_MAX = 1_000_000


class Given(Struct, frozen=True, kw_only=True):
    """What the caller knows: the year, the estates by the names people use, and what to take for
    a cell that is blank or a column that is not there, by our name of the column."""

    year: int
    estates: Mapping[str, str] = {}
    defaults: Mapping[str, str] = {}


Read = tuple[Any, Doubt | None]
Reader = Callable[[str, Given], Read]

BLANKS = frozenset({"", "/", "-", "--", "—", "——", "无", "n/a", "N/A", "null", "NULL"})
"""What stands in a cell of which nothing is known."""

_WRAPPED = re.compile(r'="([^"]*)"\Z')  # how exports keep a spreadsheet from rounding a code
_FORMULA = re.compile(r"[=@]|[+-](?![\d.,() -]*\Z)")
_MADE_A_DATE = re.compile(
    r"(?:[0-9]{1,2}月[0-9]{1,2}日|[0-9]{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-[0-9]{2})\Z"
)
_PHONE = re.compile(r"\+?[0-9(][0-9 ()-]{1,24}[0-9](?: ?(?:ext\.?|x|转) ?[0-9]{1,6})?\Z")
_NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,12})?\Z")
_AREA_M2 = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,12}))?\Z")
_DATES = tuple(
    re.compile(form + r"\Z")
    for form in (
        r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})",
        r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})",
        r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})",
        r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?",
        r"([0-9]{4})([0-9]{2})([0-9]{2})",
    )
)
_MIDNIGHT = re.compile(r"[ T]0?0:00(?::00)?\Z")


def visible(cell: str) -> str | Wrong:
    """A cell without white space round it, runs of it made one space; Wrong for what nobody sees.

    >>> visible(" Rose\\n  Garden　"), visible("Rose\\x00Garden").text
    ('Rose Garden', 'a NUL character')
    """
    text = " ".join(cell.split())
    if text.isprintable():
        return text
    strange = next(one for one in text if not one.isprintable())
    if strange == "\0":
        return Wrong(Said("a NUL character"))
    return Wrong(Said("a character U+%(code)s", code=f"{ord(strange):04X}"))


def plain(cell: str) -> str:
    """Wide digits and letters as narrow ones.

    >>> plain("３２０５８３")
    '320583'
    """
    return cell if cell.isascii() else unicodedata.normalize("NFKC", cell).strip()


def text(cell: str, _given: Given) -> Read:
    """Text as it stands. What a spreadsheet would run as a formula is kept, and told.

    >>> text("=1+1", Given(year=2026))[1].text
    'a spreadsheet would run this as a formula when it is exported'
    """
    if len(cell) > TEXT_CHARS_MAX:
        return None, Wrong(
            Said(
                "%(count)s characters, above the limit of %(most)s",
                count=len(cell),
                most=TEXT_CHARS_MAX,
            )
        )
    if _FORMULA.match(cell):
        return cell, Unusual(Said("a spreadsheet would run this as a formula when it is exported"))
    return cell, None


def door(cell: str, given: Given) -> Read:
    """Text that tells a building, a unit or a flat: `1-1` is what spreadsheets make dates of.

    >>> door("1月1日", Given(year=2026))[1].text
    'a spreadsheet seems to have made a date of it'
    """
    if _MADE_A_DATE.match(cell):
        return cell, Unusual(Said("a spreadsheet seems to have made a date of it"))
    return text(cell, given)


def area(cell: str, _given: Given) -> Read:
    """Six digits of GB/T 2260."""
    code = _code(cell)
    if re.fullmatch(r"[0-9]{6}", code) is None:
        return None, Wrong(Said("an area has six digits (GB/T 2260), as 320583 for Kunshan"))
    known = code[:2] in PROVINCES
    return code, None if known else Unusual(Said("no province begins with %(code)s", code=code[:2]))


def estate(cell: str, given: Given) -> Read:
    """The estate's name in topics, or one by which the caller knows it."""
    name = given.estates.get(cell, cell)
    if is_estate(name):
        return name, None
    return None, Wrong(Said("this estate is not known; register it first, or write its short name"))


def lift(cell: str, _given: Given) -> Read:
    """A lift's name in topics."""
    name = _unwrapped(cell)
    if is_lift(name):
        return name, None
    return None, Wrong(Said("a lift's name has 4 to 32 letters, digits and hyphens"))


def equipment_code(cell: str, given: Given) -> Read:
    """Tidied and judged."""
    code = _code(cell)
    return _judged(code, judge_equipment_code(code, year=given.year))


def rescue_code(cell: str, _given: Given) -> Read:
    """Tidied and judged."""
    code = _code(cell)
    return _judged(code, judge_rescue_code(code))


def credit_code(cell: str, _given: Given) -> Read:
    """Tidied and judged."""
    code = _code(cell)
    return _judged(code, judge_credit_code(code))


def _judged(code: str, doubt: Doubt | None) -> Read:
    return (None if isinstance(doubt, Wrong) else code), doubt


def _code(cell: str) -> str:
    return tidy_code(_unwrapped(cell)) if "E+" not in cell.upper() else plain(cell)


def _unwrapped(cell: str) -> str:
    found = _WRAPPED.match(cell)
    return plain(found[1] if found else cell)


def number(low: float, high: float, *units: str) -> Reader:
    """A reader of numbers in a range; one of the units may stand behind it.

    >>> number(0.1, 10, "m/s")("1.75 m/s", Given(year=2026)), number(0, 9)("1,75", Given(year=2026))
    ((1.75, None), (None, Wrong(text='a number is written with a point and nothing else: 1.75')))
    """

    def read(cell: str, _given: Given) -> Read:
        bare = _without_unit(plain(cell), units)
        if not _NUMBER.match(bare):
            return None, Wrong(Said("a number is written with a point and nothing else: 1.75"))
        value = float(bare)
        if not low <= value <= high:
            return None, Wrong(
                Said(
                    "%(bare)s is not from %(low)s to %(high)s",
                    bare=bare,
                    low=f"{low:g}",
                    high=f"{high:g}",
                )
            )
        return value, None

    return read


def whole(low: int, high: int) -> Reader:
    """A reader of whole numbers in a range."""
    reads = number(low, high)

    def read(cell: str, given: Given) -> Read:
        value, doubt = reads(cell, given)
        if value is not None and value != int(value):
            return None, Wrong(Said("%(cell)s is not a whole number", cell=plain(cell)))
        return (None if value is None else int(value)), doubt

    return read


def _without_unit(cell: str, units: tuple[str, ...]) -> str:
    for unit in units:
        if cell.lower().endswith(unit.lower()):
            return cell[: -len(unit)].rstrip()
    return cell


def floor_area_dm2(cell: str, _given: Given) -> Read:
    """Square metres with up to two decimals, as whole hundredths of one (square decimetres).

    >>> floor_area_dm2("89.5㎡", Given(year=2026))
    (8950, None)
    >>> floor_area_dm2("89.505", Given(year=2026))[1].text
    'a floor area has at most two decimals'
    """
    found = _AREA_M2.match(_without_unit(plain(cell), ("m2", "平方米", "平米")))
    if found is None:
        return None, Wrong(Said("a floor area is written in square metres with a point: 89.50"))
    decimals = (found[2] or "").rstrip("0")
    if len(decimals) > 2:
        return None, Wrong(Said("a floor area has at most two decimals"))
    value = int(found[1]) * 100 + int(decimals.ljust(2, "0"))
    if not 0 < value <= FLOOR_AREA_M2_MAX * 100:
        return None, Wrong(
            Said("a floor area is above 0 and at most %(most)s m²", most=FLOOR_AREA_M2_MAX)
        )
    return value, None


def day(cell: str, _given: Given) -> Read:
    """A date beginning with its year, in one of the ways people and spreadsheets write it.

    >>> day("2018/8/1", Given(year=2026)), day("2018年8月1日", Given(year=2026))
    ((datetime.date(2018, 8, 1), None), (datetime.date(2018, 8, 1), None))
    >>> day("43313", Given(year=2026))[1].text
    'a spreadsheet has made a number of the date: format it as a date'
    """
    bare = _MIDNIGHT.sub("", plain(cell))
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", bare):
        return None, Wrong(Said("a spreadsheet has made a number of the date: format it as a date"))
    found = next((match for form in _DATES if (match := form.match(bare))), None)
    if found is None:
        return None, Wrong(Said("a date is written year first: 2026-03-02"))
    try:
        value = date(*(int(part) for part in found.groups()))
    except ValueError:
        return None, Wrong(Said("there is no day %(bare)s", bare=bare))
    if not YEAR_MIN <= value.year <= YEAR_MAX:
        return None, Wrong(
            Said(
                "the year %(year)s is not from %(least)s to %(most)s",
                year=value.year,
                least=YEAR_MIN,
                most=YEAR_MAX,
            )
        )
    return value, None


def one_of(words: Mapping[str, Any], reason: Said) -> Reader:
    """A reader of words with a meaning each; small and capital letters are the same."""

    def read(cell: str, _given: Given) -> Read:
        key = plain(cell).lower()
        return (words[key], None) if key in words else (None, Wrong(reason))

    return read


def phone(cell: str, _given: Given) -> Read:
    """A telephone number as it is dialled."""
    number_ = _unwrapped(cell)
    if not _PHONE.match(number_):
        return None, Wrong(
            Said("a telephone number has digits, and +, -, brackets, or an extension")
        )
    return number_, None

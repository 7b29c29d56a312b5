"""The codes of lifts and organisations: taken apart, and judged.

Every `judge_...` answers None when nothing is the matter, `Wrong` when the code cannot be one, and
`Unusual` when somebody ought to look at it. Only the first finding is told.
"""

import re
import unicodedata
from collections.abc import Callable

from msgspec import Struct

from liftwatch.register.catalogue import (
    EQUIPMENT,
    LIFTS,
    NATIONAL,
    PROVINCES,
    varieties_of,
)
from liftwatch.register.doubts import Doubt, Unusual, Wrong
from liftwatch.said import Said

EQUIPMENT_CODE_CHARS = 20
YEAR_MIN = 1980
"""The first lifts that still run, and are registered, are of these years [our choice]."""

_EQUIPMENT = re.compile(r"[0-9A-Z]{15,20}\Z")
_ROUNDED = re.compile(r"[0-9][.,][0-9]+E\+?[0-9]{2}\Z", re.IGNORECASE)
_SIX = re.compile(r"[0-9]{6}\Z")
_SPACES = re.compile(r"[\s-]+")


def tidy_code(text: str) -> str:
    """A code as people type it, in the form it is kept in: no spaces or hyphens, capitals, ASCII.

    >>> tidy_code(" ３１１０ 320583-201808 0001 "), tidy_code("91320583ma1xxxxx0a")
    ('31103205832018080001', '91320583MA1XXXXX0A')
    """
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).upper()


class EquipmentCode(Struct, frozen=True, omit_defaults=True, repr_omit_defaults=True):
    """The parts of an equipment code.

    `place` is an area of GB/T 2260, or a maker as its licence numbers it; `month` is there where
    an authority gave the code.
    """

    variety: str
    place: str
    year: str
    month: str = ""
    serial: str = ""


_FORMS: dict[int, tuple[int, int, int, int, int]] = {
    # Given by the authority where the lift was registered: area, year and month, number in it.
    20: (4, 10, 14, 16, 20),
    # The maker's form, but with the area of the authority, that gave it where the maker had not.
    19: (4, 10, 14, 14, 19),
    # Given by the maker: 2 digits of the licensing authority and 3 of the licence, year, number.
    18: (4, 9, 13, 13, 18),
}
"""Where the parts end, by length: of 20 by the rule for registration codes, of 18 by annex D of
TSG 21-2016, that all special equipment follows, of 19 by the notes to the form of TSG 08-2017."""


def take_apart(code: str) -> EquipmentCode | None:
    """The parts of an equipment code of 18, 19 or 20 characters; None of any other.

    >>> take_apart("31303101092006040257")
    EquipmentCode(variety='3130', place='310109', year='2006', month='04', serial='0257')
    >>> take_apart("311010890201500098")
    EquipmentCode(variety='3110', place='10890', year='2015', serial='00098')
    """
    ends = _FORMS.get(len(code)) if _EQUIPMENT.match(code) else None
    if ends is None:
        return None
    parts = (code[a:b] for a, b in zip((0, *ends), ends, strict=False))
    return EquipmentCode(*parts)


def judge_equipment_code(code: str, *, year: int) -> Doubt | None:
    """Look at the equipment code (特种设备代码) of a lift; `year` is the present one.

    Wrong is what is no such code at all: not 15 to 20 digits and capitals, or of other equipment.
    All else is unusual, for codes of several norms and mistypings of decades are in the registers.

    >>> judge_equipment_code("31103205832018080001", year=2026)
    >>> judge_equipment_code("3.11032058320181E+19", year=2026).text
    'a spreadsheet has rounded the code; format its column as text'
    >>> judge_equipment_code("21503205832018080001", year=2026).text
    'the code is that of a pressure vessel: a lift begins with 3'
    >>> judge_equipment_code("31103205832088080001", year=2026).text
    'the year 2088 of the code is not from 1980 to 2027'
    """
    if _ROUNDED.match(code):
        return Wrong(Said("a spreadsheet has rounded the code; format its column as text"))
    if not _EQUIPMENT.match(code):
        return Wrong(Said("an equipment code has 15 to 20 digits and capital letters, usually 20"))
    if code[0] != LIFTS:
        return Wrong(_other_equipment(code[0]))
    parts = take_apart(code)
    found = (
        None
        if parts is None
        else next((text for look in _LOOKS if (text := look(parts, year))), None)
    )
    if found is None and len(code) != EQUIPMENT_CODE_CHARS:
        found = Said(
            "the code has %(count)s characters instead of %(wanted)s",
            count=len(code),
            wanted=EQUIPMENT_CODE_CHARS,
        )
    return None if found is None else Unusual(found)


def _other_equipment(first: str) -> Said:
    other = EQUIPMENT.get(first)
    if other is None:
        return Said(
            "the code begins with %(first)s: a lift begins with %(lifts)s", first=first, lifts=LIFTS
        )
    return Said(
        "the code is that of %(other)s: a lift begins with %(lifts)s", other=other, lifts=LIFTS
    )


def _unusual_variety(parts: EquipmentCode, _year: int) -> Said | None:
    rows = varieties_of(parts.variety)
    if not rows:
        return Said("%(code)s is in no catalogue of lifts", code=parts.variety)
    if all(row.use == "stairs" for row in rows):
        return Said(
            "%(code)s is of escalators and moving walks, which are not watched here",
            code=parts.variety,
        )
    return None


def _unusual_place(parts: EquipmentCode, _year: int) -> Said | None:
    licensed = len(parts.place) == len("10890")
    known = parts.place.isdigit() and (
        parts.place[:2] in PROVINCES or (licensed and parts.place[:2] == NATIONAL)
    )
    if known:
        return None
    return Said("the code is of %(place)s, which lies in no province", place=parts.place)


def _unusual_date(parts: EquipmentCode, year: int) -> Said | None:
    if not parts.year.isdigit() or not YEAR_MIN <= int(parts.year) <= year + 1:
        return Said(
            "the year %(year)s of the code is not from %(least)s to %(most)s",
            year=parts.year,
            least=YEAR_MIN,
            most=year + 1,
        )
    if parts.month and not "01" <= parts.month <= "12":
        return Said("the month %(month)s of the code does not exist", month=parts.month)
    return None


def _unusual_serial(parts: EquipmentCode, _year: int) -> Said | None:
    if parts.serial.strip("0"):
        return None
    return Said("the code ends in zeros only, as when a spreadsheet has rounded it")


_LOOKS: tuple[Callable[[EquipmentCode, int], Said | None], ...] = (
    _unusual_variety,
    _unusual_place,
    _unusual_date,
    _unusual_serial,
)


def judge_rescue_code(code: str) -> Doubt | None:
    """Look at the code in the car by which 96333 finds a lift: six digits (domain 1.5).

    >>> judge_rescue_code("063577")
    >>> judge_rescue_code("63577").text
    'a rescue code has six digits; a spreadsheet may have taken zeros off its beginning'
    """
    if code.isascii() and code.isdigit() and len(code) < 6:
        return Wrong(
            Said(
                "a rescue code has six digits; a spreadsheet may have taken zeros off its beginning"
            )
        )
    if not _SIX.match(code):
        return Wrong(Said("a rescue code has six digits"))
    return Unusual(Said("six equal digits look like no real code")) if len(set(code)) == 1 else None


CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The values 0 to 30 of GB 32100-2015; I, O, S, V and Z are left out."""
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_OWN_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OWN_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
DEPARTMENTS = frozenset("123456789ANY")
"""Who registers organisations: the first character (GB 32100-2015 and its amendments)."""


def credit_check(code: str) -> str:
    """The check character for the first 17 characters of a credit code (GB 32100-2015, 31 - Σ).

    >>> credit_check("91110000600037341")
    'L'
    """
    values = map(CREDIT_ALPHABET.index, code[:17])
    total = sum(a * b for a, b in zip(values, _CREDIT_WEIGHTS, strict=True))
    return CREDIT_ALPHABET[-total % 31]


def own_check(code: str) -> str:
    """The check character for the first 8 characters of an organisation's own code (GB 11714).

    >>> own_check("60003734")
    '1'
    """
    values = map(_OWN_ALPHABET.index, code[:8])
    total = sum(a * b for a, b in zip(values, _OWN_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def judge_credit_code(code: str) -> Doubt | None:
    """Look at the unified social credit code (统一社会信用代码) of an organisation.

    >>> judge_credit_code("91110000600037341L")
    >>> judge_credit_code("91110000600037314L").text
    'the last character does not fit the others: one is mistyped, or two are exchanged'
    """
    if len(code) != 18:
        return Wrong(Said("a credit code has 18 characters, not %(count)s", count=len(code)))
    strange = next((one for one in code if one not in CREDIT_ALPHABET), None)
    if strange is not None:
        return Wrong(
            Said(
                "%(strange)s is never in a credit code: digits, and capitals without IOSVZ",
                strange=repr(strange),
            )
        )
    if not _SIX.match(code[2:8]):
        return Wrong(Said("%(code)s in the credit code is no area of six digits", code=code[2:8]))
    if code[17] != credit_check(code):
        return Wrong(
            Said(
                "the last character does not fit the others: one is mistyped, or two are exchanged"
            )
        )
    return _unusual_organisation(code)


def _unusual_organisation(code: str) -> Unusual | None:
    if code[0] not in DEPARTMENTS:
        return Unusual(Said("no department registers under %(code)s", code=code[0]))
    if code[2:4] not in PROVINCES | {NATIONAL}:
        return Unusual(
            Said("the credit code is of %(code)s, which lies in no province", code=code[2:8])
        )
    if code[16] != own_check(code[8:16]):
        return Unusual(
            Said("the organisation's own code within it has a check character that is off")
        )
    return None

"""Reasons why something typed cannot be, said in the language of whoever typed it."""

import re

import pytest

from api.console.language import LANGUAGES
from api.console.reasons import REASONS, reason
from liftwatch.register.record import Record
from liftwatch.register.typed import read_typed

CHINESE = re.compile("[\u4e00-\u9fff]")
ZH, EN = LANGUAGES["zh"], LANGUAGES["en"]
BLANK = Record(lift="L-0001", area="320583", estate="garden")
SPOILT = {
    "rated_speed_mps": ("99", "1,75"),
    "households": ("2.5", "100001"),
    "installed_on": ("soon", "2026-02-30", "1066-10-14", "43313"),
    "floors": ("18", "1,1", "!", "3,2"),
    "rescue_code": ("12345",),
    "equipment_code": ("x", "21503205832018080001", "3.1E+19"),
    "car_phone": ("call",),
    "predecessor": ("?",),
    "datum": ("bd09",),
    "roping": ("3",),
    "only_lift_of_unit": ("perhaps",),
    "address": ("a\u202eb", "x" * 257),
    "unit": ("a\0b",),
}


@pytest.mark.parametrize("text", REASONS)
def test_a_reason_is_recognised_with_its_places_filled(text: str) -> None:
    """In English it is itself; in Chinese it keeps what was filled in."""
    filled = re.sub(r"%\((\w+)\)s", r"<\1>", text)
    assert reason(EN, filled) == filled
    told = reason(ZH, filled)
    assert CHINESE.search(told)
    assert set(re.findall(r"<\w+>", told)) == set(re.findall(r"<\w+>", filled))


def test_whatever_is_wrong_in_the_form_of_a_lift_is_said_in_chinese() -> None:
    """Every field that can refuse something."""
    for name, texts in SPOILT.items():
        for text in texts:
            (why,) = read_typed(BLANK, {name: text}, year=2026).wrong.values()
            assert CHINESE.search(reason(ZH, why)), why


def test_what_nobody_translated_stands_as_it_is() -> None:
    """Also what looks like a format."""
    for text in ("100% of it", "a: b", "%(what)s", ""):
        assert reason(ZH, text) == text

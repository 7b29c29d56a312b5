"""One value of a signal, a fact or a piece of evidence, written for people."""

from datetime import date, datetime
from typing import Any, NamedTuple

from api.console.language import Language
from api.console.signals import LABELS, WORDS, YES_NO
from liftwatch.telemetry.signals import unit_of

DEPTH_MAX = 3
ITEMS_MAX = 20
TEXT_MAX = 300
SUMMARY_MAX = 3


class Named(NamedTuple):
    """A label, its value, and the name by which the API knows it."""

    label: str
    value: str
    name: str


def label(language: Language, name: str) -> str:
    """What a signal is called; its own name when nobody named it."""
    text = LABELS.get(name)
    return language.say(text) if text else name


def value(language: Language, name: str, what: Any, *, depth: int = 0) -> str:
    """A value with its unit."""
    word = WORDS.get(name, {}).get(str(what)) if not isinstance(what, list | dict) else None
    if word is not None:
        return language.word(word)
    if isinstance(what, bool):
        return language.word(YES_NO[what])
    if isinstance(what, int | float) and name.endswith("_years"):
        return language.say("%(count)s years", count=number(what))
    if isinstance(what, int | float):
        return with_unit(number(what), unit_of(name))
    if isinstance(what, date):
        return language.date(datetime(what.year, what.month, what.day))  # noqa: DTZ001 - a day
    if isinstance(what, list | tuple | dict):
        return _many(language, name, what, depth=depth)
    return str(what)[:TEXT_MAX]


def _many(language: Language, name: str, what: Any, *, depth: int) -> str:
    if depth >= DEPTH_MAX:
        return "…"
    cut = "…" if len(what) > ITEMS_MAX else ""
    if isinstance(what, dict):
        pairs = list(what.items())[:ITEMS_MAX]
        told = [
            f"{label(language, str(key))} {value(language, str(key), one, depth=depth + 1)}"
            for key, one in pairs
        ]
        return ", ".join(told) + cut
    told = [value(language, name, one, depth=depth + 1) for one in list(what)[:ITEMS_MAX]]
    return ", ".join(told) + cut


def number(what: float) -> str:
    """A number without digits that say nothing.

    >>> number(1.7499999), number(12), number(0.00321), number(63577.0)
    ('1.75', '12', '0.0032', '63577')
    """
    if isinstance(what, int):
        return str(what)
    if what == 0 or abs(what) >= 1:
        return f"{what:.2f}".rstrip("0").rstrip(".")
    return f"{what:.2g}"


def with_unit(text: str, unit: str) -> str:
    """A number and its unit, with the space that belongs between them."""
    return f"{text} {unit}" if unit and unit != "%" else f"{text}{unit}"


def rows(language: Language, values: dict[str, Any]) -> list[Named]:
    """Everything known, in the order given; what is unknown is left out."""
    return [
        Named(label(language, name), value(language, name, what), name)
        for name, what in values.items()
        if what is not None
    ]


def summary(language: Language, evidence: dict[str, Any]) -> str:
    """The first few pieces of evidence in one line."""
    flat = {name: what for name, what in evidence.items() if not isinstance(what, list | dict)}
    return " · ".join(f"{row.label} {row.value}" for row in rows(language, flat)[:SUMMARY_MAX])

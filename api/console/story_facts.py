"""What the machinery wrote beside a line of a story, in words: who was told, by what, why not.

Channels stand as the settings call them; a fact that only a machine needs is not shown.
"""

from collections.abc import Mapping
from typing import Any

from api.console.course_texts import (
    CLOCK_TEXTS,
    HELD_TEXTS,
    HIDDEN_TEXTS,
    LINE_TEXTS,
    RECEIPT_TEXTS,
    WAY_TEXTS,
)
from api.console.language import Language
from api.console.marks import N_
from api.console.values import Named, rows
from liftwatch.incidents.course import Line

MACHINERY = frozenset(
    {"missed", "paged", "hidden", "alone", "heard", "receipt", "rescue-dead", "rescue-fallback"}
)
"""Lines by the machinery; what people told has labels of its own (`signals`)."""
FACTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "clock": (N_("Deadline"), CLOCK_TEXTS),
    "level": (N_("Level of the call for rescue"), {}),
    "why": (N_("Called because of"), CLOCK_TEXTS | LINE_TEXTS),
    "step": (N_("Round of calls"), {}),
    "people": (N_("People"), {}),
    "organisations": (N_("Organisations"), {}),
    "channels": (N_("Channels"), WAY_TEXTS),
    "held": (N_("Nobody was told"), HELD_TEXTS),
    "by": (N_("Because"), HIDDEN_TEXTS),
    "receipt": (N_("Receipt"), RECEIPT_TEXTS),
    "n": (N_("Number in the feed"), {}),
    "waited_s": (N_("Seconds waited"), {}),
}
"""What each is called, and its words, in the order in which they are shown."""
NO_MORE = frozenset({("alone", "by"), ("heard", "by")})
"""What hid it, and hides it no more: the line says so itself."""


def facts_view(language: Language, line: Line, names: Mapping[str, str]) -> list[Named]:
    """The facts of a line, with names of people and organisations by their ids."""
    facts = line.facts
    if line.what not in MACHINERY:
        return rows(language, facts)
    return [
        Named(language.say(label), _told(language, facts[name], words=words, names=names), name)
        for name, (label, words) in FACTS.items()
        if facts.get(name) not in (None, [], "") and (line.what, name) not in NO_MORE
    ]


def _told(
    language: Language, what: Any, *, words: Mapping[str, str], names: Mapping[str, str]
) -> str:
    if isinstance(what, list):
        return ", ".join(
            language.say(words[one]) if one in words else names.get(str(one), str(one))
            for one in what
        )
    return language.say(words[what]) if what in words else str(what)

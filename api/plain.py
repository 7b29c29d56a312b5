"""Texts of a body that nobody can have written: what has a control character is refused by field.

PostgreSQL keeps no NUL, and what turns the direction of a line shows another text than it is.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from api.problems import Problem
from liftwatch.said import Said, of_field

UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tabs and ends of lines, and what turns the direction of writing."""


def check_plain(body: Struct) -> None:
    """The problem `unusable`, naming the field, for a text with a character that nobody sees."""
    for field, text in texts_of(msgspec.to_builtins(body)):
        found = UNSEEN.search(text)
        if found is not None:
            why = Said("has a character that nobody sees, U+%(code)s", code=f"{ord(found[0]):04X}")
            raise Problem("unusable", of_field(field, why), parameter=field)


def texts_of(body: Any) -> Iterator[tuple[str, str]]:
    """All texts of a body with the fields in which they stand; a name of a field is one of it.

    >>> [one for one in texts_of({"memo": "x", "legs": [{"account": "a"}]}) if one[1] in "xa"]
    [('legs.0.account', 'a'), ('memo', 'x')]
    """
    waiting: list[tuple[str, Any]] = [("", body)]
    while waiting:
        field, value = waiting.pop()
        if isinstance(value, str):
            yield field, value
        elif isinstance(value, dict | list):
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for name, one in pairs:
                if isinstance(name, str):
                    yield field or "body", name
                    name = name if not UNSEEN.search(name) else "?"
                waiting.append((f"{field}.{name}" if field else str(name), one))

"""Codes of public pages: on the sticker in a car, and of a building's screen.

A code is random: nobody comes from the register code of a lift, or from one sticker, to another
lift's page. It is renewed where a sticker was copied or defaced; the old one leads nowhere then.
"""

import re
import secrets
from typing import Literal

from msgspec import Struct

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""31 signs that nobody confuses when they type them by hand."""
LENGTH = 12
"""59 bits: of ten thousand lifts one is hit by chance once in 10^13 tries."""
NUMBER_LENGTH = 10
"""49 bits."""
_CODE = re.compile(f"[{LETTERS}]{{{LENGTH}}}")
Use = Literal["lift", "screen"]


class Code(Struct, kw_only=True, frozen=True):
    """One code; `lift` is None for a screen, `ended_ms` when it was renewed or taken away."""

    code: str
    use: Use
    area: str
    estate: str
    building: str
    lift: str | None
    made_ms: int
    person: str | None = None
    ended_ms: int | None = None


def new_code() -> str:
    """A code that nobody can guess.

    >>> is_code(new_code())
    True
    """
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def new_number() -> str:
    """A number to follow a complaint by: who has it reads the answer, so nobody can guess it.

    >>> len(new_number()), plain_number(" ABCD-efgh-23 ")
    (10, 'abcdefgh23')
    """
    return "".join(secrets.choice(LETTERS) for _ in range(NUMBER_LENGTH))


def plain_number(text: str) -> str:
    """A number as it is kept, of what somebody typed."""
    return "".join(text.split()).replace("-", "").lower()


def is_code(text: str) -> bool:
    """Whether it can be one of ours: what is not is not looked for.

    >>> is_code("31103205832018080001"), is_code("2345 678a bcd")
    (False, False)
    """
    return _CODE.fullmatch(text) is not None

"""What a check may find: that a value is wrong, or that it is only unusual.

A wrong value is not stored. An unusual one is stored and shown: norms for codes were changed over
the years, and what stands on the plate of a lift is right even where a rule did not foresee it.
"""

from msgspec import Struct

from liftwatch.said import Said


class Wrong(Struct, frozen=True):
    """It cannot be right; one sentence says why."""

    text: Said


class Unusual(Struct, frozen=True):
    """It may be right, and somebody ought to look; one sentence says at what."""

    text: Said


Doubt = Wrong | Unusual

"""What an amount is before it comes near the books: whole fen, above nothing, below 2^53."""

from liftwatch.fund.money import FEN_MAX
from liftwatch.fund.refusals import Untold
from liftwatch.said import Said

AREA_DM2_MAX = 10_000_000
"""A hundred thousand square metres for one unit: no flat, no shop is larger [our choice]."""


def check_amount(value: object, *, field: str = "amount_fen", low: int = 1) -> int:
    """A whole number of fen from `low` to 2^53 - 1; raises Untold for all else.

    A bool is no amount, and neither is 100.0: where a float has been, fen may be gone.

    >>> check_amount(1250)
    1250
    >>> for value in (0, -5, 12.5, 100.0, True, "7", 2**53):
    ...     try:
    ...         check_amount(value)
    ...     except Untold as untold:
    ...         print(untold)
    amount_fen is from 1 to 9007199254740991
    amount_fen is from 1 to 9007199254740991
    amount_fen is a whole number
    amount_fen is a whole number
    amount_fen is a whole number
    amount_fen is a whole number
    amount_fen is from 1 to 9007199254740991
    """
    return check_whole(value, field=field, low=low, high=FEN_MAX)


def check_whole(value: object, *, field: str, low: int, high: int) -> int:
    """A whole number within two ends, both included; raises Untold for all else.

    >>> check_whole(3, field="weight", low=0, high=9)
    3
    """
    if type(value) is not int:
        raise Untold(Said("%(field)s is a whole number", field=field))
    if not low <= value <= high:
        raise Untold(Said("%(field)s is from %(low)s to %(high)s", field=field, low=low, high=high))
    return value

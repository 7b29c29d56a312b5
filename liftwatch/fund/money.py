"""Money is whole fen, a hundredth of a yuan, as an int: never a float, never half a fen."""

import re

from liftwatch.said import Said

FEN_MAX = 2**53 - 1
"""As far as every reader of JSON counts exactly (RFC 8259, section 6): 90 trillion yuan."""

_YUAN = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,14})(?:\.(\d{1,2}))?\Z", re.ASCII)


def check_fen(fen: object) -> int:
    """An amount as it is asked for: 1 to FEN_MAX fen; ValueError, saying why, for anything else.

    >>> check_fen(12_345)
    12345
    >>> check_fen(True), check_fen(0.5)
    Traceback (most recent call last):
    ValueError: an amount is a whole number of fen
    """
    if type(fen) is not int:
        raise ValueError(Said("an amount is a whole number of fen"))
    if not 0 < fen <= FEN_MAX:
        raise ValueError(Said("an amount is 1 to %(most)s fen", most=FEN_MAX))
    return fen


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals, as banks and ledgers write it.

    >>> yuan(1_234_567), yuan(-5), yuan(0)
    ('12345.67', '-0.05', '0.00')
    """
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"


def parse_yuan(text: str) -> int:
    """Fen of an amount in yuan, exactly; ValueError, saying why, for what is none.

    A bank's `1,234.5` and `+3` are amounts; a third decimal is none, whatever it is.

    >>> [parse_yuan(text) for text in ("12345.67", "1,234.5", "-0.05", "+3")]
    [1234567, 123450, -5, 300]
    >>> parse_yuan("0.005")
    Traceback (most recent call last):
    ValueError: '0.005' is no amount in yuan with up to two decimals
    """
    found = _YUAN.match(text.strip())
    fen = 0
    if found is not None:
        sign, whole, rest = found.groups()
        fen = int(whole.replace(",", "")) * 100 + int((rest or "").ljust(2, "0"))
        fen = -fen if sign == "-" else fen
    if found is None or abs(fen) > FEN_MAX:
        given = repr(text[:40])
        raise ValueError(
            Said("%(given)s is no amount in yuan with up to two decimals", given=given)
        )
    return fen

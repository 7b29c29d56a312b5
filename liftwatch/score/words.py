"""Figures in words: shares, spans of time, intervals, and what is unknown."""

from collections.abc import Callable

from liftwatch.score.intervals import Figure

UNKNOWN = "–"
ALL = "all kinds"

Form = Callable[[float], str]


def percent(value: float) -> str:
    """A share, never rounded to none or to all when it is neither.

    >>> [percent(value) for value in (1.0, 0.9876, 0.99996, 0.0, 0.00001)]
    ['100 %', '98.8 %', '99.996 %', '0 %', '0.001 %']
    """
    if value in (0, 1):
        return f"{100 * value:.0f} %"
    texts = (f"{100 * value:.{digits}f}" for digits in (1, 2, 3, 4))
    return next((f"{text} %" for text in texts if float(text) not in (0, 100)), f"{value:.3g}")


def seconds(value: float) -> str:
    """A span, in the unit people would use.

    >>> [seconds(value) for value in (0.04, 42.0, 300.0, 9000.0, 200_000.0)]
    ['0.04 s', '42 s', '5.0 min', '2.5 h', '2.3 d']
    """
    if value < 100:
        return f"{value:.3g} s"
    if value < 6_000:
        return f"{value / 60:.1f} min"
    return f"{value / 3_600:.1f} h" if value < 172_800 else f"{value / 86_400:.1f} d"


def rate(value: float) -> str:
    """Three digits.

    >>> rate(0.01234), rate(12.0)
    ('0.0123', '12')
    """
    return f"{value:.3g}"


def known(value: float | None, form: Form) -> str:
    """A value, or that it is unknown."""
    return UNKNOWN if value is None else form(value)


def bracketed(figure: Figure | None, form: Form) -> str:
    """A figure and its interval.

    >>> bracketed(Figure(0.5, 0.25, None), percent), bracketed(None, percent)
    ('50.0 % [25.0 %, –]', '–')
    """
    if figure is None:
        return UNKNOWN
    return f"{form(figure.value)} [{known(figure.low, form)}, {known(figure.high, form)}]"


def printable(text: str) -> str:
    """A name out of somebody's file, on one line of a terminal.

    >>> printable("overspeed"), printable("a\\x1b[2J")
    ('overspeed', "'a\\\\x1b[2J'")
    """
    return text if text.isprintable() else ascii(text)

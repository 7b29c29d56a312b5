"""Figures of reports as they are written down: this period's beside those of the one before."""

from liftwatch.care.report import Figure, Unit
from liftwatch.care.report_facts import Told


def both(name: str, value: float, before: float, *, unit: Unit = "count") -> Figure:
    """What can be counted of both periods."""
    return Figure(name=name, unit=unit, value=value, before=before)


def share_of(name: str, value: float | None, before: float | None) -> Figure:
    """A share of both periods; None where there is nothing to be a share of."""
    return Figure(name=name, unit="share", value=rounded(value, 4), before=rounded(before, 4))


def as_kept(told: Told, place: tuple[str, str], value: float) -> Figure:
    """How things stand now, and by the report of the period before; `place` is section and name."""
    return Figure(name=place[1], value=value, before=told.kept.get(place))


def notes_of(*some: tuple[str, object]) -> tuple[str, ...]:
    """The names of notes that hold."""
    return tuple(name for name, holds in some if holds)


def part(some: int, of: int) -> float | None:
    """A part of something, None of nothing.

    >>> part(1, 4), part(0, 0)
    (0.25, None)
    """
    return some / of if of else None


def rounded(value: float | None, digits: int = 2) -> float | None:
    """Rounded, where it is known."""
    return None if value is None else round(value, digits)

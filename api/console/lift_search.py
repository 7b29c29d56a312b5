"""Which lift is meant, by what a caller can tell: a code, a name, or a place."""

from collections.abc import Iterator
from typing import NamedTuple

from api.console.board import names_of
from api.console.language import Language
from api.console.views import LiftName, lift_name
from api.seen import SeenBooks
from liftwatch.ports import LiftRow

FOUND_MAX = 20
PAGE, PAGES_MAX = 500, 40
"""So many lifts are looked at; more than a county has."""


class Found(NamedTuple):
    """The lifts that fit, at most FOUND_MAX, and whether there are more."""

    lifts: list[LiftName]
    more: bool


def find_lifts(books: SeenBooks, language: Language, text: str) -> Found:
    """Lifts in whose codes, name or place every word of a text stands; the whole code comes first.

    Nothing for a blank text.
    """
    words = text.casefold().split()
    if not words:
        return Found([], more=False)
    exact: list[LiftName] = []
    found: list[LiftName] = []
    for row, name in _named(books, language):
        codes = [row.lift, row.facts.rescue_code or "", row.facts.equipment_code or ""]
        if text.strip().casefold() in (code.casefold() for code in codes if code):
            exact.append(name)
        elif _fits(words, [*codes, row.estate, row.facts.address or "", *_place(row, name)]):
            found.append(name)
    both = exact + found
    return Found(both[:FOUND_MAX], more=len(both) > FOUND_MAX)


def _named(books: SeenBooks, language: Language) -> Iterator[tuple[LiftRow, LiftName]]:
    after = None
    for _ in range(PAGES_MAX):
        rows = books.lifts(after=after, limit=PAGE)
        names = names_of(books, language, rows)
        for row in rows:
            yield row, lift_name(language, row.lift, row, names=names)
        if len(rows) < PAGE:
            return
        after = rows[-1].lift


def _place(row: LiftRow, name: LiftName) -> list[str]:
    return [name.estate_name, name.title, row.facts.building or "", row.facts.unit or ""]


def _fits(words: list[str], texts: list[str]) -> bool:
    """Whether each word stands somewhere.

    >>> _fits(["garden", "3"], ["Yushan Garden", "Building 3"]), _fits(["lake"], ["Garden"])
    (True, False)
    """
    whole = " ".join(texts).casefold()
    return all(word in whole for word in words)

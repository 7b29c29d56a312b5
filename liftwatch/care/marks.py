"""What a record says of how it was made: facts for whoever looks, nobody is refused for them."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from liftwatch.care.checklist import BY_CODE, items_of
from liftwatch.care.visit import Visit, is_whole
from liftwatch.clock import MINUTE_MS, SECOND_MS

ITEM_MS_MIN = 5 * SECOND_MS
"""A list of 31 items ought to take at least two and a half minutes to fill in [our choice]."""
VISIT_MS_MIN = 15 * MINUTE_MS
"""Shorter routine care is contradicted by the detectors as well (contract, section 2)."""
Mark = Literal["hasty", "short", "no_photo", "no_part", "broken_off", "lapsed", "altered", "remark"]


class Marked(NamedTuple):
    """A fact, and the figures it was made of."""

    mark: Mark
    figure: int = 0


def marks(visit: Visit) -> list[Marked]:
    """All that is remarkable of a visit, the gravest first.

    `hasty`: filled in within so many seconds; `short`: so many minutes on site; `no_photo`: so many
    key items without a photograph; `no_part`: so many items said to be replaced without a part.
    """
    found = []
    if not is_whole(visit):
        found.append(Marked("altered"))
    if (filled_ms := filled_within_ms(visit)) is not None:
        told = len(visit.entries)
        if told > 1 and filled_ms < told * ITEM_MS_MIN:
            found.append(Marked("hasty", filled_ms // SECOND_MS))
    if visit.out_ms is not None and items_of(visit.work) and not visit.broken_off:
        took_ms = visit.out_ms - visit.in_ms
        if took_ms < VISIT_MS_MIN:
            found.append(Marked("short", took_ms // MINUTE_MS))
    if visit.out_ms is not None and (bare := len(list(_without_photo(visit)))):
        found.append(Marked("no_photo", bare))
    told_replaced = {one.code for one in visit.entries if one.result == "replaced"}
    if unnamed := told_replaced - {one.code for one in visit.parts}:
        found.append(Marked("no_part", len(unnamed)))
    if visit.broken_off:
        found.append(Marked("broken_off"))
    if visit.state == "lapsed":
        found.append(Marked("lapsed"))
    if any(one.remark for one in visit.signatures):
        found.append(Marked("remark"))
    return found


def filled_within_ms(visit: Visit) -> int | None:
    """How long the list can have taken at the most: from check-in to the last result.

    A phone without network sends all at once, so the span between two savings tells nothing.
    """
    if not visit.entries:
        return None
    return max(max(one.at_ms for one in visit.entries) - visit.in_ms, 0)


def _without_photo(visit: Visit) -> Iterable[str]:
    shown = {one.code for one in visit.photos}
    for one in visit.entries:
        if BY_CODE[one.code].key and one.result != "not_applicable" and one.code not in shown:
            yield one.code

"""What pages show of visits and of what is due."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from api.care_seen import witness_of
from api.console.board import lifts_of, names_of
from api.console.language import Language
from api.console.place_names import PlaceNames
from api.console.views import LiftName, kind_name, lift_name
from api.console.visit_texts import (
    AFTER_TEXTS,
    BY_TEXTS,
    MARK_TEXTS,
    PLACE_TEXTS,
    RESULT_TEXTS,
    STATE_TEXTS,
    WHAT_TEXTS,
    WORK_TEXTS,
)
from api.seen import SeenBooks
from liftwatch.care.checklist import BY_CODE, by_place, items_of
from liftwatch.care.checklist_items import Item
from liftwatch.care.marks import marks
from liftwatch.care.regime import is_overdue
from liftwatch.care.visit import RESULTS, Visit, lacking
from liftwatch.care.witness import WORKED_MS_MIN, ItemAfter
from liftwatch.clock import MINUTE_MS, day_text, estate_day, rfc3339
from liftwatch.handlers.care_plans import Planned, Row
from liftwatch.ports import LiftRow, StoreUnavailable, TelemetryStore

Values = dict[str, Any]


class LiftNames:
    """What some lifts are called."""

    def __init__(self, books: SeenBooks, language: Language, rows: Iterable[LiftRow]) -> None:
        self._rows = {row.lift: row for row in rows}
        self._language = language
        self._names: PlaceNames = names_of(books, language, self._rows.values())

    def of(self, lift: str) -> LiftName:
        """One of them."""
        return lift_name(self._language, lift, self._rows.get(lift), names=self._names)


def names_of_lifts(books: SeenBooks, language: Language, lifts: Sequence[str]) -> LiftNames:
    """What these lifts are called."""
    return LiftNames(books, language, lifts_of(books, list(lifts)).values())


class VisitLine(NamedTuple):
    """A visit in a list."""

    id: str
    where: LiftName
    work: str
    state: str
    state_name: str
    begun: str
    begun_iso: str
    took: str
    who: str
    marks: list[str]


def visit_line(
    language: Language,
    one: Visit,
    where: LiftName,
    *,
    people: Mapping[str, str],
    now_ms: int,
) -> VisitLine:
    """A visit with its words."""
    took = "" if one.out_ms is None else str((one.out_ms - one.in_ms) // MINUTE_MS)
    return VisitLine(
        id=one.id,
        where=where,
        work=language.word(WORK_TEXTS[one.work]),
        state=one.state,
        state_name=language.word(STATE_TEXTS[one.state]),
        begun=language.moment(one.in_ms, now_ms=now_ms),
        begun_iso=rfc3339(one.in_ms),
        took=took,
        who=people.get(one.technician, ""),
        marks=mark_words(language, one),
    )


def mark_words(language: Language, one: Visit) -> list[str]:
    """What is remarkable of a visit, in words."""
    return [language.say(MARK_TEXTS[m.mark], figure=m.figure) for m in marks(one)]


class DueLine(NamedTuple):
    """A lift whose next visit is due."""

    where: LiftName
    work: str
    due: str
    over: bool
    last: str


def due_line(language: Language, one: Planned, where: LiftName, *, now_ms: int) -> DueLine:
    """A lift with its next visit."""
    due = one.next
    assert due is not None, "asked for lifts with a plan"
    last_ms = one.dues[0].last_ms
    return DueLine(
        where=where,
        work=language.word(WORK_TEXTS[due.work]),
        due=day_text(estate_day(due.due_ms)),
        over=is_overdue(due, now_ms=now_ms),
        last="" if last_ms is None else day_text(estate_day(last_ms)),
    )


class ItemView(NamedTuple):
    """An item of a list with what is filled in, or was typed and could not be kept."""

    code: str
    name: str
    key: bool
    judged: bool
    result: str
    result_name: str
    note: str
    missing: bool


def sections(
    language: Language, visit: Visit, typed: Mapping[str, str]
) -> list[tuple[str, str, list[ItemView], int]]:
    """The list by places: name in the form, words, items, how many still lack something."""
    missing = set(lacking(visit))
    found = []
    for place, items in by_place(items_of(visit.work)):
        views = [_item(language, visit, item, typed=typed, missing=missing) for item in items]
        lack = sum(one.missing for one in views)
        found.append((str(place), language.word(PLACE_TEXTS[place]), views, lack))
    return found


def item_name(language: Language, item: Item) -> str:
    """An item in a language."""
    return item.zh if language.code == "zh" else item.en


def _item(
    language: Language,
    visit: Visit,
    item: Item,
    *,
    typed: Mapping[str, str],
    missing: set[str],
) -> ItemView:
    entry = visit.entry(item.code)
    kept = (entry.result, entry.note) if entry is not None else ("", "")
    result = typed.get(f"result-{item.code}", kept[0])
    return ItemView(
        code=item.code,
        name=item_name(language, item),
        key=item.key,
        judged=item.judged,
        result=result,
        result_name=language.word(RESULT_TEXTS[result]) if result in RESULT_TEXTS else "",
        note=typed.get(f"note-{item.code}", kept[1]),
        missing=item.code in missing,
    )


def results(language: Language) -> list[tuple[str, str]]:
    """What may be chosen of an item."""
    return [(name, language.word(RESULT_TEXTS[name])) for name in RESULTS]


def after_views(language: Language, found: Sequence[ItemAfter]) -> list[Values]:
    """What became of items, in words."""
    return [
        {
            "code": one.code,
            "name": item_name(language, BY_CODE[one.code]),
            "kinds": [kind_name(language, kind) for kind in BY_CODE[one.code].kinds],
            "after": language.say(AFTER_TEXTS[one.after]),
            "bad": one.after in ("again", "still"),
            "incidents": one.incidents,
        }
        for one in found
    ]


class CalendarLine(NamedTuple):
    """What is due of a lift on a day."""

    day: date
    where: LiftName
    what: str
    name: str
    work: str
    over: bool
    by: str


def calendar_line(language: Language, row: Row, where: LiftName) -> CalendarLine:
    """A row of the calendar with its words."""
    return CalendarLine(
        day=row.day,
        where=where,
        what=row.what,
        name=language.word(WHAT_TEXTS[row.what]),
        work="" if row.work is None else language.word(WORK_TEXTS[row.work]),
        over=row.over,
        by=language.say(BY_TEXTS[row.by]) if row.by in BY_TEXTS else "",
    )


def signals(store: TelemetryStore, visit: Visit, *, now_ms: int) -> Values | None:
    """What the lift said meanwhile; None while the telemetry store is away."""
    try:
        seen = witness_of(store, visit, now_ms=now_ms)
    except StoreUnavailable:
        return None
    return {
        "speaks": seen.speaks,
        "inspection": round(seen.inspection_ms / MINUTE_MS, 1),
        "worked": seen.inspection_ms >= WORKED_MS_MIN,
        "enough": WORKED_MS_MIN // MINUTE_MS,
        "doors": seen.doors,
        "rides": seen.rides,
        "people": seen.rides_with_people,
        "tests_ok": seen.tests_ok,
        "tests_failed": seen.tests_failed,
    }

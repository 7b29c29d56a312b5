"""What the page of one lift shows."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from api.console.board import names_of
from api.console.language import Language
from api.console.shaft import draw_shaft
from api.console.signals import STATE_ROWS
from api.console.silence_views import known_of, silence_view
from api.console.values import label, rows, value
from api.console.views import incident_view, lift_name, tile
from api.open_incidents import read_open, worst_first
from api.parameters import no_lift
from api.seen import SeenBooks
from liftwatch.clock import now_ms
from liftwatch.incidents.silences import Silence
from liftwatch.ports import IncidentFilter, LiftRow
from liftwatch.register.changes import differences
from liftwatch.register.places import Place
from liftwatch.register.record import Entry, entries

PAST_MAX = 20
Logins = Callable[[Collection[str]], Mapping[str, str]]
"""What some people are called, by their ids; who is not among them is not named."""


def _lift(books: SeenBooks, lift: str) -> LiftRow:
    row = books.lift(lift)
    if row is None:
        raise no_lift(lift)
    return row


def lift_now(books: SeenBooks, language: Language, lift: str) -> dict[str, Any]:
    """How it stands: the tile, the shaft, the signals."""
    row, now = _lift(books, lift), now_ms()
    open_ones = worst_first(read_open(books, IncidentFilter(open_only=True, lift=lift)))
    state = row.state or {}
    told = {name: state.get(name) for name in STATE_ROWS}
    names = names_of(books, language, [row])
    return {
        "tile": tile(language, row, open_ones, names=names, now_ms=now),
        "name": lift_name(language, lift, row, names=names),
        "shaft": draw_shaft(row),
        "state": rows(language, told),
        "state_at": None if row.state_ms is None else language.moment(row.state_ms, now_ms=now),
    }


def lift_incidents(
    books: SeenBooks, language: Language, lift: str, *, may_silence: bool
) -> dict[str, Any]:
    """What is wrong with it, worst first, and what was, newest first; what of it is silenced."""
    row, now = _lift(books, lift), now_ms()
    open_ones = worst_first(read_open(books, IncidentFilter(open_only=True, lift=lift)))
    over = IncidentFilter(lift=lift, state=("closed", "rejected"))
    past = books.incidents(over, limit=PAST_MAX).items
    names = names_of(books, language, [row])
    quiet = silences_of(books, row, now_ms=now)
    known = known_of(books, language, quiet)
    return {
        "may_silence": may_silence,
        "silenced": [silence_view(language, one, known, now_ms=now) for one in quiet],
        "name": lift_name(language, lift, row, names=names),
        "open_rows": [
            incident_view(language, one, row, names=names, now_ms=now) for one in open_ones
        ],
        "past_rows": [incident_view(language, one, row, names=names, now_ms=now) for one in past],
    }


def silences_of(books: SeenBooks, row: LiftRow, *, now_ms: int) -> list[Silence]:
    """The silences in force of a lift and of its estate."""
    return [
        one
        for one in books.silences(since_ms=now_ms)
        if one.holds(now_ms) and (one.area, one.estate) == (row.area, row.estate)
        if one.lift in (None, row.lift)
    ]


class Fact(NamedTuple):
    """A field of the register, and of whom it is since when."""

    label: str
    value: str
    name: str
    by: str
    since: str


class Differing(NamedTuple):
    """A field in which its terminal contradicts a person."""

    label: str
    name: str
    person: str
    terminal: str
    since: str


def lift_facts(
    books: SeenBooks, language: Language, lift: str, *, logins: Logins
) -> dict[str, Any]:
    """What the register knows and of whom, without the list of floors the shaft shows."""
    record, now = books.record(lift), now_ms()
    if record is None:
        raise no_lift(lift)
    found = [one for one in entries(record) if one.field != "floors"]
    names = logins({one.by.who for one in found if one.is_entered})
    facts = [
        Fact(
            label(language, one.field),
            value(language, one.field, one.value),
            one.field,
            _by(language, one, names),
            language.moment(one.by.at_ms, now_ms=now) if one.by.at_ms else "",
        )
        for one in found
    ]
    differing = [
        Differing(
            label(language, one.field),
            one.field,
            _side(language, one.field, one.ours),
            _side(language, one.field, one.theirs),
            language.moment(one.since_ms, now_ms=now),
        )
        for one in differences(record.known)
    ]
    before = record.site.predecessor
    links = {
        "predecessor": before if before is not None and books.lift(before) else None,
        "successor": books.successor(lift),
    }
    return {"facts": facts, "differing": differing, "links": links}


def _by(language: Language, entry: Entry, names: Mapping[str, str]) -> str:
    if entry.is_entered:
        who = names.get(entry.by.who)
        return language.say("Entered by %(who)s", who=who) if who else language.say("Entered")
    if not entry.by.who:
        return language.say("Its terminal")
    return language.say("Terminal %(name)s", name=entry.by.who)


def _side(language: Language, name: str, what: Any) -> str:
    """A value of one side; of landings only how they are called."""
    if isinstance(what, Place):
        return f"{what.latitude:.5f}, {what.longitude:.5f} ({what.datum})"
    if name == "floors":
        what = [floor.label or str(floor.index) for floor in what]
    return value(language, name, what)

"""What the page of one lift shows."""

from typing import Any

from api.console.language import Language
from api.console.shaft import draw_shaft
from api.console.signals import STATE_ROWS
from api.console.values import rows
from api.console.views import incident_view, lift_name, tile
from api.open_incidents import read_open, worst_first
from api.parameters import no_lift
from api.seen import SeenBooks
from liftwatch.clock import now_ms
from liftwatch.ports import IncidentFilter, LiftRow
from liftwatch.register.facts import Facts

PAST_MAX = 20


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
    return {
        "tile": tile(language, row, open_ones, now_ms=now),
        "name": lift_name(language, lift, row),
        "shaft": draw_shaft(row),
        "state": rows(language, told),
        "state_at": None if row.state_ms is None else language.moment(row.state_ms, now_ms=now),
    }


def lift_incidents(books: SeenBooks, language: Language, lift: str) -> dict[str, Any]:
    """What is wrong with it, worst first, and what was, newest first."""
    row, now = _lift(books, lift), now_ms()
    open_ones = worst_first(read_open(books, IncidentFilter(open_only=True, lift=lift)))
    over = IncidentFilter(lift=lift, state=("closed", "rejected"))
    past = books.incidents(over, limit=PAST_MAX).items
    return {
        "name": lift_name(language, lift, row),
        "open_rows": [incident_view(language, one, row, now_ms=now) for one in open_ones],
        "past_rows": [incident_view(language, one, row, now_ms=now) for one in past],
    }


def lift_facts(books: SeenBooks, language: Language, lift: str) -> dict[str, Any]:
    """What the register knows, without the list of floors the shaft shows."""
    facts = _lift(books, lift).facts
    known = {name: getattr(facts, name) for name in Facts.__struct_fields__ if name != "floors"}
    return {"facts": rows(language, known)}

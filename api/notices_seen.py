"""What asks for a notice of what is seen, and whether one helped."""

from api.gate import Gate
from api.seen import SeenBooks
from liftwatch.care.notices import LOOKED_BACK_MS, Effect, Notice, Proposal, proposals
from liftwatch.clock import now_ms
from liftwatch.handlers import care_effects
from liftwatch.handlers.care_effects import counted_in


def proposed(books: SeenBooks, gate: Gate) -> list[Proposal]:
    """What asks for a notice now, of what is seen."""
    at_ms = now_ms()
    with gate.people.reading() as reads:
        counted = counted_in(books, reads.care, from_ms=at_ms - LOOKED_BACK_MS, to_ms=at_ms)
        known = reads.care.notices(since_ms=at_ms - 2 * LOOKED_BACK_MS, sight=books.sight)
    return proposals(counted, known, now_ms=at_ms)


def effect_of(books: SeenBooks, gate: Gate, one: Notice, *, now_ms: int) -> Effect:
    """Whether it became less where a notice hangs."""
    with gate.people.reading() as reads:
        return care_effects.effect_of(books, reads.care, one, now_ms=now_ms)

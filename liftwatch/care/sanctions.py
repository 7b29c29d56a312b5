"""The credit and sanction list of supervision as a table of moves: nothing counts unheard.

    draft ──announce──▶ announced ──answer, or the term is over──▶ heard ──enforce──▶ in_force
      │                     │                                        │          until │
      └──── withdraw ───────┴──────────────── withdraw ──────────────┴── withdraw     ▼
                                                                                   expired

An entry rests on facts that stand in the books, an article and a decision number, all three told
by the authority. There are no points: `domain.md` knows no credit scheme. Nor does it know a term
for being heard or for expiry; the authority names both, and they stand in the entry.
"""

from collections.abc import Collection, Mapping
from typing import Any, Literal, NamedTuple, get_args

from msgspec import Struct, structs

from liftwatch.incidents.moves import TEXT_MAX, CannotMove, Untold, too_long
from liftwatch.said import Said

State = Literal["draft", "announced", "heard", "in_force", "expired", "withdrawn"]
Kind = Literal["praise", "warning", "rectification", "penalty", "untrustworthy"]
FactKind = Literal["incident", "contradiction", "instruction", "complaint"]
Side = Literal["supervision", "organisation", "engine"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SHORT_MAX = 120
LIVING: frozenset[str] = frozenset({"draft", "announced", "heard", "in_force"})
WORDS: Mapping[State, Said] = {
    "draft": Said("draft"),
    "announced": Said("announced"),
    "heard": Said("heard"),
    "in_force": Said("in force"),
    "expired": Said("expired"),
    "withdrawn": Said("withdrawn"),
}
TOLD_TO_ORGANISATION: frozenset[str] = frozenset(get_args(State)) - {"draft"}


class Fact(Struct, frozen=True, kw_only=True):
    """What an entry rests on, and whose it is as the books have it."""

    kind: FactKind
    id: str
    organisation: str


class Entry(Struct, frozen=True, kw_only=True):
    """What an authority puts on record about an organisation."""

    id: str
    area: str
    organisation: str
    kind: Kind
    facts: tuple[Fact, ...]
    article: str
    decision: str
    from_ms: int
    until_ms: int
    hear_by_ms: int
    state: State = "draft"
    announced_ms: int | None = None
    answer: str | None = None
    version: int = 1


class Move(NamedTuple):
    """A row: where it begins, where it leads, and who may make it."""

    begins: frozenset[str]
    to: State
    sides: tuple[Side, ...]
    needs_text: bool = False


MOVES: Mapping[str, Move] = {
    "announce": Move(frozenset({"draft"}), "announced", ("supervision",)),
    "answer": Move(frozenset({"announced"}), "heard", ("organisation",), needs_text=True),
    "pass": Move(frozenset({"announced"}), "heard", ("engine",)),
    "enforce": Move(frozenset({"heard"}), "in_force", ("supervision",)),
    "expire": Move(frozenset({"in_force"}), "expired", ("engine",)),
    "withdraw": Move(LIVING, "withdrawn", ("supervision",), needs_text=True),
}


def checked(entry: Entry, *, others: Collection[Entry], now_ms: int) -> Entry:
    """An entry that may be written; Untold says what cannot be."""
    if not entry.facts:
        raise Untold(Said("an entry rests on at least one fact"))
    if any(fact.organisation != entry.organisation for fact in entry.facts):
        raise Untold(Said("a fact is not of that organisation"))
    for field in ("article", "decision"):
        _check_text(field, getattr(entry, field), SHORT_MAX)
    check_terms(entry, now_ms=now_ms)
    mine = {(fact.kind, fact.id) for fact in entry.facts}
    if len(mine) != len(entry.facts):
        raise Untold(Said("a fact is named twice"))
    for other in others:
        same = other.organisation == entry.organisation and other.kind == entry.kind
        if other.id == entry.id or not same or other.state not in LIVING:
            continue
        if not mine.isdisjoint((fact.kind, fact.id) for fact in other.facts):
            raise Untold(Said("there is an entry of this kind for the same fact"))
    return entry


def check_terms(entry: Entry, *, now_ms: int) -> None:
    """Untold where the term to be heard is over, or it would count before that, or never."""
    if entry.hear_by_ms <= now_ms:
        raise Untold(Said("the deadline is in the past"))
    if entry.from_ms < entry.hear_by_ms:
        raise Untold(Said("it counts only after the term to be heard"))
    if entry.until_ms <= entry.from_ms:
        raise Untold(Said("it ends after it begins"))


def move(entry: Entry, name: str, *, side: Side, now_ms: int, text: str | None = None) -> Entry:
    """An entry after a move. CannotMove: not from there, not by this side, not yet."""
    row = MOVES[name]
    if entry.state not in row.begins:
        raise CannotMove(Said("not while it is %(where)s", where=WORDS[entry.state]))
    if side not in row.sides:
        raise CannotMove(Said("this is for another to do"))
    if row.needs_text:
        _check_text("text", text or "", TEXT_MAX)
    changes: dict[str, Any] = {"state": row.to, "version": entry.version + 1}
    match name:
        case "announce":
            check_terms(entry, now_ms=now_ms)
            changes["announced_ms"] = now_ms
        case "answer":
            if now_ms >= entry.hear_by_ms:
                raise CannotMove(Said("the term to be heard is over"))
            changes["answer"] = text
        case "enforce" if not entry.from_ms <= now_ms < entry.until_ms:
            raise CannotMove(Said("it counts from its first day to its last"))
        case "pass" | "expire" if now_ms < (due_ms(entry) or 0):
            raise CannotMove(Said("its term is not over"))
    return structs.replace(entry, **changes)


def due_ms(entry: Entry) -> int | None:
    """When a clock moves the entry; None where none runs."""
    return {"announced": entry.hear_by_ms, "in_force": entry.until_ms}.get(entry.state)


def is_public(entry: Entry, *, now_ms: int) -> bool:
    """Shown to all only while in force, also where the clock's job is late."""
    return entry.state == "in_force" and entry.from_ms <= now_ms < entry.until_ms


def _check_text(field: str, text: str, most: int) -> None:
    if not text.strip() or len(text) > most:
        raise Untold(too_long(field, most))

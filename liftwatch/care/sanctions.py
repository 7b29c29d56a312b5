"""The credit and sanction list of supervision as a table of moves: nothing counts unheard.

    draft ──announce──▶ announced ──answer, or the term is over──▶ heard ──enforce──▶ in_force
      │                     │                                        │          until │
      └──── withdraw ───────┴──────────────── withdraw ──────────────┴── withdraw     ▼
                                                                                   expired

An entry rests on facts that stand in the books, an article and a decision number; the authority
tells article and number, the books say whose a fact is. There are no points: `domain.md` knows no
credit scheme. Nor does it know a term for being heard or for expiry; the authority names both, and
they stand in the entry (`docs/decisions/0041`).
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

from msgspec import Struct, structs

from liftwatch.clock import DAY_MS
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import TEXT_MAX, CannotMove, Untold, too_long
from liftwatch.said import Said

State = Literal["draft", "announced", "heard", "in_force", "expired", "withdrawn"]
Kind = Literal["praise", "warning", "rectification", "penalty", "untrustworthy"]
FactKind = Literal["incident", "contradiction", "instruction", "complaint"]
Side = Literal["supervision", "organisation", "engine"]
STATES: tuple[State, ...] = get_args(State)
KINDS: tuple[Kind, ...] = get_args(Kind)
FACT_KINDS: tuple[FactKind, ...] = get_args(FactKind)
SHORT_MAX, FACTS_MAX = 120, 50
SPAN_MS_MAX = 10 * 366 * DAY_MS
"""No end lies further away: a slip of the hand in a year is refused [our choice]."""
LIVING: frozenset[str] = frozenset({"draft", "announced", "heard", "in_force"})
WORDS: Mapping[State, Said] = {
    "draft": Said("draft"),
    "announced": Said("announced"),
    "heard": Said("heard"),
    "in_force": Said("in force"),
    "expired": Said("expired"),
    "withdrawn": Said("withdrawn"),
}
FACT_WORDS: Mapping[FactKind, Said] = {
    "incident": Said("the incident"),
    "contradiction": Said("the contradiction"),
    "instruction": Said("the instruction"),
    "complaint": Said("the complaint"),
}
_HEX = frozenset("0123456789abcdef")


class Fact(Struct, frozen=True, kw_only=True):
    """What an entry rests on, by its kind and its id in the books.

    The rest is as the books had it when the entry was written: when and where it was, and its kind
    of incident, topic or state in one word.
    """

    kind: FactKind
    id: str
    at_ms: int = 0
    estate: str = ""
    lift: str | None = None
    word: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """What an authority puts on record about an organisation.

    `paper` is the SHA-256 of the decision; `told` the last state of which somebody was told.
    """

    id: str
    area: str
    organisation: str
    kind: Kind
    facts: tuple[Fact, ...]
    what: str
    article: str
    decision: str
    paper: str | None = None
    issuer: str
    issued_by: str
    issued_ms: int
    hear_by_ms: int
    from_ms: int
    until_ms: int
    exercise: bool = False
    state: State = "draft"
    announced_ms: int | None = None
    answer: str | None = None
    answered_ms: int | None = None
    told: State = "draft"
    version: int = 1

    @property
    def due_ms(self) -> int | None:
        """When a clock moves it; None where none runs."""
        return {"announced": self.hear_by_ms, "in_force": self.until_ms}.get(self.state)

    @property
    def keys(self) -> tuple[str, ...]:
        """What no two living entries have in common: whose, of which kind, for which fact."""
        if self.state not in LIVING:
            return ()
        return tuple(f"{self.organisation} {self.kind} {one.kind} {one.id}" for one in self.facts)


class Line(Struct, frozen=True, kw_only=True):
    """One line of an entry's story, the `n`th from 1."""

    entry: str
    n: int = 0
    at_ms: int
    what: str
    before: State
    state: State
    by: Actor = Actor()
    text: str | None = None
    facts: dict[str, Any] = {}


class Move(NamedTuple):
    """A row: where it begins, where it leads, and who may make it."""

    begins: frozenset[str]
    to: State
    side: Side
    needs_text: bool = False


MOVES: Mapping[str, Move] = {
    "announce": Move(frozenset({"draft"}), "announced", "supervision"),
    "answer": Move(frozenset({"announced"}), "heard", "organisation", needs_text=True),
    "pass": Move(frozenset({"announced"}), "heard", "engine"),
    "enforce": Move(frozenset({"heard"}), "in_force", "supervision"),
    "expire": Move(frozenset({"in_force"}), "expired", "engine"),
    "withdraw": Move(LIVING, "withdrawn", "supervision", needs_text=True),
}
BY_CLOCK: Mapping[str, str] = {"announced": "pass", "in_force": "expire"}
"""The move that a clock makes of a state, when its `due_ms` is over."""
TELLS: Mapping[State, Literal["organisation", "issuer"]] = {
    "announced": "organisation",
    "heard": "issuer",
    "in_force": "organisation",
    "expired": "organisation",
    "withdrawn": "organisation",
}
"""Who is told that an entry has come to a state; of a draft nobody is."""


def checked(entry: Entry, *, now_ms: int) -> Entry:
    """An entry that may be written; Untold says what cannot be."""
    if not entry.facts:
        raise Untold(Said("an entry rests on at least one fact"))
    if len(entry.facts) > FACTS_MAX:
        raise Untold(Said("at most %(most)s facts", most=FACTS_MAX))
    if len({(one.kind, one.id) for one in entry.facts}) != len(entry.facts):
        raise Untold(Said("a fact is named twice"))
    _check_text("what", entry.what, TEXT_MAX)
    for field in ("article", "decision"):
        _check_text(field, getattr(entry, field), SHORT_MAX)
    if entry.paper is not None and (len(entry.paper) != 64 or not _HEX.issuperset(entry.paper)):
        raise Untold(Said("a document is named by the SHA-256 of its bytes, 64 of 0-9 and a-f"))
    if entry.organisation == entry.issuer:
        raise Untold(Said("nobody judges their own organisation"))
    check_terms(entry, now_ms=now_ms)
    return entry


def check_terms(entry: Entry, *, now_ms: int) -> None:
    """Untold where the term to be heard is over, or it would count before that, or never."""
    if entry.hear_by_ms <= now_ms:
        raise Untold(Said("the deadline is in the past"))
    if entry.from_ms < entry.hear_by_ms:
        raise Untold(Said("it counts only after the term to be heard"))
    if entry.until_ms <= entry.from_ms:
        raise Untold(Said("it ends after it begins"))
    if entry.until_ms > now_ms + SPAN_MS_MAX:
        raise Untold(Said("it ends within ten years"))


def move(
    entry: Entry, name: str, *, by: Actor, side: Side, now_ms: int, text: str | None = None
) -> tuple[Entry, Line]:
    """An entry after a move, and the line that tells it.

    Raises CannotMove: not from there, not by this side, not yet; Untold for what is missing.
    """
    row = MOVES[name]
    if entry.state not in row.begins:
        raise CannotMove(Said("not while it is %(where)s", where=WORDS[entry.state]))
    if side != row.side:
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
            changes |= {"answer": text, "answered_ms": now_ms}
        case "enforce" if not entry.from_ms <= now_ms < entry.until_ms:
            raise CannotMove(Said("it counts from its first day to its last"))
        case "pass" | "expire" if now_ms < (entry.due_ms or 0):
            raise CannotMove(Said("its term is not over"))
    moved = structs.replace(entry, **changes)
    line = Line(
        entry=entry.id,
        at_ms=now_ms,
        what=name,
        before=entry.state,
        state=moved.state,
        by=by,
        text=text,
    )
    return moved, line


def moves_from(entry: Entry, side: Side, *, now_ms: int) -> tuple[str, ...]:
    """The names of the moves that a side may make now, in order of the table."""
    closed = {
        "announce": now_ms >= entry.hear_by_ms,
        "answer": now_ms >= entry.hear_by_ms,
        "enforce": not entry.from_ms <= now_ms < entry.until_ms,
    }
    return tuple(
        name
        for name, row in MOVES.items()
        if entry.state in row.begins and row.side == side and not closed.get(name)
    )


def is_public(entry: Entry, *, now_ms: int) -> bool:
    """Shown to all only while in force, also where the clock's job is late."""
    return entry.state == "in_force" and entry.from_ms <= now_ms < entry.until_ms


def whom(entry: Entry) -> str | None:
    """The organisation that is still to be told how an entry stands; None where nobody is.

    Of what was withdrawn before it was announced the organisation never heard.
    """
    side = TELLS.get(entry.state)
    if side is None or entry.told == entry.state or entry.announced_ms is None:
        return None
    return entry.organisation if side == "organisation" else entry.issuer


def _check_text(field: str, text: str, most: int) -> None:
    if not text.strip() or len(text) > most:
        raise Untold(too_long(field, most))

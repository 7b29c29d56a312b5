"""The life of a rectification instruction as a table of moves: who has to put right what by when.

    issued ──accept──▶ accepted ──report, with evidence──▶ reported ──verify──▶ verified
      │ offer, take        │ ▲ offer, take                    │                   │ 30 days of
      │                    │ └───────────── reject ───────────┘                   │ signals
      │                    └◀──────────────── relapse: raised again ──────────────┤
      ▼                                                                           ▼
    withdrawn, from wherever it is open                         quiet, or a person's word: closed

An open instruction lies with exactly one organisation: `responsible`. It passes to another only by
that one's own `take` of what was offered to it; until then it stays with the giver, and what was
reported stays with whoever reported until it is over. The work is verified by another person than
the one who reported it, of another organisation, and then by the lift itself.
"""

from collections.abc import Collection, Mapping
from typing import Any, Literal, NamedTuple, get_args

from msgspec import Struct, structs

from liftwatch.care.instruction_bases import BASES
from liftwatch.clock import DAY_MS
from liftwatch.incidents.course import Actor
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.incidents.moves import TEXT_MAX, CannotMove, Untold, too_long
from liftwatch.said import Said

State = Literal["issued", "accepted", "reported", "verified", "closed", "withdrawn"]
Source = Literal["hazard", "repeated_fault", "failed_duty", "contradicted_visit", "recall", "free"]
Signals = Literal["quiet", "again", "cannot_tell", "not_asked"]
"""What the lift said in the 30 days after: nothing of these kinds, one of them, it was not heard
well enough, or there is nothing that a lift could tell."""
Side = Literal["responsible", "offered", "supervision", "engine"]

STATES: tuple[State, ...] = get_args(State)
SOURCES: tuple[Source, ...] = get_args(Source)
OVER: frozenset[str] = frozenset({"closed", "withdrawn"})
AT_WORK: frozenset[str] = frozenset({"issued", "accepted"})
"""The responsible organisation has to do something now, and the deadline runs."""
OPEN: frozenset[str] = frozenset({*AT_WORK, "reported", "verified"})
WATCH_MS = 30 * DAY_MS
"""So long the signals are listened to after a person has verified (issue 10, part 4)."""
DEADLINE_MS_MAX = 366 * DAY_MS
UNACCEPTED = "unaccepted"
"""The step of the clocks that a deadline does not move."""
DOCUMENTS_MAX, NAME_MAX, KINDS_MAX = 20, 120, 12
_HEX = frozenset("0123456789abcdef")


class Evidence(Struct, frozen=True, kw_only=True):
    """A document by what it is called and the SHA-256 of its bytes."""

    name: str
    sha256: str


class Instruction(Struct, frozen=True, kw_only=True):
    """What an authority asks of whom by when, and how far that has come.

    It is about a `lift`, an `estate`, or a `unit` in an area. `kinds` are what must not be raised
    again; `cause` is the id of the incident, hazard or recall it comes from. `fired` are the steps
    of its clocks (`instruction_clocks`) that were taken since it came to where it is, `level` the
    highest.
    """

    id: str
    area: str
    estate: str = ""
    lift: str | None = None
    unit: str | None = None
    source: Source = "free"
    cause: str | None = None
    kinds: tuple[str, ...] = ()
    what: str
    basis: str
    issuer: str
    issued_by: str
    issued_ms: int
    span_ms: int
    deadline_ms: int
    responsible: str
    offered_to: str | None = None
    asked_ms: int | None = None
    state: State = "issued"
    accepted_ms: int | None = None
    reported_ms: int | None = None
    reported_by: str | None = None
    reported_for: str | None = None
    verified_ms: int | None = None
    verified_by: str | None = None
    verified_for: str | None = None
    signals: Signals | None = None
    closed_ms: int | None = None
    level: int = 0
    fired: tuple[str, ...] = ()
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether anybody has still to do something, or to wait for something."""
        return self.state not in OVER

    @property
    def watched_until_ms(self) -> int | None:
        """Until when the signals are listened to; None where they are not."""
        listening = self.state == "verified" and self.signals is None
        return self.verified_ms + WATCH_MS if listening and self.verified_ms is not None else None


class Line(Struct, frozen=True, kw_only=True):
    """One line of an instruction's story, the `n`th from 1."""

    instruction: str
    n: int = 0
    at_ms: int
    what: str
    before: State
    state: State
    by: Actor = Actor()
    text: str | None = None
    facts: dict[str, Any] = {}


class Told(Struct, frozen=True, kw_only=True):
    """What a move tells."""

    text: str | None = None
    to: str | None = None
    deadline_ms: int | None = None
    documents: tuple[Evidence, ...] = ()


class Move(NamedTuple):
    """A row: its name, where it begins, where it leads (None: nowhere else), who may make it, and
    what must be told. Whether `offered` or `asked` stand is a condition of its own."""

    name: str
    begins: frozenset[str]
    to: State | None
    sides: tuple[Side, ...]
    needs: tuple[str, ...] = ()
    what: str = ""


MOVES: Mapping[str, Move] = {
    row.name: row
    for row in (
        Move("accept", frozenset({"issued"}), "accepted", ("responsible",), what="take it on"),
        Move(
            "report",
            frozenset({"accepted"}),
            "reported",
            ("responsible",),
            ("text", "documents"),
            "report the work, with evidence",
        ),
        Move("offer", AT_WORK, None, ("responsible", "supervision"), ("to", "text"), "offer it"),
        Move("take", AT_WORK, "accepted", ("offered",), (), "take over what was offered"),
        Move("refuse", AT_WORK, None, ("offered",), ("text",), "refuse what was offered"),
        Move("keep", AT_WORK, None, ("responsible", "supervision"), (), "take an offer back"),
        Move("ask", AT_WORK, None, ("responsible",), ("deadline_ms", "text"), "ask for more time"),
        Move("extend", AT_WORK, None, ("supervision",), ("deadline_ms",), "give another deadline"),
        Move("deny", AT_WORK, None, ("supervision",), ("text",), "give no more time"),
        Move(
            "verify",
            frozenset({"reported"}),
            "verified",
            ("supervision",),
            ("text",),
            "find it put right, on the spot or by the evidence",
        ),
        Move(
            "reject",
            frozenset({"reported"}),
            "accepted",
            ("supervision",),
            ("text",),
            "find it not put right: it goes back",
        ),
        Move("close", frozenset({"verified"}), "closed", ("supervision",), ("text",), "close it"),
        Move("settle", frozenset({"verified"}), "closed", ("engine",), (), "nothing came again"),
        Move("relapse", frozenset({"verified"}), "accepted", ("engine",), (), "it came again"),
        Move("doubt", frozenset({"verified"}), None, ("engine",), (), "the lift was not heard"),
        Move("withdraw", OPEN, "withdrawn", ("supervision",), ("text",), "withdraw it"),
        Move("comment", OPEN, None, ("responsible", "offered", "supervision"), ("text",), "remark"),
    )
}
OFFERED = frozenset({"take", "refuse", "keep"})
"""Moves that need an offer that stands."""
BY_PEOPLE = tuple(name for name, row in MOVES.items() if "engine" not in row.sides)


def move(
    one: Instruction,
    name: str,
    *,
    told: Told,
    by: Actor,
    side: Side,
    now_ms: int,
    also: Collection[str] = (),
    found: Mapping[str, Any] | None = None,
) -> tuple[Instruction, Line]:
    """An instruction after a move, and the line that tells it.

    `also` are the organisations of which whoever moves it is a member, too; `found` are facts that
    stand in the line beside what was told. Raises CannotMove where it does not begin there, or not
    for this side; Untold for what is missing or cannot be.
    """
    row = MOVES[name]
    _check_begin(one, row, side)
    _check_told(row, told, now_ms=now_ms)
    if told.to is not None and told.to in (one.responsible, one.issuer):
        raise Untold(Said("it is offered to another than who has it or issued it"))
    _check_apart(one, row, by, also=also)
    changes = _changes(one, row, told, by=by, now_ms=now_ms)
    moved = structs.replace(one, version=one.version + 1, **changes)
    line = Line(
        instruction=one.id,
        at_ms=now_ms,
        what=name,
        before=one.state,
        state=moved.state,
        by=by,
        text=told.text,
        facts=facts_of(one, moved, told) | dict(found or {}),
    )
    return moved, line


def moves_from(one: Instruction, side: Side) -> tuple[str, ...]:
    """The names of the moves that a side may make now, in order of the table."""
    found = []
    for name, row in MOVES.items():
        try:
            _check_begin(one, row, side)
        except CannotMove:
            continue
        found.append(name)
    return tuple(found)


def checked(one: Instruction, *, now_ms: int) -> Instruction:
    """An instruction that may be issued; Untold says what cannot be."""
    _check_text("what", one.what)
    check_deadline(one.deadline_ms, now_ms=now_ms)
    if one.basis not in BASES:
        raise Untold(Said("there is no basis %(basis)s", basis=one.basis))
    unknown = next((kind for kind in one.kinds if kind not in BY_NAME), None)
    if unknown is not None:
        raise Untold(Said("there is no kind %(kind)s", kind=unknown))
    if len(one.kinds) > KINDS_MAX:
        raise Untold(Said("at most %(most)s kinds", most=KINDS_MAX))
    if (one.lift is not None or one.unit is None) and not one.estate:
        raise Untold(Said("say which lift, estate or unit it is about"))
    if one.responsible == one.issuer:
        raise Untold(Said("nobody instructs their own organisation"))
    return one


def check_deadline(deadline_ms: int, *, now_ms: int) -> None:
    """Untold for a deadline that is over, or further away than a year."""
    if deadline_ms <= now_ms:
        raise Untold(Said("the deadline is in the past"))
    if deadline_ms > now_ms + DEADLINE_MS_MAX:
        raise Untold(Said("the deadline is more than a year away"))


def facts_of(before: Instruction, after: Instruction, told: Told) -> dict[str, Any]:
    """What a move told beside its words, and what it changed that nobody could look up later."""
    facts: dict[str, Any] = {}
    if told.to is not None:
        facts["to"] = told.to
    if told.documents:
        facts["documents"] = [structs.asdict(one) for one in told.documents]
    if after.responsible != before.responsible:
        facts |= {"from": before.responsible, "to": after.responsible}
    if after.deadline_ms != before.deadline_ms:
        facts |= {"deadline_ms": after.deadline_ms, "before_ms": before.deadline_ms}
    elif told.deadline_ms is not None:
        facts["deadline_ms"] = told.deadline_ms
    if after.signals != before.signals and after.signals is not None:
        facts["signals"] = after.signals
    return facts


def _changes(one: Instruction, row: Move, told: Told, *, by: Actor, now_ms: int) -> dict[str, Any]:
    found: dict[str, Any] = {} if row.to is None else {"state": row.to}
    if row.to is not None and row.to != one.state:
        found |= {"fired": (), "level": 0}  # its clocks begin anew, or are over
    match row.name:
        case "accept":
            found["accepted_ms"] = now_ms
        case "offer":
            found["offered_to"] = told.to
        case "take":
            found |= {"responsible": one.offered_to, "offered_to": None, "accepted_ms": now_ms}
        case "refuse" | "keep":
            found["offered_to"] = None
        case "ask":
            found["asked_ms"] = told.deadline_ms
        case "deny":
            found["asked_ms"] = None
        case "extend":
            found |= _another_deadline(one, told.deadline_ms)
        case "report":
            found |= {"reported_ms": now_ms, "reported_by": by.person}
            found |= {"reported_for": by.organisation, "offered_to": None, "asked_ms": None}
        case "reject":
            found |= _another_deadline(one, told.deadline_ms)
        case "verify":
            found |= {"verified_ms": now_ms, "verified_by": by.person}
            found |= {"verified_for": by.organisation, "signals": None}
            if not one.kinds:  # there is nothing that the lift could say
                found |= {"state": "closed", "closed_ms": now_ms, "signals": "not_asked"}
        case "relapse":
            found |= {"deadline_ms": now_ms + one.span_ms, "signals": "again"}
        case "doubt":
            found["signals"] = "cannot_tell"
        case "settle":
            found |= {"closed_ms": now_ms, "signals": "quiet"}
        case "close" | "withdraw":
            found |= {"closed_ms": now_ms, "offered_to": None, "asked_ms": None}
    return found


def _another_deadline(one: Instruction, deadline_ms: int | None) -> dict[str, Any]:
    """The clocks of the deadline begin anew; without another one the old one goes on."""
    if deadline_ms is None:
        return {}
    kept = tuple(name for name in one.fired if name == UNACCEPTED)
    return {"deadline_ms": deadline_ms, "asked_ms": None, "fired": kept, "level": 0}


def _check_begin(one: Instruction, row: Move, side: Side) -> None:
    if one.state not in row.begins:
        raise CannotMove(
            Said("%(act)s: not while it is %(where)s", act=Said(row.what), where=Said(one.state))
        )
    if side not in row.sides:
        raise CannotMove(Said("this is for another to do"))
    if row.name in OFFERED and one.offered_to is None:
        raise CannotMove(Said("it is not offered to anybody"))
    if row.name == "offer" and one.offered_to is not None:
        raise CannotMove(Said("it is offered already: that is answered or taken back first"))
    if row.name == "deny" and one.asked_ms is None:
        raise CannotMove(Said("nobody has asked for more time"))
    if row.name == "close" and one.signals != "cannot_tell":
        raise CannotMove(Said("the signals are still listened to: they close it"))


def _check_told(row: Move, told: Told, *, now_ms: int) -> None:
    for name in row.needs:
        if not getattr(told, name):
            raise Untold(Said("%(field)s is missing", field=name.removesuffix("_ms")))
    if told.text is not None:
        _check_text("text", told.text)
    if told.deadline_ms is not None:
        check_deadline(told.deadline_ms, now_ms=now_ms)
    if len(told.documents) > DOCUMENTS_MAX:
        raise Untold(Said("at most %(most)s documents", most=DOCUMENTS_MAX))
    for one in told.documents:
        if len(one.sha256) != 64 or not _HEX.issuperset(one.sha256):
            raise Untold(Said("a document is named by the SHA-256 of its bytes, 64 of 0-9 and a-f"))
        if not one.name.strip() or len(one.name) > NAME_MAX:
            raise Untold(too_long("name", NAME_MAX))


def _check_apart(one: Instruction, row: Move, by: Actor, *, also: Collection[str]) -> None:
    """Nobody judges their own work, nor that of their organisation."""
    if "engine" in row.sides:
        return
    if by.person is None or by.organisation is None:
        raise CannotMove(Said("this is done by a person who signs in, for an organisation"))
    if row.name in ("verify", "reject", "close"):
        if by.person == one.reported_by:
            raise CannotMove(Said("whoever reported the work does not judge it"))
        if not {one.reported_for, one.responsible}.isdisjoint({by.organisation, *also}):
            raise CannotMove(Said("the organisation that did the work does not judge it"))


def _check_text(field: str, text: str) -> None:
    if not text.strip() or len(text) > TEXT_MAX:
        raise Untold(too_long(field, TEXT_MAX))

"""A complaint as a matter with a life: what people complain about, its moves, its deadlines.

    received ──take──▶ assigned ──answer──▶ answered ──close, or the clock──▶ closed
       ▲                 │  ▲                   │                                │
       │     offer, accepted by the other party │  reopen: the resident, once    │
       │                 └──┘                   ▼                                │
       └──────── take ◀────────────────────  reopened ◀──────────────────────────┘

Exactly one party answers for it at any time. Who is offered a matter has it only when they have
accepted it; until then it stays with whoever offered it. What others tell of the same lift and the
same thing while a matter is open joins it and is counted.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

from msgspec import Struct, structs

from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.said import Said

Topic = Literal["buttons", "doors", "noise", "levels", "stopped", "trapped", "hygiene", "other"]
State = Literal["received", "assigned", "answered", "reopened", "closed", "joined"]
Party = Literal["property", "maintenance"]
Channel = Literal["page", "phone", "hotline"]
MoveName = Literal["take", "offer", "accept", "decline", "answer", "close", "reopen"]

OPEN: frozenset[str] = frozenset({"received", "assigned", "reopened"})
WORDS_MAX, PHONE_MAX, RATING_MAX = 1_000, 20, 5
JOINED_IN_HOUR_MAX = 40
"""Of one lift: what comes above it in an hour to a matter that is open is counted and not kept
[our choice]; whoever works on it knows enough, and a flood fills no database."""
CLOSED_AFTER_MS = 15 * DAY_MS
"""So long after its answer a matter closes by itself when nobody says no [our choice]."""
KEPT_MS = 90 * DAY_MS
"""So long after its answer what is personal is kept (PIPL art. 19: the shortest time; the number of
days is our choice, that of the raw bursts in domain section 8)."""

KEPT_UNANSWERED_MS = 365 * DAY_MS
"""What nobody ever answered is not kept for ever: so long after it was told [our choice]."""


class Row(NamedTuple):
    """What people complain about: which kinds of incidents tell of the same, which signals of a
    lift are looked at, and within what a party takes it up and answers."""

    name: Topic
    kinds: tuple[str, ...]
    signals: tuple[tuple[str, str], ...]
    take_ms: int
    answer_ms: int


TOPICS: Mapping[str, Row] = {
    row.name: row
    for row in (
        Row(
            "trapped",
            ("entrapment", "entrapment_suspected", "emergency_call"),
            (("state", "car_door"),),
            5 * MINUTE_MS,
            DAY_MS,
        ),
        Row(
            "stopped",
            (
                "out_of_service",
                "mains_lost",
                "run_time_limit",
                "position_lost",
                "safety_chain_open",
                "stopped_outside_zone",
                "door_fault",
            ),
            (("state", "service_mode"),),
            30 * MINUTE_MS,
            DAY_MS,
        ),
        Row(
            "levels",
            ("levelling_error", "stopped_outside_zone", "unintended_movement"),
            (("ride", "level_error_mm"),),
            2 * HOUR_MS,
            2 * DAY_MS,
        ),
        Row(
            "doors",
            ("door_fault", "door_impact", "door_blocked", "door_wear", "moving_with_open_door"),
            (("door", "reopens"), ("door", "close_s"), ("door", "closing_force_n")),
            2 * HOUR_MS,
            2 * DAY_MS,
        ),
        Row(
            "noise",
            ("ride_anomaly", "vibration_wear", "overspeed", "free_fall", "rope_slip"),
            (
                ("ride", "noise_dba"),
                ("ride", "vibration_x_mg"),
                ("ride", "vibration_y_mg"),
                ("ride", "vibration_z_mg"),
            ),
            4 * HOUR_MS,
            3 * DAY_MS,
        ),
        Row("buttons", ("button_dead", "button_stuck"), (), DAY_MS, 3 * DAY_MS),
        Row("hygiene", (), (), DAY_MS, 3 * DAY_MS),
        Row("other", (), (), DAY_MS, 5 * DAY_MS),
    )
}
"""The times are our choice but one: where a lift stands still a sign hangs within 30 minutes
(domain section 10, OOS-1), so somebody has taken the complaint up by then. A time that the city's
hot line sends with its own holds where it is sooner."""
REOPENED_MS = 2 * DAY_MS
"""Within what a matter that was reopened is answered [our choice]."""
assert set(TOPICS) == set(get_args(Topic)), "a topic without a row"


class Complaint(Struct, kw_only=True, frozen=True):
    """A matter, or with a `lead` what joined one. Nothing personal: that lies in `Private`.

    `number` is by which the resident follows it; `joined` counts who told the same and is kept,
    `crowd` who did beyond that; `inside` says that people were told to be in the car then.
    `outside` is the hot line's own number, `outside_due_ms` until when it waits for an answer.
    """

    id: str
    number: str
    area: str
    estate: str
    building: str
    lift: str
    topic: Topic
    channel: Channel
    told_ms: int
    inside: bool = False
    exercise: bool = False
    lead: str | None = None
    joined: int = 0
    crowd: int = 0
    state: State = "received"
    party: Party = "property"
    offered: Party | None = None
    due_ms: int | None = None
    answer: str | None = None
    answered_ms: int | None = None
    closed_ms: int | None = None
    reopened_ms: int | None = None
    asked_again: bool = False
    rating: int | None = None
    outside: str | None = None
    outside_due_ms: int | None = None
    has_phone: bool = False
    has_photo: bool = False
    erased_ms: int | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether somebody owes something."""
        return self.state in OPEN

    def is_overdue(self, now_ms: int) -> bool:
        """Whether its deadline is over."""
        return self.due_ms is not None and self.due_ms < now_ms


class Private(Struct, kw_only=True, frozen=True):
    """What a resident gave: sealed, and forgotten by rule. `photo` is a JPEG without its origin."""

    id: str
    words: str | None = None
    phone: str | None = None
    photo: bytes | None = None
    again: str | None = None
    rated: str | None = None


class Line(Struct, kw_only=True, frozen=True):
    """A line of a matter's story; `text` is what a party wrote, never a resident's words."""

    complaint: str
    n: int
    move: str
    at_ms: int
    before: str
    state: str
    party: str
    person: str | None = None
    organisation: str | None = None
    text: str | None = None


class Move(NamedTuple):
    """A row: where it begins, where it leads (None: nowhere else), who makes it, what it tells."""

    name: MoveName
    begins: frozenset[str]
    to: State | None
    by: Literal["owner", "offered", "resident"]
    text: bool = False
    only: Party | None = None


MOVES: Mapping[str, Move] = {
    row.name: row
    for row in (
        Move("take", frozenset({"received", "reopened"}), "assigned", "owner"),
        Move("offer", OPEN, None, "owner", text=True),
        Move("accept", OPEN, "assigned", "offered"),
        Move("decline", OPEN, None, "offered", text=True),
        Move("answer", frozenset({"assigned"}), "answered", "owner", text=True, only="property"),
        Move("close", frozenset({"answered"}), "closed", "owner", only="property"),
        Move("reopen", frozenset({"answered", "closed"}), "reopened", "resident", text=True),
    )
}


def other(party: Party) -> Party:
    """Whom a party can hand a matter to.

    >>> other("property")
    'maintenance'
    """
    return "maintenance" if party == "property" else "property"


def due_ms(one: Complaint) -> int | None:
    """When the next thing is due: that it is taken up, then that it is answered; None when over.

    >>> one = Complaint(id="c", number="n", area="320583", estate="garden", building="3",
    ...     lift="L-1", topic="stopped", channel="page", told_ms=0)
    >>> due_ms(one) == 30 * MINUTE_MS, due_ms(structs.replace(one, state="assigned")) == DAY_MS
    (True, True)
    >>> due_ms(structs.replace(one, outside_due_ms=5)), due_ms(structs.replace(one, state="closed"))
    (5, None)
    """
    if not one.is_open:
        return None
    row = TOPICS[one.topic]
    if one.reopened_ms is not None:
        within = one.reopened_ms + REOPENED_MS
    elif one.state == "received":
        within = one.told_ms + row.take_ms
    else:
        within = one.told_ms + row.answer_ms
    if one.outside_due_ms is None or one.reopened_ms is not None:
        return within
    return min(within, one.outside_due_ms)


def moves_of(one: Complaint, party: Party | None) -> tuple[str, ...]:
    """Which moves somebody may make now, for a party, or as the resident (None).

    >>> one = Complaint(id="c", number="n", area="320583", estate="garden", building="3",
    ...     lift="L-1", topic="doors", channel="page", told_ms=0)
    >>> moves_of(one, "property"), moves_of(one, "maintenance"), moves_of(one, None)
    (('take', 'offer'), (), ())
    """
    return tuple(row.name for row in MOVES.values() if _why_not(one, row, party) is None)


def moved(
    one: Complaint, name: str, *, party: Party | None, text: str | None, now_ms: int
) -> Complaint:
    """A matter after a move of a party, or of the resident (None).

    Raises CannotMove where it does not begin there, Untold for a text that is missing or too long.

    >>> one = Complaint(id="c", number="n", area="320583", estate="garden", building="3",
    ...     lift="L-1", topic="doors", channel="page", told_ms=0)
    >>> one = moved(one, "offer", party="property", text="the door operator", now_ms=1)
    >>> one.party, one.offered, one.state
    ('property', 'maintenance', 'received')
    >>> one = moved(one, "accept", party="maintenance", text=None, now_ms=2)
    >>> one.party, one.offered, one.state
    ('maintenance', None, 'assigned')
    """
    row = MOVES[name]
    why = _why_not(one, row, party)
    if why is not None:
        raise CannotMove(why)
    checked_text("text", text, needed=row.text)
    changes: dict[str, object] = {"version": one.version + 1}
    if row.to is not None:
        changes["state"] = row.to
    if name == "offer":
        changes["offered"] = other(one.party)
    if name in ("accept", "decline", "answer"):
        changes["offered"] = None
    if name == "accept":
        changes["party"] = one.offered
    if name == "answer":
        changes |= {"answer": text, "answered_ms": now_ms}
    if name == "close":
        changes["closed_ms"] = now_ms
    if name == "reopen":
        changes |= {"reopened_ms": now_ms, "closed_ms": None, "party": "property"}
    after = structs.replace(one, **changes)
    return structs.replace(after, due_ms=due_ms(after))


def checked_text(field: str, text: str | None, *, needed: bool) -> None:
    """Raises Untold for a text that is missing, blank, or longer than WORDS_MAX."""
    if text is None and not needed:
        return
    if text is None or not text.strip() or len(text) > WORDS_MAX:
        raise Untold(
            Said("%(field)s has %(low)s to %(high)s characters", field=field, low=1, high=WORDS_MAX)
        )


def checked_phone(text: str | None) -> str | None:
    """A telephone number as typed, None for none; Untold for what is none.

    >>> checked_phone(" 138 0000 0000 "), checked_phone("")
    ('138 0000 0000', None)
    """
    phone = (text or "").strip()
    if not phone:
        return None
    digits = sum(letter.isascii() and letter.isdigit() for letter in phone)
    if len(phone) > PHONE_MAX or digits < 5 or not set(phone) <= set("0123456789+-() "):
        raise Untold(Said("the telephone number is 5 to 20 digits"))
    return phone


def _why_not(one: Complaint, row: Move, party: Party | None) -> Said | None:
    if one.lead is not None:
        return Said("it has joined another matter, which is answered")
    if one.state not in row.begins:
        return Said("this does not follow where the complaint stands")
    if row.by == "resident":
        if party is not None:
            return Said("only who complained reopens it")
        return Said("it was reopened once already") if one.reopened_ms is not None else None
    if row.by == "owner" and (party != one.party or row.only not in (None, party)):
        return Said("another party answers for it now")
    if row.by == "offered" and (one.offered is None or party != one.offered):
        return Said("it is not offered to this party")
    if row.name == "offer" and one.offered is not None:
        return Said("it is offered already and waits for the other party")
    return None

"""The life of an incident as a table of moves: who may make which, from where, and what it tells.

    raised ──acknowledge──▶ acknowledged ──dispatch──▶ dispatched ──arrive──▶ arrived
      │                          │                                              │ release, where
      │ dispatch and arrive may come at once: who is there first is there       │ people may be in
      │                                                                         ▼
      └────────────── release without help, confirmed by name ────────────▶ released
                                                                                │ resolve: after
     arrived, and where nobody can be inside also acknowledged or dispatched ───┤ its inspection
                                                                                ▼
     raised, acknowledged, dispatched, arrived ──reject, with a reason──▶    resolved ──▶ closed
                                                   rejected

What an alarm does stands in `liftwatch.incidents.incident`: it opens, joins and clears, and never
takes from people what they work on. An entrapment ends by people alone. A crew may be late with
writing things down: a move has a moment of its own beside the one at which it was noted.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from msgspec import Struct, structs

from liftwatch.clock import MINUTE_MS
from liftwatch.incidents.course import Actor, Course, Line
from liftwatch.incidents.incident import BY_HAND, OVER, Incident, State
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.said import Said

MoveName = Literal[
    "acknowledge",
    "dispatch",
    "arrive",
    "release",
    "resolve",
    "close",
    "reject",
    "report",
    "comment",
]
Cause = Literal["human", "external", "door", "control", "traction", "level", "other"]
"""The classes in which the centres publish what trapped people (domain 4.2 and 10)."""
PEOPLE_MAX = 100
TEXT_MAX = 1_000
AHEAD_MS = MINUTE_MS
"""So far a moment may lie ahead of our clock: telephones are set differently [our choice]."""

PEOPLE_INSIDE = frozenset(
    kind.name for kind in BY_NAME.values() if kind.severity == 1 or kind.group == "people"
) | {"entrapment_suspected"}
"""Kinds in which people may be inside: they are released, not only put right."""
ENDED_BY_PEOPLE = frozenset(kind.name for kind in BY_NAME.values() if kind.group == "people")
"""Kinds whose alarm may clear, and which still end only when a person says who was freed how."""
INSPECTED = ENDED_BY_PEOPLE | frozenset(kind.name for kind in BY_NAME.values() if kind.latches)
"""Kinds after which a lift is inspected in full before it counts as in service (Special Equipment
Safety Law, art. 42)."""


def missing(field: str, move: str) -> Said:
    """What is said of something that has to be told and is not."""
    return Said("%(field)s is missing: it belongs to %(move)s", field=field, move=move)


def too_long(field: str, high: int) -> Said:
    """What is said of a text that is blank or too long."""
    return Said("%(field)s has %(low)s to %(high)s characters", field=field, low=1, high=high)


class CannotMove(Exception):
    """An incident is not where this move begins; one line says where it is."""

    def __init__(self, why: Said) -> None:
        super().__init__(why)


class Untold(Exception):
    """A move lacks what it has to tell, or tells what cannot be; one line says what."""

    def __init__(self, why: Said) -> None:
        super().__init__(why)


class Told(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What a move tells. `at_ms` is when it happened, None: just now."""

    at_ms: int | None = None
    text: str | None = None
    crew: str | None = None
    trapped: int | None = None
    injured: int | None = None
    without_help: bool = False
    confirmed_by: str | None = None
    cause: Cause | None = None
    inspection: str | None = None
    reason: str | None = None


class Move(NamedTuple):
    """A row: its name, where it begins, the state it leads to (None: none), what must be told.

    Who may make it stands in the table of rights, as `incidents.NAME`.
    """

    name: MoveName
    begins: frozenset[str]
    to: State | None
    needs: tuple[str, ...] = ()
    what: str = ""


_ON_THE_WAY = ("raised", "acknowledged", "dispatched")

MOVES: Mapping[str, Move] = {
    row.name: row
    for row in (
        Move(
            "acknowledge",
            frozenset({"raised"}),
            "acknowledged",
            what="say that one has it",
        ),
        Move(
            "dispatch",
            frozenset({"raised", "acknowledged", "dispatched"}),
            "dispatched",
            ("crew",),
            "send a crew, or another one",
        ),
        Move(
            "arrive",
            frozenset(_ON_THE_WAY),
            "arrived",
            what="be there",
        ),
        Move(
            "release",
            frozenset({"arrived"}),
            "released",
            ("trapped", "injured", "cause", "confirmed_by"),
            "have everybody out",
        ),
        Move(
            "resolve",
            frozenset({"acknowledged", "dispatched", "arrived", "released"}),
            "resolved",
            ("cause",),
            "put it right",
        ),
        Move("close", frozenset({"resolved"}), "closed", what="agree that it is over"),
        Move(
            "reject",
            frozenset({*_ON_THE_WAY, "arrived"}),
            "rejected",
            ("reason",),
            "say that there was nothing",
        ),
        Move(
            "report",
            frozenset({*_ON_THE_WAY, "arrived", "released", "resolved"}),
            None,
            ("text",),
            "report an accident in law; the text is the number of the report",
        ),
        Move(
            "comment",
            frozenset({*_ON_THE_WAY, "arrived", "released", "resolved", "closed", "rejected"}),
            None,
            ("text",),
            "add a remark",
        ),
    )
}


def move(
    incident: Incident, course: Course, name: str, *, told: Told, by: Actor, now_ms: int
) -> tuple[Incident, Course, Line]:
    """An incident after a move, what people have made of it so far, and the line that tells it.

    Raises CannotMove where it does not begin there, Untold for what is missing or cannot be; a
    move that was made already is CannotMove too: nothing happens twice.
    """
    row = MOVES[name]
    _check_begin(incident, row, told)
    _check_told(incident, row, told)
    at_ms = now_ms if told.at_ms is None else told.at_ms
    _check_time(incident, course, at_ms, now_ms=now_ms)
    state = incident.state if row.to is None else row.to
    moved = structs.replace(incident, state=state, version=incident.version + 1)
    ended = row.to in OVER or (row.to == "resolved" and BY_NAME[incident.kind].latches)
    if ended and moved.alarm == "raised":
        moved = structs.replace(moved, alarm="cleared", cleared_ms=at_ms)
    line = Line(
        incident=incident.id,
        at_ms=at_ms,
        noted_ms=now_ms,
        what=name,
        before=incident.state,
        state=state,
        by=by,
        text=told.text or told.reason,
        facts=facts_of(told),
    )
    return moved, _course(course, row, told, by=by, at_ms=at_ms), line


def moves_from(incident: Incident) -> tuple[str, ...]:
    """The names of the moves that may be made now, in order of the table.

    >>> one = Incident(id="i", kind="door_fault", severity=2, severity_max=2, opened_ms=0,
    ...     raised_ms=0, area="320583", estate="garden", lift="L-1", state="resolved",
    ...     alarm="cleared")
    >>> moves_from(one)
    ('close', 'comment')
    """
    found = []
    for name, row in MOVES.items():
        told = Told(without_help=name == "release" and incident.state != "arrived")
        try:
            _check_begin(incident, row, told)
        except CannotMove:
            continue
        found.append(name)
    return tuple(found)


def is_ended_by_people(incident: Incident) -> bool:
    """Whether a person's word ends the alarm as well: what latches, what has people inside, and
    what was never told by a lift."""
    kind = BY_NAME[incident.kind]
    return kind.latches or incident.kind in ENDED_BY_PEOPLE or bool(incident.evidence.get(BY_HAND))


def facts_of(told: Told) -> dict[str, Any]:
    """What a move told, without its text and its moment."""
    named = structs.asdict(told)
    return {
        name: value
        for name, value in named.items()
        if name not in ("at_ms", "text", "reason") and value is not None and value is not False
    }


def _check_begin(incident: Incident, row: Move, told: Told) -> None:
    begins = row.begins
    if row.name == "release":
        if incident.kind not in PEOPLE_INSIDE:
            raise CannotMove(
                Said("nobody is released from a %(kind)s: resolve it", kind=incident.kind)
            )
        if told.without_help:
            begins = frozenset(_ON_THE_WAY) | begins
    if row.name == "resolve" and incident.kind in ENDED_BY_PEOPLE:
        begins = frozenset({"released"})
    if incident.state not in begins:
        raise CannotMove(
            Said("%(move)s does not follow %(state)s", move=row.name, state=incident.state)
        )
    if row.name == "report" and incident.kind not in ENDED_BY_PEOPLE:
        raise CannotMove(
            Said(
                "a %(kind)s is no accident in law by itself: nothing to report", kind=incident.kind
            )
        )
    if row.name == "close" and incident.alarm == "raised" and not is_ended_by_people(incident):
        raise CannotMove(Said("its alarm still stands: it is over when that has cleared"))


def _check_told(incident: Incident, row: Move, told: Told) -> None:
    needs = row.needs
    if row.name == "resolve" and incident.kind in INSPECTED:
        needs = (*needs, "inspection")
    for name in needs:
        if getattr(told, name) in (None, ""):
            raise Untold(missing(name, row.name))
    for name in ("trapped", "injured"):
        number = getattr(told, name)
        if number is not None and not 0 <= number <= PEOPLE_MAX:
            raise Untold(
                Said("%(field)s is from %(low)s to %(high)s", field=name, low=0, high=PEOPLE_MAX)
            )
    if (told.injured or 0) > (told.trapped or 0):
        raise Untold(Said("more are injured than were trapped"))
    for name in ("text", "crew", "confirmed_by", "inspection", "reason"):
        text = getattr(told, name)
        if text is not None and (len(text) > TEXT_MAX or not text.strip()):
            raise Untold(too_long(name, TEXT_MAX))


def _check_time(incident: Incident, course: Course, at_ms: int, *, now_ms: int) -> None:
    if at_ms > now_ms + AHEAD_MS:
        raise Untold(Said("it cannot have happened yet"))
    since_ms = max(incident.opened_ms, course.last_ms or incident.opened_ms)
    if at_ms < since_ms:
        raise Untold(Said("it cannot have happened before what came before it"))


def _course(course: Course, row: Move, told: Told, *, by: Actor, at_ms: int) -> Course:
    """What is known after a move; the first moment of each counts."""
    if row.name == "report":
        return structs.replace(course, reported_ms=course.reported_ms or at_ms)
    if row.to is None:
        return course
    moments = {f"{row.to}_ms": at_ms} if getattr(course, f"{row.to}_ms") is None else {}
    if row.name != "close" and course.acknowledged_ms is None and row.to != "rejected":
        moments["acknowledged_ms"] = at_ms
    told_of = {
        name: value
        for name in ("crew", "trapped", "injured", "confirmed_by", "cause", "inspection", "reason")
        if (value := getattr(told, name)) is not None
    }
    if told.without_help:
        told_of["without_help"] = True
    if row.name in ("acknowledge", "dispatch", "arrive"):
        told_of |= {"owner": by.person, "owner_organisation": by.organisation}
    return structs.replace(course, last_ms=at_ms, **moments, **told_of)

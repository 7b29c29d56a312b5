"""The duty room: what is open, worst first and then what is due first, with who has it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from api.console.board import ALL_OPEN, lifts_of, names_of
from api.console.course_views import (
    ClockView,
    OwnerView,
    clock_view,
    names_of_owners,
    next_clock,
    owner_view,
)
from api.console.forms import fresh_key
from api.console.instruction_views import panel
from api.console.language import Language
from api.console.move_forms import allowed_moves
from api.console.views import IncidentView, incident_view
from api.open_incidents import read_open
from api.parts import Parts
from api.principal import Principal
from api.seen import SeenBooks
from liftwatch.clock import now_ms
from liftwatch.incidents.clocks import Clock
from liftwatch.incidents.course import Course
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import PEOPLE_INSIDE
from liftwatch.ports import IncidentFilter

ROWS_MAX = 200
"""So many rows a browser morphs without a jerk (measured: docs/operations.md)."""
FOLDED_MAX = 50
AT_ONCE = 500
LATELY = 500
"""Over incidents among which the one that was last open is looked for."""


class Family(NamedTuple):
    """An incident, and those that are part of it and shown below it."""

    head: Incident
    folded: tuple[Incident, ...] = ()

    @property
    def severity(self) -> int:
        """The worst of them."""
        return min(one.severity for one in (self.head, *self.folded))


class RoomRow(NamedTuple):
    """A row: the incident, who has it, its next clock, what is folded under it."""

    one: IncidentView
    version: int
    owner: OwnerView
    taken: bool
    clock: ClockView | None
    moves: tuple[str, ...]
    folded: list[IncidentView]
    more_folded: int
    folded_severity: int


def families(incidents: Iterable[Incident]) -> list[Family]:
    """Each incident once: below what it is part of, unless people may be inside its lift."""
    found = list(incidents)
    heads = {one.id for one in found if one.parent is None}
    below: dict[str, list[Incident]] = defaultdict(list)
    alone = []
    for one in found:
        if one.parent in heads and one.severity > 1 and one.kind not in PEOPLE_INSIDE:
            below[one.parent or ""].append(one)
        else:
            alone.append(one)
    return [Family(one, tuple(below.get(one.id, ()))) for one in alone]


def in_order(some: Iterable[Family], due_ms: dict[str, int]) -> list[Family]:
    """Worst first; of the same severity what is due first; without a clock last, newest first."""

    def place(one: Family) -> tuple[int, bool, int, int, str]:
        due = due_ms.get(one.head.id)
        return one.severity, due is None, due or 0, -one.head.raised_ms, one.head.id

    return sorted(some, key=place)


class Standing(NamedTuple):
    """The courses and clocks of some incidents."""

    courses: dict[str, Course]
    clocks: dict[str, list[Clock]]

    def course(self, id: str) -> Course:
        """What people made of one."""
        return self.courses.get(id) or Course(incident=id)

    def next(self, incident: Incident) -> Clock | None:
        """The clock that is due first."""
        return next_clock(self.clocks.get(incident.id, ()), incident, self.course(incident.id))


def standing(books: SeenBooks, ids: Sequence[str]) -> Standing:
    """Read by parts: a database takes so many at once."""
    courses: dict[str, Course] = {}
    clocks: dict[str, list[Clock]] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        courses |= books.courses(some)
        clocks |= books.clocks_of(some)
    return Standing(courses, clocks)


def first_families(books: SeenBooks, some: Sequence[Family]) -> tuple[list[Family], Standing]:
    """The first ROWS_MAX in order: clocks are read only of severities that can be among them."""
    chosen: list[Family] = []
    known = Standing({}, {})
    for severity in (1, 2, 3, 4):
        mine = [one for one in some if one.severity == severity]
        read = standing(books, [one.head.id for one in mine])
        known = Standing(known.courses | read.courses, known.clocks | read.clocks)
        due = {
            one.head.id: clock.due_ms for one in mine if (clock := known.next(one.head)) is not None
        }
        chosen += in_order(mine, due)
        if len(chosen) >= ROWS_MAX:
            break
    return chosen[:ROWS_MAX], known


def room_values(
    books: SeenBooks, language: Language, part: Parts, *, principal: Principal
) -> dict[str, Any]:
    """What the duty room shows."""
    now = now_ms()
    found = list(read_open(books, ALL_OPEN))
    counts = dict.fromkeys((1, 2, 3, 4), 0)
    for incident in found:
        counts[incident.severity] += 1
    shown, known = first_families(books, families(found))
    among = [one for family in shown for one in (family.head, *family.folded[:FOLDED_MAX])]
    lifts = lifts_of(books, [one.lift for one in among])
    names = names_of(books, language, lifts.values(), wide=among)
    people = names_of_owners(part.gate, known.courses.values())

    def view(one: Incident) -> IncidentView:
        row = lifts.get(one.lift or "")
        return incident_view(language, one, row, names=names, now_ms=now)

    rows = []
    for head, folded in shown:
        clock, course = known.next(head), known.course(head.id)
        rows.append(
            RoomRow(
                one=view(head),
                version=head.version,
                owner=owner_view(course, people),
                taken=head.state != "raised",
                clock=None
                if clock is None
                else clock_view(language, clock, head, course=course, now_ms=now),
                moves=allowed_moves(part, principal, head, seen=books.sight),
                folded=[view(one) for one in folded[:FOLDED_MAX]],
                more_folded=max(0, len(folded) - FOLDED_MAX),
                folded_severity=min((one.severity for one in folded), default=0),
            )
        )
    waiting = [one for one in rows if one.one.severity == 1 and not one.taken]
    quiet = None if found else quiet_since(books)
    return {
        "rows": rows,
        "counts": counts,
        "total": len(found),
        "hidden": len(found) - sum(1 + len(one.folded) + one.more_folded for one in rows),
        "unanswered": len(waiting),
        "worst": waiting[0].one if waiting else None,
        "silenced": sum(one.holds(now) for one in books.silences(since_ms=now)),
        "instructions": panel(books, part, language, principal=principal, now_ms=now),
        "quiet": None if quiet is None else language.moment(quiet, now_ms=now),
        "wrong": None,
        "key": fresh_key,
    }


def quiet_since(books: SeenBooks) -> int | None:
    """Since when nothing is open, by the incidents raised last; None when there was none."""
    where = IncidentFilter(state=("closed", "rejected"))
    over = books.incidents(where, limit=LATELY).items
    courses = books.courses([one.id for one in over])
    moments = [
        moment
        for one in over
        for moment in (_ended_ms(one, courses.get(one.id)),)
        if moment is not None
    ]
    return max(moments, default=None)


def _ended_ms(incident: Incident, course: Course | None) -> int | None:
    """When one was over: by people's word, else by the end of its alarm."""
    by_people = course and (course.closed_ms or course.rejected_ms)
    return by_people or incident.cleared_ms

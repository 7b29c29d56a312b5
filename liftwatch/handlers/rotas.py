"""What is done with rotas of duty, and the question whom to call now.

Changes are one each, in the caller's transaction; all raise AccessError for what cannot be, Stale
when somebody else was there first.
"""

from collections.abc import Collection
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from liftwatch.access.duty import (
    AT_MAX,
    AT_MIN,
    EXCEPTIONS_MAX,
    HOLIDAYS_MAX,
    NAMED_MAX,
    ROTAS_MAX,
    DutyRota,
    OnCall,
    Staff,
    Trouble,
    on_call,
    troubles,
)
from liftwatch.access.people import AccessError, check_text
from liftwatch.access.store import PeopleReads, PeopleWork
from liftwatch.clock import DAY_MS, begin_ms
from liftwatch.ids import new_id
from liftwatch.ports import Stale
from liftwatch.register.doubts import Unusual, Wrong
from liftwatch.register.judged_rotas import judge_rota
from liftwatch.register.rota import LOOK_BACK_DAYS, Confirmation, Rota, stretches
from liftwatch.said import Said

TOLD_DAYS = 2 * LOOK_BACK_DAYS
"""How long it is kept who took over: as far back as anybody is responsible, and as much again."""


class Plan(Struct, frozen=True, kw_only=True):
    """All that people say of a rota."""

    name: str
    rota: Rota
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
    head: str | None = None


def on_duty(reads: PeopleReads, organisation: str, at_ms: int) -> list[OnCall]:
    """Whom to call for an organisation at a moment: of each of its rotas who is on duty from when
    to when and how they are reached, then the next, then the head.

    The plan is that of now, also for a moment before it was changed.
    """
    rotas = reads.rotas(organisation)
    staff = staff_of(reads, organisation, rotas)
    since_ms = at_ms - TOLD_DAYS * DAY_MS
    return [
        on_call(
            one,
            at_ms,
            staff=staff,
            confirmations=reads.confirmations(one.id, since_ms=since_ms),
        )
        for one in rotas
    ]


def warnings(reads: PeopleReads, organisation: str, from_ms: int) -> list[Trouble]:
    """What is the matter with an organisation's rotas in the coming 14 days."""
    rotas = reads.rotas(organisation)
    staff = staff_of(reads, organisation, rotas)
    return [row for one in rotas for row in troubles(one, from_ms, staff=staff)]


def staff_of(
    reads: PeopleReads,
    organisation: str,
    rotas: Collection[DutyRota],
    *,
    also: Collection[str] = (),
) -> Staff:
    """The people who stand in some rotas of an organisation, and others; a closed one has none."""
    named = sorted({person for one in rotas for person in one.people} | set(also))
    found = [one for name in named if (one := reads.person(name)) is not None]
    unit = reads.organisation(organisation)
    closed_ms = None if unit is None else unit.closed_ms
    members = reads.memberships(named) if named else []
    if closed_ms is not None:
        members = [
            replace(one, until_ms=min(closed_ms, one.until_ms or closed_ms)) for one in members
        ]
    return Staff(organisation, found, members)


def remark_of(one: DutyRota) -> Said | None:
    """What is only unusual about a rota: was it meant?"""
    doubt = judge_rota(one.rota)
    return doubt.text if isinstance(doubt, Unusual) else None


def make_rota(work: PeopleWork, organisation: str, plan: Plan, *, now_ms: int) -> DutyRota:
    """A new rota of an organisation, from now on."""
    unit = work.organisation(organisation)
    if unit is None or unit.closed_ms is not None:
        raise AccessError(Said("there is no such organisation, or it is closed"))
    if len(work.rotas(organisation)) >= ROTAS_MAX:
        raise AccessError(Said("an organisation has at most %(most)s rotas", most=ROTAS_MAX))
    made = DutyRota(
        id=new_id(),
        organisation=organisation,
        name=check_text(Said("name"), plan.name),
        rota=plan.rota,
        holidays=plan.holidays,
        workdays=plan.workdays,
        head=plan.head,
        made_ms=now_ms,
        changed_ms=now_ms,
    )
    _check(work, made, known=frozenset(), now_ms=now_ms)
    work.add_rota(made)
    return made


def change_rota(
    work: PeopleWork, found: DutyRota, plan: Plan, *, version: int, now_ms: int
) -> DutyRota:
    """Another plan from now on; what it was before is not kept."""
    _check_current(found, version)
    made = replace(
        found,
        name=check_text(Said("name"), plan.name),
        rota=plan.rota,
        holidays=plan.holidays,
        workdays=plan.workdays,
        head=plan.head,
        changed_ms=now_ms,
        version=version + 1,
    )
    _check(work, made, known=found.people, now_ms=now_ms)
    work.update_rota(made)
    return made


def end_rota(work: PeopleWork, found: DutyRota, *, version: int, now_ms: int) -> DutyRota:
    """From now on nobody is on duty by it."""
    _check_current(found, version)
    made = replace(found, ended_ms=now_ms, changed_ms=now_ms, version=version + 1)
    work.update_rota(made)
    return made


def take_over(work: PeopleWork, found: DutyRota, person: str, *, now_ms: int) -> None:
    """Somebody says that they have taken over their duty, or are about to.

    AccessError when they are not on duty now and will not be within the grace of the hand-over.
    """
    if found.ended_ms is not None:
        raise AccessError(Said("this rota has ended"))
    soon_ms = now_ms + found.rota.grace_ms + 1
    coming = stretches(found.rota, now_ms, soon_ms, calendar=found.calendar)
    if not any(person in one.persons for one in coming):
        raise AccessError(Said("you are not on duty by this rota"))
    keep_ms = now_ms - TOLD_DAYS * DAY_MS
    work.confirm(found.id, Confirmation(person, now_ms), keep_ms=keep_ms)


def _check_current(found: DutyRota, version: int) -> None:
    if found.version != version:
        raise Stale(Said("somebody else has changed it"))
    if found.ended_ms is not None:
        raise AccessError(Said("this rota has ended"))


def _check(work: PeopleWork, made: DutyRota, *, known: Collection[str], now_ms: int) -> None:
    """The plan can be one, and everybody who is new in it is there."""
    doubt = judge_rota(made.rota)
    if isinstance(doubt, Wrong):
        raise AccessError(doubt.text)
    if len(made.holidays) + len(made.workdays) > HOLIDAYS_MAX:
        raise AccessError(
            Said("at most %(most)s holidays and days worked for them", most=HOLIDAYS_MAX)
        )
    both = set(made.holidays) & set(made.workdays)
    if both:
        raise AccessError(Said("%(day)s is a holiday and a day worked for one", day=min(both)))
    if not made.rota.shifts and not made.rota.turns:
        raise AccessError(Said("nobody is in this rota: it has neither shifts nor turns"))
    if sum(len(one.persons) for one in made.rota.shifts) > NAMED_MAX:
        raise AccessError(
            Said(
                "the lines of a weekly pattern name at most %(most)s people in all", most=NAMED_MAX
            )
        )
    if len(made.rota.substitutions) > EXCEPTIONS_MAX:
        raise AccessError(Said("a rota has at most %(most)s exceptions", most=EXCEPTIONS_MAX))
    moments = [one.from_ms for one in made.rota.substitutions]
    moments += [one.to_ms for one in made.rota.substitutions]
    moments += [begin_ms(one.first_day) for one in made.rota.turns]
    if any(not AT_MIN <= one <= AT_MAX for one in moments):
        raise AccessError(Said("turns and exceptions begin and end between 1970 and 2100"))
    staff = staff_of(work, made.organisation, [made])
    for person in sorted(made.people - set(known)):
        if staff.absence(person, now_ms):
            raise AccessError(
                Said("%(person)s is nobody of this organisation", person=repr(person[:64]))
            )

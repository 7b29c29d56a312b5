"""What rotas of duty look like in JSON, asked and answered."""

import re
from datetime import date
from typing import Annotated, Any, get_type_hints

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct, field

from api.parameters import moment_ms
from api.people_shapes import Id, Text
from api.problems import BadParameter
from liftwatch.access.duty import EXCEPTIONS_MAX, DutyRota, OnCall, OnDuty, Trouble, TroubleKind
from liftwatch.access.people import AccessError
from liftwatch.clock import rfc3339
from liftwatch.handlers.rotas import Plan, remark_of
from liftwatch.register.rota import (
    MONDAY,
    PERSONS_MAX,
    SHIFTS_MAX,
    SUNDAY,
    TURN_HOURS_MAX,
    TURNS_MAX,
    Rota,
    Shift,
    Substitution,
    Turns,
)
from liftwatch.said import Said

TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
Time = Annotated[str, Meta(pattern=TIME, description="Of the estates' clock (UTC+8).")]
End = Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
At = Annotated[
    str,
    Meta(
        max_length=40,
        description="RFC 3339 with an offset.",
        extra_json_schema={"format": "date-time"},
    ),
]
Persons = Annotated[list[Id], Meta(min_length=1, max_length=PERSONS_MAX)]
PatternDay = Annotated[int, Meta(ge=0, le=7)]
Days = Annotated[list[date], Meta(max_length=400)]


class ShiftShape(Struct, kw_only=True, forbid_unknown_fields=True):
    """A line of a weekly pattern: on days 0 (Monday) to 6, 7 for holidays planned apart."""

    days: Annotated[list[PatternDay], Meta(min_length=1, max_length=8)]
    from_: Time = field(name="from")
    to: End
    persons: Persons


class TurnsShape(Struct, kw_only=True, forbid_unknown_fields=True):
    """People in turn: the first begins on `first_day` at `hand_over`; each has so many hours,
    a whole part of a day or whole days."""

    persons: Persons
    first_day: date
    hand_over: Time
    hours: Annotated[int, Meta(ge=1, le=TURN_HOURS_MAX)]


class ExceptionShape(Struct, kw_only=True, forbid_unknown_fields=True):
    """From one moment to another somebody (null: whoever is planned) is replaced, or by nobody."""

    person: Id | None = None
    by: Id | None = None
    from_: At = field(name="from")
    to: At


class NewRota(Struct, kw_only=True, forbid_unknown_fields=True):
    """A rota to be made; people are named by their ids."""

    name: Text
    turns: Annotated[list[TurnsShape], Meta(max_length=TURNS_MAX)] = []
    shifts: Annotated[list[ShiftShape], Meta(max_length=SHIFTS_MAX)] = []
    exceptions: Annotated[list[ExceptionShape], Meta(max_length=EXCEPTIONS_MAX)] = []
    holidays: Days = []
    workdays: Days = []
    holiday_as: PatternDay = SUNDAY
    workday_as: PatternDay = MONDAY
    head: Id | None = None


_FIELDS = get_type_hints(NewRota, include_extras=True)
RotaChange: type[Struct] = defstruct(
    "RotaChange",
    [(name, kind | UnsetType, UNSET) for name, kind in _FIELDS.items()],
    kw_only=True,
    forbid_unknown_fields=True,
)
"""What is to be another; what is not named stays."""


class RotaShape(Struct, kw_only=True):
    """A rota; `remark` is what is only unusual about it."""

    id: str
    organisation: str
    name: str
    turns: list[TurnsShape]
    shifts: list[ShiftShape]
    exceptions: list[ExceptionShape]
    holidays: list[date]
    workdays: list[date]
    holiday_as: int
    workday_as: int
    head: str | None
    remark: str | None
    made_at: str
    changed_at: str
    ended_at: str | None
    version: int


class RotaList(Struct):
    """The rotas of an organisation that are in force, the oldest first."""

    items: list[RotaShape]


class OnDutyShape(Struct, kw_only=True):
    """Somebody, from when to when (null: further than is looked), and how they are reached;
    `absence` says why they are not there: `unknown`, `left` or `disabled`."""

    person: str
    name: str | None
    since_at: str | None
    until_at: str | None
    phone: str | None
    email: str | None
    absence: str | None


class OnCallShape(Struct, kw_only=True):
    """What a rota says at a moment: `now` as planned, `answering` by the hand-over, then whom."""

    rota: str
    name: str
    now: list[OnDutyShape]
    answering: list[OnDutyShape]
    next: list[OnDutyShape]
    head: OnDutyShape | None


class WarningShape(Struct, kw_only=True):
    """What is the matter with a rota in a time, and with whom."""

    rota: str
    kind: TroubleKind
    from_at: str
    to_at: str
    person: str | None
    name: str | None


class OnDutyList(Struct, kw_only=True):
    """Who is on duty at a moment by each rota, and what is the matter in the 14 days after it."""

    at: str
    rotas: list[OnCallShape]
    warnings: list[WarningShape]


DESCRIBED_ROTAS = (
    ShiftShape,
    TurnsShape,
    ExceptionShape,
    NewRota,
    RotaChange,
    RotaShape,
    RotaList,
    OnDutyShape,
    OnCallShape,
    WarningShape,
    OnDutyList,
)


def plan_of(body: NewRota) -> Plan:
    """What a body asks for; the problem `bad-parameter` for a moment that is none."""
    rota = Rota(
        turns=tuple(
            Turns(
                persons=tuple(one.persons),
                first_day=one.first_day,
                from_min=minutes_of(one.hand_over),
                hours=one.hours,
            )
            for one in body.turns
        ),
        shifts=tuple(
            Shift(
                days=tuple(one.days),
                from_min=minutes_of(one.from_),
                to_min=minutes_of(one.to),
                persons=tuple(one.persons),
            )
            for one in body.shifts
        ),
        substitutions=tuple(
            Substitution(
                person=one.person,
                by=one.by,
                from_ms=_moment(one.from_),
                to_ms=_moment(one.to),
            )
            for one in body.exceptions
        ),
        holiday_as=body.holiday_as,
        workday_as=body.workday_as,
    )
    return Plan(
        name=body.name,
        rota=rota,
        holidays=tuple(body.holidays),
        workdays=tuple(body.workdays),
        head=body.head,
    )


def _moment(text: str) -> int:
    found = moment_ms("exceptions", text)
    if found is None:
        raise BadParameter("exceptions", Said("a moment is missing"))
    return found


def plan_after(one: DutyRota, changes: dict[str, Any]) -> Plan:
    """What a rota is to be when some of its fields are others."""
    shape = rota_shape(one)
    before = {name: getattr(shape, name) for name in NewRota.__struct_fields__}
    return plan_of(NewRota(**before | changes))


def minutes_of(text: str) -> int:
    """Minutes after midnight of a time of the day; AccessError for what is none.

    >>> minutes_of("08:30"), minutes_of("24:00")
    (510, 1440)
    """
    if text != "24:00" and not re.fullmatch(TIME[1:-1], text):
        raise AccessError(Said("%(text)s is no time of the day such as 08:30", text=repr(text[:8])))
    return int(text[:2]) * 60 + int(text[3:])


def time_of(minutes: int) -> str:
    """The other way round.

    >>> time_of(510)
    '08:30'
    """
    return f"{minutes // 60:02}:{minutes % 60:02}"


def rota_shape(one: DutyRota) -> RotaShape:
    """A rota as the API shows it."""
    rota, remark = one.rota, remark_of(one)
    return RotaShape(
        id=one.id,
        organisation=one.organisation,
        name=one.name,
        turns=[
            TurnsShape(
                persons=list(row.persons),
                first_day=row.first_day,
                hand_over=time_of(row.from_min),
                hours=row.hours,
            )
            for row in rota.turns
        ],
        shifts=[
            ShiftShape(
                days=list(row.days),
                from_=time_of(row.from_min),
                to=time_of(row.to_min),
                persons=list(row.persons),
            )
            for row in rota.shifts
        ],
        exceptions=[
            ExceptionShape(
                person=row.person, by=row.by, from_=rfc3339(row.from_ms), to=rfc3339(row.to_ms)
            )
            for row in rota.substitutions
        ],
        holidays=list(one.holidays),
        workdays=list(one.workdays),
        holiday_as=rota.holiday_as,
        workday_as=rota.workday_as,
        head=one.head,
        remark=None if remark is None else str(remark),  # plain: msgspec encodes no other
        made_at=rfc3339(one.made_ms),
        changed_at=rfc3339(one.changed_ms),
        ended_at=_at(one.ended_ms),
        version=one.version,
    )


def on_call_shape(one: OnCall) -> OnCallShape:
    """Whom to call as the API shows it."""
    return OnCallShape(
        rota=one.rota,
        name=one.rota_name,
        now=[on_duty_shape(row) for row in one.now],
        answering=[on_duty_shape(row) for row in one.answering],
        next=[on_duty_shape(row) for row in one.next],
        head=None if one.head is None else on_duty_shape(one.head),
    )


def on_duty_shape(one: OnDuty) -> OnDutyShape:
    """Somebody on duty as the API shows them."""
    return OnDutyShape(
        person=one.person,
        name=one.name,
        since_at=_at(one.since_ms),
        until_at=_at(one.until_ms),
        phone=one.phone,
        email=one.email,
        absence=one.absence,
    )


def warning_shape(one: Trouble) -> WarningShape:
    """A trouble as the API shows it."""
    return WarningShape(
        rota=one.rota,
        kind=one.kind,
        from_at=rfc3339(one.from_ms),
        to_at=rfc3339(one.to_ms),
        person=one.person,
        name=one.name,
    )


def _at(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)

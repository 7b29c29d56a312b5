"""What complaints look like in JSON; nothing personal stands in a list."""

import re
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from api.people_shapes import Id
from api.rota_shapes import At
from liftwatch.care.complaints import (
    PHONE_MAX,
    WORDS_MAX,
    Channel,
    Complaint,
    Line,
    Party,
    Private,
    State,
    Topic,
    moves_of,
)
from liftwatch.clock import rfc3339

Words = Annotated[str, Meta(min_length=1, max_length=WORDS_MAX)]
Phone = Annotated[str, Meta(min_length=1, max_length=PHONE_MAX)]
Outside = Annotated[str, Meta(pattern="^[!-~]{1,64}$")]
_DIGITS = re.compile(r"\d[\d\s-]{5,}\d")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")


class NewComplaint(Struct, kw_only=True, forbid_unknown_fields=True):
    """A complaint told by telephone to somebody on duty: of which lift, about what."""

    lift: Id
    topic: Topic
    words: Words | None = None
    phone: Phone | None = None
    inside: bool = False


class HotlineComplaint(Struct, kw_only=True, forbid_unknown_fields=True):
    """What the city's hot line sends: its number, the lift by one of its codes, about what, and
    until when it waits for the answer."""

    number: Outside
    lift: Annotated[str, Meta(pattern="^[0-9A-Za-z-]{4,32}$")]
    topic: Topic
    words: Words | None = None
    phone: Phone | None = None
    due_at: At | None = None


class MoveComplaint(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a move tells: the answer, why it is declined, what the other party is to do."""

    text: Words | UnsetType = UNSET


class LineShape(Struct, kw_only=True):
    """A line of a matter's story."""

    n: int
    move: str
    at: str
    before: str
    state: str
    party: str
    person: str | None
    organisation: str | None
    text: str | None


class ComplaintShape(Struct, kw_only=True):
    """A matter: `joined` and `crowd` count who told the same, kept and only counted."""

    id: str
    number: str
    area: str
    estate: str
    building: str
    lift: str
    topic: Topic
    channel: Channel
    told_at: str
    inside: bool
    exercise: bool
    lead: str | None
    joined: int
    crowd: int
    state: State
    party: Party
    offered: Party | None
    due_at: str | None
    overdue: bool
    answer: str | None
    answered_at: str | None
    closed_at: str | None
    reopened_at: str | None
    rating: int | None
    hotline_number: str | None
    has_phone: bool
    has_photo: bool
    erased_at: str | None
    version: int
    words: str | None = None
    phone: str | None = None
    again: str | None = None
    rated: str | None = None
    story: list[LineShape] = []
    moves: list[str] = []


class ComplaintList(Struct):
    """Matters, those due first first, then what is over."""

    items: list[ComplaintShape]
    next: str | None


class FollowedShape(Struct, kw_only=True):
    """A complaint as whoever has its number sees it."""

    number: str
    topic: Topic
    told_at: str
    state: State
    party: Party
    due_at: str | None
    answer: str | None
    answered_at: str | None
    rating: int | None
    may_reopen: bool


class TakenShape(Struct, kw_only=True):
    """What the hot line is answered: by which number of ours it is followed."""

    number: str
    hotline_number: str
    id: str
    state: State
    known: bool


class OpenStanding(Struct, kw_only=True):
    """How a lift stands for its residents, and its last month in counts."""

    estate: str
    building: str
    unit: str | None
    word: Literal["works", "stands", "worked_on", "help", "planned", "unclear", "blind"]
    since: str | None
    heard_at: str | None
    month: str
    counts: dict[str, int]
    stopped_s: int
    blind_s: int
    notices: list[dict[str, str]]


DESCRIBED_COMPLAINTS = (
    NewComplaint,
    HotlineComplaint,
    MoveComplaint,
    LineShape,
    ComplaintShape,
    ComplaintList,
    FollowedShape,
    TakenShape,
    OpenStanding,
)


def masked(text: str | None) -> str | None:
    """Words for who may not know whose they are: numbers and addresses in them are blacked out.

    >>> masked("call me 138 1234 5678 or a@b.cn, floor 12")
    'call me ●●● or ●●●, floor 12'
    """
    if text is None:
        return None
    return _MAIL.sub("●●●", _DIGITS.sub("●●●", text))


def at(ms: int | None) -> str | None:
    """A moment, if there is one."""
    return None if ms is None else rfc3339(ms)


def line_shape(line: Line) -> LineShape:
    """A line as the API shows it."""
    return LineShape(
        n=line.n,
        move=line.move,
        at=rfc3339(line.at_ms),
        before=line.before,
        state=line.state,
        party=line.party,
        person=line.person,
        organisation=line.organisation,
        text=line.text,
    )


def complaint_shape(
    one: Complaint,
    *,
    now_ms: int,
    private: Private | None = None,
    whole: bool = False,
    party: Party | None = None,
    story: list[Line] | None = None,
) -> ComplaintShape:
    """A matter as the API shows it; `whole` to who may know whose it is."""
    words, again, rated = (
        (None, None, None) if private is None else (private.words, private.again, private.rated)
    )
    if not whole:
        words, again, rated = masked(words), masked(again), masked(rated)
    return ComplaintShape(
        id=one.id,
        number=one.number,
        area=one.area,
        estate=one.estate,
        building=one.building,
        lift=one.lift,
        topic=one.topic,
        channel=one.channel,
        told_at=rfc3339(one.told_ms),
        inside=one.inside,
        exercise=one.exercise,
        lead=one.lead,
        joined=one.joined,
        crowd=one.crowd,
        state=one.state,
        party=one.party,
        offered=one.offered,
        due_at=at(one.due_ms),
        overdue=one.is_overdue(now_ms),
        answer=one.answer,
        answered_at=at(one.answered_ms),
        closed_at=at(one.closed_ms),
        reopened_at=at(one.reopened_ms),
        rating=one.rating,
        hotline_number=one.outside,
        has_phone=one.has_phone,
        has_photo=one.has_photo,
        erased_at=at(one.erased_ms),
        version=one.version,
        words=words,
        phone=private.phone if private is not None and whole else None,
        again=again,
        rated=rated,
        story=[line_shape(line) for line in story or ()],
        moves=[] if party is None else list(moves_of(one, party)),
    )

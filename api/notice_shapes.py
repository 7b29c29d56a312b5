"""What notices to residents and codes of public pages look like in JSON."""

from typing import Annotated

from msgspec import Meta, Struct

from api.complaint_shapes import at
from api.people_shapes import Id
from api.rota_shapes import At
from api.silence_shapes import Area, Estate
from liftwatch.care.codes import Code
from liftwatch.care.notices import (
    BUILDING_MAX,
    TEXT_MAX,
    WHY_MAX,
    Effect,
    Notice,
    Proposal,
    State,
    Topic,
)
from liftwatch.clock import rfc3339

Building = Annotated[str, Meta(max_length=BUILDING_MAX)]
Text = Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]
Why = Annotated[str, Meta(min_length=1, max_length=WHY_MAX)]


class NewNotice(Struct, kw_only=True, forbid_unknown_fields=True):
    """A draft: of a building ("" is the whole estate) or a lift, in both languages; from when to
    when it hangs, of an outage from when to when the lift stands still."""

    area: Area
    estate: Estate
    building: Building = ""
    lift: Id | None = None
    topic: Topic
    zh: Text
    en: Text
    from_at: At
    until_at: At


class EditedNotice(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a draft says now, and from when to when."""

    zh: Text
    en: Text
    from_at: At
    until_at: At


class Declined(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why a notice is not published."""

    why: Why


class DeclinedProposal(Struct, kw_only=True, forbid_unknown_fields=True):
    """What was proposed and is declined at once, and why."""

    area: Area
    estate: Estate
    building: Building
    topic: Topic
    why: Why


class ResidentNotice(Struct, kw_only=True):
    """A notice; `evidence` are the counts it came from."""

    id: str
    area: str
    estate: str
    building: str
    lift: str | None
    topic: Topic
    state: State
    zh: str
    en: str
    from_at: str
    until_at: str
    evidence: dict[str, int]
    why: str | None
    published_at: str | None
    ended_at: str | None
    silence: str | None
    version: int


class ResidentNoticeList(Struct):
    """Notices, the newest first."""

    items: list[ResidentNotice]


class ProposalShape(Struct, kw_only=True):
    """A notice that what happened in 30 days asks for, with its counts."""

    area: str
    estate: str
    building: str
    topic: Topic
    evidence: dict[str, int]


class ProposalList(Struct):
    """Proposals, most counts first."""

    items: list[ProposalShape]


class EffectShape(Struct, kw_only=True):
    """How often before and after, and the ratio of both rates with its 95 % interval; `told` says
    in a word whether that tells anything."""

    before: int
    after: int
    before_lift_days: float
    after_lift_days: float
    ratio: float | None
    low: float | None
    high: float | None
    told: str


class NewScreen(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which building gets a screen page, or a new code for it."""

    area: Area
    estate: Estate
    building: Building


class PageCodeShape(Struct, kw_only=True):
    """A code, and the path it leads to."""

    code: str
    path: str
    lift: str | None
    area: str
    estate: str
    building: str
    made_at: str


DESCRIBED_NOTICES = (
    NewNotice,
    EditedNotice,
    Declined,
    DeclinedProposal,
    ResidentNotice,
    ResidentNoticeList,
    ProposalShape,
    ProposalList,
    EffectShape,
    NewScreen,
    PageCodeShape,
)


def notice_shape(one: Notice) -> ResidentNotice:
    """A notice as the API shows it."""
    return ResidentNotice(
        id=one.id,
        area=one.area,
        estate=one.estate,
        building=one.building,
        lift=one.lift,
        topic=one.topic,
        state=one.state,
        zh=one.zh,
        en=one.en,
        from_at=rfc3339(one.from_ms),
        until_at=rfc3339(one.until_ms),
        evidence=one.evidence,
        why=one.why,
        published_at=at(one.published_ms),
        ended_at=at(one.ended_ms),
        silence=one.silence,
        version=one.version,
    )


def proposal_shape(one: Proposal) -> ProposalShape:
    """A proposal as the API shows it."""
    return ProposalShape(
        area=one.area,
        estate=one.estate,
        building=one.building,
        topic=one.topic,
        evidence=one.evidence,
    )


def effect_shape(one: Effect) -> EffectShape:
    """An effect as the API shows it."""
    return EffectShape(
        before=one.before,
        after=one.after,
        before_lift_days=round(one.before_days, 2),
        after_lift_days=round(one.after_days, 2),
        ratio=one.ratio,
        low=one.low,
        high=one.high,
        told=one.told,
    )


def code_shape(one: Code) -> PageCodeShape:
    """A code as the API shows it."""
    where = "r" if one.use == "lift" else "screen"
    return PageCodeShape(
        code=one.code,
        path=f"/{where}/{one.code}",
        lift=one.lift,
        area=one.area,
        estate=one.estate,
        building=one.building,
        made_at=rfc3339(one.made_ms),
    )

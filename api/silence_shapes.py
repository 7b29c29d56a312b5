"""What silences and what they hid look like in JSON."""

from typing import Annotated

from msgspec import Meta, Struct

from api.people_shapes import Id
from api.rota_shapes import At
from liftwatch.clock import rfc3339
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.incidents.silences import WHY_MAX, Hidden, HiddenBy, Silence, Withheld, WithheldBy

Area = Annotated[str, Meta(pattern="^[0-9]{6}$")]
Estate = Annotated[str, Meta(pattern="^[a-z0-9-]{1,32}$")]
Why = Annotated[str, Meta(min_length=1, max_length=WHY_MAX)]


class NewSilence(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is muted: a lift, or an area's estate; a kind, or all that may be; until when, why."""

    lift: Id | None = None
    area: Area | None = None
    estate: Estate | None = None
    kind: Id | None = None
    until: At
    why: Why


class SilenceShape(Struct, kw_only=True):
    """A silence, who made it, and whether it is in force now."""

    id: str
    area: str
    estate: str
    lift: str | None
    kind: str | None
    from_at: str
    until_at: str
    ended_at: str | None
    in_force: bool
    why: str
    person: str | None
    organisation: str | None
    version: int


class SilenceList(Struct):
    """Silences that end after a moment, the newest first."""

    items: list[SilenceShape]


class HiddenShape(Struct, kw_only=True):
    """An alarm that paged nobody: of which incident, when, and what hid it (`of` is its id).

    `over_at` is when a silence that hid it was over and what still stood was told.
    What was never raised, for a visit was open or the lift was in such a mode, has no incident.
    """

    incident: str | None
    lift: str | None
    estate: str
    kind: str
    severity: int
    occurrence: int
    at: str
    by: HiddenBy | WithheldBy
    of: str | None
    over_at: str | None = None


class HiddenList(Struct):
    """What paged nobody, the newest first."""

    items: list[HiddenShape]


DESCRIBED_SILENCES = (NewSilence, SilenceShape, SilenceList, HiddenShape, HiddenList)


def silence_shape(one: Silence, *, now_ms: int) -> SilenceShape:
    """A silence as the API shows it."""
    return SilenceShape(
        id=one.id,
        area=one.area,
        estate=one.estate,
        lift=one.lift,
        kind=one.kind,
        from_at=rfc3339(one.from_ms),
        until_at=rfc3339(one.until_ms),
        ended_at=None if one.ended_ms is None else rfc3339(one.ended_ms),
        in_force=one.holds(now_ms),
        why=one.why,
        person=one.person,
        organisation=one.organisation,
        version=one.version,
    )


def hidden_shape(one: Hidden, incident: Incident) -> HiddenShape:
    """What was hidden as the API shows it."""
    return HiddenShape(
        incident=one.incident,
        lift=incident.lift,
        estate=incident.estate,
        kind=incident.kind,
        severity=incident.severity_max,
        occurrence=one.occurrence,
        at=rfc3339(one.at_ms),
        by=one.by,
        of=one.of,
        over_at=None if one.over_ms is None else rfc3339(one.over_ms),
    )


def withheld_shape(one: Withheld) -> HiddenShape:
    """What was never raised as the API shows it."""
    return HiddenShape(
        incident=None,
        lift=one.lift,
        estate=one.estate,
        kind=one.kind,
        severity=BY_NAME[one.kind].severity,
        occurrence=1,
        at=rfc3339(one.at_ms),
        by=one.by,
        of=None,
    )

"""What moves of incidents and their stories look like in JSON."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from liftwatch.handlers.incidents import KINDS_BY_HAND
from liftwatch.incidents.moves import TEXT_MAX, Cause

Moment = Annotated[str, Meta(max_length=40)]
Words = Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]
Number = Annotated[int, Meta(ge=0, le=100)]


class MoveBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a move tells; `at` is when it happened, without it just now."""

    at: Moment | UnsetType = UNSET
    text: Words | UnsetType = UNSET
    crew: Words | UnsetType = UNSET
    trapped: Number | UnsetType = UNSET
    injured: Number | UnsetType = UNSET
    without_help: bool = False
    confirmed_by: Words | UnsetType = UNSET
    cause: Cause | UnsetType = UNSET
    inspection: Words | UnsetType = UNSET
    reason: Words | UnsetType = UNSET


class NewIncident(Struct, kw_only=True, forbid_unknown_fields=True):
    """What was told by telephone; `at` is since when, without it since now."""

    lift: Annotated[str, Meta(pattern="^[0-9A-Za-z-]{4,32}$")]
    kind: Annotated[str, Meta(pattern=f"^({'|'.join(KINDS_BY_HAND)})$")]
    text: Words
    at: Moment | UnsetType = UNSET


class OwnerShape(Struct):
    """Who has an incident."""

    person: str
    organisation: str | None


class DeadlineShape(Struct, kw_only=True):
    """A clock of an incident: `state` is waits, met, missed or dropped."""

    name: str
    due_at: str
    state: str
    met_at: str | None


class LineShape(Struct, kw_only=True):
    """A line of an incident's story: what came about when, noted when, by whom."""

    n: int
    at: str
    noted_at: str
    what: str
    state: str
    who: str | None
    organisation: str | None
    channel: str
    text: str | None
    facts: dict[str, Any]


class StoryShape(Struct):
    """All lines of an incident, the first one first."""

    items: list[LineShape]


DESCRIBED_MOVES = (MoveBody, NewIncident, OwnerShape, DeadlineShape, LineShape, StoryShape)

"""What the rescue platform's feed and its receipts look like in JSON."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from liftwatch.incidents.moves import TEXT_MAX, Cause
from liftwatch.rescue.receipts import ReceiptName

Words = Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]
Number = Annotated[int, Meta(ge=0, le=100)]


class CloudEventShape(Struct, kw_only=True):
    """A CloudEvent 1.0, as `liftwatch.rescue.cloudevents` writes it; `sequence` is its number."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    sequence: str
    feed: str
    exercise: bool
    data: dict[str, Any]


class FeedShape(Struct):
    """Events of a feed in order, without gaps; `next` is what to ask after, None: nothing new."""

    items: list[CloudEventShape]
    next: int | None


class ReceiptBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What the platform answers; `at` is when it happened, without it just now."""

    receipt: ReceiptName
    at: Annotated[str, Meta(max_length=40)] | UnsetType = UNSET
    text: Words | UnsetType = UNSET
    crew: Words | UnsetType = UNSET
    trapped: Number | UnsetType = UNSET
    injured: Number | UnsetType = UNSET
    without_help: bool = False
    confirmed_by: Words | UnsetType = UNSET
    cause: Cause | UnsetType = UNSET
    reason: Words | UnsetType = UNSET


class ReceiptShape(Struct, kw_only=True):
    """A receipt as it is kept: whether it moved the incident, or why not, and where that is now."""

    feed: str
    n: int
    receipt: str
    at: str
    noted_at: str
    moved: bool
    why: str | None
    repeated: bool
    incident: str
    state: str
    version: int


DESCRIBED_RESCUE = (CloudEventShape, FeedShape, ReceiptBody, ReceiptShape)

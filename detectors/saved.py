"""What a lift's detectors hold up, and how all of it is kept over a restart."""

from typing import Any

from msgspec import Struct, field

from detectors.contract import Claim
from detectors.view import View


class Active(Struct, gc=False):
    """A raised alarm: what holds it up, since when, and how grave it is.

    `again` is the newest claim that came while it was latched: it may be of after its end.
    """

    sources: dict[str, int]
    opened_ms: int
    severity: int
    again: Claim | None = None


class SavedBank(Struct):
    """A bank as it is kept over a restart."""

    area: str
    estate: str
    lift: str
    late: bool
    view: View
    rules: dict[str, Any]
    active: dict[str, Active]
    pending: dict[str, Claim] = field(default_factory=dict)
    hiding: set[str] = field(default_factory=set)

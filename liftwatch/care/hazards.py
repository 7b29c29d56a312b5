"""Hazards of lifts: those that detectors and duties show as long as they last, and those that
people write down, which are open until somebody mends or accepts them.

    open ──mend──▶ mended          what was done, by whom it concerns
      └──accept──▶ accepted        why it may stay, by an authority alone
"""

from collections import Counter
from collections.abc import Iterable
from typing import Literal, Protocol

from msgspec import Struct, structs

from liftwatch.care.area import FAULTS
from liftwatch.care.risk import DUTIES, TRENDS
from liftwatch.clock import DAY_MS
from liftwatch.incidents.course import Actor
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import TEXT_MAX, CannotMove, Untold, too_long
from liftwatch.said import Said

HazardState = Literal["open", "mended", "accepted"]
HazardSource = Literal["trend", "repeated", "duty", "person"]
REPEATED, REPEATED_MS = 3, 90 * DAY_MS
"""So many faults of a kind within so long are a hazard, though each was put right [our choice]."""


class Hazard(Struct, frozen=True, kw_only=True):
    """A hazard on record. What people did not write has the id of its incident and no version."""

    id: str
    area: str
    estate: str
    lift: str
    source: HazardSource = "person"
    kind: str | None = None
    what: str = ""
    state: HazardState = "open"
    made_ms: int
    made_by: str | None = None
    made_for: str | None = None
    ended_ms: int | None = None
    ended_by: str | None = None
    ended_for: str | None = None
    why: str | None = None
    version: int = 1


class HazardReads(Protocol):
    """What is read of hazards that people wrote down."""

    def hazard(self, id: str) -> Hazard | None:
        """One of them."""

    def hazards_of(self, lift: str, *, limit: int = 200) -> list[Hazard]:
        """Those of a lift, open ones first, then the newest."""


class HazardWork(Protocol):
    """The part of a transaction that writes hazards down."""

    def locked_hazard(self, id: str) -> Hazard | None:
        """One of them, locked against others."""

    def put_hazard(self, one: Hazard) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""


def checked(one: Hazard) -> Hazard:
    """A hazard that may be written down; Untold for one without words."""
    _words("what", one.what)
    return one


def ended(one: Hazard, state: HazardState, *, why: str, by: Actor, now_ms: int) -> Hazard:
    """A hazard that is mended or accepted. Raises CannotMove for one that is over, Untold without
    words."""
    if one.state != "open":
        raise CannotMove(Said("this hazard is over already"))
    _words("text", why)
    return structs.replace(
        one,
        state=state,
        why=why,
        ended_ms=now_ms,
        ended_by=by.person,
        ended_for=by.organisation,
        version=one.version + 1,
    )


def shown_by(recent: Iterable[Incident], *, since_ms: int) -> list[Hazard]:
    """The hazards that incidents of a lift show, each kind once: open trends and duties, and
    faults of one kind that came again and again since a moment, though they may be over. What
    people rejected and late history is nothing of it."""
    counts = Counter[str]()
    newest: dict[str, Incident] = {}
    for one in sorted(recent, key=lambda row: row.opened_ms):
        if one.lift is None or one.late or one.state == "rejected":
            continue
        if one.is_open or (one.kind in FAULTS and one.raised_ms >= since_ms):
            newest[one.kind] = one
            counts[one.kind] += one.occurrences
    found = []
    for kind, one in newest.items():
        source = _source(kind, counts[kind])
        if source is not None and (source == "repeated" or one.is_open):
            found.append(
                Hazard(
                    id=one.id,
                    area=one.area,
                    estate=one.estate,
                    lift=one.lift or "",
                    source=source,
                    kind=kind,
                    made_ms=one.opened_ms,
                    version=0,
                )
            )
    return found


def _source(kind: str, count: int) -> HazardSource | None:
    if kind in TRENDS:
        return "trend"
    if kind in DUTIES:
        return "duty"
    return "repeated" if kind in FAULTS and count >= REPEATED else None


def _words(field: str, text: str) -> None:
    if not text.strip() or len(text) > TEXT_MAX:
        raise Untold(too_long(field, TEXT_MAX))

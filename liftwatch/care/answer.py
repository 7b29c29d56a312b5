"""What a maintenance unit says to a record that the signals contradict, before it counts.

    asked ─▶ answered ─▶ counts | dropped
      └────────────────▶ counts | dropped   (when the unit had its time and said nothing)

The detectors only claim; whether it counts against the unit a person of supervision decides, after
the unit was heard or had the time to be.
"""

from typing import Literal

from msgspec import Struct, structs

from liftwatch.care.visit import CannotVisit
from liftwatch.clock import DAY_MS
from liftwatch.said import Said

ANSWER_MS = 5 * DAY_MS
"""So long a unit has to answer [our choice]."""
WHY_MAX = 1_000
AnswerState = Literal["asked", "answered", "counts", "dropped"]


class Answer(Struct, frozen=True, kw_only=True):
    """How a contradiction stands: of which incident, whose visit, what was said and decided."""

    incident: str
    lift: str
    area: str
    estate: str
    organisation: str
    visit: str | None = None
    asked_ms: int
    due_ms: int
    state: AnswerState = "asked"
    reply: str = ""
    replied_by: str | None = None
    replied_ms: int | None = None
    ruling: str = ""
    ruled_by: str | None = None
    ruled_ms: int | None = None
    version: int = 0


def reply(one: Answer, text: str, *, person: str, now_ms: int) -> Answer:
    """The unit's side; once, and in time. Raises CannotVisit."""
    if one.state != "asked":
        raise CannotVisit(Said("it is answered, or decided, already"))
    if now_ms >= one.due_ms:
        raise CannotVisit(Said("the time for an answer is over"))
    return structs.replace(
        one,
        state="answered",
        reply=_said(text),
        replied_by=person,
        replied_ms=now_ms,
        version=one.version + 1,
    )


def rule(one: Answer, *, counts: bool, text: str, person: str, now_ms: int) -> Answer:
    """Supervision decides, with a reason, once the unit was heard. Raises CannotVisit."""
    if one.state in ("counts", "dropped"):
        raise CannotVisit(Said("it is decided already"))
    if one.state == "asked" and now_ms < one.due_ms:
        raise CannotVisit(Said("the unit has not answered, and its time is not over"))
    return structs.replace(
        one,
        state="counts" if counts else "dropped",
        ruling=_said(text),
        ruled_by=person,
        ruled_ms=now_ms,
        version=one.version + 1,
    )


def _said(text: str) -> str:
    text = text.strip()
    if not 0 < len(text) <= WHY_MAX:
        raise CannotVisit(Said("give a reason, in at most %(most)s characters", most=WHY_MAX))
    return text

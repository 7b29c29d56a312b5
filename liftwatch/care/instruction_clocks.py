"""Clocks of instructions: what happens when nobody does what is due, and what the signals say.

A step is taken once in each round: a round begins when the instruction comes to another state or
gets another deadline. The engine takes them (`liftwatch.engine.instructions`).
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from liftwatch.care.instructions import AT_WORK, UNACCEPTED, WATCH_MS, Instruction, Signals
from liftwatch.clock import DAY_MS

RESPONSIBLE, ISSUER, HEADS, AUTHORITIES, OFFERED = "R", "S", "H", "A", "O"
"""Whom a step tells: the organisation it lies with, who issued it, the heads of the former, all
authorities of the area, whom it is offered to."""
Begin = Literal["issued", "deadline", "reported"]


class Step(NamedTuple):
    """A row: in which states it is taken, so long after what, to which level it goes up, and whom
    it tells. Times are our choice, unless a setting of the law is named."""

    name: str
    states: frozenset[str]
    begin: Begin
    after_ms: int
    level: int
    tells: str


STEPS: tuple[Step, ...] = (
    Step(UNACCEPTED, frozenset({"issued"}), "issued", 2 * DAY_MS, 1, "RS"),
    Step("near", AT_WORK, "deadline", -2 * DAY_MS, 0, "R"),
    Step("overdue", AT_WORK, "deadline", 0, 1, "RS"),
    Step("overdue_3", AT_WORK, "deadline", 3 * DAY_MS, 2, "RSH"),
    Step("overdue_7", AT_WORK, "deadline", 7 * DAY_MS, 3, "RSHA"),
    Step("unverified", frozenset({"reported"}), "reported", 5 * DAY_MS, 1, "S"),
    Step("unverified_10", frozenset({"reported"}), "reported", 10 * DAY_MS, 2, "SA"),
)
MOVE_TELLS = {
    "issue": "R",
    "offer": "OS",
    "take": "RS",
    "refuse": "RS",
    "report": "S",
    "ask": "S",
    "extend": "R",
    "deny": "R",
    "verify": "R",
    "reject": "R",
    "settle": "RS",
    "relapse": "RS",
    "doubt": "S",
    "close": "R",
    "withdraw": "R",
}
"""Whom a move tells."""
HEARD_MIN = 0.8
"""Below this share of its days a lift was not heard well enough to say anything [our choice]."""
DAY_RECEIVED_MIN = 720
"""Messages of a day on which a lift was heard: half of what an idle one says (contract 1: a state
every 60 s)."""


def due_ms_of(step: Step, one: Instruction) -> int | None:
    """When a step is due; None where it does not apply.

    What is to be accepted has at most half of the time that is given for it.
    """
    if one.state not in step.states or step.name in one.fired:
        return None
    if step.begin == "issued":
        return one.issued_ms + min(step.after_ms, one.span_ms // 2)
    if step.begin == "reported":
        return None if one.reported_ms is None else one.reported_ms + step.after_ms
    due_ms = one.deadline_ms + step.after_ms
    return None if step.after_ms < 0 and due_ms <= one.issued_ms else due_ms


def steps_due(one: Instruction, now_ms: int) -> list[tuple[int, Step]]:
    """The steps that are due by then, the first one first."""
    found = [(due, step) for step in STEPS if (due := due_ms_of(step, one)) is not None]
    return sorted((row for row in found if row[0] <= now_ms), key=lambda row: row[0])


def next_ms(one: Instruction, now_ms: int) -> int | None:
    """When somebody is to look at an instruction again; None: never, unless it is moved.

    While the signals are listened to that is once a day, and at the end.
    """
    found = [due for step in STEPS if (due := due_ms_of(step, one)) is not None]
    until_ms, since_ms = one.watched_until_ms, one.verified_ms
    if until_ms is not None and since_ms is not None:
        days = (now_ms - since_ms) // DAY_MS + 1
        found.append(min(until_ms, since_ms + days * DAY_MS) if now_ms < until_ms else until_ms)
    return min(found, default=None)


class Heard(NamedTuple):
    """What was heard of lifts since the work was verified: how often one of the kinds was raised
    again, and of each lift how many of how many days it was heard."""

    raised: int
    days: Sequence[tuple[int, int]] = ()


def judged(heard: Heard, *, over: bool) -> Signals | None:
    """What the signals say; None as long as the 30 days last and nothing came again.

    A silent lift says nothing, and no lift at all says nothing either.

    >>> judged(Heard(1), over=False), judged(Heard(0, [(30, 30)]), over=False)
    ('again', None)
    >>> judged(Heard(0, [(29, 30)]), over=True), judged(Heard(0, [(30, 30), (20, 30)]), over=True)
    ('quiet', 'cannot_tell')
    >>> judged(Heard(0), over=True)
    'cannot_tell'
    """
    if heard.raised:
        return "again"
    if not over:
        return None
    shares = [known / days for known, days in heard.days if days]
    return "quiet" if shares and min(shares) >= HEARD_MIN else "cannot_tell"


def is_over(one: Instruction, now_ms: int) -> bool:
    """Whether the 30 days are over."""
    return one.verified_ms is not None and now_ms >= one.verified_ms + WATCH_MS

"""What the rescue platform must know of incidents: one numbered stream a feed, without gaps.

A feed is an area's, and exercises have a feed of their own: whoever may read a feed may read all of
it, so that no filter ever tears a gap into its numbers, and no exercise is ever among what is real.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from liftwatch.clock import MINUTE_MS, SECOND_MS
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import RESCUE
from liftwatch.incidents.pages import at_once

EXERCISES = "-exercise"
SUSPECTED = "entrapment_suspected"
ASKED_AGAIN = frozenset({"raised", "again", "graver"})
"""Events that call for somebody to go; a silent platform is passed by for these."""
LIFT_FACTS = (
    "equipment_code",
    "rescue_code",
    "address",
    "building",
    "unit",
    "latitude",
    "longitude",
    "datum",
    "manufacturer",
    "model",
    "maintenance_unit",
    "use_unit",
)
"""Of a lift's facts what a crew needs to find it and to get in."""


class RescueEvent(Struct, frozen=True, kw_only=True):
    """The `n`th of its feed, from 1: what came about with an incident, and how it stood then.

    `data` is that snapshot; below it stands what became of telling it. `due_ms` is when it is sent
    (again), `first_ms` when it was tried first. `done_ms` is its first receipt, `dead_ms` when the
    platform refused it for good, `passed_ms` when another channel was used, by promise `passed`.
    """

    feed: str
    n: int = 0
    incident: str
    lift: str | None
    what: str
    at_ms: int
    data: dict[str, Any]
    attempts: int = 0
    due_ms: int = 0
    first_ms: int | None = None
    done_ms: int | None = None
    dead_ms: int | None = None
    detail: str | None = None
    passed_ms: int | None = None
    passed: str | None = None

    @property
    def key(self) -> str:
        """By which the platform knows it again, however often it comes."""
        return f"{self.feed}/{self.n}"

    @property
    def exercise(self) -> bool:
        """Whether nothing of it is real."""
        return self.feed.endswith(EXERCISES)


def feed_of(area: str, *, exercise: bool) -> str:
    """The name of a feed.

    >>> feed_of("320583", exercise=False), feed_of("320583", exercise=True)
    ('320583', '320583-exercise')
    """
    return area + EXERCISES if exercise else area


def must_know(incident: Incident) -> bool:
    """Whether the platform learns of an incident at once.

    >>> one = Incident(id="i", kind="overspeed", severity=1, severity_max=1, opened_ms=0,
    ...     raised_ms=0, area="320583", estate="garden", lift="L-1")
    >>> must_know(one), is_suspected(one)
    (True, False)
    """
    if incident.late or not incident.is_open:
        return False
    return RESCUE in at_once(incident.kind, incident.evidence)


def is_suspected(incident: Incident) -> bool:
    """Whether the platform learns of it if it still stands when its clock `tell-rescue` is due."""
    stands = incident.is_open and incident.alarm == "raised" and not incident.late
    return stands and incident.kind == SUSPECTED


def what_of(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> str:
    """What came about between two snapshots of an incident, in one word.

    >>> before = {"occurrences": 1, "state": "raised", "severity": 2, "alarm": "raised"}
    >>> what_of(None, before), what_of(before, before | {"severity": 1})
    ('raised', 'graver')
    >>> what_of(before, before | {"state": "closed", "alarm": "cleared"})
    'closed'
    """
    if before is None:
        return "raised"
    if now["occurrences"] > before["occurrences"]:
        return "again"
    if now["state"] != before["state"]:
        return str(now["state"])
    if now["severity"] < before["severity"]:
        return "graver"
    if now["alarm"] != before["alarm"]:
        return str(now["alarm"])
    return "changed"


RETRY_MS, RETRY_MS_MAX = SECOND_MS, MINUTE_MS
RECEIPT_MS, RECEIPT_MS_MAX = 15 * SECOND_MS, 5 * MINUTE_MS
"""Pauses after a failure, and while a receipt is awaited: each doubles up to its ceiling [our
choice: a life may hang on it, and a platform that is up again is told within the minute]."""


def pause_ms(attempts: int, *, taken: bool) -> int:
    """How long until it is sent again, after so many tries of which the last was taken, or not.

    >>> [pause_ms(n, taken=False) // 1000 for n in (1, 2, 5, 99)]
    [1, 2, 16, 60]
    >>> [pause_ms(n, taken=True) // 1000 for n in (1, 2, 99)]
    [15, 30, 300]
    """
    first, most = (RECEIPT_MS, RECEIPT_MS_MAX) if taken else (RETRY_MS, RETRY_MS_MAX)
    return min(first << min(attempts - 1, 20), most)

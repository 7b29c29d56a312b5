"""An incident that stands for several lifts, on every kind of books."""

from typing import Any

from liftwatch.clock import parse_ms
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.incidents.incident import AlarmChange
from liftwatch.ports import Books, IncidentFilter

MONDAY_MS = parse_ms("2026-03-02T00:00:00Z")


def alarm(edge: str = "raised", at_s: int = 0, **fields: Any) -> AlarmChange:
    """A change, some seconds into Monday, of what began with it."""
    at_ms = MONDAY_MS + at_s * 1000
    given: dict[str, Any] = {
        "area": "320583",
        "estate": "garden",
        "lift": "LIFT-0001",
        "kind": "mains_lost",
        "edge": edge,
        "opened_ms": at_ms,
        "at_ms": at_ms,
        "severity": 3,
    }
    return AlarmChange(**given | fields)


def test_what_several_lifts_share(books: Books) -> None:
    """It has no lift, adopts the incident of each, grows, counts once, and clears as one."""
    shared: dict[str, Any] = {"lift": None, "scope": "garden/3", "of_kind": "mains_lost"}
    changes = [
        alarm(lift="LIFT-0001"),
        alarm(lift="LIFT-0002"),
        alarm(lifts=("LIFT-0001", "LIFT-0002"), **shared),
        alarm(lift="LIFT-0003", at_s=4),
        alarm("wider", 4, opened_ms=MONDAY_MS, lifts=("LIFT-0001", "LIFT-0003"), **shared),
    ]
    for change in [*changes, *changes]:
        apply_alarm(books, change)
    found = {one.lift: one for one in books.incidents(IncidentFilter()).items}
    parent = found.pop(None)
    assert parent.lifts == ("LIFT-0001", "LIFT-0002", "LIFT-0003")
    assert (parent.scope, parent.version, parent.occurrences) == ("garden/3", 2, 1)
    assert {one.parent for one in found.values()} == {parent.id}
    with books.begin() as work:
        assert work.open_incident_of_scope("garden/3", "mains_lost") == parent
        assert work.open_incident_of_scope("garden/4", "mains_lost") is None
    apply_alarm(books, alarm("cleared", 9, opened_ms=MONDAY_MS, **shared))
    after = books.incident(parent.id)
    assert after is not None
    assert (after.alarm, after.state) == ("cleared", "closed")
    assert apply_alarm(books, alarm("wider", 10, lifts=("LIFT-0004",), **shared)) is None

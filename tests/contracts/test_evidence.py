"""One contract for windows of evidence, whatever lies beneath: memory, SQLite, PostgreSQL."""

from typing import Any

import pytest
from msgspec import structs

from liftwatch.handlers.alarms import apply_alarm
from liftwatch.incidents.evidence import (
    WINDOWS_MAX,
    Confidence,
    EvidenceWindow,
    Kept,
    plan_window,
)
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.ports import Books

MONDAY_MS = 1_772_439_247_420
FAR_MS = 2**50


class _ChangedHisMind(Exception):
    """Ends a transaction."""


def change(edge: str = "raised", at_s: int = 0, **fields: Any) -> AlarmChange:
    """An alarm's change, `at_s` seconds into Monday; it began 45 s before."""
    given: dict[str, Any] = {
        "area": "320583",
        "estate": "garden",
        "lift": "LIFT-0001",
        "kind": "entrapment",
        "edge": edge,
        "opened_ms": MONDAY_MS + at_s * 1000 - 45_000,
        "at_ms": MONDAY_MS + at_s * 1000,
        "severity": 1,
    }
    return AlarmChange(**given | fields)


def raised(books: Books, at_s: int = 0, **fields: Any) -> Incident:
    """The incident of an alarm that is raised."""
    made = apply_alarm(books, change(at_s=at_s, **fields))
    assert made is not None
    return made


def due(window: EvidenceWindow) -> int:
    """When it is due."""
    assert window.due_ms is not None
    return window.due_ms


def test_a_raised_incident_has_its_window_planned(books: Books) -> None:
    """In the same transaction; 60 s before it began, 30 s after it was raised."""
    incident = raised(books)
    (window,) = books.evidence_of(incident.id)
    assert (window.incident, window.n, window.kept_ms, window.complete) == (
        incident.id,
        1,
        None,
        False,
    )
    assert (window.from_ms, window.to_ms) == (MONDAY_MS - 105_000, MONDAY_MS + 30_000)
    assert books.next_evidence(due(window) - 1) is None
    assert books.next_evidence(due(window)) == window


def test_what_is_rolled_back_has_no_window(books: Books) -> None:
    """Neither is a window replaced."""
    incident = raised(books)
    (window,) = books.evidence_of(incident.id)
    with pytest.raises(_ChangedHisMind), books.begin() as work:
        assert work.plan_evidence(window)
        assert work.put_evidence(structs.replace(window, due_ms=None), due_ms=due(window))
        raise _ChangedHisMind
    assert books.evidence_of(incident.id) == [window]


def test_raised_again_or_graver_it_has_another_up_to_a_limit(books: Books) -> None:
    """A clear, or what joins an alarm that stands, adds none."""
    incident = raised(books)
    apply_alarm(books, change("graver", at_s=1, severity=1))
    raised(books, at_s=2)  # joins: it stands already
    taken = now(books, incident)
    with books.begin() as work:
        work.update_incident(
            structs.replace(taken, state="acknowledged", version=taken.version + 1)
        )
    for k in range(3, 3 + 2 * WINDOWS_MAX, 2):
        apply_alarm(books, change("cleared", at_s=k, opened_ms=MONDAY_MS))
        raised(books, at_s=k + 1)
    windows = books.evidence_of(incident.id)
    assert [one.n for one in windows] == list(range(1, WINDOWS_MAX + 1))
    assert [(one.raised_ms - MONDAY_MS) // 1000 for one in windows] == [0, 1, 4, 6, 8]
    assert now(books, incident).occurrences == WINDOWS_MAX + 1


def now(books: Books, incident: Incident) -> Incident:
    """As it stands."""
    found = books.incident(incident.id)
    assert found is not None
    return found


def test_late_history_has_evidence_too(books: Books) -> None:
    """It is due after we have heard of it, not after it happened."""
    incident = raised(books, late=True)
    (window,) = books.evidence_of(incident.id)
    assert due(window) > MONDAY_MS + 90_000


def test_a_window_is_kept_as_it_was_written(books: Books) -> None:
    """Numbers, truths and texts of any language, in their types."""
    incident = raised(books)
    (window,) = books.evidence_of(incident.id)
    kept = Kept(
        series={
            "state.speed_mps": [(-1_200, 1.0), (0, -0.5)],
            "state.occupied": [(-60_000, True), (30_000, False)],
            "state.people": [(0, 3)],
            "event.raw_text": [(5, "门 \x00 ' \" \\")],
        },
        thinned={"state.speed_mps": 7_000},
        threshold="45 s",
        source="contract",
        confidence=Confidence(needed=4, present=3, missing=("a|b",), sources=("state",)),
    )
    fresh = structs.replace(
        window, due_ms=None, looks=2, kept_ms=MONDAY_MS, complete=True, points=9_000, kept=kept
    )
    with books.begin() as work:
        assert work.put_evidence(fresh, due_ms=due(window))
    (found,) = books.evidence_of(incident.id)
    assert found == fresh
    assert type(found.kept.series["state.speed_mps"][0][1]) is float
    assert type(found.kept.series["state.people"][0][1]) is int
    assert books.next_evidence(FAR_MS) is None


def test_of_two_who_write_the_same_window_one_wins(books: Books) -> None:
    """Whoever saw an older moment of being due writes nothing."""
    incident = raised(books)
    (window,) = books.evidence_of(incident.id)
    was_ms = due(window)
    with books.begin() as work:
        moved = structs.replace(window, due_ms=was_ms + 15_000, points=3)
        assert work.put_evidence(moved, due_ms=was_ms)
        assert not work.put_evidence(structs.replace(moved, points=4), due_ms=was_ms)
    assert books.evidence_of(incident.id) == [moved]
    assert books.evidence_of("nobody") == []
    with books.begin() as work:
        assert not work.put_evidence(structs.replace(moved, n=2), due_ms=was_ms + 15_000)


def test_what_has_been_due_for_longest_comes_first(books: Books) -> None:
    """Whatever the order in which it was planned."""
    made = [raised(books, lift=f"LIFT-{k}") for k in range(3)]
    for one, due_s in zip(made, (20, 0, 10), strict=True):
        (window,) = books.evidence_of(one.id)
        assert put_due(books, window, MONDAY_MS + due_s * 1000)
    order = []
    for _ in made:
        window_ = books.next_evidence(FAR_MS)
        assert window_ is not None
        order.append(window_.incident)
        with books.begin() as work:
            assert work.put_evidence(structs.replace(window_, due_ms=None), due_ms=due(window_))
    assert order == [made[1].id, made[2].id, made[0].id]


def put_due(books: Books, window: EvidenceWindow, due_ms: int) -> bool:
    """Have it due at another moment."""
    with books.begin() as work:
        return work.put_evidence(structs.replace(window, due_ms=due_ms), due_ms=due(window))


def test_a_window_never_begins_after_its_end() -> None:
    """Also when an alarm says that it began after it was raised, or days before."""
    for opened_s in (-(10**6), 0, 10**6):
        window = plan_window(
            "machine_room_hot",
            incident="i",
            opened_ms=MONDAY_MS + opened_s * 1000,
            raised_ms=MONDAY_MS,
            noted_ms=MONDAY_MS,
        )
        assert MONDAY_MS - 3_600_000 <= window.from_ms <= MONDAY_MS - 60_000
        assert window.to_ms == MONDAY_MS + 30_000

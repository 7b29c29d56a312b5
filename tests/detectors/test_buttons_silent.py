"""Buttons that fall silent, beside people who go away, holidays, and quiet nights."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from detectors.bank import Bank
from detectors.contract import Claim
from detectors.rules.button_silent import ButtonSilent
from detectors.view import View
from liftwatch.clock import DAY_MS, HOUR_MS, parse_ms, rfc3339
from liftwatch.incidents.incident import AlarmChange
from liftwatch.telemetry.messages import Button, Edge, Item, Maintenance
from tests.detectors.conftest import as_heard

START_MS = parse_ms("2026-03-01T16:00:00Z")  # midnight in Shanghai
HOURS = (7, 7, 8, 8, 10, 12, 17, 18, 18, 19, 19, 21)
FLOORS = range(2, 12)


def presses(seed: int, days: range, *, per_floor: float = 6.0) -> Iterator[tuple[int, Edge]]:
    """What people press: down at their floor and 1 in the car, or up at 1 and their floor."""
    rng = random.Random(seed)
    for day in days:
        trips = [
            (START_MS + day * DAY_MS + rng.choice(HOURS) * HOUR_MS + rng.randrange(HOUR_MS), floor)
            for floor in FLOORS
            for _ in range(int(rng.expovariate(1 / per_floor)))
        ]
        for at_ms, floor in sorted(trips):
            leaves = rng.random() < 0.5
            landing = floor if leaves else 1
            car = 1 if leaves else floor
            at = parse_at(at_ms)
            direction = "down" if leaves else "up"
            yield (
                at_ms,
                Edge(
                    panel="landing",
                    floor=landing,
                    direction=direction,
                    button="floor",
                    edge="press",
                    at=at,
                ),
            )
            yield at_ms, Edge(panel="car", floor=car, button="floor", edge="press", at=at)


def parse_at(at_ms: int) -> object:
    """A moment as an edge holds it."""
    return datetime.fromisoformat(rfc3339(at_ms))


def claims_of(told: Iterator[tuple[int, Edge]]) -> list[Claim]:
    """What the rule claims when people press so."""
    rule, view = ButtonSilent(), View()
    claims: list[Claim] = []
    for at_ms, edge in told:
        body = Button(v=1, terminal="T", boot="b", seq=0, at="", edges=[edge])
        claims += rule.hear(as_heard(body, at_ms), view)
    return claims


def is_of(edge: Edge, panel: str, floor: int) -> bool:
    """Whether it is this button."""
    return edge.panel == panel and edge.floor == floor


def test_a_landing_button_that_dies_is_found_within_three_weeks() -> None:
    """The people of its floor still come home by the car's button."""
    for seed in range(5):
        told = (
            (at_ms, edge)
            for at_ms, edge in presses(seed, range(60))
            if at_ms < START_MS + 30 * DAY_MS or not is_of(edge, "landing", 7)
        )
        claims = claims_of(told)
        assert [one.evidence["button"] for one in claims] == ["landing/floor/7/down"], seed
        assert claims[0].at_ms < START_MS + 51 * DAY_MS
        assert abs(claims[0].opened_ms - (START_MS + 30 * DAY_MS)) < 3 * DAY_MS


def test_it_clears_when_it_speaks_again() -> None:
    """Three presses of it."""
    told = (
        (at_ms, edge)
        for at_ms, edge in presses(3, range(70))
        if not (30 <= (at_ms - START_MS) / DAY_MS < 50 and is_of(edge, "landing", 7))
    )
    assert [one.edge for one in claims_of(told)] == ["raised", "cleared"]


def test_people_who_use_the_lift_as_ever_make_no_button_dead() -> None:
    """Half a year of ten lifts."""
    for seed in range(10):
        assert claims_of(presses(seed, range(180))) == [], seed


def test_a_floor_whose_people_are_away() -> None:
    """Neither its landing button nor its button in the car is pressed for a month."""
    told = (
        (at_ms, edge)
        for at_ms, edge in presses(11, range(90))
        if not (30 <= (at_ms - START_MS) / DAY_MS < 60 and edge.floor == 5)
    )
    assert claims_of(told) == []


def test_a_holiday_on_which_hardly_anybody_is_there() -> None:
    """Ten days with a twentieth of the presses."""
    rng = random.Random(1)
    told = (
        (at_ms, edge)
        for at_ms, edge in presses(12, range(70))
        if not 30 <= (at_ms - START_MS) / DAY_MS < 40 or rng.random() < 0.05
    )
    assert claims_of(told) == []


def test_nothing_is_told_before_there_is_a_habit() -> None:
    """Two weeks; what was never pressed has no habit to be silent against."""
    told = (
        (at_ms, edge)
        for at_ms, edge in presses(13, range(30))
        if at_ms < START_MS + 3 * DAY_MS or not is_of(edge, "landing", 7)
    )
    assert claims_of(told) == []


def silence_with_visits(days: Sequence[int], **said: Any) -> list[AlarmChange]:
    """What is raised of a button that nobody hears from day 30 on, with visits that say so much."""
    bank = Bank(area="320583", estate="garden", lift="LIFT-0001", detectors=(ButtonSilent,))
    visits = iter([START_MS + day * DAY_MS + 13 * HOUR_MS for day in days])
    visit_ms = next(visits, None)
    raised: list[AlarmChange] = []
    for seq, (at_ms, edge) in enumerate(presses(2, range(80))):
        if visit_ms is not None and at_ms >= visit_ms:
            for phase, from_ms in (("in", visit_ms), ("out", visit_ms + 20)):
                fields = {"terminal": "T", "boot": "b", "seq": seq, "at": "", "phase": phase}
                raised += bank.hear(as_heard(Maintenance(v=1, **fields, **said), from_ms))  # type: ignore[arg-type]  # of a test
            visit_ms = next(visits, None)
        if at_ms < START_MS + 30 * DAY_MS or not is_of(edge, "landing", 7):
            body = Button(v=1, terminal="T", boot="b", seq=seq, at="", edges=[edge])
            raised += bank.hear(as_heard(body, at_ms))
    return raised


def test_a_visit_of_routine_care_changes_nothing() -> None:
    """It comes every fortnight: neither what is usual begins anew, nor a silence."""
    alone = silence_with_visits(())
    assert [(one.edge, one.evidence["button"]) for one in alone] == [
        ("raised", "landing/floor/7/down")
    ]
    visited = silence_with_visits((10, 24, 31, 32, 33), work="half_month")
    checked = [Item(code="A-1-24", result="ok")]
    told = silence_with_visits((10, 24, 31, 32, 33), work="half_month", items=checked)
    assert abs(visited[0].at_ms - alone[0].at_ms) < DAY_MS
    assert abs(told[0].at_ms - alone[0].at_ms) < DAY_MS


def test_who_worked_on_buttons_may_have_mended_it() -> None:
    """From then on the silence counts anew; what was raised is over, and raised again."""
    alone = silence_with_visits(())
    day = (alone[0].at_ms - START_MS) // DAY_MS
    for said in (
        {"work": "half_month", "items": [Item(code="A-1-24", result="replaced")]},
        {"work": "repair"},
    ):
        before = silence_with_visits((day - 1,), **said)
        assert before[0].at_ms > alone[0].at_ms + DAY_MS
        after = silence_with_visits((day + 1,), **said)
        assert [one.edge for one in after] == ["raised", "cleared", "raised"]

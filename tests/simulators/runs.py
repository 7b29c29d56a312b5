"""Runs that tests look at, and ways to look: messages by kind, states by lift and in pairs."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from liftwatch.clock import parse_ms
from simulators.estates import place_of, plan_lift
from simulators.fleet import Fleet, Outgoing
from simulators.scenario import Scenario, fault

START_MS = parse_ms("2026-03-02T00:00:00.000Z")  # eight in the morning in Kunshan
SEED = 20260302


def kind_of(sent: Outgoing) -> str:
    """The kind of a message, by its topic."""
    return sent.topic.rsplit("/", 1)[1]


def lift_of(sent: Outgoing) -> str:
    """The lift of a message, by its topic."""
    return sent.topic.split("/")[4]


def of_kind(messages: list[Outgoing], kind: str) -> list[dict[str, Any]]:
    """The payloads of one kind."""
    return [sent.payload for sent in messages if kind_of(sent) == kind]


def states_by_lift(messages: list[Outgoing]) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """Moments and payloads of the states of each lift, in order."""
    states: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for sent in messages:
        if kind_of(sent) == "state":
            states.setdefault(lift_of(sent), []).append((sent.at_ms, sent.payload))
    return states


def neighbours(
    messages: list[Outgoing],
) -> Iterator[tuple[tuple[int, dict[str, Any]], tuple[int, dict[str, Any]]]]:
    """Each two states of a lift that follow each other."""
    for states in states_by_lift(messages).values():
        yield from pairwise(states)


def play(
    name: str,
    *,
    seed: int = SEED,
    lifts: int = 1,
    minutes: float = 40.0,
    people_per_day: float = 0.0,
    **options: float,
) -> tuple[list[Outgoing], list[Any]]:
    """Some time of a fleet whose first lift has one fault after five minutes."""
    scenario = Scenario((fault(0, name, 300.0, **options),))
    plans = [plan_lift(place_of(index, seed=seed), seed=seed) for index in range(lifts)]
    if people_per_day:
        plans = [plan._replace(people_per_day=people_per_day) for plan in plans]
    fleet = Fleet(plans, seed=seed, start_ms=START_MS, scenario=scenario)
    messages = list(fleet.run(START_MS + round(minutes * 60_000)))
    return messages, fleet.truth()

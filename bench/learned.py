"""The learned detector: what a ride costs, what it finds, how often it is wrong.

`python -m bench.learned` prints three tables. Rides and door cycles are those of the simulator's
reports, one after the other without the minutes between, so that months pass in minutes.
BENCH_MONTHS is how many lift-months are judged for false alarms (100 take a quarter of an hour).
"""

import os
import time
from collections.abc import Callable, Iterator
from random import Random

import numpy as np
from msgspec import convert
from sklearn.covariance import LedoitWolf
from sklearn.ensemble import IsolationForest

from detectors.models.baseline import LIMIT, WARM
from detectors.models.features import PARTS
from detectors.models.forest import Array, inputs_of, odds, scores
from detectors.models.shelf import SHELF
from detectors.rules.ride_anomaly import RideAnomaly
from detectors.training.forests import blurred, fit
from detectors.training.rows import Gatherer
from detectors.training.trial import moved_by
from detectors.view import View
from ingest.decode import KINDS
from liftwatch.clock import DAY_MS, parse_ms, rfc3339
from liftwatch.register.facts import Facts
from liftwatch.telemetry.messages import Message
from simulators import report
from simulators.estates import LIFTS_PER_ESTATE, place_of, plan_lift
from simulators.lift import Lift
from simulators.people import Person

MONTHS = float(os.environ.get("BENCH_MONTHS", "3"))
SEED, LIFTS, RIDES = 41, 30, 1_500
START_MS = parse_ms("2026-03-02T00:00:00.000Z")
MOVES = ((1, 3.0), (1, 4.0), (1, 6.0), (1, 9.0), (2, 3.0), (2, 5.0), (4, 3.0))
ODD_SHARE = 0.001
LOADS = (0, 0, 1, 1, 1, 2, 2, 3)  # people in a car


class Hurried:
    """A healthy simulated lift whose rides and door cycles follow each other at once."""

    def __init__(self, number: int) -> None:
        place = place_of(number * (LIFTS_PER_ESTATE // 2 + 1), seed=SEED)
        self.plan = plan_lift(place, seed=SEED)
        self.lift = Lift(self.plan, seed=SEED, start_ms=START_MS)
        self.rng = Random(number)
        self.facts = Facts(roping=2, rated_speed_mps=self.plan.limits.speed_mps)
        self.per_day = self.plan.people_per_day

    def messages(self, rides: int) -> Iterator[Message]:
        """So many rides, each with the doors at its end."""
        for n in range(rides):
            at_ms = START_MS + round(n * DAY_MS / self.per_day)
            yield self._message("ride", self._ride(), at_ms)
            yield self._message("door", self._door(), at_ms + 9_000)

    def _ride(self) -> dict[str, object]:
        lift, plan = self.lift, self.plan
        here = lift.floor
        away = here == plan.entrance or self.rng.random() < 0.1
        others = [row.floor for row in plan.landings if row.floor != here]
        motion = lift.ride_plan(self.rng.choice(others) if away else plan.entrance)
        lift.car.people = [Person(1, 2) for _ in range(self.rng.choice(LOADS))]
        lift.car.move(motion, lift.now_ms)
        lift.car.rest()
        said = report.ride_of(lift, motion, started_ms=lift.now_ms, from_floor=here)
        if "load" not in plan.sensors:
            del said["load_pct"]
        return {**said, "duration_s": round(motion.duration_s, 3)}

    def _door(self) -> dict[str, object]:
        times = {"open_s": self.plan.doors.open_s, "close_s": self.plan.doors.close_s}
        said = {**times, "current_rms_a": 1.3, "current_peak_a": 2.73, "closing_force_n": 92.0}
        drawn = {
            name: round(value * self.rng.uniform(0.97, 1.03), 3) for name, value in said.items()
        }
        return {**drawn, "result": "closed"}

    def _message(self, kind: str, said: dict[str, object], at_ms: int) -> Message:
        envelope = {"v": 1, "terminal": "T", "boot": "b", "seq": 0, "at": rfc3339(at_ms)}
        return Message(
            area=self.plan.area,
            estate=self.plan.estate,
            lift=self.plan.name,
            kind=kind,
            source="terminal",
            at_ms=at_ms,
            stored_ms=at_ms,
            received_ms=at_ms,
            clock_ok=True,
            late=False,
            exercise=True,
            body=convert({**envelope, **said}, KINDS[kind]),
        )


def rows_of(numbers: range, part: str) -> Array:
    """What some lifts did, in spreads of their own past."""
    gatherer = Gatherer()
    for number in numbers:
        lift = Hurried(number)
        gatherer.know(lift.plan.name, lift.facts)
        for message in lift.messages(RIDES):
            gatherer.hear(message)
    return np.vstack([one.rows for one in gatherer.gathered() if one.part == part])


def found(name: str, score: Callable[[Array], Array], healthy: Array) -> str:
    """A line: the share of moved rows found, with one healthy row in a thousand taken for odd."""
    limit = np.quantile(score(healthy), 1 - ODD_SHARE)
    shares = []
    for count, by in MOVES:
        rows = moved_by(healthy[:4_000], np.random.default_rng(count), features=count, spreads=by)
        shares.append(float((score(rows) > limit).mean()))
    return f"{name:34}" + "".join(f"{share:8.2f}" for share in shares)


def print_found(part: str) -> None:
    """What several kinds of models find on lifts they were not trained on."""
    trained, held_back = rows_of(range(LIFTS), part), rows_of(range(LIFTS, 2 * LIFTS), part)
    held_back = np.random.default_rng(1).permutation(held_back)[:20_000]
    print(f"\n{part}: found of rows moved" + "".join(f"{c:>4}x{by:<3g}" for c, by in MOVES))
    default = SHELF.find(part, Facts())
    assert default is not None
    print(
        found("ours, the default file", lambda r: scores(default.forest, inputs_of(r)), held_back)
    )
    ours = fit(trained, seed=1)
    blunt = blurred(trained, np.random.default_rng(1))  # as ours is trained
    print(found("ours, trained here", lambda r: ours.predict_proba(inputs_of(r))[:, 1], held_back))
    for trees, rows in ((100, 256), (400, 256)):
        model = IsolationForest(n_estimators=trees, max_samples=rows, random_state=1).fit(blunt)
        print(
            found(
                f"isolation forest, {trees} trees",
                lambda r, m=model: -m.score_samples(r),
                held_back,
            )
        )
    both = IsolationForest(n_estimators=100, random_state=1).fit(inputs_of(blunt))
    print(found("the same, our inputs", lambda r: -both.score_samples(inputs_of(r)), held_back))
    shape = LedoitWolf().fit(blunt)
    print(found("Mahalanobis (Ledoit-Wolf)", shape.mahalanobis, held_back))
    print(found("greatest spread alone", lambda r: np.abs(r).max(axis=1), held_back))


def print_cost() -> None:
    """Microseconds of CPU: of one score here and by scikit-learn, of one ride heard in all."""
    rows = np.random.default_rng(1).normal(size=(2_000, 19)).clip(-LIMIT, LIMIT).astype("f4")
    fitted = SHELF.find("ride", Facts())
    assert fitted is not None
    print(f"one score, flat arrays    {_us(lambda row: odds(fitted.forest, row), rows):9.1f} µs")
    forest = fit(np.random.default_rng(2).normal(size=(20_000, 19)).astype("f4"), seed=1)
    theirs = _us(lambda row: forest.predict_proba(inputs_of(row[None, :])), rows[:100])
    print(f"one score, scikit-learn   {theirs:9.1f} µs")
    lift, view, rule = Hurried(0), View(), RideAnomaly()
    view.learn(lift.facts)
    said = list(lift.messages(3_000))
    for part in PARTS:
        heard = [message for message in said if message.kind == part]
        cold = heard[: 8 * WARM]
        for message in cold:
            list(rule.hear(message, view))
        cost = _us(lambda message: list(rule.hear(message, view)), heard[len(cold) :])
        print(f"one {part} heard            {cost:9.1f} µs")


def _us(work: Callable[[object], object], each: object) -> float:
    began_s, count = time.process_time(), 0
    for one in each:
        work(one)
        count += 1
    return (time.process_time() - began_s) / count * 1e6


def print_false_alarms() -> None:
    """Claims of healthy lifts."""
    claims, rides, days, number = 0, 0, 0.0, 2 * LIFTS
    while days < MONTHS * 30:
        lift, view, rule = Hurried(number), View(), RideAnomaly()
        view.learn(lift.facts)
        count = round(10 * lift.per_day)
        for message in lift.messages(count):
            claims += sum(claim.edge == "raised" for claim in rule.hear(message, view))
        rides, days, number = rides + count, days + 10, number + 1
    print(f"\nhealthy lifts: {claims} claims in {days / 30:.0f} lift-months, {rides} rides")


def main() -> None:
    """Print the tables."""
    print_cost()
    for part in PARTS:
        print_found(part)
    print_false_alarms()


if __name__ == "__main__":
    main()

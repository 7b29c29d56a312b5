"""Do the lifts that the score ranks worst fail more? `python -m bench.risk_curve`

Simulated lifts live for two years on paper: what befalls them is drawn by the simulator's own
processes (`simulators.rates`), without playing their rides. What of the first year would have been
found, by the recall and delay measured in docs/evaluation.md, goes into books; the service's own
code scores the lifts by it; what really happens in the second year is counted. The simulator knows
nothing of the score.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from random import Random
from statistics import mean, stdev
from typing import NamedTuple

from scipy.stats import t as student

from bench.risk_picture import Line, picture
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.care.area import FAULTS
from liftwatch.care.risk import WEIGHTS
from liftwatch.clock import DAY_MS, HOUR_MS, parse_ms
from liftwatch.handlers.care_risk import Judged, judge_risks
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import BY_NAME as KINDS
from liftwatch.ports import LiftRow
from liftwatch.register.facts import Facts
from simulators.duties import dated
from simulators.estates import place_of, plan_lift
from simulators.faults import kind_of_fault
from simulators.faults.scene import Scene
from simulators.lift import age_years_of
from simulators.plan import Plan
from simulators.rates import RATES, frailty_of, happenings, luck_of, times_of

HERE = Path(__file__).parent.parent
START_MS = parse_ms("2026-01-01T00:00:00.000Z")
YEAR = 365
SEEDS = tuple(range(301, 311))
SHARES = (0.05, 0.1, 0.2, 0.3, 0.5)
FOUND = tuple(rate for rate in RATES if kind_of_fault(rate.fault))
"""Rows of which anything is to be found; the harmless ones are no failures and raise nothing."""
COUNTED: Mapping[str, Sequence[str]] = {"failures": FAULTS, "trapped": ("entrapment",)}
EQUAL: Mapping[str, float] = dict.fromkeys(WEIGHTS, 1.0)
ROW = re.compile(
    r"\| `(\w+)` \| \d+ \| ([\d.]+) \[.*?\] \| \d+ \| \d+ \| [\d.]+ \[.*?\] \| ([\d.]+) ([sd]) \|"
)


class Found(NamedTuple):
    """How a kind is found: how often, and how long after its begin."""

    recall: float
    delay_ms: int


class Happened(NamedTuple):
    """What really happened to a lift."""

    lift: str
    kind: str
    from_ms: int
    to_ms: int


class PaperLift:
    """A lift that things happen to and that rides nowhere; fulfils `simulators.rates.Befallen`."""

    def __init__(self, plan: Plan, *, start_ms: int) -> None:
        self.plan, self.started_ms, self.now_ms = plan, start_ms, start_ms
        self.age_years = age_years_of(plan, start_ms)

    def after(self, seconds: float) -> int:
        """The moment some seconds from now."""
        return self.now_ms + round(seconds * 1000)


class World(NamedTuple):
    """One seed: the lifts judged after a year, and how often each failed in the next."""

    judged: list[Judged]
    equal: list[Judged]
    true: dict[str, dict[str, float]]
    failures: Counter[str]
    trapped: Counter[str]
    seed: int


def measured(text: str) -> dict[str, Found]:
    """Recall and median delay by kind, of the table in docs/evaluation.md.

    >>> line = "| `door_wear` | 60 | 0.950 [0.9, 1.0] | 60 | 0 | 1.000 [0.9, 1.0] | 2.0 d | 9.0 d |"
    >>> measured(line)
    {'door_wear': Found(recall=0.95, delay_ms=172800000)}
    """
    return {
        kind: Found(float(recall), round(float(delay) * (DAY_MS if unit == "d" else 1_000)))
        for kind, recall, delay, unit in ROW.findall(text)
    }


def lived(plan: Plan, *, seed: int, days: int, frail: bool) -> list[Happened]:
    """What happens to a lift in so many days."""
    lift, found = PaperLift(plan, start_ms=START_MS), list[Happened]()

    def happen(fault: str, scene: Scene) -> None:
        found.append(Happened(plan.name, kind_of_fault(fault), scene.at_ms, scene.end_ms))

    frailty = frailty_of(plan.name, seed=seed) if frail else 1.0
    process = happenings(lift, seed=seed, happen=happen, rates=FOUND, frailty=frailty)
    for at_ms in process:
        if at_ms >= START_MS + days * DAY_MS:
            break
        lift.now_ms = at_ms
    return found


def detected(
    happened: Iterable[Happened], known: Mapping[str, Found], *, seed: int, until_ms: int
) -> list[Incident]:
    """The incidents there would be at a moment. No false one is added: in docs/evaluation.md the
    quiet fleet had none. A duty or a trend is not over before it ends; one kind is open once."""
    rng, open_until = Random(f"{seed}/found"), dict[tuple[str, str], int]()
    found = []
    for n, one in enumerate(sorted(happened, key=lambda row: (row.from_ms, row.lift))):
        recall, delay_ms = known[one.kind]
        raised_ms = one.from_ms + delay_ms
        missed = rng.random() >= recall or (raised_ms > one.to_ms and delay_ms > HOUR_MS)
        if missed or raised_ms >= until_ms:
            continue
        if raised_ms < open_until.get((one.lift, one.kind), 0):
            continue
        to_ms = max(one.to_ms, raised_ms)
        open_until[one.lift, one.kind] = to_ms
        over, severity = to_ms < until_ms, KINDS[one.kind].severity
        found.append(
            Incident(
                id=f"{seed}-{n:07d}",
                kind=one.kind,
                severity=severity,
                severity_max=severity,
                opened_ms=one.from_ms,
                raised_ms=raised_ms,
                area="320583",
                estate="paper",
                lift=one.lift,
                state="closed" if over else "raised",
                alarm="cleared" if over else "raised",
                cleared_ms=to_ms if over else None,
            )
        )
    return found


def play(seed: int, *, lifts: int, days: int, frail: bool, known: Mapping[str, Found]) -> World:
    """A fleet's two spans of `days`: the first is told, the second counted."""
    plans = [plan_lift(place_of(index, seed=seed), seed=seed) for index in range(lifts)]
    plans = [dated(plan, seed=seed, start_ms=START_MS) for plan in plans]
    until_ms = START_MS + days * DAY_MS
    books, before, after = MemoryBooks(), list[Happened](), list[Happened]()
    for plan in plans:
        happened = lived(plan, seed=seed, days=2 * days, frail=frail)
        before += [one for one in happened if one.from_ms < until_ms]
        after += [one for one in happened if one.from_ms >= until_ms]
    with books.begin() as work:
        work.put_lifts([row_of(plan) for plan in plans])
        for incident in detected(before, known, seed=seed, until_ms=until_ms):
            work.add_incident(incident)
    judged, equal = (
        judge_risks(books, complaints=None, exercise=False, at_ms=until_ms, weights=weights)
        for weights in (WEIGHTS, EQUAL)
    )
    return World(
        judged,
        equal,
        {
            what: {p.name: true_rate(p, seed=seed, frail=frail, kinds=kinds) for p in plans}
            for what, kinds in COUNTED.items()
        },
        *(Counter(one.lift for one in after if one.kind in kinds) for kinds in COUNTED.values()),
        seed,
    )


def row_of(plan: Plan) -> LiftRow:
    """A lift as the service knows it by its register."""
    told = plan.register
    facts = Facts(
        installed_on=_day(told.get("installed_on")),
        assessed_on=_day(told.get("assessed_on")),
        design_life_years=float(told["design_life_years"]),
    )
    return LiftRow(lift=plan.name, area=plan.area, estate=plan.estate, facts=facts)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def true_rate(plan: Plan, *, seed: int, frail: bool, kinds: Sequence[str] = FAULTS) -> float:
    """What the simulator gives to a lift a year: no score can know better."""
    luck = luck_of(PaperLift(plan, start_ms=START_MS), Random(f"{seed}/rates/{plan.name}"))
    frailty = frailty_of(plan.name, seed=seed) if frail else 1.0
    rows = (rate for rate in FOUND if kind_of_fault(rate.fault) in kinds)
    return sum(rate.per_year * times_of(rate, luck=luck, frailty=frailty) for rate in rows)


ORDERS = ("score", "equal weights", "faults alone", "age alone", "random", "true rate")


def orders(world: World, what: str) -> dict[str, list[str]]:
    """Lifts in each order, the worst first; those alike in a random one."""
    rng = Random(f"{world.seed}/ties")
    lifts = [one.row.lift for one in world.judged]
    rng.shuffle(lifts)
    by_name = {one.row.lift: one for one in world.judged}
    score = {one.row.lift: one.risk.score for one in world.judged}
    equal = {one.row.lift: one.risk.score for one in world.equal}
    keys: Mapping[str, Mapping[str, float]] = {
        "score": score,
        "equal weights": equal,
        "faults alone": {lift: one.faults for lift, one in by_name.items()},
        "age alone": {lift: one.known.age_years or 0.0 for lift, one in by_name.items()},
        "random": dict.fromkeys(lifts, 0.0),
        "true rate": world.true[what],
    }
    return {name: sorted(lifts, key=lambda lift: -keys[name][lift]) for name in ORDERS}


def curve(order: Sequence[str], failures: Mapping[str, int]) -> list[float]:
    """The share of failures of the worst 0, 1 … n lifts.

    >>> curve(["a", "b"], {"a": 3, "b": 1})
    [0.0, 0.75, 1.0]
    """
    total = sum(failures.values()) or 1
    found = [0.0]
    for lift in order:
        found.append(found[-1] + failures.get(lift, 0) / total)
    return found


def at_share(points: Sequence[float], share: float) -> float:
    """What a curve has at a share of the lifts.

    >>> at_share([0.0, 0.75, 1.0], 0.5), at_share([0.0, 0.75, 1.0], 0.25)
    (0.75, 0.375)
    """
    place = share * (len(points) - 1)
    low = int(place)
    high = min(low + 1, len(points) - 1)
    return points[low] + (place - low) * (points[high] - points[low])


def area(points: Sequence[float]) -> float:
    """The area below a curve: a half for a random order.

    >>> area([0.0, 0.5, 1.0]), area([0.0, 1.0, 1.0])
    (0.5, 0.75)
    """
    return sum(points[n] + points[n + 1] for n in range(len(points) - 1)) / 2 / (len(points) - 1)


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Mean over seeds, and half of its 95 % interval (Student's t)."""
    if len(values) < 2:
        return mean(values), 0.0
    half = student.ppf(0.975, len(values) - 1) * stdev(values) / len(values) ** 0.5
    return mean(values), float(half)


def _told(values: Sequence[float], form: str = ".1%") -> str:
    middle, half = spread(values)
    low, high = middle - half, middle + half
    return f"{middle:{form}} [{low:{form}}, {high:{form}}]"


def curve_table(worlds: Sequence[World], what: str) -> list[str]:
    """Rows of Markdown: of each order what the worst shares of lifts catch."""
    heads = " | ".join(f"worst {share:.0%}" for share in SHARES)
    lines = [f"| order | {heads} | area |", "|---|" + "---|" * (len(SHARES) + 1)]
    found = [(orders(world, what), getattr(world, what)) for world in worlds]
    for name in ORDERS:
        curves = [curve(order[name], failures) for order, failures in found]
        cells = [_told([at_share(one, share) for one in curves]) for share in SHARES]
        lines.append(
            f"| {name} | {' | '.join(cells)} | {_told([area(c) for c in curves], '.3f')} |"
        )
    return lines


def decile_table(worlds: Sequence[World]) -> list[str]:
    """Rows of Markdown: failures a lift-year by tenths of the score, the worst first."""
    lines = [
        "| tenth by score | score, mean | failures a lift-year | entrapments a lift-year |",
        "|---|---|---|---|",
    ]
    for tenth in range(10):
        score, failed, trapped = list[float](), list[float](), list[float]()
        for world in worlds:
            size = len(world.judged) / 10
            part = world.judged[round(tenth * size) : round((tenth + 1) * size)]
            score.append(mean(one.risk.score for one in part))
            failed.append(mean(world.failures[one.row.lift] for one in part))
            trapped.append(mean(world.trapped[one.row.lift] for one in part))
        lines.append(
            f"| {tenth + 1} | {mean(score):.1f} | {_told(failed, '.2f')}"
            f" | {_told(trapped, '.3f')} |"
        )
    return lines


def lines_of(worlds: Sequence[World], what: str) -> list[Line]:
    """The curves of the picture, in hundredths of the lifts, means over seeds."""
    found = [(orders(world, what), getattr(world, what)) for world in worlds]
    made = []
    for name in ORDERS:
        curves = [curve(order[name], failures) for order, failures in found]
        points = [mean(at_share(one, n / 100) for one in curves) for n in range(101)]
        made.append(Line(name, points))
    return made


def report(seeds: Sequence[int], *, lifts: int) -> tuple[str, str]:
    """The tables as Markdown, and the picture as SVG."""
    known = measured((HERE / "docs" / "evaluation.md").read_text())
    told = list[str]()
    panels = list[tuple[str, list[Line]]]()
    for frail, head in ((False, "As the simulator is"), (True, "Where logged faults differ, too")):
        worlds = [play(s, lifts=lifts, days=YEAR, frail=frail, known=known) for s in seeds]
        count = sum(sum(one.failures.values()) for one in worlds)
        trapped = sum(sum(one.trapped.values()) for one in worlds)
        told += [f"### {head}", ""]
        told += [f"{len(seeds)} seeds of {lifts} lifts: {count} failures in the second year,"]
        told += [f"{trapped} of them entrapments.", "", "Share of all failures:", ""]
        told += [*curve_table(worlds, "failures"), "", "Share of the entrapments:", ""]
        told += [*curve_table(worlds, "trapped"), "", *decile_table(worlds), ""]
        panels.append((f"{head}: all failures", lines_of(worlds, "failures")))
        panels.append((f"{head}: entrapments", lines_of(worlds, "trapped")))
    return "\n".join(told), picture(panels)


BEGIN, END = "<!-- made by make risk-curve: -->", "<!-- so far -->"


def main() -> None:
    """Write the tables into docs/risk.md and the picture beside it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    parser.add_argument("--lifts", type=int, default=1_000)
    parser.add_argument("--write", action="store_true", help="into docs/risk.md")
    asked = parser.parse_args()
    text, svg = report([int(one) for one in asked.seeds.split(",")], lifts=asked.lifts)
    print(text)
    if asked.write:
        page = HERE / "docs" / "risk.md"
        before, _, rest = page.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")
        (HERE / "docs" / "risk-curve.svg").write_text(svg)


if __name__ == "__main__":
    main()

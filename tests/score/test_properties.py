"""What holds of any two files: counts add up, order means nothing, and the slow way agrees."""

import random
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from liftwatch.clock import parse_ms
from liftwatch.score.files import read_incidents, read_truths
from liftwatch.score.matching import Judged, judge
from liftwatch.score.tally import Score, tally
from tests.score.conftest import Line, encoded, judged, never, raised, truth, verdicts

KINDS = ("overspeed", "overrun", "mains_lost")
seconds = some.integers(0, 40)
lift_names = some.sampled_from(["L-1", "L-2"])
lift_lists = some.lists(lift_names, max_size=2)
kinds = some.sampled_from(KINDS)
kind_lists = some.lists(kinds, min_size=1, max_size=2)
places = some.one_of(
    some.fixed_dictionaries({"lift": lift_names}),
    some.fixed_dictionaries(
        {"lift": some.none(), "scope": some.sampled_from(["a/1", "a/2", None]), "lifts": lift_lists}
    ),
)


@some.composite
def incident_lines(draw: Any) -> Line:
    """An incident of a small world, in which things meet."""
    return raised(draw(seconds), draw(kinds), **draw(places))


@some.composite
def truth_lines(draw: Any) -> Line:
    """A truth or a quiet window of it."""
    begin, lasts, where = draw(seconds), draw(some.none() | some.integers(0, 15)), draw(places)
    to = None if lasts is None else begin + lasts
    if draw(some.integers(0, 4)) == 0:
        return never(begin, to, *draw(kind_lists), **where)
    also = draw(some.lists(kinds, max_size=2))
    return truth(begin, to, draw(kinds), within=draw(some.integers(0, 6)), also=also, **where)


incident_files = some.lists(incident_lines(), max_size=12)
truth_files = some.lists(truth_lines(), max_size=8)


def score(found: Judged) -> Score:
    """Counted, without exposure."""
    return tally([found])


@given(incident_files, truth_files)
def test_every_count_adds_up(incidents: list[Line], truths: list[Line]) -> None:
    """Every incident and every truth is exactly one thing, and the kinds make up the whole."""
    counted = score(judged(incidents, truths))
    for one in (counted.all, *counted.kinds.values()):
        assert one.truths == one.found + one.late + one.missed
        assert one.incidents == one.findings + one.same + one.beside + one.false
        assert one.findings <= one.found or one.found == one.findings == 0
        assert len(one.delays_s) == one.found
        assert one.delays_s == sorted(one.delays_s)
    assert counted.all.incidents == len(incidents)
    assert counted.all.truths + counted.quiet_windows == len(truths)
    for name in ("truths", "found", "late", "incidents", "findings", "same", "false", "violations"):
        whole = sum(getattr(one, name) for one in counted.kinds.values())
        assert getattr(counted.all, name) == whole
    assert len(counted.unfound) == counted.all.late + counted.all.missed
    assert sum(one.false for one in counted.wrong) == counted.all.false
    assert sum(one.violation for one in counted.wrong) == counted.all.violations
    assert counted.quiet_broken <= counted.quiet_windows


@given(incident_files, truth_files, some.randoms(use_true_random=False))
def test_the_order_of_lines_means_nothing(
    incidents: list[Line], truths: list[Line], chance: random.Random
) -> None:
    """But for the numbers of the lines."""

    def counted(incidents: list[Line], truths: list[Line]) -> Score:
        made = score(judged(incidents, truths))
        for one in (*made.unfound, *made.wrong):
            one.line = 0
        made.unfound.sort(key=repr)
        made.wrong.sort(key=repr)
        return made

    first = counted(incidents, truths)
    shuffled = [chance.sample(lines, len(lines)) for lines in (incidents, truths)]
    assert counted(*shuffled) == first


def slowly(incidents: list[Line], truths: list[Line]) -> Counter[str]:
    """The same verdicts for lifts alone, by looking at every pair."""
    whole = [line for line in truths if not line.get("never")]
    counts: Counter[str] = Counter()
    finders = set()
    for one in whole:
        own = [
            number
            for number, line in enumerate(incidents)
            if same_thing(line, one) and spans(line, one)
        ]
        first = min(own, key=lambda number: parse_ms(incidents[number]["raised_at"]), default=None)
        if first is None:
            counts["missed"] += 1
            continue
        waited_ms = parse_ms(incidents[first]["raised_at"]) - parse_ms(one["from"])
        in_time = waited_ms <= one["expect_within_s"] * 1_000
        counts["found" if in_time else "late"] += 1
        if in_time:
            finders.add(first)
    for number, line in enumerate(incidents):
        around = [one for one in whole if one["lift"] == line["lift"] and spans(line, one)]
        if number in finders:
            counts["finding"] += 1
        elif any(one["kind"] == line["kind"] for one in around):
            counts["same"] += 1
        elif any(line["kind"] in one["also"] for one in around):
            counts["beside"] += 1
        else:
            counts["false"] += 1
    return counts


def same_thing(incident: Line, one: Line) -> bool:
    """Whether lift and kind agree."""
    return (incident["lift"], incident["kind"]) == (one["lift"], one["kind"])


def spans(incident: Line, one: Line) -> bool:
    """Whether a truth's span holds an incident."""
    begin_ms, at_ms = parse_ms(one["from"]), parse_ms(incident["raised_at"])
    late_ms = begin_ms + one["expect_within_s"] * 1_000
    if at_ms < begin_ms:
        return False
    return one["to"] is None or at_ms <= max(parse_ms(one["to"]), late_ms)


@given(incident_files, truth_files)
def test_looking_at_every_pair_finds_the_same(incidents: list[Line], truths: list[Line]) -> None:
    """The bisections against the words of the contract, taken literally."""
    incidents = [line for line in incidents if line["lift"]]
    truths = [line for line in truths if line["lift"]]
    told, were = verdicts(judged(incidents, truths))
    assert Counter(told) + Counter(were) == slowly(incidents, truths)


def test_large_files_are_matched_in_seconds() -> None:
    """100 000 incidents against 10 000 truths that all overlap on one lift."""
    incidents = read_incidents(encoded([raised(second, "overrun") for second in range(100_000)]))
    truths, _ = read_truths(encoded([truth(second, None) for second in range(0, 100_000, 10)]))
    found = judge(incidents, truths)  # looking at each pair would take minutes
    assert {one.instead for one in found.truths} == {("overrun",)}
    assert {one.open for one in found.incidents} == {("overspeed",)}

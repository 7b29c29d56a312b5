"""Figures of a score: what they are of, what is unknown, what stands in its JSON and its table."""

from typing import Any

import msgspec
import pytest

from liftwatch.score.tally import Score, tally
from liftwatch.score.text import below, table
from tests.score.conftest import Line, judged, never, raised, truth

DAY = [
    truth(0, 100),
    truth(200, 300),
    truth(400, 500, also=["overrun"]),
    truth(600, 700, "door_fault"),
    never(0, None, "free_fall"),
]
RAISED = [
    *(raised(2), raised(50), raised(250), raised(410, "overrun"), raised(650, "button_dead")),
    *(raised(900), raised(901, "free_fall", evidence={"g": 0.2}), raised(420, "new_kind")),
]


def scored(incidents: list[Line] = RAISED, truths: list[Line] = DAY, **more: Any) -> Score:
    """Of one pair of files."""
    return tally([judged(incidents, truths)], **more)


def test_the_figures_of_a_kind() -> None:
    """Three truths: in time, late and missed; four incidents: found, twice the same, false."""
    one = scored().kinds["overspeed"]
    assert (one.truths, one.found, one.late, one.missed) == (3, 1, 1, 1)
    assert (one.incidents, one.findings, one.same, one.beside, one.false) == (4, 1, 2, 0, 1)
    assert one.recall is not None
    assert one.precision is not None
    assert (one.recall.value, one.precision.value) == (1 / 3, 1 / 2)
    assert one.delays_s == [2.0]


def test_kinds_stand_in_the_order_of_the_contract() -> None:
    """With those that have no truth, and those the contract does not know at the end."""
    names = ["overspeed", "free_fall", "overrun", "door_fault", "button_dead", "new_kind"]
    assert list(scored().kinds) == names


def test_what_is_of_nothing_is_unknown() -> None:
    """Recall without a truth, precision without a judged incident, rates without exposure."""
    kinds = scored().kinds
    assert kinds["new_kind"].recall is None
    assert kinds["overrun"].precision is None  # beside a truth
    assert kinds["door_fault"].delay_median_s is None
    assert {one.false_per_month for one in kinds.values()} == {None}
    empty = scored([], [])
    assert (empty.all.recall, empty.all.precision, empty.kinds) == (None, None, {})


def test_false_alarms_a_lift_month() -> None:
    """Of 30.44 days; where none was raised there is an upper end all the same."""
    kinds = scored(lift_days=304.4).kinds
    rates = [kinds[name].false_per_month for name in ("free_fall", "door_fault")]
    assert rates[0] is not None
    assert rates[1] is not None
    assert (rates[0].value, rates[1].value, rates[1].low) == (0.1, 0, 0)
    assert rates[1].high == pytest.approx(0.36889, abs=1e-4)


def test_what_was_taken_for_what() -> None:
    """Missed truths with what was raised meanwhile, false incidents with what was going on."""
    confusion = scored().confusion
    assert [(one.kind, one.other, one.count) for one in confusion.missed] == [
        ("overspeed", "overrun", 1),
        ("overspeed", "new_kind", 1),
        ("door_fault", "button_dead", 1),
    ]
    assert [(one.kind, one.other, one.count) for one in confusion.false] == [
        ("overspeed", None, 1),
        ("free_fall", None, 1),
        ("button_dead", "door_fault", 1),
        ("new_kind", "overspeed", 1),
    ]


def test_what_is_left_to_look_at() -> None:
    """With the numbers of the lines, and the evidence as it stood there."""
    score = scored()
    assert [(one.line, one.raised_at is not None) for one in score.unfound] == [
        (2, True),
        (3, False),
        (4, False),
    ]
    assert [one.line for one in score.wrong] == [8, 5, 6, 7]
    last = score.wrong[-1]
    assert (last.false, last.violation, bytes(last.evidence)) == (True, True, b'{"g": 0.2}')
    assert (score.quiet_windows, score.quiet_broken, score.all.violations) == (1, 1, 1)


def test_several_worlds_are_added_up() -> None:
    """The same lift at the same time in two of them is two lifts."""
    twice = tally([judged(RAISED, DAY), judged([], DAY)])
    assert (twice.all.truths, twice.all.found, twice.all.missed) == (8, 1, 6)
    assert twice.quiet_windows == 2
    assert twice.all.incidents == len(RAISED)


def test_the_shape_of_the_json() -> None:
    """What others read: names are added, never taken away."""
    told = msgspec.json.decode(msgspec.json.encode(scored(lift_days=30)))
    figure = {"value", "low", "high"}
    assert set(told) == {
        *("lift_days", "all", "kinds", "quiet_windows", "quiet_broken", "quiet_kept"),
        *("confusion", "unfound", "wrong"),
    }
    counts = {"truths", "found", "late", "missed", "incidents", "findings", "same", "beside"}
    figures = {"recall", "precision", "false_per_month", "delay_median_s", "delay_p95_s"}
    more = {"false", "amending", "violations", "delays_s"}
    assert set(told["all"]) == set(told["kinds"]["overspeed"]) == counts | figures | more
    for name in figures:
        assert set(told["all"][name]) == figure
    assert set(told["confusion"]) == {"missed", "false"}
    assert set(told["confusion"]["missed"][0]) == {"kind", "other", "count"}
    where = {"case", "line", "lift", "scope", "kind"}
    assert set(told["unfound"][0]) == where | {"from", "to", "raised_at", "instead"}
    assert set(told["wrong"][0]) == where | {
        *("raised_at", "false", "violation", "open", "evidence"),
    }


def test_the_table() -> None:
    """A row for all and for each kind, aligned; unknown is a dash."""
    lines = list(table(scored()))
    assert len({len(line) for line in lines[:8]}) == 1
    assert lines[0].split()[:6] == ["kind", "truths", "found", "late", "missed", "recall"]
    rows = {line[:12].strip(): line for line in lines[9:17]}
    assert " ".join(rows["new_kind"].split()) == "new_kind 1 0 0 0 1 0 0.0000 [0.0000, 0.9750] –"
    assert "1 of 1 quiet windows broken, kept 0.0000 [0.0000, 0.9750]" in lines
    assert "door_fault       button_dead      1" in lines
    assert any("(nothing was going on)" in line for line in lines)


def test_a_name_cannot_write_to_the_terminal() -> None:
    """Whoever wrote the file."""
    told = "\n".join(table(scored([raised(1, "\x1b[2J")], [truth(0, 1, "\x1b[31m")])))
    assert "\x1b" not in told
    assert "\\x1b[2J" in told


@pytest.mark.parametrize(
    ("minimum", "kinds"),
    [
        ({"min_recall": 0.0, "min_precision": 0.0}, []),
        ({"min_recall": 1 / 3}, ["all kinds", "door_fault"]),
        ({"min_recall": 0.34}, ["all kinds", "overspeed", "door_fault"]),
        ({"min_precision": 0.2}, ["free_fall", "button_dead", "new_kind"]),
        ({"min_precision": 0.21}, ["all kinds", "free_fall", "button_dead", "new_kind"]),
    ],
)
def test_what_is_below_a_minimum(minimum: dict[str, float], kinds: list[str]) -> None:
    """Judged by value; what is unknown is not below, and equal is enough."""
    wanted = {"min_recall": None, "min_precision": None} | minimum
    assert [line.split(": ")[0] for line in below(scored(), **wanted)] == kinds


def test_one_line_tells_both() -> None:
    """With counts, value and interval."""
    score = scored([raised(90)], [truth(60, 70)])
    lines = list(below(score, min_recall=1, min_precision=0.5))
    assert lines[1] == (
        "overspeed: recall (0 of 1) 0.0000 [0.0000, 0.9750] is below 1;"
        " precision (0 of 1) 0.0000 [0.0000, 0.9750] is below 0.5"
    )

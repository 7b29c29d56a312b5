"""Each sentence of the contract about matching, as a small situation."""

from typing import Any

import pytest

from tests.score.conftest import Line, judged, never, raised, truth, verdicts

BUILDING: dict[str, Any] = {"lift": None, "scope": "garden/3"}
MAINS = "mains_lost"


def mains(begin: float, to: float, **more: Any) -> Line:
    """A building without mains, of two lifts."""
    return truth(begin, to, MAINS, **(BUILDING | {"lifts": ["L-1", "L-2"]} | more))


@pytest.mark.parametrize(
    ("second", "became", "was"),
    [
        (9.999, "missed", "false"),  # before `from`
        (10, "found", "finding"),
        (15, "found", "finding"),  # `from` + `expect_within_s`
        (15.001, "late", "same"),
        (60, "late", "same"),  # `to`
        (60.001, "missed", "false"),
    ],
)
def test_when_an_incident_finds(second: float, became: str, was: str) -> None:
    """Both ends included; until `to` it is the same finding, though late."""
    found = judged([raised(second)], [truth(10, 60)])
    assert verdicts(found) == ([became], [was])
    assert found.truths[0].delay_s == (None if became == "missed" else round(second - 10, 3))


@pytest.mark.parametrize(("second", "was"), [(12, "finding"), (15, "finding"), (15.001, "false")])
def test_what_ends_sooner_than_it_must_be_found(second: float, was: str) -> None:
    """It may be told after its end, within its seconds."""
    assert verdicts(judged([raised(second)], [truth(10, 11)]))[1] == [was]


def test_a_truth_without_end_lasts_to_the_end_of_the_file() -> None:
    """So that whatever comes is the same finding."""
    found = judged([raised(12), raised(1e9)], [truth(10, None)])
    assert verdicts(found) == (["found"], ["finding", "same"])


def test_only_its_own_lift_and_kind_find_it() -> None:
    """Another kind, another lift, and a scope are none."""
    others = [raised(12, "overrun"), raised(12, lift="L-2"), raised(12, **BUILDING)]
    assert verdicts(judged(others, [truth(10, 60)])) == (["missed"], ["false"] * 3)


def test_the_first_finds_and_the_others_are_the_same() -> None:
    """In whatever order the lines stand."""
    found = judged([raised(14), raised(40), raised(11)], [truth(10, 60)])
    assert verdicts(found) == (["found"], ["same", "same", "finding"])
    assert found.truths[0].delay_s == 1


def test_what_a_truth_names_beside_it_is_neither_false_nor_a_finding() -> None:
    """While it lasts, on its lift."""
    beside = ["overrun"]
    lines = [raised(9, "overrun"), raised(40, "overrun"), raised(61, "overrun")]
    lines.append(raised(40, "overrun", lift="L-2"))
    found = judged(lines, [truth(10, 60, also=beside)])
    assert verdicts(found) == (["missed"], ["false", "beside", "false", "false"])


def test_what_is_beside_one_truth_may_find_another() -> None:
    """And the same finding comes before beside."""
    truths = [truth(10, 60, also=["overrun"]), truth(30, 50, "overrun")]
    found = judged([raised(11), raised(31, "overrun"), raised(45, "overrun")], truths)
    assert verdicts(found) == (["found", "found"], ["finding", "finding", "same"])


def test_each_of_several_truths_is_found_by_its_own() -> None:
    """One after another on the same lift."""
    truths = [truth(10, 20), truth(100, 120), truth(200, 220)]
    found = judged([raised(103), raised(50), raised(12)], truths)
    assert verdicts(found) == (["found", "found", "missed"], ["finding", "false", "finding"])


def test_one_incident_answers_for_truths_that_overlap() -> None:
    """Of a lift and kind at most one incident is open, so a second cannot be asked for."""
    found = judged([raised(12)], [truth(10, 60), truth(11, 40)])
    assert verdicts(found) == (["found", "found"], ["finding"])


def test_what_is_late_for_one_may_find_another() -> None:
    """It is a finding then."""
    found = judged([raised(32)], [truth(10, 60), truth(30, 40)])
    assert verdicts(found) == (["late", "found"], ["finding"])


def test_a_short_truth_within_a_long_one_hides_nothing() -> None:
    """The long one still lasts when the short one is over."""
    found = judged([raised(12), raised(50)], [truth(10, 60), truth(20, 30)])
    assert verdicts(found) == (["found", "missed"], ["finding", "same"])


def test_an_incident_that_amends_history_counts_as_any_other() -> None:
    """The contract excepts none."""
    found = judged([raised(12, late=True), raised(99, late=True)], [truth(10, 60)])
    assert verdicts(found) == (["found"], ["finding", "false"])


def test_a_building_is_found_by_its_scope() -> None:
    """Its lifts' own incidents of that kind belong to it; another building's does not."""
    lines = [
        raised(12, MAINS, lift="L-1", parent=3),
        raised(13, MAINS, lift="L-2", parent=3),
        raised(13, MAINS, **BUILDING, lifts=["L-1", "L-2"]),
        raised(13, MAINS, lift=None, scope="garden/4"),
        raised(13, MAINS, lift="L-3"),
        raised(70, MAINS, lift="L-1"),
    ]
    found = judged(lines, [mains(10, 60)])
    assert verdicts(found) == (["found"], ["same", "same", "finding", *["false"] * 3])


def test_children_alone_do_not_find_a_building() -> None:
    """Nobody said that it was the building."""
    found = judged([raised(12, MAINS), raised(13, MAINS, lift="L-2")], [mains(10, 60)])
    assert verdicts(found) == (["missed"], ["same", "same"])
    assert found.truths[0].instead == ()


def test_a_child_finds_its_own_truth() -> None:
    """Where the truth of the lift stands beside that of the building."""
    truths = [mains(10, 60), truth(10, 60, MAINS)]
    lines = [raised(13, MAINS, **BUILDING), raised(12, MAINS), raised(12, MAINS, lift="L-2")]
    assert verdicts(judged(lines, truths)) == (["found", "found"], ["finding", "finding", "same"])


def test_beside_a_building_is_beside_each_of_its_lifts() -> None:
    """And beside the building."""
    lines = [raised(20, "out_of_service", lift=lift) for lift in ("L-1", "L-2", "L-3")]
    lines.append(raised(20, "fleet_fault", **BUILDING))
    found = judged(lines, [mains(10, 60, also=["out_of_service", "fleet_fault"])])
    assert verdicts(found)[1] == ["beside", "beside", "false", "beside"]


@pytest.mark.parametrize(
    ("known", "was"),
    [
        ({"lifts": ["L-2", "L-9"]}, "finding"),
        ({"lifts": ["L-9"]}, "false"),
        ({}, "finding"),
    ],
)
def test_a_truth_that_names_no_scope(known: Line, was: str) -> None:
    """Is found by any scope that holds one of its lifts, or by any where it names none."""
    incident = raised(12, MAINS, **BUILDING, lifts=["L-1", "L-2"])
    found = judged([incident], [truth(10, 60, MAINS, lift=None, **known)])
    assert verdicts(found)[1] == [was]


def test_an_incident_in_a_quiet_window_is_a_violation() -> None:
    """Of the kinds it names, ends included; false too, unless a truth allows it."""
    lines = [raised(10), raised(20), raised(20.001), raised(9), raised(15, "overrun")]
    found = judged(lines, [never(10, 20, "overspeed", "free_fall")])
    assert [one.incident.line for one in found.incidents if one.violation] == [1, 2]
    assert verdicts(found)[1] == ["false"] * 5
    assert (found.quiet, found.quiet_broken) == (1, 1)


def test_a_violation_may_be_a_finding_all_the_same() -> None:
    """A truth and a quiet window that contradict each other are both taken at their word."""
    found = judged([raised(12)], [truth(10, 60), never(0, None, "overspeed"), never(50, 60, "x")])
    assert verdicts(found) == (["found"], ["finding"])
    assert found.incidents[0].violation
    assert (found.quiet, found.quiet_broken) == (2, 1)


@pytest.mark.parametrize(
    ("where", "lines"),
    [
        ({}, {1}),
        ({"lift": "L-2"}, {2}),
        ({"lift": None, "scope": "garden/3"}, {3}),
        ({"lift": None, "lifts": ["L-1", "L-2"]}, {1, 2}),
        ({"lift": None, "scope": "garden/3", "lifts": ["L-2"]}, {2, 3}),
        ({"lift": None}, {1, 2, 3}),  # nowhere
    ],
)
def test_where_a_quiet_window_holds(where: Line, lines: set[int]) -> None:
    """On its lift, in its scope, on its lifts; one that names nothing holds everywhere."""
    incidents = [raised(12), raised(12, lift="L-2"), raised(12, **BUILDING, lifts=["L-1"])]
    found = judged(incidents, [never(10, 20, "overspeed", **where)])
    assert {one.incident.line for one in found.incidents if one.violation} == lines


def test_what_was_raised_instead_of_a_missed_truth() -> None:
    """Other kinds on that lift while it lasted, allowed or not; of a found one nobody asks."""
    truths = [truth(10, 60, also=["overrun"]), truth(10, 60, lift="L-2")]
    lines = [raised(40, kind) for kind in ("free_fall", "overrun")] + [raised(61, "door_fault")]
    lines += [raised(12, lift="L-2"), raised(13, "free_fall", lift="L-2")]
    found = judged(lines, truths)
    assert [one.instead for one in found.truths] == [("free_fall", "overrun"), ()]


def test_what_was_going_on_when_a_false_incident_was_raised() -> None:
    """The kinds of truth on that lift, or over it, at that moment."""
    truths = [truth(10, 60), truth(10, 30, "overrun"), mains(10, 60)]
    lines = [raised(20, "door_fault"), raised(40, "door_fault"), raised(70, "door_fault")]
    found = judged([*lines, raised(20, MAINS, lift=None, scope="x/y", lifts=["L-1"])], truths)
    by_line = {one.incident.line: one.open for one in found.incidents}
    everything = (MAINS, "overrun", "overspeed")
    assert by_line == {1: everything, 2: (MAINS, "overspeed"), 3: (), 4: everything}

"""Scenario files: what is right is read, what is wrong is said in one line."""

from pathlib import Path

import pytest

from simulators.scenario import fault, load_scenario


def test_a_scenario_is_a_list_of_faults(tmp_path: Path) -> None:
    """A lift by number or name; duration and options from the table where none are given."""
    file = tmp_path / "scenario.json"
    file.write_text(
        '[{"lift": 0, "fault": "overspeed", "after_s": 60},'
        ' {"lift": "L-01", "fault": "entrapment", "after_s": 1.5, "for_s": 90, "people": 3}]'
    )
    first, second = load_scenario(file).faults
    assert first == fault(0, "overspeed", 60.0)
    assert second == fault("L-01", "entrapment", 1.5, for_s=90.0, people=3.0)
    assert second.options["people"] == 3.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("{}", "not a list of faults"),
        ("[7]", "fault 1: not an object"),
        ('[{"lift": 0, "after_s": 1}]', "fault 1: no 'fault'"),
        ('[{"lift": null, "fault": "visit", "after_s": 1}]', "neither a number nor a name"),
        ('[{"lift": 0, "fault": "visit", "after_s": -1}]', "'after_s' is no number from 0 on"),
        ('[{"lift": 0, "fault": "visit", "after_s": "1"}]', "'after_s' is no number"),
        ('[{"lift": 0, "fault": "flood", "after_s": 1}]', "unknown fault 'flood'; known are"),
        (
            '[{"lift": 0, "fault": "overspeed", "after_s": 1, "rate": 2}]',
            "no option 'rate'; it has for_s, ratio",
        ),
    ],
)
def test_a_bad_scenario_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "scenario.json"
    file.write_text(text)
    with pytest.raises(ValueError, match="scenario") as caught:
        load_scenario(file)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)

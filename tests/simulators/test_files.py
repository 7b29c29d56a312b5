"""A run on file: a replay in the order of reception, and the truth beside it."""

import io
import json
from collections import defaultdict
from typing import Any

import pytest

from liftwatch.clock import MINUTE_MS, parse_ms
from simulators.files import write_replay
from simulators.fleet import make_fleet
from simulators.scenario import Scenario, fault
from tests.simulators.runs import SEED, START_MS

FAULTS = (fault(0, "entrapment", 240.0), fault(1, "jumping", 300.0), fault(2, "overspeed", 1_100.0))


def written() -> tuple[str, str]:
    """Both files of twenty minutes of three lifts."""
    out, truth = io.StringIO(), io.StringIO()
    fleet = make_fleet(seed=SEED, lifts=3, start_ms=START_MS, scenario=Scenario(FAULTS))
    lines = write_replay(fleet, START_MS + 20 * MINUTE_MS, out_file=out, truth_file=truth)
    assert lines == out.getvalue().count("\n")
    return out.getvalue(), truth.getvalue()


@pytest.fixture(scope="module")
def files() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Their lines."""
    out, truth = written()
    return [json.loads(line) for line in out.splitlines()], [
        json.loads(line) for line in truth.splitlines()
    ]


def test_a_replay_is_in_the_order_of_reception(
    files: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    """A little after it was sent, and each terminal's messages in the order it sent them."""
    lines, _ = files
    received = [parse_ms(line["received_at"]) for line in lines]
    assert received == sorted(received)
    assert all(line.keys() == {"topic", "payload", "received_at"} for line in lines)
    seqs: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        assert 20 <= parse_ms(line["received_at"]) - parse_ms(line["payload"]["at"]) <= 180
        seqs[line["payload"]["terminal"]].append(line["payload"]["seq"])
    assert all(told == list(range(len(told))) for told in seqs.values())


def test_truth_is_written_as_the_contract_says(
    files: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    """Conditions with their limits, quiet windows, and what lasts ends with the file."""
    _, truths = files
    assert {truth.get("kind") for truth in truths} >= {"entrapment", "overspeed", None}
    for truth in truths:
        assert parse_ms(truth["from"]) <= parse_ms(truth["to"])
        if truth.get("never"):
            assert truth["kinds"] == ["free_fall"]
        else:
            assert truth["expect_within_s"] > 0
    lasting = next(truth for truth in truths if truth.get("kind") == "overspeed")
    assert parse_ms(lasting["to"]) == START_MS + 20 * MINUTE_MS


def test_the_same_seed_writes_the_same_files() -> None:
    assert written() == written()

"""Fifty incidents while everything that tells the rescue platform of them is killed at random."""

from pathlib import Path

import pytest

from bench.chaos_rescue import changes, run

SEED = 20_260_302


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_number_once_in_order(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Without gaps, whatever was killed; and 200 threads that raise one alarm make one incident."""
    url = f"sqlite:///{tmp_path}/chaos.sqlite"
    if database == "postgresql":
        url = request.getfixturevalue("postgres_database")
    verdict = run(tmp_path / "services", url, seed=SEED, count=50, kills_s=2.0)
    assert verdict.wrong == 0, verdict
    assert verdict.incidents >= 50
    assert verdict.numbers >= 2 * verdict.incidents
    assert verdict.came >= verdict.numbers
    assert verdict.kills >= 1


def test_a_seed_is_what_happens() -> None:
    """The same seed raises the same alarms."""
    assert list(changes(3, 40)) == list(changes(3, 40)) != list(changes(4, 40))

"""`make fund-flips` in short: a flipped byte is found and named, or the books are unchanged."""

from pathlib import Path

import pytest

from bench.fund_flips import made, run


@pytest.mark.parametrize("seed", [11, 12])
def test_no_flipped_byte_is_missed(seed: int, tmp_path: Path) -> None:
    """Of forty, half of them in the fund's pages, some change the content."""
    found = run(made(tmp_path, 60), tmp_path, flips=40, seed=seed)
    assert [one for one in found if one.detail] == []
    assert any("found" in one.word for one in found)

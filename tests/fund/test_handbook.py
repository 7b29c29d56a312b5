"""`docs/fund.md` says what the code says: accounts, kinds, and a test for every invariant."""

import re
from pathlib import Path

from liftwatch.fund.accounts import CHART, DEBIT
from liftwatch.fund.check import Fault
from liftwatch.fund.kinds import TABLE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "fund.md").read_text(encoding="utf-8")


def test_every_account_and_kind_is_named() -> None:
    """With its side."""
    for row in CHART:
        side = "debit" if row.side == DEBIT else "credit"
        assert f"| `{row.name}` | {side} | {row.of} | {row.what} |" in PAGE
    for kind in TABLE:
        assert f"`{kind.name}`" in PAGE


def test_every_fault_is_explained() -> None:
    """By its word."""
    missing = [word for word in Fault.__args__ if f"`{word}`" not in PAGE]
    assert missing == []


def test_every_invariant_has_a_test_that_exists() -> None:
    """At least fifteen of them."""
    rows = re.findall(r"^\| \d+ \| .* \| (`tests/.*`) \|$", PAGE, re.MULTILINE)
    assert len(rows) >= 15
    for path, name in re.findall(r"`(tests/[\w/.]+)::(\w+)`", "".join(rows)):
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), name

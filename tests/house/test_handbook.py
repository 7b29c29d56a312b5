"""The handbook of the detectors is current and says something of every kind and rule."""

from pathlib import Path

from detectors.handbook import handbook
from detectors.registry import DETECTORS
from liftwatch.incidents.advice import ADVICE
from liftwatch.incidents.kinds import KINDS


def test_the_file_is_current(root: Path) -> None:
    """`make handbook` writes it anew."""
    written = (root / "docs" / "detectors.md").read_text(encoding="utf-8")
    assert written == handbook()


def test_every_kind_has_advice_and_a_rule() -> None:
    """A kind nobody raises would be a promise not kept."""
    text = handbook()
    assert {kind.name for kind in KINDS} == set(ADVICE)
    for kind in KINDS:
        section = text.split(f"\n## {kind.name}\n")[1].split("\n## ")[0]
        assert "**Rule" in section or "**Together**" in section, kind.name


def test_every_rule_is_named() -> None:
    """What a controller reports stands for all kinds, and under none."""
    text = handbook()
    missing = [rule.name for rule in DETECTORS if f"**Rule `{rule.name}`**" not in text]
    assert missing == ["reported"]

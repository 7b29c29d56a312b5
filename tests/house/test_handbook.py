"""The handbooks are current and say something of every kind, rule, move, clock and role."""

from pathlib import Path

from detectors.handbook import handbook
from detectors.registry import DETECTORS
from liftwatch.access.rights import ACTIONS
from liftwatch.incidents.advice import ADVICE
from liftwatch.incidents.clock_rules import GRAVE, RULES
from liftwatch.incidents.handbook import BOOKS, incidents, runbooks, span
from liftwatch.incidents.inhibition import TABLE
from liftwatch.incidents.kinds import KINDS
from liftwatch.incidents.moves import MOVES
from liftwatch.incidents.silences import may_be_silenced


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


def test_the_life_and_the_runbooks_are_current(root: Path) -> None:
    """`make handbook` writes them anew."""
    for name, written in BOOKS.items():
        assert (root / "docs" / f"{name}.md").read_text(encoding="utf-8") == written()


def test_every_kind_has_a_runbook_with_its_clocks() -> None:
    """What is done first, every clock with its source, and who is told."""
    text = runbooks()
    for kind in KINDS:
        section = text.split(f"\n## {kind.name}\n")[1].split("\n## ")[0]
        assert ADVICE[kind.name] in section
        for rule in (*RULES[kind.name], *GRAVE.get(kind.name, ())):
            assert f"within {span(rule.after_ms)}: {rule.name} ({rule.source})" in section.replace(
                "Within", "within"
            ), (kind.name, rule.name)
        assert ("Is never silenced." in section) == (not may_be_silenced(kind.name))


def test_the_life_names_every_move_clock_cause_and_role() -> None:
    """Nothing of the tables is missing in what people read."""
    text = incidents()
    for move in MOVES.values():
        assert f"\n| `{move.name}` | {move.what} |" in text
        action = ACTIONS[f"incidents.{move.name}"]
        roles = ", ".join(sorted(action.roles))
        assert f"| `{action.name}` | {action.what} | {roles} |" in text
    for kind, rules in RULES.items():
        for rule in rules:
            assert f"| `{kind}` | {rule.name}" in text
            assert rule.source.strip()
    for row in TABLE:
        assert f"\n| `{row.cause}` | " in text

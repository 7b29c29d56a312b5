"""Every sentence of the books has its Chinese: a page shows what people read of a refusal."""

import ast
from pathlib import Path

from api.console.language import LANGUAGES

FILES = (
    *("accounts", "draws", "journal", "money", "orders", "pending", "statement", "years"),
    *("sources",),
)


def test_every_sentence_is_told_in_chinese() -> None:
    """With the same places in it."""
    root = Path(__file__).parents[2] / "liftwatch"
    paths = [root / "fund" / f"{name}.py" for name in FILES]
    paths += [root / "handlers" / f"fund_{name}.py" for name in ("book", "sources")]
    found = 0
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Said":
                template = ast.literal_eval(node.args[0])
                told = LANGUAGES["zh"].say(template)
                assert told != template, template
                assert sorted(places(told)) == sorted(places(template)), template
                found += 1
    assert found > 50


def places(template: str) -> list[str]:
    """The names of what fills it."""
    return [part.partition(")")[0] for part in template.split("%(")[1:]]

"""What a page may have to say of a refusal is `Said`, with a template that can be translated."""

import ast
import re
from collections.abc import Iterator

from tests.house.conftest import Source

SPEAKING = (
    "api/",
    "liftwatch/access/",
    "liftwatch/care/",
    "liftwatch/fund/",
    "liftwatch/handlers/",
    "liftwatch/register/",
    "liftwatch/incidents/moves.py",
    "liftwatch/rescue/",
    "liftwatch/adapters/sql/",
    "liftwatch/adapters/memory",
    "liftwatch/engine/",
)
"""Where reasons are raised or found that a page shows; mypy asks the same where it can."""
SENTENCES = {
    "AccessError": 0,
    "BadParameter": 1,
    "CannotMove": 0,
    "CannotSilence": 0,
    "CannotVisit": 0,
    "Conflict": 0,
    "Contradicts": 0,
    "Ineligible": 0,
    "Lacks": 0,
    "NoSuchEvent": 0,
    "NoSuchLift": 0,
    "NotYours": 0,
    "OverLimit": 0,
    "Problem": 1,
    "Stale": 0,
    "Untold": 0,
    "Unusual": 0,
    "Wrong": 0,
}
"""Which argument is the sentence."""
PASSED_ON = ("liftwatch/handlers/", "liftwatch/register/")
"""Below these a ValueError is one too: handlers pass on what it says."""
PLACES = re.compile(r"%\((\w+)\)s")


def calls(sources: list[Source]) -> Iterator[tuple[Source, ast.Call, str]]:
    """Every call by a plain name in the files that speak to people."""
    for source in sources:
        if source.path.startswith(SPEAKING):
            for node in ast.walk(source.tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    yield source, node, node.func.id


def is_bare(text: ast.expr) -> bool:
    """Whether it is a text of its own: a literal, one with places, one put together, `str(…)`."""
    if isinstance(text, ast.Call):
        return ast.unparse(text.func) == "str"
    return isinstance(text, ast.Constant | ast.JoinedStr | ast.BinOp)


def test_no_reason_is_a_bare_text(sources: list[Source]) -> None:
    """`AccessError("...")` would stand in English on a Chinese page."""
    found, looked_at = [], 0
    for source, call, name in calls(sources):
        at = SENTENCES.get(name)
        if name == "ValueError" and source.path.startswith(PASSED_ON):
            at = 0
        if name == "Problem" and not source.path.startswith("api/"):
            continue  # of a sheet: a line, a column and a doubt
        if at is not None and len(call.args) > at:
            looked_at += 1
            if is_bare(call.args[at]):
                found.append(f"{source.path}:{call.lineno}")
    assert found == []
    assert looked_at > 150


def test_every_sentence_has_a_value_for_each_of_its_places(sources: list[Source]) -> None:
    """And no other; a template is a literal or a name, for an f-string has no translation."""
    found = []
    for source, call, name in calls(sources):
        if name != "Said" or not call.args:
            continue
        (template,) = call.args
        if isinstance(template, ast.Constant):
            given = {one.arg for one in call.keywords}
            text = str(template.value)
            stray = bool(given) and "%" in PLACES.sub("", text)
            if stray or (given and set(PLACES.findall(text)) != given):
                found.append(f"{source.path}:{call.lineno}")
        elif isinstance(template, ast.JoinedStr | ast.BinOp):
            found.append(f"{source.path}:{call.lineno}")
    assert found == []

"""No visible text stands outside the catalogue: not in attributes, nor in scripts, nor in code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

CONSOLE = Path(__file__).parents[2] / "api" / "console"
SHOWN = ("alt", "aria-label", "aria-description", "content", "label", "placeholder", "title")
WORDS = re.compile(r"[A-Za-z]{2,}[,:]? +[A-Za-z]{2,}|^[A-Z][a-z]{2,}\b|[\u4e00-\u9fff]")
"""What reads like a text: two words, or one that begins large; any Chinese."""
CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
MARKS = frozenset(
    {"N_", "P_", "Said", "say", "_", "ngettext", "pgettext", "Problem", "BadParameter"}
    | {
        "compile",
        "Wording",
        "Query",
        "Path",
        "ValueError",
        "RuntimeError",
        "TypeVar",
        "NamedTuple",
        "Literal",
    }
)
"""Calls whose texts are translated, or are told to nobody."""
TECHNICAL = (
    r"use strict|Asia/Shanghai|no-store|max-age=|SHA-256|UTF-8|GB 18030|prefers-|system-ui"
    r"|^Content-|^(Accept|Cache-Control|Cookie|Vary|Refresh|ETag|True|False|Liftwatch|GET|POST)\b"
    r"|^fund (desk|cases page)$|^missing required field$|^the OpenID provider|^a sign-in by OpenID"
    r"|HH:mm|^d MMM|^y年|^中文$|^English$|^(front to back|opening time|closing time|door current)$"
    r"|^(share of the way|times usual|contract, section 2|complaint form)$"
    r"|^(just after|within 15 days|no command|brake lifted|brake applied)$"
)
"""Names of protocols, formats of dates, lines of our own log, languages by themselves, and values
that detectors and signatures write (`api.console.signals`, `fault_views` say them in words)."""
BOTH = frozenset({"notice_texts.py", "poster_pdf.py"})
"""What hangs on a wall: in Chinese and English at once, whoever prints it."""


def literals(script: str) -> Iterator[str]:
    """String literals of a script, their places and comments left out."""
    script = re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL)
    script = re.sub(r"^\s*//.*$|\s//\s.*$", "", script, flags=re.MULTILINE)
    for _, text in re.findall(r"([\"'`])((?:(?!\1)[^\\\n]|\\.)*)\1", script):
        yield re.sub(r"\$\{[^}]*\}", "", text)


def test_attributes_of_templates_are_marked() -> None:
    """What a reader of screens says, what a field hints at, what a pointer shows."""
    attribute = re.compile(rf'(?<![\w-])({"|".join(SHOWN)})="([^"]*)"')
    for path in sorted((CONSOLE / "templates").glob("*.html")):
        found = attribute.findall(CODE.sub("", path.read_text(encoding="utf-8")))
        left = [(name, text) for name, text in found if WORDS.search(text) and name != "content"]
        assert left == [], path


def test_buttons_and_values_of_templates_are_marked() -> None:
    """Also what stands in the values of buttons."""
    for path in sorted((CONSOLE / "templates").glob("*.html")):
        text = CODE.sub("", path.read_text(encoding="utf-8"))
        buttons = re.findall(r'<input[^>]*type="(?:submit|button|reset)"[^>]*value="([^"]+)"', text)
        assert buttons == [], path


def test_scripts_hold_no_text() -> None:
    """They show what stands in the page: a script knows no language."""
    selector = re.compile(r"[#.\[\]>=;{}<]|:\w|^[a-z-]+, [a-z-]+")
    for path in sorted((CONSOLE / "static").glob("*.js")):
        told = [one for one in literals(path.read_text(encoding="utf-8")) if WORDS.search(one)]
        left = [one for one in told if not selector.search(one) and not re.search(TECHNICAL, one)]
        assert left == [], path


def test_code_of_the_console_marks_its_texts() -> None:
    """A sentence in a module of the console is marked, or is a docstring."""
    for path in sorted(one for one in CONSOLE.glob("*.py") if one.name not in BOTH):
        left = [text for text in unmarked(path.read_text(encoding="utf-8")) if WORDS.search(text)]
        assert [one for one in left if not re.search(TECHNICAL, one)] == [], path


def unmarked(source: str) -> Iterator[str]:
    """Texts of a module that no call marks; docstrings and assertions are for ourselves.

    >>> list(unmarked('a = N_("of a table"); b = "left alone"; c = Said("to people")'))
    ['left alone']
    """
    tree = ast.parse(source)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        inner = (
            [*node.args, *(one.value for one in node.keywords)]
            if isinstance(node, ast.Call) and name_of(node.func) in MARKS
            else [node.msg]
            if isinstance(node, ast.Assert) and node.msg is not None
            else []
        )
        skipped |= {id(one) for part in inner for one in ast.walk(part)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in skipped:
            yield text


def name_of(call: ast.expr) -> str:
    """What is called."""
    return call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "")

"""What can be broken in a module, one token at a time: comparisons, numbers, `and`, `not`.

Mutants are edits of the text at positions that `ast` tells, so that all else stays as it was.
"""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

FLIPPED = {
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "==": "!=",
    "!=": "==",
    "in": "not in",
    "not in": "in",
    "is": "is not",
    "is not": "is",
}
BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_OPERATOR = re.compile(rb"is\s+not\b|not\s+in\b|<=|>=|==|!=|<|>|\bis\b|\bin\b")
_WORD = re.compile(rb"\b(and|or)\b")
_COMMENT = re.compile(rb"#[^\n]*")
_NUMBER = re.compile(r"[A-Z][A-Z0-9_]*_MS\Z")
"""Names of other modules whose value is surely a number."""
GROWN = "(lambda n: n * 1.5 if isinstance(n, float) else -(-n * 3 // 2))({})"
SHRUNK = "(lambda n: n / 1.5 if isinstance(n, float) else n * 2 // 3)({})"
"""Whole numbers stay whole, and never stay the same."""
FACTORS = {"grown": "times 1.5", "shrunk": "by 1.5"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Named = Function | ast.ClassDef


class Mutant(NamedTuple):
    """One edit: where (path, line, function or constant), the expression it is in, from, to."""

    path: str
    line: int
    scope: str
    what: str
    whole: str
    was: str
    now: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """One line that says what it does."""
        now = FACTORS.get(self.what) or f"-> {self.now or 'nothing'}"
        return f"{self.path}:{self.line} {self.scope}: {self.what}, {self.was} {now}"

    def of(self, text: str) -> str:
        """The text of the module, broken."""
        source = text.encode()
        assert source[self.start : self.end].decode() == self.was, f"{self.name}: text has changed"
        return (source[: self.start] + self.now.encode() + source[self.end :]).decode()

    def line_of(self, text: str) -> str:
        """The broken line; of a number what becomes of it, and the sound line."""
        broken = text if self.what in FACTORS else self.of(text)
        line = broken.splitlines()[self.line - 1].strip()
        return f"{self.was} {FACTORS[self.what]}: {line}" if self.what in FACTORS else line


class Module:
    """The text of one module and where its nodes lie in it, in bytes."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.source = path, text.encode()
        self.tree = ast.parse(text)
        lengths = [len(line) for line in self.source.splitlines(keepends=True)]
        self.begins = [sum(lengths[:n]) for n in range(len(lengths))]

    def span(self, node: ast.expr) -> tuple[int, int]:
        """First byte of a node, and the one after its last."""
        assert node.end_lineno is not None, "parsed from text"
        assert node.end_col_offset is not None, "parsed from text"
        begin = self.begins[node.lineno - 1] + node.col_offset
        return begin, self.begins[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.expr) -> str:
        """The text of a node, on one line."""
        begin, end = self.span(node)
        return " ".join(self.source[begin:end].decode().split())

    def edit(
        self, place: tuple[int, int], now: str, *, what: str, whole: str, scope: str
    ) -> Mutant:
        """A mutant that puts something else in the place."""
        begin, end = place
        line = self.source.count(b"\n", 0, begin) + 1
        was = self.source[begin:end].decode()
        return Mutant(self.path, line, scope, what, whole, was, now, begin, end)

    def between(
        self, left: ast.expr, right: ast.expr, wanted: re.Pattern[bytes]
    ) -> tuple[int, int]:
        """The place of the operator between two operands; comments and brackets are none."""
        begin, end = self.span(left)[1], self.span(right)[0]
        gap = _COMMENT.sub(lambda found: b" " * len(found[0]), self.source[begin:end])
        found = wanted.search(gap)
        assert found is not None, f"{self.path}:{left.end_lineno}: no operator"
        return begin + found.start(), begin + found.end()


def mutants_of(path: str, text: str) -> list[Mutant]:
    """Everything that can be broken, in the order of the text.

    >>> for mutant in mutants_of("m.py", "LIMIT = 5\\ndef f(x):\\n    return not x > LIMIT\\n"):
    ...     print(mutant.name)
    m.py:1 LIMIT: grown, 5 times 1.5
    m.py:1 LIMIT: shrunk, 5 by 1.5
    m.py:3 f: not dropped, not -> nothing
    m.py:3 f: flipped, > -> <=
    m.py:3 f: boundary, > -> >=
    """
    module = Module(path, text)
    found = [*_constants(module)]
    for scope, node in _scoped(module.tree):
        found += _broken(module, node, scope)
    return sorted(found, key=lambda mutant: mutant.start)


def _scoped(node: ast.AST, scope: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every node with the function it is in; not what is asserted, nor annotations."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Assert):
            continue
        inner = f"{scope}.{child.name}".lstrip(".") if isinstance(child, Named) else scope
        yield inner, child
        yield from _scoped(child, inner)


def _broken(module: Module, node: ast.AST, scope: str) -> Iterator[Mutant]:
    if isinstance(node, ast.Compare):
        yield from _comparisons(module, node, scope)
    elif isinstance(node, ast.BoolOp):
        yield from _swaps(module, node, scope)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        begin, _ = module.span(node)
        whole = module.text(node)
        yield module.edit((begin, begin + 3), "", what="not dropped", whole=whole, scope=scope)
    elif isinstance(node, ast.Return) and node.value is not None:
        was = module.text(node.value)
        if was in ("True", "False"):
            place, now = module.span(node.value), "False" if was == "True" else "True"
            yield module.edit(place, now, what="inverted", whole=f"return {was}", scope=scope)


def _comparisons(module: Module, node: ast.Compare, scope: str) -> Iterator[Mutant]:
    whole, operands = module.text(node), [node.left, *node.comparators]
    for left, right in pairwise(operands):
        place = module.between(left, right, _OPERATOR)
        was = " ".join(module.source[place[0] : place[1]].decode().split())
        yield module.edit(place, FLIPPED[was], what="flipped", whole=whole, scope=scope)
        if was in BOUNDARY:
            yield module.edit(place, BOUNDARY[was], what="boundary", whole=whole, scope=scope)


def _swaps(module: Module, node: ast.BoolOp, scope: str) -> Iterator[Mutant]:
    whole = module.text(node)
    for left, right in pairwise(node.values):
        place = module.between(left, right, _WORD)
        now = "or" if isinstance(node.op, ast.And) else "and"
        yield module.edit(place, now, what="swapped", whole=whole, scope=scope)


def _constants(module: Module) -> Iterator[Mutant]:
    """Every number in what is assigned to a name in capitals at the top of the module."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        names, values = _pairs(targets[0], value)
        for name, one in zip(names, values, strict=True):
            for number in _numbers(one):
                begin, end = module.span(number)
                old = module.source[begin:end].decode()
                for what, frame in (("grown", GROWN), ("shrunk", SHRUNK)):
                    new, whole = frame.format(old), f"{name} = {module.text(one)}"
                    yield module.edit((begin, end), new, what=what, whole=whole, scope=name)


def _pairs(target: ast.expr, value: ast.expr) -> tuple[list[str], list[ast.expr]]:
    """The names in capitals that are assigned, each with its value."""
    pairs = [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = list(zip(target.elts, value.elts, strict=True))
    named = [(ast.unparse(one), of) for one, of in pairs]
    named = [(name, of) for name, of in named if name.isupper()]
    return [name for name, _ in named], [of for _, of in named]


def _numbers(node: ast.expr) -> Iterator[ast.expr]:
    """The outermost numbers in an expression."""
    if _is_number(node):
        yield node
    elif isinstance(node, ast.Call):
        for one in [*node.args, *(keyword.value for keyword in node.keywords)]:
            yield from _numbers(one)
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for one in node.elts:
            yield from _numbers(one)
    elif isinstance(node, ast.Dict):
        for one in node.values:
            yield from _numbers(one)


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float) and not isinstance(node.value, bool)
    if isinstance(node, ast.Name):
        return bool(_NUMBER.match(node.id))
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    return isinstance(node, ast.BinOp) and any(_holds_number(one) for one in ast.walk(node))


def _holds_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)

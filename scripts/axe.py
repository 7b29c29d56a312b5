"""axe-core in a page of Chromium: which rules of WCAG 2.x A and AA it breaks, and where."""

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RUN = """
tags => axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})
  .then(found => ({
    passed: found.passes.length,
    broken: found.violations.map(one => [one.id, one.help, one.nodes.map(node => [
      node.target.join(" "), (node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ""
    ])])
  }))
"""


class Broken(NamedTuple):
    """A rule that is broken, and the elements that break it, each with why."""

    rule: str
    help: str
    where: tuple[tuple[str, str], ...]


class Verdict(NamedTuple):
    """How many rules hold on a page, and those that do not."""

    passed: int
    broken: tuple[Broken, ...]


@cache
def script() -> str:
    """axe-core, as axe-playwright-python carries it."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def judge(page: Any) -> Verdict:
    """The page as it stands."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(script())
    found = page.evaluate(RUN, list(TAGS))
    broken = (
        Broken(rule, told, tuple((where, why) for where, why in nodes))
        for rule, told, nodes in found["broken"]
    )
    return Verdict(found["passed"], tuple(broken))

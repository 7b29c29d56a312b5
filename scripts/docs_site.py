"""What `make docs` does beyond mkdocs: finds decisions by itself, and lets Chinese be searched."""

import re
from pathlib import Path
from typing import Any

from material.plugins.search import plugin as search
from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
MARK = "site/mark.svg"
DECISIONS = "decisions/"
TITLE = re.compile(r"^# (?:0*(\d+)\.? )(.+)$", re.MULTILINE)


class Letters:
    """Stands where jieba would: each Chinese character is a word of the index.

    A dictionary of 19 MB for the few Chinese words of these pages would buy nothing.
    """

    @staticmethod
    def cut(text: bytes) -> str:
        """The characters, one by one.

        >>> list(Letters.cut("困人".encode()))
        ['困', '人']
        """
        return text.decode()


def on_config(config: Any) -> Any:
    """Put every decision into the place of their folder."""
    search.jieba = Letters
    config["nav"] = filled(config["nav"], decisions(Path(config["docs_dir"])))
    return config


def on_files(files: Any, *, config: Any) -> Any:
    """Add the console's mark, which lies elsewhere."""
    mark = ROOT / "api" / "console" / "static" / "mark.svg"
    files.append(File.generated(config, MARK, abs_src_path=str(mark)))
    return files


def decisions(docs: Path) -> list[dict[str, str]]:
    """Number and title of each, as they stand in its first line."""
    found = []
    for file in sorted((docs / DECISIONS).glob("*.md")):
        told = TITLE.search(file.read_text(encoding="utf-8"))
        name = f"{told[1]}. {told[2]}" if told else file.stem
        found.append({name: DECISIONS + file.name})
    return found


def filled(nav: Any, rows: list[dict[str, str]]) -> Any:
    """A navigation with the folder of decisions exchanged for its rows.

    >>> filled([{"Decisions": "decisions/"}, {"A": "a.md"}], [{"1. B": "decisions/b.md"}])
    [{'Decisions': [{'1. B': 'decisions/b.md'}]}, {'A': 'a.md'}]
    """
    if nav == DECISIONS:
        return rows
    if isinstance(nav, list):
        return [filled(one, rows) for one in nav]
    if isinstance(nav, dict):
        return {name: filled(one, rows) for name, one in nav.items()}
    return nav

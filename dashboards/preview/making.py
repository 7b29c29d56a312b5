"""All pages of the dashboards that a role has, with what its data sources answer."""

from collections.abc import Mapping
from pathlib import Path

from dashboards.answers import Answers
from dashboards.preview.filling import filled_board
from dashboards.preview.pages import board_page, index_page, write_pages
from dashboards.push import dashboards_of
from dashboards.words import LANGUAGES


def make_preview(
    role: str,
    answers: Answers,
    folder: Path,
    *,
    shared: Mapping[str, bytes],
    now_ms: int,
    lift: str | None = None,
    console: str | None = None,
) -> tuple[list[str], list[str]]:
    """Write the pages; gives back the dashboards, and a line for each panel without an answer.

    Raises OSError where the folder cannot be written.
    """
    pages, titles, failed = {}, {}, []
    for language in LANGUAGES:
        for board in dashboards_of(role, (language,), console=console):
            made = filled_board(board, answers, now_ms=now_ms, lift=lift)
            failed += [f"{made['title']}: {one}" for one in made["trouble"]]
            failed += [
                f"{made['title']}, {panel['title']}: {panel['error']}"
                for panel in made["panels"]
                if panel["error"]
            ]
            pages[f"{made['uid']}.html"] = board_page(made, language)
            titles[made["uid"]] = made["title"]
    pages["index.html"] = index_page(titles)
    write_pages(folder, pages, shared=shared)
    return list(titles), failed

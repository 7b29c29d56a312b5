"""The pages of a preview: HTML with the data inside, and the console's own scripts beside it.

They need no server and no other host: `index.html` may be opened from the disk.
"""

import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboards.words import Language, Words

HERE = Path(__file__).parent
OWN = ("panels.js", "panels.css")
SHARED = ("charts.js", "console.css", "vendor/uPlot.iife.min.js", "vendor/uPlot.min.css")
"""Of the console, byte for byte: panels are drawn by the code that draws a lift's charts."""
SAID: Mapping[str, Words] = {
    "none": Words("no data", "无数据"),
    "failed": Words("Cannot be asked now", "暂时无法查询"),
    "ago": Words("ago", "前"),
    "now": Words("just now", "刚刚"),
    "days": Words("d", "天"),
    "more": Words("more rows", "行未显示"),
    "title": Words("Dashboards", "仪表板"),
    "preview": Words("Preview: drawn by the console's charts", "预览：由控制台图表代码绘制"),
}
_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="static/console.css">
<link rel="stylesheet" href="static/vendor/uPlot.min.css">
<link rel="stylesheet" href="static/panels.css">
</head>
<body>
<main id="main">{body}</main>
{scripts}
</body>
</html>
"""
_SCRIPTS = """<script type="application/json" id="board">{data}</script>
<script src="static/vendor/uPlot.iife.min.js"></script>
<script src="static/charts.js"></script>
<script src="static/panels.js"></script>"""


def board_page(board: Mapping[str, Any], language: Language) -> str:
    """The page of one dashboard."""
    said = {name: words.of(language) for name, words in SAID.items()}
    data = json.dumps({**board, "said": said, "language": language}, ensure_ascii=False)
    return _PAGE.format(
        lang="zh-CN" if language == "zh" else "en",
        title=html.escape(board["title"]),
        body="",
        scripts=_SCRIPTS.format(data=in_script(data)),
    )


def in_script(data: str) -> str:
    """JSON as it may stand inside a script element, whatever the names of people's estates are.

    >>> in_script('{"a": "</script><!--"}')
    '{"a": "\\\\u003c/script\\\\u003e\\\\u003c!--"}'
    """
    return data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def index_page(boards: Mapping[str, str]) -> str:
    """The list of pages: title by uid."""
    rows = "".join(
        f'<li><a href="{uid}.html">{html.escape(title)}</a></li>' for uid, title in boards.items()
    )
    title = " · ".join(SAID["title"])
    return _PAGE.format(
        lang="zh-CN", title=title, scripts="", body=f"<h1>{title}</h1><ul>{rows}</ul>"
    )


def write_pages(folder: Path, pages: Mapping[str, str], *, shared: Mapping[str, bytes]) -> None:
    """Write all of it; `shared` are the console's files of `SHARED`. Raises OSError."""
    made = {name: text.encode() for name, text in pages.items()}
    made |= {f"static/{name}": (HERE / name).read_bytes() for name in OWN}
    made |= {f"static/{name}": content for name, content in shared.items()}
    for name, content in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

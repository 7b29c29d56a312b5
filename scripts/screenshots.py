"""Pictures of every page of the console, in docs/console, from a demo that it starts itself.

`python -m scripts.screenshots [NAME ...]` takes all of them, or those that are named, and writes
docs/console/README.md. Colours are reduced
to a palette: a picture is for looking at, not for print.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from playwright.sync_api import sync_playwright

from scripts.tour import NOBODY, Tour, demo, pattern, stops
from scripts.tour_stop import Stop

FOLDER = Path(__file__).parents[1] / "docs" / "console"
CHROMIUM = "/usr/bin/chromium"
OTHERS = {"lift-wear"}
"""Pictures that lie there, too, and are made elsewhere (`make previews`)."""
DESK, PHONE = (1280, 800), (390, 844)


class Paper(NamedTuple):
    """A PDF that a page leads to: its pictures' name, the page's route, as whom, its own route."""

    name: str
    start: str
    role: str
    route: str
    says: str


PAPERS = (
    Paper(
        *("poster", "/notices/{id}", "property", "/notices/{id}/poster.pdf"),
        "A notice as a poster, to be printed",
    ),
)
DOTS_PER_INCH = 80
HIGHEST = 2_000
"""Of a long page the rest is cut off: it goes on as it began."""
COLOURS = 128
HEAD = """\
# What the pages look like

Pictures of `liftwatch demo` in Chinese, taken by `make screenshots`; every page is there in
English, by night and on a telephone, too. Nobody and nothing in them exists.

"""


def take(page: Any, name: str) -> int:
    """One picture; its size in bytes."""
    page.mouse.move(0, 0)
    page.evaluate("document.fonts.ready")
    page.evaluate(WHOLE)
    page.wait_for_timeout(SETTLES_MS)
    height = page.evaluate("document.documentElement.scrollHeight")
    width = page.viewport_size["width"]
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, HIGHEST)}
    raw = page.screenshot(full_page=True, clip=clip)
    with Image.open(BytesIO(raw)) as whole:
        return keep(whole, name)


def keep(whole: Image.Image, name: str) -> int:
    """Write a picture with few colours; its size in bytes."""
    path = FOLDER / f"{name}.png"
    small = whole.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    return path.stat().st_size


WHOLE = """
() => {
  for (const one of document.querySelectorAll(".row, .group")) {
    one.style.contentVisibility = "visible";
  }
}
"""
"""What lies off the screen is on the picture."""
SETTLES_MS = 700
"""Until a page is live and its charts are drawn."""


def pictures(stop: Stop) -> Iterator[tuple[str, tuple[int, int]]]:
    """Names and sizes of a page's pictures."""
    yield stop.name, DESK
    if stop.phone:
        yield f"{stop.name}-phone", PHONE


def take_all(names: set[str]) -> None:
    """Every page, as the first role of its row; a line for each."""
    with demo() as (url, link), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--lang=zh-CN"]
        )
        context = browser.new_context(locale="zh-CN", color_scheme="light")
        page = context.new_page()
        tour = Tour(page, url, link)
        own = sorted(stops(), key=lambda one: one.roles[0] != NOBODY)
        for stop in (one for one in own if one.roles[0] == NOBODY):
            shoot(page, tour, stop, names=names)
        tour.trap()
        tour.complain()
        for stop in sorted(own, key=lambda one: one.roles[0]):
            if stop.roles[0] != NOBODY:
                shoot(page, tour, stop, names=names)
        for paper in PAPERS:
            if not names or paper.name in names:
                print_out(page, tour, paper)
        browser.close()


def print_out(page: Any, tour: Tour, paper: Paper) -> None:
    """The first page of a PDF, as poppler draws it."""
    start = next(one for one in stops() if one.route == paper.start)
    tour.visit(start, paper.role)
    wanted = pattern(paper.route)
    links = page.eval_on_selector_all("a", "all => all.map(one => one.getAttribute('href'))")
    path = next(one for one in links if one and wanted.fullmatch(one))
    answered = page.context.request.get(tour.url + path)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "paper.pdf"
        made.write_bytes(answered.body())
        command = ("pdftoppm", "-png", "-r", str(DOTS_PER_INCH), "-singlefile", made, made)
        subprocess.run(command, check=True)
        with Image.open(made.with_suffix(".pdf.png")) as whole:
            print(f"{paper.name:22} {keep(whole, paper.name) // 1024:4} KiB  {path}", flush=True)


def shoot(page: Any, tour: Tour, stop: Stop, *, names: set[str]) -> None:
    """The pictures of one page."""
    for name, (width, height) in pictures(stop):
        if not names or name in names:
            page.set_viewport_size({"width": width, "height": height})
            path = tour.visit(stop, stop.roles[0])
            print(f"{name:22} {take(page, name) // 1024:4} KiB  {path}", flush=True)


def readme() -> str:
    """The page that shows them all, two beside each other."""
    rows = ["| | |", "|---|---|"]
    shown = [f"![{stop.says}]({stop.name}.png)<br>{stop.says}" for stop in stops()]
    rows += [f"| {' | '.join(shown[n : n + 2])} |" for n in range(0, len(shown), 2)]
    rows += ["", "## On paper", ""]
    rows += ["| | |", "|---|---|"]
    paper = [f"![{one.says}]({one.name}.png)<br>{one.says}" for one in PAPERS]
    rows += [f"| {' | '.join(paper[n : n + 2])} |" for n in range(0, len(paper), 2)]
    rows += ["", "## On a telephone", ""]
    phone = [f"![{one.says}]({one.name}-phone.png)" for one in stops() if one.phone]
    rows += ["| | | | |", "|---|---|---|---|"]
    rows += [f"| {' | '.join(phone[n : n + 4])} |" for n in range(0, len(phone), 4)]
    return HEAD + "\n".join(rows) + "\n"


def main() -> None:
    """Take them, drop pictures of pages that are no more, write the page."""
    names = set(sys.argv[1:])
    take_all(names)
    wanted = {name for stop in stops() for name, _ in pictures(stop)}
    wanted |= {one.name for one in PAPERS}
    for path in FOLDER.glob("*.png"):
        if path.stem not in wanted | OTHERS:
            path.unlink()
    (FOLDER / "README.md").write_text(readme(), encoding="utf-8")


if __name__ == "__main__":
    main()

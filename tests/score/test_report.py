"""The report: one page for itself, whatever stands in the files, and as a browser shows it."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from liftwatch.score.plots import DOTS_MAX, span_axis, spread
from liftwatch.score.report import Section, write_report
from tests.score.conftest import never, raised, truth
from tests.score.test_tally import scored

CHROMIUM = Path("/usr/bin/chromium")
EVIL = '<script>alert("x")</script>'


class Reader(HTMLParser):
    """What a page holds; complains of a tag that is closed and was not open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes it; one of them has no end."""
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag != "meta":
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Shapes have neither words nor links."""
        self.tags.append(tag)
        assert dict(attrs).keys().isdisjoint({"src", "href"})

    def handle_endtag(self, tag: str) -> None:
        """It was the last to be opened."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Words."""
        self.text.append(data)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A report of two scores, one of them of nothing."""
    path = tmp_path / "report.html"
    full = scored(lift_days=30)
    sections = [Section("Full", "Of a day.", full), Section("Empty", "Quiet.", scored([], []))]
    write_report(path, sections)
    return path


def test_a_report_needs_nothing_beside_it(page: Path) -> None:
    """No script, no image, no other file; the same scores give the same bytes."""
    text = page.read_text(encoding="utf-8")
    read = Reader(text)
    assert not {"script", "img", "link", "iframe", "object"} & set(read.tags)
    assert read.links == ["#part-1", "#part-2"]
    assert read.tags.count("svg") == 5  # shares, delays, false alarms, two maps
    assert "url(" not in text
    assert "default-src 'none'" in text
    page_again = page.with_name("again.html")
    sections = [Section("Full", "Of a day.", scored(lift_days=30))]
    write_report(page_again, [*sections, Section("Empty", "Quiet.", scored([], []))])
    assert page_again.read_bytes() == page.read_bytes()


def test_a_report_shows_what_to_look_at(page: Path) -> None:
    """Missed and late truths, false incidents with their evidence, quiet windows."""
    told = " ".join(Reader(page.read_text(encoding="utf-8")).text)
    for words in ("Full", "Empty", "Of a day.", '{"g": 0.2}', "false and in a quiet window"):
        assert words in told
    assert "late, 1970-01-01 00:04:10.000" in told
    assert "1 of 1 broken" in told


def test_what_stands_in_a_file_is_only_text(tmp_path: Path) -> None:
    """Whoever wrote it: names of lifts and kinds, scopes and evidence."""
    scores = scored(
        [
            raised(1, EVIL, lift=EVIL, evidence={"note": EVIL}),
            raised(1, EVIL, lift=None, scope=EVIL),
        ],
        [truth(0, 10, EVIL, lift="L-2"), truth(0, 10, f"{EVIL}2", lift=EVIL), never(0, 9, EVIL)],
    )
    path = tmp_path / "report.html"
    write_report(path, [Section(EVIL, EVIL, scores)])
    read = Reader(path.read_text(encoding="utf-8"))
    assert not {"script"} & set(read.tags)
    assert EVIL in " ".join(read.text)


def test_long_lists_show_their_beginning(tmp_path: Path) -> None:
    """And say how many there are."""
    path = tmp_path / "report.html"
    score = scored([raised(second) for second in range(201)], [])
    write_report(path, [Section("Many", "", score)])
    text = path.read_text(encoding="utf-8")
    assert "the first 200 of 201" in text
    assert text.count("1970-01-01 00:0") == 200


def test_only_so_many_dots_are_drawn() -> None:
    """The shortest and the longest among them."""
    delays_s = [[float(number) for number in range(1, 10_000)]]
    drawn = spread(delays_s)(0, span_axis(10_000).at)
    assert drawn.count("<circle") == DOTS_MAX


@pytest.fixture
def browser() -> Iterator[object]:
    """A Chromium."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    if not CHROMIUM.exists():
        pytest.skip("apt install chromium")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it(page: Path, browser: object, scheme: str) -> None:
    """Nothing is complained of, nothing asked for, and nothing stands beyond the width."""
    shown = browser.new_page(  # type: ignore[attr-defined]
        color_scheme=scheme, viewport={"width": 1280, "height": 900}
    )
    trouble: list[str] = []
    shown.on("console", lambda said: trouble.append(said.text))
    shown.on("request", lambda asked: trouble.append(asked.url))
    shown.goto(page.as_uri())
    assert trouble == [page.as_uri()]
    beyond = """[...document.querySelectorAll('.card')].filter(c => c.scrollWidth > c.clientWidth)
        .map(c => c.textContent.slice(0, 40))"""
    assert shown.evaluate(beyond) == []
    assert shown.evaluate("document.documentElement.scrollWidth") == 1280
    shown.close()

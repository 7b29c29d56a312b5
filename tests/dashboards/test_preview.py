"""Previews of dashboards: what they ask is what Grafana asks, and any name is only a name.

The pages are drawn in Chromium: by the console's own charts, byte for byte.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from api.console.assets import ASSETS
from dashboards.answers import NotAnswered, Sources
from dashboards.frames import Table, as_table, of_series, over_time
from dashboards.preview.making import make_preview
from dashboards.preview.pages import SHARED
from dashboards.provisioning import DASHBOARDS_OF
from liftwatch.__main__ import app
from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import MINUTE_MS, now_ms
from liftwatch.handlers import people
from liftwatch.register.localities import Locality
from tests.dashboards.conftest import DSN, LIFTS, OURS, Town

CHROMIUM = Path("/usr/bin/chromium")
NASTY = 'O\'Brien "庭院" 🏢 </script><b>x</b> ${lift} \\ ' + "很长的名称" * 31
NASTY = NASTY[:200]
ASSETS_OF = {name: ASSETS[name].content for name in SHARED}


class Desk:
    """PostgreSQL as a reader of the town; telemetry of three series; no Prometheus."""

    def __init__(self, town: Town, reader: str) -> None:
        self._reader = town.readers[reader]

    def sql(self, text: str) -> tuple[list[str], list[Sequence[Any]]]:
        """Columns and rows."""
        with psycopg.connect(DSN.format(**self._reader._asdict())) as connection:
            answer = connection.execute(text.encode())
            return [one.name for one in answer.description or ()], list(answer.fetchall())

    def influx(self, text: str) -> list[Table]:
        """A curve by estate, whatever is asked."""
        assert "$" not in text.replace("$/", "")
        times = [now_ms() - n * MINUTE_MS for n in range(3, 0, -1)]
        return [
            Table("lift_ride", {"estate": name}, ["time", "n"], [[at, 4.0] for at in times])
            for name in (OURS, NASTY)
        ]

    def metrics(self, text: str, **_: int) -> list[Any]:
        """Away."""
        raise NotAnswered(f"Prometheus does not answer {text[:4]}")


@pytest.fixture(scope="module")
def named(town: Town) -> Town:
    """The town, its estate and a unit called something nobody should be called."""
    with town.books.begin() as work:
        work.put_localities(
            [Locality(area="320583", estate=OURS, name=NASTY, name_en=NASTY, version=1)]
        )
    with SqlPeople(town.books, Seal(b"x" * 32)).begin() as work:
        unit = people.make_organisation(work, name=NASTY, now_ms=now_ms())
        people.make_contract(
            work, lift="G-0002", organisation=unit.id, from_ms=now_ms() - 9_000, until_ms=None
        )
    return town


def data_of(page: str) -> dict[str, Any]:
    """What a page draws from."""
    text = page.partition('id="board">')[2].partition("</script>")[0]
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture(scope="module")
def folder(named: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of three roles, of the town with its names."""
    made = tmp_path_factory.mktemp("pages")
    for role, reader in (
        ("property", "garden"),
        ("supervision", "regulation"),
        ("operations", "operations"),
    ):
        make_preview(
            role,
            Desk(named, reader),
            made / role,
            shared=ASSETS_OF,
            now_ms=now_ms(),
            lift="G-0002",
        )
    return made


def test_a_name_is_only_a_name(folder: Path) -> None:
    """In variables, tables and bars it stands as it is, and queries work with it."""
    for language in ("zh", "en"):
        page = (folder / "property" / f"liftwatch-estate-{language}.html").read_text()
        assert "</script><b>" not in page
        estate = data_of(page)
        assert estate["variables"][0]["text"] == NASTY
        assert estate["variables"][0]["values"] == [OURS]
        (lifts,) = [one for one in estate["panels"] if one["type"] == "table"][1]["frames"]
        shown = {field["name"]: field["values"] for field in lifts}
        assert set(shown["lift"]) == {name for name, of in LIFTS.items() if of == OURS}
        assert shown[f"estate_{language}"] == [NASTY, NASTY]
        lift = data_of((folder / "property" / f"liftwatch-lift-{language}.html").read_text())
        assert lift["variables"][0]["values"] == ["G-0002"]
    supervision = data_of((folder / "supervision" / "liftwatch-supervision-en.html").read_text())
    (bars,) = [one for one in supervision["panels"] if one["title"].startswith("Worst units")]
    assert NASTY in bars["frames"][0][0]["values"]


def test_what_does_not_answer_is_told_in_its_panel(folder: Path) -> None:
    """And the others are drawn."""
    board = data_of((folder / "operations" / "liftwatch-operations-en.html").read_text())
    told = {panel["title"]: panel["error"] for panel in board["panels"] if panel["error"]}
    assert set(told) == {"Drain rate", "Depth of the journal", "Dead letters"}
    assert all("Prometheus does not answer" in reason for reason in told.values())


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for these tests."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    if not CHROMIUM.exists():
        pytest.skip("apt install chromium")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_every_panel_of_every_page_is_drawn(folder: Path, browser: Any, width: int) -> None:
    """No panel is empty, nothing is complained of, nothing is asked of another host, and no name
    becomes markup or makes the page wider than the screen."""
    for path in sorted(folder.rglob("liftwatch-*.html")):
        page, trouble = browser.new_page(viewport={"width": width, "height": 900}), []
        page.on("pageerror", lambda error, of=trouble: of.append(str(error)))
        page.on("console", lambda said, of=trouble: of.append(said.text))
        page.on("request", lambda asked, of=trouble: _no_host(asked.url, of))
        page.goto(path.as_uri())
        page.wait_for_selector("body[data-drawn]")
        assert page.query_selector("b:text-is('x')") is None
        bodies = page.query_selector_all(".body")
        assert len(bodies) == len(data_of(path.read_text())["panels"])
        for body in bodies:
            assert body.query_selector("canvas") or body.inner_text().strip(), path
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert trouble == []
        page.close()


def _no_host(url: str, trouble: list[str]) -> None:
    if not url.startswith("file:"):
        trouble.append(url)


def test_bars_of_parts_stand_on_one_another(folder: Path, browser: Any) -> None:
    """Two estates of four rides each: as Grafana stacks them, and each once in the legend."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto((folder / "property" / "liftwatch-estate-en.html").as_uri())
    page.wait_for_selector("body[data-drawn]")
    board = data_of((folder / "property" / "liftwatch-estate-en.html").read_text())
    (rides,) = [one for one in board["panels"] if one["title"] == "Rides an hour"]
    assert len(rides["frames"]) == 2
    assert page.inner_text(f"#panel-{rides['id']} .u-legend").count(NASTY[:40]) == 1
    assert rides["fieldConfig"]["defaults"]["custom"]["stacking"]["mode"] == "normal"
    page.close()


def test_series_are_tables_of_two(named: Town) -> None:
    """Of InfluxDB by their tags, of PostgreSQL by `metric`; as a table with the tags beside."""
    tables = Desk(named, "garden").influx("SELECT")
    one, two = of_series(tables, alias="$tag_estate")
    assert (one[1].name, two[1].name) == (OURS, NASTY)
    assert [field.name for field in as_table(tables)] == ["Time", "estate", "n"]
    assert as_table([]) == []
    assert [f[1].name for f in over_time(["time", "a", "b"], [[1, 2, 3]])] == ["a", "b"]


def test_the_command_asks_what_the_variables_name(
    named: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the reader of the role; what is not set, or answers nothing, is told on standard error,
    and in the panel; a folder that cannot be made is one line."""
    reader = named.readers["garden"]
    for name, value in {
        "LIFT_PG_HOST": reader.host,
        "LIFT_PG_DATABASE": reader.database,
        "LIFT_PG_USER": reader.name,
        "LIFT_PG_PASSWORD": reader.password,
        "LIFT_PG_SSLMODE": "disable",
        "LIFT_API_URL": "http://127.0.0.1:9",
        "LIFT_API_KEY": "k",
    }.items():
        monkeypatch.setenv(name, value)
    run = CliRunner().invoke
    told = run(app, ["dashboards", "preview", "property", "--out", str(tmp_path / "x")])
    assert told.exit_code == 0
    assert "index.html: 6 pages" in told.stdout
    assert "Rides an hour: does not answer" in told.stderr
    lifts = data_of((tmp_path / "x" / "liftwatch-estate-en.html").read_text())["panels"][0]
    assert lifts["frames"][0][0]["values"] == [2]
    (tmp_path / "file").touch()
    told = run(app, ["dashboards", "preview", "property", "--out", str(tmp_path / "file" / "x")])
    assert told.exit_code != 0


def test_sources_that_are_not_there() -> None:
    """A variable that is not set, and a source that the role does not have."""
    with pytest.raises(NotAnswered, match="LIFT_PG_HOST is not set"):
        Sources("custodian", {}).sql("SELECT 1")
    with pytest.raises(NotAnswered, match="no liftwatch-telemetry"):
        Sources("custodian", {}).influx("SELECT")
    assert {"property", "operations"} <= set(DASHBOARDS_OF)

"""The files that are checked in: fresh, whole, in both languages, as Grafana documents them."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.alerts import LOOK_AT, PARTIES, groups, kinds_of
from dashboards.board import COLUMNS, ZONE, uid_of
from dashboards.build import HERE, MODULES, files, write
from dashboards.provisioning import DASHBOARDS_OF, provisioning_files
from dashboards.sources import METRICS, SQL, TELEMETRY
from dashboards.values import TABLES
from dashboards.words import LANGUAGES
from detectors.rules.levelling_error import STEP_MM, STEP_MM_ONCE
from detectors.rules.machine_room_hot import LIMIT_C
from liftwatch.adapters.sql.migrations.grafana_views import VIEWS, VIEWS_OF
from liftwatch.incidents.kinds import KINDS
from scripts import grafana_types

PAGES_LINKED = re.compile(
    r"\$\{console\}/(|incidents/\$\{__data\.fields\.id\}|fund/cases/\$\{__value\.raw\})"
)
BOARDS = [uid_of(name, language) for name in MODULES for language in LANGUAGES]


def board(uid: str) -> dict[str, Any]:
    """A dashboard as it is checked in."""
    path = HERE / "json" / uid[-2:] / f"{uid}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def strings(value: Any) -> Iterator[str]:
    """All texts inside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from itertools.chain.from_iterable(strings(one) for one in value.values())
    elif isinstance(value, list):
        yield from itertools.chain.from_iterable(strings(one) for one in value)


def test_the_files_are_fresh() -> None:
    """As `liftwatch dashboards build` makes them, and there are no others."""
    made = files()
    there = {
        path.relative_to(HERE).as_posix()
        for kind in ("json", "provisioning")
        for path in (HERE / kind).rglob("*.*")
    }
    assert there == set(made)
    stale = [n for n, text in made.items() if (HERE / n).read_text(encoding="utf-8") != text]
    assert stale == [], "make dashboards"


def test_what_is_made_no_more_goes(tmp_path: Path) -> None:
    """And only what has changed is written and named."""
    assert len(write(tmp_path, files())) == len(files())
    assert write(tmp_path, files()) == []
    old = tmp_path / "json" / "zh" / "liftwatch-gone-zh.json"
    old.write_text("{}")
    changed = tmp_path / "json" / "en" / "liftwatch-lift-en.json"
    changed.write_text("{}")
    assert sorted(write(tmp_path, files())) == [
        "json/en/liftwatch-lift-en.json",
        "json/zh/liftwatch-gone-zh.json",
    ]
    assert not old.exists()


@pytest.mark.parametrize("uid", BOARDS)
def test_panels_do_not_overlap_and_have_numbers_of_their_own(uid: str) -> None:
    """On Grafana's grid of 24 columns."""
    panels = board(uid)["panels"]
    numbers = [panel["id"] for panel in panels]
    assert len(set(numbers)) == len(numbers) > 5
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        assert 0 <= at["x"] < at["x"] + at["w"] <= COLUMNS
        cells = set(
            itertools.product(range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"]))
        )
        assert not cells & taken, panel["title"]
        taken |= cells


def test_panels_that_overlap_would_be_found() -> None:
    """Two at one place, as the SDK's own layout makes them beside a panel at 0, 0."""
    one = {"x": 0, "y": 0, "w": 12, "h": 8}
    cells = set(itertools.product(range(one["w"]), range(one["h"])))
    assert cells & {(11, 7)}


@pytest.mark.parametrize("uid", BOARDS)
def test_every_dashboard_says_where_and_when_it_is(uid: str) -> None:
    """Time zone, uid, refresh; its sources are known; every panel has a title, a unit, limits."""
    found = board(uid)
    assert (found["timezone"], found["uid"]) == (ZONE, uid)
    assert found["refresh"]
    known = {(one.type, one.uid) for one in (SQL, TELEMETRY, METRICS)}
    for panel in found["panels"]:
        assert panel["title"].strip()
        assert (panel["datasource"]["type"], panel["datasource"]["uid"]) in known
        assert panel["targets"]
        refs = [target["refId"] for target in panel["targets"]]
        assert len(set(refs)) == len(refs)
        if panel["type"] in ("stat", "timeseries", "bargauge"):
            assert panel["fieldConfig"]["defaults"]["unit"]
            assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"][0]["value"] is None


def test_the_languages_differ_in_words_alone() -> None:
    """Same panels, same queries, same links; and no Chinese in the English one, but its switch."""
    for name in MODULES:
        chinese, english = (board(uid_of(name, language)) for language in ("zh", "en"))
        queries = [
            [
                (panel["type"], panel["gridPos"], [t.get("rawSql") for t in panel["targets"]])
                for panel in one["panels"]
            ]
            for one in (chinese, english)
        ]
        assert queries[0] == queries[1]
        told = [text for text in strings(english) if re.search(r"[\u4e00-\u9fff]", text)]
        assert told == ["中文"]
        for panel in chinese["panels"]:
            assert re.search(r"[\u4e00-\u9fff]", panel["title"]), panel["title"]


@pytest.mark.parametrize("uid", BOARDS)
def test_links_lead_somewhere(uid: str) -> None:
    """To dashboards that there are, and to pages of the console that there are."""
    for text in strings(board(uid)):
        if text.startswith("/d/"):
            target = text.removeprefix("/d/").partition("?")[0]
            assert target in BOARDS
        if text.startswith("${console}"):
            assert PAGES_LINKED.fullmatch(text), text


@pytest.mark.parametrize("uid", BOARDS)
def test_what_links_need_is_selected(uid: str) -> None:
    """A link to an incident has its id in the row."""
    for panel in board(uid)["panels"]:
        if "__data.fields.id" in json.dumps(panel):
            assert re.search(r"\bid\b", panel["targets"][0]["rawSql"].partition("FROM")[0])


def test_a_role_has_only_dashboards_whose_views_it_may_read() -> None:
    """Else a panel would be refused."""
    for role, names in DASHBOARDS_OF.items():
        for name in names:
            text = " ".join(strings(board(uid_of(name, "en"))))
            asked = set(re.findall(r"grafana\.([a-z_]+)", text))
            assert asked <= set(VIEWS)
            assert asked <= set(VIEWS_OF[role]), (role, name)


def test_limits_are_those_of_the_detectors() -> None:
    """Drawn where the rules claim."""
    drawn = {
        panel["title"]: [
            step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1:]
        ]
        for panel in board("liftwatch-lift-en")["panels"]
        if panel["type"] == "timeseries"
    }
    assert drawn["Levelling error at stops"] == [STEP_MM, STEP_MM_ONCE]
    assert drawn["Machine room"] == [LIMIT_C]
    assert drawn["Vertical vibration"] == [20.0]
    assert drawn["Doors"] == [15.0]


def test_values_have_words() -> None:
    """Every kind, state and clock that a column may hold."""
    from liftwatch.fund.accounts import KINDS as ACCOUNTS
    from liftwatch.fund.case import Stage
    from liftwatch.fund.documents import ALL
    from liftwatch.incidents import clock_rules
    from liftwatch.incidents.incident import State
    from liftwatch.telemetry.messages import KINDS as MESSAGES

    clocks = {
        rule.name
        for table in vars(clock_rules).values()
        if isinstance(table, Mapping)
        for rules in table.values()
        if isinstance(rules, tuple)
        for rule in rules
        if isinstance(rule, clock_rules.Rule)
    }
    assert set(TABLES["clock"]) == clocks
    assert set(TABLES["kind"]) == {kind.name for kind in KINDS}
    assert set(TABLES["state"]) == set(State.__args__)  # type: ignore[attr-defined]
    assert set(TABLES["stage"]) == set(Stage.__args__)  # type: ignore[attr-defined]
    assert set(TABLES["path"]) == set(ALL)
    assert set(TABLES["account"]) == set(ACCOUNTS)
    assert "state" in MESSAGES


@pytest.fixture(scope="module")
def types() -> Path:
    """Grafana's types; without node this is skipped, and nothing else is a reason."""
    if not grafana_types.is_possible():
        pytest.skip("node and npm are not installed (apt install nodejs npm)")
    grafana_types.install()
    return grafana_types.FOLDER


def test_types_are_those_of_grafana(types: Path) -> None:
    """All dashboards, by `tsc --strict` against `@grafana/schema`."""
    assert grafana_types.errors(dict(grafana_types.checked_in()), types) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"mode": "absolute"', '"mode": "absolutely"'),
        ('"gridPos"', '"gridPosition"'),
        ('"refresh": "1m"', '"refresh": 60'),
        ('"colorMode": "value"', '"colourMode": "value"'),
        ('"type": "color-text"', '"type": "colour-text"'),
    ],
)
def test_an_error_of_type_is_found(types: Path, right: str, wrong: str) -> None:
    """A word that is none, a property that is none, a number for a text."""
    text = json.dumps(board("liftwatch-estate-en"))
    assert right in text
    assert grafana_types.errors({"estate": text.replace(right, wrong, 1)}, types) != []


DOCUMENTED: dict[str, tuple[set[str], set[str]]] = {
    "datasources": (
        {"name", "type", "access"},
        {
            *("orgId", "uid", "url", "user", "database", "basicAuth", "basicAuthUser"),
            *("withCredentials", "isDefault", "jsonData", "secureJsonData", "version", "editable"),
        },
    ),
    "providers": (
        {"name", "options"},
        {
            *("orgId", "folder", "folderUid", "type", "disableDeletion"),
            *("updateIntervalSeconds", "allowUiUpdates"),
        },
    ),
    "groups": ({"name", "folder", "interval", "rules"}, {"orgId"}),
    "rules": (
        {"uid", "title", "condition", "data", "for"},
        {
            *("dashboardUid", "panelId", "noDataState", "execErrState", "annotations", "labels"),
            "isPaused",
        },
    ),
    "data": ({"refId", "datasourceUid", "model"}, {"relativeTimeRange", "queryType"}),
    "contactPoints": ({"name", "receivers"}, {"orgId"}),
    "receivers": ({"uid", "type", "settings"}, {"disableResolveMessage"}),
    "policies": (
        {"receiver"},
        {
            *("orgId", "group_by", "matchers", "object_matchers", "mute_time_intervals"),
            *("group_wait", "group_interval", "repeat_interval", "routes", "continue"),
        },
    ),
    "routes": (
        {"receiver"},
        {"object_matchers", "group_wait", "group_interval", "repeat_interval"},
    ),
}
"""What Grafana's documentation of provisioning files asks for and knows, by list."""


def wrong_in(value: Any, of: str = "") -> Iterator[str]:
    """What is not as documented."""
    if isinstance(value, list):
        for one in value:
            if of in DOCUMENTED:
                must, may = DOCUMENTED[of]
                yield from (f"{of}: {name} is missing" for name in must - set(one))
                yield from (f"{of}: {name} is unknown" for name in set(one) - must - may)
            yield from wrong_in(one)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            if name != "model":
                yield from wrong_in(one, name)


@pytest.mark.parametrize("name", sorted(provisioning_files()))
def test_provisioning_is_as_documented(name: str) -> None:
    """Version 1, known properties, durations and texts where they belong."""
    content = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    assert content.pop("apiVersion") == 1
    assert list(wrong_in(content)) == []
    for rule in (rule for group in content.get("groups", []) for rule in group["rules"]):
        assert len(rule["uid"]) <= 40
        assert rule["noDataState"] in ("NoData", "Alerting", "OK", "KeepLast")
        assert rule["condition"] in [one["refId"] for one in rule["data"]]
        assert "$" not in json.dumps(rule), "Grafana would fill in a variable"
    for source in content.get("datasources", []):
        secret = json.dumps(source.get("secureJsonData", {}))
        assert re.fullmatch(r'\{("\w+": "(\w+ )?\$LIFT_[A-Z_]+")?\}', secret), "no secret in files"


def test_a_property_that_is_unknown_would_be_found() -> None:
    """And one that is missing."""
    wrong = {"datasources": [{"name": "x", "type": "y", "acess": "proxy"}]}
    assert sorted(wrong_in(wrong)) == [
        "datasources: access is missing",
        "datasources: acess is unknown",
    ]


def test_each_kind_has_one_rule_for_whoever_learns_at_once() -> None:
    """Of the table of kinds; the rescue platform has a feed of its own."""
    for role, letter in (("property", "P"), ("maintenance", "M"), ("supervision", "S")):
        rules = [rule for group in groups(role, organisation=1) for rule in group["rules"]]
        named = [rule["labels"]["kind"] for rule in rules]
        assert sorted(named) == sorted(kind.name for kind in KINDS if letter in kind.at_once)
        assert [kind.name for kind in kinds_of(role)] != []
        for rule in rules:
            assert rule["labels"]["severity"] == str(
                next(kind.severity for kind in KINDS if kind.name == rule["labels"]["kind"])
            )
    assert groups("custodian", organisation=1) == groups("operations", organisation=1) == []
    assert {party.letter for party in PARTIES} == {"P", "M", "S", "F"}


def test_alerts_lead_to_what_they_are_about() -> None:
    """The panel that a rule names is there, in a dashboard of that role, and shows what is open."""
    for role, (uid, number) in LOOK_AT.items():
        assert uid.removeprefix("liftwatch-").removesuffix("-zh") in DASHBOARDS_OF[role]
        (panel,) = [one for one in board(uid)["panels"] if one["id"] == number]
        assert "WHERE i.is_open" in panel["targets"][0]["rawSql"]

"""Prometheus' rules: of metrics that the service has, good to promtool, with a place to read on."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.measure import HttpFigures

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
NAMED = re.compile(r"\b(liftwatch_[a-z_]+)(?:\{([^}]*)\})?")
TYPE = re.compile(r"^# TYPE (\S+) (\S+)$", re.MULTILINE)
SAMPLE = re.compile(r"^(liftwatch_[a-z_]+)\{([^}]*)\}", re.MULTILINE)
OF_PROMETHEUS = {"exported_job": "job"}
"""Labels that Prometheus calls otherwise, since it has its own of that name."""


@pytest.fixture(scope="module")
def rules() -> list[dict[str, Any]]:
    """Every rule."""
    told = yaml.safe_load((FOLDER / "liftwatch.rules.yml").read_text(encoding="utf-8"))
    return [rule for group in told["groups"] for rule in group["rules"]]


@pytest.fixture
def promtool() -> str:
    """The program, installed or as `make prometheus` has taken it out of its package."""
    found = shutil.which("promtool") or shutil.which(ROOT / ".venv/promtool/usr/bin/promtool")
    if found is None:
        pytest.skip("promtool is not here: `make prometheus` fetches it (Debian: prometheus)")
    return found


def exposed(text: str) -> dict[str, set[str]]:
    """The metrics of an exposition, each with the labels of its samples."""
    found = {name: set[str]() for name, _ in TYPE.findall(text)}
    for name, kind in TYPE.findall(text):
        if kind == "histogram":
            found |= {f"{name}{end}": set() for end in ("_bucket", "_count", "_sum")}
    for name, labels in SAMPLE.findall(text):
        found.setdefault(name, set()).update(re.findall(r"(\w+)=", labels))
    return found


def test_every_metric_of_a_rule_is_one_of_ours(
    mosquitto: Any, service: Any, until: Any, rules: list[dict[str, Any]]
) -> None:
    """With the labels by which the rule asks, of a service that runs."""
    one = service(LIFTWATCH_MQTT_URL=mosquitto.url)
    one.start()
    until(lambda: one.status("/readyz") == 200, "everything is ready")
    until(lambda: one.metric("liftwatch_engine_runs_total") > 3, "the engine has worked")
    with one.ask("/metrics") as answer:
        text = answer.read().decode()
    figures = HttpFigures()
    figures.certificate(lambda: 90.0)  # only where there is one
    ours = exposed(figures.text().decode()) | exposed(text)
    named = {found for rule in rules for found in NAMED.findall(rule["expr"])}
    assert len(named) > 12
    for name, matchers in named:
        assert name in ours, name
        for label in re.findall(r"(\w+)\s*[!=]~?", matchers):
            assert OF_PROMETHEUS.get(label, label) in ours[name], f"{name}: {label}"
    assert 'liftwatch_part_ready{part="broker"} 1.0' in text
    mosquitto.stop()
    until(lambda: one.metric("liftwatch_part_ready") < 8, "a part that is away is told")


def test_every_rule_says_where_to_read_on(rules: list[dict[str, Any]]) -> None:
    """A heading of a page that is there."""
    for rule in rules:
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        heads = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
        slugs = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}
        assert anchor in slugs, rule["alert"]


def test_every_rule_is_tried(rules: list[dict[str, Any]]) -> None:
    """By a story in which it stands."""
    told = yaml.safe_load((FOLDER / "liftwatch.rules.test.yml").read_text(encoding="utf-8"))
    stood = {
        case["alertname"]
        for one in told["tests"]
        for case in one["alert_rule_test"]
        if case.get("exp_alerts")
    }
    assert stood == {rule["alert"] for rule in rules}


def test_promtool_takes_and_tries_them(promtool: str, tmp_path: Path) -> None:
    """And says so where a threshold is another."""
    asked = (
        ("check", "rules", "liftwatch.rules.yml"),
        ("test", "rules", "liftwatch.rules.test.yml"),
    )
    for one in (*asked, ("check", "config", "--syntax-only", "scrape.yml")):
        subprocess.run([promtool, *one], cwd=FOLDER, check=True, capture_output=True)
    shutil.copytree(FOLDER, tmp_path / "spoilt")
    file = tmp_path / "spoilt" / "liftwatch.rules.yml"
    for old, new in (("> 10000", "> 30000"), ("for: 5m", "for: 2m")):
        text = (FOLDER / file.name).read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        done = subprocess.run(
            [promtool, *asked[1]], cwd=file.parent, check=False, capture_output=True
        )
        assert done.returncode == 1

"""`liftwatch dashboards push` and `check` against a Grafana that keeps its documented API."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dashboards.alerts import kinds_of
from dashboards.provisioning import DASHBOARDS_OF
from liftwatch.__main__ import main
from liftwatch.adapters.sql import SqlBooks
from tests.conftest import free_port
from tests.dashboards.grafana import TOKEN, State, serving

ENVIRONMENT = {
    "LIFT_PG_HOST": "db.example:5432",
    "LIFT_PG_USER": "grafana_x",
    "LIFT_PG_PASSWORD": "s3cret-p",
    "LIFT_PG_DATABASE": "lift",
    "LIFT_PG_SSLMODE": "verify-full",
    "LIFT_API_URL": "https://lift.example",
    "LIFT_API_KEY": "lwk_s3cret",
    "LIFT_INFLUX_URL": "https://influx.example",
    "LIFT_INFLUX_BUCKET": "lift",
    "LIFT_INFLUX_TOKEN": "s3cret-t",
    "LIFT_PROMETHEUS_URL": "http://prometheus.example",
    "LIFT_MAIL_PROPERTY": "duty@property.example",
    "LIFT_MAIL_MAINTENANCE": "duty@unit.example",
    "LIFT_MAIL_SUPERVISION": "desk@regulation.example",
    "LIFT_MAIL_CUSTODIAN": "fund@custodian.example",
}


@pytest.fixture
def grafana(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[State]:
    """An empty Grafana under a path, as behind a proxy, and the settings that name it."""
    monkeypatch.chdir(tmp_path)
    with serving("/grafana") as (url, state):
        monkeypatch.setenv("LIFTWATCH_GRAFANA_URL", url)
        monkeypatch.setenv("LIFTWATCH_GRAFANA_TOKEN", TOKEN)
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        yield state


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, output and complaints of a command."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as caught:
        patch.setattr(sys, "argv", ["liftwatch", "dashboards", *words])
        main()
    told = capsys.readouterr()
    assert isinstance(caught.value.code, int)
    return caught.value.code, told.out, told.err


@pytest.mark.parametrize("role", DASHBOARDS_OF)
def test_what_was_pushed_is_as_in_the_files(
    role: str, grafana: State, capsys: pytest.CaptureFixture[str]
) -> None:
    """Into an empty organisation, and once more over itself: the second time changes nothing."""
    before = run(capsys, "check", role)
    assert before[0] == 1
    assert "is missing: liftwatch-sql" in before[1]
    for _ in range(2):
        code, out, err = run(capsys, "push", role)
        assert (code, err) == (0, "")
        assert f"dashboard: liftwatch-{DASHBOARDS_OF[role][0]}-zh" in out
        assert run(capsys, "check", role) == (0, "as in the files\n", "")
    assert set(grafana.dashboards) == {
        f"liftwatch-{name}-{language}" for name in DASHBOARDS_OF[role] for language in ("zh", "en")
    }
    rules = [rule for group in grafana.groups.values() for rule in group["rules"]]
    assert len(rules) == len(kinds_of(role))
    assert "s3cret" not in str(grafana.dashboards)


def test_sources_are_filled_from_the_environment(
    grafana: State, capsys: pytest.CaptureFixture[str]
) -> None:
    """As Grafana does it with the files; no secret is printed."""
    _, out, _ = run(capsys, "push", "property")
    assert "s3cret" not in out
    source = grafana.sources["liftwatch-telemetry"]
    assert source["url"] == "https://lift.example/v1/influx"
    assert source["secureJsonData"] == {"httpHeaderValue1": "Bearer lwk_s3cret"}
    assert grafana.points["liftwatch-property"]["settings"]["addresses"] == "duty@property.example"


def test_links_lead_into_the_console_that_is_named(
    grafana: State, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--console`, for both push and check."""
    address = ("--console", "https://lift.example/")
    run(capsys, "push", "property", *address)
    variables = grafana.dashboards["liftwatch-estate-en"]["templating"]["list"]
    assert variables[0]["query"] == "https://lift.example"
    assert run(capsys, "check", "property", *address)[0] == 0
    assert run(capsys, "check", "property")[0] == 1


def test_what_somebody_changed_is_named(grafana: State, capsys: pytest.CaptureFixture[str]) -> None:
    """A panel moved, a rule relabelled, a source of another type, a contact point gone."""
    run(capsys, "push", "property")
    grafana.dashboards["liftwatch-room-zh"]["panels"][0]["gridPos"]["w"] = 3
    grafana.groups["severity 1"]["rules"][0]["labels"]["severity"] = "4"
    grafana.sources["liftwatch-sql"]["type"] = "mysql"
    grafana.points.clear()
    code, out, err = run(capsys, "check", "property")
    assert (code, err) == (1, "")
    assert sorted(out.splitlines()) == [
        "contact point is missing: liftwatch-property",
        "dashboard differs: liftwatch-room-zh",
        "data source is of another type: liftwatch-sql",
        "rules differs: severity 1",
    ]


def test_a_tree_of_policies_that_is_somebodys_own_stays(
    grafana: State, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is one for a whole organisation; ours replaces Grafana's first one only."""
    own = {"receiver": "our-pager", "routes": [{"receiver": "our-pager"}]}
    grafana.policies = own
    code, out, _ = run(capsys, "push", "property")
    assert code == 0
    assert "policies left, since they are somebody's own: our-pager" in out
    assert grafana.policies == own


def test_a_source_that_a_file_provisions_stays(
    grafana: State, capsys: pytest.CaptureFixture[str]
) -> None:
    """Grafana would refuse to change it."""
    run(capsys, "push", "property")
    grafana.sources["liftwatch-sql"] |= {"readOnly": True, "url": "as.the.file:5432"}
    code, out, _ = run(capsys, "push", "property")
    assert (code, grafana.sources["liftwatch-sql"]["url"]) == (0, "as.the.file:5432")
    assert "data source left, which a file provisions: liftwatch-sql" in out


@pytest.mark.parametrize(
    ("fail", "said"),
    [
        (("POST /api/dashboards/db", 412, {"message": "version-mismatch"}), "version-mismatch"),
        (("POST /api/folders", 403, {"message": "Access denied"}), "Access denied"),
        (("GET /api/folders", 500, {"message": "database is locked"}), "database is locked"),
        (("GET /api/datasources", 502, b"<html>Bad Gateway</html>"), "Bad Gateway"),
        (("PUT .*rule-groups", 400, {"message": "invalid alert rule"}), "invalid alert rule"),
        (("GET /api/datasources", 200, b"<html>a sign-in page</html>"), "does not answer"),
        (("POST /api/datasources", 200, b""), "does not answer"),
    ],
)
def test_what_grafana_refuses_is_one_line(
    fail: Any, said: str, grafana: State, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit status 2, and what was refused; no secret in it."""
    grafana.fail = fail
    code, _, err = run(capsys, "push", "property")
    assert (code, err.count("\n")) == (2, 1), err
    assert said in err
    assert "s3cret" not in err
    assert TOKEN not in err


def test_what_is_missing_is_named(
    grafana: State, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A variable, the token, the address; a token that is not taken; nobody there."""
    monkeypatch.delenv("LIFT_PG_PASSWORD")
    assert "LIFT_PG_PASSWORD is not set" in run(capsys, "push", "property")[2]
    assert grafana.asked == []
    monkeypatch.setenv("LIFTWATCH_GRAFANA_TOKEN", "glsa_other")
    assert "does not take the token" in run(capsys, "check", "property")[2]
    monkeypatch.setenv("LIFTWATCH_GRAFANA_TOKEN", "")
    assert "LIFTWATCH_GRAFANA_TOKEN are needed" in run(capsys, "check", "property")[2]
    monkeypatch.setenv("LIFTWATCH_GRAFANA_TOKEN", TOKEN)
    monkeypatch.setenv("LIFTWATCH_GRAFANA_URL", f"http://127.0.0.1:{free_port()}")
    code, _, err = run(capsys, "check", "property")
    assert (code, err.count("\n")) == (2, 1)
    assert "does not answer" in err
    monkeypatch.setenv("LIFTWATCH_GRAFANA_URL", "http://grafana.example")
    assert "LIFTWATCH_GRAFANA_URL: is not https://" in run(capsys, "check", "property")[2]
    assert "Invalid value" in run(capsys, "push", "owner")[2]


def test_files_of_another_organisation(
    tmp_path: Path, grafana: State, capsys: pytest.CaptureFixture[str]
) -> None:
    """`build --out`, with its number and its console; where they are checked in, neither."""
    del grafana
    out = tmp_path / "files"
    code, told, _ = run(
        capsys, "build", "--out", str(out), "--organisation", "7", "--console", "https://l.example"
    )
    assert (code, "provisioning/property/datasources/liftwatch-7.yaml" in told) == (0, True)
    sources = (out / "provisioning/property/datasources/liftwatch-7.yaml").read_text()
    assert "$LIFT_PG_PASSWORD_7" in sources
    assert not re.search(r"LIFT_\w+[A-Z]\b", sources), "one Grafana has one environment"
    assert "orgId: 7" in (out / "provisioning/property/datasources/liftwatch-7.yaml").read_text()
    assert "https://l.example" in (out / "json/zh/liftwatch-lift-zh.json").read_text()
    provider = (out / "provisioning/custodian/dashboards/liftwatch-7.yaml").read_text()
    assert "/var/lib/grafana/liftwatch/custodian/zh" in provider
    found = [one.name for one in (out / "roles/custodian/zh").iterdir()]
    assert found == ["liftwatch-fund-zh.json"], "what that folder is to hold"
    code, _, err = run(capsys, "build", "--console", "https://l.example")
    assert (code, "go with --out" in err) == (2, True)


def test_readers_by_command(
    grafana: State,
    postgres_database: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Made, listed, taken away; what a data source needs is printed once."""
    from liftwatch.adapters.sql.migrate import bring_up_at

    del grafana
    bring_up_at(postgres_database)
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", postgres_database)
    code, out, _ = run(capsys, "reader", "operations")
    made = dict(line.split("=", 1) for line in out.splitlines())
    assert code == 0
    assert set(made) == {"LIFT_PG_HOST", "LIFT_PG_DATABASE", "LIFT_PG_USER", "LIFT_PG_PASSWORD"}
    assert run(capsys, "readers")[1] == f"{made['LIFT_PG_USER']} operations -\n"
    assert (
        "there is no organisation"
        in run(capsys, "reader", "property", "--organisation", "nobody")[2]
    )
    assert run(capsys, "readers", "--drop", made["LIFT_PG_USER"])[0] == 0
    assert run(capsys, "readers")[1] == ""
    assert "there is no reader" in run(capsys, "readers", "--drop", "grafana_x")[2]
    with closing(SqlBooks(postgres_database)) as books:
        told = [(one.action, json.loads(one.detail)["what"]) for one in books.audit_after(0)]
    acts = ["made", "made", "dropped"]  # what was refused was asked for, too
    assert told == [("grafana.reader", what) for what in acts]

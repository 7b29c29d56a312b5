"""Provisioning files for Grafana: data sources, dashboards, alert rules, contact points, policies.

An organisation of Grafana has a role and a number. Files cannot make organisations, so those that
are checked in are of organisation 1, a folder for each role; `liftwatch dashboards build` makes
those of another. Secrets and addresses stand in them as variables of Grafana's environment.
"""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from dashboards.alerts import FOLDER, FOLDER_UID, contact_points, groups, policies
from dashboards.sources import METRICS, SQL, TELEMETRY
from dashboards.words import LANGUAGES

DASHBOARDS_OF: Mapping[str, tuple[str, ...]] = {
    "property": ("estate", "lift", "room"),
    "maintenance": ("maintenance", "lift", "room"),
    "supervision": ("supervision", "lift", "fund"),
    "custodian": ("fund",),
    "operations": ("operations", "lift"),
}
"""Which dashboards an organisation of a role has: no panel of theirs is refused its view."""
DIRECT = frozenset({"operations"})
"""Roles whose telemetry comes from InfluxDB itself, since they read all of it anyway. Supervision
might, but each of its reads is to be noted, and our API does that."""
HEAD = "# Made by `liftwatch dashboards build`; changes here are lost.\n"
PATH = "/var/lib/grafana/liftwatch"
"""Where Grafana finds the folders of dashboards."""


def sources(role: str, *, organisation: int) -> list[dict[str, Any]]:
    """The data sources of an organisation, by uid the same everywhere."""
    made = [_sql(organisation)]
    if role != "custodian":
        made.append(_influx(organisation) if role in DIRECT else _telemetry(organisation))
    if role == "operations":
        made.append(_metrics(organisation))
    return made


class Plain(yaml.SafeDumper):  # type: ignore[misc]
    """Says again what stands there twice: people read these files."""

    def ignore_aliases(self, data: object) -> bool:
        """Of nothing an anchor is made."""
        del data
        return True


def text_of(content: Mapping[str, Any]) -> str:
    """A file of YAML, its names in the order given."""
    return HEAD + str(yaml.dump(content, Dumper=Plain, allow_unicode=True, sort_keys=False))


def _source(source: Any, organisation: int, **more: Any) -> dict[str, Any]:
    return {
        "name": source.uid,
        "type": source.type,
        "uid": source.uid,
        "access": "proxy",
        "orgId": organisation,
        "editable": False,
        **more,
    }


def _sql(organisation: int) -> dict[str, Any]:
    return _source(
        SQL,
        organisation,
        url="$LIFT_PG_HOST",
        user="$LIFT_PG_USER",
        isDefault=True,
        jsonData={
            "database": "$LIFT_PG_DATABASE",
            "sslmode": "$LIFT_PG_SSLMODE",
            "maxOpenConns": 10,
            "maxIdleConns": 2,
            "connMaxLifetime": 14_400,
            "postgresVersion": 1_500,
            "timescaledb": False,
        },
        secureJsonData={"password": "$LIFT_PG_PASSWORD"},
    )


def _telemetry(organisation: int) -> dict[str, Any]:
    return _source(
        TELEMETRY,
        organisation,
        url="$LIFT_API_URL/v1/influx",
        jsonData={
            "dbName": "lift",
            "httpMode": "GET",
            "version": "InfluxQL",
            "timeInterval": "10s",
            "httpHeaderName1": "Authorization",
        },
        secureJsonData={"httpHeaderValue1": "Bearer $LIFT_API_KEY"},
    )


def _influx(organisation: int) -> dict[str, Any]:
    return _source(
        TELEMETRY,
        organisation,
        url="$LIFT_INFLUX_URL",
        jsonData={
            "dbName": "$LIFT_INFLUX_BUCKET",
            "httpMode": "GET",
            "version": "InfluxQL",
            "timeInterval": "10s",
            "httpHeaderName1": "Authorization",
        },
        secureJsonData={"httpHeaderValue1": "Token $LIFT_INFLUX_TOKEN"},
    )


def _metrics(organisation: int) -> dict[str, Any]:
    return _source(
        METRICS,
        organisation,
        url="$LIFT_PROMETHEUS_URL",
        jsonData={"httpMethod": "POST", "timeInterval": "15s"},
    )


def providers(role: str, *, organisation: int) -> list[dict[str, Any]]:
    """Where dashboards are: a folder of each language, of those of the role."""
    return [
        {
            "name": f"liftwatch-{organisation}-{role}-{language}",
            "orgId": organisation,
            "folder": FOLDER,
            "folderUid": FOLDER_UID,
            "type": "file",
            "disableDeletion": False,
            "updateIntervalSeconds": 60,
            "allowUiUpdates": False,
            "options": {"path": f"{PATH}/{role}/{language}", "foldersFromFilesStructure": False},
        }
        for language in LANGUAGES
    ]


def provisioning_files(*, organisation: int = 1) -> dict[str, str]:
    """All files by their path; Grafana reads one role's folder as its `provisioning`."""
    made: dict[str, str] = {}
    for role in DASHBOARDS_OF:
        found = {
            "datasources/liftwatch": {"datasources": sources(role, organisation=organisation)},
            "dashboards/liftwatch": {"providers": providers(role, organisation=organisation)},
            "alerting/rules": {"groups": groups(role, organisation=organisation)},
            "alerting/contact-points": {
                "contactPoints": contact_points(role, organisation=organisation)
            },
            "alerting/policies": {"policies": policies(role, organisation=organisation)},
        }
        made |= {
            f"provisioning/{role}/{name}-{organisation}.yaml": own_variables(
                text_of({"apiVersion": 1, **content}), organisation
            )
            for name, content in found.items()
            if any(content.values())
        }
    return made


def own_variables(text: str, organisation: int) -> str:
    """A file with variables of its organisation: one Grafana has one environment for all of them.

    >>> own_variables("$LIFT_API_URL/v1", 1), own_variables("$LIFT_API_URL/v1", 7)
    ('$LIFT_API_URL/v1', '$LIFT_API_URL_7/v1')
    """
    return text if organisation == 1 else _VARIABLE.sub(rf"\g<0>_{organisation}", text)


_VARIABLE = re.compile(r"\$LIFT_[A-Z]+(?:_[A-Z]+)*")

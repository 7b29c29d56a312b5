"""Alert rules and contact points, made of the one table of incident kinds.

Each kind is a rule that asks the views for what is open; each party of the table ("who at once")
is a contact point. The rescue platform is told by its own feed, never by Grafana: it has to learn
of everything in order and without gaps. These rules are a second voice beside the service's own
pages, and no substitute: they ask once in a while, and Grafana may be away.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from dashboards.sources import EXPRESSION, SQL
from liftwatch.clock import DAY_MS, MINUTE_MS
from liftwatch.incidents.kind_names import KIND_NAMES
from liftwatch.incidents.kinds import (
    CUSTODIAN,
    KINDS,
    MAINTENANCE,
    PROPERTY,
    SUPERVISION,
    Kind,
)

FOLDER = "Liftwatch"
FOLDER_UID = "liftwatch"
EVERY_S = {1: 10, 2: 30, 3: 60, 4: 3_600}
"""How often rules of a severity are asked [our choice]; Grafana's least is 10 s."""
LOOK_AT = {"property": ("liftwatch-room-zh", 6), "maintenance": ("liftwatch-room-zh", 6)}
"""The panel that shows what an alert is about, where a role has one: the room's open incidents."""


class Party(NamedTuple):
    """A party of the table of kinds, and where Grafana tells it."""

    letter: str
    name: str
    variable: str


PARTIES = (
    Party(PROPERTY, "liftwatch-property", "LIFT_MAIL_PROPERTY"),
    Party(MAINTENANCE, "liftwatch-maintenance", "LIFT_MAIL_MAINTENANCE"),
    Party(SUPERVISION, "liftwatch-supervision", "LIFT_MAIL_SUPERVISION"),
    Party(CUSTODIAN, "liftwatch-custodian", "LIFT_MAIL_CUSTODIAN"),
)
PARTIES_OF: Mapping[str, str] = {
    "property": PROPERTY,
    "maintenance": MAINTENANCE,
    "supervision": SUPERVISION,
    "custodian": CUSTODIAN,
    "operations": "",
}
"""Who looks in an organisation of a role; whoever runs the installation is told by its canary."""


def kinds_of(role: str) -> tuple[Kind, ...]:
    """The kinds of which somebody of a role learns at once, and whose rows they may read.

    >>> [kind.name for kind in kinds_of("supervision")][:2], kinds_of("custodian")
    (['unintended_movement', 'moving_with_open_door'], ())
    """
    if role == "custodian":  # of incidents it reads none; `ageing` reaches it as a case
        return ()
    letter = PARTIES_OF[role]
    return tuple(kind for kind in KINDS if letter and letter in kind.at_once)


def rule_uid(kind: Kind) -> str:
    """The uid of a kind's rule.

    >>> max(len(rule_uid(kind)) for kind in KINDS) <= 40
    True
    """
    return f"liftwatch-{kind.name.replace('_', '-')}"


def rule(kind: Kind, role: str) -> dict[str, Any]:
    """One rule: how many of a kind are open for a lift, above zero it fires at once."""
    chinese, english = KIND_NAMES[kind.name]
    query = (
        "SELECT COALESCE(lift, scope, '') AS lift, estate, count(*) AS number"
        f" FROM grafana.incident WHERE kind = '{kind.name}' AND is_open AND alarm = 'raised'"
        " AND NOT exercise GROUP BY 1, 2"
    )
    return {
        "uid": rule_uid(kind),
        "title": f"{kind.severity} {english} / {chinese}",
        "condition": "B",
        "data": [_asked(query), _above_zero()],
        **_look_at(role),
        "noDataState": "OK",
        "execErrState": "Error",
        "for": "0s",
        "annotations": {
            "summary": f"{english} / {chinese}: {{{{ .Labels.lift }}}} {{{{ .Labels.estate }}}}",
            "runbook": f"docs/runbooks.md#{kind.name}",
        },
        "labels": {"severity": str(kind.severity), "kind": kind.name, **_parties(kind)},
        "isPaused": False,
    }


def _parties(kind: Kind) -> dict[str, str]:
    return {f"party_{one.letter.lower()}": "yes" for one in PARTIES if one.letter in kind.at_once}


def _look_at(role: str) -> dict[str, Any]:
    return dict(zip(("dashboardUid", "panelId"), LOOK_AT.get(role, ()), strict=False))


def _asked(text: str) -> dict[str, Any]:
    return {
        "refId": "A",
        "relativeTimeRange": {"from": DAY_MS // 1_000, "to": 0},
        "datasourceUid": SQL.uid,
        "model": {
            "refId": "A",
            "datasource": {"type": SQL.type, "uid": SQL.uid},
            "rawSql": text,
            "rawQuery": True,
            "format": "table",
            "editorMode": "code",
            "intervalMs": MINUTE_MS,
            "maxDataPoints": 1_000,
        },
    }


def _above_zero() -> dict[str, Any]:
    return {
        "refId": "B",
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": EXPRESSION.uid,
        "model": {
            "refId": "B",
            "type": "threshold",
            "expression": "A",
            "datasource": {"type": EXPRESSION.type, "uid": EXPRESSION.uid},
            "conditions": [{"type": "query", "evaluator": {"type": "gt", "params": [0]}}],
            "intervalMs": 1_000,
            "maxDataPoints": 43_200,
        },
    }


def groups(role: str, *, organisation: int) -> list[dict[str, Any]]:
    """The rule groups of a role's organisation: one for each severity, as its rules are asked."""
    made = []
    for severity, every_s in EVERY_S.items():
        rules = [rule(kind, role) for kind in kinds_of(role) if kind.severity == severity]
        if rules:
            made.append(
                {
                    "orgId": organisation,
                    "name": f"severity {severity}",
                    "folder": FOLDER,
                    "interval": f"{every_s}s",
                    "rules": rules,
                }
            )
    return made


def parties_of(role: str) -> tuple[Party, ...]:
    """Whom an organisation of a role tells: its own people alone."""
    return tuple(one for one in PARTIES if one.letter == PARTIES_OF[role])


def contact_points(role: str, *, organisation: int) -> list[dict[str, Any]]:
    """A contact point for each party of the role; addresses come from Grafana's environment."""
    return [
        {"orgId": organisation, "name": one.name, "receivers": [receiver(one)]}
        for one in parties_of(role)
    ]


def receiver(party: Party) -> dict[str, Any]:
    """How a party is told."""
    return {
        "uid": party.name,
        "type": "email",
        "settings": {"addresses": f"${party.variable}", "singleEmail": False},
        "disableResolveMessage": False,
    }


def policies(role: str, *, organisation: int) -> list[dict[str, Any]]:
    """The one tree of a role's organisation: danger to life is told at once, and again."""
    return [
        {
            "orgId": organisation,
            "receiver": one.name,
            "group_by": ["alertname", "lift"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "12h",
            "routes": [
                {
                    "receiver": one.name,
                    "object_matchers": [["severity", "=", "1"]],
                    "group_wait": "0s",
                    "group_interval": "1m",
                    "repeat_interval": "15m",
                }
            ],
        }
        for one in parties_of(role)
    ]

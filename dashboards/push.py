"""Brings one organisation of Grafana to the files that are checked in, or says how it differs.

Provisioning by files is the first way; this is for a Grafana whose disk one has not. It needs the
token of a service account of that organisation, with the role Admin. Needs no SDK.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from grafana_api.grafana_api import GrafanaAPI, GrafanaException, GrafanaUnauthorizedError

from dashboards.alerts import FOLDER, FOLDER_UID, groups, parties_of, policies, receiver
from dashboards.provisioning import DASHBOARDS_OF, sources
from dashboards.words import LANGUAGES, Language

TIMEOUT_S = 15.0
HERE = Path(__file__).parent
PROVISIONING = "/v1/provisioning"
OURS = "liftwatch-"
SERVERS_OWN = ("id", "version")
"""What Grafana counts of a dashboard by itself."""
NOT_PUSHED = frozenset({"orgId"})
_VARIABLE = re.compile(r"\$([A-Z][A-Z0-9_]*)")


class PushError(Exception):
    """Grafana cannot be brought to the files; one line."""


class Step(NamedTuple):
    """What was done, or what differs, in one line."""

    what: str
    name: str


def client(url: str, token: str) -> GrafanaAPI:
    """A client of the Grafana at an address."""
    parts = urlsplit(url)
    prefix = parts.path.strip("/")
    return GrafanaAPI(
        token,
        host=parts.hostname or "",
        port=parts.port,
        protocol=parts.scheme,
        url_path_prefix=f"{prefix}/" if prefix else "",
        timeout=TIMEOUT_S,
    )


class Grafana:
    """The few calls we make, with errors as one line."""

    def __init__(self, url: str, token: str) -> None:
        self._client, self._url = client(url, token), url

    def get(self, path: str) -> Any | None:
        """An answer, None where there is no such thing."""
        return self._ask("GET", path)

    def put(self, path: str, body: Any) -> Any:
        """Replace."""
        return self._ask("PUT", path, body)

    def post(self, path: str, body: Any) -> Any:
        """Make."""
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: Any = None) -> Any | None:
        try:
            return getattr(self._client, method)(path, json=body)
        except GrafanaUnauthorizedError as error:
            raise PushError(f"Grafana at {self._url} does not take the token") from error
        except GrafanaException as error:
            if method == "GET" and error.status_code == 404:
                return None
            reason = " ".join(str(error.message).split())[:300]
            raise PushError(f"Grafana refuses {method} {path}: {reason}") from error
        except OSError as error:  # of requests too: no answer, or one that is not JSON
            raise PushError(f"Grafana at {self._url} does not answer: {_brief(error)}") from error


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def filled(value: Any, environment: Mapping[str, str]) -> Any:
    """A value with the variables of the files filled in, as Grafana does.

    >>> filled({"url": "$LIFT_API_URL/v1/influx"}, {"LIFT_API_URL": "https://lift.example"})
    {'url': 'https://lift.example/v1/influx'}
    """
    if isinstance(value, str):
        return _VARIABLE.sub(lambda found: _of(found[1], environment), value)
    if isinstance(value, Mapping):
        return {name: filled(one, environment) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, environment) for one in value]
    return value


def _of(name: str, environment: Mapping[str, str]) -> str:
    if not environment.get(name):
        raise PushError(f"{name} is not set: the data sources and contact points need it")
    return environment[name]


def dashboards_of(
    role: str, languages: tuple[Language, ...], *, console: str | None
) -> Iterator[dict[str, Any]]:
    """The dashboards of a role from the files, with links into the console."""
    for language in languages:
        for name in DASHBOARDS_OF[role]:
            path = HERE / "json" / language / f"{OURS}{name}-{language}.json"
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            for variable in found["templating"]["list"]:
                if variable["name"] == "console" and console:
                    variable["query"] = console.rstrip("/")
            yield found


def push(
    grafana: Grafana,
    role: str,
    *,
    console: str | None = None,
    languages: tuple[Language, ...] = LANGUAGES,
    environment: Mapping[str, str] = os.environ,
) -> Iterator[Step]:
    """Bring the token's organisation to the files of a role. Raises PushError at the first no."""
    for one in filled(sources(role, organisation=1), environment):
        yield _push_source(grafana, one)
    yield _push_folder(grafana)
    for dashboard in dashboards_of(role, languages, console=console):
        grafana.post(
            "/dashboards/db",
            {
                "dashboard": dashboard | {"id": None},
                "folderUid": FOLDER_UID,
                "overwrite": True,
                "message": "liftwatch dashboards push",
            },
        )
        yield Step("dashboard", dashboard["uid"])
    for party in parties_of(role):
        yield _push_point(grafana, filled(receiver(party), environment), name=party.name)
    organisation = (grafana.get("/org") or {}).get("id")
    for group in groups(role, organisation=1):
        grafana.put(_group_path(group["name"]), _group(group, organisation))
        yield Step("rules", group["name"])
    yield from _push_policies(grafana, role)


def _push_source(grafana: Grafana, source: dict[str, Any]) -> Step:
    body = {name: value for name, value in source.items() if name not in NOT_PUSHED | {"editable"}}
    path = f"/datasources/uid/{source['uid']}"
    found = grafana.get(path)
    if found is None:
        grafana.post("/datasources", body)
    elif found.get("readOnly"):
        return Step("data source left, which a file provisions", source["uid"])
    else:
        grafana.put(path, body)
    return Step("data source", source["uid"])


def _push_folder(grafana: Grafana) -> Step:
    if grafana.get(f"/folders/{FOLDER_UID}") is None:
        grafana.post("/folders", {"uid": FOLDER_UID, "title": FOLDER})
    return Step("folder", FOLDER)


def _push_point(grafana: Grafana, point: dict[str, Any], *, name: str) -> Step:
    body = point | {"name": name}
    known = grafana.get(f"{PROVISIONING}/contact-points") or []
    if any(one.get("uid") == point["uid"] for one in known):
        grafana.put(f"{PROVISIONING}/contact-points/{point['uid']}", body)
    else:
        grafana.post(f"{PROVISIONING}/contact-points", body)
    return Step("contact point", name)


def _push_policies(grafana: Grafana, role: str) -> Iterator[Step]:
    """There is one tree: somebody's own is not overwritten."""
    for tree in policies(role, organisation=1):
        found = grafana.get(f"{PROVISIONING}/policies") or {}
        own = found.get("routes") and not str(found.get("receiver", "")).startswith(OURS)
        if own:
            yield Step("policies left, since they are somebody's own", str(found["receiver"]))
            continue
        body = {name: value for name, value in tree.items() if name not in NOT_PUSHED}
        grafana.put(f"{PROVISIONING}/policies", body)
        yield Step("policies", tree["receiver"])


def _group_path(name: str) -> str:
    return f"{PROVISIONING}/folder/{FOLDER_UID}/rule-groups/{quote(name)}"


def _group(group: dict[str, Any], organisation: int | None) -> dict[str, Any]:
    """A rule group as the HTTP API has it; files say some of it in other words."""
    seconds = int(group["interval"].removesuffix("s"))
    rules = []
    for rule in group["rules"]:
        annotations = dict(rule["annotations"])
        if "dashboardUid" in rule:
            annotations["__dashboardUid__"] = rule["dashboardUid"]
            annotations["__panelId__"] = str(rule["panelId"])
        made = {n: v for n, v in rule.items() if n not in ("dashboardUid", "panelId")}
        rules.append(
            made
            | {
                "annotations": annotations,
                "ruleGroup": group["name"],
                "folderUID": FOLDER_UID,
                "orgID": organisation,
            }
        )
    return {
        "title": group["name"],
        "folderUid": FOLDER_UID,
        "interval": seconds,
        "rules": rules,
    }


def differences(
    grafana: Grafana,
    role: str,
    *,
    console: str | None = None,
    languages: tuple[Language, ...] = LANGUAGES,
) -> Iterator[Step]:
    """What of a role's files is missing in the token's organisation, or is otherwise there."""
    for source in sources(role, organisation=1):
        found = grafana.get(f"/datasources/uid/{source['uid']}")
        if found is None:
            yield Step("data source is missing", source["uid"])
        elif found.get("type") != source["type"]:
            yield Step("data source is of another type", source["uid"])
    for dashboard in dashboards_of(role, languages, console=console):
        yield from _differs(
            dashboard,
            grafana.get(f"/dashboards/uid/{dashboard['uid']}"),
            of=("dashboard", dashboard["uid"]),
            seen=lambda found: found.get("dashboard", {}),
        )
    for group in groups(role, organisation=1):
        yield from _differs(
            {rule["uid"]: _asks(rule) for rule in group["rules"]},
            grafana.get(_group_path(group["name"])),
            of=("rules", group["name"]),
            seen=lambda found: {rule["uid"]: _asks(rule) for rule in found.get("rules", [])},
        )
    known = grafana.get(f"{PROVISIONING}/contact-points") or []
    names = {one.get("name") for one in known}
    for party in parties_of(role):
        if party.name not in names:
            yield Step("contact point is missing", party.name)


def _asks(rule: Mapping[str, Any]) -> Any:
    return [rule["title"], rule["labels"], [one["model"] for one in rule["data"]]]


def _differs(
    wanted: Any, found: Any | None, *, of: tuple[str, str], seen: Callable[[Any], Any]
) -> Iterator[Step]:
    what, name = of
    if found is None:
        yield Step(f"{what} is missing", name)
        return
    there = seen(found)
    if isinstance(there, Mapping) and what == "dashboard":
        there = {n: v for n, v in there.items() if n not in SERVERS_OWN}
        wanted = {n: v for n, v in wanted.items() if n not in SERVERS_OWN}
    if there != wanted:
        yield Step(f"{what} differs", name)

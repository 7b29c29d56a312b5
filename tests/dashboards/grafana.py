"""A small HTTP server that keeps Grafana's documented API, as far as `push` and `check` use it.

Folders, data sources, dashboards, and the provisioning of alerts: with the status codes and bodies
that Grafana's reference gives, its refusals among them. Whatever it does not know is a 404.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "glsa_test"
ORGANISATION = 3
"""Of the token."""
Answer = tuple[int, Any]


class State:
    """What one organisation holds, and how it misbehaves."""

    def __init__(self) -> None:
        self.folders: dict[str, Any] = {}
        self.sources: dict[str, Any] = {}
        self.dashboards: dict[str, Any] = {}
        self.groups: dict[str, Any] = {}
        self.points: dict[str, Any] = {}
        self.policies: Any = {"receiver": "grafana-default-email", "group_by": ["alertname"]}
        self.fail: tuple[str, int, Any] | None = None
        self.asked: list[tuple[str, str]] = []


def org_get(_: State, __: str, ___: Any) -> Answer:
    """`GET /api/org`: the organisation of whoever asks."""
    return 200, {"id": ORGANISATION, "name": "Garden Property"}


def source_get(state: State, uid: str, _: Any) -> Answer:
    """`GET /api/datasources/uid/:uid`; secrets are never told."""
    if uid not in state.sources:
        return 404, {"message": "Data source not found"}
    found = {n: v for n, v in state.sources[uid].items() if n != "secureJsonData"}
    secret = state.sources[uid].get("secureJsonData", {})
    return 200, found | {"secureJsonFields": dict.fromkeys(secret, True)}


def source_post(state: State, _: str, body: Any) -> Answer:
    """`POST /api/datasources`."""
    if any(one["name"] == body["name"] for one in state.sources.values()):
        return 409, {"message": "data source with the same name already exists"}
    state.sources[body["uid"]] = body | {"id": len(state.sources) + 1, "readOnly": False}
    return 200, {"datasource": body, "id": 1, "message": "Datasource added", "name": body["name"]}


def source_put(state: State, uid: str, body: Any) -> Answer:
    """`PUT /api/datasources/uid/:uid`."""
    if state.sources[uid].get("readOnly"):
        return 403, {"message": "Cannot update read-only data source"}
    state.sources[uid] |= body
    return 200, {"datasource": body, "message": "Datasource updated", "name": body["name"]}


def folder_get(state: State, uid: str, _: Any) -> Answer:
    """`GET /api/folders/:uid`."""
    if uid not in state.folders:
        return 404, {"message": "folder not found", "status": "not-found"}
    return 200, state.folders[uid]


def folder_post(state: State, _: str, body: Any) -> Answer:
    """`POST /api/folders`."""
    if body["uid"] in state.folders:
        return 409, {"message": "the folder has been changed by someone else"}
    state.folders[body["uid"]] = body | {"id": 1, "version": 1}
    return 200, state.folders[body["uid"]]


def board_get(state: State, uid: str, _: Any) -> Answer:
    """`GET /api/dashboards/uid/:uid`; Grafana counts id and version itself."""
    if uid not in state.dashboards:
        return 404, {"message": "Dashboard not found", "status": "not-found"}
    return 200, {"dashboard": state.dashboards[uid], "meta": {"folderUid": "liftwatch"}}


def board_post(state: State, _: str, body: Any) -> Answer:
    """`POST /api/dashboards/db`."""
    board = body["dashboard"]
    if body.get("folderUid") and body["folderUid"] not in state.folders:
        return 400, {"message": "folder not found", "status": "not-found"}
    if len(board["uid"]) > 40:
        return 400, {"message": "uid too long, max 40 characters"}
    known = state.dashboards.get(board["uid"])
    if known and not body.get("overwrite"):
        return 412, {
            "message": "The dashboard has been changed by someone else",
            "status": "version-mismatch",
        }
    version = (known or {"version": 0})["version"] + 1
    state.dashboards[board["uid"]] = board | {"id": 7, "version": version}
    return 200, {"id": 7, "uid": board["uid"], "status": "success", "version": version}


def points_get(state: State, _: str, __: Any) -> Answer:
    """`GET /api/v1/provisioning/contact-points`."""
    return 200, list(state.points.values())


def point_post(state: State, _: str, body: Any) -> Answer:
    """`POST /api/v1/provisioning/contact-points`."""
    if not body.get("settings", {}).get("addresses"):
        return 400, {"message": "invalid contact point: could not find addresses in settings"}
    state.points[body["uid"]] = body
    return 202, body


def point_put(state: State, uid: str, body: Any) -> Answer:
    """`PUT /api/v1/provisioning/contact-points/:uid`."""
    state.points[uid] = body
    return 202, {"message": "contactpoint updated"}


def group_get(state: State, name: str, _: Any) -> Answer:
    """`GET /api/v1/provisioning/folder/:folderUid/rule-groups/:group`."""
    if name not in state.groups:
        return 404, {"message": "rule group not found"}
    return 200, state.groups[name]


REQUIRED = {"title", "condition", "data", "for", "noDataState", "execErrState", "orgID"} | {
    "folderUID",
    "ruleGroup",
}
"""Of a rule, in the reference of the provisioning API."""


def group_put(state: State, name: str, body: Any) -> Answer:
    """`PUT` of the same; what a rule of it lacks is an error."""
    for rule in body["rules"]:
        missing = REQUIRED - set(rule)
        if missing or rule["folderUID"] not in state.folders or rule["orgID"] != ORGANISATION:
            return 400, {"message": f"invalid alert rule: {sorted(missing)}"}
        if {"dashboardUid", "panelId"} & set(rule):
            return 400, {"message": "files say it so, the API by annotations"}
    if body["interval"] % 10:
        return 400, {"message": "interval must be a multiple of 10 seconds"}
    state.groups[name] = body
    return 200, body


def policies_get(state: State, _: str, __: Any) -> Answer:
    """`GET /api/v1/provisioning/policies`."""
    return 200, state.policies


def policies_put(state: State, _: str, body: Any) -> Answer:
    """`PUT` of the same: the whole tree; its receivers must be there."""
    if body["receiver"] not in {one["name"] for one in state.points.values()}:
        return 400, {"message": "invalid object specification: receiver does not exist"}
    state.policies = body
    return 202, {"message": "policies updated"}


PROVISIONING = "/api/v1/provisioning"
ROUTES: list[tuple[str, str, Callable[[State, str, Any], Answer]]] = [
    ("GET", r"/api/org()", org_get),
    ("GET", r"/api/datasources/uid/([\w-]+)", source_get),
    ("PUT", r"/api/datasources/uid/([\w-]+)", source_put),
    ("POST", r"/api/datasources()", source_post),
    ("GET", r"/api/folders/([\w-]+)", folder_get),
    ("POST", r"/api/folders()", folder_post),
    ("GET", r"/api/dashboards/uid/([\w-]+)", board_get),
    ("POST", r"/api/dashboards/db()", board_post),
    ("GET", rf"{PROVISIONING}/contact-points()", points_get),
    ("POST", rf"{PROVISIONING}/contact-points()", point_post),
    ("PUT", rf"{PROVISIONING}/contact-points/([\w-]+)", point_put),
    ("GET", rf"{PROVISIONING}/folder/liftwatch/rule-groups/([^/]+)", group_get),
    ("PUT", rf"{PROVISIONING}/folder/liftwatch/rule-groups/([^/]+)", group_put),
    ("GET", rf"{PROVISIONING}/policies()", policies_get),
    ("PUT", rf"{PROVISIONING}/policies()", policies_put),
]


class Handler(BaseHTTPRequestHandler):
    """One request."""

    state: State
    prefix = ""

    def _answer(self) -> Answer:
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length)
        path = unquote(urlsplit(self.path).path).removeprefix(self.prefix)
        self.state.asked.append((self.command, path))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Invalid API key", "messageId": "api-key.invalid"}
        if self.state.fail and re.search(self.state.fail[0], f"{self.command} {path}"):
            return self.state.fail[1:]
        for method, pattern, do in ROUTES:
            match = re.fullmatch(pattern, path)
            if match and method == self.command:
                return do(self.state, match[1], json.loads(text) if text else None)
        return 404, {"message": "Not found"}

    def _do(self) -> None:
        status, body = self._answer()
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = _do

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(prefix: str = "") -> Iterator[tuple[str, State]]:
    """The address of a Grafana, and what it holds."""
    state = State()
    handler = type("Own", (Handler,), {"state": state, "prefix": prefix})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{prefix}", state
        finally:
            server.shutdown()
            thread.join()

"""A maintenance unit's own job system, as small as it can be: takes webhooks, answers by the API.

    JOB_SECRET=whsec_... LIFT_KEY=... python examples/job_system.py 9000 http://127.0.0.1:8080

The secret is that of LIFTWATCH_JOB_HOOKS, the key one of `POST /v1/me/keys` of somebody with the
role maintenance. Standard library only. What it has to do is in four places, marked 1 to 4; a real
one keeps its jobs in a database instead of a dictionary.
"""

import base64
import hashlib
import hmac
import json
import os
import queue
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

KEY = base64.b64decode(os.environ["JOB_SECRET"].removeprefix("whsec_"))
TOKEN = os.environ["LIFT_KEY"]
OLD_S = 300
COURSE = {
    "raised": ("acknowledge", {"text": "Job opened"}),
    "acknowledged": ("dispatch", {"crew": "Crew 2"}),
    "dispatched": ("arrive", {}),
    "arrived": ("resolve", {"cause": "door", "text": "Sill cleaned"}),
}
"""What our people do, played: by the state of the incident the next move, and what it tells."""


def is_genuine(headers: dict[str, str], body: bytes) -> bool:
    """1. Signed by who knows the secret, just now (Standard Webhooks)."""
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mark = base64.b64encode(hmac.digest(KEY, said, hashlib.sha256)).decode()
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < OLD_S
    given = headers["webhook-signature"].split()
    return fresh and any(hmac.compare_digest(f"v1,{mark}", one) for one in given)


class Jobs:
    """Jobs by the incident they are about, in the order in which they came."""

    def __init__(self, api: str) -> None:
        self.api, self.seen, self.last = api, set[str](), None
        self.open = dict[str, dict[str, object]]()
        self.waiting: queue.Queue[str] = queue.Queue()

    def take(self, id: str, told: dict[str, object]) -> None:
        """2. Each once: what is sent again has the id it had. 3. Nothing left out: each names the
        number before it; a message `incidents.lost`, or another number, means: read anew."""
        if id in self.seen:
            print(f"again {id}", flush=True)
            return
        data = told["data"]
        if told["type"] == "incidents.lost" or self.last not in (None, data["after"]):
            print("reconcile", flush=True)
            self.reconcile()
        if told["type"] == "incident.changed":
            incident = data["incident"]
            print(f"{incident['lift']} {incident['kind']} {incident['state']}", flush=True)
            self.open[incident["id"]] = incident
            self.waiting.put(incident["id"])
        self.last = data["n"]
        self.seen.add(id)

    def reconcile(self) -> None:
        """Read what is open now."""
        for one in self.ask("GET", "/v1/incidents?open=true")["items"]:
            self.open[one["id"]] = one
            self.waiting.put(one["id"])

    def work(self) -> None:
        """4. Answer: what was done about a job, against the version it was done to, once."""
        while True:
            incident = self.open[self.waiting.get()]
            name, told = COURSE.get(incident["state"], (None, None))
            if name is None:
                continue
            try:
                path = f"/v1/incidents/{incident['id']}/{name}"
                version = incident["version"]
                self.ask("POST", path, told, version=version, key=f"{incident['id']}-{version}")
            except HTTPError as error:
                # 409, 412: somebody else has moved it meanwhile; a webhook of that is on its way
                print(f"{name}: HTTP {error.code}", flush=True)

    def ask(self, method, path, body=None, *, version=0, key=""):
        """One request."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        if method == "POST":
            headers |= {"Idempotency-Key": key, "If-Match": f'"{version}"'}
        raw = None if body is None else json.dumps(body).encode()
        asked = Request(f"{self.api}{path}", raw, headers, method=method)
        with urlopen(asked, timeout=10) as answer:
            return json.load(answer)


class Handler(BaseHTTPRequestHandler):
    """Takes webhooks: 204 when it is kept, 401 when it is not from us."""

    def do_POST(self) -> None:
        """One message."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        genuine = is_genuine(headers, body)
        if genuine:
            self.server.jobs.take(headers["webhook-id"], json.loads(body))
        self.send_response(204 if genuine else 401)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def main(port: int, api: str) -> None:
    """Serve until stopped."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.jobs = Jobs(api)
    threading.Thread(target=server.jobs.work, daemon=True).start()
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])

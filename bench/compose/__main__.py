"""The story of `make compose-test`: an entrapment by TLS to the API, then each container away.

What the broker had acknowledged must be stored, each message once; each entrapment must be one
incident; a backup put back must hold them all. COMPOSE_TEST_DIR is a folder to keep images in for
another run; without it all is made anew and thrown away. Not tried here, since no image can be had:
Grafana, and the set-up of InfluxDB 2 by its image.
"""

import json
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from bench.compose.docker import Missing, engine
from bench.compose.images import make_base, make_ours
from bench.compose.lifts import IDLERS, Terminal, reason_of_refusal
from bench.compose.stack import Stack, standing, until

KIND = "entrapment"
OURS = ("migrate", "ingest", "engine", "api", "backup", "broker")
AWAY_S = 8.0


class Step(NamedTuple):
    """What is done to which container; the lift that gets stuck while it is away."""

    verb: str
    service: str

    @property
    def lift(self) -> str:
        """Its own, so that each incident is of one step."""
        return f"LIFT-{self.verb}-{self.service}".upper()


STEPS = (
    Step("stop", "broker"),  # never killed: what mosquitto itself loses then is told elsewhere
    *(
        Step(verb, service)
        for service in ("ingest", "influxdb", "postgres", "engine", "api")
        for verb in ("stop", "kill")
    ),
)


def main() -> int:
    """Run it; exit status 1 when something was lost, 2 when it cannot be tried here."""
    with ExitStack() as ends:
        kept = os.environ.get("COMPOSE_TEST_DIR")
        if kept is None:
            kept = ends.enter_context(tempfile.TemporaryDirectory(prefix="liftwatch-compose-"))
        folder = Path(kept).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            docker = ends.enter_context(engine(folder))
            make_base(docker, folder)
        except Missing as error:
            print(f"compose-test: {error}", file=sys.stderr)
            return 2
        make_ours(docker)
        stack = ends.enter_context(standing(docker, folder))
        try:
            return 1 if try_all(stack) else 0
        except RuntimeError as error:
            print(f"compose-test: {error}", file=sys.stderr)
            print(stack.compose("logs", "--tail", "12", *OURS, check=False), file=sys.stderr)
            return 1


def try_all(stack: Stack) -> int:
    """The whole story; how much went wrong."""
    begin_s = time.monotonic()
    stack.up()
    tell("all services healthy", f"{time.monotonic() - begin_s:.0f} s")
    wrong = check_guards(stack)
    lifts = [*IDLERS, "LIFT-FIRST", *(step.lift for step in STEPS)]
    password = stack.issue("T-1", lifts)
    wrong += check_credentials(stack, password)
    terminal = Terminal("T-1", password, port=stack.mqtt_port, authority=stack.authority)
    begin_s = time.monotonic()
    terminal.strand("LIFT-FIRST")
    until(lambda: stack.incidents()[("LIFT-FIRST", KIND)], "the entrapment at the API")
    tell("an entrapment by TLS, read at the API", f"{time.monotonic() - begin_s:.1f} s")
    for step in STEPS:
        take_away(stack, step, terminal)
    terminal.settle()
    wrong += count(stack, terminal)
    wrong += restore(stack)
    return wrong + demo(stack)


def tell(what: str, figure: object) -> None:
    """A row of what is printed."""
    print(f"{what:<58} {figure}", flush=True)


def take_away(stack: Stack, step: Step, terminal: Terminal) -> None:
    """A container is away for a while, in which somebody gets stuck; then it is back."""
    stack.compose(step.verb, step.service)
    terminal.strand(step.lift)
    time.sleep(AWAY_S)
    begin_s = time.monotonic()
    stack.start(step.service)
    until(lambda: stack.incidents()[(step.lift, KIND)], f"the incident of {step.lift}")
    tell(
        f"{step.verb} {step.service}: start to the incident", f"{time.monotonic() - begin_s:.1f} s"
    )
    stack.wait_for(step.service)


def count(stack: Stack, terminal: Terminal) -> int:
    """What was lost, doubled or invented, in both stores; how much that is in all."""
    expected = terminal.acknowledged
    begin_s, stored = time.monotonic(), Counter[tuple[str, int]]()
    while not expected <= stored.keys() and time.monotonic() - begin_s < 60:
        stored = stack.points(("state",))
        time.sleep(1)
    incidents = stack.incidents()
    wanted = {(lift, KIND) for lift in ("LIFT-FIRST", *(step.lift for step in STEPS))}
    letters = stack.liftwatch("ingest", "deadletters", "list").strip().splitlines()
    rows = {
        "messages acknowledged by the broker": len(expected),
        "of these not in InfluxDB": len(expected - stored.keys()),
        "in InfluxDB more than once": sum(1 for one in stored.values() if one > 1),
        "in InfluxDB and never sent": len(stored.keys() - terminal.said),
        "entrapments": len(wanted),
        "of these without an incident": len(wanted - incidents.keys()),
        "with more than one": sum(1 for one in wanted if incidents[one] > 1),
        "incidents of nothing": len(incidents.keys() - wanted),
        "dead letters": len(letters),
    }
    for what, figure in rows.items():
        tell(what, figure)
    return sum(rows.values()) - len(expected) - len(wanted)


def check_guards(stack: Stack) -> int:
    """Nothing runs as root, with capabilities, or on a file system that can be written."""
    wrong = []
    for service, one in stack.states().items():
        host, user = one["HostConfig"], one["Config"]["User"]
        guarded = (
            user not in ("", "0", "root")
            and not user.startswith("0:")
            and host["ReadonlyRootfs"]
            and host["CapDrop"] == ["ALL"]
            and host["Memory"]
            and host["PidsLimit"]
            and host["NanoCpus"]
            and "no-new-privileges=true" in host["SecurityOpt"]
        )
        bindings = (host["PortBindings"] or {}).values()
        here = all(port["HostIp"] == "127.0.0.1" for ports in bindings for port in ports)
        if not (guarded and here):
            wrong.append(service)
    told = stack.compose("exec", "-T", "ingest", "sh", "-c", "touch /x 2>&1; id -u", check=False)
    if "Read-only" not in told or "10001" not in told:
        wrong.append(told)
    secret = (stack.secrets / "influx_token").read_text()
    if secret in json.dumps(stack.states()):
        wrong.append("a secret stands in what Docker tells of a container")
    tell("containers that are not guarded as they should be", wrong or 0)
    return len(wrong)


def check_credentials(stack: Stack, password: str) -> int:
    """The right password comes in at once, a wrong one and nobody's do not."""
    where = {"port": stack.mqtt_port, "authority": stack.authority}
    told = {
        "right": reason_of_refusal("T-1", password, **where),
        "wrong": reason_of_refusal("T-1", password[::-1], **where),
        "unknown": reason_of_refusal("T-2", password, **where),
        "simulator": reason_of_refusal(
            "simulator", (stack.secrets / "mqtt_simulator").read_text(), **where
        ),
    }
    wrong = [one for one, reason in told.items() if bool(reason) == (one == "right")]
    tell("credentials that the broker judges wrongly", wrong or 0)
    return len(wrong)


def restore(stack: Stack) -> int:
    """The relational store is lost, and put back from a backup as docs/compose.md says."""
    before = stack.incidents()
    made = stack.liftwatch("backup", "backup", "/backups").split(":")[0]
    services = ("ingest", "engine", "api", "backup")
    stack.compose("stop", *services)
    psql = ("exec", "-T", "postgres", "psql", "-h", "/var/run/postgresql", "-U", "postgres")
    stack.compose(*psql, "-c", "DROP DATABASE liftwatch WITH (FORCE)")
    stack.compose(*psql, "-c", "CREATE DATABASE liftwatch OWNER liftwatch")
    stack.compose(*psql, "-c", "REVOKE CONNECT ON DATABASE liftwatch FROM PUBLIC")
    run = ("run", "--rm", "-T", "--no-deps", "--entrypoint", "liftwatch", "backup")
    stack.compose(*run, "restore", made)
    stack.up()
    after = stack.incidents()
    trail = stack.liftwatch("api", "audit", "verify")
    lost = sum((before - after).values()) + sum((after - before).values())
    tell("incidents that are not as before after a restore", lost)
    tell("the trail", trail.strip().splitlines()[-1])
    return lost


def demo(stack: Stack) -> int:
    """With the profile there are lifts that do not exist."""
    before = len(stack.ask("/v1/lifts?limit=500")["items"])
    stack.up("demo")
    found = until(
        lambda: len(stack.ask("/v1/lifts?limit=500")["items"]) - before, "simulated lifts"
    )
    tell("lifts that the demo adds", found)
    return 0


if __name__ == "__main__":
    sys.exit(main())

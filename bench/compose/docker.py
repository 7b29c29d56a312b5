"""Docker Engine for the test: one that runs, or one started by hand in a folder of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE_S = 60.0
FORWARDS = Path("/proc/sys/net/ipv4/ip_forward")
COMPOSE = "github.com/docker/compose/v2/cmd@v2.28.1"
"""Built as a tool, outside the tree, where no plugin is installed: Debian 12 has none."""


class Missing(Exception):
    """Something that this test needs is not here; one line says what."""


class Docker:
    """The commands `docker` and `docker compose`, towards one engine."""

    def __init__(self, host: str | None, compose: Sequence[str]) -> None:
        self._environment = os.environ | {"DOCKER_BUILDKIT": "0"}
        if host is not None:
            self._environment["DOCKER_HOST"] = host
        self._compose = tuple(compose)

    def run(self, *words: str, stdin: int | None = subprocess.DEVNULL, check: bool = True) -> str:
        """What `docker WORDS` prints; RuntimeError when it fails."""
        return self._run(("docker", *words), stdin=stdin, check=check)

    def compose(self, *words: str, check: bool = True, **settings: str) -> str:
        """What `docker compose WORDS` prints; RuntimeError when it fails."""
        return self._run((*self._compose, *words), check=check, **settings)

    def _run(
        self,
        command: Sequence[str],
        *,
        stdin: int | None = subprocess.DEVNULL,
        check: bool,
        **settings: str,
    ) -> str:
        done = subprocess.run(
            command,
            env=self._environment | settings,
            stdin=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(command[:12])}: {(done.stderr or done.stdout)[-2000:]}")
        return done.stdout if not done.returncode else done.stdout + done.stderr


@contextmanager
def engine(folder: Path) -> Iterator[Docker]:
    """The engine that answers here, else one of our own over a folder, ended with the block."""
    for program in ("docker", "openssl"):
        if shutil.which(program) is None:
            raise Missing(f"{program} is not installed")
    compose = _compose(folder)
    if _answers(None):
        yield Docker(None, compose)
        return
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        raise Missing("no Docker Engine runs, and to start one takes root and Debian's docker.io")
    with _by_hand(folder) as host:
        yield Docker(host, compose)


def _answers(host: str | None) -> bool:
    environment = os.environ | ({"DOCKER_HOST": host} if host else {})
    done = subprocess.run(("docker", "info"), env=environment, capture_output=True, check=False)
    return done.returncode == 0


def _compose(folder: Path) -> tuple[str, ...]:
    """The plugin, or a program that is named by COMPOSE, or one that Go builds of its modules."""
    if named := os.environ.get("COMPOSE"):
        return (named,)
    plugin = ("docker", "compose")
    if subprocess.run((*plugin, "version"), capture_output=True, check=False).returncode == 0:
        return plugin
    made = folder / "cmd"
    if not made.exists():
        if shutil.which("go") is None:
            raise Missing("docker compose (version 2) is not installed, nor Go to build it")
        print(f"building {COMPOSE}", file=sys.stderr, flush=True)
        settings = {"GOBIN": str(folder), "CGO_ENABLED": "0", "GOFLAGS": "-p=2"}
        subprocess.run(("go", "install", COMPOSE), env=os.environ | settings, check=True)
    return (str(made),)


@contextmanager
def _by_hand(folder: Path) -> Iterator[str]:
    """dockerd with all it has under a folder; what it does to the firewall is undone."""
    host = f"unix://{folder}/docker.sock"
    before, forwards = _firewall(), FORWARDS.read_text()
    command = (
        "dockerd",
        f"--data-root={folder}/data",
        f"--exec-root={folder}/exec",
        f"--pidfile={folder}/dockerd.pid",
        f"--host={host}",
        "--bridge=none",
    )
    with (folder / "dockerd.log").open("ab") as log:
        daemon = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        end_s = time.monotonic() + PATIENCE_S
        while not _answers(host):
            if daemon.poll() is not None or time.monotonic() > end_s:
                told = (folder / "dockerd.log").read_text(errors="replace")[-500:]
                raise Missing(f"dockerd does not run here: {told}")
            time.sleep(0.5)
        yield host
    finally:
        daemon.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            daemon.wait(PATIENCE_S)
        if daemon.poll() is None:
            daemon.kill()
            daemon.wait()
        for program, rules in before.items():
            subprocess.run((f"{program}-restore",), input=rules, check=False)
        FORWARDS.write_text(forwards)
        _unmount(folder)


def _unmount(folder: Path) -> None:
    """What dockerd leaves mounted, so that the folder can be thrown away."""
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for place in reversed(mounted):
        if Path(place).is_relative_to(folder):
            subprocess.run(("umount", place), check=False)


def _firewall() -> dict[str, bytes]:
    """The rules of now, by the programs that put them back."""
    found = {}
    for program in ("iptables", "ip6tables"):
        for table in ("filter", "nat"):  # a table that nobody has looked at is not in what is saved
            look = (program, "--table", table, "--list", "--numeric")
            subprocess.run(look, capture_output=True, check=False)
        done = subprocess.run((f"{program}-save",), capture_output=True, check=False)
        if done.returncode == 0:
            found[program] = done.stdout
    return found

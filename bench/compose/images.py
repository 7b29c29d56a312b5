"""The images of the test: Debian's own, made by debootstrap, and Liftwatch's on top of it."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from bench.compose.docker import Docker, Missing

ROOT = Path(__file__).parents[2]
BASE = "liftwatch-test-base:1"
OURS = "liftwatch:test"
PACKAGES = (
    "ca-certificates,influxdb,mosquitto,openssl,postgresql,postgresql-client,python3,python3-venv"
)
SUITE = "bookworm"
TRUSTED = Path("etc/ssl/certs/ca-certificates.crt")


class Place(NamedTuple):
    """A folder over which a volume is mounted, and the user of the image it stands in for."""

    path: str
    user: int


PLACES = (
    Place("var/lib/postgresql/data", 999),
    Place("var/lib/influxdb2", 1000),
    Place("etc/influxdb2", 1000),
    Place("mosquitto/config", 1883),
    Place("mosquitto/data", 1883),
)
USERS = {999: "standin-postgres", 1000: "standin-influxdb", 1883: "standin-mosquitto"}


def make_base(docker: Docker, folder: Path) -> None:
    """Debian with the servers and Python in it, unless it was made before."""
    if docker.run("images", "--quiet", BASE).strip():
        return
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        raise Missing("to make a base image takes root and Debian's debootstrap")
    print("making Debian's image", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=folder) as made:
        root = Path(made) / "root"
        command = ("debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(root))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"debootstrap: {done.stdout[-500:]}")
        _prepare(root)
        _take_in(docker, root)


def _prepare(root: Path) -> None:
    """What the images that it stands in for have: users, folders, `python`, whom they trust."""
    with (root / "etc/passwd").open("a") as users, (root / "etc/group").open("a") as groups:
        for number, name in USERS.items():
            users.write(f"{name}:x:{number}:{number}::/:/usr/sbin/nologin\n")
            groups.write(f"{name}:x:{number}:\n")
    for place in PLACES:
        folder = root / place.path
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, place.user, place.user)
    (root / "usr/bin/python").symlink_to("python3")
    here = Path(os.environ.get("SSL_CERT_FILE") or Path("/") / TRUSTED)
    if here.is_file():
        (root / TRUSTED).write_bytes(here.read_bytes())
    shutil.rmtree(root / "var/cache/apt/archives", ignore_errors=True)


def _take_in(docker: Docker, root: Path) -> None:
    with subprocess.Popen(("tar", "-C", str(root), "-c", "."), stdout=subprocess.PIPE) as packed:
        assert packed.stdout is not None
        trusted = f"ENV PIP_CERT=/{TRUSTED} LANG=C.UTF-8"
        docker.run("import", "--change", trusted, "-", BASE, stdin=packed.stdout.fileno())
    if packed.returncode:
        raise RuntimeError("tar has failed")


def make_ours(docker: Docker) -> None:
    """Liftwatch's image, by the Dockerfile of the tree, of its wheel."""
    print("building Liftwatch's image", file=sys.stderr, flush=True)
    docker.run(
        "build",
        "--quiet",
        "--network=host",
        f"--build-arg=BASE={BASE}",
        f"--tag={OURS}",
        str(ROOT),
    )

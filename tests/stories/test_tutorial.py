"""The tutorial's commands, run in their order as they stand there, print what stands there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import binary, free_port

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = {"curl": "curl", "git": "git", "jq": "jq", "make": "make", "python3": "python3"}
BROKER = {"mosquitto": "mosquitto", "mosquitto_pub": "mosquitto-clients"}
PATIENCE_S = 900
MARK = "=== block"


def blocks() -> list[tuple[str, str]]:
    """Language and text of each block, in order."""
    found = BLOCK.findall(TUTORIAL.read_text(encoding="utf-8"))
    assert {name for name, _ in found} == {"sh", "text"}
    return found


def script(ports: dict[str, int]) -> str:
    """All blocks of commands but the first, each announced by a line, on ports of their own."""
    lines = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"]
    commands = [(n, text) for n, (name, text) in enumerate(blocks()) if name == "sh"]
    for n, text in commands[1:]:
        lines += [f"echo '{MARK} {n}'", text]
    whole = "\n".join(lines)
    for old, new in ports.items():
        assert old in whole
        whole = whole.replace(old, str(new))
    return whole


def printed(output: str) -> dict[int, str]:
    """What each block has printed."""
    parts = re.split(rf"^{MARK} (\d+)\n", output, flags=re.MULTILINE)[1:]
    return {int(n): text for n, text in zip(parts[::2], parts[1::2], strict=True)}


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """An environment with the programs of this checkout, and no setting of ours."""
    for name, package in (PROGRAMS | BROKER).items():
        binary(name, package=package)
    place = f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin"
    clean = {name: value for name, value in os.environ.items() if "LIFTWATCH_" not in name}
    return clean | {"PATH": place, "HOME": str(tmp_path)}


def test_every_command_does_what_the_page_says(tmp_path: Path, shell: dict[str, str]) -> None:
    """From the broker to the incident, its end, and the first administrator."""
    ports = {"1883": free_port(), "8080": free_port()}
    done = subprocess.run(
        ["bash", "-c", script(ports)],
        cwd=tmp_path,
        env=shell,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    log = tmp_path / "service.log"
    told = done.stdout + done.stderr + (log.read_text() if log.exists() else "")
    assert done.returncode == 0, told
    output, last = printed(done.stdout), -1
    for n, (name, text) in enumerate(blocks()):
        if name == "sh":
            last = n
        else:
            assert output[last] == text, f"block {last}"


def test_the_first_block_installs_what_the_others_call() -> None:
    """It is the only one that is not run: it needs root and a network, and `make test` has done it.

    Its packages hold every program that the page uses, and its targets are there.
    """
    first = next(text for name, text in blocks() if name == "sh")
    packages = re.search(r"apt-get install -y (.+)", first)
    assert packages is not None
    assert set(packages[1].split()) >= {*PROGRAMS.values(), *BROKER.values(), "python3-venv"}
    targets = re.findall(r"^make (\w+)", first, re.MULTILINE)
    assert targets == ["setup"]
    if shutil.which("make"):
        subprocess.run(["make", "-n", *targets], cwd=ROOT, check=True, capture_output=True)

"""What the containers of docker-compose.yml run beside `liftwatch`: backups kept, health told."""

import http.server
import importlib.util
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from liftwatch.adapters.sql import open_books
from liftwatch.clock import now_ms
from liftwatch.engine.watch import WATCH
from liftwatch.ports import Deadline

PATIENCE_S = 60.0


@pytest.fixture
def healthy(root: Path) -> ModuleType:
    """The program, as a module."""
    spec = importlib.util.spec_from_file_location(
        "healthy", root / "deploy" / "compose" / "healthy.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ill(healthy: ModuleType, *words: str) -> str:
    """What is told of what is not healthy; empty when all is well."""
    try:
        healthy.main(list(words))
    except SystemExit as error:
        return str(error.code)
    return ""


def backups(root: Path, folder: Path, *, status: int, made: int) -> list[str]:
    """What lies there after the loop has run `made` times with a `liftwatch` that ends so."""
    program = folder / "bin" / "liftwatch"
    program.parent.mkdir(exist_ok=True)
    program.write_text(
        f"#!/bin/sh\necho run >>{folder}/runs\n"
        f"n=$(wc -l <{folder}/runs)\nmkdir {folder}/backups/liftwatch-2026113$n-Z\nexit {status}\n"
    )
    program.chmod(0o755)
    (folder / "backups").mkdir(exist_ok=True)
    (folder / "runs").unlink(missing_ok=True)
    text = (root / "deploy" / "compose" / "back-up").read_text()
    (folder / "back-up").write_text(text.replace("/backups", str(folder / "backups")))
    settings = {"LIFT_BACKUP_EVERY_S": "0", "LIFT_BACKUP_KEEP": "2"}
    path = f"{program.parent}:{os.environ['PATH']}"
    loop = subprocess.Popen(["sh", folder / "back-up"], env={**settings, "PATH": path})
    end_s = time.monotonic() + PATIENCE_S
    runs = folder / "runs"
    while not runs.exists() or len(runs.read_text().split()) < made:
        assert time.monotonic() < end_s
        time.sleep(0.01)
    loop.terminate()
    assert loop.wait(PATIENCE_S) == 0
    return sorted(one.name for one in (folder / "backups").glob("liftwatch-*"))


def test_the_newest_backups_stay(root: Path, tmp_path: Path) -> None:
    """So many as are wished, and one that has just been begun."""
    left = backups(root, tmp_path, status=0, made=6)
    assert 2 <= len(left) <= 3
    assert "liftwatch-20261131-Z" not in left
    assert (tmp_path / "backups" / ".last").exists()


def test_where_a_backup_fails_older_ones_stay(root: Path, tmp_path: Path) -> None:
    """Also when it was made, and the trail in it is not whole."""
    assert len(backups(root, tmp_path, status=1, made=5)) >= 5
    assert not (tmp_path / "backups" / ".last").exists()


def test_a_file_that_is_too_old(healthy: ModuleType, tmp_path: Path) -> None:
    """Or is not there."""
    file = tmp_path / ".last"
    assert "No such file" in ill(healthy, str(file), "60")
    file.touch()
    assert ill(healthy, str(file), "60") == ""
    os.utime(file, (0, time.time() - 120))
    assert "120 s old" in ill(healthy, str(file), "60")


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    """One that knows `/healthz` alone."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/healthz" else 503)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            del words

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_an_address_that_does_not_answer(
    healthy: ModuleType, server: http.server.HTTPServer
) -> None:
    """Or answers that it cannot."""
    here = f"http://127.0.0.1:{server.server_port}"
    assert ill(healthy, f"{here}/healthz") == ""
    assert "503" in ill(healthy, f"{here}/readyz")
    assert "refused" in ill(healthy, "http://127.0.0.1:1/healthz")


def test_an_engine_that_does_not_do_what_is_due(
    healthy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that never began is none that works; the database away is not healthy either."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", f"sqlite:///{tmp_path}/books.sqlite")
    books = open_books(f"sqlite:///{tmp_path}/books.sqlite")
    assert "begun nothing" in ill(healthy, "engine")
    for late_s, told in ((0, ""), (30, ""), (90, "nothing has been done by the clock for 9")):
        with books.begin() as work:
            work.arm(Deadline(name=WATCH, what=WATCH, due_ms=now_ms() - late_s * 1_000))
        assert told in ill(healthy, "engine")
        assert bool(told) == bool(ill(healthy, "engine"))
    books.close()
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", "postgresql://x:y@127.0.0.1:1/z")
    assert ill(healthy, "engine")

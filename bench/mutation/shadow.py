"""A copy of the tree in which one module at a time is broken; the tests run in a child process.

The working tree is only read. A child is a fork, so that the libraries need not be loaded again
for every mutant; it has a group, a time limit and a memory limit of its own.
"""

import contextlib
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import settings

from bench.mutation.mutants import Mutant
from bench.mutation.reach import SITE, Choose, Learn, Reach
from liftwatch.clock import monotonic_s

ROOT = Path(__file__).parents[2]
COPIED = ("detectors", "tests")
TESTS = ("detectors", "tests/detectors", "tests/ingest/test_recordings.py")
PAUSE_S = 0.02
LEARNING_S = 3600.0  # far above what all tests take
PRELOADED = ("numpy", "ingest.decode", "hypothesis.strategies", "liftwatch.incidents.incident")
MEMORY_BYTES = 4 * 2**30
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "--assert=plain")
BROKEN = 70
"""Exit status of a child in which we have failed, not a test."""
NOT_TESTED = (
    pytest.ExitCode.INTERNAL_ERROR,
    pytest.ExitCode.USAGE_ERROR,
    pytest.ExitCode.NO_TESTS_COLLECTED,
    BROKEN,
)

Plugin = Learn | Choose


class Ended(NamedTuple):
    """How a run of tests ended: whether all passed, in time, the first that failed, its output."""

    passed: bool
    in_time: bool
    failed: str
    output: str


def preload() -> None:
    """Load what every child needs and no mutant can be in, each library with one thread."""
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    for name in PRELOADED:
        importlib.import_module(name)
    assert "detectors" not in sys.modules, "every child loads its own"


class Shadow:
    """One copy; it runs one set of tests at a time."""

    def __init__(self, folder: Path, *, root: Path = ROOT) -> None:
        self.folder = folder
        for entry in root.iterdir():
            if entry.name in COPIED:
                gone = shutil.ignore_patterns("__pycache__")
                shutil.copytree(entry, folder / entry.name, ignore=gone)
            elif not entry.name.startswith("."):
                (folder / entry.name).symlink_to(entry)
        (folder / "sitecustomize.py").write_text(SITE)
        self.log, self.report = folder / "log", folder / "report"
        self.versions = 0
        self.pid, self.end_s = 0, 0.0
        self.restore: Callable[[], object] = lambda: None

    def learn(self) -> Reach:
        """Run all tests on the sound tree and follow them; raises RuntimeError when one fails."""
        tests = [name for name in TESTS if (self.folder / name).exists()]
        self._start(tests, Learn(self.report), limit_s=LEARNING_S)
        ended = self.wait()
        if not ended.passed:
            raise RuntimeError(f"a test fails with nothing broken\n{ended.output[-3000:]}")
        reach: Reach = json.loads(self.report.read_text())
        return reach

    def start(self, mutant: Mutant, *, tests: list[str], words: list[str], limit_s: float) -> None:
        """Break the module and begin to run these tests."""
        path = self.folder / mutant.path
        sound = path.read_text(encoding="utf-8")
        self._write(path, mutant.of(sound))
        self.restore = lambda: self._write(path, sound)
        self.report.unlink(missing_ok=True)
        files = sorted({name.split("::")[0] for name in tests})
        self._start(files, Choose(tests, words, self.report), limit_s=limit_s)

    def poll(self) -> Ended | None:
        """How it ended; None while it runs within its time."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        in_time = monotonic_s() < self.end_s
        if pid:
            self.pid = 0
        if not pid and in_time:
            return None
        self.stop()
        self.restore()
        code = os.waitstatus_to_exitcode(status) if pid else 1
        output = self.log.read_text(errors="replace")
        if code in NOT_TESTED:
            raise RuntimeError(f"no test was run\n{output[-3000:]}")
        failed = self.report.read_text() if self.report.exists() else f"exit status {code}"
        return Ended(code == 0, in_time, failed, output)

    def wait(self) -> Ended:
        """Until it has ended; when that is interrupted the child is ended too."""
        try:
            while (ended := self.poll()) is None:
                time.sleep(PAUSE_S)
        finally:
            self.stop()
        return ended

    def stop(self) -> None:
        """End the child and what it started, if it runs."""
        if self.pid:
            os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0

    def _write(self, path: Path, text: str) -> None:
        """Every version has a time of its own, by which Python knows what it has compiled."""
        self.versions += 1
        path.write_text(text)
        os.utime(path, (self.versions, self.versions))

    def _start(self, args: Any, plugin: Plugin, *, limit_s: float) -> None:
        self.end_s = monotonic_s() + limit_s
        self.pid = os.fork()
        if self.pid == 0:
            code = BROKEN
            try:
                code = self._run(args, plugin)
            except BaseException:  # noqa: BLE001 - the child must end here, whatever happened
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it is quicker
            os.setpgid(self.pid, self.pid)

    def _run(self, args: Any, plugin: Plugin) -> int:
        """In the child: the tests, with all that is said going to the log."""
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        with self.log.open("wb") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        os.chdir(self.folder)
        sys.path.insert(0, str(self.folder))
        os.environ |= {"PYTHONPATH": str(self.folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        settings.register_profile("mutation", derandomize=True, deadline=None, database=None)
        settings.load_profile("mutation")
        return int(pytest.main([*OPTIONS, *args], plugins=[plugin]))

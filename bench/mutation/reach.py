"""Which tests enter which functions of `detectors`: only those can tell a mutant of them.

Until a mutant's function is entered a test runs as ever, so leaving the others out loses nothing.
What a test starts as a process of its own is followed too, by `sitecustomize` of the shadow.
"""

import inspect
import json
import os
import re
import sys
from collections.abc import Generator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

FOLDER = "detectors"
REPORT = "MUTATION_REACH"
"""Names the file into which a process writes what it entered."""
SITE = f"""import atexit, os
if os.environ.get("{REPORT}"):
    from bench.mutation.reach import Follower
    follower = Follower()
    follower.begin()
    atexit.register(follower.append_to, os.environ["{REPORT}"])
"""

Reach = dict[str, list[str]]
"""By test: the functions it enters, as `detectors/motion.py:can_follow`."""


class Follower:
    """Follows this process's calls."""

    def __init__(self) -> None:
        self.codes: set[CodeType] = set()

    def begin(self) -> None:
        """From now on."""
        sys.setprofile(self._note)

    def end(self) -> list[str]:
        """The functions entered, and forget them."""
        sys.setprofile(None)
        found = {_name_of(code) for code in self.codes}
        self.codes = set()
        return sorted(name for name in found if name)

    def append_to(self, file: str) -> None:
        """Add the functions entered to a file."""
        with Path(file).open("a") as report:
            report.writelines(f"{name}\n" for name in self.end())

    def _note(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            self.codes.add(frame.f_code)


def _name_of(code: CodeType) -> str | None:
    """`detectors/x.py:Class.method`, whatever is nested in it counting as its own."""
    before, found, path = code.co_filename.rpartition(f"/{FOLDER}/")
    if not found or before.endswith("/tests"):
        return None
    return f"{FOLDER}/{path}:{code.co_qualname.split('.<locals>')[0]}"


class Learn:
    """Pytest plug-in: follows every test, and keeps how long it took."""

    def __init__(self, report: Path) -> None:
        self.report, self.follower = report, Follower()
        self.reach: Reach = {}
        self.took_s: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, bool, bool]:
        """Around set-up, call and tear-down."""
        elsewhere = self.report.with_suffix(".other")
        elsewhere.unlink(missing_ok=True)
        os.environ[REPORT] = str(elsewhere)
        self.follower.begin()
        done = yield
        entered = self.follower.end()
        del os.environ[REPORT]
        others = elsewhere.read_text().split() if elsewhere.exists() else []
        self.reach[item.nodeid] = sorted({*entered, *others})
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up."""
        self.took_s[report.nodeid] = self.took_s.get(report.nodeid, 0.0) + report.duration

    def pytest_sessionfinish(self) -> None:
        """Write it all down, the quickest test first."""
        order = sorted(self.reach, key=lambda name: (round(self.took_s[name], 2), name))
        self.report.write_text(json.dumps({name: self.reach[name] for name in order}))


class Choose:
    """Pytest plug-in: runs the chosen tests in a given order, those that name a word first."""

    def __init__(self, tests: list[str], words: list[str], report: Path) -> None:
        self.places = {name: place for place, name in enumerate(tests)}
        self.words = re.compile("|".join(map(re.escape, words)) or r"\Z.")
        self.report = report

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out and sort."""
        chosen = [item for item in items if item.nodeid in self.places]
        chosen.sort(key=lambda item: (not self._names(item), self.places[item.nodeid]))
        items[:] = chosen

    def _names(self, item: pytest.Item) -> bool:
        if self.words.search(item.nodeid):
            return True
        function = getattr(item, "function", None)
        return function is not None and bool(self.words.search(inspect.getsource(function)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell who failed."""
        if report.failed:
            self.report.write_text(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot even be read."""
        if report.failed:
            self.report.write_text(f"{report.nodeid} (collecting)")

"""The order of test files: those that take long come first, so that no worker is left with one.

Files go to workers whole (`--dist loadfile`), and xdist would begin with those of most tests, which
are not those that take longest.
"""

from pathlib import Path

import pytest

LONG = (
    "stories/test_dead_letters.py",
    "api/test_axe.py",
    "bench/test_table.py",
    "stories/test_apart.py",
    "stories/test_chaos.py",
    "stories/test_chaos_rescue.py",
    "stories/test_tutorial.py",
    "stories/test_upgrade.py",
    "stories/test_broker.py",
    "stories/test_tls.py",
    "contracts/test_telemetry_store.py",
    "stories/test_whole_way.py",
    "api/test_names_browser.py",
    "bench/test_api.py",
    "dashboards/test_preview.py",
    "api/test_schema.py",
    "bench/test_console.py",
    "commands/test_check_terminal.py",
    "stories/test_prevention.py",
    "engine/test_blackout.py",
)
"""Files of 20 s and more, the longest first (a whole run of 2026-11-30, on two cores)."""
HERE = Path(__file__).parent
_RANK = {HERE / name: n for n, name in enumerate(LONG)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, all others as they were collected."""
    items.sort(key=lambda item: _RANK.get(item.path, len(LONG)))

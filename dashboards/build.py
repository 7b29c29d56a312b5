"""All files that are made of the code here; those in `json/` and `provisioning/` are they."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import estate, fund, lift, maintenance, operations, room, supervision
from dashboards.board import CONSOLE, uid_of
from dashboards.provisioning import DASHBOARDS_OF, provisioning_files
from dashboards.words import LANGUAGES, Language

MODULES: Mapping[str, Callable[[Language], Dashboard]] = {
    "estate": estate.dashboard,
    "lift": lift.dashboard,
    "room": room.dashboard,
    "maintenance": maintenance.dashboard,
    "supervision": supervision.dashboard,
    "fund": fund.dashboard,
    "operations": operations.dashboard,
}
OF_INTERVALS = ("auto", "auto_count", "auto_min")
"""What the SDK writes into every variable, and Grafana's own types know of none; nor do they of a
table's `footer` any more."""
HERE = Path(__file__).parent
assert {name for names in DASHBOARDS_OF.values() for name in names} == set(MODULES)


def dashboard_json(name: str, language: Language, *, console: str = CONSOLE) -> str:
    """A dashboard as Grafana takes it, with links into the console at an address."""
    text = json.dumps(
        MODULES[name](language), cls=JSONEncoder, indent=1, sort_keys=True, ensure_ascii=False
    )
    found: dict[str, Any] = json.loads(text)
    for variable in found["templating"]["list"]:
        for name_ in OF_INTERVALS:
            variable.pop(name_, None)
        if variable["name"] == "console":
            variable["query"] = console
    for panel in found["panels"]:
        panel.get("options", {}).pop("footer", None)
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def files(*, console: str = CONSOLE, organisation: int = 1) -> dict[str, str]:
    """Every file by its path below `dashboards/`."""
    made = {
        f"json/{language}/{uid_of(name, language)}.json": dashboard_json(
            name, language, console=console
        )
        for name in MODULES
        for language in LANGUAGES
    }
    return made | provisioning_files(organisation=organisation)


def by_role(*, console: str = CONSOLE) -> dict[str, str]:
    """The dashboards once more, a folder for each role and language, as providers look for them."""
    return {
        f"roles/{role}/{language}/{uid_of(name, language)}.json": dashboard_json(
            name, language, console=console
        )
        for role, names in DASHBOARDS_OF.items()
        for name in names
        for language in LANGUAGES
    }


def write(folder: Path, made: Mapping[str, str]) -> list[str]:
    """Write files below a folder, take away those of ours made no more; which ones changed."""
    changed = []
    for name, text in made.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    for kind in {name.partition("/")[0] for name in made}:
        for path in sorted((folder / kind).rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.suffix in (".json", ".yaml") and name not in made:
                path.unlink()
                changed.append(name)
    return changed

"""Every dashboard held against Grafana's own types: `@grafana/schema` and `tsc --strict`.

npm brings both, in the versions named here, into a folder beside the environment; once they are
there nobody is asked. A dashboard becomes a constant of the type `Dashboard`, and what only a sort
of panel knows one of that panel's types, so that a property that Grafana does not know, or a word
that is none of its own, is an error with its line.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".venv" / "grafana-types"
PACKAGES = {"@grafana/schema": "13.2.3", "typescript": "7.0.2"}
SORTS = ("bargauge", "stat", "statetimeline", "table", "timeseries")
"""Sorts of panels that we make; Grafana's names for their types have no dashes."""
OLD = frozenset({"hidden"})
"""What versions before those of PACKAGES look for, and these do not: not held against them."""
HEAD = """\
import type { Dashboard, DataQuery } from "@grafana/schema";

// JSON knows no enums, and a query is whatever its data source says beside `refId`.
type Plain<T> = T extends DataQuery
  ? T & Record<string, unknown>
  : T extends string
    ? string extends T ? T : `${T}`
    : T extends readonly (infer U)[]
      ? Plain<U>[]
      : T extends object
        ? { [K in keyof T]: Plain<T[K]> }
        : T;

""" + "".join(
    f'import type * as {sort} from "./node_modules/@grafana/schema/dist/types/raw/composable'
    f'/{sort}/panelcfg/x/types.gen";\n'
    for sort in SORTS
)


class TypesError(Exception):
    """The check cannot be made; one line."""


def is_possible() -> bool:
    """Whether node and npm are installed."""
    return shutil.which("node") is not None and shutil.which("npm") is not None


def install(folder: Path = FOLDER) -> None:
    """Have npm bring what is missing. Raises TypesError."""
    if all(_version(folder, name) == version for name, version in PACKAGES.items()):
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": PACKAGES}))
    quiet = ("--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
    done = subprocess.run(
        ["npm", "install", *quiet], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise TypesError(f"npm: {' '.join(done.stderr.split())[-300:]}")


def _version(folder: Path, name: str) -> str | None:
    path = folder / "node_modules" / name / "package.json"
    return json.loads(path.read_text())["version"] if path.exists() else None


def errors(texts: Mapping[str, str], folder: Path = FOLDER) -> list[str]:
    """What tsc says of dashboards by name: one line an error, none where all are right."""
    source = folder / "dashboards.ts"
    parts = [
        f"// {name}\nexport const d{n}: Plain<Dashboard> = {text.strip()};\n"
        + "".join(_of_panels(json.loads(text).get("panels", []), f"d{n}"))
        for n, (name, text) in enumerate(texts.items())
    ]
    source.write_text(HEAD + "".join(parts), encoding="utf-8")
    tsc = folder / "node_modules" / ".bin" / "tsc"
    done = subprocess.run(
        [str(tsc), "--noEmit", "--strict", "--skipLibCheck", source.name],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout.splitlines() + done.stderr.splitlines()
    found = [line for line in said if "error" in line]
    if done.returncode and not found:
        raise TypesError(f"tsc: {' '.join(said)[:300]}")
    return found


def _of_panels(panels: list[dict[str, Any]], board: str) -> Iterator[str]:
    """What only a panel's own type knows: options, what is `custom` of its fields, overrides."""
    for panel in panels:
        sort, name = panel["type"].replace("-", ""), f"{board}p{panel['id']}"
        yield f"// {panel['title']}\n"
        yield _constant(f"{name}o", f"{sort}.Options", panel.get("options", {}))
        fields = panel.get("fieldConfig", {})
        customs = [fields.get("defaults", {}).get("custom", {})]
        customs += [
            {one["id"].removeprefix("custom."): one["value"]}
            for override in fields.get("overrides", [])
            for one in override["properties"]
            if one["id"].startswith("custom.")
        ]
        for n, custom in enumerate(customs):
            known = {name: value for name, value in custom.items() if name not in OLD}
            if known:
                yield _constant(f"{name}c{n}", f"{sort}.FieldConfig", known)


def _constant(name: str, type_: str, value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return f"export const {name}: Plain<Partial<{type_}>> = {text};\n"


def checked_in() -> Iterator[tuple[str, str]]:
    """The dashboards of the tree: name and text."""
    for path in sorted((ROOT / "dashboards" / "json").rglob("*.json")):
        yield path.stem, path.read_text(encoding="utf-8")


def main() -> None:
    """Check all of them; exit status 1 when an error was found, 2 when it cannot be."""
    try:
        if not is_possible():
            raise TypesError("node and npm are not installed (apt install nodejs npm)")
        install()
        texts = dict(checked_in())
        found = errors(texts)
    except TypesError as error:
        print(f"grafana-types: {error}", file=sys.stderr)
        sys.exit(2)
    for line in found:
        print(f"grafana-types: {line[:300]}", file=sys.stderr)
    if found:
        sys.exit(1)
    told = ", ".join(f"{name} {version}" for name, version in PACKAGES.items())
    print(f"grafana-types: {len(texts)} dashboards are as {told} have it")


if __name__ == "__main__":
    main()

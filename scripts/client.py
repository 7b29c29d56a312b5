"""A Python client generated from `/openapi.json`: `make client` writes it to build/client.

openapi-python-client makes it, in an environment of its own (`.venv/client`, by pip, once), so that
nothing of it is among ours. What is generated is in no tree; the generating is what is tested.
"""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
ENVIRONMENT = ROOT / ".venv" / "client"
PYTHON = ENVIRONMENT / "bin" / "python"
GENERATOR = "openapi-python-client==0.29.1"
PACKAGE = "liftwatch_client"


class ClientError(Exception):
    """It cannot be generated; one line."""


def install() -> None:
    """Have pip bring the generator where it is missing. Raises ClientError."""
    told = ENVIRONMENT / "generator.txt"
    if told.exists() and told.read_text() == GENERATOR:
        return
    _run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
    quiet = ("--quiet", "--disable-pip-version-check")
    _run([str(PYTHON), "-m", "pip", "install", *quiet, GENERATOR])
    told.write_text(GENERATOR)


def described() -> str:
    """`/openapi.json` of the application, without one that runs."""
    from prometheus_client import CollectorRegistry

    from api.app import create_app
    from liftwatch.adapters.embedded import EmbeddedStore
    from liftwatch.adapters.memory import MemoryBooks

    with TemporaryDirectory() as folder:
        store = EmbeddedStore(Path(folder) / "telemetry.sqlite")
        with contextlib.closing(store):
            app = create_app(
                books=MemoryBooks(), store=store, readiness=dict, metrics=CollectorRegistry()
            )
            return json.dumps(app.openapi(), ensure_ascii=False)


def generate(folder: Path) -> str:
    """Write the client into a folder; what the generator said. Raises ClientError.

    Left out by the generator: routes that take CSV, and answers of free lists (InfluxQL).
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "openapi.json").write_text(described(), encoding="utf-8")
    (folder / "config.yml").write_text(f"package_name_override: {PACKAGE}\npost_hooks: []\n")
    return _run(
        [
            *(str(PYTHON), "-m", "openapi_python_client", "generate", "--meta", "none"),
            *("--path", str(folder / "openapi.json"), "--config", str(folder / "config.yml")),
            *("--output-path", str(folder / PACKAGE), "--overwrite"),
        ]
    )


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ClientError(" ".join((done.stderr or done.stdout).split())[-400:])
    return done.stdout


def main() -> None:
    """Generate it, and say where; exit status 2 when it cannot be."""
    folder = ROOT / "build" / "client"
    try:
        install()
        generate(folder)
    except ClientError as error:
        print(f"client: {error}", file=sys.stderr)
        sys.exit(2)
    print(
        f"{folder.relative_to(ROOT)}/{PACKAGE}: needs httpx and attrs; examples/on_duty.py uses it"
    )


if __name__ == "__main__":
    main()

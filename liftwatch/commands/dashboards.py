"""`liftwatch dashboards`: files of Grafana made, pushed and checked, and its readers."""

import os
import sys
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from dashboards.push import Grafana, PushError, differences, push
from liftwatch.adapters.sql import BooksError
from liftwatch.adapters.sql.grafana import drop_reader, known_readers, make_reader
from liftwatch.audit.chain import SealError
from liftwatch.audit.entry import Act
from liftwatch.clock import now_ms
from liftwatch.commands.audit import user_here
from liftwatch.commands.wiring import books_or_fail, no_books, settings_or_fail
from liftwatch.failure import Failure
from liftwatch.settings import Settings


def build_command(out: Path | None, *, console: str | None, organisation: int) -> None:
    """Write all files; names those that changed. Failure where the SDK is not installed."""
    if find_spec("grafana_foundation_sdk") is None:
        raise Failure("dashboards: the SDK is not installed: pip install 'liftwatch[grafana]'")
    from dashboards.board import CONSOLE
    from dashboards.build import HERE, by_role, files, write

    if out is None and (console is not None or organisation != 1):
        raise Failure("dashboards: --console and --organisation go with --out")
    at = (console or CONSOLE).rstrip("/")
    made = files(console=at, organisation=organisation)
    try:
        changed = write(out or HERE, made if out is None else made | by_role(console=at))
    except OSError as error:
        raise Failure(f"dashboards: {error.filename}: {error.strerror}") from error
    print("\n".join(changed) if changed else "nothing has changed")


def _grafana() -> Grafana:
    settings = settings_or_fail()
    if not settings.grafana_url or not settings.grafana_token.get_secret_value():
        raise Failure("LIFTWATCH_GRAFANA_URL and LIFTWATCH_GRAFANA_TOKEN are needed")
    return Grafana(settings.grafana_url, settings.grafana_token.get_secret_value())


def push_command(role: str, *, console: str | None) -> None:
    """Bring Grafana to the files, a line for each thing."""
    try:
        for step in push(_grafana(), role, console=console):
            print(f"{step.what}: {step.name}")
    except PushError as error:
        raise Failure(str(error)) from error


def check_command(role: str, *, console: str | None) -> bool:
    """Say what differs; False when anything does."""
    try:
        found = list(differences(_grafana(), role, console=console))
    except PushError as error:
        raise Failure(str(error)) from error
    for step in found:
        print(f"{step.what}: {step.name}")
    if not found:
        print("as in the files")
    return not found


def reader_command(role: str, *, organisation: str | None) -> None:
    """Make a reader and print what a data source needs of it; the password this once.

    It is noted in the trail before it is made: what cannot be noted is not done.
    """
    settings = settings_or_fail()
    _note(settings, what="made", of=organisation or role, role=role)
    try:
        made = make_reader(
            settings.database_in(settings.data_dir), role=role, organisation=organisation
        )
    except BooksError as error:
        raise no_books(settings, error) from error
    print(f"LIFT_PG_HOST={made.host}")
    print(f"LIFT_PG_DATABASE={made.database}")
    print(f"LIFT_PG_USER={made.name}")
    print(f"LIFT_PG_PASSWORD={made.password}")


def _note(settings: Settings, *, what: str, of: str, role: str) -> None:
    act = Act(
        at_ms=now_ms(),
        person=f"os:{user_here()}",
        action="grafana.reader",
        target_kind="organisation",
        target=of,
        channel="cli",
        detail={"what": what, "role": role},
    )
    try:
        with closing(books_or_fail(settings, settings.data_dir)) as books, books.begin() as work:
            work.audit(act)
    except SealError as error:
        raise Failure("the trail has another key than LIFTWATCH_AUDIT_KEY") from error


def readers_command(drop: str | None) -> None:
    """Print the readers there are, or take one away."""
    settings = settings_or_fail()
    url = settings.database_in(settings.data_dir)
    try:
        if drop is not None:
            known = known_readers(url).get(drop)
            if known is None:
                raise Failure(f"dashboards: there is no reader {drop!r}")
            _note(settings, what="dropped", of=known[1] or known[0], role=known[0])
            drop_reader(url, drop)
            return
        for name, (role, organisation) in sorted(known_readers(url).items()):
            print(name, role, organisation or "-")
    except BooksError as error:
        raise no_books(settings, error) from error


def preview_command(role: str, *, out: Path, lift: str | None, console: str | None) -> None:
    """Write the pages of a role's dashboards; say where, and what did not answer.

    Failure where nothing can be written. A panel without an answer says so on its page, too.
    """
    from api.console.assets import ASSETS
    from dashboards.answers import Sources
    from dashboards.preview.making import make_preview
    from dashboards.preview.pages import SHARED

    try:
        made, failed = make_preview(
            role,
            Sources(role, os.environ),
            out,
            shared={name: ASSETS[name].content for name in SHARED},
            now_ms=now_ms(),
            lift=lift,
            console=console,
        )
    except OSError as error:
        raise Failure(f"dashboards: {error.filename}: {error.strerror}") from error
    print(f"{out / 'index.html'}: {len(made)} pages")
    for line in failed:
        print(f"not answered: {line}", file=sys.stderr)

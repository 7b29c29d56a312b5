"""The command line: wiring of settings, adapters and services, and nothing else."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer import TyperException

from liftwatch import __version__, _path
from liftwatch.commands.admin_options import app as admin
from liftwatch.commands.audit_options import app as audit
from liftwatch.commands.dashboards_options import app as dashboards
from liftwatch.commands.deadletters_options import app as deadletters
from liftwatch.commands.fund_options import app as fund
from liftwatch.commands.notify_options import app as notify
from liftwatch.commands.register_options import app as register
from liftwatch.commands.report_options import app as report
from liftwatch.commands.terminals_options import app as terminals
from liftwatch.failure import Failure

_path.add_services()

app = typer.Typer(
    name="liftwatch",
    help="Lift safety: telemetry to incidents that people read.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(admin, name="admin")
app.add_typer(terminals, name="terminals")
app.add_typer(deadletters, name="deadletters")
app.add_typer(audit, name="audit")
app.add_typer(register, name="register")
app.add_typer(fund, name="fund")
app.add_typer(report, name="report")
app.add_typer(notify, name="notify")
app.add_typer(dashboards, name="dashboards")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"liftwatch {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Lift safety: telemetry to incidents that people read."""
    del version
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="Of the simulated fleet.")] = 1,
    lifts: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 12,
) -> None:
    """Everything in one process on embedded parts, with a simulated fleet and a page to look at."""
    from liftwatch.commands.demo import demo_command

    demo_command(seed=seed, lifts=lifts)


@app.command()
def run() -> None:
    """Everything in one process against the broker and the stores of the settings."""
    from liftwatch.commands.run import run_command

    run_command()


@app.command()
def ingest(
    estates: Annotated[
        str | None, typer.Option(help="Only these, as a,b: each process has its own.")
    ] = None,
) -> None:
    """Reception, detection and relay alone: from the broker into the stores of the settings."""
    from liftwatch.commands.ingest import ingest_command

    ingest_command(estates)


@app.command()
def engine() -> None:
    """What happens by the clock, alone: who is deaf, what must be told, what may be forgotten."""
    from liftwatch.commands.engine import engine_command

    engine_command()


@app.command()
def api() -> None:
    """API and pages alone, over the stores of the settings."""
    from liftwatch.commands.api import api_command

    api_command()


@app.command()
def drill() -> None:
    """A whole rescue with a simulated platform, an exercise: prints its time line.

    Exit status 1 when the platform does not hold what it was told.
    """
    from liftwatch.commands.drill import drill_command

    if not drill_command():
        raise typer.Exit(1)


@app.command()
def rights() -> None:
    """Every route by every role, as `docs/rights.md` has it."""
    from liftwatch.commands.rights import rights_command

    rights_command()


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="Replay file; - is standard input.")],
    incidents: Annotated[Path, typer.Option(help="Where incidents go; - is standard output.")],
    dead_letters: Annotated[
        Path | None, typer.Option(help="Where lines that cannot be used go.")
    ] = None,
) -> None:
    """Run a file through the same decoding and detection: no broker, no database, no clock."""
    from liftwatch.commands.replay import replay_command

    replay_command(file, incidents=incidents, dead_letters=dead_letters)


@app.command()
def evaluate(
    *,
    incidents: Annotated[Path, typer.Option(help="Lines as replay writes; - is standard input.")],
    truth: Annotated[Path, typer.Option(help="Lines as simulate writes; - is standard input.")],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Where all figures go, as JSON.")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="Where a report with plots goes.")
    ] = None,
    min_recall: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Of all kinds together, and of each with a truth."),
    ] = None,
    min_precision: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Of all, and of each with a finding or a false alarm."),
    ] = None,
    lift_days: Annotated[
        float | None, typer.Option(help="Days times lifts watched, for false alarms a month.")
    ] = None,
) -> None:
    """Precision, recall, delay and false alarms per kind, each with its 95 % interval.

    Exit status 1 when a value is below a minimum, with a line for each kind. What is unknown is
    not below, and violations of quiet windows are told but fail nothing of themselves.
    """
    from liftwatch.commands.evaluate import evaluate_command

    kept = evaluate_command(
        incidents,
        truth,
        lift_days=lift_days,
        min_recall=min_recall,
        min_precision=min_precision,
        json_file=json_file,
        html_file=html_file,
    )
    if not kept:
        raise typer.Exit(1)


@app.command()
def simulate(
    seed: Annotated[int, typer.Option(help="The same seed gives the same lifts.")] = 1,
    lifts: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 10,
    days: Annotated[float, typer.Option(min=0.0001, help="How long, in simulated days.")] = 1.0,
    scenario: Annotated[Path | None, typer.Option(help="Faults to happen, as JSON.")] = None,
    speed: Annotated[float, typer.Option(min=0.01, help="Times real time, to a broker.")] = 1.0,
    start: Annotated[str | None, typer.Option(help="RFC 3339; for a file.")] = None,
    broker: Annotated[str | None, typer.Option(help="mqtt://host:port to publish to.")] = None,
    out: Annotated[Path | None, typer.Option(help="Replay file to write.")] = None,
    truth: Annotated[Path | None, typer.Option(help="Truth file to write beside it.")] = None,
    base_rates: Annotated[
        bool, typer.Option("--base-rates", help="Let happen what happens to real lifts, as often.")
    ] = False,
) -> None:
    """Simulated lifts to a broker, or to a replay file with the truth beside it."""
    from liftwatch.commands.simulate import FleetOptions, simulate_to_broker, simulate_to_file

    if (broker is None) == (out is None):
        raise Failure("simulate: give either --broker or --out")
    sort = FleetOptions(seed=seed, lifts=lifts, scenario=scenario, base_rates=base_rates)
    if broker is not None:
        simulate_to_broker(sort, days=days, speed=speed, url=broker)
    else:
        assert out is not None
        if truth is None:
            raise Failure("simulate: --out needs --truth")
        simulate_to_file(sort, days=days, start=start, out=out, truth=truth)


@app.command()
def train(
    *,
    replay: Annotated[
        list[Path] | None, typer.Option(help="Replay file; several follow one another in time.")
    ] = None,
    store: Annotated[
        bool, typer.Option("--store", help="What the stores of the settings hold.")
    ] = False,
    simulate: Annotated[
        list[int] | None, typer.Option(help="Healthy simulated lifts of this seed; several.")
    ] = None,
    days: Annotated[float, typer.Option(min=0.1, max=400, help="How far back, or long.")] = 30.0,
    lifts: Annotated[int, typer.Option(min=1, max=1_000, help="Simulated ones a seed.")] = 36,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the model; default: models in the data folder.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Keep it even if it is worse.")] = False,
) -> None:
    """Learn anew what rides and doors usually are; kept if no worse on lifts held back."""
    from liftwatch.commands.train import train_command

    kept = train_command(
        replay or (),
        store=store,
        seeds=simulate or (),
        days=days,
        lifts=lifts,
        out=out,
        force=force,
    )
    if not kept:
        raise typer.Exit(1)


@app.command()
def setup_store(
    shorten: Annotated[
        bool, typer.Option("--shorten", help="Give up what is older than it will be kept.")
    ] = False,
) -> None:
    """Make what the telemetry store of the settings needs: places, retention, sums. Repeatable."""
    from liftwatch.commands.setup_store import setup_store_command

    setup_store_command(shorten=shorten)


@app.command()
def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit status 1: it is outstanding.")
    ] = False,
) -> None:
    """Bring the relational store of the settings to this version's schema, as a start does."""
    from liftwatch.commands.migrate import check_command, migrate_command

    if not check:
        migrate_command()
    elif not check_command():
        raise typer.Exit(1)


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder of this moment is made in it.")],
) -> None:
    """Copy the relational store of the settings while it is in use, and verify the copy.

    Exit status 1: it is made, and its trail of who did what is not whole. 2: there is none.
    """
    from liftwatch.commands.backup import backup_command

    if not backup_command(folder):
        raise typer.Exit(1)


@app.command()
def restore(
    backup: Annotated[Path, typer.Argument(help="A folder that `liftwatch backup` made.")],
    anchors: Annotated[
        Path | None, typer.Option(help="Lines of `audit anchors` kept elsewhere; - is stdin.")
    ] = None,
) -> None:
    """Put a backup into the relational store of the settings, which must be empty.

    Exit status 1: it is there, and something is missing to use all of it. 2: nothing was put there.
    """
    from liftwatch.commands.backup import restore_command

    if not restore_command(backup, anchors=anchors):
        raise typer.Exit(1)


@app.command()
def schema(
    kind: Annotated[
        str | None, typer.Argument(help="Of which kind of message, or batch; none: lists them.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write all of them to.")] = None,
) -> None:
    """JSON Schema of what a terminal may publish."""
    from liftwatch.commands.schema import schema_command

    schema_command(kind, out=out)


@app.command()
def check_config() -> None:
    """What is wrong or unsafe, before a start; exit status 1 when something is wrong."""
    from liftwatch.commands.check_config import check_config_command

    if not check_config_command():
        raise typer.Exit(1)


@app.command()
def check_terminal(
    terminal: Annotated[str, typer.Argument(help="As it calls itself in every message.")],
    *,
    lift: Annotated[
        str | None, typer.Option(help="Take all that comes under this lift, whoever it is from.")
    ] = None,
    broker: Annotated[
        str | None, typer.Option(help="mqtt://host:port; default: that of the settings.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to listen.")] = 300.0,
    file: Annotated[Path | None, typer.Option(help="A replay file, instead of a broker.")] = None,
) -> None:
    """Listen to one terminal: what of the contract it keeps, breaks and leaves out."""
    from liftwatch.commands.check_terminal import check_terminal_command

    kept = check_terminal_command(terminal, lift=lift, broker=broker, seconds=seconds, file=file)
    if not kept:
        raise typer.Exit(1)


def main() -> None:
    """Run one command; whatever is wrong with it is one line and exit status 2."""
    try:
        code = app(standalone_mode=False)
    except (TyperException, Failure) as error:
        say = getattr(error, "format_message", error.__str__)
        print(f"liftwatch: {' '.join(say().split())}", file=sys.stderr)
        code = 2
    except (typer.Abort, KeyboardInterrupt):
        code = 130
    except BrokenPipeError:  # whoever read our output has enough
        sys.stderr.close()
        code = 141
    sys.exit(code or 0)


if __name__ == "__main__":
    main()

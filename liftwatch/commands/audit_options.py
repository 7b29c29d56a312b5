"""What `liftwatch audit` understands on the command line; what it does stands beside it."""

from pathlib import Path
from typing import Annotated, Literal, Optional

import typer

app = typer.Typer(help="The trail of who did or read what: verify it, keep its anchors, export it.")


@app.callback(invoke_without_command=True)
def options(context: typer.Context) -> None:
    """The trail of who did or read what: verify it, keep its anchors, export it."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def verify(
    *,
    anchors: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads it
        typer.Option(help="Lines of `audit anchors` kept elsewhere; - is standard input."),
    ] = None,
) -> None:
    """Tell whether the trail is whole, or which entry is the first wrong one: exit status 1."""
    from liftwatch.commands import audit

    if not audit.verify_command(anchors):
        raise typer.Exit(1)


@app.command()
def anchors() -> None:
    """Print day, number and hash: of every day, and of the newest entry. Keep them elsewhere."""
    from liftwatch.commands import audit

    audit.anchors_command()


@app.command()
def export(
    *,
    from_: Annotated[
        Optional[str],  # noqa: UP045 - typer reads it
        typer.Option("--from", help="A day such as 2026-03-02, or a moment with an offset."),
    ] = None,
    to: Annotated[
        Optional[str],  # noqa: UP045 - typer reads it
        typer.Option(help="Up to the end of this day, or before this moment."),
    ] = None,
    format: Annotated[
        Literal["jsonl", "csv"], typer.Option(help="csv is safe to open as a spreadsheet.")
    ] = "jsonl",
) -> None:
    """Write entries to standard output, with the people who did it. It is noted in the trail."""
    from liftwatch.commands import audit

    audit.export_command(audit.chosen(from_, to), format=format)

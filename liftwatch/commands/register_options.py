"""What `liftwatch register` understands on the command line; what it does stands beside it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(
    help="Lifts, households, organisations and places on record.", rich_markup_mode=None
)


@app.callback(invoke_without_command=True)
def options(context: typer.Context) -> None:
    """Lifts, households, organisations and places on record."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file; - is standard input.")],
    *,
    sheet: Annotated[
        Literal["lifts", "households", "organisations", "places"],
        typer.Option(help="What its rows are."),
    ],
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep all of it, if no row is wrong; else a dry run.")
    ] = False,
    area: Annotated[str | None, typer.Option(help="For rows that name none.")] = None,
    estate: Annotated[str | None, typer.Option(help="For rows that name none.")] = None,
) -> None:
    """Try a sheet, or keep it: every bad row with its line, column and reason, all or nothing.

    Exit status 1 when a row is wrong.
    """
    from liftwatch.commands.register import import_command

    defaults = {"area": area, "estate": estate}
    given = {name: value for name, value in defaults.items() if value is not None}
    if not import_command(file, sheet=sheet, keep=keep, defaults=given):
        raise typer.Exit(1)

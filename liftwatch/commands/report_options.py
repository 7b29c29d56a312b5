"""What `liftwatch report` understands on the command line; what it does stands beside it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(help="Reports of months and quarters: list them, make them, write them out.")


@app.callback(invoke_without_command=True)
def options(context: typer.Context) -> None:
    """Reports of months and quarters: list them, make them, write them out."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(name="list")
def list_() -> None:
    """Print the newest two hundred: id, period, scope, version, moment, SHA-256."""
    from liftwatch.commands import reports

    reports.list_command()


@app.command()
def make(
    period: Annotated[str, typer.Argument(help="A month as 2026-11, a quarter as 2026-Q4.")],
    *,
    area: Annotated[str, typer.Option(help="Of an area, as 320583.")] = "",
    estate: Annotated[str, typer.Option(help="Of an estate, as 320583/garden.")] = "",
    unit: Annotated[str, typer.Option(help="Of a maintenance unit, by its id.")] = "",
) -> None:
    """Make a report now: the next version where there is one. It is noted in the trail."""
    from liftwatch.commands import reports

    reports.make_command(period, area=area, estate=estate, unit=unit)


@app.command()
def due() -> None:
    """Make all that the clock owes now, as the engine does."""
    from liftwatch.commands import reports

    reports.due_command()


@app.command()
def write(
    id: Annotated[str, typer.Argument(help="The report's id.")],
    file: Annotated[Path, typer.Argument(help="Where to: .pdf, .csv, .html or .json by its end.")],
    *,
    language: Annotated[Literal["zh", "en"], typer.Option(help="In which language.")] = "zh",
) -> None:
    """Write a report to a file."""
    from liftwatch.commands import reports

    reports.write_command(id, file, language=language)

"""What `liftwatch fund` understands on the command line; what it does stands beside it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(help="The maintenance fund's books: verify them, keep anchors, export them.")


@app.callback(invoke_without_command=True)
def options(context: typer.Context) -> None:
    """The maintenance fund's books: verify them, keep their anchors, export them."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def verify(
    *,
    anchors: Annotated[
        list[Path],
        typer.Option(help="More lines of `fund anchors`, kept elsewhere. May be given again."),
    ] = [],  # noqa: B006 - typer makes one of its own
) -> None:
    """Reckon everything anew from zero; exit status 1 names the first wrong entry."""
    from liftwatch.commands import fund

    if not fund.verify_command(anchors):
        raise typer.Exit(1)


@app.command()
def anchor() -> None:
    """Remember now where the books stand, as the engine does every minute, and print it."""
    from liftwatch.commands import fund

    fund.anchor_command()


@app.command()
def anchors() -> None:
    """Print moment, number and hash of all anchors. Keep them elsewhere."""
    from liftwatch.commands import fund

    fund.anchors_command()


@app.command()
def statement(
    file: Annotated[Path, typer.Argument(help="The bank's CSV file.")],
    *,
    account: Annotated[str, typer.Option(help="The special account, as the books name it.")],
) -> None:
    """Hold a bank's statement against the books; nothing is booked. Exit status 1: they differ."""
    from liftwatch.commands import fund_statement

    if not fund_statement.statement_command(file, account=account):
        raise typer.Exit(1)


@app.command()
def export(
    *,
    format: Annotated[
        Literal["beancount", "hledger"], typer.Option(help="For which program.")
    ] = "beancount",
) -> None:
    """Write the whole journal to standard output. It is noted in the trail."""
    from liftwatch.commands import fund

    fund.export_command(format)

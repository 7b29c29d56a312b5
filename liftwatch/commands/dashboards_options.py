"""What `liftwatch dashboards` understands on the command line; what it does stands beside it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(help="Grafana: its dashboards, its data sources, and what each may read.")

Role = Annotated[
    Literal["property", "maintenance", "supervision", "custodian", "operations"],
    typer.Argument(help="Who looks in that organisation of Grafana."),
]
Console = Annotated[
    str | None, typer.Option(help="Where links into the console lead, as https://lift.example.")
]


@app.callback(invoke_without_command=True)
def options(context: typer.Context) -> None:
    """Grafana: its dashboards, its data sources, and what each may read."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def build(
    *,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to; default: where they are checked in.")
    ] = None,
    console: Console = None,
    organisation: Annotated[
        int, typer.Option(min=1, help="Number of the organisation in provisioning files.")
    ] = 1,
) -> None:
    """Write dashboards and provisioning files anew from the code; names what changed."""
    from liftwatch.commands import dashboards

    dashboards.build_command(out, console=console, organisation=organisation)


@app.command()
def push(role: Role, *, console: Console = None) -> None:
    """Bring the organisation of LIFTWATCH_GRAFANA_TOKEN to the files, over Grafana's HTTP API."""
    from liftwatch.commands import dashboards

    dashboards.push_command(role, console=console)


@app.command()
def check(role: Role, *, console: Console = None) -> None:
    """What of it differs in Grafana from the files; exit status 1 when anything does."""
    from liftwatch.commands import dashboards

    if not dashboards.check_command(role, console=console):
        raise typer.Exit(1)


@app.command()
def reader(
    role: Role,
    *,
    organisation: Annotated[
        str | None, typer.Option(help="Whose rows it reads: an organisation's id.")
    ] = None,
) -> None:
    """Make the PostgreSQL role by which an organisation's Grafana reads, or its new password."""
    from liftwatch.commands import dashboards

    dashboards.reader_command(role, organisation=organisation)


@app.command()
def readers(
    *, drop: Annotated[str | None, typer.Option(help="Take this one away.")] = None
) -> None:
    """The readers there are: name, role, organisation."""
    from liftwatch.commands import dashboards

    dashboards.readers_command(drop)


@app.command()
def preview(
    role: Role,
    *,
    out: Annotated[Path, typer.Option(help="Folder to write the pages to.")],
    lift: Annotated[
        str | None, typer.Option(help="The lift of the dashboard of one; default: the first.")
    ] = None,
    console: Console = None,
) -> None:
    """Every dashboard of a role as a page with its data, to look at without Grafana: it asks what
    LIFT_PG_HOST and the other variables of the data sources name, as Grafana does."""
    from liftwatch.commands import dashboards

    dashboards.preview_command(role, out=out, lift=lift, console=console)

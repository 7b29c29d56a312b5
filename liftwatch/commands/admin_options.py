"""The command line of `liftwatch admin`."""

from typing import Annotated

import typer

app = typer.Typer(
    help="Administrators, ways in, and the change of the secret.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Login = Annotated[str, typer.Argument(help="2 to 64 of a-z, 0-9, '.', '_', '@' and '-'.")]


@app.command()
def create(
    login: Login,
    name: Annotated[str | None, typer.Option(help="Of the person; default: the login.")] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Make an administrator; from the first one on, whoever opens a page signs in."""
    from liftwatch.commands.admin import create_command

    create_command(login, name=name, password_stdin=password_stdin)


@app.command()
def link(login: Login) -> None:
    """Print a link that signs somebody in once, within half an hour."""
    from liftwatch.commands.admin import link_command

    link_command(login)


@app.command()
def reseal(
    check: Annotated[bool, typer.Option("--check", help="Change nothing, only count.")] = False,
) -> None:
    """Seal names with the first of the secrets; after exit status 0 the others may go."""
    from liftwatch.commands.admin import reseal_command

    if not reseal_command(check=check):
        raise typer.Exit(1)

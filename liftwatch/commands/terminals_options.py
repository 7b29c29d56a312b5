"""What `liftwatch terminals` understands on the command line; what it does stands beside it."""

from typing import Annotated, Literal, Optional

import typer

app = typer.Typer(help="Credentials at the broker: one a terminal, bound to its lifts.")

Name = Annotated[str, typer.Argument(help="User name at the broker; `terminal` of its messages.")]
Lift = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer reads it
    typer.Option(help="A lift it speaks for, alone of all; may be repeated."),
]
AnyLift = Annotated[
    bool, typer.Option("--any-lift", help="It speaks for any lift bound to nobody.")
]
Gateway = Annotated[
    Optional[str],  # noqa: UP045 - typer reads it
    typer.Option(help="The name in whose topic it sends batches; empty for none."),
]


@app.callback(invoke_without_command=True)
def options(context: typer.Context) -> None:
    """Credentials at the broker: one a terminal, bound to its lifts."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def issue(
    name: Name,
    *,
    lift: Lift = None,
    gateway: Gateway = None,
    role: Annotated[
        Literal["terminal", "reader", "canary"],
        typer.Option(help="reader: the service; canary: its canary."),
    ] = "terminal",
    password_stdin: Annotated[
        bool,
        typer.Option(
            "--password-stdin", help="Made elsewhere; read from standard input, not shown."
        ),
    ] = False,
) -> None:
    """Make a credential and print its password, once. Without --lift it speaks for any lift."""
    from liftwatch.commands import terminals

    wanted = terminals.asked(lift or (), any_lift=False, gateway=gateway)
    terminals.issue_command(name, wanted, role=role, password_stdin=password_stdin)


@app.command()
def rotate(
    name: Name, *, lift: Lift = None, any_lift: AnyLift = False, gateway: Gateway = None
) -> None:
    """Give a credential a new password and print it, once; other lifts, if any are given."""
    from liftwatch.commands import terminals

    terminals.rotate_command(name, terminals.asked(lift or (), any_lift=any_lift, gateway=gateway))


@app.command()
def bind(
    name: Name, *, lift: Lift = None, any_lift: AnyLift = False, gateway: Gateway = None
) -> None:
    """Give a credential other lifts; its password stays."""
    from liftwatch.commands import terminals

    terminals.bind_command(name, terminals.asked(lift or (), any_lift=any_lift, gateway=gateway))


@app.command()
def revoke(name: Name) -> None:
    """Withdraw a credential and its lifts: it is cut off, and what is heard of it is kept apart."""
    from liftwatch.commands import terminals

    terminals.revoke_command(name)


@app.command(name="list")
def list_() -> None:
    """Print all credentials and their lifts."""
    from liftwatch.commands import terminals

    terminals.list_command()


@app.command()
def write() -> None:
    """Write the broker's files anew, as for a new machine, and let it read them."""
    from liftwatch.commands import terminals

    terminals.write_command()

"""The options of `liftwatch notify`."""

from typing import Annotated

import typer

app = typer.Typer(help="The channels by which people are told of incidents.")


@app.callback()
def notify() -> None:
    """The channels by which people are told of incidents."""


@app.command("test")
def notify_test(
    channel: Annotated[str, typer.Argument(help="email, sms, voice, or the name of a webhook.")],
    to: Annotated[
        str | None, typer.Option(help="An address for email, a number for sms and voice.")
    ] = None,
) -> None:
    """Send a test by a channel now, and say what came of it; 1 when it was not taken."""
    from liftwatch.commands.channels import notify_test_command

    if not notify_test_command(channel, to=to):
        raise typer.Exit(1)

"""What `liftwatch deadletters` understands on the command line; what it does stands beside it."""

from typing import Annotated, Optional

import typer

app = typer.Typer(help="What could not be used, and another try of it.")

Reason = Annotated[
    Optional[str],  # noqa: UP045 - typer reads it
    typer.Option(help="Only of this reason."),
]
Topic = Annotated[
    Optional[str],  # noqa: UP045 - typer reads it
    typer.Option(help="Only with this in the topic, such as a lift."),
]
Since = Annotated[
    Optional[str],  # noqa: UP045 - typer reads it
    typer.Option(help="Only received since then, such as 2026-03-02T08:00:00Z."),
]


@app.callback(invoke_without_command=True)
def options(context: typer.Context) -> None:
    """What could not be used, and another try of it."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("list")
def list_letters(
    *,
    reason: Reason = None,
    topic: Topic = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    retried: Annotated[bool, typer.Option("--retried", help="Those that were retried, too.")] = (
        False
    ),
) -> None:
    """Print letters, the newest first: number, time, reason, topic, what was wrong."""
    from liftwatch.commands import deadletters

    which = deadletters.chosen((), reason=reason, topic=topic, since=since)
    deadletters.list_command(which._replace(waiting=not retried), limit=limit)


@app.command()
def show(number: Annotated[int, typer.Argument(help="The letter's number.")]) -> None:
    """Print everything of one letter; what is no text in hexadecimal."""
    from liftwatch.commands import deadletters

    deadletters.show_command(number)


@app.command()
def retry(
    numbers: Annotated[
        Optional[list[int]],  # noqa: UP045 - typer reads it
        typer.Argument(help="The letters' numbers."),
    ] = None,
    *,
    reason: Reason = None,
    topic: Topic = None,
    since: Since = None,
    every: Annotated[bool, typer.Option("--all", help="All that wait.")] = False,
) -> None:
    """Let letters go the whole way once more, after what was wrong was mended."""
    from liftwatch.commands import deadletters

    which = deadletters.chosen(numbers or (), reason=reason, topic=topic, since=since)
    deadletters.retry_command(deadletters.narrowed(which, every=every))

"""`guardsh pending`."""

from __future__ import annotations

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.confirm.requests import Request


@click.command(short_help="list what waits for your yes")
@click.option("--json", "as_json", is_flag=True, help="As one JSON list.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List the commands that wait for a person's yes, and those approved that didn't run yet.

    Exit status: 0, also if nothing waits; 1 if the requests can't be read.
    """
    from guardsh.confirm import requests

    try:
        found = requests.waiting()
    except OSError as error:
        click.echo(f"guardsh: the requests can't be read: {error}", err=True)
        context.exit(1)
    if as_json:
        import json

        click.echo(json.dumps([_plain(request) for request in found], indent=2))
    elif not found:
        click.echo("Nothing is waiting.")
    else:
        click.echo("\n".join(_lines(found)))


def _plain(request: Request) -> dict[str, object]:
    from guardsh import show

    return {
        "id": request.id,
        "state": request.state,
        "seconds_left": int(request.left()),
        "score": request.verdict.score,
        "agent": request.agent,
        "directory": request.directory,
        "reason": show.why(request.verdict),
        "command": request.verdict.text,
    }


def _lines(found: list[Request]) -> list[str]:
    """One line each, in columns as wide as their content."""
    from guardsh import show
    from guardsh.confirm.approver import time_left
    from guardsh.show.text import visible, width_of

    rows = [
        (
            request.id,
            "approved" if request.state == "approved" else f"{time_left(request)} left",
            str(request.verdict.score),
            visible(request.agent) or "-",
            visible(request.directory),
        )
        for request in found
    ]
    widths = [max(map(width_of, column)) for column in zip(*rows)]
    return [
        "  ".join(
            [*(cell + " " * (width - width_of(cell)) for cell, width in zip(row, widths)), show.why(request.verdict)]
        )
        for row, request in zip(rows, found)
    ]

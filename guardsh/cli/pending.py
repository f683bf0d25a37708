"""`guardsh pending`."""

from __future__ import annotations

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardsh.confirm.remembered import Like
    from guardsh.confirm.requests import Request


@click.command(short_help="list what waits for your yes")
@click.option("--remembered", is_flag=True, help="What is allowed for the rest of a session, as the like of an act.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON list.")
@click.pass_context
def command(context: click.Context, remembered: bool, as_json: bool) -> None:
    """List the commands that wait for a person's yes, and those approved that didn't run yet.

    With --remembered, the kinds of acts that are allowed for a session; guardsh deny --forget ID takes one back.

    Exit status: 0, also if nothing waits; 1 if the requests can't be read.
    """
    import json

    from guardsh.confirm import remembered as likes
    from guardsh.confirm import requests

    try:
        if remembered:
            kept = likes.listed()
            plain, lines = [*map(_plain_like, kept)], _like_lines(kept)
        else:
            found = requests.waiting()
            plain, lines = [*map(_plain, found)], _lines(found)
    except OSError as error:
        click.echo(f"guardsh: the requests can't be read: {error}", err=True)
        context.exit(1)
    if as_json:
        click.echo(json.dumps(plain, indent=2))
    else:
        click.echo("\n".join(lines) or ("Nothing is remembered." if remembered else "Nothing is waiting."))


def _plain_like(like: Like) -> dict[str, object]:
    return {
        "id": like.id,
        "seconds_left": int(like.left()),
        "score": like.score,
        "agent": like.agent,
        "session": like.session,
        "directory": like.directory,
        "allows": like.words,
    }


def _like_lines(kept: list[Like]) -> list[str]:
    """A line each: id, time left, score, agent, session, what is allowed."""
    from guardsh.show.text import visible

    return _columns(
        [
            (
                one.id,
                f"{int(one.left()) // 3600}:{int(one.left()) // 60 % 60:02} h left",
                f"to {one.score}",
                visible(one.agent) or "-",
                visible(one.session)[:12],
                visible(one.words),
            )
            for one in kept
        ]
    )


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
    from guardsh.show.text import visible

    rows = [
        (
            request.id,
            "approved" if request.state == "approved" else f"{time_left(request)} left",
            str(request.verdict.score),
            visible(request.agent) or "-",
            visible(request.directory),
            show.why(request.verdict),
        )
        for request in found
    ]
    return _columns(rows)


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The rows with all columns but the last as wide as their content."""
    from guardsh.show.text import width_of

    widths = [max(map(width_of, column)) for column in zip(*rows)][:-1]
    lines = []
    for row in rows:
        cells = [cell + " " * (width - width_of(cell)) for cell, width in zip(row, widths)]
        lines.append("  ".join([*cells, row[-1]]))
    return lines

"""`guardsh deny ID [WORD…]`."""

from __future__ import annotations

import click


@click.command(short_help="refuse a request, or take a yes back")
@click.argument("request", metavar="ID")
@click.argument("word", nargs=-1, metavar="[WORD]...")
@click.pass_context
def command(context: click.Context, request: str, word: tuple[str, ...]) -> None:
    """Refuse a request, with a word to the agent if you like; takes back a yes that wasn't used yet.

    Needs no passphrase: a no is always allowed.

    Exit status: 0 refused, 1 there was nothing to refuse.
    """
    from guardsh.confirm import requests

    try:
        denied = requests.deny(request, " ".join(word))
    except (requests.NotOpen, OSError) as error:
        click.echo(f"guardsh: not refused: {error}", err=True)
        context.exit(1)
    click.echo(f"Refused: {denied.id} doesn't run.", err=True)

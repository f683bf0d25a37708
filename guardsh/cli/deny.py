"""`guardsh deny ID [WORD…]`, `guardsh deny --forget ID`."""

from __future__ import annotations

import click


@click.command(short_help="refuse a request, or take a yes back")
@click.argument("request", metavar="ID")
@click.argument("word", nargs=-1, metavar="[WORD]...")
@click.option("--forget", is_flag=True, help="ID is of a remembered yes (guardsh pending --remembered), or all.")
@click.pass_context
def command(context: click.Context, request: str, word: tuple[str, ...], forget: bool) -> None:
    """Refuse a request, with a word to the agent if you like; takes back a yes that wasn't used yet.

    With --forget, what is like an act that you allowed is asked about again.

    Needs no passphrase: a no is always allowed.

    Exit status: 0 refused, 1 there was nothing to refuse.
    """
    from guardsh.confirm import approver, requests

    try:
        said = _forgotten(request) if forget else f"Refused: {approver.refuse(request, ' '.join(word)).id} doesn't run."
    except (requests.NotOpen, OSError) as error:
        click.echo(f"guardsh: not {'forgotten' if forget else 'refused'}: {error}", err=True)
        context.exit(1)
    click.echo(said, err=True)


def _forgotten(name: str) -> str:
    """What was forgotten. Raises requests.NotOpen if there was nothing, or OSError."""
    from guardsh.confirm import remembered, requests
    from guardsh.show.text import visible

    found = remembered.forget("" if name.strip().lower() == "all" else name)
    if not found:
        raise requests.NotOpen(f"no yes is remembered as {visible(name)[:20]}; guardsh pending --remembered lists them")
    return "\n".join(f"Forgotten: {visible(one.words)}" for one in found)

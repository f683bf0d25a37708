"""`guardsh watch`."""

from __future__ import annotations

import os

import click


@click.command(short_help="answer agents' requests on a screen of your own")
@click.pass_context
def command(context: click.Context) -> None:
    """Show what waits for your yes, full screen, and answer it there.

    Asks the passphrase once. Each request is shown with what would be lost; you type its phrase to allow it once, or d
    and a word to the agent. While it runs, a guarded shell that needs your yes waits for it instead of stopping the
    command at once. Run it in a terminal of your own, where no agent works.

    Exit status: 0 when you leave, 1 if it can't start.
    """
    from guardsh.confirm import watching

    answer = watching.watch(os.environ)
    click.echo(answer.said, err=True)
    context.exit(0 if answer.yes else 1)

"""`guardsh approve ID`."""

from __future__ import annotations

import os

import click


@click.command(short_help="let a blocked command run once")
@click.argument("request", metavar="ID")
@click.pass_context
def command(context: click.Context, request: str) -> None:
    """Look at a blocked command and let it run once, if it comes again within ten minutes.

    Asks the passphrase unless this terminal is unlocked, shows what would be lost, and has you type the phrase. Works
    only in a terminal of your own: not in an agent's, not from a sandbox, not in the background.

    Exit status: 0 approved, 1 not.
    """
    from guardsh.confirm import approver

    answer = approver.approve(request, os.environ)
    click.echo(answer.said, err=True)
    context.exit(0 if answer.yes else 1)

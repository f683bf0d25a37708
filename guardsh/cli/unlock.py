"""`guardsh unlock`."""

from __future__ import annotations

import os

import click


@click.command(short_help="let this terminal say yes for a while")
@click.option("--hours", type=click.FloatRange(0.01, 24), default=8.0, show_default=True, help="For how long.")
@click.option("--lock", is_flag=True, help="Lock it again.")
@click.pass_context
def command(context: click.Context, hours: float, lock: bool) -> None:
    """Unlock this terminal by the passphrase: a yes typed here counts for an agent's request.

    Only this one: the terminal, its shell and that shell's start. Never do it in a terminal that an agent uses.

    Exit status: 0 unlocked (or locked, with --lock), 1 not.
    """
    from guardsh.confirm import approver, unlocked

    if lock:
        try:
            was = unlocked.lock()
        except OSError as error:
            click.echo(f"guardsh: this terminal can't be locked: {error}", err=True)
            context.exit(1)
        click.echo("This terminal is locked." if was else "This terminal was locked already.", err=True)
        return
    answer = approver.unlock(os.environ, hours)
    click.echo(answer.said, err=True)
    context.exit(0 if answer.yes else 1)

"""`guardsh setup`."""

from __future__ import annotations

import os

import click


@click.command(short_help="choose the passphrase for your yes")
@click.pass_context
def command(context: click.Context) -> None:
    """Choose the passphrase that tells you from an agent, or change it.

    It unlocks terminals (guardsh unlock) and approves requests (guardsh approve). It is asked on your terminal, kept
    as a scrypt hash in ~/.config/guardsh/passphrase, and changed only by who knows the old one.

    Exit status: 0 set, 1 not set.
    """
    from guardsh.confirm import approver

    answer = approver.setup(os.environ)
    click.echo(answer.said, err=True)
    context.exit(0 if answer.yes else 1)

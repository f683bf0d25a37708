"""`guardsh demo`."""

from __future__ import annotations

import click


@click.command(short_help="the nine seconds, replayed against a stand-in")
@click.option("--no-ask", is_flag=True, help="Leave out the part in which you are asked.")
@click.pass_context
def command(context: click.Context, no_ask: bool) -> None:
    """Play the nine seconds in which an agent deleted a production volume.

    In a throw-away directory, against a stand-in for the provider's API on 127.0.0.1: ordinary commands pass, the
    deletion is blocked, and the stand-in shows what arrived. Your files, your settings and your log aren't touched.

    Exit status: 0 if all went as told, 1 if not.
    """
    from guardsh.demo.play import person_is_here, play

    context.exit(play(click.echo, not no_ask and person_is_here()))

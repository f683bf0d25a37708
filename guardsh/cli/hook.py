"""`guardsh hook AGENT`."""

from __future__ import annotations

import click

from guardsh.agents import AGENTS


@click.command(short_help="answer an agent's hook")
@click.argument("agent", type=click.Choice(sorted(AGENTS)))
def command(agent: str) -> None:
    """Answer the hook of AGENT: its payload on standard input, the answer on standard output.

    guardsh install puts this, by a quicker way, into the agent's settings. Whatever goes wrong is a denial.
    """
    from guardsh.agents import hook

    hook.main(agent)

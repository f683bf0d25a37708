"""`guardsh uninstall AGENT`."""

from __future__ import annotations

import os

import click

from guardsh import places
from guardsh.agents import AGENTS


@click.command(short_help="take guardsh away from an agent")
@click.argument("agent", type=click.Choice(sorted(AGENTS)))
@click.option("--user", "scope", flag_value="user", default=True, help="From your own settings (default).")
@click.option("--project", "scope", flag_value="project", help="From the settings of the project in this directory.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.pass_context
def command(context: click.Context, agent: str, scope: str, dry_run: bool) -> None:
    """Take guardsh's hook out of the settings of AGENT.

    If nobody else has changed the file since the installation, it gets back every byte that it had before; else only
    guardsh's own entries go. An agent that runs this is refused.

    Exit status: 0 removed or not there, 1 not removed.
    """
    from guardsh.agents import install
    from guardsh.cli.install import difference

    try:
        path = install.settings_file(agent, scope, os.getcwd(), dict(os.environ))
        change = install.removal(agent, path)
        if dry_run:
            click.echo(difference(change), nl=False)
            return
        _not_for_agents()
        install.apply(agent, change)
    except (install.CannotInstall, places.Unsafe) as problem:
        click.echo(f"guardsh: not removed: {problem}.", err=True)
        context.exit(1)
    click.echo(f"guardsh wasn't in {change.path}." if change.nothing else f"guardsh is out of {change.path}.")


def _not_for_agents() -> None:
    from guardsh.agents.install import CannotInstall
    from guardsh.confirm import presence

    if reason := presence.agent_speaks(dict(os.environ)):
        raise CannotInstall(f"{reason}. Run it in a terminal of your own")

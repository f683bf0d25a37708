"""`guardsh install AGENT`."""

from __future__ import annotations

import os

import click

from guardsh import places
from guardsh.agents import AGENTS, SHELL_ONLY


@click.command(short_help="put guardsh in front of an agent")
@click.argument("agent", type=click.Choice(sorted((*AGENTS, *SHELL_ONLY))))
@click.option(
    "--user", "scope", flag_value="user", default=True, help="In your own settings, for every project (default)."
)
@click.option("--project", "scope", flag_value="project", help="In the settings of the project in this directory.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.pass_context
def command(context: click.Context, agent: str, scope: str, dry_run: bool) -> None:
    """Put guardsh's hook into the settings of AGENT, after a test that the hook refuses what it shall refuse.

    What the settings held before is kept; guardsh uninstall gives it back. Run again, it changes nothing. For agents
    without hooks (aider, continue, zed) it says how to give them a guarded shell.

    Exit status: 0 installed, 1 not.
    """
    from guardsh.agents import install, shells

    if agent in SHELL_ONLY:
        click.echo(shells.STEPS[agent].format(front=shells.FRONT), nl=False)
        return
    try:
        _install(agent, scope, dry_run)
    except (install.CannotInstall, places.Unsafe) as problem:
        click.echo(f"guardsh: not installed: {problem}.", err=True)
        context.exit(1)


def _install(agent: str, scope: str, dry_run: bool) -> None:
    from guardsh.agents import install

    setup = install.SETUPS[agent]
    environment = dict(os.environ)
    path = install.settings_file(agent, scope, os.getcwd(), environment)
    version = install.version_of(agent, environment)
    change = install.installation(agent, path, version)
    if dry_run:
        click.echo(difference(change), nl=False)
        return
    if problem := install.problem_of(agent, install.hook_command(setup.HOOK), os.getcwd(), environment):
        raise install.CannotInstall(f"the hook {problem}; nothing was changed. guardsh doctor says more")
    backup = install.apply(agent, change)
    click.echo(
        f"guardsh stands in front of {agent} already." if change.nothing else f"guardsh stands in front of {agent}."
    )
    click.echo(f"  settings: {change.path}")
    if backup:
        click.echo(f"  as it was before: kept in {backup}")
    click.echo("  tested: the canary is refused, a harmless command passes")
    for weakness in _still_open(agent, change.path, version):
        click.echo(f"  open: {weakness}")
    if scope == "project" and setup.PROJECT_IS_SHARED:
        click.echo(f"  open: {change.path} holds paths of this machine: keep it out of git")
    if setup.AFTERWARDS:
        click.echo(f"\nNow: {setup.AFTERWARDS}")
    _next_steps(setup.INSTRUCTIONS)


def _still_open(agent: str, path: str, version: tuple[int, ...]) -> list[str]:
    from guardsh.agents import install

    setup = install.SETUPS[agent]
    with open(path, encoding="utf-8-sig") as file:
        text = file.read()
    hooks = [handler for event, _, handler in setup.hooks(text) if setup.guards_commands(event)]
    found = [said for handler in hooks for said in setup.weaknesses(handler, version)]
    if setup.switched_off(text):
        found.append("these settings switch hooks off, so the agent runs none")
    return list(dict.fromkeys(found))


def _next_steps(file: str) -> None:
    from guardsh.agents import install
    from guardsh.confirm import passphrase

    if not passphrase.is_set():
        click.echo("\nNext, in a terminal of your own: guardsh setup  (the passphrase for your yes)")
    click.echo(f"\nLines for {file}, lest the agent takes guardsh's messages for an injection:\n")
    click.echo(install.INSTRUCTIONS, nl=False)


def difference(change: object) -> str:
    """A change as a unified diff; one line if there is none."""
    from difflib import unified_diff

    from guardsh.agents.install import Change

    assert isinstance(change, Change)
    if change.nothing:
        return f"{change.path}: nothing to change\n"
    before, after = (
        (text or b"").decode("utf-8", "replace").splitlines(keepends=True) for text in (change.before, change.after)
    )
    names = (
        change.path if change.before is not None else "/dev/null",
        change.path if change.after is not None else "/dev/null",
    )
    lines = unified_diff(before, after, *names)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

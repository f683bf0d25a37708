"""`guardsh shims DIR`."""

from __future__ import annotations

import os

import click


@click.command(short_help="front doors named bash, sh and zsh")
@click.argument("directory", metavar="DIR")
@click.option("--remove", is_flag=True, help="Remove them again.")
@click.pass_context
def command(context: click.Context, directory: str, remove: bool) -> None:
    """Write front doors called bash, sh and (where there is one) zsh into DIR, a directory of their own.

    Agents judge a shell by its name. Give an agent DIR/bash as its shell, or put DIR first on its PATH. Run it again
    after an upgrade. As a login shell (chsh) a front door can't tell that it is one.

    Exit status: 0 done, 1 not.
    """
    from guardsh.shell import doors

    try:
        if remove:
            found = doors.remove(directory)
            click.echo("\n".join(f"removed {path}" for path in found) or f"There are no front doors in {directory}.")
            return
        for path in doors.make(directory, doors.start_words()):
            click.echo(path)
    except (doors.CannotMake, OSError) as problem:
        click.echo(f"guardsh: {'not removed' if remove else 'not made'}: {problem}", err=True)
        context.exit(1)
    click.echo(f"\nGive one to an agent as its shell, or: PATH={os.path.abspath(directory)}:$PATH", err=True)

"""`guardsh init SHELL`."""

from __future__ import annotations

import os

import click

WAYS = ("bash", "zsh", "bash-env")


@click.command(short_help="start-up code that guards a shell from inside")
@click.argument("shell", type=click.Choice(WAYS))
@click.option("--install", is_flag=True, help="bash-env: write the file and say where it is.")
@click.pass_context
def command(context: click.Context, shell: str, install: bool) -> None:
    """Print the code that guards a shell from inside.

    \b
    bash, zsh  for interactive shells: eval "$(guardsh init bash)" as the last line of ~/.bashrc (~/.zshrc).
               What is typed is judged at Enter, as a whole.
    bash-env   a file for BASH_ENV: every bash -c of programs below has its text judged first.

    Exit status: 0 done, 1 not.
    """
    from guardsh import places
    from guardsh.shell import doors, inside, prompts

    try:
        start = doors.start_words()
        if shell == "bash-env" and install:
            path = os.path.join(places.config_dir(), "bash-env.bash")
            places.replace_private(path, inside.environment_file(start))
            click.echo(f"export BASH_ENV={doors.quoted(path) if ' ' in path else path}")
            return
        if install:
            raise doors.CannotMake(
                'only bash-env has a file of its own; the others are a line: eval "$(guardsh init bash)"'
            )
        made = {"bash": prompts.bash, "zsh": prompts.zsh, "bash-env": inside.environment_file}
        click.echo(made[shell](start), nl=False)
    except (doors.CannotMake, OSError) as problem:
        click.echo(f"guardsh: {problem}", err=True)
        context.exit(1)

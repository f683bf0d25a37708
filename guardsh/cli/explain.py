"""`guardsh explain TEXT`."""

from __future__ import annotations

import os
import sys

import click


@click.command(short_help="how a score comes about, line by line")
@click.argument("text", required=False)
@click.option("--dialect", type=click.Choice(["bash", "sh", "zsh"]), default="bash", help="The shell (bash).")
def command(text: str | None, dialect: str) -> None:
    """Show how guardsh judges TEXT (or standard input), without running it.

    Each finding with the part of the command that it is about, its score step by step, what would be lost, what to do
    instead, and how much of the command was understood.

    Exit status: 0, whatever the verdict (`guardsh check` answers by its exit status).
    """
    from shutil import get_terminal_size

    from guardsh import show
    from guardsh.cli.common import judged, text_given

    text = text_given(text)
    width = min(max(get_terminal_size((80, 24)).columns, 40), 100) if sys.stdout.isatty() else 80
    colour = show.colours(sys.stdout, os.environ)
    click.echo(show.explain(judged(text, dialect=dialect), width=width, colour=colour), nl=False, color=colour)

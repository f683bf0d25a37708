"""`guardsh trust [FILE]`."""

from __future__ import annotations

import os

import click

from guardsh.confirm.terminal import Answer


@click.command(short_help="let a project's configuration loosen too")
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--revoke", is_flag=True, help="Take the trust back; needs no passphrase.")
@click.pass_context
def command(context: click.Context, file: str | None, revoke: bool) -> None:
    """Trust a project's configuration (by default the nearest .guardsh.toml) exactly as it is now.

    Until then it can only tighten. The trust ends with any change of the file. Even a trusted one can't choose the real
    shell's program or the command that tells you of requests. Asks the passphrase unless this terminal is unlocked.

    Exit status: 0 done, 1 not.
    """
    from guardsh import config_file

    path = os.path.abspath(file) if file else nearest(os.getcwd())
    try:
        if not path:
            answer = Answer(False, "There is no .guardsh.toml in this directory or above it.")
        elif revoke:
            known = config_file.distrust(path)
            answer = Answer(known, f"{path} is no longer trusted." if known else f"{path} wasn't trusted.")
        else:
            answer = trust(path)
    except (config_file.Bad, OSError) as error:
        answer = Answer(False, f"Not trusted: {error}.")
    click.echo(answer.said, err=True)
    context.exit(0 if answer.yes else 1)


def nearest(directory: str) -> str:
    """The project file in a directory or the nearest above it, "" if there is none."""
    from guardsh.config import PROJECT

    while not os.path.lexists(path := os.path.join(directory, PROJECT)):
        if directory == os.path.dirname(directory):
            return ""
        directory = os.path.dirname(directory)
    return path


def trust(path: str) -> Answer:
    """Shows a file to a person and takes their word. Raises Bad if it can't be used, or OSError."""
    from guardsh import config_file
    from guardsh.confirm import approver, presence, unlocked
    from guardsh.confirm.terminal import terminal
    from guardsh.show.text import visible

    if reason := presence.may_approve(os.environ):
        return Answer(False, f"Not trusted: {reason}. Do it in a terminal of your own.")
    content = config_file.content_of(path, own=False)
    config_file.check(config_file.table_of(path, content), path)
    with terminal() as where:
        if not unlocked.here() and (reason := approver.not_the_person(where)):
            return Answer(False, f"Not trusted: {reason}")
        where.show(f"\n{visible(path)}\n")
        for written in content.decode("utf-8").splitlines():
            where.show(f"    {visible(written)}\n")
        where.show("\n  Type  trust this  to let it loosen too. Anything else changes nothing.\n")
        line = where.line("  > ")
        if line.text != "trust this":
            return Answer(False, f"{line.reason or 'That is something else.'} Nothing was changed.")
        config_file.trust_content(path, content)
    return Answer(True, "Trusted as it is now; a change ends that.")

"""`guardsh wrong ID`."""

from __future__ import annotations

import os

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.rules.wrong import Example


@click.command(short_help="turn a wrong verdict into an example")
@click.argument("name", metavar="ID")
@click.option("--line", "only_line", is_flag=True, help="Print the example's line and nothing else.")
def command(name: str, only_line: bool) -> None:
    """Turn a verdict of the log that was wrong into a line for a pack: the command without its secrets, and without
    the names of your home and project.

    ID is that of a request, the beginning of an entry's hash (guardsh log --json), or "last" for the last stop.
    Nothing is sent and nothing is changed.

    Exit status: 0, or 1 if there is no such entry.
    """
    from guardsh import places
    from guardsh.cli.common import rules
    from guardsh.config import load
    from guardsh.record import log
    from guardsh.rules import wrong

    try:
        record = wrong.entry(name, list(log.read()))
    except (wrong.Unusable, OSError) as problem:
        raise click.ClickException(str(problem)) from None
    try:
        home = places.home()
    except OSError:
        home = ""
    in_force = rules(load(os.getcwd(), dict(os.environ)).packs)
    example = wrong.example(record, in_force, home)
    if only_line:
        click.echo(example.line)
        return
    _tell(example)


def _tell(example: Example) -> None:
    if example.kind == "catches":
        click.echo("It passed. As an example of a rule that should stop it:\n")
        click.echo(f"  {example.line}\n")
        click.echo("Put it into a rule of your own (guardsh rules new NAME), or send it to guardsh's authors.")
        return
    click.echo(f"{example.rule} stopped it. As a near miss that this rule should spare:\n")
    click.echo(f"  {example.line}\n")
    if not example.stopped:
        click.echo("Where nothing is there yet it passes: what it would have lost decided. Add that as `given`:")
        click.echo("  guardsh explain tells which facts counted; rules/README.md lists them.\n")
    where, file = _whose(example.rule)
    if where == "own":
        click.echo(f"The rule is your own: add the line to it in {file}, mend the rule, then guardsh rules test {file}")
        return
    click.echo("Look the line over for names that are nobody's business, and send it to guardsh's authors. Until then,")
    click.echo("in ~/.config/guardsh/config.toml:\n")
    click.echo("  [rules.score]")
    click.echo(f'  "{example.rule}" = {{ score = 30, reason = "…" }}')


def _whose(rule: str) -> tuple[str, str]:
    """own or guardsh, and the pack file that holds a rule."""
    from guardsh.config import load
    from guardsh.rules.loading import pack_files, read_pack
    from guardsh.rules.schema import PackError
    from guardsh.rules.store import files_of

    own = files_of(load(os.getcwd(), dict(os.environ)).packs)
    for file in [*own, *pack_files()]:
        try:
            if any(one["id"] == rule for one in read_pack(file).get("rule", ())):
                return ("own" if file in own else "guardsh"), file
        except PackError:
            continue
    return "guardsh", ""

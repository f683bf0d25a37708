"""`guardsh rules`: list, show, test, lint and begin rules."""

from __future__ import annotations

from typing import Any

import click

from guardsh.rules.schema import PackError

_TEMPLATE = """\
# What {name} does, and which of it matters. Every key is explained in guardsh's rules/README.md.
#
#   guardsh rules test {file}     runs the examples below through the whole pipeline
#   guardsh rules lint {file}     finds what is odd about the rules
#
# To put it in force, let ~/.config/guardsh/config.toml name it or its directory: packs = ["~/.config/guardsh/packs"]

[pack]
id    = "{name}"
title = "{name}"

# How arguments are read, by `{name} --help`: which options take a value, and which don't.
[[program]]
name   = "{name}"
values = ["-p", "--project"]
flags  = ["-y", "--yes", "--dry-run", "-h", "--help"]

# One rule for each thing that can be lost.
[[rule]]
id      = "{name}.delete"
command = "{name} delete|rm"
not     = ["--dry-run", "-h", "--help"]
score   = 75                     # 40-69: somebody would miss it; 70-89: it can't be got back, or others use it
loses   = "what {name} calls {{operand}}"
instead = "{name} list"
phrase  = "delete {{operand}}"
raise   = [{{ when = "production", by = 10 }}]
lower   = [{{ when = "test", by = 40 }}]
catches = ["{name} delete web --yes", "{name} -p shop rm web"]
spares  = ["{name} list", "{name} delete web --dry-run"]
"""


@click.group(short_help="list, show, test and write rules")
def command() -> None:
    """List, show and test rules, and write rules of your own."""


@command.command("list")
@click.argument("pack", required=False)
def list_rules(pack: str | None) -> None:
    """Every rule in force: score, id and what would be lost."""
    for file in _in_force():
        table = _read(file)
        if pack not in (None, table["pack"]["id"]):
            continue
        click.echo(f"{table['pack']['id']}  {table['pack'].get('title', '')}  ({len(table.get('rule', ()))} rules)")
        for rule in table.get("rule", ()):
            click.echo(f"  {rule['score']:3}  {rule['id']:36}  {rule['loses']}")


@command.command()
@click.argument("rule_id")
def show(rule_id: str) -> None:
    """A rule's page: what it matches, how it scores, its examples."""
    from guardsh.rules.pages import page
    from guardsh.rules.schema import nearest

    known = []
    for file in _in_force():
        for rule in _read(file).get("rule", ()):
            if rule["id"] == rule_id:
                click.echo(page(rule, file))
                return
            known.append(rule["id"])
    raise click.ClickException(f"no rule {rule_id!r}{nearest(rule_id, known)}")


@command.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def new(name: str, force: bool) -> None:
    """Begin a pack: write NAME.toml here, with one program and one rule to fill in.

    Exit status: 0 written, 1 not.
    """
    if not name.replace("-", "").isalnum() or name != name.lower():
        raise click.ClickException(f"{name!r} is no name for a pack: lower-case letters, digits and hyphens")
    file = f"{name}.toml"
    try:
        with open(file, "w" if force else "x", encoding="utf-8") as stream:
            stream.write(_TEMPLATE.format(name=name, file=file))
    except FileExistsError:
        raise click.ClickException(f"{file} is there already; --force writes over it") from None
    except OSError as error:
        raise click.ClickException(f"{file} can't be written: {error.strerror or error}") from None
    click.echo(f"{file} is written. Fill it in, then: guardsh rules test {file}")


@command.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False))
def test(files: tuple[str, ...]) -> None:
    """Run the examples of pack FILES (all packs in force if none are given) through the whole pipeline.

    Exit status: 0 if every example turns out as its rule says, 1 if not.
    """
    import os

    from guardsh.rules.examples import check

    wanted, rules, failures = _compiled(files)
    for file in wanted:
        for failure in check([file], rules):
            failures += 1
            click.echo(f"{os.path.basename(failure.file)}: {failure.rule}: {failure.example!r} {failure.problem}")
    click.echo(f"{len(files or wanted)} packs, {failures} problems")
    raise SystemExit(1 if failures else 0)


@command.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False))
def lint(files: tuple[str, ...]) -> None:
    """Look for what is odd in pack FILES (all packs in force if none are given).

    \b
    dead       no example is ever matched by the rule
    shadowed   another rule scores more in each of its examples
    instead    what it says to do instead doesn't pass
    advice     it stops, and says nothing to do instead
    score      out of line with the table of scores in rules/README.md
    near-miss  none of what it spares is a use of its program
    wording    something that is never filled in, or never shown

    Exit status: 0 if there is nothing, 1 if there is.
    """
    import os

    from guardsh.rules import lint as linting

    wanted, rules, remarks = _compiled(files)
    for remark in linting.lint(wanted, rules):
        remarks += 1
        click.echo(f"{os.path.basename(remark.file)}: {remark.rule}: {remark.kind}: {remark.text}")
    click.echo(f"{len(files or wanted)} packs, {remarks} remarks")
    raise SystemExit(1 if remarks else 0)


@command.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False))
def docs(file: str | None) -> None:
    """The list of all rules that come with guardsh, as Markdown: to FILE, or printed."""
    from guardsh.rules.loading import pack_files
    from guardsh.rules.pages import document

    text = document([_read(pack) for pack in pack_files()])
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise click.ClickException(f"{file} can't be written: {error.strerror or error}") from None


def _compiled(files: tuple[str, ...]) -> tuple[list[str], Any, int]:
    """The files to look at that can be used, the rules in force with them, and how many can't be used (said here)."""
    import os

    from guardsh.rules.loading import compile_files

    own = _in_force()
    known = {os.path.realpath(file) for file in own}
    wanted = list(files) or own
    rules = compile_files([*own, *(file for file in files if os.path.realpath(file) not in known)])
    for problem in rules.problems:
        click.echo(problem.message, err=True)
    broken = {os.path.realpath(problem.file) for problem in rules.problems}
    good = [file for file in wanted if os.path.realpath(file) not in broken]
    return good, rules, len(wanted) - len(good)


def _read(file: str) -> dict[str, Any]:
    from guardsh.rules.loading import read_pack

    try:
        return read_pack(file)
    except PackError as error:
        raise click.ClickException(str(error)) from None


def _in_force() -> list[str]:
    """The packs that come with guardsh, and those that the configuration names."""
    import os

    from guardsh.config import load
    from guardsh.rules.loading import pack_files
    from guardsh.rules.store import files_of

    return pack_files(files_of(load(os.getcwd(), dict(os.environ)).packs))

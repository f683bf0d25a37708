"""guardsh rules: list, show and test them."""

from __future__ import annotations

from typing import Any

import click

from guardsh.rules.schema import PackError


@click.group()
def command() -> None:
    """List, show and test rules."""


@command.command("list")
@click.argument("pack", required=False)
def list_rules(pack: str | None) -> None:
    """Every rule in force: score, id and what would be lost."""
    from guardsh.rules.loading import pack_files

    for file in pack_files(_own_packs()):
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
    from guardsh.rules.loading import pack_files, read_pack
    from guardsh.rules.pages import page

    for file in pack_files(_own_packs()):
        for rule in _read(file).get("rule", ()):
            if rule["id"] == rule_id:
                click.echo(page(rule, file))
                return
    from guardsh.rules.schema import nearest

    known = [rule["id"] for file in pack_files() for rule in read_pack(file).get("rule", ())]
    raise click.ClickException(f"no rule {rule_id!r}{nearest(rule_id, known)}")


@command.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False))
def test(files: tuple[str, ...]) -> None:
    """Run the examples of pack FILES (all packs in force if none are given) through the whole pipeline.

    Exit status: 0 if every example turns out as its rule says, 1 if not.
    """
    import os

    from guardsh.rules.examples import check
    from guardsh.rules.loading import compile_files, pack_files

    own = pack_files(_own_packs())
    wanted = list(files) or own
    known = {os.path.realpath(file) for file in own}
    rules = compile_files([*own, *(file for file in files if os.path.realpath(file) not in known)])
    for problem in rules.problems:
        click.echo(problem.message, err=True)
    failures = 0
    for file in wanted:
        if any(problem.file == file for problem in rules.problems):
            failures += 1
            continue
        try:
            for failure in check([file], rules):
                failures += 1
                click.echo(f"{os.path.basename(failure.file)}: {failure.rule}: {failure.example!r} {failure.problem}")
        except PackError as error:
            failures += 1
            click.echo(str(error), err=True)
    click.echo(f"{len(wanted)} packs, {failures} problems")
    raise SystemExit(1 if failures else 0)


def _read(file: str) -> dict[str, Any]:
    from guardsh.rules.loading import read_pack

    try:
        return read_pack(file)
    except PackError as error:
        raise click.ClickException(str(error)) from None


def _own_packs() -> tuple[str, ...]:
    import os

    from guardsh.config import load

    return load(os.getcwd(), dict(os.environ)).packs

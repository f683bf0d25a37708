"""`guardsh undo list`, `show N`, `N [PATH…]` and `forget N`."""

from __future__ import annotations

import os

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.undo.restore import Item
    from guardsh.undo.store import Save

MOST_LINES = 200  # of differences that are shown, without --all
MOST_BYTES = 200_000  # of a file whose differences are shown


class Undo(click.Group):
    """`guardsh undo 12` is short for `guardsh undo restore 12`."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        first = next((place for place, word in enumerate(args) if not word.startswith("-")), None)
        if first is not None and args[first].isdecimal():
            args = ["restore", *args]
        return super().parse_args(context, args)


@click.group(cls=Undo, invoke_without_command=True, short_help="bring back what a command took")
@click.pass_context
def command(context: click.Context) -> None:
    """Bring back what commands took: guardsh saves it before they run.

    \b
    guardsh undo                list what is saved
    guardsh undo show 12        what would come back, with differences
    guardsh undo 12             bring it back
    guardsh undo 12 PATH…       only these files, or what is below these directories

    Newer work is never replaced without --over, and what is replaced is saved first, so that an undo can be undone.
    """
    if context.invoked_subcommand is None:
        context.invoke(listing)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="As one JSON list.")
@click.pass_context
def listing(context: click.Context, as_json: bool = False) -> None:
    """List what is saved, newest last: number, age, size, command."""
    from guardsh.undo import store

    try:
        found = [(save, _header(save)) for save in store.saves()]
    except OSError as problem:
        _fail(context, f"the saves can't be read: {problem}")
    if as_json:
        import json

        rows = [{"number": save.number, "time": save.time, "bytes": save.bytes, **header} for save, header in found]
        click.echo(json.dumps(rows, indent=2))
    elif not found:
        click.echo("Nothing is saved.")
    for save, header in [] if as_json else found:
        click.echo(_line(save, header))


@command.command()
@click.argument("number", type=int)
@click.argument("paths", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="What would come back, as JSON.")
@click.option("--all", "everything", is_flag=True, help="Every file and every line.")
@click.pass_context
def show(context: click.Context, number: int, paths: tuple[str, ...], as_json: bool, everything: bool) -> None:
    """Show what save NUMBER would bring back: each file, and how it differs from what is there now.

    + comes back, ~ replaces what git can bring back or what is empty, ! newer work is there and stays without --over.
    """
    save = _save(context, number)
    header, items, git = _look(context, save, paths)
    if as_json:
        import json

        files = [{"path": item.entry.path, "kind": item.entry.kind, "state": item.state} for item in items]
        click.echo(json.dumps({"number": number, **header, "entries": files, "git": git}, indent=2))
        return
    click.echo(_line(save, header))
    for hole in header.get("holes", ()):
        click.echo(f"  not saved: {_visible(hole)}")
    shown = [line for item in items for line in _shown(save, item)]
    shown += [line for part in git for line in _git_lines(save, part)]
    if not shown:
        click.echo("  everything is there as it was")
    cut = shown if everything else shown[:MOST_LINES]
    click.echo("\n".join(cut))
    if len(shown) > len(cut):
        click.echo(f"  … and {len(shown) - len(cut):,} more lines (--all)")


@command.command()
@click.argument("number", type=int)
@click.argument("paths", nargs=-1)
@click.option("--over", is_flag=True, help="Replace newer work and take away what wasn't there; saved first.")
@click.option("--quiet", "-q", is_flag=True, help="Say only what stays and what fails.")
@click.pass_context
def restore(context: click.Context, number: int, paths: tuple[str, ...], over: bool, quiet: bool) -> None:
    """Bring back what save NUMBER holds; `guardsh undo NUMBER` is the same.

    Exit status: 0 if all is back, 1 if newer work stays or something failed.
    """
    from guardsh import config
    from guardsh.undo import passing
    from guardsh.undo.restore import Broken, undo
    from guardsh.undo.store import NotSaved

    save = _save(context, number)
    settings = config.load(os.getcwd(), os.environ)
    limits = passing.limits_of(settings).but(seconds=3600.0)
    try:
        done = undo(save, limits, _absolute(paths), over=over)
    except Broken as problem:
        _fail(context, str(problem))
    except NotSaved as problem:
        _fail(context, f"nothing was brought back: what would be replaced can't be saved: {problem}")
    except OSError as problem:
        _fail(context, f"nothing was brought back: {problem}")
    if not quiet:
        _report(done.back, "back")
        for note in done.notes:
            click.echo(f"note: {_visible(note)}")
    for path in done.left:
        click.echo(f"stays, as it is newer: {_visible(path)}", err=True)
    for failure in done.problems:
        click.echo(f"guardsh: {_visible(failure)}", err=True)
    if done.left:
        click.echo(f"guardsh undo {number} --over replaces what is newer, and saves it first", err=True)
    if done.replaced and not quiet:
        click.echo(f"what was replaced is saved: guardsh undo {done.replaced} --over")
    if not done.back and not done.left and not done.problems:
        click.echo("everything is there as it was")
    context.exit(1 if done.left or done.problems else 0)


@command.command()
@click.argument("numbers", nargs=-1, type=int, required=True)
@click.pass_context
def forget(context: click.Context, numbers: tuple[int, ...]) -> None:
    """Delete saves, for good."""
    from guardsh.undo import store

    for number in numbers:
        store.forget(_save(context, number))
        click.echo(f"save {number} is deleted")


# ---------------------------------------------------------------- showing


def _report(back: tuple[str, ...], word: str) -> None:
    for path in back[:20]:
        click.echo(f"{word}: {_visible(path)}")
    if len(back) > 20:
        click.echo(f"{word}: and {len(back) - 20:,} more")


def _line(save: Save, header: dict[str, Any]) -> str:
    """12  3 minutes ago    14 files, 1.2 MB  rm -rf notes"""
    from guardsh.facts.losses import ago, counted, size

    files = counted(int(header.get("files", 0)), "file")
    what = f"{files}, {size(int(header.get('size', 0)))}"
    text = _visible(str(header.get("command", "?")).replace("\n", " "))
    return f"{save.number:5}  {ago(save.time):16}  {what:24}  {text if len(text) <= 90 else text[:89] + '…'}"


def _shown(save: Save, item: Item) -> list[str]:
    from guardsh.facts.losses import size
    from guardsh.undo import restore as back

    entry = item.entry
    signs = {back.GONE: "+", back.KNOWN: "~", back.NEWER: "!", back.MADE: "!"}
    if item.state == back.ALIKE:
        return []
    what = {"file": size(entry.size), "folder": "directory", "link": f"link to {entry.place}"}.get(entry.kind, "")
    if entry.kind == "same":
        what = f"the same file as {entry.place}"
    if entry.kind == "absent":
        what = "wasn't there: would be taken away" + (" with --over" if item.state == back.MADE else "")
    lines = [f"{signs[item.state]} {_visible(entry.path)}  {_visible(what)}"]
    if item.changed:
        lines.append("    was written to after it was saved; the newer content comes back")
    if entry.kind == "file" and item.state in (back.NEWER, back.KNOWN):
        lines += _differences(save, item)
    return lines


def _differences(save: Save, item: Item) -> list[str]:
    """The lines by which the present file and the saved one differ, where both are text."""
    import difflib

    from guardsh.undo.restore import Broken, pieces

    entry = item.entry
    try:
        if max(entry.size, os.path.getsize(entry.path)) > MOST_BYTES:
            return ["    (too large to compare here)"]
        with open(entry.path, "rb") as file:
            now = file.read(MOST_BYTES + 1)
        saved = b"".join(pieces(save, entry))
        old, new = now.decode("utf-8").splitlines(), saved.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return ["    (not text)"]
    except (OSError, Broken) as problem:
        return [f"    ({problem})"]
    return [f"    {_visible(line)}" for line in difflib.unified_diff(old, new, "now", "saved", lineterm="", n=2)]


def _git_lines(save: Save, part: dict[str, Any]) -> list[str]:
    from guardsh.undo.gitrestore import Part

    told = Part(save, part, over=False)
    lines = [
        f"{'+' if not now else '~' if may else '!'} {name} back to {sha[:12]}{f' from {now[:12]}' if now else ''}"
        for name, sha, now, may in told.moved()
    ]
    if told.head_moved():
        lines.append(f"~ HEAD back to {part['head'].removeprefix('ref: ')}")
    if told.index_differs():
        lines.append("~ what was staged, as it was")
    lines += [f"+ {len(told.missing_stashes())} stashes"] if told.missing_stashes() else []
    return lines


def _visible(text: str) -> str:
    from guardsh.show.text import visible

    return visible(text)


# ---------------------------------------------------------------- finding


def _save(context: click.Context, number: int) -> Save:
    from guardsh.undo import store

    try:
        found = store.find(number)
    except OSError as problem:
        _fail(context, f"the saves can't be read: {problem}")
    if found is None:
        _fail(context, f"there is no save {number}: guardsh undo list")
    assert found is not None
    return found


def _header(save: Save) -> dict[str, Any]:
    try:
        return save.header()
    except (OSError, ValueError):
        return {"command": "(can't be read)"}


def _look(
    context: click.Context, save: Save, paths: tuple[str, ...]
) -> tuple[dict[str, Any], list[Item], list[dict[str, Any]]]:
    from guardsh.undo.restore import Broken, look

    try:
        return look(save, _absolute(paths))
    except Broken as problem:
        _fail(context, str(problem))
    raise AssertionError


def _absolute(paths: tuple[str, ...]) -> list[str]:
    """Paths as saves know them: absolute, links in front of the last part resolved."""
    made = []
    for path in paths:
        folder, name = os.path.split(os.path.abspath(path))
        made.append(os.path.join(os.path.realpath(folder), name))
    return made


def _fail(context: click.Context, text: str) -> None:
    click.echo(f"guardsh: {text}", err=True)
    context.exit(1)

"""`guardsh doctor`."""

from __future__ import annotations

import os

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.agents.doctor import Check


@click.command(short_help="what is guarded here, and what is open")
@click.option("--json", "as_json", is_flag=True, help="As one JSON list.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """Find the agents that are here, prove that a harmless canary is refused through each one's hook as it is
    installed, and say what is open and how to close it.

    Exit status: 0 if nothing is open, 1 if something is.
    """
    from guardsh.agents import doctor
    from guardsh.cli.common import here

    found = list(doctor.checks(here(), dict(os.environ)))
    if as_json:
        import json

        click.echo(json.dumps([{field: getattr(one, field) for field in type(one)._fields} for one in found], indent=2))
    else:
        click.echo("\n".join(_lines(found)))
    context.exit(1 if any(one.state == doctor.OPEN for one in found) else 0)


def _lines(found: list[Check]) -> list[str]:
    """One line each, in columns, an agent's name only in its first; agents that aren't here in one line at the end."""
    from guardsh.show.text import visible

    missing = [one.what for one in found if one.found == "not found"]
    rows = []
    before = ""
    for one in found:
        if one.found == "not found":
            continue
        name, version = ("", "") if one.what == before else (one.what, one.version)
        before = one.what
        end = "ok" if one.state == "ok" else ("hint: " if one.state == "hint" else "fix: ") + one.fix if one.fix else ""
        rows.append((name, version, one.part, visible(one.found), end))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    short = min(max((len(row[3]) for row in rows), default=0), 44)
    lines = [
        f"{name:{widths[0]}}  {version:{widths[1]}}  {part:{widths[2]}}  {found:{short}}  {end}".rstrip()
        for name, version, part, found, end in rows
    ]
    return [*lines, f"not found: {', '.join(missing)}"] if missing else lines

"""`guardsh log` and `guardsh log verify`."""

from __future__ import annotations

import os

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Record = dict[str, Any]


@click.group(invoke_without_command=True, short_help="what was judged, and what came of it")
@click.option(
    "-n", "count", type=click.IntRange(0), default=20, show_default=True, help="Show the last so many entries."
)
@click.option("--action", type=click.Choice(["pass", "confirm", "refuse"]), help="Only entries with this verdict.")
@click.option("--session", help="Only entries of the session whose id begins so.")
@click.option("--rule", help="Only entries in which this rule (or pack) was found.")
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes; Ctrl-C ends it.")
@click.option("--json", "as_json", is_flag=True, help="As JSON lines, as they stand in the log.")
@click.pass_context
def command(
    context: click.Context,
    count: int,
    action: str | None,
    session: str | None,
    rule: str | None,
    follow: bool,
    as_json: bool,
) -> None:
    """Show the audit log: every verdict, passes too, with what came of it. Secrets are taken out before it is written.

    Exit status: 0, also if there is no entry; 1 if the log can't be read.
    """
    if context.invoked_subcommand is not None:
        return
    wanted = _wanted(action, session, rule)
    try:
        _show(count, wanted, as_json, follow)
    except BrokenPipeError:
        raise
    except OSError as problem:
        click.echo(f"guardsh: the log can't be read: {problem}", err=True)
        context.exit(1)


@command.command()
@click.pass_context
def verify(context: click.Context) -> None:
    """Follow the chain of hashes through the log: was an entry changed, removed or added afterwards?

    Exit status: 0 if not, 1 if so, or if the log can't be read.
    """
    from guardsh.record import log

    try:
        report = log.verify()
    except OSError as problem:
        click.echo(f"guardsh: the log can't be read: {problem}", err=True)
        context.exit(1)
    for line in (*report.problems, *(f"{note} (a writer was cut off)" for note in report.notes)):
        click.echo(line)
    found = f"{len(report.problems):,} problems" if report.problems else "whole"
    click.echo(f"{report.entries:,} entries in {report.files:,} files: {found}")
    context.exit(1 if report.problems else 0)


def _wanted(action: str | None, session: str | None, rule: str | None) -> Callable[[Record], bool]:
    def wanted(record: Record) -> bool:
        rules = [str(one) for one in record.get("rules", ())]
        return (
            (action is None or record.get("action") == action)
            and (session is None or str(record.get("session", "")).startswith(session))
            and (rule is None or any(one == rule or one.startswith(f"{rule}.") for one in rules))
        )

    return wanted


def _show(count: int, wanted: Callable[[Record], bool], as_json: bool, follow: bool) -> None:
    from collections import deque

    from guardsh.record import log

    coming = log.follow()
    if follow:
        next(coming)  # from here on nothing is missed, though some may be among the last ones too
    last = deque((record for record in log.read() if wanted(record)), maxlen=count)
    for record in last:
        _print(record, as_json)
    if not follow:
        if not last and not as_json:
            click.echo("Nothing is in the log.")
        return
    shown = {record["hash"] for record in last}
    for one in coming:
        if one is not None and one["hash"] not in shown and wanted(one):
            _print(one, as_json)


def _print(record: Record, as_json: bool) -> None:
    import json

    click.echo(json.dumps(record) if as_json else _line(record))


def _line(record: Record) -> str:
    """2026-11-23 08:14:02  blocked    88  claude-code  http.graphql-destroys  curl …"""
    from guardsh.show.text import visible

    rules = [str(rule) for rule in record.get("rules", ())]
    parts = [
        _local(str(record.get("time", ""))),
        f"{visible(str(record.get('outcome', ''))):9}",
        f"{record.get('score', 0)!s:>3}",
        f"{visible(str(record.get('agent', ''))) or '-':11}",
        f"{visible(rules[0]) if rules else '-':24}",
    ]
    head = "  ".join(parts)
    text = visible(str(record.get("text", "")))
    saved = visible(str(record.get("saved", "")))
    text = f"({saved}) {text}" if saved else text
    room = max(_columns() - len(head) - 2, 24)
    return f"{head}  {text if len(text) <= room else text[: room - 1] + '…'}"


def _local(time: str) -> str:
    from datetime import datetime

    try:
        return datetime.fromisoformat(time.replace("Z", "+00:00")).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return time[:19]


def _columns() -> int:
    try:
        return os.get_terminal_size(1).columns
    except OSError:
        return 160

"""`guardsh replay FILE|DIR…`."""

from __future__ import annotations

import os
import sys

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.record.replay import Judged, Report

LONG_INPUT = 1 << 20  # bytes from which a progress bar is shown


@click.command(short_help="judge past sessions: what would have been stopped")
@click.argument("paths", nargs=-1, required=True, metavar="FILE|DIR…", type=click.Path(exists=True))
@click.option("--list", "listed", is_flag=True, help="Show each command that would have been stopped.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_context
def command(context: click.Context, paths: tuple[str, ...], listed: bool, as_json: bool) -> None:
    """Judge what agents ran in past sessions, session by session, and report what would have been stopped.

    Reads Claude Code's session logs (~/.claude/projects), SpecStory histories, JSONL with {"command", "cwd"} in each
    line, and plain lines such as a shell's history. Nothing is run, asked or stored. Facts are those of this machine
    now, so that old sessions look more dangerous than they were.

    Exit status: 0, whatever would have been stopped; 1 if there was nothing to judge.
    """
    report = _replayed(paths)
    for file, reason in report.unreadable:
        click.echo(f"guardsh: {file}: {reason}", err=True)
    if as_json:
        _print_json(report)
    elif report.commands:
        click.echo("\n".join(_lines(report, listed)))
    else:
        click.echo("guardsh: no commands found there", err=True)
    context.exit(0 if report.commands else 1)


def _replayed(paths: tuple[str, ...]) -> Report:
    from guardsh.cli.common import here
    from guardsh.record import replay, sessions

    environment, directory = dict(os.environ), here()
    total = sum(replay.size_of(file) for path in paths for file in sessions.files_in(path))
    if total < LONG_INPUT or not sys.stderr.isatty():
        return replay.replay(paths, environment, directory)
    with click.progressbar(length=total, label="judging", file=sys.stderr) as bar:
        return replay.replay(paths, environment, directory, bar.update)


def _lines(report: Report, listed: bool) -> list[str]:
    quiet = sum(1 for stops in report.sessions.values() if not stops)
    sessions = _count(len(report.sessions), "session")
    lines = [
        f"{sessions}, {_count(report.commands, 'command')} · {report.stopped:,} would have been stopped "
        f"({report.stopped / report.commands:.2%}) · {_count(quiet, 'session')} without a stop".replace("%)", " %)")
    ]
    rows = [(f"{len(stops):,}", rule, _shown(stops[0], 40), _lost(stops[0])) for rule, stops in report.by_rule()]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines += [
        f"  {count:>{widths[0]}}  {rule:{widths[1]}}  {example:{widths[2]}}  {lost}".rstrip()
        for count, rule, example, lost in rows
    ]
    read = f"Read completely: {report.understood:,} of {report.commands:,}."
    lines.append(f"{report.noted:,} would have been noted. {read}" + ("" if listed else " `--list` shows each."))
    if listed:
        for stop in report.stops:
            lines += ["", *_listed(stop)]
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _shown(stop: Judged, width: int) -> str:
    """The part of the command that decided, on one line, redacted."""
    from guardsh.record.redact import redact
    from guardsh.show.text import visible

    verdict = stop.verdict
    start, end = verdict.worst.span if verdict.worst else (0, 0)
    line_start = verdict.text.rfind("\n", 0, start) + 1
    line_end = verdict.text.find("\n", max(start, line_start))
    text = visible(redact(verdict.text[line_start : line_end if line_end >= 0 else None]))
    if len(text) <= width:
        return text
    start = max(min(start - line_start - width // 2, len(text) - width), 0)
    return ("…" if start else "") + text[start : start + width - 2] + ("…" if start + width - 2 < len(text) else "")


def _lost(stop: Judged) -> str:
    from guardsh import show

    worst = stop.verdict.worst
    lost = worst.lost[0] if worst and worst.lost else show.why(stop.verdict)
    from guardsh.record.redact import redact
    from guardsh.show.text import visible

    return visible(redact(lost))[:60]


def _listed(stop: Judged) -> list[str]:
    from guardsh import show
    from guardsh.show.safe import redacted
    from guardsh.show.text import excerpt, visible

    verdict = redacted(stop.verdict)
    span = verdict.worst.span if verdict.worst else (verdict.offset, verdict.offset + 1)
    head = f"{verdict.action} · {verdict.score} · {stop.rule}   {visible(stop.call.directory)}"
    return [head, *excerpt(verdict.text, span), f"  {show.why(verdict)}"]


def _print_json(report: Report) -> None:
    import json

    click.echo(json.dumps(_plain(report), indent=2))


def _plain(report: Report) -> dict[str, Any]:
    from guardsh import show
    from guardsh.record.redact import redact

    return {
        "sessions": len(report.sessions),
        "sessions_without_a_stop": sum(1 for stops in report.sessions.values() if not stops),
        "commands": report.commands,
        "understood": report.understood,
        "noted": report.noted,
        "stopped": report.stopped,
        "rules": {rule: len(stops) for rule, stops in report.by_rule()},
        "stops": [
            {
                "session": stop.session,
                "directory": redact(stop.call.directory),
                "command": redact(stop.verdict.text),
                "verdict": stop.verdict.action,
                "score": stop.verdict.score,
                "rule": stop.rule,
                "reason": show.why(stop.verdict),
            }
            for stop in report.stops
        ],
        "unreadable": [{"file": file, "reason": reason} for file, reason in report.unreadable],
    }

"""`guardsh report`."""

from __future__ import annotations

import os

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.report import Group, Summary

SHOWN = 12  # groups of each kind


@click.command(short_help="stops, notes and answers, summed up")
@click.option("--days", type=click.IntRange(1), default=30, show_default=True, help="Of the last so many days.")
@click.option("--html", "file", metavar="FILE", help="As one page with plots, written to FILE (- for standard output).")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_context
def command(context: click.Context, days: int, file: str | None, as_json: bool) -> None:
    """Sum up the log: what was stopped and noted, what people said to it and how fast, by rule, pack, agent and day.

    The page holds its style and plots, no script, and loads nothing. Secrets were taken out before the log was written.

    Exit status: 0, also if there is nothing; 1 if the log can't be read or the page can't be written.
    """
    import time

    from guardsh import report
    from guardsh.record import log

    since = time.strftime("%Y-%m-%d", time.localtime(time.time() - (days - 1) * 86400))
    try:
        found = report.summary(log.read(), since)
        if file is not None:
            _write(file, found)
    except BrokenPipeError:
        raise
    except OSError as problem:
        what = "the log can't be read" if file is None else "no report"
        click.echo(f"guardsh: {what}: {problem}", err=True)
        context.exit(1)
    if file is not None:
        if file != "-":
            click.echo(f"Written: {file}", err=True)
    elif as_json:
        import json

        click.echo(json.dumps(_plain(found), indent=2))
    else:
        click.echo("\n".join(_lines(found)))


def _write(file: str, found: Summary) -> None:
    """Writes the page, readable by this user alone. Raises OSError."""
    import time

    from guardsh.report.page import page

    text = page(found, time.strftime("%Y-%m-%d %H:%M"))
    if file == "-":
        click.echo(text, nl=False)
        return
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as written:
        written.write(text)


def _lines(found: Summary) -> list[str]:
    """The summary for a terminal."""
    from guardsh import report
    from guardsh.report.words import duration, nameless, of_time, percent
    from guardsh.show.text import wrap

    if not found.commands and not found.acts:
        return ["Nothing is in the log of these days."]
    whole = found.whole
    answered = f" · yes to {whole.yes:,} of {whole.answers:,} answered" if whole.answers else ""
    within = f", half of them within {duration(whole.seconds)}" if whole.seconds else ""
    stopped = f"{whole.stops:,} stopped ({percent(whole.stops, found.commands)})"
    head = f"{of_time(found)}: {found.commands:,} commands · {stopped} · {found.noted:,} noted{answered}{within}"
    lines = wrap(head, 80, "", "  ")
    if found.sessions:
        quiet = percent(found.quiet, found.sessions)
        lines.append(f"{found.quiet:,} of {found.sessions:,} sessions without a stop ({quiet}).")
    if found.likes:
        lines.append(f"{found.likes:,} ran as the like of an allowed act.")
    for field in ("rule", "pack", "agent"):
        groups = [group for group in report.by(found, field) if group.stops][:SHOWN]
        if groups:
            lines += ["", *_table(field, groups)]
    days = [group for group in report.by(found, "day") if group.commands or group.stops][-SHOWN:]
    if len(days) > 1:
        lines += ["", *_table("day", days)]
    for group in report.nearly_always_yes(found):
        name = nameless(group.name)
        lines += ["", f"{name}: yes to {group.yes:,} of {group.answers:,}. Perhaps its score is too high for you:"]
        lines.append(f"  guardsh rules show {name}; then [rules.score] in your configuration, with a reason")
    return lines


def _table(field: str, groups: list[Group]) -> list[str]:
    from guardsh.report.words import duration, nameless, percent
    from guardsh.show.text import width_of

    rows: list[tuple[str, ...]] = [(field, "stops", "notes", "yes", "no", "yes-rate", "within")]
    for one in groups:
        rate = "-" if one.yes_rate is None else percent(one.yes, one.answers)
        within = duration(one.seconds) if one.seconds else "-"
        counts = (f"{count:,}" for count in (one.stops, one.notes, one.yes, one.no))
        rows.append((nameless(one.name), *counts, rate, within))
    widths = [max(map(width_of, column)) for column in zip(*rows)]
    return [
        f"  {row[0]}{' ' * (widths[0] - width_of(row[0]))}  "
        + "  ".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:]))
        for row in rows
    ]


def _plain(found: Summary) -> dict[str, Any]:
    from guardsh import report
    from guardsh.report.counting import FIELDS

    def plain(group: Group) -> dict[str, Any]:
        return {**{field: getattr(group, field) for field in group._fields}, "yes_rate": group.yes_rate}

    return {
        "first": found.first,
        "last": found.last,
        "sessions": found.sessions,
        "sessions_without_a_stop": found.quiet,
        "not_understood": found.unread,
        "like_an_allowed_act": found.likes,
        "all": plain(found.whole),
        **{f"by_{field}": [plain(group) for group in report.by(found, field)] for field in FIELDS},
        "nearly_always_yes": [group.name for group in report.nearly_always_yes(found)],
    }

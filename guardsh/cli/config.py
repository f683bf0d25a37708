"""`guardsh config show`: every setting in force, and who set it."""

from __future__ import annotations

import os
from typing import Any

import click

from guardsh.config import Settings


@click.group(short_help="the settings in force, and where each came from")
def command() -> None:
    """The configuration: system, user, projects and environment, laid over each other."""


@command.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_context
def show(context: click.Context, as_json: bool) -> None:
    """Show each setting here, its value, and where it came from; then what a layer wanted and may not.

    Exit status: 0, or 1 if a file is broken.
    """
    from guardsh.config import load

    settings = load(os.getcwd(), dict(os.environ))
    if as_json:
        import json

        click.echo(json.dumps(described(settings), indent=2, ensure_ascii=False))
    else:
        click.echo(text(settings), nl=False)
    context.exit(1 if settings.problems else 0)


def rows(settings: Settings) -> list[tuple[str, Any, str]]:
    """Key as in a file, value, and the layer that set it ("default" for none)."""
    origins = dict(settings.origins)
    made: list[tuple[str, Any, str]] = []
    for key, field in _KEYS.items():
        made.append((key, getattr(settings, field), origins.get(field, "default")))
    for name, path in settings.shells:
        made.append((name, path, origins.get("shells", "default")))
    for pack, score in settings.pack_refuse_from:
        key = f"pack.{pack}.refuse_from"
        made.append((key, score, origins.get(key, "default")))
    for rule, reason in settings.disabled:
        made.append((f'rules.disable."{rule}"', reason, origins.get("disabled", "default")))
    for override in settings.scores:
        value = f"{override.score}{' at least' if override.raises else ''}: {override.reason}"
        made.append((f'rules.score."{override.rule}"', value, origins.get("scores", "default")))
    return made


_KEYS = {
    "mode": "mode",
    "profile": "profile",
    "confirm_from": "confirm_from",
    "refuse_from": "refuse_from",
    "confirm.terminal": "terminal",
    "audit.required": "audit_required",
    "packs": "packs",
    "on_request": "on_request",
}


def text(settings: Settings) -> str:
    """The settings in columns, then notes and problems."""
    from guardsh.show.text import visible, width_of

    shown = [(key, visible(_written(value)), visible(source)) for key, value, source in rows(settings)]
    widths = [max(width_of(row[column]) for row in shown) for column in (0, 1)]
    lines = []
    for key, value, source in shown:
        padded = key + " " * (widths[0] - width_of(key))
        lines.append(f"{padded}  {value}{' ' * (min(widths[1], 40) - width_of(value))}  {source}")
    if settings.broken:
        lines.append("\nA file is broken and has no last good version: everything is confirmed.")
    lines += [f"left alone  {visible(note)}" for note in settings.notes]
    lines += [f"problem     {visible(problem)}" for problem in settings.problems]
    return "\n".join(lines) + "\n"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(value) + "]"
    return str(value)


def described(settings: Settings) -> dict[str, Any]:
    """The settings as JSON has them."""
    return {
        "settings": [
            {"key": key, "value": list(value) if isinstance(value, tuple) else value, "from": source}
            for key, value, source in rows(settings)
        ],
        "broken": settings.broken,
        "left_alone": list(settings.notes),
        "problems": list(settings.problems),
    }

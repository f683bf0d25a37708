"""Goose's PreToolUse hook, in a plugin.

Source: aaif-goose/goose documentation/docs/guides/context-engineering/hooks.md (autumn 2026). Standard output decides:
nothing with status 0 lets the tool run, `{"decision": "block"}` stops it; with `on_failure: "block"` anything else
does so too. There is no way to ask.
"""

from __future__ import annotations

from guardsh.agents import fields
from guardsh.agents.fields import EDIT, OVERWRITE
from guardsh.agents.hook import SHELL, Answer, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME = "goose"
PASS = Answer()

SHELL_TOOLS = ("developer__shell", "shell")
FILE_TOOLS = {"developer__write": OVERWRITE, "developer__edit": EDIT, "write": OVERWRITE, "edit": EDIT}
OLD_EDITOR = ("developer__text_editor", "text_editor")
LOOKING = ("view", "undo_edit")
BEFORE, AFTER = ("PreToolUse",), ("PostToolUse",)


def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """What Goose is about to do, None for a tool that can't hurt. Raises Malformed."""
    event = fields.event(payload, BEFORE + AFTER, "event", "hook_event_name")
    name = fields.text(payload, "tool_name")
    arguments = fields.mapping(payload, "tool_input")
    folder = fields.directory(payload.get("working_dir"), payload.get("cwd"), environment.get("PWD"))
    call = Call(SHELL, name, folder, fields.optional(payload, "session_id"))
    found = _tool(call, arguments, environment)
    return fields.written(found) if event in AFTER else found


def _tool(call: Call, arguments: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    home = environment.get("HOME", "")
    if call.tool in SHELL_TOOLS:
        return fields.shell(call, arguments.get("command"), fields.dialect(environment, "GOOSE_SHELL"))
    if call.tool in FILE_TOOLS:
        return fields.files(call, arguments, FILE_TOOLS[call.tool], home)
    if call.tool in OLD_EDITOR:
        command = fields.text(arguments, "command")
        how = OVERWRITE if command in ("write", "create") else EDIT
        return None if command in LOOKING else fields.files(call, arguments, how, home)
    return fields.other(call, call.tool, arguments, environment)


def deny(reason: str) -> Answer:
    """The tool isn't used; the model reads the reason."""
    return Answer(fields.as_json({"decision": "block", "reason": reason}))


def ask(reason: str) -> Answer:
    """As `deny`."""
    return deny(reason)

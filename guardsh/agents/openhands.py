"""OpenHands' PreToolUse hook (software-agent-sdk).

Source: openhands-sdk/openhands/sdk/hooks (config.py, executor.py, types.py). `{"decision": "deny"}` or exit status 2
blocks, and the model is told; everything else lets the action run. There is no way to ask.
"""

from __future__ import annotations

from guardsh.agents import fields
from guardsh.agents.fields import EDIT, OVERWRITE
from guardsh.agents.hook import SHELL, Answer, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME = "openhands"
PASS = Answer()

BEFORE, AFTER = ("PreToolUse", "pre_tool_use"), ("PostToolUse", "post_tool_use")
SHELL_TOOLS = ("terminal", "execute_bash", "bash", "TerminalTool", "BashTool")
EDITORS = ("file_editor", "str_replace_editor", "planning_file_editor", "FileEditorTool")
PATCH_TOOLS = ("apply_patch",)
# OpenHands' own tools that only look, or only talk to the model or the user. All others are judged by their arguments.
HARMLESS = (
    "grep", "glob", "think", "finish", "task_tracker", "delegate", "task", "read_file", "list_directory",
)  # fmt: skip


def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """What OpenHands is about to do, None for a tool that can't hurt. Raises Malformed."""
    event = fields.event(payload, BEFORE + AFTER, "event_type", "hook_event_name")
    name = fields.text(payload, "tool_name")
    arguments = fields.mapping(payload, "tool_input")
    folder = fields.directory(payload.get("working_dir"), payload.get("cwd"))
    call = Call(SHELL, name, folder, fields.optional(payload, "session_id"))
    found = _tool(call, arguments, environment)
    return fields.written(found) if event in AFTER else found


def _tool(call: Call, arguments: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    home = environment.get("HOME", "")
    if call.tool in SHELL_TOOLS:
        if arguments.get("is_input") in (True, "true"):
            return fields.typed(call, arguments.get("command"))
        return fields.shell(call, arguments.get("command"))
    if call.tool in EDITORS:
        command = fields.text(arguments, "command")
        how = OVERWRITE if command == "create" else EDIT
        return None if command == "view" else fields.files(call, arguments, how, home)
    if call.tool in PATCH_TOOLS:
        return fields.patched(call, arguments, home)
    if call.tool in HARMLESS or call.tool.startswith("browser_"):
        return None
    return fields.other(call, call.tool, arguments, environment) or fields.tool(call, "", call.tool, arguments)


def deny(reason: str) -> Answer:
    """The action is blocked; the model reads the reason."""
    return Answer(fields.as_json({"decision": "deny", "reason": reason}))


def ask(reason: str) -> Answer:
    """As `deny`."""
    return deny(reason)

"""Cline's PreToolUse hook, an executable file: the VS Code extension and the CLI.

Source: cline/cline sdk/packages/core/src/hooks and apps/vscode/src/core/hooks. `cancel` ends the whole run, whatever
the exit status; a hook that fails, or takes longer than 30 seconds, lets the tool run. There is no way to ask.
"""

from __future__ import annotations

from guardsh.agents import fields
from guardsh.agents.fields import DELETE, EDIT, OVERWRITE
from guardsh.agents.hook import SHELL, Answer, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME = "cline"
PASS = Answer('{"cancel": false}\n')

SHELL_TOOLS = ("execute_command", "run_command", "bash")
LIST_TOOLS = ("run_commands",)
FILE_TOOLS = {
    "write_to_file": OVERWRITE, "new_file": OVERWRITE, "write_file": OVERWRITE, "replace_in_file": EDIT, "editor": EDIT,
    "edit_file": EDIT, "delete_file": DELETE,
}  # fmt: skip
PATCH_TOOLS = ("apply_patch",)


def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """What Cline is about to do, None for a tool that can't hurt. Raises Malformed."""
    fields.event(payload, ("PreToolUse", "tool_call"), "hookName")
    if isinstance(payload.get("preToolUse"), dict):
        about = payload["preToolUse"]
        name, arguments = fields.text(about, "toolName"), fields.mapping(about, "parameters")
    else:
        about = fields.mapping(payload, "tool_call")
        name, arguments = fields.text(about, "name"), fields.mapping(about, "input")
    folder = fields.directory(payload.get("cwd"), payload.get("workspaceRoots"), environment.get("PWD"))
    call = Call(SHELL, name, folder, fields.optional(payload, "taskId", "sessionId"))
    home = environment.get("HOME", "")
    if name in SHELL_TOOLS:
        return fields.shell(call, arguments.get("command"))
    if name in LIST_TOOLS:
        return fields.lines(call, arguments.get("commands", arguments.get("command")))
    if name in PATCH_TOOLS:
        return fields.patched(call, arguments, home)
    if name in FILE_TOOLS:
        return fields.files(call, arguments, FILE_TOOLS[name], home)
    if name == "use_mcp_tool":
        server, tool = fields.optional(arguments, "server_name"), fields.text(arguments, "tool_name")
        return fields.tool(call, server, tool, fields.mapping(arguments, "arguments", "args"))
    return fields.other(call, name, arguments, environment)


def deny(reason: str) -> Answer:
    """The run ends; user and model read the reason."""
    return Answer(fields.as_json({"cancel": True, "errorMessage": reason}))


def ask(reason: str) -> Answer:
    """As `deny`."""
    return deny(reason)
